"""The suites against the reference server, in every feed mode, and against some of its mutants.
usage: test_suite.py MAILSPEC all|whole"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

FEED = sys.argv.pop()
MAILSPEC = os.path.abspath(sys.argv.pop())
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "corpus")
ACCOUNTS = ("--rcpt", "alice@example.test", "--rcpt2", "bob@example.test", "--user", "alice", "--user2", "bob",
            "--unknown-rcpt", "nobody@example.test", "--remote-rcpt", "stranger@elsewhere.example",
            "--list-rcpt", "staff@example.test", "--alias-rcpt", "alice+other@example.test",
            "--have", "relay-allowed,dns-lab,untrusted-client", "--insecure", "--empty-maildrop")


class Suite(unittest.TestCase):
    def probe(self, feed, *protocols, accounts=ACCOUNTS):
        """The cases that are decided, by id, with their statuses."""
        with tempfile.TemporaryDirectory() as folder:
            listeners = [word for protocol in protocols for word in ("--" + protocol, "0")]
            server = subprocess.Popen([MAILSPEC, "serve", "--with-parent", *listeners], stdout=subprocess.PIPE, text=True)
            try:
                urls = [json.loads(server.stdout.readline())["url"] for _ in protocols]
                report = os.path.join(folder, "report.json")
                done = subprocess.run([MAILSPEC, "probe", *urls, *accounts, "--corpus", CORPUS, "--feed", feed, "-q",
                                       "--artefacts", "none", "--format", "json", "--output", report],
                                      capture_output=True, text=True, cwd=folder,
                                      env=dict(os.environ, MAILSPEC_PASSWORD="secret", MAILSPEC_PASSWORD2="secret"))
                self.assertIn(done.returncode, (0, 1, 4), done.stderr)
                with open(report) as handle:
                    cases = json.load(handle)["cases"]
            finally:
                server.terminate()
                server.communicate(timeout=30)
        self.assertEqual(server.returncode, 0)
        return {case["id"]: case for case in cases if case["status"] != "skip"}

    def test_the_reference_server_keeps_every_rule(self):
        decided = self.probe(FEED, "smtp", "lmtp", "pop3")
        self.assertEqual({name: case.get("reason") for name, case in decided.items() if case["status"] != "pass"}, {})
        pop3 = sum(name.startswith("pop3.") for name in decided)
        self.assertGreaterEqual(pop3, 220)
        self.assertGreaterEqual(len(decided) - pop3, 350)

    def test_nothing_is_named(self):
        """Without accounts, and with a certificate that nobody vouches for, much is skipped and nothing is wrong."""
        for protocols in (("smtp",), ("pop3",), ("lmtp",), ("smtp", "pop3")):
            decided = self.probe("whole", *protocols, accounts=())
            wrong = {name: case.get("reason") for name, case in decided.items() if case["status"] != "pass"}
            self.assertEqual(wrong, {}, protocols)
            self.assertTrue(decided)

    def test_submission(self):
        """What needs a login and has none proves nothing; what is decided is right."""
        decided = self.probe("whole", "submission", "pop3")
        wrong = {name: case.get("reason") for name, case in decided.items() if case["status"] in ("fail", "error")}
        self.assertEqual(wrong, {})

    def test_mutants_are_seen(self):
        done = subprocess.run([MAILSPEC, "mutants", "--corpus", CORPUS, "--cited-only", "-q", "--mutant",
                               "smtp.smuggling.*,smtp.tls.*,pop3.stls.*,smtp.order.*,pop3.quit.*,smtp.demand.*,submission.noop-demands"],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)


if __name__ == "__main__":
    unittest.main()
