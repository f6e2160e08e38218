#!/usr/bin/python3
"""Figures of the centre: a fleet into a real store, and its map out of it.  One line a figure: name value unit.

LABS=50 laboratories with DAYS=30 of work (a year: LABS=50 DAYS=365, BENCH_SECONDS=7200) are sent as fast as the store takes them; when it is
at rest one publisher watches: its first publication reads everything, a later one only what changed (nothing; three days of all labs).  STORES=influxdb: that one alone.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TOP, "tools"))
import wholelab  # noqa: E402

LABS, DAYS = int(os.environ.get("LABS", "50")), int(os.environ.get("DAYS", "30"))
TICKS = os.sysconf("SC_CLK_TCK")
DAY_S = 86400


class Influx28(wholelab.InfluxDB):
    """With the shards that tools/central makes."""

    def use(self, database):
        self.database = database
        self.query('CREATE DATABASE %s WITH DURATION 3650d SHARD DURATION 4w NAME "kept"' % database, post=True)


def figure(name, value, unit):
    print("heatmap.%s %.4g %s" % (name, value, unit), flush=True)


def processor_s(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mb(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


class Centre:
    def __init__(self, kind, folder):
        self.store = kind(folder)
        self.folder = folder
        self.name = "influxdb" if self.store.flavour == "influxdb-v1" else self.store.flavour
        self.until = int(time.time()) - DAY_S
        self.last = 0

    def fleet(self, name, days, until):
        said = subprocess.run(
            [os.path.join(wholelab.BIN, "fleet"), "--dir", os.path.join(self.folder, name), "--labs", str(LABS), "--days", str(days),
             "--seed", "1", "--away", "0", "--until", time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(until)), "--patience", "7200",
             "--places", os.path.join(TOP, "config/places.csv"), "--limits", os.path.join(TOP, "config/limits"),
             "--store", self.store.flavour, "--url", self.store.url, "--database", "waterlab"],
            stdout=subprocess.PIPE, text=True, check=True).stdout
        shutil.rmtree(os.path.join(self.folder, name))
        return said

    def start_watch(self):
        conf = os.path.join(self.folder, "heatmap.conf")
        database = "waterlab"
        with open(conf, "w") as f:
            f.write('store = { type = "%s"; url = "%s"; database = "%s"; timeout_ms = 600000; };\nout = "%s/map"; places = "%s/config/places.csv";\n'
                    'limits = { sets = "nsdwq-2010"; folder = "%s/config/limits"; };\ngive_up_s = 7200;\n'
                    % (self.store.flavour, self.store.url, database, self.folder, TOP, TOP))
        self.watch = wholelab.Process("watch", [os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", conf, "--watch", "1"], self.folder)
        self.began = self.spent()

    def spent(self):
        return time.monotonic(), processor_s(self.watch.child.pid), self.spent_by_store()

    def rest(self):
        """A store that just took a year in minutes goes on tidying it up."""
        until, calm = time.monotonic() + 300, 0
        while calm < 5 and time.monotonic() < until:
            before = self.spent_by_store()
            time.sleep(4)
            calm = calm + 1 if self.spent_by_store() - before < 0.3 else 0

    def spent_by_store(self):
        return processor_s(self.store.process.child.pid)

    def looks(self):
        with open(self.watch.log_path) as f:
            return re.findall(r"^published .*: (\d+) results .*; (\d+) of (\d+) parts", f.read(), re.M)

    def next_look(self, what, until=lambda results, asked: True):
        """Waits for one that ends from now on and is as wanted; its time since the look before ended, without the pause."""
        while True:
            self.watch.must_live()
            looks = self.looks()
            if len(looks) > self.last:
                self.last = len(looks)
                now = self.spent()
                taken = [b - a for a, b in zip(self.began, now)]
                self.began = now
                if until(int(looks[-1][0]), int(looks[-1][1])):
                    figure("%s.%s" % (self.name, what), taken[0] - (1 if self.last > 1 else 0), "s")
                    figure("%s.%s.own_processor" % (self.name, what), taken[1], "s")
                    figure("%s.%s.store_processor" % (self.name, what), taken[2], "s")
                    figure("%s.%s.parts" % (self.name, what), int(looks[-1][1]), "parts")
                    return int(looks[-1][0])
            time.sleep(0.02)

    def measure(self):
        self.store.start()
        try:
            said = self.fleet("past", DAYS, self.until)
            lines, seconds = re.search(r"sent: (\d+) lines in ([\d.]+) s", said).groups()
            figure("%s.taken" % self.name, int(lines) / float(seconds), "lines/s")
            self.rest()
            self.start_watch()
            results = self.next_look("first")
            figure("%s.results" % self.name, results, "results")
            self.next_look("nothing_new", lambda results, asked: asked == 0)
            self.watch.child.send_signal(signal.SIGSTOP)
            self.fleet("new", 3, self.until + DAY_S)
            self.began = self.spent()
            self.watch.child.send_signal(signal.SIGCONT)
            self.next_look("three_days_new", lambda now, asked: now > results)
            figure("%s.memory" % self.name, peak_mb(self.watch.child.pid), "MB")
            figure("%s.store_memory" % self.name, peak_mb(self.store.process.child.pid), "MB")
            self.watch.end()
        finally:
            self.store.stop()


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    kinds = {"influxdb": Influx28, "victoriametrics": wholelab.VictoriaMetrics}
    for kind in [kinds[name] for name in os.environ.get("STORES", ",".join(kinds)).split(",")]:
        folder = tempfile.mkdtemp(prefix="waterlab-bench-")
        try:
            Centre(kind, folder).measure()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
