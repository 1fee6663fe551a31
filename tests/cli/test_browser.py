#!/usr/bin/env python3
"""The HTML report, opened in a browser: Chromium, headless, where it is installed.

usage: test_browser.py MAILSPEC CORPUS [TEST...]"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probe_peers import Serve  # noqa: E402

MAILSPEC, CORPUS = sys.argv[1:3]
WORD = "s3cr3t-Wort"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ATTACK = "</code><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"


def browse(folder, page, *arguments):
    """What the browser prints of it."""
    profile = tempfile.mkdtemp(dir=folder)
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
               "--user-data-dir=" + profile, "--virtual-time-budget=3000", *arguments, "file://" + page]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120).stdout.decode()


@unittest.skipUnless(BROWSER, "no Chromium is installed")
class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        name = cls.folder.name
        with Serve(MAILSPEC, WORD, "--mutant", "smtp.smuggling.lf-lf") as server:
            environment = dict(os.environ, MAILSPEC_PASSWORD=WORD)
            subprocess.run([MAILSPEC, "probe", server.urls["smtp"], server.urls["pop3"], "--rcpt", "alice@example.test",
                            "--user", "alice", "--ca", server.certificate, "--corpus", CORPUS, "--artefacts", "none",
                            "--format", "json", "--output", "r.json", "smtp.smuggling.lf-dot-lf", "smtp.minimum.*",
                            "smtp.size.unlimited"], env=environment, cwd=name, stderr=subprocess.DEVNULL, timeout=120)
        with open(os.path.join(name, "r.json")) as report:
            cls.report = json.load(report)
        # what a hostile server could have said
        cls.report["cases"][0]["title"] = ATTACK
        with open(os.path.join(name, "r.json"), "w") as out:
            json.dump(cls.report, out)
        cls.page = os.path.join(name, "r.html")
        subprocess.run([MAILSPEC, "report", "convert", "r.json", "--format", "html", "--output", cls.page], cwd=name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def with_script(self, script):
        """The page, and what a reader might do with it."""
        path = os.path.join(self.folder.name, "acted.html")
        with open(self.page) as page:
            text = page.read()
        with open(path, "w") as out:
            out.write(text.replace("</body>", "<script>addEventListener('DOMContentLoaded',function(){%s})</script></body>" % script))
        return browse(self.folder.name, path, "--dump-dom")

    def test_the_counts_are_those_of_the_run(self):
        dom = browse(self.folder.name, self.page, "--dump-dom")
        cases = self.report["cases"]
        self.assertIn(">%d of %d shown<" % (len(cases), len(cases)), dom)
        for status in {case["status"] for case in cases}:
            count = sum(case["status"] == status for case in cases)
            self.assertRegex(dom, r'<li class="%s"><b>%d</b> %s' % (status, count, status))
        self.assertIn("fail", {case["status"] for case in cases})

    def test_what_a_server_says_is_not_run(self):
        dom = browse(self.folder.name, self.page, "--dump-dom")
        self.assertNotIn("<title>run</title>", dom)
        self.assertIn("&lt;script&gt;", dom)
        self.assertNotIn("http://", re.sub(r"&lt;|\s", "", dom.split("<main")[0]).replace("http://www.w3.org", ""))

    def test_the_filter(self):
        failed = sum(case["status"] == "fail" for case in self.report["cases"])
        everything = len(self.report["cases"])
        act = "var f=document.forms[0];f.%s;f.dispatchEvent(new Event('input'))"
        dom = self.with_script(act % "status.value='fail'")
        self.assertIn(">%d of %d shown<" % (failed, everything), dom)
        self.assertLess(failed, everything)
        dom = self.with_script(act % "text.value='no such text anywhere'")
        self.assertIn(">0 of %d shown<" % everything, dom)
        dom = self.with_script(act % "text.value='lf-dot-lf'")
        self.assertIn(">1 of %d shown<" % everything, dom)

    def test_a_picture(self):
        for scheme in "light", "dark":
            picture = os.path.join(self.folder.name, scheme + ".png")
            browse(self.folder.name, self.page, "--screenshot=" + picture, "--window-size=1000,1400",
                   *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []))
            with open(picture, "rb") as png:
                octets = png.read()
            self.assertEqual(octets[:8], b"\x89PNG\r\n\x1a\n")
            self.assertGreater(len(octets), 20000, "there is next to nothing on it")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], warnings="ignore")
