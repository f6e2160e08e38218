#!/usr/bin/python3
"""A publisher that watches reads only what changed: over both stores, while rows come in time and late, in parts and twice, and are
lost, what it publishes is what a publisher says that has just begun and reads everything.
"""

import csv
import json
import os
import re
import time
import urllib.parse

import heatmap_season
from chain import SEED, main, wholelab
from heatmap_harness import HeatmapTest

OF_A_VERSION = {"made", "changed", "last_contact"}
LINE = re.compile(r"^published (\S+): (\d+) results .*; (\d+) of (\d+) parts of the store were read$", re.M)
LABS = 4


def without(value):
    """Said of rows and numbers, not of when somebody looked."""
    if isinstance(value, dict):
        return {k: without(v) for k, v in value.items() if k not in OF_A_VERSION}
    return [without(v) for v in value] if isinstance(value, list) else value


class Watch(HeatmapTest):
    def content(self, out):
        found = {}
        for view in ("public", "official", "labs"):
            top = os.path.join(out, "current", view, "data")
            for folder, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(folder, name)
                    at = os.path.relpath(path, out)
                    if name in ("index.json", "status.json", "withdrawn.csv"):
                        continue
                    with open(path, encoding="utf-8") as f:
                        found[at] = [without(row) for row in csv.DictReader(f)] if name.endswith(".csv") else without(json.load(f))
        return found

    def months(self):
        top = os.path.join(self.out, "current/official/data/results")
        return {name: os.stat(os.path.join(top, name)).st_ino for name in os.listdir(top)}

    def looks(self):
        with open(self.watch.log_path, encoding="utf-8") as f:
            return [(version, int(results), int(asked), int(parts)) for version, results, asked, parts in LINE.findall(f.read())]

    def after_looks(self, more):
        """What was looked at from begin to end since now."""
        before = len(self.looks())
        wholelab.wait_for("the watch to look %d times" % more, lambda: self.watch.must_live() or len(self.looks()) >= before + more, 90)

    def same(self, store, what):
        whole_out = os.path.join(self.folder, "whole")
        path = self.config(store.url, store.flavour).replace("heatmap.conf", "whole.conf")
        with open(self.config(store.url, store.flavour), encoding="utf-8") as f, open(path, "w", encoding="utf-8") as to:
            to.write(f.read().replace('"%s"' % self.out, '"%s"' % whole_out))
        self.after_looks(2)
        self.publish(path)
        mine, whole = self.content(self.out), self.content(whole_out)
        self.assertEqual(sorted(mine), sorted(whole), what)
        for name, content in whole.items():
            self.assertEqual(mine[name], content, (what, name))
        print("%s: %s, %d files the same; %s" % (store.flavour, what, len(whole), self.looks()[-1][1:]))

    def begin(self, kind):
        store = self.real_store(kind)
        season = heatmap_season.Season(SEED, int(time.time() * 1000), labs=LABS, points=6)
        lines = season.lines
        self.random.shuffle(lines)
        path = self.config(store.url, store.flavour)
        self.write(store, lines[:len(lines) // 2])
        self.watch = wholelab.Process("watch", [os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", path, "--watch", "1"], self.folder)
        self.addCleanup(self.watch.end)
        self.after_looks(1)
        return store, lines[len(lines) // 2:]

    def check(self, kind):
        store, rest = self.begin(kind)
        at = sorted(self.random.sample(range(1, len(rest)), 2))
        for i, part in enumerate((rest[:at[0]], rest[at[0]:at[1]], rest[at[1]:])):
            self.write(store, part)
            self.same(store, "batch %d of %d lines" % (i + 1, len(part)))
        self.write(store, self.random.sample(rest, 20))
        self.same(store, "lines once more")
        self.lose(store)
        self.same(store, "a lab lost")
        # A row that comes now is all that is asked for, once what came before is surely whole.
        wholelab.wait_for("a look at which nothing is read", lambda: self.looks()[-1][2] == 0, 60, 0.5)
        before, files = len(self.looks()), self.months()
        line = next(one for one in rest if one.startswith("result,") and "lab=kp-van-02" in one)
        self.write(store, [re.sub(r"sample=\d+i", "sample=99999i", re.sub(r"seq=\d+i \d+$", "seq=999999i %d" % int(time.time() * 1000), line))])
        wholelab.wait_for("it to be read", lambda: any(asked for _, _, asked, _ in self.looks()[before:]), 60)
        self.same(store, "one line")
        self.assertEqual({asked for _, _, asked, _ in self.looks()[before:]} - {0}, {1})
        # Months in which nothing changed are the same files, table and map; the new line's is not.
        now, month = self.months(), time.strftime("%Y-%m", time.gmtime())
        same = {name for name in now if now[name] == files.get(name)}
        self.assertEqual(same, {name for name in now if not name.startswith(month)})
        self.assertEqual(len(now) - len(same), 2)
        self.assertEqual(self.watch.end(), 0)

    def lose(self, store):
        if store.flavour == "influxdb-v1":
            store.query("DROP SERIES FROM result WHERE lab = 'kp-van-01'", post=True)
        else:
            wholelab.ask_http(store.url + "/api/v1/admin/tsdb/delete_series?" +
                              urllib.parse.urlencode({"match[]": '{__name__=~"result_.+",lab="kp-van-01"}'}))
            self.sent.clear()    # from here on what is shown is not counted any more
            self.wait_for_all = lambda *_: None

    def test_influxdb(self):
        self.check(wholelab.InfluxDB)

    def test_victoriametrics(self):
        self.check(wholelab.VictoriaMetrics)


if __name__ == "__main__":
    main()
