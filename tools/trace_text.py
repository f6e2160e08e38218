"""The bytes of a line of a trace, as src/bus/trace_text.h says it: hexadecimal pairs and "text" with escapes."""

import re

ESCAPES = {"r": 13, "n": 10, "t": 9}


def bytes_of(text):
    data = bytearray()
    for quoted, pair in re.findall(r'"((?:[^"\\]|\\.)*)"|([0-9A-Fa-f]{2})', text):
        if pair:
            data.append(int(pair, 16))
        for c, hexadecimal, escaped in re.findall(r"([^\\])|\\x([0-9A-Fa-f]{2})|\\(.)", quoted):
            data.append(ord(c) if c else int(hexadecimal, 16) if hexadecimal else ESCAPES.get(escaped, ord(escaped)))
    return bytes(data)
