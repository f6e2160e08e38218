"""What a lab saved, held against what was simulated: numbers, values, positions.  Each says what is wrong in sentences."""

import bisect
import csv
import math


def truly_driven(path):
    """labsim's log of the receiver: [(boot_ms, lat, lon, state), ...], once a second."""
    with open(path) as f:
        return [(int(row["boot_ns"]) // 1000000, float(row["lat"]), float(row["lon"]), row["state"])
                for row in csv.DictReader(f)]


def metres_between(lat, lon, other_lat, other_lon):
    """On a sphere: good to half a percent."""
    north = math.radians(other_lat - lat)
    east = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return 6371008.8 * math.hypot(north, east)


def compare_driven(exported, driven, within_m=1.0):
    """What is wrong with stored positions against where the van was at the moment of each fix.

    A fix is a second's position, told some hundred milliseconds later: each must be one of the last two
    that labsim drove through before it came.
    """
    wrong, compared = [], 0
    stamps = [d[0] for d in driven]
    for row in exported:
        if row["stream"] != "readings" or row["origin"] != "gps":
            continue
        compared += 1
        lat, lon = map(float, row["position"].split())
        fix_ms = int(row["boot_ms"]) - float(row["fix_age_s"]) * 1000
        at = bisect.bisect_right(stamps, fix_ms)
        near = min((metres_between(lat, lon, d[1], d[2]) for d in driven[max(0, at - 3):at + 1]), default=math.inf)
        if near > within_m:
            wrong.append("seq %s: the van was %.0f m away from %s" % (row["seq"], near, row["position"]))
    return wrong, compared


# Outcomes of labsim's log whose answer may rightly be believed by the daemon.
WHOLE = ("ok", "frozen", "late", "extra", "sentinel", "nan", "status")


def compare_sequence(rows, last):
    """What is wrong with the numbers of `rows`, as a list of sentences; empty when 1..last, once each."""
    seen = sorted(r[0] for r in rows)
    wrong = []
    doubled = len(seen) - len(set(seen))
    if doubled:
        wrong.append("%d numbers are there twice" % doubled)
    missing = sorted(set(range(1, last + 1)) - set(seen))
    if missing:
        wrong.append("%d numbers are missing, the first is %d" % (len(missing), missing[0]))
    beyond = [n for n in seen if n > last or n < 1]
    if beyond:
        wrong.append("%d numbers are beyond %d, e.g. %d" % (len(beyond), last, beyond[0]))
    return wrong


def compare_served(exported, served, before_ms=3000, after_ms=1000):
    """What is wrong with stored values against labsim's log, as a list of sentences.

    Each stored value must be one that labsim served for that very analyzer and parameter around the
    moment it was read; labsim's stamps are a scheduling delay off the daemon's, either way.  Neighbouring
    values of the simulated water differ, so a swapped or stale value shows.
    """
    wrong, compared = [], 0
    for row in exported:
        if row["stream"] != "readings" or row["value"] == "":
            continue
        key = row["unit"], row["parameter"]
        value, boot_ms = float(row["value"]), int(row["boot_ms"])
        compared += 1
        candidates = served.get(key, [])
        at = bisect.bisect_left(candidates, (boot_ms - before_ms,))
        same = [c for c in candidates[at:bisect.bisect_left(candidates, (boot_ms + after_ms,))]
                if c[1] is not None and math.isclose(c[1], value, rel_tol=1e-9, abs_tol=1e-12)]
        if any(c[2] in WHOLE for c in same):
            continue
        nearest = min((c for c in candidates if c[1] is not None and math.isclose(c[1], value, rel_tol=1e-9)),
                      key=lambda c: abs(c[0] - boot_ms), default=None)
        wrong.append("seq %s: %s %s = %s was not served then; %s" % (
            row["seq"], *key, row["value"],
            "it was %d ms later, as %s" % (nearest[0] - boot_ms, nearest[2]) if nearest else "nor ever"))
    return wrong, compared
