"""Each fault that script/check-register names is found when it is put into an otherwise good register."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COLUMNS = "id rfc section level subject statement observable needs stimulus expect note offline".split()
GOOD = [
    ["SMTP-5321-3.3-01", "5321", "3.3", "MUST", "server", "Says so", "probe,replay", "ehlo:SIZE; auth", "-", "250", "-", "yes"],
    ["SMTP-5321-3.3-02", "5321", "3.3", "MAY", "client", "May say so", "none", "-", "-", "-", "-", "a choice"],
    ["SMTP-SEC-smuggling-01", "5321", "2.3.8", "SECURITY", "server", "Never so", "probe", "-", "-", "5yz", "-", "live only"],
]


class CheckRegister(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, rows, numbers=None, columns=COLUMNS, end="\n"):
        for name, content in (("smtp.tsv", rows), ("pop3.tsv", [])):
            with open(os.path.join(self.folder, name), "w", newline="") as handle:
                handle.write("\n".join("\t".join(row) for row in [columns] + content) + end)
        with open(os.path.join(self.folder, "numbers"), "w") as handle:
            handle.write("".join("%s\n" % i for i in (numbers if numbers is not None else [row[0] for row in rows])))

    def run_it(self):
        done = subprocess.run([sys.executable, os.path.join(ROOT, "script", "check-register"), self.folder],
                              capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def fault(self, expected):
        status, output = self.run_it()
        self.assertEqual(status, 1, output)
        self.assertIn(expected, output)

    def with_field(self, row, column, value):
        rows = [list(r) for r in GOOD]
        rows[row][COLUMNS.index(column)] = value
        return rows

    def test_good(self):
        self.write(GOOD)
        self.assertEqual(self.run_it(), (0, ""))

    def test_fields(self):
        for row, column, value, expected in [
                (0, "id", "SMTP-5321-3.3-1", "smtp.tsv:2: SMTP-5321-3.3-1: the id is not"),
                (0, "id", "SMTP-5321-3.4-01", "does not name rfc 5321 section 3.3"),
                (0, "rfc", "1870", "does not name rfc 1870"),
                (0, "level", "must", "level 'must'"),
                (0, "subject", "relay", "subject 'relay'"),
                (0, "observable", "probe,none", "observable 'probe,none'"),
                (0, "observable", "probe,probe", "observable 'probe,probe'"),
                (0, "needs", "a;b", "needs 'a;b'"),
                (0, "statement", "word " * 30 + "word", "over 30 words"),
                (0, "expect", "-", "nothing is expected"),
                (0, "offline", "no", "neither yes nor a reason"),
                (0, "note", "", "empty or padded"),
                (0, "note", "a ", "empty or padded"),
                (0, "note", "\u00e9", "outside printable ASCII"),
                (1, "id", "SMTP-5321-3.3-01", "stands in smtp.tsv:2 already")]:
            with self.subTest(column=column, value=value):
                self.write(self.with_field(row, column, value))
                self.fault(expected)

    def test_order_of_rows(self):
        self.write([GOOD[1], GOOD[0], GOOD[2]])
        self.fault("smtp.tsv:3: SMTP-5321-3.3-01 is out of order")

    def test_lines_and_columns(self):
        self.write(GOOD, columns=COLUMNS[:-1])
        self.fault("smtp.tsv:1: the columns are not")
        self.write([GOOD[0][:-1]])
        self.fault("smtp.tsv:2: 11 columns instead of 12")
        self.write(GOOD, end="")
        self.fault("lines end with one LF")

    def test_numbers(self):
        ids = [row[0] for row in GOOD]
        for numbers, expected in [(ids[:2], "SMTP-SEC-smuggling-01 is missing; append it"),
                                  (ids + ids[:1], "numbers:4: SMTP-5321-3.3-01 is numbered already"),
                                  (ids + ["SMTP-5321-9-01"], "numbers:4: SMTP-5321-9-01 has no row")]:
            with self.subTest(expected=expected):
                self.write(GOOD, numbers)
                self.fault(expected)


if __name__ == "__main__":
    unittest.main()
