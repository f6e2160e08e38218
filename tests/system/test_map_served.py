#!/usr/bin/python3
"""The officials' map page as it is served: by a real nginx with config/central/map-nginx.conf, in a portal of another origin, and
over a slow link; hostile texts in every place where the files have one.
"""
# limit: 400 s

import http.client
import json
import os

import mapnginx
from browser import WebDriverException
from chain import main, wholelab
from mapsite import MapSite

SLOW = dict(offline=False, latency=400, downloadThroughput=400 * 1000 / 8, uploadThroughput=400 * 1000 / 8)    # "slow 3G"
MOST_BYTES, MOST_SECONDS, MOST_REQUESTS = 100 * 1000, 15, 40
TYPES = {"html": "text/html", "css": "text/css", "js": "application/javascript", "json": "application/json", "svg": "image/svg+xml",
         "csv": "text/csv", "geojson": "application/geo+json"}
# Remembers when the first failure stood there.
WATCH = """new MutationObserver(() => { if (!window.stood && document.querySelector(%s)) window.stood = performance.now(); })
    .observe(document, {childList: true, subtree: true});"""
MARK = "\u202egnp.exe\u2069"    # turns round what follows, and ends an isolation that it is not in
HOSTILE = ("<script>window.pwned = 1</script>", '"><img src=x onerror="window.pwned = 1">', "'-alert(1)-'", MARK, "=HYPERLINK(\"http://evil\")",
           "گاؤں کے اوپر والا چشمہ جو سکول کے پیچھے پرانی مسجد کے پاس نالے کے دوسرے کنارے پر ہے " * 3, "W" * 300, "{n}", "")


class Served(MapSite):
    def setUp(self):
        super().setUp()
        if not mapnginx.program():
            self.skipTest("nginx is not installed (tools/install-deps test brings it)")
        self.seasons_served = {view: self.season(view) for view in ("public", "official", "labs")}
        top = os.path.join(os.getcwd(), "top-" + self.id().rsplit(".", 1)[-1])
        os.makedirs(os.path.join(top, "current"))
        for view, season in self.seasons_served.items():
            os.symlink(os.path.dirname(season.folder), os.path.join(top, "current", view))
        self.portal = "http://127.0.0.1:%d" % self.server.server_port
        self.nginx = mapnginx.MapNginx(top, self.portal)
        self.addCleanup(self.nginx.end)
        wholelab.wait_for("nginx to answer", lambda: self.nginx.must_live() or self.ask("/"))
        self.map = "http://127.0.0.1:%d" % self.nginx.port

    def ask(self, path, **headers):
        way = http.client.HTTPConnection("127.0.0.1", self.nginx.port, timeout=30)
        try:
            way.request("GET", path, headers=headers)
            answer = way.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except OSError:
            return None
        finally:
            way.close()

    # --- headers ----------------------------------------------------------------------------------

    def test_each_file_has_its_type_is_packed_and_asked_for_anew(self):
        folder, seen = os.path.dirname(self.seasons_served["public"].folder), set()
        for base, _, names in os.walk(folder):
            for name in names:
                path = os.path.relpath(os.path.join(base, name), folder)
                ending = name.rsplit(".", 1)[1]
                if ending in seen and ending != "svg":
                    continue
                seen.add(ending)
                status, headers, body = self.ask("/" + path, **{"Accept-Encoding": "gzip"})
                self.assertEqual((status, headers["Content-Type"].split(";")[0], headers["Cache-Control"], headers.get("Content-Encoding")),
                                 (200, TYPES[ending], "no-cache", "gzip"), path)
                self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
                self.assertIn("frame-ancestors 'self' %s" % self.portal, headers["Content-Security-Policy"])
        self.assertEqual(seen, set(TYPES))
        for path in "/official/", "/labs/data/labs.json":    # also the answer that asks for a password
            status, headers, _ = self.ask(path)
            self.assertEqual((status, headers["Content-Security-Policy"]), (401, "frame-ancestors 'self'"))
            self.assertNotIn("Access-Control-Allow-Origin", headers)

    # --- in a portal ------------------------------------------------------------------------------

    def framed(self, origin):
        """The portal's page, with the map in its frame as the page's own text says: what is in the frame, or "" where it may not be."""
        with open(os.path.join(self.folder_served, "portal.html"), "w", encoding="utf-8") as f:
            f.write('<!doctype html><meta charset="utf-8"><title>portal</title><h1>Portal</h1>' + self.snippet)
        driver = self.page.driver
        driver.get("about:blank")
        driver.get(origin + "/portal.html")

        def there():    # a frame on its way is another one when it is there
            try:
                driver.switch_to.default_content()
                driver.switch_to.frame(0)
                if driver.execute_script("return location.protocol") == "chrome-error:":
                    return "refused"
                return driver.execute_script("return document.querySelectorAll('.schematic .tile').length ? document.body.innerText : ''")
            except WebDriverException:
                return ""
        try:
            return wholelab.wait_for("the map in the portal's frame", there, 60)
        finally:
            driver.switch_to.default_content()

    def test_in_a_portal_of_another_origin(self):
        self.page.driver.get(self.map + "/#view=files&lang=en")
        self.page.wait_for("pre")
        self.snippet = self.page.text("pre")
        self.assertIn('src="%s/?embed=1#view=map&parameter=ecoli"' % self.map, self.snippet)
        self.assertIn("Open the whole page", self.framed(self.portal))
        # What a portal's own program gets: the files, and none of those behind the login.
        fetched = self.page.driver.execute_async_script("""
            const done = arguments[2], get = url => fetch(url).then(answer => answer.json(), error => error.message);
            Promise.all([get(`${arguments[0]}/data/districts/${arguments[1]}.geojson`), get(`${arguments[0]}/official/data/index.json`)]).then(done)""",
                                                           self.map, self.seasons_served["public"].periods[-1])
        self.assertEqual((fetched[0]["type"], fetched[1]), ("FeatureCollection", "Failed to fetch"))
        # A page that nobody named.
        self.assertEqual(self.framed(self.portal.replace("127.0.0.1", "localhost")), "refused")

    # --- a slow link ------------------------------------------------------------------------------

    def opened_slowly(self, address, css):
        """(seconds until it stood there, bytes over the link, requests), from nothing."""
        driver = self.page.driver
        driver.get("about:blank")
        for command, values in (("Network.enable", {}), ("Network.clearBrowserCache", {}), ("Network.emulateNetworkConditions", SLOW)):
            driver.execute_cdp_cmd(command, values)
        watch = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", dict(source=WATCH % json.dumps(css)))
        try:
            driver.get(self.map + "/" + address)
            self.page.wait_for(css)
            return self.page.script("""
                const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                    .filter(one => one.startTime < window.stood);
                return [window.stood / 1000, all.reduce((sum, one) => sum + one.transferSize, 0), all.length]""")
        finally:
            driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", watch)
            driver.execute_cdp_cmd("Network.emulateNetworkConditions", dict(offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1))

    def test_usable_on_a_slow_link(self):
        for what, address, css in ("failures", "#lang=en", ".failure"), ("map", "#view=map&lang=ur", ".schematic .tile"):
            seconds, size, requests = self.opened_slowly(address, css)
            print("%s at 400 kbit/s and 400 ms: %.1f s, %d bytes, %d requests" % (what, seconds, size, requests))
            self.assertLess(size, MOST_BYTES)
            self.assertLess(seconds, MOST_SECONDS)
            self.assertLess(requests, MOST_REQUESTS)
        # Once more: what is in the browser is only asked about.
        self.page.driver.execute_cdp_cmd("Page.reload", {})
        self.page.wait_for(".schematic .tile")


class Hostile(MapSite):
    def spoiled(self, value, key=""):
        """The same with hostile texts in the place of each that somebody outside wrote."""
        if isinstance(value, dict):
            return {k: self.spoiled(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [self.spoiled(v, key) for v in value]
        if key in ("name", "lab", "method", "title", "licence", "text", "words", "trouble", "division", "what") and isinstance(value, str):
            self.turn += 1
            return HOSTILE[self.turn % len(HOSTILE)]
        return value

    def test_texts_from_outside_are_texts(self):
        self.turn = 0
        for view, screens in (("official", ("failures", "map", "table", "files", "map&district=PK526&parameter=ecoli")), ("labs", ("labs", "files"))):
            season = self.season(view, trouble="words of the store")
            for name in ["index.json", "status.json"] + (["labs.json"] if view == "labs" else ["failures.json", "points/PK505.json", "points/PK526.json"]):
                whole = self.file(season, name)
                spoiled = self.spoiled(whole)
                if name == "index.json":
                    spoiled["files"] = [dict(one, name=was["name"]) for one, was in zip(spoiled["files"], whole["files"])]
                self.write(season, name, spoiled)
            for screen in screens:
                for language in "en", "ur":
                    self.open("#view=" + screen, wait="main h1, .panel", language=language)
                    self.page.script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    self.assertEqual(self.page.script("return [window.pwned ?? null, document.querySelectorAll('script').length, document.images.length]"), [None, 1, 0])
                    self.looked_at("hostile-%s-%s" % (screen.split("&")[-1], language), at=("phone",), contrast=False)
                    # Nothing that turns writing round reaches beyond its own place: what follows stands as it does without it.
                    self.assertEqual(self.page.script("""return [...document.querySelectorAll('main *')].filter(one =>
                        !one.closest('option, svg') && [...one.childNodes].some(child => child.nodeType === 3 && child.data.includes('\\u202e')) &&
                        !/isolate|plaintext/.test(getComputedStyle(one).unicodeBidi)).map(one => one.outerHTML.slice(0, 120))"""), [], screen)
            self.assertEqual([one for one in self.page.complaints() if "/data/" not in one], [])


if __name__ == "__main__":
    main()
