#!/usr/bin/python3
# as root
"""`waterlab qc` against an independent judge: a year of a stream's water (8736 rows, five parameters), flagged by ioos_qc
for gross range, spike, rate of change and flat line, with the judge's own thresholds.  Every row, every test.

What differs on purpose stands in DIFFERENCES, with its reason and how often; one that is not there any more fails too.
The data is no part of the repository; without ../shared/data/water the comparison is skipped.
"""

import collections
import csv
import io
import json
import os
import subprocess
import tempfile
import unittest

import chain
from wholelab import BIN

WATER = os.path.join(os.path.dirname(chain.TOP), "shared", "data", "water")
JUDGE = os.path.join(WATER, "qartod_oracle_BlackSmithFork2020.csv")
PARAMS = os.path.join(WATER, "qartod_oracle_params.json")
CONF = os.path.join(chain.TOP, "config", "qc.conf")
NAMES = {"temp": "temperature", "cond": "conductivity", "ph": "ph", "do": "dissolved_oxygen", "turb": "turbidity_ntu"}
TESTS = {"gross": "gross", "spike": "spike", "roc": "rate", "flat": "flat"}
INTERVAL_S = 900  # of the series

# (parameter, test): (how many rows, why).  With the interval of the series configured there is none.
DIFFERENCES = {}


def flat(values, interval_s, suspect_s, fail_s, tolerance):
    """The judge's flat line, over again for every row, with an interval that is told and not the series' median one."""
    flags = []
    for i, value in enumerate(values):
        flag = "1"
        for seconds, worse in (suspect_s, "3"), (fail_s, "4"):
            n = seconds // interval_s + 1
            window = [float(v) for v in values[i + 1 - n:i + 1] if v] if i + 1 >= n else []
            if window and max(window) - min(window) < tolerance:
                flag = worse
        flags.append(flag if value else "9")
    return flags


def waterlab(conf, given, status=0):
    done = subprocess.run([os.path.join(BIN, "waterlab"), "qc", "--config", conf], input=given, capture_output=True,
                          text=True)
    assert done.returncode == status, "%d\n%s" % (done.returncode, done.stderr)
    return done


def thresholds(params, interval_s):
    """The judge's, as qc.conf."""
    tests = []
    for name, p in params["params"].items():
        tests.append("""{ parameter = "%s"; why = "the judge's"; interval_s = %d; fail = ( %r, %r ); suspect = ( %r, %r );
            spike = ( %r, %r ); rate_per_s = %r; flat = { tolerance = %r; suspect_s = %d; fail_s = %d; }; }"""
                     % (NAMES[name], interval_s, *p["fail"], *p["sus"], *p["sp"], p["roc"], p["tol"], *params["flat"]))
    return "tests = (\n%s\n);\n" % ",\n".join(tests)


class Judge(unittest.TestCase):
    def setUp(self):
        for path in JUDGE, PARAMS:
            if not os.path.exists(path):
                self.skipTest("no judge at hand: %s" % path)
        with open(PARAMS) as f:
            self.params = json.load(f)
        with open(JUDGE, newline="") as f:
            self.rows = list(csv.DictReader(f))

    def judged(self, interval_s):
        """The same series through the command: its rows with our flags."""
        series = io.StringIO()
        out = csv.writer(series)
        out.writerow(["time"] + list(NAMES.values()))
        out.writerows([r["epoch"]] + [r[n] for n in NAMES] for r in self.rows)
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
            conf.write(thresholds(self.params, interval_s))
            conf.flush()
            done = waterlab(conf.name, series.getvalue())
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([r["time"] for r in rows], [r["epoch"] for r in self.rows])
        for name, code in NAMES.items():
            self.assertEqual([r[code] for r in rows], [r[name] for r in self.rows], "values went out changed")
        return rows

    def test_a_row_for_each_reading_gets_the_same_flags(self):
        """As spool export writes them, the parameters' rows among each other."""
        given = io.StringIO()
        out = csv.writer(given)
        out.writerow(["utc", "unit", "parameter", "value"])
        out.writerows([r["epoch"], "sonde", code, r[name]] for r in self.rows for name, code in NAMES.items())
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
            conf.write(thresholds(self.params, INTERVAL_S))
            conf.flush()
            done = waterlab(conf.name, given.getvalue())
        long = list(csv.DictReader(io.StringIO(done.stdout)))
        n = 0
        for i, wide in enumerate(self.judged(INTERVAL_S)):
            for k, code in enumerate(NAMES.values()):
                row = long[i * len(NAMES) + k]
                self.assertEqual((row["utc"], row["parameter"], row["value"]), (wide["time"], code, wide[code]))
                for test in "syntax", "gap", "gross", "spike", "rate", "flat", "attenuated", "climatology", "worst":
                    self.assertEqual(row["qc_" + test], wide["%s_%s" % (code, test.replace("worst", "qc"))], row)
                    n += 1
        print("a row for each reading: %d flags are those of the table" % n)

    def differences(self, rows):
        differ = collections.Counter()
        for said, ours in zip(self.rows, rows):
            for name, code in NAMES.items():
                for theirs, test in TESTS.items():
                    if said["%s_%s" % (name, theirs)] != ours["%s_%s" % (code, test)]:
                        differ[name, test] += 1
        return differ

    def test_every_row_and_test(self):
        differ = self.differences(self.judged(INTERVAL_S))
        for theirs, test in TESTS.items():
            flags = collections.Counter(r["%s_%s" % (n, theirs)] for n in NAMES for r in self.rows)
            wrong = sum(n for (_, of), n in differ.items() if of == test)
            print("%-5s %d of %d flags agree; the judge's: %s" % (
                test, len(self.rows) * len(NAMES) - wrong, len(self.rows) * len(NAMES),
                ", ".join("%d of %s" % (n, flag) for flag, n in sorted(flags.items()))))
        for key, (n, why) in DIFFERENCES.items():
            print("%s %s: %d differ on purpose: %s" % (*key, n, why))
        self.assertEqual(differ, {key: n for key, (n, _) in DIFFERENCES.items()})

    def test_the_configured_interval_is_the_one_that_counts(self):
        """Configured as half and as twice of what it is, a line must be twice and half as long as the judge's."""
        for interval_s in INTERVAL_S // 2, INTERVAL_S, INTERVAL_S * 2:
            rows = self.judged(interval_s)
            differ = self.differences(rows)
            print("flat line with interval_s = %d, the series' is %d: %d flags are not the judge's"
                  % (interval_s, INTERVAL_S, sum(differ.values())))
            self.assertLessEqual({test for _, test in differ}, {"flat"})
            for name, code in NAMES.items():
                self.assertEqual([r[code + "_flat"] for r in rows],
                                 flat([r[name] for r in self.rows], interval_s, *self.params["flat"],
                                      self.params["params"][name]["tol"]))


class Installed(unittest.TestCase):
    """The thresholds that come with the program, over a field day that any machine has."""

    def test_a_field_day(self):
        given = ["time,sample,ph-1:ph,temperature,lat,lon,remark"]
        place = "34.0151,71.5249"
        for i in range(60):
            ph = {20: "9.4", 30: "", 31: "oops", 40: "15"}.get(i, "7.%02d" % (10 + i % 3))
            given.append("2026-12-01 09:%02d:%02d,one,%s,%.2f,%s,\"a, b\"" % (i // 12, i % 12 * 5, ph, 18 + i % 2 / 50, place))
        given.append("2026-12-01 11:00:00,two,8.30,24.00,34.5,71.9,another spring")
        given.append("2026-12-01 11:00:05,two,8.31,24.01,34.5,,no longitude")
        done = waterlab(CONF, "\n".join(given) + "\n", status=1)
        self.assertIn("standard input:33: ph-1:ph: \"oops\" is no number", done.stderr)
        self.assertIn("remark: is no parameter and goes out as it came", done.stderr)
        lines = done.stdout.splitlines()
        for before, after in zip(given, lines):
            self.assertTrue(after.startswith(before + ","))
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        ph = [{t: r["ph-1:ph_" + t] for t in ("syntax", "gross", "spike", "rate", "qc")} for r in rows]
        self.assertEqual(ph[10], dict(syntax="1", gross="1", spike="1", rate="1", qc="1"))
        self.assertEqual(ph[20], dict(syntax="1", gross="1", spike="4", rate="3", qc="4"))
        self.assertEqual(ph[30], dict(syntax="9", gross="9", spike="9", rate="9", qc="9"))
        self.assertEqual(ph[31], dict(syntax="4", gross="9", spike="9", rate="9", qc="9"))
        self.assertEqual(ph[40], dict(syntax="1", gross="4", spike="4", rate="3", qc="4"))
        # The end of one visit and the first of the next have no neighbour; the way between them is no jump.
        self.assertEqual([ph[i]["spike"] for i in (59, 60)], ["2", "2"])
        self.assertEqual(ph[60]["rate"], "1")
        self.assertEqual(rows[60]["ph-1:ph_gap"], "2")
        self.assertEqual([r["location_qc"] for r in rows[59:]], ["1", "1", "4"])
        self.assertEqual(rows[61]["ph-1:ph_qc"], "4")


if __name__ == "__main__":
    chain.main()
