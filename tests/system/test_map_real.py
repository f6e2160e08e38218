#!/usr/bin/python3
"""The whole way of the officials' map: a real InfluxDB or VictoriaMetrics, waterlab-heatmap, a plain web server, the page in real
Chromium: what it shows is what the published tables say; a newer map takes the place of one left open; a store that went away is said.
"""
# limit: 400 s

import csv
import os
import random
import re
import shutil
import time

import heatmap_season
from chain import SEED, main, wholelab
from mapsite import BUILT, CARDS, TILES, MapSite
from test_heatmap import HeatmapTest

MARKS = re.compile("[\u2066-\u2069]")


class RealMap:
    """From one kind of store; each number once more from the tables that were published from it."""

    def setUp(self):
        HeatmapTest.setUp(self)
        MapSite.setUp(self)
        self.out = os.path.join(self.folder_served, "real")
        self.addCleanup(shutil.rmtree, self.out, True)
        self.store = self.real_store(self.kind)
        self.lines = heatmap_season.Season(SEED, int(time.time() * 1000)).lines
        random.Random(SEED).shuffle(self.lines)
        self.write_store(self.lines[:len(self.lines) // 2])
        edition = os.path.join(self.folder, "edition.geojson")
        with open(edition, "w", encoding="utf-8") as f:
            f.write('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"ADM2_PCODE": "PK505"}, "geometry": '
                    '{"type": "Polygon", "coordinates": [[[72, 34], [73, 34], [73, 35], [72, 34]]]}}]}')
        self.path = self.config(self.store.url, self.store.flavour, more="""page = "%s";
outlines = { file = "%s"; edition = "Invented 2026"; disclaimer = "Drawn for a test."; };
""" % (BUILT, edition))
        self.publish(self.path)

    def write_store(self, lines):
        HeatmapTest.write(self, self.store, lines)

    def rows(self, view, name):
        with open(os.path.join(self.out, "current", view, "data", name), encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def tiles_agree(self, view, sources):
        """States and counts of tiles against districts.csv, for what was tested most in the newest month with results."""
        self.at = "real/current/" + view
        table = [r for r in self.rows(view, "districts.csv") if r["sources"] == sources]
        compared = 0
        for parameter in ("ecoli", "turbidity_ntu"):
            for period in sorted({r["period"] for r in table})[-2:]:
                for kind in ("screening", "laboratory"):
                    self.open("#view=map&parameter=%s&period=%s&class=%s&sources=%s" % (parameter, period, kind, sources), wait=".tile")
                    cells = {r["district"]: r for r in table if (r["parameter"], r["period"], r["class"]) == (parameter, period, kind)}
                    for tile in self.page.script(TILES):
                        cell = cells.get(tile["code"])
                        said = MARKS.sub("", tile["said"])
                        self.assertEqual(tile["state"] == "not_tested", cell is None, (tile, cell))
                        if not cell:
                            continue
                        compared += 1
                        if cell["suppressed"] == "yes":
                            self.assertNotRegex(said, r"\d")
                            continue
                        self.assertIn("Points: %s," % cell["points"], said)
                        failing = sum(int(cell[n]) for n in ("fails_above", "fails_below", "fails_detected"))
                        self.assertIn("%d of %d judged" % (failing, failing + int(cell["meets"])), said)
                        self.assertEqual(tile["state"].startswith("fails"), failing > 0)
                        self.assertIn(cell["newest"], said)
        return compared

    def districts_agree(self):
        """The trend's figures against districts.csv, the points against results; for each district and what it has of E. coli."""
        self.at = "real/current/official"
        table = [r for r in self.rows("official", "districts.csv") if (r["parameter"], r["class"]) == ("ecoli", "screening")]
        for district in sorted({r["district"] for r in table} - {"none"}):
            self.open("#district=%s&parameter=ecoli&class=screening" % district, wait=".panel .chart")
            self.page.wait_for("[data-key=points]")
            shown = self.page.script("return [...document.querySelectorAll('.panel details table tbody tr')].map(tr => [...tr.children].map(one => one.textContent))")
            mine = sorted((r for r in table if r["district"] == district), key=lambda r: r["period"])
            for row, cell in zip(shown, mine):
                for text, name in zip(row[3:], ("median", "highest")):
                    # ">100" is not 100, and "not detected" not nothing.
                    self.assertEqual(MARKS.sub("", text)[:1], {"above": ">", "below": "<", "not_detected": "n" if not cell[name] else "<", "detected": "d",
                                     "interval": "≤", "": "–"}.get(cell[name + "_censor"], cell[name][:1]), (row, cell))
            self.assertEqual([row[:3] for row in shown], [[r["period"], r["points"], str(sum(int(r[n]) for n in (
                "fails_above", "fails_below", "fails_detected")))] for r in mine])
            points = self.json("official", "data/points/%s.json" % district)["points"]
            self.assertEqual(self.page.script("return [...document.querySelectorAll('.points > li')].map(one => one.dataset.key)"), [p["point"] for p in points])
        self.page.script("document.querySelectorAll('.panel details').forEach(one => { one.open = true; })")

    def labs_agree(self):
        self.at = "real/current/labs"
        self.open(wait=".lab")
        labs = self.json("labs", "data/labs.json")["labs"]
        cards = {card.split("\n")[0]: card for card in self.page.script("return [...document.querySelectorAll('.lab')].map(one => one.innerText)")}
        self.assertEqual(sorted(cards), sorted(lab["lab"] for lab in labs))
        for lab in labs:
            self.assertIn(lab["last_contact"][:16].replace("T", " ") if lab["last_contact"] else "Never", cards[lab["lab"]])
            self.assertRegex(cards[lab["lab"]], r"Results in 30 days\s+%d\b" % lab["results_30d"])

    def test_from_the_store_to_the_page(self):
        for view, sources in (("official", "all"), ("public", "public"), ("public", "private")):
            print("%s, %s: %d tiles compared" % (view, sources, self.tiles_agree(view, sources)))
        self.districts_agree()
        self.labs_agree()
        self.at = "real/current/official"
        self.open(wait=".failure")
        failures = self.rows("official", "failures.csv")
        while self.page.find("[data-do=more]"):
            self.page.tap("[data-do=more]")
        cards = self.page.script(CARDS)
        self.assertEqual(len(cards), len(failures))
        for card, one in zip(cards, failures):
            self.assertIn(one["since"], card)
            self.assertIn(one["lab"], card)
            if one["limit_low"] or one["limit_high"]:
                self.assertIn("%g" % float(one["limit_high"] or one["limit_low"]), card)
        self.open("#view=map&drawn=outlines", wait=".outlines .tile[data-key=PK505]")    # what the operator gave the publisher
        self.assertIn("Invented 2026", self.page.text("figcaption"))
        self.open(wait=".failure")
        self.looked_at("real-failures-en")
        self.open("#district=PK505&parameter=ecoli", wait=".panel", language="ur")
        self.looked_at("real-district-ur")
        # What the publisher says in sentences of its own, Urdu has words for; titles of limit sets stay as they are.
        self.open("#view=files", wait=".downloads", language="ur")
        self.assertEqual([one for one in self.page.script("return [...document.querySelectorAll('main .foreign')].map(one => one.textContent)")
                          if "(" not in one], [])
        self.at = "real/current/public"
        self.open(wait=".failure, .note")
        self.assertNotRegex(self.page.text("main"), r"kp-van|Pump|KP-\d|\d{4}-\d{2}-\d{2}")

        # Late results: the page that stands open goes over to the next map.
        self.at = "real/current/official"
        self.open(wait=".failure")
        self.write_store(self.lines[len(self.lines) // 2:])
        time.sleep(max(0, 1.1 - (time.time() - os.lstat(os.path.join(self.out, "current")).st_mtime)))    # `made` is in seconds
        self.publish(self.path)
        health = sum(one["basis"] == "health" for one in self.rows("official", "failures.csv"))
        wholelab.wait_for("the next map", lambda: (self.page.script("document.dispatchEvent(new Event('visibilitychange'))"),
                          self.page.text(".total b") == str(health))[1], 60, 0.5)

        # The store goes: what was published stays, and the page says so.
        self.store.stop()
        # A server tells a browser's copy from a new file by its second.
        time.sleep(max(0, 1.1 - (time.time() - os.stat(os.path.join(self.out, "current", "official", "data", "status.json")).st_mtime)))
        self.assertEqual(self.run_publisher(self.path).returncode, 1)
        self.page.script("document.dispatchEvent(new Event('visibilitychange'))")    # the page that stands open says it too
        self.page.wait_text("has not answered since", ".banners")
        # A district without a series is no fault.
        self.assertEqual([one for one in self.page.complaints() if not re.search(r"/data/(series|points)/\w+\.json ", one)], [])


class FromInfluxDB(RealMap, HeatmapTest, MapSite):
    kind = wholelab.InfluxDB


class FromVictoriaMetrics(RealMap, HeatmapTest, MapSite):
    kind = wholelab.VictoriaMetrics


if __name__ == "__main__":
    main()
