#!/usr/bin/python3
# as root
"""labsim -> waterlabd -> a real store that goes away for a while: nothing lost, doubled or altered."""

import time

from chain import SOAK, LabTest, main, wholelab


class WholeChain(LabTest):
    def run_with(self, kind):
        self.need(kind)
        store = self.lab.add_store(kind)
        self.lab.start()
        self.wait_for("the first reading to be sent",
                      lambda: self.lab.status()["stores"][0]["sent"] > 0)
        time.sleep(5 * SOAK)
        store.stop()
        before = self.lab.status()["stores"][0]["sent"]
        time.sleep(5 * SOAK)
        away = self.lab.status()
        self.assertGreater(away["readings"]["last"], before, "readings go on while the store is away")
        self.assertGreater(away["stores"][0]["waiting"], 0)
        self.assertIn(away["stores"][0]["condition"], ("waiting", "sending"))
        self.assertTrue(away["waits"], "the status says why something waits")
        store.start()
        self.assert_nothing_lost(store, least=100)
        self.assertEqual(self.lab.stop(), 0)

    def test_influxdb(self):
        self.run_with(wholelab.InfluxDB)

    def test_victoriametrics(self):
        self.run_with(wholelab.VictoriaMetrics)

    def test_no_store_keeps_everything_on_the_van(self):
        self.lab.start()
        self.wait_for("200 readings to be saved", lambda: self.saved() >= 200, 60)
        self.lab.daemon.end()
        self.lab.start_daemon()
        self.wait_for("the numbers to go on", lambda: self.saved() >= 300, 60)
        self.assert_nothing_lost(least=300)


if __name__ == "__main__":
    main()
