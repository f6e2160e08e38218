#!/usr/bin/python3
"""The laboratory's own sentences on the page in Urdu.  Each sentence that C can say to the page is walked from its source: it
has a form in the glossary, or stands below as one that stays English, with the reason.  Then the page is driven through what
goes wrong, and nothing Latin is left on it but names, numbers and units.
"""
# limit: 300 s

import glob
import json
import os
import re
import shutil
import subprocess
import unittest

import browser
from chain import TOP, LabTest, main
from test_clock import FAKETIME, NO_DAY_IS_THAT_LONG, at_boot
from test_page_words import NEVER

PAGE = os.path.join(TOP, "src", "console", "page")
# Files whose every sentence can come to the page.
SPEAK = ("base/err.c bus/asking.c bus/line.c bus/probe*.c bus/trouble.c bus/unit*.c console/door.c console/guard.c console/own.c "
         "console/question.c console/relay.c daemon/check_*.c daemon/commands.c daemon/field*.c daemon/live_*.c daemon/sample_*.c "
         "daemon/search_*.c daemon/stamps_words.c daemon/waits.c daemon/which_*.c io/serial.c io/tcp.c io/usb.c model/typed_*.c "
         "sample/after.c sample/checks.c sample/samples.c uplink/bisect.c uplink/links.c uplink/tls_clock.c uplink/verdict.c")
# What stays English there, by its beginning: never seen on the page, or by whoever wrote a wrong configuration or request alone.
ENGLISH = {
    "a mistake of the configuration": (
        "%s leads to a name longer", "%u baud is not known", "%s does not take %u 8", '"%s" is no address', '"%s" is no adapter',
        "unit %s: profile %s has no values", "wants %zu bytes of state", "reads files, not lines", "speaks no Modbus"),
    "a request that the page does not make": (
        "this comes from another page", "the body must be", "Content-Length is missing", "more than %d bytes", "this is %s://",
        ", or one of %s", "no such field: ", "the body is no JSON object",
        "the format is", "the stream is", '"first" and "last"', '"store" is a'),
    "of commands: a page has words of its own": ("waterlab check begin", "no good value yet", "good for %lld of", "within %.3g for %u s"),
    "what a store says, to be known by it": ("unable to parse", "database is required", "bucket is required", "org is required",
                                             "retention policy not found"),
    "of a file in the inbox that is none, of a port out of descriptors": ("%s%u in %s %s named like", "%s: too many files are open"),
    "the state of the clock, which the page does not show (waterlab clock)": (
        "an unconfirmed clock", "confirmed by %s, within", "entered by a person", "from the machine's clock chip", "not confirmed any more",
        "nobody confirmed the time", ": readings go out marked so", "; NTP and GPS differ", " (the kernel's clock state",
        "no receiver is configured", "the kernel's clock", "this machine has none", "nobody entered the time", "no three fixes in a row",
        "it cannot be read: its battery", "not judged yet", "may come from the receiver", "confirms the time", "taken from a person",
        "used, flagged", "a week rollover", "it does not know the leap", "too long without a server", "the kernel did not set",
        "it and the machine's clock differ", "the satellites say", "found wrong: not believed", ": neither is believed",
        "it says a time that is ", " off what was confirmed"),
}
# What libcurl says, of versions 7.88 and 8.
CURL = ("Failed to connect to %s port %u after %d ms: %s", "Couldn't connect to server", "Could not resolve host: %s", "Empty reply from server",
        "Connection timed out after %d milliseconds", "Connection timeout after %d ms", "Resolving timed out after %d milliseconds")
CONVERSION = r"%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|j|z|t)?[diouxXeEfgGcs]"
TOKEN = re.compile(r"/\*.*?\*/|'(?:[^'\\]|\\.)'|(\"(?:[^\"\\\n]|\\.)*\"(?:\s*\"(?:[^\"\\\n]|\\.)*\")*)|\n#[^\n]*|([();,{}])|(\w+)", re.S)
VALUE = re.compile(r"\{(\w+)\}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def formats(source):
    """The texts of a file of C, but those of its log."""
    depth, log, word = 0, None, ""
    for found in TOKEN.finditer(source):
        text, mark, name = found.groups()
        if name:
            word = name
        elif mark == "(":
            depth += 1
            if log is None and word.startswith(("log_", "fprintf")):
                log = depth
        elif mark == ")":
            if log == depth:
                log = None
            depth -= 1
        elif text and log is None:
            whole = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text))
            yield re.sub(r'\\(["\\])', r"\1", whole).replace("\\n", "\n")
        if mark:
            word = ""


def is_sentence(text):
    return len(re.findall("[A-Za-z]{2,}", re.sub(CONVERSION, " ", text))) >= 3 and " " in text.strip()


def stays_english(text):
    return any(text.startswith(beginning) for group in ENGLISH.values() for beginning in group)


def makes(text, form):
    """Can this text of C be in that form?"""
    parts = [re.escape(part).replace("%%", "%") for part in re.split(CONVERSION, text)]
    return re.search(".*?".join(parts), form, re.S)


class Said(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.said = {os.path.basename(p)[6:-5]: json.loads(read(p)).get("said") for p in glob.glob(os.path.join(PAGE, "words.*.json"))}
        cls.texts = [(os.path.relpath(path, TOP), text) for name in SPEAK.split()
                     for path in sorted(glob.glob(os.path.join(TOP, "src", name))) for text in formats(read(path))]

    def test_each_sentence_of_the_code_has_a_form_in_each_language(self):
        sentences = [(path, text) for path, text in self.texts if is_sentence(text)]
        self.assertGreater(len(sentences), 250)
        self.assertEqual(self.said.pop("en", None), None, "English is what the code says")
        for language, said in self.said.items():
            missing = ["%s: %s" % (path, text) for path, text in sentences
                       if not stays_english(text) and not any(makes(text, form) for form in said)]
            self.assertEqual(missing, [], "write it into \"said\" of src/console/page/words.%s.json (src/console/page/README.md)" % language)

    def test_no_form_is_of_a_sentence_that_nobody_says(self):
        """Each of its words stands in the code, or is an error's of the machine."""
        code = " ".join([re.sub(CONVERSION, " ", text) for _, text in self.texts] + [os.strerror(n) for n in range(1, 134)] + list(CURL))
        code += " ".join(text for name in ("control/ask.c", "control/control.c", "console/server.c", "daemon/commands.c", "daemon/stamps.c",
                                          "uplink/deliver.c", "uplink/uplink.c", "operators/operators.c")
                        for text in formats(read(os.path.join(TOP, "src", name))))
        words = set(re.findall("[A-Za-z]+", code))
        for language, said in self.said.items():
            unsaid = {form: other for form in said or {} for other in
                      [[word for word in re.findall("[A-Za-z]+", VALUE.sub(" ", form)) if not {word, word.rstrip("s")} & words]] if other}
            self.assertEqual(unsaid, {}, language)

    def test_each_text_has_the_values_of_its_form(self):
        for language, said in self.said.items():
            for form, text in (said or {}).items():
                self.assertTrue(text.strip(), form)
                self.assertEqual(set(VALUE.findall(form)), set(VALUE.findall(text)), "%s: %s" % (language, form))
                self.assertEqual(len(VALUE.findall(form)), len(set(VALUE.findall(form))), form)

    def test_no_text_calls_water_safe_and_urdu_is_urdu(self):
        for form, text in self.said["ur"].items():
            self.assertIsNone(re.search(NEVER["ur"], text), text)
            self.assertIsNone(re.search("[\u0660-\u0669\u06f0-\u06f9]", text), text)
            bare = VALUE.sub("", re.sub("`[^`]*`", "", text))
            self.assertEqual(set(re.findall("[A-Za-z]+", bare)) - {"HTTP", "UTC", "M", "MB", "mL"}, set(), text)

    @unittest.skipUnless(shutil.which("node"), "node is not installed (npm brings it)")
    def test_each_form_is_found_again_and_no_other(self):
        filled = {form: {name: "7" if re.fullmatch(r"n\d?", name) else "x%d-y" % i for i, name in enumerate(VALUE.findall(form))}
                  for form in self.said["ur"]}
        asked = [[VALUE.sub(lambda found, v=values: v[found.group(1)], form), self.said["ur"][form], values] for form, values in filled.items()]
        script = ("import * as said from %s; import {readFileSync} from 'node:fs';"
                  "const {forms, asked} = JSON.parse(readFileSync(0, 'utf8')); said.learn(forms);"
                  "const wrong = asked.map(([sentence, text, values]) => [sentence, said.find(sentence), {text, values}])"
                  ".filter(([, found, wanted]) => JSON.stringify(found) !== JSON.stringify(wanted));"
                  "console.log(JSON.stringify({wrong, none: said.find('the moon is made of cheese')}))"
                  % json.dumps("file://" + os.path.join(PAGE, "said.js")))
        done = subprocess.run(["node", "--input-type=module", "-e", script], input=json.dumps({"forms": self.said["ur"], "asked": asked}),
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), {"wrong": [], "none": None})


# Words of the page that are Latin and no name: two in a row.  Commands may be, as may what one word names.
LATIN = """
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    for (let text; (text = words.nextNode());)
        if (/[A-Za-z]{2,}[ ,:;]+[a-z]{2,}/.test(text.data) && text.parentElement.offsetParent && !text.parentElement.closest("code, .command"))
            found.push(text.data);
    return found"""
WHO = "گل خان"


class Faults(LabTest):
    shape = dict(rtu_lines=2, tcp_lines=0, units=4)

    def setUp(self):
        super().setUp()
        if browser.missing():
            self.skipTest(browser.missing())
        self.lab.conf_text = '\nlimits = { folder = "%s"; sets = "nsdwq-2010,who-2022"; };\n' % os.path.join(TOP, "config", "limits")
        self.lab.add_store_text("province", "influxdb-v1", "http://127.0.0.1:9")    # a store that is down

    def open(self):
        console = browser.Console(self.lab)
        self.addCleanup(console.end)
        self.page = browser.Browser(self.folder, "phone", "ur")
        self.addCleanup(self.page.end)
        self.page.driver.get(console.url)
        self.page.wait_for(".unreviewed")

    def is_urdu(self, name):
        """And nothing of it is cut off."""
        self.assertEqual(self.page.script(LATIN), [], name)
        self.page.looked_at(self, "said-%s-ur" % name)

    def do(self, what, **more):
        self.count = getattr(self, "count", 0) + 1
        return self.lab.ask(what, by=WHO, token="t%d" % self.count, **more)

    def enter(self, parameter, value, method=None):
        page = self.page
        page.choose("[data-field=parameter]", parameter)
        page.type("[data-field=value]", value)
        page.tap("form[data-do=enter] button[type=submit]")

    @unittest.skipUnless(FAKETIME, "no faketime here (tools/install-deps brings it)")
    def test_a_clock_and_a_place_that_nobody_knows(self):
        """Switched on in 1970, under no sky: what waits for the time, and that there is no place."""
        self.lab.clock = dict(wait_s=60, most_away_days=730, bound_wait_s=NO_DAY_IS_THAT_LONG)
        self.lab.daemon_env = at_boot("1970-01-01 00:10:00")
        self.lab.start()
        self.wait_for("readings to wait for the time", lambda: "1970-01-01" in "".join(self.lab.status()["waits"]), 60)
        self.open()
        page = self.page
        page.wait_text("جگہ معلوم نہیں")
        self.is_urdu("no-place")
        page.tap("a[href='#sync']")
        page.wait_text("1970-01-01 بتاتا ہے جو ہو نہیں سکتا", ".waits")
        self.is_urdu("no-time")

    def test_what_goes_wrong_is_said_in_urdu(self):
        self.lab.start()
        status = self.wait_for("values", lambda: self.saved() > 3 and self.lab.status())
        (mute, *_), (other, *_) = [line["units"] for line in status["lines"]]
        self.open()
        page = self.page
        page.wait_for(".reading")
        self.is_urdu("live")

        # A store that is down, and then a line whose adapter was pulled out.
        page.tap("a[href='#sync']")
        page.wait_text("مرکز دستیاب نہیں", ".waits")
        page.wait_text("رابطہ نہ ہوا", ".waits")
        self.lab.fault("%s unplug 600s" % status["lines"][1]["name"])
        page.wait_text("خود بخود دوبارہ کوشش", ".waits")
        self.is_urdu("sync")

        # An analyzer that does not answer.
        self.lab.fault("%s mute 600s" % mute["name"])
        page.tap("a[href='#devices']")
        page.wait_text("وقت پر جواب نہیں آیا", "section.card[data-key='%s'] .fault" % mute["name"])
        page.wait_text("اڈاپٹر", "section[data-key='%s'] > .note" % status["lines"][1]["name"])
        self.is_urdu("devices")

        # Its value is not taken; what is no value, and what is odd.
        page.tap("a[href='#sample']")
        page.type("[data-field=by]", WHO)
        page.tap("[data-do=topoint]")
        page.tap("input[name=point]")
        page.type("[data-field=name]", "سکول کا نلکا")
        page.choose("[data-field=source_type]", "borehole_tubewell")
        page.tap("form[data-do=begin] button[type=submit]")
        page.wait_for("main a[href$='/kits']")
        number = self.lab.ask("samples")["open"][0]["sample"]
        page.tap("main a[href$='/kits']")
        self.enter("turbidity_ntu", "much")
        page.wait_text("کوئی قیمت نہیں", "#main")
        self.is_urdu("no-value")
        page.tap("[data-do=mend]")
        self.enter("turbidity_ntu", "0")
        page.wait_text("بالکل نہیں", "#main")
        self.is_urdu("odd")
        page.tap("[data-do=insist]")
        page.wait_text("NTU", ".entries")

        # A step that somebody else made impossible meanwhile; a second person who is the first.
        page.tap("main a[href$='/bag']")
        page.wait_for("form[data-do=start]")
        self.assertNotIn("error", self.do("sample-end", sample=number))
        page.script("const real = fetch; window.fetch = async (...asked) => asked[1] || !/sample/.test(asked[0]) ? real(...asked) : new Promise(() => {})")
        if page.find("form[data-do=start]"):    # the page may know of the end already
            page.tap("form[data-do=start] button[type=submit]")
            page.wait_text("نمونہ مکمل ہو چکا ہے", "#main")
            self.is_urdu("ended")
        page.driver.get(page.driver.current_url.split("#")[0] + "#sample/%d" % number)
        page.driver.refresh()
        page.wait_for("details[data-key=verify] summary")
        page.tap("details[data-key=verify] summary")
        page.tap("[data-do=verify]")
        page.wait_text("تصدیق کوئی دوسرا شخص کرتا ہے", "#main")
        self.is_urdu("verify")
        self.assertEqual(page.complaints(), [])


if __name__ == "__main__":
    main()
