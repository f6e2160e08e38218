#!/usr/bin/python3
# as root
"""kill -9 of the daemon at random moments: every reading shown as saved is in the store in the end, once.

10 moments; 50 and more with SOAK=5.
"""

import signal
import time

from chain import SOAK, LabTest, main, wholelab


class Kill(LabTest):
    def test_kill_at_random_moments(self):
        self.need(wholelab.InfluxDB)
        store = self.lab.add_store(wholelab.InfluxDB)
        self.lab.start()
        shown = 0
        for _ in range(int(10 * SOAK)):
            end = time.monotonic() + self.random.uniform(0.05, 2.5)
            while time.monotonic() < end:
                status = self.lab.try_status()
                if status:
                    last = status["readings"]["last"]
                    self.assertGreaterEqual(last, shown, "what was shown as saved is gone")
                    shown = last
                time.sleep(0.02)
            self.lab.daemon.end(signal.SIGKILL)
            self.lab.start_daemon(wait=False)
        self.wait_for("the daemon to answer", lambda: self.lab.try_status(), 20)
        self.assertGreaterEqual(self.saved(), shown)
        self.assert_nothing_lost(store, least=max(shown, 20))
        print("%d readings had been shown as saved" % shown)


if __name__ == "__main__":
    main()
