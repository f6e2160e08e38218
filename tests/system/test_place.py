#!/usr/bin/python3
# begun first
"""Where every reading was made: a simulated receiver through a real gpsd and on a line of its own, faults in the
sky, a person who says where the van is, and what of it leaves the van."""

import csv
import io
import os
import signal
import subprocess

from chain import LabTest, compare, main, wholelab

PLACES = os.path.join(wholelab.TOP, "config", "places.csv")
KMH, LAPSE = 60, 60


class Placed(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=4)

    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)  # gpsd, started by root, works as somebody else
        self.boundaries = os.path.join(self.folder, "boundaries")
        source = os.path.join(self.folder, "invented.geojson")
        with open(source, "w") as f:
            subprocess.run([os.path.join(wholelab.HERE, "invented-boundaries"), PLACES], stdout=f, check=True)
        subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "boundaries", "install", source, "--accept",
                        "--to", self.boundaries, "--places", PLACES, "--edition", "invented"],
                       stdout=subprocess.DEVNULL, check=True)

    def receiver(self, route, lapse=1, through_gpsd=False, more=""):
        self.lab.add_receiver(route, KMH, lapse, through_gpsd,
                              'boundaries = "%s"; places = "%s"; %s' % (self.boundaries, PLACES, more))

    def place(self):
        return self.lab.status()["place"]

    def wait_origin(self, origin, seconds=20):
        self.wait_for("the place to be " + origin, lambda: self.place()["origin"] == origin, seconds)

    def exported_readings(self):
        return [r for r in self.lab.exported() if r["stream"] == "readings"]

    def tagged(self, rows):
        """The same positions through the command: {seq: (code, border_m, neighbour)}."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(("seq", "position"))
        writer.writerows((r["seq"], r["position"]) for r in rows)
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "district", "--boundaries", self.boundaries],
                              input=text.getvalue(), capture_output=True, text=True, check=True)
        return {r["seq"]: (r["district_code"], float(r["border_m"]), r["neighbour"])
                for r in csv.DictReader(io.StringIO(done.stdout))}


class ThroughGpsd(Placed):
    def drive(self, kind, more_store=""):
        self.need(kind)
        self.need(wholelab.Gpsd)
        self.receiver("border", LAPSE, True, "fastest_kmh = %d;" % (2 * KMH * LAPSE))
        store = kind(self.folder)
        store.start()
        self.lab.stores.append(store)
        self.lab.add_store_text("province", store.flavour, store.url, more_store)
        self.lab.start()
        self.wait_origin("gps")
        seen = set()
        self.wait_for("both sides of the border", lambda: seen.add(self.place()["district"]) or
                      {"PK528", "PK526"} <= seen, 60)
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 60)
        rows = self.exported_readings()
        return store.places(self.lab.status()["spool"]["id"]), rows

    def check_rows(self, rows):
        """Positions are where the van was; districts, doubts and distances what the command says of them."""
        wrong, compared = compare.compare_driven(rows, compare.truly_driven(self.lab.driven))
        self.assertEqual(wrong, [])
        self.assertGreater(compared, 50)
        placed = [r for r in rows if r["origin"] == "gps"]
        tags = self.tagged(placed)
        marked = whole = 0
        for r in placed:
            code, border_m, neighbour = tags[r["seq"]]
            # A fix whose error gpsd does not know yet is taken to be 100 m off.
            reach = float(r["eph_m"] or 100) + 2200
            self.assertEqual(r["district"], code)
            # gpsd, held up in the midst of a second's sentences, reports the half it has: two dimensions.
            self.assertIn(r["mode"], ("2", "3"))
            whole += r["mode"] == "3"
            self.assertLess(float(r["fix_age_s"]), 30)
            if abs(border_m - reach) > 1:
                self.assertEqual(r["near"], neighbour if border_m < reach else "", r)
            if r["border_m"]:
                self.assertAlmostEqual(float(r["border_m"]), border_m, delta=1)
                marked += 1
        self.assertGreater(marked, 0)
        self.assertGreater(whole, 0.9 * len(placed))
        print("%d readings with a position, %d near the border" % (compared, marked))

    def test_over_the_border_into_influxdb(self):
        stored, rows = self.drive(wholelab.InfluxDB)
        self.check_rows(rows)
        for r in rows:
            self.assertEqual(stored[int(r["seq"])], (r["district"] or "none", r["near"], None),
                             "tags as saved, and no coordinates of a van on its way")

    def test_positions_leave_when_that_is_configured(self):
        stored, rows = self.drive(wholelab.VictoriaMetrics, 'positions = "always";')
        self.check_rows(rows)
        for r in rows:
            district, near, lat = stored[int(r["seq"])]
            self.assertEqual((district, near), (r["district"] or "none", r["near"]))
            if r["origin"] == "gps":
                self.assertAlmostEqual(lat, float(r["position"].split()[0]), places=6)

    def test_gpsd_goes_and_comes(self):
        self.need(wholelab.Gpsd)
        self.receiver("park:35.9201,74.3102", 1, True, "stale_moving_s = 2;")
        self.lab.start()
        self.wait_origin("gps")
        self.lab.gpsd.end()
        self.wait_origin("none")
        self.assertIn("does gpsd run?", self.place()["words"])
        self.lab.start_gpsd()
        self.wait_origin("gps")


class OnItsOwnLine(Placed):
    def test_no_sky_and_a_person_who_knows(self):
        self.receiver("park:36.3167,74.65", more="stale_moving_s = 2; stale_parked_s = 2;")
        self.lab.start()
        self.wait_origin("gps")
        self.assertEqual(self.place()["district"], "PK308")
        self.lab.fault("gps no-sky 600s")
        self.wait_origin("none")
        self.assertIn("no fix", self.place()["words"])
        # The last fix is stale, but the van has not gone 34 km since; one that knows of no fix believes the person.
        with self.assertRaisesRegex(wholelab.Trouble, "in PK308, 34.4 km from PK306; it can have gone"):
            self.lab.waterlab("place", "enter", "--district", "hunza", "--reason", "in the gorge")
        self.lab.daemon.end()
        self.lab.start_daemon()
        self.lab.waterlab("place", "enter", "--district", "hunza", "--reason", "in the gorge")
        self.wait_origin("entered")
        self.assertEqual((self.place()["district"], self.place()["lat"]), ("PK306", None))
        before = self.saved()
        self.wait_for("readings made there", lambda: self.saved() > before + 5)
        # The daemon alone is killed: what was entered still holds.
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.assertEqual(self.place()["origin"], "entered")
        self.assertEqual(self.place()["entry"]["reason"], "in the gorge")
        self.lab.waterlab("place", "enter", "--at", "36.3,74.7", "--error", "500", "--reason", "bridge")
        self.assertEqual((self.place()["district"], self.place()["eph_m"]), ("PK308", 500))
        self.lab.waterlab("place", "forget")
        self.wait_origin("none")
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        self.assertEqual(self.place()["origin"], "none", "what was taken back stays so")
        # What the receiver refutes is over for good, over a power cut too.
        self.lab.waterlab("place", "enter", "--district", "hunza", "--reason", "a slip")
        self.wait_origin("entered")
        self.lab.fault("gps ok")
        self.wait_origin("gps")
        self.wait_for("the entry to be dropped", lambda: self.place()["entry"] is None)
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.fault("gps no-sky 600s")
        self.lab.start_daemon()
        self.assertEqual((self.place()["origin"], self.place()["entry"]), ("none", None))
        self.lab.fault("gps ok")
        self.wait_origin("gps")
        rows = self.exported_readings()
        self.assertEqual({r["district"] for r in rows if r["origin"] == "entered" and not r["position"]}, {"PK306"})
        self.assertEqual({r["district"] for r in rows if r["origin"] == "none"}, {""})
        ledger = self.lab.waterlab("spool", "export", "--stream", "ledger")
        self.assertIn("in the gorge", ledger)
        self.assertIn("the receiver says that the van is elsewhere", ledger)
        self.assertIn(",boundaries,", ledger)

    def test_every_fault_of_a_receiver(self):
        """Whatever the receiver does, no reading has a position where the van was not."""
        self.receiver("kkh", more="stale_moving_s = 3;")
        self.lab.start()
        self.wait_origin("gps")
        for fault in ("cold 4s", "jump 20 4s", "checksum 3s", "binary 3s", "stuck 8s", "frozen 6s", "mute 4s",
                      "rollover 3s", "late 1500ms 4s", "no-sky 3s"):
            print("gps " + fault, flush=True)
            before = self.saved()
            self.lab.fault("gps " + fault)
            self.wait_for("readings meanwhile", lambda: self.saved() > before + 8)
        self.lab.fault("gps ok")
        self.wait_origin("gps", 40)
        self.lab.labsim.end()
        self.wait_for("all to be saved", self.lab.drained)
        # At 60 km/h the van gets on 17 m a second; a stuck receiver is found out after seconds.
        wrong, compared = compare.compare_driven(self.exported_readings(),
                                                  compare.truly_driven(self.lab.driven), 150)
        self.assertEqual(wrong, [])
        self.assertGreater(compared, 20)

    def test_no_boundaries(self):
        self.boundaries = os.path.join(self.folder, "absent")
        self.receiver("park:35.9201,74.3102")
        self.lab.start()
        self.wait_origin("gps")
        place = self.place()
        self.assertIsNone(place["district"])
        self.assertIn("Gilgit", place["hint"])
        self.assertIn("boundaries install", place["boundaries_words"])
        before = self.saved()
        self.wait_for("readings", lambda: self.saved() > before + 3)
        self.assertEqual({r["district"] for r in self.exported_readings()}, {""})


if __name__ == "__main__":
    main()
