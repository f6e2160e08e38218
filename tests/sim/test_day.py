#!/usr/bin/python3
# limit: 900 s
"""24 hours on an injected clock, 3 lines, 20 units, faults on and off, into a real spool and from there into
a real store: numbers without a hole, every value the one that was served, none under another's name.

DAY_HOURS=24 and SEED=N from the environment; without influxd the store's part is left out, and said.
"""

import csv
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import simlab

sys.path.insert(0, os.path.join(simlab.TOP, "tools"))
import wholelab  # noqa: E402

HOURS = os.environ.get("DAY_HOURS", "24")
SEED = os.environ.get("SEED", str(random.randrange(1 << 30)))
DAY = os.path.join(os.path.dirname(os.path.abspath(simlab.BIN)), "tests", "sim", "day")
CHUNK = 200000


class Day(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="waterlab-day-")
        self.addCleanup(shutil.rmtree, self.folder)
        subprocess.run([simlab.LABSIM, "--example", "rtu-lines=2,tcp-lines=1,units=20,interval-ms=5000",
                        "--dir", self.folder, "--drivers", wholelab.DRIVERS], check=True)

    def live(self, **env):
        done = subprocess.run([DAY, os.path.join(self.folder, "waterlab.conf"), HOURS, SEED],
                              stdout=subprocess.PIPE, text=True, env=dict(os.environ, **env))
        print(done.stdout, flush=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("\n0 wrong\n", done.stdout)
        return done.stdout

    def test_a_day(self):
        if wholelab.InfluxDB(self.folder).missing():
            self.live()
            print("no influxd: the store's part was left out")
            return
        store = wholelab.InfluxDB(self.folder)
        store.start()
        self.addCleanup(store.stop)
        rows = os.path.join(self.folder, "rows.csv")
        said = self.live(WATERLAB_STORE_URL=store.url, WATERLAB_DAY_ROWS=rows)
        spool = said.split("\nspool ")[1].split(":")[0]
        with open(rows) as f:
            saved = [(int(n), int(utc), unit, parameter, float(value))
                     for n, utc, unit, parameter, value in csv.reader(f)]
        self.compare(store, spool, saved)

    def compare(self, store, spool, saved):
        """Every saved row is in the store under its number, with its time and its value; nothing else is."""
        for first in range(0, len(saved), CHUNK):
            here = saved[first:first + CHUNK]
            stored = sorted(store.readings(spool, here[0][0], here[-1][0]))
            self.assertEqual([r[0] for r in stored], [r[0] for r in here])
            for want, got in zip(here, stored):
                self.assertEqual(got[:4], want[:4])
                if math.isnan(want[4]):
                    self.assertIsNone(got[4])
                else:
                    self.assertTrue(math.isclose(got[4], want[4], rel_tol=1e-7), (want, got))
        self.assertEqual(store.readings(spool, len(saved) + 1), [])
        print("%d rows compared with what the store gives back" % len(saved))


if __name__ == "__main__":
    simlab.main()
