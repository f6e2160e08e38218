#!/usr/bin/python3
"""An invented season as the map's publisher writes it, for tests of the page alone: map_fixture.py FOLDER [SEED] [VIEW].

One seed, one season.  Points and their monthly results are made first; cells, failures, series and downloads are counted
from them, so that the files agree with each other as the publisher's do.
"""

import csv
import datetime
import json
import os
import random
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMALL = 5
SPOOL = 0x5eed
STALE_DAYS = 90
ECOLI = dict(code="ecoli", unit="/(100.mL)", limit=dict(low=None, high=None, must="absent", basis="health", text="not detected in 100 mL"))
PARAMETERS = [
    ECOLI,
    dict(code="arsenic", unit="ug/L", limit=dict(low=None, high=50, must="<=", basis="health", text="at most 50 µg/L")),
    dict(code="turbidity_ntu", unit="{NTU}", limit=dict(low=None, high=5, must="<", basis="operational", text="< 5 NTU")),
    dict(code="ph", unit="[pH]", limit=dict(low=6.5, high=8.5, must="<=", basis="operational", text="6.5 to 8.5")),
    dict(code="free_chlorine", unit="mg/L", limit=dict(low=0.2, high=0.5, must="<=", basis="operational", text="0.2 to 0.5 mg/L", in_force=False)),
    dict(code="iron", unit="ug/L", limit=None),
]
METHODS = {"ecoli": ("cbt", "membrane-filtration"), "arsenic": ("arsenic-kit", "photometer"), "turbidity_ntu": ("tube", "meter"),
           "ph": ("strip", "meter"), "free_chlorine": ("dpd-comparator", "dpd-photometer"), "iron": ("strip", "photometer")}
LEVELS = {"ecoli": 8, "arsenic": 18, "turbidity_ntu": 2.2, "ph": 7.5, "free_chlorine": 0.32, "iron": 120}
PUBLIC = ("public_tap_standpipe", "filtration_plant", "borehole_tubewell", "protected_spring")
PRIVATE = ("piped_into_dwelling", "unprotected_dug_well")
NAMES = ("Handpump at the school", "Tap by the bazaar", "Spring above the village", "Filtration plant, gate 2", "Tube well 4")
FAILS = ("fails_above", "fails_below", "fails_detected")


def read_districts():
    with open(os.path.join(TOP, "config", "places.csv"), encoding="utf-8") as f:
        rows = csv.DictReader(line for line in f if not line.startswith("#"))
        return [dict(code=r["district_pcode"], name=r["district"], province=r["province"], division=r["division"],
                     lat=float(r["lat"]), lon=float(r["lon"])) for r in rows if not r["tehsil_pcode"]]


class Season:
    def __init__(self, seed=7, view="official", now=None, months=6, trouble=None):
        self.random = random.Random(seed)
        self.view, self.trouble = view, trouble
        self.now = now or datetime.datetime.now(datetime.timezone.utc)
        self.districts = read_districts()
        last = self.now.year * 12 + self.now.month - 1
        self.periods = ["%04d-%02d" % (n // 12, n % 12 + 1) for n in range(last - months + 1, last + 1)]
        self.labs = ["kp-van-01", "kp-van-03", "gb-van-01"]
        self.results = []
        self.make_results()
        self.found = {}    # (district, parameter, period, screening): its results
        for r in self.results:
            self.found.setdefault((r["district"], r["parameter"], r["period"], r["screening"]), []).append(r)

    def make_results(self):
        number = 0
        for district in self.districts + [dict(code="none", lat=34.0, lon=72.0)]:
            # Some districts were never visited, some long ago only, some have two points.
            visited = self.random.choice((0, 1, 2, 2, 3, 3, 3))
            for _ in range(2 if district["code"] == "none" else self.random.choice((0, 2, 4, 9, 14)) if visited else 0):
                number += 1
                point = dict(point="%s/%016x/%d" % (self.random.choice(self.labs), SPOOL, number), code="KP-%04d" % number if number % 3 else None,
                             name=self.random.choice(NAMES) if number % 7 else None, district=district["code"],
                             source_type=self.random.choice(PUBLIC + PRIVATE), lat=round(district["lat"] + self.random.uniform(-.1, .1), 5),
                             lon=round(district["lon"] + self.random.uniform(-.1, .1), 5), bad=self.random.random() < .25)
                for period in self.periods[:1] if visited == 1 else self.periods:
                    for parameter in PARAMETERS:
                        if self.random.random() < (.75 if parameter is ECOLI else .45):
                            self.make_result(point, period, parameter)

    def make_result(self, point, period, parameter):
        code, pick = parameter["code"], self.random
        screening = pick.random() < .8
        day = min(pick.randrange(1, 28), self.now.day if period == self.periods[-1] else 28)
        value = round(LEVELS[code] * pick.lognormvariate(1.1 if point["bad"] else -.3, .5), 2) if code != "ph" else round(pick.gauss(7.4, .6), 2)
        censor = "exact"
        if code == "ecoli":
            value, censor = (value, "above" if value > 80 else "exact") if point["bad"] and pick.random() < .8 else (None, "not_detected")
        elif pick.random() < .06:
            censor = "below"
        verdict = self.judge(parameter, value, censor)
        if verdict in FAILS and pick.random() < .12:
            verdict = "possible_failure"
        if verdict == "meets" and pick.random() < .08:
            verdict = "cannot_judge"
        self.results.append(dict(point, period=period, parameter=code, unit=parameter["unit"], screening=screening, value=value, censor=censor,
                                 verdict=verdict, method=METHODS[code][not screening], sampled="%s-%02dT06:10:00Z" % (period, day),
                                 status="verified" if pick.random() < .6 else "preliminary", lab=point["point"].split("/")[0],
                                 sample=len(self.results) + 1))

    @staticmethod
    def judge(parameter, value, censor):
        limit = parameter["limit"]
        if not limit:
            return "cannot_judge"
        if limit["must"] == "absent":
            return "meets" if censor == "not_detected" else "fails_detected"
        if limit["high"] is not None and value > limit["high"]:
            return "fails_above"
        return "fails_below" if limit["low"] is not None and value < limit["low"] else "meets"

    def kinds(self):
        """(sources, which results) of this view."""
        if self.view == "public":
            return [("public", lambda r: r["source_type"] in PUBLIC), ("private", lambda r: r["source_type"] not in PUBLIC)]
        return [("all", lambda r: True)]

    def cells(self, period):
        found = []
        for sources, wanted in self.kinds():
            groups = {}
            for r in self.results:
                if r["period"] == period and wanted(r):
                    groups.setdefault((r["district"], r["parameter"], "screening" if r["screening"] else "laboratory"), []).append(r)
            found += [self.cell(key, sources, rows, period) for key, rows in sorted(groups.items())]
        return found

    def cell(self, key, sources, rows, period):
        cell = dict(district=key[0], parameter=key[1], sources=sources, provisional=period == self.periods[-1] and key[0] > "PK520")
        cell["class"] = key[2]
        cell["as_of"] = self.stamp(self.now - datetime.timedelta(hours=30)) if cell["provisional"] else None
        names = dict(points=len(rows), meets=0, fails_above=0, fails_below=0, fails_detected=0, possible=0, doubtful_place=0, cannot_judge=0,
                     not_applicable=0, doubtful_meets=0, lowest=None, lowest_censor=None, share=None, median=None, median_censor=None, highest=None, highest_censor=None, differs=0)
        if self.view == "public" and sources == "private" and len(rows) < SMALL:
            cell.update(dict.fromkeys(names), newest=None, oldest=None, suppressed=True)
            return cell
        for r in rows:
            names[{"possible_failure": "possible"}.get(r["verdict"], r["verdict"])] += 1
        judged = names["meets"] + sum(names[code] for code in FAILS)
        if judged and (len(rows) >= SMALL or self.view == "official"):
            names["share"] = round(sum(names[code] for code in FAILS) / judged, 4)
        ordered = sorted(rows, key=lambda r: r["value"] or 0)
        for name, r in (("median", ordered[len(rows) // 2]), ("highest", ordered[-1])):
            names[name], names[name + "_censor"] = r["value"], r["censor"]
        cell.update(names, newest=max(r["sampled"] for r in rows)[:10], oldest=min(r["sampled"] for r in rows)[:10])
        return cell

    def failures(self):
        newest, first = {}, {}
        for r in sorted(self.results, key=lambda r: r["sampled"]):
            key = (r["point"], r["parameter"])
            if r["verdict"] in FAILS + ("possible_failure",):
                first.setdefault(key, r)
            elif r["verdict"] == "meets":
                first.pop(key, None)
            newest[key] = r
        found = [self.failure(first[key], newest[key]) for key in newest if key in first and newest[key]["verdict"] != "cannot_judge"]
        found.sort(key=lambda f: f["sampled"], reverse=True)
        found.sort(key=lambda f: f["basis"] != "health")
        return found if self.view == "official" else self.blurred(found)

    def failure(self, since, r):
        limit = next(p["limit"] for p in PARAMETERS if p["code"] == r["parameter"])
        possible = r["verdict"] == "possible_failure"
        return dict({name: r[name] for name in ("point", "code", "name", "district", "source_type", "parameter", "method", "value", "censor", "unit",
                                                "verdict", "sampled", "status", "lab", "sample", "lat", "lon")},
                    **{"class": "screening" if r["screening"] else "laboratory"}, near="PK526" if r["sample"] % 17 == 0 else None, position="consumer",
                    upper=None, limit_text=limit["text"], limit_low=limit["low"], limit_high=limit["high"], basis=limit["basis"],
                    reason="uncertainty" if possible else "none", van_verdict="meets" if r["sample"] % 13 == 0 else r["verdict"], as_if="fails_above" if possible else None,
                    since=since["sampled"][:10], retested=since is not r, clock_doubt=r["sample"] % 19 == 0)

    def blurred(self, failures):
        """The public list: a row each district, parameter and verdict, public sources only."""
        rows = {}
        for f in failures:
            if f["source_type"] in PUBLIC:
                row = rows.setdefault((f["district"], f["parameter"], f["verdict"]), {k: f[k] for k in (
                    "district", "parameter", "class", "unit", "limit_text", "basis", "verdict")})
                row["points"] = row.get("points", 0) + 1
                row["since"] = min(row.get("since", "9999"), f["since"][:7])
                row["sampled"] = max(row.get("sampled", ""), f["sampled"][:7])
        return list(rows.values())

    def series(self, district):
        found = []
        for sources, wanted in self.kinds():
            for p in PARAMETERS:
                for kind in ("laboratory", "screening"):
                    one = dict(parameter=p["code"], sources=sources, limit_low=(p["limit"] or {}).get("low"), limit_high=(p["limit"] or {}).get("high"),
                               at=[], points=[], failing=[], median=[], highest=[], lowest=[], median_censor=[], highest_censor=[])
                    one["class"] = kind
                    for period in self.periods:
                        rows = list(filter(wanted, self.found.get((district, p["code"], period, kind == "screening"), ())))
                        if not rows:
                            continue
                        if sources == "private" and len(rows) < SMALL:
                            for name in one.keys() & {"points", "failing", "median", "highest", "lowest", "median_censor", "highest_censor"}:
                                one[name].append(None)
                            one["at"].append(period)
                            continue
                        rows.sort(key=lambda r: r["value"] or 0)
                        values = [r["value"] for r in rows]
                        one["median_censor"].append(rows[len(rows) // 2]["censor"])
                        one["highest_censor"].append(rows[-1]["censor"])
                        for name, value in (("at", period), ("points", len(rows)), ("failing", sum(r["verdict"] in FAILS for r in rows)),
                                            ("median", values[len(values) // 2]), ("highest", values[-1]), ("lowest", values[0])):
                            one[name].append(value)
                    if one["at"]:
                        found.append(one)
        return dict(schema_version=1, district=district, series=found)

    def points(self, district):
        points = {}
        for r in sorted(self.results, key=lambda r: r["sampled"]):
            if r["district"] == district:
                point = points.setdefault(r["point"], dict({n: r[n] for n in ("point", "code", "name", "source_type", "lat", "lon")}, last={}))
                limit = next(p["limit"] for p in PARAMETERS if p["code"] == r["parameter"])
                point["last"][r["parameter"]] = dict({n: r[n] for n in ("parameter", "value", "censor", "unit", "verdict", "sampled", "method", "status")},
                                                     **{"class": "screening" if r["screening"] else "laboratory"}, upper=None, rev=0,
                                                     reason="no_limit" if not limit else "none", limit_text=limit["text"] if limit else "")
        return dict(schema_version=1, district=district, points=[dict(p, last=list(p["last"].values())) for p in points.values()])

    def lab_rows(self):
        ages = (("kp-van-01", 600, 0, 0), ("kp-van-03", 5 * 86400, 120, 2), ("gb-van-01", 40 * 3600, 3400, 0))
        rows = [dict(lab=lab, spool="%016x" % (n + 1), last_contact=self.stamp(self.now - datetime.timedelta(seconds=age)), backlog=backlog,
                     oldest_unsent_s=backlog * 40, refused=0, status_at=self.stamp(self.now - datetime.timedelta(seconds=age + 60)), units_ok=6 - sick, units_sick=sick, checks_expired=n, fix_age=12, clock="gps", results_30d=90 * n)
                for n, (lab, age, backlog, sick) in enumerate(ages)]
        unsaid = dict.fromkeys(rows[0], None)    # one never heard of; one that sends results, and nothing of itself
        return rows + [unsaid | dict(lab="gb-van-02", spool="9", results_30d=0),
                       unsaid | dict(lab="kp-van-07", spool="", last_contact=self.stamp(self.now - datetime.timedelta(hours=2)), results_30d=40)]

    @staticmethod
    def stamp(at):
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def index(self, failures, files):
        newest = max((r["sampled"] for r in self.results), default=None)
        return dict(schema_version=1, view=self.view, made=self.stamp(self.now), as_of=newest,
                    source=dict(kind="influxdb", answered=self.stamp(self.now), trouble=None), licence="CC BY 4.0, the department",
                    policy=dict(small_cell=SMALL, percentages_from=0 if self.view == "official" else SMALL,
                                text="Shares are shown from 5 judged points on. A point counts once in a month, by its latest routine result."),
                    stale_days=STALE_DAYS, periods=self.periods, parameters=PARAMETERS, limit_sets=[dict(name="nsdwq-2010", code=1,
                    title="National Standards for Drinking Water Quality, Pakistan")], districts=self.districts,
                    labs=self.labs if self.view != "public" else [], outlines=None, files=files,
                    totals=dict(points=len({r["point"] for r in self.results}), open_failures=len(failures)))

    def write(self, folder):
        """data/ below `folder`, as the publisher writes it."""
        self.folder = os.path.join(folder, "data")
        failures = self.failures()
        files = []
        if self.view == "labs":
            self.write_json("labs.json", dict(schema_version=1, labs=self.lab_rows()))
            files.append(dict(name="labs.csv", what="labs"))
            self.write_text("labs.csv", "lab,spool\n" + "".join("%s,%s\n" % (r["lab"], r["spool"]) for r in self.lab_rows()))
        else:
            for period in self.periods:
                self.write_json("months/%s.json" % period, dict(schema_version=1, period=period, cells=self.cells(period)))
                self.write_json("districts/%s.geojson" % period, dict(type="FeatureCollection", features=[]))
            self.write_json("failures.json", dict(schema_version=1, failures=failures))
            for district in self.districts + [dict(code="none")]:
                self.write_json("series/%s.json" % district["code"], self.series(district["code"]))
                if self.view == "official":
                    self.write_json("points/%s.json" % district["code"], self.points(district["code"]))
            self.write_text("districts.csv", "period,district,parameter,points\n" + "".join(
                "%s,%s,%s,%s\n" % (period, c["district"], c["parameter"], c["points"]) for period in self.periods for c in self.cells(period)))
            self.write_text("failures.csv", "district,parameter,since\n" + "".join("%s,%s,%s\n" % (f["district"], f["parameter"], f["since"]) for f in failures))
            files += [dict(name=n, what=w) for n, w in (("districts.csv", "every cell of every month"), ("failures.csv", "points that fail or may fail, and were not shown to meet since"))] + [
                dict(name="districts/%s.geojson" % p, what="one month's districts as points of the schematic map, for a portal") for p in self.periods]
        for one in files:
            one["bytes"] = os.path.getsize(os.path.join(self.folder, one["name"]))
        self.write_json("status.json", dict(schema_version=1, tried=self.stamp(self.now), trouble=self.trouble))
        self.write_json("index.json", self.index(failures, files))
        return self

    def write_json(self, name, value):
        self.write_text(name, json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")

    def write_text(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    Season(int((sys.argv[2:] or ["7"])[0]), (sys.argv[3:] or ["official"])[0]).write(sys.argv[1])
