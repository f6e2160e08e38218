#!/usr/bin/python3
# begun first
"""A field test by the command: what was typed outlives kill -9 at any moment, and its results are at the centre, once.

begin -> typed kits -> settled probe values -> a bag that takes a day -> end -> results -> the bag's result, after a restart.
"""

import csv
import os
import random
import signal
import threading
import time

from chain import SOAK, LabTest, main, wholelab

LIMITS = os.path.join(os.path.dirname(wholelab.DRIVERS), "config", "limits")
MEETS, FAILS_DETECTED, CANNOT_JUDGE = 1, 4, 6
NEVER_CHECKED = 20
TRAINING = 5


class FieldTest(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=2)

    def setUp(self):
        super().setUp()
        self.lab.conf_text = ('\nlimits = { folder = "%s"; sets = "nsdwq-2010,who-2022"; signatures = "%s"; };\n'
                              % (LIMITS, os.path.join(self.folder, "signed.csv")))

    def sample(self, *args):
        return self.lab.waterlab("sample", *args)

    def state(self, number):
        return self.lab.ask("sample-show", sample=number)

    def typed(self, sample):
        return [(e["parameter"], e["value"]) for e in sample["entries"] if e["origin"] in ("kit", "bag")]

    def a_day(self, kind, rows_of):
        store = self.store_with(kind, "receipt_s = 2;")
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        store.stop()    # no network
        self.sample("begin", "--new", "Handpump at the school", "--source", "borehole_tubewell", "--position", "consumer",
                    "--treated", "yes", "--by", "Gul Khan")
        number = self.lab.ask("samples")["open"][0]["sample"]
        self.sample("enter", "turbidity_ntu", "3", "--method", "tube", "--by", "Gul Khan")
        self.sample("enter", "nitrate_no3", "0.2..0.5", "mg/L", "--method", "strip", "--lot", "A-7", "--by", "Gul Khan")
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.assertEqual(self.typed(self.state(number)), [("turbidity_ntu", "3"), ("nitrate_no3", "0.2..0.5")])
        self.sample("enter", "turbidity_ntu", "6", "--method", "tube", "--by", "Gul Khan")   # read wrongly before
        self.sample("start", "ecoli", "--method", "cbt", "--incubation", "35", "--by", "Gul Khan")
        self.wait_for("settled values", lambda: sum(v["stable"] for v in self.state(number)["live"]) >= 3, 60, 0.5)
        self.sample("end", "--by", "Gul Khan")
        ended = self.state(number)
        self.assertEqual(ended["state"], "waiting")
        self.assertEqual({s["state"] for r in ended["results"] for s in r["stores"]}, {"saved"})
        self.assertGreaterEqual(len(ended["results"]), 6)
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.assertEqual(self.state(number)["results"], ended["results"])
        store.start()   # a network again
        test = ended["pending"][0]["test"]
        self.sample("finish", str(test), "11010", "--by", "Sana Bibi")
        done = self.wait_for("results to be received", lambda: self.received(number), 60, 0.5)
        self.assertEqual(done["state"], "done")
        verdicts = {(r["parameter"], r["value"]): (r["verdict"], r["reason"]) for r in done["results"]}
        self.assertEqual(verdicts["turbidity_ntu", "3"], ("meets", "none"))
        self.assertEqual(verdicts["turbidity_ntu", "6"], ("fails_above", "none"))
        self.assertEqual(verdicts["ecoli", "11010"], ("fails_detected", "none"))
        self.assertIn("ecoli", done["summary"]["failing"])
        self.assertTrue(done["summary"]["alarm"])
        for result in done["results"]:
            if result["parameter"] in ("temperature", "dissolved_oxygen"):
                self.assertEqual(result["verdict"], "cannot_judge", "of an analyzer that nobody checked")
        rows = rows_of(store, self.lab.status()["spool"]["id"])
        self.assertEqual(sorted(r["seq"] for r in rows), sorted(r["result"] for r in done["results"]), "once each")
        begun = done["begun_ms"]
        for row in rows:
            self.assertEqual(row["time"], begun + row["rev"], row)
            self.assertNotIn("purpose", row, "it is routine")
        by_seq = {r["seq"]: r for r in rows}
        for result in done["results"]:
            row = by_seq[result["result"]]
            self.assertEqual((row["parameter"], row["sample"], row["point"]),
                             (result["parameter"], number, done["point"]["point"]))
            if result["parameter"] == "ecoli":
                self.assertEqual((row["verdict"], row["censor"]), (FAILS_DETECTED, 1))
                self.assertGreater(row["value"], 1)
            if result["value"] == "0.2..0.5":
                self.assertEqual((row["value"], row["upper"], row["censor"]), (0.2, 0.5, 4))
            if result["value"] == "3":
                self.assertEqual((row["value"], row["verdict"], row["rev"]), (3, MEETS, 0))
            if result["value"] == "6":
                self.assertEqual(row["rev"], 1)
            if result["parameter"] == "temperature":
                self.assertEqual((row["verdict"], row["reason"] in (1, NEVER_CHECKED)), (CANNOT_JUDGE, True))
        print("%d results at %s, all received" % (len(rows), store.title))
        self.training(lambda number: [r for r in rows_of(store, self.lab.status()["spool"]["id"]) if r["sample"] == number])

    def training(self, rows_of_sample):
        """What was made up to learn on says so at the centre, and alarms nobody here."""
        failing = self.lab.ask("samples")["failing"]
        self.sample("begin", "--new", "Bucket", "--source", "surface_water", "--purpose", "training", "--by", "Gul Khan")
        number = self.lab.ask("samples")["open"][0]["sample"]
        self.sample("enter", "turbidity_ntu", "900", "--method", "tube", "--by", "Gul Khan")
        self.sample("end", "--by", "Gul Khan")
        ended = self.wait_for("its results to be received", lambda: self.received(number), 60, 0.5)
        self.assertIn("turbidity_ntu", ended["summary"]["failing"])
        self.assertEqual(self.lab.ask("samples")["failing"], failing)
        rows = rows_of_sample(number)
        self.assertEqual({r["purpose"] for r in rows}, {TRAINING})
        self.assertEqual(len(rows), len(ended["results"]))

    def received(self, number):
        sample = self.state(number)
        states = [s["state"] for r in sample["results"] for s in r["stores"]]
        return sample if states and set(states) == {"received"} and sample["state"] == "done" else None

    def test_a_day_into_influxdb(self):
        self.a_day(wholelab.InfluxDB, self.rows_of_influxdb)

    def test_a_day_into_victoriametrics(self):
        self.a_day(wholelab.VictoriaMetrics, self.rows_of_victoriametrics)

    NUMBERS = ("seq", "rev", "sample", "point", "verdict", "reason", "censor", "value", "upper", "purpose")

    def rows_of_influxdb(self, store, spool):
        rows = []
        q = "SELECT %s FROM result WHERE spool='%s' GROUP BY parameter, method" % (", ".join(self.NUMBERS), spool)
        for row in csv.DictReader(store.query(q).decode().splitlines()):
            tags = dict(t.split("=", 1) for t in row["tags"].split(","))
            rows.append(dict({k: float(row[k]) for k in self.NUMBERS if row.get(k)}, time=int(row["time"]),
                             parameter=tags["parameter"]))
        kinds = store.query("SHOW FIELD KEYS FROM result").decode().splitlines()[1:]
        self.assertEqual({line.rsplit(",", 1)[1] for line in kinds}, {"integer", "float"}, "no words as fields")
        return rows

    def rows_of_victoriametrics(self, store, spool):
        rows = {}
        for name in self.NUMBERS:
            for key, value in store.series("result_" + name, spool, ("parameter", "method")):
                rows.setdefault(key, dict(parameter=key[0], time=key[2]))[name] = value
        return list(rows.values())

    def test_asked_again_after_a_lost_answer(self):
        """Typed while the daemon is killed again and again, each with its token until it is answered: each is there once."""
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        begin = dict(purpose="routine", by="Gul Khan", token="begin",
                     new_point=dict(name="Spring", source_type="protected_spring", position="source", treated=False))
        number = self.lab.ask("sample-begin", **begin)["sample"]
        troubles, pauses = [], random.Random(self.random.random())

        def technician():
            try:
                for i in range(int(40 * SOAK)):
                    self.insist("sample-enter", sample=number, parameter="ph", value="7.%02d" % i, method="strip",
                                by="Gul Khan", token="t-%d" % i)
                    time.sleep(pauses.uniform(0.02, 0.25))
                    self.assertEqual(self.insist("sample-begin", **begin)["sample"], number)
            except Exception as trouble:
                troubles.append(trouble)

        typing = threading.Thread(target=technician)
        typing.start()
        kills = 0
        while typing.is_alive():
            typing.join(self.random.uniform(0.05, 0.4))
            self.lab.daemon.end(signal.SIGKILL)
            self.lab.start_daemon(wait=False)
            kills += 1
        self.assertEqual(troubles, [])
        self.wait_for("the daemon to answer", lambda: self.lab.try_status(), 20)
        print("%d kills" % kills)
        entries = self.typed(self.state(number))
        self.assertEqual(entries, [("ph", "7.%02d" % i) for i in range(int(40 * SOAK))])

    def insist(self, ask, **words):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                answer = self.lab.ask(ask, **words)
                if "error" not in answer:
                    return answer
            except (OSError, ValueError):
                time.sleep(0.02)
        self.fail("no answer to %s in a minute" % ask)

    def test_wrong_words_are_said_and_nothing_is_recorded(self):
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        new = dict(name="Spring", source_type="protected_spring")
        good = dict(purpose="routine", by="Gul Khan", new_point=new)
        last = self.lab.ask("sample-begin", token="a", **good)["sample"]
        enter = dict(sample=last, parameter="ph", value="7", method="strip", by="Gul Khan")
        wrong = (
            ("sample-begin", dict(good, token=""), "token"), ("sample-begin", dict(good, token="a b"), "token"),
            ("sample-begin", dict(good, token="b", by=""), "\"by\" is missing"),
            ("sample-begin", dict(good, token="b", purpose="picnic"), "purpose"),
            ("sample-begin", dict(good, token="b", activity="play"), "activity"),
            ("sample-begin", dict(good, token="b", new_point=dict(new, name="")), "no name"),
            ("sample-begin", dict(good, token="b", new_point=dict(new, source_type="tap")), "source_type"),
            ("sample-begin", dict(good, token="b", new_point=dict(new, position="left")), "position"),
            ("sample-begin", dict(good, token="b", new_point=dict(new, treated="yes")), "treated"),
            ("sample-begin", dict(purpose="routine", by="Gul Khan", token="b", point=99999), "which point"),
            ("sample-enter", dict(enter, token="c", sample=99999), "no sample 99999"),
            ("sample-enter", dict(enter, token="c", sample="x"), "its number"),
            ("sample-enter", dict(enter, token="c", parameter="phlogiston"), "no parameter"),
            ("sample-enter", dict(enter, token="c", value="seven"), "is no value"),
            ("sample-enter", dict(enter, token="c", unit="mg/L"), "cannot be in"),
            ("sample-enter", dict(enter, token="c", mdl="little"), "\"little\" is no detection limit"),
            ("sample-enter", dict(enter, token="c", dilution="0.5"), "\"0.5\" is no dilution"),
            ("sample-enter", dict(enter, token="c", dilution="10"), "ph cannot be counted back from diluted water"),
            ("sample-enter", dict(enter, token="c", parameter="arsenic", unit="ΜG/L"), "its M is Greek"),
            ("sample-enter", dict(enter, token="c", parameter="nitrate_no3", unit="mg/L NO3-N"), "enter it as nitrate_n"),
            ("sample-enter", dict(enter, token="c", parameter="tds", value="20000", unit="ppm"), "ppm is by weight"),
            ("sample-enter", dict(enter, token="c", parameter="tds", value="1,250", unit="mg/l"), "in two ways"),
            ("sample-enter", dict(enter, token="c", parameter="arsenic", mdl="1,000"), "in two ways"),
            ("sample-enter", dict(enter, token="c", method=""), "method"),
            ("sample-enter", dict(enter, token="c", lot="x" * 60), "at most"),
            ("sample-enter", dict(enter, token="c", by="a;b"), "without ';'"),
            ("sample-enter", dict(enter, token="c", by="Gul Kh\u0430n"), "a name is in Latin letters or in Urdu ones"),    # Cyrillic
            ("sample-take", dict(sample=last, unit="none", parameter="ph", by="Gul Khan", token="c"), "no analyzer"),
            ("sample-start", dict(sample=last, parameter="ecoli", method="cbt", by="Gul Khan", token="c"), "hours"),
            ("sample-finish", dict(test=99999, bag="11010", by="Gul Khan", token="c"), "no test"),
            ("sample-cancel", dict(sample=last, by="Gul Khan", token="c"), "reason"),
        )
        for ask, words, said in wrong:
            answer = self.lab.ask(ask, **words)
            self.assertIn(said, answer.get("error", ""), (ask, words, answer))
        odd = self.lab.ask("sample-enter", **dict(enter, token="d", value="77"))
        self.assertIn("outside what water shows", odd["question"])
        self.assertEqual(self.typed(self.state(last)), [])
        sure = self.lab.ask("sample-enter", **dict(enter, token="d", value="77", sure=True))
        self.assertEqual(self.typed(sure), [("ph", "77")])

    def test_numbers_and_units_as_people_type_them(self):
        """What means the same is kept, judged and sent as the same."""
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        number = self.lab.ask("sample-begin", token="a", purpose="routine", by="Gul Khan",
                              new_point=dict(name="Handpump", source_type="borehole_tubewell"))["sample"]
        for i, (parameter, value, unit, kept) in enumerate((
                ("arsenic", "۱۲٫۵", "µg/l", ("12.5", "ug/L")), ("arsenic", "<0,01", "MG/L", ("<0.01", "mg/L")),
                ("conductivity", "1.413", "MS/CM", ("1.413", "mS/cm")), ("temperature", "٢٥", "° C", ("25", "Cel")),
                ("nitrate_n", "3", "mg/L NO3-N", ("3", "mg/L")), ("tds", "350", "PPM", ("350", "[ppm]")),
                ("turbidity_ntu", "0.2..۰٫۵", "ntu", ("0.2..0.5", "{NTU}")), ("ecoli", "12", "CFU/100 ml", ("12", "/(100.mL)")))):
            answer = self.lab.ask("sample-enter", sample=number, parameter=parameter, value=value, unit=unit, method="kit", by="Gul Khan",
                                  token="e%d" % i)
            self.assertIn("entries", answer, (value, unit, answer))
            self.assertEqual((answer["entries"][-1]["value"], answer["entries"][-1]["unit"]), kept)

    def test_two_points_of_one_name_are_two(self):
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        begin = dict(purpose="routine", by="Gul Khan", new_point=dict(name="Handpump", source_type="borehole_tubewell"))
        first = self.lab.ask("sample-begin", token="one", **begin)
        asked = self.lab.ask("sample-begin", token="two", **begin)
        self.assertIn("is this really another one?", asked["question"])
        second = self.lab.ask("sample-begin", token="two", sure=True, **begin)
        self.assertNotEqual(first["point"]["point"], second["point"]["point"])
        again = self.lab.ask("sample-begin", token="one", **begin)
        self.assertEqual((again["sample"], again["point"]), (first["sample"], first["point"]))
        self.assertEqual(len(self.lab.ask("points")["points"]), 2)

    def test_only_this_water_and_only_now(self):
        """Neither what an analyzer said of the water before, nor what it said before it fell silent."""
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        begin = dict(purpose="routine", by="Gul Khan", new_point=dict(name="Spring", source_type="protected_spring"))
        self.sample("begin", "--new", "Spring", "--source", "protected_spring", "--by", "Gul Khan")
        number = self.lab.ask("samples")["open"][0]["sample"]
        self.wait_for("settled values", lambda: sum(v["stable"] for v in self.state(number)["live"]) >= 3, 60, 0.5)
        unit, parameter = next((v["unit"], v["parameter"]) for v in self.state(number)["live"] if v["stable"])
        self.lab.fault("bench-1 mute 600s")
        other = self.lab.ask("sample-begin", token="other", sure=True, **begin)
        self.assertEqual([(v["value"], v["stable"]) for v in other["live"]], [(None, False)] * len(other["live"]))
        take = dict(sample=other["sample"], unit=unit, parameter=parameter, by="Gul Khan")
        self.assertIn("shows no value of it", self.lab.ask("sample-take", token="take", **take)["error"])
        ended = self.lab.ask("sample-end", sample=other["sample"], by="Gul Khan", token="end")
        self.assertEqual(ended["results"], [])

    def test_readings_are_the_samples_while_it_runs(self):
        self.lab.start()
        self.wait_for("values", lambda: self.saved() > 5)
        self.sample("begin", "--new", "Spring", "--source", "protected_spring", "--by", "Gul Khan")
        number = self.lab.ask("samples")["open"][0]["sample"]
        begun = self.saved()
        self.wait_for("readings of it", lambda: self.saved() > begun + 20)
        self.sample("cancel", "--reason", "the rope broke", "--by", "Gul Khan")
        after = self.saved()
        self.wait_for("readings after it", lambda: self.saved() > after + 20)
        contexts = [(int(r["seq"]), r["context"]) for r in self.lab.exported() if r["stream"] == "readings"]
        during = [c for seq, c in contexts if begun + 10 < seq <= after - 10]
        self.assertEqual(set(during), {"sample"})
        self.assertEqual(contexts[0][1], "idle")
        self.assertEqual(contexts[-1][1], "idle")
        self.assertEqual(self.state(number)["state"], "cancelled")


if __name__ == "__main__":
    main()
