#!/usr/bin/python3
"""How long a transaction takes on labsim's serial lines against the formula: question, 3.5 characters of
silence, the unit's turnaround, answer.  Prints the figures; asserts generous bounds only, since the machine
may be busy, but no answer may come before its time."""

import statistics
import unittest

import simlab
from simlab import TURNAROUND_MS, Serial, Sim, is_sound

LINES = (("slow", 9600, 10, 1), ("brisk", 19200, 11, 7), ("fast", 115200, 10, 9))
COUNTS = (1, 10, 35)


class Timing(unittest.TestCase):
    def test_formula(self):
        with Sim() as sim:
            for line, baud, bits, unit in LINES:
                with Serial(sim.path(line), baud) as port:
                    for count in COUNTS:
                        self.measure(port, line, baud, bits, unit, count)

    def measure(self, port, line, baud, bits, unit, count):
        char_ms = bits * 1000 / baud
        gap_ms = 1.75 if baud > 19200 else 3.5 * char_ms
        first_ms = 8 * char_ms + gap_ms + TURNAROUND_MS
        length = 5 + 2 * count
        formula_ms = first_ms + length * char_ms
        took, first, unanswered = [], [], 0
        while len(took) < 9:
            asked = port.write(simlab.frame(unit, 3, 0, count))
            answer, began, ended = port.read(2, length=length)
            # On a machine that stalls a question may find the unit still at its last answer, and is not heard.
            if not answer and unanswered < 2:
                unanswered += 1
                continue
            self.assertTrue(is_sound(answer) and len(answer) == length)
            took.append((ended - asked) * 1000)
            first.append((began - asked) * 1000)
        over = statistics.median(took) - formula_ms
        print("rtu_%d_registers_%d: %.2f ms, formula %.2f, over %.3f ms (most %.3f)"
              % (baud, count, statistics.median(took), formula_ms, over, max(took) - formula_ms), flush=True)
        # asked is stamped before the write; the stamp may lie a little early, the answer never
        self.assertGreater(min(took), formula_ms - 0.05, line)
        self.assertGreater(min(first), first_ms - 0.05, line)
        self.assertLess(over, 20, line)


if __name__ == "__main__":
    simlab.main()
