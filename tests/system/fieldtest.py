"""A lab for field tests: with limits, and questions to the daemon that are refused aloud."""

import os

from chain import LabTest, wholelab

LIMITS = os.path.join(os.path.dirname(wholelab.DRIVERS), "config", "limits")


class FieldTest(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=1)
    sets = "nsdwq-2010,who-2022"

    def setUp(self):
        super().setUp()
        self.lab.conf_text = ('\nlimits = { folder = "%s"; sets = "%s"; signatures = "%s"; };\n'
                              % (LIMITS, self.sets, os.path.join(self.folder, "signed.csv")))
        self.tokens = iter(range(1 << 20))

    def ask(self, what, by="Gul Khan", **more):
        answer = self.lab.ask(what, by=by, token="t%d" % next(self.tokens), **more)
        self.assertNotIn("error", answer, more)
        return answer

    def state(self, number):
        return self.lab.ask("sample-show", sample=number)
