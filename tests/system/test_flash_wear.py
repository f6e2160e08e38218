#!/usr/bin/python3
# as root
"""What 50 readings a second write to the card, by a loop device's own count: at most 45 KB/s at 1 s commits, 22 KB/s at 5 s.

Short: on simulated seconds, by the benchmark of the spool.  SOAK=1: the real daemon, labsim and InfluxDB for 5 minutes
from a start.
"""

import os
import re
import subprocess
import sys
import threading
import time
import unittest

from chain import TOP, main, wholelab

sys.path.insert(0, os.path.join(TOP, "tools", "powercut"))
import cutlab  # noqa: E402

LONG = "SOAK" in os.environ
MOST_KB_S = {1: 45, 5: 22}


class FlashWear(unittest.TestCase):
    @unittest.skipIf(LONG, "the short form")
    def test_simulated_seconds(self):
        program = os.path.join(os.path.dirname(wholelab.BIN), "tests", "bench", "spool", "wear")
        if not os.path.exists(program):
            self.skipTest("the benchmarks are not built (make bench-bin)")
        said = subprocess.run([program], capture_output=True, text=True, timeout=240)
        print(said.stdout, said.stderr)
        self.assertEqual(said.returncode, 0)
        figures = re.findall(r"(?m)^spool_wear_\w+_commit_(\d)s ([\d.]+) KB/s$", said.stdout)
        self.assertEqual(len(figures), 4)
        for commit_s, kb_s in figures:
            self.assertLessEqual(float(kb_s), MOST_KB_S[int(commit_s)])

    @unittest.skipUnless(LONG, "the long form")
    def test_the_real_daemon(self):
        found = {}
        courses = [threading.Thread(target=lambda s=s: found.update({s: self.course(s)})) for s in MOST_KB_S]
        for course in courses:
            course.start()
        for course in courses:
            course.join()
        for commit_s, (kb_s, flushes, readings) in found.items():
            print("commits of %d s, %.1f readings a second: %.1f KB/s, %.2f flushes a second"
                  % (commit_s, readings, kb_s, flushes))
        for commit_s, most in MOST_KB_S.items():
            kb_s, _, readings = found[commit_s]
            self.assertGreater(readings, 47, "too slow a machine to tell")
            self.assertLessEqual(kb_s * 50 / readings, most)

    def course(self, commit_s, seconds=300):
        folder = os.path.abspath("lab-%d" % commit_s)
        os.mkdir(folder)
        card = cutlab.make_card(folder + ".img", mib=256)
        with cutlab.mounted(card, folder + "-card") as at, wholelab.Lab(folder, 2, 4, 34) as lab:
            device = os.path.basename(cutlab.run("findmnt", "-n", "-o", "SOURCE", at).strip())
            lab.spool = dict(dir='"%s/spool"' % at, commit_ms=1000 * commit_s)
            lab.add_store(wholelab.InfluxDB)
            before, begun = written(device, at), time.monotonic()
            lab.start()
            time.sleep(seconds)
            saved = lab.status()["readings"]["last"]
            lab.stop()
            took = time.monotonic() - begun
            after = written(device, at)
        return (after[0] - before[0]) / 1000 / took, (after[1] - before[1]) / took, saved / took


def written(device, at):
    """(bytes, flushes) that the device counted, everything written out."""
    cutlab.run("sync", "-f", at)
    with open("/sys/block/%s/stat" % device) as f:
        field = f.read().split()
    return 512 * int(field[6]), int(field[15])


if __name__ == "__main__":
    if cutlab.missing():
        print(cutlab.missing())
        sys.exit(77)
    cutlab.enter()
    main()
