"""What the map should say, computed once more from a store's raw export: nothing here is the publisher's."""

import collections
import csv
import datetime
import json
import math

MEETS, ABOVE, BELOW, DETECTED, POSSIBLE, CANNOT, NOT_FOR = range(1, 8)
FAILS = (ABOVE, BELOW, DETECTED)
VERDICTS = ["", "meets", "fails_above", "fails_below", "fails_detected", "possible_failure", "cannot_judge", "not_applicable"]
CENSORS = ["", "exact", "below", "above", "interval", "detected", "not_detected"]
PUBLIC = {"public_tap_standpipe", "protected_spring", "unprotected_spring", "water_kiosk", "filtration_plant", "surface_water"}
DAY = 86400000
FIELDS = ("value upper mdl uncertainty limit_low limit lat lon sample point parent seq replicate rev limit_set censor verdict reason as_if"
          " basis treated status rule purpose pos clock clock_err known screening unsettled impediment backlog_records oldest_unsent_s").split()
KNOWN = "sample replicate blank spike reference".split()


def number(text):
    return float(text) if text not in (None, "") else None


def when(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc)


def month(ms):
    return when(ms).strftime("%Y-%m")


def day(ms):
    return when(ms).strftime("%Y-%m-%d")


class Row(dict):
    """One line of the export: tags as text, fields as numbers or None."""

    def __getattr__(self, name):
        return self.get(name)

    @property
    def sampled(self):
        return self["time"] - int(self.rev or 0)

    @property
    def key(self):
        return (self.lab, self.spool, int(self.sample), self.parameter, self.method, int(self.replicate or 0))


def rows_of(text, numbers=FIELDS):
    found = []
    for one in csv.DictReader(text.splitlines()):
        row = Row((k, number(v) if k in numbers else v) for k, v in one.items() if k != "tags")
        row["time"] = int(one["time"])
        found.append(row)
    return found


def rows_of_series(text, measurement):
    """The same from VictoriaMetrics: fields that have tags and time in common are one row."""
    found = {}
    for line in text.splitlines():
        one = json.loads(line)
        tags = {k: v for k, v in one["metric"].items() if k not in ("__name__", "db")}
        field = one["metric"]["__name__"][len(measurement) + 1:]
        for at, value in zip(one["timestamps"], one["values"]):
            row = found.setdefault((tuple(sorted(tags.items())), at), Row(tags, time=at))
            row[field] = value
    return list(found.values())


def newest(rows):
    """Of each result the highest revision."""
    best = {}
    for row in rows:
        if row.key not in best or (row.rev, row.seq) > (best[row.key].rev, best[row.key].seq):
            best[row.key] = row
    return list(best.values())


# --- limits ------------------------------------------------------------------------------------------------

class Limit:
    def __init__(self, row, code):
        self.parameter, self.must, low, high, self.unit = row[:5]
        scale = 1000 if row[0] in ("arsenic", "lead") and self.unit == "mg/L" else 1
        self.low = float(low) * scale if low else None
        self.high = float(high) * scale if high else None
        words = row[7].split()
        self.treated = 2 if "treated" in words else 1 if "untreated" in words else 0
        self.position = ([w for w in words if w in ("source", "network", "consumer_end")] + [""])[0].replace("_end", "")
        self.seen, self.basis, self.code = row[9] == "seen", row[6], code


def limits_of(path):
    with open(path) as f:
        rows = list(csv.reader(line for line in f if not line.startswith("#") and line.strip()))
    return [Limit(row, int(rows[0][2])) for row in rows[2:-1]]    # the last is end,COUNT


def fits(row, limit):
    """(weight, reason) of a limit for a row's water."""
    treated, position = int(row.treated or 0), row.position if row.position in ("source", "network", "consumer") else ""
    if limit.treated and treated and limit.treated != treated:
        return 2, 30 if limit.treated == 2 else 31
    if limit.position and position and limit.position != position:
        return 3, 7
    if limit.treated and not treated:
        return 5, 6
    if limit.position and not position:
        return 4, 5
    return 6, 0


def find_limit(row, sets):
    for limits in sets:
        best = None
        for limit in limits:
            if limit.parameter == row.parameter:
                weight, reason = fits(row, limit)
                if best is None or weight > best[0]:
                    best = (weight, reason, limit)
        if best:
            return best[1], best[2]
    return 1, None


# --- verdicts ----------------------------------------------------------------------------------------------

def span(row):
    """(low, high, low open, high open, the reason when its ends disagree)."""
    value, kind = row.value, CENSORS[int(row.censor)]
    if kind == "below":
        return -math.inf, value, False, True, 14
    if kind == "above":
        return value, math.inf, True, False, 15
    if kind == "interval":
        return value, row.upper, False, False, 13
    if kind == "not_detected":
        return -math.inf, row.mdl or math.inf, False, True, 14 if row.mdl else 16
    if kind == "detected":
        return row.mdl or 0, math.inf, False, False, 13
    return value, value, False, False, 13


def against(row, limit):
    kind = CENSORS[int(row.censor)]
    if not kind or (kind in ("exact", "below", "above", "interval") and row.value is None):
        return CANNOT, 10
    if not limit.seen:
        return CANNOT, 2
    if limit.must == "absent":
        if kind in ("detected", "above"):
            return DETECTED, 0
        if kind == "not_detected":
            blind = (row.mdl or 1) > 1 or (row.reason == 14 and not row.mdl)
            return (CANNOT, 14) if blind else (MEETS, 0)
        if kind == "below":
            return (MEETS, 0) if row.value <= 1 else (CANNOT, 14)
        return (DETECTED, 0) if row.value > 0 else (CANNOT, 17)
    low, high, low_open, high_open, why = span(row)
    strict, sure = limit.must == "<", True
    if limit.high is not None:
        if low > limit.high or (low == limit.high and (strict or low_open)):
            return ABOVE, 0
        sure &= high < limit.high or (high == limit.high and (not strict or high_open))
    if limit.low is not None:
        if high < limit.low or (high == limit.low and (strict or high_open)):
            return BELOW, 0
        sure &= low > limit.low or (low == limit.low and (not strict or low_open))
    return (MEETS, 0) if sure else (CANNOT, why)


def van_fails(row):
    return row.verdict in FAILS + (POSSIBLE,)


def of_water(row):
    return row.activity in ("sample", "replicate") or (row.activity not in KNOWN and row.reason != 32)


def closes_nothing(row):
    return row.activity not in KNOWN or row.purpose not in (None, 1, 2, 3, 4)


def judge(row, sets):
    """(verdict, reason, limit) by the centre's sets; what the van knew of the value is in its own reason."""
    if not of_water(row):
        return NOT_FOR, 32, None
    van = int(row.reason or 0)
    believed_there = van == 0 and row.verdict in (MEETS,) + FAILS
    unvouched = not believed_there and van not in range(20, 25)
    doubt = 20 if unvouched else van or (29 if row.unsettled else 0)
    why, limit = find_limit(row, sets)
    verdict, reason = (NOT_FOR if why in (30, 31) else CANNOT), why
    if limit and not why:
        verdict, reason = against(row, limit)
        if doubt and verdict != CANNOT:
            verdict, reason = (CANNOT if verdict == MEETS else POSSIBLE), doubt
    same = limit and limit.code == row.limit_set and limit.low == row.limit_low and limit.high == row.limit
    if verdict == MEETS and same and row.verdict != MEETS:
        verdict, reason = int(row.verdict), van
    elif verdict == CANNOT and van_fails(row):
        verdict = POSSIBLE
    if reason == 20 and unvouched:
        reason = van
    return verdict, reason, limit


# --- the map -----------------------------------------------------------------------------------------------

STALE, HEARD = 90 * DAY, 45 * DAY
WEIGHT = {DETECTED: 6, ABOVE: 5, BELOW: 5, POSSIBLE: 4, MEETS: 3, CANNOT: 2}


class Truth:
    def __init__(self, results, points, statuses, others, sets, now):
        """`others`: rows of any kind, which say that a lab was heard of."""
        self.rows, self.now = newest(results), now
        self.heard, self.status = {}, {}
        for row in results + points + statuses + others:
            if row["time"] <= now + DAY:
                self.heard[row.lab] = max(self.heard.get(row.lab, 0), row["time"])
        for row in sorted((s for s in statuses if now - HEARD <= s["time"] <= now + DAY), key=lambda s: s["time"]):
            self.status[row.lab, row.spool] = row
        info = {}
        for point in sorted(points, key=lambda p: p.seq):
            info[point.lab, point.spool, point.point] = point
        for row in self.rows:
            row["info"] = info.get((row.lab, row.spool, row.point))
            row["who"] = row.info["code"] if row.info and row.info.get("code") else "%s/%s/%s%d" % (
                row.lab, row.spool, "" if row.point else "sample-", row.point or row.sample)
            row["own"], row["why"], row["by"] = judge(row, sets)
        self.weigh_beside()
        self.purposes = {(r.lab, r.spool, r.sample): r.purpose for r in self.rows}
        self.visits = self.find_visits()

    def weigh_beside(self):
        """A spike that was not found back leaves no meets, and a failing twin makes a possible failure of it."""
        families = collections.defaultdict(list)
        for row in self.rows:
            families[row.lab, row.spool, row.parent or row.sample].append((row, row.own))
        for family in families.values():
            for row, own in family:
                others = [(o, v) for o, v in family if o.sample != row.sample and o.parameter == row.parameter
                          and (o.purpose == 5) == (row.purpose == 5)] if of_water(row) else []
                standards = [o for o, _ in others if o.activity in ("spike", "reference") and o.method == row.method and not came_back(o, row)]
                if own == MEETS and standards:
                    row["own"], row["why"] = CANNOT, 27 if standards[0].activity == "spike" else 28
                if own == MEETS and row.by and row.by.low is not None and any(o.activity == "blank" and has_it(o, row) for o, _ in others):
                    row["own"], row["why"] = CANNOT, 26
                if row["own"] in (MEETS, CANNOT) and any(of_water(o) and v in FAILS + (POSSIBLE,) for o, v in others):
                    row["own"], row["why"] = POSSIBLE, 25

    @staticmethod
    def root(row):
        return row.parent if row.parent and row.activity == "replicate" else row.sample

    def purpose(self, row):
        """What the visit was for."""
        root = self.root(row)
        return self.purposes.get((row.lab, row.spool, root), row.purpose)

    def find_visits(self):
        """{(who, parameter): [(order, screening, row, beside)]}: of each visit and class the worst, of equals the latest, and all of that class.
        In the order of time; what began at one moment with the worst last, and then by whose it is."""
        found = collections.defaultdict(lambda: collections.defaultdict(list))
        for row in self.rows:
            if of_water(row) and row.parameter != "impediment" and row.purpose != 5:
                found[row.who, row.parameter][row.lab, row.spool, self.root(row)].append(row)
        visits = collections.defaultdict(list)
        for where, by_root in found.items():
            for whose, rows in by_root.items():
                first = min(r.sampled for r in rows)
                for screening in (0, 1):
                    beside = [r for r in rows if int(r.screening or 0) == screening]
                    beside.sort(key=lambda r: (-weight(r), -r.sampled, -r.sample, r.method, -(r.replicate or 0)))
                    if beside:
                        visits[where].append(((first, weight(beside[0])) + whose, screening, beside[0], beside))
            visits[where].sort(key=lambda v: v[:2])
        return visits

    def counted(self, apart):
        """(month, class, sources, the row) by which each point counts, of public and private sources apart for each."""
        best = {}
        for (who, parameter), visits in self.visits.items():
            for order, screening, row, _ in visits:
                if order[0] > self.now + DAY or self.purpose(row) not in (None, 1) or closes_nothing(row):
                    continue
                key = who, parameter, month(order[0]), screening, sources(row, apart)
                rank = (weight(row) >= 3,) + order
                if key not in best or rank > best[key][0]:
                    best[key] = rank, row
        return [(key[2], "screening" if key[3] else "laboratory", key[4], row) for key, (rank, row) in best.items()]

    def cells(self, apart):
        groups = collections.defaultdict(list)
        for period, kind, whose, row in self.counted(apart):
            groups[period, row.district, row.parameter, kind, whose].append(row)
        seen = {key for key, rows in groups.items() if not hides(key, rows)}
        labs = collections.defaultdict(set)
        for row in self.rows:
            if not apart or (month(row.sampled), row.district, row.parameter, "screening" if row.screening else "laboratory",
                             sources(row, apart)) in seen:
                labs[row.district].add(row.lab)
        return {key: self.cell(key, rows, labs[key[1]]) for key, rows in groups.items()}

    def whole_to(self, labs, begins):
        """Up to when all is here of each lab that works there; 0: one of them never said what waits in it, or all are long silent."""
        return min([self.whole_of(lab) for lab in labs if self.heard.get(lab, 0) >= min(begins, self.now - STALE)], default=0)

    def whole_of(self, lab):
        said = [row for (who, _), row in self.status.items() if who == lab]
        return min([self.heard[lab]] + [row["time"] - row.oldest_unsent_s * 1000 for row in said if row.backlog_records]) if said else 0

    def cell(self, key, rows, labs):
        n = collections.Counter()
        for row in rows:
            if row.near and row.own in FAILS + (POSSIBLE,):
                n["doubtful_place"] += 1
            elif row.near and row.own == MEETS:
                n["doubtful_meets"] += 1
            else:
                n[{POSSIBLE: "possible"}.get(row.own, VERDICTS[row.own])] += 1
            n["differs"] += row.own != row.verdict
        failing = sum(n[VERDICTS[v]] for v in FAILS)
        judged = n["meets"] + failing
        values = sorted(filter(None, (found(r) for r in rows if believed(r) and not r.near)))
        cell = dict(n, points=len(rows), share=failing / judged if judged >= 5 else None,
                    median=middle(values), highest=shown(values[-1:]), lowest=shown(values[:1]),
                    newest=day(max(r.sampled for r in rows)), oldest=day(min(r.sampled for r in rows)))
        year, number = int(key[0][:4]), int(key[0][5:])
        begins, ends = (datetime.datetime(year + n // 12, n % 12 + 1, 1, tzinfo=datetime.timezone.utc).timestamp() * 1000 for n in (number - 1, number))
        as_of = self.whole_to(labs, begins)
        known = dict(provisional="yes" if as_of < ends else "no", as_of=when(as_of).strftime("%Y-%m-%dT%H:%M:%SZ") if as_of else "")
        return dict(known, suppressed=True) if hides(key, rows) else dict(cell, **known)

    def failures(self, public=False):
        """{(who, parameter): (since, the row shown, retested)} of what is open; public: by what public sources alone show."""
        found_open = {}
        for where, visits in self.visits.items():
            events, run = [], []
            spoiled = {order[2:] for order, _, row, _ in visits if weight(row) >= 4}
            for order, screening, row, beside in visits:
                if public and row.source_type not in PUBLIC:
                    continue
                every = [r for r in beside if weight(r) >= 4]
                if every:
                    events.append((max(r.sampled for r in every), 1, weight(row), order, screening, row, every))
                elif row.own == MEETS and order[2:] not in spoiled and order[0] <= self.now + DAY and not closes_nothing(row) and (
                        self.purpose(row) in (None, 1, 2, 3, 4)):
                    events.append((order[0], 0, weight(row), order, screening, row, []))
            for event in sorted(events, key=lambda e: e[:5]):
                if event[1]:
                    run.append(event)
                elif run and self.closes(run, event):
                    run = []
            if run:
                last = [e for e in run if e[3][2:] == run[-1][3][2:]]
                found_open[where] = run[0][5].sampled, max(last, key=lambda e: (e[2], -e[4]))[5], len({e[3][2:] for e in run}) > 1
        return found_open

    def closes(self, run, event):
        """Is the one that meets later than each of them, beyond any doubt of a clock; and a laboratory's, where one found it?"""
        screening, row = event[4:6]
        if screening and any(not e[4] for e in run):
            return False
        failing = [r for e in run for r in e[6]]
        if all((r.lab, r.spool) == (row.lab, row.spool) and r.sample < self.root(row) for r in failing):
            return True
        if sure(row) and all(sure(r) for r in failing):
            return True
        return row.sampled - off(row) > max(r.sampled + off(r) for r in failing)


def sources(row, apart):
    return "all" if not apart else "public" if row.source_type in PUBLIC else "private"


def hides(key, rows):
    return key[4] == "private" and len(rows) < 5


def weight(row):
    return WEIGHT.get(row.own, 1)


def has_it(blank, water):
    """Found in a blank, by its own limit of detection, and more than a tenth of what the same test showed of the water."""
    kind = CENSORS[int(blank.censor or 0)]
    if kind in ("", "below", "not_detected") or blank.parameter in ("ph", "orp", "ph_mv", "temperature") or blank.parameter.startswith("dissolved_oxygen"):
        return False
    if kind != "exact":
        return True
    faint = blank.method == water.method and water.censor == 1 and water.value > 10 * blank.value
    return blank.value > (blank.mdl or 0) and not faint


def sure(row):
    return row.clock is None and row.clock_err is None or row.clock in (4, 5)


def off(row):
    """ms; only an RTC's own account of it is worth something."""
    return 0 if sure(row) else row.clock_err * 1000 + 1 if row.clock == 3 and row.clock_err is not None else math.inf


def came_back(standard, water):
    if standard.censor != 1 or not standard.known:
        return False
    base = 0
    if standard.activity == "spike":
        if water.censor not in (1, 2, 6):
            return False
        base = water.value if water.censor == 1 else 0
    if standard.parameter == "ph":
        return not base and abs(standard.value - standard.known) <= 0.2
    if standard.parameter == "ecoli":
        return standard.value > 0 and abs(math.log10(standard.value / (base + standard.known))) <= 0.5
    return 70 <= 100 * (standard.value - base) / standard.known <= 130


def believed(row):
    return row.own in (MEETS,) + FAILS or (row.own == CANNOT and row.why < 10) or (row.own == NOT_FOR and row.why in (30, 31))


def found(row):
    """How a value sorts, and what is shown of it; None: it is no value."""
    kind = CENSORS[int(row.censor or 0)]
    value = row.upper if kind == "interval" else row.value
    if kind == "not_detected":
        return -math.inf, 0, kind, None
    if kind == "detected":
        return 0, 4, kind, None
    if not kind or value is None:
        return None
    return value, {"below": 0, "interval": 1, "above": 3}.get(kind, 2), kind, value


def shown(values):
    return (values[0][3], values[0][2]) if values else (None, "")


def middle(values):
    if not values:
        return None, ""
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    if low[2] == high[2] == "exact":
        return low[3] + (high[3] - low[3]) / 2, "exact"
    return shown([high])
