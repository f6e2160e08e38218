"""What the lint rules share: which files are the repository's, and how a finding is said."""

import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
# The tree looked at is the working folder; tools/lint/run and the self-test go there first.
SOURCES = (".c", ".h", ".def")
SKIPPED = {".git", "build", "__pycache__", "node_modules"}


def files(*under):
    """Every file that is or would be committed, sorted; below `under` where named."""
    # Only where this very folder is the repository: the self-test's trees lie in none, or in another's.
    top = shutil.which("git") and subprocess.run(["git", "rev-parse", "--show-cdup"], capture_output=True, text=True)
    if top and top.returncode == 0 and top.stdout.strip() == "":
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                capture_output=True, text=True, check=True).stdout.split("\0")
        paths = {p for p in listed if p and os.path.isfile(p)}
    else:
        paths = set()
        for folder, folders, names in os.walk("."):
            folders[:] = [f for f in folders if f not in SKIPPED]
            paths.update(os.path.normpath(os.path.join(folder, n)) for n in names)
    under = tuple(u.rstrip("/") + "/" for u in under)
    return sorted(p for p in paths if not under or p.startswith(under))


def c_files(*under):
    return [p for p in files(*under) if p.endswith(SOURCES)]


def scripts(word):
    """Files whose first line names the interpreter `word`, or whose ending does."""
    ending = {"python3": ".py", "sh": ".sh"}[word]
    first = re.compile(rb"^#!.*\b(%s)\b" % (b"python3" if word == "python3" else b"sh|bash|dash"))
    found = []
    for path in files():
        with open(path, "rb") as f:
            if path.endswith(ending) or first.match(f.readline()):
                found.append(path)
    return found


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def code_of(path):
    """C text with comments and what stands in quotes blanked out; lines keep their numbers."""

    def blank(match):
        word = match.group(0)
        return word if word[0] not in "/\"'" else re.sub(r"[^\n]", " ", word)

    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, blank, text_of(path), flags=re.S)


def layers():
    """src/layers.mk as {"LAYER": {room: [rooms]}, "ONLY": {header: [rooms]}}."""
    found = {"LAYER": {}, "ONLY": {}}
    for kind, name, value in re.findall(r"^(LAYER|ONLY)_(\S+)\s*=(.*)$", text_of("src/layers.mk"), re.M):
        found[kind][name] = value.split()
    return found


class Findings:
    """Collected, printed as FILE:LINE: words, and turned into an exit status."""

    def __init__(self):
        self.lines = []

    def add(self, path, line, words):
        self.lines.append("%s:%s %s" % (path, "%d:" % line if line else "", words))

    def end(self):
        for line in self.lines:
            print(line)
        sys.exit(1 if self.lines else 0)
