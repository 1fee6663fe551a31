#!/usr/bin/env python3
"""mailspec vectors: our parsers and other people's against tables of vectors.

And other people's parsers on recorded sessions: mailspec replay --adapter, --exec.

usage: test_vectors.py MAILSPEC CC INCLUDE [TEST...]"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

MAILSPEC, CC, INCLUDE = sys.argv[1:4]
HEAD = "id\tkind\tabout\tinput\tverdict\trequirement\tfields\tnote\n"
ROWS = [
    "path.legal\tsmtp-path\tforward\t<a@b.example>\taccept\tSMTP-5321-4.1.2-19\t{\"local_part\":\"a\",\"domain\":\"b.example\"}\t-\n",
    "path.empty\tsmtp-path\tforward\t<@>\treject:local-part\tSMTP-5321-4.1.2-19\t-\t-\n",
    "mail.blank\tsmtp-command\t-\tMAIL FROM: <a@b.example> SIZE=12\\r\\n\tdeviation:space-after-colon\tSMTP-5321-3.3-10\t"
    "{\"verb\":\"MAIL\",\"parameters\":{\"SIZE\":\"12\"}}\t-\n",
    "reply.lines\tsmtp-reply\tafter=EHLO\t250-x.example\\r\\n250 SIZE\\r\\n\taccept\tSMTP-5321-4.2.1-01\t{\"code\":250}\t-\n",
]
PROGRAM = r"""
import base64, json, sys
for line in sys.stdin:
    asked = json.loads(line)
    octets = base64.b64decode(asked["octets"])
    if asked["kind"] == "smtp-path":
        fields = {"local_part": {"base64": base64.b64encode(octets[1:octets.index(b"@")]).decode()}, "code": 7}
        answer = {"verdict": "accept", "fields": fields}
    elif asked["kind"] == "smtp-reply":
        assert asked["about"]["after"] == "EHLO"
        answer = {"verdict": "accept", "fields": {"code": 250}}
    else:
        answer = {"verdict": "unsupported"}
    print(json.dumps(answer), flush=True)
"""
OBJECT = r"""
#include "mailspec/adapter.h"
#include <string.h>
static ms_adapter_verdict path(void *context, ms_span octets, const ms_adapter_about *about, ms_adapter_result *result)
{
    const uint8_t *at = memchr(octets.ptr, '@', octets.len);
    if (about->size < sizeof *about || !about->forward_path || context != (void *)&path)
        return (ms_adapter_verdict)99;
    result->field(result, "local_part", ms_span_make(octets.ptr + 1, 0));
    result->field(result, "local_part", ms_span_make(octets.ptr + 1, (size_t)(at - octets.ptr) - 1));
    result->reason(result, "too \033[1mshort");
    return at - octets.ptr > 1 ? MS_ADAPTER_ACCEPT : MS_ADAPTER_REJECT;
}
static const ms_adapter table = {.version = VERSION, .size = offsetof(ms_adapter, smtp_reply), .name = "half",
                                 .context = (void *)&path, .smtp_path = path,
                                 .content = (ms_adapter_stream *)(void *)1};
const ms_adapter *mailspec_adapter(void);
const ms_adapter *mailspec_adapter(void) { return &table; }
"""

RECORDING = """mailspec: 1
protocol: smtp
title: a server that takes LF.LF for the end
cites: SMTP-5321-4.1.1.4-05

S: 220 mx.harbour.example
C: EHLO kestrel.example
S: 250-mx.harbour.example
S: 250 X_TIDE
! server SMTP-5321-4.1.1.1-09
C: MAIL FROM:<ines@kestrel.example>
S: 250 Ok
C: RCPT TO:<bob@harbour.example>
S: 250 Ok
C: DATA
S: 354 go ahead
C< "Subject: x\\r\\n\\r\\n..one\\r\\n.\\r\\n"
S: 250 Ok
"""
# Takes every reply, and every command as VERB; of content it forgets the dots.
LISTENER = r"""
import base64, json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked["kind"].endswith("session"):
        answer = {"verdict": "unsupported"}
    elif asked["kind"] == "content":
        answer = {"verdict": "accept", "fields": {"data": b"".join(map(base64.b64decode, asked["pieces"])).decode()}}
    elif asked["kind"] == "smtp-command":
        octets = base64.b64decode(asked["octets"])
        answer = {"verdict": VERDICT, "fields": {"verb": octets[:4].decode()}, "name": "commander 3"}
    else:
        assert asked["about"]["after"] in ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "command"), asked["about"]
        answer = {"verdict": "accept", "reason": "why not"}
    print(json.dumps(answer), flush=True)
"""
# A server that says yes to everything.
SERVER = r"""
import base64, json, sys
for line in sys.stdin:
    asked = json.loads(line)
    answer = {"verdict": "unsupported"}
    if asked["kind"] == "smtp-session":
        said = "220 mx.harbour.example\r\n"
        for command in b"".join(map(base64.b64decode, asked["pieces"])).decode().split("\r\n")[:-1]:
            said += {"QUIT": "221 mx.harbour.example bye\r\n", "EHLO": "250 mx.harbour.example\r\n"}.get(command[:4], "250 Ok\r\n")
        answer = {"verdict": "accept", "fields": {"reply": {"base64": base64.b64encode(said.encode()).decode()}}}
    print(json.dumps(answer), flush=True)
"""
KNOWN = "adapter\tkind\thow\tours\treason\n"


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as out:
            out.write(text)
        return path


class Vectors(Files):

    def run_vectors(self, *arguments, rows=ROWS, head=HEAD):
        table = self.path("v.tsv", head + "".join(rows))
        done = subprocess.run([MAILSPEC, "vectors", table, "--format", "json", *arguments], capture_output=True, timeout=60)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        told = {line["id"]: line["result"] for line in lines if "id" in line}
        return done.returncode, told, done.stderr.decode(), lines

    def test_ours(self):
        # the names are the parsers'; what they should be is the business of the corpus
        status, told, _, lines = self.run_vectors("--all", "--only", "path.legal")
        self.assertEqual((status, told), (0, {"path.legal": "agrees"}))
        self.assertEqual(self.run_vectors("--only", "mail.*")[0], 0)
        self.assertEqual(self.run_vectors("--only", "reply.*")[0], 0)

    def test_ours_wrong_rows_differ(self):
        for old, new, result in (("\"a\"", "\"b\"", "other-fields"), ("accept", "reject:local-part", "accepts-illegal"),
                                 ("accept", "deviation:bare-lf", "accepts-illegal"), ("<a@b", "<a b@b", "refuses-legal"),
                                 ("\"domain\"", "\"nothing\"", "other-fields")):
            status, told, err, _ = self.run_vectors(rows=[ROWS[0].replace(old, new)])
            self.assertEqual((status, told), (1, {"path.legal": result}), (new, err))

    def test_a_program(self):
        program = self.path("p.py", PROGRAM)
        status, told, err, lines = self.run_vectors("--all", "--exec", "%s %s" % (sys.executable, program))
        self.assertEqual(err, "")
        self.assertEqual(told, {"path.legal": "agrees", "path.empty": "accepts-illegal", "mail.blank": "unsupported",
                                "reply.lines": "agrees"})
        self.assertEqual(status, 1)

    def test_programs_that_are_none(self):
        for command in ("false", "echo hello", "echo '{\"verdict\":\"perhaps\"}'", "/nowhere/at/all"):
            status, told, err, _ = self.run_vectors("--exec", command)
            self.assertEqual((status, told), (4, {}), command)
            self.assertIn("path.legal", err)

    def load(self, version):
        source, target = self.path("a.c", OBJECT), os.path.join(self.folder.name, "a.so")
        subprocess.run([CC, "-shared", "-fPIC", "-DVERSION=" + version, "-I", INCLUDE, "-include", "stddef.h", "-o", target,
                        source], check=True)
        return target

    def test_a_shared_object(self):
        target = self.load("MS_ADAPTER_VERSION")
        status, told, err, lines = self.run_vectors("--all", "--adapter", target)
        self.assertEqual(err, "")
        self.assertEqual(told, {"path.legal": "agrees", "path.empty": "agrees", "mail.blank": "unsupported",
                                "reply.lines": "unsupported"})
        self.assertEqual(status, 0)
        text = subprocess.run([MAILSPEC, "vectors", self.path("v.tsv", HEAD + ROWS[1]), "--adapter", target, "--all"],
                              capture_output=True).stdout
        self.assertIn(b"too \\x1b[1mshort", text)

    def test_objects_that_cannot_be_used(self):
        for path in ("/nowhere.so", self.path("b.so", "no object"), self.load("2")):
            status, _, err, _ = self.run_vectors("--adapter", path)
            self.assertEqual(status, 4, path)
            self.assertTrue(err)

    def test_tables_that_are_none(self):
        for row, why in (("x\ty\n", "column"), (ROWS[0].replace("smtp-path", "path"), "kind"),
                         (ROWS[0].replace("4.1.2-19", "4.1.2-99"), "requirement"), (ROWS[0].replace("<a", "\\q"), "escape"),
                         (ROWS[0].replace("forward", "sideways"), "about"), (ROWS[0].replace("accept", "perhaps"), "perhaps"),
                         (ROWS[0].replace("{", "["), "JSON"), (ROWS[0].replace("\n", "\tmore\n"), "columns"),
                         (ROWS[3].replace("=EHLO", "=ELSE"), "means nothing")):
            status, _, err, _ = self.run_vectors(rows=[ROWS[1], row])
            self.assertEqual(status, 2, row)
            self.assertIn("v.tsv:3: ", err)
            self.assertIn(why, err)
        self.assertEqual(self.run_vectors(head="id\tkind\n")[0], 2)
        self.assertEqual(self.run_vectors("--only", "nothing")[0], 2)

    def test_known_differences(self):
        program = "%s %s" % (sys.executable, self.path("p.py", PROGRAM))
        for row, status, result, unused in (
                ("\tsmtp-path\ttakes\tlocal-part\twhy\n", 0, "known", 0),
                ("\tsmtp-path\ttakes\tpath.*\twhy\n", 0, "known", 0),
                ("\tsmtp-path\ttakes\tlocal\twhy\n", 1, "accepts-illegal", 1),
                ("\tsmtp-path\trefuses\tlocal-part\twhy\n", 1, "accepts-illegal", 1),
                ("\tsmtp-reply\ttakes\tlocal-part\twhy\n", 1, "accepts-illegal", 1)):
            known = self.path("k.tsv", KNOWN + sys.executable + row + "somebody\tsmtp-path\ttakes\t*\tnot asked\n")
            got, told, err, lines = self.run_vectors("--all", "--exec", program, "--known", known)
            self.assertEqual((got, told["path.empty"], err), (status, result, ""), row)
            self.assertEqual(len([line for line in lines if "unused" in line]), unused, row)
        self.assertEqual(self.run_vectors("--only", "path.*", "--exec", program, "--known", known)[0], 1)

    def test_sessions(self):
        program = self.path("s.py", SERVER)
        rows = ["s.%s\t%s\t-\t%s\taccept\t%s\t{\"replies\":\"%s\"}\t-\n" % row for row in (
            ("quit", "smtp-session", "QUIT\\r\\n", "SMTP-5321-4.1.1.10-01", "220 221"),
            ("class", "smtp-session", "NOOP\\r\\nQUIT\\r\\n", "SMTP-5321-4.1.1.9-01", "220 2yz/5yz 221"),
            ("other", "smtp-session", "NOOP\\r\\nQUIT\\r\\n", "SMTP-5321-4.1.1.9-01", "220 5yz 221"),
            ("less", "smtp-session", "QUIT\\r\\n", "SMTP-5321-4.1.1.9-01", "220 250 221"),
            ("more", "smtp-session", "QUIT\\r\\n", "SMTP-5321-4.1.1.9-01", "220"),
            ("rest", "smtp-session", "QUIT\\r\\n", "SMTP-5321-4.1.1.9-01", "220 ..."),
            ("breach", "smtp-session", "EHLO a.example\\r\\nRCPT TO:<b@b.example>\\r\\n", "SMTP-5321-3.3-09", "220 250 ..."),
            ("mail", "pop3-session", "NOOP\\r\\n", "POP3-1939-3-10", "+ -"))]
        status, told, err, lines = self.run_vectors("--all", "--exec", "%s %s" % (sys.executable, program), rows=rows)
        self.assertEqual((status, err), (1, ""))
        self.assertEqual(told, {"s.quit": "agrees", "s.class": "agrees", "s.other": "other-fields", "s.less": "other-fields",
                                "s.more": "other-fields", "s.rest": "agrees", "s.breach": "other-fields", "s.mail": "unsupported"})
        fields = {line["id"]: line["fields"] for line in lines if "id" in line}
        self.assertEqual(fields["s.other"], {"reply.1": {"wanted": "5yz", "got": "250"}})
        self.assertEqual(fields["s.less"], {"reply.1": {"wanted": "250", "got": "221"}})
        self.assertEqual(fields["s.more"], {"reply.1": {"wanted": None, "got": "221"}})
        self.assertEqual(fields["s.breach"], {"breaks": {"wanted": None, "got": "SMTP-5321-3.3-09"}})
        # ours is the reference server
        status, told, _, _ = self.run_vectors("--all", rows=rows)
        self.assertEqual({name: result for name, result in told.items() if result != "agrees"},
                         {name: "other-fields" for name in ("s.other", "s.less", "s.more")})

    def test_known_differences_that_are_none(self):
        program = "%s %s" % (sys.executable, self.path("p.py", PROGRAM))
        for text in ("", "adapter\tkind\n", KNOWN + "a\tb\tc\td\n", KNOWN + "a\tb\tc\td\te\tf\n"):
            known = self.path("k.tsv", text + "x\n")
            self.assertEqual(self.run_vectors("--exec", program, "--known", known)[0], 2, text)
        self.assertEqual(self.run_vectors("--exec", program, "--known", "/nowhere")[0], 2)
        self.assertEqual(self.run_vectors("--known", self.path("k.tsv", KNOWN))[0], 2)


class Recordings(Files):
    def replay(self, verdict, *arguments, text=RECORDING):
        program = self.path("l.py", LISTENER.replace("VERDICT", repr(verdict)))
        done = subprocess.run([MAILSPEC, "replay", self.path("r.mst", text), "--exec", "%s %s" % (sys.executable, program),
                               "--format", "json", *arguments], capture_output=True, timeout=60)
        case = json.loads(done.stdout)["cases"][0]
        return done.returncode, case["status"], [(e.get("line"), e.get("requirement"), e.get("expected"), e["message"])
                                                 for e in case["evidence"]], done.stderr.decode()

    def test_differences(self):
        status, verdict, told, err = self.replay("accept")
        self.assertEqual((status, verdict, err), (1, "fail", ""))
        self.assertEqual([(line, requirement) for line, requirement, _, _ in told],
                         [(8, "SMTP-5321-4.1.1.1-09"), (17, "SMTP-5321-4.5.2-05")])
        self.assertIn("accepts-illegal (smtp-reply of the server, octet 24 of its stream): theirs: accept (why not); "
                      "ours: reject: ehlo-keyword at octet 29", told[0][3])
        self.assertIn("as the recording says", told[0][3])
        self.assertIn("other-fields (content of the client, octet ", told[1][3])
        self.assertIn('"wanted":"Subject: x\\r\\n\\r\\n.one\\r\\n","got":"Subject: x\\r\\n\\r\\n..one\\r\\n.\\r\\n"', told[1][3])

    def test_what_is_known(self):
        known = self.path("k.tsv", KNOWN + sys.executable + "\tsmtp-reply\ttakes\tehlo-keyword\tlenient\n" +
                          sys.executable + "\tcontent\tfields\tdata\tdots\n")
        status, verdict, told, _ = self.replay("accept", "--known", known)
        self.assertEqual((status, verdict), (0, "pass"))
        self.assertEqual([expected for _, _, expected, _ in told], [True, True])
        self.assertIn("known: lenient", told[0][3])

    def test_refusals(self):
        status, _, told, _ = self.replay("reject")
        self.assertEqual(status, 1)
        self.assertEqual([line for line, _, _, _ in told], [7, 8, 11, 13, 15, 17])
        self.assertIn("refuses-legal (smtp-command of the client, octet 0 ", told[0][3])
        known = self.path("k.tsv", KNOWN + "commander\tsmtp-command\trefuses\t*\tit is\n")
        self.assertEqual([line for line, _, expected, _ in self.replay("reject", "--known", known)[2] if not expected], [8, 17])

    def test_sessions(self):
        for client, server, wanted in (
                ("C: EHLO a.example\nS: 250 mx.harbour.example\nC: NOOP\n", "S: 500 no\n", (0, "pass", [None], [True])),
                ("C: EHLO a.example\nS: 250 mx.harbour.example\nC: NOOP\n", "S: 250 Ok\n", (0, "pass", [], [])),
                ("C: EHLO a.example\nS: 250 mx.harbour.example\nC: RCPT TO:<a@b.example>\n", "S: 503 no\n",
                 (1, "fail", ["SMTP-5321-3.3-09"], [False]))):
            text = "mailspec: 1\nprotocol: smtp\ntitle: t\ncites: SMTP-5321-3.3-09\n\nS: 220 mx.harbour.example\n" + client + server
            done = subprocess.run([MAILSPEC, "replay", self.path("r.mst", text), "--exec",
                                   "%s %s" % (sys.executable, self.path("s.py", SERVER)), "--format", "json"],
                                  capture_output=True, timeout=60)
            case = json.loads(done.stdout)["cases"][0]
            self.assertEqual((done.returncode, case["status"], [e.get("requirement") for e in case["evidence"]],
                              [e["expected"] for e in case["evidence"]]), wanted, text)
            if wanted[2]:
                self.assertEqual(case["evidence"][0]["line"], 10)

    def test_nothing_supported(self):
        status, verdict, told, _ = self.replay("unsupported", text=RECORDING.split("\nS: ")[0] +
                                               "\nC: EHLO kestrel.example\n! client SMTP-5321-3.1-02\n")
        self.assertEqual((status, verdict, told), (5, "skip", []))

    def test_adapters_that_cannot_be_used(self):
        recording = self.path("r.mst", RECORDING)
        for arguments, wanted in ((["--exec", "false"], 4), (["--adapter", "/nowhere.so"], 4),
                                  (["--adapter", "a", "--exec", "b"], 2), (["--exec", "cat", "--bless"], 2),
                                  (["--known", recording], 2), (["--exec", "cat", "--known", recording], 2)):
            done = subprocess.run([MAILSPEC, "replay", recording, *arguments], capture_output=True, timeout=60)
            self.assertEqual(done.returncode, wanted, arguments)
            self.assertTrue(done.stderr, arguments)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], warnings="ignore")
