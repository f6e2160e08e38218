#!/usr/bin/python3
# as root
"""A van's data on a stick: into real stores, each row once, whatever cuts it off, and back into the van's books."""

import collections
import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
import urllib.parse
import zlib

from chain import LabTest, main, wholelab


class Carry(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=1, units=4)

    def setUp(self):
        super().setUp()
        self.stick = self.folder + "/stick"
        os.mkdir(self.stick)

    def centre(self, kind):
        """A real store at the centre, and the centre's configuration."""
        self.need(kind)
        store = kind(self.folder)
        store.start()
        self.lab.stores.append(store)
        store.config = self.folder + "/centre-%s.conf" % store.flavour
        with open(store.config, "w") as f:
            f.write('lab = "centre";\nspool = { dir = "%s/none"; };\nstores = (\n\t{ name = "province"; type = "%s"; '
                    'url = "%s"; database = "waterlab"; receipt_s = 2; });\n'
                    % (self.folder, store.flavour, store.url))
        return store

    def run_waterlab(self, *args, config=None):
        done = subprocess.run([wholelab.BIN + "/waterlab", "--config", config or self.lab.config, *args],
                              capture_output=True, text=True, timeout=60)
        print("waterlab %s: %d\n%s%s" % (" ".join(args), done.returncode, done.stdout, done.stderr))
        return done

    def must(self, *args, config=None):
        done = self.run_waterlab(*args, config=config)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def van(self, flavour="influxdb-v1"):
        """A van whose store cannot be reached."""
        self.away = "http://127.0.0.1:9"
        self.lab.add_store_text("province", flavour, self.away, "receipt_s = 3;")
        self.lab.start()
        self.wait_for("some readings with a time", lambda: self.saved() > 30 and self.lab.status()["clock"]["utc"])

    def spool(self):
        return self.lab.status()["spool"]["id"]

    def assert_once(self, store, last):
        """Each reading once, by the store's own export."""
        counts = collections.Counter(row[0] for row in store.readings(self.spool()))
        self.assertEqual(sorted(counts), list(range(1, last + 1)))
        self.assertEqual([n for n, times in counts.items() if times != 1], [])

    def samples(self, store, name="reading_seq"):
        """VictoriaMetrics' samples as they lie there, before it takes duplicates out."""
        wholelab.ask_http(store.url + "/internal/force_flush")
        query = urllib.parse.urlencode({"match[]": '{__name__="%s",spool="%s"}' % (name, self.spool()),
                                        "reduce_mem_usage": "1"})
        body = wholelab.ask_http(store.url + "/api/v1/export?" + query)[1]
        return collections.Counter(int(value) for line in body.splitlines() for value in json.loads(line)["values"])

    def link_is_back(self, store):
        """The van's daemon, started again, reaches its store."""
        with open(self.lab.config) as f:
            text = f.read()
        with open(self.lab.config, "w") as f:
            f.write(text.replace(self.away, store.url))
        self.lab.start_daemon()

    def test_once_into_influxdb_whatever_happens(self):
        store = self.centre(wholelab.InfluxDB)
        self.van()
        self.must("carry", "out", self.stick)
        first = self.stick + "-first"
        shutil.copytree(self.stick, first)
        # Cut off at any moment, and again.
        for ms in 5, 30, 60, 90:
            cut = subprocess.Popen([wholelab.BIN + "/waterlab", "--config", store.config, "carry", "in", self.stick],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(ms / 1000 * self.random.uniform(0.5, 1.5))
            cut.send_signal(signal.SIGKILL)
            cut.wait()
        self.must("carry", "in", self.stick, config=store.config)
        out = self.must("carry", "in", self.stick, config=store.config)
        self.assertIn(" 0 were sent", out)
        # More of the same, the newer stick first and then the older one.
        n = self.saved()
        self.wait_for("more readings", lambda: self.saved() > n + 10)
        self.lab.labsim.end()
        time.sleep(1.5)
        last = self.saved()
        self.must("carry", "out", self.stick)
        self.must("carry", "in", self.stick, config=store.config)
        self.assertIn(" 0 were sent", self.must("carry", "in", first, config=store.config))
        self.assert_once(store, last)
        # Back in the van: nothing of it goes over the link.
        self.must("carry", "back", self.stick)
        status = self.lab.status()["stores"][0]
        self.assertEqual((status["received"], status["waiting"]), (last, 0))
        self.must("carry", "back", self.stick)
        self.must("spool", "verify")

    def test_victoriametrics_has_no_sample_twice(self):
        store = self.centre(wholelab.VictoriaMetrics)
        self.van(store.flavour)
        self.must("carry", "out", self.stick)
        self.must("carry", "in", self.stick, config=store.config)
        self.assertIn(" 0 were sent", self.must("carry", "in", self.stick, config=store.config))
        self.must("carry", "back", self.stick)
        carried = self.samples(store)
        self.lab.daemon.end()
        self.link_is_back(store)
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 30)
        self.wait_for("all to be in the store", lambda: len(self.samples(store)) == self.saved(), 30, 0.5)
        counts = self.samples(store)
        self.assertEqual([n for n, times in counts.items() if times != 1], [])
        self.assertGreater(len(counts), len(carried))
        self.assert_once(store, self.saved())

    def change(self, ask, **words):
        answer = self.lab.ask(ask, token=ask, by="Gul Khan", **words)
        self.assertNotIn("error", answer)
        return answer

    def ledger_in(self, store):
        """How often it has each record, by number; and all that it says of them."""
        q = "SELECT * FROM event, result, point, summary WHERE spool='%s'" % self.spool()
        text = store.query(q).decode()
        rows = csv.DictReader(text.splitlines())
        return collections.Counter(int(float(row["seq"])) for row in rows if row["seq"]), text

    def test_checks_samples_and_people_are_carried_and_no_name(self):
        """What they left in the ledger is at the centre once, whatever cuts it off, and its store is told no name."""
        store = self.centre(wholelab.InfluxDB)
        self.van()
        self.wait_for("all analyzers", lambda: len(self.lab.ask("checks")["analyzers"]) >= 4)
        unit = self.lab.ask("checks")["analyzers"][0]
        check = self.change("check-begin", unit=unit["unit"], parameter=unit["parameter"], lot="B7", value="7.01")["check"]
        self.change("check-cancel", check=check, reason="the bottle fell")
        sample = self.change("sample-begin", purpose="routine", new_point=dict(name="Pump", source_type="tanker"))["sample"]
        self.change("sample-enter", sample=sample, parameter="turbidity_ntu", value="7", method="tube")
        self.change("sample-end", sample=sample)
        for n in range(3):
            self.assertEqual(self.lab.ask("audit-note", what="came_in", by="Gul Khan", about="Sana Bibi", count=1 + n),
                             {"noted": True})
        self.lab.labsim.end()
        time.sleep(1.5)
        carried = self.lab.waterlab("spool", "export", "--stream", "ledger", "--format", "lp").splitlines()
        numbers = [int(re.search(r"[ ,]seq=(\d+)i", line).group(1)) for line in carried]
        self.assertEqual(sum("kind=audit," in line for line in carried), 3)
        self.must("carry", "out", self.stick)
        for ms in 5, 60:
            cut = subprocess.Popen([wholelab.BIN + "/waterlab", "--config", store.config, "carry", "in", self.stick],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(ms / 1000 * self.random.uniform(0.5, 1.5))
            cut.send_signal(signal.SIGKILL)
            cut.wait()
        self.must("carry", "in", self.stick, config=store.config)
        there, text = self.ledger_in(store)
        self.assertEqual(there, collections.Counter(numbers))
        for name in "Gul", "Sana":
            self.assertNotIn(name, text)
        self.must("carry", "back", self.stick)
        status = self.lab.status()["stores"][0]
        self.assertEqual((status["waiting"], status["ledger"]["waiting"]), (0, 0))

    def test_while_the_van_sends_the_same(self):
        store = self.centre(wholelab.InfluxDB)
        self.van()
        self.lab.labsim.end()
        time.sleep(1.5)
        self.must("carry", "out", self.stick)
        self.lab.daemon.end()
        carry = subprocess.Popen([wholelab.BIN + "/waterlab", "--config", store.config, "carry", "in", self.stick],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.link_is_back(store)
        out = carry.communicate(timeout=60)[0]
        self.assertEqual(carry.returncode, 0, out)
        self.wait_for("all to be sent", self.lab.drained, 30)
        self.assert_once(store, self.saved())

    def test_a_stick_that_is_full_then_read_only(self):
        store = self.centre(wholelab.InfluxDB)
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", self.stick], capture_output=True)
        if mount.returncode:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.stick])
        self.van()
        done = self.run_waterlab("carry", "out", self.stick)
        self.assertEqual((done.returncode, "the stick is full" in done.stderr), (1, True), done.stderr)
        self.assertEqual(self.run_waterlab("carry", "in", self.stick, config=store.config).returncode, 1)
        subprocess.run(["mount", "-o", "remount,size=1m", self.stick], check=True)
        self.must("carry", "out", self.stick)
        subprocess.run(["mount", "-o", "remount,ro", self.stick], check=True)
        done = self.run_waterlab("carry", "out", self.stick)
        self.assertEqual((done.returncode, "can only be read" in done.stderr), (1, True), done.stderr)
        # It goes in all the same; only the receipt cannot be written.
        done = self.run_waterlab("carry", "in", self.stick, config=store.config)
        self.assertEqual((done.returncode, "no receipt" in done.stderr), (1, True), done.stderr)
        self.assertGreater(len(store.readings(self.spool())), 0)

    def test_a_prepared_stick(self):
        """Right by every checksum, and not what carry wrote: what is really there goes in, and nobody waits for ever."""
        store = self.centre(wholelab.InfluxDB)
        self.van()
        self.must("carry", "out", self.stick)
        folder = os.path.join(self.stick, os.listdir(self.stick)[0])
        path = folder + "/manifest.txt"
        with open(path) as f:
            lines = f.read().splitlines()[:-1]
        manifest = []
        for line in lines:
            words = line.split(" ")
            if words[0] == "file":
                words[3] = str(2**63 - 2) if line is lines[-1] or words[1] == "ledger.db" else words[3]
            manifest.append(" ".join(words) + "\n")
        with open(path, "w") as f:
            f.write("".join(manifest) + "sum %08x\n" % zlib.crc32("".join(manifest).encode()))
        # A file that nobody listed, a folder and a link under names of files.
        os.mkdir(folder + "/readings-000000000009.db")
        os.symlink("manifest.txt", folder + "/receipt-nobody.txt")
        os.mkdir(folder + "/receipt-folder.txt")
        done = self.run_waterlab("carry", "in", self.stick, config=store.config)
        self.assertEqual((done.returncode, "one is there that carry did not write" in done.stderr), (1, True), done.stderr)
        os.rmdir(folder + "/readings-000000000009.db")
        self.must("carry", "in", self.stick, config=store.config)
        last = max(row[0] for row in store.readings(self.spool()))
        self.assertGreater(last, 0)
        done = self.run_waterlab("carry", "back", self.stick)
        self.assertEqual(done.returncode, 1)
        self.assertIn("receipt-nobody.txt: the receipt: line 1 is not what carry writes", done.stderr)
        self.assertIn("receipt-folder.txt: ", done.stderr)
        self.assertGreater(self.lab.status()["stores"][0]["received"], 0)

    def test_bad_sticks(self):
        store = self.centre(wholelab.InfluxDB)
        self.van()
        done = self.run_waterlab("carry", "out", self.folder + "/no-stick")
        self.assertEqual((done.returncode, "no-stick" in done.stderr), (1, True))
        done = self.run_waterlab("carry", "in", self.stick, config=store.config)
        self.assertEqual((done.returncode, "nothing on it" in done.stderr), (1, True))
        self.must("carry", "out", self.stick)
        folder = os.path.join(self.stick, os.listdir(self.stick)[0])
        self.assertEqual(os.path.basename(folder), "waterlab-%s-%s" % (self.lab.status()["lab"], self.spool()))
        # One damaged byte, a file that is gone, a manifest cut short: refused as a whole, and mended by carrying out again.
        names = sorted(n for n in os.listdir(folder))
        for name in names:
            path = os.path.join(folder, name)
            size = os.path.getsize(path)
            with open(path, "r+b") as f:
                f.seek(self.random.randrange(size))
                byte = f.read(1)
                f.seek(-1, os.SEEK_CUR)
                f.write(bytes([byte[0] ^ 1]))
            done = self.run_waterlab("carry", "in", self.stick, config=store.config)
            self.assertEqual((done.returncode, "nothing of it was taken" in done.stderr), (1, True), done.stderr)
            os.remove(path)
            self.assertEqual(self.run_waterlab("carry", "in", self.stick, config=store.config).returncode, 1)
            self.must("carry", "out", self.stick)
        self.assertEqual(store.readings(self.spool()), [])
        # A full stick: said, and what was on it before is still whole.
        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
        done = subprocess.run([wholelab.BIN + "/waterlab", "--config", self.lab.config, "carry", "out", self.stick],
                              capture_output=True, text=True, preexec_fn=small)
        print(done.stderr)
        self.assertEqual((done.returncode, "the stick is full" in done.stderr), (1, True), done.stderr)
        self.assertEqual([n for n in os.listdir(folder) if n.endswith(".part")], [])
        # No receipt yet; then one of another van, and one whose rows are not this van's.
        self.assertEqual(self.run_waterlab("carry", "back", self.stick).returncode, 1)
        self.must("carry", "in", self.stick, config=store.config)
        path = os.path.join(folder, "receipt-province.txt")
        with open(path) as f:
            receipt = f.read()
        with open(path, "w") as f:
            f.write(receipt.replace("received", "recieved", 1))
        done = self.run_waterlab("carry", "back", self.stick)
        self.assertEqual((done.returncode, "damaged" in done.stderr), (1, True), done.stderr)
        with open(path, "w") as f:
            f.write(receipt)
        other = os.path.join(self.stick, os.path.basename(folder)[:-16] + "0123456789abcdef")
        os.rename(folder, other)
        done = self.run_waterlab("carry", "back", self.stick)
        self.assertEqual((done.returncode, "another van" in done.stdout), (1, True))
        self.assertEqual(self.lab.status()["stores"][0]["received"], 0)


if __name__ == "__main__":
    main()
