"""mailspec replay as a user and a CI meet it: reports, baselines, shards, logs, comparisons, exit statuses.

usage: test_replay.py MAILSPEC
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from report_schema import SCHEMA, load_json, validate  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOGS = os.path.join(ROOT, "tests", "cli", "logs")
POP3 = os.path.join(ROOT, "corpus", "transcripts", "pop3")
CASE = os.path.join(ROOT, "corpus", "cases")
MAILSPEC = os.path.abspath(sys.argv.pop())

HEAD = "mailspec: 1\nprotocol: smtp\ntitle: %s\n\n"
EHLO = "S: 220 mx.example.org ESMTP\nC: EHLO client.example.org\nS: 250 mx.example.org\n"
GOOD = EHLO + "C: QUIT\nS: 221 Bye\n"
# RFC 5321 section 3.3: RCPT without MAIL is to be refused by 503.
BAD = EHLO + "C: RCPT TO:<bob@example.org>\nS: 250 Ok\n"
BAD_LINE = 9  # of "S: 250 Ok"
BAD_ID = "SMTP-5321-3.3-09"
# RFC 1939 section 6: a client ends its session by QUIT (SHOULD).
LEFT = ("mailspec: 1\nprotocol: pop3\ntitle: left\n\nS: +OK ready\nC: USER ann\nS: +OK\nC: PASS tide\nS: +OK\nC: NOOP\n"
        "S: +OK\nhangup\n")
ESCAPES = EHLO + "C< \"NOOP \\x1b[31m\\x07\\xff\\r\\n\"\nS< \"250 \\x1b]0;owned\\x07\\r\\n\"\n"
UNREADABLE = "mailspec: 1\nprotocol: smtp\ntitle: t\n\nX: what?\n"


def run(*arguments, text=None):
    done = subprocess.run([MAILSPEC, "replay", *arguments], input=text, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def parse_tap(text):
    """Plan, and (ok, description, directive) of each test point."""
    lines = text.split("\n")
    assert lines[0] == "TAP version 14", lines[0]
    plan = re.fullmatch(r"1\.\.(\d+)(?: # SKIP .*)?", lines[1])
    points = []
    inside = False
    for line in lines[2:]:
        if inside:
            inside = line != "  ..."
            assert line.startswith("  "), line
        elif line == "  ---":
            inside = True
        elif line != "" and not line.startswith("Bail out!"):
            point = re.fullmatch(r"(not )?ok (\d+) - ((?:[^#\\]|\\.)*?)(?: # (SKIP .*))?", line)
            assert point, line
            assert int(point[2]) == len(points) + 1, line
            points.append((point[1] is None, point[3], point[4]))
    assert not inside
    return int(plan[1]), points


def wait_until_caught(child, number):
    """Until the child handles the signal: sooner, it would just end by it."""
    for _ in range(1000):
        try:
            with open("/proc/%d/status" % child.pid) as status:
                caught = int(re.search(r"(?m)^SigCgt:\s*([0-9a-f]+)$", status.read())[1], 16)
        except OSError:
            time.sleep(1)  # no such file system: a guess
            return
        if caught >> (number - 1) & 1:
            return
        time.sleep(0.01)


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name)) as text:
            return text.read()

    def transcript(self, name, steps):
        return self.write(name + ".mst", (HEAD % name) + steps)

    def mixed(self):
        """One file of each kind: pass, fail, nonstrict, skip, error."""
        self.transcript("a-good", GOOD)
        self.transcript("b-bad", BAD)
        self.write("c-left.mst", LEFT)
        self.write("d-unreadable.mst", UNREADABLE)
        os.symlink(os.path.join(CASE, "smtp", self.a_live_case()), self.path("e-live.mst"))
        return self.folder.name

    @staticmethod
    def a_live_case():
        base = os.path.join(CASE, "smtp")
        for folder, _, files in sorted(os.walk(base)):
            for name in sorted(files):
                if name.endswith(".mst"):
                    return os.path.relpath(os.path.join(folder, name), base)
        raise AssertionError("the corpus has no live case")

    # --- exit statuses -----------------------------------------------------------

    def test_statuses(self):
        good, bad = self.transcript("good", GOOD), self.transcript("bad", BAD)
        left, unreadable = self.write("left.mst", LEFT), self.write("unreadable.mst", UNREADABLE)
        live = os.path.join(CASE, "smtp", self.a_live_case())
        for arguments, status in [((good,), 0),
                                  ((bad,), 1),
                                  ((good, bad), 1),
                                  ((left,), 0),
                                  (("--strict", left), 1),
                                  ((unreadable,), 2),
                                  ((bad, unreadable, good), 2),
                                  ((good, self.path("nowhere")), 2),
                                  ((bad, self.path("nowhere")), 2),
                                  ((), 2),
                                  (("--cuts", "some", good), 2),
                                  (("--jobs", "x", good), 2),
                                  (("--shard", "3/2", good), 2),
                                  (("--shard", "0/2", good), 2),
                                  (("--shard", "1", good), 2),
                                  (("--update-baseline", good), 2),
                                  (("--baseline", self.path("nowhere"), good), 2),
                                  (("--baseline", self.folder.name, good), 2),
                                  (("--output", self.path("no/where"), good), 2),
                                  ((live,), 5),
                                  ((live, good), 0),
                                  ((live, bad), 1)]:
            with self.subTest(arguments=arguments):
                self.assertEqual(run(*arguments)[0], status)

    def test_an_expectation_is_met_exactly(self):
        expected = "! server %s\n" % BAD_ID
        for steps, status in [(BAD + expected, 0),
                              (BAD, 1),
                              (GOOD + expected, 1),
                              (EHLO + expected + "C: RCPT TO:<bob@example.org>\nS: 250 Ok\n", 1),
                              (BAD + expected.replace("server", "client"), 1)]:
            self.assertEqual(run(self.transcript("x", steps))[0], status, steps)

    def test_what_the_register_tolerates(self):
        """As the prober has it, "(x = warn)" fails nothing; another breach of the same grammar does."""
        ehlo = "S: 220 mx.example ready\nC: EHLO c.example\nS: 250-mx.example\nS: 250 %s\n"
        for last, status in [("AUTH=CRAM-MD5", "nonstrict"), ("SIZE=1000", "fail"), ("X_FOO", "fail")]:
            _, out, _ = run("--format", "json", self.transcript("x", ehlo % last))
            self.assertEqual(load_json(out)["cases"][0]["status"], status, last)

    def test_one_bad_file_does_not_stop_the_others(self):
        status, out, _ = run("--format", "json", self.mixed())
        self.assertEqual(status, 2)
        self.assertEqual([c["status"] for c in load_json(out)["cases"]], ["pass", "fail", "nonstrict", "error", "skip"])

    # --- reports -------------------------------------------------------------------

    def test_text_shows_the_proof(self):
        status, out, err = run(self.transcript("bad", BAD))
        self.assertEqual((status, err), (1, ""))
        self.assertIn("bad.mst:%d: server breaks %s (MUST, RFC 5321 section 3.3)" % (BAD_LINE, BAD_ID), out)
        self.assertIn("250 Ok\\r\\n", out)
        self.assertRegex(out, r"(?m)^      rule       \S")
        self.assertRegex(out, r"(?m)^      permitted  \S")
        self.assertTrue(out.endswith("1 case: 1 fail\n"), out)
        self.assertNotIn("\x1b", out)

    def test_text_all_and_colour(self):
        path = self.transcript("known", BAD + "! server %s\n" % BAD_ID)
        self.assertEqual(run(path)[1], "1 case: 1 pass\n")
        self.assertIn(BAD_ID + " (MUST, RFC 5321 section 3.3), as expected", run("--all", path)[1])
        self.assertIn("\x1b[32mpass\x1b[0m", run("--all", "--color", "always", path)[1])

    def test_json(self):
        status, out, _ = run("--format", "json", self.mixed())
        report = load_json(out)
        validate(report, SCHEMA, SCHEMA)
        self.assertEqual((report["driver"], report["aborted"]), ("replay", False))
        self.assertEqual(report["totals"], {"cases": 5, "pass": 1, "nonstrict": 1, "fail": 1, "inconclusive": 0,
                                            "skip": 1, "error": 1})
        proof = report["cases"][1]["evidence"][0]
        self.assertEqual((proof["kind"], proof["side"], proof["requirement"], proof["level"], proof["line"],
                          proof["octets"]), ("breach", "server", BAD_ID, "MUST", BAD_LINE, "250 Ok\\r\\n"))
        self.assertEqual(report["cases"][3]["evidence"][0]["line"], 5)

    def test_the_schema_is_one_that_refuses(self):
        report = load_json(run("--format", "json", self.mixed())[1])
        for change in [lambda r: r.update(schema=2), lambda r: r.pop("totals"), lambda r: r.update(more=1),
                       lambda r: r["cases"][0].update(status="good"), lambda r: r["cases"][1].update(duration_ms="1"),
                       lambda r: r["cases"][1]["evidence"][0].update(octets="\x1b"),
                       lambda r: r["cases"][1]["evidence"][0].update(line=0)]:
            broken = json.loads(json.dumps(report))
            change(broken)
            with self.assertRaises(AssertionError):
                validate(broken, SCHEMA, SCHEMA)

    def test_junit(self):
        for strict, failures in [((), 1), (("--strict",), 2)]:
            suite = ET.fromstring(run("--format", "junit", *strict, self.mixed())[1]).find("testsuite")
            self.assertEqual({k: int(suite.get(k)) for k in ("tests", "failures", "errors", "skipped")},
                             {"tests": 5, "failures": failures, "errors": 1, "skipped": 1})
            self.assertEqual([len(suite.findall("testcase")), len(suite.findall("testcase/failure")),
                              len(suite.findall("testcase/error")), len(suite.findall("testcase/skipped"))],
                             [5, failures, 1, 1])
            failure = suite.find("testcase/failure")
            self.assertIn(BAD_ID, failure.get("message"))
            self.assertIn("250 Ok\\r\\n", failure.text)
            self.tearDown()
            self.setUp()

    def test_tap(self):
        for strict, left_is_ok in [((), True), (("--strict",), False)]:
            plan, points = parse_tap(run("--format", "tap", *strict, self.mixed())[1])
            self.assertEqual(plan, 5)
            self.assertEqual([ok for ok, _, _ in points], [True, False, left_is_ok, False, True])
            self.assertTrue(points[4][2].startswith("SKIP "))
            self.tearDown()
            self.setUp()

    def test_output(self):
        for form in ("text", "json", "junit", "tap", "sarif", "markdown", "html"):
            whole = run("--format", form, self.transcript("bad", BAD))
            status, out, err = run("--format", form, "--output", self.path("report"), self.path("bad.mst"))
            self.assertEqual((status, out, err), (1, "", ""), form)
            strip = re.compile(r'"duration_ms": [0-9.e-]+|time="[0-9.]+"|[0-9.]+ ms')
            self.assertEqual(strip.sub("", self.read("report")), strip.sub("", whole[1]), form)

    def test_an_empty_selection_is_reported_too(self):
        os.mkdir(self.path("empty"))
        for form in ("text", "json", "junit", "tap", "sarif", "markdown", "html"):
            status, out, _ = run("--format", form, self.path("empty"))
            self.assertEqual(status, 2, form)
            self.assertNotEqual(out, "", form)
            if form == "json":
                validate(load_json(out), SCHEMA, SCHEMA)
                self.assertEqual(load_json(out)["totals"]["cases"], 0)
            elif form == "junit":
                self.assertEqual(ET.fromstring(out).find("testsuite").get("tests"), "0")
            elif form == "tap":
                self.assertEqual(parse_tap(out), (0, []))

    def test_an_interrupted_run_is_reported_too(self):
        # Each file takes a while: its streams are long, and cut at thousands of places.
        long_stream = EHLO + "".join("C: NOOP %04d\nS: 250 %04d\n" % (i, i) for i in range(2000)) + "C: QUIT\nS: 221 x\n"
        for i in range(40):
            self.transcript("long%02d" % i, long_stream)
        for form in ("json", "junit", "tap"):
            child = subprocess.Popen([MAILSPEC, "replay", "-j", "1", "--format", form, "--output", self.path("report"),
                                      self.folder.name], stderr=subprocess.PIPE)
            wait_until_caught(child, signal.SIGTERM)
            child.send_signal(signal.SIGTERM)
            err = child.communicate(timeout=60)[1].decode()
            self.assertEqual(child.returncode, -signal.SIGTERM)
            self.assertRegex(err, r"interrupted: \d+ of 40 files")
            text = self.read("report")
            if form == "json":
                report = load_json(text)
                validate(report, SCHEMA, SCHEMA)
                self.assertTrue(report["aborted"])
                self.assertLess(report["totals"]["cases"], 40)
                self.assertEqual(report["totals"]["cases"], len(report["cases"]))
            elif form == "junit":
                suite = ET.fromstring(text).find("testsuite")
                self.assertIn("aborted", suite.find("system-err").text)
                self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
            else:
                plan, points = parse_tap(text)
                self.assertEqual(plan, len(points))
                self.assertIn("Bail out!", text)

    def test_nothing_raw_is_printed(self):
        path = self.transcript("escapes", ESCAPES)
        for form in ("text", "json", "junit", "tap", "sarif", "markdown", "html"):
            done = subprocess.run([MAILSPEC, "replay", "--all", "--format", form, path], capture_output=True)
            self.assertEqual(done.returncode, 1, form)
            for octets in (done.stdout, done.stderr):
                raw = [o for o in octets if o < 0x20 and o not in b"\n\t" or o == 0x7f or
                       o >= 0x80 and form not in ("markdown", "html")]
                self.assertEqual(raw, [], form)
        status, out, _ = run("--format", "json", path)
        octets = [e["octets"] for e in load_json(out)["cases"][0]["evidence"]]
        self.assertIn("NOOP \\x1b[31m\\x07\\xff\\r\\n", octets)

    def test_a_file_name_is_not_trusted(self):
        name = "a\x1b[31m\tb\n# c.mst"
        self.write(name, (HEAD % "t") + BAD)
        for form in ("text", "json", "junit", "tap"):
            out = run("--format", form, self.folder.name)[1]
            self.assertNotIn("\x1b", out, form)
        self.assertEqual(parse_tap(run("--format", "tap", self.folder.name)[1])[0], 1)
        ET.fromstring(run("--format", "junit", self.folder.name)[1])
        self.assertEqual(run("--baseline", self.path("base"), "--update-baseline", self.folder.name)[0], 0)
        self.assertEqual(run("--baseline", self.path("base"), self.folder.name)[0], 0)
        self.assertEqual(len(self.read("base").rstrip("\n").split("\n")), 2)

    # --- selection ------------------------------------------------------------------

    def ids(self, *arguments):
        return [c["id"] for c in load_json(run("--cuts", "none", "--format", "json", *arguments)[1])["cases"]]

    def test_shards_are_disjoint_and_complete(self):
        whole = self.ids(POP3)
        self.assertEqual(whole, sorted(whole))
        for count in (1, 2, 7):
            parts = [self.ids("--shard", "%d/%d" % (i + 1, count), POP3) for i in range(count)]
            self.assertEqual(sorted(sum(parts, [])), whole)
            self.assertLessEqual(max(map(len, parts)) - min(map(len, parts)), 1)

    def test_more_shards_than_files(self):
        self.transcript("one", GOOD)
        self.assertEqual(run("--shard", "1/2", self.folder.name)[0], 0)
        status, _, err = run("--shard", "2/2", self.folder.name)
        self.assertEqual((status, err), (2, "mailspec replay: nothing to replay\n"))

    def test_a_file_named_twice_runs_once(self):
        path = self.transcript("one", GOOD)
        self.assertEqual(self.ids(path, path, self.folder.name), [path])

    def test_threads_do_not_change_the_result(self):
        def without_times(text):
            return re.sub(r'"duration_ms": [0-9.e+-]+', "", text)
        one = run("-j", "1", "--cuts", "none", "--format", "json", POP3)
        two = run("-j", "2", "--cuts", "none", "--format", "json", POP3)
        self.assertEqual((one[0], without_times(one[1])), (two[0], without_times(two[1])))

    def test_standard_input(self):
        self.assertEqual(run("-", text=((HEAD % "t") + BAD).encode())[0], 1)
        self.assertEqual(run("--raw", "smtp", "-", text=b"S: 220 mx\nC: QUIT\nS: 221 bye\n")[0], 0)

    # --- baselines --------------------------------------------------------------------

    def test_baseline(self):
        bad = self.transcript("bad", BAD)
        self.transcript("good", GOOD)
        self.write("left.mst", LEFT)
        base = self.path("base")
        self.assertEqual(run("--baseline", base, "--update-baseline", self.folder.name)[0], 0)
        lines = self.read("base").rstrip("\n").split("\n")
        self.assertTrue(lines[0].startswith("#"))
        self.assertEqual([line.split("\t") for line in lines[1:]],
                         [["fail", bad, "server:%s@%d" % (BAD_ID, BAD_LINE), "not explained yet"],
                          ["nonstrict", self.path("left.mst"), "client:POP3-1939-5-45@12", "not explained yet"]])
        status, _, err = run("--baseline", base, self.folder.name)
        self.assertEqual((status, err), (0, ""))
        # known results do not count, strict or not
        self.assertEqual(run("--baseline", base, "--strict", self.folder.name)[0], 0)

    def test_baseline_changes(self):
        self.transcript("bad", BAD)
        good = self.transcript("good", GOOD)
        base = self.path("base")
        self.assertEqual(run("--baseline", base, "--update-baseline", self.folder.name)[0], 0)
        for name, steps, said in [
                ("bad", GOOD, "is pass"),                                        # an unexpected pass
                ("bad", BAD.replace("bob", "<b"), "is "),                        # other findings
                ("bad", EHLO + "C: NOOP\nS: 250 x\n" + BAD[len(EHLO):], "@%d" % (BAD_LINE + 2)),  # the same, elsewhere
                ("new", BAD, "was pass, is fail"),
                ("good", BAD, "was pass, is fail")]:
            with self.subTest(name=name, steps=steps):
                self.transcript(name, steps)
                status, _, err = run("--baseline", base, self.folder.name)
                self.assertEqual(status, 3)
                self.assertIn(said, err)
                self.assertEqual(len(err.rstrip("\n").split("\n")), 1)
                self.transcript("bad", BAD)
                self.transcript("good", GOOD)
                if name == "new":
                    os.remove(self.path("new.mst"))
        os.remove(self.path("bad.mst"))
        status, _, err = run("--baseline", base, self.folder.name)
        self.assertEqual(status, 3)
        self.assertIn("did not run", err)
        self.assertEqual(run("--baseline", base, "--shard", "1/1", good)[0], 0)

    def test_baseline_keeps_reasons(self):
        self.transcript("bad", BAD)
        self.transcript("bad2", BAD)
        base = self.path("base")
        run("--baseline", base, "--update-baseline", self.folder.name)
        reason = "see the ticket 7: a relay that we cannot change"
        self.write("base", self.read("base").replace("not explained yet", reason, 1))
        self.transcript("bad", EHLO + "C: NOOP\nS: 250 x\n" + BAD[len(EHLO):])
        self.assertEqual(run("--baseline", base, "--update-baseline", self.folder.name)[0], 0)
        lines = self.read("base").split("\n")
        self.assertTrue(lines[1].endswith("@%d\t%s" % (BAD_LINE + 2, reason)), lines[1])
        self.assertTrue(lines[2].endswith("\tnot explained yet"), lines[2])
        # the part of a sharded run keeps the lines of the other parts
        before = self.read("base")
        self.assertEqual(run("--baseline", base, "--update-baseline", "--shard", "1/2", self.folder.name)[0], 0)
        self.assertEqual(self.read("base"), before)

    def test_baseline_and_what_it_cannot_excuse(self):
        self.write("unreadable.mst", UNREADABLE)
        base = self.path("base")
        self.assertEqual(run("--baseline", base, "--update-baseline", self.folder.name)[0], 2)
        self.assertEqual(run("--baseline", base, self.folder.name)[0], 2)

    def test_a_broken_baseline(self):
        good = self.transcript("good", GOOD)
        for text in ("fail only two\n", "fine\ta\t-\tb\n", "fail\ta\t-\tb\tc\n"):
            status, _, err = run("--baseline", self.write("base", "# x\n\n" + text), good)
            self.assertEqual(status, 2, text)
            self.assertIn("base:3:", err)

    def test_a_baseline_with_many_findings(self):
        steps = EHLO + "C: RCPT TO:<bob@example.org>\nS: 250 Ok\nC: RSET\nS: 250 Ok\n" * 4000
        self.transcript("many", steps)
        base = self.path("base")
        self.assertEqual(run("--cuts", "none", "--baseline", base, "--update-baseline", self.folder.name)[0], 0)
        self.assertGreater(len(self.read("base")), 65536)
        self.assertEqual(run("--cuts", "none", "--baseline", base, self.folder.name)[0], 0)

    # --- bless --------------------------------------------------------------------------

    def test_bless(self):
        for protocol, steps in (("smtp", GOOD), ("pop3", LEFT.split("\n\n", 1)[1])):
            path = self.write("x.mst", "mailspec: 1\nprotocol: %s\ntitle: t\n\n# kept\n%s" % (protocol, steps))
            status, _, err = run("--bless", path)
            self.assertEqual(status, 0)
            self.assertIn("remove the \"?\"", err)
            blessed = self.read("x.mst")
            self.assertIn("\n# kept\n", blessed)
            self.assertEqual(re.sub(r"(?m)^=\? .*\n", "", blessed).split("\n\n", 1)[1], "# kept\n" + steps)
            self.assertRegex(blessed, r"(?m)^=\? command [A-Z]{4} at=\d+")
            self.assertEqual(run(path)[0], 1)
            self.write("x.mst", blessed.replace("=? ", "= "))
            self.assertEqual(run(path)[0], 0)
            self.assertEqual(run("--bless", path)[2], "")
            self.assertEqual(self.read("x.mst"), blessed.replace("=? ", "= "))
            self.write("x.mst", re.sub(r"at=(\d+)", lambda m: "at=%d" % (int(m[1]) + 1), blessed.replace("=? ", "= "), 1))
            self.assertEqual(run(path)[0], 1)

    def test_bless_what_is_known_bad(self):
        path = self.write("x.mst", (HEAD % "t") + BAD + "! server %s\n" % BAD_ID)
        self.assertEqual(run("--bless", path)[0], 0)
        self.assertEqual(subprocess.run([MAILSPEC, "fmt", "--check", path]).returncode, 0)
        self.write("x.mst", self.read("x.mst").replace("=? ", "= "))
        self.assertEqual(run(path)[0], 0)

    # --- logs -----------------------------------------------------------------------------

    def breaches(self, *arguments):
        report = load_json(run("--format", "json", *arguments)[1])
        return [(e["line"], e["side"], e["requirement"]) for c in report["cases"] for e in c["evidence"]]

    def test_logs(self):
        for protocol, name, breaches in [
                # RFC 5321 section 3.3: RCPT without MAIL
                ("smtp", "plain-smtp.log", [(6, "server", BAD_ID)]),
                # RFC 1939 section 6: a session that was lost removes nothing
                ("pop3", "plain-pop3.log", [(22, "server", "POP3-1939-6-05")]),
                ("smtp", "swaks.log", []),
                ("smtp", "curl-smtp.log", []),
                ("pop3", "curl-pop3-list.log", []),
                ("pop3", "curl-pop3-retr.log", [])]:
            with self.subTest(log=name):
                self.assertEqual(self.breaches("--raw", protocol, os.path.join(LOGS, name)), breaches)

    def changed_log(self, name, old, new):
        with open(os.path.join(LOGS, name), newline="") as log:
            text = log.read()
        self.assertIn(old, text)
        with open(self.path("log"), "w", newline="") as out:
            out.write(text.replace(old, new, 1))
        return self.path("log")

    def test_changed_logs(self):
        for protocol, name, old, new, breach in [
                # RFC 5321 section 4.2: a space or "-" behind the code
                ("smtp", "swaks.log", "<-  250-8BITMIME", "<-  250_8BITMIME", (6, "server")),
                ("smtp", "curl-smtp.log", "< 250-8BITMIME", "< 250_8BITMIME", (6, "server")),
                # RFC 1939 section 4: numbers are those from one to the number of messages
                ("pop3", "curl-pop3-list.log", "2 33", "3 33", (19, "server"))]:
            with self.subTest(log=name):
                found = [b[:2] for b in self.breaches("--raw", protocol, self.changed_log(name, old, new))]
                self.assertIn(breach, found)

    def test_sessions_behind_each_other(self):
        for protocol, name in (("smtp", "swaks.log"), ("smtp", "curl-smtp.log"), ("pop3", "curl-pop3-retr.log"),
                               ("pop3", "curl-pop3-list.log")):
            with open(os.path.join(LOGS, name), "rb") as log:
                text = log.read()
            status, out, _ = run("--raw", protocol, "-", text=text + text)
            self.assertEqual((status, out), (0, "1 case: 1 pass\n"), name)

    def test_what_is_no_log(self):
        for text in (b"", b"nothing of a session\n", b"\0\xff\x1b" * 100, b"S: 220 x\nwhat?\n"):
            status, out, _ = run("--raw", "smtp", "-", text=text)
            self.assertEqual(status, 2, text)
            self.assertNotIn("\x1b", out)
        self.assertEqual(run("--raw", "smtp", self.folder.name)[0], 2)

    # --- comparing --------------------------------------------------------------------------

    def compare(self, old, new, head="mailspec: 1\nprotocol: smtp\ntitle: t\n\n"):
        old, new = self.write("old.mst", head + old), self.write("new.mst", head + new)
        status, out, err = run("--compare", "--format", "json", old, new)
        report = load_json(out)
        validate(report, SCHEMA, SCHEMA)
        self.assertEqual(err, "")
        return status, [e["message"] for e in report["cases"][0]["evidence"]]

    def test_compare_smtp(self):
        other_text = GOOD.replace("221 Bye", "221 2.0.0 see you")
        self.assertEqual(self.compare(GOOD, GOOD), (0, []))
        self.assertEqual(self.compare(GOOD, other_text), (0, []))
        status, said = self.compare(GOOD, GOOD.replace("221 Bye", "421 Bye"))
        self.assertEqual((status, len(said)), (1, 1))
        self.assertRegex(said[0], "QUIT: was answered 221, is answered 421")
        status, said = self.compare(GOOD.replace("S: 250 mx.example.org", "S: 250-mx.example.org\nS: 250 SIZE 1000"),
                                    GOOD.replace("S: 250 mx.example.org", "S: 250-mx.example.org\nS: 250 SIZE 2000"))
        self.assertEqual((status, len(said)), (1, 2))

    def test_compare_smtp_leaves_sasl_out(self):
        def session(first, second, last="235 in"):
            return ("S: 220 x.example\nC: EHLO c.example\nS: 250-x.example\nS: 250 AUTH PLAIN LOGIN\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n"
                    "C: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: %s\nS: 535 no\nC: AUTH PLAIN %s\nS: %s\n" % (first, second, last))
        one = session("c2VjcmV0", "AGFsaWNlAHNlY3JldA==")
        self.assertEqual(self.compare(one, session("b3RoZXI=", "AGFsaWNlAG90aGVy")), (0, []))
        status, said = self.compare(one, session("b3RoZXI=", "AGFsaWNlAG90aGVy", "535 no"))
        self.assertEqual((status, said), (1, ["AUTH PLAIN (SASL response): was answered 235, is answered 535"]))

    def test_compare_says_where(self):
        head = "mailspec: 1\nprotocol: smtp\ntitle: t\n\n"
        old = self.write("old.mst", head + GOOD)
        new = self.write("new.mst", head + GOOD.replace("221 Bye", "421 Bye"))
        line = (head + GOOD).split("\n").index("C: QUIT") + 1
        self.assertIn("new.mst:%d" % line, run("--compare", old, new)[1])

    POP3_HEAD = "mailspec: 1\nprotocol: pop3\ntitle: t\n\n"
    POP3_SESSION = ("S: +OK ready\nC: CAPA\nS: +OK\nS: TOP\nS: UIDL\nS: USER\nS: .\nC: USER ann\nS: +OK\nC: PASS tide\nS: +OK\n"
                    "C: LIST\nS: +OK\nS: 1 24\nS: .\nC: QUIT\nS: +OK\n")

    def test_compare_pop3(self):
        old = self.POP3_SESSION
        for old_text, new_text, said in [
                ("S: +OK ready", "S: +OK elsewhere", []),
                ("S: 1 24", "S: 1 25\nS: 2 30", []),                       # messages come and go
                ("PASS tide", "PASS ebb", []),                              # secrets are not compared
                ("S: TOP\nS: UIDL", "S: UIDL\nS: TOP", []),                 # a set
                ("S: TOP\n", "", ["CAPA: no longer lists TOP"]),
                ("S: TOP\n", "S: TOP\nS: PIPELINING\n", ["CAPA: now lists PIPELINING"]),
                ("S: USER\n", "S: SASL PLAIN\nS: USER\n", ["CAPA: now lists SASL PLAIN"]),
                ("C: PASS tide\nS: +OK", "C: PASS tide\nS: -ERR [AUTH] no", ["PASS (password): was answered +OK, is answered -ERR"]),
                ("C: QUIT\nS: +OK\n", "C: QUIT\n", ["QUIT: was answered +OK, is answered no reply"]),
                ("C: QUIT\nS: +OK\n", "", ["QUIT (+OK) is only in the old recording"]),
                ("C: LIST\n", "C: NOOP\nS: +OK\nC: LIST\n", ["NOOP (+OK) is only in the new recording"])]:
            with self.subTest(new=new_text):
                self.assertIn(old_text, old)
                status, got = self.compare(old, old.replace(old_text, new_text, 1), self.POP3_HEAD)
                self.assertEqual((status, got), (1 if said else 0, said))

    def test_compare_sasl(self):
        def session(response, last):
            return ("S: +OK ready\nC: AUTH PLAIN\nS: + \nC: %s\nS: %s\nC: AUTH PLAIN %s\nS: +OK\n" % (response, last, response))
        one, other = "AGFubgB0aWRl", "AGFubgBlYmI="
        self.assertEqual(self.compare(session(one, "-ERR"), session(other, "-ERR"), self.POP3_HEAD), (0, []))
        status, said = self.compare(session(one, "-ERR"), session(one, "+ "), self.POP3_HEAD)
        self.assertEqual(status, 1)
        self.assertNotIn(one, "".join(said))

    def test_compare_logs_and_other_inputs(self):
        log = os.path.join(LOGS, "swaks.log")
        changed = self.changed_log("swaks.log", "<-  250 OK\n -> QUIT", "<** 550 no\n -> QUIT")
        self.assertEqual(run("--compare", "--raw", "smtp", log, log)[0], 0)
        status, out, _ = run("--compare", "--raw", "smtp", log, changed)
        self.assertEqual(status, 1)
        self.assertIn("was answered 250, is answered 550", out)
        good, pop3 = self.transcript("good", GOOD), self.write("pop3.mst", self.POP3_HEAD + self.POP3_SESSION)
        live = os.path.join(CASE, "smtp", self.a_live_case())
        unreadable = self.write("unreadable.mst", UNREADABLE)
        for arguments, status in [((good, pop3), 1), ((good,), 2), ((good, good, good), 2), ((good, unreadable), 2),
                                  ((good, self.path("nowhere")), 2), ((good, live), 5)]:
            self.assertEqual(run("--compare", *arguments)[0], status, arguments)
        out = run("--compare", "--format", "junit", good, unreadable)[1]
        self.assertEqual(ET.fromstring(out).find("testsuite").get("errors"), "1")


if __name__ == "__main__":
    unittest.main()
