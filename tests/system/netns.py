"""A van and a store at the two ends of a poor link: two network namespaces and a veth between them.

    with netns.Link() as link:                  # needs root: skip where netns.missing() says so
        store = link.store(wholelab.InfluxDB, folder)
        link.start_daemon(lab)                  # its store: store.url
        link.rate(64); link.loss(30)            # kbit/s each way; per cent of packets, each way
        store.query("SELECT ...")               # asked from its own end
        link.bytes_sent()                       # by the van, with all their headers

Names carry the test's pid, so that tests may run side by side; they go at the end, and what a killed test left
behind goes when the next one begins.
"""

import concurrent.futures
import ctypes
import os
import re
import shutil
import subprocess

from chain import wholelab

VAN, STORE = "192.0.2.1", "192.0.2.2"  # TEST-NET-1: the namespaces know of nothing else
CLONE_NEWNET = 0x40000000
HEADER = 14  # Ethernet's, which a veth counts and a modem would not have


def missing():
    """Why there can be no namespaces here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for tool in ("ip", "tc", "nft"):
        if not shutil.which(tool):
            return "%s is not installed (tools/install-deps brings it)" % tool
    probe = "wl-%d-probe" % os.getpid()
    done = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if done.returncode == 0:
        subprocess.run(["ip", "netns", "delete", probe], check=True)
    return None if done.returncode == 0 else "no network namespaces here: " + done.stderr.strip()


def run(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise wholelab.Trouble("%s: %s" % (" ".join(argv), done.stderr.strip()))
    return done.stdout


def remove_left_over():
    for name in re.findall(r"^wl-\d+-\w+", run("ip", "netns", "list"), re.M):
        if not os.path.exists("/proc/" + name.split("-")[1]):
            subprocess.run(["ip", "netns", "delete", name], check=False)


def enter(name):
    """The calling thread's sockets, and its children, are there from now on."""
    fd = os.open("/run/netns/" + name, os.O_RDONLY)
    try:
        if wholelab.LIBC.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + name)
    finally:
        os.close(fd)


class Far:
    """A store whose methods are called from where it can be reached."""

    def __init__(self, link, store):
        self.link, self.at = link, store

    def __getattr__(self, name):
        found = getattr(self.at, name)
        if name == "stop":  # needs no network, and comes last
            return found
        return (lambda *args, **more: self.link.ask(found, *args, **more)) if callable(found) else found


class Link:
    def __init__(self):
        remove_left_over()
        self.van, self.far = ("wl-%d-%s" % (os.getpid(), end) for end in ("van", "far"))
        self.inside = None
        self.rules = {}

    def __enter__(self):
        try:
            for name in (self.van, self.far):
                run("ip", "netns", "add", name)
                run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", self.van, "link", "add", "radio", "type", "veth", "peer", "name", "radio", "netns", self.far)
            for name, address in ((self.van, VAN), (self.far, STORE)):
                run("ip", "-n", name, "address", "add", address + "/24", "dev", "radio")
                # One packet is one packet, as on a modem; no chatter but what is asked for.
                run("ip", "-n", name, "link", "set", "radio", "gso_max_segs", "1", "addrgenmode", "none", "up")
            self.inside = concurrent.futures.ThreadPoolExecutor(1, initializer=enter, initargs=(self.far,))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.inside:
            self.inside.shutdown()
        for name in (self.van, self.far):
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)

    # --- what the link is like -------------------------------------------------------------------

    def rate(self, kbit):
        """So many kbit/s each way, with half a second of queue; None: no bound."""
        for name in (self.van, self.far):
            subprocess.run(["tc", "-n", name, "qdisc", "delete", "dev", "radio", "root"], check=False,
                           stderr=subprocess.DEVNULL)
            if kbit:
                run("tc", "-n", name, "qdisc", "add", "dev", "radio", "root", "tbf", "rate", "%dkbit" % kbit,
                    "burst", "3000", "latency", "500ms")

    def loss(self, percent):
        """Packets lost at random, each way; 100: all of them, and nobody says so."""
        rule = "numgen random mod 100 < %d drop" % percent if percent < 100 else "drop"
        for name in (self.van, self.far):
            rules = "add table ip link\ndelete table ip link\n"
            if percent:
                rules += ("table ip link {\n chain in {\n  type filter hook input priority 0; policy accept;\n"
                          "  iifname \"radio\" %s\n }\n}\n" % rule)
            run("ip", "netns", "exec", name, "nft", rules)

    def swallow(self, port):
        """What goes to that port of the far end vanishes there, without a word; None: nothing."""
        rules = "add table ip hole\ndelete table ip hole\n"
        if port:
            rules += ("table ip hole {\n chain in {\n  type filter hook input priority 0; policy accept;\n"
                      "  tcp dport %d drop\n }\n}\n" % port)
        run("ip", "netns", "exec", self.far, "nft", rules)

    def up(self, up):
        """Down: the van has no way to the store, and its kernel says so."""
        run("ip", "-n", self.van, "link", "set", "radio", "up" if up else "down")

    def bytes_sent(self):
        """By the van since it is there: IP packets, whole."""
        out = run("ip", "-n", self.van, "-s", "link", "show", "dev", "radio")
        sent, packets = re.search(r"TX:.*\n\s*(\d+)\s+(\d+)", out).groups()
        return int(sent) - HEADER * int(packets)

    # --- who is where ----------------------------------------------------------------------------

    def store(self, kind, folder):
        """A store of that kind, running at the far end."""
        store = kind(folder, STORE)
        store.preexec = lambda: enter(self.far)
        far = Far(self, store)
        far.start()
        return far

    def ask(self, function, *args, **more):
        """Calls it from the store's end."""
        return self.inside.submit(function, *args, **more).result()

    def start_daemon(self, lab):
        lab.start_daemon(preexec=lambda: enter(self.van))
