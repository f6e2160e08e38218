#!/usr/bin/python3
"""How the laboratory is, at the centre: recorded while the store is away, there once under its own number and time when it is
back, sent again when the store loses it, and carried on a stick."""

import csv
import os
import signal
import subprocess

from chain import LabTest, main, wholelab


class LabStatus(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=2)

    def recorded(self):
        """The ledger's records of it: [(number, utc, a, b, c, words)]."""
        rows = csv.DictReader(self.lab.waterlab("spool", "export", "--stream", "ledger").splitlines())
        return [r for r in rows if r["kind"] == "lab_status"]

    def ledger(self):
        return self.lab.status()["stores"][0]["ledger"]

    def all_received(self):
        ledger = self.ledger()
        return not ledger["waiting"] and ledger["sent"] == ledger["received"]

    def run_waterlab(self, *args, config=None):
        return subprocess.run([wholelab.BIN + "/waterlab", "--config", config or self.lab.config, *args],
                              capture_output=True, text=True, timeout=60)

    def at_the_centre(self, kind, forget):
        store = self.store_with(kind, "receipt_s = 2;")
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        store.stop()    # no network
        record, = self.wait_for("it to be recorded", self.recorded, 120, 1)
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.assertEqual(self.recorded(), [record])
        spool = self.lab.status()["spool"]["id"]
        self.carried(kind, spool, record)
        store.start()
        self.wait_for("the ledger to be received", self.all_received, 60, 0.5)
        self.assert_is(store, spool, record)
        forget(store, spool)
        self.assertEqual(store.rows("lab_status", spool), {})
        self.assertEqual(self.run_waterlab("reconcile", "--all").returncode, 1)
        self.wait_for("it to be there again", lambda: store.rows("lab_status", spool), 60, 0.5)
        self.wait_for("the ledger to be received", self.all_received, 60, 0.5)
        self.assert_is(store, spool, record)
        print("seen at %s: %s" % (store.title, record["words"]))

    def assert_is(self, store, spool, record):
        """The store's one row is the record's."""
        rows = store.rows("lab_status", spool, ("lab", "spool"))
        self.assertEqual(len(rows), 1)
        (tags, ms), row = rows.popitem()
        self.assertEqual(tags, (self.lab.status()["lab"], spool))
        self.assertEqual("%03d" % (ms % 1000), record["utc"][-4:-1])
        self.assertEqual([row["backlog"], row["backlog_records"], row["oldest_unsent_s"], row["seq"]],
                         [float(record[key]) for key in ("a", "b", "c", "seq")])
        self.assertGreater(row["backlog"], row["backlog_records"])
        self.assertGreater(row["oldest_unsent_s"], 30)
        self.assertEqual((row["units_ok"], row["units_sick"], row["refused"], row["set_aside"]), (2, 0, 0, 0))
        self.assertEqual(row["checks_ok"], 0)
        self.assertGreaterEqual(row["checks_expired"], 2)
        self.assertIn(row["clock"], (1, 4))     # what it is on this machine

    def carried(self, kind, spool, record):
        """On a stick into another store of the kind."""
        folder = self.folder + "/centre"
        store = kind(folder)
        store.start()
        self.lab.stores.append(store)
        os.mkdir(folder + "/stick")
        with open(folder + "/centre.conf", "w") as f:
            f.write('lab = "centre";\nspool = { dir = "%s/none"; };\nstores = ({ name = "province"; type = "%s"; url = "%s"; '
                    'database = "waterlab"; receipt_s = 2; });\n' % (folder, store.flavour, store.url))
        for args in (("carry", "out", folder + "/stick"), ("carry", "in", folder + "/stick")):
            done = self.run_waterlab(*args, config=folder + "/centre.conf" if args[1] == "in" else None)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_is(store, spool, record)

    def test_influxdb(self):
        self.at_the_centre(wholelab.InfluxDB, lambda store, spool: store.query("DROP MEASUREMENT lab_status", post=True))

    def test_victoriametrics(self):
        self.at_the_centre(wholelab.VictoriaMetrics, lambda store, spool: wholelab.ask_http(
            store.url + "/api/v1/admin/tsdb/delete_series", data=b"match[]=%7B__name__%3D~%22lab_status_.*%22%7D"))


if __name__ == "__main__":
    main()
