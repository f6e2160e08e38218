#!/usr/bin/python3
"""A line is searched while the daemon reads it: who else answers, and what an analyzer says in full; over RTU and TCP,
against the simulated lab and against pymodbus.  What is saved meanwhile is what was there, of that analyzer, and all of it.
"""
# limit: 300 s

import json
import os
import signal
import subprocess

from chain import LabTest, main, wholelab
from pymodbus_server import PymodbusServer

WHO = "Gul Khan"
CONFIG = """
lab = "search";
drivers = "%(drivers)s"; own_drivers = "%(folder)s/drivers";
spool = { dir = "%(folder)s/spool"; commit_ms = 200; };
control = { socket = "%(folder)s/control"; };
clock = { wait_s = 1; most_away_days = 7300; };
lines = ( %(lines)s );
"""
UNIT = '{ name = "%s"; profile = "%s"; address = %d; interval_ms = 500; }'
RTU = '{ name = "bench"; type = "rtu"; port = "%s"; baud = 19200; parity = "%s"; units = ( %s ); }'
TCP = '{ name = "net"; type = "tcp"; port = "%s"; units = ( %s ); }'
# A map of registers that tells its device.
SONDE = """
models = "Acme Sonde"; manual = "of this test";
function = "holding"; base = 1; order = "ABCD"; reply_ms = 500;
identity = { at = 40; type = "u16"; equals = 20; };
values = ( { at = 46; type = "f32"; parameter = "temperature"; }, { at = 38; type = "f32"; parameter = "dissolved_oxygen"; } );
"""
PH, OXYGEN, DEPTH = ("ph-1", "supmea-ph8001", 5), ("oxygen-1", "supmea-do7013", 7), ("depth-1", "keller-series30", 2)
STRANGER, OTHER = ("sonde-1", "acme-sonde", 3), ("depth-2", "keller-series30", 4)


class SearchTest(LabTest):
    """A lab that has two analyzers more than its daemon knows of."""

    def setUp(self):
        super().setUp()
        self.token = iter(range(1 << 20))
        folder = os.path.join(self.folder, "drivers", "acme-sonde")
        os.makedirs(folder)
        with open(os.path.join(folder, "profile.conf"), "w") as f:
            f.write(SONDE)
        self.port = wholelab.free_port()

    def write(self, rtu, tcp, parity="even", bench=None, where=None):
        lines = [RTU % (bench or os.path.join(self.folder, "bench"), parity, ", ".join(UNIT % one for one in rtu))] if rtu else []
        lines += [TCP % (where or "127.0.0.1:%d" % self.port, ", ".join(UNIT % one for one in tcp))] if tcp else []
        with open(self.lab.config, "w") as f:
            f.write(CONFIG % dict(drivers=wholelab.DRIVERS, folder=self.folder, lines=", ".join(lines)))

    def start(self):
        self.write([PH, OXYGEN, STRANGER], [DEPTH, OTHER])
        self.lab.start_labsim()
        self.wait_for("the line", lambda: os.path.exists(os.path.join(self.folder, "bench")))
        self.write([PH, OXYGEN], [DEPTH])
        self.lab.start_daemon()
        self.wait_for("readings", lambda: self.saved() >= 20)

    def audited(self):
        return [json.loads(row) for row in self.lab.waterlab("audit", "--json").splitlines() if '"what"' in row]


class Search(SearchTest):
    def change(self, what, **more):
        return self.lab.ask(what, by=WHO, token="t%d" % next(self.token), **more)

    def well(self, what, **more):
        answer = self.change(what, **more)
        self.assertNotIn("error", answer)
        return answer

    def ended(self, line, seconds=120):
        return self.wait_for("the search of %s to end" % line, lambda: next(
            (one for one in [self.lab.ask("line-show", line=line)] if one["state"] != "running"), None), seconds)

    def counts(self):
        return {unit["name"]: unit["counts"] for line in self.lab.status()["lines"] for unit in line["units"]}

    def test_who_else_answers_while_the_lab_goes_on(self):
        self.start()
        before, saved = self.counts(), self.saved()
        self.well("line-scan", line="bench", first=1, last=40)
        again = dict(line="net", first=1, last=8, by=WHO, token="twice")
        first = self.lab.ask("line-scan", **again)
        self.assertEqual(self.lab.ask("line-scan", **again)["number"], first["number"], "an answer that was lost is asked for again")
        self.assertIn("is being searched already", self.change("line-scan", line="net")["error"])
        self.assertTrue(all(line["search"]["running"] for line in self.lab.status()["lines"]))
        bench, net = self.ended("bench"), self.ended("net")
        self.assertEqual((bench["state"], net["state"]), ("done", "done"))
        self.assertEqual([(one["address"], one["who"]) for one in bench["found"]], [(3, "acme-sonde (Acme Sonde)")])
        self.assertEqual([one["address"] for one in net["found"]], [4])
        self.assertEqual([(one["name"], one["health"]) for one in bench["units"]], [("ph-1", "ok"), ("oxygen-1", "ok")])

        # The lab's own were asked all the time, and none of them took the search for a fault.
        after = self.counts()
        self.assertGreater(self.saved() - saved, 4 * bench["took_s"])
        for name, counts in after.items():
            self.assertEqual([counts[key] - before[name][key] for key in ("timeouts", "noise", "exceptions", "wrong", "late")],
                             [0] * 5, name)
        self.assertEqual([(one["what"], one["by"], one["about"], one["note"]) for one in self.audited()],
                         [("line_scanned", WHO, "bench", "1-40"), ("line_scanned", WHO, "net", "1-8")])
        self.assert_nothing_lost(least=100)

    def test_an_analyzer_says_what_its_registers_hold(self):
        self.start()
        self.well("line-probe", unit="ph-1")
        shown = self.ended("bench")
        self.assertEqual((shown["state"], shown["unit"], shown["driver"]), ("done", "ph-1", "supmea-ph8001"))
        values = {one["parameter"]: one["at"] for one in shown["values"]}
        now = {field["parameter"]: field["value"] for line in self.lab.status()["lines"] for unit in line["units"]
               if unit["name"] == "ph-1" for field in unit["fields"]}
        self.assertEqual(set(values), set(now))
        self.assertLess(abs(float(values["ph"][0]["text"]) - now["ph"]), 0.3)
        self.assertRegex(values["ph"][0]["words"], "^[0-9A-F]{4}$")
        self.assertIn("values can be", shown["advice"])

        # By the command: the same rows as without a daemon, and it says who asks.
        done = self.command("probe", "supmea-ph8001", "bench", "--unit", "5")
        self.assertIn("the daemon holds line bench: it asks, between its own questions", done.stderr)
        self.assertRegex(done.stdout, r"\n  wire 1 +[0-9A-F]{4} +\* \d\.\d\d +\[pH\]\n")
        self.assertRegex(done.stdout, r"As the profile is: [3-6] of 6 values can be")
        done = self.command("scan", "bench", "--units", "1-6")
        self.assertRegex(done.stdout, r"^UNIT  SPEED       WHO\n +5  19200 8E1   ph-1, configured: answers\n +7  19200 8E1   oxygen-1, "
                                      r"configured: answers\n +3  19200 8E1   acme-sonde \(Acme Sonde\)\n$")
        self.assertIn("systemctl stop waterlabd", self.command("scan", "bench", "--all-speeds", status=1).stderr)
        self.assertIn("systemctl stop waterlabd", self.command("probe", "acme-sonde", "bench", "--unit", "3", status=1).stderr)

        # One that does not answer is asked by its own turns alone, once that is known.
        self.lab.fault("ph-1 mute")
        self.well("line-probe", unit="ph-1")
        shown = self.ended("bench")
        self.assertEqual(shown["state"], "silent")
        self.assertLessEqual(shown["asked"], 2)
        self.lab.fault("ph-1 ok")
        self.assert_nothing_lost(least=30)

    def command(self, *args, status=0):
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, *args], capture_output=True,
                              text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_a_sample_comes_first(self):
        self.start()
        self.well("line-scan", line="bench")
        sample = self.well("sample-begin", purpose="routine", unit="ph-1",
                           new_point=dict(name="Well", source_type="protected_spring"))["sample"]
        self.assertEqual(self.ended("bench", 10)["state"], "in_use")
        self.assertIn("ph-1 is in sample %d: end or cancel that first" % sample, self.change("line-scan", line="bench")["error"])
        self.assertIn("is in sample", self.change("line-probe", unit="oxygen-1")["error"])
        self.well("line-scan", line="net", last=3)    # another line is free
        self.assertEqual(self.ended("net")["state"], "done")
        self.well("sample-cancel", sample=sample, reason="of this test")
        self.well("line-scan", line="bench")
        cancelled = self.well("line-cancel", line="bench")
        self.assertEqual(cancelled["state"], "cancelled")
        self.assertEqual(self.audited()[-1]["what"], "search_cancelled")
        for wrong in (dict(line="x"), dict(line="bench", first=0), dict(line="bench", last=248), dict(line="bench", first=9, last=8)):
            self.assertIn("error", self.change("line-scan", **wrong))
        self.assertIn("\"by\" is missing", self.lab.ask("line-scan", line="bench")["error"])

        # The command's own end is the search's.
        child = subprocess.Popen([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, "scan", "bench"], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=wholelab.die_with_parent)
        self.assertEqual(child.stdout.readline(), "UNIT  SPEED       WHO\n")
        child.send_signal(signal.SIGINT)
        _, words = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 0, words)
        self.assertIn("ended before all were asked", words)
        self.assertEqual(self.lab.ask("line-show", line="bench")["state"], "cancelled")
        self.assert_nothing_lost(least=30)

    def test_late_and_broken_answers_of_a_stranger(self):
        """Who is no analyzer of the lab answers late, into the turns of those who are."""
        self.start()
        for fault in ("sonde-1 late 300ms p=0.7", "sonde-1 garbage p=0.5", "ph-1 late 200ms p=0.2"):
            self.lab.fault(fault)
            for _ in range(2):
                self.well("line-scan", line="bench", first=1, last=12)
                self.assertEqual(self.ended("bench")["state"], "done")
                self.change("line-probe", unit="oxygen-1")
                self.ended("bench")
        self.lab.fault("all ok")
        self.assertEqual({unit["counts"]["wrong"] for line in self.lab.status()["lines"] for unit in line["units"]}, {0})
        self.assert_nothing_lost(least=100)

    def peers(self, server, rtu, tcp, **where):
        """An independent server: values change while the line is searched, and each one saved was there."""
        self.write(rtu, tcp, **where)
        self.lab.start_daemon()
        line = "bench" if rtu else "net"
        self.wait_for("readings", lambda: self.saved() >= 4)
        self.well("line-scan", line=line, first=1, last=12)
        n = 0
        while self.lab.ask("line-show", line=line)["state"] == "running":
            n += 1
            server.put(5, "holding", 0, [200 + n % 40, 700 + n % 40, 0, 300, 400, 0, 0, 0, 0, 0, 0, 5000])
            self.wait_for("it to be read", lambda: any(
                abs(field["value"] - (700 + n % 40) / 100) < 0.001 for one in self.lab.status()["lines"] for unit in one["units"]
                for field in unit["fields"] if field["parameter"] == "ph"), 30, 0.05)
        self.assertGreater(n, 2)
        shown = self.lab.ask("line-show", line=line)
        self.assertEqual([one["address"] for one in shown["found"]], [9])
        self.well("line-probe", unit="ph-1")
        values = {one["parameter"]: one["at"][0] for one in self.ended(line)["values"]}
        self.assertEqual((values["temperature"]["words"], values["ph"]["words"]), ("%04X" % (200 + n % 40), "%04X" % (700 + n % 40)))
        self.wait_for("all to be saved", lambda: self.lab.status()["readings"]["pending"] == 0)
        for row in self.lab.exported():
            if row["parameter"] in ("ph", "temperature") and row["stream"] == "readings":
                raw = round(float(row["value"]) * (100 if row["parameter"] == "ph" else 10))
                self.assertIn(raw, range(700, 740) if row["parameter"] == "ph" else range(200, 240))

    WORDS = {5: {"holding": {0: [200, 700, 0, 300, 400, 0, 0, 0, 0, 0, 0, 5000]}}, 9: {"holding": {0: [1, 2, 3]}, "input": {0: [4]}}}

    def test_pymodbus_over_tcp(self):
        with PymodbusServer.tcp(self.WORDS) as server:
            self.peers(server, [], [PH], where=server.where)

    def test_pymodbus_over_a_serial_line(self):
        with PymodbusServer.rtu(self.WORDS, os.path.join(self.folder, "peer"), 19200) as server:
            self.peers(server, [PH], [], parity="none", bench=server.where)


if __name__ == "__main__":
    main()
