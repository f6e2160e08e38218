#!/usr/bin/python3
"""The glossaries of the technician's page: each language has every text that the page and the daemon's codes need,
none is empty, none promises what no test can show."""

import glob
import json
import os
import re
import unittest

from chain import TOP, main

PAGE = os.path.join(TOP, "src", "console", "page")
# No verdict, and no other word, calls water safe, clean, pure or fit to drink.  In Urdu: mahfooz (which is "saved" too, and
# would be read as "safe"), pak, khatre se khali, peene ke qabil.
NEVER = {"en": r"\bsafe|\bunsafe|\bpotable|\bdrinkable|fit to drink|\brisk",
         "ur": "محفوظ|پینے کے قابل|خطرے سے|بے ضرر|پاک پانی"}
# Groups whose codes come from the daemon; the page asks for them as `group.${code}`.
CODES = {
    "verdict": "meets fails_above fails_below fails_detected possible_failure cannot_judge not_applicable",
    "qc": "1 2 3 4 9", "health": "unknown ok doubtful aside wrong", "store": "saved sent received refused",
    "condition": "idle sending waiting held no_time clock budget", "level": "documented recorded field-proven",
    "state": "open waiting done cancelled", "origin": "stable taken kit bag", "basis": "health operational acceptability",
    "help.qc": "1 2 3 4 9", "help.health": "ok unknown doubtful aside wrong", "help.store": "saved sent received refused",
    "help.verdict": "meets fails possible_failure cannot_judge not_applicable", "help.condition": "waiting held no_time clock budget",
    "help.step": "begin point probes kits bag result", "check": "good never expired failed open passed cancelled",
    "beside": "untold near far disagrees clean faint found good low high",
    "figure": "apart_percent apart_log apart recovery off_log off", "holds": "spike reference", "standing": "unread within again off moved expired", "help.check": "good never expired failed",
    "help": "test verdict alarm qc health away check store waits",
    "remedy": "timeout noise exception gone busy io absent wrong-unit",
    "exchange": "exchanges timeouts noise exceptions wrong late",
    "status": "preliminary verified amended", "search.state": "done cancelled in_use closed silent too_long", "search": "scan probe",
    "register": "holding input coil discrete",
}


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = {os.path.basename(p)[6:-5]: json.loads(read(p)) for p in sorted(glob.glob(os.path.join(PAGE, "words.*.json")))}
        cls.scripts = "\n".join(read(p) for p in glob.glob(os.path.join(PAGE, "*.js")))

    def test_each_language_has_the_same_texts_and_none_is_empty(self):
        self.assertIn("en", self.files)
        self.assertIn("ur", self.files)
        english = self.files["en"]["words"]
        for language, file in self.files.items():
            self.assertEqual(sorted(file["words"]), sorted(english), language)
            self.assertIn(file["about"]["direction"], ("ltr", "rtl"))
            self.assertTrue(file["about"]["name"].strip())
            for key, text in file["words"].items():
                self.assertTrue(text.strip(), "%s: %s is empty" % (language, key))
                self.assertEqual(sorted(re.findall(r"\{\w+\}", text)), sorted(re.findall(r"\{\w+\}", english[key])),
                                 "%s: %s has other values in it" % (language, key))

    def test_no_sentence_is_there_twice(self):
        """What is said in two places is one text."""
        for language, file in self.files.items():
            sentences = [text for text in file["words"].values() if text.endswith((".", "۔", "?", "؟"))]
            self.assertEqual(sorted({text for text in sentences if sentences.count(text) > 1}), [], language)

    def test_no_language_calls_water_safe(self):
        for language, file in self.files.items():
            self.assertIn(language, NEVER, "say above which words of this language would call water safe")
            for key, text in file["words"].items():
                self.assertIsNone(re.search(NEVER[language], text, re.I), "%s: %s: %s" % (language, key, text))

    def test_urdu_is_marked_until_a_native_reader_signs(self):
        self.assertIs(self.files["ur"]["about"]["reviewed"], False, "then name the reviewer in src/console/README.md")

    def test_urdu_is_urdu_with_western_digits(self):
        for key, text in self.files["ur"]["words"].items():
            self.assertIsNone(re.search("[\u0660-\u0669\u06f0-\u06f9]", text), key)
            # Latin letters only where a symbol, a name or a unit is meant.
            self.assertRegex(text, "[\u0600-\u06ff]", key)
            self.assertIsNone(re.search("(?<!\u200e)°C", text), "%s: without its mark it shows as C°" % key)

    def test_what_the_page_asks_for_is_there(self):
        words = self.files["en"]["words"]
        asked = set(re.findall(r'\b(?:say|t|announce)\("([\w.-]+)"', self.scripts)) | \
            set(re.findall(r'\? "([a-z]+\.[\w.]+)" : "[a-z]+\.[\w.]+"', self.scripts)) | \
            set(re.findall(r'\? "[a-z]+\.[\w.]+" : "([a-z]+\.[\w.]+)"', self.scripts))
        self.assertGreater(len(asked), 80)
        self.assertEqual(sorted(asked - set(words)), [])

    def test_each_code_of_the_daemon_has_words(self):
        words = self.files["en"]["words"]
        parameters = re.findall(r"^PARAMETER\((\w+),", read(os.path.join(TOP, "src", "model", "parameter.def")), re.M)
        self.assertGreater(len(parameters), 30)
        wanted = ["parameter." + code for code in parameters]
        wanted += ["%s.%s" % (group, code) for group, codes in CODES.items() for code in codes.split()]
        reasons = re.findall(r'\[WHY_\w+\] = "(\w+)"', read(os.path.join(TOP, "src", "model", "verdict_words.c")))
        self.assertGreater(len(reasons), 20)
        wanted += ["reason." + code for code in reasons if code != "none"]
        flags = re.findall(r'"(\w+)"', re.search(r"words\[\] = \{([^}]*)\}", read(os.path.join(TOP, "src", "model", "flags.c"))).group(1))
        self.assertGreater(len(flags), 15)
        wanted += ["flag." + code for code in flags]
        terms = read(os.path.join(TOP, "src", "sample", "terms.c"))
        for name, group in (("purposes", "purpose"), ("activities", "activity"), ("sources", "source"), ("positions", "position"),
                            ("impediments", "impediment")):
            listed = re.findall(r'"(\w+)"', re.search(r"%s\[\] = \{([^}]*)\}" % name, terms).group(1))
            self.assertGreater(len(listed), 2)
            wanted += ["%s.%s" % (group, code) for code in listed]
        kits = read(os.path.join(PAGE, "kits.js"))
        for name, group in (("purposes", "purpose"), ("activities", "activity"), ("sources", "source"), ("positions", "position"),
                            ("impediments", "impediment")):
            listed = re.search(r"export const %s = \[([^]]*)\]" % name, kits).group(1)
            wanted += ["%s.%s" % (group, code) for code in re.findall(r'"([\w-]+)"', listed)]
        wanted += ["method." + code for codes in re.findall(r"methods: \[([^]]*)\]", kits) for code in re.findall(r'"([\w-]+)"', codes)]
        self.assertEqual([key for key in wanted if key not in words], [])

    def test_the_page_is_small_and_asks_nobody_else(self):
        total = 0
        for path in glob.glob(os.path.join(PAGE, "*.*")):
            text = read(path)
            total += len(text.encode())
            outside = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text)) - {"http://www.w3.org"}
            self.assertEqual(outside, set(), path)
            if path.endswith(".html"):
                self.assertIsNone(re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", text), path)
        print("%d bytes, uncompressed" % total)
        self.assertLess(total, 300 * 1000)


if __name__ == "__main__":
    main()
