#!/usr/bin/python3
"""A line is searched from the technician's page, in real Chromium: who else answers, what an analyzer's registers hold, ended by a
tap, refused beside a sample; in English by touch, in Urdu by keyboard alone.
"""
# limit: 300 s

import browser
from chain import main
from test_search import WHO, SearchTest


class Page(SearchTest):
    def open(self, language):
        if browser.missing():
            self.skipTest(browser.missing())
        self.start()
        self.console = browser.Console(self.lab)
        self.addCleanup(lambda: self.console.end())
        self.page = browser.Browser(self.folder, "phone", language)
        self.addCleanup(self.page.end)
        self.page.driver.get(self.console.url)
        self.page.wait_for(".reading")

    def looked_at(self, name):
        self.page.looked_at(self, name)

    def named(self):
        """Nobody's change: the name is asked for first."""
        self.page.script("location.hash = '#sample'")
        self.page.type("[data-field=by]", WHO)
        self.page.tap("nav a[href='#devices']")

    def test_by_touch_in_english(self):
        self.open("en")
        page, scan = self.page, "[data-do=scan][data-line=bench]"
        page.tap("nav a[href='#devices']")
        page.tap(scan)
        page.wait_text("Please type your name", "#main")
        self.named()
        page.tap("[aria-label=bench] [data-key=some] summary")
        page.type("[data-field=last]", "40")
        page.tap(scan)
        page.wait_for("progress")
        page.wait_text("of 40; found: 1", "#main")
        self.looked_at("scan-runs-en")
        self.assertFalse(page.find(scan), "one at a time")
        self.assertFalse(page.find("[data-do=probe][data-line=bench]")[0].is_enabled())
        page.driver.refresh()    # it goes on, and is shown again
        page.wait_for("progress")
        page.wait_text("All were asked.", "#main")
        page.wait_text("acme-sonde (Acme Sonde)", ".addresses")
        self.assertEqual([one.text.split("\n")[0] for one in page.find(".addresses .address")], ["3", "5", "7"])
        self.assertIn("ph-1", page.text(".addresses [data-key='5']"))
        self.looked_at("scan-en")

        # Ended by a tap; then what one analyzer says.
        page.tap(scan)
        page.tap("[data-do=search-cancel]")
        page.wait_text("Ended before all were asked.", "[aria-label=bench]")
        page.tap("[data-do=probe][data-unit=ph-1]")
        page.wait_text("All were asked.", "section[aria-label=ph-1]")
        page.wait_text("holding register", "section[aria-label=ph-1]")
        now = {field["parameter"]: field["value"] for line in self.lab.status()["lines"] for unit in line["units"]
               if unit["name"] == "ph-1" for field in unit["fields"]}
        shown = {one["parameter"]: one["at"][0]["text"] for one in self.lab.ask("line-show", line="bench")["values"]}
        self.assertLess(abs(float(shown["ph"]) - now["ph"]), 0.5)
        page.wait_text(shown["ph"], "section[aria-label=ph-1] .entries")
        self.assertFalse(page.find("[aria-label=bench] .addresses"), "a line shows its last search")
        page.tap("section[aria-label=ph-1] [data-key=v1] summary")
        self.looked_at("probe-en")
        page.tap("[data-do=search-close]")
        page.wait_gone("section[aria-label=ph-1] .entries")
        self.assertEqual([(one["what"], one["by"], one["about"]) for one in self.audited()],
                         [("line_scanned", WHO, "bench")] * 2 + [("search_cancelled", WHO, "bench"), ("unit_probed", WHO, "ph-1")])
        self.assertEqual(page.complaints(), [])
        self.assert_nothing_lost(least=30)

    def test_by_keyboard_in_urdu(self):
        self.open("ur")
        page = self.page
        page.press("nav a[href='#sample']")
        page.press("[data-field=by]", "گل خان")
        page.press("nav a[href='#devices']")
        sample = self.lab.ask("sample-begin", purpose="routine", unit="ph-1", by=WHO, token="s",
                              new_point=dict(name="Well", source_type="protected_spring"))["sample"]
        page.press("[data-do=scan][data-line=bench]")
        page.wait_text("نمونہ", "[aria-label=bench] .note")    # is in a sample: that comes first
        self.looked_at("scan-refused-ur")
        self.lab.waterlab("sample", "cancel", "--sample", str(sample), "--reason", "of this test", "--by", WHO)
        page.press("[aria-label=bench] [data-key=some] summary")
        page.press("[data-field=last]", "۱۲")    # an Urdu keyboard's digits
        page.press("[data-do=scan][data-line=bench]")
        page.wait_text("سب سے پوچھ لیا گیا", "[aria-label=bench]")
        page.wait_text("acme-sonde", ".addresses")
        self.looked_at("scan-ur")
        page.press("[data-do=probe][data-unit=oxygen-1]")
        page.wait_text("ہولڈنگ رجسٹر", "section[aria-label=oxygen-1]")
        self.looked_at("probe-ur")
        self.lab.fault("ph-1 mute")
        page.press("[data-do=probe][data-unit=ph-1]")
        page.wait_text("آلہ جواب نہیں دے رہا", "section[aria-label=ph-1]")
        self.looked_at("probe-silent-ur")
        self.assertEqual(page.complaints(), [])


if __name__ == "__main__":
    main()
