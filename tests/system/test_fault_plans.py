#!/usr/bin/python3
"""Vans before a real store that misbehaves by a plan from a seed: nothing lost, doubled, altered or wrongly refused.

tools/vansim makes the vans (real spools, real uplinks), tools/faultstore stands between them and the store.  Here the
store itself is asked, row by row, and what it has is held against what each van made.  Of InfluxDB some rows are
poison: the database was prepared so that their fields' types conflict.  SEED=n PLANS=1 repeats one van.
"""

import csv
import os
import subprocess
import time

from chain import SEED, LabTest, main, wholelab

PLANS = int(os.environ.get("PLANS", "30"))
UTC_MS = 1700000000000
# Whole numbers are the type of a reading's flags, and fractions that of an event's value.
PREPARED = b"reading,lab=prepared flags=1.5 %d\nevent,lab=prepared value=1i %d" % (UTC_MS, UTC_MS)
POISON_WORDS = "field type conflict"


def rows_of(text):
    """InfluxDB's CSV as (measurement, {tags}, {fields})."""
    for row in csv.DictReader(text.splitlines()):
        tags = dict(t.split("=", 1) for t in row.pop("tags").split(",")) if row.get("tags") else {}
        yield row.pop("name"), tags, row


class Van:
    def __init__(self, folder, name):
        self.name, self.readings, self.poison, self.refused, self.plan, self.end = name, {}, set(), {}, "", ""
        with open(os.path.join(folder, name + ".made"), encoding="utf-8") as f:
            for line in f:
                kind, _, rest = line.rstrip("\n").partition(",")
                words = rest.split(",")
                if kind == "reading":
                    self.readings[int(words[0])] = words[1], words[2], float(words[3])
                    if words[4] == "1":
                        self.poison.add(("reading", int(words[0])))
                elif kind == "refused":
                    stream, number, status, said = rest.split(",", 3)
                    self.refused["reading" if stream == "0" else "event", int(number)] = int(status), said
                else:
                    setattr(self, kind, rest)
        self.utc = {("reading", n): t for n, t in self.times(folder, "readings")}
        self.utc.update((("event", n), t) for n, t in self.times(folder, "ledger"))

    def times(self, folder, stream):
        with open(os.path.join(folder, "%s.%s.csv" % (self.name, stream)), encoding="utf-8") as f:
            for row in csv.DictReader(f):
                if row.get("kind") == "file_reading":
                    self.poison.add(("event", int(row["seq"])))
                yield int(row["seq"]), row["utc"]

    def wrongs(self, stored):
        """What is not as it must be, of the rows [(measurement, seq, utc, analyzer, parameter, value)]."""
        if self.end != "drained":
            yield "not drained"
        for what in sorted(set(self.refused) - self.poison):
            yield "wrongly refused: %s %d: %s" % (what + self.refused[what][1:])
        for what in sorted(self.poison - set(self.refused)):
            yield "poison that nobody refused: %s %d" % what
        for status, said in self.refused.values():
            if status != 400 or POISON_WORDS not in said:
                yield "not the store's words: %d %s" % (status, said)
        if sorted(n for m, n in self.utc if m == "reading") != sorted(self.readings):
            yield "the spool's numbers are not what was made"
        seen = set()
        for measurement, seq, utc, analyzer, parameter, value in stored:
            what = measurement, seq
            if what in seen:
                yield "doubled: %s %d" % what
            seen.add(what)
            if what not in self.utc or what in self.poison:
                yield "extra: %s %d" % what
            elif utc != self.utc[what]:
                yield "%s %d at %s, not %s" % (what + (utc, self.utc[what]))
            elif measurement == "reading" and (analyzer, parameter, value) != self.readings[seq]:
                yield "altered: %d is %s, not %s" % (seq, (analyzer, parameter, value), self.readings[seq])
        for what in sorted(set(self.utc) - self.poison - seen):
            yield "lost: %s %d" % what


def iso(utc_ms):
    seconds, ms = divmod(int(utc_ms), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % ms


class FaultPlans(LabTest):
    def run_vans(self, store, *more):
        log = open(os.path.join(self.folder, "vansim.log"), "wb")
        self.addCleanup(log.close)
        done = subprocess.run(
            [os.path.join(wholelab.BIN, "vansim"), "--plans", str(PLANS), "--seed", str(SEED), "--store", store.flavour,
             "--port", str(store.port), "--utc-ms", str(UTC_MS), *more],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=wholelab.die_with_parent)
        vans = done.stdout.splitlines()
        self.assertEqual(len(vans), PLANS, "vansim ended early")
        requests = sum(int(line.rsplit("=", 1)[1]) for line in vans)
        return [Van(self.folder, "van-%d" % seed) for seed in range(SEED, SEED + PLANS)], requests

    def judge(self, vans, requests, stored_of):
        wrong = []
        for van in vans:
            found = list(van.wrongs(stored_of(van)))
            if found:
                wrong.append("%s (SEED=%s PLANS=1; %s): %s" % (van.name, van.name[4:], van.plan, "; ".join(found[:5])))
        rows, poison = sum(len(v.utc) for v in vans), sum(len(v.poison) for v in vans)
        print("%d plans from SEED=%d: %d rows in %d requests, %d of them refused by the store, %d vans with something wrong"
              % (len(vans), SEED, rows, requests, poison, len(wrong)))
        self.assertFalse(wrong, "\n".join(wrong[:20]))
        return poison

    def test_influxdb(self):
        self.need(wholelab.InfluxDB)
        store = wholelab.InfluxDB(self.folder)
        self.addCleanup(store.stop)
        store.start()
        wholelab.ask_http(store.url + "/write?db=waterlab&precision=ms", data=PREPARED)
        vans, requests = self.run_vans(store, "--poison")

        def stored(van):
            for name, tags, row in rows_of(store.query(
                    "SELECT seq, value FROM reading, event WHERE lab='%s' GROUP BY *" % van.name).decode()):
                yield (name, int(row["seq"]), iso(row["time"]), tags.get("analyzer"), tags.get("parameter"),
                       float(row["value"]) if row.get("value") else None)
        poison = self.judge(vans, requests, stored)
        self.assertTrue(poison or PLANS < 20, "there was no poison")

    def test_victoriametrics(self):
        self.need(wholelab.VictoriaMetrics)
        store = wholelab.VictoriaMetrics(self.folder)
        self.addCleanup(store.stop)
        store.start()
        vans, requests = self.run_vans(store)

        def stored(van):
            values = dict(store.series("reading_value", van.spool))
            # A point that came twice is there twice until it is merged.
            for (analyzer, parameter, t), seq in sorted(set(store.series("reading_seq", van.spool))):
                yield "reading", int(seq), iso(t), analyzer, parameter, values.get((analyzer, parameter, t))
            for (_, t), seq in sorted(set(store.series("event_seq", van.spool, ("kind",)))):
                yield "event", int(seq), iso(t), None, None, None
        self.judge(vans, requests, stored)


if __name__ == "__main__":
    main()
