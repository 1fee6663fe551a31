#!/usr/bin/env python3
"""mailspec probe as a user meets it: verdicts, deadlines, selection, secrets, clean-up, exit statuses.

usage: test_probe.py MAILSPEC [TEST...]"""
import base64
import glob
import itertools
import json
import os
import poplib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import probe_peers as peers  # noqa: E402
from probe_peers import HOSTILE, Jealous, Peer, Pop, Serve, Smtp  # noqa: E402
from report_schema import SCHEMA, load_json, validate  # noqa: E402

MAILSPEC = sys.argv[1] if len(sys.argv) > 1 else "mailspec"
WORD = "s3cr3t-Wort"
ACCOUNTS = ["--rcpt", "alice@example.test", "--rcpt2", "bob@example.test", "--user", "alice", "--user2", "bob"]


def case(identity, script, header="", protocol="smtp", cites="SMTP-5321-4.2-01"):
    return "mailspec: 1\nprotocol: %s\nid: %s\ntitle: a test\ncites: %s\n%s\n%s" % (
        protocol, identity, cites, header, script)


def has_ended(pid):
    """Gone within a second, or a zombie that nobody has asked for its status."""
    for _ in range(50):
        try:
            if open("/proc/%s/stat" % pid).read().rsplit(") ", 1)[1][0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


class Run:
    def __init__(self, arguments, cases, word=WORD, folder=None, timeout=60):
        self.folder = folder or tempfile.mkdtemp()
        corpus = os.path.join(self.folder, "corpus")
        os.makedirs(corpus, exist_ok=True)
        for number, text in enumerate(cases):
            with open(os.path.join(corpus, "%03d.mst" % number), "w") as out:
                out.write(text)
        environment = dict(os.environ, MAILSPEC_PASSWORD=word, MAILSPEC_PASSWORD2=word)
        command = [MAILSPEC, "probe", "--corpus", corpus, "--format", "json", *arguments]
        begun = time.time()
        done = subprocess.run(command, capture_output=True, env=environment, cwd=self.folder, timeout=timeout)
        self.seconds = time.time() - begun
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr.decode()
        self.report = json.loads(self.out) if self.out.startswith(b"{") else None

    def cases(self):
        return {item["id"]: item for item in self.report["cases"]}

    def artefacts(self):
        return sorted(glob.glob(os.path.join(self.folder, "mailspec-artefacts", "*.mst")))


class Probe(unittest.TestCase):
    def verdict(self, changes, script, status, header="start: ehlo\n", arguments=(), **peer):
        with Smtp(changes, **peer) as server:
            run = Run([server.url(), "--timeout", "2000", *arguments], [case("t.case", script, header)])
        self.assertIsNotNone(run.report, run.err)
        item = run.cases()["t.case"]
        self.assertEqual(item["status"], status, item)
        return run, item

    # --- the report --------------------------------------------------------------------------------------

    def test_the_middle_of_long_octets_is_left_out_of_a_pass_only(self):
        script = "C< \"NOOP \" \"A\"*100000 \"\\r\\n\"\nS? 250\nC: RSET\nS? %s\n"
        for reply, status in (("250", "pass"), ("251", "fail")):
            run, item = self.verdict({}, script % reply, status)
            report = load_json(run.out.decode())
            validate(report, SCHEMA, SCHEMA)
            said = [e for e in item["evidence"] if e["kind"] == "exchange" and e["side"] == "client" and len(e["octets"]) > 200]
            marks = [e["message"] for e in item["evidence"] if e["kind"] == "mark"]
            if status == "pass":
                self.assertEqual([len(e["octets"]) for e in said], [2048, 512 + len("\\r\\n") - 2])
                self.assertIn("%d octets are left out here" % (len("NOOP ") + 100000 + 2 - 2048 - 512), marks)
                self.assertTrue(said[0]["octets"].startswith("NOOP AAA") and said[1]["octets"].endswith("AAA\\r\\n"))
            else:
                self.assertEqual([e["octets"] for e in said], ["NOOP " + "A" * 100000 + "\\r\\n"])

    # --- expectations ------------------------------------------------------------------------------------

    def test_an_alternative_is_taken_and_named(self):
        run, item = self.verdict({"VRFY": b"550 nobody\r\n"}, "C: VRFY x\nS? 252 | 550 => refused\n", "pass")
        self.assertEqual(item["outcome"], "refused")
        self.assertEqual(run.status, 0)

    def test_what_no_alternative_permits_fails_with_both_sides(self):
        run, item = self.verdict({"NOOP": b"251 what?\r\n"}, "C: NOOP\nS? 250 | 252\n", "fail")
        self.assertEqual(run.status, 1)
        failure = item["evidence"][0]
        self.assertEqual((failure["kind"], failure["octets"], failure["permitted"], failure["requirement"]),
                         ("failure", "251 what?\\r\\n", "250 | 252", "SMTP-5321-4.2-01"))
        said = [e["octets"] for e in item["evidence"] if e["kind"] == "exchange" and e["side"] == "client"]
        self.assertIn("NOOP\\r\\n", said)

    def test_an_outcome_carries_its_requirement_and_reason(self):
        _, item = self.verdict({"NOOP": b"500 no\r\n"},
                               "C: NOOP\nS? 250\n | 500 => fail lost SMTP-5321-4.1.1.9-01 \"NOOP is not known\"\n", "fail")
        self.assertEqual((item["outcome"], item["evidence"][0]["requirement"]), ("lost", "SMTP-5321-4.1.1.9-01"))
        self.assertIn("NOOP is not known: 500 no", item["reason"])

    def test_a_group_goes_out_as_it_is_written(self):
        with Smtp() as server:
            run = Run([server.url()], [case("t.case", "C+ NOOP a\nC+< \"RSET\\r\\n\"\nC: NOOP b\nS? 250\nS? 250\nS? 250\n",
                                            "start: ehlo\n")])
            begin = server.lines.index("NOOP a")
            self.assertEqual(server.lines[begin:begin + 3], ["NOOP a", "RSET", "NOOP b"])
        self.assertEqual(run.cases()["t.case"]["status"], "pass")
        said = [e["octets"] for e in run.cases()["t.case"]["evidence"] if e["kind"] == "exchange" and e["side"] == "client"]
        self.assertIn("NOOP a\\r\\nRSET\\r\\nNOOP b\\r\\n", said)

    def test_a_tls_alert_in_clear_is_no_reply(self):
        for reply, heard in ((b"\x15\x03\x03\x00\x02\x02\x0a", 0), (b"ready\r\n", 1)):
            with Smtp({"NOOP": reply}) as server:
                run = Run([server.url()], [case("t.case", "C: NOOP\nS? any | none 1s\n", "start: ehlo\n")])
            found = [item for item in run.cases() if item.startswith("listen.SMTP-5321-2.4-15")]
            self.assertEqual(len(found), heard)

    def test_replies_behind_a_malformed_bdat_are_not_counted(self):
        # this server swallows the line behind it, which may be the chunk
        for line, heard in (("BDAT x", 0), ("XDAT x", 1)):
            with Smtp({"BDAT": b"501 no\r\n", "XDAT": b"500 no\r\n", "VRFY": b""}) as server:
                run = Run([server.url()], [case("t.case", "C: %s\nS? 5yz\nC: VRFY a\nC: NOOP\nS? 250\n" % line, "start: ehlo\n")])
            found = [item for item in run.cases() if item.startswith("listen.")]
            self.assertEqual(len(found) > 0, heard > 0, found)

    def test_an_empty_text_has_its_blank(self):
        for reply, outcome in ((b"250 \r\n", "empty"), (b"250\r\n", "bare"), (b"250 x\r\n", "text")):
            _, item = self.verdict({"NOOP": reply}, "C: NOOP\nS? 250 ~\"\" => empty | 250 ~\".+\" => text | 250 => bare\n", "pass")
            self.assertEqual(item["outcome"], outcome)

    def test_other_spellings_of_octets(self):
        _, item = self.verdict({"NOOP": b"550 no\r\n"},
                               "let quoted = quoted_pairs(\"a b\\\\\")\nlet loud = upper(\"a-zA1\\xe9\")\n"
                               "C: NOOP ${hex(quoted)}/${hex(loud)}\nS? 250\n", "fail")
        said = [e["octets"] for e in item["evidence"] if e["kind"] == "exchange" and e["side"] == "client"]
        self.assertIn("NOOP 5c615c205c625c5c/412d5a4131e9\\r\\n", said)

    def test_first_octets(self):
        _, item = self.verdict({"NOOP": b"550 no\r\n"},
                               "let four = \"abcd\"\n"
                               "C: NOOP ${first(size(four) - 1, four)}/${first(9, four)}/${first(0, four)}/\nS? 250\n", "fail")
        said = [e["octets"] for e in item["evidence"] if e["kind"] == "exchange" and e["side"] == "client"]
        self.assertIn("NOOP abc/abcd//\\r\\n", said)

    def test_captures_conditions_and_loops(self):
        script = ("C: EHLO x\nS? 250 has SIZE lacks STARTTLS some ~\"SIZE ${n:number}\" each ~\"[A-Z].*\" lines 3\n"
                  "check n = 1000000\ncheck n < 5 => fail small\n | else => large\n"
                  "when large {\n    repeat 3 as i {\n        C: NOOP ${i}\n        S? 250\n    }\n} else {\n    verdict fail\n}\n")
        run, item = self.verdict({}, script, "pass")
        said = [e["octets"] for e in item["evidence"] if e["kind"] == "exchange" and e["side"] == "client"]
        self.assertEqual([line for line in said if line.startswith("NOOP")],
                         ["NOOP 1\\r\\n", "NOOP 2\\r\\n", "NOOP 3\\r\\n"])

    # --- fences --------------------------------------------------------------------------------------------

    FENCED = "C: RSET\nS? 250\nfence\n | extra => fail ran \"one reply too many\"\n"

    def test_commands_behind_a_refused_data_are_commands(self):
        # all of it in one segment, and all replies in one: nothing here is the server's fault
        script = ("C+ RSET\nC+ DATA\n! client SMTP-2920-3.1-02\nC+ RSET\nC: NOOP\nS? 250\nS? 503\nS? 250\nS? 250\n")
        refused = b"503 no\r\n"

        class Together(Smtp):
            def talk(self, connection):
                connection.sendall(b"220 x.example ESMTP\r\n")
                stream = connection.makefile("rb")
                stream.readline()
                connection.sendall(b"250-x.example\r\n250 PIPELINING\r\n")
                while stream.readline() != b"NOOP\r\n":
                    pass
                connection.sendall(b"250 ok\r\n" + refused + b"250 ok\r\n250 ok\r\n")
                stream.readline()
                connection.sendall(b"221 bye\r\n")

        with Together() as peer:
            run = Run([peer.url()], [case("t.together", script, "start: ehlo\nfeed: fixed\n")])
            self.assertEqual({name: item["status"] for name, item in run.cases().items()}, {"t.together": "pass"})

    def test_a_fence_at_the_end_counts(self):
        self.verdict({}, self.FENCED, "pass")
        _, item = self.verdict({"RSET": b"250 ok\r\n250 surplus\r\n"}, self.FENCED, "fail")
        self.assertEqual(item["outcome"], "ran")

    def test_a_fence_in_the_middle_where_ehlo_is_refused_the_second_time(self):
        # that is a fault of the server's, and no reply too many
        class Once(Smtp):
            def talk(self, connection):
                self.count = 0
                super().talk(connection)

            def say(self, connection, name, line, usual):
                if name == "EHLO":
                    self.count += 1
                    usual = b"503 again?\r\n" if self.count > 1 else usual
                return super().say(connection, name, line, usual)

        script = self.FENCED + "C: NOOP\nS? 250\n"
        for changes, status in (({}, "pass"), ({"RSET": b"250 a\r\n250 b\r\n"}, "fail"),
                                ({"RSET": b"250 a\r\n503 b\r\n250 c\r\n"}, "fail")):
            for server in Smtp, Once:
                if server is Once and changes:
                    continue
                with server(changes) as peer:
                    run = Run([peer.url()], [case("t.fence", script, "start: ehlo\n")])
                    self.assertEqual(run.cases()["t.fence"]["status"], status, (changes, server, run.cases()))

    def test_a_fence_in_the_middle_counts_and_the_session_goes_on(self):
        behind = "C: NOOP\nS? 250\n"
        self.verdict({}, self.FENCED + behind, "pass")
        self.verdict({"RSET": b"250 ok\r\n250 surplus\r\n"}, self.FENCED + behind, "fail")
        opened = "C: MAIL FROM:<a@b.example>\nS? 250\n" + self.FENCED.replace("RSET", "VRFY x").replace("S? 250\nf", "S? 252\nf")
        self.verdict({}, opened + behind, "pass")
        self.verdict({"VRFY": b"252 ok\r\n250 surplus\r\n"}, opened + behind, "fail")
        self.verdict({"VRFY": b"252 ok\r\n550 surplus\r\n"}, opened + behind, "fail")

    def test_a_server_that_hangs_up_on_what_stands_before_a_fence(self):
        unknown = "C: XYZZ\nS? -ERR\nfence\n | extra => fail more\n"
        for reply, status in ((b"-ERR\r\n", "pass"), (b"-ERR\r\n-ERR\r\n", "fail")):
            with Pop({"XYZZ": reply}) as server:
                run = Run([server.url("pop3")], [case("t.unknown", unknown, "start: greeted\n", "pop3", "POP3-1939-3-23")])
                self.assertEqual(run.cases()["t.unknown"]["status"], status, run.cases())

        def last(connection):
            connection.sendall(b"-ERR one too many\r\n")

        with Pop({"XYZZ": last}) as server:
            run = Run([server.url("pop3")], [case("t.unknown", unknown, "start: greeted\n", "pop3", "POP3-1939-3-23")])
            self.assertEqual(run.cases()["t.unknown"]["status"], "inconclusive", run.cases())

    def test_a_fence_whose_replies_come_in_pieces(self):
        def capabilities(connection):
            for octets in pieces:
                connection.sendall(octets)
                time.sleep(0.05)
            pieces[:] = [b"+OK\r\nTOP\r\n.\r\n"]
            return b""

        script = "C: XYZZ\nS? -ERR\nfence\n | extra => fail more\nC: XYZZ\nS? -ERR\n"
        header = "start: greeted\nneeds: capa\n"
        for split, status in (([b"+OK a\r", b"\nTOP\r\n", b".\r\n"], "pass"),
                              ([b"+OK a\r\n", b"+OK b\r", b"\nTOP\r\n.\r\n"], "fail")):
            pieces = [b"+OK\r\nTOP\r\n.\r\n"]

            def unknown(connection, later=split):
                pieces[:] = later
                return b"-ERR\r\n"

            with Pop({"XYZZ": unknown, "CAPA": capabilities}) as server:
                run = Run([server.url("pop3")], [case("t.pieces", script, header, "pop3", "POP3-1939-3-23")])
                self.assertEqual(run.cases()["t.pieces"]["status"], status, run.cases())

    def test_a_refused_login_proves_nothing_while_every_login_is_refused(self):
        script = "C: user ${user}\nS? +OK\nC: pass ${secret:password}\nS? +OK => in | -ERR => fail refused\n"
        for spelling, status in (("pass", "fail"), ("PASS", "inconclusive")):
            logins = []

            def second(connection, only=spelling):
                logins.append(only)
                return b"-ERR\r\n" if only == "pass" or len(logins) > 1 else b""

            with Pop({spelling: second}) as server:
                text = script.replace("C: pass", "C: " + spelling)
                run = Run([server.url("pop3"), "--user", "alice"],
                          [case("t.login", text, "start: greeted\nneeds: auth\n", "pop3", "POP3-1939-3-03")])
                self.assertEqual(run.cases()["t.login"]["status"], status, run.cases())

    def test_any_name_may_be_taken_before_the_password_is_known(self):
        script = "C< \"%s alice\\0x\\r\\n\"\n! client POP3-1939-3-05\nS? +OK\n"
        for verb, status in (("USER", "pass"), ("QUIT", "fail")):
            with Pop() as server:
                run = Run([server.url("pop3")],
                          [case("t.nul", script % verb, "start: greeted\n", "pop3", "POP3-SEC-raw-01")])
                self.assertEqual(run.cases()["t.nul"]["status"], status, run.cases())

    def test_a_login_that_is_put_off_proves_nothing(self):
        script = "C: USER ${user}\nS? +OK\nC: pass ${secret:password}\nS? +OK => in | -ERR => fail refused\n"
        for refusal, status in ((b"-ERR [LOGIN-DELAY] later\r\n", "inconclusive"), (b"-ERR [SYS/PERM] no\r\n", "fail")):
            with Pop({"pass": refusal}) as server:  # the prober itself says PASS
                run = Run([server.url("pop3"), "--user", "alice"],
                          [case("t.later", script, "start: greeted\nneeds: auth\n", "pop3", "POP3-1939-7-37")])
                self.assertEqual(run.cases()["t.later"]["status"], status, run.cases())

    def test_a_message_that_takes_longer_than_a_reply_may_is_no_silence(self):
        line = b"x" * 62 + b"\r\n"
        script = "C: RETR 1\nS? +OK contains \"end\"\n"

        def slowly(step):
            def send(connection):
                connection.sendall(b"+OK\r\n")
                for _ in range(12):
                    connection.sendall(line * step)
                    time.sleep(0.2)
                return b"end\r\n.\r\n"
            return send

        for step, status in ((40, "pass"), (1, "fail")):
            with Pop({"RETR": slowly(step)}) as server:
                run = Run([server.url("pop3"), "--user", "alice", "--timeout", "1000"],
                          [case("t.slow", script, "start: transaction\nneeds: auth\n", "pop3", "POP3-1939-5-20")])
                self.assertEqual(run.cases()["t.slow"]["status"], status, run.cases())

    def test_an_empty_line_more_is_told_where_the_end_of_a_message_is_looked_at(self):
        # qmail-pop3d puts one behind every message that it gives out
        script = "C: DATA\nS? 354\nC< \"Subject: ${mark}\\r\\n\\r\\n..one\\r\\n.\\r\\n\"\nS? 250\ndelivered octets \".one\\r\\n\"\n | else => fail other\n"
        for more, cites, status in ((b"", "SMTP-5321-4.5.2-13", "pass"), (b"\r\n", "SMTP-5321-4.5.2-02", "pass"),
                                    (b"\r\n", "SMTP-5321-4.5.2-13", "fail"), (b"\r\n\r\n", "SMTP-5321-4.5.2-02", "fail"),
                                    (b"x\r\n", "SMTP-5321-4.5.2-02", "fail")):
            def taken():
                subject = next(line for line in smtp.lines[::-1] if line.startswith("Subject: "))
                pop.messages.append(subject.encode() + b"\r\n\r\n.one\r\n" + more)
                return b"250 taken\r\n"

            with Pop() as pop, Smtp({".": taken}) as smtp:
                run = Run([smtp.url(), pop.url("pop3"), "--user", "alice", "--rcpt", "alice@example.test", "--delivery-timeout", "2000"],
                          [case("t.one", script, "start: rcpt\nmutates: yes\n", cites=cites)])
            self.assertEqual(run.cases()["t.one"]["status"], status, (more, cites, run.cases()))

    def test_without_unique_ids_messages_of_one_size_are_told_apart(self):
        message = b"Subject: mine\r\n\r\n%s\r\n"
        foreign = message % (b"y" * 30)
        case_text = "C: DATA\nS? 354\nC< \"one ${mark}\\r\\n.\\r\\n\"\nS? 250\ndelivered contains \"one\"\n"

        def taken():
            begin = len(smtp.lines) - smtp.lines[::-1].index("DATA")
            line = next(line for line in smtp.lines[begin:] if line.startswith(("one ", "Subject: ")))
            # as long as those that were there before
            pop.messages.append(message % (line[:4] + line.split(" ")[-1]).ljust(30, "-").encode())
            return b"250 taken\r\n"

        with Pop(messages=[foreign, foreign]) as pop, Smtp({".": taken}) as smtp:
            run = Run([smtp.url(), pop.url("pop3"), "--rcpt", "alice@example.test", "--user", "alice", "-j", "1",
                       "--delivery-timeout", "2000"], [case("t.one", case_text, "start: rcpt\nmutates: yes\n")])
            self.assertEqual(pop.messages, [foreign, foreign])
        self.assertEqual(run.cases()["t.one"]["status"], "pass", run.cases())

    def test_a_reply_that_comes_line_by_line_is_waited_for(self):
        # Postfix, where it has counted errors: a second before each line of a reply, of EHLO's too
        class Slow(Smtp):
            pause = 0.4

            def say(self, connection, name, line, usual):
                if name != "HELP":
                    return super().say(connection, name, line, usual)
                for number in range(8):
                    time.sleep(self.pause)
                    connection.sendall(b"214%c%d\r\n" % (b" "[0] if number == 7 else b"-"[0], number))
                return b"2"

        for pause, status in ((0.4, "pass"), (1.5, "fail")):
            with Slow() as server:
                server.pause = pause
                run = Run([server.url(), "--timeout", "1000"], [case("t.case", "C: HELP\nS? 214\nC: NOOP\nS? 250\n", "start: ehlo\n")])
            self.assertEqual(run.cases()["t.case"]["status"], status, run.cases())

    def test_quiet_hears_what_comes(self):
        self.verdict({}, "C: NOOP\nS? 250\nquiet 100ms\n", "pass")
        self.verdict({"NOOP": b"250 ok\r\n250 surplus\r\n"}, "C: NOOP\nS? 250\nquiet 100ms\n", "fail")

    # --- what proves nothing ----------------------------------------------------------------------------------

    def test_what_is_allowed_everywhere_is_inconclusive_and_quoted(self):
        for reply, script in ((b"421 too many connections\r\n", "C: NOOP\nS? 250\n"),
                              (b"451 later\r\n", "C: MAIL FROM:<a@b.example>\nS? 250\n"), (None, "C: NOOP\nS? 250\n")):
            run, item = self.verdict({"NOOP": reply, "MAIL": reply}, script, "inconclusive")
            self.assertEqual(run.status, 5)
            if reply is not None:
                self.assertIn(reply.decode().strip(), item["reason"])

    def test_only_switches_that_off(self):
        self.verdict({"NOOP": b"421 no\r\n"}, "C: NOOP\nS? only 250\n", "fail")

    def test_a_limit_passes_and_the_case_is_tried_again(self):
        replies = [b"421 too many connections\r\n", b"250 ok\r\n"]
        run, _ = self.verdict({"NOOP": lambda: replies.pop(0) if len(replies) > 1 else replies[0]},
                              "C: NOOP\nS? 250\n", "pass")
        self.assertEqual(run.status, 0)

    def jealous(self, script, status, header="start: ehlo\n", cites="SMTP-5321-4.2-01", **peer):
        with Jealous(**peer) as server:
            run = Run([server.url(), "--timeout", "2000", "--rcpt", "bob@example.test"], [case("t.case", script, header, cites=cites)])
            connections = server.connections
        item = run.cases()["t.case"]
        self.assertEqual(item["status"], status, item)
        self.assertEqual([name for name in run.cases() if name.startswith("listen.")], [])
        return item, connections

    def test_a_server_that_wants_its_replies_awaited_is_no_failure(self):
        early = "the server wants its replies awaited, and proves nothing: 5"
        item, _ = self.jealous("C: EHLO client.example\nS? 220\nS? 250\n", "inconclusive", "start: connected\n")
        self.assertIn(early + "21 5.5.1 Protocol error", item["reason"])
        item, _ = self.jealous("C< \"NOOP\\r\\nRSET\\r\\n\"\nS? 250\nS? 250\n", "inconclusive")
        self.assertIn(early + "54 SMTP synchronization error", item["reason"])
        # the fence hears it, too: what stands behind the mail data in one segment is not run, and the server closes
        item, _ = self.jealous("C< \"Subject: x\\r\\n\\r\\none\\r\\n.\\r\\nNOOP\\r\\nRSET\\r\\n\"\nS? 250\nfence\n | extra 250 => pass ran\n",
                               "inconclusive", "start: data\n")
        self.assertIn(early + "54 SMTP synchronization error", item["reason"])

    def test_what_comes_too_soon_is_no_finding_of_the_listener(self):
        # Postfix with smtpd_forbid_unauth_pipelining: a group may end with NOOP, and has none within (RFC 2920 section 3.1)
        limited = "S? 250\n | 4yz | 5yz => pass limited { end }\n"
        self.jealous("C< \"NOOP\\r\\nNOOP\\r\\n\"\n" + limited + limited, "pass", keywords=("PIPELINING",))
        # who is not hurried is told nothing by these words
        run, _ = self.verdict({"NOOP": b"554 SMTP synchronization error\r\n"}, "C: NOOP\n" + limited, "pass")
        self.assertIn("listen.SMTP-5321-4.1.1.9-01", run.cases())

    def test_who_refuses_strangers_the_first_time_is_asked_again(self):
        # postscreen of Postfix: 450 to the recipient, and on the next connection no more
        def run(refusals):
            with Smtp({"RCPT": lambda: refusals.pop(0) if refusals else b"250 ok\r\n"}) as server:
                return Run([server.url(), "--rcpt", "bob@example.test"], [case("t.case", "C: NOOP\nS? 250\n")])
        self.assertNotIn("takes no mail", run([b"450 4.3.2 later\r\n"] * 2).err)
        self.assertIn("takes no mail", run([b"450 4.3.2 later\r\n"] * 100).err)

    def test_octets_of_a_message_do_not_come_too_soon(self):
        # the server ends the message at LF.LF, and tells of what stands behind only when the fence has begun
        script = "C< \"Subject: x\\n\\none\\n.\\nNOOP\\r\\n.\\r\\n\"\nS? 250\nfence\n | extra => fail ended\n | close => pass closed\n"

        class Late(Smtp):
            def talk(self, connection):
                self.noops = 0
                super().talk(connection)

            def say(self, connection, name, line, usual):
                self.noops += name == "NOOP"
                if self.noops == 0:
                    return super().say(connection, name, line, usual)
                if self.noops > 1:
                    connection.sendall(b"554 SMTP synchronization error\r\n")
                    raise OSError
                return b""

        for header, status in (("exposure: smuggling\n", "fail"), ("", "pass")):
            with Late() as server:
                run = Run([server.url(), "--rcpt", "bob@example.test"], [case("t.case", script, "start: data\n" + header)])
            self.assertEqual(run.cases()["t.case"]["status"], status, run.cases())

    def test_what_it_sends_away_is_tried_again_with_waits(self):
        group = "C+ NOOP\nC: RSET\nS? 250\nS? 250\n"
        _, connections = self.jealous(group, "pass", keywords=("PIPELINING",))
        self.assertEqual(connections, 3)  # the survey's, and two tries
        # but whoever offers PIPELINING has to bear it
        self.jealous(group, "fail", keywords=("PIPELINING",), cites="SMTP-2920-3.2-01")

    def test_behind_helo_nothing_is_pipelined(self):
        script = "C: %s client.example\nS? 250\nC: MAIL FROM:<a@client.example>\nS? 250\nC: RSET\nS? 250\n"
        for hello, connections in (("HELO", 2), ("EHLO", 3)):  # the survey's, and a second try of what was sent away
            with Jealous(keywords=("PIPELINING",)) as server:
                run = Run([server.url(), "--feed", "pipelined", "--rcpt", "bob@example.test"],
                          [case("t.case", script % hello, "start: greeted\n")])
                self.assertEqual((run.cases()["t.case"]["status"], server.connections), ("pass", connections), run.cases())

    def test_limits_in_words_prove_nothing(self):
        for reply in (b"550 5.7.1 Too many messages from you\r\n", b"450 4.7.1 slow down\r\n", b"554 5.7.0 Rate limit\r\n"):
            with Smtp({"NOOP": reply}) as server:
                run = Run([server.url()], [case("t.case", "C: NOOP\nS? 250\n | 5yz => fail bad\n", "start: ehlo\n")])
                self.assertEqual(server.connections, 4)  # the survey's, and three tries
            item = run.cases()["t.case"]
            self.assertEqual((item["status"], run.status, len(run.cases())), ("inconclusive", 5, 1), item)
            self.assertIn("a limit of the server, and proves nothing: " + reply.decode().strip(), item["reason"])
        self.verdict({"NOOP": b"550 too many arguments\r\n"}, "C: NOOP\nS? 250\n", "fail")
        self.verdict({"NOOP": b"550 too many messages\r\n"}, "C: NOOP\nS? only 250\n", "fail")

    def test_a_limit_that_a_fence_hears_of(self):
        empty = "C< \"\\r\\n\\r\\n\\r\\n\"\nfence\n | extra 5yz => pass refused\n | extra => fail taken\n"
        unknown, limit = b"500 what?\r\n", b"500 Too many unrecognized commands\r\n"

        def verdict(last, script, status):
            replies = itertools.cycle([unknown, unknown, last])
            with Smtp({"": lambda: next(replies)}) as server:
                run = Run([server.url()], [case("t.case", script, "start: ehlo\n")])
            self.assertEqual(run.cases()["t.case"]["status"], status, run.cases())

        # what the case permits is permitted, whatever the server says of limits
        verdict(unknown, empty, "pass")
        verdict(limit, empty, "pass")
        # what was run before the limit was told has been run; a limit alone proves nothing
        verdict(limit, empty.replace("pass refused", "fail ran"), "fail")
        self.verdict({"RSET": b"250 ok\r\n" + limit}, self.FENCED, "inconclusive")

    def test_a_prologue_that_fails_is_no_failure_of_the_case(self):
        run, item = self.verdict({"MAIL": b"550 no\r\n"}, "C: RSET\nS? 250\n", "error", header="start: mail\n")
        self.assertIn("550 no", item["reason"])
        self.assertEqual(run.status, 4)

    def test_who_refuses_all_mail_may_not_say_that_the_command_is_unknown(self):
        script = "C: MAIL FROM:<a@b.example>\nS? 250\n | 500 | 502 => fail unknown\n"
        self.verdict({"MAIL": b"502 5.5.1 not here\r\n"}, script, "fail", arguments=("--rcpt", "r@example.test"))
        self.verdict({"MAIL": b"502 5.5.1 not here\r\n"}, "C: MAIL FROM:<a@b.example>\nS? 250\n", "inconclusive",
                     arguments=("--rcpt", "r@example.test"))
        self.verdict({"MAIL": b"550 5.7.1 not you\r\n"}, script, "inconclusive", arguments=("--rcpt", "r@example.test"))

    def test_a_refusal_that_the_control_gets_too_proves_nothing(self):
        script = ("C: VRFY odd\nS? 250 => kept | 5yz => refused\n"
                  "control {\n    C: VRFY plain\n    S? 250 => kept | 5yz => refused\n}\n")
        self.verdict({"VRFY": b"550 no\r\n"}, script, "inconclusive")
        self.verdict({"VRFY odd": b"550 no\r\n", "VRFY plain": b"250 yes\r\n"}, script, "pass")

    def test_silence_fails_only_if_others_are_answered(self):
        script = "C: NOOP\nS? 250\n"
        _, item = self.verdict({"NOOP": b""}, script, "fail", arguments=["--timeout", "300"])
        self.assertIn("no reply came", item["reason"])
        self.verdict({"NOOP": b""}, "C: NOOP\nS? none 200ms => waits | 250\n", "pass")

    def test_a_silence_lasts_as_long_as_it_says(self):
        def late():
            time.sleep(0.4)
            return b"250 ok\r\n"
        _, item = self.verdict({"NOOP": late}, "C: NOOP\nS? 250 => answered | none 5s => waits\n", "pass",
                               arguments=["--timeout", "200"])
        self.assertEqual(item["outcome"], "answered")

    def test_a_session_left_open_behind_quit_is_for_the_cases_about_that(self):
        def open_ended(connection):
            connection.sendall(b"220 mx.example.org ESMTP\r\n")
            for raw in connection.makefile("rb"):
                connection.sendall(b"221 bye\r\n" if raw.startswith(b"QUIT") else b"250 ok\r\n")

        def run_with(cites, line="QUIT"):
            with Peer(open_ended) as server:
                run = Run([server.url(), "--timeout", "300"],
                          [case("t.case", "C: %s\n! client SMTP-5321-4.1.1-10\nS? 221\nclose\n" % line, "start: ehlo\n", cites=cites)])
            return run.cases()["t.case"]

        self.assertEqual(run_with("SMTP-5321-3.8-03")["status"], "pass")
        self.assertEqual(run_with("SMTP-5321-4.1.1-09", "QUIT now")["status"], "pass")
        item = run_with("SMTP-5321-4.1.1.10-01, SMTP-5321-4.1.1.10-02")
        self.assertEqual(item["status"], "fail", item)
        self.assertEqual({e["requirement"] for e in item["evidence"] if e["kind"] == "failure"}, {"SMTP-5321-4.1.1.10-02"})

    # --- the listener ------------------------------------------------------------------------------------------

    def test_an_illegal_reply_anywhere_is_a_finding(self):
        with Smtp({"NOOP": b"250 ok\n"}) as server:
            run = Run([server.url()], [case("t.one", "C: NOOP\nS? 250\n", "start: ehlo\n"),
                                       case("t.two", "C: NOOP\nS? 250\n", "start: ehlo\n")])
        heard = run.cases()["listen.SMTP-5321-2.3.8-03"]
        self.assertEqual((heard["status"], heard["cites"]), ("fail", ["SMTP-5321-2.3.8-03"]))
        self.assertIn("2 cases", heard["reason"])
        self.assertEqual(heard["evidence"][0]["octets"], "250 ok\\n")
        self.assertEqual(run.cases()["t.one"]["status"], "pass")
        self.assertEqual(run.status, 1)

    def test_what_is_left_of_a_handshake_is_no_reply(self):
        def garbling(connection):
            """As a proxy that knows lines only, in front of a server with TLS."""
            connection.sendall(b"220 mx.example.org ESMTP\r\n")
            for raw in connection.makefile("rb"):
                verb = raw[:4].upper()
                connection.sendall({b"STAR": b"220 go\r\n", b"EHLO": b"250-mx.example.org\r\n250 STARTTLS\r\n"}.get(verb, b"250 ok\r\n"))
                if verb == b"STAR":
                    time.sleep(0.1)
                    connection.sendall(b"\x16\x03\x03\0z\x02\0\0v\n\r\n")

        with Peer(garbling) as server:
            run = Run([server.url(), "--timeout", "500"], [case("t.case", "C: STARTTLS\nS? 220\nS? none 400ms => waits | any => spoke\n",
                                                               "start: ehlo\n")])
        self.assertEqual({i for i, item in run.cases().items() if item["status"] == "fail"}, set(), run.cases())

    def test_a_line_without_a_reply_does_not_shift_the_others(self):
        for script in ("C:\n! client SMTP-5321-2.4-16\nS? 5yz => refused | none 300ms => ignored\nC: NOOP\nS? 250\n",
                       'C< "\\r\\n"*4\nfence\n | extra => fail taken\n'):
            with Smtp({"": b""}) as server:
                run = Run([server.url()], [case("t.case", script, "start: ehlo\nfeed: fixed\n")])
            self.assertEqual({i: item["status"] for i, item in run.cases().items()}, {"t.case": "pass"}, run.cases())

    def test_what_a_server_drops_is_not_answered_by_the_next_reply(self):
        def dropping(connection):
            """As a proxy that loses what it has read when the server behind it refuses the login."""
            connection.sendall(b"+OK ready\r\n")
            while octets := connection.recv(4096):
                connection.sendall(b"+OK bye\r\n" if octets == b"QUIT\r\n" else b"+OK\r\n-ERR no\r\n")

        script = ("C+ USER a\nC+ PASS b\n! client POP3-1939-7-37\nC: RETR 1\n! client POP3-1939-5-50\n"
                  "S? +OK\nS? -ERR\nS? %s\n")
        for reply, heard in (("-ERR | none 300ms => dropped { end }", set()), ("+OK => fail told", {"t.case"})):
            with Peer(dropping) as server:
                run = Run([server.url("pop3"), "--timeout", "300"],
                          [case("t.case", script % reply, "start: greeted\nfeed: fixed\n", "pop3", "POP3-SEC-raw-13")])
            self.assertEqual({i for i, item in run.cases().items() if item["status"] == "fail"}, heard)

    # --- deadlines, and peers that mean no good ------------------------------------------------------------------

    def test_hostile_peers_are_survived_in_time(self):
        for handler in HOSTILE:
            for scheme in ("smtp", "pop3"):
                with self.subTest(peer=handler.__name__, scheme=scheme), Peer(handler) as server:
                    run = Run([server.url(scheme), "--timeout", "300", "--case-timeout", "3", "--user", "alice"],
                              [case("t.smtp", "C: NOOP\nS? 250\n", "start: connected\n"),
                               case("t.pop3", "C: NOOP\nS? +OK\n", protocol="pop3", cites="POP3-1939-3-01")])
                    self.assertIn(run.status, (1, 4, 5), run.err)
                    self.assertIsNotNone(run.report)
                    self.assertLess(run.seconds, 40)

    def hostile(self, handler, scheme, header, script):
        """The case's result, the exit status, seconds, and the most memory in octets."""
        smtp = scheme == "smtp"
        text = case("t.case", script, header, *(() if smtp else ("pop3", "POP3-1939-3-01")))
        with Peer(handler) as server, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "case.mst")
            report = os.path.join(folder, "report.json")
            with open(path, "w") as out:
                out.write(text)
            begun = time.time()
            run = subprocess.Popen([MAILSPEC, "probe", server.url(scheme), path, "--timeout", "500", "--case-timeout", "2", "--user", "alice",
                                    "--insecure", "--format", "json", "-o", report, "--artefacts", "none", "--quiet"],
                                   env=dict(os.environ, MAILSPEC_PASSWORD=WORD), stderr=subprocess.DEVNULL)
            _, status, used = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            with open(report) as handle:
                found = load_json(handle.read())
            validate(found, SCHEMA, SCHEMA)
            items = {item["id"]: item["status"] for item in found["cases"]}
            return items.get("t.case"), run.returncode, time.time() - begun, used.ru_maxrss * 1024, os.path.getsize(report)

    def test_hostile_peers_cost_little_and_get_the_right_verdict(self):
        rows = [(peers.handshake_that_never_ends, "smtp", "start: ehlo\n", "C: STARTTLS\nS? 220\ntls\nC: NOOP\nS? 250\n", "inconclusive", 5),
                (peers.handshake_that_never_ends, "smtp", "start: ehlo\n", "C: NOOP\nS? 250\n", "pass", 0),
                (peers.body_that_never_ends, "pop3", "start: transaction\n", "C: RETR 1\nS? +OK\n", "fail", 1),
                (peers.hundred_thousand_keywords, "smtp", "start: ehlo\n", "C: NOOP\nS? 250\n", "pass", 0),
                (peers.dripping_reply, "smtp", "start: greeted\n", "C: NOOP\nS? 250\n", "fail", 1),
                (peers.deaf, "smtp", "start: greeted\n", "C< \"A\"*8MiB\nS? 250\n", "fail", 1),
                (peers.never_ending_line, "pop3", "start: greeted\n", "C: NOOP\nS? +OK\n", "fail", 4),
                (peers.closing, "smtp", "start: greeted\n", "C: NOOP\nS? 250\n", None, 4),
                (peers.silent, "smtp", "start: greeted\n", "C: NOOP\nS? 250\n", None, 4)]
        for handler, scheme, header, script, verdict, status in rows:
            with self.subTest(peer=handler.__name__, script=script):
                got, exit_status, seconds, octets, report = self.hostile(handler, scheme, header, script)
                self.assertEqual((got, exit_status), (verdict, status))
                self.assertLess(seconds, 20)
                if "asan" not in MAILSPEC:
                    self.assertLess(octets, 250 << 20)
                self.assertLess(report, 20 << 20)

    def test_what_never_comes_is_not_waited_for_in_full_each_time(self):
        # eight at a time: three times the whole wait is 12 s, once and two short ones 6 s
        rows = (("C: QUIT\nS? 221\nclose\n", "SMTP-5321-4.1.1.10-02"), ("C: NOOP\nS? 250\n", "SMTP-5321-4.2-01"))
        for script, cites in rows:
            with self.subTest(script=script), Peer(peers.staying) as server:
                cases = [case("t.%02d" % i, script, "start: greeted\n", cites=cites) for i in range(24)]
                run = Run([server.url("smtp"), "--timeout", "4000", "-j", "8"], cases)
                self.assertEqual([item["status"] for item in run.report["cases"]], ["fail"] * 24)
                self.assertLess(run.seconds, 10)
                self.assertGreater(run.seconds, 4)

    def test_nobody_listens(self):
        with Smtp() as server:
            url = server.url()
        run = Run([url], [case("t.case", "C: NOOP\nS? 250\n")])
        self.assertEqual(run.status, 4)
        self.assertIn(url, run.err)
        self.assertEqual((run.report["totals"]["cases"], run.report["totals"]["error"]), (1, 1))

    def test_a_target_that_is_not_there_is_an_error_in_each_report(self):
        """Not an empty report, which whoever reads it takes for a good one; and no reason to forget what was known."""
        with Smtp() as server, tempfile.TemporaryDirectory() as folder:
            urls = [server.url(), "smtp://127.0.0.1:1"]
            case_text = [case("t.one", "C: NOOP\nS? 250\n", "start: ehlo\n")]
            run = Run(urls, case_text)
            self.assertEqual({name: item["status"] for name, item in run.cases().items()},
                             {"t.one": "pass", "target.smtp://127.0.0.1:1": "error"})
            self.assertEqual(run.status, 4)
            path = os.path.join(folder, "report.json")
            with open(path, "wb") as out:
                out.write(run.out)
            for form, sign in (("text", "nobody listens there"), ("junit", "errors=\"1\""), ("tap", "not ok 2"), ("markdown", "1 error"),
                               ("sarif", "\"executionSuccessful\": false"), ("html", "nobody listens there")):
                shown = subprocess.run([MAILSPEC, "report", "convert", "--format", form, path], capture_output=True, text=True).stdout
                self.assertIn(sign, shown, form)
            known = os.path.join(folder, "known")
            text = "fail\tt.gone\t-\twhy\n"
            with open(known, "w") as out:
                out.write(text)
            run = Run([*urls, "--baseline", known, "--update-baseline"], case_text)
            self.assertEqual((run.status, open(known).read()), (4, text))

    def test_a_server_that_dies_ends_the_run(self):
        with Smtp() as server:
            def die():
                server.close()
                raise OSError
            server.changes["NOOP"] = die
            cases = [case("t.%02d" % i, "C: NOOP\nS? 250\n", "start: ehlo\n") for i in range(40)]
            run = Run([server.url(), "--timeout", "1000"], cases)
            server.close = lambda: None
        self.assertEqual(run.status, 4)
        self.assertEqual(run.report["totals"]["cases"], 40)
        self.assertLess(run.seconds, 20)

    def test_an_interrupt_still_writes_the_report(self):
        folder = tempfile.mkdtemp()
        os.makedirs(os.path.join(folder, "c"))
        for number in range(5):
            with open(os.path.join(folder, "c", "%d.mst" % number), "w") as out:
                out.write(case("t.%d" % number, "C: NOOP\nS? 250\n", "start: ehlo\n"))
        with Smtp({"NOOP": b""}) as server:
            process = subprocess.Popen([MAILSPEC, "probe", server.url(), "--corpus", os.path.join(folder, "c"), "-j", "2",
                                        "--format", "json", "--timeout", "20000"], cwd=folder, stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
            time.sleep(0.7)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=10)
        report = json.loads(out)
        self.assertTrue(report["aborted"])
        self.assertEqual(report["totals"]["cases"], 5)
        self.assertEqual(report["totals"]["skip"] + report["totals"]["inconclusive"], 5, report["totals"])
        self.assertEqual(process.returncode, 5)

    # --- selection --------------------------------------------------------------------------------------------------

    SOME = [case("t.one", "C: NOOP\nS? 250\n", "start: ehlo\ntags: a\n"),
            case("t.two", "C: RSET\nS? 251\n", "start: ehlo\n", cites="SMTP-5321-4.5.2-01"),
            case("u.three", "C: NOOP\nS? 250\n", "start: ehlo\nneeds: ehlo:STARTTLS\nlevel: SHOULD\n")]

    def selected(self, *arguments):
        with Smtp() as server:
            run = Run([server.url(), *arguments], self.SOME)
        return run.status, sorted(run.cases()) if run.report else None, run

    def test_selection(self):
        for arguments, wanted in ((["t.*"], ["t.one", "t.two"]), (["rfc5321/4.5"], ["t.two"]),
                                  (["SMTP-5321-4.5.2-01"], ["t.two"]), (["--not", "t.*"], ["u.three"]),
                                  (["--tag", "a"], ["t.one"]), (["--capability", "starttls"], ["u.three"]),
                                  (["--level", "SHOULD"], ["u.three"])):
            self.assertEqual(self.selected(*arguments)[1], wanted, arguments)
        parts = [self.selected("--shard", "%d/2" % i)[1] for i in (1, 2)]
        self.assertEqual(sorted(parts[0] + parts[1]), ["t.one", "t.two", "u.three"])

    def test_an_empty_selection_is_wrong_usage(self):
        for arguments in (["no.such"], ["t.one", "no.such"], ["--tag", "none"], ["t.*", "--min-cases", "3"],
                          ["rfc1939"], ["--shard", "3/2"], ["--not", "no.such"]):
            self.assertEqual(self.selected(*arguments)[0], 2, arguments)

    def test_options_that_make_no_sense_are_told_before_the_run(self):
        for arguments, word in ((["--level", "MUTS"], b"MUST_NOT"), (["-j", "0"], b"--connections"), (["--timeout", "0"], b"--timeout"),
                                (["--case-timeout", "99999999999999999"], b"--case-timeout"), (["--wait-port"], b"--exec"),
                                (["--key", MAILSPEC], b"--cert"), (["--cert", MAILSPEC], b"certificate"), (["--ca", MAILSPEC], b"CA"),
                                (["--baseline", "/nonexistent"], b"/nonexistent"), (["--baseline", __file__], b"STATUS")):
            # a port where nobody listens would be status 4
            done = subprocess.run([MAILSPEC, "probe", "smtp://127.0.0.1:1", *arguments], capture_output=True)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))
            self.assertIn(word, done.stderr)

    def test_what_failed_is_run_again(self):
        with Smtp() as server:
            first = Run([server.url()], self.SOME)
            report = os.path.join(first.folder, "report.json")
            with open(report, "wb") as out:
                out.write(first.out)
            second = Run([server.url(), "--failed-in", report], self.SOME)
        self.assertEqual(sorted(second.cases()), ["t.two"])

    def test_a_dry_run_connects_to_nothing(self):
        with Smtp() as server:
            run = Run([server.url(), "--dry-run", "--user", "alice"],
                      [case("t.case", "C: AUTH PLAIN ${base64(\"\\0${user}\\0${secret:password}\")}\n"
                                      "C< \"a\\n\\0\"\nS? 250\n", "start: data\n")])
            self.assertEqual(server.connections, 0)
        self.assertEqual(run.status, 0)
        text = run.out.decode()
        for wanted in ("t.case", "DATA\\r\\n", "a\\n\\0", "secret:password"):
            self.assertIn(wanted, text)
        self.assertNotIn(WORD, text)

    def test_other_machines_need_authorization(self):
        for url in ("smtp://192.0.2.1", "pop3://mail.example.test:110", "smtp://[2001:db8::1]:25"):
            run = Run([url], self.SOME)
            self.assertEqual(run.status, 2)
            self.assertIn("--authorized", run.err)

    def test_needs_that_do_not_hold_are_skips_with_their_reason(self):
        _, _, run = self.selected("u.three")
        self.assertEqual(run.cases()["u.three"]["status"], "skip")
        self.assertIn("ehlo:STARTTLS", run.cases()["u.three"]["reason"])
        self.assertEqual(run.status, 5)

    def test_the_baseline_hears_of_changes_only(self):
        folder = tempfile.mkdtemp()
        known = os.path.join(folder, "known")
        with Smtp() as server:
            self.assertEqual(Run([server.url(), "--baseline", known, "--update-baseline"], self.SOME).status, 0)
            self.assertEqual(Run([server.url(), "--baseline", known], self.SOME).status, 0)
            server.changes["RSET"] = b"251 ok\r\n"
            run = Run([server.url(), "--baseline", known], self.SOME)
        self.assertEqual(run.status, 3)
        self.assertIn("t.two", run.err)

    # --- artefacts ------------------------------------------------------------------------------------------------------

    def test_an_artefact_is_judged_offline_and_run_again(self):
        with Smtp({"NOOP": b"250-ok\r\n251 mixed\r\n"}) as server:
            run = Run([server.url()], [case("t.case", "C: NOOP\nS? 251\n", "start: ehlo\n")])
            artefact, = run.artefacts()
            for again in artefact, os.path.dirname(artefact):
                again = Run([server.url(), "--case", again], [], folder=run.folder)
                self.assertEqual(again.cases()["t.case"]["status"], "fail")
        judged = subprocess.run([MAILSPEC, "replay", artefact], capture_output=True, text=True)
        self.assertEqual(judged.returncode, 1)
        self.assertIn("SMTP-5321-4.2.1-", judged.stdout)
        self.assertEqual(subprocess.run([MAILSPEC, "lint", artefact], capture_output=True).returncode, 0)

    # --- the server of --exec ----------------------------------------------------------------------------------------------

    def test_exec_starts_and_ends_the_server(self):
        folder = tempfile.mkdtemp()
        pids = os.path.join(folder, "pids")
        command = "echo $$ >%s; %s serve --smtp {port} & echo $! >>%s; wait" % (pids, MAILSPEC, pids)
        run = Run(["smtp://127.0.0.1:{port}", "--exec", command, "--wait-port"], self.SOME[:1])
        self.assertEqual(run.cases()["t.one"]["status"], "pass", run.err)
        for pid in open(pids).read().split():
            self.assertTrue(has_ended(pid))

    def test_the_targets_are_waited_for_whatever_their_ports(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        run = Run(["smtp://127.0.0.1:%d" % port, "--exec", "sleep 0.3; exec %s serve --smtp %d" % (MAILSPEC, port), "--wait-port"],
                  self.SOME[:1])
        self.assertEqual((run.status, run.cases()["t.one"]["status"]), (0, "pass"), run.err)

    def test_the_reset_command(self):
        """Before each play of those that ask for it; its words stay out of the report; without it nothing is decided."""
        cases = [case("t.asks", "C: NOOP\nS? 250\n", "start: ehlo\ntags: reset\n"), case("t.other", "C: NOOP\nS? 250\n", "start: ehlo\n")]
        with Smtp() as server, tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "log")
            run = Run([server.url(), "--feed", "all", "--reset-cmd", "echo before | tee -a " + log], cases)
            self.assertEqual({item["status"] for item in run.cases().values()}, {"pass"})
            with open(log) as lines:
                self.assertEqual(len(lines.readlines()), 4)
            run = Run([server.url(), "--reset-cmd", "exit 3"], cases)
            self.assertEqual([run.cases()[name]["status"] for name in ("t.asks", "t.other")], ["error", "pass"])
            self.assertEqual(run.status, 4)

    def test_exec_of_what_does_not_start(self):
        run = Run(["smtp://127.0.0.1:{port}", "--exec", "false", "--wait-port"], self.SOME[:1])
        self.assertEqual(run.status, 4)

    # --- secrets ----------------------------------------------------------------------------------------------------------------

    def test_no_output_shows_a_password(self):
        by_hand = ("C: AUTH PLAIN ${base64(\"\\0${user}\\0${secret:password}\")}\nS? 999\n")
        cases = [case("t.hand", by_hand, "start: ehlo\nneeds: auth\n"),
                 case("t.echo", "C: NOOP\nS? 999\n", "start: auth\n")]
        plain = base64.b64encode(b"\0alice\0" + WORD.encode()).decode()
        secrets = [WORD, plain, base64.b64encode(WORD.encode()).decode()]
        # the server tells what it was told, in a refusal and elsewhere
        with Smtp({"NOOP": b"250 your password is " + WORD.encode() + b" or " + plain.encode() + b"\r\n"},
                  keywords=("PIPELINING", "AUTH PLAIN"), password=WORD) as server:
            for form in ("text", "json", "junit", "tap", "sarif", "markdown", "html"):
                run = Run([server.url(), "--format", form, "--all", "--user", "alice"], cases)
                self.assertEqual(run.status, 1, run.err)
                shown = run.out.decode() + run.err + "".join(open(path).read() for path in run.artefacts())
                self.assertEqual(len(run.artefacts()), 2)
                for secret in secrets:
                    self.assertNotIn(secret, shown, form)
            wrong = Run([server.url(), "--user", "alice"], cases, word="other-Wort9")
            self.assertNotIn("other-Wort9", wrong.out.decode() + wrong.err)
            self.assertNotIn(base64.b64encode(b"\0alice\0other-Wort9").decode(), wrong.out.decode() + wrong.err)
        self.assertIn(b"${secret:password}", Run([server.url(), "--dry-run"], cases).out)


class WithServer(unittest.TestCase):
    """Against mailspec serve: TLS, logins, deliveries, maildrops."""

    @classmethod
    def setUpClass(cls):
        cls.server = Serve(MAILSPEC, WORD)
        cls.urls = [cls.server.urls["smtp"], cls.server.urls["pop3"]]
        cls.trust = ["--ca", cls.server.certificate]

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def run_all(self, cases, *arguments, urls=None):
        run = Run([*(urls or self.urls), *ACCOUNTS, *self.trust, *arguments], cases)
        self.assertIsNotNone(run.report, run.err)
        return run

    def passes(self, *cases, arguments=(), urls=None):
        run = self.run_all(cases, *arguments, urls=urls)
        for identity, item in run.cases().items():
            if not identity.startswith("listen."):
                self.assertEqual(item["status"], "pass", item)
        return run

    def test_what_was_named_and_is_not_there_is_no_success(self):
        needs = [case("t.needs", "C: RCPT TO:<${rcpt}>\nS? 250\n", "start: mail\nneeds: local-rcpt\n"),
                 case("t.free", "C: NOOP\nS? 250\n", "start: ehlo\n")]
        run = Run([self.server.urls["smtp"], *self.trust, "--rcpt", "nobody@example.test"], needs)
        self.assertEqual([run.cases()[name]["status"] for name in ("t.needs", "t.free")], ["skip", "pass"])
        self.assertIn("550", run.cases()["t.needs"]["reason"])
        self.assertIn("no recipient: RCPT TO:<nobody@example.test>: 550", run.err)
        self.assertEqual(run.status, 4)
        login = [case("t.login", "C: STAT\nS? +OK\n", "start: transaction\n", protocol="pop3", cites="POP3-1939-3-01")]
        run = Run([self.server.urls["pop3"], *self.trust, "--user", "alice"], login, word="wrong-word")
        self.assertEqual((run.cases()["t.login"]["status"], run.status), ("skip", 4))
        for address in ("alice", "alice@example.test>", "a b@example.test", "postmaster", "a@b\r\nNOOP"):
            run = Run([self.server.urls["smtp"], "--rcpt", address], needs)
            self.assertEqual(run.status, 2, address)
            self.assertIn("--rcpt", run.err)

    def test_mail_that_was_there_stays(self):
        remove = [case("t.removes", "C: DELE 1\nS? +OK\nC: QUIT\nS? +OK\n", "start: transaction\nneeds: messages>=1\nmutates: yes\n",
                       protocol="pop3", cites="POP3-1939-6-01")]
        with Serve(MAILSPEC, WORD) as server:
            urls, trust = [server.urls["smtp"], server.urls["pop3"]], ["--ca", server.certificate]
            sent = subprocess.run([MAILSPEC, "send", urls[0], "alice@example.test", "--from", "me@client.example", *trust],
                                  input=b"Subject: mine\n\nmine\n", capture_output=True)
            self.assertEqual(sent.returncode, 0, sent.stderr)
            run = Run([*urls, *ACCOUNTS, *trust], remove)
            self.assertEqual(run.cases()["t.removes"]["status"], "skip")
            self.assertIn("--empty-maildrop", run.cases()["t.removes"]["reason"])
            maildrop = poplib.POP3("127.0.0.1", int(urls[1].rsplit(":", 1)[1]))
            maildrop.user("alice")
            maildrop.pass_(WORD)
            self.assertEqual([line for line in maildrop.retr(1)[1] if line == b"mine"], [b"mine"])
            maildrop.quit()
            run = Run([*urls, *ACCOUNTS, *trust, "--empty-maildrop"], remove)
            self.assertEqual(run.cases()["t.removes"]["status"], "pass")

    def test_what_was_not_named_is_skipped(self):
        bare = [case("t.rcpt", "C: RCPT TO:<${rcpt}>\nS? 250\n", "start: mail\n"),
                case("t.tls", "C: STARTTLS\nS? 220\ntls\n | done\n", "start: ehlo\n")]
        run = Run([self.server.urls["smtp"]], bare)
        self.assertEqual([run.cases()[name]["status"] for name in ("t.rcpt", "t.tls")], ["skip", "skip"])
        self.assertIn("--rcpt", run.cases()["t.rcpt"]["reason"])
        self.assertIn("--insecure", run.cases()["t.tls"]["reason"])

    def test_a_maildir_shows_the_second_account_without_a_login(self):
        cases = [case("t.looks", "C: RCPT TO:<${rcpt2}>\nS? 250\n", "start: mail\nneeds: second-account\n"),
                 case("t.logs-in", "C: MAIL FROM:<${user2}@b.example>\nS? 250\n", "start: ehlo\nneeds: second-account\n")]
        with tempfile.TemporaryDirectory() as folder:
            run = Run([self.server.urls["smtp"], "--rcpt", "alice@example.test", "--rcpt2", "bob@example.test", "--maildir2", folder],
                      cases)
        self.assertEqual([run.cases()[name]["status"] for name in ("t.looks", "t.logs-in")], ["pass", "skip"])

    def test_start_states(self):
        self.passes(*[case("t." + state, script, "start: %s\n" % state) for state, script in (
            ("connected", "S? 220\n"), ("greeted", "C: NOOP\nS? 250\n"), ("ehlo", "C: NOOP\nS? 250\n"),
            ("tls", "C: NOOP\nS? 250\n"), ("auth", "C: NOOP\nS? 250\n"), ("mail", "C: RCPT TO:<${rcpt}>\nS? 250\n"),
            ("rcpt", "C: DATA\nS? 354\nC: .\nS? 2yz | 5yz\n"), ("data", "C: .\nS? 2yz | 5yz\n"))])
        self.passes(*[case("t." + state, script, "start: %s\n" % state, protocol="pop3", cites="POP3-1939-3-01")
                      for state, script in (("connected", "S? +OK\n"), ("greeted", "C: NOOP\nS? -ERR\n"),
                                            ("tls", "C: USER ${user}\nS? +OK\n"), ("transaction", "C: NOOP\nS? +OK\n"))])

    def test_ready_is_where_mail_is_taken(self):
        ready = case("t.ready", "C: MAIL FROM:<${from}>\nS? 250\n", "start: ready\n")
        self.passes(ready)
        self.passes(ready, urls=[self.server.urls["submission"]])
        run = self.run_all([ready.replace("ready", "ehlo")], urls=[self.server.urls["submission"]])
        self.assertEqual(run.cases()["t.ehlo"]["status"], "inconclusive")  # 530
        with Serve(MAILSPEC, WORD, "--require-tls", plain=False) as server:
            run = Run([server.urls["smtp"], *ACCOUNTS, "--ca", server.certificate], [ready])
            self.assertEqual(run.cases()["t.ready"]["status"], "pass", run.cases())
            # "TLS first" tells nothing of what is said, unless the case asks for a code
            for permitted, status in (("250 | 5yz => nonstrict refused", "inconclusive"), ("250 | 5yz => fail refused", "inconclusive"),
                                      ("250 | 530 => nonstrict demanded", "nonstrict")):
                run = Run([server.urls["smtp"], *ACCOUNTS, "--ca", server.certificate],
                          [case("t.ehlo", "C: MAIL FROM:<${from}>\nS? %s\n" % permitted, "start: ehlo\n")])
                self.assertEqual(run.cases()["t.ehlo"]["status"], status, run.cases())

    def test_a_login_in_clear_counts_no_more_in_tls(self):
        script = "C: STARTTLS\nS? 220\ntls\nC: EHLO ${client}\nS? 250\nC: MAIL FROM:<${from}>\nS? 250\n"
        mutants = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "corpus", "mutants")
        for start, status in (("rcpt", "inconclusive"), ("ehlo", "inconclusive")):
            with Serve(MAILSPEC, WORD, "--mutants", mutants, "--mutant", "submission.mail.other-code") as server:
                run = Run([server.urls["submission"], *ACCOUNTS, "--ca", server.certificate], [case("t.case", script, "start: %s\n" % start)])
            self.assertEqual(run.cases()["t.case"]["status"], status, run.cases())

    def test_messages_with_utf8_in_their_headers_are_read(self):
        script = ("C: MAIL FROM:<${from}> SMTPUTF8\nS? 250\nC: RCPT TO:<${rcpt}>\nS? 250\nC: DATA\nS? 354\n"
                  "C< \"Subject: ${mark} caf\\xc3\\xa9\\r\\n\\r\\none\\r\\n.\\r\\n\"\nS? 250\n"
                  "delivered contains \"Subject: ${mark} caf\\xc3\\xa9\\r\\n\"\n")
        self.passes(case("t.utf8", script, "start: ready\nmutates: yes\n"))

    def test_authentication_by_hand(self):
        script = ("C: AUTH CRAM-MD5\nS? 334\n"
                  "C: ${base64(\"${user} ${hex(hmac_md5(secret:password, challenge))}\")}\nS? 235\n")
        apop = "C: APOP ${user} ${hex(md5(\"${timestamp}${secret:password}\"))}\nS? +OK\n"
        run = self.passes(case("t.cram", script, "start: ehlo\nneeds: auth:CRAM-MD5\n"),
                          case("t.apop", apop, "start: greeted\nneeds: auth, apop-banner\n", protocol="pop3",
                               cites="POP3-1939-7-01"))
        self.assertNotIn(WORD, run.out.decode())

    def test_the_limit_that_the_server_lists(self):
        self.passes(case("t.limit", "check size_limit = 2097152\nC: NOOP\nS? 250\n", "start: greeted\n"))

    def test_other_spellings_of_a_mailbox(self):
        self.passes(case("t.list", "C: RCPT TO:<${list}>\nS? 250\nC: RCPT TO:<${alias}>\nS? 250\n",
                         "start: mail\nneeds: list, alias\n"),
                    arguments=("--list-rcpt", "staff@example.test", "--alias-rcpt", "alice+other@example.test"))
        self.passes(case("t.spellings", "C: RCPT TO:<\"${quoted_pairs(local_part)}\"@${upper(domain)}>\nS? 250\n"
                         "C: VRFY <${local_part}@${domain}>\nS? 250 ~\".*<${rcpt}>\"\n", "start: mail\n"))

    def test_scram_by_hand(self):
        exchange = ("let first = \"n=${user},r=fyko\"\nC: AUTH SCRAM-SHA-256\nS? 334\n"
                    "C: ${base64(\"n,,${first}\")}\nS? 334\n"
                    "check matches(challenge, \"r=fyko.+,s=[A-Za-z0-9+/]+=*,i=[0-9]+\") = 1\n"
                    "C: ${base64(scram(secret:password, first, challenge%s))}\nS? %s\n")
        header = "start: ehlo\nneeds: auth:SCRAM\n"
        run = self.passes(case("t.scram", exchange % ("", "334") + "check matches(challenge, \"v=.+\") = 1\n"
                               "check matches(challenge, \"v\") = 0\nC:\nS? 235\n", header),
                          # the GS2 header is a part of what is proved (RFC 5802 section 6)
                          case("t.binding", exchange % (", \"y,,\"", "535"), header))
        self.assertNotIn(WORD, run.out.decode())

    def test_a_login_in_clear_needs_a_server_that_takes_it(self):
        login = "@b C: USER ${user}\n@b S? +OK\n"
        cases = [case("t.started", login, "start: @a transaction, @b greeted\nneeds: user-pass\n", "pop3", "POP3-1939-3-01"),
                 case("t.opened", "@b open greeted\n" + login, "start: @a transaction\nneeds: user-pass\n", "pop3",
                      "POP3-1939-3-01"),
                 case("t.tls", login, "start: @a transaction, @b tls\nneeds: user-pass\n", "pop3", "POP3-1939-3-01")]
        self.passes(*cases)
        with Serve(MAILSPEC, WORD, "--require-tls", plain=False) as server:
            run = Run([server.urls["pop3"], *ACCOUNTS, "--ca", server.certificate], cases)
            status = {identity: item["status"] for identity, item in run.cases().items()}
            self.assertEqual(status, {"t.started": "skip", "t.opened": "skip", "t.tls": "pass"}, run.err)

    def test_the_content_of_a_response_can_be_kept(self):
        script = ("C: TOP 1 0\nS? +OK\nlet top = content\nC: RETR 1\nS? +OK contains \"${top}\"\n"
                  "check size(content) > size(top)\ncheck content != top\n")
        header = "start: transaction\nneeds: messages>=1\n"
        self.passes(case("t.content", script, header, protocol="pop3", cites="POP3-1939-7-06"))

    def test_a_listing_without_lines_has_no_entries(self):
        script = ("C: LIST\nS? +OK each ~\"${n:number} ${octets[n]:number}\"\ncheck count(octets) = 0\n"
                  "check octets = renumbered(octets)\n")
        self.passes(case("t.empty", script, "start: transaction\nneeds: messages=0\n", protocol="pop3",
                         cites="POP3-1939-5-12"), arguments=["--empty-maildrop"])

    def test_behind_a_bare_lf_of_ours_the_session_machine_is_silent(self):
        # the server takes one command, and the response to it, or the next one, is no fault of order
        run = self.passes(case("t.lf", "C< \"NOOP\\nSTAT\\r\\n\"\nS? -ERR\nfence\nC: NOOP\nS? +OK\n",
                               "start: transaction\nfeed: fixed\n", protocol="pop3", cites="POP3-SEC-raw-03"))
        self.assertEqual(list(run.cases()), ["t.lf"])

    def test_what_is_offered_in_tls_only_is_looked_for_there(self):
        plain = "C: AUTH PLAIN ${base64(\"\\0${user}\\0${secret:password}\")}\nS? 235\n"
        clear = "C: EHLO x.example\nS? 250 has STARTTLS\n"
        tls = "C: EHLO x.example\nS? 250 lacks STARTTLS\n"
        cases = [case("t.plain", plain, "start: ehlo\nneeds: auth:PLAIN\n"),
                 case("t.word", tls, "start: ehlo\nneeds: ehlo:AUTH PLAIN\n"),
                 case("t.cram", clear, "start: ehlo\nneeds: auth:CRAM-MD5\n"),
                 case("t.clear", clear, "start: ehlo\nneeds: notls, auth:PLAIN\n"),
                 case("t.greeted", clear, "start: greeted\nneeds: auth:PLAIN\n")]
        with Serve(MAILSPEC, WORD, plain=False) as server:
            run = Run([server.urls["smtp"], *ACCOUNTS, "--ca", server.certificate], cases)
        self.assertEqual([run.cases()[item]["status"] for item in ("t.plain", "t.word", "t.cram", "t.clear", "t.greeted")],
                         ["pass", "pass", "pass", "skip", "skip"])

    def test_tls_by_hand_and_what_is_held_goes_with_it(self):
        self.passes(case("t.tls", "C: STARTTLS\nS? 220\ntls\nfence\nC: EHLO x.example\nS? 250 lacks STARTTLS\n",
                         "start: ehlo\nneeds: ehlo:STARTTLS, tls\n"),
                    case("t.version", "C: STARTTLS\nS? 220\ntls version 1.2\n | alert => refused { end }\n",
                         "start: ehlo\nneeds: tls\n"))

    def test_deliveries_are_compared_octet_by_octet(self):
        message = "Subject: x ${mark}\\r\\nFrom: <${from}>\\r\\n\\r\\n"
        body = "\".dot\\r\\n..two\\r\\n\\r\\ntrail  \\r\\n\""
        kept = "C< \"%s\"\nC< stuff(%s) \".\\r\\n\"\nS? 250\n" % (message, body)
        run = self.passes(case("t.kept", kept + "delivered octets %s\n" % body, "start: data\nmutates: yes\n"),
                          case("t.none", "C: QUIT\nS? 221\nclose\nnot delivered\n", "start: rcpt\n"),
                          case("t.count", kept + "delivered 2\n | 1 => pass one\n", "start: data\nmutates: yes\n"))
        self.assertEqual(run.cases()["t.count"]["outcome"], "one")
        run = self.run_all([case("t.other", kept + "delivered octets \"no\"\n", "start: data\nmutates: yes\n")])
        self.assertEqual(run.cases()["t.other"]["status"], "fail")

    def test_header_sections_are_matched_unfolded(self):
        kept = ("C< \"Subject: a ${mark}\\r\\n\\tb\\r\\n\\r\\nX-Body: c\\r\\n.\\r\\n\"\nS? 250\n"
                "delivered header ~i\"(.*\\n)?%s\\r\\n(.*)\"%s\n")
        run = self.run_all([case("t.fold", kept % ("subject: a ${mark}\\tb", ""), "start: data\nmutates: yes\n"),
                            case("t.body", kept % ("x-body: c", "\n | else => pass none"), "start: data\nmutates: yes\n"),
                            case("t.not", kept % ("subject: b", ""), "start: data\nmutates: yes\n")])
        self.assertEqual(run.cases()["t.fold"]["status"], "pass", run.cases()["t.fold"])
        self.assertEqual(run.cases()["t.body"]["outcome"], "none", run.cases()["t.body"])
        self.assertEqual(run.cases()["t.not"]["status"], "fail")

    def test_what_the_run_put_there_is_removed(self):
        kept = "C< \"Subject: x\\r\\nFrom: <a@b.example>\\r\\n\\r\\none\\r\\n.\\r\\n\"\nS? 250\n"
        many = "needs: auth, messages>=3\nstart: transaction\n"
        run = self.run_all([case("t.sent", kept, "start: data\nmutates: yes\n"),
                            case("t.count", "C: STAT\nS? +OK ~\"${n:number} .*\"\ncheck n >= 3\n", many, protocol="pop3",
                                 cites="POP3-1939-5-01")])
        self.assertEqual(run.cases()["t.count"]["status"], "pass", run.cases()["t.count"])
        self.assertGreaterEqual(run.report["ledger"]["messages"], 4)
        host, port = self.urls[1][len("pop3://"):].split(":")
        box = poplib.POP3(host, int(port))
        box.user("alice")
        box.pass_(WORD)
        self.assertEqual(box.stat()[0], 0)
        box.quit()

    def maildrop(self, server, word=WORD):
        host, port = server.urls["pop3"][len("pop3://"):].split(":")
        end = time.time() + 10
        while True:
            box = poplib.POP3(host, int(port))
            box.user("alice")
            try:
                box.pass_(word)
                return box
            except poplib.error_proto as refused:
                # the server has not yet seen that the run's session is gone
                if b"IN-USE" not in refused.args[0] or time.time() > end:
                    raise
            box.quit()
            time.sleep(0.1)

    SENDS = "C< \"Subject: x\\r\\nFrom: <a@b.example>\\r\\n\\r\\none\\r\\n.\\r\\n\"\nS? 250\n"

    def test_what_the_run_itself_put_there_may_go_where_a_maildrop_is_to_be_empty(self):
        empty = case("t.empty", "C: STAT\nS? +OK ~\"0 .*\"\n", "start: transaction\nneeds: messages=0\n", "pop3", "POP3-1939-5-01")
        some = case("t.a", "C: STAT\nS? +OK ~\"[1-9].*\"\n", "start: transaction\nneeds: messages>=2\n", "pop3", "POP3-1939-5-01")
        with Serve(MAILSPEC, WORD) as server:
            targets = [server.urls["smtp"], server.urls["pop3"], *ACCOUNTS, "--insecure", "-j", "1"]
            run = Run(targets, [some, empty])
            self.assertEqual([run.cases()[name]["status"] for name in ("t.a", "t.empty")], ["pass", "pass"], run.out)
            run = Run([*targets, "--keep-mail"], [some, empty])
            self.assertEqual(run.cases()["t.empty"]["status"], "skip")
            # what was there before stays
            run = Run(targets, [some, empty])
            self.assertEqual(run.cases()["t.empty"]["status"], "skip")
            self.assertEqual(len(self.maildrop(server).list()[1]), 2)

    def test_a_file_that_cannot_be_read_is_wrong_usage(self):
        for option in ("--ca", "--cert", "--key"):
            done = subprocess.run([MAILSPEC, "probe", "smtp://127.0.0.1:1", option, "/nonexistent"], capture_output=True)
            self.assertEqual((done.returncode, b"/nonexistent" in done.stderr), (2, True))

    def test_an_interrupted_run_takes_its_mail_out(self):
        with Serve(MAILSPEC, WORD) as server, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "wait.mst")
            with open(path, "w") as out:
                out.write(case("t.wait", self.SENDS + "pause 20s\n", "start: data\nmutates: yes\ntimed: yes\n"))
            report = os.path.join(folder, "report.json")
            run = subprocess.Popen([MAILSPEC, "probe", server.urls["smtp"], server.urls["pop3"], *ACCOUNTS, "--insecure", "--format", "json",
                                    "-o", report, path], env=dict(os.environ, MAILSPEC_PASSWORD=WORD, MAILSPEC_PASSWORD2=WORD),
                                   stderr=subprocess.PIPE, cwd=folder)
            for _ in range(200):
                box = self.maildrop(server)
                there = len(box.list()[1])
                box.quit()
                if there > 0:
                    break
                time.sleep(0.05)
            self.assertEqual(there, 1)
            run.send_signal(signal.SIGTERM)
            err = run.communicate(timeout=30)[1].decode()
            self.assertEqual(len(self.maildrop(server).list()[1]), 0, err)
            found = load_json(open(report).read())
            validate(found, SCHEMA, SCHEMA)
            self.assertEqual((found["aborted"], found["ledger"]["left"]), (True, []))

    def test_what_is_left_is_told_and_a_later_run_takes_it_out(self):
        cases = [case("t.sent", self.SENDS, "start: data\nmutates: yes\n")]
        with Serve(MAILSPEC, WORD) as server:
            targets = [server.urls["smtp"], server.urls["pop3"], *ACCOUNTS, "--insecure"]
            environment = dict(os.environ, MAILSPEC_PASSWORD=WORD, MAILSPEC_PASSWORD2=WORD)
            run = Run([*targets, "--keep-mail"], cases)
            # somebody else's message stays
            import smtplib
            with smtplib.SMTP(server.urls["smtp"][len("smtp://"):]) as other:
                other.sendmail("x@elsewhere.example", ["alice@example.test"], "Subject: mine\r\n\r\nkeep me\r\n")
            report = os.path.join(run.folder, "report.json")
            with open(report, "wb") as out:
                out.write(run.out)
            clean = [MAILSPEC, "probe", *targets, "--clean"]
            held = self.maildrop(server)  # RFC 1939 section 4: it cannot be opened a second time
            self.assertEqual(len(held.list()[1]), 2)
            locked = subprocess.run([*clean, report], env=environment, capture_output=True)
            self.assertEqual(locked.returncode, 4, locked.stderr)
            held.quit()
            done = subprocess.run([*clean, report], env=environment, capture_output=True)
            self.assertEqual((done.returncode, done.stdout.decode()),
                             (0, "1 messages that bear the mark %s were removed; 1 others were left\n" % run.report["ledger"]["mark"]))
            box = self.maildrop(server)
            self.assertEqual(len(box.list()[1]), 1)
            self.assertIn(b"keep me", box.retr(1)[1])
            box.quit()
            wrong = subprocess.run([*clean, "m"], env=environment, capture_output=True)
            self.assertEqual(wrong.returncode, 2)

    def test_what_cannot_be_removed_is_listed(self):
        with Serve(MAILSPEC, WORD, "--mutant", "pop3.quit.keeps") as server:
            keeps = Run([server.urls["smtp"], server.urls["pop3"], *ACCOUNTS, "--insecure"],
                        [case("t.sent", self.SENDS, "start: data\nmutates: yes\n")])
        self.assertIn("keeps it", keeps.report["ledger"]["left"][0]["reason"])
        self.assertNotEqual(keeps.report["ledger"]["left"][0]["message"], "")
        with Smtp() as server:
            blind = Run([server.url(), *ACCOUNTS], [case("t.sent", self.SENDS, "start: data\nmutates: yes\n")])
        for told, where in ((keeps, "alice"), (blind, "alice@example.test")):
            validate(load_json(told.out.decode()), SCHEMA, SCHEMA)
            self.assertEqual([left["maildrop"] for left in told.report["ledger"]["left"]], [where])
            self.assertIn("the mark of the run is " + told.report["ledger"]["mark"], told.err)

    def test_feeds_agree(self):
        script = "C: MAIL FROM:<${from}>\nS? 250\nC: RCPT TO:<${rcpt}>\nS? 250\nC: RSET\nS? 250\nfence\n"
        self.passes(case("t.case", script, "start: ehlo\n"), arguments=["--feed", "all"])
        run = self.passes(case("t.case", script, "start: ehlo\n"), arguments=["--feed", "pipelined"])
        said = [e["octets"] for e in run.cases()["t.case"]["evidence"] if e["kind"] == "exchange" and e["side"] == "client"]
        self.assertTrue(any(line.startswith("MAIL") and "RCPT" in line and line.endswith("RSET\\r\\n") for line in said))

    def test_several_connections_and_a_maildrop_lock(self):
        script = ("@a C: STAT\n@a S? +OK\n@b C: USER ${user}\n@b S? +OK\n@b C: PASS ${secret:password}\n"
                  "@b S? -ERR [IN-USE] => refused | +OK => shared\n@a C: QUIT\n@a S? +OK\n@a close\n"
                  "when @b refused {\n    @c open transaction\n    @c C: STAT\n    @c S? +OK\n}\n")
        header = "start: @a transaction, @b greeted\nneeds: auth, user-pass\n"
        self.passes(*[case("t.%d" % i, script, header, protocol="pop3", cites="POP3-1939-4-05") for i in range(6)])

    def test_two_targets_of_a_kind_have_results_of_their_own(self):
        run = self.passes(case("t.case", "C: NOOP\nS? 250\n", "start: ehlo\n"),
                          urls=[*self.urls, self.server.urls["submission"]])
        self.assertEqual(sorted(i for i in run.cases() if not i.startswith("listen.")), ["t.case", "t.case@submission"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:], verbosity=1, warnings="ignore")
