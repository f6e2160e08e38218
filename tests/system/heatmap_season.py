"""A season of field tests as a store would hold it, line by line: what is ordinary, and all that is not."""

import random

DAY = 86400000
DISTRICTS = ["PK505", "PK526", "PK528", "PK306", "none"]
SOURCES = ["borehole_tubewell", "public_tap_standpipe", "protected_spring", "piped_into_dwelling", "filtration_plant", "tanker"]


class Season:
    def __init__(self, seed, now, days=100, labs=6, points=25):
        self.random = random.Random(seed)
        self.lines, self.seq, self.now, self.days = [], 0, now, days
        for lab in range(1, labs + 1):
            self.one_lab("kp-van-%02d" % lab, "%08x" % self.random.randrange(1 << 32), points, labs - lab)

    def number(self):
        self.seq += 1
        return self.seq

    def one_lab(self, lab, spool, points, left):
        rng, sample, districts = self.random, 0, DISTRICTS
        # The last never said how it is, in the one before something waits; neither works everywhere, for its months are not whole.
        records = 0
        if left < 2:
            districts, records = (["PK306"], ["PK528"])[left], 3 * left
        if left:
            self.lines.append("lab_status,lab=%s,spool=%s backlog=%di,backlog_records=%di,oldest_unsent_s=%di,units_ok=5i,units_sick=0i,seq=%di %d" % (
                lab, spool, records, records, rng.randrange(self.days) * 86400 if records else 0, self.number(), self.now - DAY // 48))
        for point in range(1, points + 1):
            code = ",code=KP-1000" if point == 1 else "" if rng.random() < 0.5 else ",code=KP-%04d" % rng.randrange(20)
            source = rng.choice(SOURCES)
            lat, lon = 34 + rng.random(), 72 + rng.random()
            district = rng.choice(districts)
            near = ",near=PK526" if district == "PK505" and rng.random() < 0.3 else ""
            self.lines.append("point%s,lab=%s,name=\\=Pump\\ %d\\,\\ of\\ %s,point_type=%s,spool=%s point=%di,lat=%.5f,lon=%.5f,seq=%di %d" % (
                code, lab, point, lab, source, spool, point, lat, lon, self.number(), self.now - self.days * DAY))
            for visit in range(4 if point == 1 else rng.randrange(1, 7)):
                sample += 1
                at = self.now - DAY // 24 - rng.randrange(self.days * DAY)    # what is beside it comes before now, too
                if point == 1:    # all vans at one point at one moment
                    at = self.now - (1 + 24 * visit) * DAY
                where = dict(lab=lab, spool=spool, district=district, near=near, source=source, point=point,
                             position=rng.choice(["consumer", "consumer", "source", "unknown"]), treated=rng.choice([0, 1, 2, 2, 2]),
                             clock=rng.choice([""] * 8 + ["clock=1i,clock_err=3,", "clock=3i,clock_err=40000,", "clock=3i,clock_err=2000000,"]),
                             purpose=rng.choice([None] * 6 + [0, 2, 3, 5]), at=at, place="lat=%.5f,lon=%.5f,pos=1i," % (lat, lon))
                sample = self.visit(where, sample)
        self.blank_that_has_it(dict(where, at=self.now - DAY // 2, position="consumer", treated=2, purpose=None), sample + 1)

    def blank_that_has_it(self, where, sample):
        """Beside water that meets: what chance brings too seldom."""
        for more, activity, parent in ((0, "sample", 0), (1, "blank", sample)):
            self.result(dict(where, activity=activity, parent=parent, at=where["at"] + more * 600000), sample + more, "free_chlorine", "dpd",
                        "value=0.3,censor=1i,", 1, screening=1, limit_set=7, basis=2)

    def visit(self, where, sample):
        rng = self.random
        if rng.random() < 0.05:
            self.result(where, sample, "impediment", "none", "", 6, reason=19, more="impediment=2i,")
            return sample
        self.results(where, sample, "sample", 0)
        parent = sample
        for minutes, activity in ((10, "replicate"), (20, "blank"), (30, "spike"), (40, "composite"), (50, "reference")):
            if rng.random() < 0.12:
                sample += 1
                late = rng.choice([0, 19 * DAY]) if activity == "replicate" and where["at"] + 19 * DAY < self.now else 0
                self.results(dict(where, at=where["at"] + late + minutes * 60000,
                                  purpose=rng.choice([where["purpose"], None, 2])), sample, activity, parent)
        return sample

    def results(self, where, sample, activity, parent):
        rng = self.random
        where = dict(where, activity=activity, parent=parent)
        if rng.random() < 0.8:
            kind = rng.choice(["not detected"] * 3 + ["exact", "above", "zero", "diluted"])
            text, verdict, why = {"not detected": ("censor=6i,", 1, 0), "exact": ("value=11.5,censor=1i,", 4, 0),
                                  "above": ("value=100,censor=3i,", 4, 0), "zero": ("value=0,censor=1i,", 6, 17),
                                  "diluted": ("censor=6i,", 6, 14)}[kind]
            self.result(where, sample, "ecoli", "cbt", text, verdict, reason=why, screening=1, limit_set=1, basis=1)
        if rng.random() < 0.8:
            value = round(rng.uniform(5.5, 9.5), 2)
            verdict = 3 if value < 6.5 else 2 if value > 8.5 else 1
            rev = self.doubted(where, sample, "ph", "ph-1", "value=%s,censor=1i," % value, verdict, "limit_low=6.5,limit=8.5,")
            if rng.random() < 0.15:    # corrected: what was too high meets, or the other way round
                self.doubted(where, sample, "ph", "ph-1", "value=%s,censor=1i," % (7.1 if verdict > 1 else 9.2), 1 if verdict > 1 else 2,
                             "limit_low=6.5,limit=8.5,", rev)
        if rng.random() < 0.8:
            kit, both = rng.random() < 0.4, rng.random() < 0.2
            text, verdict = rng.choice([("value=3,censor=1i,", 1), ("value=4.5,censor=1i,", 1), ("value=5,censor=1i,", 2),
                                        ("value=5,censor=2i,", 1), ("value=10,censor=2i,", 6), ("value=20,censor=3i,", 2),
                                        ("value=4,upper=6,censor=4i,", 6), ("value=3,upper=4.5,censor=4i,", 1)])
            if kit:
                self.result(where, sample, "turbidity_ntu", "tube", text, verdict,
                            reason={"2": 14, "4": 13}.get(text[-3], 0) if verdict == 6 else 0, screening=1, limit_set=1, basis=2, more="limit=5,")
            if verdict != 6 and (both or not kit):
                self.doubted(where, sample, "turbidity_ntu", "nephelometer", text, verdict, "limit=5,")
        if rng.random() < 0.6:
            value = round(rng.uniform(0, 1), 2) if activity != "blank" else rng.choice([0, 0.02, 0.04, 0.3])
            text = "value=%s,censor=1i," % value + rng.choice(["", "", "mdl=0.02,", "mdl=0.1,"])
            believed = rng.random() < 0.6    # by a limit of the van's own
            self.result(where, sample, "free_chlorine", "dpd", text, 1 if believed else 6, reason=0 if believed else 2, screening=1,
                        limit_set=7 if believed else 1, basis=2)
        if rng.random() < 0.4:
            self.result(where, sample, "conductivity", "ec-1", "value=%d,censor=1i," % rng.randrange(100, 2000), 6, reason=1)

    def doubted(self, where, sample, parameter, method, text, verdict, limit, rev=0):
        """An analyzer's value: sometimes not to be believed."""
        why = self.random.choice([0] * 5 + [20, 21, 22, 23, 24, 29])
        more = limit
        if why:
            more += "as_if=%di," % verdict if verdict != 1 else ""
            more += "unsettled=1i," if why == 29 else ""
            verdict = 6 if verdict == 1 else 5
        return self.result(where, sample, parameter, method, text, verdict, reason=why, limit_set=1, basis=2, more=more, first=rev)

    def result(self, where, sample, parameter, method, text, verdict, reason=0, screening=0, limit_set=0, basis=0, more="", first=0):
        activity = where.get("activity", "sample")
        if activity in ("blank", "spike", "reference"):
            verdict, reason, more = 7, 32, ""
        fields = text + more + "verdict=%di," % verdict + ("reason=%di," % reason if reason else "")
        for name, number in (("screening", screening), ("limit_set", limit_set), ("basis", basis), ("parent", where.get("parent")),
                             ("purpose", where["purpose"])):
            fields += "%s=%di," % (name, number) if number or (name == "purpose" and number is not None) else ""
        tags = "result,activity=%s,district=%s,lab=%s,method=%s%s,parameter=%s,position=%s,source_type=%s,spool=%s" % (
            activity, where["district"], where["lab"], method, where["near"], parameter, where["position"], where["source"], where["spool"])
        if activity in ("spike", "reference") and self.random.random() < 0.8:
            fields += "known=%s," % self.random.choice([1, 4, 7, 8, 11, 100])
        fields += where["clock"] + "sample=%di,point=%di,treated=%di,%s" % (sample, where["point"], where["treated"], where["place"])
        # Verified: the same once more, as a revision of its own; and each line sometimes sent twice.
        end = first + self.random.choice([1, 1, 1, 2, 3])
        for rev in range(first, end):
            line = "%s %sstatus=%di,rev=%di,seq=%di %d" % (tags, fields, rev > first, rev, self.number(), where["at"] + rev)
            self.lines.append(line)
            if self.random.random() < 0.1:
                self.lines.append(line)
        return end
