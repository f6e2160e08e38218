#!/usr/bin/python3
"""Who may do what on the technician's page, in real Chromium: a PIN first; what is saved is that operator's, whatever is asked;
a viewer looks; after a restart or a pause the PIN is asked for again, and what was typed waits for the one who typed it.
"""
# limit: 300 s

import http.client
import json
import os
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
import warnings

import browser
from chain import TOP, LabTest, main, wholelab

PINS = {"Gul Khan": ("technician", "402917"), "Sana Bibi": ("supervisor", "718293"), "A visitor": ("viewer", "551728")}


class Operators(LabTest):
    shape = dict(rtu_lines=1, tcp_lines=0, units=1)

    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.folder, "operators")
        self.lab.conf_text = '\nconsole = { operators = "%s"; };\nlimits = { folder = "%s"; sets = "nsdwq-2010"; };\n' % (
            self.file, os.path.join(TOP, "config", "limits"))
        self.lab.start()
        for name, (role, pin) in PINS.items():
            self.waterlab("add", name, role, typed=pin)

    def command(self, *args, typed=""):
        done = subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, *args], input=typed,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def waterlab(self, *args, typed=""):
        return self.command("operator", *args, typed=typed)

    def open(self):
        if browser.missing():
            self.skipTest(browser.missing())
        self.console = browser.Console(self.lab)
        self.addCleanup(lambda: self.console.end())
        self.page = browser.Browser(self.folder)
        self.addCleanup(self.page.end)
        self.page.driver.get(self.console.url)
        self.page.wait_text("Who is here?")

    def come_in(self, name, pin=None):
        self.page.tap("input[name='signin.operator'][value='%s']" % name)
        self.page.type("[data-pin]", pin or PINS[name][1])
        self.page.tap("form[data-do=enter-pin] button[type=submit]")

    def samples(self):
        found = self.lab.ask("samples")
        return [self.lab.ask("sample-show", sample=one["sample"]) for one in found["open"]]

    def sample(self, parameter, value, method, token="", **where):
        """The number of a sample of one value, which ended."""
        who = dict(by="Gul Khan")
        where = where or dict(new_point=dict(name="Pump", source_type="tanker"))
        sample = self.lab.ask("sample-begin", token="b" + token, purpose="routine", **where, **who)["sample"]
        self.lab.ask("sample-enter", token="v" + token, sample=sample, parameter=parameter, value=value, method=method, **who)
        self.lab.ask("sample-end", token="e" + token, sample=sample, **who)
        return sample

    def test_what_is_saved_is_the_operators(self):
        self.open()
        page = self.page
        self.assertEqual(page.find(".reading"), [], "nothing is shown before a PIN")
        page.looked_at(self, "signin-en")
        self.come_in("Gul Khan", "000001")
        page.wait_text("That is not the PIN.")
        self.assertEqual(page.value("[data-pin]"), "")
        self.come_in("Gul Khan")
        page.wait_for(".reading")
        page.wait_text("Gul Khan", "header")
        self.assertNotIn(PINS["Gul Khan"][1], page.script("return JSON.stringify(localStorage)"))
        self.assertEqual(page.script("return document.cookie"), "", "no script can read the session's key")
        page.looked_at(self, "operator-en")

        page.tap("nav a[href='#sample']")
        page.wait_text("Saved under the name Gul Khan.", "main")
        page.tap("[data-do=topoint]")
        page.tap("input[name=point][value=new]")
        page.type("[data-field=name]", "Pump at the school")
        page.choose("[data-field=source_type]", "borehole_tubewell")

        # The console starts anew before the tap: the PIN is asked for again, and what was typed stays.
        port = self.console.port
        self.console.process.end(signal.SIGKILL)
        page.tap("form[data-do=begin] button[type=submit]")
        page.wait_text("does not answer", "#away")
        self.console = browser.Console(self.lab, port)
        page.wait_text("Who is here?")
        page.wait_text("waits for its owner's PIN: 1")
        self.come_in("Sana Bibi")
        page.wait_text("It waits for the PIN of Gul Khan")
        self.assertEqual(self.samples(), [], "nobody saves under another's name")
        page.tap("[data-do=leave]")
        page.wait_text("Who is here?")
        self.come_in("Gul Khan")
        sample = self.wait_for("the sample", self.samples)[0]
        self.assertEqual(sample["by"], "Gul Khan")

        # Removed by the command: at once.
        self.waterlab("remove", "Gul Khan")
        page.wait_text("Who is here?")
        self.wait_for("the list without that name", lambda: "Gul Khan" not in page.text("main"))
        self.come_in("A visitor")
        page.tap("nav a[href='#sample']")
        page.tap("[data-do=topoint]")
        page.wait_text("A viewer may look only", "main")
        self.assertEqual(len(self.samples()), 1)
        page.tap("nav a[href='#devices']")
        page.wait_text("Never checked", ".checks")
        self.assertFalse(page.find(".checks a"), "a viewer begins no check")

        # All of it is in the ledger, after a restart too; the names and no PIN.
        self.lab.daemon.end(signal.SIGKILL)
        self.lab.start_daemon()
        shown = self.command("audit", "--json")
        rows = [json.loads(line) for line in shown.splitlines()][:-1]
        self.assertEqual([(row["what"], row["about"] or row["by"]) for row in rows],
                         [("operator_added", name) for name in PINS] +
                         [("wrong_pin", "Gul Khan"), ("came_in", "Gul Khan"), ("came_in", "Sana Bibi"), ("came_in", "Gul Khan"),
                          ("operator_removed", "Gul Khan"), ("came_in", "A visitor")])
        self.assertEqual([row["number"] for row in rows], sorted({row["number"] for row in rows}))
        everything = self.command("spool", "export", "--stream", "ledger")
        self.assertEqual(everything.count(",audit,"), len(rows))
        for _, pin in PINS.values():
            self.assertNotIn(pin, everything)
        sent = self.command("spool", "export", "--stream", "ledger", "--format", "lp")
        self.assertEqual(sent.count("event,kind=audit,"), len(rows))
        for name in PINS:
            self.assertNotIn(name.replace(" ", "\\ "), "".join(line for line in sent.splitlines() if "kind=audit" in line))
            self.assertNotIn(name, "".join(line for line in sent.splitlines() if "kind=audit" in line))

    def test_an_alarm_is_for_who_is_here(self):
        """Neither it nor a count of tests is left on the screen for the next who comes by."""
        sample = self.sample("antimony", "20", "photometer")
        self.open()
        page = self.page
        self.come_in("A visitor")
        page.wait_text("Antimony: Fails: above the limit · Sample %d" % sample, "#alarm")
        page.tap("[data-do=leave]")
        page.wait_text("Who is here?")
        page.wait_gone(".alarm", 10)
        self.come_in("Gul Khan")
        page.wait_for(".alarm")
        page.press("[data-do=seen]")
        page.wait_gone(".alarm")

        # Seen is seen, verified or not; the other one is of another sample, and comes in one list with it.
        point = self.lab.ask("sample-show", sample=sample)["point"]["point"]
        self.lab.ask("sample-verify", token="w", sample=sample, by="Sana Bibi")
        other = self.sample("antimony", "30", "photometer", token="2", point=point)
        page.wait_text("Sample %d" % other, "#alarm")
        self.assertNotIn("more", page.text("#alarm"))
        entry = self.lab.ask("sample-show", sample=sample)["results"][0]["entry"]
        self.lab.ask("sample-amend", token="a", sample=sample, entry=entry, value="25", reason="a slip", by="Sana Bibi")
        page.wait_text("And 1 more.", "#alarm")    # corrected is news

    def test_who_may_verify_is_said_and_others_have_no_button(self):
        sample = self.sample("turbidity_ntu", "7", "tube")
        self.open()
        page = self.page
        self.come_in("Gul Khan")
        page.wait_text("Gul Khan", "header")
        page.tap("nav a[href='#due']")
        page.tap("[data-do=open]")
        page.wait_text("Open the sample", "#main")
        self.assertNotIn("verify", page.text("#main"))
        page.tap("a[href='#sample/%d/result']" % sample)
        page.wait_text("Verifying and correcting is a supervisor's", "#main")
        self.assertEqual(page.find("[data-do=verify], details[data-key=amend]"), [])
        page.looked_at(self, "technician-en")
        page.tap("[data-do=leave]")
        page.wait_text("Who is here?")
        self.come_in("Sana Bibi")
        page.wait_for("details[data-key=amend]")
        page.tap("details[data-key=verify] summary")
        page.tap("[data-do=verify]")
        page.wait_text("Verified · Sana Bibi", ".results")
        self.assertNotIn("supervisor", page.text("#main"))

        # Of an analyzer's value: by which check it is believed, as the daemon has it (test_check.py).
        page.script("""const real = fetch; window.fetch = async (...asked) => { const answer = await real(...asked);
            if (!asked[0].startsWith("api/sample?")) return answer;
            const whole = await answer.json();
            whole.results[0].check = {state: "good", check: 5, by: "Sana Bibi", ended_ms: 1790000000000, left_s: 60, command: null};
            return {status: answer.status, headers: answer.headers, json: async () => whole}; }""")
        page.wait_text("Check 5 by Sana Bibi, 2026-09-21", ".results [data-key=check]")

    def test_in_urdu(self):
        self.open()
        page = self.page
        page.tap("[data-language=ur]")
        page.wait_text("یہاں کون ہے؟", "h1")
        page.looked_at(self, "signin-ur")
        self.come_in("Gul Khan", "000001")
        page.wait_text("یہ پن درست نہیں۔")
        page.press("[data-pin]", PINS["Gul Khan"][1])
        page.press("form[data-do=enter-pin] button[type=submit]")
        page.wait_text("Gul Khan", "header")
        page.looked_at(self, "operator-ur")


class Closed(LabTest):
    """What cannot be read opens for nobody."""

    shape = dict(rtu_lines=1, tcp_lines=0, units=1)

    def ask(self, console, path, body=None):
        request = urllib.request.Request(console.url + path, data=json.dumps(body).encode() if body else None,
                                         headers={"Content-Type": "application/json", "Origin": console.url.rstrip("/")})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    BEGIN = dict(by="Gul Khan", token="a1", purpose="routine", new_point=dict(name="Pump", source_type="tanker"))

    def test_a_file_of_operators_that_is_not_there_is_nobody(self):
        self.lab.conf_text = '\nconsole = { operators = "%s"; };\n' % os.path.join(self.folder, "absent")
        self.lab.start()
        console = browser.Console(self.lab)
        self.addCleanup(console.end)
        self.assertEqual(self.ask(console, "api/status")[0], 401)
        self.assertEqual(self.ask(console, "api/sample/begin", self.BEGIN)[0], 401)
        status, answer = self.ask(console, "api/operator/enter", dict(operator="Gul Khan", pin="402917"))
        self.assertEqual(status, 503)
        self.assertIn("absent: No such file", answer["error"])

    def test_a_configuration_that_cannot_be_read_changes_nothing(self):
        self.lab.start()
        with open(self.lab.config, "a") as f:
            f.write("nothing = like this\n")
        console = browser.Console(self.lab)
        self.addCleanup(console.end)
        status, answer = self.ask(console, "api/sample/begin", self.BEGIN)
        self.assertEqual(status, 403)
        self.assertIn("cannot read its configuration", answer["error"])


class Network(LabTest):
    """In a network: TLS, and the names that are configured.  Another address of this machine stands for it."""

    shape = dict(rtu_lines=1, tcp_lines=0, units=1)

    def setUp(self):
        super().setUp()
        self.pem = {name: os.path.join(self.folder, name + ".pem") for name in ("cert", "key")}
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=van-3.lan", "-addext", "subjectAltName=DNS:van-3.lan,IP:127.0.0.2",
                        "-keyout", self.pem["key"], "-out", self.pem["cert"]], check=True, capture_output=True, timeout=60)

    def conf(self, listen="127.0.0.2", key=None):
        self.lab.conf_text = '\nconsole = { listen = "%s"; certificate = "%s"; key = "%s"; hosts = "van-3.lan, 127.0.0.2"; ' \
            'operators = "%s"; };\n' % (listen, self.pem["cert"], key or self.pem["key"], os.path.join(self.folder, "operators"))

    def context(self, **limits):
        context = ssl.create_default_context(cafile=self.pem["cert"])
        for name, value in limits.items():
            setattr(context, name, value)
        return context

    def ask(self, path, body=None, host=None, cookie="", origin=None, context=None):
        address = "127.0.0.2:%d" % self.console.port
        connection = http.client.HTTPSConnection("127.0.0.2", self.console.port, timeout=30, context=context or self.context())
        self.addCleanup(connection.close)
        heads = {"Host": host or address, "Cookie": cookie}
        if body is not None:
            heads.update({"Content-Type": "application/json", "Origin": origin or "https://" + (host or address)})
        connection.request("POST" if body is not None else "GET", path, json.dumps(body) if body is not None else None, heads)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Set-Cookie", ""), answer.read().decode()

    def test_only_by_tls_and_by_its_own_names(self):
        self.conf()
        self.lab.start()
        subprocess.run([os.path.join(wholelab.BIN, "waterlab"), "--config", self.lab.config, "operator", "add", "Gul Khan", "technician"],
                       input="402917", check=True, capture_output=True, text=True, timeout=60)
        self.console = browser.Console(self.lab)
        self.addCleanup(self.console.end)
        self.assertTrue(self.console.url.startswith("https://127.0.0.2:"), self.console.url)
        self.assertEqual(self.ask("/")[0], 200)
        self.assertEqual(self.ask("/", host="van-3.lan:%d" % self.console.port)[0], 200)
        for wrong in ("evil.example:%d" % self.console.port, "van-3.lan", "127.0.0.2:1"):
            self.assertEqual(self.ask("/", host=wrong)[0], 421, wrong)
        self.assertEqual(self.ask("/api/status")[0], 401)
        pin = dict(operator="Gul Khan", pin="402917")
        plain = "http://127.0.0.2:%d" % self.console.port
        self.assertEqual(self.ask("/api/operator/enter", pin, origin=plain)[0], 403)
        status, cookie, _ = self.ask("/api/operator/enter", pin)
        self.assertEqual(status, 200)
        self.assertIn("; HttpOnly; SameSite=Strict; Secure", cookie)
        self.assertEqual(self.ask("/api/status", cookie=cookie.split(";")[0])[0], 200)
        # Plain HTTP and old TLS get nothing.
        with self.assertRaises((http.client.HTTPException, OSError)):
            connection = http.client.HTTPConnection("127.0.0.2", self.console.port, timeout=30)
            self.addCleanup(connection.close)
            connection.request("GET", "/")
            connection.getresponse()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = self.context(minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
            old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises(OSError):
            self.ask("/", context=old)

    def test_what_does_not_fit_is_said(self):
        self.lab.start()
        config = self.lab.config
        with open(config) as f:
            before = f.read()

        def run(listen="127.0.0.2", key=None):
            self.conf(listen, key)
            with open(config, "w") as f:
                f.write(before + self.lab.conf_text)
            return subprocess.run([os.path.join(wholelab.BIN, "waterlab-console"), "--config", config, "--port", "0"], capture_output=True,
                                  text=True, timeout=30)
        done = run(key=os.path.join(self.folder, "absent.pem"))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("absent.pem: No such file", done.stderr)
        done = run(key=self.pem["cert"])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("certificate and key are no PEM, or do not fit", done.stderr)


if __name__ == "__main__":
    main()
