#!/usr/bin/python3
"""The centre as tools/central sets it up: a real van through TLS with its token and its receipts; everybody else refused.

Each set-up runs whole (the store, nginx, the files of config/central) in a folder of its own on loopback.  What the
READMEs say is not checked is shown here not to be.
"""

import base64
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import time
import urllib.parse

import chain
import mapnginx
from chain import SEED, LabTest, main, wholelab

CENTRAL = os.path.join(wholelab.HERE, "central")
FLEET = os.path.join(wholelab.BIN, "fleet")
NOW_MS = int(time.time()) * 1000


class Set:
    """A set-up that runs."""

    def __init__(self, test, kind, name="centre", labs="lab-01,lab-02,lab-03", *more):
        self.test, self.kind, self.dir = test, kind, os.path.join(test.folder, name)
        self.argv = [CENTRAL, kind, "--dir", self.dir, "--port", "0", "--address", "127.0.0.1", "--labs", labs, *more]
        self.process, self.starts = None, 0

    def tool(self, *words):
        done = subprocess.run([CENTRAL, words[0], "--dir", self.dir, *words[1:]], capture_output=True, text=True)
        self.test.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def start(self):
        self.starts += 1
        self.process = wholelab.Process("central-%s-%d" % (os.path.basename(self.dir), self.starts), self.argv, self.test.folder)
        self.test.addCleanup(self.end)
        wholelab.wait_for("the centre to be ready",
                          lambda: self.process.must_live() or "ready:" in self.process.tail(), 60)
        with open(os.path.join(self.dir, "centre.json"), encoding="utf-8") as f:
            self.about = json.load(f)
        self.url = "https://localhost:%d" % self.about["port"]
        self.ca = os.path.join(self.dir, "tls", "ca.pem")
        return self

    def end(self):
        if self.process:
            self.process.end(seconds=60)
        self.process = None

    def secret(self, *names):
        with open(os.path.join(self.dir, *names), encoding="utf-8") as f:
            return f.read().strip()

    def ask(self, path, body=None, user=None, token=None, method=None):
        """Through nginx; (status, answer)."""
        way = http.client.HTTPSConnection("localhost", self.about["port"], timeout=30,
                                          context=ssl.create_default_context(cafile=self.ca))
        login = {"Authorization": "Basic " + base64.b64encode(("%s:%s" % (user, token)).encode()).decode()} if user else {}
        if not path.startswith("/write"):
            login["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            way.request(method or ("POST" if body is not None else "GET"), path, body, login)
            reply = way.getresponse()
            return reply.status, reply.read().decode()
        finally:
            way.close()

    def as_lab(self, lab, path, body=None, method=None):
        return self.ask(path, body, lab, self.secret("tokens", lab), method)

    def direct(self, path, body=None, user=None, token=None):
        """Past nginx, on this machine."""
        name = user or ("admin" if self.kind == "influxdb" else "centre")
        login = base64.b64encode(("%s:%s" % (name, token or self.secret("secret", "admin"))).encode()).decode()
        way = http.client.HTTPConnection("127.0.0.1", self.about["store_port"], timeout=60)
        try:
            way.request("POST" if body is not None else "GET", path, body, {
                "Authorization": "Basic " + login, "Content-Type": "application/x-www-form-urlencoded"})
            reply = way.getresponse()
            return reply.status, reply.read().decode()
        finally:
            way.close()

    def raw(self, what="."):
        """Everything that is stored of measurements whose names match: sorted lines of text."""
        if self.kind == "influxdb":
            answer = json.loads(self.direct("/query", urllib.parse.urlencode(
                {"db": "waterlab", "epoch": "ms", "q": "SELECT * FROM /%s/ GROUP BY *" % what}))[1])
            return sorted(json.dumps([s["name"], s["tags"], s["columns"], row]) for r in answer["results"]
                          for s in r.get("series", []) for row in s["values"])
        self.direct("/internal/force_flush")
        query = urllib.parse.urlencode({"match[]": '{__name__=~"%s.*"}' % what, "reduce_mem_usage": "0"})
        return sorted(json.dumps([one["metric"], t, v]) for one in map(json.loads, self.direct(
            "/api/v1/export?" + query)[1].splitlines()) for t, v in zip(one["timestamps"], one["values"]))


class Central(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=4)

    def need_all(self, store):
        self.need(store)
        for program in "nginx", "openssl":
            if not (shutil.which(program) or shutil.which(program, path="/usr/sbin")):
                self.skipTest("%s is not installed (tools/install-deps test brings it)" % program)

    # --- a van ------------------------------------------------------------------------------------------------

    def van(self, centre, flavour):
        """The configuration is what `central show` says, its paths apart."""
        said = centre.tool("show")
        section = re.search(r'lab = "lab-01";\nstores = \( (.*?) } \);', said, re.S).group(1)
        self.assertIn('type = "%s"' % flavour, section)
        section = section.replace("/etc/waterlab/token", os.path.join(centre.dir, "tokens", "lab-01"))
        section = section.replace("/etc/waterlab/ca.pem", centre.ca)
        self.lab.store_texts.append(section + "receipt_s = 2; interval_ms = 500; }")
        self.lab.write_config()
        with open(self.lab.config, encoding="utf-8") as f:
            text = f.read().replace('lab = "example";', 'lab = "lab-01";')
        with open(self.lab.config, "w", encoding="utf-8") as f:
            f.write(text)
        self.lab.write_config = lambda: None
        self.lab.start()
        self.wait_for("40 readings", lambda: self.saved() >= 40, 60)
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 60)
        self.wait_for("receipts for all", self.received, 90, 0.5)
        print("a van sent %d readings through TLS and has a receipt for each" % self.saved())
        return self.lab.status()["spool"]["id"]

    def received(self):
        store = self.lab.status()["stores"][0]
        return store["sent"] == store["received"] and store["ledger"]["sent"] == store["ledger"]["received"] and \
            not store["waiting"]

    # --- who is refused ----------------------------------------------------------------------------------------

    def refusals(self, centre, read_path):
        line = "reading,lab=lab-01,spool=aa,parameter=ph value=7,seq=1i %d" % NOW_MS
        own, other = centre.secret("tokens", "lab-01"), centre.secret("tokens", "lab-02")
        before = len(centre.raw())
        for user, token in (None, None), ("lab-01", "wrong"), ("lab-01", other), ("lab-02", own), ("lab-09", own), ("admin", own), \
                ("receipts", centre.secret("secret", "receipts")), ("", own):
            for path, body in ("/write?db=waterlab&precision=ms", line), (read_path, "q=SELECT"):
                self.assertEqual(centre.ask(path, body, user, token)[0], 401, (user, path))
        self.assertEqual(len(centre.raw()), before)
        for path in "/", "/ping", "/metrics", "/debug/vars", "/debug/pprof/", "/api/v1/export", "/api/v1/import", "/snapshot/create", \
                "/api/v1/admin/tsdb/delete_series", "/api/v2/write", "/write/", "/internal/force_flush":
            self.assertEqual(centre.as_lab("lab-01", path, "")[0], 404, path)
        self.assertEqual(centre.as_lab("lab-01", "/write?db=waterlab")[0], 403)
        with self.assertRaises(ssl.SSLError):
            http.client.HTTPSConnection("localhost", centre.about["port"], context=ssl.create_default_context()).request("GET", "/")

    def test_each_location_keeps_its_connection_to_the_store(self):
        """nginx gives a location that sets one header none of those set above it."""
        for name in "routes-influxdb.conf", "routes-victoriametrics.conf":
            with open(os.path.join(chain.TOP, "config/central", name), encoding="utf-8") as f:
                for place in re.findall(r"location .*?\n\t\t}", f.read(), re.S):
                    self.assertEqual("proxy_set_header" in place, 'proxy_set_header Connection "";' in place, (name, place))

    def test_the_map_behind_nginx(self):
        """What config/central/map-nginx.conf gives to whom, its names and paths apart."""
        if not mapnginx.program():
            self.skipTest("nginx is not installed (tools/install-deps test brings it)")
        top = os.path.join(self.folder, "map")
        for view in "public", "official", "labs":
            os.makedirs(os.path.join(top, "current", view, "data"))
            for name in "index.html", "data/index.json":
                with open(os.path.join(top, "current", view, name), "w", encoding="utf-8") as f:
                    f.write(view)
        server = mapnginx.MapNginx(top)
        self.addCleanup(server.end)

        def ask(path, password=None):
            way = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            try:
                login = {"Authorization": "Basic " + base64.b64encode(("gul:" + password).encode()).decode()} if password else {}
                way.request("GET", path, headers=login)
                reply = way.getresponse()
                return reply.status, reply.read().decode()
            except OSError:
                server.must_live()
                return None
            finally:
                way.close()
        self.wait_for("nginx to answer", lambda: ask("/"), 30)
        self.assertEqual([ask("/"), ask("/data/index.json")], [(200, "public")] * 2)
        for view, other in ("official", "labs"), ("labs", "official"):
            for path in "/%s/" % view, "/%s/data/index.json" % view:
                self.assertEqual([ask(path)[0], ask(path, other)[0]], [401, 401])
                self.assertEqual(ask(path, view), (200, view))
        for path in "/../official/data/index.json", "/data/../../official/index.html", "/%2e%2e/labs/", "/state/policy", "/current/labs/":
            self.assertNotEqual(ask(path)[0], 200, path)

    def test_influxdb(self):
        self.need_all(wholelab.InfluxDB)
        centre = Set(self, "influxdb").start()
        spool = self.van(centre, "influxdb-v1")
        rows = [json.loads(line) for line in centre.raw("reading")]
        self.assertEqual({row[1]["lab"] for row in rows}, {"lab-01"})
        self.assertEqual(len(rows), self.saved())
        self.refusals(centre, "/query")

        def asks(q, db="waterlab", more=""):
            return centre.as_lab("lab-02", "/query" + more, "db=%s&epoch=ms&q=%s" % (db, urllib.parse.quote(q, safe="-._~")))
        where = " FROM reading WHERE spool='%s' AND time>=0ms AND time<=%dms AND seq>=1 AND seq<=1000" % (spool, NOW_MS + 86400000)
        self.assertEqual(asks("SELECT count(seq)" + where)[0], 200)  # whoever knows a spool's id may count it
        for q in ("SELECT value" + where, "SELECT * FROM result", "SHOW DATABASES", "DROP DATABASE waterlab",
                  "SELECT seq INTO x" + where, "SELECT seq" + where + " OR seq>=1", "SELECT seq" + where.replace("'", '"'),
                  "SELECT count(seq)" + where + ";DROP MEASUREMENT reading", "SHOW TAG VALUES WITH KEY = lab"):
            self.assertEqual(asks(q)[0], 401, q)
        self.assertEqual(asks("SELECT count(seq)" + where, db="_internal")[0], 401)
        status, answer = centre.as_lab("lab-02", "/query?q=SHOW+DATABASES&u=admin&p=x", "")
        self.assertEqual(status, 401, answer)
        self.assertEqual(centre.as_lab("lab-01", "/write?db=other", "x y=1")[0], 403)
        # Past nginx, too, a lab's user may write and nothing else, and the reader may not write.
        status, answer = centre.direct("/query", urllib.parse.urlencode({"db": "waterlab", "q": "SELECT * FROM reading"}),
                                       "lab-01", centre.secret("tokens", "lab-01"))
        self.assertIn("not authorized", answer)
        self.assertEqual(centre.direct("/write?db=waterlab", "x y=1", "receipts", centre.secret("secret", "receipts"))[0], 403)
        # Not checked, and said so in config/central/README.md: what the lines of a valid lab say of `lab`.
        self.assertEqual(centre.as_lab("lab-02", "/write?db=waterlab&precision=ms",
                                       "reading,lab=lab-01,spool=bb value=1,seq=1i %d" % NOW_MS)[0], 204)
        self.assertEqual(len(centre.raw("reading")), len(rows) + 1)

    def test_victoriametrics(self):
        self.need_all(wholelab.VictoriaMetrics)
        centre = Set(self, "victoriametrics").start()
        spool = self.van(centre, "victoriametrics")
        seqs = [json.loads(line) for line in centre.raw("reading_seq")]
        self.assertEqual({row[0]["lab"] for row in seqs}, {"lab-01"})
        self.assertEqual(len(seqs), self.saved())
        self.refusals(centre, "/api/v1/export/csv")
        form = urllib.parse.urlencode({"format": "__value__", "match[]": '{__name__="reading_seq",spool="%s"}' % spool})
        self.assertEqual(len(centre.as_lab("lab-01", "/api/v1/export/csv", form)[1].split()), self.saved())
        for more in "", "&extra_label=lab=lab-01", "&extra_filters[]=%7Blab%3D%22lab-01%22%7D", "&match[]=%7Blab%3D%22lab-01%22%7D":
            for path in "/api/v1/export/csv", "/api/v1/export/csv?extra_label=lab=lab-01", "/api/v1/export/csv?" + form:
                self.assertEqual(centre.as_lab("lab-02", path, form + more), (200, ""), more)
        # Whatever a line says, it is the lab's that logged in.
        for path in "/write?precision=ms", "/write?precision=ms&extra_label=lab=lab-01", "/write?db=x":
            self.assertEqual(centre.as_lab("lab-02", path, "reading,lab=lab-01,spool=cc seq=1i %d" % NOW_MS)[0], 204)
        got = [json.loads(line)[0] for line in centre.raw("reading_seq") if '"cc"' in line]
        self.assertEqual([row["lab"] for row in got], ["lab-02"])
        status, _ = centre.direct("/api/v1/export?match[]=%7Blab!%3D%22%22%7D", None, "centre", "wrong")
        self.assertEqual(status, 401)
        self.assertIn(centre.direct("/api/v1/admin/tsdb/delete_series?match[]=%7Blab!%3D%22%22%7D")[0], (400, 401, 403))
        self.assertEqual(len(centre.raw("reading_seq")), len(seqs) + 1)

    # --- many vans, backup and restore --------------------------------------------------------------------------

    def fleet(self, centre, flavour, *more):
        done = subprocess.run(
            [FLEET, "--dir", os.path.join(self.folder, "fleet"), "--seed", str(SEED), "--labs", "3", "--days", "20",
             "--readings", "20", "--places", os.path.join(chain.TOP, "config/places.csv"),
             "--limits", os.path.join(chain.TOP, "config/limits"), "--store", flavour, "--url", centre.url, "--ca-file", centre.ca,
             "--tokens", os.path.join(centre.dir, "tokens"), "--truth", os.path.join(self.folder, "truth.csv"), *more],
            capture_output=True, text=True, preexec_fn=wholelab.die_with_parent)
        print(done.stdout, end="")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(self.folder, "truth.csv"), encoding="utf-8") as f:
            return len(f.readlines()) - 1

    def map_of(self, centre, flavour):
        """The publisher finds the vans' results with no more than README.md says of the store."""
        user, secret = ("publisher", "publisher") if flavour == "influxdb-v1" else ("centre", "admin")
        conf = os.path.join(self.folder, "heatmap.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write('store = { type = "%s"; url = "http://127.0.0.1:%d"; user = "%s"; token_file = "%s"; };\nout = "%s/map";\n'
                    'places = "%s/config/places.csv"; limits = { folder = "%s/config/limits"; };\n' % (
                        flavour, centre.about["store_port"], user, os.path.join(centre.dir, "secret", secret), self.folder, chain.TOP, chain.TOP))
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", conf], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r": [1-9]\d* results")

    def same(self, got, rows):
        differs = set(got) ^ set(rows)
        self.assertFalse(differs and "%d rows differ, among them %s" % (len(differs), sorted(differs)[:5]))
        self.assertEqual(len(got), len(rows))

    def kept(self, kind, store, flavour):
        """A fleet that is slowed down by the limit of requests; then all of it into a new set-up from a backup."""
        self.need_all(store)
        centre = Set(self, kind, "centre", "lab-01,lab-02,lab-03", "--rate", "2").start()
        results = self.fleet(centre, flavour, "--batch", "250")
        with open(os.path.join(centre.dir, "log", "requests.log"), encoding="utf-8") as f:
            answers = re.findall(r" (?:POST|GET) \S+ (\d+) ", f.read())
        print({a: answers.count(a) for a in set(answers)})
        self.assertIn("429", answers)
        # VictoriaMetrics shows a new series a while after it took it, but after a start all it has.
        centre.end()
        centre.start()
        rows = self.wait_for("all results", lambda: (lambda raw: sum(
            '"result' in r and (kind == "influxdb" or "result_seq" in r) for r in raw) == results and raw)(centre.raw()), 30, 0.5)
        self.map_of(centre, flavour)
        backup = os.path.join(self.folder, "backup")
        centre.tool("backup", "--to", backup)
        centre.end()
        size = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(backup) for name in names)
        again = Set(self, kind, "again", "lab-01,lab-02,lab-03")
        subprocess.run(again.argv + ["--only-make"], check=True)
        again.tool("restore", "--from", backup)
        again.start()
        self.same(again.raw(), rows)
        print("%s: %d lines of raw content, the same from a backup of %d bytes" % (kind, len(rows), size))
        self.assertEqual(again.as_lab("lab-03", "/write?db=waterlab", "reading,lab=lab-03,spool=dd seq=1i %d" % NOW_MS)[0], 204)
        return again

    def test_kept_influxdb(self):
        centre = self.kept("influxdb", wholelab.InfluxDB, "influxdb-v1")
        results, readings = centre.raw("result"), len(centre.raw("reading"))
        centre.tool("trim", "--days", "10")
        left = [json.loads(line) for line in centre.raw("reading")]
        self.assertTrue(0 < len(left) < readings, (len(left), readings))
        self.assertGreater(min(row[3][0] for row in left), NOW_MS - 10 * 86400000 - 1000)
        self.same(centre.raw("result"), results)
        print("trimmed: %d of %d readings are left, and all results" % (len(left), readings))

    def test_kept_victoriametrics(self):
        again = self.kept("victoriametrics", wholelab.VictoriaMetrics, "victoriametrics")
        # Started once more beside itself: it says so, and what runs goes on.
        done = subprocess.run(again.argv, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("stop it first", done.stderr)
        self.assertEqual(again.as_lab("lab-03", "/write?db=waterlab", "reading,lab=lab-03,spool=dd seq=2i %d" % NOW_MS)[0], 204)


if __name__ == "__main__":
    main()
