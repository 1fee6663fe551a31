"""The command as a user meets it: help, exit statuses, list and explain.  usage: test_command.py MAILSPEC"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAILSPEC = os.path.abspath(sys.argv.pop())


def run(*arguments, environment=None, cwd=ROOT):
    done = subprocess.run([MAILSPEC, *arguments], capture_output=True, text=True, cwd=cwd,
                          env=dict(os.environ, **(environment or {})))
    return done.returncode, done.stdout, done.stderr


def commands():
    return re.findall(r"(?m)^  ([a-z-]+)  ", run("--help")[1])


class Command(unittest.TestCase):
    def test_version(self):
        status, out, _ = run("--version")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^mailspec [0-9]+\.[0-9]+\.[0-9]+\n$")

    def test_help(self):
        self.assertIn("explain", commands())
        for command in commands():
            with self.subTest(command=command):
                status, out, err = run(command, "--help")
                self.assertEqual((status, err), (0, ""))
                self.assertTrue(out.startswith("usage: mailspec " + command), out[:80])
                self.assertEqual(run("help", command)[1], out)
                self.assertLess(max(map(len, out.split("\n"))), 101, "a terminal is narrower")

    def test_each_command_has_a_manual_page(self):
        with open(os.path.join(ROOT, "docs", "man", "mailspec.1")) as handle:
            overview = handle.read()
        for command in commands():
            self.assertIn(".It Cm %s\n" % command, overview)
            self.assertIn(".Xr mailspec-%s 1" % command, overview)
            self.assertTrue(os.path.exists(os.path.join(ROOT, "docs", "man", "mailspec-%s.1" % command)), command)
            with open(os.path.join(ROOT, "docs", "man", "mailspec-%s.1" % command)) as handle:
                page = handle.read().replace("\\-", "-")
            for option in re.findall(r"(?m)^  (?:-\w, )?--([a-z-]+)", run(command, "--help")[1]):
                self.assertIn("Fl -" + option, page, "%s --%s" % (command, option))

    def test_wrong_usage(self):
        for arguments, said in [((), "usage:"),
                                (("nothing",), "no command 'nothing'"),
                                (("help", "nothing"), "no command 'nothing'"),
                                (("explain",), "an ID is missing"),
                                (("explain", "--nothing"), "no such option"),
                                (("list", "nothing"), "say what to list"),
                                (("list", "requirements", "--rfc", "1"), "nothing is like that"),
                                (("list", "cases", "--corpus", "/nowhere"), "/nowhere")]:
            with self.subTest(arguments=arguments):
                status, out, err = run(*arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertIn(said, err)

    def test_output_that_cannot_be_written(self):
        self.assertEqual(run("explain", "SMTP-5321-3.3-09", "--output", "/nowhere/x")[0], 2)
        if os.path.exists("/dev/full"):
            self.assertEqual(run("explain", "SMTP-5321-3.3-09", "--output", "/dev/full")[0], 6)

    def test_explain(self):
        status, out, _ = run("explain", "SMTP-5321-3.3-09")
        self.assertEqual(status, 0)
        self.assertIn("SMTP-5321-3.3-09  MUST  server\n", out)
        self.assertIn("RFC 5321 section 3.3\n", out)
        status, out, err = run("explain", "SMTP-5321-3.3-9")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("SMTP-5321-3.3-01", err)

    def test_colour(self):
        never = run("explain", "SMTP-5321-3.3-09")[1]
        self.assertNotIn("\033", never)
        always = run("explain", "SMTP-5321-3.3-09", "--color", "always", environment={"NO_COLOR": "1"})[1]
        self.assertIn("\033", always)
        self.assertEqual(re.sub("\033\\[[0-9;]*m", "", always), never)

    def test_explain_json(self):
        status, out, _ = run("explain", "--format=json", "SMTP-5321-3.3-09", "POP3-1939-3-01")
        first, second = json.loads(out)
        self.assertEqual(status, 0)
        self.assertEqual((first["id"], first["rfc"], first["section"], first["level"], first["subject"]),
                         ("SMTP-5321-3.3-09", "5321", "3.3", "MUST", "server"))
        self.assertIsInstance(first["observable"], list)
        self.assertEqual(second["id"], "POP3-1939-3-01")

    def test_list_requirements(self):
        with open(os.path.join(ROOT, "corpus", "requirements", "smtp.tsv")) as handle:
            rows = [line.split("\t") for line in handle.read().split("\n")[1:] if line]
        expected = {row[0] for row in rows if row[1] == "2920" and row[3] == "MUST NOT"}
        status, out, _ = run("list", "requirements", "--rfc", "2920", "--level", "MUST_NOT")
        self.assertEqual(status, 0)
        self.assertEqual({line.split()[0] for line in out.splitlines()}, expected)
        listed = json.loads(run("list", "requirements", "--rfc=2920", "--level=MUST_NOT", "--format=json")[1])
        self.assertEqual({row["id"] for row in listed}, expected)

    def test_list_of_a_corpus(self):
        with tempfile.TemporaryDirectory() as corpus:
            with open(os.path.join(corpus, "a.mst"), "w") as handle:
                handle.write("mailspec: 1\nprotocol: smtp\nid: smtp.a\ntitle: RCPT first\ncites: SMTP-5321-3.3-09\n\n"
                             "S: 220 mx\nC: RCPT TO:<a@b.example>\nS: 250 ok\n! server SMTP-5321-3.3-09\n")
            status, out, _ = run("list", "cases", "--corpus", corpus)
            self.assertEqual((status, out.split()[:3]), (0, ["smtp.a", "recording", "MUST"]))
            case = json.loads(run("list", "cases", "--format", "json", environment={"MAILSPEC_CORPUS": corpus})[1])[0]
            self.assertEqual((case["id"], case["title"], case["cites"]), ("smtp.a", "RCPT first", ["SMTP-5321-3.3-09"]))
            covered = json.loads(run("list", "requirements", "--coverage", "--format=json", "--corpus", corpus)[1])
            self.assertEqual({row["id"]: len(row["violating"]) for row in covered if row["violating"]},
                             {"SMTP-5321-3.3-09": 1})
            out = run("explain", "SMTP-5321-3.3-09", "--corpus", corpus)[1]
            self.assertIn("broken in   %s/a.mst\n" % corpus, out)
            explained = json.loads(run("explain", "--format=json", "SMTP-5321-3.3-09", "smtp.a", "--corpus", corpus)[1])
            self.assertEqual(explained[0]["violating"], [os.path.join(corpus, "a.mst")])
            self.assertEqual(explained[1]["id"], "smtp.a")
            self.assertIn("\n! server SMTP-5321-3.3-09\n", explained[1]["text"])
            self.assertIn("\nC: RCPT TO:<a@b.example>\n", run("explain", "smtp.a", "--corpus", corpus)[1])
            self.assertEqual(run("list", "cases", "--rfc", "1939", "--corpus", corpus)[0], 2)
            with open(os.path.join(corpus, "b.mst"), "w") as handle:
                handle.write("mailspec: 1\nprotocol: carrier-pigeon\n")
            status, out, err = run("list", "cases", "--corpus", corpus)
            self.assertEqual(status, 2)
            self.assertIn("b.mst:2:", err)
            self.assertIn("smtp.a", out, "one bad file does not hide the others")


class Completion(unittest.TestCase):
    def complete(self, *words):
        script = ('. "$1"; shift; PATH="$(dirname "$1"):$PATH"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mailspec "$1"; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", os.path.join(ROOT, "completion", "mailspec"), MAILSPEC,
                               *words], capture_output=True, text=True, cwd=ROOT)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_options_values(self):
        self.assertEqual(self.complete("expl"), ["explain"])
        self.assertEqual(set(self.complete("list", "--form")), {"--format"})
        self.assertEqual(self.complete("list", "--format", ""), ["text", "json"])
        self.assertEqual(self.complete("list", "--level", "SEC"), ["SECURITY"])
        self.assertEqual(self.complete("replay", "--cuts", ""), ["none", "lines", "all"])
        self.assertEqual(self.complete("probe", "--format", "s"), ["sarif"])
        self.assertEqual(self.complete("probe", "--tls-min", ""), ["1.0", "1.1", "1.2", "1.3"])
        self.assertEqual(self.complete("vectors", "--kind", "smtp-p"), ["smtp-path"])
        self.assertEqual(self.complete("serve", "--mutant", "smtp.order.rcpt-f"), ["smtp.order.rcpt-first"])
        self.assertEqual(self.complete("parse", "smtp-r"), ["smtp-reply"])
        self.assertEqual(self.complete("list", "re"), ["requirements"])
        self.assertEqual(self.complete("explain", "SMTP-5321-3.3-09"), ["SMTP-5321-3.3-09"])


if __name__ == "__main__":
    unittest.main()
