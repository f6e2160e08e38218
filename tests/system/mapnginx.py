"""A real nginx by config/central/map-nginx.conf, its names, certificate and paths apart, before a folder as the publisher writes it."""

import os
import re
import shutil

from chain import TOP, wholelab


def program():
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class MapNginx:
    """`top`/current/{public,official,labs} on loopback; in official and labs "gul" with the view's name as password."""

    def __init__(self, top, portal="https://portal.example.org"):
        self.port = wholelab.free_port()
        with open(os.path.join(TOP, "config/central/map-nginx.conf"), encoding="utf-8") as f:
            text = f.read()
        for view, old in ("official", "/etc/nginx/waterlab-officials"), ("labs", "/etc/nginx/waterlab-labs"):
            with open(os.path.join(top, view + ".htpasswd"), "w", encoding="utf-8") as f:
                f.write("gul:{PLAIN}%s\n" % view)
            text = self.replaced(text, old, os.path.join(top, view + ".htpasswd"))
        for old, new in (("listen 443 ssl http2", "listen 127.0.0.1:%d" % self.port), ("/var/lib/waterlab-heatmap", top),
                         ("https://portal.example.org", portal)):
            text = self.replaced(text, old, new)
        text = re.sub(r"\tssl_certificate.*\n", "", text)
        conf = os.path.join(top, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(("" if os.getuid() else "user root;") + "daemon off; pid %s/pid; error_log %s/error.log; events {} http { access_log off;\n" % (top, top) + "".join(
                "%s_temp_path %s/%s;\n" % (kind, top, kind) for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) +
                text + "}\n")
        self.process = wholelab.Process("nginx", [program(), "-p", top, "-c", conf, "-e", os.path.join(top, "error.log")], top)

    @staticmethod
    def replaced(text, old, new):
        if old not in text:
            raise wholelab.Trouble("%s is not in map-nginx.conf" % old)
        return text.replace(old, new)

    def must_live(self):
        self.process.must_live()

    def end(self):
        self.process.end()
