#!/usr/bin/python3
"""A port that was picked for a store is given to nobody else before that listens there, nor while it is away."""

import socket
import unittest

from chain import main, wholelab

TRIES = 100000  # of about 14000 that the kernel gives to those who do not mind which: each one several times


class Ports(unittest.TestCase):
    def test_what_was_picked_is_given_to_nobody_else(self):
        picked, given = {wholelab.free_port() for _ in range(20)}, set()
        self.assertEqual(len(picked), 20)
        for _ in range(TRIES):
            with socket.socket() as other:
                other.bind(("127.0.0.1", 0))
                given.add(other.getsockname()[1])
        print("%d asked for, %d different ones given" % (TRIES, len(given)))
        self.assertEqual(picked & given, set())


if __name__ == "__main__":
    main()
