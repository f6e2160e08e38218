#!/usr/bin/python3
# as root
"""Recorded receivers through Debian's real gpsd, and through our own NMEA line, against what gpsd's regression
tests have beside each log (LOG.chk): cold boots, lost fixes, wrong checksums, placeholders, binary in between.

Of every log, both ways:
- every position that is taken stands in the .chk: the same time, latitude and longitude within 1e-7 degrees, the
  same mode; on our line the same error and speed too (gpsd live tells the error of the moment before at times);
- every fix of the .chk (each time and place once; each place once where it has no time) is taken;
- what differs is listed in EXPECTED, with the reason, and a difference that is not there any more fails too.
Times: our line's are equal.  gpsd 3.22 moves dates before its own release by 1024 weeks, so through it they are
equal modulo that.  And where both ways have a fix of the same time, they have the same place.

The logs are not part of the repository; without ../shared/data/gps this test is skipped.
"""

import contextlib
import datetime
import glob
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
import unittest

import chain
from wholelab import BIN, Trouble, die_with_parent, free_port, wait_for

LOGS = os.path.join(os.path.dirname(chain.TOP), "shared", "data", "gps")
WATERLAB = os.path.join(BIN, "waterlab")
ROLLOVER_MS = 1024 * 7 * 86400 * 1000
NEAR = 1e-7  # degrees, a centimetre
# None of the logs' own; each ends the wait for the other half of the one before.
END = ["GPRMC,00000%d.00,A,0100.0000,N,00200.0000,E,0.0,0.0,010180,,,A" % i for i in range(2)]

# (log, way): {("missing" or "extra" or "mode", time, latitude, longitude): why}
EXPECTED = {
    ("bt451", "nmea"): {
        ("missing", None, 55.797017833, 23.569022): "of a GLL, which is not read: RMC and GGA say more",
        ("extra", "2009-12-09T15:25:08.500Z", 55.797026, 23.569014333):
            "gpsd tells it at the end of the receiver's cycle, and two recordings were joined in its middle",
        ("missing", "2009-12-09T14:33:06.000Z", 55.7805525, 23.578768833):
            "a GGA whose RMC is not in the recording, an hour before the sentence before it: of no known day",
        ("extra", None, 55.7805525, 23.578768833): "the same, without a time",
        ("extra", "2009-12-09T14:33:08.500Z", 55.780272167, 23.5783465): "the recording ends in the middle of a cycle",
    },
    ("bt451", "gpsd"): {
        ("extra", "2029-07-26T14:33:06.000Z", 55.7805525, 23.578768833):
            "where the recording goes back by an hour, gpsd 3.22 counts a day on for as long as no date comes",
        ("missing", "2009-12-09T14:33:06.000Z", 55.7805525, 23.578768833): "the same",
    },
    ("tomtom-mkII", "nmea"): {
        ("mode", "2010-06-20T17:57:39.000Z", 51.431168333, 5.403828333):
            "GSA says two dimensions; gpsd says three for as long as it knows a height",
    },
}


def ms_of(text):
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return round(at.timestamp() * 1000)


def text_of(ms):
    if ms is None:
        return None
    at = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (ms % 1000)


class Fix:
    def __init__(self, mode, ms, lat, lon, eph, speed):
        self.mode, self.ms, self.lat, self.lon, self.eph, self.speed = mode, ms, lat, lon, eph, speed

    def near(self, other):
        return abs(self.lat - other.lat) <= NEAR and abs(self.lon - other.lon) <= NEAR

    def key(self, what):
        return what, text_of(self.ms), round(self.lat, 9), round(self.lon, 9)


def same_number(a, b, by):
    return a is None or b is None or abs(a - b) <= by


def fixes_of_chk(name):
    """(the fixes, how many reports there are without one)"""
    fixes, none = [], 0
    with open(os.path.join(LOGS, name + ".log.chk"), errors="replace") as f:
        for line in f:
            if not line.startswith('{"class":"TPV"'):
                continue
            said = json.loads(line)
            if said["mode"] < 2:
                none += 1
                continue
            fixes.append(Fix(said["mode"], ms_of(said["time"]) if "time" in said else None, said["lat"],
                             said["lon"], said.get("eph"), said.get("speed")))
    return fixes, none


def fixes_of_ours(lines):
    """The same of what `waterlab gps --json` printed."""
    fixes, none = [], 0
    for said in map(json.loads, lines):
        if said["mode"] < 2:
            none += 1
            continue
        fixes.append(Fix(said["mode"], said.get("utc_ms"), said["lat"], said["lon"], said.get("eph"),
                         said.get("speed")))
    return fixes, none


class Follower:
    """waterlab gps, and the lines that it prints."""

    def __init__(self, *receiver):
        self.lines, self.words = [], []
        self.process = subprocess.Popen([WATERLAB, "gps", *receiver, "--json"], stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.PIPE, preexec_fn=die_with_parent)
        self.threads = [threading.Thread(target=self.read, args=(self.process.stdout, self.lines)),
                        threading.Thread(target=self.read, args=(self.process.stderr, self.words))]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def read(pipe, to):
        with pipe:
            to.extend(iter(lambda: pipe.readline(), ""))

    def end(self):
        self.process.terminate()
        status = self.process.wait(10)
        for thread in self.threads:
            thread.join()
        return status


class Gpsfake:
    """gpsfake feeds a log to the gpsd that it starts; it does not end by itself, nor when asked to."""

    def __init__(self, log, port):
        self.port = port
        self.process = subprocess.Popen(["gpsfake", "-1", "-q", "-c", "0.01", "-P", str(port), "-n", log],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, preexec_fn=die_with_parent)

    def listens(self):
        if self.process.poll() is not None:
            raise Trouble("gpsfake ended: " + self.process.stderr.read().decode(errors="replace"))
        with open("/proc/net/tcp") as f:
            return any(row.split()[1].endswith(":%04X" % self.port) and row.split()[3] == "0A" for row in f)

    def children(self):
        """Those of them that live."""
        try:
            with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as f:
                pids = [int(pid) for pid in f.read().split()]
        except OSError:
            return []
        living = []
        for pid in pids:
            with contextlib.suppress(OSError), open("/proc/%d/stat" % pid) as f:
                if f.read().rsplit(")", 1)[1].split()[0] != "Z":
                    living.append(pid)
        return living

    def end(self):
        for pid in self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        wait_for("gpsd to end", lambda: not self.children(), 10)
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


def port_of_our_own(given=set(), lock=threading.Lock()):
    """A free port that no other thread of this test was given."""
    with lock:
        port = next(port for port in iter(free_port, None) if port not in given)
        given.add(port)
        return port


def through_gpsd_once(name):
    """What was printed, or None when gpsfake's log never got to gpsd."""
    port = port_of_our_own()
    fake = Gpsfake(os.path.join(LOGS, name + ".log"), port)
    try:
        wait_for("gpsd to listen", fake.listens, 30, 0.01)
        ours = Follower("gpsd", "127.0.0.1:%d" % port)
        begun = time.monotonic()

        def is_over():
            # gpsfake takes the receiver away and ends gpsd; which of the two is seen is chance.
            if any("has lost" in line or "has closed" in line for line in ours.words):
                return "over"
            # gpsfake names its pty to gpsd's control socket, silently in vain when gpsd does not listen there yet.
            return "never begun" if not ours.lines and time.monotonic() > begun + 8 else None

        try:
            how = wait_for("the end of " + name, is_over, 120)
        finally:
            ours.end()
    finally:
        fake.end()
    return ours.lines if how == "over" and ours.lines else None


def through_gpsd(name):
    """
    The fixes.  gpsfake waits for nobody: on a busy machine it may begin before, or end as, somebody listens.  A run that
    misses fixes, and shows nothing else that is wrong, is made again.
    """
    chk, _ = fixes_of_chk(name)
    fixes = None
    for _ in range(5):
        lines = through_gpsd_once(name)
        if lines is None:
            continue
        fixes = fixes_of_ours(lines)
        found = compare(name, "gpsd", chk, fixes[0]) - set(EXPECTED.get((name, "gpsd"), ()))
        if not found or any(key[0] != "missing" for key in found):
            break
    if fixes is None:
        raise Trouble("gpsfake did not feed gpsd in five attempts")
    return fixes


def sentence(body):
    total = 0
    for byte in body.encode():
        total ^= byte
    return ("$%s*%02X\r\n" % (body, total)).encode()


def through_a_line(name):
    """The log's bytes as the receiver sent them, in pieces; comments are not the receiver's."""
    with open(os.path.join(LOGS, name + ".log"), "rb") as f:
        data = b"".join(line for line in f if not line.startswith(b"#")) + b"\r\n" + b"".join(map(sentence, END))
    master, slave = pty.openpty()
    try:
        tty.setraw(slave)
        ours = Follower("nmea", os.ttyname(slave), "4800")
        try:
            # What is written before the other side opens and sets the line may be thrown away.
            wait_for("the line to be held", lambda: held(slave))
            while data:
                if not select.select([], [master], [], 30)[1]:
                    raise Trouble("nobody reads the line")
                data = data[os.write(master, data[:100]):]
            wait_for("the end of " + name, lambda: any('"lat":1.000000000' in line for line in ours.lines), 60)
        finally:
            ours.end()
    finally:
        os.close(master)
        os.close(slave)
    return [line for line in ours.lines if '"lat":1.000000000' not in line]


def held(slave):
    """Set to its speed, which comes after it was locked."""
    return termios.tcgetattr(slave)[4] == termios.B4800


def compare(name, way, chk, ours):
    """What differs, as keys of EXPECTED."""
    modulo = ROLLOVER_MS if way == "gpsd" else 1 << 60
    found = set()

    def same_moment(a, b):
        return (a.ms is None) == (b.ms is None) and (a.ms is None or (a.ms - b.ms) % modulo == 0)

    for fix in ours:
        there = [c for c in chk if fix.near(c) and same_moment(fix, c)]
        if not there:
            found.add(fix.key("extra"))
        elif all(c.mode != fix.mode for c in there):
            found.add(fix.key("mode"))
        elif way == "nmea" and not any(c.mode == fix.mode and same_number(fix.eph, c.eph, 0.01)
                     and same_number(fix.speed, c.speed, 0.001) for c in there):
            found.add(fix.key("error or speed"))
    for c in chk:
        if not any(fix.near(c) and (c.ms is None or same_moment(fix, c)) for fix in ours):
            found.add(c.key("missing"))
    return found


@unittest.skipUnless(os.path.isdir(LOGS), "no recorded logs: %s is not there" % os.path.normpath(LOGS))
@unittest.skipUnless(shutil.which("gpsfake") and shutil.which("gpsd", path=os.environ["PATH"] + ":/usr/sbin:/sbin"),
                     "gpsd and gpsfake are not installed (tools/install-deps brings them)")
class Logs(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        cls.names = sorted(os.path.basename(path)[:-4] for path in glob.glob(os.path.join(LOGS, "*.log")))
        cls.gpsd, cls.nmea, troubles = {}, {}, []

        def work(name):
            try:
                cls.nmea[name] = fixes_of_ours(through_a_line(name))
                cls.gpsd[name] = through_gpsd(name)
            except Exception as trouble:
                troubles.append("%s: %r" % (name, trouble))

        # Side by side: they mostly wait for gpsfake's pauses.
        threads = [threading.Thread(target=work, args=(name,)) for name in cls.names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if troubles:
            raise AssertionError("; ".join(troubles))

    def check(self, way, ours):
        for name in self.names:
            with self.subTest(log=name):
                chk, none = fixes_of_chk(name)
                fixes, ours_none = ours[name]
                print("%-32s %-4s %4d fixes, %3d reports of none; .chk: %4d and %3d"
                      % (name, way, len(fixes), ours_none, len(chk), none))
                self.assertEqual(compare(name, way, chk, fixes), set(EXPECTED.get((name, way), ())))
                if way == "nmea":
                    self.assertEqual(ours_none > 0, none > 0)

    def test_through_gpsd(self):
        self.check("gpsd", self.gpsd)

    def test_our_own_line(self):
        self.check("nmea", self.nmea)

    def test_both_ways_agree(self):
        compared = 0
        for name in self.names:
            with self.subTest(log=name):
                for fix in self.nmea[name][0]:
                    for other in self.gpsd[name][0]:
                        if fix.ms is None or other.ms is None or (fix.ms - other.ms) % ROLLOVER_MS:
                            continue
                        compared += 1
                        self.assertTrue(fix.near(other), fix.key("the line"))
        print("%d pairs of fixes of the same time compared" % compared)
        self.assertGreater(compared, 300)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    chain.main()
