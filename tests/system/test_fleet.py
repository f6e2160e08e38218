#!/usr/bin/python3
"""A fleet with a month of history before real stores: each result and point is at the centre once, as the world has it.

tools/fleet writes the truth as it makes it; here the store is read back raw, field by field, and held against that.  A bag's
most probable number is worked out here once more.  LABS=50 DAYS=30 makes the larger test larger; SEED=n repeats one.
"""

import collections
import csv
import json
import math
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.parse

import chain
from chain import SEED, LabTest, main, wholelab

LABS, DAYS = int(os.environ.get("LABS", "50")), int(os.environ.get("DAYS", str(int(6 * chain.SOAK))))
FLEET = os.path.join(wholelab.BIN, "fleet")
BAG_ML = 10, 30, 56, 3, 1
TREATED = {"": 0, "no": 1, "yes": 2}
PURPOSES = "routine follow_up complaint emergency training".split()
IMPEDIMENTS = "dry broken locked unsafe unreachable not_found refused".split()
RESULT_TAGS = "activity", "district", "lab", "method", "near", "parameter", "position", "source_type", "spool"
POINT_TAGS = "code", "lab", "name", "point_type", "spool"
NTP = 4
NGINX = """daemon off; worker_processes 1; pid %(folder)s/nginx.pid; error_log %(folder)s/errors crit;
events { worker_connections 512; }
http {
  client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy; fastcgi_temp_path %(folder)s/f;
  uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s; client_max_body_size 32m;
  log_format short "$status"; access_log %(folder)s/asked short;
  limit_req_zone $server_addr zone=all:1m rate=60r/s; limit_conn_zone $server_addr zone=now:1m;
  server {
    listen 127.0.0.1:%(port)d;
    limit_req_status %(status)d; limit_conn_status %(status)d;
    location / { limit_req zone=all burst=10 nodelay; limit_conn now 3; proxy_pass http://127.0.0.1:%(store)d; }
  }
}
"""


def most_probable(key):
    """Bacteria per 100 mL: where the likelihood of these compartments is greatest."""
    positive = [ml for ml, grew in zip(BAG_ML, key) if grew == "1"]
    negative = sum(ml for ml, grew in zip(BAG_ML, key) if grew == "0")
    low, high = 1e-9, 5.0
    for _ in range(200):
        c = (low + high) / 2
        if sum(ml / math.expm1(c * ml) for ml in positive) > negative:
            low = c
        else:
            high = c
    return 100 * low


def result_of(row):
    """Tags, time and fields that this line of the truth has at the centre."""
    tags = {tag: row[tag] for tag in RESULT_TAGS}
    tags["method"] = tags["method"] or "none"
    fields = {name: float(row[name]) for name in "value upper mdl sample point verdict status rev pos seq censor".split()
              if row[name]}
    if row["method"] == "cbt":
        if row["censor"] == "1":
            fields["value"] = most_probable(row["entered"])
        elif row["censor"] == "3":
            fields["value"] = 100.0
    for name in "reason", "limit_set", "basis", "screening", "parent":
        if row[name] != "0":
            fields[name] = float(row[name])
    if row["as_if"] != row["verdict"]:
        fields["as_if"] = float(row["as_if"])
    if ".." in row["limit"]:
        low, high = row["limit"].replace("<", "").split("..")
        fields.update({name: float(n) for name, n in (("limit_low", low), ("limit", high)) if n})
    if row["purpose"] != "routine":
        fields["purpose"] = 1.0 + PURPOSES.index(row["purpose"])
    if row["impediment"]:
        fields["impediment"] = 1.0 + IMPEDIMENTS.index(row["impediment"])
    fields["treated"] = float(TREATED[row["treated"]])
    if row["lat_e7"]:
        fields.update(lat=int(row["lat_e7"]) / 1e7, lon=int(row["lon_e7"]) / 1e7, eph=int(row["eph_cm"]) / 100)
    if row["pos"] == "0":
        del fields["pos"]
    if int(row["clock"]) < NTP:
        fields["clock"] = float(row["clock"])
    return tags, int(row["utc_ms"]), fields


def point_of(row):
    fields = {"point": float(row["seq"]), "seq": float(row["seq"]),
              "lat": int(row["lat_e7"]) / 1e7, "lon": int(row["lon_e7"]) / 1e7}
    if int(row["clock"]) < NTP:
        fields["clock"] = float(row["clock"])
    return {tag: row[tag] for tag in POINT_TAGS}, int(row["utc_ms"]), fields


def status_of(row):
    fields = {name: float(row[name]) for name in "seq clock backlog oldest_unsent_s units_ok units_sick checks_ok checks_expired".split()}
    fields.update(backlog_records=fields["backlog"], refused=0.0, set_aside=0.0, pos=1.0, fix_age=0.4)
    return {tag: row[tag] for tag in ("lab", "spool")}, int(row["utc_ms"]), fields


def key_of(tags, utc_ms):
    return tuple(sorted((k, v) for k, v in tags.items() if v)) + (utc_ms,)


def from_influxdb(store, measurement, tags):
    """{(tags, time): fields}"""
    found = {}
    answer = json.loads(store.query("SELECT * FROM %s GROUP BY *" % measurement, post=True))
    for series in answer["results"][0].get("series", []):
        assert set(series["tags"]) <= set(tags)
        for row in series["values"]:
            fields = {name: float(v) for name, v in zip(series["columns"], row) if v is not None}
            found[key_of(series["tags"], int(fields.pop("time")))] = fields
    return found


def from_victoriametrics(store, measurement, tags):
    found = collections.defaultdict(dict)
    wholelab.ask_http(store.url + "/internal/force_flush")
    query = urllib.parse.urlencode({"match[]": '{__name__=~"%s_.+"}' % measurement, "reduce_mem_usage": "0"})
    for line in wholelab.ask_http(store.url + "/api/v1/export?" + query, timeout=120)[1].splitlines():
        one = json.loads(line)
        name = one["metric"]["__name__"][len(measurement) + 1:]
        labels = {tag: one["metric"].get(tag, "") for tag in tags}
        for t, v in zip(one["timestamps"], one["values"]):
            fields = found[key_of(labels, t)]
            assert name not in fields, "%s is there twice at %d" % (name, t)
            fields[name] = v
    return found


READERS = {"influxdb-v1": from_influxdb, "victoriametrics": from_victoriametrics}


def differences(expected, stored):
    for key, fields in expected.items():
        got = dict(stored.get(key, {}))
        if not got:
            yield "lost: %s" % (key,)
            continue
        got.pop("clock_err", None)
        if fields.keys() != got.keys():
            yield "%s has %s, not %s" % (key, sorted(got), sorted(fields))
            continue
        for name, value in fields.items():
            if not math.isclose(got[name], value, rel_tol=1e-9 if name != "value" else 1e-7, abs_tol=1e-12):
                yield "%s: %s is %r, not %r" % (key, name, got[name], value)
    for key in set(stored) - set(expected):
        yield "extra: %s" % (key,)


class Fleet(LabTest):
    def command(self, store, *more, url=None):
        words = [FLEET, "--dir", os.path.join(self.folder, "fleet"), "--seed", str(SEED), "--until", "2026-11-29T12:00Z",
                 "--places", os.path.join(chain.TOP, "config/places.csv"), "--limits", os.path.join(chain.TOP, "config/limits"),
                 "--truth", self.path("truth.csv"), "--points", self.path("points.csv"),
                 "--statuses", self.path("statuses.csv"),
                 "--store", store.flavour, "--url", url or store.url]
        return words + [str(word) for word in more]

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, kind):
        self.need(kind)
        store = kind(self.folder)
        self.addCleanup(store.stop)
        store.start()
        return store

    def rows(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def compare(self, store):
        truth, points, statuses = self.rows("truth.csv"), self.rows("points.csv"), self.rows("statuses.csv")
        for name, tags, expected in (("result", RESULT_TAGS, [result_of(row) for row in truth]),
                                     ("point", POINT_TAGS, [point_of(row) for row in points]),
                                     ("lab_status", ("lab", "spool"), [status_of(row) for row in statuses])):
            by_key = {key_of(t, utc_ms): fields for t, utc_ms, fields in expected}
            self.assertEqual(len(by_key), len(expected), "the truth has two of one moment")
            wrong = self.settled(lambda: list(differences(by_key, READERS[store.flavour](store, name, tags))))
            self.assertEqual(wrong[:10], [], "%d differ" % len(wrong))
            print("%s: %d of %s, each there once and as it ought to be" % (store.flavour, len(expected), name))
        return truth

    @staticmethod
    def settled(differing):
        """VictoriaMetrics may answer from what it knew of series before; a few seconds later it does not."""
        end = time.monotonic() + 20
        while True:
            wrong = differing()
            if not wrong or time.monotonic() > end:
                return wrong
            time.sleep(0.5)

    def whole(self, kind):
        store = self.start(kind)
        fleet = subprocess.Popen(self.command(store, "--labs", 8, "--months", 1, "--wait"), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True, preexec_fn=wholelab.die_with_parent)
        self.addCleanup(fleet.__exit__, None, None, None)
        self.addCleanup(fleet.kill)
        for line in fleet.stdout:
            print(line, end="")
            if "are away" in line:
                break
        before = self.compare(store)  # what those that are away have not sent is not there yet
        rest, _ = fleet.communicate("\n", timeout=120)
        print(rest, end="")
        self.assertEqual(fleet.returncode, 0)
        truth = self.compare(store)
        self.look_at(truth, len(before))

    def look_at(self, truth, before):
        """A world in which something does not occur proves nothing about it."""
        self.assertGreater(len(truth), before, "nobody came back")
        of = {name: collections.Counter(row[name] for row in truth) for name in truth[0]}
        print({name: dict(of[name]) for name in ("verdict", "reason", "censor", "purpose", "activity", "status", "rev")})
        for name, wanted in (("verdict", "124567"), ("censor", "012346"), ("status", "01"), ("rev", "0123"),
                             ("clock", "24"), ("pos", "012")):
            self.assertLessEqual(set(wanted), set(of[name]), name)
        self.assertLessEqual({"routine", "follow_up", "complaint", "emergency", "training"}, set(of["purpose"]))
        self.assertLessEqual({"sample", "replicate", "blank"}, set(of["activity"]))
        self.assertLessEqual({"21", "23"}, set(of["reason"]), "a check that ran out, bad QC")
        self.assertTrue(of["near"].keys() - {""} and of["impediment"].keys() - {""})

    def test_influxdb(self):
        self.whole(wholelab.InfluxDB)

    def test_victoriametrics(self):
        self.whole(wholelab.VictoriaMetrics)

    def receipts(self, kind):
        """A lab is done when the store has all by its own count, those that came back later, too."""
        store = self.start(kind)
        done = subprocess.run(self.command(store, "--labs", 2, "--days", 6, "--visits", 3, "--readings", 2, "--away", 1, "--receipts",
                                           "--patience", 60), stdout=subprocess.PIPE, text=True, preexec_fn=wholelab.die_with_parent)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        lines = self.compare(store)
        received = [int(n) for n in re.findall(r"^received by the store's own count: (\d+)", done.stdout, re.M)]
        self.assertGreater(received[0], 0)
        self.assertGreater(received[-1], received[0], "nobody came back")
        self.assertGreater(received[-1], len(lines) + len(self.rows("points.csv")) + len(self.rows("statuses.csv")))

    def test_receipts_of_influxdb(self):
        self.receipts(wholelab.InfluxDB)

    def test_receipts_of_victoriametrics(self):
        self.receipts(wholelab.VictoriaMetrics)

    def overloaded(self, kind, status, more):
        """Behind a proxy that lets few requests through, by the second and at a time, as a store that has too much to do."""
        if not shutil.which("nginx"):
            self.skipTest("nginx is not installed (tools/install-deps test brings it)")
        store = self.start(kind)
        port = wholelab.free_port()
        with open(self.path("nginx.conf"), "w") as f:
            f.write(NGINX % dict(folder=self.folder, port=port, store=store.port, status=status))
        nginx = wholelab.Process("nginx", ["nginx", "-p", self.folder, "-c", self.path("nginx.conf"), "-e", self.path("errors")],
                                 self.folder)
        self.addCleanup(nginx.end)
        front = "http://127.0.0.1:%d" % port
        wholelab.wait_for("nginx to answer", lambda: nginx.alive() and self.answers(port))
        done = subprocess.run(self.command(store, "--labs", LABS, "--days", DAYS, "--batch", 100, *more, url=front),
                              stdout=subprocess.PIPE, text=True, preexec_fn=wholelab.die_with_parent)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0)
        with open(self.path("asked")) as f:
            asked = collections.Counter(f.read().split())
        print("answers of the overloaded store: %s" % dict(asked))
        self.assertGreater(asked[str(status)], LABS, "it was not overloaded")
        lines = sum(int(n) for n in re.findall(r"^sent: (\d+) lines", done.stdout, re.M))
        self.assertGreater(lines / asked["204"], 8, "lines in a request that it took")
        self.compare(store)
        return store

    def answers(self, port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def test_overloaded_influxdb(self):
        store = self.overloaded(wholelab.InfluxDB, 429, ())
        answer = json.loads(store.query("SHOW SERIES EXACT CARDINALITY", post=True))["results"][0]["series"]
        print("series in InfluxDB: %d" % sum(row[0] for one in answer for row in one["values"]))

    def test_overloaded_victoriametrics(self):
        store = self.overloaded(wholelab.VictoriaMetrics, 503, ("--readings", 30, "--batch", 400))
        answer = json.loads(wholelab.ask_http(store.url + "/api/v1/series/count")[1])
        print("series in VictoriaMetrics: %d" % answer["data"][0])

    def test_the_seed_makes_the_world(self):
        told = []
        for turn in "ab":
            words = self.command(wholelab.InfluxDB(self.folder), "--labs", 3)
            del words[words.index("--store"):words.index("--labs")]
            words[words.index("--dir") + 1] += turn
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
            told.append([{k: v for k, v in row.items() if k not in ("spool", "utc_ms")} for row in self.rows("truth.csv")])
        self.assertEqual(told[0], told[1])


if __name__ == "__main__":
    main()
