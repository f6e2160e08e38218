#!/usr/bin/python3
"""README.md's "Five minutes", as it is printed: every command of it works on this tree."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from chain import TOP, main, wholelab

# What a person does by hand, or has done: what is built is there, nobody pages or presses q, and who opens the page waits for its address.
INSTEAD = ((r"^ *(tools/install-deps build|make)  .*\n", ""), (r"\| less\b", "| cat"),
           (r"waterlab (.* watch) ", r"timeout --preserve-status -s INT 3 waterlab \1 "),
           (r"^( *waterlab-console .* &) .*$", r"\1\nuntil grep -q '^waterlab-console: http' %s/said; do sleep 0.1; done" %
            "/tmp/lab"))


def block(heading):
    with open(os.path.join(TOP, "README.md")) as f:
        section = f.read().split("\n## %s\n" % heading, 1)[1].split("\n## ", 1)[0]
    return "\n".join(line for line in section.split("\nOn a van:", 1)[0].splitlines() if line.startswith("    ")) + "\n"


class FiveMinutes(unittest.TestCase):
    def test_each_command_works(self):
        folder = tempfile.mkdtemp(prefix="wl-readme-")
        self.addCleanup(shutil.rmtree, folder, True)
        text = block("Five minutes")
        for what, instead in INSTEAD:
            text, n = re.subn(what, instead, text, flags=re.M)
            self.assertTrue(n, "README.md has no %s any more" % what)
        self.assertIn("/tmp/lab", text)
        text = text.replace("/tmp/lab", folder).replace("$PWD/build/gcc-plain/bin", os.path.abspath(wholelab.BIN))
        script = "trap 'kill $(jobs -p) 2>/dev/null || :; wait' EXIT\nset -e\n%swait\n" % text
        with open(os.path.join(folder, "said"), "w+") as said:
            done = subprocess.run(["bash", "-c", script], cwd=TOP, stdout=said, stderr=subprocess.STDOUT, timeout=300,
                                  stdin=subprocess.DEVNULL, preexec_fn=wholelab.die_with_parent)
            said.seek(0)
            words = said.read()
        self.assertEqual(done.returncode, 0, words)
        self.assertNotIn("error: ", words)
        for expected in ("bench-1", "net-1", ",seq,"):
            self.assertIn(expected, words)


if __name__ == "__main__":
    main()
