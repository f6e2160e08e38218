#!/usr/bin/python3
"""The officials' map page in real Chromium, over an invented season: what it shows is what the files say, in both languages, by
finger and by keys, on a phone, a tablet and a laptop.
"""
# limit: 400 s

import datetime
import re

import browser
from chain import main, wholelab
from mapsite import CARDS, TILES, MapSite

ROWS = """return [...document.querySelectorAll('main table tbody tr')].map(tr => [tr.dataset.key,
    ...[...tr.querySelectorAll('td')].slice(0).map(td => td.querySelector('.badge')?.className.match(/is-(\\w+)/)[1] ?? td.innerText)])"""


# Address and what must be there of each screen; in each language, in all sizes.
SCREENS = {
    "official": [("failures", "", ".failure"), ("map", "#view=map", ".tile"), ("median", "#view=map&parameter=turbidity_ntu&measure=median", ".tile"),
                 ("district", "#district=%s&parameter=turbidity_ntu&measure=highest", ".points"), ("table", "#view=table", "table"), ("files", "#view=files", "pre")],
    "public": [("failures", "", ".failure"), ("map", "#view=map&sources=private", ".tile"), ("district", "#district=%s&parameter=ecoli", ".panel .others"),
               ("embed", "?embed=1#parameter=ph", ".tile")],
    "labs": [("labs", "", ".lab")],
}


class MapPage(MapSite):
    def test_every_screen_reads_well_in_both_languages(self):
        for view, screens in SCREENS.items():
            season = self.season(view)
            most = [r["district"] for r in season.results if r["verdict"] == "fails_above" and r["district"] != "none"]
            for name, address, css in screens:
                for language in "en", "ur":
                    self.open(address.replace("%s", max(most, key=most.count)), wait=css, language=language)
                    self.page.script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    self.looked_at("%s-%s-%s" % (view, name, language), contrast=language == "en")
        self.assertEqual(self.page.complaints(), [])

    # --- failures ---------------------------------------------------------------------------------

    def test_it_opens_with_the_open_failures(self):
        season = self.season()
        self.open(wait=".failure")
        failures = self.file(season, "failures.json")["failures"]
        health = sum(f["basis"] == "health" for f in failures)
        totals = self.page.script("return [...document.querySelectorAll('.total b')].map(one => Number(one.innerText))")
        self.assertEqual(totals, [health, len(failures) - health])
        cards = self.page.script(CARDS)
        self.assertEqual(len(cards), min(30, len(failures)))
        while self.page.find("[data-do=more]"):
            self.page.tap("[data-do=more]")
        cards = self.page.script(CARDS)
        self.assertEqual(len(cards), len(failures))
        names = {d["code"]: d["name"] for d in season.districts}
        for card, one in zip(cards, failures):
            self.assertIn(names.get(one["district"], "District not known"), card)
            self.assertIn(one["name"] or one["code"] or one["point"].replace("/%016x" % 0x5eed, ""), card)
            self.assertIn("since " + one["since"], card)
            self.assertIn({True: "Retested", False: "Not retested"}[one["retested"]], card)
            self.assertIn(one["status"].capitalize(), card)
            self.assertIn("health" if one["basis"] == "health" else "", card)
            days = re.search(r"(\d+) days", card).group(1)
            since = datetime.datetime.fromisoformat(one["since"] + "T00:00:00+00:00")
            self.assertLessEqual(abs((datetime.datetime.now(datetime.timezone.utc) - since).days - int(days)), 1)
            self.assertIn({"ecoli": "must not be found", "arsenic": "≤ 50 µg/L", "turbidity_ntu": "< 5 NTU", "ph": "6.5 – 8.5",
                           "free_chlorine": "0.2 – 0.5 mg/L"}[one["parameter"]], card)
            if one["censor"] == "below":
                self.assertRegex(card, r"<\s?[\d.]")
            self.assertEqual("own verdict" in card, one["van_verdict"] != one["verdict"])
            self.assertEqual("near the border" in card, one["near"] is not None)
        self.open()
        self.assertEqual(self.page.complaints(), [])

    def test_failures_by_district_and_parameter_say_that_more_are_there(self):
        season = self.season()
        failures = self.file(season, "failures.json")["failures"]
        self.open(wait=".failure")
        one = failures[len(failures) // 2]
        self.page.choose("select[data-pick=district]", one["district"])
        self.page.wait_for(".shown")
        self.page.choose("select[data-pick=parameter]", one["parameter"])
        mine = [f for f in failures if f["district"] == one["district"] and f["parameter"] == one["parameter"]]
        self.page.wait_text("%d of %d are shown" % (len(mine), len(failures)), ".shown")
        self.assertEqual(len(self.page.script(CARDS)), len(mine))
        self.assertIn("view=failures", self.page.script("return location.hash"))
        self.page.tap(".shown a")
        self.page.wait_gone(".shown")
        # The reload of a link shows the same.
        self.open("#view=failures&district=%s&parameter=%s" % (one["district"], one["parameter"]), wait=".shown")
        self.assertEqual(len(self.page.script(CARDS)), len(mine))

    def test_the_public_edition_names_no_point(self):
        season = self.season("public")
        self.open(wait=".failure")
        text = self.page.text("main")
        self.assertNotRegex(text, r"kp-van|KP-\d|Handpump at|\d{4}-\d{2}-\d{2}")
        rows = self.file(season, "failures.json")["failures"]
        self.assertIn("Points: %d" % rows[0]["points"], self.page.script(CARDS)[0].replace("\n", " "))
        for card, one in zip(self.page.script(CARDS), rows):
            self.assertIn({"ecoli": "must not be found", "arsenic": "≤ 50 µg/L", "turbidity_ntu": "< 5 NTU", "ph": "6.5 – 8.5",
                           "free_chlorine": "0.2 – 0.5 mg/L"}[one["parameter"]], card)
        private = self.cells(season, season.periods[-1], parameter="ecoli", sources="private")
        suppressed = {d for d, c in private.items() if c.get("suppressed")}
        self.assertTrue(suppressed)
        for kind in ("screening", "laboratory"):
            self.open("#view=map&sources=private&parameter=ecoli&class=" + kind, wait=".tile")
            found = self.cells(season, season.periods[-1], parameter="ecoli", sources="private", **{"class": kind})
            for tile in self.page.script(TILES):
                if found.get(tile["code"], {}).get("suppressed"):
                    self.assertEqual(tile["state"], "too_few")
                    self.assertNotRegex(tile["said"], r"\d")

    # --- map and table ----------------------------------------------------------------------------

    def test_the_map_is_what_the_cells_say_for_every_choice(self):
        season = self.season()
        index = self.file(season, "index.json")
        self.open("#view=map", wait=".tile")
        for period in season.periods[::5]:
            for parameter in ("ecoli", "ph", "iron"):
                for kind in ("screening", "laboratory"):
                    self.open("#view=map&period=%s&parameter=%s&class=%s" % (period, parameter, kind), wait=".tile")
                    found = self.cells(season, period, parameter=parameter, **{"class": kind})
                    tiles = {tile["code"]: tile for tile in self.page.script(TILES)}
                    self.assertEqual(sorted(tiles), sorted(d["code"] for d in season.districts))
                    for code, tile in tiles.items():
                        cell = found.get(code)
                        self.assertEqual((tile["state"], tile["stale"]), self.state_of(cell, index), (period, parameter, code, cell))
                        said = re.sub("[\u2066-\u2069]", "", tile["said"])
                        if cell:
                            self.assertIn("Points: %d, " % cell["points"], said)
                            self.assertIn(cell["newest"], said)
                            self.assertEqual("more may come" in said, cell["provisional"])
        self.assertEqual(self.page.complaints(), [])

    def test_tiles_lie_apart_large_enough_and_always_the_same(self):
        self.season()
        self.open("#view=map", wait=".tile")
        first = self.page.script(TILES)
        for one in first:
            self.assertGreaterEqual(one["right"] - one["left"], 44)
            self.assertGreaterEqual(one["bottom"] - one["top"], 48)
            for other in first:
                if other is not one:
                    self.assertTrue(one["right"] <= other["left"] or other["right"] <= one["left"] or one["bottom"] <= other["top"] or
                                    other["bottom"] <= one["top"], (one["code"], other["code"]))
        at = {one["code"]: one for one in first}
        self.assertLess(at["PK508"]["top"], at["PK528"]["top"])     # Chitral Upper is north of Peshawar,
        self.assertLess(at["PK528"]["top"], at["PK509"]["top"])     # D. I. Khan south of it,
        self.assertGreater(at["PK303"]["left"], at["PK528"]["left"])    # Ghanche east
        self.assertIn("no boundaries", self.page.text("figcaption"))
        self.open("#view=map", wait=".tile", language="ur")
        place = "left top".split()
        self.assertEqual({one["code"]: one["left"] for one in self.page.script(TILES)}, {code: one["left"] for code, one in at.items()}, place)

    def test_the_table_has_all_that_the_map_shows(self):
        season = self.season("public")
        index = self.file(season, "index.json")
        for sources in ("public", "private"):
            self.open("#view=table&parameter=ecoli&class=screening&sources=" + sources, wait="table")
            found = self.cells(season, season.periods[-1], parameter="ecoli", sources=sources, **{"class": "screening"})
            rows = {row[0]: row[1:] for row in self.page.script(ROWS)}
            self.assertEqual(sorted(rows), sorted({d["code"] for d in season.districts} | set(found)))
            for code, row in rows.items():
                cell = found.get(code)
                self.assertEqual(row[0], self.state_of(cell, index)[0])
                if not cell or cell.get("suppressed"):
                    self.assertEqual(set(row[1:]), {"–"})
                    continue
                self.assertEqual(row[1:3], [str(cell["points"]), str(cell["meets"])])
                self.assertEqual(re.findall(r"\d+", row[3]), [str(cell["fails_detected"])])
                self.assertEqual(row[4:9], [str(cell[n]) for n in ("possible", "doubtful_place", "doubtful_meets", "cannot_judge", "not_applicable")])
                self.assertEqual(row[9] == "–", cell["share"] is None)
                self.assertEqual(row[-1], cell["newest"])

    def test_by_keyboard_alone(self):
        season = self.season()
        self.open(wait=".failure")
        self.page.press("nav a[data-key=map]")
        self.page.wait_for(".tile")
        for key, period in ((browser.Keys.ARROW_LEFT, season.periods[-2]), (browser.Keys.HOME, season.periods[0])):
            self.page.press("#period", key)
            self.page.wait_text(period, ".period output")
            wholelab.wait_for("the month in the address", lambda: "period=" + period in self.page.script("return location.hash"), 60)
            wholelab.wait_for("the month to be said", lambda: period in self.page.script("return document.querySelector('#said').textContent"), 60)
            self.page.wait_for(".tile")
            self.assertEqual(self.page.script("return document.activeElement.id"), "period")    # for the next key
        self.page.driver.switch_to.active_element.send_keys(browser.Keys.TAB)    # the focus stays where it was
        self.page.press("a[href*='class=laboratory']")
        self.page.wait_for("a[href*='class=laboratory'][aria-current]")
        self.assertTrue(self.page.script("return document.activeElement !== document.body"))
        self.page.driver.switch_to.active_element.send_keys(browser.Keys.TAB)
        for _ in range(80):
            if self.page.script("return document.activeElement.matches('.tile[data-key=PK528]')"):
                break
            self.page.driver.switch_to.active_element.send_keys(browser.Keys.TAB)
        self.page.driver.switch_to.active_element.send_keys(browser.Keys.ENTER)
        self.page.wait_text("Peshawar", "#panel")
        self.assertEqual(self.page.script("return document.activeElement.id"), "panel")


if __name__ == "__main__":
    main()
