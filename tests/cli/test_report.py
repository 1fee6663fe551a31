"""Reports are merged, converted and compared, and nothing in them is trusted.  usage: test_report.py MAILSPEC"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAILSPEC = os.path.abspath(sys.argv.pop())
RECORDINGS = os.path.join(ROOT, "corpus", "transcripts", "smtp")
HOSTILE = "\x1b[31m<script>alert(1)</script>&\u202e\x07|`]]>"


def run(*arguments, text=None):
    done = subprocess.run([MAILSPEC, *arguments], input=None if text is None else text.encode(), capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def replay(*names):
    out = run("replay", "--cuts", "none", "--format", "json", *(os.path.join(RECORDINGS, n) for n in names))[1]
    return json.loads(out)


def report(*cases):
    return {"mailspec": "0.1.0", "schema": 1, "driver": "replay", "target": None, "aborted": False, "cases": list(cases)}


def case(name, status, **more):
    return dict({"id": name, "title": name, "level": "MUST", "cites": [], "status": status}, **more)


class Report(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, value):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as handle:
            handle.write(value if isinstance(value, str) else json.dumps(value))
        return path

    def test_shards_make_the_whole(self):
        names = sorted(n for n in os.listdir(RECORDINGS) if n.startswith("s"))[:6]
        whole = replay(*names)
        status, out, err = run("report", "merge", "--format", "json", self.write("2", replay(*names[3:])),
                               self.write("1", replay(*names[:3])))
        self.assertEqual((status, err), (0, ""))
        self.assertEqual([(c["id"], c["status"]) for c in json.loads(out)["cases"]],
                         [(c["id"], c["status"]) for c in whole["cases"]])

    def test_json_is_kept(self):
        first = run("report", "convert", "--format", "json", self.write("a", replay("8bitmime.mst")))[1]
        self.assertEqual(run("report", "convert", "--format", "json", "-", text=first)[1], first)

    def test_statuses(self):
        for statuses, strict, expected in [(["pass"], False, 0), (["fail", "pass"], False, 1), (["error"], False, 1),
                                           (["nonstrict"], False, 0), (["nonstrict"], True, 1),
                                           (["skip", "inconclusive"], False, 5)]:
            with self.subTest(statuses=statuses, strict=strict):
                path = self.write("x", report(*(case(str(i), s) for i, s in enumerate(statuses))))
                self.assertEqual(run("report", "convert", *["--strict"] * strict, path)[0], expected)

    def test_compare(self):
        one = self.write("one", report(case("a", "pass"), case("b", "pass"), case("c", "pass"), case("d", "pass")))
        two = self.write("two", report(case("a", "pass"), case("b", "fail"), case("d", "skip")))
        status, out, _ = run("report", "compare", one, two)
        self.assertEqual(status, 1)
        lines = [line.split()[-1] for line in out.split("\n") if line.strip() and not line.startswith("[")]
        self.assertEqual(lines, ["b", "a", "c", "d"], "what differs stands first")
        self.assertEqual(run("report", "compare", one, one)[0], 0)
        # what the session machine hears in one run only is new, although no run lists it as passed
        heard = self.write("heard", report(case("a", "pass"), case("listen.SMTP-5321-4.2-01", "fail")))
        status, out, _ = run("report", "compare", one, heard)
        self.assertEqual(status, 1)
        self.assertIn("listen.SMTP-5321-4.2-01", next(line for line in out.split("\n") if line.startswith("differs")))

    def test_what_is_no_report(self):
        for text in ["", "{", "[]", "{\"schema\": 2}", "\"x\"", json.dumps(report({"id": 1})),
                     json.dumps(report(case("a", "perhaps"))), "[" * 100000]:
            with self.subTest(text=text[:40]):
                status, out, err = run("report", "convert", "-", text=text)
                self.assertEqual((status, out), (2, ""))
                self.assertIn("mailspec report: ", err)
        self.assertEqual(run("report", "convert", "/nowhere")[0], 2)

    def test_wrong_usage(self):
        for arguments in [(), ("join", "x"), ("convert", "a", "b"), ("compare", "a"), ("compare", "--format", "tap", "a", "b")]:
            with self.subTest(arguments=arguments):
                self.assertEqual(run("report", *arguments)[0], 2)

    def test_hostile_texts_are_harmless(self):
        path = self.write("x", report(case(HOSTILE, "fail", title=HOSTILE, message=HOSTILE)))
        for form in ["text", "junit", "tap", "sarif", "markdown", "html"]:
            with self.subTest(form=form):
                status, out, _ = run("report", "convert", "--format", form, path)
                self.assertEqual(status, 1)
                self.assertNotIn("\x1b", out)
                self.assertNotIn("\x07", out)
                self.assertNotIn("\u202e", out)
                if form == "html":
                    self.assertNotIn("<script>alert", out)
        ET.fromstring(run("report", "convert", "--format", "junit", path)[1])
        json.loads(run("report", "convert", "--format", "sarif", path)[1])


unittest.main()
