#!/usr/bin/python3
# begun first
"""The maintainer's kit: waterlab record, probe and scan against the simulated lab, over RTU and TCP.

What was recorded replays to the readings that were saved; a profile with a wrong order or base is shown the right
one; a line that somebody holds is not touched.
"""

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
import tty

from chain import LabTest, main, wholelab

WATERLAB = os.path.join(wholelab.BIN, "waterlab")
VALUE = re.compile(r"^= (\S+) (\S+) ", re.M)

CONFIG = """
lab = "kit";
drivers = "%(drivers)s";
spool = { dir = "%(folder)s/spool"; commit_ms = 200; };
control = { socket = "%(folder)s/control"; };
clock = { wait_s = 1; most_away_days = 7300; };
lines = (
	{ name = "bench"; type = "rtu"; port = "%(folder)s/bench"; baud = 19200; parity = "even"; units = (
		{ name = "troll-1"; profile = "acme-sonde"; address = 3; interval_ms = 500; },
		{ name = "ph-1"; profile = "supmea-ph8001"; address = 5; interval_ms = 500; } ); },
	{ name = "net"; type = "tcp"; port = "127.0.0.1:%(port)d"; units = (
		{ name = "depth-1"; profile = "keller-series30"; address = 2; interval_ms = 500; } ); }
);
"""


# A map of registers that tells its device; the tree's own that do are drivers in C.
SONDE = """
models = "Acme Sonde"; manual = "of this test";
function = "holding"; base = 1; order = "ABCD"; reply_ms = 1500; warmup_s = 2;
identity = { at = 40; type = "u16"; equals = 20; };
values = (
	{ at = 38; type = "f32"; parameter = "dissolved_oxygen"; }, { at = 46; type = "f32"; parameter = "temperature"; },
	{ at = 54; type = "f32"; parameter = "dissolved_oxygen_sat"; }, { at = 1538; type = "f32"; parameter = "ph"; },
	{ at = 1546; type = "f32"; parameter = "ph_mv"; }, { at = 1554; type = "f32"; parameter = "orp"; } );
status = ( { at = 42; equals = 3; effect = "bad"; meaning = "error"; only = "dissolved_oxygen"; } );
"""

EZO = """
lab = "kit";
drivers = "%(drivers)s";
spool = { dir = "%(folder)s/spool"; commit_ms = 200; };
control = { socket = "%(folder)s/control"; };
lines = ( { name = "ezo"; type = "rtu"; port = "%(path)s"; units = (
	{ name = "ph-1"; profile = "atlas-ezo"; address = 1; interval_ms = 100; } ); } );
"""


class Circuit:
    """An EZO circuit for pH on a line of its own."""

    ANSWERS = {b"C,0\r": b"*OK\r", b"I\r": b"?I,pH,1.98\r*OK\r", b"R\r": b"7.020\r*OK\r"}

    def __enter__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.ends, self.end = os.pipe()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        return self

    def serve(self):
        heard = b""
        while self.ends not in select.select([self.master, self.ends], [], [])[0]:
            heard += os.read(self.master, 100)
            if heard.endswith(b"\r"):
                os.write(self.master, self.ANSWERS.get(heard, b"*ER\r"))
                heard = b""

    def __exit__(self, *_):
        os.write(self.end, b"x")
        self.thread.join()
        for fd in (self.master, self.slave, self.ends, self.end):
            os.close(fd)


class Kit(LabTest):
    def setUp(self):
        super().setUp()
        self.drivers = os.path.join(self.folder, "drivers")
        shutil.copytree(wholelab.DRIVERS, self.drivers)
        for folder, _, _ in os.walk(self.drivers):  # of a tree that nobody may write to
            os.chmod(folder, 0o755)
        os.mkdir(os.path.join(self.drivers, "acme-sonde"))
        with open(os.path.join(self.drivers, "acme-sonde", "profile.conf"), "w") as f:
            f.write(SONDE)
        with open(self.lab.config, "w") as f:
            f.write(CONFIG % dict(drivers=self.drivers, folder=self.folder, port=wholelab.free_port()))
        self.lab.start_labsim()
        self.wait_for("the line", lambda: os.path.exists(os.path.join(self.folder, "bench")))

    def run_it(self, *args, stdin=None, timeout=60):
        return subprocess.run([WATERLAB, "--config", self.lab.config, *args], capture_output=True, text=True,
                              input=stdin, timeout=timeout)

    def good(self, *args, **more):
        done = self.run_it(*args, **more)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def refused(self, status, *args):
        done = self.run_it(*args)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stderr

    def bad_profile(self, name, of, old, new):
        os.mkdir(os.path.join(self.drivers, name))
        with open(os.path.join(self.drivers, of, "profile.conf")) as f:
            text = f.read()
        self.assertIn(old, text)
        with open(os.path.join(self.drivers, name, "profile.conf"), "w") as f:
            f.write(text.replace(old, new))

    def replayed(self, driver, trace):
        """[(parameter, number as text)] of a trace, in its order."""
        return VALUE.findall(self.good("replay", driver, "-", stdin=trace))

    # --- record ----------------------------------------------------------------------------------

    def test_what_is_recorded_replays_to_what_was_saved(self):
        self.lab.start_daemon()
        self.wait_for("readings", lambda: self.saved() >= 40)
        for line, unit, driver in (("bench", "ph-1", "supmea-ph8001"), ("bench", "troll-1", "acme-sonde"),
                                   ("net", "depth-1", "keller-series30")):
            trace = self.good("record", line, unit, "--seconds", "2")
            self.assertIn("# waterlab trace 1\ndriver: %s\n" % driver, trace)
            self.assertIn("\nsource: from %s, as simulators have, recorded 20"
                          % ("a loopback address" if line == "net" else "a pseudo-terminal"), trace)
            self.assertIn("lab kit, line %s, " % line, trace)
            self.wait_for("all to be saved", lambda: self.lab.status()["readings"]["pending"] == 0)
            saved = {}
            for row in self.lab.exported():
                if row["unit"] == unit and row["stream"] == "readings":
                    saved.setdefault(row["parameter"], []).append(row["value"])
            played = {}
            for parameter, number in self.replayed(driver, trace):
                played.setdefault(parameter, []).append(number)
            self.assertEqual(set(played), set(saved))
            for parameter, numbers in played.items():
                self.assertGreaterEqual(len(numbers), 5)
                ours = " ".join("%.6g" % float(v) for v in saved[parameter])
                self.assertIn(" ".join("%.6g" % float(v) for v in numbers), ours)

    def test_what_went_wrong_is_in_the_trace(self):
        self.lab.start_daemon()
        self.wait_for("readings", lambda: self.saved() >= 10)
        self.lab.fault("ph-1 mute")
        self.wait_for("a timeout", lambda: "# no answer\n" in self.good("record", "bench", "ph-1"))
        trace = self.good("record", "bench", "ph-1")
        self.assertIn("! no answer", self.good("replay", "supmea-ph8001", "-", stdin=trace))
        self.assertIn("bench has several analyzers, say which one: troll-1, ph-1", self.refused(1, "record", "bench"))
        self.assertIn("there is no line \"x\"; there are: bench, net", self.refused(1, "record", "x"))

    def test_without_a_daemon_the_line_is_run(self):
        trace = self.good("record", "bench", "ph-1", "--seconds", "2")
        self.assertEqual({p for p, _ in self.replayed("supmea-ph8001", trace)}, {"temperature", "ph", "ph_mv", "orp", "electrode_zero", "electrode_slope"})
        self.assertIn("19200 8E1, unit ph-1\n", trace)
        self.assertIn("\nsource: from a pseudo-terminal, as simulators have, recorded 20", trace)
        trace = self.good("record", "net", "--seconds", "2")
        self.assertGreaterEqual(len(self.replayed("keller-series30", trace)), 4)
        self.assertIn("say which one", self.refused(2, "record", "bench"))

    # --- probe -----------------------------------------------------------------------------------

    def test_probe_shows_values_and_what_may_be_meant(self):
        shown = self.good("probe", "acme-sonde", "bench", "--unit", "3")
        self.assertIn("at 40, wire 39, holding: 20 (0x14), as expected", shown)
        self.assertRegex(shown, r"temperature +at 46, wire 45, holding, f32: \d+\.\d+ Cel\n")
        self.assertRegex(shown, r"As the profile is: [56] of 6 values can be \(those of 0 tell nothing\)\.\n$")
        shown = self.good("probe", "supmea-ph8001", os.path.join(self.folder, "bench"), "--unit", "5")
        self.assertRegex(shown, r"\n  wire 1 +[0-9A-F]{4} +\* \d\.\d\d +\[pH\]\n")
        shown = self.good("probe", "acme-sonde", "bench", "--unit", "5")
        self.assertIn("exception 2: it has no such register", shown)

    def test_a_wrong_order_or_base_is_seen(self):
        self.bad_profile("wrong-order", "keller-series30", 'order = "ABCD"', 'order = "CDAB"')
        self.bad_profile("wrong-base", "acme-sonde", " base = 1;", " base = 2;")
        self.bad_profile("wrong-base-2", "supmea-ph8001", "\nbase = 0;", "\nbase = 1;")
        with open(os.path.join(self.drivers, "wrong-base-2", "profile.conf"), "r+") as f:
            text = re.sub(r"at = (\d+)", lambda m: "at = %d" % (int(m.group(1)) + 2), f.read())
            f.seek(0)
            f.write(text)
        shown = self.good("probe", "wrong-order", "net", "--unit", "2")
        self.assertRegex(shown, r'But [2-4] can be with: order = "ABCD"\.')
        shown = self.good("probe", "wrong-base", "bench", "--unit", "3")
        self.assertIn("can be with: base = 1 (now 2).", shown)
        self.assertIn("ANOTHER DEVICE", shown)
        shown = self.good("probe", "wrong-base-2", "bench", "--unit", "5")
        self.assertRegex(shown, r"But [4-6] can be with: base = 2 \(now 1\)\.")

    def test_probe_says_what_keeps_it(self):
        self.lab.fault("ph-1 mute")
        words = self.refused(1, "probe", "supmea-ph8001", "bench", "--unit", "5")
        self.assertIn("line bench, unit 5: no answer at all (19200 8E1). Is it switched on and wired (A and B not "
                      "swapped)? Are that its number and this its speed? waterlab scan bench", words)
        self.assertIn("scan bench --all-speeds", words)
        self.lab.fault("ph-1 ok", "ph-1 garbage")
        words = self.refused(1, "probe", "supmea-ph8001", "bench", "--unit", "5")
        self.assertIn("line bench, unit 5: bytes come, but never a whole answer", words)
        self.lab.fault("ph-1 ok", "net unplug")
        self.assertRegex(self.refused(1, "probe", "keller-series30", "net", "--unit", "2"),
                         "line net(: .*: Connection refused|, unit 2: the other side closes the connection)")

    def test_a_driver_in_c_runs_its_turn(self):
        with Circuit() as circuit:
            shown = self.good("probe", "atlas-ezo", circuit.path, "--unit", "1")
        self.assertIn('> "R\\r"\n< "7.020\\r*OK\\r"\n= ph 7.020 [pH]\n', shown)

    def test_a_driver_in_c_is_recorded_long_after_it_was_told(self):
        """What circuit that is was asked once, and has left the ring."""
        with Circuit() as circuit:
            with open(self.lab.config, "w") as f:
                f.write(EZO % dict(drivers=self.drivers, folder=self.folder, path=circuit.path))
            self.lab.start_daemon()
            self.wait_for("more than the ring holds", lambda: self.saved() > 150, 60)
            trace = self.good("record", "ezo")
            self.lab.daemon.end()
            more = self.good("record", "ezo", "--seconds", "5")
        self.assertIn("of the line are not kept any more\n", trace)
        self.assertEqual(self.replayed("atlas-ezo", trace), [("ph", "7.020")] * trace.count('"R\\r"'))
        self.assertGreaterEqual(trace.count('"R\\r"'), 120)
        self.assertEqual(set(self.replayed("atlas-ezo", more)), {("ph", "7.020")})

    # --- scan ------------------------------------------------------------------------------------

    def test_scan_finds_and_names_all(self):
        found = self.good("scan", "bench", "--units", "1-8")
        self.assertRegex(found, r"^UNIT  SPEED       WHO\n"
                                r" +3  19200 8E1   acme-sonde \(Acme Sonde\)\n"
                                r" +5  19200 8E1   unknown device \(holding \d+: .*\)\n$")
        found = self.good("scan", "net", "--units", "0-4")
        self.assertRegex(found, r"^UNIT  SPEED       WHO\n +2  TCP +unknown device .*\n$")

    def test_scan_knows_drivers_in_c(self):
        """Those that tell their device by reads; what is played from a case tells as the case does."""
        config = CONFIG.replace('profile = "supmea-ph8001"', 'profile = "insitu-aquatroll400"')
        with open(self.lab.config, "w") as f:
            f.write(config % dict(drivers=self.drivers, folder=self.folder, port=wholelab.free_port()))
        self.lab.labsim.end()
        self.lab.start_labsim()
        found = self.good("scan", "bench", "--units", "3-5")
        self.assertRegex(found, r"\n +3  19200 8E1   acme-sonde \(Acme Sonde\)\n +5  19200 8E1   insitu-aquatroll400 \(")

    def test_scan_finds_the_speed(self):
        words = self.refused(1, "scan", "bench", "--units", "3", "--baud", "9600")
        self.assertIn("nobody answers", words)
        found = self.good("scan", "bench", "--units", "3-5", "--baud", "9600", "--all-speeds")
        # A pty knows no parity: it is found at the first framing of its speed.
        self.assertRegex(found, r"\n +3  19200 8N1   acme-sonde .*\n +5  19200 8N1   unknown .*\n$")

    def test_ctrl_c_ends_a_scan_with_what_was_found(self):
        child = subprocess.Popen([WATERLAB, "--config", self.lab.config, "scan", "bench"], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=wholelab.die_with_parent)
        head = child.stdout.readline() + child.stdout.readline()
        child.send_signal(signal.SIGINT)
        rest, words = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 0, words)
        self.assertIn("acme-sonde", head + rest)
        self.assertIn("ended before all were asked", words)

    def test_scan_of_nobody_and_of_noise(self):
        self.lab.fault("troll-1 mute", "ph-1 mute")
        words = self.refused(1, "scan", "bench", "--units", "3-5")
        self.assertIn("line bench: nobody answers: is anything switched on, and wired", words)
        self.lab.fault("bench babble")
        begun = time.monotonic()
        words = self.refused(1, "scan", "bench")
        self.assertIn("line bench: bytes come, but never a whole answer", words)
        self.assertLess(time.monotonic() - begun, 20)

    # --- who holds the line ----------------------------------------------------------------------

    def test_a_line_that_the_daemon_holds_is_left_alone(self):
        self.lab.start_daemon()
        self.wait_for("readings", lambda: self.saved() >= 10)
        for line in ("bench", "net", os.path.join(self.folder, "bench")):
            for command in (("scan", line, "--all-speeds"), ("scan", line, "--baud", "9600"),
                            ("probe", "insitu-aquatroll400", line, "--unit", "5")):
                if line == "net" and command[0] == "scan":
                    continue    # it has no speed
                words = self.refused(1, *command)
                self.assertIn("the daemon holds line", words)
                self.assertIn("systemctl stop waterlabd", words)
                self.assertIn("waterlab record", words)
        counts = [u["counts"] for line in self.lab.status()["lines"] for u in line["units"]]
        self.assertEqual(sum(c["timeouts"] + c["noise"] + c["exceptions"] for c in counts), 0)
        # Nobody to ask: the lock alone says it.
        socket_away = self.lab.socket + ".away"
        os.rename(self.lab.socket, socket_away)
        for command in (("scan", "bench"), ("probe", "supmea-ph8001", "bench", "--unit", "5"),
                        ("record", "bench", "ph-1")):
            self.assertIn("is held by another program", self.refused(1, *command))
        os.rename(socket_away, self.lab.socket)

    def test_a_server_that_babbles(self):
        """Neither Modbus nor anything: every connection gets the same words."""
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            server.settimeout(0.1)
            over = threading.Event()

            def serve():
                while not over.is_set():
                    try:
                        with server.accept()[0] as one:
                            one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    except OSError:
                        pass

            thread = threading.Thread(target=serve)
            thread.start()
            where = "127.0.0.1:%d" % server.getsockname()[1]
            try:
                words = self.refused(1, "scan", where, "--units", "1-20")
                more = self.refused(1, "probe", "keller-series30", where, "--unit", "1")
            finally:
                over.set()
                thread.join()
        self.assertIn("line " + where, words)
        self.assertIn("line " + where, more)


if __name__ == "__main__":
    main()
