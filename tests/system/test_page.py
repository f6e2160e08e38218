#!/usr/bin/python3
# begun first
"""The technician's page in real Chromium: what it shows live is what the analyzers said, what it counts is what is saved, sent and
received; it says when the laboratory is away and goes on by itself; in English and in Urdu, on a phone, a tablet and a laptop.
"""
# limit: 300 s

import os
import re
import signal
import subprocess
import unittest

import browser
from chain import TOP, LabTest, main, wholelab

SHOWN = """return Object.fromEntries([...document.querySelectorAll('.card[data-key]')].flatMap(card =>
    [...card.querySelectorAll('.reading')].map(one => [card.dataset.key + ' ' + one.dataset.key,
    [one.querySelector('.figure').innerText, one.querySelector('.badge').innerText, one.classList.contains('old')]])))"""
TRENDS = """return [...document.querySelectorAll('.trend')].map(one => [one.closest('.card').dataset.key,
    one.closest('.reading').dataset.key, one.querySelector('svg').getAttribute('aria-label').replace(/[\\u2068\\u2069]/g, '')])"""
LIMITS = """return [...document.querySelectorAll('.limits li')].map(one => [one.closest('.reading').dataset.key, one.innerText])"""
COUNTS = """return [...document.querySelectorAll('.card')].map(card => [...card.querySelectorAll('.counts > div')].map(row =>
    row.querySelector('dd').innerText.replace(/\\D/g, '')))"""


class Page(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=3)

    def setUp(self):
        super().setUp()
        if browser.missing():
            self.skipTest(browser.missing())

        self.lab.conf_text = '\nlimits = { folder = "%s"; sets = "nsdwq-2010,who-2022"; signatures = "%s"; };\n' % (
            os.path.join(TOP, "config", "limits"), os.path.join(self.folder, "signed.csv"))

    def open(self, language="en"):
        self.lab.start()
        self.console = browser.Console(self.lab)
        self.addCleanup(self.console.end)
        self.page = browser.Browser(self.folder, "phone", language)
        self.addCleanup(self.page.end)
        self.page.driver.get(self.console.url)
        self.page.wait_for(".reading")

    def show_status(self):
        """{"unit parameter": (value as the page would write it, quality, not now?)}"""
        return {"%s %s" % (unit["name"], one["parameter"]): one for line in self.lab.status()["lines"]
                for unit in line["units"] for one in unit["fields"]}

    def agrees(self):
        """Every value on the page is the one of a status before or after it."""
        before = self.show_status()
        shown = self.page.script(SHOWN)
        after = self.show_status()
        if not shown or sorted(shown) != sorted(after):
            return False
        return all(shown[key][0].split("\u00a0")[0] in (before[key]["text"], after[key]["text"]) and
                   shown[key][1] == {1: "Good", 2: "Not checked", 3: "Suspect", 4: "Bad", 9: "No value"}[after[key]["qc"]]
                   for key in shown)

    def limits_are_beside_their_values(self):
        """As the daemon has them, with whether they are confirmed; the page compares nothing."""
        page = self.page
        page.wait_for(".limits li")
        rows = self.lab.ask("limits")["limits"]
        shown = page.script(LIMITS)
        self.assertIn(["ph", "Limit 6.5 – 8.5 (nsdwq-2010)"], shown)
        for parameter, words in shown:
            of_it = [row for row in rows if row["parameter"] == parameter]
            self.assertEqual(len([one for one in shown if one[0] == parameter]) % len(of_it), 0)
            if not any(row["confirmed"] for row in of_it):
                self.assertIn("unconfirmed", words)

    def trends_agree(self):
        """Lowest and highest of each line; the step that runs may have gone on since the page asked."""
        trends = {(one["unit"], one["parameter"]): [v for v in one["values"] if v is not None] for one in self.lab.ask("trends")["trends"]}
        shown = self.page.script(TRENDS)
        for card, parameter, words in shown:
            values = trends[card, parameter]
            for said, value in zip(re.findall(r"-?[\d.]+", words), (min(values), max(values))):
                if abs(float(said) - value) > abs(value) * 1e-3:
                    return False
        return bool(shown)

    def test_live_is_what_the_analyzers_say(self):
        self.open()
        page = self.page
        wholelab.wait_for("the page to agree with the daemon", self.agrees, 60)
        self.limits_are_beside_their_values()
        name = self.lab.status()["lines"][0]["units"][0]["name"]
        self.lab.fault("%s mute 60s" % name)
        page.wait_text("Not now", ".card[data-key='%s']" % name)
        self.assertNotIn("Not now", page.text(".card[data-key='%s']" % self.lab.status()["lines"][1]["units"][0]["name"]))

        # What it said before is drawn: lowest and highest in figures, and no value that it did not say.
        page.wait_for(".trend path[d]")
        wholelab.wait_for("the trends to be the daemon's", self.trends_agree, 60)
        page.looked_at(self, "live-trends-en")
        page.driver.refresh()    # a reload forgets none of it
        page.wait_for(".trend path[d]")

        # The daemon goes: the page says so, lets no old value look new, and goes on by itself.
        self.lab.daemon.end(signal.SIGKILL)
        page.wait_text("does not answer", "#away")
        wholelab.wait_for("every value to be old", lambda: all(old for _, _, old in page.script(SHOWN).values()), 60)
        self.lab.start_daemon()
        page.wait_gone("#away p")
        self.assertEqual(page.complaints(), [])

    def test_a_browser_that_keeps_nothing_loses_nothing_while_it_is_open(self):
        self.open()
        page = self.page
        page.script("Storage.prototype.setItem = () => { throw new DOMException('no room', 'QuotaExceededError'); }")
        page.tap("nav a[href='#sample']")
        page.type("[data-field=by]", "Gul Khan")
        page.tap("nav a[href='#live']")
        page.wait_for(".reading")
        page.tap("nav a[href='#sample']")
        page.wait_for("[data-field=by]")
        self.assertEqual(page.value("[data-field=by]"), "Gul Khan")

    def test_urdu_runs_from_right_to_left_and_stays_chosen(self):
        self.open()
        page = self.page
        self.assertFalse(page.find(".unreviewed"))
        page.tap("[data-language=ur]")
        page.wait_text("ابھی", "h1")
        page.driver.refresh()
        page.wait_text("ابھی", "h1")
        self.assertEqual(page.script("return [document.documentElement.dir, document.documentElement.lang]"), ["rtl", "ur"])
        self.assertTrue(page.find(".unreviewed"), "unreviewed words say so")
        # Number and unit stand whole, from left to right, with Western digits.
        for text, direction in page.script("return [...document.querySelectorAll('.figure .value')].map(one =>"
                                           "[one.innerText, getComputedStyle(one).direction])"):
            self.assertEqual(direction, "ltr")
            self.assertRegex(text, r"^-?\d+(\.\d+)?(\u00a0\S+)?$|^–$")
        # Why a value is not simply good, in words of this language.
        page.script("""const real = fetch; window.fetch = async (...asked) => { const answer = await real(...asked);
            if (asked[0] !== "api/status") return answer;
            const status = await answer.json();
            status.lines[0].units[0].fields[0].flags = ["rate", "flat"];
            return {status: answer.status, headers: answer.headers, json: async () => status}; }""")
        page.wait_text("بہت تیزی سے بدلا، بہت دیر سے ذرا نہیں بدلا", ".doubts")
        for where in ("live", "sync", "help"):
            page.tap("a[href='#%s']" % where)
            page.wait_for("a[href='#%s'][aria-current]" % where)
            page.looked_at(self, where + "-ur")

    def test_devices_says_how_each_does_and_asks_it_now(self):
        self.open()
        page = self.page
        unit = self.lab.status()["lines"][0]["units"][0]["name"]
        card = "section.card[data-key='%s']" % unit
        page.tap("nav a[href='#devices']")
        page.tap("[data-do=try][data-name='%s']" % unit)
        page.wait_text("Please type your name", "#main")
        page.type("[data-field=by]", "Gul Khan")
        page.tap("nav a[href='#devices']")
        page.tap("[data-do=try][data-name='%s']" % unit)
        page.wait_text("It answered.", card)
        for line in self.lab.status()["lines"]:
            self.assertIn(line["where"], page.text("#main"))
            for one in line["units"]:
                words = page.text("section.card[data-key='%s']" % one["name"])
                self.assertIn("Address %d, asked every" % one["address"], words.replace("\u2068", ""))
                self.assertIn(one["profile"] + " · driver from a manual", words)

        # What values rest on: nobody has checked anything here yet.
        ph = next(one for one in self.lab.ask("checks")["analyzers"] if one["parameter"] == "ph")
        page.wait_text("Never checked", "section.card[data-key='%s'] [data-key=ph]" % ph["unit"])
        page.wait_for("section.card[data-key='%s'] [data-key=ph] a[href='#check/new/%s/ph']" % (ph["unit"], ph["unit"]))
        page.tap("details[data-key=computer] summary")
        # A line ends between words: "--" at an end, "standard" on the next is another command.
        self.assertEqual(page.script("""return [...document.querySelectorAll('code')].filter(one => one.offsetParent).flatMap(one => {
            const words = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), broken = [];
            for (let text; (text = words.nextNode());) for (const found of text.data.matchAll(/--\\w+/g)) {
                const range = document.createRange();
                range.setStart(text, found.index);
                range.setEnd(text, found.index + found[0].length);
                if (range.getClientRects().length > 1) broken.push(found[0]);
            }
            return broken; })"""), [])

        def counts():
            found = [unit["counts"] for line in self.lab.status()["lines"] for unit in line["units"]]
            return [[str(count[key]) for key in ("exchanges", "timeouts", "noise", "exceptions", "wrong", "late")] for count in found]

        def equal():
            before = counts()
            shown = page.script(COUNTS.replace(".card'", "section.card[data-key]'"))
            return all(int(low) <= int(there or -1) <= int(high) for old, now, new in zip(before, shown, counts())
                       for low, there, high in zip(old, now, new))
        wholelab.wait_for("the page to count as the daemon does", equal, 60)
        self.lab.fault("%s mute 120s" % unit)
        page.wait_text("Does not answer", card)
        page.wait_text("Is it switched on, its cable plugged in?", card)
        page.tap("[data-do=try][data-name='%s']" % unit)
        page.wait_text("It did not answer well:", card)
        page.looked_at(self, "devices-en")
        page.tap("[data-language=ur]")
        page.wait_text("آلات", "h1")
        page.press("[data-do=try][data-name='%s']" % unit)    # by keyboard alone
        page.wait_text("ٹھیک جواب نہیں آیا:", card)
        page.looked_at(self, "devices-ur")
        self.assertEqual(page.complaints(), [])

    def test_sync_counts_what_the_daemon_counts(self):
        self.lab.conf_text += "links = { budget_mb_month = 500; };\n"
        store = self.store_with(wholelab.InfluxDB, "receipt_s = 2;")
        self.open()
        page = self.page
        page.looked_at(self, "live-en")
        page.tap("a[href='#help']")
        page.wait_text("How a field test goes")
        page.looked_at(self, "help-en")
        # Before the store goes: receipts that it does not answer are asked for again a minute later.
        self.wait_for("some to be received", lambda: self.lab.status()["stores"][0]["received"], 60)
        page.tap("nav a[href='#sync']")
        page.wait_text("province")
        store.stop()
        page.wait_text("the store is away", ".waits")
        page.wait_text("of the month's 500\u00a0MB are used.", "[data-key=links]")
        page.wait_text("Nothing went over a network yet.", "[data-key=links]")    # the store is on this very machine
        # Two links as the daemon has them on a van (test_links.py).
        page.script("""const real = fetch; window.fetch = async (...asked) => { const answer = await real(...asked);
            if (asked[0] !== "api/status") return answer;
            const status = await answer.json();
            status.links.used_bytes = 41234567;
            status.links.links = [{name: "ppp0", unlimited: false, today_bytes: 1234567, month_bytes: 41234567},
                {name: "wlan0", unlimited: true, today_bytes: 0, month_bytes: 999}];
            return {status: answer.status, headers: answer.headers, json: async () => status}; }""")
        page.wait_text("1.2\u00a0MB today, 41\u00a0MB this month", "[data-key=ppp0]")
        page.wait_text("0\u00a0B today, 999\u00a0B this month", "[data-key=wlan0]")
        self.assertIn("Not metered", page.text("[data-key=wlan0]"))
        self.assertIn("41\u00a0MB of the month's 500\u00a0MB are used.", page.text("[data-key=links]"))
        self.assertAlmostEqual(page.script("const m = document.querySelector('meter'); return m.value / m.max"), 41.2 / 500, 2)
        page.looked_at(self, "sync-en")
        store.start()
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 60)

        def equal():
            status = self.lab.status()
            readings, stores = status["readings"], status["stores"][0]
            return page.script(COUNTS)[:2] == [
                [str(readings[key]) for key in ("made", "saved", "pending", "refused")],
                [str(part[key]) for part in (stores["ledger"], stores) for key in ("waiting", "sent", "received", "refused")]]
        wholelab.wait_for("the page to count as the daemon does", equal, 60)
        self.assertEqual(page.complaints(), [])


class CommandLine(unittest.TestCase):
    def test_axe_core_is_there(self):
        """The other tests ask it of each screen, where it is."""
        if not os.path.exists(browser.AXE):
            self.skipTest("axe-core is not there: tools/install-deps test brings it, with npm and a network")

    def run_console(self, *args):
        return subprocess.run([os.path.join(wholelab.BIN, "waterlab-console"), *args], capture_output=True, text=True, timeout=20)

    def test_help_and_mistakes(self):
        self.assertIn("--port N", self.run_console("--help").stdout)
        for wrong in (["--port", "x"], ["--port", "65536"], ["--port", "-1"], ["--port", ""], ["more"], ["--nothing"]):
            self.assertEqual(self.run_console(*wrong).returncode, 2, wrong)


if __name__ == "__main__":
    main()
