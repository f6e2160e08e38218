"""A field test by the `waterlab` command while the van stands: kit values, analyzers' values, a bag, a second person.

It is spread over the show, so that its results are made while the store is away; what is left when the show ends is done then.
"""

import re

import wholelab

WHO, SECOND = "Gul Khan", "Sana Bibi"
POINT = "Demo spring"
TAKEN = "turbidity_ntu", "conductivity", "temperature"


class Visit:
    def __init__(self, lab, say):
        self.lab, self.say = lab, say
        self.sample, self.words, self.seen = None, "the van drives", None
        # Each when so much of the show is over.  The store is away from 0.3 to 0.55.
        self.steps = [(0.08, self.stand), (0.1, self.begin), (0.15, self.kits), (0.2, self.bag_begins), (0.3, self.analyzers),
                      (0.4, self.end), (0.42, self.drive), (0.65, self.bag_read), (0.75, self.verified)]

    def go_on(self, part):
        """The steps whose time has come; one that cannot be done yet is tried again."""
        while self.steps and part >= self.steps[0][0] and self.steps[0][1]():
            self.steps.pop(0)

    def finish(self):
        wholelab.wait_for("the field test to be finished", lambda: self.go_on(1) or not self.steps, 60, 0.5)

    def did(self, words):
        self.words = words
        self.say("  field test: " + words)
        return True

    def command(self, *args, who=WHO):
        return self.lab.waterlab("sample", *args, "--by", who)

    # --- the steps -----------------------------------------------------------------------------------

    def stand(self):
        place = self.lab.status()["place"]
        if not place["district"] or place["near"]:
            return False
        self.lab.fault("gps stand")
        return True

    def begin(self):
        place, before = self.lab.status()["place"], self.seen
        self.seen = place["lat"], place["lon"]
        if not place["district"] or self.seen != before:    # not yet of where it stands
            return False
        if place["near"]:    # the map would show a district that is not certain: somewhat further
            self.lab.fault("gps drive")
            self.steps.insert(0, (0, self.stand))
            return False
        self.command("begin", "--new", POINT, "--source", "protected_spring", "--position", "source", "--treated", "no")
        self.sample = self.lab.ask("samples")["open"][0]["sample"]
        return self.did("the van stands in %s, sample %d is begun at a new point, %s"
                        % (place["names"]["district"] or place["district"], self.sample, POINT))

    def kits(self):
        self.command("enter", "turbidity_ntu", "12", "--method", "tube")
        self.command("enter", "ph", "7.4", "--method", "strip")
        return self.did("two kits are entered: turbidity 12 NTU by tube, pH 7.4 by strip")

    def bag_begins(self):
        self.command("start", "ecoli", "--method", "cbt", "--incubation", "35")
        return self.did("a bag for E. coli is in the incubator")

    def analyzers(self):
        live = self.lab.ask("sample-show", sample=self.sample)["live"]
        shown = {v["parameter"]: v["unit"] for v in live if v["value"] is not None}
        if not set(TAKEN) <= set(shown):
            return False
        for parameter in TAKEN:
            self.command("take", shown[parameter], parameter)
        return self.did("%d values of analyzers are taken" % len(TAKEN))

    def end(self):
        self.command("end")
        return self.did("sample %d is ended" % self.sample)

    def drive(self):
        self.lab.fault("gps drive")
        return True

    def bag_read(self):
        self.command("finish", "ecoli", "11010")
        return self.did("the bag is read, at once instead of tomorrow: E. coli in three of five compartments")

    def verified(self):
        self.command("verify", str(self.sample), who=SECOND)
        return self.did("a second person has verified the results")

    # --- what came of it -----------------------------------------------------------------------------

    def results(self):
        """{(parameter, method): {what the van sends of its newest revision}}, by the van's own ledger."""
        found = {}
        for line in self.lab.waterlab("spool", "export", "--stream", "ledger", "--format", "lp").splitlines():
            head, _, rest = line.partition(" ")
            if not head.startswith("result,"):
                continue
            tags = dict(tag.split("=", 1) for tag in head.split(",")[1:])
            fields = {name: float(number) for name, number in re.findall(r"(\w+)=([-+.e\d]+)", rest.partition(" ")[0])}
            key = tags["parameter"], tags["method"]
            if fields["sample"] == self.sample and fields["rev"] >= found.get(key, fields)["rev"]:
                found[key] = dict(fields, district=tags["district"])
        for one in self.lab.ask("sample-show", sample=self.sample)["results"]:
            found[one["parameter"], one["method"]]["said"] = one["verdict"]
        return found
