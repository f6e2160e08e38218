#!/usr/bin/python3
"""Figures of the whole daemon: start, memory, processor.  One line a figure: name value unit.

The analyzers are labsim's, at most a few tens of readings a second; nothing is asserted.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TOP, "tools"))
import wholelab  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def figure(name, value, unit):
    print("%-36s %12.4g %s" % (name, value, unit), flush=True)


def anonymous_kib(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon"))


def processor_s(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def in_lab(work, **shape):
    folder = tempfile.mkdtemp(prefix="waterlab-bench-")
    lab = wholelab.Lab(folder, **shape)
    try:
        return work(lab)
    finally:
        lab.stop()
        shutil.rmtree(folder, ignore_errors=True)


def starts(lab):
    """From exec to the first reading shown as saved, and what of it was the device's answer."""
    lab.write_config()
    lab.start_labsim()
    whole, device = [], []
    for _ in range(7):
        served_before = os.path.getsize(lab.served) if os.path.exists(lab.served) else 0
        begun = time.clock_gettime(time.CLOCK_BOOTTIME)
        known = -1
        lab.start_daemon(wait=False)
        while True:
            status = lab.try_status()
            if status and status["readings"]["saved"] > 0:
                break
            time.sleep(0.002)
        whole.append((time.clock_gettime(time.CLOCK_BOOTTIME) - begun) * 1000)
        with open(lab.served) as f:
            f.seek(served_before)
            text = f.read().splitlines()
        stamps = [int(row.split(",")[1]) for row in text if row and row.split(",")[1].isdigit()]
        if stamps:
            known = min(stamps) / 1e6 - begun * 1000
            device.append(known)
        lab.daemon.end()
    figure("start_to_first_saved", statistics.median(whole), "ms")
    if device:
        figure("start_to_first_answer_whole", statistics.median(device), "ms")
        figure("first_answer_to_shown_saved", statistics.median(whole) - statistics.median(device), "ms")


def qartod(lab):
    """The processor for each reading at 50 a second: without thresholds, with the installed ones, and by turns, so that what
    else the machine does is of both."""
    used = {"with": [], "without": []}
    lab.write_config()
    lab.start_labsim()
    with open(lab.config) as f:
        plain = f.read()
    for turn in range(6):
        which = ("without", "with")[turn % 2]
        with open(lab.config, "w") as f:
            f.write(plain + ('qc = { thresholds = "%s/config/qc.conf"; };\n' % TOP if which == "with" else ""))
        lab.start_daemon()
        pid = lab.daemon.child.pid
        time.sleep(5)
        before, busy, then = lab.status()["readings"]["saved"], processor_s(pid), time.monotonic()
        time.sleep(20)
        n, busy = lab.status()["readings"]["saved"] - before, processor_s(pid) - busy
        used[which].append(busy / n)
        if turn == 5:
            figure("qartod_readings_per_second", n / (time.monotonic() - then), "1/s")
            figure("qartod_processor_of_one_core", 100 * busy / (time.monotonic() - then), "%")
        lab.daemon.end()
    plain, tested = (statistics.median(used[which]) * 1e6 for which in ("without", "with"))
    figure("reading_without_thresholds", plain, "us")
    figure("reading_with_thresholds", tested, "us")
    figure("reading_with_to_without", tested / plain, "ratio")


def runs(lab):
    lab.start()
    pid = lab.daemon.child.pid
    time.sleep(10)
    before, busy, then = lab.status()["readings"]["saved"], processor_s(pid), time.monotonic()
    memory = anonymous_kib(pid)
    time.sleep(20)
    seconds = time.monotonic() - then
    figure("readings_per_second", (lab.status()["readings"]["saved"] - before) / seconds, "1/s")
    figure("processor_of_one_core", 100 * (processor_s(pid) - busy) / seconds, "%")
    figure("anonymous_memory_20_units", anonymous_kib(pid) / 1024, "MiB")
    figure("anonymous_memory_growth_20s", anonymous_kib(pid) - memory, "KiB")


if __name__ == "__main__":
    in_lab(starts, rtu_lines=2, tcp_lines=1, units=6)
    in_lab(runs, rtu_lines=2, tcp_lines=1, units=20)
    in_lab(qartod, rtu_lines=0, tcp_lines=2, units=20, interval_ms=1000)
