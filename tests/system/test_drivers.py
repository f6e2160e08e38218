#!/usr/bin/python3
# begun first
"""Every driver of drivers/, played by labsim and read by the daemon: each value that was served is saved once, as it
was, with its flags, and nothing else.  $DRIVER: that one alone.

A map of registers and a driver of Modbus PDUs are asked over a pty and over TCP, one unit for each case; one of plain
bytes has a line of its own for each case.  All at once, in as many labs as that takes.  One that reads a meter's files
is on no line: test_inbox.py has its own way.
"""

import csv
import glob
import os
import re
import time

from chain import TOP, LabTest, main, wholelab

DRIVERS = os.path.join(TOP, "drivers")
ONLY = os.environ.get("DRIVER") or "*"
LINES, UNITS, ANSWERS = 16, 32, 3  # of a lab, of a line, that hold a value of each unit


def read(path):
    with open(path) as f:
        return f.read()


def plays(path):
    """The unit number of a case that labsim plays: one with a value; else None."""
    text = read(path)
    said = re.search(r"^address: *(\d+)", text, re.M)
    return (int(said.group(1)) if said else 1) if re.search("^= [^:]", text, re.M) else None


def in_source(name, word):
    return any(word in read(path) for path in glob.glob(os.path.join(DRIVERS, name, "*.c")))


def says_twice(name):
    """Whether one question of its turn is said twice: what comes first only wakes it."""
    composed = [one for path in glob.glob(os.path.join(DRIVERS, name, "*.c"))
                for one in re.findall(r"\.compose = (\w+),", read(path))]
    return len(set(composed)) < len(composed)


def found():
    """(maps and drivers of PDUs, a name for each unit; drivers of bytes, (name, address) for each unit)."""
    shared, alone = [], []
    for folder in sorted(glob.glob(os.path.join(DRIVERS, ONLY, ""))):
        name = os.path.basename(folder.rstrip("/"))
        if in_source(name, "WL_FILE"):
            continue
        cases = [plays(path) for path in sorted(glob.glob(os.path.join(folder, "cases", "*.trace")))]
        cases = [address for address in cases if address is not None]
        if os.path.exists(os.path.join(folder, "profile.conf")):
            shared.append(name)
        elif in_source(name, ".frame = "):
            alone += [(name, address) for address in cases]
        elif cases:
            shared += [name] * len(cases)
    return shared, alone


def pieces(things, size):
    return [things[i:i + size] for i in range(0, len(things), size)]


def reading(row):
    """Value and flags; whether it was warm depends on when it was asked."""
    return row["value"], set(row["flags"].split("|")) - {"", "warmup"}


class Drivers(LabTest):
    def setUp(self):
        super().setUp()
        self.labs, self.talkers, self.lacked, self.n = [], set(), [], 0

    def unit(self, name, address):
        self.n += 1
        unit = "u%d" % self.n
        self.names[unit] = name
        if in_source(name, ".frame = ") and not all(
                re.search("^>", read(path), re.M) for path in
                glob.glob(os.path.join(DRIVERS, name, "cases", "*.trace"))):
            self.talkers.add(unit)
        more = ""
        profile = os.path.join(DRIVERS, name, "profile.conf")
        if not os.path.exists(profile):  # every other one is told the water's temperature
            more = ' temperature = "%s";' % self.thermometer if self.n % 2 and self.thermometer else ""
        elif '"temperature"' in read(profile):
            self.thermometer = unit
        return '{ name = "%s"; profile = "%s"; address = %d; interval_ms = 500;%s }' % (unit, name, address, more)

    def line(self, i, port, units):
        return '\t{ name = "l%d"; %s units = (\n\t\t%s ); }' % (i, port, ",\n\t\t".join(units))

    def config_lines(self, folder, shared, alone):
        """The text of each line of a lab."""
        lines = []
        for names in pieces(shared, UNITS):
            for port in ('type = "rtu"; port = "%s/l%d"; baud = 115200;' % (folder, len(lines)),
                         'type = "tcp"; port = "127.0.0.1:%d";' % wholelab.free_port()):
                lines.append(self.line(len(lines), port,
                                       [self.unit(name, i + 1) for i, name in enumerate(names)]))
        for name, address in alone:
            port = 'type = "rtu"; port = "%s/l%d"; baud = 115200;' % (folder, len(lines))
            lines.append(self.line(len(lines), port, [self.unit(name, address)]))
        return lines

    def make_lab(self, shared, alone):
        self.thermometer = None  # a unit of this lab
        folder = os.path.join(self.folder, str(len(self.labs)))
        os.mkdir(folder)
        lab = wholelab.Lab(folder)
        self.labs.append(lab)
        self.addCleanup(lab.stop)
        with open(lab.config, "w") as f:
            f.write('lab = "drivers";\ndrivers = "%s";\nspool = { dir = "%s/spool"; commit_ms = 200; };\n'
                    'control = { socket = "%s"; };\nlines = (\n%s );\n'
                    % (DRIVERS, folder, lab.socket, ",\n".join(self.config_lines(folder, shared, alone))))
        lab.start_labsim()

    def served(self):
        """{(unit, parameter): [(value, flags), ...]} of labsim's logs, and answers with a value of each unit."""
        values, answers = {}, {}
        for lab in self.labs:
            with open(lab.served) as f:
                for row in csv.DictReader(f):
                    if row["flags"] is None or not row["parameter"]:  # a row that is being written; no value
                        continue
                    # Not taken: "mute", at the end; "gone" and "collision", where the machine was held up.
                    if row["outcome"] == "ok":
                        values.setdefault((row["unit"], row["parameter"]), []).append(reading(row))
                        answers.setdefault(row["unit"], set()).add(row["boot_ns"])
        return values, answers

    def lacking(self):
        answers = self.served()[1]
        self.lacked = sorted("%s (%s)" % (unit, name) for unit, name in self.names.items()
                             if len(answers.get(unit, ())) < ANSWERS) or self.lacked
        return any(len(answers.get(unit, ())) < ANSWERS for unit in self.names)

    def saved(self):
        values = {}
        for lab in self.labs:
            for row in lab.exported():
                if row["stream"] == "readings":
                    values.setdefault((row["unit"], row["parameter"]), []).append(reading(row))
        return values

    def all_saved(self):
        return all(lab.status()["readings"]["pending"] == 0 for lab in self.labs)

    def was_held_up(self):
        """Units whose answers came too late: what labsim served is not all taken, and one of them is asked anew."""
        return {unit["name"] for lab in self.labs for line in lab.status()["lines"] for unit in line["units"]
                if unit["counts"]["timeouts"] or unit["counts"]["late"]}

    def heard(self, unit, served, saved):
        """A talker is heard now and then: what was saved was said in that order.  A map's answer to
        a probe, at first and after a silence, is not taken (src/bus): few, where the machine is not held up.
        A driver that says a question twice, asked anew by an asker that gave up, is out of step with labsim."""
        rest = iter(served)
        in_order = all(one in rest for one in saved)
        is_map = os.path.exists(os.path.join(DRIVERS, self.names[unit], "profile.conf"))
        if is_map and len(saved) < 0.7 * len(served) - 1:
            return False
        if unit in self.held_up:
            return in_order or says_twice(self.names[unit])
        return in_order if is_map or unit in self.talkers else served == saved

    def test_what_is_served_is_saved(self):
        self.names = {}
        shared, alone = found()
        if ONLY != "*" and in_source(ONLY, "WL_FILE"):
            self.skipTest("%s reads a meter's files: it is on no line" % ONLY)
        self.assertTrue(shared or alone, "there is no driver %s" % ONLY)
        per_lab = LINES - 2 * ((len(shared) + UNITS - 1) // UNITS)
        groups = pieces(alone, per_lab) or [[]]
        for i, group in enumerate(groups):
            self.make_lab(shared if i == 0 else [], group)
        for lab in self.labs:
            lab.start_daemon()
        try:
            self.wait_for("every unit to be read %d times" % ANSWERS, lambda: not self.lacking(), 180)
        except wholelab.Trouble as trouble:
            words = "\n".join(lab.waterlab("status", check=False) for lab in self.labs)
            self.fail("%s: %s\n%s" % (trouble, ", ".join(self.lacked), words))
        self.held_up = self.was_held_up()
        print("answers came too late of: %s" % (", ".join(sorted(self.held_up)) or "none"))
        for lab in self.labs:
            lab.fault("all mute")
        self.compare()

    def compare(self):
        """Once what was under way has come: nothing is served any more."""
        end = time.monotonic() + 20
        while True:
            self.wait_for("all to be saved", self.all_saved)
            served, saved = self.served()[0], self.saved()
            wrong = [key for key in sorted(set(served) | set(saved))
                     if not self.heard(key[0], served.get(key, []), saved.get(key, []))]
            if not wrong or time.monotonic() > end:
                break
            time.sleep(0.2)
        for unit, parameter in wrong:
            print("%s %s %s:\n  served %s\n  saved  %s" % (
                unit, self.names.get(unit), parameter, served.get((unit, parameter)), saved.get((unit, parameter))))
        self.assertEqual([(self.names[unit], parameter) for unit, parameter in wrong], [])
        print("%d units of %d drivers in %d labs: %d values; the last to be read: %s" % (
            len(self.names), len(set(self.names.values())), len(self.labs), sum(map(len, saved.values())),
            ", ".join(self.lacked)))


if __name__ == "__main__":
    main()
