#!/usr/bin/python3
# as root
"""Wrong configurations, a full card, random bytes on a line: a clear word, and the daemon lives."""

import csv
import os
import re
import resource
import signal
import subprocess
import time

from chain import LabTest, main, wholelab


class Configuration(LabTest):
    def check(self, text):
        path = os.path.join(self.folder, "bad.conf")
        with open(path, "w") as f:
            f.write(text)
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlabd"), "--check", "--config", path],
                              capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def good(self):
        self.lab.write_config()
        with open(self.lab.config) as f:
            return f.read()

    def test_every_mistake_is_named_with_its_line(self):
        good = self.good()
        self.assertEqual(self.check(good)[0], 0)
        mistakes = [(r"interval_ms = \d+", "interval_m = 1000", "interval_ms"),
                    (r"baud = \d+", "baud = 9601", "baud"),
                    (r'parity = "\w+"', 'parity = "maybe"', "even"),
                    (r"address = \d+", 'address = "one"', "address"),
                    (r'profile = "[^"]+"', 'profile = "supmea-ph8O01"', "supmea-ph8001")]
        tried = 0
        for pattern, wrong, expected in mistakes:
            found = re.search(pattern, good)
            if not found:
                continue
            tried += 1
            text = good[:found.start()] + wrong + good[found.end():]
            status, _, err = self.check(text)
            line = good.count("\n", 0, found.start()) + 1
            self.assertEqual(status, 2, wrong)
            self.assertIn("bad.conf:%d:" % line, err, wrong)
            self.assertIn(expected, err, wrong)
        self.assertGreaterEqual(tried, 3)

    def test_a_missing_file_is_said(self):
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlabd"), "--check", "--config",
                               os.path.join(self.folder, "nothing.conf")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing.conf", done.stderr)

    def test_what_is_printed_is_a_configuration(self):
        status, effective, _ = self.check(self.good())
        self.assertEqual(status, 0)
        self.assertEqual(self.check(effective)[:2], (0, effective))


class FullCard(LabTest):
    def test_refused_readings_are_a_recorded_gap_and_the_daemon_lives(self):
        """The card is full beyond 160 kB of a file, then there is room again."""
        self.lab.write_config()
        with open(self.lab.config) as f:
            text = f.read()
        text = re.sub(r"interval_ms = \d+", "interval_ms = 100", text)
        text = re.sub(r"spool\s*[:=]\s*\{", "spool = {\n\tpending_bytes = 65536;", text, count=1)
        with open(self.lab.config, "w") as f:
            f.write(text)
        self.lab.start_labsim()

        def small_card():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (160 * 1024, resource.RLIM_INFINITY))

        self.lab.start_daemon(preexec=small_card)
        self.wait_for("the card to refuse", lambda: self.lab.status()["readings"]["refused"] > 0, 120)
        status = self.lab.status()
        self.assertTrue(status["spool"]["trouble"], "the status says what is wrong with the card")
        self.lab.daemon.must_live()
        shown = status["readings"]["last"]
        resource.prlimit(self.lab.daemon.child.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.wait_for("readings to be saved again", lambda: self.saved() > shown + 50, 60)
        time.sleep(2)
        self.lab.labsim.end()
        last = self.saved()
        readings = {int(r["seq"]) for r in self.lab.exported() if r["stream"] == "readings"}
        ledger = csv.DictReader(
            self.lab.waterlab("spool", "export", "--stream", "ledger").splitlines())
        missing = sorted(set(range(1, last + 1)) - readings)
        self.assertTrue(missing, "the refused readings have numbers of their own")
        gaps = set()
        for row in ledger:
            if row["kind"] == "gap":
                print("gap %(a)s to %(b)s: %(words)s" % row)
                gaps |= set(range(int(row["a"]), int(row["b"]) + 1))
        self.assertEqual(sorted(set(missing) - gaps), [], "every missing number is in a gap record")
        self.assertEqual(sorted(readings & gaps), [], "no reading is both there and in a gap")


class Noise(LabTest):
    def test_a_babbling_line_is_counted_and_bounded(self):
        self.lab.start()
        line = next(x for x in self.lab.status()["lines"] if x["kind"] == "rtu")
        self.wait_for("the line to be open", lambda: self.saved() > 20, 30)
        self.lab.fault(line["name"] + " babble 6s")
        time.sleep(5)
        with open("/proc/%d/statm" % self.lab.daemon.child.pid) as f:
            pages = int(f.read().split()[1])
        self.assertLess(pages * 4096, 64 << 20)
        status = self.lab.status()
        noisy = next(x for x in status["lines"] if x["name"] == line["name"])
        self.assertGreater(sum(u["counts"]["noise"] + u["counts"]["timeouts"] for u in noisy["units"]), 0)
        self.wait_for("the line to be well again", lambda: any(
            u["health"] == "ok" for x in self.lab.status()["lines"] if x["name"] == line["name"]
            for u in x["units"]), 60)
        self.assert_nothing_lost()


if __name__ == "__main__":
    main()
