#!/usr/bin/python3
# begun first
"""Files of meters, put into the inbox of a running daemon: each value once in the van and once in the real store."""

import csv
import datetime
import os
import re
import shutil
import signal
import subprocess

from chain import SOAK, LabTest, main, wholelab

INBOX = """inbox = { dir = "%s"; meters = (
	{ name = "hqd-1"; profile = "hach-hqd"; files = "*SENDDATA*.txt"; dates = "day-month-year"; },
	{ name = "md-1"; profile = "lovibond-md610"; files = "md610*"; dates = "year-month-day"; } ); };
"""
HEADING = "Type,Parameter Type,Date,Time,Operator ID,Probe Model,Probe SN,Method Name,Sample ID\r\n"


class Inbox(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=1)

    def setUp(self):
        super().setUp()
        self.inbox = os.path.join(self.folder, "inbox")
        self.lab.conf_text += INBOX % self.inbox
        self.yesterday = datetime.datetime.now() - datetime.timedelta(days=1)
        self.day = self.yesterday.strftime("%d-%b-%Y")

    def reading(self, n, value="7.02", parameter="pH", unit="pH", day=None):
        return "RD,%s,%s,14:%02d:%02d,NK,PHC101,1234567,Default,HT 1 (%d),%s,%s,24.5 \N{DEGREE SIGN}C,EndOfRecord\r\n" % (
            parameter, day or self.day, n // 60 % 60, n % 60, n, value, unit)

    def path(self, *names):
        return os.path.join(self.inbox, *names)

    def put(self, name, text):
        self.wait_for("the inbox", lambda: os.path.isdir(self.path("taken")))
        with open(self.path(name), "w", newline="") as f:
            f.write(text)

    def wait_taken(self, name, into="taken"):
        self.wait_for("%s to be %s" % (name, into), lambda: os.path.exists(self.path(into, name)), 30)

    def filed(self):
        text = self.lab.waterlab("spool", "export", "--stream", "ledger")
        return [row for row in csv.DictReader(text.splitlines()) if row["kind"].startswith("file_")]

    def events(self, store):
        """Every such row of the store as (seq, kind, analyzer, parameter, value, meter's own time)."""
        spool = self.lab.status()["spool"]["id"]
        q = "SELECT seq, a, value FROM event WHERE spool='%s' AND kind =~ /^file_/ GROUP BY kind, analyzer, parameter" % spool
        rows = []
        for row in csv.DictReader(store.query(q).decode().splitlines()):
            tags = dict(t.split("=", 1) for t in row["tags"].split(","))
            rows.append((int(row["seq"]), tags["kind"], tags.get("analyzer", ""), tags.get("parameter", ""),
                         float(row["value"]) if row["value"] else None, int(row["a"])))
        return sorted(rows)

    def sent(self):
        return all(s["ledger"]["waiting"] == 0 for s in self.lab.status()["stores"])

    def test_a_file_reaches_the_store_once(self):
        self.need(wholelab.InfluxDB)
        store = self.lab.add_store(wholelab.InfluxDB)
        self.lab.start()
        text = HEADING + "".join(self.reading(n, "7.%02d" % n) for n in range(20)) + \
            "CK,pH,%s,15:01:00,NK,PHC101,1234567,Default,,7.00,pH,passed\r\n" % self.day
        self.put("9999NN000000-SENDDATA-1.TXT", text)
        self.wait_taken("9999NN000000-SENDDATA-1.TXT")
        self.put("9999NN000000-SENDDATA-2.TXT", text + self.reading(20, "7.20"))
        self.wait_taken("9999NN000000-SENDDATA-2.TXT")
        rows = self.filed()
        self.assertEqual(len(rows), 2 * 21 + 1, "pH and temperature of each, and the check")
        self.assertEqual(rows[0]["words"], "hqd-1 ph 7.00 [pH]; sample HT 1 (0); probe 1234567; by NK")
        self.assertEqual([r["kind"] for r in rows if r["kind"] != "file_reading"], ["file_check"])
        first = datetime.datetime.strptime(self.day + " 14:00 +0500", "%d-%b-%Y %H:%M %z")
        self.assertEqual(int(rows[0]["a"]), first.timestamp() * 1000)
        self.wait_for("the ledger to be sent", self.sent, 60)
        self.wait_for("the store to have it", lambda: len(self.events(store)) >= len(rows), 20)
        events = self.events(store)
        self.assertEqual([e[0] for e in events], [int(r["seq"]) for r in rows], "each once")
        for event, row in zip(events, rows):
            head = row["words"].split(";")[0].split(" ")
            value = None if head[1] == "-" else float(head[2])
            self.assertEqual(event[1:], (row["kind"], head[0], head[1].strip("-"), value, int(row["a"])))
        shown = self.lab.waterlab("status")
        self.assertRegex(shown, r"inbox: files taken 2, refused 0, values 43 - \d+ s ago")

    def test_kills_at_any_moment_record_each_value_once(self):
        self.lab.start()
        self.put("SENDDATA.txt", self.reading(0))
        self.wait_taken("SENDDATA.txt")
        text, n = self.reading(0), 1
        for turn in range(int(3 * max(1, SOAK))):
            text += "".join(self.reading(n + i, "7.%02d" % (n % 90)) for i in range(300))
            n += 300
            self.put("SENDDATA-%d.txt" % turn, text)
            rows = len(self.filed())
            began = self.lab.daemon
            # While it reads, writes and moves: found at its work, or soon after.
            self.wait_for("the rows or the file to go", lambda: not os.path.exists(self.path("SENDDATA-%d.txt" % turn)) or
                          len(self.filed()) > rows, 30, 0.001 + self.random.random() * 0.05)
            began.end(signal.SIGKILL)
            self.lab.start_daemon()
            self.wait_taken("SENDDATA-%d.txt" % turn)
        words = [row["words"] for row in self.filed()]
        self.assertEqual(len(words), 2 * n)
        self.assertEqual(len({(r["a"], r["words"]) for r in self.filed()}), 2 * n, "none twice")
        self.put("all SENDDATA.txt", text)
        self.wait_taken("all SENDDATA.txt")
        self.assertEqual(len(self.filed()), 2 * n)

    def test_what_is_wrong_is_said_where_people_look(self):
        self.lab.start()
        self.put("SENDDATA.txt", self.reading(0) + self.reading(1, "7,02") + self.reading(2, "OVER") +
                 self.reading(3, day="01-Jan-2003") + self.reading(4, day="31-Nov-2026") + self.reading(5, unit="") +
                 self.reading(6) + self.reading(7)[:-15])
        shutil.copy(self.path("SENDDATA.txt"), self.folder)
        self.wait_taken("SENDDATA.txt", "refused")
        with open(self.path("refused", "SENDDATA.txt.why")) as f:
            why = f.read()
        self.assertEqual(re.findall(r"^line (\d+): ", why, re.M), ["2", "3", "4", "5", "6", "8"])
        self.assertIn("line 4: the meter's clock said 2003-01-01 09:00 UTC, before inbox.not_before", why)
        self.assertIn('line 5: "31-Nov-2026" is no date written day-month-year: "RD,pH,31-Nov-2026,', why)
        self.assertIn("line 8: its end is missing", why)
        self.assertEqual(len(self.filed()), 4, "both good records with their temperature")
        self.assertIn("see refused/SENDDATA.txt.why", " ".join(self.lab.waterlab("status").split()))
        # The same said without a daemon, before anything is put there.
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, "inbox",
                               os.path.join(self.folder, "SENDDATA.txt")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("\n"), 4)
        self.assertIn("Z reading     hqd-1 ph 7.02 [pH]; sample HT 1 (0); probe 1234567; by NK\n", done.stdout)
        self.assertEqual(re.findall(r"^line (\d+): ", done.stderr, re.M), ["2", "3", "4", "5", "6", "8"])
        self.put("letter.pdf", "no meter's")
        self.wait_for("a word about it", lambda: "1 file lies in %s of which no meter's pattern fits" % self.inbox
                      in "".join(self.lab.status()["waits"]), 20)
        os.mkfifo(self.path("pipe SENDDATA.txt"))
        self.wait_for("a word about the pipe", lambda: "; 1 in %s is named like a meter's file but is no file" % self.inbox
                      in "".join(self.lab.status()["waits"]), 20)

    def test_a_file_saved_otherwise_or_read_otherwise(self):
        """A copy of another program is known; dates of another order refuse it whole; what is mended is recorded anew."""
        self.lab.start()
        text = "".join(self.reading(n, "7.%02d" % n) for n in range(5))
        self.put("SENDDATA.txt", text)
        self.wait_taken("SENDDATA.txt")
        for n, (charset, mend) in enumerate((("latin-1", lambda t: t), ("utf-8", lambda t: t.replace("\r\n", "\r")),
                                             ("utf-8-sig", lambda t: t.replace("\r\n", " \n")))):
            with open(self.path("SENDDATA-%d.txt" % n), "w", newline="", encoding=charset) as f:
                f.write(mend(text))
            self.wait_taken("SENDDATA-%d.txt" % n)
        self.assertEqual(len(self.filed()), 10)
        self.put("md610 SENDDATA.txt", text + self.reading(5, day="2026-11-28"))
        self.wait_taken("md610 SENDDATA.txt", "refused")
        with open(self.path("refused", "md610 SENDDATA.txt.why")) as f:
            self.assertIn('"2026-11-28" is no date written day-month-year, but one written year-month-day', f.read())
        self.assertEqual(len(self.filed()), 10, "nothing of it, though the others were known")
        self.lab.daemon.end(signal.SIGTERM)
        with open(self.lab.config) as f:
            conf = f.read()
        with open(self.lab.config, "w") as f:
            f.write(conf.replace('"day-month-year"; }', '"day-month-year"; utc_offset_min = 0; }'))
        self.lab.start_daemon()
        self.put("again SENDDATA.txt", text)
        self.wait_taken("again SENDDATA.txt")
        rows = self.filed()
        self.assertEqual(len(rows), 20)
        self.assertEqual([int(r["a"]) - int(o["a"]) for r, o in zip(rows[10:], rows)], [300 * 60000] * 10)
        self.assertEqual([r["b"] for r in rows[10:]], [o["b"] for o in rows[:10]], "by the same marks")
        self.assertIn("10 of them recorded anew", " ".join(self.lab.waterlab("status").split()))

    def test_a_writer_that_stalls(self):
        """A file that lay still was taken; what is written behind it comes all the same."""
        self.lab.start()
        self.wait_for("the inbox", lambda: os.path.isdir(self.path("taken")))
        with open(self.path("SENDDATA.txt"), "w", newline="") as f:
            f.write(self.reading(0) + self.reading(1)[:40])
            f.flush()
            self.wait_taken("SENDDATA.txt", "refused")
            f.write(self.reading(1)[40:] + self.reading(2))
        self.wait_taken("SENDDATA.txt")
        self.assertEqual(len(self.filed()), 6)
        self.assertEqual(os.listdir(self.path("refused")), [])

    def test_a_photometer_that_sends_is_taken_from_a_file_too(self):
        self.lab.start()
        day = self.yesterday.strftime("%Y-%m-%d")
        record = "DT01;2000001;V000.000.0.000.000;V000.000.0.000.000;170;Fluoride L;0.05-2 mg/l F;21;0;0;%s;" \
                 "14:05:00;0;0;0;1;0;0;%s;mg/l F;;;;\r\n"
        self.put("md610.txt", record % (day, "0.81") + record % (day, "0.82"))
        self.wait_taken("md610.txt")
        self.assertEqual([r["words"] for r in self.filed()], ["md-1 fluoride 0.81 mg/L", "md-1 fluoride 0.82 mg/L"])


if __name__ == "__main__":
    main()
