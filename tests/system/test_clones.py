#!/usr/bin/python3
# as root
"""A card that was copied while its van ran: two vans with one lab name, the same analyzers and the same numbers.

Both go on into one real store.  Each row of both is there once, as its own van has it, and what the store loses of one is
not confirmed by the other's.  The copy's machine is another one by its /etc/machine-id, which takes a mount namespace:
skipped where there cannot be any.
"""

import os
import shutil
import subprocess

from chain import SEED, LabTest, main, wholelab

MACHINE_ID = "/etc/machine-id"
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000
RECEIPT_S = 6


def on_another_machine(path):
    """In the child: the file stands for the machine's own id."""
    libc = wholelab.LIBC
    if libc.unshare(CLONE_NEWNS) or libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) or \
            libc.mount(path.encode(), MACHINE_ID.encode(), None, MS_BIND, None):
        os._exit(99)


def missing():
    if os.geteuid() != 0:
        return "mount namespaces need root"
    return None if os.path.exists(MACHINE_ID) else "this machine has no " + MACHINE_ID


class Clones(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=4)

    def setUp(self):
        if missing():
            self.skipTest(missing())
        super().setUp()
        self.need(wholelab.InfluxDB)

    def begin_copy(self, url):
        """The other van: its own analyzers' water, a copy of the folder, another machine."""
        folder = os.path.join(self.folder, "other")
        os.mkdir(folder)
        lab = wholelab.Lab(folder, seed=SEED + 1, **self.shape)
        self.addCleanup(lab.stop)
        lab.add_store_text("province", "influxdb-v1", url, "receipt_s = %d;" % RECEIPT_S)
        lab.write_config()
        shutil.copytree(os.path.join(self.folder, "spool"), os.path.join(folder, "spool"))
        machine = os.path.join(folder, "machine-id")
        with open(machine, "w") as f:
            f.write("0123456789abcdef" * 2 + "\n")
        lab.start_labsim()
        lab.start_daemon(preexec=lambda: on_another_machine(machine))
        return lab

    @staticmethod
    def rows_of(lab):
        return {(r["spool"], int(r["seq"])): (r["unit"], r["parameter"], float(r["value"]) if r["value"] else None)
                for r in lab.exported() if r["stream"] == "readings"}

    def test_each_keeps_its_own(self):
        store = self.store_with(wholelab.InfluxDB, "receipt_s = %d;" % RECEIPT_S)
        self.lab.start()
        self.wait_for("some to be sent", lambda: self.lab.status()["stores"][0]["sent"] > 20)
        other = self.begin_copy(store.url)
        copied = other.status()["readings"]["last"]
        first, second = self.lab.status()["spool"]["id"], other.status()["spool"]["id"]
        self.assertNotEqual(first, second)
        both = self.lab, other
        self.wait_for("both to go on", lambda: all(lab.status()["readings"]["last"] > copied + 45 for lab in both), 60)
        for lab in both:
            lab.labsim.end()
        self.wait_for("all to be saved and sent", lambda: all(lab.drained() for lab in both), 60)
        # Of the first van's rows above the copy that nobody asked about yet, half are lost again.
        asked = max(copied, self.lab.status()["stores"][0]["received"])
        times = sorted(r[1] for r in store.readings(first) if r[0] > asked)
        self.assertGreater(len(times), 10, "too slow a machine: they were asked about before")
        store.query("DELETE FROM reading WHERE spool='%s' AND time >= %dms" % (first, times[len(times) // 2]), post=True)
        self.wait_for("both to have confirmed all", lambda: all(
            s["received"] == s["sent"] == lab.status()["readings"]["last"] and not s["waiting"]
            for lab in both for s in lab.status()["stores"]), 60, 0.5)
        mine, others = self.rows_of(self.lab), self.rows_of(other)
        shared = set(mine) & set(others)
        self.assertTrue(all(mine[k] == others[k] for k in shared))
        self.assertTrue(all(k[0] == first and k[1] <= copied for k in shared))
        self.assertTrue({k[1] for k in mine if k[1] > copied} & {k[1] for k in others if k[1] > copied})
        want = sorted(key + value for key, value in {**mine, **others}.items())
        there = sorted((spool, r[0]) + r[2:] for spool in (first, second) for r in store.readings(spool))
        self.assertEqual(there, want)
        print("%d rows of one, %d of the other, %d of them the same from before the copy; %d sent again"
              % (len(mine), len(others), len(shared), self.lab.status()["stores"][0]["receipts"]["again"]))

    def carry(self, *words, config=None):
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", config or self.lab.config,
                               "carry", *words], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_both_on_one_stick(self):
        away = "http://127.0.0.1:9"
        self.lab.add_store_text("province", "influxdb-v1", away)
        self.lab.start()
        self.wait_for("some with a time", lambda: self.saved() > 20 and self.lab.status()["clock"]["utc"])
        other = self.begin_copy(away)
        both = self.lab, other
        copied = other.status()["readings"]["last"]
        self.wait_for("both to go on", lambda: all(lab.status()["readings"]["last"] > copied + 25 for lab in both), 60)
        for lab in both:
            lab.labsim.end()
        self.wait_for("all to be saved", lambda: all(lab.status()["readings"]["pending"] == 0 for lab in both))
        stick, centre = os.path.join(self.folder, "stick"), os.path.join(self.folder, "centre.conf")
        os.mkdir(stick)
        store = wholelab.InfluxDB(self.folder)
        store.start()
        self.lab.stores.append(store)
        with open(centre, "w") as f:
            f.write('lab = "centre"; spool = { dir = "%s/none"; }; stores = ( { name = "province"; type = "influxdb-v1";'
                    ' url = "%s"; database = "waterlab"; receipt_s = 2; } );\n' % (self.folder, store.url))
        for lab in both:
            self.carry("out", stick, config=lab.config)
        self.carry("in", stick, config=centre)
        self.assertIn(" 0 were sent", self.carry("in", stick, config=centre))
        rows = {}
        for lab in both:
            rows.update(self.rows_of(lab))
        ids = {key[0] for key in rows}
        self.assertEqual(len(ids), 2)
        there = sorted((spool, r[0]) + r[2:] for spool in ids for r in store.readings(spool))
        self.assertEqual(there, sorted(key + value for key, value in rows.items()))
        # Each van takes back its own, and only that.
        for lab in both:
            subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", lab.config, "carry", "back", stick],
                           capture_output=True, timeout=60)
            status = lab.status()["stores"][0]
            self.assertEqual((status["received"], status["waiting"]), (lab.status()["readings"]["last"], 0))


if __name__ == "__main__":
    main()
