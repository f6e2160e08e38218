#!/usr/bin/python3
"""What a spool's files hold, by other tools: `spool export --format sqlite` as CSV says it, and `spool verify`."""

import csv
import json
import os
import sqlite3

from chain import TOP, LabTest, main, wholelab

NUMBERS = {"seq": int, "value": float, "qc": int, "boot_ms": int, "clock_error_s": float, "mode": int,
           "fix_age_s": float, "eph_m": float, "border_m": int, "a": int, "b": int, "c": int}


class Export(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=4)

    def run_a_while(self):
        self.lab.start()
        self.wait_for("some readings", lambda: self.saved() > 60)
        self.lab.labsim.end()
        self.wait_for("all to be saved", self.lab.drained)

    def csv_rows(self, stream):
        text = self.lab.waterlab("spool", "export", "--stream", stream)
        rows = list(csv.reader(text.splitlines()))
        head = rows[0]
        return head, [tuple(NUMBERS.get(name, str)(field) if field else None
                            for name, field in zip(head, row)) for row in rows[1:]]

    def assert_same(self, path):
        with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            for stream in "readings", "ledger":
                head, rows = self.csv_rows(stream)
                cursor = db.execute("SELECT * FROM %s ORDER BY seq" % stream)
                self.assertEqual([column[0] for column in cursor.description], head)
                self.assertEqual(cursor.fetchall(), rows)
                self.assertGreater(len(rows), 0)
            meta = dict(db.execute("SELECT key, value FROM meta"))
            types = {type(row[0]) for row in db.execute("SELECT value FROM readings")}
        self.assertLessEqual(types, {float, type(None)})
        return meta

    def run_waterlab(self, *args):
        done = wholelab.subprocess.run([wholelab.BIN + "/waterlab", "--config", self.lab.config, *args],
                                       capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def test_sqlite_is_what_csv_is(self):
        self.run_a_while()
        beside, alone = self.folder + "/beside.db", self.folder + "/alone.db"
        self.lab.waterlab("spool", "export", "--format", "sqlite", beside)
        meta = self.assert_same(beside)
        self.assertEqual(meta["spool"], self.lab.status()["spool"]["id"])
        self.assertEqual(int(meta["readings"]), self.saved())
        self.lab.daemon.end()
        self.lab.waterlab("spool", "export", "--format", "sqlite", alone)
        self.assertEqual(self.assert_same(alone)["lab"], meta["lab"])
        # Never over a file, and nothing is left of what cannot be made.
        code, _, words = self.run_waterlab("spool", "export", "--format", "sqlite", alone)
        self.assertEqual((code, "is there already" in words), (1, True), words)
        code, _, words = self.run_waterlab("spool", "export", "--format", "sqlite", self.folder + "/no/such.db")
        self.assertEqual(code, 1, words)
        part = self.folder + "/part.db"
        self.lab.waterlab("spool", "export", "--format", "sqlite", "--stream", "readings", "--from", "5",
                          "--to", "9", part)
        with sqlite3.connect(part) as db:
            self.assertEqual(db.execute("SELECT min(seq), max(seq), count(*) FROM readings").fetchone(), (5, 9, 5))
            self.assertEqual([r[0] for r in db.execute("SELECT name FROM sqlite_master ORDER BY 1")],
                             ["meta", "readings"])
        for wrong in ([], ["--from", "5", part + "2"]):
            code, _, words = self.run_waterlab("spool", "export", "--format", "sqlite", *wrong)
            self.assertEqual(code, 2, words)
        self.assertEqual([n for n in os.listdir(self.folder) if n.endswith(".part") or n == "part.db2"], [])

    def test_what_it_writes_can_be_judged(self):
        """Each reading has QARTOD's flags behind it, and is not changed."""
        self.run_a_while()
        given = self.lab.waterlab("spool", "export")
        done = wholelab.subprocess.run(
            [wholelab.BIN + "/waterlab", "qc", "--config", os.path.join(TOP, "config", "qc.conf")], input=given,
            capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = list(csv.DictReader(done.stdout.splitlines()))
        self.assertEqual(len(rows), len(given.splitlines()) - 1)
        for before, after in zip(given.splitlines(), done.stdout.splitlines()):
            self.assertTrue(after.startswith(before + ","), after)
        for row in rows:
            self.assertEqual(row["qc_gross"] == "9", not row["value"], row)
        self.assertLessEqual({"1", "2"}, {row["qc_spike"] for row in rows})

    def test_verify_beside_the_daemon_and_alone(self):
        self.run_a_while()
        last = self.saved()
        verdicts = []
        for daemon in True, False:
            if not daemon:
                self.lab.daemon.end()
            code, out, words = self.run_waterlab("spool", "verify", "--json")
            self.assertEqual(code, 0, out + words)
            verdicts.append([json.loads(line) for line in out.splitlines()][-1]["verdict"])
            self.assertEqual(verdicts[-1]["readings"]["rows"], last)
        self.assertEqual(verdicts[0], verdicts[1])
        spool = self.folder + "/spool"
        code, out, words = self.run_waterlab("spool", "verify", spool)
        self.assertEqual(code, 0, out + words)
        self.assertIn(": sound; readings to %d: %d rows" % (last, last), out)
        print(out)
        newest = max(n for n in os.listdir(spool) if n.startswith("readings-") and n.endswith(".db"))
        with sqlite3.connect(spool + "/" + newest) as db:
            db.execute("UPDATE reading SET value=value+1 WHERE seq=7")
        db.close()
        code, out, words = self.run_waterlab("spool", "verify", spool)
        self.assertEqual(code, 1, out + words)
        self.assertIn("NOT SOUND", out)
        self.assertIn("missing: ", out)
        print(out)
        self.assertEqual(self.run_waterlab("spool", "verify", self.folder + "/nowhere")[0], 1)

    def told_aside(self):
        """How many files status counts as set aside; as JSON and as text it says so in words just then."""
        status = self.lab.status()
        told = [words for words in status["waits"] if "set aside as damaged" in words]
        n = status["spool"]["set_aside"]
        self.assertEqual(len(told), bool(n), status["waits"])
        for words in told:
            self.assertIn("waterlab spool salvage", words)
        self.assertEqual("set aside as damaged" in " ".join(self.lab.waterlab("status").split()), bool(n))
        return n

    def test_status_tells_of_files_until_they_were_looked_into(self):
        self.run_a_while()
        self.assertEqual(self.told_aside(), 0)
        for whole in True, False:
            self.lab.daemon.end()
            newest = max(n for n in os.listdir(self.folder + "/spool") if n.endswith(".db") and n != "ledger.db")
            with open(self.folder + "/spool/" + newest, "r+b") as f:
                f.write(bytes(64))
                if not whole:
                    f.truncate(64)
            self.lab.start_daemon()
            self.assertEqual(self.told_aside(), 1)
            self.lab.daemon.end()
            code, out, words = self.run_waterlab("spool", "salvage")
            self.assertEqual(code, 0, out + words)
            self.lab.start_daemon()
            self.assertEqual(self.told_aside(), 0)

    def test_salvaged_readings_arrive(self):
        self.need(wholelab.InfluxDB)
        self.run_a_while()
        last, spool = self.saved(), self.lab.status()["spool"]["id"]
        code, _, words = self.run_waterlab("spool", "salvage")
        self.assertEqual((code, "systemctl stop waterlabd" in words), (1, True), words)
        self.lab.daemon.end()
        with open(self.folder + "/spool/readings-%012d.db" % 1, "r+b") as f:
            f.write(bytes(64))
        code, out, words = self.run_waterlab("spool", "salvage")
        self.assertEqual(code, 0, out + words)
        self.assertIn("%d rows are back under their numbers" % last, out)
        print(out)
        store = self.lab.add_store(wholelab.InfluxDB)
        self.lab.write_config()
        self.lab.start_daemon()
        self.wait_for("all to be sent", lambda: len(store.readings(spool, 1, last)) >= last, 30)
        self.assertEqual(sorted(row[0] for row in store.readings(spool, 1, last)), list(range(1, last + 1)))
        self.assertEqual(self.run_waterlab("spool", "verify")[0], 0)


if __name__ == "__main__":
    main()
