#!/usr/bin/python3
# as root
# begun first
"""A link of 64 kbit/s: with every third packet lost; with weeks of readings behind; and one that swallows everything.

Two network namespaces (netns.py) with a real store at the far end; skipped where there cannot be any.
BACKLOG=n readings wait in the second test, SECONDS=n of it are weighed.
"""

import contextlib
import os
import socket
import subprocess
import time

import netns
from chain import LabTest, main, wholelab

BACKLOG = int(os.environ.get("BACKLOG", "100000"))
SECONDS = int(os.environ.get("SECONDS", "10"))
KBIT = 64
WITHIN_S = 60     # the promise: so long after link-up the newest is at the centre
PAYLOAD = 0.9     # and so much of what the link carries is it
RSS_KB = 2048     # what the daemon's own memory may differ meanwhile


class PoorLink(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=4)

    def setUp(self):
        if netns.missing():
            self.skipTest(netns.missing())
        super().setUp()
        self.link = netns.Link()
        self.link.__enter__()
        self.addCleanup(self.link.__exit__)
        self.addCleanup(self.lab.stop)

    def store(self, kind, name="province", more=""):
        self.need(kind)
        store = self.link.store(kind, self.folder)
        self.lab.stores.append(store)
        self.lab.add_store_text(name, store.flavour, store.url, more)
        return store

    def start(self):
        self.lab.write_config()
        self.lab.start_labsim()
        self.link.start_daemon(self.lab)

    def of_store(self, n=0):
        return self.lab.status()["stores"][n]

    def rss_kb(self):
        with open("/proc/%d/status" % self.lab.daemon.child.pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("RssAnon:"))

    def test_one_store_swallowed_the_other_not_held_up(self):
        lively = self.store(wholelab.InfluxDB, "province", "receipt_s = 2;")
        # A minute for a request that gets no answer: longer than this test lets it wait.
        silent = self.store(wholelab.VictoriaMetrics, "ministry", "receipt_s = 2; timeout_ms = 60000;")
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(os.path.join(self.folder, "manager"))
        self.lab.daemon_env = {"NOTIFY_SOCKET": os.path.join(self.folder, "manager"), "WATCHDOG_USEC": "3000000"}
        self.start()
        self.wait_for("both to have some", lambda: all(self.of_store(n)["sent"] > 10 for n in (0, 1)))
        self.link.swallow(silent.port)
        kept, last = self.of_store(1)["sent"], self.saved()
        # What was on its way when the hole opened was taken, or waits for its answer.
        self.wait_for("much to be saved and sent to the one", lambda: self.of_store(0)["sent"] > last + 60, 60)
        self.wait_for("receipts of the one", lambda: self.of_store(0)["received"] > last + 40, 60)
        both = self.lab.status()["stores"]
        self.assertLess(both[0]["waiting"], 30)
        self.assertGreater(both[1]["waiting"], 40)
        self.assertLess(both[1]["sent"], kept + 20)
        manager.settimeout(0)
        said = []
        with contextlib.suppress(BlockingIOError):
            while True:
                said.append(manager.recv(4096))
        self.wait_for("the watchdog to be fed on", lambda: self.fed(manager), 10)
        print("while %d waited for the silent one, %d went to the other; the watchdog was fed %d times"
              % (both[1]["waiting"], both[0]["sent"] - last, sum(b"WATCHDOG=1" in m for m in said)))
        # A stop and a start with a request under way that nobody answers.
        self.assertEqual(self.lab.daemon.end(), 0, "a stop waits for nobody")
        self.link.start_daemon(self.lab)
        sent = self.of_store(0)["sent"]
        self.wait_for("the other to go on", lambda: self.of_store(0)["sent"] > sent, 60)
        self.link.swallow(None)
        self.wait_for("the silent one to catch up", lambda: self.of_store(1)["waiting"] < 20, 150)
        self.assert_nothing_lost(lively, least=100)
        self.assert_same(silent)
        self.wait_for("both to have confirmed all", lambda: all(
            s["received"] == s["sent"] == self.saved() for s in self.lab.status()["stores"]), 60)

    @staticmethod
    def fed(manager):
        try:
            return b"WATCHDOG=1" in manager.recv(4096)
        except BlockingIOError:
            return False

    def assert_same(self, store):
        """It has what the van has, once."""
        van = {int(r["seq"]): (r["unit"], r["parameter"], float(r["value"]) if r["value"] else None)
               for r in self.lab.exported() if r["stream"] == "readings"}
        rows = sorted(set((r[0],) + r[2:] for r in store.readings(self.lab.status()["spool"]["id"])))
        self.assertEqual(rows, sorted((seq,) + rest for seq, rest in van.items()))

    def test_every_third_packet_lost(self):
        store = self.store(wholelab.InfluxDB)
        self.link.rate(KBIT)
        self.link.loss(30)
        self.start()
        for _ in range(4):
            sent = self.of_store()["sent"]
            self.wait_for("some to come through", lambda n=sent: self.of_store()["sent"] > n, 180)
        lost_ones = self.of_store()["sent"]
        self.link.loss(0)
        self.assert_nothing_lost(store, least=20)
        print("%d readings came through while 30 %% of the packets were lost, each way" % lost_ones)

    def at_an_edge(self):
        """(body bytes, bytes on the link, requests) right after a request has ended."""
        requests = self.of_store()["requests"]
        state = self.wait_for("a request to end", lambda: (lambda s: s if s["requests"] > requests else None)
                              (self.of_store()), 60, 0.01)
        return state["body_bytes"], self.link.bytes_sent(), state["requests"]

    def begin_behind(self, *spread):
        """A van with BACKLOG readings that were never sent, on a slow link that is down."""
        store = self.store(wholelab.InfluxDB)
        spool = os.path.join(self.folder, "spool")
        made = subprocess.run([os.path.join(wholelab.BIN, "vansim"), "--fill", spool, "--readings", str(BACKLOG)]
                              + list(spread), stdout=subprocess.PIPE, text=True, check=True).stdout
        self.link.rate(KBIT)
        self.link.up(False)
        self.start()
        self.wait_for("live readings", lambda: self.saved() > BACKLOG + 20)
        status = self.lab.status()
        self.assertEqual(status["spool"]["id"], made.split()[0].split("=")[1])
        self.assertGreater(status["stores"][0]["waiting"], BACKLOG)
        return store

    def measure_up(self, store, *newest):
        """The link is back: how soon each question finds a row there, and what the link and the memory carry then."""
        rss = [self.rss_kb()]
        self.link.up(True)
        begun = time.monotonic()
        self.wait_for("the newest to be at the centre", lambda: all(
            b"name" in store.query("SELECT count(seq) FROM " + of) for of in newest), 3 * WITHIN_S, 0.5)
        newest_s = time.monotonic() - begun
        first = self.at_an_edge()
        begun = time.monotonic()
        while time.monotonic() < begun + SECONDS and self.waiting():
            rss.append(self.rss_kb())
            time.sleep(0.5)
        last = self.at_an_edge()
        body, sent, requests = (b - a for a, b in zip(first, last))
        print("the newest at the centre after %.1f s; then %.1f %% of the link's bytes were payload (%d requests of %d "
              "bytes, %d more on the link for each), RssAnon %d..%d KB, %d wait"
              % (newest_s, 100 * body / sent, requests, body // requests, (sent - body) // requests,
                 min(rss), max(rss), self.waiting()))
        self.assertLessEqual(newest_s, WITHIN_S)
        self.assertLess(max(rss) - min(rss), RSS_KB)
        self.assertGreaterEqual(body / sent, PAYLOAD)
        self.link.rate(None)
        self.assert_nothing_lost_of(store)

    def waiting(self):
        store = self.of_store()
        return store["waiting"] + store["ledger"]["waiting"]

    def enter_place(self):
        self.lab.waterlab("place", "enter", "--at", "34.01,71.52", "--error", "50", "--reason", "a test of the link")

    def test_many_readings_behind(self):
        store = self.begin_behind()
        self.enter_place()
        self.measure_up(store, "event WHERE kind='place'",
                        "reading WHERE seq >= %d" % self.lab.status()["readings"]["last"])

    def test_sixty_days_offline(self):
        """Each of its readings in a summary of its own: more of them than ten analyzers' parameters make in 60 days."""
        store = self.begin_behind("--days", "60")
        self.wait_for("their summaries", lambda: self.of_store()["ledger"]["waiting"] > BACKLOG * 0.99, 120)
        self.enter_place()
        self.measure_up(store, "event WHERE kind='place'")
        answer = store.query("SELECT count(seq), sum(n) FROM summary WHERE analyzer =~ /^analyzer-/").decode()
        n, of = (int(float(n)) for n in answer.split()[-1].split(",")[-2:])
        self.assertEqual(n, of)
        self.assertGreaterEqual(n, BACKLOG - 100, "all but the newest, whose ten minutes are not over")

    def assert_nothing_lost_of(self, store):
        """Made by vansim, so labsim knows nothing of most of them: by number alone."""
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 120)
        last = self.saved()
        answer = store.query("SELECT count(seq), min(seq), max(seq), sum(seq) FROM reading").decode().split()[-1]
        self.assertEqual([int(float(n)) for n in answer.split(",")[-4:]], [last, 1, last, last * (last + 1) // 2])


if __name__ == "__main__":
    main()
