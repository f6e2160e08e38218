#!/usr/bin/python3
# as root
# begun first
"""`make demo`'s own program ends well with each store, its own results on the officials' map, and leaves no process and no
file behind, whenever a person ends it; a result that is lost on the way is said.
"""

import csv
import errno
import glob
import http.client
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from chain import TOP, main, wholelab

DEMO = os.path.join(TOP, "tools", "demo", "run")
ENDED = 130


class Demo(unittest.TestCase):
    def start(self, kind=None, **env):
        if kind and kind.missing():
            self.skipTest(kind.missing())
        self.folder = tempfile.mkdtemp(prefix="wl-demo-")
        self.addCleanup(os.rmdir, self.folder)  # fails when anything is left in it
        return dict(os.environ, TMPDIR=self.folder, **env)

    def run_demo(self, kind=None, at=(), **env):
        """Ctrl-C at each line that begins so, in their order; everything that it says."""
        demo = subprocess.Popen([sys.executable, DEMO], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=self.start(kind, **env))
        killer = threading.Timer(150, demo.kill)
        killer.start()
        at, said = list(at), []
        for line in demo.stdout:
            said.append(line)
            while at and line.startswith(at[0]):
                at.pop(0)
                demo.send_signal(signal.SIGINT)
        demo.stdout.close()
        demo.wait()
        killer.cancel()
        self.assertEqual((at, glob.glob(self.folder + "/*")), ([], []), said)
        print("".join(said[-14:]))
        return demo.returncode, "".join(said)

    def whole(self, kind, flavour):
        status, said = self.run_demo(kind, DEMO_SECONDS="10", DEMO_STORE=flavour)
        self.assertEqual(status, 0, said)
        self.assertIn("holes 0", said)
        sent, shown, failing = map(int, re.search(r"results sent +(\d+) .*; officials see (\d+), of them failing or possibly (\d+)", said).groups())
        self.assertEqual(sent, shown)
        self.assertGreaterEqual((sent, failing), (6, 2))
        self.assertRegex(said, r"history +\d{4} ")
        self.assertEqual(len(re.findall(r"http://127\.0\.0\.1:\d+/current/(?:official|public|labs)/ ", said)), 3)

    def test_with_influxdb(self):
        self.whole(wholelab.InfluxDB, "influxdb")

    def test_with_victoriametrics(self):
        self.whole(wholelab.VictoriaMetrics, "victoriametrics")

    def test_a_lost_result_is_wrong(self):
        """One that a real store has lost by the time officials look: everything else is as it should be."""
        env = self.start(wholelab.InfluxDB, DEMO_SECONDS="8")
        demo = subprocess.Popen([sys.executable, DEMO], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        said = []
        port, over = None, threading.Event()

        def lose():
            store = wholelab.InfluxDB(self.lost)
            store.url, store.database = "http://127.0.0.1:%d" % port, "waterlab"
            while not over.wait(0.1):
                try:
                    store.query("DROP SERIES FROM result WHERE lab='demo-van' AND parameter='ph'", post=True)
                except (OSError, http.client.HTTPException):
                    pass    # it is away, or goes just then

        with tempfile.TemporaryDirectory() as self.lost:
            loser = threading.Thread(target=lose)
            for line in demo.stdout:
                said.append(line)
                if port is None and "listens on" in line:
                    port = int(line.rsplit(":", 1)[1])
                    loser.start()
            over.set()
            loser.join()
        demo.stdout.close()
        said = "".join(said)
        self.assertEqual(demo.wait(), 1, said)
        self.assertEqual(re.findall(r"WRONG: (.*)", said), [re.search(r"the map: ph by strip of sample \d+ is not there", said)[0]])
        self.assertIn("verdict: NOT as promised", said)

    def test_ctrl_c_ends_the_show_with_a_verdict(self):
        status, said = self.run_demo(at=["  analyzers and daemon run"], DEMO_STORE="none", DEMO_SECONDS="100")
        self.assertEqual(status, 0, said)
        self.assertIn("without a store there is no map", said)
        self.assertIn("verdict: everything read is saved", said)

    def test_ctrl_c_before_and_after_it_ends_all(self):
        for moments in (["waterlab demo"], ["  InfluxDB"], ["  analyzers", "  readings made"], ["  the store is taken", "  readings saved"]):
            with self.subTest(moments):
                status, said = self.run_demo(wholelab.InfluxDB, moments, DEMO_SECONDS="20")
                self.assertEqual(status, ENDED, said)
                self.assertNotIn("verdict:", said)

    def test_on_a_terminal_the_map_stays_until_ctrl_c(self):
        env = self.start(wholelab.InfluxDB, DEMO_SECONDS="8", NO_COLOR="1", TERM="dumb")
        child, terminal = pty.fork()
        if not child:
            os.execve(sys.executable, [sys.executable, DEMO], env)
        self.addCleanup(os.close, terminal)
        killer = threading.Timer(150, os.kill, (child, signal.SIGKILL))
        killer.start()
        said = self.read_until(terminal, "Ctrl-C ends it, and")
        official = re.search(r"http://127\.0\.0\.1:\d+/current/official/", said)[0]
        self.look_at(official)
        os.write(terminal, b"\x03")
        self.read_until(terminal, None)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        killer.cancel()
        self.assertEqual((status, glob.glob(self.folder + "/*")), (0, []))
        with self.assertRaises(OSError):
            wholelab.ask_http(official)

    @staticmethod
    def read_until(terminal, words):
        said = b""
        try:
            while not words or words.encode() not in said:
                piece = os.read(terminal, 4096)
                if not piece:
                    break
                said += piece
        except OSError as trouble:
            if trouble.errno != errno.EIO:    # nobody is at the other end any more
                raise
        return said.decode(errors="replace")

    def look_at(self, official):
        """What officials see of the demo's own van."""
        def file(name):
            return wholelab.ask_http(official + name)[1].decode()

        index = json.loads(file("data/index.json"))
        self.assertRegex(index["notice"], "invented water.*demo-van.*lab-01 to lab-08")
        self.assertEqual(len(index["labs"]), 9)
        self.assertGreaterEqual(len(index["periods"]), 1)
        self.assertIn("<title>", file(""))
        mine = [r for r in csv.DictReader(file("data/failures.csv").splitlines()) if r["lab"] == "demo-van"]
        self.assertEqual({(r["parameter"], r["verdict"], r["name"], r["status"]) for r in mine if r["verdict"] != "possible_failure"},
                         {("ecoli", "fails_detected", "Demo spring", "verified"), ("turbidity_ntu", "fails_above", "Demo spring", "verified")})

    def test_unknown_store_is_said(self):
        status, said = self.run_demo(DEMO_STORE="paper")
        self.assertEqual(status, 2)
        self.assertIn("allowed are influxdb, victoriametrics, none", said)


if __name__ == "__main__":
    main()
