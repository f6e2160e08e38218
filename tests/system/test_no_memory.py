#!/usr/bin/python3
# limit: 900 s
"""One allocation fails, or thirty in a row: no program falls over by it, nothing is called saved that is not.

Three programs, each run once for each N: the N-th allocation of the process fails (no_memory.c, loaded before it).
A spool's short life (tests/unit/spool/swept.c): all shown as saved is there, and what failed works when it is tried
again.  `waterlabd --check`: a status and, when it is not 0, words.  The daemon itself, from its start through its first
readings at a store to its end: it says why it does not start, or reads and delivers all the same.

Here a seeded sample of N; with SOAK=10 (make soak) one in 20 of the spool's, one in 100 of the daemon's, and every one of
the check's; SOAK=100: every one.
"""

import concurrent.futures
import http.server
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

import chain

BIN = os.path.abspath(chain.wholelab.BIN)
SWEPT = os.path.join(os.path.dirname(BIN), "tests", "unit", "spool", "swept")
WORDS_AT = 56  # in what swept tells: after seven numbers
DONE_AT = 48
ROW = 30


def pick(title, most, every, few):
    random = chain.random.Random("%d %s" % (chain.SEED, title))
    if chain.SOAK < 10:
        return sorted(random.sample(range(1, most + 1), min(few, most)))
    step = 1 if chain.SOAK >= 100 else every
    return range(1 + random.randrange(step), most + 1, step)


class Store(http.server.ThreadingHTTPServer):
    """Takes everything; knows which databases got a reading."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()
            if body:
                with self.server.told:
                    self.server.got.add(query.get("db", [""])[0])
                    self.server.told.notify_all()

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Store.Handler)
        self.daemon_threads = True
        self.told = threading.Condition()
        self.got = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class NoMemory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("SEED=%d" % chain.SEED)
        shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        cls.folder = tempfile.mkdtemp(prefix="wl-mem-", dir=shm)
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.library = os.path.join(cls.folder, "no_memory.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "no_memory.c")
        subprocess.run(["gcc", "-O1", "-Wall", "-shared", "-fPIC", "-o", cls.library, source], check=True)

    def env(self, where, at, row):
        with open(os.path.join(where, "count"), "wb") as f:
            f.truncate(8)
        return dict(os.environ, LD_PRELOAD=self.library, NO_MEMORY_COUNT=os.path.join(where, "count"),
                    NO_MEMORY_AT=str(at), NO_MEMORY_TO=str(at + row - 1))

    @staticmethod
    def count(where):
        with open(os.path.join(where, "count"), "rb") as f:
            return int.from_bytes(f.read(), "little")

    def sweep(self, title, one, every, few):
        """one(where, N, row) -> words of what is wrong, or ""; N 0: no fault."""
        def run(n, row):
            where = tempfile.mkdtemp(prefix="r", dir=self.folder)
            try:
                return one(where, n, row), self.count(where)
            finally:
                shutil.rmtree(where)

        words, most = run(0, 1)
        self.assertEqual(words, "", title)
        wrong, runs = [], 0
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for row in (1, ROW):
                picked = pick("%s %d" % (title, row), most, every, few)
                for n, (words, _) in zip(picked, pool.map(lambda n: run(n, row), picked)):
                    runs += 1
                    if words:
                        wrong.append("allocation %d%s: %s" % (n, "" if row == 1 else " and on", words))
        print("%s: %d allocations, %d runs with a fault" % (title, most, runs), flush=True)
        self.assertFalse(wrong, "\n".join(wrong[:10]) + "\n%d in all; SEED=%d" % (len(wrong), chain.SEED))

    def spool_life(self, where, n, row):
        with open(os.path.join(where, "told"), "w+b") as f:
            f.truncate(4096)
            fd = f.fileno()
            lived = subprocess.run([SWEPT, "live", "spool", str(fd)], cwd=where, pass_fds=[fd], text=True, timeout=120,
                                   env=self.env(where, n, row), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            told = os.pread(fd, 4096, 0)
            if not told[0:8].strip(b"\0") and lived.returncode in (1, 127):
                return "" if lived.stdout else "did not start and said nothing"
            words = told[WORDS_AT:].split(b"\0")[0].decode()
            if lived.returncode or not told[DONE_AT]:
                return "status %d: %s %s" % (lived.returncode, words, lived.stdout[-300:])
            after = subprocess.run([SWEPT, "check", "spool", str(fd)], cwd=where, pass_fds=[fd], text=True, timeout=120,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return "" if after.returncode == 0 else after.stdout[-600:]

    def test_the_spool(self):
        self.sweep("a spool's life", self.spool_life, 20, 25)

    def write_config(self, where, more=""):
        with open(self.config_of_lab) as f:
            text = f.read()
        for name in ("spool", "control"):
            text = text.replace("%s/%s" % (self.lab.folder, name), "%s/%s" % (where, name))
        path = os.path.join(where, "waterlab.conf")
        with open(path, "w") as f:
            f.write(text + more)
        return path

    def start_lab(self):
        folder = tempfile.mkdtemp(prefix="l", dir=self.folder)
        self.lab = chain.wholelab.Lab(folder, seed=chain.SEED, rtu_lines=0, tcp_lines=1, units=1)
        self.addCleanup(self.lab.stop)
        self.lab.interval_ms = 100
        self.lab.clock = dict(wait_s=0, most_away_days=7300)
        self.lab.write_config()
        self.config_of_lab = self.lab.config

    def check_config(self, where, n, row):
        done = subprocess.run([os.path.join(BIN, "waterlabd"), "--check", self.write_config(where)], text=True,
                              env=self.env(where, n, row), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        if done.returncode < 0:
            return "signal %d: %s" % (-done.returncode, done.stderr[-300:])
        if done.returncode and not done.stderr:
            return "status %d and no word" % done.returncode
        if not done.returncode and "lines" not in done.stdout:
            return "status 0 without the configuration: %s" % done.stdout[-300:]
        return ""

    def test_the_configuration(self):
        self.start_lab()
        self.sweep("a configuration's check", self.check_config, 1, 40)

    @staticmethod
    def waits(log):
        """It goes on, but tries again too late for us."""
        with open(log, errors="replace") as f:
            return "tried again every minute" in f.read()

    def daemon_life(self, where, n, row):
        name = os.path.basename(where)
        config = self.write_config(where, '\nstores = ( { name = "centre"; type = "influxdb-v1"; url = "http://127.0.0.1:%d"; '
                                   'database = "%s"; interval_ms = 200; retry_first_ms = 200; retry_most_ms = 1000; } );\n'
                                   % (self.store.server_address[1], name))
        log = os.path.join(where, "log")
        with open(log, "wb") as out:
            daemon = subprocess.Popen([os.path.join(BIN, "waterlabd"), config], env=self.env(where, n, row),
                                      stdout=out, stderr=out)
        try:
            # What could not be read is read again after a minute; readings may all go to the other daemon meanwhile.
            until = time.monotonic() + 100
            with self.store.told:
                while name not in self.store.got and daemon.poll() is None and time.monotonic() < until:
                    self.store.told.wait(0.1)
                    if n and self.waits(log):
                        break
                got = name in self.store.got
            if daemon.poll() is None:
                daemon.send_signal(signal.SIGTERM)
            status = daemon.wait(30)
        except subprocess.TimeoutExpired:
            return "it does not end"
        finally:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()
        with open(log, errors="replace") as f:
            said = f.read()
        if status < 0:
            return "signal %d: %s" % (-status, said[-400:])
        if not got and (not status or not n) and not self.waits(log):
            return "nothing arrived, and no error: %s" % said[-400:]
        if status and not said.strip():
            return "status %d and no word" % status
        spool = os.path.join(where, "spool")
        if not os.path.exists(os.path.join(spool, "ledger.db")):
            return "" if status else "no spool: %s" % said[-400:]
        seen = subprocess.run([os.path.join(BIN, "waterlab"), "spool", "verify", spool], text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if status and "not even a start of the daemon is recorded" in seen.stdout:
            return ""  # nothing was ever to be saved
        return "" if seen.returncode == 0 else "verify: %s" % seen.stdout[-400:]

    def test_the_daemon(self):
        self.start_lab()
        self.lab.start_labsim()
        self.store = Store()
        self.addCleanup(self.store.server_close)
        self.addCleanup(self.store.shutdown)
        self.sweep("the daemon's first round", self.daemon_life, 100, 8)


if __name__ == "__main__":
    unittest.main()
