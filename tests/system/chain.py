"""What every system test needs: a lab in a temporary folder, and the one comparison that matters.

Longer forms (make soak) come from the environment: SOAK=10 makes every test about ten times as long.
"""

import os
import random
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools"))
import compare  # noqa: E402
import wholelab  # noqa: E402

SOAK = float(os.environ.get("SOAK", "1"))
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))


class LabTest(unittest.TestCase):
    """A test with a folder of its own; prints its seed, keeps the logs when it fails."""

    shape = dict(rtu_lines=2, tcp_lines=1, units=6)

    def setUp(self):
        print("SEED=%d" % SEED)
        self.random = random.Random(SEED)
        self.folder = tempfile.mkdtemp(prefix="waterlab-test-")
        self.lab = wholelab.Lab(self.folder, seed=SEED, **self.shape)
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.addCleanup(self.lab.stop)
        self.addCleanup(self.show_logs)

    def show_logs(self):
        failed = any(error for _, error in getattr(self._outcome, "errors", [])) or \
            getattr(getattr(self._outcome, "result", None), "failures", None)
        for process in (self.lab.daemon, self.lab.labsim):
            if failed and process:
                print("--- the end of %s's log\n%s" % (process.name, process.tail(40)))

    def need(self, store):
        if store.missing():
            self.skipTest(store.missing())

    def store_with(self, kind, more=""):
        """A real store, running and in the configuration as province."""
        self.need(kind)
        store = kind(self.folder)
        store.start()
        self.lab.stores.append(store)
        self.lab.add_store_text("province", store.flavour, store.url, more)
        return store

    def wait_for(self, what, test, seconds=20, every=0.1):
        return wholelab.wait_for(what, test, seconds, every)

    def saved(self):
        return self.lab.status()["readings"]["last"]

    def assert_nothing_lost(self, store=None, least=1):
        """Everything saved is numbered without a hole, was served by labsim, and is in the store once."""
        self.lab.labsim.end()
        self.wait_for("all to be saved and sent", self.lab.drained, 120)
        status = self.lab.status()
        last = status["readings"]["last"]
        exported = [r for r in self.lab.exported() if r["stream"] == "readings"]
        self.assertGreaterEqual(last, least)
        self.assertEqual(compare.compare_sequence([(int(r["seq"]),) for r in exported], last), [])
        wrong, compared = compare.compare_served(exported, self.lab.served_values())
        self.assertEqual(wrong, [])
        print("%d readings, %d values compared with labsim's log" % (last, compared))
        if store:
            rows = store.readings(status["spool"]["id"])
            self.assertEqual(compare.compare_sequence(rows, last), [])
            van = {int(r["seq"]): (r["unit"], r["parameter"], float(r["value"]) if r["value"] else None)
                   for r in exported}
            self.assertEqual([r for r in rows if van[r[0]] != r[2:]][:5], [])
        return exported


def main():
    """Exit status 77, with the reason last, when nothing could run (tests/run-suite)."""
    ran = unittest.main(verbosity=2, exit=False).result
    if ran.wasSuccessful() and ran.skipped and len(ran.skipped) == ran.testsRun:
        print(ran.skipped[0][1])
        sys.exit(77)
    sys.exit(not ran.wasSuccessful())
