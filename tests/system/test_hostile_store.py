#!/usr/bin/python3
"""A store that misbehaves in every known way: nothing lost, nothing doubled, one poison line isolated.

The store is tools/faultstore: the fault itself is the point here.
"""

import os
import re
import socket
import subprocess
import time

from chain import SOAK, LabTest, main, wholelab

PLANS = ("400-proxy x3", "401 x2", "404 x2", "413 x2", "429 retry-after 1", "500 x2", "503 x2", "portal x2",
         "redirect", "reset-before", "reset-in-body", "reset-after", "half-reply", "garbage",
         "endless-reply", "slow 20000", "no-reply")


class FaultStore:
    def __init__(self, folder):
        self.kept = os.path.join(folder, "kept.lp")
        open(self.kept, "w").close()
        self.child = subprocess.Popen([os.path.join(wholelab.BIN, "faultstore"), "--store", self.kept],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      preexec_fn=wholelab.die_with_parent)
        self.url = "http://" + self.child.stdout.readline().split()[1]

    def plan(self, *lines):
        for line in lines:
            self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def counts(self):
        self.plan("counts")
        words = self.child.stdout.readline().split()[1:]
        return {k: int(v) for k, v in (w.split("=") for w in words)}

    def somebody_may_take_its_port(self):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", int(self.url.rsplit(":", 1)[1])))
            except OSError:
                return False
            return True

    def end(self):
        self.child.terminate()
        self.child.wait(10)
        self.child.stdin.close()
        self.child.stdout.close()

    def lines(self):
        """Distinct stored readings: a real store keeps one point per series and time."""
        points = {}
        with open(self.kept) as f:
            for line in f:
                series, fields, stamp = line.rstrip("\n").rsplit(" ", 2)
                points[series, stamp] = fields
        return points

    def sequence(self):
        return sorted(int(re.search(r"\bseq=(\d+)i", fields).group(1))
                      for (series, _), fields in self.lines().items() if series.startswith("reading,"))


class HostileStore(LabTest):
    def setUp(self):
        super().setUp()
        self.store = FaultStore(self.folder)
        self.addCleanup(self.store.end)

    def province(self):
        return next(s for s in self.lab.status()["stores"] if s["name"] == "province")

    def start(self, more=""):
        self.lab.add_store_text("province", "influxdb-v1", self.store.url,
                                "timeout_ms = 2000; " + more)
        self.lab.start()

    def test_every_answer_there_is(self):
        self.start()
        self.wait_for("the first readings", lambda: self.province()["sent"] > 10, 30)
        for _ in range(int(max(1, SOAK))):
            plans = list(PLANS)
            self.random.shuffle(plans)
            for plan in plans:
                print("store: " + plan, flush=True)
                before = self.store.counts()["requests"]
                self.store.plan(plan)
                times = int(plan.rsplit("x", 1)[1]) if re.search(r" x\d+$", plan) else 1
                self.wait_for("the plan to be used up", lambda: self.store.counts()["requests"]
                              >= before + times, 60)
        self.store.plan("clear")
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 90)
        last = self.saved()
        self.assertEqual(self.province()["refused"], 0, "no good line is quarantined")
        self.assertEqual(self.store.sequence(), list(range(1, last + 1)))
        print("%d readings, %s" % (last, self.store.counts()))

    def test_one_poison_line_is_isolated(self):
        self.start()
        self.wait_for("some readings", lambda: self.province()["sent"] > 20, 30)
        self.store.plan("down")
        sick = self.saved() + 25
        self.store.plan("poison seq=%di" % sick)
        self.wait_for("a backlog", lambda: self.saved() > sick + 50, 60)
        self.assertFalse(self.store.somebody_may_take_its_port(), "or it could not come up again")
        self.store.plan("up")
        self.wait_for("the poison line to be refused", lambda: self.province()["refused"] == 1, 60)
        self.lab.labsim.end()
        self.wait_for("all others to be sent", self.lab.drained, 60)
        last = self.saved()
        self.assertEqual(self.store.sequence(), [n for n in range(1, last + 1) if n != sick])
        refused = self.lab.waterlab("refused", "province")
        self.assertIn(str(sick), refused)
        print(refused)

    def test_a_proxy_that_refuses_everything_quarantines_nothing(self):
        self.start()
        self.wait_for("some readings", lambda: self.province()["sent"] > 20, 30)
        self.store.plan("always 400-proxy")
        time.sleep(4)
        state = self.province()
        self.assertEqual(state["refused"], 0)
        self.assertGreater(state["waiting"], 0)
        self.assertEqual(state["condition"], "held")
        self.store.plan("clear")
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 60)
        self.assertEqual(self.store.sequence(), list(range(1, self.saved() + 1)))


if __name__ == "__main__":
    main()
