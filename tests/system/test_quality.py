#!/usr/bin/python3
"""QARTOD's tests in the running daemon: what a real InfluxDB has as qc and flags is what its own rows say, computed here
once more, with analyzers that stand still, jump and show spikes, through kill -9 too."""

import csv
import signal
import subprocess
import os

from chain import SOAK, LabTest, main, wholelab

INTERVAL_S = 0.5
RANGE, RATE, FLAT, SPIKE = 4, 1 << 14, 1 << 15, 1 << 16
TESTS = {  # odd numbers, so that no value lies on one
    "turbidity_ntu": dict(suspect=(0.30007, 0.70007), fail=(0.0, 3000.0), rate=0.0513, spike=(0.02313, 0.04113), flat=(0.00049, 3, 6)),
    "temperature": dict(suspect=(0.0, 3.0003), fail=(-5.0, 99.0), rate=0.0317, spike=(0.01213, 0.02513), flat=(0.00049, 3, 6)),
}


def written(tests):
    return "tests = (\n%s\n);\n" % ",\n".join(
        """{ parameter = "%s"; why = "a test"; fail = ( %r, %r ); suspect = ( %r, %r ); rate_per_s = %r; spike = ( %r, %r ); interval_s = 1;
             flat = { tolerance = %r; suspect_s = %d; fail_s = %d; }; }"""
        % (name, *t["fail"], *t["suspect"], t["rate"], *t["spike"], *t["flat"]) for name, t in tests.items())


def outside(span, value):
    return value < span[0] or value > span[1]


def is_flat(values, seconds, tolerance):
    n = int(seconds / INTERVAL_S) + 1
    return len(values) >= n and max(values[-n:]) - min(values[-n:]) < tolerance


def judged(t, visit, spikes=True):
    """(qc, flags) of each (boot_ms, value) of one visit, each a value."""
    found = []
    for i, (ms, value) in enumerate(visit):
        so_far = [v for _, v in visit[:i + 1]]
        bad = {}
        if outside(t["fail"], value) or outside(t["suspect"], value):
            bad[RANGE] = 4 if outside(t["fail"], value) else 3
        if i and abs(value - visit[i - 1][1]) / ((ms - visit[i - 1][0]) / 1000) > t["rate"]:
            bad[RATE] = 3
        tolerance, suspect_s, fail_s = t["flat"]
        if is_flat(so_far, suspect_s, tolerance):
            bad[FLAT] = 4 if is_flat(so_far, fail_s, tolerance) else 3
        if spikes and 0 < i < len(visit) - 1:
            away = abs(value - (visit[i - 1][1] + visit[i + 1][1]) / 2)
            if away > t["spike"][0]:
                bad[SPIKE] = 4 if away > t["spike"][1] else 3
        found.append((max(bad.values(), default=1), sum(bad)))
    return found


class Quality(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=2, interval_ms=int(1000 * INTERVAL_S))

    def stored(self, store, spool):
        """{seq: (qc, flags)} in the store; each once."""
        answer = store.query("SELECT seq, qc, flags FROM reading WHERE spool='%s'" % spool).decode()
        return {int(r["seq"]): (int(r["qc"]), int(r["flags"] or 0)) for r in csv.DictReader(answer.splitlines())}

    def visits(self, rows):
        """Each parameter's readings, in pieces that begin with each start of the daemon."""
        ledger = self.lab.waterlab("spool", "export", "--format", "csv", "--stream", "ledger").splitlines()
        starts = [int(r["boot_ms"]) for r in csv.DictReader(ledger) if r["kind"] == "start"]
        pieces = {}
        for r in rows:
            if r["parameter"] in TESTS:
                nth = sum(int(r["boot_ms"]) >= start for start in starts)
                pieces.setdefault((r["unit"], r["parameter"], nth), []).append(r)
        return pieces

    def test_what_the_store_has_is_what_its_rows_say(self):
        thresholds = os.path.join(self.folder, "qc.conf")
        with open(thresholds, "w") as f:
            f.write(written(TESTS))
        self.lab.conf_text = 'qc = { thresholds = "%s"; };\n' % thresholds
        store = self.store_with(wholelab.InfluxDB)
        self.lab.start()
        for _ in range(max(2, int(2 * SOAK))):
            saved = self.saved()
            self.wait_for("readings", lambda: self.saved() > saved + 40, 60)
            self.lab.fault("all frozen 8s")
            self.wait_for("a flat line", lambda: any(
                "flat" in f["flags"] and f["qc"] == 4 and f["tests"]["flat"] == 4
                for line in self.lab.status()["lines"] for u in line["units"] for f in u["fields"]), 30)
            self.lab.fault("all ok")
            saved = self.saved()
            self.wait_for("readings", lambda: self.saved() > saved + 20, 60)
            self.lab.daemon.end(signal.SIGKILL)
            self.lab.start_daemon()
        saved = self.saved()
        self.wait_for("readings", lambda: self.saved() > saved + 20, 60)
        self.assert_nothing_lost(store, least=120)
        self.compare(store)

    def compare(self, store):
        rows = self.lab.exported()
        in_store = self.stored(store, self.lab.status()["spool"]["id"])
        self.assertEqual(sorted(in_store), sorted(int(r["seq"]) for r in rows))
        seen, n_spikes, n_late = set(), 0, 0
        for (_, parameter, _), piece in self.visits(rows).items():
            visit = [(int(r["boot_ms"]), float(r["value"])) for r in piece]
            # Killed between the record of a spike and the reading that showed it, the last one is one all the same.
            if in_store[int(piece[-1]["seq"])][1] & SPIKE:
                del piece[-1]
            for r, one, without in zip(piece, judged(TESTS[parameter], visit), judged(TESTS[parameter], visit, False)):
                stored = in_store[int(r["seq"])]
                n_spikes += bool(one[1] & SPIKE)
                if one[1] & SPIKE and not stored[1] & SPIKE:  # on a busy machine its next was too long in coming
                    n_late += 1
                    one = without
                self.assertEqual(stored, one, r)
                self.assertEqual(int(r["qc"]), one[0], r)
                seen.update((one[0], bit) for bit in (RANGE, RATE, FLAT, SPIKE) if one[1] & bit)
        self.assertLessEqual(n_late, 1 + n_spikes // 10)
        print("%d readings, %d spikes, %d late; seen: %s" % (len(in_store), n_spikes, n_late, sorted(seen)))
        self.assertLessEqual({(3, RATE), (3, FLAT), (4, FLAT), (3, RANGE), (3, SPIKE), (4, SPIKE)}, seen)


class Mistake(LabTest):
    def test_a_wrong_file_is_named_with_its_line(self):
        thresholds = os.path.join(self.folder, "qc.conf")
        with open(thresholds, "w") as f:
            f.write('tests = (\n{ parameter = "phh"; why = "a test"; } );\n')
        self.lab.conf_text = 'qc = { thresholds = "%s"; };\n' % thresholds
        self.lab.write_config()
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlabd"), "--check", self.lab.config],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn('%s:2: parameter: "phh" is none; waterlab parameters shows them all; did you mean ph?' % thresholds, done.stderr)
        self.assertIn("has mistakes; they are named above", done.stderr)


if __name__ == "__main__":
    main()
