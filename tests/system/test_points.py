#!/usr/bin/python3
"""A centre's list of water points in the van: thousands, the nearest first, found by a part of name or code; a sample there carries the
list's code to a real store; doubles become one point, and nothing that was recorded changes; a list that is spoilt stops nothing.
"""

import csv
import os
import re
import signal
import subprocess

from chain import LabTest, main, wholelab

HEAD = "code,name,source_type,lat,lon,position,treated\n"
HERE = (35.92, 74.31)


def rows(n=70):
    """n times n points, 111 m from one to the next northwards, 90 m eastwards; the first is where the van is."""
    return ["KP-%04d,Handpump %d of lane %d,borehole_tubewell,%.4f,%.4f,source,no\n"
            % (n * i + k, k, i, HERE[0] + 0.001 * i, HERE[1] + 0.001 * k) for i in range(n) for k in range(n)]


class Points(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=1)

    def setUp(self):
        super().setUp()
        self.points, self.aliases = (os.path.join(self.folder, name) for name in ("points.csv", "aliases.csv"))
        self.lab.conf_text = '\nsamples = { points = "%s"; aliases = "%s"; };\n' % (self.points, self.aliases)
        self.write(self.points, HEAD + "".join(rows()))
        self.write(self.aliases, "double,counts\n")

    def write(self, path, text):
        with open(path + ".new", "w") as f:
            f.write(text)
        os.rename(path + ".new", path)

    def begin(self, *args):
        self.lab.waterlab("sample", "begin", *args, "--by", "Gul Khan")
        return self.lab.ask("samples")["open"][0]["sample"]

    def end(self, number, turbidity):
        self.lab.waterlab("sample", "enter", "turbidity_ntu", turbidity, "--method", "tube", "--sample", str(number), "--by", "Gul Khan")
        self.lab.waterlab("sample", "end", "--sample", str(number), "--by", "Gul Khan")
        return self.lab.ask("sample-show", sample=number)

    def asked(self, store, q, *columns):
        answer = csv.DictReader(store.query(q).decode().splitlines())
        return [tuple(dict(t.split("=", 1) for t in row["tags"].replace("\\ ", " ").split(",")).get(c) or row.get(c) for c in columns) for row in answer]

    def at_the_centre(self, store):
        """What a reader there makes of it: each result's turbidity with the code of its point."""
        points = self.asked(store, "SELECT point FROM point GROUP BY code, \"name\"", "point", "code", "name")
        codes = {point: (code, name) for point, code, name in points}
        results = self.asked(store, "SELECT value, point, seq FROM result WHERE parameter='turbidity_ntu' GROUP BY method", "value", "point")
        return sorted((float(value),) + codes[point] for value, point in results if point in codes)

    def test_a_list_of_thousands(self):
        store = self.store_with(wholelab.InfluxDB)
        self.lab.start()
        self.lab.waterlab("place", "enter", "--at", "%f,%f" % HERE, "--error", "30", "--reason", "no sky here")
        shown = self.lab.waterlab("sample", "points").splitlines()
        line = [i for i, words in enumerate(shown) if words.startswith("-- farther than 200 m")][0]
        self.assertIn("KP-0000  Handpump 0 of lane 0  borehole_tubewell  0 m", shown[0])
        away = [int(re.search(r"(\d+) m$", words).group(1)) for words in shown[:line] + shown[line + 1:-1]]
        self.assertEqual(away, sorted(away))
        self.assertEqual(line, len([m for m in away if m <= 200]))
        self.assertEqual(line, 5)    # 0, 90, 111, 143, 180 m
        self.assertIn("may be 30 m off", shown[line])
        self.assertEqual(shown[-1], "%d more: waterlab sample points PART, a part of a name or code" % (70 * 70 - 200))
        self.assertIn("KP-4899", self.lab.waterlab("sample", "points", "pump 69 OF LANE 69"))
        self.assertEqual(len(self.lab.waterlab("sample", "points", "kp-489").splitlines()), 11)

        made = self.end(self.begin("--new", "School pump", "--source", "borehole_tubewell"), "5")
        first = self.end(self.begin("--code", "KP-0001"), "6")
        second = self.end(self.begin("--code", "KP-0002"), "7")
        self.assertEqual(second["point"]["code"], "KP-0002")
        before = [(5.0, None, "School pump"), (6.0, "KP-0001", "Handpump 1 of lane 0"), (7.0, "KP-0002", "Handpump 2 of lane 0")]
        self.wait_for("the results with their codes", lambda: self.at_the_centre(store) == before, 60, 0.5)

        # The centre found that all three are one; and the list's name of it was wrong.
        own = "%s/%s/%d" % (self.lab.status()["lab"], self.lab.status()["spool"]["id"], made["point"]["point"])
        self.write(self.aliases, "double,counts\nKP-0002,KP-0001\n%s,KP-0002\n" % own)
        self.write(self.points, HEAD + "".join(rows()).replace("Handpump 1 of lane 0,", "Handpump of the mosque,"))
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        near = self.lab.ask("points")["points"][:3]
        self.assertEqual([one["code"] for one in near], ["KP-0000", "KP-0001", "KP-0070"])
        merged = self.lab.ask("sample-show", sample=self.begin("--point", str(made["point"]["point"])))
        self.assertEqual((merged["point"]["code"], merged["point"]["name"]), ("KP-0001", "Handpump of the mosque"))
        merged = self.end(merged["sample"], "8")
        earlier = [h["earlier"] for h in merged["history"] if h["parameter"] == "turbidity_ntu"][0]
        self.assertEqual([(e["value"], e["sample"]) for e in earlier],
                         [("7", second["sample"]), ("6", first["sample"]), ("5", made["sample"])])
        after = before + [(8.0, "KP-0001", "Handpump of the mosque")]
        self.wait_for("what was there to stay, and the new one", lambda: self.at_the_centre(store) == after, 60, 0.5)
        for sample in (made, first, second):
            self.assertEqual(self.lab.ask("sample-show", sample=sample["sample"])["point"], sample["point"])

    def test_a_spoilt_list_stops_nothing(self):
        self.write(self.points, HEAD + "KP-1,Handpump,well,35.9,74.3,,\n")
        self.lab.start()
        words = self.lab.status()["points"]["words"]
        self.assertIn('points.csv:2: source_type is "well"; it is one of piped_into_dwelling, ', words)
        self.assertIn("points made in the van go on", words)
        self.assertIn("the list of water points cannot be read: ", " ".join(self.lab.waterlab("status").split()))
        self.begin("--new", "School pump", "--source", "borehole_tubewell")
        checked = subprocess.run([os.path.join(wholelab.BIN, "waterlabd"), "--check", self.lab.config], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0)
        self.assertIn("warning: %s:2: source_type is" % self.points, checked.stderr)
        self.assertIn('points = "%s"' % self.points, checked.stdout)
        self.write(self.points, HEAD + "".join(rows(3)))
        self.assertEqual(self.lab.status()["points"], {"listed": 9, "doubles": 0, "words": None})
        self.assertNotIn("the list of water points", self.lab.waterlab("status"))
        checked = subprocess.run([os.path.join(wholelab.BIN, "waterlabd"), "--check", self.lab.config], capture_output=True, text=True)
        self.assertIn("%s: 9 points, 0 doubles" % self.points, checked.stderr)


if __name__ == "__main__":
    main()
