#!/usr/bin/python3
# as root
"""`make demo`'s own program ends well with each store, and leaves no process and no file behind."""

import glob
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from chain import TOP, main, wholelab


class Demo(unittest.TestCase):
    def run_demo(self, interrupt_after=None, **env):
        folder = tempfile.mkdtemp(prefix="wl-demo-")
        self.addCleanup(os.rmdir, folder)  # fails when anything is left in it
        demo = subprocess.Popen([sys.executable, os.path.join(TOP, "tools", "demo")], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=dict(os.environ, TMPDIR=folder, **env))
        if interrupt_after:
            time.sleep(interrupt_after)
            demo.send_signal(signal.SIGINT)
        said = demo.communicate(timeout=150)[0]
        self.assertEqual(glob.glob(folder + "/*"), [])
        print("\n".join(said.splitlines()[-9:]))
        return demo.returncode, said

    def test_with_influxdb(self):
        if wholelab.InfluxDB.missing():
            self.skipTest(wholelab.InfluxDB.missing())
        status, said = self.run_demo(DEMO_SECONDS="10")
        self.assertEqual(status, 0, said)
        self.assertIn("holes 0", said)

    def test_ctrl_c_ends_with_a_verdict(self):
        status, said = self.run_demo(interrupt_after=6, DEMO_STORE="none", DEMO_SECONDS="100")
        self.assertEqual(status, 0, said)
        self.assertIn("verdict: everything read is saved", said)

    def test_unknown_store_is_said(self):
        status, said = self.run_demo(DEMO_STORE="paper")
        self.assertEqual(status, 2)
        self.assertIn("allowed are influxdb, victoriametrics, none", said)


if __name__ == "__main__":
    main()
