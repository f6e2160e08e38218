#!/usr/bin/python3
# begun first
"""An analyzer checked against standards on the technician's page, in real Chromium on a phone: from the value or result that wants
it, through questions asked back, a reload, kill -9 and lost answers, to passed or not and why.  In English by touch; in Urdu by
keyboard alone.
"""
# limit: 300 s

import os
import signal

import browser
from chain import TOP, LabTest, main

WHO = dict(by="Gul Khan")
OF = ("ysi-odo-rtu-4", "tds")
CARD = "section.card[data-key='%s'] [data-key=%s]" % OF


class PageCheck(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=4)

    def setUp(self):
        super().setUp()
        self.lab.conf_text = '\nlimits = { folder = "%s"; sets = "nsdwq-2010"; };\n' % os.path.join(TOP, "config", "limits")

    def wait_for(self, what, test, seconds=60, every=0.1):    # a browser beside other tests takes its time
        return super().wait_for(what, test, seconds, every)

    def open(self, language):
        if browser.missing():
            self.skipTest(browser.missing())
        self.lab.start()
        self.wait_for("the analyzer", self.vouched)
        self.console = browser.Console(self.lab)
        self.addCleanup(lambda: self.console.end())
        self.page = browser.Browser(self.folder, "phone", language)
        self.addCleanup(self.page.end)
        self.page.driver.get(self.console.url)
        self.page.wait_for(".reading")

    def vouched(self):
        return next((one for one in self.lab.ask("checks")["analyzers"] if (one["unit"], one["parameter"]) == OF), None)

    def shown(self):
        return "%.0f" % next(field["value"] for line in self.lab.status()["lines"] for unit in line["units"] for field in unit["fields"]
                             if (unit["name"], field["parameter"]) == OF)

    def checks(self):
        all = self.lab.ask("checks")
        return [one["check"] for one in all["open"] + all["recent"]]

    def check(self, number):
        return self.lab.ask("check-show", check=number)

    def steps(self):
        """The records of checks: what was tapped is there once."""
        lines = self.lab.waterlab("spool", "export", "--format", "lp", "--stream", "ledger").splitlines()
        return [[part[2:-1] for part in line.split(" ")[1].split(",") if part.startswith("c=")][0] for line in lines if ",kind=check," in line]

    def kill(self):
        self.lab.daemon.end(signal.SIGKILL)

    def opened(self, number):
        self.wait_for("the check's page", lambda: self.page.driver.current_url.endswith("#check/%d" % number))
        self.page.wait_for("[data-key=live]")

    def a_result_without_a_check(self):
        sample = self.lab.ask("sample-begin", token="s", purpose="routine", new_point=dict(name="Tap", source_type="public_tap_standpipe"),
                              **WHO)["sample"]
        self.wait_for("a value", lambda: "error" not in self.lab.ask("sample-take", sample=sample, token="t", unit=OF[0], parameter=OF[1], **WHO))
        self.lab.ask("sample-end", sample=sample, token="e", **WHO)
        return sample

    def test_by_touch_in_english_whatever_falls_over(self):
        self.open("en")
        page = self.page

        # Beside a live value, on Devices, beside a result that it would have judged: the way to the check.
        way = "a[href='#check/new/%s/%s']" % OF
        page.wait_text("Never checked", ".reading[data-key=tds] .check")
        page.looked_at(self, "live-unchecked-en")
        page.tap("nav a[href='#devices']")
        page.wait_text("Never checked", CARD)
        page.wait_for("%s %s" % (CARD, way))
        page.looked_at(self, "devices-unchecked-en")
        sample = self.a_result_without_a_check()
        page.script("location.hash = '#sample/%d/result'" % sample)
        page.wait_text("The analyzer was never checked.", ".result")
        page.looked_at(self, "result-unchecked-en")
        page.tap(".result %s" % way)
        page.wait_text("earlier results stay as they are", "#main")

        # Typed, and reloaded while it is typed; begun while the daemon is killed.  100 off: no analyzer shows that.
        page.type("[data-field=lot]", "A <b>1</b>")
        page.type("[data-field=value]", "%d" % (int(self.shown()) + 1000))
        page.type("[data-field=expires]", "2031")
        page.driver.refresh()
        page.wait_for("[data-field=lot]")
        self.assertEqual(page.value("[data-field=lot]"), "A <b>1</b>")
        page.tap("form[data-do=check-begin] button[type=submit]")
        page.wait_text("Please type your name", "#main")
        page.type("[data-field=by]", WHO["by"])
        page.tap("form[data-do=check-begin] button[type=submit]")
        page.wait_text("is no day", "#main")
        page.looked_at(self, "check-refused-en")
        page.tap("[data-do=mend]")
        page.type("[data-field=expires]", "2031-05")
        self.kill()
        page.tap("form[data-do=check-begin] button[type=submit]")
        page.wait_text("Kept on this device", "#main")
        page.driver.refresh()
        self.lab.start_daemon()
        # Where the machine's clock is nobody's, the van cannot tell whether the lot is still good.
        page.wait_for("[data-do=insist], [data-key=live]")
        if page.find("[data-do=insist]"):
            page.wait_text("does not know the day yet", "#main")
            page.looked_at(self, "check-day-en")
            page.tap("[data-do=insist]")
        first = self.wait_for("the check", self.checks)[0]
        self.opened(first)
        begun = self.check(first)
        self.assertEqual((begun["by"], begun["unit"], begun["parameter"], begun["standards"][0]["lot"]), (WHO["by"], *OF, "A <b>1</b>"))

        # What still moves is asked back; taken all the same it is off, and is never as found again after the adjustment.
        page.tap("[data-do=check-take]")
        page.wait_text("still moves", "[data-key=live]")
        page.looked_at(self, "check-moves-en")
        page.driver.refresh()    # the question is not forgotten
        page.tap("[data-do=insist]")
        self.wait_for("the value as found", lambda: self.check(first)["standards"][0]["found"])
        page.wait_text("Too far off", "#main .chosen")
        page.wait_text("it does not pass", "[data-key=outcome]")
        page.tap("details[data-key=adjusted] summary")
        page.tap("[data-do=check-adjusted]")
        page.wait_text("Take it again after adjusting", "#main .chosen")
        page.tap("details[data-key^=next] summary")
        page.type("form[data-do=check-standard] [data-field=lot]", "B-2")
        page.type("form[data-do=check-standard] [data-field=value]", self.shown())
        page.tap("form[data-do=check-standard] button[type=submit]")
        page.wait_text("B-2", "#main .chosen")
        page.tap("[data-do=check-take]")
        page.wait_text("still moves", "[data-key=live]")
        page.tap("[data-do=insist]")
        page.wait_text("Still moved when taken", "#main .chosen")
        page.looked_at(self, "check-adjusted-en")

        # It is open for everybody until it is over, and keeps samples from beginning.
        for tab in ("sample", "devices"):
            page.tap("nav a[href='#%s']" % tab)
            page.wait_text("Open checks", "#main")
        page.looked_at(self, "check-open-en")
        page.tap("[data-key=open] a[href='#check/%d']" % first)
        page.tap("[data-do=check-back]")
        page.wait_text("A <b>1</b>", "#main .chosen")
        page.tap("[data-do=check-finish]")
        page.wait_text("Failed its check", "[data-key=state]")
        page.wait_text("was not read again after the adjustment", "#main")
        page.looked_at(self, "check-failed-en")
        self.assertEqual(self.check(first)["state"], "failed")
        self.assertEqual(self.steps(), list("12342325"), "each tap once")

        # Once more, with a lot that is known: the answer to each tap is lost.
        page.tap("main a[href='#check/new/%s/%s']" % OF)
        page.tap("input[value='lot B-2']")
        page.looked_at(self, "check-known-en")
        page.script("const real = fetch; let lost = 3; window.fetch = async (...asked) => { const answer = await real(...asked);"
                    "if (asked[1]?.method === 'POST' && lost-- > 0) throw new TypeError('the answer is lost'); return answer; }")
        page.tap("form[data-do=check-begin] button[type=submit]")
        second = self.wait_for("the check", lambda: [n for n in self.checks() if n != first])[0]
        self.opened(second)
        page.wait_text("Stable", "[data-key=live]", 120)
        page.script("const real = fetch; let lost = 2; window.fetch = async (...asked) => { const answer = await real(...asked);"
                    "if (asked[1]?.method === 'POST' && lost-- > 0) throw new TypeError('the answer is lost'); return answer; }")
        page.tap("[data-do=check-take]")
        page.wait_text("Within what is allowed", "#main .chosen")
        page.wait_text("it passes", "[data-key=outcome]")
        page.looked_at(self, "check-taken-en")
        self.kill()
        page.tap("[data-do=check-finish]")
        page.wait_text("Kept on this device", "#main")
        self.lab.start_daemon()
        page.wait_text("Passed its check", "[data-key=state]")
        page.looked_at(self, "check-passed-en")
        self.assertEqual(self.steps(), list("12342325") + list("1235"), "each tap once")
        page.tap("main a[href='#devices']")
        page.wait_text("Checked", CARD)
        page.wait_text("good for", CARD)
        page.tap("nav a[href='#live']")
        page.wait_for(".reading[data-key=tds]")
        page.wait_gone(".card[data-key='%s'] .reading[data-key=tds] .check" % OF[0])
        self.assertEqual(page.complaints(), [])

    def test_by_keyboard_in_urdu(self):
        self.open("ur")
        page = self.page
        page.press("nav a[href='#devices']")
        page.wait_text("کبھی نہیں جانچا گیا", CARD)
        page.press("%s .check a" % CARD, most=300)
        page.press("[data-field=by]", "گل خان")
        page.press("[data-field=lot]", "T-1")
        page.press("[data-field=value]", self.shown().translate({ord("0") + n: 0x6f0 + n for n in range(10)}))    # an Urdu keyboard's digits
        page.looked_at(self, "check-begin-ur")
        page.press("form[data-do=check-begin] button[type=submit]")
        first = self.wait_for("the check", self.checks)[0]
        self.opened(first)
        page.looked_at(self, "check-moves-ur")
        page.wait_text("ٹھہرا ہوا", "[data-key=live]", 120)
        page.press("[data-do=check-take]")
        page.wait_text("اجازت کے اندر", "#main .chosen")
        page.looked_at(self, "check-taken-ur")
        page.press("[data-do=check-finish]")
        page.wait_text("جانچ میں کامیاب", "[data-key=state]")
        page.looked_at(self, "check-passed-ur")
        self.assertEqual((self.check(first)["state"], self.check(first)["by"]), ("passed", "گل خان"))

        # Another, and the bottle falls: nothing of it counts.
        page.press("main a[href='#check/new/%s/%s']" % OF)
        page.press("input[value='lot T-1']", " ")
        page.press("form[data-do=check-begin] button[type=submit]")
        second = self.wait_for("the check", lambda: [n for n in self.checks() if n != first])[0]
        self.opened(second)
        page.press("details[data-key=cancel] summary")
        page.press("[data-field=reason]", "بوتل گر گئی")
        page.looked_at(self, "check-cancel-ur")
        page.press("[data-do=check-cancel]")
        page.wait_text("جانچ منسوخ", "[data-key=state]")
        self.assertEqual(self.check(second)["state"], "cancelled")
        self.assertEqual(self.vouched()["check"], first)
        page.press("main a[href='#devices']")
        page.wait_text("جانچا ہوا", CARD)
        page.looked_at(self, "devices-checked-ur")
        self.assertEqual(page.complaints(), [])


if __name__ == "__main__":
    main()
