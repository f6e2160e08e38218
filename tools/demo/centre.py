"""The centre beside the live lab: a month of simulated history in the same store, and in the end the officials' map of both."""

import csv
import functools
import glob
import http.server
import json
import math
import os
import re
import threading

import wholelab
from verdict import settled
from visit import POINT

LABS = 8
NOTICE = "A demo of invented water: nobody ever took it. %s is the demo's own van, lab-01 to lab-%02d are simulated too."
VIEWS = ("official", "for officials: points and names"), ("public", "for everybody"), ("labs", "how the laboratories are")
CONFIG = """store = { type = "%s"; url = "%s"; database = "waterlab"; };
out = "%s"; page = "%s"; places = "%s/config/places.csv"; limits = { folder = "%s/config/limits"; };
notice = "%s"; licence = "none: invented";
"""


def by_sample(rows):
    """{who made which result: its newest revision}, of lines of CSV."""
    found = {}
    for row in rows:
        key = row["lab"], row["spool"], row["sample"], row["parameter"], row["method"] or "none"
        if int(row["rev"]) >= int(found.get(key, row)["rev"]):
            found[key] = row
    return found


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Centre:
    def __init__(self, lab, store, say):
        self.lab, self.store, self.say = lab, store, say
        self.out, self.truth = os.path.join(lab.folder, "map"), os.path.join(lab.folder, "history.csv")
        self.config = os.path.join(lab.folder, "heatmap.conf")
        self.fleet = self.server = None
        self.on_map = self.failing = self.history_on_map = 0

    # --- a month of history ----------------------------------------------------------------------------

    def begin_history(self):
        """Until now; it sends beside the live lab, and what the store does not take while it is away it sends then."""
        config = os.path.join(wholelab.TOP, "config")
        self.fleet = wholelab.Process("fleet", [
            os.path.join(wholelab.BIN, "fleet"), "--dir", os.path.join(self.lab.folder, "fleet"), "--labs", str(LABS),
            "--months", "1", "--truth", self.truth, "--store", self.store.flavour, "--url", self.store.url, "--patience", "120",
            "--places", os.path.join(config, "places.csv"), "--limits", os.path.join(config, "limits")], self.lab.folder)

    def history(self):
        wholelab.wait_for("a month of history to be sent", lambda: not self.fleet.alive(), 120, 0.2)
        if self.fleet.child.returncode:
            raise wholelab.Trouble("fleet ended with status %d:\n%s" % (self.fleet.child.returncode, self.fleet.tail()))
        with open(self.truth, encoding="utf-8") as f:
            return by_sample(csv.DictReader(f))

    # --- the map ---------------------------------------------------------------------------------------

    def publish(self, visit, sent, spool):
        """What is wrong with the map: each result that was sent is to stand in the officials' files, and what fails among the
        open failures."""
        history = self.history()
        with open(self.config, "w") as f:
            f.write(CONFIG % (self.store.flavour, self.store.url, self.out, os.path.join(os.path.dirname(wholelab.BIN), "map-page"),
                              wholelab.TOP, wholelab.TOP, NOTICE % (self.lab.name, LABS)))

        def wrong_now():
            done = wholelab.run("waterlab-heatmap", "--config", self.config)
            return [done.stderr.strip()] if done.returncode else self.missing(visit, sent, spool, history)

        return ["the map: " + w for w in settled("the map to show all", wrong_now, 30)]

    def table(self, *names):
        rows = []
        for path in sorted(glob.glob(os.path.join(self.out, "current", "official", "data", *names))):
            with open(path, encoding="utf-8") as f:
                rows += csv.DictReader(f)
        return rows

    def missing(self, visit, sent, spool, history):
        shown = by_sample(self.table("results", "*.csv"))
        open_ = {(r["lab"], r["sample"], r["parameter"]) for r in self.table("failures.csv")}
        wrong = []
        self.on_map = self.failing = 0
        for (parameter, method), one in sorted(sent.items()):
            row = shown.pop((self.lab.name, spool, str(visit.sample), parameter, method), None)
            name = "%s by %s of sample %d" % (parameter, method, visit.sample)
            if row is None:
                wrong.append("%s is not there" % name)
                continue
            there = row["rev"], row["status"], row["district"], row["name"], row["van_verdict"], "%.6g" % float(row["value"] or "nan")
            ours = "%d" % one["rev"], "verified", one["district"], POINT, one["said"], "%.6g" % one.get("value", math.nan)
            if there != ours:
                wrong.append("%s is %s, not %s" % (name, there, ours))
            if row["verdict"].startswith("fails") or row["verdict"] == "possible_failure":
                self.failing += 1
                if (self.lab.name, str(visit.sample), parameter) not in open_:
                    wrong.append("%s fails and is not among the open failures" % name)
            self.on_map += 1
        wrong += ["%s %s is there that nobody sent" % key[2:4] for key in shown if key[0] == self.lab.name]
        if not self.failing:
            wrong.append("nothing of sample %d fails there, and water as bad as this does" % visit.sample)
        lost = [key for key, row in history.items() if shown.get(key, {}).get("rev") != row["rev"]]
        self.history_on_map = len(history) - len(lost)
        if lost:
            wrong.append("%d results of the history are missing or not the newest, e.g. %s" % (len(lost), lost[0]))
        return wrong

    def count(self, sent, sample):
        self.say("  results sent      %8d  of %s's sample %d; officials see %d, of them failing or possibly %d"
                 % (len(sent), self.lab.name, sample, self.on_map, self.failing))
        self.say("  history           %8d  results of %d other simulated laboratories" % (self.history_on_map, LABS))

    # --- who looks at it -------------------------------------------------------------------------------

    def serve(self):
        """A plain server of static files: what any web server does at the centre."""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=self.out))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def addresses(self):
        return ["%-48s %s" % (self.address(view), words) for view, words in VIEWS]

    def address(self, view):
        return "http://127.0.0.1:%d/current/%s/" % (self.server.server_port, view)

    def fetched(self):
        """What is wrong with the pages as a browser would fetch them: all that they name, and their index."""
        wrong, files = [], 0
        for view, _ in VIEWS:
            try:
                page = wholelab.ask_http(self.address(view))[1].decode()
                named = re.findall(r'(?:href|src)="([\w.]+)"', page)
                for name in named:
                    wholelab.ask_http(self.address(view) + name)
                index = json.loads(wholelab.ask_http(self.address(view) + "data/index.json")[1])
                if index["view"] != view or not named:
                    wrong.append("%s is not the view that it should be" % self.address(view))
                files += 2 + len(named)
            except (OSError, ValueError, KeyError) as trouble:
                wrong.append("%s: %s" % (self.address(view), trouble))
        self.say("  the map           %8d  files of its three pages fetched from its address" % files)
        return wrong

    def end(self):
        if self.fleet:
            self.fleet.end()
        if self.server:
            self.server.shutdown()
            self.server.server_close()
