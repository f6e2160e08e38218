#!/usr/bin/python3
"""The officials' map from a real store: what must never look as if it met its limits; a store that is down, empty or answers rubbish
leaves the last map in place.
"""

import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time

import heatmap_truth
from chain import TOP, main, wholelab
from heatmap_harness import HeatmapTest


def line(parameter, at, fields, **tags):
    tags = dict(dict(activity="sample", district="PK505", lab="kp-van-01", method="cbt", parameter=parameter, position="consumer",
                     source_type="borehole_tubewell", spool="5e1f"), **tags)
    return "result,%s %s,status=0i %d" % (",".join("%s=%s" % item for item in sorted(tags.items())), fields, at)


class Safety(HeatmapTest):
    """What must never look as if the water met its limits."""

    def publish_lines(self, lines):
        store = self.real_store(wholelab.InfluxDB)
        self.write(store, lines)
        self.path = self.config(store.url)
        self.publish(self.path)
        return store

    def verdicts(self):
        names = sorted(os.listdir(os.path.join(self.out, "current/official/data/results")))
        rows = [r for name in names if name.endswith(".csv") for r in self.csv("official", "data/results", name)]
        return {int(r["sample"]): (r["verdict"], r["reason"]) for r in rows}

    def test_what_the_van_doubted_never_meets(self):
        now = int(time.time() * 1000) - 5 * heatmap_truth.DAY
        rows = [  # sample, fields, what it must be
            ("ph", "value=7,censor=1i,verdict=6i,reason=20i,limit_low=6.5,limit=8.5,limit_set=1i", ("cannot_judge", "never_checked")),
            ("ph", "value=9,censor=1i,verdict=5i,reason=24i,as_if=2i,limit_low=6.5,limit=8.5,limit_set=1i", ("possible_failure", "qc_failed")),
            ("ph", "value=7,censor=1i,verdict=6i,reason=1i", ("cannot_judge", "no_limit")),
            ("ecoli", "censor=6i,verdict=6i,reason=14i,screening=1i,limit_set=1i", ("cannot_judge", "insensitive")),
            ("ecoli", "censor=6i,mdl=10,verdict=6i,reason=1i,screening=1i", ("cannot_judge", "insensitive")),    # diluted
            ("ecoli", "value=0,censor=1i,verdict=6i,reason=17i,screening=1i,limit_set=1i", ("cannot_judge", "zero")),
            ("ecoli", "censor=0i,verdict=6i,reason=10i,screening=1i", ("cannot_judge", "no_value")),
            ("iron", "value=9,censor=1i,verdict=2i,limit=0.3,limit_set=1002i,screening=1i", ("possible_failure", "no_limit")),
            ("turbidity_ntu", "value=4,censor=2i,verdict=6i,reason=18i,rule=1i,limit=5,limit_set=1i,screening=1i", ("cannot_judge", "uncertainty")),
            ("turbidity_ntu", "value=5,censor=1i,verdict=1i,limit=9,limit_set=7i,screening=1i", ("fails_above", "none")),
            ("ecoli", "censor=6i,verdict=1i,screening=1i,limit_set=1i", ("meets", "none")),
        ]
        self.publish_lines([line(parameter, now + i, "%s,sample=%di,point=%di,rev=0i,seq=%di" % (fields, i + 1, i + 1, i + 1))
                            for i, (parameter, fields, _) in enumerate(rows)])
        self.assertEqual(self.verdicts(), {i + 1: wanted for i, (_, _, wanted) in enumerate(rows)})

    def test_a_field_named_like_a_tag_takes_nothing_from_others(self):
        """In InfluxDB a name is a measurement's: one van's field "district" would stand where all others' tag does."""
        now = int(time.time() * 1000) - 5 * heatmap_truth.DAY
        fails = "value=9,censor=1i,verdict=4i,limit_set=1i,screening=1i,rev=0i"
        tags = ("lab", "spool", "district", "parameter", "method", "near", "position", "source_type", "activity")
        store = self.publish_lines([line("ecoli", now + i, "%s,sample=%di,point=%di,seq=%di" % (fails, i, i, i)) for i in range(1, 4)])
        wanted = self.read("official", "data/failures.csv")
        self.assertEqual(len(wanted.splitlines()), 4)
        self.write(store, ["result,lab=other,spool=o,seq=7,verdict=8,sample=9,point=10 %s,status=0i %d" % (
            ",".join("%s=%di" % (tag, i) for i, tag in enumerate(tags)), now + 9)])
        self.write(store, ['point,lab=other,spool=o,point=7 code=1i,name=2i,lab=3i,spool=4i,point_type=5i %d' % (now + 9)])
        self.publish(self.path)
        self.assertEqual([row for row in self.read("official", "data/failures.csv").splitlines() if not row.startswith("other,")],
                         wanted.splitlines())

    def test_numbers_and_names_that_cannot_be_hide_no_failure(self):
        now = int(time.time() * 1000) - 5 * heatmap_truth.DAY
        fails, meets = "value=9,censor=1i,verdict=4i,limit_set=1i", "censor=6i,verdict=1i,limit_set=1i"
        odd = [fails + ",sample=-1i,rev=0i,seq=1i", fails + ",sample=11i,rev=-1i,seq=2i", fails + ",sample=12i,rev=300i,seq=3i",
               fails + ",sample=13i,rev=0i", fails + ",sample=14i,rev=0i,seq=9223372036854775807i", fails + ",sample=15i,rev=0i,seq=-5i"]
        lines = [line("ecoli", now + i, "%s,point=%di,screening=1i" % (fields, i + 1)) for i, fields in enumerate(odd)]
        lines += [line("ecoli", now + 1000 + i, "%s,sample=%di,point=%di,screening=300i,rev=300i,seq=%di" % (meets, 30 + i, i + 1, 30 + i), method="other")
                  for i in range(len(odd))]
        names = {'lab="quoted", and \u0627\u0631\u062f\u0648': 21, " blank ": 22, "comma,equals=x": 23}
        for i, (name, point) in enumerate(names.items()):
            lines.append(line("ecoli", now + 50 + i, "%s,sample=%di,point=%di,rev=0i,seq=%di" % (fails, point, point, point),
                              lab=name.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")))
        store = self.real_store(wholelab.InfluxDB)
        self.write(store, lines)
        done = self.run_publisher(self.config(store.url))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("numbers: 11 results have a number that cannot be", done.stderr)
        listed = self.json("official", "data/failures.json")["failures"]
        self.assertEqual(sorted(int(f["point"].rsplit("/", 1)[1]) for f in listed), list(range(1, len(odd) + 1)) + sorted(names.values()))
        self.assertEqual({f["lab"] for f in listed}, {"kp-van-01"} | set(names))

    def hostile(self, kind, flavour, lines):
        """What one laboratory may write hides nothing of another's, and stops no map."""
        now = int(time.time() * 1000) - 5 * heatmap_truth.DAY
        fails = "value=9,censor=1i,verdict=4i,limit_set=1i,rev=0i,screening=1i"
        store = self.real_store(kind)
        self.write(store, [line("ecoli", now + i, "%s,sample=%di,point=%di,seq=%di" % (fails, i, i, i)) for i in range(1, 4)])
        path = self.config(store.url, flavour)
        wholelab.wait_for("the store to show it", lambda: self.run_publisher(path).returncode == 0 and
                          self.json("official", "data/index.json")["totals"]["open_failures"] == 3, 60)
        wanted = self.read("official", "data/failures.csv")
        for one in lines(now, fails):
            status, said = wholelab.ask_http(store.url + "/write?db=waterlab&precision=ms", data=one, timeout=60)
            self.assertEqual(status, 204, (one[:200], said))
        wholelab.ask_http(store.url + "/internal/force_flush") if kind is wholelab.VictoriaMetrics else None
        said = []
        wholelab.wait_for("the store to show it", lambda: said.append(self.run_publisher(path)) or "labs: results are left out" in said[-1].stderr, 60)
        self.assertEqual(said[-1].returncode, 0, said[-1].stderr)
        self.assertEqual([row for row in self.read("official", "data/failures.csv").splitlines() if "theirs" not in row], wanted.splitlines())

    def names(self, now, fails):
        long = "x" * 3000
        for i, lab in enumerate((b"a\xffb", b"a\x00b", b"a\x1b[2Jb", b"\xef\xbf\xbd", long.encode())):
            for at in (now, now - 45 * heatmap_truth.DAY):
                yield b"result,activity=theirs,district=PK505,lab=%s,parameter=ecoli,spool=z %s,sample=1i,seq=%di %d" % (lab, fails.encode(), i + 1, at)
        for i, tag in enumerate((b"\xff\xfe", b"a\x00b", long.encode())):
            yield b"result,activity=theirs,district=%s,lab=kp-van-66,parameter=%s,spool=theirs,near=%s %s,sample=%di,seq=%di %d" % (
                tag, tag, tag, fails.encode(), i + 1, i + 20, now)
            yield b"point,lab=kp-van-66,name=%s,code=%s,spool=theirs point=1i,lat=34,seq=%di %d" % (tag, tag, i + 30, now)

    def test_names_that_a_van_never_has_influxdb(self):
        def lines(now, fails):
            yield from self.names(now, fails)
            # In InfluxDB each 28 days have kinds of their own: a text where all others have a number.
            for ago in (60, 120):
                yield b'result,lab=kp-van-66,spool=theirs verdict="x",seq="y",sample="z",value="w" %d' % (now - ago * heatmap_truth.DAY)
            yield b"lab_status,lab=kp-van-66,spool=theirs " + b",".join(b"more%d=1" % i for i in range(90)) + b" %d" % now
        self.hostile(wholelab.InfluxDB, "influxdb-v1", lines)

    def test_names_that_a_van_never_has_victoriametrics(self):
        self.hostile(wholelab.VictoriaMetrics, "victoriametrics", self.names)

    def test_what_closes_a_failure_and_what_does_not(self):
        day, now = heatmap_truth.DAY, int(time.time() * 1000)
        meets, fails = "censor=6i,verdict=1i,limit_set=1i", "value=9,censor=1i,verdict=4i,limit_set=1i"
        cannot = "value=0,censor=1i,verdict=6i,reason=17i,limit_set=1i"
        kit = ",screening=1i"
        stories = {  # point: (days ago, fields, tags)..., is it open?
            1: ([(9, fails + kit, {}), (5, meets + kit, {})], False),
            2: ([(9, fails + kit, {}), (5, cannot + kit, {})], True),
            3: ([(9, fails + kit, {}), (5, meets + kit + ",purpose=5i", {})], True),
            4: ([(9, fails + kit, {}), (5, meets + kit, dict(activity="reference"))], True),
            5: ([(9, fails, dict(method="membrane")), (5, meets + kit, {})], True),
            6: ([(9, fails, dict(method="membrane")), (5, meets, dict(method="membrane"))], False),
            7: ([(9, meets + kit, {}), (5, fails + kit, {}), (5, meets + kit, dict(activity="replicate"))], True),
            8: ([(5, fails + kit, {}), (9, meets + kit, {})], True),
            9: ([(9, fails + kit, {}), (-30, meets + kit, {})], True),
            10: ([(9, meets + kit, {}), (5, fails + kit + ",purpose=5i", {})], False),
            11: ([(9, fails + kit + ",purpose=2i", {})], True),
            12: ([(9, fails + kit, {}), (5, meets + kit + ",purpose=0i", {})], True),    # a newer program's purpose
            13: ([(9, fails + kit + ",purpose=0i", {})], True),
            14: ([(9, fails + kit, {}), (5, meets + kit + ",purpose=2i", {})], False),
        }
        lines, sample = [], 0
        for point, (visits, _) in stories.items():
            for ago, fields, tags in visits:
                sample += 1
                parent = ",parent=%di" % (sample - 1) if tags.get("activity") in ("replicate", "reference") else ""
                lines.append(line("ecoli", now - ago * day + sample, "%s%s,sample=%di,point=%di,rev=0i,seq=%di" % (
                    fields, parent, sample, point, sample), **tags))
        self.publish_lines(lines)
        listed = {int(f["point"].split("/")[2]) for f in self.json("official", "data/failures.json")["failures"]}
        self.assertEqual(listed, {point for point, (_, still) in stories.items() if still})


# The signal comes when all was looked at and the pause has not begun.
TOLD = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

int pselect(int n, fd_set *r, fd_set *w, fd_set *x, const struct timespec *t, const sigset_t *mask)
{
	kill(getpid(), SIGTERM);
	return ((int (*)(int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *))dlsym(
		RTLD_NEXT, "pselect"))(n, r, w, x, t, mask);
}

int nanosleep(const struct timespec *t, struct timespec *left)
{
	kill(getpid(), SIGTERM);
	return ((int (*)(const struct timespec *, struct timespec *))dlsym(RTLD_NEXT, "nanosleep"))(t, left);
}
"""


class Trouble(HeatmapTest):
    def test_a_store_that_is_away_empty_or_not_itself(self):
        store = self.real_store(wholelab.InfluxDB)
        path = self.config(store.url)
        done = self.run_publisher(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("holds no results", done.stderr)
        self.assertFalse(os.path.lexists(os.path.join(self.out, "current")))

        now = int(time.time() * 1000)
        self.write(store, [line("ecoli", now - 1000, "censor=6i,verdict=1i,limit_set=1i,sample=1i,point=1i,rev=0i,seq=1i,screening=1i")])
        self.publish(path)
        before = os.readlink(os.path.join(self.out, "current"))
        index = self.read("public", "data/index.json")
        self.assertIsNone(self.json("public", "data/status.json")["trouble"])

        store.query("DROP DATABASE waterlab", post=True)
        store.query("CREATE DATABASE waterlab", post=True)
        self.stays(path, before, index, "holds no results", "the store holds no results")
        store.query("DROP DATABASE waterlab", post=True)
        self.stays(path, before, index, "database not found", "the store refuses, or is not set up")
        store.stop()
        self.stays(path, before, index, "store http", "the store does not answer")

    def stays(self, path, before, index, words, public_words):
        done = self.run_publisher(path)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(words, done.stderr)
        self.assertEqual(os.readlink(os.path.join(self.out, "current")), before)
        self.assertEqual(self.read("public", "data/index.json"), index)
        status = self.json("public", "data/status.json")
        self.assertEqual(status["trouble"], public_words, done.stderr)
        self.assertNotIn("127.0.0.1", json.dumps(status))
        self.assertEqual([n for n in os.listdir(self.out) if n.endswith(".part")], [])

    def serve(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                answer(self)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return "http://127.0.0.1:%d" % server.server_port

    def test_answers_that_are_none(self):
        good = b'{"results":[{"statement_id":0}]}\n'
        once = b'{"results":[{"statement_id":0,"series":[{"name":"result","columns":["time","sample"],"values":[[5,1]],"partial":true}],"partial":true}]}\n'
        real = self.real_store(wholelab.InfluxDB)
        self.write(real, [line("ecoli", int(time.time() * 1000) - 1000,
                               "censor=6i,verdict=1i,limit_set=1i,sample=1i,point=1i,rev=0i,seq=1i,screening=1i")])
        self.publish(self.config(real.url))
        before, index = os.readlink(os.path.join(self.out, "current")), self.read("public", "data/index.json")

        def body(*parts, status=200, kind="application/json"):
            def answer(handler):
                nonlocal asked
                part = parts[min(asked, len(parts) - 1)]
                asked += 1
                handler.send_response(status)
                handler.send_header("Content-Type", kind)
                handler.send_header("Content-Length", str(len(part)))
                handler.end_headers()
                handler.wfile.write(part)
            return answer

        for answer, words in (
                (body(b"<html>please log in</html>", kind="text/html"), "store http"),
                (body(b"hello"), "not the answer of an InfluxDB"),
                (body(b'{"results":[]}'), "not the answer of an InfluxDB"),
                (body(b'{"error":"authorization failed"}', status=401), "authorization failed"),
                (body(b'{"results":[{"error":"shard is gone"}]}'), "shard is gone"),
                (body(b'{"results":[{"series":[{"columns":["time"],"values":[["x"]]}]}]}'), "does not fit"),
                (body(good, good[:20]), "not the answer of an InfluxDB"),
                (body(good, once), "ended early"),          # more was announced, and did not come
                (body(good), "holds no results"),
                (body(b"", status=503), "503")):
            asked = 0
            path = self.config(self.serve(answer))
            done = self.run_publisher(path)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn(words, done.stderr)
            self.assertEqual(os.readlink(os.path.join(self.out, "current")), before)
            self.assertEqual(self.read("public", "data/index.json"), index)

    def test_tables_that_are_none(self):
        """Results alone are CSV, which has no end of its own: two are counted, and what then comes is short, cut, another thing, or a no."""
        real = self.real_store(wholelab.InfluxDB)
        self.write(real, [line("ecoli", int(time.time() * 1000) - 1000,
                               "censor=6i,verdict=1i,limit_set=1i,sample=1i,point=1i,rev=0i,seq=1i,screening=1i")])
        self.publish(self.config(real.url))
        before, index = os.readlink(os.path.join(self.out, "current")), self.read("public", "data/index.json")
        counted = b'{"results":[{"series":[{"tags":{"lab":"a"},"columns":["time","sum","count"],"values":[[0,3,2]]}]}]}\n'
        names, row = b"name,tags,time,lab,seq\n", b"result,,%d,a,1\n" % (int(time.time() * 1000) - 1000)

        def answer_with(table, length):
            def answer(handler):
                body = table if handler.headers["Accept"] == "application/csv" else counted
                handler.send_response(200)
                handler.send_header("Content-Type", "text/csv")
                handler.send_header("Content-Length", str(length if body is table and length else len(body)))
                handler.end_headers()
                handler.wfile.write(body)
                handler.close_connection = True
            return answer

        for table, length, words in (
                (b"", 0, "it counts "),
                (names + row, 0, "it counts "),
                (names + row + row[:-4], 10000, "store http"),              # the connection breaks
                (names + row + b'result,,5,"a\n', 0, "ended early"),
                (names + b"result,,5\n", 0, "does not fit"),
                (b"result,,5,a,1\n", 0, "does not fit"),
                (names + b"result,," + b"9" * 100000 + b",a,1\n", 0, "does not fit"),
                (b"error\n\"shard is gone\"\n", 0, "shard is gone"),
                (counted, 0, "not the answer of an InfluxDB"),
                (names + b"result,,5,a,1\n" * 300, 0, "not asked for")):       # of another time
            done = self.run_publisher(self.config(self.serve(answer_with(table, length))))
            self.assertEqual(done.returncode, 1, words)
            self.assertIn(words, done.stderr)
            self.assertEqual(os.readlink(os.path.join(self.out, "current")), before)
            self.assertEqual(self.read("public", "data/index.json"), index)

    def test_a_store_that_never_ends(self):
        def answer(handler):
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b" ")
                    time.sleep(0.2)
            except OSError:
                pass

        done = self.run_publisher(self.config(self.serve(answer), more="give_up_s = 5;"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("give_up_s", done.stderr)

    def test_watch_goes_on_and_ends_when_told(self):
        store = self.real_store(wholelab.InfluxDB)
        path = self.config(store.url)
        watch = wholelab.Process("watch", [os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", path, "--watch", "1"], self.folder)
        self.addCleanup(watch.end)
        wholelab.wait_for("it to say that there is nothing", lambda: "no results" in watch.tail())
        self.write(store, [line("ecoli", int(time.time() * 1000) - 1000,
                                "censor=6i,verdict=1i,limit_set=1i,sample=1i,point=1i,rev=0i,seq=1i,screening=1i")])
        wholelab.wait_for("the first version", lambda: os.path.lexists(os.path.join(self.out, "current")))
        self.assertEqual(watch.end(signal.SIGTERM), 0)

    def test_told_to_end_just_before_it_pauses_it_does_not_wait(self):
        store = self.real_store(wholelab.InfluxDB)
        told = os.path.join(self.folder, "told")
        with open(told + ".c", "w") as f:
            f.write(TOLD)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", told + ".so", told + ".c"], check=True)
        env = dict(os.environ, LD_PRELOAD=told + ".so", ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", self.config(store.url), "--watch", "86400"],
                              env=env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_page_lies_beside_the_data_of_each_view(self):
        store = self.real_store(wholelab.InfluxDB)
        self.write(store, [line("ecoli", int(time.time() * 1000) - 1000,
                                "censor=6i,verdict=1i,limit_set=1i,sample=1i,point=1i,rev=0i,seq=1i,screening=1i")])
        page = os.path.join(self.folder, "page")
        os.makedirs(os.path.join(page, "deep"))
        with open(os.path.join(page, "token"), "w") as f:
            f.write("secret")
        done = self.run_publisher(self.config(store.url, more='page = "%s/";' % page))
        self.assertEqual(done.returncode, 1)    # a folder that was named by mistake is not for everybody
        self.assertIn("is no folder of the built page", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.out, "current")))
        os.unlink(os.path.join(page, "token"))
        for name in ("index.html", "main.js", "words.en.json", "deep/a.js"):
            with open(os.path.join(page, name), "w") as f:
                f.write(name)
        self.publish(self.config(store.url, more='page = "%s/";' % page))
        for view in ("public", "official", "labs"):
            self.assertEqual((self.read(view, "index.html"), self.read(view, "deep/a.js")), ("index.html", "deep/a.js"))
            self.assertEqual(self.json(view, "data/index.json")["view"], view)
        done = self.run_publisher(self.config(store.url, more='page = "%s/nowhere";' % page))
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere", done.stderr)
        self.assertEqual(self.read("public", "index.html"), "index.html")

    def test_a_changed_policy_is_logged(self):
        store = self.real_store(wholelab.InfluxDB)
        self.write(store, [line("ecoli", int(time.time() * 1000) - 1000,
                                "censor=6i,verdict=1i,limit_set=1i,sample=1i,point=1i,rev=0i,seq=1i,screening=1i")])
        path = self.config(store.url)
        self.assertRegex(self.run_publisher(path).stderr, "policy.*first: small_cell 5")
        self.assertEqual(self.run_publisher(path).stderr, "")
        self.assertRegex(self.run_publisher(self.config(store.url, more="policy = { small_cell = 9; };")).stderr,
                         "was: small_cell 5.*; is now: small_cell 9")

    def test_configuration_is_checked(self):
        path = self.config("ftp://x", more="keep = 0; policy = { small_cell = 1; public_sources = \"river\"; };")
        done = self.run_publisher(path, "--check")
        self.assertEqual(done.returncode, 2)
        self.assertTrue(re.search(r"heatmap.conf:4: .*keep", done.stderr), done.stderr)
        self.assertIn('"river" is no source type', done.stderr)
        done = self.run_publisher(self.config("http://x", more='outlines = { file = "here.geojson"; };'), "--check")
        for words in "no full path", "outlines want an edition", "outlines want a disclaimer":
            self.assertIn(words, done.stderr)
        sample = os.path.join(TOP, "config/central/heatmap.conf")
        with open(sample, encoding="utf-8") as f:
            self.assertEqual(self.run_publisher(sample, "--sample-config").stdout, f.read())


if __name__ == "__main__":
    main()
