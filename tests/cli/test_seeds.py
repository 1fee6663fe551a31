"""export-seeds and import-crash: transcripts to fuzz inputs and back.  usage: test_seeds.py MAILSPEC"""
import os
import subprocess
import sys
import tempfile
import unittest

MAILSPEC = os.path.abspath(sys.argv.pop())

RECORDING = """mailspec: 1
protocol: smtp
title: a session

S: 220 mx.example.org ESMTP
C: EHLO client.example
S: 250-mx.example.org
S: 250 SIZE 1000
C: MAIL FROM:<a@b.example> SIZE=10
S: 250 Ok
C< "NOOP\\n\\xfe"
C: T
S: 250 Ok
close
"""


def run(*arguments, octets=None):
    done = subprocess.run([MAILSPEC, *arguments], input=octets, capture_output=True)
    return done.returncode, done.stdout, done.stderr


class Seeds(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "one.mst")
        self.seeds = os.path.join(self.folder.name, "seeds")
        with open(self.path, "w") as handle:
            handle.write(RECORDING)

    def tearDown(self):
        self.folder.cleanup()

    def inputs(self, target):
        folder = os.path.join(self.seeds, target)
        found = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as handle:
                found.append(handle.read())
        return found

    def test_each_command_and_reply_becomes_an_input(self):
        status, out, err = run("export-seeds", self.seeds, self.path)
        self.assertEqual((status, err), (0, b""))
        self.assertEqual(sorted(self.inputs("smtp_command")),
                         sorted([b"EHLO client.example", b"MAIL FROM:<a@b.example> SIZE=10", b"NOOP", b"\xfeT"]))
        self.assertEqual(self.inputs("smtp_parameter"), [b"SIZE=10"])
        self.assertEqual(self.inputs("smtp_ehlo"), [b"SIZE 1000"])
        # the greeting is read in a context of its own, which stands in the trailer: 1 is MS_AFTER_CONNECT
        self.assertIn(b"220 mx.example.org ESMTP\r\n\0\1\xffCUT", self.inputs("smtp_reply"))
        # 0xFE of the wire is doubled, as it begins a mark
        self.assertEqual(self.inputs("smtp_dialogue"), [
            b"\xfeS220 mx.example.org ESMTP\r\n\xfeCEHLO client.example\r\n\xfeS250-mx.example.org\r\n"
            b"\xfeS250 SIZE 1000\r\n\xfeCMAIL FROM:<a@b.example> SIZE=10\r\n\xfeS250 Ok\r\n"
            b"\xfeCNOOP\n\xfe\xfe\xfeCT\r\n\xfeS250 Ok\r\n\xfeX"])

    def test_what_is_there_is_not_written_again(self):
        self.assertNotIn(b"0 new seeds", run("export-seeds", self.seeds, self.path)[1])
        self.assertIn(b"0 new seeds", run("export-seeds", self.seeds, self.path)[1])

    def test_a_dialogue_comes_back_with_the_same_octets(self):
        run("export-seeds", self.seeds, self.path)
        [talk] = self.inputs("smtp_dialogue")
        status, out, err = run("import-crash", "smtp_dialogue", "-", octets=talk)
        self.assertEqual((status, err), (0, b""))
        again = os.path.join(self.folder.name, "again.mst")
        with open(again, "wb") as handle:
            handle.write(out)
        seeds = os.path.join(self.folder.name, "more")
        self.assertEqual(run("export-seeds", seeds, again)[0], 0)
        [name] = os.listdir(os.path.join(seeds, "smtp_dialogue"))
        with open(os.path.join(seeds, "smtp_dialogue", name), "rb") as handle:
            self.assertEqual(handle.read().replace(b"\xfeC", b"").replace(b"\xfeS", b""),
                             talk.replace(b"\xfeC", b"").replace(b"\xfeS", b""))

    def test_an_input_of_each_target_becomes_a_transcript(self):
        for target in ("content", "line", "pop3_command", "pop3_dialogue", "pop3_response", "pop3_session", "sasl",
                       "serve", "smtp_command", "smtp_dialogue", "smtp_ehlo", "smtp_parameter", "smtp_path",
                       "smtp_reply", "smtp_session"):
            for octets in (b"x\r\n\0\xff\xfeC", b"<a@b>\x02\xff", b"\x00\x02\xffCUT", b"cEHLO x\ns250 y\nt\nx"):
                with self.subTest(target=target, octets=octets):
                    status, out, err = run("import-crash", target, "-", octets=octets)
                    self.assertEqual((status, err), (0, b""))
                    path = os.path.join(self.folder.name, "found.mst")
                    with open(path, "wb") as handle:
                        handle.write(out)
                    self.assertEqual(run("fmt", path)[0], 0, out)
                    self.assertIn(run("replay", path)[0], (0, 1, 5), out)

    def test_wrong_usage(self):
        for arguments, said in [(("export-seeds",), b"name the folder"),
                                (("export-seeds", self.seeds, "/nowhere.mst"), b"/nowhere.mst"),
                                (("import-crash", "smtp_path"), b"name a target and a file"),
                                (("import-crash", "nothing", self.path), b"no fuzz target 'nothing'"),
                                (("import-crash", "result", self.path), b"no octets of a session")]:
            with self.subTest(arguments=arguments):
                status, _, err = run(*arguments)
                self.assertEqual(status, 2)
                self.assertIn(said, err)


if __name__ == "__main__":
    unittest.main()
