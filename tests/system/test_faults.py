#!/usr/bin/python3
# as root
"""3 lines, 20 units, faults switched on and off: no reading lost, no parameter swapped, others go on.

Half a minute; ten minutes with SOAK=20.
"""

import time

from chain import SEED, SOAK, LabTest, main, wholelab

FAULTS = ("mute", "late 700ms", "crc p=0.3", "wrong-unit p=0.3", "exception 6", "short p=0.3",
          "extra p=0.3", "late 1500ms p=0.5")


class Faults(LabTest):
    shape = dict(rtu_lines=2, tcp_lines=1, units=20)

    def test_fault_storm(self):
        self.need(wholelab.InfluxDB)
        store = self.lab.add_store(wholelab.InfluxDB)
        self.lab.start()
        units = [u["name"] for line in self.lab.status()["lines"] for u in line["units"]]
        self.assertEqual(len(units), 20)
        end = time.monotonic() + 30 * SOAK
        done = 0
        while time.monotonic() < end:
            unit, fault = self.random.choice(units), self.random.choice(FAULTS)
            self.lab.fault("%s %s" % (unit, fault))
            time.sleep(self.random.uniform(0.3, 1.2))
            if self.random.random() < 0.6:
                self.lab.fault("%s ok" % unit)
            done += 1
        self.lab.fault("all ok")
        self.wait_for("every unit to be well again", lambda: all(
            u["health"] == "ok" for line in self.lab.status()["lines"] for u in line["units"]), 90, 0.5)
        self.assert_nothing_lost(store, least=500)
        print("%d faults, seed %d" % (done, SEED))


class OneMuteOfEight(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=8)

    def counts(self):
        return {u["name"]: u["counts"]["exchanges"] for u in self.lab.status()["lines"][0]["units"]}

    def rates(self, seconds):
        before = self.counts()
        time.sleep(seconds)
        return {name: n - before[name] for name, n in self.counts().items()}

    def test_the_others_keep_their_rate(self):
        self.lab.start()
        self.wait_for("all eight to answer", lambda: all(self.counts().values()), 30)
        healthy = self.rates(16 * max(SOAK, 1))
        mute = sorted(healthy)[3]
        self.lab.fault(mute + " mute")
        time.sleep(3)
        sick = self.rates(16 * max(SOAK, 1))
        del healthy[mute], sick[mute]
        ratio = sum(sick.values()) / sum(healthy.values())
        print("seven units: %d exchanges before, %d with one of eight mute: %.2f"
              % (sum(healthy.values()), sum(sick.values()), ratio))
        self.assertGreaterEqual(ratio, 0.9)


class Unplug(LabTest):
    def line(self):
        return next(line for line in self.lab.status()["lines"] if line["kind"] == "rtu")

    def test_replug_under_another_name(self):
        self.lab.start()
        self.wait_for("the line to be open", lambda: self.line()["open"], 20)
        name = self.line()["name"]
        self.lab.fault(name + " unplug")
        self.wait_for("the unplugged port to be closed", lambda: not self.line()["open"], 3)
        last = self.saved()
        self.lab.fault(name + " replug")
        begun = time.monotonic()
        units = {u["name"]: u["counts"]["exchanges"] for u in self.line()["units"]}
        self.wait_for("readings of that line to come again", lambda: any(
            u["counts"]["exchanges"] > units[u["name"]] and u["health"] == "ok" for u in self.line()["units"]), 8)
        print("resumed %.1f s after the replug" % (time.monotonic() - begun))
        self.assertGreaterEqual(self.saved(), last)
        self.assert_nothing_lost()


if __name__ == "__main__":
    main()
