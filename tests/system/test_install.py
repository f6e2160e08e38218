#!/usr/bin/python3
"""`make install` into an empty prefix: what lies there works from there, and `make uninstall` leaves the
configuration."""

import json
import os
import subprocess
import tempfile
import unittest

from chain import TOP, main


class Install(unittest.TestCase):
    def make(self, *words):
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
        # Where it looks for its files is built in, so it is built anew; quickly, for that is not what is tried here.
        done = subprocess.run(["make", "-s", "-j2", "-C", TOP, "BUILD=" + os.path.join(self.folder, "build"),
                               "CFLAGS=-O0 -U_FORTIFY_SOURCE", "PREFIX=" + self.prefix, *words],
                              capture_output=True, text=True, env=env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def run_installed(self, *words):
        return subprocess.run([os.path.join(self.prefix, "bin", words[0]), *words[1:]],
                              capture_output=True, text=True)

    def show_a_map(self):
        """The installed list of places is found: it knows the division of a code, and what else there should be."""
        path = os.path.join(self.folder, "map.geojson")
        with open(path, "w") as f:
            json.dump({"type": "FeatureCollection", "features": [{
                "type": "Feature", "properties": {"adm2_pcode": "PK528", "adm2_name": "Peshawar"}, "geometry": {
                    "type": "Polygon", "coordinates": [[[71, 33], [72, 33], [72, 35], [71, 35], [71, 33]]]}}]}, f)
        shown = self.run_installed("waterlab", "boundaries", "show", path)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("divisions  known", shown.stdout)
        self.assertIn("lacks 34 of the 35 districts of Khyber Pakhtunkhwa", shown.stdout)

    def test_it_works_from_where_it_lies(self):
        with tempfile.TemporaryDirectory(prefix="wl-install-") as self.folder:
            self.prefix = os.path.join(self.folder, "usr")
            self.make("install")
            config = os.path.join(self.prefix, "etc", "waterlab", "waterlab.conf")
            check = self.run_installed("waterlabd", "--check", "--config", config)
            self.assertEqual(check.returncode, 0, check.stderr)
            self.assertIn("supmea-ph8001", check.stdout)
            unit = os.path.join(self.prefix, "lib", "systemd", "system", "waterlabd.service")
            with open(unit) as f:
                self.assertIn("ExecStart=%s/bin/waterlabd" % self.prefix, f.read())
            self.assertIn("waterlab-console", self.run_installed("waterlab-console", "--version").stdout)
            self.show_a_map()
            page = os.path.join(self.prefix, "share", "waterlab", "map-page")
            self.assertIn("index.html", os.listdir(page))
            self.assertEqual({oct(os.stat(os.path.join(page, name)).st_mode & 0o777) for name in os.listdir(page)}, {"0o644"})
            judged = subprocess.run([os.path.join(self.prefix, "bin", "waterlab"), "qc", "--config",
                                     os.path.join(self.prefix, "etc", "waterlab", "qc.conf")],
                                    input="time,ph\n1,15\n", capture_output=True, text=True)
            self.assertIn("1,15,1,2,4,", judged.stdout, judged.stderr)
            limits = self.run_installed("waterlab", "--config", config, "limits", "show", "ecoli")
            self.assertEqual(limits.returncode, 0, limits.stderr)
            self.assertIn("not detected in 100 mL", limits.stdout)
            away = self.run_installed("waterlab", "status")
            self.assertNotEqual(away.returncode, 0)
            self.assertIn("is waterlabd running?", away.stderr)
            with open(config, "a") as f:
                f.write("# mine\n")
            self.make("install")
            with open(config) as f:
                self.assertIn("# mine", f.read(), "an installed configuration is never replaced")
            self.make("uninstall")
            self.assertTrue(os.path.exists(config))
            self.assertFalse(os.path.exists(os.path.join(self.prefix, "bin", "waterlabd")))


if __name__ == "__main__":
    main()
