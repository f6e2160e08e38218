#!/usr/bin/python3
"""`tools/new-driver`: what it makes builds into the program and is sound, and goes again without a trace."""

import os
import shutil
import subprocess
import tempfile
import unittest

from chain import TOP, main

BIN = os.path.abspath(os.environ.get("WATERLAB_BIN", os.path.join(TOP, "build", "gcc-plain", "bin")))
BUILT = os.path.basename(os.path.dirname(BIN))  # gcc-plain


class NewDriver(unittest.TestCase):
    def setUp(self):
        """A copy of what the command is made of, and of what is built already."""
        self.folder = tempfile.mkdtemp(prefix="wl-driver-")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("src", "drivers", "tools"):
            shutil.copytree(os.path.join(TOP, name), os.path.join(self.folder, name))
        shutil.copy2(os.path.join(TOP, "Makefile"), self.folder)
        for name in ("src", "drivers", "lib", "flags"):
            path = os.path.join(os.path.dirname(BIN), name)
            copy = shutil.copytree if os.path.isdir(path) else shutil.copy2
            os.makedirs(os.path.join(self.folder, "build", BUILT), exist_ok=True)
            copy(path, os.path.join(self.folder, "build", BUILT, name))

    def run_here(self, *words):
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
        return subprocess.run(words, cwd=self.folder, env=env, capture_output=True, text=True)

    def build(self):
        compiler, variant = BUILT.split("-", 1)
        program = os.path.join("build", BUILT, "bin", "waterlab")
        done = self.run_here("make", "-s", "-j2", "WERROR=1", "CC=" + compiler, "VARIANT=" + variant, program)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return program

    def test_each_kind_builds_and_is_sound(self):
        kinds = ("profile", "serial", "modbus")
        for kind in kinds:
            done = self.run_here("tools/new-driver", "acme-" + kind, "--" + kind)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("waterlab lint drivers/acme-" + kind, done.stdout)
        program = self.build()
        folders = ["drivers/acme-" + kind for kind in kinds]
        done = self.run_here(program, "lint", *folders)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("README.md: is not written yet"), 3, done.stdout)
        self.assertIn("3 drivers, 3 mistakes\n", done.stdout, "and nothing else is wrong")
        for folder in folders:
            path = os.path.join(self.folder, folder, "README.md")
            with open(path) as f:
                text = f.read()
            with open(path, "w") as f:
                f.write(text.replace("(not written yet) ", ""))
        done = self.run_here(program, "lint", *folders)
        self.assertEqual((done.returncode, done.stdout), (0, "3 drivers, 0 mistakes\n"), done.stderr)
        for folder in folders:
            shutil.rmtree(os.path.join(self.folder, folder))
        self.build()
        done = self.run_here(program, "lint", "--drivers", "drivers", "acme-serial")
        self.assertIn("there is no profile", done.stdout, "a driver that went is in the program no more")

    def test_refused_with_words(self):
        for words, why in (((), "NAME is missing"), (("acme-ph9",), "say --profile, --serial or --modbus"),
                           (("Acme", "--profile"), "allowed are a to z"), (("../x", "--serial"), "allowed are"),
                           (("9-acme", "--serial"), "begins with a letter"), (("acme-", "--modbus"), "ends with"),
                           (("a" * 32, "--modbus"), "has 32 letters; the most are 31"),
                           (("ysi-exo", "--serial"), "is there already"),
                           (("acme", "--serial", "--modbus"), "not two"), (("a", "b", "--serial"), "one NAME"),
                           (("acme", "--rtu"), "there is no option --rtu")):
            done = self.run_here("tools/new-driver", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("new-driver: ", done.stderr)
            self.assertIn(why, done.stderr)
        self.assertIn("Usage:", self.run_here("tools/new-driver", "--help").stdout)


if __name__ == "__main__":
    main()
