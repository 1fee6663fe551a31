"""script/check-gate, with a project of three rows and a stand-in for the command."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def row(identifier, rfc, level="MUST", observable=("replay",), offline="yes", conforming=("a",), violating=("b",),
        note=""):
    return {"id": identifier, "rfc": rfc, "level": level, "observable": list(observable), "offline": offline,
            "conforming": list(conforming), "violating": list(violating), "cases": [], "note": note}


class CheckGate(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        for folder in ("corpus/requirements", "parsers/smtp", "tests"):
            os.makedirs(os.path.join(self.root, folder))
        self.write("corpus/requirements/gated", "# which\n5321\n")
        self.reasons([])

    def write(self, path, text):
        with open(os.path.join(self.root, path), "w") as handle:
            handle.write(text)

    def reasons(self, rows):
        self.write("corpus/requirements/reasons.tsv",
                   "".join("%s\n" % "\t".join(r) for r in [("id", "reason", "sentence")] + rows))

    def run_it(self, rows, *options, status=0):
        self.write("rows.json", json.dumps(rows))
        self.write("mailspec", "#!/bin/sh\ncat '%s/rows.json'\n" % self.root)
        os.chmod(os.path.join(self.root, "mailspec"), 0o700)
        done = subprocess.run([sys.executable, os.path.join(ROOT, "script", "check-gate"), *options, "--root", self.root,
                               os.path.join(self.root, "mailspec")], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_covered(self):
        self.assertIn("1 RFCs, 1 rows, 0 faults", self.run_it([row("SMTP-5321-2-01", "5321")]))

    def test_recordings(self):
        self.assertIn("SMTP-5321-2-01: no recording keeps it",
                      self.run_it([row("SMTP-5321-2-01", "5321", conforming=())], status=1))
        self.assertIn("SMTP-5321-2-01: no recording breaks it",
                      self.run_it([row("SMTP-5321-2-01", "5321", violating=())], status=1))
        self.run_it([row("SMTP-5321-2-01", "5321", level="MAY", violating=())])
        self.run_it([row("SMTP-5321-2-01", "5321", offline="needs-time", conforming=(), violating=())])

    def test_only_gated_rfcs(self):
        rows = [row("SMTP-5321-2-01", "5321"), row("SMTP-1870-2-01", "1870", conforming=())]
        self.run_it(rows)
        self.assertIn("RFC 1870     1 rows,    1 not covered", self.run_it(rows, "--all", status=1))

    def test_parser_rows_are_named(self):
        rows = [row("SMTP-5321-2.4-01", "5321", observable=("parser",))]
        self.assertIn("no parser and no test names it", self.run_it(rows, status=1))
        self.write("tests/test_a.c", '{"SMTP-5321-2.4-011 another", ...')
        self.run_it(rows, status=1)
        self.write("parsers/smtp/requirement.h", "MS_REQ_SMTP_5321_2_4_01")  # generated: names them all
        self.run_it(rows, status=1)
        self.write("tests/test_a.c", '{"SMTP-5321-2.4-01 verb in any case", ...')
        self.run_it(rows)
        self.write("tests/test_a.c", "")
        self.write("parsers/smtp/error.c", "{MS_REQ_SMTP_5321_2_4_01},")
        self.run_it(rows)
        self.run_it([row("SMTP-5321-2.4-02", "5321", level="SHOULD", observable=("parser",))])
        self.run_it([row("SMTP-5321-2.4-02", "5321", observable=("parser",),
                         note="; a recording's finding is SMTP-5321-2-09, SMTP-5321-2.4-01")])

    def test_reasons(self):
        rows = [row("SMTP-5321-2-%02d" % n, "5321") for n in range(10)]
        rows[0]["conforming"] = []
        self.reasons([("SMTP-5321-2-00", "needs-time", "A timer of five minutes.")])
        self.run_it(rows)
        rows[1]["conforming"] = []
        self.reasons([("SMTP-5321-2-0%d" % n, "policy", "A choice of its own.") for n in (0, 1)])
        self.assertIn("2 of 10 gated rows are excused", self.run_it(rows, status=1))
        self.reasons([("SMTP-5321-2-05", "policy", "A choice of its own.")])
        self.assertIn("SMTP-5321-2-05: excused in reasons.tsv, and covered", self.run_it(rows, status=1))
        rows[0]["conforming"] = rows[1]["conforming"] = ["a"]
        rows[5]["observable"] = ["e2e"]
        self.run_it(rows)
        rows[5]["cases"] = ["a.mst"]
        self.assertIn("SMTP-5321-2-05: excused in reasons.tsv, and covered", self.run_it(rows, status=1))
        self.reasons([("SMTP-5321-9-99", "policy", "A choice of its own.")])
        self.assertIn("there is no SMTP-5321-9-99", self.run_it(rows, status=1))

    def test_unusable(self):
        rows = [row("SMTP-5321-2-01", "5321")]
        self.reasons([("SMTP-5321-2-01", "not implemented", "Not written yet, sorry.")])
        self.assertIn("reasons.tsv:2", self.run_it(rows, status=2))
        self.reasons([("SMTP-5321-2-01", "policy", "because")])
        self.assertIn("reasons.tsv:2", self.run_it(rows, status=2))
        self.reasons([])
        self.write("corpus/requirements/gated", "1234\n")
        self.assertIn("no row is of RFC 1234", self.run_it(rows, status=2))


if __name__ == "__main__":
    unittest.main()
