#!/usr/bin/python3
"""The centre's table of doubles over a real InfluxDB: a point counts once, a failure is closed at whichever of the two, the one that counts
is shown; a table with a mistake publishes nothing and says where.
"""

import os
import time

from chain import main, wholelab
from heatmap_harness import HeatmapTest
from heatmap_truth import DAY

RESULT = ("result,activity=sample,district=PK505,lab=%s,method=cbt,parameter=ecoli,position=consumer,source_type=%s,spool=5e1f "
          "%s,limit_set=1i,screening=1i,sample=%di,point=%di,lat=34.5,lon=72.5,pos=1i,rev=0i,seq=%di %d")
POINT = "point,%slab=%s,name=%s,point_type=%s,spool=5e1f point=%di,lat=%s,lon=72.1,seq=%di %d"
MEETS, FAILS = "censor=6i,verdict=1i", "value=9,censor=1i,verdict=4i"


class Doubles(HeatmapTest):
    def setUp(self):
        super().setUp()
        self.now, self.n = int(time.time() * 1000), 0
        self.aliases = os.path.join(self.folder, "aliases.csv")

    def table(self, text):
        with open(self.aliases + ".new", "w") as f:
            f.write("double,counts\n" + text)
        os.rename(self.aliases + ".new", self.aliases)

    def point(self, lab, number, code, name, kind="borehole_tubewell", lat=34.1):
        self.n += 1
        return POINT % ("code=%s," % code if code else "", lab, name, kind, number, lat, number, self.now - 90 * DAY + self.n)

    def result(self, lab, point, ago, fields, source="borehole_tubewell"):
        self.n += 1
        return RESULT % (lab, source, fields, self.n, point, self.n, self.now - ago * DAY + self.n)

    def published(self, path):
        self.publish(path)
        points = {p["point"]: p for n in os.listdir(os.path.join(self.out, "current/official/data/points"))
                  for p in self.json("official", "data/points", n)["points"]}
        counts = {}
        for cell in self.csv("official", "data/districts.csv"):
            counts[cell["period"]] = int(cell["points"])
        return points, counts, {f["point"]: f for f in self.json("official", "data/failures.json")["failures"]}

    def in_influxdb(self, lines):
        store = self.real_store(wholelab.InfluxDB)
        self.random.shuffle(lines)
        self.write(store, lines)
        return self.config(store.url, more='aliases = "%s";' % self.aliases)

    def test_doubles_are_one_point(self):
        path = self.in_influxdb([
            self.point("kp-van-01", 1, "KP-0001", "Pump", "public_tap_standpipe", 34.2),
            self.point("kp-van-01", 2, "KP-0002", "The\\ pump"),
            self.point("kp-van-02", 7, "", "Some\\ pump"),
            self.point("kp-van-02", 8, "KP-0008", "Spring"),
            # An open failure at each of three, closed at another of them.
            self.result("kp-van-01", 2, 45, FAILS), self.result("kp-van-02", 7, 44, MEETS),
            self.result("kp-van-02", 7, 43, FAILS), self.result("kp-van-01", 1, 42, MEETS, "public_tap_standpipe"),
            self.result("kp-van-01", 1, 41, FAILS, "public_tap_standpipe"), self.result("kp-van-01", 2, 40, MEETS),
            self.result("kp-van-02", 8, 40, FAILS)])
        self.table("")
        points, counts, failures = self.published(path)
        self.assertEqual(sorted(points), ["KP-0001", "KP-0002", "KP-0008", "kp-van-02/5e1f/7"])
        self.assertEqual(sorted(failures), ["KP-0001", "KP-0008", "kp-van-02/5e1f/7"])
        apart = sum(counts.values())
        self.table("KP-0002,KP-0001\nkp-van-02/5e1f/7,KP-0002\n")
        points, counts, failures = self.published(path)
        self.assertEqual(sorted(points), ["KP-0001", "KP-0008"])
        self.assertEqual(sorted(failures), ["KP-0008"])
        self.assertLess(sum(counts.values()), apart)
        self.assertEqual([points["KP-0001"][k] for k in ("name", "code", "source_type", "lat", "lon")],
                         ["Pump", "KP-0001", "public_tap_standpipe", 34.2, 72.1])
        self.assertEqual([points["KP-0008"][k] for k in ("name", "lat")], ["Spring", 34.5])
        rows = [r for n in os.listdir(os.path.join(self.out, "current/official/data/results")) if n.endswith(".csv")
                for r in self.csv("official", "data/results", n)]
        self.assertEqual({(r["point"], r["code"], r["name"]) for r in rows}, {("KP-0001", "KP-0001", "Pump"), ("KP-0008", "KP-0008", "Spring")})
        self.assertEqual({r["lat"] for r in rows}, {"34.5"})    # where it was taken, as it was sent
        self.assertEqual(self.json("public", "data/index.json")["totals"]["points"], 1)

    def test_a_table_with_a_mistake_publishes_nothing(self):
        path = self.in_influxdb([self.result("kp-van-01", 1, 5, MEETS)])
        self.table("KP-0002,KP-0001\n")
        self.publish(path)
        before = os.readlink(os.path.join(self.out, "current"))
        for text, words in (("KP-0002,KP-0001\nKP-0003,KP-0003\n", "aliases.csv:3: KP-0003 is a double of KP-0003, and in the end of itself; leave out"),
                            ("KP-0002,KP-0001\nKP-0002,KP-0003\n", "aliases.csv:3: line 2 says already what KP-0002 is a double of; leave one"),
                            ("a b,KP-0001\n", "aliases.csv:2: double is \"a b\"; it is a code, or LAB/SPOOL/NUMBER"),
                            (None, "aliases.csv: No such file or directory")):
            if text is None:
                os.unlink(self.aliases)
            else:
                self.table(text)
            done = self.run_publisher(path)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)
            self.assertIn("what is published stays", done.stderr)
            self.assertEqual(os.readlink(os.path.join(self.out, "current")), before)
            self.assertEqual(self.json("public", "data/status.json")["trouble"], "the publisher has trouble of its own")
            done = self.run_publisher(path, "--check")
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
        self.table("KP-0002,KP-0001\n")
        self.assertEqual(self.run_publisher(path, "--check").returncode, 0)
        self.publish(path)
        done = self.run_publisher(self.config("http://127.0.0.1:1", more='aliases = "aliases.csv";'), "--check")
        self.assertIn('aliases: "aliases.csv" is no full path', done.stderr.replace('"aliases" ', 'aliases: '))


if __name__ == "__main__":
    main()
