#!/usr/bin/python3
"""The lab in the guest, and the witness of what its daemon shows as saved.

The spool lies on the card, all else in memory.  The witness asks the daemon for its status, over and over, and tells the
host on the console "saved N sent M" whenever the numbers grew; with LOGGED it first puts the same words as a mark
into the log of the card's writes.  Without SECONDS_LONG it goes on until the power is cut.
"""

import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import wholelab  # noqa: E402

LOGGED = "LOGGED" in os.environ
LONG = float(os.environ.get("SECONDS_LONG", 0))


def tell(words):
    os.write(1, (words + "\n").encode())


def mark(words):
    if LOGGED:  # a mark is one word
        subprocess.run(["dmsetup", "message", "card", "0", "mark", words.replace(" ", "-")], check=True)


class Witness:
    def __init__(self, lab):
        self.lab, self.seen = lab, None

    def look(self):
        self.lab.daemon.must_live()
        self.lab.labsim.must_live()
        status = self.lab.try_status()
        if status:
            shown = status["readings"]["last"], sum(s["sent"] for s in status["stores"])
            if shown != self.seen:
                # Any order of the two is right: what was shown before the mark is durable already.
                mark("saved %d sent %d" % shown)
                tell("saved %d sent %d" % shown)
                self.seen = shown
        return status


def make_lab():
    os.mkdir("/run/lab")
    lab = wholelab.Lab("/run/lab", rtu_lines=1, tcp_lines=3, units=12, seed=int(time.time()),
                       interval_ms=250)
    lab.spool = dict(dir='"/mnt/card/spool"', commit_ms=200, segment_readings=1000)
    lab.served = "/mnt/host/served-%s.csv" % wholelab.boot_id()
    lab.add_store_text("province", "influxdb-v1", os.environ["URL"])
    return lab


def main():
    lab = make_lab()
    lab.write_config()
    lab.start_labsim()
    lab.start_daemon(wait=False)
    witness = Witness(lab)
    wholelab.wait_for("the daemon to answer", witness.look, 60)
    tell("running")
    end = time.monotonic() + LONG if LONG else float("inf")
    while time.monotonic() < end:
        witness.look()
        time.sleep(0.02)
    lab.labsim.end()
    lab.labsim.must_live = lambda: None
    wholelab.wait_for("all to be saved and sent", lambda: witness.look() and lab.drained(), 120)
    mark("drained")
    status = lab.daemon.end()
    tell("drained, status %d" % status)
    sys.exit(status)


if __name__ == "__main__":
    try:
        main()
    except wholelab.Trouble as trouble:
        tell("guest: %s" % trouble)
        sys.exit(1)
