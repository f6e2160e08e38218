#!/usr/bin/python3
# as root
"""What goes over each network link, counted against the kernel's own counters, and a month's bytes that are kept to.

The van and the centre are network namespaces with two links between them: sim0, which costs, and wifi0.
"""

import concurrent.futures
import contextlib
import glob
import gzip
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time

import netns
from chain import SOAK, LabTest, main
from netns import run

FAKETIME = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") or [None])[0]
CENTRE = "198.51.100.1"  # TEST-NET-2; the store's address, whichever link leads to it
LINKS = {"sim0": "192.0.2", "wifi0": "203.0.113"}


class Net:
    """Two namespaces and the links between them; they go as those of netns.py do."""

    def __init__(self):
        netns.remove_left_over()
        self.van, self.far = ("wl-%d-%s" % (os.getpid(), end) for end in ("van", "far"))

    def make(self):
        for name in (self.van, self.far):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", self.far, "address", "add", CENTRE + "/32", "dev", "lo")
        for link, net in LINKS.items():
            run("ip", "-n", self.van, "link", "add", link, "type", "veth", "peer", "name", link, "netns", self.far)
            for name, end in ((self.van, "1"), (self.far, "2")):
                run("ip", "-n", name, "address", "add", "%s.%s/24" % (net, end), "dev", link)
                # One packet is one packet, as on a modem; no chatter but what is asked for.
                run("ip", "-n", name, "link", "set", link, "gso_max_segs", "1", "addrgenmode", "none", "up")
            for name, other, end in ((self.van, self.far, "2"), (self.far, self.van, "1")):
                shown = json.loads(run("ip", "-n", other, "-j", "link", "show", link))[0]
                run("ip", "-n", name, "neigh", "replace", "%s.%s" % (net, end), "lladdr", shown["address"],
                    "dev", link, "nud", "permanent")
        self.lead_by("sim0")

    def lead_by(self, link):
        run("ip", "-n", self.van, "route", "replace", CENTRE + "/32", "via", LINKS[link] + ".2", "dev", link)

    def carried(self, link):
        """IP packets, whole, both ways, since the link was made."""
        stats = json.loads(run("ip", "-n", self.van, "-s", "-j", "link", "show", link))[0]["stats64"]
        return sum(stats[way]["bytes"] - netns.HEADER * stats[way]["packets"] for way in ("rx", "tx"))

    def remove(self):
        for name in (self.van, self.far):
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


class Centre:
    """A store at the far end: it takes lines, has no receipts, and can be away."""

    def __init__(self, net, port=0):
        centre = self
        self.net, self.lines, self.away, self.open = net, [], 0, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                status = 404 if "/write" not in self.path else 503 if centre.away else 204
                centre.away -= centre.away > 0
                if status == 204:
                    centre.lines += body.decode().splitlines()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

            def setup(self):
                centre.open.append(self.request)
                super().setup()

        with concurrent.futures.ThreadPoolExecutor(1, initializer=netns.enter, initargs=(net.far,)) as inside:
            self.server = inside.submit(http.server.ThreadingHTTPServer, (CENTRE, port), Handler).result()
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def count(self, measurement):
        return sum(line.startswith(measurement + ",") for line in self.lines)


class Links(LabTest):
    shape = dict(rtu_lines=3, tcp_lines=0, units=9)

    def setUp(self):
        reason = netns.missing() or (None if FAKETIME else "no faketime here (tools/install-deps brings it)")
        if reason:
            self.skipTest(reason)
        super().setUp()
        self.net = Net()
        self.addCleanup(self.net.remove)
        self.net.make()
        self.centre = Centre(self.net)
        self.addCleanup(lambda: self.centre.end())
        self.addCleanup(self.lab.stop)

    def begin(self, utc, links="", more=""):
        """The lab with its daemon in the van's namespace, on a machine whose clock shows that."""
        self.lab.daemon_env = dict(LD_PRELOAD=FAKETIME, FAKETIME="@" + utc, TZ="UTC",
                                   FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_FORCE_MONOTONIC_FIX="0")
        self.lab.add_store_text("centre", "influxdb-v1", "http://%s:%d" % (CENTRE, self.centre.port), more)
        self.lab.conf_text += "links = { %s };\n" % links
        self.lab.write_config()
        self.lab.start_labsim()
        self.start_daemon()

    def start_daemon(self):
        self.lab.start_daemon(preexec=lambda: netns.enter(self.net.van))

    def of_store(self):
        return self.lab.status()["stores"][0]

    def month(self, link):
        for one in self.lab.status()["links"]["links"]:
            if one["name"] == link:
                return one["month_bytes"]
        return 0

    def assert_counted(self, link, least):
        """What is shown is what the kernel carried.  The last FIN is counted when a connection ends, not before."""
        shown, carried = self.month(link), self.net.carried(link)
        print("%s: %d counted, %d carried (%+.3f %%)" % (link, shown, carried, 100 * (shown / carried - 1)))
        self.assertGreater(carried, least)
        self.assertLess(abs(shown - carried), carried * 0.005 + 500)

    def test_counted_as_the_kernel_does(self):
        self.begin("2027-04-10 12:00:00", more="gzip_level = 0; receipt_s = 3;")
        self.wait_for("readings to be sent", lambda: self.of_store()["sent"] > 60 * SOAK, 60 * SOAK)
        self.centre.away = 4  # tries that fail cost, too
        self.wait_for("them to be refused", lambda: self.centre.away == 0, 30)
        port = self.centre.port
        self.centre.end()
        time.sleep(1)  # some are met by nobody
        self.centre = Centre(self.net, port)
        self.wait_for("more to be sent", lambda: self.centre.lines, 30)
        self.wait_for("a question for receipts", lambda: self.of_store()["receipts"]["requests"] > 0, 30)
        self.lab.labsim.end()
        self.wait_for("all to be sent", self.lab.drained, 30)
        time.sleep(0.5)
        self.assert_counted("sim0", 15000)
        self.assertEqual(self.month("wifi0"), 0)
        self.assertEqual(self.month("lo"), 0)
        # A start goes on where it was; and the connection's end is counted with it.
        before = self.month("sim0")
        self.assertEqual(self.lab.daemon.end(), 0)
        self.start_daemon()
        self.assertGreaterEqual(self.month("sim0"), before)
        self.wait_for("its start to be sent", self.lab.drained, 30)
        time.sleep(0.5)
        self.assert_counted("sim0", before)
        # A kill forgets what no commit had yet, a minute's at most: never what an earlier start knew.
        self.lab.daemon.end(signal.SIGKILL)
        self.start_daemon()
        self.assertGreaterEqual(self.month("sim0"), before)
        self.assertIn("links: ", self.lab.waterlab("status"))

    def test_a_months_bytes_are_kept_to(self):
        # 21 days are left: 47,619 bytes for this one, of which noon has 23,809.
        self.begin("2027-04-10 12:00:00", 'budget_mb_month = 1; unlimited = "wifi*";', "gzip_level = 0; receipt_s = 0;")
        self.wait_for("the bytes to be used up", lambda: self.of_store()["condition"] == "budget", 60)
        status = self.lab.status()
        said = " ".join(status["waits"])
        print(said)
        self.assertRegex(said, r"centre: \d+ readings? waits? for bytes: 0\.0\d of 1 MB used this month on sim0, "
                               r"next after 1[2-9]:\d\d UTC")
        self.assertEqual(status["links"]["budget_bytes"], 1000000)
        self.assertIn("wait for bytes", self.lab.waterlab("status"))
        self.assertIn("of 1.0 MB", self.lab.waterlab("status"))
        # What goes first goes.
        sent, had = self.of_store()["sent"], self.centre.count("event")
        self.lab.waterlab("clock", "enter", "2027-04-10 12:00:30", "--reason", "the test says so")
        self.wait_for("a record to be sent", lambda: self.centre.count("event") > had, 10)
        self.wait_for("more to be saved", lambda: self.of_store()["waiting"] > 40, 30)
        self.assertLess(self.of_store()["sent"] - sent, 40)
        self.assertLess(self.net.carried("sim0"), 23809 + 6000)
        # A link that costs nothing takes all that waits; and when it is gone, readings wait again.
        used = self.net.carried("sim0")
        self.net.lead_by("wifi0")
        self.wait_for("all to go by Wi-Fi", lambda: self.of_store()["waiting"] < 20, 30)
        self.assertGreater(self.month("wifi0"), 5000)
        self.assertLess(self.net.carried("sim0") - used, 2000)
        self.net.lead_by("sim0")
        self.wait_for("them to wait again", lambda: self.of_store()["condition"] == "budget" and
                      self.of_store()["waiting"] > 30, 60)
        self.assert_counted("wifi0", 5000)
        self.assertEqual(self.centre.count("reading"), self.of_store()["sent"])


if __name__ == "__main__":
    main()
