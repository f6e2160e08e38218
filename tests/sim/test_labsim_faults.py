#!/usr/bin/python3
"""Each fault of labsim looks on the wire as it is named, ends when it should, and is named in the log.

The other side is a master in bare Python (simlab.py): every byte is looked at.
"""

import os
import re
import select
import shutil
import socket
import subprocess
import time
import unittest

import simlab
from simlab import EVERY, TURNAROUND_MS, WORDS, Serial, Sim, Tcp, crc, decode, frame, is_sound, registers, wait_for

PH = (1, 3, 0, 1)  # alpha's pH
HONEST = 7         # bytes of its answer
ENTRY = {e[0]: e for e in EVERY}


def value(pdu, first, name):
    _, _, at, kind, order, _, _ = ENTRY[name]
    return decode(kind, order, registers(pdu)[at - first:at - first + WORDS[kind]])


class OnASerialLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim()
        cls.sim.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__()

    def setUp(self):
        self.line = Serial(self.sim.path("slow"), 9600)
        self.rows = len(self.sim.rows())

    def tearDown(self):
        target = os.readlink(self.sim.path("slow"))
        self.line.close()
        self.sim.send("all ok")
        wait_for("a fresh pty", lambda: os.path.islink(self.sim.path("slow"))
                 and os.readlink(self.sim.path("slow")) != target)

    def ask(self, fault, ask=PH, most_s=0.4):
        if fault:
            self.sim.send(fault)
        return self.line.ask(*ask, most_s=most_s)

    def outcome(self, n=1):
        return self.sim.wait_rows(self.rows + n)[self.rows + n - 1]["outcome"]

    def assert_honest(self, ask=PH):
        answer = self.ask(None, ask)
        self.assertTrue(is_sound(answer), answer)
        self.assertEqual(answer[0], ask[0])
        return answer[1:-2]

    def test_well(self):
        self.assert_honest()
        self.assertEqual(self.outcome(), "ok")

    def test_mute(self):
        self.assertEqual(self.ask("alpha mute"), b"")
        self.assertEqual(self.outcome(), "mute")
        self.assert_honest((3, 3, 0, 1))  # the others on the line are well
        self.sim.send("alpha ok")
        self.assert_honest()

    def test_late(self):
        self.sim.send("alpha late 250ms")
        asked = self.line.write(frame(*PH))
        answer, began, _ = self.line.read(1, length=HONEST)
        self.assertTrue(is_sound(answer))
        self.assertGreater(began - asked, 0.25 + TURNAROUND_MS / 1000)
        self.assertEqual(self.outcome(), "late")

    def test_crc(self):
        answer = self.ask("alpha crc")
        self.assertEqual((len(answer), is_sound(answer), answer[:3]), (HONEST, False, b"\1\3\2"))
        self.assertEqual(self.outcome(), "crc")

    def test_wrong_unit(self):
        answer = self.ask("alpha wrong-unit")
        self.assertEqual((len(answer), is_sound(answer), answer[0]), (HONEST, True, 2))
        self.assertEqual(self.outcome(), "wrong-unit")

    def test_exception(self):
        self.assertEqual(self.ask("alpha exception 6"), b"\1\x83\6" + crc(b"\1\x83\6"))
        self.assertEqual(self.outcome(), "exception")

    def test_short(self):
        answer = self.ask("alpha short")
        self.assertTrue(0 < len(answer) < HONEST)
        self.assertEqual(self.outcome(), "short")

    def test_extra(self):
        answer = self.ask("alpha extra")
        self.assertEqual((len(answer), is_sound(answer[:HONEST])), (HONEST + 5, True))
        self.assertEqual(self.outcome(), "extra")

    def test_garbage(self):
        answer = self.ask("alpha garbage")
        self.assertEqual((len(answer), is_sound(answer)), (HONEST, False))
        self.assertNotEqual(answer[:3], b"\1\3\2")
        self.assertEqual(self.outcome(), "garbage")

    def test_wrong_count(self):
        answer = self.ask("alpha wrong-count")
        self.assertEqual((len(answer), is_sound(answer), answer[2]), (HONEST + 2, True, 4))
        self.assertEqual(self.outcome(), "wrong-count")

    def test_sentinel(self):
        self.sim.send("alpha sentinel free_chlorine", "alpha sentinel dissolved_oxygen")
        pdu = self.assert_honest((1, 3, 10, 25))
        self.assertEqual(registers(pdu)[24], 0xFFFF)
        self.assertEqual(registers(pdu)[:2], (0x7FA0, 0))
        rows = self.sim.wait_rows(self.rows + 10)[self.rows:]
        said = {r["parameter"]: (r["value"], r["outcome"]) for r in rows}
        self.assertEqual(said["free_chlorine"], ("", "sentinel"))
        self.assertEqual(said["dissolved_oxygen"], ("", "sentinel"))
        self.assertEqual(said["tds"][1], "ok")

    def test_nan(self):
        self.sim.send("alpha nan tds")
        got = value(self.assert_honest((1, 3, 14, 2)), 14, "tds")
        self.assertNotEqual(got, got)
        self.assertEqual(self.outcome(), "nan")

    def test_status(self):
        """The registers at 39 and 40 and the low bit at 29; a field shares the last word."""
        def words():
            one, two = registers(self.assert_honest((1, 3, 39, 2)))
            self.line.last += 0.001
            return one, two, registers(self.assert_honest((1, 3, 29, 1)))[0]

        word = words()
        self.assertNotIn(word[0], (0, 2))
        self.assertEqual((word[1] & 8, word[2] & 1), (0, 0))
        self.assertGreater(word[2] & 0x0FF0, 0)
        self.sim.send("alpha status bad")
        self.assertEqual(words()[0], 2)
        self.assertEqual(self.assert_honest((1, 2, 4, 1)), b"\2\1\1")  # the cover is open
        self.sim.send("alpha ok", "alpha status warmup")
        word = words()
        self.assertEqual((word[0], word[1] & 8), (1, 8))
        self.sim.send("alpha ok", "alpha status suspect")
        word = words()
        self.assertEqual((word[0], word[2] & 1), (0, 1))
        self.assertGreater(word[2] & 0x0FF0, 0)
        self.sim.send("alpha ok", "alpha status standby")
        self.assertEqual(words()[0], 5)

    def test_refuse(self):
        self.sim.send("alpha refuse tds")
        for ask in ((1, 3, 0, 35), (1, 3, 15, 1)):
            self.assertEqual(self.ask(None, ask)[:3], b"\1\x83\2")
        self.assert_honest((1, 3, 0, 14))
        self.assert_honest((1, 3, 16, 4))
        self.assertEqual(self.sim.rows()[self.rows]["outcome"], "refuse")

    def test_impostor(self):
        self.assertEqual(self.assert_honest((1, 3, 50, 4))[2:], b"SIM-1\0\0\0")
        self.assertEqual(registers(self.assert_honest((2, 3, 10, 1))), (4711,))
        self.sim.send("slow impostor")
        self.assertNotEqual(self.assert_honest((1, 3, 50, 4))[2:], b"SIM-1\0\0\0")
        time.sleep(0.06)  # beta's quiet time
        self.assertNotEqual(registers(self.assert_honest((2, 3, 10, 1))), (4711,))

    def test_frozen(self):
        self.sim.send("alpha frozen")
        one = self.assert_honest((1, 3, 0, 35))
        self.assertEqual(self.assert_honest((1, 3, 0, 35)), one)
        self.sim.send("alpha ok")
        self.assertNotEqual(self.assert_honest((1, 3, 0, 35)), one)

    def test_times_chance_and_duration(self):
        self.assertEqual(self.ask("alpha mute n=2", most_s=0.1), b"")
        self.assertEqual(self.ask(None, most_s=0.1), b"")
        self.assert_honest()
        self.sim.send("alpha mute p=0")
        self.assert_honest()
        self.assertEqual(self.ask("alpha mute 300ms", most_s=0.1), b"")
        wait_for("its end", lambda: is_sound(self.ask(None, most_s=0.1)))

    def test_unplug_and_replug(self):
        before = os.readlink(self.sim.path("slow"))
        self.sim.send("slow unplug")
        self.assertTrue(select.select([self.line.fd], [], [], 5)[0])
        self.assertEqual(os.read(self.line.fd, 1), b"")  # hung up, as by a vanished adapter
        with self.assertRaises(OSError):
            os.write(self.line.fd, b"?")
        wait_for("the symlink's end", lambda: not os.path.lexists(self.sim.path("slow")))
        self.sim.send("slow replug")
        wait_for("another pty", lambda: os.path.lexists(self.sim.path("slow")))
        self.assertNotEqual(os.readlink(self.sim.path("slow")), before)
        self.line.close()
        self.line = Serial(self.sim.path("slow"), 9600)
        self.assert_honest()

    def test_babble(self):
        self.sim.send("slow babble 300ms")
        noise, began, ended = self.line.read(0.25, silence_s=0.1)
        self.assertGreater(len(set(noise)), 30)
        self.assertLess(len(noise), 1.2 * 960 * 0.4)  # at the line's pace
        wait_for("silence", lambda: not self.line.read(0.1)[0])
        self.assert_honest()

    def test_wrong_speed_is_not_heard(self):
        with Serial(self.sim.path("slow"), 19200) as other:
            self.assertEqual(other.ask(*PH, most_s=0.2), b"")

    def hurry(self, ask, length):
        """Asks twice without a pause, until we were that quick: milliseconds are short on a busy machine.

        How many questions it took."""
        for n in range(2, 102, 2):
            self.line.write(frame(*ask))
            self.line.read(1, length=length)
            os.write(self.line.fd, frame(*ask))
            if self.line.read(0.2)[0] == b"":
                return n
        self.fail("never quick enough")

    def test_hurried(self):
        """beta needs 60 ms of quiet; any unit 3.5 characters."""
        beta = (2, 3, 0, 2)
        asked = self.hurry(beta, 9)
        self.assertEqual(self.outcome(asked), "hurried")
        time.sleep(0.06)
        self.assert_honest(beta)
        asked += 1 + self.hurry(PH, HONEST)
        self.assertEqual(self.outcome(asked), "hurried")

    def test_collision(self):
        self.sim.send("alpha late 30ms")
        self.line.write(frame(1, 3, 0, 35))
        first = self.line.read(1, length=5)[0]
        os.write(self.line.fd, frame(3, 3, 0, 1))  # while alpha speaks
        rest = self.line.read(1)[0]
        self.assertEqual(len(first + rest), 75)
        self.assertFalse(is_sound(first + rest))
        self.assert_honest((3, 3, 0, 1))

    def test_two_frames_without_silence_are_none(self):
        os.write(self.line.fd, frame(*PH) + frame(*PH))
        self.assertEqual(self.line.read(0.2)[0], b"")

    def test_a_killed_programs_mark_goes(self):
        """TIOCEXCL would keep an ordinary user from the pty for ever."""
        before = os.readlink(self.sim.path("slow"))
        simlab.lock_exclusive(self.line.fd)
        self.line.close()
        wait_for("a fresh pty", lambda: os.readlink(self.sim.path("slow")) != before)
        self.line = Serial(self.sim.path("slow"), 9600)
        self.assert_honest()


class OverTcp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Sim()
        cls.sim.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.sim.__exit__()

    def ask(self, *faults, most_s=0.3):
        self.sim.send("all ok", *faults)
        with Tcp(self.sim.port) as tcp:
            return tcp.ask(*PH, most_s=most_s)

    def test_each(self):
        honest, began_ns = 11, time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        answer = self.ask()
        self.assertEqual((len(answer), answer[:8]), (honest, b"\0\1\0\0\0\5\1\3"))
        self.assertEqual(self.ask("eta mute"), b"")
        self.assertNotEqual(self.ask("eta crc")[:2], b"\0\1")
        self.assertEqual(self.ask("eta wrong-unit")[6], 2)
        self.assertEqual(self.ask("eta exception 6")[7:], b"\x83\6")
        self.assertTrue(0 < len(self.ask("eta short")) < honest)
        self.assertEqual(len(self.ask("eta extra")), honest + 5)
        self.assertNotEqual(self.ask("eta garbage")[:8], answer[:8])
        self.assertEqual(self.ask("eta wrong-count")[8], 4)

        # Another test's answer may be served, and its row be written, only now.
        def outcomes():
            return [r["outcome"] for r in self.sim.rows() if int(r["boot_ns"]) > began_ns]
        wait_for("the last row", lambda: outcomes()[-1:] == ["wrong-count"])
        self.assertEqual(outcomes()[-9:], ["ok", "mute", "crc", "wrong-unit", "exception", "short", "extra",
                                           "garbage", "wrong-count"])

    def test_late(self):
        self.sim.send("all ok", "eta late 200ms")
        with Tcp(self.sim.port) as tcp:
            asked = time.monotonic()
            self.assertEqual(len(tcp.ask(*PH)), 11)
            self.assertGreater(time.monotonic() - asked, 0.2 + TURNAROUND_MS / 1000)

    def test_unplug_and_replug(self):
        with Tcp(self.sim.port) as tcp:
            self.assertTrue(tcp.ask(*PH))
            self.sim.send("net unplug")
            tcp.socket.settimeout(5)
            self.assertEqual(tcp.socket.recv(1), b"")

        def refused():
            try:
                socket.create_connection(("127.0.0.1", self.sim.port)).close()
            except ConnectionRefusedError:
                return True
        wait_for("the port's end", refused)
        self.sim.send("net replug")
        wait_for("the port", lambda: not refused())
        self.assertTrue(self.ask())

    def test_babble(self):
        self.sim.send("net babble 500ms")
        with Tcp(self.sim.port) as tcp:
            tcp.socket.settimeout(5)
            self.assertTrue(tcp.socket.recv(100))
        wait_for("its end", lambda: self.ask()[:2] == b"\0\1")


class Commands(unittest.TestCase):
    def test_refused_with_words(self):
        with Sim() as sim:
            for command, words in (("nobody mute", 'no line or unit is called "nobody"'),
                                   ("alpha dance", 'no fault is called "dance"'),
                                   ("alpha late", "late needs an argument"),
                                   ("alpha status well", '"well" is no state; allowed suspect, bad'),
                                   ("alpha late soon", "late:"), ("alpha exception 0", "exception:"),
                                   ("alpha mute p=2", "p=0..1"), ("alpha unplug", "a fault of a line"),
                                   ("alpha sentinel ph", "names no sentinel for ph"),
                                   ("alpha sentinel iron", "alpha has no iron"),
                                   ("alpha nan ph", "is no float"), ("beta status bad", "no status"),
                                   ("alpha mute 1 2 3 4 5 6 7 8", "too many words")):
                self.assertIn(words, sim.send(command, fails=True), command)
            said = sim.send("alpha mute", "status")
            self.assertRegex(said, r"alpha +every +1 +asked 0 answered 0 spoilt 0  mute\n")
            self.assertIn("beta", said)

    def test_quit_leaves_nothing(self):
        with Sim() as sim:
            links = [sim.path(line) for line in ("slow", "brisk", "fast")]
            self.assertTrue(all(os.path.islink(x) for x in links))
            sim.send("quit")
            self.assertEqual(sim.process.wait(5), 0)
            self.assertFalse(any(os.path.lexists(x) for x in links + [sim.ctl]))

    def refused(self, words, prepare=lambda sim: None, **how):
        sim = Sim(**how)
        self.addCleanup(shutil.rmtree, sim.dir)
        prepare(sim)
        done = subprocess.run(sim.argv, capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(words, done.stderr)
        return sim

    def test_replaces_nothing_but_its_own(self):
        def prepare(sim):
            with open(sim.path("slow"), "w") as f:
                f.write("mine")
        sim = self.refused("is not labsim's own symlink", prepare)
        with open(sim.path("slow")) as f:
            self.assertEqual(f.read(), "mine")

        def link_elsewhere(sim):
            os.symlink("/dev/null", sim.path("slow"))
        sim = self.refused("is not labsim's own symlink", link_elsewhere)
        self.assertEqual(os.readlink(sim.path("slow")), "/dev/null")

    def test_stays_in_its_place(self):
        self.refused("lies outside", config=simlab.CONFIG.replace("%(dir)s/slow", "/dev/waterlab-slow"))
        self.refused("lies outside", config=simlab.CONFIG.replace("%(dir)s/slow", "/dev/../dev/ttyS9"))
        self.refused("needs a path", config=simlab.CONFIG.replace("%(dir)s/slow", "usb:0403:6001"))
        self.refused("127.0.0.1 and its like only", config=simlab.CONFIG.replace("127.0.0.1", "0.0.0.0"))

    def test_takes_over_from_a_killed_one(self):
        """Its symlinks and its socket file are still there; they are labsim's own."""
        with Sim() as sim:
            sim.process.kill()
            sim.process.wait()
            self.assertTrue(os.path.islink(sim.path("slow")))
            sim.process.stdout.close()
            sim.errors.close()
            sim.__enter__()
            with Serial(sim.path("slow"), 9600) as line:
                self.assertTrue(is_sound(line.ask(*PH)))
            self.assertIn("alpha", sim.send("status"))

    def test_storm_is_the_same_for_the_same_seed(self):
        def storm(seed):
            with Sim("--storm", str(seed)) as sim:
                def said():
                    with open(os.path.join(sim.dir, "errors")) as f:
                        return [x for x in f.read().splitlines() if "storm" in x]
                return wait_for("three faults", lambda: len(said()) >= 3 and said()[:3], 30)
        self.assertEqual(storm(5), storm(5))

    def test_example(self):
        with Sim() as sim:
            for lines, units in (("rtu-lines=2,tcp-lines=1", 6), ("rtu-lines=2,tcp-lines=1", 20)):
                made = subprocess.run([simlab.LABSIM, "--example", "%s,units=%d,interval-ms=700" % (lines, units),
                                       "--dir", sim.dir, "--drivers", os.path.join(sim.dir, "drivers")],
                                      capture_output=True, text=True)
                self.assertEqual(made.returncode, 0, made.stderr)
                with open(sim.config) as f:
                    text = f.read()
                self.assertEqual((text.count("profile ="), text.count("type =")), (units, 3))
            def example(what):
                return subprocess.run([simlab.LABSIM, "--example", "rtu-lines=1,tcp-lines=0,units=3," + what, "--dir",
                                       sim.dir, "--drivers", os.path.join(simlab.TOP, "drivers")],
                                      capture_output=True, text=True)

            made = example("drivers=ysi-odo-rtu+insitu-aquatroll400")
            self.assertEqual(made.returncode, 0, made.stderr)
            with open(sim.config) as f:
                self.assertEqual(re.findall('profile = "(.*?)"', f.read()),
                                 ["ysi-odo-rtu", "insitu-aquatroll400", "ysi-odo-rtu"])
            for what, words in (("drivers=ysi-oddo-rtu", 'there is no profile "ysi-oddo-rtu" in '),
                                ("drivers=", "names none"), ("drivers=" + "x" * 40, "there is no profile"),
                                ("driver=x", "allowed are rtu-lines=, tcp-lines=, units=, interval-ms= and drivers=")):
                made = example(what)
                self.assertEqual(made.returncode, 1, what)
                self.assertIn(words, made.stderr)
            made = subprocess.run([simlab.LABSIM, "--example", "rtu-lines=0,tcp-lines=0", "--dir", sim.dir],
                                  capture_output=True, text=True)
            self.assertEqual(made.returncode, 1)
            self.assertIn("1 to 16 lines", made.stderr)


if __name__ == "__main__":
    simlab.main()
