"""A real headless Chromium, by Debian's chromedriver, for the tests of the page; and waterlab-console beside a lab.

chromedriver is of the same source package as Chromium, so that the two always fit.
"""

import contextlib
import os
import re
import shutil

from chain import TOP, wholelab

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.common.exceptions import WebDriverException
except ImportError:
    webdriver = None

SIZES = {"phone": (360, 740), "tablet": (768, 1024), "laptop": (1280, 800)}
AXE = os.path.join(TOP, "tests", "system", "npm", "node_modules", "axe-core", "axe.min.js")


def missing():
    """Why there is no browser, or None."""
    if not webdriver:
        return "python3-selenium is not installed (tools/install-deps brings it)"
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return "%s is not installed (tools/install-deps brings it)" % program
    return None


class Console:
    """waterlab-console beside a lab, on a port of its own choice or of ours."""

    def __init__(self, lab, port=0):
        self.before = len(self.said(os.path.join(lab.folder, "waterlab-console.log")))    # by one that was here before it
        self.process = wholelab.Process("waterlab-console", [os.path.join(wholelab.BIN, "waterlab-console"), "--config", lab.config,
                                                             "--port", str(port)], lab.folder)
        self.url = wholelab.wait_for("the console's address", self.find_url)
        self.port = int(self.url.rstrip("/").rsplit(":", 1)[1])

    @staticmethod
    def said(log):
        if not os.path.exists(log):
            return []
        with open(log) as f:
            return re.findall(r"https?://127\.0\.0\.\d+:\d+/", f.read())

    def find_url(self):
        self.process.must_live()
        found = self.said(self.process.log_path)
        return found[-1] if len(found) > self.before else None

    def end(self):
        return self.process.end()


class Browser:
    """One window; waits for what is there, never for time."""

    def __init__(self, folder, size="phone", language="en"):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-background-networking", "--disable-component-update", "--no-first-run",
                     "--lang=" + language, "--user-data-dir=" + os.path.join(folder, "chromium")):
            options.add_argument(word)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver"),
                                                       log_path=os.path.join(folder, "chromedriver.log")), options=options)
        self.resize(size)

    def resize(self, size):
        width, height = SIZES[size]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(
            width=width, height=height, deviceScaleFactor=1, mobile=size == "phone"))

    def end(self):
        with contextlib.suppress(WebDriverException):
            self.driver.quit()

    def script(self, words, *args):
        return self.driver.execute_script(words, *args)

    def text(self, css="body"):
        return self.script("return document.querySelector(arguments[0])?.innerText ?? ''", css)

    def wait_text(self, words, css="body", seconds=60):
        try:
            wholelab.wait_for("the page to say %r" % words, lambda: words in self.text(css), seconds)
        except wholelab.Trouble as trouble:
            raise wholelab.Trouble("%s; it says:\n%s" % (trouble, self.text())) from None

    def wait_gone(self, css, seconds=60):
        wholelab.wait_for("%s to go" % css, lambda: not self.find(css), seconds)

    def find(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def wait_for(self, css, seconds=60):
        try:
            return wholelab.wait_for(css, lambda: self.find(css), seconds)[0]
        except wholelab.Trouble as trouble:
            raise wholelab.Trouble("%s; the page says:\n%s" % (trouble, self.text())) from None

    def tap(self, css, seconds=60):
        """Where a finger would: the page may be drawn anew between finding and tapping."""
        def try_it():
            try:
                element = next(iter(self.find(css)), None)
                if not element or not element.is_enabled():
                    return False
                self.script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
                element.click()
                return True
            except WebDriverException as trouble:
                if "intercepted" in str(trouble) or "stale" in str(trouble):
                    return False
                raise
        try:
            wholelab.wait_for("%s to be tapped" % css, try_it, seconds)
        except wholelab.Trouble as trouble:
            raise wholelab.Trouble("%s; the page says:\n%s" % (trouble, self.text())) from None

    def type(self, css, words):
        def try_it():
            try:
                element = self.wait_for(css)
                # As a finger empties it: what is drawn anew before the first key must not bring the old words back.
                self.script("arguments[0].value = ''; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", element)
                element.send_keys(words)
                return True
            except WebDriverException as trouble:
                if "stale" in str(trouble):    # drawn anew meanwhile
                    return False
                raise
        wholelab.wait_for("%s to be typed into" % css, try_it, 60)

    def value(self, css):
        return self.script("return document.querySelector(arguments[0]).value", css)

    def press(self, css, keys=None, most=150):
        """By keyboard alone: Tab until the focus is there (and shows), then the keys."""
        self.wait_for(css)
        for _ in range(most):
            if self.script("return document.activeElement.matches(arguments[0])", css) and \
                    self.script("return !document.activeElement.disabled"):
                break
            self.driver.switch_to.active_element.send_keys(Keys.TAB)
        else:
            raise wholelab.Trouble("the Tab key does not get to %s; the page says:\n%s" % (css, self.text()))
        shows = self.script("const at = document.activeElement, ring = e => e && getComputedStyle(e).outlineStyle !== 'none';"
                            "return ring(at) || ring(at.closest('label'))")
        if not shows:
            raise wholelab.Trouble("where the focus is on %s cannot be seen" % css)
        self.driver.switch_to.active_element.send_keys(keys or Keys.ENTER)

    def small_targets(self):
        """What a finger may hit and is smaller than 48 px either way; a radio button counts with its label."""
        return self.script("""
            return [...document.querySelectorAll('button, a[href], input, select, summary')].filter(one => one.offsetParent).map(one =>
                [one, (one.type === 'radio' ? one.closest('label') : one).getBoundingClientRect()])
                .filter(([, box]) => box.width < 48 || box.height < 48)
                .map(([one, box]) => `${one.outerHTML.slice(0, 80)}: ${box.width} x ${box.height}`)""")

    def looked_at(self, test, name, axe_at=("phone",), contrast=True):
        """Nothing is cut off in any size, every target is large enough for a finger, axe-core finds nothing serious in the sizes `axe_at`.

        Contrast, nine tenths of its time, is measured in the first of them; with `contrast` false elsewhere already, in another language."""
        for size in SIZES:
            self.resize(size)
            test.assertEqual(self.script("""
                return document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll('*')].filter(one =>
                    one.getBoundingClientRect().right > innerWidth || one.getBoundingClientRect().left < 0).map(one => one.outerHTML.slice(0, 150)).slice(-3)"""), [],
                             "%s is wider than a %s" % (name, size))
        self.resize("phone")
        test.assertEqual(self.small_targets(), [], name)
        if os.path.exists(AXE):
            for size in axe_at:
                self.resize(size)
                test.assertEqual(self.axe(contrast and size == axe_at[0]), [], "%s on a %s" % (name, size))
            self.resize("phone")
        else:
            print("not looked at by axe-core, which is not there (tools/install-deps test brings it): %s" % name)
        self.keep_shot(name)

    def keep_shot(self, name):
        """With $SHOTS set, pictures of the whole page in all sizes, for people to look at."""
        folder = os.environ.get("SHOTS")
        if not folder:
            return
        for size, (width, least) in SIZES.items():
            self.resize(size)
            height = max(least, self.script("return document.documentElement.scrollHeight"))
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(
                width=width, height=height, deviceScaleFactor=1, mobile=False))
            self.driver.save_screenshot(os.path.join(folder, "%s-%s.png" % (name, size)))
        self.resize("phone")

    def choose(self, css, value):
        """The page may be drawn anew between finding and choosing."""
        wholelab.wait_for("%s to offer %s" % (css, value), lambda: self.script("""
            const list = document.querySelector(arguments[0]);
            if (![...list?.options ?? []].some(one => one.value === arguments[1]))
                return false;
            list.value = arguments[1];
            list.dispatchEvent(new Event('input', {bubbles: true}));
            return true""", css, value), 60)

    def complaints(self):
        """What the page's console shows: errors, and what the CSP refused."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and not re.search("status of (401|409|503) ", entry["message"])
                and "ERR_CONNECTION_REFUSED" not in entry["message"]]

    def axe(self, contrast=True):
        """Serious and critical findings of axe-core on what is shown."""
        if not self.script("return Boolean(window.axe)"):
            with open(AXE) as f:
                self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": f.read() + ";0"})    # nothing of it comes back
        found = self.driver.execute_async_script(
            "axe.run(document, {resultTypes: ['violations'], preload: false, rules: {'color-contrast': {enabled: arguments[0]}}})"
            ".then(r => arguments[1](r.violations))", contrast)
        return ["%s (%s): %s" % (one["id"], one["impact"], "; ".join(str(node["target"]) + node["failureSummary"] for node in one["nodes"][:3]))
                for one in found if one["impact"] in ("serious", "critical")]
