"""The examples of corpus/README.md can be read, and lint and fmt behave as their manual pages say.
usage: test_language.py MAILSPEC"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAILSPEC = os.path.abspath(sys.argv.pop())
HEAD = "mailspec: 1\nprotocol: smtp\ntitle: t\n\n"


def run(*arguments, given=b""):
    done = subprocess.run([MAILSPEC, *arguments], input=given, capture_output=True, cwd=ROOT)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def examples():
    """The indented blocks of the page, without the grammar."""
    with open(os.path.join(ROOT, "corpus", "README.md")) as handle:
        page = handle.read().split("## Grammar")[0]
    for block in re.findall(r"(?m)(?:^    .*\n|^\n)+", page):
        text = re.sub(r"(?m)^    ", "", block).strip("\n")
        if text and not text.startswith("PATTERN"):
            yield text + "\n"


class Examples(unittest.TestCase):
    def test_there_are_some(self):
        self.assertGreater(len(list(examples())), 12)

    def test_each_is_canonical(self):
        for text in examples():
            with self.subTest(text=text):
                whole = text if text.startswith("mailspec:") else HEAD.replace("title", "tests: server\ntitle") + text
                status, out, err = run("fmt", "-", given=whole.encode())
                self.assertEqual((status, err), (0, ""))
                self.assertEqual(out, whole)

    def test_whole_ones_are_clean(self):
        for text in examples():
            if text.startswith("mailspec:"):
                with self.subTest(text=text):
                    self.assertEqual(run("lint", "--strict", "-", given=text.encode())[0], 0)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, octets):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as handle:
            handle.write(octets)
        return path


class Lint(Folder):
    def test_statuses(self):
        clean = (HEAD + "C: NOOP\n").encode()
        for name, octets, status, said in [
                ("clean", clean, 0, "0 errors"),
                ("warning", clean + b"=? 0 x\n", 0, ":6:1: warning: nobody has reviewed this line yet"),
                ("error", clean + b"! server SMTP-1-1\n", 1, ":6:10: error: the requirement SMTP-1-1 is not"),
                ("syntax", clean + b"X: y\n", 2, ":6:1: error: not a step"),
                ("truncated", clean[:-1], 2, ":5:8: error: the file ends within a line"),
                ("binary", bytes(range(256)), 2, ":1:1: error: the control octet 0x00"),
                ("empty", b"", 2, "error: there is no header"),
                ("long", clean + b"C: " + b"x" * 10000000 + b"\n", 2, ":6:1048577: error: the line is longer than 1 MiB"),
                ("deep", clean + b"repeat 2 {\n" * 9, 2, ":14:10: error: blocks are nested more than 8 deep")]:
            with self.subTest(name=name):
                got, out, err = run("lint", self.write(name + ".mst", octets))
                self.assertEqual((got, err), (status, ""), out)
                self.assertIn(said, out)
        self.assertEqual(run("lint", "--strict", os.path.join(self.folder.name, "warning.mst"))[0], 1)

    def test_one_bad_file_does_not_hide_the_others(self):
        self.write("a.mst", b"\n")
        self.write("b.mst", (HEAD + "C: NOOP\n! server SMTP-1-1\n").encode())
        status, out, _ = run("lint", self.folder.name)
        self.assertEqual(status, 2)
        self.assertIn("b.mst:6:10: error", out)
        self.assertIn("2 transcripts: 1 unreadable, 1 errors, 0 warnings", out)

    def test_ids_are_unique(self):
        for name in "a.mst", "b.mst":
            self.write(name, HEAD.replace("\n\n", "\nid: one.id\n\n").encode() + b"C: NOOP\n")
        status, out, _ = run("lint", self.folder.name)
        self.assertEqual(status, 1)
        self.assertRegex(out, r"b\.mst: error: the id 'one\.id' is also that of .*a\.mst")

    def test_json(self):
        path = self.write("a.mst", (HEAD + "C: NOOP\n! server SMTP-1-1\n").encode())
        status, out, _ = run("lint", "--format", "json", path)
        self.assertEqual(status, 1)
        (problem,) = json.loads(out)
        self.assertEqual({key: problem[key] for key in ("file", "line", "column", "severity")},
                         {"file": path, "line": 6, "column": 10, "severity": "error"})
        self.assertEqual(sorted(problem), ["column", "file", "hint", "line", "message", "severity"])

    def test_usage(self):
        for arguments in (), ("/nowhere",), ("--nothing", "x"), (self.folder.name,):
            with self.subTest(arguments=arguments):
                status, out, err = run("lint", *arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertNotEqual(err, "")


class Fmt(Folder):
    LOOSE, CANONICAL = HEAD.replace("title: t", "title:  t") + "C: a\n\n\nS:  b\n", HEAD + "C: a\n\nS:  b\n"

    def test_print(self):
        path = self.write("a.mst", self.LOOSE.encode())
        self.assertEqual(run("fmt", path), (0, self.CANONICAL, ""))

    def test_check_and_write(self):
        loose, fine = self.write("a.mst", self.LOOSE.encode()), self.write("b.mst", self.CANONICAL.encode())
        os.utime(fine, (1, 1))
        self.assertEqual(run("fmt", "--check", self.folder.name), (1, loose + "\n", ""))
        self.assertEqual(run("fmt", "--write", self.folder.name), (0, "", ""))
        self.assertEqual(run("fmt", "--check", self.folder.name), (0, "", ""))
        with open(loose) as handle:
            self.assertEqual(handle.read(), self.CANONICAL)
        self.assertEqual(os.stat(fine).st_mtime, 1, "it was canonical, so it is left alone")
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["a.mst", "b.mst"])

    def test_unreadable(self):
        self.write("a.mst", b"mailspec: 1\n")
        fine = self.write("b.mst", self.LOOSE.encode())
        status, out, err = run("fmt", self.folder.name)
        self.assertEqual((status, out), (2, self.CANONICAL))
        self.assertIn("a.mst:2:1: the header has no protocol", err)
        self.assertEqual(run("fmt", "--check", "--write", fine)[0], 2)
        self.assertEqual(run("fmt", "--write", "-")[0], 2)
        self.assertEqual(run("fmt")[0], 2)
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(run("fmt", empty), (2, "", "mailspec fmt: there are no transcripts\n"))


if __name__ == "__main__":
    unittest.main()
