#!/usr/bin/python3
# begun first
"""A van's whole day on the technician's page, in real Chromium on a phone: ignition, a receiver without a fix, an analyzer checked,
five points with kits and bags, no network, the page reloaded, daemon and console killed, the machine started anew, a failure found,
home, the bags read, a supervisor, two real stores.  Nothing typed is lost; each store has each result once, as numbers.

In English; with SOAK in Urdu too.  As root the machine is another start, as it is for the daemon.
"""
# limit: 600 s
# as root

import csv
import ctypes
import os
import re
import signal
import subprocess
import unittest
import uuid

import browser
from chain import SOAK, LabTest, main, wholelab

LIMITS = os.path.join(os.path.dirname(wholelab.DRIVERS), "config", "limits")
PINS = {"Gul Khan": ("technician", "402917"), "Sana Bibi": ("supervisor", "718293")}
POINTS = [("Pump at the school", "borehole_tubewell", "7", "11010"), ("سکول کا نل", "public_tap_standpipe", "1", "00000"),
          ("Spring above the road", "protected_spring", "3", "11111"), ("Tank of the mosque", "filtration_plant", "2", "00000"),
          ("Tanker at the bazaar", "tanker", "4,5", "10000")]
CHECKED = "temperature"
VERDICTS = (None, "meets", "fails_above", "fails_below", "fails_detected", "possible_failure", "cannot_judge", "not_applicable")
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 1 << 18


class Day(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=2)

    def setUp(self):
        super().setUp()
        if browser.missing():
            self.skipTest(browser.missing())
        operators = os.path.join(self.folder, "operators")
        self.lab.conf_text = '''
            limits = { folder = "%s"; sets = "nsdwq-2010,who-2022"; signatures = "%s"; };
            console = { operators = "%s"; };
            ''' % (LIMITS, os.path.join(self.folder, "signed.csv"), operators)
        self.lab.add_receiver("park:34.0151,71.5249", through_gpsd=False)
        self.stores = [self.store("province", wholelab.InfluxDB), self.store("ministry", wholelab.VictoriaMetrics)]

    def store(self, name, kind):
        self.need(kind)
        store = kind(self.folder)
        store.start()
        self.lab.stores.append(store)
        self.lab.add_store_text(name, store.flavour, store.url, "receipt_s = 2;")
        store.stop()    # no network until the evening
        return store

    def wait_for(self, what, test, seconds=90, every=0.1):
        return super().wait_for(what, test, seconds, every)

    # --- the troubles of the road, at the moment when a value is saved ----------------------------------------------

    def tap_save(self):
        self.page.tap("form[data-do=enter] button[type=submit]")

    def a_thumb_slips(self):
        before = self.page.value("[data-field=value]")
        self.page.driver.refresh()
        self.page.wait_for("[data-field=value]")
        self.assertEqual(self.page.value("[data-field=value]"), before)
        self.tap_save()

    def the_daemon_is_killed(self):
        self.lab.daemon.end(signal.SIGKILL)
        self.tap_save()
        self.page.wait_for("#away p")
        self.lab.start_daemon()
        self.page.wait_gone("#away p")

    def the_console_is_killed(self):
        self.console.process.end(signal.SIGKILL)
        self.tap_save()
        self.page.wait_for("#away p")
        self.console = browser.Console(self.lab, self.console.port)
        self.come_in("Gul Khan")

    def answers_are_lost(self):
        self.page.script("const real = fetch; let lost = 2; window.fetch = async (...asked) => { const answer = await real(...asked);"
                         "if (asked[1]?.method === 'POST' && lost-- > 0) throw new TypeError('the answer is lost'); return answer; }")
        self.tap_save()

    def the_key_is_turned(self):
        """Power gone while a tap is under way: both programs, and the page with them; then another start of the machine."""
        self.lab.daemon.end(signal.SIGKILL)
        self.tap_save()
        port = self.console.port
        self.console.process.end(signal.SIGKILL)
        self.lab.start_daemon(preexec=self.another_boot())
        self.console = browser.Console(self.lab, port)
        self.page.driver.get(self.console.url)
        self.come_in("Gul Khan")

    def another_boot(self):
        """The kernel's boot id is another one for what is started so; only root can say so."""
        path = os.path.join(self.folder, "boot_id")
        with open(path, "w") as f:
            f.write("%s\n" % uuid.UUID(int=self.random.getrandbits(128), version=4))
        libc = ctypes.CDLL(None, use_errno=True)

        def prepare():
            if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) or \
                    libc.mount(path.encode(), b"/proc/sys/kernel/random/boot_id", None, MS_BIND, None):
                raise OSError(ctypes.get_errno(), "no boot id of its own")
        return prepare if os.geteuid() == 0 else None

    # --- what a person does -----------------------------------------------------------------------------------------

    def come_in(self, name):
        self.page.tap("input[name='signin.operator'][value='%s']" % name)
        self.page.type("[data-pin]", PINS[name][1])
        self.page.tap("form[data-do=enter-pin] button[type=submit]")
        self.page.wait_text(name, "header")

    def sample(self, number):
        return self.lab.ask("sample-show", sample=number)

    def open_sample(self):
        found = self.lab.ask("samples")["open"]
        self.assertLessEqual(len(found), 1, "one tap begins one sample")
        return found[0]["sample"] if found else None

    def field_test(self, name, source, turbidity, trouble):
        page = self.page
        page.tap("nav a[href='#sample']")
        page.tap("[data-do=topoint]")
        page.tap("input[name=point][value=new]")
        page.type("[data-field=name]", name)
        page.choose("[data-field=source_type]", source)
        page.tap("input[name='begin.position'][value=consumer]")
        page.tap("input[name='begin.treated'][value=no]")
        page.tap("form[data-do=begin] button[type=submit]")
        number = self.wait_for("the sample to begin", self.open_sample)
        self.wait_for("an analyzer's value", lambda: self.sample(number)["live"])
        page.tap("[data-do=take][data-unit='%s'][data-parameter='%s']" % self.checked)
        self.wait_for("the value taken", lambda: self.sample(number)["entries"])
        page.tap("main a[href$='/kits']")
        page.choose("[data-field=parameter]", "turbidity_ntu")
        page.type("[data-field=value]", turbidity)
        trouble()
        self.wait_for("the kit's value", lambda: len(self.sample(number)["entries"]) == 2)
        page.driver.get("%s#sample/%d/bag" % (self.console.url, number))
        page.tap("form[data-do=start] button[type=submit]")
        page.wait_for(".test")
        page.tap("main a[href$='/result']")
        page.tap("[data-do=end]")
        page.wait_for(".result")
        self.assertEqual([e["value"] for e in self.sample(number)["entries"]][1:], [turbidity.replace(",", ".")], "once")
        return number

    def read_bag(self, number, colours):
        page = self.page
        page.tap("nav a[href='#due']")
        test = self.sample(number)["pending"][0]["test"]
        page.tap(".test a.button[href='#bag/%d']" % test)
        for ml, colour in zip(("10", "30", "56", "3", "1"), colours):
            chosen = "input[name=c%s][value='%s']" % (ml, colour)
            # A finger sees whether it took: the page may be drawn anew under it.
            self.wait_for("the compartment", lambda css=chosen: page.find(css + ":checked") or page.tap(css), 60)
        page.tap("form[data-do=finish] button[type=submit]")
        if "1" not in colours:    # our night is short: nothing found is asked back, and cannot be judged
            page.tap("[data-do=insist]")
        self.wait_for("the bag's result", lambda: colours in [r["value"] for r in self.sample(number)["results"]])

    # --- before the first point --------------------------------------------------------------------------------------

    def change(self, ask, token, **words):
        answer = self.wait_for("an answer to %s" % ask, lambda: self.answered(ask, token=token, by="Gul Khan", **words))
        return answer

    def answered(self, ask, **words):
        answer = self.lab.ask(ask, **words)
        return None if "error" in answer or "question" in answer else answer

    def check_an_analyzer(self):
        """In a standard whose label says what the analyzer shows."""
        self.wait_for("analyzers", lambda: self.lab.ask("checks")["analyzers"])
        unit = next(unit for line in self.lab.status()["lines"] for unit in line["units"]
                    for field in unit["fields"] if field["parameter"] == CHECKED and field["value"])
        shown = next(field["value"] for field in unit["fields"] if field["parameter"] == CHECKED)
        check = self.change("check-begin", "c-1", unit=unit["name"], parameter=CHECKED, lot="S-1", value="%.2f" % shown, sure=True)["check"]
        self.wait_for("a settled value", lambda: self.lab.ask("check-show", check=check)["live"]["stable"])
        self.change("check-take", "c-2", check=check)
        self.assertEqual(self.change("check-finish", "c-3", check=check)["state"], "passed")
        self.checked = (unit["name"], CHECKED)

    # --- at the centre -------------------------------------------------------------------------------------------------

    def rows_of_influxdb(self):
        store, spool = self.stores[0], self.lab.status()["spool"]["id"]
        kinds = store.query("SHOW FIELD KEYS FROM result").decode().splitlines()[1:]
        self.assertEqual({line.rsplit(",", 1)[1] for line in kinds}, {"integer", "float"}, "no words as fields")
        q = "SELECT seq, sample, verdict, status, value FROM result WHERE spool='%s' GROUP BY parameter, method" % spool
        return sorted((int(r["seq"]), int(r["sample"]), int(r["verdict"]), int(r["status"]), round(float(r["value"]), 8) if r["value"] else None)
                      for r in csv.DictReader(store.query(q).decode().splitlines()))

    def rows_of_victoriametrics(self):
        store, spool, rows = self.stores[1], self.lab.status()["spool"]["id"], {}
        names = ("seq", "sample", "verdict", "status", "value")
        for i, name in enumerate(names):
            for key, value in store.series("result_" + name, spool, ("parameter", "method")):
                rows.setdefault(key, [None] * 5)[i] = round(value, 8) if name == "value" else int(value)
        return sorted(tuple(row) for row in rows.values())

    def received(self, numbers):
        return all(store["state"] == "received" for number in numbers for result in self.sample(number)["results"]
                   for store in result["stores"])

    # --- the day ---------------------------------------------------------------------------------------------------------

    def a_day(self, language):
        self.lab.start()
        for name, (role, pin) in PINS.items():
            done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, "operator", "add", name, role],
                                  input=pin, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.console = browser.Console(self.lab)
        self.addCleanup(lambda: self.console.end())
        self.page = page = browser.Browser(self.folder, "phone", language)
        self.addCleanup(page.end)
        page.driver.get(self.console.url)
        page.wait_for("[data-pin]")
        self.come_in("Gul Khan")
        page.wait_for(".reading")
        page.looked_at(self, "day-live-" + language)
        self.check_an_analyzer()

        troubles = (self.a_thumb_slips, self.the_daemon_is_killed, self.the_console_is_killed, self.the_key_is_turned,
                    self.answers_are_lost)
        numbers = [self.field_test(name, source, turbidity, trouble)
                   for (name, source, turbidity, _), trouble in zip(POINTS, troubles)]
        self.assertEqual(len(set(numbers)), 5)
        page.looked_at(self, "day-result-" + language)
        for number in numbers:
            self.assertEqual({s["state"] for r in self.sample(number)["results"] for s in r["stores"]}, {"saved"})

        for store in self.stores:    # home
            store.start()
        for number, (_, _, _, colours) in zip(numbers, POINTS):    # the next morning
            self.read_bag(number, colours)
        page.wait_for("#alarm .alarm")
        page.looked_at(self, "day-due-" + language)
        self.verify(numbers[0])
        self.wait_for("all to be received", lambda: self.received(numbers), 180)
        self.compare(numbers)
        self.assertEqual(page.complaints(), [])

    def verify(self, number):
        page = self.page
        page.tap("[data-do=leave]")
        page.wait_for("[data-pin]")
        self.come_in("Sana Bibi")
        page.driver.get("%s#sample/%d/result" % (self.console.url, number))
        page.tap("details[data-key=verify] summary")
        page.tap("[data-do=verify]")
        self.wait_for("the sample to be verified", lambda: {r["status"] for r in self.sample(number)["results"] if r["counts"]} == {"verified"})

    def compare(self, numbers):
        results = {r["result"]: (number, r) for number in numbers for r in self.sample(number)["results"]}
        found = self.wait_for("the verified ones", lambda: self.settled(results))
        exported = self.lab.waterlab("spool", "export", "--format", "lp", "--stream", "ledger")
        recorded = sorted(int(seq) for seq in re.findall(r"^result,.*[ ,]seq=(\d+)i", exported, re.M))
        self.assertEqual([row[0] for row in found], recorded, "each once, those that were verified later as well")
        self.assertLessEqual(set(results), set(recorded))
        for seq, sample, verdict, status, value in found:
            number, result = results.get(seq, (sample, None))
            self.assertEqual(sample, number)
            if result:
                self.assertEqual((VERDICTS[verdict], status == 1), (result["verdict"], result["status"] == "verified"), result)
                if result["parameter"] == "turbidity_ntu":
                    self.assertEqual(value, float(result["value"]))
        self.assertEqual(self.rows_of_victoriametrics(), found, "as in the other store, which keeps fewer digits")
        print("%d results of five samples, each once in InfluxDB and in VictoriaMetrics" % len(found))

    def settled(self, results):
        rows = self.rows_of_influxdb()
        return rows if sum(row[3] for row in rows) == sum(r["status"] == "verified" for _, r in results.values()) else None

    def test_a_day_in_english(self):
        self.a_day("en")

    @unittest.skipIf(SOAK <= 1, "the same in Urdu: SOAK=2")
    def test_a_day_in_urdu(self):
        self.a_day("ur")


if __name__ == "__main__":
    main()
