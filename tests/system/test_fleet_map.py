#!/usr/bin/python3
"""A fleet's months on the officials' map, from real stores: every number against a computation of its own over the raw export, before
and after the labs that are away come back, and each result as the fleet's own world has it, corrected, verified or sent twice.

Spikes and references, which no van of the fleet takes, are in test_heatmap_numbers.py. LABS=20 DAYS=200 VISITS=5 make it larger;
SEED and NOW (s; where the months end) repeat one.
"""

import collections
import datetime
import os
import re
import subprocess
import time

import heatmap_truth
import test_fleet
from chain import SOAK, main, wholelab
from heatmap_numbers import NumbersTest

LABS, VISITS = int(os.environ.get("LABS", "3")), int(os.environ.get("VISITS", "2"))
DAYS = int(os.environ.get("DAYS", str(int(96 * min(SOAK, 4)))))    # a third of it is more than a month
NOW = int(os.environ.get("NOW", time.time())) // 60 * 60
PURPOSES = ["", *test_fleet.PURPOSES]


class FleetMap(NumbersTest):
    command, path, rows, compare = (getattr(test_fleet.Fleet, name) for name in ("command", "path", "rows", "compare"))
    settled = staticmethod(test_fleet.Fleet.settled)

    def wait_for_months(self, store):
        first = NOW - (DAYS + 2) * 86400
        if store.flavour == "victoriametrics":
            wholelab.wait_for("VictoriaMetrics to show each month what it shows of all",
                              lambda: self.shown(store, first, NOW + 86400, 30) == self.shown(store, first, NOW + 86400, DAYS + 4), 60, 0.5)

    def check_map(self, store, conf):
        """As the raw export has it, and each result as the world has it."""
        world = self.compare(store)
        self.wait_for_months(store)
        truth = self.check_all(store, conf)
        best = {}
        for row in world:
            key = row["lab"], row["spool"], int(row["sample"]), row["parameter"], row["method"] or "none"
            if key not in best or int(row["rev"]) > int(best[key]["rev"]):
                best[key] = row
        names = sorted(os.listdir(os.path.join(self.out, "current/official/data/results")))
        rows = [r for name in names if name.endswith(".csv") for r in self.csv("official", "data/results", name)]
        self.assertEqual(sorted((r["lab"], r["spool"], int(r["sample"]), r["parameter"], r["method"]) for r in rows), sorted(best))
        for row in rows:
            self.check_row(row, best[row["lab"], row["spool"], int(row["sample"]), row["parameter"], row["method"]])
        print("%d results as the world has them, of %d lines" % (len(rows), len(world)))
        return truth, world

    def check_row(self, row, one):
        _, utc_ms, fields = test_fleet.result_of(one)
        sampled = datetime.datetime.fromtimestamp((utc_ms - int(one["rev"])) // 1000, datetime.timezone.utc)
        expected = {name: one[name] for name in ("rev", "near", "source_type", "position", "activity", "purpose")}
        expected.update(sampled=sampled.strftime("%Y-%m-%dT%H:%M:%SZ"), district=one["district"],
                        censor=heatmap_truth.CENSORS[int(one["censor"])], van_verdict=heatmap_truth.VERDICTS[int(one["verdict"])],
                        van_limit_set="" if one["limit_set"] == "0" else one["limit_set"], parent="" if one["parent"] == "0" else one["parent"],
                        status=("preliminary", "verified")[int(one["status"])], impediment=str(int(fields["impediment"])) if "impediment" in fields else "")
        self.assertEqual({name: row[name] for name in expected}, expected)
        for name in "value", "upper", "mdl", "lat", "lon":
            if name in fields:
                self.assertAlmostEqual(float(row[name]), fields[name], delta=1e-6 * max(1, abs(fields[name])), msg=(row, one))
            else:
                self.assertEqual(row[name], "", (row, one))

    def whole(self, kind):
        store = self.real_store(kind)
        conf = self.config(store.url, store.flavour)
        print("NOW=%d" % NOW)
        until = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
        fleet = subprocess.Popen(self.command(store, "--labs", LABS, "--days", DAYS, "--visits", VISITS, "--until", until,
                                              "--away", max(1, LABS // 4), "--wait"),
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=wholelab.die_with_parent)
        self.addCleanup(fleet.__exit__, None, None, None)
        self.addCleanup(fleet.kill)
        said = []
        for line in fleet.stdout:
            print(line, end="")
            said.append(line)
            if "are away" in line:
                break
        before, _ = self.check_map(store, conf)
        cells = before.cells(False)
        rest, _ = fleet.communicate("\n", timeout=300)
        print(rest, end="")
        self.assertEqual(fleet.returncode, 0)
        self.assertGreater(sum(int(n) for n in re.findall(r"of these twice: (\d+)", "".join(said) + rest)), 100, "nothing was sent twice")
        truth, world = self.check_map(store, conf)
        self.look_at(truth, world)
        self.look_at_who_came_back(truth, cells)

    def look_at(self, truth, world):
        """What does not occur in it, it proves nothing of."""
        of = {name: collections.Counter(row[name] for row in world) for name in world[0]}
        print({name: dict(of[name]) for name in ("censor", "activity", "purpose", "reason", "rev", "clock")})
        self.assertLessEqual({"1", "2", "3", "4", "6"}, set(of["censor"]), "no '<', '>', interval or not detected")
        self.assertLessEqual({"sample", "replicate", "blank"}, set(of["activity"]))
        self.assertLessEqual({"routine", "follow_up", "training"}, set(of["purpose"]), "no retest, no training")
        self.assertLessEqual({"21", "23"}, set(of["reason"]), "no check that ran out, no bad QC")
        self.assertTrue(of["near"].keys() - {""} and of["impediment"].keys() - {""} and of["clock"].keys() - {"4"})
        lines = collections.defaultdict(list)
        for row in world:
            lines[row["lab"], row["sample"], row["parameter"], row["method"]].append(row)
        self.assertTrue(any(len({r["entered"] for r in rows}) > 1 for rows in lines.values()), "nothing was corrected")
        self.assertTrue(any({r["status"] for r in rows} == {"0", "1"} for rows in lines.values()), "nothing was verified")
        cells = truth.cells(False).values()
        for name in "meets", "fails_above", "fails_detected", "possible", "cannot_judge", "doubtful_place", "doubtful_meets":
            self.assertTrue(any(cell.get(name) for cell in cells), name)
        self.assertTrue(any(retested for _, _, retested in truth.failures().values()), "nothing was tested again and still fails")
        self.assertIn(25, {row.why for row in truth.rows}, "no replicate failed beside what met")

    def look_at_who_came_back(self, truth, before):
        """Months before the labs came back are others after it, and whole."""
        after = truth.cells(False)
        months = sorted({key[0] for key in after})
        self.assertGreaterEqual(len(months), 3, months)
        late = [key for key in before if key in after and before[key]["points"] < after[key]["points"]]
        self.assertTrue(late, "nothing came late")
        whole = [key for key in before if key in after and before[key]["provisional"] == "yes" and after[key]["provisional"] == "no"]
        self.assertTrue(whole, "no month was provisional until the last came back")
        print("%d cells have more points since labs came back, of %s" % (len(late), " ".join(sorted({key[0] for key in late}))))

    def test_influxdb(self):
        self.whole(wholelab.InfluxDB)

    def test_victoriametrics(self):
        self.whole(wholelab.VictoriaMetrics)


if __name__ == "__main__":
    main()
