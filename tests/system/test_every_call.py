#!/usr/bin/python3
# limit: 900 s
"""Each system call by which the spool writes fails once, or for a while: what was shown as saved is there and equal,
nothing is called saved that is not on the card, and the first try after the fault saves.

The life is tests/unit/spool/swept.c, the faults are strace's; each run is one call, one N (the N-th such call of a
thread) and one error.  N goes up until no call is left to fail; here a seeded sample of N for each call, with
SOAK=10 or more (make soak) every one.
"""

import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import chain

SWEPT = os.path.join(os.path.dirname(os.path.abspath(chain.wholelab.BIN)), "tests", "unit", "spool", "swept")
# One word a kind of call: whichever of them the C library uses here.
CALLS = {"write": "write", "pwrite64": "pwrite64", "fsync": "fsync", "fdatasync": "fdatasync",
         "openat": "?open,openat", "rename": "?rename,renameat,renameat2", "ftruncate": "ftruncate",
         "unlink": "?unlink,unlinkat", "fallocate": "fallocate"}
TRACED = "openat,write,pwrite64,fsync,fdatasync,?rename,renameat,renameat2,ftruncate,?unlink,unlinkat,?access," \
         "faccessat,fallocate"
WHILE = 6  # calls that fail in a row in the long form of a fault
TOLD = ("saved", "notes", "sent", "refused", "failed", "opened", "done")
EVERY = chain.SOAK >= 10
SAMPLE = 8


def told_of(fd):
    page = os.pread(fd, 4096, 0)
    told = {name: int.from_bytes(page[8 * i:8 * i + 8], "little") for i, name in enumerate(TOLD)}
    told["words"] = page[8 * len(TOLD):].split(b"\0")[0].decode()
    return told


def calls_of(lines):
    """(name, arguments, result) of each call in a trace of several threads, at its end."""
    begun = {}
    for line in lines:
        pid, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest[:-len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed:
            rest = begun.pop(pid, "") + resumed.group(1)
        whole = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)(.*)", rest)
        if whole:
            yield whole.group(1), whole.group(2), int(whole.group(3)), whole.group(4)


class Card:
    """What is not on the card, by the calls alone.  A sync that fails says so once: what was written before it may
    never arrive, whatever a later sync says, unless it is written again.  A database's page may be missing as long
    as its WAL has it: when the WAL is emptied or begun anew, all of the database must be on the card."""

    def __init__(self):
        self.dirty = collections.defaultdict(set)  # path: (at, length) written since the last sync that went well
        self.lost = collections.defaultdict(set)  # ... before a sync that did not
        self.in_wal = set()  # databases whose WAL is not empty
        self.too_early = []

    def missing(self, path):
        return ["%s: %d bytes at %d %s" % (os.path.basename(path), length, at, why)
                for spans, why in ((self.dirty, "not synced"), (self.lost, "not synced when a sync failed"))
                for at, length in sorted(spans[path])]

    def not_there(self):
        return self.too_early + [word for path in set(self.dirty) | set(self.lost) if path not in self.in_wal
                                 if path.endswith((".db", ".db-wal")) for word in self.missing(path)]

    def wal_goes(self, wal):
        """It is emptied, or written from its beginning again."""
        path = wal[:-len("-wal")]
        if path in self.in_wal:
            self.too_early += ["its WAL was let go: " + word for word in self.missing(path)]
        self.in_wal.discard(path)

    def write(self, path, at, length):
        if path.endswith("-wal"):
            if at == 0:
                self.wal_goes(path)
            self.in_wal.add(path[:-len("-wal")])
        self.dirty[path].add((at, length))
        self.lost[path] = {s for s in self.lost[path] if s[0] < at or s[0] + s[1] > at + length}

    def cut(self, path, end):
        if path.endswith("-wal") and end == 0:
            self.wal_goes(path)
        for spans in (self.dirty, self.lost):
            spans[path] = {s for s in spans[path] if s[0] < end}

    def sync(self, path, well):
        if not well:
            self.lost[path] |= self.dirty[path]
        self.dirty[path] = set()

    def rename(self, old, new):
        for spans in (self.dirty, self.lost):
            for path in [p for p in spans if p.endswith(old)]:
                spans[path[:-len(old)] + new] = spans.pop(path)

    def take(self, name, words, result):
        open_file = re.search(r"\d+<([^>]*)>", words)
        path = open_file and open_file.group(1).replace(" (deleted)", "")
        number = re.search(r", (\d+)$", words)
        names = re.findall(r'"([^"]*)"', words)
        if name == "pwrite64" and result > 0:
            self.write(path, int(number.group(1)), result)
        elif name in ("fsync", "fdatasync"):
            self.sync(path, result == 0)
        elif name == "ftruncate" and result == 0:
            self.cut(path, int(number.group(1)))
        elif name.startswith("rename") and result == 0:
            self.rename(names[0], names[1])
        elif name.startswith("unlink") and result == 0:
            for path in [p for p in set(self.dirty) | set(self.lost) if p.endswith(names[0])]:
                self.cut(path, 0)


def claims_before_the_card(calls):
    """What was claimed as saved and was not on the card by then."""
    card, false = Card(), []
    for name, words, result, _ in calls:
        claim = re.search(r'"/claim/(\d+)"', words)
        if claim:
            false += ["/claim/%s: %s" % (claim.group(1), word) for word in card.not_there()]
        else:
            card.take(name, words, result)
    return false


def fault(call, error, n, more=0):
    """(words, how many were injected, what the life came to) of one run."""
    where = tempfile.mkdtemp(prefix="swept-", dir=FOLDER)
    try:
        with open(os.path.join(where, "told"), "w+b") as told_file:
            told_file.truncate(4096)
            fd = told_file.fileno()
            log = os.path.join(where, "trace")
            when = str(n) if not more else "%d..%d" % (n, n + more)
            run = subprocess.run(
                ["strace", "-f", "--seccomp-bpf", "-y", "-s", "200", "-o", log, "-e", "trace=" + TRACED, "-e",
                 "inject=%s:error=%s:when=%s" % (CALLS[call], error, when), SWEPT, "live", "spool", str(fd)],
                cwd=where, pass_fds=[fd], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, text=True,
                errors="replace")
            with open(log, errors="replace") as f:
                calls = list(calls_of(f))
            injected = sum("(INJECTED)" in rest for _, _, _, rest in calls)
            told = told_of(fd)
            if not told["opened"] and not told["failed"] and run.returncode in (1, 127):
                return None, injected, told  # the program itself could not be loaded
            words = told["words"]
            if run.returncode or not told["done"]:
                words = words or "status %s: %s" % (run.returncode, run.stdout[-400:])
            elif told["failed"] > injected:
                words = "%d calls failed of %d faults" % (told["failed"], injected)
            words = words or "; ".join(claims_before_the_card(calls)[:3])
            after = subprocess.run([SWEPT, "check", "spool", str(fd)], cwd=where, pass_fds=[fd], timeout=120,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if after.returncode:
                words = (words + "\n" + after.stdout).strip()
            return words, injected, told
    finally:
        shutil.rmtree(where)


class TheCheck(unittest.TestCase):
    """The look at what is on the card sees what it is for."""

    def claim(self, *calls):
        return claims_before_the_card([(name, words, result, "") for name, words, result in calls] +
                                      [("access", '"/claim/7", F_OK', -1, "")])

    def test_a_sync_tried_again_is_no_sync(self):
        written = ("pwrite64", '5</x/a.db-wal>, "", 100, 0', 100)
        failed, went_well = ("fdatasync", "5</x/a.db-wal>", -1), ("fdatasync", "5</x/a.db-wal>", 0)
        self.assertTrue(self.claim(written))
        self.assertFalse(self.claim(written, went_well))
        self.assertTrue(self.claim(written, failed, went_well))
        self.assertFalse(self.claim(written, failed, written, went_well))
        self.assertFalse(self.claim(written, failed, ("ftruncate", "5</x/a.db-wal>, 0", 0)))

    def test_a_wal_goes_when_its_database_is_there(self):
        wal, db = ("pwrite64", '5</x/a.db-wal>, "", 100, 0', 100), ("pwrite64", '6</x/a.db>, "", 100, 0', 100)
        wal_sync, db_sync = ("fdatasync", "5</x/a.db-wal>", 0), ("fdatasync", "6</x/a.db>", 0)
        db_failed, goes = ("fdatasync", "6</x/a.db>", -1), ("ftruncate", "5</x/a.db-wal>, 0", 0)
        self.assertFalse(self.claim(wal, wal_sync, db, db_failed))
        self.assertFalse(self.claim(wal, wal_sync, db, db_sync, goes))
        self.assertTrue(self.claim(wal, wal_sync, db, goes))
        self.assertTrue(self.claim(wal, wal_sync, db, db_failed, db_sync, goes))
        self.assertTrue(self.claim(wal, wal_sync, db, db_failed, db_sync, wal, wal_sync))
        self.assertFalse(self.claim(wal, wal_sync, db, db_failed, db, db_sync, goes))


class EveryCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("SEED=%d" % chain.SEED)

    def sweep(self, call, error, more=0):
        """All N, a few at a time, until one had no call left to fail; or a sample of them."""
        random = chain.random.Random("%d %s %s" % (chain.SEED, call, error))
        wrong, hit, n, step = [], 0, 1, 4
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            if not EVERY:
                last = LAST[call]
                picked = random.sample(range(1, last + 1), min(SAMPLE, last))
                runs = pool.map(lambda n: (n, fault(call, error, n, more)), picked)
            else:
                def all_of():
                    at = 1
                    while True:
                        got = list(pool.map(lambda n: (n, fault(call, error, n, more)), range(at, at + step)))
                        yield from got
                        if not any(injected for _, (_, injected, _) in got):
                            return
                        at += step
                runs = all_of()
            for n, (words, injected, told) in runs:
                hit += injected > 0
                if words:
                    wrong.append("%s:error=%s:when=%d%s: %s" % (call, error, n, "+" if more else "", words))
        print("%s %s%s: %d runs with a fault" % (call, error, " for a while" if more else "", hit), flush=True)
        self.assertFalse(wrong, "\n".join(wrong[:10]) + "\n%d in all; SEED=%d" % (len(wrong), chain.SEED))

    def test_once(self):
        for call in CALLS:
            for error in ("EIO", "ENOSPC"):
                with self.subTest(call=call, error=error):
                    self.sweep(call, error)

    def test_for_a_while(self):
        for call in CALLS:
            for error in ("EIO", "ENOSPC", "EROFS"):
                with self.subTest(call=call, error=error):
                    self.sweep(call, error, WHILE)


def most_calls():
    """How many calls of each kind the life makes in one thread, without a fault."""
    where = tempfile.mkdtemp(prefix="swept-", dir=FOLDER)
    try:
        with open(os.path.join(where, "told"), "w+b") as told_file:
            told_file.truncate(4096)
            log = os.path.join(where, "trace")
            subprocess.run(["strace", "-f", "-o", log, "-e", "trace=" + TRACED, SWEPT, "live", "spool",
                            str(told_file.fileno())], cwd=where, pass_fds=[told_file.fileno()], check=True, timeout=60)
            with open(log) as f:
                made = collections.Counter(re.match(r"(\d+) +(\w+)\(", line).groups()
                                           for line in f if re.match(r"(\d+) +(\w+)\(", line))
        return {call: max([n for (_, name), n in made.items() if name in words.replace("?", "").split(",")] or [0])
                for call, words in CALLS.items()}
    finally:
        shutil.rmtree(where)


if __name__ == "__main__":
    # In memory where that can be: the faults are injected, and a card would only make it slow.
    FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    if subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode:
        print("skipped: strace may not trace here")
        sys.exit(77)
    LAST = most_calls()
    print("calls of a thread at most: %s" % ", ".join("%s %d" % at for at in LAST.items()))
    unittest.main()
