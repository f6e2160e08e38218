"""The host's side of the power-cut laboratory: a van in user-mode Linux, its card in a file, a switch for its power.

    enter()                              # first of all: namespaces of our own, gone with us whatever happens
    card = make_card("card.img")
    guest = Guest(card, url).boot()
    guest.wait_running(); ...; guest.cut()
    with mounted(card) as folder: ...    # what the van finds after the cut

All of it is root's, and what cannot run here is named by missing().
"""

import contextlib
import ctypes
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import wholelab  # noqa: E402

UML = "linux.uml"
HOST = "192.0.2.1"  # the host's end of the van's only wire, in our own network namespace
UNSHARE = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
MIB = 1 << 20


def missing():
    """Why no power can be cut here, or None."""
    if os.geteuid() != 0:
        return "power cuts need root: they mount the van's card"
    for program in (UML, "unshare", "mkfs.ext4", "dmsetup", "modprobe", "ip", "cc"):
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            return "%s is not installed (tools/install-deps brings it)" % program
    if not glob.glob("/usr/lib/uml/modules/*/kernel/drivers/md/dm-log-writes.ko"):
        return "this user-mode Linux has no dm-log-writes"
    for trial in [["test", "-c", "/dev/net/tun"], ["losetup", "-f"], UNSHARE + ["true"]]:
        done = subprocess.run(trial, capture_output=True, text=True)
        if done.returncode:
            return "root may not do this here: %s: %s" % (" ".join(trial), done.stderr.strip())
    return wholelab.InfluxDB.missing()


def enter():
    """Runs this program anew with mounts, network and processes of its own, its temporary folder in memory."""
    if os.environ.get("IN_CUTLAB"):
        run("mount", "-t", "tmpfs", "-o", "size=2g,mode=755", "cutlab", os.environ["TMPDIR"])
        os.chdir(os.environ["TMPDIR"])
        run("ip", "link", "set", "lo", "up")
        run("ip", "tuntap", "add", "tap0", "mode", "tap")
        run("ip", "addr", "add", HOST + "/24", "dev", "tap0")
        run("ip", "link", "set", "tap0", "up")
        return
    folder = os.environ.get("TMPDIR") or os.getcwd()
    env = dict(os.environ, IN_CUTLAB="1", TMPDIR=folder, HOME=folder, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    os.execvpe("unshare", UNSHARE + [sys.executable, "-B"] + sys.argv, env)


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise wholelab.Trouble("%s: %s" % (" ".join(argv), done.stderr or done.stdout))
    return done.stdout


def make_card(path, mib=24):
    """An ext4 file system in a file, as it comes from the shop."""
    with open(path, "wb") as f:
        f.truncate(mib * MIB)
    run("mkfs.ext4", "-q", "-b", "4096", path)
    return os.path.abspath(path)


@contextlib.contextmanager
def mounted(card, at="card"):
    """The card in a reader: its journal is replayed by the kernel.  The folder it is mounted on."""
    os.makedirs(at, exist_ok=True)
    run("mount", "-t", "ext4", "-o", "loop,noatime", card, at)
    try:
        yield os.path.abspath(at)
    finally:
        run("umount", at)


class NoGuest(Exception):
    """User-mode Linux does not even come up here."""


class Guest:
    """One boot of the van.  `saved` and `sent` are the last that its witness told, `told` all of them in order."""

    def __init__(self, card, url, log=None, seconds=0, share="share"):
        os.makedirs(share, exist_ok=True)
        self.share = os.path.abspath(share)
        self.saved = self.sent = 0
        self.running = self.drained = self.done = False
        self.failed, self.console = None, []
        self.news = threading.Condition()
        self.argv = [UML, "mem=192M", "rootfstype=hostfs", "rootflags=/", "ro", "quiet", "lpj=8000000", "ubd0=" + card,
                     "vec0:transport=tap,ifname=tap0,depth=64", "con=null", "con0=null,fd:1", "con1=null",
                     "init=" + os.path.join(HERE, "guest-init"), "TREE=" + wholelab.TOP, "BIN=" + wholelab.BIN,
                     "SHARE=" + self.share, "URL=" + url]
        if log:
            self.argv += ["ubd1=" + log, "LOGGED=1"]
        if seconds:
            self.argv.append("SECONDS_LONG=%g" % seconds)

    def boot(self):
        shim = os.path.abspath("ptrace_shim.so")
        if not os.path.exists(shim):
            run("cc", "-O2", "-shared", "-fPIC", "-o", shim, os.path.join(HERE, "ptrace_shim.c"), "-ldl",
                "-D_GNU_SOURCE")

        def die_with_parent():
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)

        self.child = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, start_new_session=True,
                                      preexec_fn=die_with_parent, env=dict(os.environ, LD_PRELOAD=shim))
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()
        return self

    def listen(self):
        begun = time.monotonic()
        for line in self.child.stdout:
            if os.environ.get("CHATTY"):
                print("%.2f %s" % (time.monotonic() - begun, line), file=sys.stderr)
            line = line.decode(errors="replace").strip()
            with self.news:
                self.console.append(line)
                shown = re.fullmatch(r"saved (\d+) sent (\d+)", line)
                if shown:
                    self.saved, self.sent = map(int, shown.groups())
                elif line == "running":
                    self.running = True
                elif line.startswith("drained, status"):
                    self.drained = line.endswith(" 0")
                elif line == "guest: done":
                    self.done = True
                elif line.startswith("guest: FAILED"):
                    self.failed = line
                self.news.notify_all()
        with self.news:
            self.failed = self.failed or (None if self.done else "it ended by itself")
            self.news.notify_all()

    def words(self):
        return "\n".join(self.console[-30:])

    def wait(self, what, test, seconds):
        with self.news:
            self.news.wait_for(lambda: self.failed or test(), seconds)
            if test():
                return
            if "guest: up" not in self.console:
                raise NoGuest("user-mode Linux does not start here: " + " / ".join(self.console[-3:]))
            raise wholelab.Trouble("the guest, %s: %s\n%s" % (what, self.failed or "waited in vain", self.words()))

    def wait_running(self):
        self.wait("before its daemon answered", lambda: self.running, 90)

    def wait_done(self, seconds):
        """Until it has drained, unmounted its card and switched itself off."""
        self.wait("before it was done", lambda: self.done, seconds)
        self.cut()
        if not self.drained:
            raise wholelab.Trouble("its daemon did not end well\n" + self.words())

    def cut(self):
        """The power is cut: every process of the guest dies, none to finish a write."""
        if self.child.returncode is not None:
            return
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        # We are process 1 here, so its helpers are ours now: one that lived on would go on writing to the card.
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-self.child.pid, 0)
        self.reader.join(10)
        self.child.stdout.close()
