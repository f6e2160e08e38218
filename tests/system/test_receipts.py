#!/usr/bin/python3
# begun first
"""What a real store has by its own count: confirmed, sent again where it lost some, and said where it cannot be asked."""

import signal
import subprocess
import time

from chain import LabTest, main, wholelab

RECEIPT_S = 4


class Receipts(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=4)

    def store_with(self, kind, more=""):
        """Asked after RECEIPT_S seconds."""
        return super().store_with(kind, "receipt_s = %d; %s" % (RECEIPT_S, more))

    def of_store(self):
        return self.lab.status()["stores"][0]

    def run_dry(self, seconds=3):
        """Readings for so long, all of them sent, and then no more."""
        self.lab.start()
        self.wait_for("the first reading to be sent", lambda: self.of_store()["sent"] > 0)
        time.sleep(seconds)
        self.lab.labsim.end()
        self.wait_for("all to be saved and sent", self.lab.drained, 60)

    def all_received(self):
        store = self.of_store()
        return store["sent"] == store["received"] and store["waiting"] == 0 and \
            store["ledger"]["sent"] == store["ledger"]["received"]

    def assert_received(self):
        self.wait_for("the store's count to confirm all", self.all_received, 60, 0.5)
        self.assertEqual(self.of_store()["receipts"]["condition"], "whole")

    def reconcile(self):
        return subprocess.run([wholelab.BIN + "/waterlab", "--config", self.lab.config, "reconcile"],
                              capture_output=True, text=True, timeout=60)

    def test_influxdb_that_lost_some(self):
        store = self.store_with(wholelab.InfluxDB)
        self.run_dry()
        rows = store.readings(self.lab.status()["spool"]["id"])
        times = sorted(row[1] for row in rows)
        gone = times[len(times) // 3], times[2 * len(times) // 3]
        store.query("DELETE FROM reading WHERE time >= %dms AND time <= %dms" % gone, post=True)
        lost = sum(gone[0] <= t <= gone[1] for t in times)
        self.assertEqual(self.of_store()["received"], 0, "too slow a machine: it was asked before")
        self.assert_received()
        self.assertEqual(self.of_store()["receipts"]["again"], lost)
        self.assert_nothing_lost(store, least=30)
        done = self.reconcile()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("province: has readings 1..%d\n" % self.saved(), done.stdout)
        print(done.stdout, "lost and sent again: %d" % lost)

    def test_victoriametrics_killed_right_after(self):
        store = self.store_with(wholelab.VictoriaMetrics)
        self.lab.start()
        for _ in range(5):
            self.wait_for("more to be sent", lambda n=self.of_store()["sent"]: self.of_store()["sent"] > n + 20)
            store.stop(signal.SIGKILL)
            store.start()
            time.sleep(RECEIPT_S * 2.5)
            if self.of_store()["receipts"]["again"]:
                break
        self.lab.labsim.end()
        self.wait_for("all to be saved and sent", self.lab.drained, 60)
        self.assert_received()
        self.assertGreater(self.of_store()["receipts"]["again"], 0, "it lost nothing in five kills")
        self.assert_nothing_lost(store, least=30)
        print("lost and sent again: %d" % self.of_store()["receipts"]["again"])

    def test_a_store_that_cannot_be_asked(self):
        self.need(wholelab.InfluxDB)
        store = self.store_with(wholelab.InfluxDB, 'read_url = "http://127.0.0.1:%d/elsewhere";')
        self.lab.store_texts[0] = self.lab.store_texts[0] % store.port
        self.run_dry()
        self.wait_for("the daemon to have asked",
                      lambda: self.of_store()["receipts"]["condition"] == "no_route", 30)
        status = self.lab.status()
        self.assertEqual(status["stores"][0]["received"], 0)
        self.assertIn("gives no receipts", " ".join(status["waits"]))
        self.assertIn("404", " ".join(status["waits"]))
        done = self.reconcile()
        self.assertEqual(done.returncode, 4)
        self.assertIn("readings stay at \"sent\"", done.stdout)

    def test_a_store_that_shows_nothing_costs_little(self):
        other = wholelab.InfluxDB(self.folder + "/other")
        other.start()
        self.lab.stores.append(other)
        store = self.store_with(wholelab.InfluxDB, 'read_url = "%s";' % other.url)
        self.run_dry(12)
        self.wait_for("the daemon to have asked", lambda: self.of_store()["receipts"]["again"] > 0, 30)
        time.sleep(RECEIPT_S * 4)
        receipts = self.of_store()["receipts"]
        self.assertEqual(receipts["condition"], "missing")
        self.assertLessEqual(receipts["again"], 1000)
        self.assertEqual(self.of_store()["received"], 0)
        self.assertIn("read_url", " ".join(self.lab.status()["waits"]))
        self.assert_nothing_lost(store, least=30)


if __name__ == "__main__":
    main()
