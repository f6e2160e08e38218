#!/usr/bin/python3
"""The daemon against an independent Modbus implementation: Debian's pymodbus, over RTU and TCP.

Registers change while it runs; every value stored must be one that was there, for that parameter.
"""

import os
import time

from chain import LabTest, compare, main, wholelab
from pymodbus_server import PymodbusServer

CONFIG = """
lab = "peers";
drivers = "%(drivers)s";
spool = { dir = "%(folder)s/spool"; commit_ms = 200; };
control = { socket = "%(folder)s/control"; };
lines = ( { name = "peer"; %(line)s units = (
	{ name = "ph-1"; profile = "supmea-ph8001"; address = 7; interval_ms = 200; },
	{ name = "oxygen-1"; profile = "supmea-do7013"; address = 9; interval_ms = 200; } ); } );
"""


class Peers(LabTest):
    def words(self, n):
        """The n-th set of registers: every value differs from all others of its set and of the next."""
        return {7: [200 + n, 700 + n, 65536 - 100 - n, 300 + n, 400 + n, 0, 0, 0, 0, 0, 0, 5000 + n],
                9: [210 + n, 900 + n, 880 + n, 60 + n, 0, 0, 0, 0]}

    def stored(self, n):
        a, b = self.words(n)[7], self.words(n)[9]
        return {("ph-1", "temperature"): a[0] / 10, ("ph-1", "ph"): a[1] / 100,
                ("ph-1", "ph_mv"): (a[2] - 65536) / 10, ("ph-1", "orp"): a[11] / 10,
                ("ph-1", "electrode_zero"): a[3] / 10, ("ph-1", "electrode_slope"): a[4] / 10,
                ("oxygen-1", "temperature"): b[0] / 10, ("oxygen-1", "dissolved_oxygen"): b[1] / 100,
                ("oxygen-1", "dissolved_oxygen_sat"): b[2] / 10, ("oxygen-1", "cell_null"): b[3] / 10}

    def shown(self):
        return {(unit["name"], field["parameter"]): field["value"]
                for unit in self.lab.status()["lines"][0]["units"] for field in unit["fields"]}

    def run_against(self, server, line):
        with open(self.lab.config, "w") as f:
            f.write(CONFIG % dict(drivers=wholelab.DRIVERS, folder=self.folder, line=line))
        self.lab.start_daemon()
        sets = 12
        for n in range(sets):
            for unit, words in self.words(n).items():
                server.put(unit, "holding", 0, words)
            self.wait_for("set %d to be read" % n, lambda: self.shown() == self.stored(n), 20, 0.05)
        self.wait_for("all to be saved", lambda: self.lab.status()["readings"]["pending"] == 0)
        units = self.lab.status()["lines"][0]["units"]
        self.assertEqual([u["health"] for u in units], ["ok", "ok"])
        rows = self.lab.exported()
        allowed = {}
        for n in range(sets):
            for key, value in self.stored(n).items():
                allowed.setdefault(key, []).append(value)
        seen = {}
        for row in rows:
            key = row["unit"], row["parameter"]
            if float(row["value"]) == 0 and key not in seen:
                continue  # before the first set was put
            self.assertIn(float(row["value"]), allowed[key], key)
            seen.setdefault(key, set()).add(float(row["value"]))
        for key, values in allowed.items():
            self.assertEqual(seen[key], set(values), "%s %s: every set was read" % key)
        self.assertEqual(compare.compare_sequence([(int(r["seq"]),) for r in rows], len(rows)), [])
        print("%d readings from pymodbus" % len(rows))

    def units(self):
        return {number: {"holding": {0: [0] * len(words)}} for number, words in self.words(0).items()}

    def test_tcp(self):
        with PymodbusServer.tcp(self.units()) as server:
            self.run_against(server, 'type = "tcp"; port = "%s";' % server.where)

    def test_rtu(self):
        with PymodbusServer.rtu(self.units(), os.path.join(self.folder, "bus")) as server:
            self.run_against(server, 'type = "rtu"; port = "%s"; baud = 9600;' % server.where)


if __name__ == "__main__":
    main()
