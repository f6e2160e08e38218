#!/usr/bin/python3
"""What is stored outlives every change: other analyzers, their drivers gone, other settings, another lab name.

Finished files stay as they are to the byte, rows read back as they were, and in the end the store has each once.
"""

import glob
import hashlib
import os
import pathlib
import shutil

from chain import LabTest, compare, main, wholelab


class Changes(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=2, units=6, interval_ms=100)
    settings = "segment_readings = 1000; commit_ms = 200;"

    def segments(self):
        return sorted(glob.glob(os.path.join(self.folder, "spool", "readings-*.db")))

    def sums(self, files):
        return {f: hashlib.sha256(pathlib.Path(f).read_bytes()).hexdigest() for f in files}

    def configure(self, settings, **changed):
        """Writes labsim's example with other words in it."""
        self.lab.write_config()
        with open(self.lab.config) as f:
            text = f.read()
        text = text.replace('spool = { dir =', "spool = { %s dir =" % settings)
        for old, new in changed.items():
            text = text.replace(old, new)
        with open(self.lab.config, "w") as f:
            f.write(text)

    def run_until(self, test):
        self.lab.start_labsim()
        self.lab.start_daemon()
        self.wait_for("readings", test, 90)
        self.lab.labsim.end()
        self.lab.labsim = None
        self.wait_for("all to be saved", lambda: self.lab.status()["readings"]["pending"] == 0)

    def rows(self):
        """What is stored, without the lab's name, which is the configuration's."""
        return [{k: v for k, v in r.items() if k != "lab"} for r in self.lab.exported()
                if r["stream"] == "readings"]

    def test_everything_changes(self):
        self.need(wholelab.InfluxDB)
        self.configure(self.settings)
        self.run_until(lambda: len(self.segments()) > 2)
        before = self.rows()
        self.assertEqual(self.lab.daemon.end(), 0)
        finished = self.segments()[:-1]
        sums = self.sums(finished)

        # Other units of other drivers, and the folder of drivers has none that was in use.
        with open(self.lab.config) as f:
            text = f.read()
        used = {name for name in os.listdir(wholelab.DRIVERS) if 'profile = "%s"' % name in text}
        self.assertGreater(len(used), 1)
        drivers = os.path.join(self.folder, "drivers")
        shutil.copytree(wholelab.DRIVERS, drivers, ignore=lambda folder, names: used & set(names))
        self.lab.shape = (1, 0, 2)
        kept, wholelab.DRIVERS = wholelab.DRIVERS, drivers
        self.addCleanup(setattr, wholelab, "DRIVERS", kept)
        store = self.lab.add_store(wholelab.InfluxDB)
        self.configure("segment_readings = 3000; commit_ms = 1000;", example="renamed-lab")
        last = len(before)
        self.run_until(lambda: self.saved() > last + 50)
        self.wait_for("all to be sent", self.lab.drained, 90)
        after = self.rows()
        self.assertEqual(after[:last], before)
        self.assertEqual(self.sums(finished), sums)
        rows = store.readings(self.lab.status()["spool"]["id"])
        self.assertEqual(compare.compare_sequence(rows, len(after)), [])
        self.assertEqual({r[0]: r[2:] for r in rows},
                         {int(r["seq"]): (r["unit"], r["parameter"], float(r["value"]) if r["value"] else None)
                          for r in after})
        print("%d readings of %d units, %d after the change" % (len(after), len({r["unit"] for r in after}),
                                                                len(after) - last))


if __name__ == "__main__":
    main()
