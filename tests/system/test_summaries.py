#!/usr/bin/python3
"""A van comes back with hours of readings: what real stores then have as summaries is what their own readings say,
computed here once more, each reading in one of them, whatever kills the daemon meanwhile."""

import math
import os
import signal
import subprocess
import time

from chain import LabTest, SEED, SOAK, main, wholelab

PAST = os.path.join(os.path.dirname(os.path.abspath(wholelab.BIN)), "tests", "system", "past", "past")
TAGS = "analyzer", "context", "district", "lab", "near", "parameter", "spool"
TEN_MINUTES_MS = 600000
RECEIPT_S = 4


def summarise(readings):
    """What summaries of these rows must be, in the order of their numbers: the rule of README.md."""
    made, block, ten_minutes = {}, {}, None
    for (tags, ms), row in sorted(readings.items(), key=lambda item: item[1]["seq"]):
        if ms // TEN_MINUTES_MS != ten_minutes:
            block, ten_minutes = {}, ms // TEN_MINUTES_MS
        of = tags, row.get("sample")
        if of not in block:
            block[of] = made[tags, ms] = dict(rows=[])
        block[of]["rows"].append(row)
    return {key: one_of(summary["rows"]) for key, summary in made.items()}


def one_of(rows):
    good = [r["value"] for r in rows if r["qc"] == 1 and "value" in r and not r.get("flags")]
    summary = dict(n=len(rows), n_good=len(good))
    if good:
        mean = float("%.10g" % (math.fsum(good) / len(good)))
        summary.update(min=min(good), max=max(good), mean=max(min(good), min(max(good), mean)))
    if any("clock" in r for r in rows):
        summary["clock"] = min(r.get("clock", 4) for r in rows)
        summary["clock_err"] = max(r.get("clock_err", 0) for r in rows)
    if any(r.get("pos") == 2 for r in rows):
        summary["pos"] = 2
    if "sample" in rows[0]:
        summary["sample"] = rows[0]["sample"]
    return summary


class Summaries(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=2)

    def fill(self):
        if not os.path.exists(PAST):
            self.skipTest("no %s; make unit-bin builds it" % PAST)
        made = subprocess.run([PAST, self.folder + "/spool", str(SEED), str(min(48, int(12 * SOAK)))],
                              capture_output=True, text=True, check=True)
        return int(made.stdout)

    def of_store(self):
        return self.lab.status()["stores"][0]

    def kill_and_start(self, times):
        """Kills it while it makes them: some before, some between."""
        for _ in range(times):
            time.sleep(self.random.random() * 0.5)
            self.lab.daemon.end(signal.SIGKILL)
            self.lab.start_daemon()

    def compare(self, kind):
        self.need(kind)
        n = self.fill()
        store = kind(self.folder)
        store.start()
        self.lab.stores.append(store)
        self.lab.add_store_text("province", store.flavour, store.url, "receipt_s = %d;" % RECEIPT_S)
        self.lab.start()
        self.kill_and_start(4)
        spool = self.lab.status()["spool"]["id"]
        self.wait_for("all summaries to be at the store", lambda: self.counted(store.rows("summary", spool, TAGS), n), 90)
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 60)
        readings = {key: row for key, row in store.rows("reading", spool, TAGS).items() if row["seq"] <= n}
        self.assertEqual(len(readings), n)
        should = summarise(readings)
        summaries = self.past(store.rows("summary", spool, TAGS))
        numbers = [row.pop("seq") for row in summaries.values()]
        self.assertEqual(len(set(numbers)), len(numbers))
        self.assertEqual(sorted(summaries), sorted(should))
        for key, row in should.items():
            self.assertEqual(summaries[key], row, key)
        self.assert_ledger_is_confirmed()
        print("%d readings, %d summaries" % (n, len(summaries)))

    @staticmethod
    def past(summaries):
        return {key: row for key, row in summaries.items() if key[0][0].endswith("-past")}

    def counted(self, summaries, n):
        """No more readings than there are, ever.  InfluxDB may show a row before all its fields."""
        n_in = sum(row.get("n", 0) for row in self.past(summaries).values())
        self.assertLessEqual(n_in, n)
        return n_in == n

    def assert_ledger_is_confirmed(self):
        self.wait_for("the store's count to confirm the ledger", lambda: (
            lambda ledger: ledger["sent"] == ledger["received"] and not ledger["waiting"])(self.of_store()["ledger"]), 60, 0.5)
        self.assertEqual(self.of_store()["receipts"]["again"], 0)

    def test_influxdb(self):
        self.compare(wholelab.InfluxDB)

    def test_victoriametrics(self):
        self.compare(wholelab.VictoriaMetrics)


if __name__ == "__main__":
    main()
