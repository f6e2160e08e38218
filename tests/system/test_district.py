#!/usr/bin/python3
# as root
"""`waterlab district` and `waterlab boundaries` against Debian's python3-shapely, on real boundaries where they are at
hand (../shared/data/districts beside the tree): the same district for every point, the same distances."""

import csv
import io
import json
import math
import os
import random
import subprocess
import tempfile
import unittest
import warnings

from chain import SEED, TOP, LabTest, main, wholelab

BOUNDARIES = os.path.join(TOP, "..", "shared", "data", "districts")
PLACES = os.path.join(TOP, "config", "places.csv")
ALL, TWO_PROVINCES = "ocha_adm2_pakistan_160.geojson", "ocha_adm2_kp_gb_49.geojson"


def waterlab(*words, given=None, status=0):
    done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), *words, "--places", PLACES], input=given,
                          capture_output=True, text=True)
    assert done.returncode == status, "%s: %d\n%s%s" % (words, done.returncode, done.stdout, done.stderr)
    return done


def tagged(boundaries, points, *words):
    given = "lon,lat\n" + "".join("%r,%r\n" % p for p in points)
    done = waterlab("district", "--boundaries", boundaries, *words, given=given)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == len(points)
    return rows


class Layer:
    """The districts of a file as shapely has them."""

    def __init__(self, name):
        try:
            import numpy
            import shapely.geometry
            import shapely.prepared
            import shapely.strtree
            warnings.simplefilter("ignore")  # shapely 1.8 about 2.0
        except ImportError:
            raise unittest.SkipTest("python3-shapely is not installed")
        self.path = os.path.join(BOUNDARIES, name)
        if not os.path.exists(self.path):
            raise unittest.SkipTest("no boundaries at hand: %s" % self.path)
        self.numpy, self.point, self.shape = numpy, shapely.geometry.Point, shapely.geometry
        with open(self.path) as f:
            features = json.load(f)["features"]
        self.areas = {f["properties"]["adm2_pcode"]: shapely.geometry.shape(f["geometry"]) for f in features}
        self.prepared = {c: shapely.prepared.prep(a) for c, a in self.areas.items()}
        self.codes = {id(area): code for code, area in self.areas.items()}
        self.tree = shapely.strtree.STRtree(list(self.areas.values()))
        self.vertices = sorted({tuple(p) for f in features for polygon in f["geometry"]["coordinates"]
                                for ring in polygon for p in ring})
        self.edges = {code: self.dense(area) for code, area in self.areas.items()}

    def box(self):
        boxes = [a.bounds for a in self.areas.values()]
        return [pick(b[i] for b in boxes) for i, pick in enumerate((min, min, max, max))]

    def code(self, lon, lat):
        """The lowest code of all that the point lies in, its border included."""
        point = self.point(lon, lat)
        return min((self.codes[id(a)] for a in self.tree.query(point)
                    if self.prepared[self.codes[id(a)]].intersects(point)), default="")

    def dense(self, area):
        """The rings with a point every hundredth of a degree: straight in degrees is not straight on the ground."""
        rings = []
        for polygon in getattr(area, "geoms", [area]):
            for ring in [polygon.exterior, *polygon.interiors]:
                points = self.numpy.array(ring.coords)
                out = []
                for a, b in zip(points, points[1:]):
                    n = max(1, int(math.ceil(float(abs(b - a).max()) / 0.01)))
                    out.extend(a + (b - a) * (i / n) for i in range(n))
                out.append(points[-1])
                rings.append(self.numpy.array(out))
        return rings

    def earth(self, points):
        """Earth-centred metres on WGS 84."""
        np = self.numpy
        lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
        n = 6378137.0 / np.sqrt(1 - 6.69437999014e-3 * np.sin(lat) ** 2)
        return np.stack([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon),
                         n * (1 - 6.69437999014e-3) * np.sin(lat)], axis=1)

    def metres(self, code, lon, lat):
        """To the border of that district: on the plane that touches the ellipsoid at the point."""
        np = self.numpy
        here = self.earth(np.array([[lon, lat]]))[0]
        o, a = math.radians(lon), math.radians(lat)
        east = np.array([-math.sin(o), math.cos(o), 0])
        north = np.array([-math.sin(a) * math.cos(o), -math.sin(a) * math.sin(o), math.cos(a)])
        best = math.inf
        for ring in self.edges[code]:
            away = self.earth(ring) - here
            line = self.shape.LineString(np.stack([away @ east, away @ north], axis=1))
            best = min(best, line.distance(self.point(0, 0)))
        return best

    def around(self, lon, lat, code, reach=1.0):
        """Other districts that may be the nearest."""
        return [c for c, a in self.areas.items() if c != code and
                a.bounds[0] - reach < lon < a.bounds[2] + reach and a.bounds[1] - reach < lat < a.bounds[3] + reach]


class AgainstShapely(unittest.TestCase):
    def setUp(self):
        print("SEED=%d" % SEED)
        self.random = random.Random(SEED)

    def points_in(self, box, n):
        return [(self.random.uniform(box[0], box[2]), self.random.uniform(box[1], box[3])) for _ in range(n)]

    def agree(self, layer, points):
        rows = tagged(layer.path, points, "--within", "0")
        wrong = [(p, r["district_code"], layer.code(*p)) for p, r in zip(points, rows)
                 if r["district_code"] != layer.code(*p)]
        self.assertEqual(wrong, [], "%d of %d" % (len(wrong), len(points)))
        return sum(1 for r in rows if r["district_code"])

    def test_every_point_has_the_same_district(self):
        layer = Layer(ALL)
        inside = self.agree(layer, self.points_in(layer.box(), 100000))
        self.assertGreater(inside, 20000)
        self.assertEqual(self.agree(layer, layer.vertices), len(layer.vertices))

    def test_two_provinces_too(self):
        layer = Layer(TWO_PROVINCES)
        self.agree(layer, self.points_in(layer.box(), 20000))
        self.assertEqual(self.agree(layer, layer.vertices), len(layer.vertices))

    def test_distances(self):
        layer = Layer(ALL)
        points = self.points_in(layer.box(), 2500)
        borders = self.random.sample(layer.vertices, 500)
        points += [(x + self.random.gauss(0, 0.005), y + self.random.gauss(0, 0.005)) for x, y in borders]
        outside = 0
        for (lon, lat), row in zip(points, tagged(layer.path, points)):
            code, said = row["district_code"], float(row["border_m"])
            if not code:
                outside += 1
                if outside > 150 or said > 300e3:
                    continue  # each is held against every district
            true = layer.metres(code, lon, lat) if code else \
                min(layer.metres(c, lon, lat) for c in layer.around(lon, lat, code, 0.3 + said / 80e3))
            nearest = layer.metres(row["neighbour"], lon, lat)
            self.assertAlmostEqual(said, true, delta=0.06 + 0.005 * true, msg=(lon, lat, row))
            self.assertGreaterEqual(nearest, true - 0.06)
            if not code:
                self.assertAlmostEqual(nearest, true, delta=0.06 + 0.005 * true, msg=(lon, lat, row))

    def test_the_neighbour_is_the_nearest(self):
        layer = Layer(ALL)
        borders = self.random.sample(layer.vertices, 150)
        points = [(x + self.random.gauss(0, 0.02), y + self.random.gauss(0, 0.02)) for x, y in borders]
        for (lon, lat), row in zip(points, tagged(layer.path, points, "--within", "2250")):
            code = row["district_code"]
            if not code:
                continue
            metres = {c: layer.metres(c, lon, lat) for c in layer.around(lon, lat, code, 0.05)}
            least = min(metres.values(), default=math.inf)
            if row["neighbour"]:
                self.assertAlmostEqual(metres[row["neighbour"]], least, delta=0.1 + 0.001 * least)
            else:
                self.assertGreater(least, 2240, (lon, lat, row))
            if not row["border_m"]:
                self.assertGreater(layer.metres(code, lon, lat), 2240, (lon, lat, row))


def square(lon, lat, size):
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]


def feature(code, name, rings, **more):
    return {"type": "Feature", "properties": dict({"adm2_pcode": code, "adm2_name": name}, **more),
            "geometry": {"type": "Polygon", "coordinates": rings}}


class Installed(unittest.TestCase):
    """With a map of our own: two districts side by side, one of them with two tehsils."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wl-district-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.map = self.write("map.geojson", [
            feature("PK526", "Nowshera", [square(71.8, 34.0, 0.2)], adm3_pcode="PK52601", adm3_name="Pabbi"),
            feature("PK526", "Nowshera", [square(72.0, 34.0, 0.2)], adm3_pcode="PK52602", adm3_name="Jehangira"),
            feature("PK528", "Peshawar", [square(71.6, 34.0, 0.2)], adm3_pcode="PK52801", adm3_name="Town, I")])
        self.installed = os.path.join(self.folder, "boundaries")

    def write(self, name, features):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            json.dump({"type": "FeatureCollection", "features": features}, f)
        return path

    def test_the_installed_form_says_the_same(self):
        refused = waterlab("boundaries", "install", self.map, "--to", self.installed, status=1)
        self.assertRegex(refused.stdout, "the file lacks 33 of the 35 districts of Khyber Pakhtunkhwa: PK501 Abbottabad, ")
        self.assertFalse(os.path.exists(self.installed))
        waterlab("boundaries", "install", self.map, "--to", self.installed, "--accept", "--edition", "of 2026")
        shown = waterlab("boundaries", "show", self.installed).stdout
        self.assertIn("edition    of 2026", shown)
        self.assertRegex(shown, r"\nKhyber Pakhtunkhwa +2 +3 ")
        given = "lon,lat\n71.7,34.1\n71.8,34.1\n71.99,34.1\n72.0,34.2\n71.7,34.9\n0,0\n"
        by_map, by_file = (waterlab("district", "--boundaries", b, given=given).stdout
                           for b in (self.map, self.installed))
        self.assertEqual(by_map, by_file)
        rows = list(csv.DictReader(io.StringIO(by_file)))
        self.assertEqual([r["district_code"] for r in rows], ["PK528", "PK526", "PK526", "PK526", "", ""])
        self.assertEqual([r["tehsil_name"] for r in rows], ["Town, I", "Pabbi", "Pabbi", "Pabbi", "", ""])
        self.assertEqual([r["neighbour"] for r in rows], ["PK526", "PK528", "PK528", "PK528", "PK528", "PK528"])
        self.assertEqual({r["division"] for r in rows[:4]}, {"Peshawar"}, "from the gazetteer")
        self.assertEqual(rows[1]["border_m"], "0.0")
        self.assertAlmostEqual(float(rows[2]["border_m"]), 11093, delta=20, msg="tehsils have no border between them")

    def test_a_part_of_a_file(self):
        waterlab("boundaries", "install", self.map, "--to", self.installed, "--accept", "--only", "PK526")
        row, = csv.DictReader(io.StringIO(waterlab("district", "--boundaries", self.installed,
                                                   given="lon,lat\n71.7,34.1\n").stdout))
        self.assertEqual((row["district_code"], row["neighbour"]), ("", "PK526"))
        self.assertIn("begins with PK9", waterlab("boundaries", "show", self.map, "--only", "PK9", status=2).stderr)

    def test_what_cannot_be_installed(self):
        bow_tie = [[[71, 34], [72, 35], [72, 34], [71, 35], [71, 34]]]
        for features, words in [
                ([feature("PK528", "P", bow_tie)], "PK528 P: an outline is unsound at [71.5"),
                ([feature("", "P", [square(71, 34, 1)])], "feature 1: the district's code is empty"),
                ([feature("PK528", "P", [square(500000, 3800000, 1000)])], "ogr2ogr -t_srs EPSG:4326"),
                ([feature("PK528", "P", [square(34, 71, 0.1)])], "swapped"),
                ([feature("PK528", "P", [square(71, 34, 1)]), feature("PK528", "Q", [square(72, 34, 1)])],
                 'used for two districts: "P" and "Q"')]:
            path = self.write("bad.geojson", features)
            done = waterlab("boundaries", "install", path, "--to", self.installed, "--accept", status=1)
            self.assertIn(words, done.stdout + done.stderr)
            self.assertFalse(os.path.exists(self.installed))

    def test_a_large_overlap_is_a_doubt(self):
        path = self.write("twice.geojson", [feature("A1", "one", [square(71, 34, 1)]),
                                            feature("A2", "two", [square(71.5, 34, 1)])])
        done = waterlab("boundaries", "install", path, "--to", self.installed, status=1)
        self.assertRegex(done.stdout, r"A1 one and A2 two overlap: 5\d\d\d km2")
        self.assertIn("--accept", done.stderr)
        waterlab("boundaries", "install", path, "--to", self.installed, "--accept")

    def test_rows_pass_as_they_came(self):
        given = 'id,Longitude,note,Latitude\r\n1,71.7,"a ""b"", c",34.1\r\n2,x,,34\r\n3,,"two\nlines",\r\n'
        done = waterlab("district", "--boundaries", self.map, "--within", "100", given=given, status=1)
        self.assertIn("line 3: no position", done.stderr)
        self.assertIn("in a district: 1, outside all: 0, without a position: 1, bad lines: 1", done.stderr)
        rows = done.stdout.split("\r\n") if "\r\n" in done.stdout else done.stdout.split("\n")
        self.assertTrue(rows[1].startswith('1,71.7,"a ""b"", c",34.1,PK528,Peshawar,Peshawar,'), rows)
        again = waterlab("district", "--boundaries", self.map, "--within", "100", given=done.stdout, status=1)
        self.assertEqual(again.stdout, done.stdout, "tagged anew: the old columns are replaced")

    def test_without_a_heading(self):
        done = waterlab("district", "--boundaries", self.map, given="71.7,34.1,spring 7\n71.9,34.1,well\n")
        self.assertEqual([r.split(",")[3] for r in done.stdout.splitlines()], ["PK528", "PK526"])
        done = waterlab("district", "--boundaries", self.map, given="lat,lon\n34.1\n", status=1)
        self.assertEqual(done.stdout.splitlines()[1], "34.1,,,,,,,,,", "too short a row keeps its columns")
        done = waterlab("district", "--boundaries", self.map, given="spring,71.7\n", status=1)
        self.assertIn("line 1 is neither a point", done.stderr)


class SpoolExport(LabTest):
    shape = dict(rtu_lines=0, tcp_lines=1, units=1)

    def test_an_export_is_tagged_anew(self):
        self.lab.start()
        self.wait_for("readings", lambda: self.saved() >= 4)
        exported = self.lab.waterlab("spool", "export", "--format", "csv").splitlines()
        column = exported[0].split(",").index("position")
        rows = [line.split(",") for line in exported[1:5]]
        rows[1][column], rows[2][column] = "34.1000000 71.7000000", "34.1000000 71.9000000"
        path = os.path.join(self.folder, "map.geojson")
        with open(path, "w") as f:
            json.dump({"type": "FeatureCollection", "features": [
                feature("PK526", "Nowshera", [square(71.8, 34.0, 0.4)]),
                feature("PK528", "Peshawar", [square(71.6, 34.0, 0.2)])]}, f)
        done = waterlab("district", "--boundaries", path,
                        given="\n".join([exported[0]] + [",".join(r) for r in rows]) + "\n")
        out = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([r["district_code"] for r in out], ["", "PK528", "PK526", ""])
        self.assertEqual([r["seq"] for r in out], [r[exported[0].split(",").index("seq")] for r in rows])
        self.assertIn("in a district: 2, outside all: 0, without a position: 2, bad lines: 0", done.stderr)


if __name__ == "__main__":
    main()
