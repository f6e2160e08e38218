#!/usr/bin/python3
"""The independent server itself, tried by an independent master (mbpoll), before the daemon is."""

import re
import subprocess
import tempfile
import unittest

from pymodbus_server import PymodbusServer, wait_for

UNITS = {1: {"holding": {0: [712, 215], 10: [0x40ED, 0x70A4]}, "input": {5: [99]}},
         2: {"discrete": {4: [1, 0, 1]}}}


class Server(unittest.TestCase):
    def poll(self, where, *what, fails=False):
        done = subprocess.run(["mbpoll", "-0", "-1", "-o", "2", *where, *what], capture_output=True, text=True)
        self.assertEqual(done.returncode != 0 or "failed" in done.stderr, fails, done.stdout + done.stderr)
        return re.findall(r"^\[\d+\]:\s+(\S+)", done.stdout, re.M)

    def try_all(self, server, how):
        def where(unit):
            last = server.where.split(":")[0]
            return [*how, "-a", str(unit), last]
        self.assertEqual(self.poll(where(1), "-t", "4", "-r", "0", "-c", "2"), ["712", "215"])
        self.assertEqual(self.poll(where(1), "-t", "4:float", "-B", "-r", "10", "-c", "1"), ["7.42"])
        self.assertEqual(self.poll(where(1), "-t", "3", "-r", "5", "-c", "1"), ["99"])
        self.assertEqual(self.poll(where(2), "-t", "1", "-r", "4", "-c", "3"), ["1", "0", "1"])
        self.poll(where(1), "-t", "4", "-r", "2", "-c", "1", fails=True)
        self.poll(where(3), "-t", "4", "-r", "0", "-c", "1", fails=True)
        server.put(1, "holding", 0, [713])

        def changed():
            return self.poll(where(1), "-t", "4", "-r", "0", "-c", "1") == ["713"]
        wait_for("the new value", changed)
        self.assertEqual(server.reads()[0], (1, "holding", 0, [712, 215]))

    def test_tcp(self):
        with PymodbusServer.tcp(UNITS) as server:
            self.try_all(server, ["-m", "tcp", "-p", server.where.split(":")[1]])

    def test_rtu(self):
        with PymodbusServer.rtu(UNITS, tempfile.mkdtemp(prefix="waterlab-rtu-")) as server:
            self.try_all(server, ["-m", "rtu", "-b", "9600", "-P", "none"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
