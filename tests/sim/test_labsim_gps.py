#!/usr/bin/python3
"""labsim's satellite receiver, read by bare Python: each sentence, each fault, the routes; and what `waterlab
gps` takes of it in a storm of faults is where the van truly was.
"""

import csv
import json
import math
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import simlab
from simlab import BIN, LABSIM, Serial, wait_for

EARTH_M = 6371008.8
SPEED_M_S = 72 / 3.6


def metres(a, b):
    north = math.radians(b[0] - a[0])
    east = math.radians(b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return EARTH_M * math.hypot(north, east)


class Receiver:
    """labsim --gps in a folder of its own."""

    def __init__(self, *options, route="border", baud=9600):
        self.dir = tempfile.mkdtemp(prefix="labsim-test-")
        self.port, self.log, self.ctl = (os.path.join(self.dir, name) for name in ("gps", "log.csv", "ctl"))
        self.baud = baud
        self.argv = [LABSIM, "--gps", self.port, "--gps-log", self.log, "--ctl", self.ctl, "--route", route,
                     "--gps-baud", str(baud), "--gps-speed", "72", *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line == "ready\n":
                return self
        raise AssertionError("labsim ended: " + self.process.stderr.read())

    def __exit__(self, *_):
        self.process.terminate()
        self.errors = self.process.communicate(timeout=10)[1]
        shutil.rmtree(self.dir)
        if self.process.returncode:
            raise AssertionError("labsim ended with status %d: %s" % (self.process.returncode, self.errors))

    def send(self, *commands, fails=False):
        return simlab.send(self.ctl, *commands, fails=fails)

    def rows(self):
        with open(self.log) as f:
            return [row for row in csv.DictReader(f) if row["state"]]



def read_for(line, seconds, enough=lambda data: False):
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and not enough(data):
        if select.select([line.fd], [], [], max(0, end - time.monotonic()))[0]:
            data += os.read(line.fd, 4096)
    return data


def checksum(body):
    total = 0
    for byte in body:
        total ^= byte
    return b"%02X" % total


def is_sound(sentence):
    return sentence[:1] == b"$" and sentence[-3:-2] == b"*" and checksum(sentence[1:-3]) == sentence[-2:]


def degrees(text, side, digits):
    value = int(text[:digits]) + float(text[digits:]) / 60
    return -value if side in "SW" else value


class Second:
    """What one burst says, taken apart here."""

    def __init__(self, sentences):
        said = {s[3:6]: s[:-3].split(",") for s in sentences}
        self.rmc, self.gga, self.gsa = said["RMC"], said["GGA"], said["GSA"]
        self.fix = self.rmc[2] == "A"
        if self.rmc[9]:
            self.utc_ms = 1000 * int(time.mktime(time.strptime(self.rmc[9] + self.rmc[1][:6], "%d%m%y%H%M%S"))
                                     - time.timezone)
        if self.fix:
            self.place = degrees(self.rmc[3], self.rmc[4], 2), degrees(self.rmc[5], self.rmc[6], 3)
            self.speed = float(self.rmc[7]) * 1852 / 3600


def seconds_of(data):
    """Whole bursts: from one RMC to the next."""
    bursts, current = [], []
    for line in data.decode(errors="replace").split("\r\n"):
        line = line[line.rfind("$"):] if "$" in line else ""
        if not is_sound(line.encode(errors="replace")):
            continue
        if line[3:6] == "RMC" and current:
            bursts.append(current)
            current = []
        current.append(line)
    return [Second(b) for b in bursts + [current] if len(b) == 6]


class Capture(threading.Thread):
    """All that comes on a line, each piece with the boot time at which it came."""

    def __init__(self, line):
        super().__init__()
        self.line, self.pieces, self.done = line, [], False
        self.start()

    def run(self):
        while not self.done:
            if select.select([self.line.fd], [], [], 0.1)[0]:
                try:
                    self.pieces.append((time.clock_gettime_ns(time.CLOCK_BOOTTIME), os.read(self.line.fd, 4096)))
                except OSError:
                    return

    def end(self):
        self.done = True
        self.join()

    def when(self, text):
        """The boot time at which it had come."""
        data = b""
        for at, piece in self.pieces:
            data += piece
            if text in data:
                return at
        raise AssertionError("%r never came" % text)

    def of_second(self, boot_ns):
        """What came from the receiver's word on this second until its word on the next."""
        begin = boot_ns + 60000000
        return b"".join(data for at, data in self.pieces if begin <= at < begin + 1000000000)


class Faults(unittest.TestCase):
    """One after the other, each for some seconds; then each second of each is looked at."""

    SCRIPT = ("ok 2s", "no-sky 2s", "cold 2s", "checksum 2s", "binary 2s", "jump 20 2s", "ok 1s", "stuck 3s",
              "frozen 3s", "rollover 2s", "off -3 2s", "mute 3s", "wander 30 4s", "late 600ms 2s", "ok 2s")

    @classmethod
    def setUpClass(cls):
        cls.sim = Receiver()
        cls.sim.__enter__()
        line = Serial(cls.sim.port, 9600)
        cls.capture = capture = Capture(line)
        for entry in cls.SCRIPT:
            seconds = int(entry.split()[-1][:-1])
            if not entry.startswith("ok"):
                cls.sim.send("gps " + entry)
            n = len(cls.sim.rows())
            wait_for("the seconds of " + entry, lambda n=n, seconds=seconds: len(cls.sim.rows()) >= n + seconds, 20)
        capture.end()
        line.close()
        cls.rows_ = cls.sim.rows()
        cls.seconds = [(row["state"], row, capture.of_second(int(row["boot_ns"]))) for row in cls.rows_[1:-1]]

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__()

    def of(self, state, least=1):
        """(row, what was said, bytes) of the seconds in that state."""
        found = [(row, (seconds_of(data) or [None])[0], data) for said, row, data in self.seconds if said == state]
        self.assertGreaterEqual(len(found), least, state)
        return found

    @staticmethod
    def off_m(row, said):
        return metres(said.place, (float(row["lat"]), float(row["lon"])))

    def test_well(self):
        found = self.of("ok", 3)
        for row, said, _ in found:
            self.assertTrue(said.fix)
            self.assertEqual(said.utc_ms, int(row["utc_ms"]))
            self.assertEqual(said.gga[6], "1")
            self.assertEqual(said.gga[1:6], [said.rmc[1]] + said.rmc[3:7])
            self.assertEqual(said.gsa[2], "3")
            self.assertLess(self.off_m(row, said), 0.05)
            self.assertAlmostEqual(said.speed, SPEED_M_S, 2)
        places = [(float(row["lat"]), float(row["lon"])) for row in self.rows_]
        for a, b in zip(places, places[1:]):
            self.assertAlmostEqual(metres(a, b), SPEED_M_S, 1)

    def test_no_sky(self):
        for _, said, _ in self.of("no-sky"):
            self.assertEqual((said.rmc[2], said.rmc[3:7], said.rmc[12], said.gga[6], said.gsa[2]),
                             ("V", [""] * 4, "N", "0", "1"))

    def test_cold(self):
        for _, said, _ in self.of("cold"):
            self.assertEqual((said.rmc[2], said.rmc[3:7], said.rmc[9]),
                             ("V", ["0000.0000", "N", "00000.0000", "E"], "060180"))

    def test_checksum(self):
        for _, said, data in self.of("checksum"):
            self.assertIsNone(said)
            self.assertEqual(len([s for s in data.split(b"\r\n") if s[:1] == b"$" and s[-3:-2] == b"*"]), 6)

    def test_binary(self):
        for row, said, data in self.of("binary"):
            self.assertEqual(data.count(b"\xb5\x62\x01\x07"), 6)
            self.assertLess(self.off_m(row, said), 0.05)

    def test_jump(self):
        for row, said, _ in self.of("jump"):
            self.assertAlmostEqual(self.off_m(row, said) / 1000, 20, 1)

    def test_stuck(self):
        found = self.of("stuck", 2)
        self.assertEqual(found[0][2], found[1][2])
        self.assertGreaterEqual(int(found[-1][0]["utc_ms"]) - found[-1][1].utc_ms, 2000)

    def test_frozen(self):
        found = self.of("frozen", 2)
        self.assertEqual(found[0][1].place, found[-1][1].place)
        for row, said, _ in found:
            self.assertEqual(said.utc_ms, int(row["utc_ms"]))
            self.assertGreater(said.speed, 10)

    def test_another_time(self):
        for row, said, _ in self.of("rollover"):
            self.assertEqual(int(row["utc_ms"]) - said.utc_ms, 1024 * 7 * 86400 * 1000)
        for row, said, _ in self.of("off"):
            self.assertEqual(int(row["utc_ms"]) - said.utc_ms, 3000)

    def test_mute(self):
        self.assertEqual([data for _, _, data in self.of("mute", 2)[1:]], [b""] * (len(self.of("mute")) - 1))

    def test_wander(self):
        off = [self.off_m(row, said) for row, said, _ in self.of("wander", 3)]
        self.assertGreater(max(off), 0.3)
        self.assertLess(max(off), 150)

    def test_late(self):
        for row, _, _ in self.of("late"):
            clock = time.strftime("$GPRMC,%H%M%S", time.gmtime(int(row["utc_ms"]) // 1000))
            self.assertGreaterEqual(self.capture.when(clock.encode()) - int(row["boot_ns"]), 720000000)


class Line(unittest.TestCase):
    """The pty itself."""

    def setUp(self):
        self.sim = Receiver()
        self.sim.__enter__()
        self.addCleanup(lambda: self.sim.__exit__())

    def test_bytes_take_their_time(self):
        with Serial(self.sim.port, 9600) as line:
            read_for(line, 5, lambda d: b"GSV,3,3" in d)
            wait_for("the first byte", lambda: select.select([line.fd], [], [], 2)[0])
            begun = time.monotonic()
            data = read_for(line, 5, lambda d: b"GSV,3,3" in d)
            self.assertGreater(time.monotonic() - begun, len(data) * 10 / 9600 * 0.8)

    def test_unplug_and_replug(self):
        before = os.readlink(self.sim.port)
        with Serial(self.sim.port, 9600):
            self.sim.send("gps unplug")
            wait_for("the symlink to go", lambda: not os.path.islink(self.sim.port))
        self.sim.send("gps replug")
        wait_for("it to come back", lambda: os.path.islink(self.sim.port))
        self.assertNotEqual(os.readlink(self.sim.port), before)
        with Serial(self.sim.port, 9600) as line:
            self.assertTrue(seconds_of(read_for(line, 5, seconds_of)))

    def test_another_speed_is_noise_and_nothing_old_is_kept(self):
        with Serial(self.sim.port, 19200) as line:
            data = read_for(line, 5, lambda d: len(d) > 300)
            self.assertGreater(len(data), 300)
            self.assertEqual(seconds_of(data), [])
        wait_for("seconds that nobody hears", lambda n=len(self.sim.rows()): len(self.sim.rows()) >= n + 2)
        opened = time.time() * 1000
        with Serial(self.sim.port, 9600) as line:
            self.assertGreater(seconds_of(read_for(line, 5, seconds_of))[0].utc_ms, opened - 1500)

    def test_commands(self):
        for command, words in (("gps fly", 'is called "fly"'), ("gps jump", "needs KM"), ("gps jump far", "needs KM"),
                               ("gps mute soon", "expected a duration"), ("gps mute 1s 2s", "expected a duration"),
                               ("gps late x", "needs DURATION")):
            self.assertIn(words, self.sim.send(command, fails=True))
        self.sim.send("gps wander 10 1h", "gps mute")
        self.assertRegex(self.sim.send("status"), r"gps at 3\d\.\d+ 7\d\.\d+  mute\+wander\n")
        self.assertIn("no-sky", self.sim.send("help"))
        self.sim.send("gps ok")
        self.assertRegex(self.sim.send("status"), r"  ok\n")

    def test_it_stands_and_drives_on(self):
        def next_rows(n):
            before = len(self.sim.rows())
            return wait_for("seconds", lambda: len(self.sim.rows()) >= before + n + 1 and self.sim.rows()[before + 1:])

        def drove(rows):
            places = [(float(row["lat"]), float(row["lon"])) for row in rows]
            return {round(metres(a, b)) for a, b in zip(places, places[1:])}, {float(row["speed_m_s"]) for row in rows}

        self.sim.send("gps stand", "gps stand")
        stood = next_rows(3)
        self.assertEqual(drove(stood), ({0}, {0}))
        self.sim.send("gps drive", "gps drive")
        on = next_rows(3)
        self.assertEqual(drove(on), ({round(SPEED_M_S)}, {SPEED_M_S}))
        between_s = (int(on[0]["boot_ns"]) - int(stood[-1]["boot_ns"])) / 1e9
        way_m = metres(*[(float(row["lat"]), float(row["lon"])) for row in (stood[-1], on[0])])
        self.assertLess(way_m, between_s * SPEED_M_S + 1)    # it goes on from where it stood

    def test_what_is_no_route(self):
        for route in ("moon", "park:", "park:1", "park:91,0", "park:1,2,3", "park:a,b"):
            done = subprocess.run([LABSIM, "--gps", "/tmp/never", "--route", route], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("is no route: kkh, border or park:LAT,LON", done.stderr)
        done = subprocess.run([LABSIM, "--gps", "/dev/ttyGPS"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("lies outside", done.stderr)


class Meanwhile(unittest.TestCase):
    """What takes its time, begun before the other tests and looked at after them."""

    @classmethod
    def begin(cls):
        cls.seed = int(os.environ.get("SEED", int(time.time()) % 100000))
        print("SEED=%d" % cls.seed)
        cls.storm = Receiver("--storm", str(cls.seed))
        cls.sims = {"storm": cls.storm, "border": Receiver("--gps-time-lapse", "500"),
                    "kkh": Receiver("--gps-time-lapse", "3000", route="kkh"), "park": Receiver(route="park:35.9,74.3")}
        for sim in cls.sims.values():
            sim.__enter__()
        cls.follower = subprocess.Popen([os.path.join(BIN, "waterlab"), "gps", "nmea", cls.storm.port, "9600", "--json",
                                         "--seconds", "30"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    @classmethod
    def end(cls):
        if cls.follower.poll() is None:
            cls.follower.kill()
            cls.follower.wait()
        cls.follower.stdout.close()
        for sim in cls.sims.values():
            sim.__exit__()

    def places(self, route, most_m):
        sim = self.sims[route]
        rows = wait_for("rows", lambda: len(sim.rows()) >= 6 and sim.rows())
        places = [(float(row["lat"]), float(row["lon"])) for row in rows]
        for a, b in zip(places, places[1:]):
            self.assertLessEqual(metres(a, b), most_m)
        return places

    def test_to_and_fro_over_the_border(self):
        """Ten kilometres a second on a leg of 23: each end is come near, and no place lies beside it."""
        places = self.places("border", 10010)
        ends = (34.01, 71.58), (33.94, 71.82)
        for end in ends:
            self.assertLess(min(metres(end, place) for place in places), 5010)
        for place in places:
            self.assertLess(metres(ends[0], place) + metres(place, ends[1]), metres(*ends) + 50)

    def test_up_the_karakoram_highway(self):
        places = self.places("kkh", 60100)
        self.assertLess(metres((34.88, 72.84), places[0]), 60100)
        self.assertGreater(max(place[0] for place in places), 35.9)

    def test_park(self):
        self.assertEqual(set(self.places("park", 0)), {(35.9, 74.3)})

    def test_a_storm_is_judged(self):
        """What waterlab takes as a position is where the van was, by our own clock: its time may be the fault."""
        reports = [json.loads(line) for line in self.follower.communicate(timeout=60)[0].splitlines()]
        truth = {int(row["boot_ns"]) // 1000000: (float(row["lat"]), float(row["lon"])) for row in self.storm.rows()}
        states = {state for row in self.storm.rows() for state in row["state"].split("+")}
        taken = [r for r in reports if r["taken"]]
        print("%d reports, %d taken; states: %s" % (len(reports), len(taken), " ".join(sorted(states))))
        self.assertGreater(len(taken), 0)
        for report in taken:
            # Late by five seconds and stuck for five at the most; wandering, and frozen before it is found out.
            told = [at for at in truth if report["boot_ms"] - 12000 <= at <= report["boot_ms"] + 100]
            nearest = min(metres((report["lat"], report["lon"]), truth[at]) for at in told)
            self.assertLess(nearest, 5 * 20 + 4 * SPEED_M_S, report)


class Command(unittest.TestCase):
    """waterlab gps, as a person types it."""

    @staticmethod
    def run_it(*words):
        return subprocess.run([os.path.join(BIN, "waterlab"), "gps", *words], capture_output=True, text=True, timeout=60)

    def test_what_is_no_receiver(self):
        for words, said in ((("gps0", "x"), 'a receiver is "gpsd" or "nmea", not "gps0"'), (("nmea",), "is followed by an address or a port"),
                            (("nmea", "/dev/null", "fast"), '"fast" is no speed in baud'),
                            (("gpsd", "nowhere"), "is no address of a gpsd"), (("nmea", "x" * 200), "a name that long"),
                            (("nmea", "/dev/null", "--seconds", "0"), "--seconds is a number from 1")):
            done = self.run_it(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(said, done.stderr)

    def test_a_receiver_that_is_not_there(self):
        done = self.run_it("nmea", "/nowhere/gps", "--seconds", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is the adapter plugged in?", done.stderr)

    def test_lines_for_people(self):
        with Receiver() as sim:
            done = self.run_it("nmea", sim.port, "9600", "--seconds", "6")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  3D +34\.\d{7} +71\.\d{7} +21 m +20\.0 m/s  taken\n")
        self.assertRegex(done.stdout, r"\n\d+ reports, 0 that could not be read\n")
        self.assertRegex(done.stdout, r"this machine's clock is 0\.\d s (before|behind) the satellites' time")


def setUpModule():
    os.environ["TZ"] = "UTC"
    time.tzset()
    Meanwhile.begin()


def tearDownModule():
    Meanwhile.end()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    simlab.main()
