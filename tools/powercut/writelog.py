"""The log that dm-log-writes kept of a card: what lay on it at any moment, and what may have lain there after a cut.

A write that was not flushed yet when the power went may be there, be missing, or be there in part, whatever came after
it.  The log has the writes in the order of the flushes that made them durable, and the witness's marks between.
"""

import struct

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8


class Entry:
    __slots__ = ("sector", "sectors", "flags", "at", "mark")

    def __init__(self, sector, sectors, flags, at, mark):
        self.sector, self.sectors, self.flags, self.at, self.mark = sector, sectors, flags, at, mark


class WriteLog:
    def __init__(self, path):
        self.file = open(path, "rb")
        magic, version, entries, self.sector = struct.unpack("<QQQI", self.file.read(28))
        if magic != MAGIC or version != 1:
            raise ValueError("%s is no log of dm-log-writes" % path)
        self.entries, at = [], self.sector
        for _ in range(entries):
            self.file.seek(at)
            sector, sectors, flags, length = struct.unpack("<QQQQ", self.file.read(32))
            mark = self.file.read(length).decode().strip("\0") if flags & MARK else None
            at += self.sector
            self.entries.append(Entry(sector, sectors, flags, at, mark))
            if not flags & (DISCARD | MARK):
                at += sectors * self.sector

    def close(self):
        self.file.close()

    def data(self, entry):
        self.file.seek(entry.at)
        return self.file.read(entry.sectors * self.sector)


class CrashDisk:
    """The card as it was when a number of entries had been logged; moments are asked for in their order."""

    def __init__(self, log, shop, path):
        with open(shop, "rb") as f:
            self.durable = bytearray(f.read())
        self.log, self.path = log, path
        self.next, self.waiting, self.marks = 0, [], []

    def put(self, disk, entry, sectors=None):
        data = self.log.data(entry)
        if sectors is not None:
            data = data[:sectors * self.log.sector]
        start = entry.sector * self.log.sector
        disk[start:start + len(data)] = data

    def go_to(self, moment):
        """Takes in the entries before `moment`."""
        for entry in self.log.entries[self.next:moment]:
            if entry.flags & FLUSH:
                for written in self.waiting:
                    self.put(self.durable, written)
                self.waiting = []
            if entry.mark is not None:
                self.marks.append(entry.mark)
            elif entry.sectors and not entry.flags & DISCARD:
                self.waiting.append(entry)
        self.next = moment

    def write(self, random=None):
        """The card after a cut at this moment into self.path: with all that was written so far, or, with `random`, with
        what a card's own cache may have left of the writes that nobody flushed."""
        disk = bytearray(self.durable)
        for entry in self.waiting:
            fate = "whole" if not random or entry.flags & FUA else random.choice(("whole", "missing", "torn"))
            if fate == "whole":
                self.put(disk, entry)
            elif fate == "torn":
                self.put(disk, entry, random.randrange(entry.sectors))
        with open(self.path, "wb") as f:
            f.write(disk)
