#!/usr/bin/python3
"""What became different from one version of the results to the next, over a real InfluxDB: random histories of rows that come, change, go,
return and move to another month, of other limits and doubles, of clocks that jump and publishers killed in the middle.  What each version
says is held against all versions before it, as they were kept; and whoever follows by `changed` and withdrawn.csv has what is published.
"""

import csv
import datetime
import json
import os
import shutil
import signal
import subprocess
import time

from chain import main, wholelab
from heatmap_harness import OWN, HeatmapTest
from heatmap_truth import DAY

KEY = "lab spool sample parameter method replicate".split()
DAYS = 5
# Another clock, and the end at the very call that was asked for.
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long calls;

__attribute__((destructor)) static void said(void)
{
	if (getenv("CALLS"))
		dprintf(atoi(getenv("CALLS")), "%ld", calls);
}

static void count(void)
{
	const char *at = getenv("KILL_AT");

	if (++calls == (at ? atol(at) : 0))
		kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
int clock_gettime(clockid_t id, struct timespec *t)
{
	int err = NEXT(clock_gettime)(id, t);

	if (id == CLOCK_REALTIME && getenv("CLOCK_S"))
		t->tv_sec += atol(getenv("CLOCK_S"));
	return err;
}
FILE *fopen(const char *path, const char *mode) { count(); return NEXT(fopen)(path, mode); }
int fclose(FILE *file) { count(); return NEXT(fclose)(file); }
int rename(const char *from, const char *to) { count(); return NEXT(rename)(from, to); }
int symlink(const char *from, const char *to) { count(); return NEXT(symlink)(from, to); }
int mkdir(const char *path, mode_t mode) { count(); return NEXT(mkdir)(path, mode); }
int unlink(const char *path) { count(); return NEXT(unlink)(path); }
int remove(const char *path) { count(); return NEXT(remove)(path); }
int syncfs(int fd) { count(); return NEXT(syncfs)(fd); }
int fsync(int fd) { count(); return NEXT(fsync)(fd); }
"""


def seconds(text):
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())


def escaped(text):
    return text.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


class Changes(HeatmapTest):
    def setUp(self):
        super().setUp()
        self.now = int(time.time() * 1000)
        self.held, self.gone, self.n = [], [], 0    # rows the store has, and had
        self.log, self.calls = [], 100
        self.aliases = os.path.join(self.folder, "aliases.csv")
        self.table("")
        self.shim = os.path.join(self.folder, "shim")
        with open(self.shim + ".c", "w") as f:
            f.write(SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.shim + ".so", self.shim + ".c"], check=True)

    def table(self, text):
        with open(self.aliases, "w") as f:
            f.write("double,counts\n" + text)

    def begin(self, keep=1):
        self.store = self.real_store(wholelab.InfluxDB)
        self.path = self.config(self.store.url, more='aliases = "%s"; withdrawn_days = %d; keep = %d;' % (self.aliases, DAYS, keep))

    # --- the store ---------------------------------------------------------------------------------------------

    def line(self, row):
        return ("result,activity=sample,district=PK505,lab=%s,method=%s,parameter=%s,position=consumer,source_type=protected_spring,spool=%s "
                "value=%s,censor=1i,verdict=1i,limit=5,limit_set=1i,sample=%di,point=%di,treated=1i,replicate=%di,rev=%di,seq=%di %d" % (
                    *(escaped(row[k]) for k in ("lab", "method", "parameter", "spool")), row["value"], row["sample"], row["point"],
                    row["replicate"], row["rev"], row["seq"], row["at"] + row["rev"]))

    def put(self, row, **what):
        self.n += 1
        row.update(what, seq=self.n)
        row["times"].add(row["at"] + row["rev"])
        self.write(self.store, [self.line(row)])

    def add(self):
        rng, n = self.random, len(self.held) + len(self.gone) + 1
        row = dict(lab=rng.choice(["kp-van-01", "kp-van-02", '=odd, "lab"', "'=odd"]), spool=rng.choice(["5e1f", "5e20"]), sample=n,
                   parameter="turbidity_ntu", method=rng.choice(["tube", "@x"]), replicate=rng.choice([0, 0, 2]), point=rng.randrange(1, 6),
                   rev=0, value=rng.choice([1, 4, 4.7, 9]), at=self.now - rng.randrange(70) * DAY // 1000 * 1000 - n * 60000, times=set())
        self.held.append(row)
        self.put(row)

    def change(self):
        """Corrected; or written over as it stands, with another value or the same."""
        row = self.random.choice(self.held)
        self.put(row, rev=row["rev"] + self.random.randrange(2), value=self.random.choice([1, 4, 4.7, 9]))

    def move(self):
        row = self.random.choice(self.held)
        self.put(row, rev=row["rev"] + 1, at=row["at"] - self.random.choice([-1, 1]) * 31 * DAY)

    def remove(self):
        row = self.held.pop(self.random.randrange(len(self.held)))
        self.gone.append(row)
        for at in row["times"]:
            self.store.query("DELETE FROM result WHERE time = %dms" % at, post=True)

    def come_back(self):
        if self.gone:
            row = self.gone.pop(self.random.randrange(len(self.gone)))
            self.held.append(row)
            self.put(row)

    def other_limits(self):
        with open(self.own, "w") as f:
            f.write(OWN.replace("4.5", str(self.random.choice([4.5, 4.8, 3]))))

    def other_doubles(self):
        self.table(self.random.choice(["", "kp-van-01/5e1f/1,KP-1\n", "kp-van-01/5e1f/1,KP-2\nkp-van-02/5e20/2,KP-2\n"]))

    # --- the versions ------------------------------------------------------------------------------------------

    def try_to_publish(self, clock_s=0, kill_at=None):
        """False: it was killed before there was a new version."""
        env = dict(os.environ, LD_PRELOAD=self.shim + ".so", CLOCK_S=str(clock_s), ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        if kill_at:
            env["KILL_AT"] = str(kill_at)
        before = os.path.realpath(os.path.join(self.out, "current"))
        with open(os.path.join(self.folder, "calls"), "w+") as calls:
            done = subprocess.run([os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", self.path],
                                  env=dict(env, CALLS=str(calls.fileno())), pass_fds=(calls.fileno(),), capture_output=True, text=True, timeout=120)
            calls.seek(0)
            self.calls = int(calls.read() or self.calls)
        self.assertIn(done.returncode, (0, -signal.SIGKILL) if kill_at else (0,), done.stderr)
        self.killed = done.returncode != 0
        self.log = [one for one in done.stderr.splitlines() if "policy" not in one]
        return before != os.path.realpath(os.path.join(self.out, "current"))

    def version(self):
        """{key: (the row without its `changed`, which)}, the list of what is gone, and index.json, as they stand."""
        data = os.path.join(self.out, "current/official/data")
        rows = {}
        for name in sorted(os.listdir(os.path.join(data, "results"))):
            if name.endswith(".csv"):
                with open(os.path.join(data, "results", name), encoding="utf-8", newline="") as f:
                    table = list(csv.DictReader(f))
                self.assertEqual(list(table[0])[-1], "changed")
                places = self.json("official", "data/results", name.replace(".csv", ".geojson"))["features"]
                self.assertEqual([p["properties"]["changed"] for p in places], [one["changed"] for one in table])
                for one in table:
                    changed = one.pop("changed")
                    self.assertEqual(one["sampled"][:7], name[:7])
                    key = tuple(one[k] for k in KEY)
                    self.assertNotIn(key, rows)
                    rows[key] = one, changed
        gone = [(tuple(one[k] for k in KEY), one["sampled"], one["withdrawn"]) for one in self.csv("official", "data/withdrawn.csv")]
        return rows, gone, self.json("official", "data/index.json")

    def expect(self, before, rows, index):
        """({key: changed}, {key: (sampled, withdrawn)}, from, to) of a version, by the one before it."""
        made = seconds(index["made"])
        if before is None:
            return {key: made for key in rows}, {}, made, made
        old, changed, gone, since, upto = before
        to = max(made, upto + 1)
        now_changed = {key: changed[key] if key in old and old[key][0] == rows[key][0] else to for key in rows}
        now_gone = {key: what for key, what in gone.items() if key not in rows and what[1] >= to - DAYS * 86400}
        now_gone.update((key, (old[key][0]["sampled"], to)) for key in old if key not in rows)
        return now_changed, now_gone, max(since, to - DAYS * 86400), to

    def check_version(self, before):
        rows, gone, index = self.version()
        changed, expected, since, to = self.expect(before, rows, index)
        self.assertEqual({key: seconds(when) for key, (_, when) in rows.items()}, changed)
        self.assertEqual(len(gone), len({key for key, _, _ in gone}))
        self.assertEqual({key: (sampled, seconds(when)) for key, sampled, when in gone}, expected)
        self.assertEqual([seconds(index["changes"][k]) for k in ("from", "to")], [since, to])
        return rows, changed, expected, since, to

    def check_followers(self, versions):
        """Whoever took any version that is not too old, and takes what is new and drops what is gone, has the newest."""
        rows, changed, gone, since, _ = versions[-1]
        followed = 0
        for old, _, _, _, to in versions[:-1]:
            if to < since:
                continue
            copy = {key: row for key, (row, _) in old.items()}
            copy.update((key, row) for key, (row, _) in rows.items() if changed[key] > to)
            for key, (_, when) in gone.items():
                if when > to:
                    copy.pop(key, None)
            self.assertEqual(copy, {key: row for key, (row, _) in rows.items()})
            followed += 1
        return followed

    def test_random_histories(self):
        self.begin()
        rng, clock_s, before, versions, killed, followed, seen = self.random, 0, None, [], 0, 0, set()
        expired = killed_after = highest = 0
        for _ in range(12):
            self.add()
        while len(versions) < 30:
            for _ in range(rng.randrange(4)):
                act = rng.choice([self.add, self.change, self.change, self.move, self.remove, self.come_back, self.other_limits, self.other_doubles])
                if act != self.remove or len(self.held) > 3:
                    act()
                    seen.add(act.__name__)
            if len(versions) in (8, 20) and len(self.held) > 3:    # one never comes back, and its time is over later
                self.remove()
                self.gone.pop()
                clock_s = highest + DAYS * 86400 + 60 if len(versions) == 20 else clock_s
            clock_s += rng.choice([0] * 6 + [-4000, 3000, 40000, 90000, -100000])
            highest = max(highest, clock_s)
            kill_at = rng.randrange(1, self.calls + 10) if rng.random() < 0.5 else None
            if not self.try_to_publish(clock_s, kill_at):
                self.assertTrue(kill_at)
                killed += 1
                continue
            self.assertEqual(self.log, [])
            seen_gone = before[2] if before else {}
            before = self.check_version(before)
            versions.append(before)
            expired += sum(key not in before[2] and key not in before[0] for key in seen_gone)
            killed_after += bool(kill_at) and self.killed
            followed += self.check_followers(versions)
            self.assertNotIn("changes", self.json("public", "data/index.json"))
        gone = sum(len(one[2]) for one in versions)
        print("%d versions, %d tries killed before and %d after the swap, each of about %d calls; %d rows listed as gone, %d expired, %d followers held, %s" % (
            len(versions), killed, killed_after, self.calls, gone, expired, followed, sorted(seen)))
        self.assertTrue(killed and gone and expired and followed > 30 and len(seen) == 7, (killed, gone, expired, followed, seen))

    def test_one_that_watches(self):
        """Months that are as they were are linked there: each version is held against the one before it, when all are kept."""
        self.begin(keep=100)
        for _ in range(9):
            self.add()
        watch = wholelab.Process("watch", [os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", self.path, "--watch", "1"], self.folder)
        self.addCleanup(watch.end)
        versions = lambda: sorted(n for n in os.listdir(self.out) if n.startswith("v-") and not n.endswith(".part"))  # noqa: E731
        for act in (self.change, self.remove, self.move, self.add, self.come_back, self.other_doubles, self.other_limits, self.change):
            there = len(versions()) if os.path.isdir(self.out) else 0
            act()
            # The next may have been read before.
            wholelab.wait_for("two more versions", lambda: os.path.isdir(self.out) and len(versions()) >= there + 2)
        self.assertEqual(watch.end(signal.SIGTERM), 0)
        before, link = None, os.path.join(self.out, "current")
        for name in versions():
            os.unlink(link)
            os.symlink(name, link)
            before = self.check_version(before)
        print("%d versions" % len(versions()))

    # --- a version that is not as it should be -----------------------------------------------------------------

    def test_what_cannot_be_relied_on_begins_anew(self):
        self.begin()
        for _ in range(9):
            self.add()
        self.try_to_publish()
        self.assertEqual(self.log, [])
        self.remove()
        self.try_to_publish(10)
        data = os.path.join(self.out, "current/official/data")
        kept = os.path.join(self.folder, "kept")
        shutil.copytree(data, kept)
        month = sorted(n for n in os.listdir(os.path.join(data, "results")) if n.endswith(".csv"))[0]
        with open(os.path.join(kept, "results", month)) as f:
            text = f.read()
        with open(os.path.join(kept, "index.json")) as f:
            index = json.load(f)

        def write(name, words):
            with open(os.path.join(data, name), "w") as f:
                f.write(words)

        def index_without(*names):
            sizes = [dict(one, bytes=os.path.getsize(os.path.join(data, one["name"]))) for one in index["files"]]
            write("index.json", json.dumps({k: v for k, v in dict(index, files=sizes).items() if k not in names}))

        lines = text.splitlines()
        spoilt = {
            "a file is missing": lambda: os.unlink(os.path.join(data, "results", month)),
            "half of it is there": lambda: write("results/" + month, text[:len(text) // 2]),
            "cut between rows": lambda: write("results/" + month, "\n".join(lines[:-1]) + "\n"),
            "no list of what is gone": lambda: os.unlink(os.path.join(data, "withdrawn.csv")),
            "another list": lambda: (write("withdrawn.csv", "x\n"), index_without()),
            "no index": lambda: os.unlink(os.path.join(data, "index.json")),
            "an index of before": lambda: index_without("changes"),
            "an index that is none": lambda: write("index.json", "[]"),
            "a time that is none": lambda: (write("results/" + month, text.replace("Z\n", "Y\n")), index_without()),
            "a column of before": lambda: (write("results/" + month, "\n".join(one.rsplit(",", 1)[0] for one in lines) + "\n"), index_without()),
            "a column of later": lambda: (write("results/" + month, "\n".join(one + ",x" for one in lines) + "\n"), index_without()),
            "a row with less": lambda: (write("results/" + month, text + "a,b\n"), index_without()),
            "bytes of anything": lambda: (write("results/" + month, '"' * 70000), index_without()),
            "no view at all": lambda: shutil.rmtree(os.path.join(self.out, "current/official")),
        }
        for nth, (name, spoil) in enumerate(spoilt.items()):
            with self.subTest(name):
                spoil()
                self.assertTrue(self.try_to_publish(100 * (nth + 1)))
                self.assertEqual(len(self.log), 1, self.log)
                self.assertIn("all results are published as changed now", self.log[0])
                rows, gone, now = self.version()
                self.assertEqual({when for _, when in rows.values()}, {now["made"]})
                self.assertEqual((gone, now["changes"]), ([], {"from": now["made"], "to": now["made"]}))
                # What is right goes on from there.
                self.assertTrue(self.try_to_publish(100 * (nth + 1) + 50))
                self.assertEqual(self.log, [])
                self.assertEqual({when for _, when in self.version()[0].values()}, {now["made"]})
                data = os.path.realpath(os.path.join(self.out, "current/official/data"))
                shutil.rmtree(data)
                shutil.copytree(kept, data)


if __name__ == "__main__":
    main()
