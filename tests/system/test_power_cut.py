#!/usr/bin/python3
# as root
"""The power of a whole van is cut: what its daemon had shown as saved is on the card, as it was, and in the store once.

The van is user-mode Linux with the real daemon and labsim in it and a real InfluxDB outside (tools/powercut). Short here;
SOAK=1 in tests/soak/test_power_cuts: 500 moments and 25 cuts.
"""

import collections
import csv
import datetime
import os
import sys
import time
import unittest

from chain import SEED, TOP, compare, main, random, wholelab

sys.path.insert(0, os.path.join(TOP, "tools", "powercut"))
import cutlab  # noqa: E402
import writelog  # noqa: E402

LONG = "SOAK" in os.environ
SECONDS = 60 if LONG else 5
MOMENTS, DEEP = (600, 60) if LONG else (40, 3)
CUTS, WITHIN_S = (25, 4) if LONG else (3, 1.5)
DAMAGES = 60 if LONG else 4


class Van:
    """What the host looks at a card with: the command, and the daemon without any analyzer."""

    def __init__(self, card, store, database, name="province"):
        self.folder = os.path.abspath("van-" + database)
        os.makedirs(self.folder, exist_ok=True)
        self.spool = os.path.join(card, "spool")
        self.lab = wholelab.Lab(self.folder, rtu_lines=0, tcp_lines=1, units=1)
        self.lab.spool = dict(dir='"%s"' % self.spool, segment_readings=1000)
        if store:
            store.use(database)
            self.lab.add_store_text(name, store.flavour, store.url, database=database)
        self.lab.write_config()

    def set_aside(self):
        return [name for name in os.listdir(self.spool) if ".damaged-" in name] if os.path.isdir(self.spool) else []

    def ledger(self):
        """Its records, but for those that are damaged."""
        text = self.lab.waterlab("spool", "export", "--format", "csv", "--stream", "ledger", check=False)
        return list(csv.DictReader(text.splitlines()))

    def readings(self):
        return [row for row in self.lab.exported() if row["stream"] == "readings"]


def utc_ms(text):
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return round(at.timestamp() * 1000)


def spoilable(path):
    """How much of a file may be damaged: of a WAL not its last two transactions, which then look cut off."""
    if not path.endswith("-wal"):
        return os.path.getsize(path)
    with open(path, "rb") as f:
        wal = f.read()
    commits = [32]
    if len(wal) > 32:
        size = 24 + int.from_bytes(wal[8:12], "big")
        for at in range(32, len(wal) - size + 1, size):
            if wal[at + 8:at + 16] != wal[16:24]:
                break
            if any(wal[at + 4:at + 8]):
                commits.append(at + size)
    return commits[-3] if len(commits) > 2 else 0


def without_time(row):
    """What a reading is from the moment it is saved; its time is fixed once, later."""
    return {key: value for key, value in row.items() if key not in ("utc", "clock", "clock_error_s")}


class PowerCut(unittest.TestCase):
    def setUp(self):
        print("SEED=%d" % SEED)
        self.random = random.Random(SEED)
        self.folder = os.path.abspath(self.id().rpartition(".")[2])
        os.mkdir(self.folder)
        os.chdir(self.folder)
        self.store = wholelab.InfluxDB(self.folder, cutlab.HOST)
        self.store.start()
        self.addCleanup(self.store.stop)
        self.guest = None
        self.addCleanup(lambda: self.guest and self.guest.cut())

    def boot(self, card, **more):
        try:
            self.guest = cutlab.Guest(card, self.store.url, **more).boot()
            self.guest.wait_running()
        except cutlab.NoGuest as why:
            self.skipTest(str(why))
        return self.guest

    def whole(self, card):
        """Everything that is on the card in the end; nothing of it missing, doubled or altered, there or in the store."""
        with cutlab.mounted(card) as folder:
            van = Van(folder, None, "whole")
            self.assertEqual(van.set_aside(), [])
            rows = van.readings()
        last = len(rows)
        self.assertEqual(compare.compare_sequence([(int(row["seq"]),) for row in rows], last), [])
        of_boot = collections.defaultdict(list)
        for row in rows:
            of_boot[row["boot"]].append(row)
        for boot, some in of_boot.items():
            van.lab.served = os.path.join(self.folder, "share", "served-%s.csv" % boot)
            self.assertEqual(compare.compare_served(some, van.lab.served_values())[0], [])
        self.assert_in_store(rows, self.store.readings(rows[0]["spool"]))
        return rows

    def assert_in_store(self, rows, stored, others=()):
        """Each row is in the store once (or in `others`, a store of the time before), with its value and its time."""
        self.assertEqual(compare.compare_sequence(stored + [(n,) for n in others], len(rows)), [])
        van = {int(row["seq"]): row for row in rows}
        for number, ms, unit, parameter, value in stored:
            row = van[number]
            self.assertEqual((unit, parameter, value),
                             (row["unit"], row["parameter"], float(row["value"]) if row["value"] else None))
            self.assertEqual(utc_ms(row["utc"]), ms, "number %d is at another time there" % number)

    # --- 1: every moment of the log ------------------------------------------------------------------------

    def test_any_moment_of_the_log(self):
        shop, card, log_path = cutlab.make_card("shop.img"), cutlab.make_card("card.img"), os.path.abspath("log.img")
        cutlab.run("cp", shop, card)
        with open(log_path, "wb") as f:
            f.truncate((1024 if LONG else 256) * cutlab.MIB)
        begun = time.monotonic()
        guest = self.boot(card, log=log_path, seconds=SECONDS)
        guest.wait_done(240)
        log = writelog.WriteLog(log_path)
        self.addCleanup(log.close)
        print("guest: %.1f s, %d entries, %d shown as saved" % (time.monotonic() - begun, len(log.entries), guest.saved))
        self.rows = self.whole(card)
        self.by_number = {int(row["seq"]): row for row in self.rows}
        self.truth = {n: [row["unit"], row["parameter"], float(row["value"]) if row["value"] else None]
                      for n, row in self.by_number.items()}
        self.sent_in_run = self.store.readings(self.rows[0]["spool"])
        disk = writelog.CrashDisk(log, shop, os.path.abspath("moment.img"))
        count, wrong = collections.Counter(), []
        moments = sorted(self.random.sample(range(1, len(log.entries) + 1), min(MOMENTS, len(log.entries))))
        deep = set(self.random.sample(moments, DEEP))
        for i, moment in enumerate(moments):
            disk.go_to(moment)
            disk.write(self.random if i % 2 else None)
            marks = [mark.split("-") for mark in disk.marks if mark.startswith("saved")]
            shown, sent = (int(marks[-1][1]), int(marks[-1][3])) if marks else (0, 0)
            found = self.look(disk.path, shown, sent, moment in deep, count)
            if found:
                wrong.append("entry %d, %d shown as saved: %s" % (moment, shown, "; ".join(found)))
        print("%d moments in a log of %d entries, %d of them wrong; readings witnessed %d, lost %d, altered %d; "
              "files damaged %d; moments started and drained %d, readings doubled %d"
              % (len(moments), len(log.entries), len(wrong), count["witnessed"], count["lost"], count["altered"],
                 count["damaged"], count["drained"], count["doubled"]))
        self.assertEqual(wrong[:20], [])
        self.assertGreaterEqual(len(moments), 500 if LONG else 30)
        self.damage_cards(writelog.CrashDisk(log, shop, disk.path))

    def look(self, image, shown, sent, deep, count):
        """What is wrong with the card after a cut, as a list of sentences."""
        with cutlab.mounted(image) as folder:
            van = Van(folder, None, "look")
            rows = van.readings() if os.path.exists(van.spool + "/ledger.db") else []
            here = {int(row["seq"]): row for row in rows}
            lost = [n for n in range(1, shown + 1) if n not in here]
            altered = [n for n, row in here.items() if n in self.by_number and
                       without_time(row) != without_time(self.by_number[n])]
            count.update(witnessed=shown, lost=len(lost), altered=len(altered), damaged=len(van.set_aside()))
            wrong = ["%d lost, the first is %d" % (len(lost), lost[0])] if lost else []
            wrong += ["%d altered, the first is %d" % (len(altered), altered[0])] if altered else []
            wrong += ["set aside: " + name for name in van.set_aside()]
            wrong += compare.compare_sequence([(n,) for n in here], len(here)) if not lost else []
            if sum(row["utc"] != "" for row in rows) < min(sent, len(rows)):
                wrong.append("%d were sent, and fewer have a time" % sent)
            if rows and not wrong:
                van.lab.waterlab("spool", "verify")
            if deep and not wrong:
                self.drain(folder, rows, count)
        return wrong

    def drain(self, folder, rows, count):
        """The van starts again after this cut, into a store that has what had been sent at most."""
        van = Van(folder, self.store, "moment%d" % count["drained"])
        van.lab.start_daemon()
        try:
            wholelab.wait_for("all to be sent", van.lab.drained, 60)
            status = van.lab.status()
            self.assertEqual(status["readings"]["last"], len(rows))
        finally:
            self.assertEqual(van.lab.daemon.end(), 0)
        self.assertEqual(van.set_aside(), [])
        self.assertEqual([without_time(row) for row in van.readings()], [without_time(row) for row in rows])
        stored = self.store.readings(status["spool"]["id"])
        again = {row[0] for row in stored}
        before = {row[0]: row for row in self.sent_in_run if row[0] <= len(rows)}
        count["drained"] += 1
        count["doubled"] += len(stored) - len(again)
        self.assert_in_store(van.readings(), stored, [n for n in before if n not in again])
        timed = {int(row["seq"]) for row in rows if row["utc"]}
        self.assertEqual([row for row in stored if row[0] in timed and row != before[row[0]]][:3], [],
                         "sent again, and not the same as before the cut")

    # --- 2: a cut that damages what lay beside -------------------------------------------------------------

    def damage_cards(self, disk):
        """Cuts late enough for files to be there; each spoils one to three places of them, as a card may."""
        count = collections.Counter()
        late = [i + 1 for i, entry in enumerate(disk.log.entries) if entry.mark and entry.mark.startswith("saved")]
        for i, moment in enumerate(sorted(self.random.choices(late[len(late) // 4:], k=DAMAGES))):
            disk.go_to(moment)
            disk.write()
            shown = int(disk.marks[-1].split("-")[1])
            with cutlab.mounted(disk.path) as folder, self.subTest(moment=moment, shown=shown):
                spots = self.spoil(os.path.join(folder, "spool"))
                try:
                    self.assert_honest(Van(folder, self.store, "damage%d" % i, "ministry"), shown, count)
                except (AssertionError, wholelab.Trouble):
                    print("after damage to", "; ".join(spots))
                    raise
        print("%d cards damaged: of %d readings witnessed %d sent as they were, %d listed as lost; files set aside: %d"
              % (DAMAGES, count["witnessed"], count["sent"], count["listed"], count["aside"]))

    def spoil(self, spool):
        """One to three places of one file and its WAL: what is damaged lies together."""
        spots, sizes = [], {}
        base = self.random.choice(sorted(name for name in os.listdir(spool) if name.endswith(".db")))
        for name in (base, base + "-wal"):
            if os.path.exists(os.path.join(spool, name)):
                sizes[name] = spoilable(os.path.join(spool, name)) // 512
        for _ in range(self.random.randint(1, 3)):
            name = self.random.choice([name for name in sizes if sizes[name]])
            sectors = min(self.random.randint(1, 8), sizes[name])
            at = self.random.randrange(sizes[name] - sectors + 1)
            with open(os.path.join(spool, name), "r+b") as f:
                f.seek(512 * at)
                f.write(self.random.randbytes(512 * sectors))
            spots.append("sectors %d to %d of %s" % (at, at + sectors - 1, name))
        return spots

    def assert_honest(self, van, shown, count):
        """The daemon runs; what it had shown as saved goes as it was to a store that has nothing, or is listed as lost."""
        van.lab.start_daemon()
        try:
            wholelab.wait_for("all to be sent", van.lab.drained, 60)
            status = van.lab.status()
            self.assertGreaterEqual(status["readings"]["last"], shown)
            stored = self.store.readings(status["spool"]["id"])
        finally:
            self.assertEqual(van.lab.daemon.end(), 0)
        for number, _, *reading in stored:
            self.assertEqual(reading, self.truth[number], "number %d was altered" % number)
        sent = {row[0] for row in stored}
        self.assertEqual(len(sent), len(stored), "doubled")
        gaps = [range(int(row["a"]), int(row["b"]) + 1) for row in van.ledger()
                if row["kind"] == "gap" and row["c"] == "0"]
        listed = {n for gap in gaps for n in gap if n <= shown}
        self.assertEqual([n for n in range(1, shown + 1) if n not in listed | sent][:5], [], "lost, and not said")
        count.update(witnessed=shown, listed=len(listed - sent), sent=len([n for n in sent if n <= shown]),
                     aside=len(van.set_aside()))

    # --- 3: the power, again and again -----------------------------------------------------------------------

    def test_cut_again_and_again(self):
        card, shown = cutlab.make_card("card.img"), 0
        witnessed, seen = [], {}
        for _ in range(CUTS):
            guest = self.boot(card)
            self.assertGreaterEqual(guest.saved, shown, "what was shown as saved is gone")
            time.sleep(self.random.uniform(0, WITHIN_S))
            guest.cut()
            witnessed.append(guest.saved - shown)
            shown = guest.saved
            cutlab.run("cp", "--sparse=always", card, "look.img")
            with cutlab.mounted("look.img") as folder:
                van = Van(folder, None, "look")
                here = {int(row["seq"]): without_time(row) for row in van.readings()}
                self.assertEqual(van.set_aside(), [])
            self.assertEqual([n for n in range(1, shown + 1) if n not in here], [], "shown as saved, and gone")
            self.assertEqual([n for n in seen if here[n] != seen[n]], [], "not what it was before the cut")
            seen = here
        self.boot(card, seconds=0.5).wait_done(120)
        rows = self.whole(card)
        self.assertGreaterEqual(len(rows), shown)
        self.assertEqual(len({row["boot"] for row in rows}), CUTS + 1)
        print("%d cuts, %d readings shown as saved before them, 0 lost; %d in the store, 0 doubled"
              % (CUTS, sum(witnessed), len(rows)))


if __name__ == "__main__":
    if cutlab.missing():
        print(cutlab.missing())
        sys.exit(77)
    cutlab.enter()
    main()
