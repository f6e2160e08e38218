#!/usr/bin/python3
"""labsim plays drivers in C from their cases: a bare Python master asks every driver's questions in the order of a case
and gets the case's answers, byte for byte; and each fault on the first of them.  $DRIVER: that one alone.

One that reads a meter's files is left out: it is on no line, and no configuration with it is taken."""

import concurrent.futures
import glob
import itertools
import os
import re
import select
import sys
import time
import unittest

import simlab
from simlab import Serial, Sim, crc

sys.path.insert(0, os.path.join(simlab.TOP, "tools"))
from trace_text import bytes_of  # noqa: E402

DRIVERS = os.path.join(simlab.TOP, "drivers")
BAUD = 19200
LINES = 16  # of a lab

CONFIG = """lab = "sim";
drivers = "@drivers@";
spool = { dir = "%(dir)s/spool"; };
control = { socket = "%(dir)s/control"; };
lines = ( @lines@ );
"""
LINE = """{ name = "l%d"; type = "rtu"; port = "%%(dir)s/l%d"; baud = 19200; units = (
	{ name = "u%d"; profile = "%s"; address = %d; } ); }"""


def read_file(path):
    with open(path) as f:
        return f.read()


class Case:
    """What labsim plays of a driver: its first case with a value in it, up to where the driver gives its turn up."""

    def __init__(self, folder):
        self.name = os.path.basename(folder.rstrip("/"))
        source = "".join(read_file(path) for path in glob.glob(os.path.join(folder, "*.c")))
        self.on_line = "WL_FILE" not in source
        self.plain = ".frame = " in source  # else PDUs, and bytes that nothing answers
        self.quiet_s = max(map(int, re.findall(r"\.quiet_ms = (\d+)", source)), default=0) / 1000
        self.pairs = []  # question (b"": none), answer (b"": none), good
        for path in sorted(glob.glob(os.path.join(folder, "cases", "*.trace"))):
            text = read_file(path)
            if re.search("^= [^:]", text, re.M):
                self.read(text)
                return

    def read(self, text):
        said = re.search(r"^address: *(\d+)", text, re.M)
        self.address = int(said.group(1)) if said else 1
        for line in text.splitlines():
            if line.startswith(">"):
                self.pairs.append([bytes_of(line[1:]), b"", True])
            elif line.startswith("<") and self.pairs and self.pairs[-1][0] and not self.pairs[-1][1]:
                self.pairs[-1][1] = bytes_of(line[1:])
            elif line.startswith("<"):
                self.pairs.append([b"", bytes_of(line[1:]), True])
            elif line[:1] in ("!", "?") and self.pairs:
                self.pairs[-1][2] = False
        self.answers = [self.on_wire(answer) for _, answer, _ in self.pairs]
        self.said = [answer for question, answer, good in self.pairs if good and not question]  # in a circle
        while self.pairs and not self.pairs[0][2]:
            del self.pairs[0]
        self.pairs = [pair[:2] for pair in itertools.takewhile(lambda pair: pair[2], self.pairs)]

    def on_wire(self, data, answer=b"-"):
        """As it is on the line: a PDU between unit number and checksum."""
        if self.plain or not data or not answer:
            return data
        data = bytes([self.address]) + data
        return data + crc(data)


def cases():
    folders = sorted(glob.glob(os.path.join(DRIVERS, os.environ.get("DRIVER") or "*", "")))
    found = [Case(folder) for folder in folders if glob.glob(os.path.join(folder, "*.c"))]
    return [case for case in found if case.pairs and case.on_line]


class Played(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cases = cases()
        if not cls.cases:
            raise unittest.SkipTest("no driver in C that is on a line")

    def one(self, sim, test, i, case):
        with Serial(sim.path("l%d" % i), BAUD) as line:
            test(sim, i, case, line)

    def each(self, test):
        """Every driver on a line of its own, at once, since most of it is waiting."""
        for first in range(0, len(self.cases), LINES):
            cases = self.cases[first:first + LINES]
            lines = ",\n".join(LINE % (i, i, i, case.name, case.address) for i, case in enumerate(cases))
            with Sim(config=CONFIG.replace("@drivers@", DRIVERS).replace("@lines@", lines)) as sim, \
                    concurrent.futures.ThreadPoolExecutor(LINES) as pool:
                done = [pool.submit(self.one, sim, test, i, case) for i, case in enumerate(cases)]
                for case, one in zip(cases, done):
                    with self.subTest(case.name):
                        one.result()

    def hear(self, line, n, most_s=3):
        return line.read(most_s, 0.3, n)[0]

    def in_order(self, sim, i, case, line):
        if not any(question for question, _ in case.pairs):
            return self.said_in_order(case, line)
        for question, answer in case.pairs[:40]:
            if question:
                time.sleep(case.quiet_s)
                line.write(case.on_wire(question, answer))
            if not answer:
                time.sleep(0.05)  # that nothing answers is over for labsim, too
            else:
                self.assertEqual(self.hear(line, len(case.on_wire(answer))), case.on_wire(answer))

    def said_in_order(self, case, line):
        """A talker is joined anywhere, also in the middle of a message: what comes after the next silence counts."""
        self.hear(line, None)
        heard = [self.hear(line, None) for _ in case.said[:8]]
        self.assertIn(heard, [(case.said[at:] + case.said[:at])[:8] for at in range(len(case.said))])

    def test_each_question_gets_its_answers_in_order(self):
        self.each(self.in_order)

    def first(self, case, line, most_s=1.0):
        """Asks the first question that has an answer; what came of it."""
        question, answer = next(pair for pair in case.pairs if all(pair))
        time.sleep(case.quiet_s)
        line.write(case.on_wire(question, answer))
        return line.read(most_s, 0.3)

    def faulty(self, sim, i, case, line):
        unit = "u%d" % i
        if not any(question and answer for question, answer in case.pairs):
            return  # a talker: what comes when is not ours to say
        for fault in "mute", "crc", "garbage", "short":
            sim.send(unit + " " + fault)
            came = self.first(case, line)[0]
            self.assertNotIn(came, [answer for answer in case.answers if answer], fault)
            self.assertEqual(len(came) > 0, fault != "mute", fault)
            sim.send(unit + " ok")
        sim.send(unit + " late 400ms n=1")
        began = time.monotonic()
        came, first, _ = self.first(case, line, 3.0)
        self.assertIn(came, case.answers)
        self.assertGreater(first - began, 0.4)
        sim.send(unit + " frozen", unit + " status bad", unit + " impostor", fails=True)
        sim.send("l%d unplug" % i)
        simlab.wait_for("the line to go", lambda: not os.path.exists(sim.path("l%d" % i)))

    def test_faults_of_the_frame(self):
        self.each(self.faulty)

    def unknown(self, sim, i, case, line):
        question = b"\x01~~~" if case.plain else bytes([case.address, 3, 0xFE, 0xDC, 0, 1])
        line.write(question + (b"" if case.plain else crc(question)))
        came = b"" if any(not q for q, _ in case.pairs) else line.read(0.5, 0.1)[0]
        refusal = bytes([case.address, 0x83, 2])
        self.assertEqual(came, b"" if case.plain else refusal + crc(refusal))

    def test_a_question_of_no_case(self):
        self.each(self.unknown)

    def talks(self, sim, i, case, line):
        if any(question for question, _ in case.pairs):
            return
        heard = []
        for _ in range(3):
            select.select([line.fd], [], [], 3)
            heard.append((time.monotonic(), line.read(0.5, 0.1)[0]))
        for (before, _), (after, _) in zip(heard[1:], heard[2:]):
            self.assertAlmostEqual(after - before, 1, delta=0.5)
        for _, message in heard[1:]:
            self.assertIn(message, case.answers)

    def test_a_talker_talks_once_a_second(self):
        self.each(self.talks)


if __name__ == "__main__":
    simlab.main()
