#!/usr/bin/python3
"""A long time offline, then the link is back: memory and the work of each reading are the same from the first to the last.

BACKLOG=n readings wait (tests/soak: ten million).  The store is faultstore's sink, which only counts: it is the van
that is looked at.
"""

import os
import subprocess
import time

from chain import LabTest, main, wholelab

BACKLOG = int(os.environ.get("BACKLOG", "1000000"))
TENTHS = 10
RSS_KB = 2048  # what the daemon's own memory may differ between the first tenth and the last
FILES = 4      # what more may be open in the second half than in the first, by when two readers keep two segments each
ALIKE = 1.10   # the last tenth's requests and bytes a reading, over the first's


class LongOutage(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=1)

    def begin_sink(self):
        sink = subprocess.Popen([os.path.join(wholelab.BIN, "faultstore"), "--sink"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, preexec_fn=wholelab.die_with_parent)
        self.addCleanup(lambda: (sink.terminate(), sink.wait(10), sink.stdin.close(), sink.stdout.close()))
        return sink, "http://" + sink.stdout.readline().split()[1]

    def of_daemon(self):
        """(RssAnon in KB, CPU seconds); what is open is noted."""
        where = "/proc/%d/" % self.lab.daemon.child.pid
        with open(where + "status") as f:
            rss = next(int(line.split()[1]) for line in f if line.startswith("RssAnon:"))
        with open(where + "stat") as f:
            words = f.read().rsplit(")", 1)[1].split()
        self.files.append(len(os.listdir(where + "fd")))
        return rss, (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def mark(self, left):
        """What was spent until at most `left` wait: (waiting, requests, body bytes, CPU s, s), and the memory."""
        state = self.wait_for("%d to be left" % left,
                              lambda: (lambda s: s if s["waiting"] <= left else None)(self.lab.status()["stores"][0]),
                              3600, 0.02)
        rss, cpu = self.of_daemon()
        return (state["waiting"], state["requests"], state["body_bytes"], cpu, time.monotonic()), rss

    def test_the_last_is_as_cheap_as_the_first(self):
        self.files = []
        sink, url = self.begin_sink()
        subprocess.run([os.path.join(wholelab.BIN, "vansim"), "--fill", os.path.join(self.folder, "spool"),
                        "--readings", str(BACKLOG)], stdout=subprocess.DEVNULL, check=True)
        # Its own few readings come rarely: what is weighed is the backlog.
        self.lab.add_store_text("province", "influxdb-v1", url, "batch_lines = 1000; receipt_s = 0;")
        self.lab.start()
        marks = [self.mark(BACKLOG * (TENTHS - n) // TENTHS) for n in range(TENTHS)] + [self.mark(100)]
        tenths = []
        for (a, _), (b, rss) in zip(marks, marks[1:]):
            n = a[0] - b[0]
            tenths.append(((b[1] - a[1]) / n * 1000, (b[2] - a[2]) / n, (b[3] - a[3]) / n * 1e6, n / (b[4] - a[4]), rss))
            print("%7d left: %.2f requests for 1000, %.2f bytes, %.1f us of CPU each; %.0f/s; RssAnon %d KB"
                  % ((b[0],) + tenths[-1]))
        first, last = tenths[0], tenths[-1]
        print("last tenth over first: requests %.3f, bytes %.3f, CPU %.2f, rate %.2f"
              % tuple(last[i] / first[i] for i in range(4)))
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 60)
        sent = self.lab.status()["stores"][0]
        sink.stdin.write("counts\n")
        sink.stdin.flush()
        taken = int(sink.stdout.readline().split("accepted=")[1].split()[0])
        self.assertEqual(taken, sent["sent"] + sent["ledger"]["sent"], "each line went once")
        self.assertGreaterEqual(sent["sent"], BACKLOG)
        print("files open: %s" % self.files)
        half = len(self.files) // 2
        self.assertLessEqual(max(self.files[half:]) - max(self.files[:half]), FILES)
        rss = [t[4] for t in tenths]
        self.assertLess(max(rss) - rss[0], RSS_KB)
        for i in (0, 1):
            self.assertLess(last[i] / first[i], ALIKE)


if __name__ == "__main__":
    main()
