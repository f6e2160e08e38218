"""labsim in a folder of its own, and a Modbus master made of nothing but Python: an independent reading of
what labsim puts on the wire.

The profiles are made here, so that the tests depend on no driver: `every` has each register type and byte
order, `strict` a device with narrow limits.
"""

import csv
import fcntl
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import tty
import unittest
from decimal import Decimal

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("WATERLAB_BIN") or os.path.join(TOP, "build", "gcc-plain", "bin")
LABSIM = os.path.join(BIN, "labsim")
TURNAROUND_MS = 15  # of `every`

# parameter, function, wire address, type, order, scale, offset
EVERY = (
    ("ph", 3, 0, "u16", "ABCD", "0.01", "0"),
    ("temperature", 3, 1, "i16", "ABCD", "0.1", "-5"),
    ("conductivity", 3, 2, "u32", "ABCD", "0.1", "0"),
    ("specific_conductance", 3, 4, "u32", "CDAB", "0.1", "0"),
    ("orp", 3, 6, "i32", "BADC", "0.1", "0"),
    ("ph_mv", 3, 8, "i32", "DCBA", "0.01", "0"),
    ("dissolved_oxygen", 3, 10, "f32", "ABCD", "1", "0"),
    ("dissolved_oxygen_sat", 3, 12, "f32", "CDAB", "1", "0"),
    ("tds", 3, 14, "f32", "BADC", "1", "0"),
    ("turbidity_ntu", 3, 16, "f32", "DCBA", "1", "0"),
    ("turbidity_fnu", 3, 18, "f64", "ABCD", "1", "0"),
    ("salinity", 3, 22, "f64", "CDAB", "1", "0"),
    ("hardness", 3, 26, "bcd16", "ABCD", "0.1", "0"),
    ("alkalinity", 3, 27, "bcd32", "ABCD", "0.01", "0"),
    ("nitrate_n", 3, 29, "bits", "ABCD", "0.1", "0"),
    ("free_chlorine", 3, 34, "u16", "ABCD", "0.001", "0"),
    ("total_chlorine", 4, 0, "f32", "CDAB", "1", "0"),
)
FUNCTIONS = {1: "coils", 2: "discrete", 3: "holding", 4: "input"}
WORDS = {"u16": 1, "i16": 1, "bits": 1, "bcd16": 1, "u32": 2, "i32": 2, "f32": 2, "bcd32": 2, "f64": 4}


def profile_every():
    def real(text):
        return text if "." in text else text + ".0"

    def value(parameter, function, address, kind, order, scale, offset):
        more = ' mask = 0x0FF0;' if kind == "bits" else ""
        if parameter == "free_chlorine":
            more += " sentinels = [0xFFFF];"
        if parameter == "dissolved_oxygen":
            more += " sentinels = [0x7FA00000];"
        return ('\t{ at = %d; type = "%s"; parameter = "%s"; order = "%s"; scale = %s; offset = %s; '
                'function = "%s";%s }' % (address + 1, kind, parameter, order, real(scale),
                                          real(offset), FUNCTIONS[function], more))

    return """models = "Made Up Every";
manual = "tests/sim/simlab.py";
base = 1;
turnaround_ms = %d;
identity = { at = 51; type = "string"; text = "SIM-1"; registers = 4; };
values = (
%s
);
status = (
	{ at = 40; equals = 0; effect = "suspect"; meaning = "not measuring"; },
	{ at = 40; equals = 2; effect = "bad"; meaning = "failed"; },
	{ at = 40; equals = 5; effect = "standby"; meaning = "standing by"; },
	{ at = 41; bit = 3; effect = "warmup"; meaning = "warming up"; },
	{ at = 30; bit = 0; effect = "suspect"; meaning = "nitrate doubtful"; only = "nitrate_n"; },
	{ at = 5; effect = "bad"; meaning = "cover open"; function = "discrete"; }
);
""" % (TURNAROUND_MS, ",\n".join(value(*v) for v in EVERY))


STRICT = """models = "Made Up Strict";
manual = "tests/sim/simlab.py";
base = 0;
starts = "even";
gaps = "skip";
most_registers = 4;
quiet_ms = 60;
turnaround_ms = 5;
identity = { at = 10; type = "u16"; equals = [4711]; };
forbidden = ( { first = 20; last = 29; } );
values = (
	{ at = 0; type = "f32"; parameter = "temperature"; },
	{ at = 2; type = "f32"; parameter = "ph"; },
	{ at = 6; type = "u16"; parameter = "conductivity"; scale = 0.1; },
	{ at = 40; type = "u16"; parameter = "turbidity_ntu"; scale = 0.01; }
);
"""

CONFIG = """lab = "sim";
drivers = "%(dir)s/drivers";
spool = { dir = "%(dir)s/spool"; };
control = { socket = "%(dir)s/control"; };
lines = (
	{ name = "slow"; type = "rtu"; port = "%(dir)s/slow"; baud = 9600; units = (
		{ name = "alpha"; profile = "every"; address = 1; },
		{ name = "beta"; profile = "strict"; address = 2; },
		{ name = "gamma"; profile = "every"; address = 3; } ); },
	{ name = "brisk"; type = "rtu"; port = "%(dir)s/brisk"; baud = 19200; parity = "even"; units = (
		{ name = "delta"; profile = "every"; address = 7; } ); },
	{ name = "fast"; type = "rtu"; port = "%(dir)s/fast"; baud = 115200; units = (
		{ name = "zeta"; profile = "every"; address = 9; } ); },
	{ name = "net"; type = "tcp"; port = "127.0.0.1:%(port)d"; units = (
		{ name = "eta"; profile = "every"; address = 1; },
		{ name = "theta"; profile = "strict"; address = 2; } ); }
);
"""


def wait_for(what, test, seconds=10):
    end = time.monotonic() + seconds
    while True:
        result = test()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError("waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.005)


def send(ctl, *commands, fails=False):
    """Commands to the labsim that listens there; what it answered."""
    done = subprocess.run([LABSIM, "--ctl", ctl, "send", *commands], capture_output=True, text=True)
    if (done.returncode != 0) != fails:
        raise AssertionError("%r: status %d: %s%s" % (commands, done.returncode, done.stdout, done.stderr))
    return done.stdout


class Sim:
    def __init__(self, *options, config=CONFIG):
        self.dir = tempfile.mkdtemp(prefix="labsim-test-")
        self.log = os.path.join(self.dir, "served.csv")
        self.ctl = os.path.join(self.dir, "ctl")
        for name, text in (("every", profile_every()), ("strict", STRICT)):
            os.makedirs(os.path.join(self.dir, "drivers", name))
            with open(os.path.join(self.dir, "drivers", name, "profile.conf"), "w") as f:
                f.write(text)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.config = os.path.join(self.dir, "waterlab.conf")
        with open(self.config, "w") as f:
            f.write(config % {"dir": self.dir, "port": self.port})
        self.argv = [LABSIM, "--config", self.config, "--dir", self.dir, "--log", self.log,
                     "--ctl", self.ctl, *options]
        self.process, self.said = None, []

    def __enter__(self):
        self.errors = open(os.path.join(self.dir, "errors"), "w+")
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        for line in self.process.stdout:
            self.said.append(line.strip())
            if line == "ready\n":
                return self
        self.errors.seek(0)
        raise AssertionError("labsim ended: " + self.errors.read())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.close()
        status = self.process.wait(10)
        self.errors.seek(0)
        said = self.errors.read()
        self.errors.close()
        shutil.rmtree(self.dir)
        if status:  # a sanitizer's word, too
            raise AssertionError("labsim ended with status %d: %s" % (status, said))

    def path(self, line):
        return os.path.join(self.dir, line)

    def send(self, *commands, fails=False):
        return send(self.ctl, *commands, fails=fails)

    def rows(self):
        with open(self.log) as f:
            return list(csv.DictReader(f))

    def wait_rows(self, n):
        """The log's rows once there are n of them; the answer's bytes come a moment before its rows."""
        return wait_for("%d rows in the log" % n, lambda: len(self.rows()) >= n and self.rows())


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return struct.pack("<H", value)


def frame(unit, function, start, count):
    data = struct.pack(">BBHH", unit, function, start, count)
    return data + crc(data)


def is_sound(answer):
    return len(answer) >= 4 and crc(answer[:-2]) == answer[-2:]


def registers(pdu):
    return struct.unpack(">%dH" % (pdu[1] // 2), pdu[2:2 + pdu[1]])


class Serial:
    """The master's end of a serial line, by the system's own calls."""

    SPEEDS = {9600: termios.B9600, 19200: termios.B19200, 115200: termios.B115200}

    def __init__(self, path, baud):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)
        how = termios.tcgetattr(self.fd)
        how[4] = how[5] = self.SPEEDS[baud]
        termios.tcsetattr(self.fd, termios.TCSANOW, how)
        self.char_s = (11 if baud == 19200 else 10) / baud  # 8E1 or 8N1
        self.gap_s = max(3.5 * self.char_s, 0.00175)
        self.last = time.monotonic()

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        """Keeps the silence a frame needs before it, then says it; when the last byte is on the wire."""
        while time.monotonic() < self.last + self.gap_s:
            pass
        now = time.monotonic()
        os.write(self.fd, data)
        self.last = now + len(data) * self.char_s
        return now

    def read(self, most_s, silence_s=None, length=None):
        """Bytes until `length` are there, or silence, or most_s; and when the first and last came."""
        data, first, end = b"", None, time.monotonic() + most_s
        while length is None or len(data) < length:
            until = end if not data else min(end, self.last + (silence_s or 0.05))
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                break
            piece = os.read(self.fd, 512)
            self.last = time.monotonic()
            first = first or self.last
            if not piece:
                break
            data += piece
        return data, first, self.last

    def ask(self, unit, function, start, count, most_s=1.0):
        self.write(frame(unit, function, start, count))
        return self.read(most_s)[0]

    def flush(self):
        termios.tcflush(self.fd, termios.TCIOFLUSH)


class Tcp:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.transaction = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, unit, function, start, count, most_s=1.0):
        """Whatever comes within most_s, a whole frame at the least; b"" when nothing does."""
        self.transaction += 1
        self.socket.sendall(struct.pack(">HHHBBHH", self.transaction, 0, 6, unit, function, start, count))
        data, end = b"", time.monotonic() + most_s
        while len(data) < 9 or len(data) < 6 + struct.unpack(">H", data[4:6])[0]:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                break
            piece = self.socket.recv(512)
            if not piece:
                break
            data += piece
        return data


def words_of(kind, order, words):
    """The value's bytes, most significant first."""
    words = list(words)
    if order in ("CDAB", "DCBA"):
        words.reverse()
    pieces = [struct.pack(">H", w) for w in words]
    if order in ("BADC", "DCBA"):
        pieces = [p[::-1] for p in pieces]
    return b"".join(pieces)


def decode(kind, order, words):
    """The raw number that these registers say."""
    data = words_of(kind, order, words)
    if kind in ("f32", "f64"):
        return struct.unpack(">f" if kind == "f32" else ">d", data)[0]
    if kind in ("bcd16", "bcd32"):
        return int(data.hex())
    if kind == "bits":
        return (int.from_bytes(data, "big") & 0x0FF0) >> 4
    return int.from_bytes(data, "big", signed=kind in ("i16", "i32"))


def agrees(entry, words, said):
    """Whether the log's text is the value in these registers, by exact arithmetic."""
    _, _, _, kind, order, scale, offset = entry
    raw = decode(kind, order, words)
    if kind == "f32":
        return struct.pack(">f", float(said)) == struct.pack(">f", raw)
    if kind == "f64":
        return float(said) == raw
    return Decimal(said) == raw * Decimal(scale) + Decimal(offset)


def lock_exclusive(fd):
    fcntl.ioctl(fd, termios.TIOCEXCL)


def main():
    if not os.access(LABSIM, os.X_OK):
        print("no labsim in %s; make builds it" % BIN)
        sys.exit(1)
    ran = unittest.main(module="__main__", verbosity=2, exit=False).result
    failed = len(ran.failures) + len(ran.errors)
    print("%d passed, %d failed" % (max(0, ran.testsRun - failed - len(ran.skipped)), failed))
    sys.exit(failed != 0)
