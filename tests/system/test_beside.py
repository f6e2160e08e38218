#!/usr/bin/python3
"""What is taken beside a sample says something of it, through kill -9 and into a real store: a replicate, a blank, a spike and a
reference move a verdict in the careful direction only, nothing that was sent is rewritten, and none of them looks like the point's water."""

import csv
import signal

import browser
from chain import main, wholelab
from fieldtest import FieldTest

MEETS, POSSIBLE, CANNOT_JUDGE, NOT_APPLICABLE = 1, 5, 6, 7
QC_SUSPECT, REPLICATE, BLANK, SPIKE = 23, 25, 26, 27


class Samples(FieldTest):
    sets = "who-1996,who-2022"

    def ended(self, *values, purpose="routine", **begin):
        if "parent" not in begin:
            begin["new_point"] = dict(name="Handpump", source_type="borehole_tubewell", position="consumer", treated=True)
        number = self.ask("sample-begin", purpose=purpose, sure=True, **begin)["sample"]
        for parameter, value, *known in values:
            self.ask("sample-enter", sample=number, parameter=parameter, value=value, method="kit", known=(known or [None])[0], sure=True)
        self.ask("sample-end", sample=number)
        return number

    def verdicts(self, number):
        return {r["parameter"]: (r["verdict"], r["reason"]) for r in self.state(number)["results"]
                if r["counts"] and r["method"] == "kit"}


class Beside(Samples):
    def rows(self, store, number):
        q = ("SELECT seq, rev, status, verdict, reason, as_if, parent, value, known FROM result WHERE sample=%d GROUP BY parameter, method"
             % number)
        rows = []
        for row in csv.DictReader(store.query(q).decode().splitlines()):
            tags = dict(t.split("=", 1) for t in row["tags"].split(","))
            if tags["method"] == "kit":
                rows.append(dict({k: float(v) for k, v in row.items() if v and k not in ("name", "tags")}, parameter=tags["parameter"]))
        return rows

    def test_a_sample_and_what_is_beside_it(self):
        store = self.store_with(wholelab.InfluxDB, "receipt_s = 2;")
        self.lab.start()
        parent = self.ended(("nitrate_no3", "60"), ("arsenic", "8"), ("fluoride", "1"), ("ecoli", "not detected"))
        before = self.verdicts(parent)
        self.assertEqual(before, dict(nitrate_no3=("fails_above", "none"), arsenic=("meets", "none"), fluoride=("meets", "none"),
                                      ecoli=("cannot_judge", "qc_suspect")))
        blank = self.ended(("nitrate_no3", "30"), ("ecoli", "not detected"), activity="blank", parent=parent)
        replicate = self.ended(("arsenic", "12"), ("fluoride", "1.1"), activity="replicate", parent=parent)
        spike = self.ended(("fluoride", "1.5", "1"), activity="spike", parent=parent)
        after = dict(nitrate_no3=("possible_failure", "blank"), arsenic=("possible_failure", "replicate"),
                     fluoride=("cannot_judge", "spike"), ecoli=("cannot_judge", "qc_suspect"))
        self.assertEqual(self.verdicts(parent), after)
        self.assertEqual(self.state(replicate)["point"], self.state(parent)["point"], "where no other is said")
        summary = self.state(parent)["summary"]
        self.assertEqual((summary["failing"], sorted(summary["possible"])), ([], ["arsenic", "nitrate_no3"]))
        self.assertIsNone(self.state(blank)["summary"])
        self.assertEqual(self.state(blank)["history"], [])
        failing = [(f["sample"], f["parameter"]) for f in self.lab.ask("samples")["failing"]]
        self.assertEqual(sorted(failing), [(parent, "arsenic"), (parent, "nitrate_no3"), (replicate, "arsenic")])
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.assertEqual(self.verdicts(parent), after)
        self.assertEqual(set(self.verdicts(spike).values()), {("not_applicable", "not_water")})
        self.said(parent, blank, spike)
        self.sent(store, parent, spike)

    def said(self, parent, blank, spike):
        for view in (("show", "--sample", str(parent)), ("slip", str(parent))):
            words = " ".join(self.lab.waterlab("sample", *view).split())
            for part in ("blank, sample %d: 30 mg/L; found in water that has none" % blank, "12 µg/L fails_above, 40 % apart; the one fails",
                         "1.1 mg/L meets, 10 % apart; close", "spike, sample %d: 1.5 mg/L, recovery 50 %%; less was found" % spike,
                         "recorded and sent as fails_above", "nothing found"):
                self.assertIn(part, words)
        own = " ".join(self.lab.waterlab("sample", "slip", str(spike)).split())
        for part in ("spike beside sample %d" % parent, "added 1 mg/L", "which has 1 mg/L, recovery 50 %"):
            self.assertIn(part, own)
        self.assertNotIn("no failure in", own)

    def sent(self, store, parent, spike):
        """What was sent stays; what a second person has looked at is sent as it was seen."""
        was = dict(nitrate_no3=2, arsenic=MEETS, fluoride=MEETS, ecoli=CANNOT_JUDGE)
        self.wait_for("results in the store", lambda: len(self.rows(store, parent)) == 4, 60, 0.5)
        self.assertEqual({r["parameter"]: r["verdict"] for r in self.rows(store, parent)}, was)
        self.ask("sample-verify", sample=parent, by="Sana Bibi")
        rows = self.wait_for("verified ones", lambda: self.all_of(store, parent, 8), 60, 0.5)
        self.assertEqual({r["parameter"]: r["verdict"] for r in rows if not r["rev"]}, was, "nothing is rewritten")
        self.assertEqual({r["parameter"]: (r["verdict"], r.get("reason")) for r in rows if r["rev"]},
                         dict(nitrate_no3=(POSSIBLE, BLANK), arsenic=(POSSIBLE, REPLICATE), fluoride=(CANNOT_JUDGE, SPIKE),
                              ecoli=(CANNOT_JUDGE, QC_SUSPECT)))
        own = self.rows(store, spike)[0]
        self.assertEqual((own["parent"], own["known"], own["value"], own["verdict"]), (parent, 1, 1.5, NOT_APPLICABLE))

    def all_of(self, store, number, n):
        rows = self.rows(store, number)
        return rows if len(rows) == n else None

    def test_a_replicate_that_meets_clears_no_failure(self):
        self.lab.start()
        parent = self.ended(("nitrate_no3", "60"))
        replicate = self.ended(("nitrate_no3", "40"), activity="replicate", parent=parent)
        self.assertEqual(self.verdicts(parent)["nitrate_no3"], ("fails_above", "none"))
        self.assertEqual(self.verdicts(replicate)["nitrate_no3"], ("possible_failure", "replicate"))
        self.assertEqual([h["parameter"] for h in self.state(replicate)["history"]], [], "it is no retest of its own visit")
        number = self.ask("sample-begin", purpose="routine", point=self.state(parent)["point"]["point"])["sample"]
        past = self.state(number)["history"]
        self.assertEqual([(h["parameter"], h["retest_of"]) for h in past], [("nitrate_no3", parent)])

    def test_what_comes_after_it_was_verified(self):
        """It is said, with the way to send it: the same value as a correction, verified anew."""
        self.lab.start()
        parent = self.ended(("nitrate_no3", "40"))
        self.ask("sample-verify", sample=parent, by="Sana Bibi")
        self.ended(("nitrate_no3", "90"), activity="replicate", parent=parent)
        self.assertEqual(self.verdicts(parent)["nitrate_no3"], ("possible_failure", "replicate"))
        slip = " ".join(self.lab.waterlab("sample", "slip", str(parent)).split())
        self.assertIn("recorded and sent as meets; verified as that, before this was known: correct it (the same value will do", slip)
        entry = next(r for r in self.state(parent)["results"] if r["counts"])["entry"]
        self.ask("sample-amend", sample=parent, entry=entry, value="40", reason="its replicate fails")
        self.ask("sample-verify", sample=parent, by="Sana Bibi")
        result = next(r for r in self.state(parent)["results"] if r["counts"])
        self.assertEqual((result["verdict"], result["status"], result.get("recorded")), ("possible_failure", "verified", None))

    def test_what_analyzers_read_of_a_blank_is_no_water_of_the_point(self):
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        new = dict(name="Handpump", source_type="borehole_tubewell")
        for activity in ("blank", "replicate"):
            number = self.ask("sample-begin", purpose="routine", activity=activity, new_point=new, sure=True)["sample"]
            begun = self.saved()
            self.wait_for("readings of it", lambda: self.saved() > begun + 20)
            last = self.saved()
            self.ask("sample-end", sample=number)
            contexts = {r["context"] for r in self.lab.exported() if r["stream"] == "readings" and begun + 5 < int(r["seq"]) <= last - 5}
            self.assertEqual(contexts, {"idle" if activity == "blank" else "sample"})

    def test_what_makes_no_sense_is_refused(self):
        self.lab.start()
        parent = self.ended(("nitrate_no3", "60"))
        begin = dict(purpose="routine", by="Gul Khan", token="x", activity="replicate", parent=parent)
        new = dict(name="Elsewhere", source_type="borehole_tubewell")
        self.assertIn("same water as its parent", self.lab.ask("sample-begin", new_point=new, **begin)["error"])
        self.assertEqual([p["name"] for p in self.lab.ask("points")["points"]], ["Handpump"], "no point is made by what was refused")
        number = self.lab.ask("sample-begin", **begin)["sample"]
        self.assertEqual(self.lab.ask("sample-begin", **begin)["sample"], number, "asked again")
        enter = dict(sample=number, parameter="nitrate_no3", method="kit", value="40", by="Gul Khan", token="y")
        self.assertIn("only of a spike or a reference", self.lab.ask("sample-enter", known="5", **enter)["error"])
        for known in ("0", "-1", "<5", "much"):
            self.assertIn("number above 0", self.lab.ask("sample-enter", known=known, **enter)["error"])


class OnThePage(Samples):
    def test_what_is_beside_it_on_the_page(self):
        """A spike is entered on the page with what was added; what it says stands beside the parent's result, and on both slips."""
        if browser.missing():
            self.skipTest(browser.missing())
        self.lab.start()
        parent = self.ended(("nitrate_no3", "10"), ("arsenic", "8"))
        self.ended(("arsenic", "12"), activity="replicate", parent=parent)
        self.ended(("nitrate_no3", "60"), purpose="training")
        console = browser.Console(self.lab)
        self.addCleanup(console.end)
        page = browser.Browser(self.folder, "phone", "en")
        self.addCleanup(page.end)
        spike = self.ask("sample-begin", purpose="routine", activity="spike", parent=parent)["sample"]
        page.driver.get("%s#sample" % console.url)
        page.type("[data-field=by]", "Gul Khan")
        page.driver.get("%s#sample/%d/kits" % (console.url, spike))
        page.choose("[data-field=parameter]", "nitrate_no3")
        page.choose("[data-field=method]", "strip")
        page.type("[data-field=value]", "60")
        page.type("[data-field=held]", "10")
        page.looked_at(self, "spike-en")
        page.tap("form[data-do=enter] button[type=submit]")
        self.wait_for("the entry", lambda: self.state(spike)["entries"])
        self.ask("sample-end", sample=spike)
        page.driver.get("%s#sample/%d/result" % (console.url, spike))
        page.wait_text("Added:", ".results")
        page.driver.get("%s#slip/%d" % (console.url, parent))
        page.wait_text("The one fails, the other does not", "table.slip")
        for words in ("40 % apart", "12\u00a0µg/L", "Recorded and sent as: Within the limit", "Possible failure"):
            self.assertIn(words, page.text("table.slip"))
        page.looked_at(self, "beside-slip-en")
        page.driver.get("%s#sample/%d/result" % (console.url, parent))
        page.wait_text("Another sample of the same water fails, or may.", ".results")
        self.assertIn("arsenic", page.text("#alarm, .alarm").lower())
        page.tap("[data-language=ur]")
        page.wait_text("ایک ناکام، دوسرا نہیں", ".results")
        page.looked_at(self, "beside-ur")
        self.assertEqual(page.complaints(), [])


if __name__ == "__main__":
    main()
