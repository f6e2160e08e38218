"""Readings held against the simulated analyzers, the van's card, the store and the road; each returns the list of what is wrong."""

import compare
import wholelab


def settled(what, wrong_now, seconds):
    """What is wrong in the end: a store may take some seconds to show what it took, and what is missing then is missing."""
    wrong = []

    def right():
        wrong[:] = wrong_now()
        return not wrong

    try:
        wholelab.wait_for(what, right, seconds, 1)
    except wholelab.Trouble:
        pass    # what is missing says more
    return wrong


def of_readings(lab, store, say):
    """Ends the daemon: nothing is made after this."""
    status = lab.status()
    spool, last = status["spool"]["id"], status["readings"]["last"]
    exported = lab.exported()
    daemon_ended = lab.daemon.end()
    readings = [r for r in exported if r["stream"] == "readings"]
    wrong = []
    say("  readings made     %8d" % status["readings"]["made"])
    say("  readings saved    %8d  numbered 1..%d in spool %s" % (status["readings"]["saved"], last, spool))
    holes = compare.compare_sequence([(int(r["seq"]),) for r in readings], last)
    wrong += ["on the van: " + w for w in holes]
    different, compared = compare.compare_served(readings, lab.served_values())
    say("  compared          %8d  values with what the simulated analyzers served" % compared)
    wrong += different[:5]
    wrong += of_places(lab, readings, say)
    if status["readings"]["made"] != last:
        wrong.append("%d made but %d saved" % (status["readings"]["made"], last))
    if store:
        held = {}
        wrong += settled("the store to show all", lambda: of_store(store, readings, spool, last, held), 20)
        say("  in the store      %8d  counted by sequence in %s, holes %d"
            % (held["rows"], store.title, last - held["different"]))
    if last == 0:
        wrong.append("nothing was read at all")
    if daemon_ended:
        wrong.append("waterlabd ended with status %s" % daemon_ended)
    return wrong


def of_places(lab, readings, say):
    """Says which districts the readings are of, too."""
    off, placed = compare.compare_driven(readings, compare.truly_driven(lab.driven))
    marked = sum(1 for r in readings if r["border_m"] and r["district"])
    districts = list(dict.fromkeys(r["district"] for r in readings if r["district"]))
    say("  with a position   %8d  each where the simulated van truly was; %d near a border are marked"
        % (placed, marked))
    say("  districts         %8d  %s" % (len(districts), " ".join(districts)))
    return off[:5] + ([] if placed else ["no reading has a position"])


def of_store(store, readings, spool, last, held):
    rows = store.readings(spool)
    held.update(rows=len(rows), different=len({r[0] for r in rows}))
    wrong = ["in the store: " + w for w in compare.compare_sequence(rows, last)]
    on_van = {int(r["seq"]): (r["unit"], r["parameter"], float(r["value"]) if r["value"] else None)
              for r in readings}
    other = [r for r in rows if on_van.get(r[0]) != (r[2], r[3], r[4])]
    if other:
        wrong.append("%d readings differ between van and store, e.g. %s" % (len(other), other[0]))
    places = store.places(spool)
    other = [r["seq"] for r in readings if not same_place(places.get(int(r["seq"])), r)]
    if other:
        wrong.append("%d readings have another place in the store, e.g. %s" % (len(other), other[0]))
    return wrong


def same_place(stored, reading):
    """District and doubt; where exactly leaves the van for readings of a sample alone."""
    exactly = float(reading["position"].split()[0]) if reading["context"] == "sample" and reading["position"] else None
    if not stored or stored[:2] != (reading["district"] or "none", reading["near"]):
        return False
    return stored[2] is exactly is None or None not in (stored[2], exactly) and abs(stored[2] - exactly) < 1e-6
