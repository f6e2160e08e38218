#!/usr/bin/python3
# begun first
"""A field test on the technician's page, in real Chromium on a phone: begin -> point -> probes -> typed kits -> bag ->
result -> saved, sent, received; with the store away, the page reloaded, the daemon killed and the console started anew in the
middle.  In English by touch; in Urdu by keyboard alone.
"""
# limit: 300 s

import os
import re
import signal

import browser
from chain import TOP, LabTest, main, wholelab

WHO = "Gul Khan"
LIMITS = os.path.join(os.path.dirname(wholelab.DRIVERS), "config", "limits")


class Day(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=2)

    def setUp(self):
        super().setUp()
        self.lab.conf_text = ('\nlimits = { folder = "%s"; sets = "nsdwq-2010,who-2022"; signatures = "%s"; };\n'
                              % (LIMITS, os.path.join(self.folder, "signed.csv")))

    def wait_for(self, what, test, seconds=60, every=0.1):    # a browser beside other tests takes its time
        return super().wait_for(what, test, seconds, every)

    def open(self, language):
        if browser.missing():
            self.skipTest(browser.missing())
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 3)
        self.console = browser.Console(self.lab)
        self.addCleanup(lambda: self.console.end())
        self.page = browser.Browser(self.folder, "phone", language)
        self.addCleanup(self.page.end)
        self.page.driver.get(self.console.url)
        self.page.wait_for(".reading")

    def looked_at(self, name):
        self.page.looked_at(self, name)

    def sample(self, number):
        return self.lab.ask("sample-show", sample=number)

    def one_open(self):
        found = self.lab.ask("samples")["open"]
        self.assertLessEqual(len(found), 1, "one tap begins one sample")
        return found[0]["sample"] if found else None

    def states(self, number):
        return {store["state"] for result in self.sample(number)["results"] for store in result["stores"]}

    def test_by_touch_in_english_whatever_falls_over(self):
        store = self.store_with(wholelab.InfluxDB, "receipt_s = 2;")
        self.open("en")
        store.stop()    # no network
        page = self.page
        page.tap("nav a[href='#sample']")

        # Nobody's change: without a name the first step does not go on.
        page.tap("[data-do=topoint]")
        page.wait_text("Please type your name", "#main")
        self.assertIn("Please type your name", page.text("#said"))
        page.type("[data-field=by]", WHO)
        self.looked_at("begin-en")
        page.tap("[data-do=topoint]")
        page.tap("input[name=point][value=new]")
        page.type("[data-field=name]", "Pump <i>at</i> the school")
        page.choose("[data-field=source_type]", "borehole_tubewell")
        page.tap("input[name='begin.position'][value=consumer]")
        page.driver.refresh()    # a thumb slips
        page.wait_for("[data-field=name]")
        self.assertEqual(page.value("[data-field=name]"), "Pump <i>at</i> the school")
        page.tap("input[name='begin.treated'][value=yes]")
        self.looked_at("point-en")
        self.lab.daemon.end(signal.SIGKILL)
        page.tap("form[data-do=begin] button[type=submit]")
        page.wait_text("The laboratory does not answer", "#away")
        page.wait_text("Kept on this device", "#main")
        page.driver.refresh()    # what was tapped goes on after that as well
        self.lab.start_daemon()
        page.wait_for("[data-do=take]")
        page.wait_gone("#away p")
        number = self.one_open()
        self.assertIn("#sample/%d/probes" % number, page.driver.current_url)
        begun = self.sample(number)
        self.assertEqual((begun["by"], begun["point"]["name"], begun["point"]["position"], begun["point"]["treated"]),
                         (WHO, "Pump <i>at</i> the school", "consumer", True))

        page.wait_text("Pump <i>at</i> the school", ".which")    # words are words, whatever they look like

        # A value as it is now; others settle by themselves meanwhile.
        page.wait_text("Never checked", "#main .cards")    # before it is a result that cannot be judged
        self.looked_at("probes-en")
        first = self.sample(number)["live"][0]
        page.tap("[data-do=take][data-unit='%s'][data-parameter='%s']" % (first["unit"], first["parameter"]))
        self.wait_for("the value taken", lambda: self.sample(number)["entries"])
        page.tap("main a[href$='/kits']")

        # Typed, reloaded while it is typed, saved while the daemon is killed.
        page.choose("[data-field=parameter]", "free_chlorine")
        page.choose("[data-field=known]", "below")
        page.type("[data-field=value]", "0,1")
        page.driver.refresh()
        page.wait_for("[data-field=value]")
        self.assertEqual(page.value("[data-field=value]"), "0,1")
        self.looked_at("kits-en")
        self.lab.daemon.end(signal.SIGKILL)
        page.tap("form[data-do=enter] button[type=submit]")
        page.wait_text("Kept on this device", "#main")
        port = self.console.port
        self.assertEqual(self.console.end(), 0)
        page.script("dispatchEvent(new Event('storage'))")
        self.console = browser.Console(self.lab, port)
        self.lab.start_daemon()
        page.wait_text("<0.1", ".entries")
        page.driver.refresh()
        page.wait_text("<0.1", ".entries")
        self.assertEqual(page.value("[data-field=parameter]"), "", "what is saved is no draft any more")

        # Odd: asked back, not refused.  Wrong: refused in words, and still there to be mended.
        page.choose("[data-field=parameter]", "arsenic")
        page.type("[data-field=value]", "0")
        page.tap("form[data-do=enter] button[type=submit]")
        page.tap("[data-do=insist]")
        page.wait_text("Arsenic", ".entries")
        page.choose("[data-field=parameter]", "turbidity_ntu")
        page.type("[data-field=value]", "much")
        page.tap("form[data-do=enter] button[type=submit]")
        page.wait_text("is no value", "#main")
        page.tap("[data-do=mend]")
        self.assertEqual(page.value("[data-field=value]"), "much")
        page.type("[data-field=value]", "7")
        page.script("const real = fetch; let lost = 2; window.fetch = async (...asked) => { const answer = await real(...asked);"
                    "if (asked[1]?.method === 'POST' && lost-- > 0) throw new TypeError('the answer is lost'); return answer; }")
        page.tap("form[data-do=enter] button[type=submit]")
        page.wait_text("NTU", ".entries")
        page.wait_gone("form[data-do=enter] .note")
        typed = [(e["parameter"], e["value"]) for e in self.sample(number)["entries"] if e["origin"] == "kit"]
        self.assertEqual(typed, [("free_chlorine", "<0.1"), ("arsenic", "0"), ("turbidity_ntu", "7")], "once each")

        # The bag goes into the incubator; the sample ends without it.
        page.tap("main a[href$='/bag']")
        page.type("[data-field=lot]", "B-7")
        page.tap("form[data-do=start] button[type=submit]")
        page.wait_for(".test")
        self.looked_at("bag-en")
        page.tap("main a[href$='/result']")
        page.wait_text("Stable", "#main", 90)
        page.wait_for("#main [data-key^='live.'] small")    # whose value it is: two analyzers may measure one parameter
        self.looked_at("ending-en")
        page.tap("[data-do=end]")
        page.wait_for(".result")
        self.assertEqual(self.states(number), {"saved"})
        page.wait_text("Fails: above the limit", ".results")
        page.wait_text("Saved", ".results")
        page.wait_text("Missing", "#main")
        page.wait_for(".results a[href='#check/new/%s/%s']" % (first["unit"], first["parameter"]))
        self.looked_at("result-en")

        # The next morning: read from "Results", by its number.
        store.start()    # a network again
        page.tap("nav a[href='#due']")
        page.tap(".test a.button")
        for ml, colour in zip(("10", "30", "56", "3"), "1101"):
            page.tap("input[name=c%s][value='%s']" % (ml, colour))
        self.assertFalse(page.find("form[data-do=finish] button[type=submit]")[0].is_enabled(), "a compartment is left")
        self.looked_at("reading-en")
        page.tap("input[name=c1][value='0']")
        page.tap("form[data-do=finish] button[type=submit]")
        page.wait_text("Fails: found", ".results")
        done = self.sample(number)
        ecoli = [r for r in done["results"] if r["parameter"] == "ecoli"]
        self.assertEqual([(r["value"], r["mpn"], r["unit"]) for r in ecoli], [("11010", ecoli[0]["mpn"], "/(100.mL)")])
        self.assertGreater(float(ecoli[0]["mpn"]), 1)
        page.wait_text("%s\u00a0/ 100 mL" % ecoli[0]["mpn"], ".results")

        # A health limit: said on every screen, after a reload too, until somebody here has seen it.
        for tab in ("sync", "sample", "due", "live"):
            page.tap("nav a[href='#%s']" % tab)
            page.wait_text("E. coli: Fails: found · Sample %d" % number, "#alarm")
        self.looked_at("alarm-en")
        page.driver.refresh()
        page.wait_text("Pump <i>at</i> the school", "#alarm")
        page.tap(".alarm a")
        page.wait_text("Fails: found", ".results")
        page.tap("[data-do=seen]")
        page.wait_gone(".alarm")
        page.driver.refresh()
        page.tap("nav a[href='#due']")
        page.wait_for("[data-do=open]")    # so it knows the samples
        self.assertFalse(page.find(".alarm"))
        page.driver.back()
        self.wait_for("all to be received", lambda: self.states(number) == {"received"}, 120)
        self.wait_for("the page to say so", lambda: page.text("#main").count("Received") == len(done["results"]))
        page.tap("nav a[href='#due']")
        page.tap("[data-do=open]")
        page.wait_text("Within the limit" if any(r["verdict"] == "meets" for r in done["results"]) else "Fails", ".results")
        self.looked_at("results-en")
        self.assertEqual(page.complaints(), [])

    def test_by_keyboard_in_urdu(self):
        self.lab.add_store_text("province", "influxdb-v1", "http://127.0.0.1:9")
        self.open("ur")
        page = self.page
        self.assertEqual(page.script("return document.documentElement.dir"), "rtl")
        page.wait_text("نہیں جانچے", ".unreviewed")
        page.press("nav a[href='#sample']")
        page.press("[data-field=by]", "گل خان")
        self.looked_at("begin-ur")
        page.press("[data-do=topoint]")
        page.press("input[name=point]", " ")
        page.press("[data-field=name]", "سکول کا ہینڈ پمپ")
        page.press("[data-field=source_type]", "\ue015\ue015\ue015")    # down, three times
        self.looked_at("point-ur")
        page.press("form[data-do=begin] button[type=submit]")
        page.wait_for("[data-do=take]")
        number = self.one_open()
        begun = self.sample(number)
        self.assertEqual((begun["by"], begun["point"]["name"]), ("گل خان", "سکول کا ہینڈ پمپ"))
        self.looked_at("probes-ur")
        page.press("[data-do=take]")
        self.wait_for("the value taken", lambda: self.sample(number)["entries"])
        page.press("main a[href$='/kits']")
        page.press("[data-field=parameter]", "\ue015")
        page.press("[data-field=value]", "۰٫۴")    # an Urdu keyboard's digits
        self.looked_at("kits-ur")
        page.press("form[data-do=enter] button[type=submit]")
        self.wait_for("the kit's value", lambda: "0.4" in [e["value"] for e in self.sample(number)["entries"]])
        page.press("main a[href$='/bag']")
        page.press("form[data-do=start] button[type=submit]")
        page.wait_for(".test")
        self.looked_at("bag-ur")
        page.press("main a[href$='/result']")
        self.looked_at("ending-ur")
        page.press("[data-do=end]")
        page.wait_for(".result")
        self.looked_at("result-ur")
        page.press(".test a.button")
        for ml in ("10", "30", "56", "3", "1"):
            page.press("input[name=c%s]" % ml, " ")
        self.looked_at("reading-ur")
        page.press("form[data-do=finish] button[type=submit]")
        page.press("[data-do=insist]")    # nothing found before its hours is asked back
        page.wait_for("#main .result[data-key]")
        self.wait_for("the bag's result", lambda: "00000" in [r["value"] for r in self.sample(number)["results"]])
        page.wait_text("میں نہیں پایا گیا", ".results")
        page.press("nav a[href='#due']")
        page.press("[data-do=open]")
        page.wait_for(".results")
        self.looked_at("results-ur")
        page.press("nav a[href='#sync']")
        page.wait_for(".counts")
        self.assertEqual(page.complaints(), [])

    def test_typed_for_a_sample_that_somebody_ended(self):
        """It stays in sight, on its result and on Sample, until it goes with another sample or is discarded by hand."""
        self.open("en")
        page, new = self.page, dict(name="Pipe", source_type="public_tap_standpipe")

        def begun(name):
            return self.lab.ask("sample-begin", purpose="routine", by="Sana Bibi", token="b-%s" % name, new_point=dict(new, name=name))["sample"]

        def type_arsenic(number, value):
            page.driver.get("%s#sample/%d/kits" % (self.console.url, number))
            page.choose("[data-field=parameter]", "arsenic")
            page.type("[data-field=value]", value)

        first = begun("Pipe")
        type_arsenic(first, "77")
        page.tap("form[data-do=enter] button[type=submit]")
        page.wait_text("Please type your name", "#main")    # nobody's: it goes to "Who and why"
        self.lab.ask("sample-end", sample=first, by="Sana Bibi", token="e")    # meanwhile, in another browser
        page.wait_text("Arsenic", "[data-key='left.%d']" % first)
        page.wait_text("77\u00a0µg/L", "[data-key='left.%d']" % first)
        self.looked_at("left-en")
        page.driver.get("%s#sample/%d/kits" % (self.console.url, first))
        page.driver.refresh()
        page.wait_text("77\u00a0µg/L", "[data-key='left.%d']" % first)
        self.looked_at("left-result-en")
        page.tap("[data-do=carry]")
        page.wait_text("goes with the sample that you begin now", "#main")
        page.type("[data-field=by]", WHO)
        page.tap("[data-do=topoint]")
        page.wait_text("Pipe", ".point.chosen")
        page.tap("form[data-do=begin] button[type=submit]")
        page.wait_for("form[data-do=enter]")
        second = self.one_open()
        self.assertEqual((page.value("[data-field=parameter]"), page.value("[data-field=value]")), ("arsenic", "77"))
        self.assertEqual(self.sample(second)["point"], self.sample(first)["point"])
        page.tap("form[data-do=enter] button[type=submit]")
        page.wait_text("77", ".entries")
        self.assertEqual([(e["parameter"], e["value"]) for e in self.sample(second)["entries"] if e["origin"] == "kit"], [("arsenic", "77")])
        self.lab.ask("sample-end", sample=second, by="Sana Bibi", token="f")
        page.tap("nav a[href='#sample']")
        page.wait_for("[data-do=topoint]")
        page.wait_gone("[data-key^='left.']")

        # Of one that was cancelled, and not needed.
        third = begun("Nala")
        type_arsenic(third, "0.3")
        page.tap("[data-language=ur]")
        self.lab.ask("sample-cancel", sample=third, by="Sana Bibi", token="g", reason="the rope broke")
        page.wait_text("یہاں لکھا گیا مگر درج نہیں ہوا", "[data-key='left.%d']" % third)
        self.looked_at("left-ur")
        page.tap("[data-key='discard'] summary")
        page.tap("[data-do=discard]")
        page.wait_gone("[data-key^='left.']")
        self.assertEqual(page.script("return Object.keys(localStorage).filter(key => key.includes('kit.')).length"), 0)
        self.assertEqual(page.complaints(), [])

    def test_one_analyzer_and_then_another(self):
        """A sample begun with one analyzer; the other is attached while it runs: by touch in English, by keyboard in Urdu."""
        self.open("en")
        page = self.page
        ours = [unit["name"] for line in self.lab.ask("status")["lines"] for unit in line["units"]]
        page.tap("nav a[href='#sample']")
        page.type("[data-field=by]", WHO)
        page.choose("[data-field=analyzer]", ours[0])
        page.driver.refresh()
        page.wait_for("[data-field=analyzer] option[value='%s']" % ours[1])
        self.assertEqual(page.value("[data-field=analyzer]"), ours[0], "what was chosen is kept")
        self.looked_at("begin-one-en")
        page.tap("[data-do=topoint]")
        page.tap("input[name=point][value=new]")
        page.type("[data-field=name]", "Tap at the mosque")
        page.choose("[data-field=source_type]", "borehole_tubewell")
        page.tap("form[data-do=begin] button[type=submit]")
        page.wait_for("[data-do=take]")
        number = self.one_open()
        self.assertEqual((self.sample(number)["units"], self.sample(number)["all_units"]), (ours[:1], False))
        self.assertEqual(page.script("return [...document.querySelectorAll('.cards .card')].filter(card => "
                                     "card.querySelector('.huge').innerText === '\u2013' && card.innerText.includes('Good')).length"), 0)
        self.assertFalse(page.find("[data-do=take][data-unit='%s']" % ours[1]), "the other one's water is another")
        self.looked_at("attach-en")
        self.assertFalse(page.find("form[data-do=attach] button")[0].is_enabled(), "none is chosen yet")
        self.lab.daemon.end(signal.SIGKILL)
        page.choose("form[data-do=attach] select", ours[1])
        page.tap("form[data-do=attach] button")
        page.wait_text("Kept on this device", "#main")
        self.lab.start_daemon()
        page.wait_for("[data-do=take][data-unit='%s']" % ours[1])
        page.wait_gone("form[data-do=attach]")    # there is none left
        self.assertEqual(self.sample(number)["units"], ours)

        # One that is in another sample stays there, and the page says why.
        page.tap("nav a[href='#sample']")
        page.tap("button[data-language=ur]")
        page.press("[data-field=analyzer]", "\ue015\ue015")    # down, to the second of them
        page.press("[data-do=topoint]")
        page.press("input[name=point][value='1']" if page.find("input[name=point][value='1']") else "input[name=point]", " ")
        page.press("form[data-do=begin] button[type=submit]")
        page.wait_for("[data-key=attach]")
        second = self.lab.ask("samples")["open"][0]["sample"]
        self.assertNotEqual(second, number)
        self.assertEqual(self.sample(second)["units"], ours[1:])
        self.looked_at("attach-ur")
        page.press("form[data-do=attach] select", "\ue015")
        page.press("form[data-do=attach] button[type=submit]")
        page.wait_text("جب تک وہ مکمل یا منسوخ نہ ہو", "#main")     # the daemon's refusal, said in Urdu
        self.looked_at("attach-refused-ur")
        self.lab.waterlab("sample", "cancel", "--sample", str(number), "--reason", "another tap", "--by", WHO)
        page.press("[data-do=mend]")
        page.press("form[data-do=attach] button[type=submit]")
        page.wait_for("[data-do=take][data-unit='%s']" % ours[0])
        self.assertEqual(self.sample(second)["units"], ours[::-1])
        self.assertEqual(page.complaints(), [])

    def test_the_points_of_a_list(self):
        """Thousands of them: the nearest first, one farther away found by a part of its name, and what was chosen stays in sight."""
        points = os.path.join(self.folder, "points.csv")

        def write(more=""):
            with open(points + ".new", "w") as f:
                f.write("code,name,source_type,lat,lon\n" + "".join(
                    "KP-%04d,Handpump %d,borehole_tubewell,%.4f,74.31\n" % (i, i, 35.92 + 0.001 * i) for i in range(3000)))
                f.write("KP-9000,چشمہ بالا,protected_spring,36.5,74.5\n" + more)
            os.rename(points + ".new", points)

        write()
        self.lab.conf_text += 'samples = { points = "%s"; };\n' % points
        self.open("en")
        self.lab.waterlab("place", "enter", "--at", "35.92,74.31", "--error", "30", "--reason", "no sky here")
        page = self.page
        page.tap("nav a[href='#sample']")
        page.type("[data-field=by]", WHO)
        page.tap("[data-do=topoint]")
        page.wait_text("Within 200 m", "#main")
        page.wait_text("may be 30 m off", "#main")
        shown = [one.get_attribute("value") for one in page.find("input[name=point]")]
        self.assertEqual(shown, ["code:KP-%04d" % i for i in range(12)] + ["new"])    # 0 and 111 m, 10 others
        page.wait_text("2989 more", "#main")
        self.assertFalse(page.find("form[data-do=begin] button[type=submit]")[0].is_enabled(), "nothing is chosen yet")
        self.looked_at("points-en")
        page.tap("input[value='code:KP-0001']")

        # Another is looked for; the one that was chosen is still what would be begun, and is seen.
        page.type("[data-field=part]", "بالا")
        page.wait_for("input[value='code:KP-9000']")
        page.wait_gone("input[value='code:KP-0002']")
        self.assertTrue(page.find("input[value='code:KP-0001']")[0].is_selected())
        page.tap("input[value='code:KP-9000']")
        page.wait_gone("input[value='code:KP-0001']")
        self.looked_at("points-found-en")
        self.lab.daemon.end(signal.SIGKILL)
        page.driver.refresh()    # a thumb slips, and nobody answers: the choice stands
        page.wait_text("The laboratory does not answer", "#away")
        page.wait_for("input[value='code:KP-9000']")
        page.tap("form[data-do=begin] button[type=submit]")
        page.wait_text("Kept on this device", "#main")
        self.lab.start_daemon()
        page.wait_for("[data-do=take]")
        page.wait_text("KP-9000 · چشمہ بالا", ".which")
        self.assertEqual(self.sample(self.one_open())["point"]["code"], "KP-9000")

        # The centre's next export is spoilt: it is said, and the points go on.
        write("KP-0001,again,tanker,,\n")
        page.tap("nav a[href='#sample']")
        page.tap("[data-do=topoint]")
        page.wait_text("The centre's list of points cannot be read as it is now", "#main")
        page.wait_text("points.csv:3003: line 3 has the code KP-0001 too", "#main")
        self.assertEqual(page.value("[data-field=part]"), "", "what was looked for before is not")
        page.wait_for("input[value='code:KP-0001']")
        self.assertEqual(page.complaints(), [])

    def test_what_the_page_offers_the_daemon_takes(self):
        """Each kit's unit and method, each purpose, kind, source and position of kits.js."""
        with open(os.path.join(TOP, "src", "console", "page", "kits.js")) as f:
            kits = f.read()
        listed = {name: re.findall(r'"([\w-]+)"', words) for name, words in re.findall(r"export const (\w+) = \[([^]]*)\]", kits)}
        self.lab.start()
        count = iter(range(1 << 20))

        def ask(what, **more):
            answer = self.lab.ask(what, by=WHO, token="t%d" % next(count), **more)
            self.assertNotIn("error", answer, more)
            return answer

        for i, source in enumerate(listed["sources"]):
            number = ask("sample-begin", purpose=listed["purposes"][i % len(listed["purposes"])],
                         activity=listed["activities"][i % len(listed["activities"])],
                         new_point=dict(name="Point %d" % i, source_type=source, treated=None,
                                        position=(listed["positions"] + [None])[i % 4]))["sample"]
        offered = re.findall(r"(\w+): \{units: \[([^]]*)\], methods: (\[[^]]*\]|\w+)", kits)
        self.assertGreater(len(offered), 20)
        for parameter, units, methods in offered:
            if not methods.startswith("["):
                methods = re.search(r"const %s = (\[[^]]*\])" % methods, kits).group(1)
            methods = re.findall(r'"([^"]+)"', methods)
            for i, unit in enumerate(re.findall(r'"([^"]+)"', units)):
                ask("sample-enter", sample=number, parameter=parameter, value="1", unit=unit, sure=True,
                    method=methods[i % len(methods)])
            if next(count) % 40 > 30:    # a sample holds so many values
                number = ask("sample-begin", purpose="routine", point=self.lab.ask("points")["points"][0]["point"])["sample"]


if __name__ == "__main__":
    main()
