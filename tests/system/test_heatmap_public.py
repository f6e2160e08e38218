#!/usr/bin/python3
"""The public folder of the officials' map: no coordinate finer than a district's, no point, laboratory, van or person; and what private
sources showed in small cells changes no byte of it, so that none can be computed back. The laboratories' own folder, from both stores.
"""

import json
import os
import random
import re
import time

import heatmap_season
from chain import SEED, main, wholelab
from heatmap_harness import HeatmapTest
from heatmap_truth import DAY, month

TAGS = "result,activity=sample,district=%s,lab=kp-van-01,method=%s,parameter=%s,position=consumer,source_type=%s,spool=5e1f"


class Public(HeatmapTest):
    def texts(self, *where):
        """{path: text} of every file of a folder."""
        found, top = {}, os.path.join(self.out, "current", *where)
        for folder, _, names in os.walk(top):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    found[os.path.relpath(os.path.join(folder, name), top)] = f.read()
        return found

    def test_nothing_in_it_is_finer_than_a_district(self):
        store = self.real_store(wholelab.InfluxDB)
        season = heatmap_season.Season(SEED, int(time.time() * 1000), labs=4)
        self.write(store, season.lines)
        self.publish(self.config(store.url))
        index = self.json("public", "data/index.json")
        places = {(d["lat"], d["lon"]) for d in index["districts"]}
        secrets = set()
        for row in [r for name in os.listdir(os.path.join(self.out, "current/official/data/results")) if name.endswith(".csv")
                    for r in self.csv("official", "data/results", name)]:
            secrets.update(row[k].lstrip("'") for k in ("lab", "spool", "point", "code", "name", "lat", "lon", "sampled"))
        secrets = {s for s in secrets if s and not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", s)}    # a coordinate so coarse is a district's as well
        self.assertGreater(len(secrets), 100)
        for path, text in self.texts("public").items():
            self.assertEqual([s for s in secrets if s in text], [], path)
            if path.endswith("json"):
                self.scan(json.loads(text), places, path)
        self.assertEqual(sorted({p.split("/")[1] for p in self.texts("public")}),
                         ["dictionary.csv", "districts", "districts.csv", "failures.csv", "failures.json", "index.json", "months", "series",
                          "status.json"])
        for one in index["files"]:
            self.assertNotIn("official", one["name"])

    def scan(self, value, places, path):
        if isinstance(value, dict):
            if "lat" in value:
                self.assertIn((value["lat"], value["lon"]), places, path)
            if "coordinates" in value:
                self.assertIn(tuple(reversed(value["coordinates"])), places, path)
            for key, inner in value.items():
                self.assertNotIn(key, ("lab", "labs", "sample", "spool", "point", "name_of_point", "by"), path)
                self.scan(inner, places, path)
        elif isinstance(value, list):
            for inner in value:
                self.scan(inner, places, path)

    def lines(self, shown, hidden, now):
        """Public sources by the seed `shown`; private ones, one to four points a district, by the seed `hidden`."""
        lines, number = [], 0
        for source, seed, most in (("public_tap_standpipe", shown, 8), ("piped_into_dwelling", hidden, 4)):
            rng = random.Random(seed)
            for district in ("PK505", "PK526", "PK528"):
                for _ in range(rng.randrange(1, most + 1)):
                    number += 1
                    for at in (now - 70 * DAY, now - 40 * DAY, now - 5 * DAY):
                        for parameter, method in (("ecoli", "cbt"), ("ph", "strip")):
                            fails = rng.random() < 0.5
                            fields = {"ecoli": ("censor=6i,verdict=1i", "value=%d,censor=1i,verdict=4i" % rng.randrange(1, 99)),
                                      "ph": ("value=7.%d,censor=1i,verdict=1i" % rng.randrange(10), "value=9,censor=1i,verdict=2i")}[parameter][fails]
                            lines.append("%s %s,screening=1i,sample=%di,point=%di,treated=1i,status=%di,rev=0i,seq=%di %d" % (
                                TAGS % (district, method, parameter, source), fields, len(lines) + 1, number, rng.randrange(2), len(lines) + 1,
                                at + number))
        # Private sources are visited by one lab or the other; the second never says what waits in it. A parameter may be any text.
        lines = [line.replace("kp-van-01", "kp-van-02") if hidden % 2 and "piped" in line else line for line in lines]
        lines.append("lab_status,lab=kp-van-01,spool=5e1f backlog=0i,backlog_records=0i,seq=9997i %d" % now)
        lines.append("%s value=%d,censor=1i,verdict=2i,screening=1i,sample=9996i,point=996i,treated=1i,status=0i,rev=0i,seq=9996i %d" % (
            TAGS % ("PK505", "cbt", "House\\ of\\ Khan\\ %d" % hidden, "public_tap_standpipe"), hidden, now - 4 * DAY))
        # The newest of all is a private source's, on a day that each seed has for itself (of one month: that is no secret).
        ago = min(hidden % 3, time.gmtime(now / 1000).tm_mday - 1)
        lines.append("%s censor=6i,verdict=1i,screening=1i,sample=9998i,point=998i,treated=1i,status=0i,rev=0i,seq=9998i %d" % (
            TAGS % ("PK524", "cbt", "ecoli", "piped_into_dwelling"), now - ago * DAY))
        lines.append("%s censor=6i,verdict=1i,screening=1i,sample=9999i,point=999i,treated=1i,status=0i,rev=0i,seq=9999i %d" % (
            TAGS % ("PK505", "cbt", "ecoli", "public_tap_standpipe"), now - 4 * DAY))
        return lines

    def test_small_cells_cannot_be_computed_back(self):
        store = self.real_store(wholelab.InfluxDB)
        now, seen = int(time.time() * 1000), []
        for hidden in (SEED + 1, SEED + 2, SEED + 3):
            store.use("d%d" % hidden)
            wholelab.ask_http(store.url + "/write?db=%s&precision=ms" % store.database,
                              data="\n".join(self.lines(SEED, hidden, now)).encode())
            path = self.config(store.url)
            with open(path) as f:
                text = f.read().replace("timeout_ms", 'database = "%s"; timeout_ms' % store.database)
            with open(path, "w") as f:
                f.write(text)
            self.publish(path)
            cells = [c for c in self.csv("public", "data/districts.csv") if c["sources"] == "private"]
            self.assertGreater(len(cells), 12)
            self.assertEqual({c["suppressed"] for c in cells}, {"yes"})
            self.assertEqual({c["provisional"] for c in self.csv("public", "data/districts.csv")}, {"yes", "no"})
            made = re.compile(r'"(made|answered|tried)":"[^"]*"')
            seen.append({path: made.sub("", text) for path, text in self.texts("public").items()})
            official = self.texts("official")["data/districts.csv"]
            self.assertNotIn(official, seen)
            seen[-1]["official"] = official
        self.assertNotEqual(seen[0].pop("official"), seen[1].pop("official"))
        seen[2].pop("official")
        for other in seen[1:]:
            self.assertEqual(sorted(seen[0]), sorted(other))
            self.assertEqual([path for path in other if other[path] != seen[0][path]], [])


class Labs(HeatmapTest):
    def test_in_influxdb(self):
        self.check_labs(wholelab.InfluxDB)

    def test_in_victoriametrics(self):
        self.check_labs(wholelab.VictoriaMetrics)

    def check_labs(self, kind):
        now = int(time.time()) * 1000
        store = self.real_store(kind)
        status = "lab_status,lab=%s,spool=%s backlog=%di,backlog_records=%di,refused=0i,units_ok=4i,units_sick=%di,checks_ok=3i,checks_expired=%di,clock=5i,seq=%di%s %d"
        self.write(store, [
            status % ("kp-van-01", "aa", 900, 7, 2, 1, 1, ",oldest_unsent_s=99i,fix_age=1.5", now - 7200000),
            status % ("kp-van-01", "aa", 0, 0, 0, 0, 2, ",oldest_unsent_s=0i", now - 3600000),
            # All of September to November is not here yet: what waits is older.
            status % ("kp-van-02", "bb", 40, 3, 1, 0, 3, ",oldest_unsent_s=%di" % (50 * 86400), now - 60000),
            # Retired two months ago, with nothing left in it: that it said so is still known.
            status % ("kp-van-04", "dd", 0, 0, 0, 0, 3, "", now - 60 * DAY),
            "reading,analyzer=a,context=idle,district=none,lab=kp-van-03,parameter=ph,spool=cc value=7,seq=5i,qc=1i %d" % (now - 120000),
            *("%s censor=6i,verdict=1i,screening=1i,sample=%di,point=1i,treated=1i,status=0i,rev=0i,seq=%di %d" % (
                TAGS.replace("kp-van-01", lab) % (district, "cbt", "ecoli", "borehole_tubewell"), i + 1, i + 10, now - days * DAY)
              for i, (lab, district, days) in enumerate((("kp-van-01", "PK505", 40), ("kp-van-02", "PK526", 40), ("kp-van-03", "PK528", 40),
                                                         ("kp-van-04", "PK306", 100))))])
        self.publish(self.config(store.url, store.flavour))
        labs = {one["lab"]: one for one in self.json("labs", "data/labs.json")["labs"]}
        at = lambda ms: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms / 1000))  # noqa: E731
        self.assertEqual(labs["kp-van-01"], dict(
            lab="kp-van-01", spool="aa", last_contact=at(now - 3600000), status_at=at(now - 3600000), backlog=0, oldest_unsent_s=0, units_ok=4,
            units_sick=0, checks_expired=0, refused=0, fix_age=None, clock="gps", results_30d=0))
        self.assertEqual((labs["kp-van-02"]["backlog"], labs["kp-van-02"]["units_sick"]), (40, 1))
        self.assertEqual((labs["kp-van-03"]["last_contact"], labs["kp-van-03"]["status_at"], labs["kp-van-03"]["backlog"]),
                         (at(now - 120000), None, None))
        self.assertEqual([row["lab"] for row in self.csv("labs", "data/labs.csv")], sorted(labs))
        over = month(now - 40 * DAY) != month(now)
        self.assertEqual({row["district"]: row["provisional"] for row in self.csv("official", "data/districts.csv")},
                         {"PK306": "no", "PK505": "no" if over else "yes", "PK526": "yes", "PK528": "yes"})    # kp-van-03 never said what waits in it
        self.assertFalse(os.path.exists(os.path.join(self.out, "current/public/data/labs.json")))


if __name__ == "__main__":
    main()
