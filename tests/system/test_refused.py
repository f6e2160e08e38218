#!/usr/bin/python3
# begun first
"""What a real store refuses: isolated while the rest goes through, and taken in the end, once its people mended it."""

import glob
import signal
import subprocess
import time

from chain import LabTest, main, wholelab


FAKETIME = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") or [None])[0]


class Refused(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=4)

    def days_ago(self, days, least):
        """So many readings, or a few more, of a day so long ago, on a van that cannot reach its store yet."""
        if not FAKETIME:
            self.skipTest("no faketime here (tools/install-deps brings it)")
        then = time.strftime("@%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - days * 86400))
        self.lab.daemon_env = dict(LD_PRELOAD=FAKETIME, FAKETIME=then, TZ="UTC",
                                   FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_FORCE_MONOTONIC_FIX="0")
        self.lab.clock["not_before"] = '"%s"' % time.strftime("%Y-%m-%d", time.gmtime(time.time() - 400 * 86400))
        self.lab.start()
        self.wait_for("some readings with a time", lambda: self.saved() > least and
                      self.lab.status()["clock"]["untimed"] == 0, 30)
        self.lab.daemon.end()
        self.lab.daemon_env = {}

    def of_store(self):
        return self.lab.status()["stores"][0]

    def waterlab(self, *args):
        done = subprocess.run([wholelab.BIN + "/waterlab", "--config", self.lab.config, *args],
                              capture_output=True, text=True, timeout=60)
        print("$ waterlab %s\n%s%s(%d)" % (" ".join(args), done.stdout, done.stderr, done.returncode))
        return done

    def test_a_field_of_another_type_and_its_mending(self):
        store = self.store_with(wholelab.InfluxDB)
        # Somebody wrote the flags of a reading as a float: from then on rows with flags are refused.
        body = b"reading,analyzer=stranger flags=1.5 %d" % int(time.time() * 1000)
        wholelab.ask_http(store.url + "/write?db=waterlab&precision=ms", data=body)
        self.lab.start()
        self.wait_for("the first readings to be sent", lambda: self.of_store()["sent"] > 10, 30)
        unit, field = next((u["name"], f["parameter"]) for line in self.lab.status()["lines"]
                           for u in line["units"] for f in u["fields"])
        self.lab.fault("%s nan %s n=3" % (unit, field))
        self.wait_for("the rows with flags to be refused", lambda: self.of_store()["refused"] >= 3, 30)
        self.lab.labsim.end()
        self.wait_for("all others to be sent", self.lab.drained, 60)
        refused = self.of_store()["refused"]
        bad = {int(r["seq"]) for r in self.lab.exported() if r["flags"]}
        self.assertEqual(len(bad), refused, "good rows were refused")
        shown = self.waterlab("refused").stdout
        self.assertIn('field type conflict: input field "flags"', shown)
        # Nothing mended: the same once more, listed again and no others with them.
        self.assertEqual(self.waterlab("refused", "--again").returncode, 0)
        self.wait_for("them to be refused again", lambda: self.of_store()["refused"] == refused, 30)
        self.assertEqual(self.waterlab("refused").stdout.count("[HTTP 400]"), 1)
        store.query("DROP MEASUREMENT reading", post=True)
        done = self.waterlab("refused", "--again")
        self.assertIn("province: %d refused readings wait again" % refused, done.stdout)
        self.wait_for("them to be sent", self.lab.drained, 30)
        self.assertEqual(self.of_store()["refused"], 0)
        there = {row[0] for row in store.readings(self.lab.status()["spool"]["id"])}
        self.assertEqual(bad - there, set())
        ledger = self.lab.waterlab("spool", "export", "--stream", "ledger")
        self.assertEqual(ledger.count(",again,"), 2)

    def test_what_the_centre_confirmed_and_lost(self):
        store = self.store_with(wholelab.InfluxDB, "receipt_s = 3;")
        self.lab.start()
        self.wait_for("some readings", lambda: self.of_store()["sent"] > 40, 30)
        self.lab.labsim.end()
        self.wait_for("all to be received", lambda: self.lab.drained() and
                      self.of_store()["received"] == self.saved(), 60, 0.5)
        store.query("DROP MEASUREMENT reading", post=True)
        self.assertEqual(self.waterlab("reconcile").returncode, 0)  # it was never asked about them again
        done = self.waterlab("reconcile", "--all")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no readings that it was asked about, missing %d (1..%d)"
                      % (self.saved(), self.saved()), done.stdout)
        # Nothing of that is forgotten by a kill right after.
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.wait_for("all to be there again", lambda: self.waterlab("reconcile", "--all").returncode == 0
                      and self.of_store()["received"] == self.saved(), 60, 2)
        self.assert_nothing_lost(store, least=40)

    def test_what_is_older_than_influxdb_keeps(self):
        store = self.store_with(wholelab.InfluxDB)
        store.query("CREATE RETENTION POLICY short ON waterlab DURATION 1h REPLICATION 1 DEFAULT", post=True)
        store.stop()
        self.days_ago(3, 20)
        store.start()
        self.lab.start_daemon()
        self.wait_for("the old ones to be held and newer ones to go through", lambda: self.of_store()["too_old"]
                      and self.of_store()["sent"] > 10, 30)
        held = self.of_store()["too_old"]["readings"]
        self.assertGreater(held, 20)
        status = " ".join(self.waterlab("status").stdout.split())
        self.assertIn("%d readings and " % held, status)
        self.assertIn('are older than its database "waterlab" keeps, of %s' % self.of_store()["too_old"]["oldest"][:10], status)
        self.assertIn("Lengthen the retention of that database, then: waterlab try province", status)
        self.assertIn("(%d held)" % held, status)
        # Tried, and still so.
        requests = self.of_store()["requests"]
        self.assertIn("are older than its database", self.waterlab("try", "province").stderr)
        self.assertEqual(self.of_store()["too_old"]["readings"], held)
        self.assertLess(self.of_store()["requests"], requests + 10)
        self.assertEqual(self.of_store()["refused"], 0)
        store.query("ALTER RETENTION POLICY short ON waterlab DURATION 0s", post=True)
        self.waterlab("try", "province")
        self.assert_nothing_lost(store, least=held + 10)
        self.assertIsNone(self.of_store()["too_old"])

    def test_what_is_older_than_victoriametrics_keeps(self):
        store = self.store_with(wholelab.VictoriaMetrics, "receipt_s = 4;")
        store.retention = "1d"
        store.stop()
        self.days_ago(3, 20)
        store.start()
        self.lab.start_daemon()
        # It answers 204 to what it drops: only its own count tells.
        self.wait_for("what it does not have to be known", lambda:
                      self.of_store()["receipts"]["condition"] == "missing", 60, 0.5)
        status = " ".join(self.waterlab("status").stdout.split())
        self.assertRegex(status, "[0-9]+ that the store took are not there, and sending again did not help: of ")
        self.assertIn("older than all it has", status)
        again = self.of_store()["receipts"]["again"]
        self.lab.labsim.end()
        store.stop()
        store.retention = "100y"
        store.start()
        self.wait_for("all to be received", lambda: self.waterlab("reconcile").returncode == 0 and
                      self.of_store()["received"] == self.saved(), 60, 2)
        self.assert_nothing_lost(store, least=30)
        print("sent again before its retention was longer: %d" % again)


if __name__ == "__main__":
    main()
