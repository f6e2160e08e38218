#!/usr/bin/python3
"""The texts and the weight of the officials' map: one glossary with the technician's page, each text in both languages, nothing
called safe, nothing asked of third parties, small enough for a slow link."""

import glob
import gzip
import json
import os
import re
import unittest

import map_fixture
import test_page_words
from chain import TOP, main, wholelab

BUILT = os.path.join(os.path.dirname(wholelab.BIN), "map-page")
PAGE = os.path.join(TOP, "tools", "heatmap", "page")
MOST = 300 * 1000    # bytes compressed, page and first data
read = test_page_words.read


def words_in(folder):
    return {os.path.basename(p)[6:-5]: json.loads(read(p)) for p in sorted(glob.glob(os.path.join(folder, "words.*.json")))}


# Words of the field that both pages use: in English, and how the technician's page has them in Urdu, before its endings.
TERMS = {"limit": "حد", "point": "مقام", "sample": "نمون", "district": "ضلع|اضلاع", "analyzer": "آل[ہےا]", "laborator": "لیبارٹری", "screening": "فوری جانچ",
         "possible failure": "ممکنہ ناکامی", "verdict": "فیصل", "retest": "دوبارہ (نہیں )?جانچ", "source": "ذریع|ذرائع",
         "result": "نتیج|نتائج", "method": "طریق", "month": "مہین", "fails?": "ناکام"}


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.own, cls.built, cls.console = words_in(PAGE), words_in(BUILT), words_in(test_page_words.PAGE)
        cls.scripts = "\n".join(read(p) for p in glob.glob(os.path.join(PAGE, "*.js")))

    def test_what_both_pages_say_is_one_text(self):
        self.assertEqual(sorted(self.own), sorted(self.console))
        for language, file in self.own.items():
            self.assertEqual(sorted(set(file["words"]) & set(self.console[language]["words"])), [], language)
            self.assertEqual(file["about"], self.console[language]["about"])
            built = self.built[language]
            self.assertEqual(built["about"], file["about"])
            for key, text in built["words"].items():
                self.assertEqual(text, {**self.console[language]["words"], **file["words"]}[key])

    def test_words_of_the_field_are_the_same_on_both_pages(self):
        def used(words, term, urdu):
            """Texts that have the term in English: [key], and those of them that have it in Urdu."""
            plain = {key: re.sub(r"\{\w+\}", "", text) for key, text in words["en"]["words"].items()}
            found = [key for key, text in plain.items() if re.search(r"\b" + term, text, re.I)]
            return found, [key for key in found if re.search(urdu, words["ur"]["words"][key])]
        for term, urdu in TERMS.items():
            found, same = used(self.console, term, urdu)
            self.assertGreater(2 * len(same), len(found), "the technician's page says another word for %s" % term)
            found, same = used(self.own, term, urdu)
            print("%s: %d texts" % (term, len(found)))
            self.assertTrue(found, term)
            self.assertEqual(sorted(set(found) - set(same)), [], "%s is %s on the technician's page" % (term, urdu))
        # What is one text in English is one in Urdu.
        plain = lambda text: text.strip().rstrip(".:۔").lower()  # noqa: E731
        theirs = {}
        for key, text in self.console["en"]["words"].items():
            theirs.setdefault(plain(text), set()).add(plain(self.console["ur"]["words"][key]))
        for key, text in self.own["en"]["words"].items():
            if plain(text) in theirs:
                self.assertIn(plain(self.own["ur"]["words"][key]), theirs[plain(text)], (key, text))

    def test_each_language_has_the_same_texts_and_values(self):
        english = self.built["en"]["words"]
        for language, file in self.built.items():
            self.assertEqual(sorted(file["words"]), sorted(english), language)
            for key, text in file["words"].items():
                self.assertTrue(text.strip(), "%s: %s is empty" % (language, key))
                self.assertEqual(sorted(re.findall(r"\{\w+\}", text)), sorted(re.findall(r"\{\w+\}", english[key])), "%s: %s" % (language, key))

    def test_no_text_calls_water_safe(self):
        for language, file in self.built.items():
            for key, text in file["words"].items():
                self.assertIsNone(re.search(test_page_words.NEVER[language], text, re.I), "%s: %s: %s" % (language, key, text))
        self.assertIsNone(re.search(test_page_words.NEVER["en"], read(os.path.join(BUILT, "index.html"))))

    def test_urdu_is_urdu_with_western_digits(self):
        self.assertIs(self.own["ur"]["about"]["reviewed"], False, "then name the reviewer in tools/heatmap/page/README.md")
        for key, text in self.own["ur"]["words"].items():
            self.assertIsNone(re.search("[\u0660-\u0669\u06f0-\u06f9]", text), key)
            if not key.startswith("short."):    # abbreviations as laboratories write them
                self.assertRegex(text, "[\u0600-\u06ff]", key)

    def test_what_the_page_asks_for_is_there(self):
        asked = set(re.findall(r'\b(?:say|t|choose)\((?:"\w+", )?"([\w.-]+\.[\w.-]+|unreviewed|comma|title|legend|made|old|trouble|broken)"', self.scripts))
        for group, codes in test_page_words.CODES.items():
            if group in ("verdict", "basis", "status"):
                asked |= {"%s.%s" % (group, code) for code in codes.split()}
        states = re.search(r"states = \[\.\.\.fails, ([^]]*)\]", read(os.path.join(PAGE, "cells.js"))).group(1)
        asked |= {"meaning.%s" % code for code in re.findall(r'"(\w+)"', states)} | {"meaning.%s" % code for code in map_fixture.FAILS}
        asked |= {"%s.%s" % (group, code) for group, codes in (
            ("measure", "share median highest points"), ("drawn", "schematic outlines"), ("class", "screening laboratory"), ("sources", "all public private"),
            ("view", "public official labs"), ("line", "international province district control working disputed"), ("screen", "failures map table files labs"), ("state", "stale too_few not_tested"),
            ("short", "fails_above fails_below fails_detected"), ("labs", "never silent sick unsaid well")) for code in codes.split()}
        asked |= {"column.%s" % name for name in re.findall(r'"(\w+)"', re.search(r"const columns = \[([^]]*)\]", self.scripts).group(1))}
        parameters = re.findall(r"^PARAMETER\((\w+),", read(os.path.join(TOP, "src", "model", "parameter.def")), re.M)
        asked |= {"parameter.%s" % code for code in parameters}
        asked |= {key for key in self.console["en"]["words"] if re.match(r"(reason|source|position|method)\.", key)}
        self.assertGreater(len(asked), 200)
        self.assertEqual(sorted(asked - set(self.built["en"]["words"])), [])

    def test_no_own_text_is_left_unused(self):
        groups = r"(measure|drawn|class|sources|view|screen|state|short|labs|column|meaning|line)\."
        unused = [key for key in self.own["en"]["words"] if not re.match(groups, key) and '"%s"' % key not in self.scripts]
        self.assertEqual(unused, [])


class Files(unittest.TestCase):
    def test_nothing_is_asked_of_third_parties_and_no_script_is_inline(self):
        for path in glob.glob(os.path.join(BUILT, "*")):
            text = read(path)
            outside = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text)) - {"http://www.w3.org"}
            self.assertEqual(outside, set(), path)
            self.assertNotRegex(text, r"""(href|src|from|fetch\()\s*[=(]?\s*["'`]/""", "%s: paths are relative" % path)
        html = read(os.path.join(BUILT, "index.html"))
        self.assertIsNone(re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", html))
        self.assertIn("default-src 'none'; script-src 'self'", html)
        for path in glob.glob(os.path.join(PAGE, "*.js")):
            self.assertNotRegex(read(path), r"\bstyle:|\.style\b|innerHTML|\beval\b", path)

    def test_every_module_is_asked_for_at_once(self):
        html = read(os.path.join(BUILT, "index.html"))
        modules = {os.path.basename(p) for p in glob.glob(os.path.join(BUILT, "*.js"))}
        self.assertEqual(set(re.findall(r'modulepreload" href="([^"]+)"', html)), modules)
        for path in glob.glob(os.path.join(BUILT, "*.js")):
            imported = set(re.findall(r'from "\./([\w.]+)"', read(path)))
            self.assertLessEqual(imported, modules, path)

    def test_it_is_small_enough_for_a_slow_link(self):
        season = map_fixture.Season(seed=7).write(os.getcwd())
        packed = {}
        for name, paths in (("page", glob.glob(os.path.join(BUILT, "*"))),
                            ("first data", [os.path.join(season.folder, n) for n in ("index.json", "failures.json", "months/%s.json" % season.periods[-1])])):
            packed[name] = 0
            for path in paths:
                with open(path, "rb") as f:
                    packed[name] += len(gzip.compress(f.read(), 6))
        print("page %(page)d bytes, first data %(first data)d bytes, compressed" % packed)
        self.assertLess(sum(packed.values()), MOST)
        self.assertLess(packed["page"], 80 * 1000)


if __name__ == "__main__":
    main()
