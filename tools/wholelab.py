"""A whole lab in one folder: simulated analyzers, the daemon, a real store.  Used by the demo and the
system tests; Python from Debian only.

    with Lab(folder, units=6) as lab:
        store = lab.add_store(InfluxDB)
        lab.start()
        ...
        lab.status()["readings"]["saved"]

Everything listens on loopback on ports the kernel picked, every process is ended by its pid, and every
file lies in the folder.
"""

import csv
import ctypes
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
BIN = os.environ.get("WATERLAB_BIN") or os.path.join(TOP, "build", "gcc-plain", "bin")
DRIVERS = os.path.join(TOP, "drivers")


class Trouble(Exception):
    """Something a person must read: what failed, and where its log lies."""


PICKED = []


def free_port():
    """One that nobody is given while this process lives: the socket that has it stays open, and as it never listens, a
    server that reuses addresses, which all do, may bind there none the less."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 0))
    PICKED.append(s)
    return s.getsockname()[1]


def nobody_interrupts():
    pass


# Asked in each wait, where every process is known: a program that a person may end raises here.
interrupted = nobody_interrupts


def wait_for(what, test, seconds=20, every=0.05):
    """Returns the first true result of test(); raises Trouble naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        interrupted()
        result = test()
        if result:
            return result
        if time.monotonic() > end:
            raise Trouble("waited %d s in vain for %s" % (seconds, what))
        time.sleep(every)


def braces_inside(options):
    return " ".join("%s = %s;" % item for item in options.items())


def boot_id():
    with open("/proc/sys/kernel/random/boot_id") as f:
        return f.read().strip()


LIBC = ctypes.CDLL(None)


def die_with_parent():
    """In the child: nothing outlives the demo or the test, however that ends."""
    LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def run(program, *args):
    """One of our own programs to its end; Ctrl-C does not reach it, and it goes with us."""
    return subprocess.run([os.path.join(BIN, program), *args], capture_output=True, text=True, start_new_session=True,
                          preexec_fn=die_with_parent)


class Process:
    """One child with its log in a file; ended by pid, never by name.  Ctrl-C does not reach it."""

    def __init__(self, name, argv, folder, env=None, stdin=None, preexec=None):
        self.name, self.argv = name, argv
        self.log_path = os.path.join(folder, name + ".log")
        self.log = open(self.log_path, "ab")

        def prepare():
            die_with_parent()
            if preexec:
                preexec()

        self.child = subprocess.Popen(argv, stdout=self.log, stderr=self.log, cwd=folder,
                                      stdin=stdin or subprocess.DEVNULL, preexec_fn=prepare,
                                      start_new_session=True,
                                      env=dict(os.environ, **(env or {})))

    def alive(self):
        return self.child.poll() is None

    def must_live(self):
        if not self.alive():
            raise Trouble("%s ended with status %s; its log ends:\n%s"
                          % (self.name, self.child.returncode, self.tail()))

    def tail(self, lines=15):
        with open(self.log_path, errors="replace") as f:
            return "".join(f.readlines()[-lines:])

    def end(self, sig=signal.SIGTERM, seconds=10):
        """Ends it and returns its exit status; SIGKILL when it does not listen."""
        if self.alive():
            self.child.send_signal(sig)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.log.close()
        return self.child.returncode


def ask_http(url, data=None, headers=None, timeout=30):
    request = urllib.request.Request(url, data=data, headers=headers or {})
    with urllib.request.urlopen(request, timeout=timeout) as reply:
        return reply.status, reply.read()


class Store:
    """What the demo and the tests need of a real store."""

    def __init__(self, folder, address="127.0.0.1"):
        self.folder = os.path.join(folder, self.flavour)
        os.makedirs(self.folder, exist_ok=True)
        self.port = free_port()
        self.address = address
        self.url = "http://%s:%d" % (address, self.port)
        self.process = self.preexec = None

    @classmethod
    def missing(cls):
        return None if shutil.which(cls.program) else \
            "%s is not installed (tools/install-deps brings it)" % cls.program

    def ready(self):
        self.process.must_live()
        try:
            return ask_http(self.url + self.health, timeout=2)[0] in (200, 204)
        except (OSError, http.client.HTTPException):
            return False

    def start(self):
        self.process = Process(self.flavour, self.argv(), self.folder, preexec=self.preexec)
        wait_for(self.flavour + " to answer", self.ready, 60)

    def stop(self, sig=signal.SIGTERM):
        if self.process:
            self.process.end(sig)
            self.process = None


class InfluxDB(Store):
    flavour, program, health, title = "influxdb-v1", "influxd", "/ping", "InfluxDB 1.x"

    def argv(self):
        conf = os.path.join(self.folder, "influx.conf")
        with open(conf, "w") as f:
            f.write("""reporting-disabled = true
bind-address = "127.0.0.1:%d"
[meta]
  dir = "%s/meta"
[data]
  dir = "%s/data"
  wal-dir = "%s/wal"
  index-version = "tsi1"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "%s:%d"
  log-enabled = false
[logging]
  level = "warn"
""" % (free_port(), self.folder, self.folder, self.folder, self.address, self.port))
        return ["influxd", "-config", conf]

    def start(self):
        super().start()
        self.use("waterlab")

    def use(self, database):
        """Makes it; the questions that follow are about it."""
        self.database = database
        self.query("CREATE DATABASE " + database, post=True)

    def query(self, q, post=False, **more):
        args = dict(dict(db=self.database, epoch="ms", q=q), **more)
        encoded = urllib.parse.urlencode(args)
        if post:
            return ask_http(self.url + "/query", data=encoded.encode())[1]
        return ask_http(self.url + "/query?" + encoded, headers={"Accept": "application/csv"})[1]

    def readings(self, spool, first=1, last=1 << 62):
        """Every stored reading of the spool as (seq, utc_ms, analyzer, parameter, value or None)."""
        q = ("SELECT seq, value, qc FROM reading WHERE spool='%s' AND seq >= %d AND seq <= %d"
             " GROUP BY analyzer, parameter" % (spool, first, last))
        rows = []
        for row in csv.DictReader(self.query(q).decode().splitlines()):
            tags = dict(t.split("=", 1) for t in row["tags"].split(","))
            rows.append((int(row["seq"]), int(row["time"]), tags["analyzer"], tags["parameter"],
                         float(row["value"]) if row["value"] else None))
        return rows

    def rows(self, measurement, spool, tags=()):
        """{(tags' values, ms): {field: value}} of all rows of the spool."""
        found = {}
        answer = self.query("SELECT * FROM %s WHERE spool='%s' GROUP BY *" % (measurement, spool)).decode()
        for row in csv.DictReader(answer.splitlines()):
            has = dict(t.split("=", 1) for t in row.pop("tags").split(","))
            del row["name"]
            key = tuple(has.get(tag, "") for tag in tags), int(row.pop("time"))
            found[key] = {name: float(value) for name, value in row.items() if value}
        return found

    def places(self, spool):
        """{seq: (district, near or "", lat or None)} of every stored reading."""
        q = "SELECT seq, lat FROM reading WHERE spool='%s' GROUP BY district, near" % spool
        found = {}
        for row in csv.DictReader(self.query(q).decode().splitlines()):
            tags = dict(t.split("=", 1) for t in row["tags"].split(","))
            found[int(row["seq"])] = (tags["district"], tags.get("near", ""), float(row["lat"]) if row.get("lat") else None)
        return found


class VictoriaMetrics(Store):
    flavour, program, health, title = "victoriametrics", "victoria-metrics", "/health", "VictoriaMetrics"
    retention = "100y"

    def argv(self):
        return ["victoria-metrics", "-storageDataPath=" + os.path.join(self.folder, "data"),
                "-httpListenAddr=%s:%d" % (self.address, self.port), "-retentionPeriod=" + self.retention,
                "-dedup.minScrapeInterval=1ms", "-search.latencyOffset=0s", "-loggerLevel=WARN",
                "-memory.allowedBytes=256MB"]

    def series(self, name, spool, tags=("analyzer", "parameter")):
        ask_http(self.url + "/internal/force_flush")
        query = urllib.parse.urlencode(
            {"match[]": '{__name__="%s",spool="%s"}' % (name, spool), "reduce_mem_usage": "0"})
        body = ask_http(self.url + "/api/v1/export?" + query, timeout=60)[1]
        for line in body.splitlines():
            one = json.loads(line)
            key = tuple(one["metric"].get(tag, "") for tag in tags)
            for t, v in zip(one["timestamps"], one["values"]):
                yield key + (t,), v

    def rows(self, measurement, spool, tags=()):
        found = {}
        ask_http(self.url + "/internal/force_flush")
        query = urllib.parse.urlencode({"match[]": '{__name__=~"%s_.*",spool="%s"}' % (measurement, spool),
                                        "reduce_mem_usage": "0"})
        for line in ask_http(self.url + "/api/v1/export?" + query, timeout=60)[1].splitlines():
            one = json.loads(line)
            field = one["metric"]["__name__"][len(measurement) + 1:]
            has = tuple(one["metric"].get(tag, "") for tag in tags)
            for ms, value in zip(one["timestamps"], one["values"]):
                row = found.setdefault((has, ms), {})
                assert field not in row, "two %s at %d" % (field, ms)
                row[field] = value
        return found

    def places(self, spool):
        tags = "analyzer", "parameter", "district", "near"
        lats = dict(self.series("reading_lat", spool, tags))
        return {int(seq): (key[2], key[3], lats.get(key))
                for key, seq in self.series("reading_seq", spool, tags)}

    def readings(self, spool, first=1, last=1 << 62):
        values = dict(self.series("reading_value", spool))
        rows = []
        for key, seq in self.series("reading_seq", spool):
            if first <= seq <= last:
                rows.append((int(seq), key[2], key[0], key[1], values.get(key)))
        return rows


STORES = {"influxdb": InfluxDB, "victoriametrics": VictoriaMetrics}


class Gpsd:
    """A real gpsd at the pty of a simulated receiver."""

    program = "/usr/sbin/gpsd"

    @classmethod
    def missing(cls):
        return None if os.access(cls.program, os.X_OK) else \
            "gpsd is not installed (tools/install-deps brings it)"

    def __init__(self, folder, port, device):
        self.process = Process("gpsd", [self.program, "-N", "-n", "-b", "-S", str(port), device], folder)

    def end(self):
        self.process.end()


class Lab:
    """labsim + waterlabd (+ stores) in one folder."""

    def __init__(self, folder, rtu_lines=2, tcp_lines=1, units=6, seed=1, interval_ms=None, name="example"):
        self.folder, self.name = folder, name
        self.gps_argv, self.conf_text, self.gpsd_port, self.gpsd = [], "", None, None
        self.shape = (rtu_lines, tcp_lines, units)
        self.seed, self.interval_ms = seed, interval_ms
        self.config = os.path.join(folder, "waterlab.conf")
        self.socket = os.path.join(folder, "control")
        self.ctl = os.path.join(folder, "labsim.ctl")
        self.served = os.path.join(folder, "served.csv")
        self.stores, self.store_texts = [], []
        self.labsim = self.daemon = None
        self.daemon_env = {}
        self.spool = {}  # options of `spool` as they are written there, beside or instead of its folder
        # A machine that no time server answers: its clock is taken, flagged, after a second, however long
        # ago this program was released.
        self.clock = dict(wait_s=1, most_away_days=7300)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- making it ---------------------------------------------------------------------------

    def add_store(self, kind, name="province"):
        store = kind(self.folder)
        store.start()
        self.stores.append(store)
        self.add_store_text(name, store.flavour, store.url)
        return store

    def add_store_text(self, name, flavour, url, more="", database="waterlab"):
        self.store_texts.append(
            '{ name = "%s"; type = "%s"; url = "%s"; database = "%s"; interval_ms = 500;'
            ' retry_first_ms = 200; retry_most_ms = 2000; %s }' % (name, flavour, url, database, more))

    def write_config(self):
        rtu, tcp, units = self.shape
        made = run("labsim", "--example", "rtu-lines=%d,tcp-lines=%d,units=%d" % (rtu, tcp, units) +
                   (",interval-ms=%d" % self.interval_ms if self.interval_ms else ""),
                   "--dir", self.folder, "--drivers", DRIVERS, "--config", self.config)
        if made.returncode:
            raise Trouble("labsim --example failed: " + made.stderr)
        with open(self.config) as f:
            text = f.read().replace('lab = "example"', 'lab = "%s"' % self.name)
        spool = dict(dict(dir='"%s"' % os.path.join(self.folder, "spool")), **self.spool)
        text = re.sub(r"(?m)^spool = .*$", "spool = { %s };" % braces_inside(spool), text)
        text += "\nclock = { %s };\n" % braces_inside(self.clock)
        text += self.conf_text
        if self.store_texts:
            text += "\nstores = (\n\t%s\n);\n" % ",\n\t".join(self.store_texts)
        with open(self.config, "w") as f:
            f.write(text)

    def start_labsim(self):
        self.labsim = Process("labsim", [os.path.join(BIN, "labsim"), "--config", self.config,
                                         "--dir", self.folder, "--log", self.served,
                                         "--ctl", self.ctl, "--seed", str(self.seed)] + self.gps_argv,
                              self.folder)
        wait_for("labsim's control socket", lambda: self.labsim.must_live() or os.path.exists(self.ctl))

    def start_daemon(self, wait=True, preexec=None):
        self.daemon = Process("waterlabd", [os.path.join(BIN, "waterlabd"), "--config", self.config],
                              self.folder, env=self.daemon_env, preexec=preexec)
        if wait:
            wait_for("waterlabd to answer", lambda: self.daemon.must_live() or self.try_status())

    def add_receiver(self, route, kmh=50, lapse=1, through_gpsd=True, place=""):
        """A simulated receiver on `route`; the daemon hears it through a real gpsd, or on its own line."""
        self.driven = os.path.join(self.folder, "driven.csv")
        self.gps_path = os.path.join(self.folder, "gps")
        self.gps_argv = ["--route", route, "--gps-speed", str(kmh), "--gps-time-lapse", str(lapse),
                         "--gps-log", self.driven]
        self.gpsd_port = free_port() if through_gpsd else None
        if through_gpsd:
            self.gps_argv += ["--gps", self.gps_path]
            gps = 'type = "gpsd"; address = "127.0.0.1:%d";' % self.gpsd_port
        else:
            gps = 'type = "nmea"; port = "%s";' % self.gps_path
        self.conf_text += "gps = { %s };\nplace = { %s };\n" % (gps, place)

    def start_gpsd(self):
        self.gpsd = Gpsd(self.folder, self.gpsd_port, self.gps_path)

    def start(self):
        self.write_config()
        self.start_labsim()
        if self.gpsd_port:
            self.start_gpsd()
        self.start_daemon()

    def stop(self):
        """Ends everything; the daemon first, so that what it has is saved.  Its exit status."""
        result = self.daemon.end() if self.daemon else 0
        self.daemon = None
        if self.gpsd:
            self.gpsd.end()
            self.gpsd = None
        if self.labsim:
            self.labsim.end()
            self.labsim = None
        for store in self.stores:
            store.stop()
        return result

    # --- talking to it -----------------------------------------------------------------------

    def ask(self, what, /, timeout=10, **more):
        """The first line the daemon answers, as an object."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout)
            s.connect(self.socket)
            s.sendall((json.dumps(dict(ask=what, **more)) + "\n").encode())
            with s.makefile("r") as lines:
                return json.loads(lines.readline())

    def status(self):
        return self.ask("status")

    def try_status(self):
        try:
            return self.status()
        except (OSError, ValueError):
            return None

    def fault(self, *lines):
        """Sends commands to labsim, e.g. fault("ph-1 mute 10s")."""
        for line in lines:
            done = run("labsim", "--ctl", self.ctl, "send", line)
            if done.returncode:
                raise Trouble("labsim did not take %r: %s" % (line, done.stderr or done.stdout))

    def waterlab(self, *args, check=True):
        done = run("waterlab", "--config", self.config, *args)
        if check and done.returncode:
            raise Trouble("waterlab %s: %s" % (" ".join(args), done.stderr))
        return done.stdout

    def drained(self):
        """True when all that was made is saved, and each store has been sent all that is saved."""
        status = self.status()
        return status["readings"]["pending"] == 0 and all(s["waiting"] == 0 for s in status["stores"])

    def exported(self):
        """Every row of the spool as `waterlab spool export` prints it."""
        return list(csv.DictReader(self.waterlab("spool", "export", "--format", "csv").splitlines()))

    def served_values(self):
        """labsim's own log: {(unit, parameter): [(boot_ms, value, outcome), ...]}."""
        values = {}
        with open(self.served) as f:
            for row in csv.DictReader(f):
                key = row["unit"], row["parameter"]
                value = float(row["value"]) if row["value"] else None
                values.setdefault(key, []).append((int(row["boot_ns"]) // 1000000, value, row["outcome"]))
        return values
