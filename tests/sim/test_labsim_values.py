#!/usr/bin/python3
"""Independent Modbus masters (Debian's pymodbus, mbpoll, and bare Python) read labsim over TCP and over
ptys, and what the registers say is what labsim's log says it served."""

import os
import re
import socket
import struct
import subprocess
import unittest

from pymodbus.client import ModbusSerialClient, ModbusTcpClient

import simlab
from simlab import EVERY, WORDS, Serial, Sim, Tcp, agrees, registers


class Values(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim()
        cls.sim.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__()

    def compare(self, before, unit, first, words, function=3):
        """Every row that this answer made in the log against its registers."""
        want = [e for e in EVERY if e[1] == function and e[2] >= first
                and e[2] + WORDS[e[3]] <= first + len(words)]

        def answered():
            # pymodbus now and then asks before the line's silence is over, gets none, and asks again
            rows = [r for r in self.sim.rows()[before:] if r["outcome"] != "hurried" and r["unit"] == unit]
            return len(rows) >= len(want) and rows
        rows = simlab.wait_for("the answer's rows", answered)
        self.assertEqual([r["parameter"] for r in rows], [e[0] for e in want])
        for entry, row in zip(want, rows):
            here = words[entry[2] - first:entry[2] - first + WORDS[entry[3]]]
            self.assertEqual((row["unit"], row["outcome"], int(row["address"]), int(row["function"])),
                             (unit, "ok", entry[2], function))
            self.assertTrue(agrees(entry, here, row["value"]), (row, here))

    def read_twice(self, client, unit, name):
        for _ in range(2):
            before = len(self.sim.rows())
            answer = client.read_holding_registers(0, 35, slave=unit)
            self.assertFalse(answer.isError(), answer)
            self.compare(before, name, 0, answer.registers)
            before = len(self.sim.rows())
            answer = client.read_input_registers(0, 2, slave=unit)
            self.compare(before, name, 0, answer.registers, 4)
            answer = client.read_holding_registers(50, 4, slave=unit)
            self.assertEqual(struct.pack(">4H", *answer.registers), b"SIM-1\0\0\0")
            answer = client.read_discrete_inputs(4, 1, slave=unit)
            self.assertEqual(answer.bits[0], False)
            self.sim.wait_rows(before + 3)  # total_chlorine, identity, cover

    def test_pymodbus_over_tcp(self):
        client = ModbusTcpClient("127.0.0.1", port=self.sim.port)
        self.assertTrue(client.connect())
        self.read_twice(client, 1, "eta")
        client.close()

    def test_pymodbus_over_a_pty(self):
        # Both without parity: pyserial fails where a pty forgets it, which no pty keeps.
        for line, baud, unit, name in (("slow", 9600, 3, "gamma"), ("brisk", 19200, 7, "delta")):
            client = ModbusSerialClient(self.sim.path(line), baudrate=baud, parity="N", timeout=2)
            self.assertTrue(client.connect())
            self.read_twice(client, unit, name)
            client.close()

    def test_mbpoll(self):
        for how in (["-m", "rtu", "-b", "9600", "-P", "none", "-a", "1", self.sim.path("slow")],
                    ["-m", "tcp", "-p", str(self.sim.port), "-a", "1", "127.0.0.1"]):
            before = len(self.sim.rows())
            # "Big endian" is how mbpoll calls the order ABCD.
            done = subprocess.run(["mbpoll", "-t", "4:float", "-B", "-0", "-r", "10", "-c", "1", "-1", *how],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            value = float(re.search(r"^\[10\]:\s+(\S+)", done.stdout, re.M).group(1))
            row = self.sim.wait_rows(before + 1)[before]
            self.assertEqual(row["parameter"], "dissolved_oxygen")
            self.assertAlmostEqual(value, float(row["value"]), 4)

    def test_neighbours_differ(self):
        """No value of a fine register stays the same for six answers, so that a stale or swapped one shows."""
        with Tcp(self.sim.port) as tcp:
            before = len(self.sim.rows())
            answers = [registers(tcp.ask(1, 3, 0, 35)[7:]) for _ in range(6)]
        self.sim.wait_rows(before + 6 * 16)
        for entry in EVERY:
            if entry[1] == 3 and entry[3] in ("f32", "f64"):
                self.assertGreater(len({a[entry[2]:entry[2] + WORDS[entry[3]]] for a in answers}), 1, entry)

    def test_values_are_plausible(self):
        bounds = {"ph": (6, 9), "temperature": (2, 35), "conductivity": (100, 900), "turbidity_ntu": (0, 60),
                  "dissolved_oxygen": (5, 15), "free_chlorine": (0, 1.2), "orp": (300, 800)}
        with Tcp(self.sim.port) as tcp:
            before = len(self.sim.rows())
            tcp.ask(1, 3, 0, 35)
        for row in self.sim.wait_rows(before + 16)[before:]:
            low, high = bounds.get(row["parameter"], (-500, 1000))
            self.assertTrue(low <= float(row["value"]) <= high, row)

    def test_limits_of_the_device(self):
        """What a strict device refuses, with the codes a real one gives."""
        with Tcp(self.sim.port) as tcp:
            for why, want, ask in (("a whole value", 0, (2, 3, 0, 2)), ("two values", 0, (2, 3, 0, 4)),
                                   ("over its most", 3, (2, 3, 0, 5)), ("an odd start", 2, (2, 3, 1, 2)),
                                   ("a gap of an exact reader", 2, (2, 3, 4, 3)),
                                   ("a forbidden range", 2, (2, 3, 20, 2)),
                                   ("beyond the map", 2, (2, 3, 42, 2)), ("another table", 2, (2, 4, 0, 2)),
                                   ("an unknown function", 1, (2, 6, 0, 2)), ("no registers", 3, (2, 3, 0, 0)),
                                   ("the others' gap", 0, (1, 3, 30, 4)), ("126 registers", 3, (1, 3, 0, 126)),
                                   ("nobody there", 11, (99, 3, 0, 1))):
                # theta's quiet time is kept by waiting for what it is there to keep
                answer = simlab.wait_for("an answer", lambda: tcp.ask(*ask, most_s=0.1) or None)[7:]
                self.assertEqual(answer[1] if answer[0] & 0x80 else 0, want, why)
            before = len(self.sim.rows())
            tcp.ask(1, 3, 0, 1)
        self.sim.wait_rows(before + 1)

    def test_broadcast_and_strangers_get_silence(self):
        with Serial(self.sim.path("slow"), 9600) as line:
            self.assertEqual(line.ask(0, 3, 0, 1, 0.2), b"")
            self.assertEqual(line.ask(99, 3, 0, 1, 0.2), b"")
            before = len(self.sim.rows())
            self.assertTrue(line.ask(1, 3, 0, 1))
            self.sim.wait_rows(before + 1)

    def test_who_comes_while_many_talk_waits(self):
        """Eight are listened to at a time."""
        talk = [socket.socket(socket.AF_UNIX) for _ in range(8)]
        for one in talk:
            self.addCleanup(one.close)
            one.connect(self.sim.ctl)
            one.sendall(b"status\n")
            self.assertTrue(one.recv(16))
        late = socket.socket(socket.AF_UNIX)
        self.addCleanup(late.close)
        late.connect(self.sim.ctl)
        late.sendall(b"status\n")
        for _ in range(3):    # by then it was seen, if anybody looks for it
            talk[0].sendall(b"status\n")
            self.assertTrue(talk[0].recv(16384))
        talk.pop().close()
        self.assertTrue(late.recv(16))

    def test_says_where_it_is(self):
        self.assertRegex(self.sim.said[0], "^slow rtu %s -> /dev/pts/[0-9]+ 9600 8N1$" % self.sim.path("slow"))
        self.assertTrue(os.readlink(self.sim.path("slow")).startswith("/dev/pts/"))
        self.assertIn("net tcp 127.0.0.1:%d" % self.sim.port, self.sim.said)


if __name__ == "__main__":
    simlab.main()
