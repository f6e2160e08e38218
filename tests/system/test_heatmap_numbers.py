#!/usr/bin/python3
"""A season of field tests in real stores, and every number of the map's files against a computation of its own over the store's raw
export: non-detects, replicates, blanks, spikes, references, training, possible failures, border samples, revisions, lines sent twice
and late ones, visits at one moment. SEED and NOW (ms; what the season ends at) repeat one.
"""

import os
import time

import heatmap_season
from chain import SEED, main, wholelab
from heatmap_numbers import NumbersTest

NOW = int(os.environ.get("NOW", time.time() * 1000))


class Seasons(NumbersTest):
    def test_a_season_in_influxdb(self):
        self.check_season(wholelab.InfluxDB)

    def test_a_season_in_victoriametrics(self):
        self.check_season(wholelab.VictoriaMetrics)

    def check_season(self, kind):
        store = self.real_store(kind)
        print("NOW=%d" % NOW)
        season = heatmap_season.Season(SEED, NOW)
        lines = season.lines
        self.random.shuffle(lines)
        path = self.config(store.url, store.flavour)
        half = len(lines) // 2
        self.write(store, lines[:half])
        self.check_all(store, path)
        first = os.readlink(os.path.join(self.out, "current"))
        self.write(store, lines[half:])    # late ones, of every month
        truth = self.check_all(store, path)
        self.assertNotEqual(os.readlink(os.path.join(self.out, "current")), first)
        self.assertEqual(self.provisional, {"yes", "no"})    # once each lab's status is there
        self.assertLessEqual({1, 2, 3, 4, 5, 6, 7}, {row.own for row in truth.rows})
        self.assertLessEqual({20, 21, 22, 23, 24, 25, 26, 27, 28, 29}, {row.why for row in truth.rows})
        moments = [(where, order[0], order[2:]) for where, visits in truth.visits.items() for order, *_ in visits]
        self.assertLess(len({moment[:2] for moment in moments}), len(set(moments)), "no two vans were at a point at one moment")
        self.publish(path)
        self.publish(path)
        versions = [n for n in os.listdir(self.out) if n.startswith("v-")]
        self.assertEqual(len(versions), 2, versions)


if __name__ == "__main__":
    main()
