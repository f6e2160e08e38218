"""Every number of the published files against heatmap_truth.py, over a store's raw export: what the tests of seasons and of fleets share."""

import collections
import datetime
import os
import time
import urllib.parse

import heatmap_truth
from chain import TOP, wholelab
from heatmap_harness import HeatmapTest


class NumbersTest(HeatmapTest):
    sets = "nsdwq-2010",

    def truth(self, store):
        """As of the moment at which it was published."""
        sets = [heatmap_truth.limits_of(self.own)] + [heatmap_truth.limits_of(os.path.join(TOP, "config/limits/%s.csv" % name)) for name in self.sets]
        made = datetime.datetime.fromisoformat(self.json("official", "data/index.json")["made"].replace("Z", "+00:00"))
        return heatmap_truth.Truth(self.exported(store, "result"), self.exported(store, "point"),
                                   self.exported(store, "lab_status"), self.exported(store, "event", ()) + self.exported(store, "summary", ()),
                                   sets, int(made.timestamp() * 1000))

    def exported(self, store, measurement, numbers=heatmap_truth.FIELDS):
        if store.flavour == "influxdb-v1":
            return heatmap_truth.rows_of(store.query("SELECT * FROM " + measurement).decode(), numbers)
        wholelab.ask_http(store.url + "/internal/force_flush")
        query = urllib.parse.urlencode({"match[]": '{__name__=~"%s_.+"}' % measurement, "start": 0, "reduce_mem_usage": "0"})
        return heatmap_truth.rows_of_series(wholelab.ask_http(store.url + "/api/v1/export?" + query)[1].decode(), measurement)

    def same_number(self, a, b, what):
        if a in (None, "") or b in (None, ""):
            self.assertEqual(a or None, b or None, what)
        else:
            self.assertAlmostEqual(float(a), float(b), 9, what)

    def check_cell(self, key, cell, row):
        """A row of districts.csv against what it should say."""
        if cell.get("suppressed"):
            self.assertEqual(row["suppressed"], "yes", key)
            shown = {k: v for k, v in row.items() if v and k not in (
                "period", "district", "district_name", "province", "parameter", "unit", "class", "sources", "provisional", "suppressed",
                "schema_version")}
            self.assertEqual(shown, {}, key)
            return
        for name in ("points", "meets", "fails_above", "fails_below", "fails_detected", "possible", "doubtful_place", "doubtful_meets",
                     "cannot_judge", "not_applicable", "differs"):
            self.assertEqual(int(row[name]), cell.get(name, 0), (key, name))
        self.same_number(row["share"], cell["share"], (key, "share"))
        for name in ("median", "highest", "lowest"):
            self.same_number(row[name], cell[name][0], (key, name))
            self.assertEqual(row[name + "_censor"], cell[name][1], (key, name))
        self.assertEqual((row["newest"], row["oldest"]), (cell["newest"], cell["oldest"]), key)

    def check_cells(self, truth, view, apart):
        expected = truth.cells(apart)
        rows = {(r["period"], r["district"], r["parameter"], r["class"], r["sources"]): r for r in self.csv(view, "data/districts.csv")}
        self.assertEqual(sorted(rows), sorted(expected))
        for key, cell in expected.items():
            self.check_cell(key, cell, rows[key])
            self.assertEqual((rows[key]["provisional"], rows[key]["as_of"]), (cell["provisional"], "" if apart else cell["as_of"]), key)
        # The page's files say the same as the table.
        for period in self.json(view, "data/index.json")["periods"]:
            for cell in self.json(view, "data/months/%s.json" % period)["cells"]:
                row = rows.pop((period, cell["district"], cell["parameter"], cell["class"], cell["sources"]))
                for name in ("points", "meets", "possible", "doubtful_place", "cannot_judge", "share", "median", "highest"):
                    self.same_number(cell[name], row[name], (period, cell, name))
                self.assertEqual(cell.get("suppressed", False), row["suppressed"] == "yes")
        self.assertEqual(rows, {})
        return expected

    def check_failures(self, truth):
        expected = truth.failures()
        listed = self.json("official", "data/failures.json")["failures"]
        self.assertEqual(sorted((f["point"], f["parameter"]) for f in listed), sorted(expected))
        for one in listed:
            since, row, retested = expected[one["point"], one["parameter"]]
            self.assertEqual((one["since"], one["retested"], one["lab"], one["sample"], one["verdict"], one["van_verdict"], one["near"]),
                             (heatmap_truth.day(since), retested, row.lab, row.sample, heatmap_truth.VERDICTS[row.own],
                              heatmap_truth.VERDICTS[int(row.verdict)], row.near or None), one)
            self.same_number(one["value"], row.value, one)
        health = [f["basis"] == "health" for f in listed]
        self.assertEqual(health, sorted(health, reverse=True))
        public, lines, shown = collections.Counter(), set(), collections.Counter()
        for _, row, _ in truth.failures(public=True).values():
            public[row.district, row.parameter, "screening" if row.screening else "laboratory", heatmap_truth.VERDICTS[row.own]] += 1
        for line in self.json("public", "data/failures.json")["failures"]:
            kind = line["district"], line["parameter"], line["class"], line["verdict"]
            self.assertNotIn(kind + (line["basis"], line["limit_text"]), lines)
            lines.add(kind + (line["basis"], line["limit_text"]))
            shown[kind] += line["points"]
        self.assertEqual(shown, public)
        return expected

    def check_results(self, truth):
        expected = {row.key: row for row in truth.rows}
        names = sorted(os.listdir(os.path.join(self.out, "current/official/data/results")))
        rows = [r for name in names if name.endswith(".csv") for r in self.csv("official", "data/results", name)]
        self.assertEqual(len(rows), len(expected))
        for row in rows:
            one = expected[row["lab"], row["spool"], int(row["sample"]), row["parameter"], row["method"], int(row["replicate"])]
            self.assertEqual((row["verdict"], row["van_verdict"], int(row["rev"]), row["point"], row["sampled"][:10]),
                             (heatmap_truth.VERDICTS[one.own], heatmap_truth.VERDICTS[int(one.verdict)], one.rev, one.who,
                              heatmap_truth.day(one.sampled)), (row, dict(one)))
            self.same_number(row["value"], one.value, row)
            if one.info:
                self.assertEqual(row["name"].lstrip("'"), one.info["name"])
        return rows

    def check_districts(self, truth, cells, view):
        """The trends say what the cells say; each point is there once, with the last of each parameter and class."""
        found = {}
        folder = os.path.join(self.out, "current", view, "data")
        for name in os.listdir(os.path.join(folder, "series")):
            trend = self.json(view, "data/series", name)
            for one in trend["series"]:
                for i, period in enumerate(one["at"]):
                    found[period, trend["district"], one["parameter"], one["class"], one["sources"]] = tuple(
                        one[k][i] for k in ("points", "failing", "median", "highest", "lowest", "median_censor", "highest_censor", "lowest_censor"))
        self.assertEqual(sorted(found), sorted(cells))
        for key, (points, failing, *numbers) in found.items():
            cell = cells[key]
            self.assertEqual((points, failing), (None, None) if cell.get("suppressed") else (
                cell["points"], sum(cell.get(heatmap_truth.VERDICTS[v], 0) for v in heatmap_truth.FAILS)), key)
            for number, censor, name in zip(numbers[:3], numbers[3:], ("median", "highest", "lowest")):
                self.same_number(number, None if cell.get("suppressed") else cell[name][0], (key, name))
                self.assertEqual(censor or "", "" if cell.get("suppressed") else cell[name][1] or "", (key, name))
        if view == "public":
            self.assertFalse(os.path.exists(os.path.join(folder, "points")))
            return
        listed = [p for name in os.listdir(os.path.join(folder, "points")) for p in self.json(view, "data/points", name)["points"]]
        self.assertEqual(sorted(p["point"] for p in listed), sorted({who for who, _ in truth.visits}))
        for point in listed:
            for last in point["last"]:
                screening = int(last["class"] == "screening")
                row = [r for _, kind, r, _ in truth.visits[point["point"], last["parameter"]] if kind == screening][-1]
                self.assertEqual((last["verdict"], last["sampled"][:10], last["rev"]),
                                 (heatmap_truth.VERDICTS[row.own], heatmap_truth.day(row.sampled), row.rev), point)

    def check_dictionary(self):
        """Each column of each table is explained."""
        known = {(r["file"], r["column"]) for r in self.csv("official", "data/dictionary.csv")}
        files = {"districts.csv": "districts.csv", "failures.csv": "failures.csv"}
        files["results/" + sorted(os.listdir(os.path.join(self.out, "current/official/data/results")))[0]] = "results/*.csv"
        for name, said in files.items():
            for column in self.csv("official", "data", name)[0]:
                where = {("*", column), (said, column)} | ({("results/*.csv", column)} if said == "failures.csv" else set())
                self.assertTrue(where & known, (name, column))

    def check_all(self, store, path):
        """Of VictoriaMetrics a few seconds later once more: to who asks about a month it may show what it took that late."""
        end = time.monotonic() + (20 if store.flavour == "victoriametrics" else 0)
        while True:
            try:
                return self.check_now(store, path)
            except AssertionError as different:
                if time.monotonic() > end:
                    raise
                print("once more: %s" % str(different).splitlines()[0])
                time.sleep(1)

    def check_now(self, store, path):
        print(self.publish(path).strip())
        truth = self.truth(store)
        cells = self.check_cells(truth, "official", False)
        apart = self.check_cells(truth, "public", True)
        failures = self.check_failures(truth)
        rows = self.check_results(truth)
        self.check_districts(truth, cells, "official")
        self.check_districts(truth, apart, "public")
        self.check_dictionary()
        for name in ("public", "official"):
            for one in self.json(name, "data/index.json")["files"]:
                self.assertEqual(os.path.getsize(os.path.join(self.out, "current", name, "data", one["name"])), one["bytes"])
        print("%d results, %d and %d cells, %d failures compared" % (len(rows), len(cells), len(apart), len(failures)))
        # The season has something of each kind, or it proves little.
        self.assertTrue(any(c.get("suppressed") for c in apart.values()))
        self.assertTrue(any(c.get("share") is not None for c in cells.values()))
        self.provisional = {c["provisional"] for c in cells.values()}
        return truth
