"""The officials' map page served below a path of its own on loopback, an invented season beside it, and one browser before it."""

import copy
import datetime
import functools
import http.server
import json
import os
import shutil
import threading
import unittest

import browser
from chain import SEED, wholelab
from map_fixture import FAILS, Season

BUILT = os.path.join(os.path.dirname(wholelab.BIN), "map-page")
TILES = """return [...document.querySelectorAll('.schematic .tile')].map(one => {
    const box = one.getBoundingClientRect();
    return {code: one.dataset.key, state: one.getAttribute('class').match(/is-(\\w+)/)[1], stale: one.classList.contains('stale'),
        said: one.querySelector('title').textContent, left: box.left, top: box.top, right: box.right, bottom: box.bottom}; })"""
CARDS = """return [...document.querySelectorAll('.failure')].map(one => one.innerText.replace(/[\\u2066-\\u2069]/g, ''))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class MapSite(unittest.TestCase):
    """One server and one browser for all; each test writes the season it needs."""

    second = 2000000000
    seasons = {}

    @classmethod
    def setUpClass(cls):
        if browser.missing():
            raise unittest.SkipTest(browser.missing())
        print("SEED=%d" % SEED)
        cls.folder_served = os.path.join(os.getcwd(), "site")
        os.makedirs(os.path.join(cls.folder_served, "some", "where"), exist_ok=True)
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=cls.folder_served))
        cls.served = threading.Thread(target=cls.server.serve_forever, daemon=True)
        cls.served.start()
        cls.page = browser.Browser(os.getcwd(), "phone")

    @classmethod
    def tearDownClass(cls):
        cls.page.end()
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        self.page.complaints()    # those of an earlier test are not this one's

    def season(self, view="official", **more):
        """Below a path of its own, as a portal might have it; the page beside it.  The ordinary ones are made once, and copied."""
        self.at = "some/where/%s-%d" % (view, len(os.listdir(os.path.join(self.folder_served, "some", "where"))))
        folder = os.path.join(self.folder_served, self.at)
        shutil.copytree(BUILT, folder)
        if more:
            return Season(SEED, view, **more).write(folder)
        if view not in self.seasons:
            self.seasons[view] = Season(SEED, view).write(os.path.join(os.getcwd(), "season-" + view))
        season = copy.copy(self.seasons[view])
        season.folder = os.path.join(folder, "data")
        shutil.copytree(self.seasons[view].folder, season.folder)
        return season

    def open(self, address="", wait="main h1", language="en", size="phone"):
        self.page.resize(size)
        self.page.driver.get("about:blank")    # the same page under another "#" is no new page otherwise
        self.page.driver.get("http://127.0.0.1:%d/%s/%s%slang=%s" % (self.server.server_port, self.at, address, "&" if "#" in address else "#", language))
        self.page.wait_for(wait)

    def looked_at(self, name, at=("phone", "laptop"), contrast=True):
        self.page.looked_at(self, name, at, contrast)

    def file(self, season, name):
        with open(os.path.join(season.folder, name), encoding="utf-8") as f:
            return json.load(f)

    def write(self, season, name, value):
        """One file in the place of the season's; None: none."""
        path = os.path.join(season.folder, name)
        if value is None:
            os.unlink(path)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(value if isinstance(value, str) else json.dumps(value))
        # A server tells a browser's copy from a new file by its second: each file here gets one of its own.
        type(self).second += 1
        os.utime(path, (self.second, self.second))

    def state_of(self, cell, index, measure="share"):
        """The state as the contract has it, computed once more."""
        if cell is None:
            return "not_tested", False
        if cell.get("suppressed"):
            return "too_few", False
        worst = max(FAILS[::-1], key=lambda name: cell[name])
        if cell[worst]:
            state = {cell[name]: name for name in ("fails_below", "fails_above", "fails_detected")}[cell[worst]]
        elif cell["possible"] + cell["doubtful_place"]:
            state = "possible_failure"
        elif not cell["meets"]:
            state = "cannot_judge"
        elif measure == "share" and cell["meets"] < index["policy"]["percentages_from"]:    # nothing of it fails: these are the judged
            state = "too_few"
        else:
            state = "meets"
        day = datetime.date.fromisoformat
        now = max(day(index["made"][:10]), datetime.datetime.now(datetime.timezone.utc).date())
        return state, (now - day(cell["newest"])).days > index["stale_days"]

    def cells(self, season, period, **wanted):
        return {c["district"]: c for c in self.file(season, "months/%s.json" % period)["cells"] if all(c[k] == v for k, v in wanted.items())}
