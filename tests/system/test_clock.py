#!/usr/bin/python3
# begun first
"""A machine whose clock is wrong, by faketime, before a real store: nothing goes out with a wrong time that
does not say so, a person or a receiver puts it right, and https waits for a clock that can be right.
"""

import calendar
import csv
import ctypes
import glob
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from chain import TOP, LabTest, main, wholelab

FAKETIME = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") or [None])[0]
ENTERED = "2027-03-01 14:05:00 +05:00"
ENTERED_MS = 1803891900000
DAY_MS = 86400000
NO_DAY_IS_THAT_LONG = 31536000  # bound_wait_s counts from the machine's start, which may be weeks ago


def kernel_is_synchronised():
    timex = (ctypes.c_byte * 1024)()
    return ctypes.CDLL(None, use_errno=True).adjtimex(timex) not in (5, -1)


def boot_ms():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000000


def at_boot(utc):
    """What the daemon's machine shows: that clock when it was switched on, and boot time as it is.

    The "monotonic fix" would end waits of threads at wrong moments.
    """
    return dict(LD_PRELOAD=FAKETIME, FAKETIME="@" + utc, TZ="UTC", FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_FORCE_MONOTONIC_FIX="0")


class ClockTest(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=3)

    def setUp(self):
        if not FAKETIME:
            self.skipTest("no faketime here (tools/install-deps brings it)")
        super().setUp()
        self.lab.clock = dict(wait_s=2, most_away_days=730, bound_wait_s=NO_DAY_IS_THAT_LONG)

    def start_at(self, utc):
        """The daemon on a machine that was switched on with that clock; labsim as ever."""
        self.lab.daemon_env = at_boot(utc)
        self.lab.write_config()
        self.lab.start_labsim()
        self.lab.start_daemon()

    def influx(self):
        self.need(wholelab.InfluxDB)
        return self.lab.add_store(wholelab.InfluxDB)

    def clock(self):
        return self.lab.status()["clock"]

    def stored(self, store):
        """(seq, utc_ms, clock, clock_err) of every reading in the store; None where a field is left out."""
        spool = self.lab.status()["spool"]["id"]
        rows = csv.DictReader(store.query(
            "SELECT seq, clock, clock_err FROM reading WHERE spool='%s' GROUP BY analyzer, parameter"
            % spool).decode().splitlines())
        return [(int(r["seq"]), int(r["time"]), int(r["clock"]) if r["clock"] else None,
                 float(r["clock_err"]) if r["clock_err"] else None) for r in rows]

    def stays_empty(self, store, least=20):
        """Readings are saved, the wait is over, and none of them goes out."""
        self.wait_for("readings to be saved", lambda: self.saved() >= least, 60)
        self.wait_for("the store to say why", lambda: self.lab.status()["waits"], 30)
        self.wait_for("the wait to be over for long", lambda: self.lab.status()["uptime_s"] > 7, 30)
        self.assertEqual(self.stored(store), [])
        self.assertGreaterEqual(self.clock()["untimed"], least)

    def enter(self, text, *more):
        return self.lab.waterlab("clock", "enter", text, "--reason", "the test says so", *more)

    def expect_times(self, store, offset_ms, clock, error_s):
        """Every stored reading has its boot time and that offset as its time, and says how sure it is."""
        made = {int(r["seq"]): int(r["boot_ms"]) for r in self.lab.exported() if r["stream"] == "readings"}
        rows = self.stored(store)
        self.assertGreaterEqual(len(rows), 20)
        wrong = [r for r in rows if abs(r[1] - made[r[0]] - offset_ms) > 1500 or r[2] != clock or
                 (r[3] is not None if error_s is None else not error_s[0] <= r[3] <= error_s[1])]
        self.assertEqual(wrong[:5], [])


class Http(ClockTest):
    def test_1970_waits_until_a_person_enters_the_time(self):
        store = self.influx()
        self.start_at("1970-01-01 00:10:00")
        self.stays_empty(store)
        self.assertEqual(self.clock()["source"], "none")
        self.assertIn("the machine says 1970-01-01, which cannot be", self.clock()["words"])
        self.assertIn("the machine says 1970-01-01", "".join(self.lab.status()["waits"]))
        shown = self.lab.waterlab("clock")
        self.assertIn("it says 1970-01-01, which cannot be", shown)
        self.assertIn("waterlab clock enter", shown)
        for wrong in ("2021-01-01 10:00", "2099-01-01 10:00", "14:05"):
            done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, "clock",
                                   "enter", wrong, "--reason", "a slip"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, wrong)
        offset = ENTERED_MS - boot_ms()
        said = self.enter(ENTERED, "--within", "90")
        self.assertIn("2027-03-01 09:05:00 UTC (14:05 in Pakistan, UTC+5), within 90 s", said)
        waited = self.saved()
        self.wait_for("what waited to be sent", lambda: self.lab.status()["stores"][0]["sent"] >= waited, 60)
        self.assertEqual(self.clock()["source"], "entered")
        self.assert_nothing_lost(store)
        up_s = boot_ms() / 1000
        self.expect_times(store, offset, 2, (90, 91 + up_s / 10000))
        ledger = csv.DictReader(self.lab.waterlab("spool", "export", "--stream", "ledger").splitlines())
        self.assertIn("the test says so", [r["words"] for r in ledger if r["kind"] == "anchor"])

    def test_2035_is_no_time_either(self):
        if kernel_is_synchronised():
            self.skipTest("this machine's clock is synchronised: NTP would confirm 2035")
        store = self.influx()
        self.start_at("2035-01-01 00:00:00")
        self.stays_empty(store)
        self.assertIn("the machine says 2035-01-01, more than 730 days after", self.clock()["words"])
        offset = ENTERED_MS - boot_ms()
        self.enter(ENTERED)
        self.assert_nothing_lost(store)
        self.expect_times(store, offset, 2, (60, 61 + boot_ms() / 1e7))

    def test_a_clock_that_may_be_right_goes_out_marked_after_the_wait(self):
        if kernel_is_synchronised():
            self.skipTest("this machine's clock is synchronised: NTP would confirm it")
        store = self.influx()
        offset = ENTERED_MS - boot_ms()
        self.start_at("2027-03-01 09:05:00")
        self.wait_for("readings to be saved", lambda: self.saved() >= 20, 60)
        self.assert_nothing_lost(store)
        self.assertEqual(self.clock()["source"], "restored")
        self.expect_times(store, offset, 1, (365 * 86400, 731 * 86400))

    def test_what_nothing_bounds_goes_out_at_the_earliest(self):
        store = self.influx()
        self.lab.clock["bound_wait_s"] = 0
        self.start_at("1970-01-01 00:10:00")
        self.wait_for("readings to be saved", lambda: self.saved() >= 20, 60)
        self.assert_nothing_lost(store)
        with open(os.path.join(TOP, "config", "waterlab.conf")) as f:
            released = re.search(r'not_before = "([^"]+)"', f.read()).group(1)
        released_ms = calendar.timegm(time.strptime(released, "%Y-%m-%d")) * 1000
        self.expect_times(store, released_ms, 1, (730 * 86400, 731 * 86400))

    def test_a_restart_keeps_what_was_entered(self):
        store = self.influx()
        self.start_at("1970-01-01 00:10:00")
        self.wait_for("readings to be saved", lambda: self.saved() >= 20, 60)
        offset = ENTERED_MS - boot_ms()
        self.enter(ENTERED)
        self.lab.daemon.end()
        self.lab.start_daemon()
        self.assertEqual(self.clock()["source"], "entered")
        self.assert_nothing_lost(store)
        self.expect_times(store, offset, 2, (60, 61 + boot_ms() / 1e7))


class LeapGpsd:
    """What a gpsd with a receiver that knows its leap seconds says; the real one has none of that kind here."""

    def __init__(self, offset_ms):
        self.offset_ms = offset_ms  # UTC - boot time, as this receiver has it
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while not self.ended.is_set():
            try:
                peer = self.listener.accept()[0]
            except OSError:
                return
            with peer:
                try:
                    self.talk(peer)
                except OSError:
                    pass

    def talk(self, peer):
        def say(**words):
            peer.sendall((json.dumps(words, separators=(",", ":")) + "\r\n").encode())

        say(**{"class": "VERSION", "release": "3.22", "rev": "3.22", "proto_major": 3, "proto_minor": 14})
        peer.recv(4096)  # ?WATCH
        while not self.ended.is_set():
            # A second's fix is told a tenth of a second later, as real ones are.
            second = (boot_ms() + self.offset_ms) // 1000 + 1
            self.ended.wait((second * 1000 + 100 - boot_ms() - self.offset_ms) / 1000)
            say(**{"class": "TPV", "device": "/dev/gps", "mode": 3, "leapseconds": 18, "lat": 35.92, "lon": 74.31,
                   "eph": 9.0, "speed": 0.1, "time": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(second))})

    def end(self):
        self.ended.set()
        self.listener.close()


class Satellites(ClockTest):
    def receiver(self, utc_ms):
        peer = LeapGpsd(utc_ms - boot_ms())
        self.addCleanup(peer.end)
        self.lab.conf_text += 'gps = { type = "gpsd"; address = "127.0.0.1:%d"; };\n' % peer.port
        return peer

    def test_1970_and_a_receiver(self):
        store = self.influx()
        peer = self.receiver(ENTERED_MS)
        self.start_at("1970-01-01 00:10:00")
        self.wait_for("the satellites' time", lambda: self.clock()["source"] == "gps", 20)
        self.wait_for("readings to be saved", lambda: self.saved() >= 25, 60)
        self.assert_nothing_lost(store)
        self.expect_times(store, peer.offset_ms, None, None)
        wrong = [r for r in self.lab.exported() if float(r["clock_error_s"] or 0) > 1]
        self.assertEqual(wrong[:3], [], "good to a second")

    def test_a_receiver_whose_weeks_rolled_over(self):
        store = self.influx()
        self.receiver(ENTERED_MS - 1024 * 7 * DAY_MS)
        self.start_at("1970-01-01 00:10:00")
        self.stays_empty(store)
        self.assertEqual(self.clock()["source"], "none")
        self.assertIn("week rollover", self.lab.waterlab("clock"))
        self.assertEqual(self.lab.status()["place"]["origin"], "gps", "its positions are right")

    def test_a_better_time_after_half_was_sent(self):
        if kernel_is_synchronised():
            self.skipTest("this machine's clock is synchronised: NTP would confirm the wrong one")
        store = self.influx()
        peer = self.receiver(ENTERED_MS)
        self.lab.conf_text = self.lab.conf_text.replace("gps = {", "#gps = {")
        self.start_at("2027-03-01 06:05:00")  # three hours behind
        self.wait_for("marked readings to go out", lambda: self.lab.status()["stores"][0]["sent"] > 15, 60)
        before = dict((r[0], r[1:]) for r in self.stored(store))
        self.assertEqual({row[1] for row in before.values()}, {1})
        with open(self.lab.config) as f:
            text = f.read()
        with open(self.lab.config, "w") as f:
            f.write(text.replace("#gps = {", "gps = {"))
        self.lab.daemon.end()
        self.lab.start_daemon()
        self.wait_for("the satellites' time", lambda: self.clock()["source"] == "gps", 20)
        fixed_at = self.saved()
        self.wait_for("readings after it", lambda: self.saved() > fixed_at + 20, 60)
        self.assert_nothing_lost(store)
        made = {int(r["seq"]): int(r["boot_ms"]) for r in self.lab.exported() if r["stream"] == "readings"}
        after = dict((r[0], r[1:]) for r in self.stored(store))
        self.assertEqual({n: after[n] for n in before}, before, "what was sent keeps its time")
        plain = [n for n in after if after[n][1] is None]
        self.assertGreater(len(plain), 15)
        self.assertEqual([n for n in plain if abs(after[n][0] - made[n] - peer.offset_ms) > 1000], [])


class Https(ClockTest):
    def certify(self):
        """A CA of our own, and a server's certificate for 127.0.0.1, both good for some days from now."""
        script = """set -e
openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=ca -keyout ca.key -out ca.pem
openssl req -newkey rsa:2048 -nodes -subj /CN=store -keyout store.key -out store.csr
printf 'subjectAltName=IP:127.0.0.1' >names
openssl x509 -req -in store.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -extfile names -out store.pem
"""
        subprocess.run(["sh", "-c", script], cwd=self.folder, check=True, capture_output=True)
        # nginx, started by root, works as somebody else
        os.chmod(self.folder, 0o755)

    def start_nginx(self, store):
        port = wholelab.free_port()
        conf = os.path.join(self.folder, "nginx.conf")
        temps = "".join("%s_temp_path %s/t-%s; " % (kind, self.folder, kind)
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(conf, "w") as f:
            f.write("daemon off; pid %s/nginx.pid; error_log %s/nginx.err;\nevents {}\n"
                    "http { access_log %s/access.log; %s\n"
                    "server { listen 127.0.0.1:%d ssl; ssl_certificate %s/store.pem;\n"
                    "ssl_certificate_key %s/store.key; client_max_body_size 20m;\n"
                    "location / { proxy_pass http://127.0.0.1:%d; } } }\n"
                    % (self.folder, self.folder, self.folder, temps, port, self.folder, self.folder,
                       store.port))
        nginx = wholelab.Process("nginx", [self.nginx, "-p", self.folder, "-c", conf], self.folder)
        self.addCleanup(nginx.end)
        return port

    def test_https_waits_for_a_clock_that_can_be_right(self):
        self.nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if not self.nginx or not shutil.which("openssl"):
            self.skipTest("no nginx or no openssl here (tools/install-deps brings them)")
        self.need(wholelab.InfluxDB)
        self.certify()
        store = wholelab.InfluxDB(self.folder)
        store.start()
        self.lab.stores.append(store)
        port = self.start_nginx(store)
        self.lab.add_store_text("province", "influxdb-v1", "https://127.0.0.1:%d" % port,
                                'ca_file = "%s/ca.pem";' % self.folder)
        self.start_at("1970-01-01 00:10:00")
        self.wait_for("readings to be saved", lambda: self.saved() >= 20, 60)
        self.enter(time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))
        one = self.wait_for("the store to wait for the clock", lambda: next(
            (s for s in self.lab.status()["stores"] if s["condition"] == "clock"), None))
        self.assertIn("the van's clock says 1970-01-01", one["words"])
        self.assertIn("the van's clock says 1970-01-01", "".join(self.lab.status()["waits"]))
        self.assertIn("waiting for the van's clock", self.lab.waterlab("status"))
        tried = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, "try",
                                "province"], capture_output=True, text=True)
        self.assertEqual(tried.returncode, 1)
        self.assertEqual(one["requests"], 0)
        with open(os.path.join(self.folder, "access.log")) as f:
            self.assertEqual(f.read(), "", "not one request came")
        # somebody sets the machine's clock: it goes on by itself
        self.lab.daemon.end()
        self.lab.daemon_env = {}
        self.lab.start_daemon()
        self.assert_nothing_lost(store)
        self.assertEqual({row[2] for row in self.stored(store)} - {None}, {2})


class Chrony(unittest.TestCase):
    def test_chrony_takes_the_snippet(self):
        chronyd = shutil.which("chronyd") or shutil.which("chronyd", path="/usr/sbin")
        if not chronyd:
            self.skipTest("no chrony here: it would replace the machine's own time service")
        with open(os.path.join(TOP, "config", "chrony-gpsd.conf")) as f:
            text = f.read()
        folder = tempfile.mkdtemp(prefix="waterlab-test-")
        self.addCleanup(shutil.rmtree, folder, True)
        conf = os.path.join(folder, "chrony.conf")
        # as it is, and with the lines that stand as comments
        for version in (text, text.replace("\n#refclock", "\nrefclock")):
            with open(conf, "w") as f:
                f.write(version)
            done = subprocess.run([chronyd, "-p", "-f", conf], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("refclock SHM 0", done.stdout)
        with open(conf, "w") as f:
            f.write(text.replace("delay 1.0", "delya 1.0"))
        self.assertNotEqual(subprocess.run([chronyd, "-p", "-f", conf], capture_output=True).returncode, 0)


if __name__ == "__main__":
    main()
