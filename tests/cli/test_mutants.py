"""Mutants of the reference server: listed, read from tables, and killed by cases.  usage: test_mutants.py MAILSPEC"""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

MAILSPEC = os.path.abspath(sys.argv.pop())

HEADER = "id\tcites\tstate\tcommand\taction\ttext\n"
MUTANTS = """smtp.x.rcpt-anything\tSMTP-5321-3.3-09\tehlo\tRCPT .*\tanswer\t250 2.1.5 Ok
smtp.x.rset\tSMTP-5321-4.1.1.5-02\tany\tRSET.*\treply\t502 5.5.1 No
smtp.x.unseen\tSMTP-5321-4.1.1.8-01\tany\tHELP.*\treply\t502 5.5.1 No
smtp.x.deaf\tSMTP-5321-4.2.1-03\tany\t<greeting>\tclose
pop3.x.noop\tPOP3-1939-5-38\ttransaction\tNOOP\tanswer\t-ERR no
"""
CASES = {
    "rcpt": ("smtp", "SMTP-5321-3.3-09", "ehlo", "C: RCPT TO:<${rcpt}>\nS? 503"),
    "quit": ("smtp", "SMTP-5321-4.1.1.10-01", "ehlo", "C: RSET\nS? 250\nC: QUIT\nS? 221\n | close => fail"),
    "pop-noop": ("pop3", "POP3-1939-5-38", "transaction", "C: NOOP\nS? +OK"),
}


def run(*arguments):
    done = subprocess.run([MAILSPEC, *arguments], capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


class Mutants(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.corpus = self.folder.name
        os.makedirs(os.path.join(self.corpus, "cases"))
        os.makedirs(os.path.join(self.corpus, "mutants"))
        for name, (protocol, cites, start, script) in CASES.items():
            self.write("cases/%s.mst" % name, "mailspec: 1\nprotocol: %s\nid: x.%s\ntitle: a case\ncites: %s\nstart: %s\n\n%s\n"
                       % (protocol, name, cites, start, script))
        self.write("mutants/a.tsv", HEADER + MUTANTS)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.corpus, name), "w") as handle:
            handle.write(text)

    def mutants(self, *arguments):
        return run("mutants", "-q", "--corpus", self.corpus, *arguments)

    def verdicts(self, *arguments):
        status, out, err = self.mutants("--format", "json", *arguments)
        self.assertEqual(err, "")
        report = json.loads(out)
        return status, {one["id"]: one for one in report["mutants"]}, report

    def test_list(self):
        folder = os.path.join(self.corpus, "mutants")
        status, out, err = run("serve", "--list-mutants", "--mutants", folder)
        self.assertEqual((status, err), (0, ""))
        lines = out.splitlines()
        self.assertIn("smtp.x.rset                              SMTP-5321-4.1.1.5-02   RSET.* is run and gets 502 5.5.1 No", lines)
        status, out, err = run("serve", "--list-mutants", "--format", "json", "--mutants", folder)
        self.assertEqual(len(json.loads(out)), len(lines))
        self.assertEqual(len({one["id"] for one in json.loads(out)}), len(lines))
        self.write("mutants/b.tsv", HEADER + "smtp.order.rcpt-first\tSMTP-5321-3.3-09\tany\tX\tclose\nsmtp.y\tX\tany\tX\tclose\n")
        status, out, err = run("serve", "--list-mutants", "--mutants", folder)
        self.assertEqual(status, 2)
        self.assertIn("b.tsv:2: smtp.order.rcpt-first is built in already", err)
        self.assertIn("b.tsv:3: X: there is no such requirement", err)
        self.assertEqual(out.splitlines(), lines)

    def test_wrong_usage(self):
        for arguments, said in [(("--mutant", "nothing.*"), "no mutant is like that"), (("--shard", "3/2"), "--shard wants"),
                                (("x.nothing",), "x.nothing"), (("--protocol", "imap"), "protocol is one of"),
                                (("--mutants", "/nowhere"), "no such folder"), (("--corpus", "/nowhere"), "/nowhere")]:
            with self.subTest(arguments=arguments):
                status, out, err = self.mutants(*arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertIn(said, err)
        self.assertEqual(run("serve", "--mutant", "nothing", "--smtp", "0")[0], 2)
        self.assertEqual(run("serve", "--list-mutants", "--mutants", "/nowhere")[0], 2)

    def test_verdicts(self):
        status, all_of_them, report = self.verdicts("--mutant", "smtp.x.*,pop3.x.*,smtp.close.quit-silent")
        self.assertEqual(status, 1)
        self.assertEqual({name: one["verdict"] for name, one in all_of_them.items()},
                         {"smtp.x.rcpt-anything": "killed", "smtp.x.rset": "others", "smtp.x.unseen": "survived",
                          "smtp.x.deaf": "too coarse", "pop3.x.noop": "killed", "smtp.close.quit-silent": "killed"})
        self.assertEqual(all_of_them["smtp.x.rcpt-anything"]["killed_by"], ["x.rcpt"])
        self.assertEqual(all_of_them["smtp.x.rcpt-anything"]["cited_by"], {"x.rcpt": "fail"})
        self.assertEqual(all_of_them["smtp.x.rset"]["failed_by_others"], ["x.quit"])
        self.assertEqual(all_of_them["smtp.x.unseen"]["cited_by"], {})
        self.assertEqual(report["totals"], {"not run": 0, "killed": 3, "tolerated": 0, "others": 1, "survived": 1, "too coarse": 1})
        self.assertEqual(report["score"], 60)

    def test_text(self):
        status, out, err = self.mutants("--mutant", "smtp.x.rcpt-anything")
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out, "killed     smtp.x.rcpt-anything  SMTP-5321-3.3-09  RCPT .* gets 250 2.1.5 Ok\n"
                              "           by x.rcpt\n"
                              "1 mutants, 3 cases: 1 killed by cases that cite their requirement, 0 tolerated by "
                              "them, 0 killed by others only, 0 survived, 0 too coarse\nscore: 100.0 %\n")

    def test_tolerated(self):
        self.write("cases/rcpt.mst", "mailspec: 1\nprotocol: smtp\nid: x.rcpt\ntitle: a mild case\ncites: SMTP-5321-4.1.1.5-02\n"
                                     "start: ehlo\n\nC: RSET\nS? 250\n | 502 => nonstrict refused\n")
        status, mutants, report = self.verdicts("--mutant", "smtp.x.rset")
        self.assertEqual((status, report["score"]), (0, 0))
        self.assertEqual(mutants["smtp.x.rset"]["verdict"], "tolerated")
        self.assertEqual(mutants["smtp.x.rset"]["tolerated_by"], ["x.rcpt"])

    def test_selection(self):
        self.assertEqual(self.mutants("--mutant", "smtp.x.rcpt-anything", "x.quit")[0], 1)
        self.assertEqual(set(self.verdicts("--mutant", "*.x.*", "--protocol", "pop3")[1]), {"pop3.x.noop"})
        shards = [set(self.verdicts("--mutant", "*.x.*", "--cited-only", "--shard", "%d/2" % i)[1]) for i in (1, 2)]
        self.assertEqual(sorted(map(len, shards)), [2, 3])
        self.assertEqual(len(shards[0] | shards[1]), 5)

    def test_cases_that_take_another_server_or_minutes(self):
        cases = {
            "slow": ("SMTP-5321-4.5.3.2-08", "start: ehlo\nneeds: slow", "pause 295s\nC: NOOP\nS? 250\n | 421 => nonstrict early"),
            "host": ("SMTP-5321-3.1-03", "needs: reject-host", "S? 554\nC: EHLO x.example\nS? 503\n | 5yz => nonstrict other"),
            "demand": ("SMTP-3207-4-05", "start: ehlo\nneeds: tls-required, notls",
                       "C: MAIL FROM:<a@b.example>\nS? 530\n | 554 => nonstrict other"),
            "down": ("SMTP-5321-3.8-04", "start: ehlo\nneeds: server-control", "S? 421\n | close => nonstrict silent"),
        }
        for name, (cites, header, script) in cases.items():
            self.write("cases/%s.mst" % name, "mailspec: 1\nprotocol: smtp\nid: x.%s\ntitle: a case\ncites: %s\n%s\n\n%s\n"
                       % (name, cites, header, script))
        names = {"smtp.idle.short": "slow", "smtp.refused.code": "host", "smtp.demand.code": "demand", "smtp.down.silent": "down"}
        started = time.monotonic()
        status, mutants, _ = self.verdicts("--cited-only", "--mutant", ",".join(names), *("x." + name for name in cases))
        self.assertLess(time.monotonic() - started, 90)
        self.assertEqual({name: one["killed_by"] for name, one in mutants.items()}, {m: ["x." + n] for m, n in names.items()})
        self.assertEqual(status, 0)

    def test_a_case_that_fails_without_a_mutant_kills_nothing(self):
        self.write("cases/rcpt.mst", "mailspec: 1\nprotocol: smtp\nid: x.rcpt\ntitle: a wrong case\ncites: SMTP-5321-3.3-09\n"
                                     "start: ehlo\n\nC: RCPT TO:<${rcpt}>\nS? 502\n")
        status, out, err = self.mutants("--mutant", "smtp.x.rcpt-anything")
        self.assertEqual(status, 1)
        self.assertIn("x.rcpt is fail on the server without a mutant", err)
        self.assertIn("survived   smtp.x.rcpt-anything", out)
        self.assertIn("cited by x.rcpt (does not pass without it)", out)


if __name__ == "__main__":
    unittest.main()
