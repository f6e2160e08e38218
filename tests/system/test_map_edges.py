#!/usr/bin/python3
"""The rest of the officials' map page: a district, files, the laboratories, the frame in a portal, paper, outlines; and what it says
when files are old, missing, broken or empty: nothing may look like good news that is no news.
"""
# limit: 400 s

import datetime
import json
import os
import re
import urllib.parse
import urllib.request

from chain import main, wholelab
from mapsite import MapSite

MARKS = re.compile("[\u2066-\u2069]")
NOW = datetime.datetime.now(datetime.timezone.utc)


class MapEdges(MapSite):
    def said(self, css="main"):
        return MARKS.sub("", self.page.text(css))

    # --- a district -------------------------------------------------------------------------------

    def busy_district(self, season):
        """One with open failures and a limit in figures."""
        failures = [f for f in self.file(season, "failures.json")["failures"] if f["parameter"] == "turbidity_ntu" and f["district"] != "none"]
        return max((f["district"] for f in failures), key=[f["district"] for f in failures].count)

    def test_a_district_opens_with_trend_points_and_failures(self):
        season = self.season()
        code = self.busy_district(season)
        self.open("#view=map&parameter=turbidity_ntu&class=screening", wait=".tile")
        self.page.tap(".tile[data-key=%s]" % code)
        self.page.wait_for(".chart .limitline")
        self.assertIn("district=" + code, self.page.script("return location.hash"))
        self.assertEqual(self.page.script("return document.activeElement.id"), "panel")
        self.assertEqual(self.said("#panel"), next(d["name"] for d in season.districts if d["code"] == code))
        series = next(s for s in self.file(season, "series/%s.json" % code)["series"] if s["parameter"] == "turbidity_ntu" and s["class"] == "screening")
        shown = self.page.script("return [...document.querySelectorAll('.panel details table tbody tr')].map(tr => [...tr.children].map(one => one.textContent))")
        self.assertEqual([row[:3] for row in shown], [[at, str(n), str(bad)] for at, n, bad in zip(series["at"], series["points"], series["failing"])])
        for row, value in zip(shown, series["highest"]):
            self.assertAlmostEqual(float(row[4].lstrip("<>\u2009")), value, delta=abs(value) * 0.01)
        self.assertEqual(len(self.page.find(".chart .failing")), len(series["at"]))
        points = self.file(season, "points/%s.json" % code)["points"]
        self.page.wait_for(".points")
        self.assertEqual(self.page.script("return [...document.querySelectorAll('.points > li')].map(one => one.dataset.key)"), [p["point"] for p in points])
        mine = [f for f in self.file(season, "failures.json")["failures"] if f["district"] == code]
        self.assertEqual(len(self.page.find(".panel .failure")), min(5, len(mine)))
        self.open("#district=%s&parameter=turbidity_ntu&measure=highest" % code, wait=".chart", language="ur")
        self.page.tap(".panel .head .button")
        self.page.wait_gone(".panel")
        self.assertEqual(self.page.complaints(), [])

    def test_the_public_district_has_no_points(self):
        season = self.season("public")
        self.open("#district=%s" % season.cells(season.periods[-1])[0]["district"], wait=".panel .counts, .panel p")
        self.page.wait_for(".panel .others")
        self.assertEqual(self.page.find(".points"), [])
        self.assertNotRegex(self.page.text(".panel"), r"KP-\d|kp-van")

    # --- files, labs, frame, paper ----------------------------------------------------------------

    def test_every_file_listed_can_be_fetched_and_nothing_else_is_asked_for(self):
        season = self.season()
        self.open("#view=files", wait=".downloads")
        links = self.page.script("return [...document.querySelectorAll('.downloads a')].map(one => one.href)")
        self.assertEqual(sorted(link.split("/data/")[1] for link in links), sorted(f["name"] for f in self.file(season, "index.json")["files"]))
        for link in links:
            with urllib.request.urlopen(link, timeout=30) as answer:
                self.assertTrue(answer.read())
        self.assertIn("?embed=1", self.page.text("pre"))
        asked = {urllib.parse.urlsplit(message["params"]["request"]["url"]).netloc for message in (
            json.loads(entry["message"])["message"] for entry in self.page.driver.get_log("performance"))
            if message["method"] == "Network.requestWillBeSent" and message["params"]["request"]["url"].startswith("http")}
        self.assertEqual(asked, {"127.0.0.1:%d" % self.server.server_port})

    def test_the_laboratories(self):
        season = self.season("labs")
        self.open(wait=".lab")
        cards = [MARKS.sub("", card) for card in self.page.script("return [...document.querySelectorAll('.lab')].map(one => one.innerText)")]
        labs = {lab["lab"]: lab for lab in self.file(season, "labs.json")["labs"]}
        self.assertEqual([card.split("\n")[0] for card in cards], ["gb-van-01", "kp-van-03", "gb-van-02", "kp-van-07", "kp-van-01"])
        for card in cards:
            lab = labs[card.split("\n")[0]]
            contact = lab["last_contact"]
            self.assertIn(contact[:16].replace("T", " ") if contact else "Never heard from", card)
            # Who never said how it is has nothing waiting as far as nobody knows.
            self.assertEqual("Its state is not known" in card and "it never said how it is" in card, lab["lab"] == "kp-van-07")
            self.assertEqual("Heard from" in card.split("\n")[:3], lab["lab"] == "kp-van-01")
            self.assertEqual("Silent" in card, bool(contact) and contact < (NOW - datetime.timedelta(hours=36)).strftime("%Y-%m-%dT%H:%M"))
            for name, words in (("backlog", "Waits in the van"), ("units_sick", "Analyzers that do not"), ("checks_expired", "Checks out of date")):
                shown = re.search(words + r"\s+([^\n]+)", card).group(1)
                self.assertEqual(shown.replace("\u202f", ""), "not known" if lab[name] is None else str(lab[name]))
        self.assertEqual(self.page.complaints(), [])

    def test_in_a_frame_and_on_paper(self):
        self.season("public")
        self.open("?embed=1#parameter=ph", wait=".tile")
        self.assertEqual(self.page.find("nav"), [])
        self.assertIn("pH", self.said(".picked"))
        self.assertIn("Licence", self.said("#bottom"))
        link = self.page.script("return document.querySelector('#bottom a').getAttribute('href')")
        self.assertNotIn("embed", link)
        self.assertIn("parameter=ph", link)
        # A real frame in another page, without a right to keep anything.
        with open(os.path.join(self.folder_served, "portal.html"), "w", encoding="utf-8") as f:
            f.write('<!doctype html><title>portal</title><iframe src="%s/?embed=1#parameter=ph" width="360" height="700" title="map" '
                    'sandbox="allow-scripts"></iframe>' % self.at)
        self.page.driver.get("http://127.0.0.1:%d/portal.html" % self.server.server_port)
        self.page.driver.switch_to.frame(0)
        try:
            # Of no origin, modules and data are another's: a portal gives allow-same-origin, as the page's own snippet does.
            self.assertEqual(self.page.find(".tile"), [])
        finally:
            self.page.driver.switch_to.default_content()
        with open(os.path.join(self.folder_served, "portal.html"), "w", encoding="utf-8") as f:
            f.write('<!doctype html><title>portal</title>' + self.snippet())
        self.page.driver.get("http://127.0.0.1:%d/portal.html" % self.server.server_port)

        def framed():    # a frame on its way is another one when it is there
            self.page.driver.switch_to.default_content()
            self.page.driver.switch_to.frame(0)
            return self.page.find(".tile")
        try:
            wholelab.wait_for("the map in the portal's frame", framed, 60)
        finally:
            self.page.driver.switch_to.default_content()
        self.open("#view=map", wait=".tile")
        self.page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        try:
            self.assertEqual([self.page.script("return getComputedStyle(document.querySelector(arguments[0])).display", css)
                              for css in ("nav", ".controls")], ["none", "none"])
            self.assertIn("E. coli", self.said(".picked"))
            self.page.keep_shot("print-en")
            self.open("#view=table", wait="table", language="ur")
            self.page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(width=718, height=1046, deviceScaleFactor=1, mobile=False))
            self.assertLessEqual(self.page.script("return document.documentElement.scrollWidth"), 718, "all columns on a sheet of A4")
        finally:
            self.page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    def snippet(self):
        self.open("#view=files", wait="pre")
        return self.page.text("pre")

    def test_outlines_where_an_edition_is_installed(self):
        season = self.season()
        index = self.file(season, "index.json")
        square = [[[72, 34], [73, 34], [73, 35], [72, 35], [72, 34]]]
        self.write(season, "outlines.geojson", dict(type="FeatureCollection", features=[
            dict(type="Feature", properties=dict(district="PK505"), geometry=dict(type="Polygon", coordinates=square)),
            dict(type="Feature", properties=dict(line="disputed"), geometry=dict(type="LineString", coordinates=[[73, 34], [74, 35]]))]))
        self.write(season, "index.json", dict(index, outlines=dict(
            file="outlines.geojson", edition="ایجاد 2026", disclaimer="Drawn for a test.", language="ur")))
        self.open("#view=map", wait=".schematic .tile")    # outlines are a choice, not what it opens with
        self.page.tap("a[href*='drawn=outlines']")
        self.page.wait_for(".outlines .tile[data-key=PK505] .ground")
        self.assertIn("ایجاد 2026", self.said("figcaption"))
        self.assertEqual(self.page.script("return document.querySelector('.disclaimer').lang"), "ur")
        self.assertEqual(self.said(".lines"), "Boundary not agreed")
        self.looked_at("outlines-en")
        self.assertIn("Drawn for a test.", self.said("figcaption"))
        self.assertEqual(self.page.script("return getComputedStyle(document.querySelector('.border.disputed')).strokeDasharray"), "6px, 4px")
        self.page.tap(".outlines .tile[data-key=PK505]")
        self.page.wait_text("Buner", "#panel")

    # --- old, missing, broken, empty --------------------------------------------------------------

    def test_an_old_map_says_how_old_it_is(self):
        self.season(now=NOW - datetime.timedelta(days=9), trouble="the store does not answer")
        self.open(wait=".failure")
        self.assertIn("This map was made 9 d ago", self.said(".banners").replace("\u202f", " "))
        self.assertIn("the store does not answer", self.said(".banners"))
        self.looked_at("old-en")
        self.open(wait=".failure", language="ur")
        self.assertNotIn("the store does not answer", self.said(".banners"))
        self.season()
        self.open(wait=".failure")
        self.assertNotIn("was made", self.said(".banners").replace("Made", ""))

    def test_days_count_from_the_map_where_the_device_is_behind(self):
        self.season(now=NOW + datetime.timedelta(days=400))
        self.open(wait=".failure")
        self.assertIn("clock is behind", self.said(".banners"))
        self.assertNotRegex(self.said(), r"-\d+ days")

    def test_a_missing_or_broken_file_says_which_and_hides_nothing_else(self):
        season = self.season()
        for value, why in ((None, "404"), ("{\"schema_version\":1,\"fail", "JSON"), ({"schema_version": 1}, "not a list"), ({"schema_version": 9}, "schema_version 9"),
                           ({"schema_version": 1, "failures": [None]}, "null")):
            if value is not None or os.path.exists(os.path.join(season.folder, "failures.json")):
                self.write(season, "failures.json", value)
            self.open(wait=".note.bad")
            self.assertIn("data/failures.json could not be read", self.said())
            self.assertIn(why, self.said())
            self.assertNotIn("No open failure", self.said())
            self.assertEqual(self.page.find(".totals"), [])
        self.looked_at("broken-en")
        self.page.tap("nav a[data-key=map]")
        self.page.wait_for(".tile")
        # Mended meanwhile: the button is enough.
        self.write(season, "failures.json", dict(schema_version=1, failures=[]))
        self.open(wait="h1")
        self.page.wait_text("No open failure is in this map")
        self.page.wait_text("Where nothing was tested, nothing is known")
        self.write(season, "months/%s.json" % season.periods[-1], None)
        self.open("#view=map", wait=".note.bad")
        self.write(season, "months/%s.json" % season.periods[-1], dict(schema_version=1, period=season.periods[-1], cells=[]))
        self.page.tap(".note button")
        self.page.wait_for(".tile")
        self.assertEqual(len(self.page.find(".tile.is-not_tested")), len(season.districts) + 1)    # and the legend's
        self.write(season, "index.json", "<html>")
        self.open(wait=".note.bad", language="ur")
        self.assertIn("data/index.json", self.said())
        self.looked_at("broken-ur")

    def test_a_map_without_any_result(self):
        season = self.season()
        index = self.file(season, "index.json")
        self.write(season, "index.json", dict(index, as_of=None, periods=[], parameters=[], files=[], districts=[], totals=dict(points=0, open_failures=0)))
        self.write(season, "failures.json", dict(schema_version=1, failures=[]))
        for view in ("failures", "map", "table", "files"):
            self.open("#view=" + view, wait="main p")
            self.assertIn("No result is here yet", self.said(".banners"))
            self.assertEqual(self.page.find(".note.bad"), [], view)
        self.assertEqual(self.page.complaints(), [])

    def test_a_link_that_names_what_is_not_there_says_so(self):
        self.season()
        self.open("#view=map&district=PK999&parameter=plutonium&period=1999-01", wait=".tile")
        for name in ("PK999", "plutonium", "1999-01"):
            self.assertIn(name, self.said(".banners"))

    # --- what a tile may say ----------------------------------------------------------------------

    def states_of(self, season, cell, **more):
        """One cell alone in the newest month, by every measure: [(state, is it faded)]."""
        period, index = season.periods[-1], self.file(season, "index.json")
        self.write(season, "index.json", dict(index, policy=dict(index["policy"], percentages_from=5), **more))
        full = next(c for c in self.cells(season, period, parameter="ecoli").values() if not c.get("suppressed"))
        counts = dict.fromkeys(("meets", "fails_above", "fails_below", "fails_detected", "possible", "doubtful_place", "doubtful_meets", "cannot_judge"), 0)
        self.write(season, "months/%s.json" % period, dict(schema_version=1, period=period, cells=[
            dict(full, district="PK505", share=None, provisional=False, as_of=None, **{"class": "screening"}) | counts | cell]))
        found = []
        for measure in ("share", "median", "highest", "points"):
            self.open("#view=map&parameter=ecoli&class=screening&measure=" + measure, wait=".tile[data-key=PK505]")
            found += self.page.script("return [...document.querySelectorAll('.tile[data-key=PK505]')].map(one => "
                                      "[one.getAttribute('class').match(/is-(\\w+)/)[1], one.classList.contains('stale')])")
        return [tuple(one) for one in found]

    def test_a_tile_says_meets_on_enough_judged_points_alone(self):
        season, today = self.season(), NOW.strftime("%Y-%m-%d")
        self.assertEqual(self.states_of(season, dict(points=5, meets=1, cannot_judge=4, newest=today)),
                         [("too_few", False)] + [("meets", False)] * 3)
        self.assertEqual(self.states_of(season, dict(points=5, meets=5, newest=today))[0], ("meets", False))
        self.assertEqual(self.states_of(season, dict(points=5, doubtful_meets=1, cannot_judge=4, newest=today)), [("cannot_judge", False)] * 4)

    def test_what_is_old_fades_though_nothing_newer_came_from_anywhere(self):
        season = self.season()
        old = (NOW - datetime.timedelta(days=200)).strftime("%Y-%m-%d")
        self.assertEqual(self.states_of(season, dict(points=5, meets=5, newest=old), as_of=old + "T06:10:00Z"), [("meets", True)] * 4)
        # A map that nobody made anew: the browser's day counts.
        self.assertEqual(self.states_of(season, dict(points=5, meets=5, newest=old), made=old + "T07:00:00Z", as_of=old + "T06:10:00Z"), [("meets", True)] * 4)

    def test_a_month_of_the_next_map_is_not_drawn_below_the_index_of_this_one(self):
        season = self.season()
        index, period = self.file(season, "index.json"), season.periods[-2]
        self.open("#view=map&parameter=ecoli&class=screening", wait=".tile")
        # The publisher swaps while the page is open, and the limit is another.
        made = (NOW + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.write(season, "months/%s.json" % period, dict(self.file(season, "months/%s.json" % period), made=made))
        self.write(season, "index.json", dict(index, made=made, licence="of the next map"))
        self.page.script("location.hash += '&period=%s'" % period)
        self.page.wait_text("of the next map", "footer")
        self.page.wait_for(".tile")
        # One that belongs to no index there is: said, not drawn.
        self.write(season, "months/%s.json" % period, dict(self.file(season, "months/%s.json" % period), made=index["made"]))
        self.open("#view=map&parameter=ecoli&class=screening&period=" + period, wait=".note.bad")
        self.assertIn("another version of the map", self.said())
        self.assertEqual(self.page.find(".schematic .tile"), [])

    def test_a_file_that_went_with_the_map_before_is_no_error(self):
        season = self.season()
        index, period = self.file(season, "index.json"), season.periods[-2]
        code = season.cells(season.periods[-1])[0]["district"]
        self.open("#view=map&parameter=ecoli&class=screening", wait=".tile")
        # The next map has one month less and no course of this district: what the open page asks for now is gone.
        made = (NOW + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.write(season, "months/%s.json" % period, None)
        self.write(season, "months/%s.json" % season.periods[-1], dict(self.file(season, "months/%s.json" % season.periods[-1]), made=made, cells=[]))
        self.write(season, "index.json", dict(index, made=made, periods=[p for p in season.periods if p != period], licence="of the next map"))
        self.page.script("location.hash += '&period=%s'" % period)
        self.page.wait_text("of the next map", "footer")
        self.page.wait_text(period, ".banners")    # named, and not there: the nearest is shown
        self.page.wait_for(".tile")
        self.assertEqual(self.page.find(".note.bad"), [])
        self.assertEqual(len(self.page.find(".schematic .tile.is-not_tested")), len(season.districts), "of the next map, not of the one before")
        # Where there is no next map, what is missing is said; a course that is not there is no fault.
        self.write(season, "series/%s.json" % code, None)
        self.page.script("location.hash = '#view=map&district=%s&lang=en'" % code)
        self.page.wait_text("no course of months", ".panel")
        self.write(season, "months/%s.json" % season.periods[0], None)
        self.page.script("location.hash = '#view=map&period=%s&lang=en'" % season.periods[0])
        self.page.wait_text("(404)", ".note.bad")

    def test_results_of_no_district_are_said_and_can_be_opened(self):
        season = self.season()
        one = next(c for c in self.file(season, "months/%s.json" % season.periods[-1])["cells"] if c["district"] == "none")
        cell = "parameter=%s&class=%s" % (one["parameter"], one["class"])
        self.open("#view=map&" + cell, wait=".tile")
        self.assertIn("points whose district is not known, or not in the centre’s list: %d" % one["points"], self.said("figcaption"))
        self.looked_at("stray-map-en")
        self.page.tap("figcaption a")
        self.page.wait_text("count in no district", ".panel")
        self.assertIn("District not known, or not in the centre’s list", self.said("#panel"))
        self.page.wait_for(".panel .points")
        self.assertEqual(self.page.find(".banners .note"), [])
        self.open("#view=table&" + cell, wait="table", language="ur")
        self.page.tap("tr[data-key=none] a")
        self.page.wait_text("کسی ضلع میں یہ نہیں گنے جاتے", ".panel")
        self.looked_at("stray-district-ur")

    def test_another_page_in_the_place_of_a_file(self):
        season = self.season()
        self.write(season, "failures.json", "\n <!doctype html><title>Buy a bundle</title>")
        self.open(wait=".note.bad")
        self.assertIn("Some other page came in its place", self.said())
        self.open(wait=".note.bad", language="ur")
        self.assertIn("اس کی جگہ کوئی اور صفحہ آیا", self.said())

    def test_a_notice_stands_above_every_screen(self):
        season = self.season()
        self.write(season, "index.json", dict(self.file(season, "index.json"), notice="A trial <b>of nothing</b>"))
        for address in "", "#view=map", "#view=table", "#view=files", "?embed=1#view=map":
            self.open(address, wait="main h1, main h2, .tile, .downloads, table")
            self.assertIn("A trial <b>of nothing</b>", self.page.text(".banners"), address)

    def test_a_page_left_open_goes_over_to_the_next_map(self):
        season = self.season()
        self.open(wait=".failure")
        self.write(season, "failures.json", dict(schema_version=1, failures=[]))
        self.write(season, "index.json", dict(self.file(season, "index.json"), made=(NOW + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")))
        self.page.script("document.dispatchEvent(new Event('visibilitychange'))")
        self.page.wait_text("No open failure is in this map")


if __name__ == "__main__":
    main()
