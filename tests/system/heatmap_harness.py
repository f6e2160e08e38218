"""What the tests of the officials' map share: a folder, a real store, a configuration, the publisher, and its files read back."""

import csv
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from chain import SEED, TOP, wholelab

OWN = """set,province-1,1001,"A province's own"
parameter,operator,low,high,unit,form,basis,applies_to,required,known,edition,source,note
turbidity_ntu,<=,,4.5,{NTU},,operational,any,yes,seen,first,a test,
free_chlorine,<=,0.2,0.5,mg/L,,operational,treated consumer_end,yes,seen,first,a test,
end,2
"""


class HeatmapTest(unittest.TestCase):
    def setUp(self):
        print("SEED=%d" % SEED)
        self.random = random.Random(SEED)
        self.sent = set()    # (tags, field, time) of what VictoriaMetrics was sent
        self.folder = tempfile.mkdtemp(prefix="waterlab-test-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.out = os.path.join(self.folder, "out")
        self.own = os.path.join(self.folder, "province-1.csv")
        with open(self.own, "w") as f:
            f.write(OWN)

    def real_store(self, kind):
        if kind.missing():
            self.skipTest(kind.missing())
        store = kind(self.folder)
        store.start()
        self.addCleanup(store.stop)
        return store

    def write(self, store, lines):
        body = "\n".join(lines).encode() + b"\n"
        status, _ = wholelab.ask_http(store.url + "/write?db=waterlab&precision=ms", data=body, timeout=60)
        self.assertEqual(status, 204)
        if store.flavour == "victoriametrics":
            self.wait_for_all(store, lines)

    def wait_for_all(self, store, lines):
        """VictoriaMetrics shows what it took some time later, a new series even later than its neighbours, and to who asks about a month,
        as the publisher does, later than to who asks about all."""
        for one in lines:
            head, fields, at = re.fullmatch(r"((?:[^\\ ]|\\.)*) (\S+) (\d+)", one).groups()
            self.sent.update((head, field.split("=")[0], at) for field in fields.split(","))

        times = [int(at) // 1000 for _, _, at in self.sent]
        wholelab.wait_for("VictoriaMetrics to show all that it took",
                          lambda: self.shown(store, min(times), max(times), 30) == len(self.sent), 60, 0.5)

    @staticmethod
    def shown(store, first, last, days):
        """How many values it shows from one second to another, asked for so many days at a time."""
        wholelab.ask_http(store.url + "/internal/force_flush")
        n = 0
        for start in range(first, last + 1, days * 86400):
            query = urllib.parse.urlencode({"match[]": '{__name__!=""}', "start": start, "end": "%d.999" % (start + days * 86400 - 1),
                                            "reduce_mem_usage": "0"})
            body = wholelab.ask_http(store.url + "/api/v1/export?" + query, timeout=60)[1]
            n += sum(len(json.loads(one)["values"]) for one in body.splitlines())
        return n

    def config(self, url, flavour="influxdb-v1", more=""):
        path = os.path.join(self.folder, "heatmap.conf")
        with open(path, "w") as f:
            f.write("""store = { type = "%s"; url = "%s"; timeout_ms = 5000; };
out = "%s"; places = "%s/config/places.csv"; licence = "made for a test";
limits = { sets = "%s, nsdwq-2010"; folder = "%s/config/limits"; signatures = "%s/signed.csv"; };
%s
""" % (flavour, url, self.out, TOP, self.own, TOP, self.folder, more))
        return path

    def run_publisher(self, path, *args):
        return subprocess.run([os.path.join(wholelab.BIN, "waterlab-heatmap"), "--config", path, *args], capture_output=True, text=True,
                              timeout=120)

    def publish(self, path):
        done = self.run_publisher(path)
        self.assertEqual((done.returncode, [one for one in done.stderr.splitlines() if "policy" not in one]), (0, []))
        return done.stdout

    def read(self, *names):
        with open(os.path.join(self.out, "current", *names), encoding="utf-8") as f:
            return f.read()

    def json(self, *names):
        return json.loads(self.read(*names))

    def csv(self, *names):
        return list(csv.DictReader(self.read(*names).splitlines()))
