#!/usr/bin/env python3
"""mailspec send and mailspec fetch as a user meets them, and foreign clients at mailspec serve.

usage: test_clients.py MAILSPEC [TEST...]"""
import base64
import fcntl
import mailbox
import os
import poplib
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probe_peers import HOSTILE, Peer, Serve, Smtp, dripping, silent  # noqa: E402

MAILSPEC = sys.argv[1] if len(sys.argv) > 1 else "mailspec"
WORD = "s3cr3t-Wort"
BODY = b".\r\n..\r\n...x\r\n\r\nFrom here\r\n>From there\r\n \r\ntrailing \r\n" + b"y" * 998 + b"\r\n"


def run(*arguments, text=b"", word=WORD):
    environment = dict(os.environ, MAILSPEC_PASSWORD=word)
    return subprocess.run([MAILSPEC, *arguments], input=text, capture_output=True, env=environment, timeout=60)


def port_of(url):
    return int(url.rsplit(":", 1)[1])


def maildrop(server, user="alice"):
    """The messages' octets, read by another client than ours."""
    client = poplib.POP3("127.0.0.1", port_of(server.urls["pop3"]))
    client._MAXLINE = 10000
    client.user(user)
    client.pass_(WORD)
    messages = [b"\r\n".join(client.retr(i + 1)[1]) + b"\r\n" for i in range(client.stat()[0])]
    client.quit()
    return messages


class Send(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Serve(MAILSPEC, WORD)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def send(self, *arguments, text=b"hello\n", scheme="smtp"):
        return run("send", self.server.urls[scheme], *arguments, "--ca", self.server.certificate, text=text)

    def test_a_message_arrives_octet_by_octet(self):
        done = self.send("alice@example.test", "bob@example.test", "--from", "me@client.example", "--as-is",
                         text=b"Subject: one\r\n\r\n" + BODY)
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr)
        for user in "alice", "bob":
            self.assertTrue(maildrop(self.server, user)[-1].endswith(b"Subject: one\r\n\r\n" + BODY))

    def test_lf_becomes_crlf_and_missing_fields_are_added(self):
        done = self.send("alice@example.test", "--from", "me@client.example", "--subject", "two", text=b"a\n.b\nlast")
        self.assertEqual(done.returncode, 0, done.stderr)
        got = maildrop(self.server)[-1]
        self.assertTrue(got.endswith(b"\r\n\r\na\r\n.b\r\nlast\r\n"), got)
        for field in b"\r\nDate: ", b"\r\nFrom: me@client.example\r\n", b"\r\nSubject: two\r\n", b"\r\nMessage-ID: <":
            self.assertIn(field, got)
        done = self.send("alice@example.test", "--from", "me@client.example",
                         text=b"date: Mon, 23 Nov 2026 00:00:00 +0000\nSubject: x\n y\n\nbody\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        got = maildrop(self.server)[-1]
        self.assertEqual((got.lower().count(b"\r\ndate:"), got.count(b"\r\nFrom: ")), (1, 1), got)

    def test_an_empty_message(self):
        done = self.send("alice@example.test", "--from", "<>", "--as-is", text=b"")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"Return-Path: <>\r\n", maildrop(self.server)[-1])

    def test_a_refused_recipient_is_told_and_the_others_get_it(self):
        for scheme in "smtp", "lmtp":
            done = self.send("alice@example.test", "nobody@example.test", "--from", "me@client.example", "--subject",
                             "partly " + scheme, scheme=scheme)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"nobody@example.test: RCPT: 550", done.stderr)
            self.assertIn(b"taken for 1 of 2 recipients", done.stderr)
            self.assertIn(b"partly " + scheme.encode(), maildrop(self.server)[-1])

    def test_submission_with_a_login_inside_tls(self):
        done = self.send("bob@example.test", "--from", "alice@example.test", "--user", "alice", "--subject", "x", "-v",
                         scheme="submission")
        self.assertEqual(done.returncode, 0, done.stderr)
        dialogue = done.stderr.decode()
        self.assertLess(dialogue.index("STARTTLS\n"), dialogue.index("C: AUTH"))
        self.assertNotIn(WORD, dialogue)
        for secret in b"\0alice\0" + WORD.encode(), WORD.encode():
            self.assertNotIn(base64.b64encode(secret).decode(), dialogue)

    def test_a_wrong_password(self):
        done = run("send", self.server.urls["submission"], "bob@example.test", "--from", "alice@example.test", "--user",
                   "alice", "--subject", "x", "--ca", self.server.certificate, word="wrong", text=b"x")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"535", done.stderr)

    def test_an_unknown_certificate_is_refused(self):
        done = run("send", self.server.urls["smtp"], "bob@example.test", "--from", "a@b.example", "--subject", "x",
                   text=b"x")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn(b"certificate is not accepted", done.stderr)

    def test_what_may_not_be_sent(self):
        before = len(maildrop(self.server))
        for text, why in ((b"Subject: x\n\na\rb\n", b"line 3 holds a bare CR"), (b"X: y\n\n\0\n", b"line 3 holds NUL"),
                          (b"X: y\n\n" + b"z" * 999 + b"\n", b"over 998 octets"), (b"no header\n", b"no header section")):
            done = self.send("alice@example.test", "--from", "me@client.example", text=text)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(why, done.stderr)
        for address in "alice", "a b@example.test", "a@b> SIZE=1", "<alice@example.test>", "a@b\r\nRSET":
            done = self.send(address, "--from", "me@client.example", "--subject", "x")
            self.assertEqual(done.returncode, 2, address)
            self.assertIn(b"is no address", done.stderr)
        self.assertEqual(len(maildrop(self.server)), before)

    def test_wrong_usage(self):
        url = self.server.urls["smtp"]
        for arguments in ([], [url], [url, "a@b.example"], [self.server.urls["pop3"], "a@b.example", "--from", "<>"],
                          ["http://x", "a@b.example", "--from", "<>"], [url, "a@b.example", "--from", "<>", "--tls", "no"],
                          [url, "a@b.example", "--from", "<>", "--message", "/nowhere"],
                          [url, "a@b.example", "--from", "<>", "--ca", "/nowhere"],
                          [url, "a@b.example", "--from", "<>", "--key", self.server.certificate],
                          [url, "a@b.example", "--from", "<>", "--cert", MAILSPEC],
                          [url, "a@b.example", "--from", "<>", "--timeout", "0"]):
            done = run("send", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertTrue(done.stderr)


class SendToOthers(unittest.TestCase):
    def test_helo_where_ehlo_is_unknown(self):
        with Smtp({"EHLO": b"500 what?\r\n"}) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "me@c.example", "--subject", "x", text=b"hi")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual([line.split(" ")[0] for line in peer.lines if line.isupper() or " " in line][:2],
                             ["EHLO", "HELO"])
            self.assertIn("MAIL FROM:<me@c.example>", peer.lines)

    def test_octets_above_127_need_8bitmime(self):
        with Smtp() as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", "x", text=b"\xc3\xa4")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"8BITMIME", done.stderr)
            self.assertNotIn("DATA", peer.lines)
        with Smtp(keywords=("8BITMIME",)) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", "x", text=b"\xc3\xa4")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("MAIL FROM:<> BODY=8BITMIME", peer.lines)

    def test_header_fields_above_127_need_smtputf8(self):
        """RFC 6531 section 3.1: such a message goes to no server without SMTPUTF8."""
        text = b"Subject: \xc3\xa4\n\nhi\n"
        with Smtp(keywords=("8BITMIME",)) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", text=text)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"SMTPUTF8", done.stderr)
            self.assertNotIn("DATA", peer.lines)
        with Smtp(keywords=("8BITMIME", "SMTPUTF8")) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", text=text)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("MAIL FROM:<> BODY=8BITMIME SMTPUTF8", peer.lines)

    def test_a_subject_above_127_goes_as_encoded_words(self):
        """RFC 2047; lines of at most 76 octets, whole characters in each word."""
        subject = "Grüße an alle: " + "€" * 40
        with Smtp(keywords=("8BITMIME",)) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", subject,
                       text="tschüß\n".encode())
            self.assertEqual(done.returncode, 0, done.stderr)
            start = next(i for i, line in enumerate(peer.lines) if line.startswith("Subject: "))
            lines = [peer.lines[start]]
            while peer.lines[start + len(lines)].startswith(" "):
                lines.append(peer.lines[start + len(lines)])
            words = [line.removeprefix("Subject:").strip() for line in lines]
            self.assertLessEqual(max(len(line) for line in lines), 76)
            for word in words:
                self.assertTrue(word.startswith("=?UTF-8?B?") and word.endswith("?="), word)
            self.assertEqual("".join(base64.b64decode(word[10:-2]).decode() for word in words), subject)
            self.assertIn("Content-Type: text/plain; charset=UTF-8", peer.lines)
            self.assertIn("Content-Transfer-Encoding: 8bit", peer.lines)
        done = run("send", "smtp://127.0.0.1:1", "a@b.example", "--from", "<>", "--subject", b"\xe4", text=b"x")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(b"not in UTF-8", done.stderr)

    def test_a_message_over_the_announced_size(self):
        with Smtp(keywords=("SIZE 100",)) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", "x", text=b"y" * 100)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"takes 100", done.stderr)

    def test_refusals_and_what_they_hold_are_shown_escaped(self):
        for where in "greeting", "EHLO", "MAIL", "DATA", ".":
            with Smtp({where: b"554 no\x1b[2Jno\r\n", "HELO": b"554 no\x1b[2J\r\n"}) as peer:
                done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", "x", "-v", text=b"y")
                self.assertEqual(done.returncode, 1, where)
                self.assertNotIn(b"\x1b", done.stderr)
                self.assertIn(b"554 no\\x1b[2J", done.stderr)

    def test_a_password_does_not_go_in_clear_to_strangers(self):
        # no server of ours is off loopback; a name is never taken for loopback
        with Smtp(keywords=("AUTH PLAIN",), password=WORD) as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", "x", "--user", "alice", text=b"y")
            self.assertEqual(done.returncode, 0, done.stderr)
            host = os.uname().nodename
            try:
                if not socket.gethostbyname(host).startswith("127."):
                    return
            except OSError:
                return
            done = run("send", "smtp://%s:%d" % (host, peer.port), "a@b.example", "--from", "<>", "--subject", "x",
                       "--user", "alice", text=b"y")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(b"without TLS", done.stderr)

    def test_tls_always(self):
        with Smtp() as peer:
            done = run("send", peer.url(), "a@b.example", "--from", "<>", "--subject", "x", "--tls", "always", text=b"y")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"does not offer STARTTLS", done.stderr)

    def test_hostile_servers(self):
        for scheme, command in ("smtp", ["send"]), ("pop3", ["fetch"]):
            for handler in HOSTILE:
                with Peer(handler) as peer:
                    arguments = [peer.url(scheme), "--timeout", "1000"]
                    arguments += ["a@b.example", "--from", "<>", "--subject", "x"] if scheme == "smtp" else ["--user", "a"]
                    begun = time.time()
                    done = run(*command, *arguments, text=b"y")
                    self.assertIn(done.returncode, (1, 4), (handler.__name__, done.stderr))
                    self.assertLess(time.time() - begun, 45, handler.__name__)
                    self.assertNotIn(b"\0", done.stderr)
                    if handler in (silent, dripping):
                        self.assertLess(time.time() - begun, 10)

    def test_nobody_there(self):
        with Peer(silent) as peer:
            url = peer.url()
        done = run("send", url, "a@b.example", "--from", "<>", "--subject", "x", text=b"y")
        self.assertEqual(done.returncode, 4, done.stderr)


class Fetch(unittest.TestCase):
    def setUp(self):
        self.server = Serve(MAILSPEC, WORD, "--pop3s", "0")
        self.folder = tempfile.TemporaryDirectory()
        for text in b"Subject: 1\r\n\r\n" + BODY, b"Subject: 2\r\n\r\n\x1b[2J\xc3\xa4\r\n":
            done = run("send", self.server.urls["smtp"], "alice@example.test", "--from", "me@client.example", "--as-is",
                       "--tls", "never", text=text)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.messages = maildrop(self.server)

    def tearDown(self):
        self.server.__exit__()
        self.folder.cleanup()

    def fetch(self, *arguments, scheme="pop3"):
        return run("fetch", self.server.urls[scheme], "--user", "alice", "--ca", self.server.certificate, *arguments)

    def test_prints_every_message_and_leaves_the_maildrop(self):
        done = self.fetch()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"--- message 1 of 2, %d octets\n" % len(self.messages[0]), done.stdout)
        self.assertIn(b"Subject: 1\n\n" + BODY.replace(b"\r\n", b"\n"), done.stdout)
        self.assertIn(b"\\x1b[2J", done.stdout)
        self.assertNotIn(b"\x1b", done.stdout)
        self.assertEqual(maildrop(self.server), self.messages)

    def test_saves_octets(self):
        box = os.path.join(self.folder.name, "box")
        for first in 1, 3:  # files that are there stay
            done = self.fetch("--save", box, scheme="pop3s")
            self.assertEqual(done.returncode, 0, done.stderr)
            for i, message in enumerate(self.messages):
                with open("%s/%04d.eml" % (box, first + i), "rb") as saved:
                    self.assertEqual(saved.read(), message)
        self.assertEqual(sorted(os.listdir(box)), ["0001.eml", "0002.eml", "0003.eml", "0004.eml"])

    def test_mbox(self):
        done = self.fetch("--form", "mbox")
        path = os.path.join(self.folder.name, "mbox")
        with open(path, "wb") as out:
            out.write(done.stdout)
        box = mailbox.mbox(path)
        self.assertEqual([message["Subject"] for message in box], ["1", "2"])
        self.assertIn(b"\n>From here\n>>From there\n", done.stdout)

    def test_delete_only_on_request_and_only_what_was_kept(self):
        done = self.fetch("--delete", "--save", "/proc/nowhere")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(maildrop(self.server), self.messages)
        done = subprocess.run([MAILSPEC, "fetch", self.server.urls["pop3"], "--user", "alice", "--tls", "never", "--delete"],
                              stdout=open("/dev/full", "w"), stderr=subprocess.PIPE,
                              env=dict(os.environ, MAILSPEC_PASSWORD=WORD), timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(maildrop(self.server), self.messages)
        done = self.fetch("--delete")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(maildrop(self.server), [])

    def test_login_variants_and_the_password(self):
        for arguments, sign in ((["--tls", "never"], "C: AUTH"), ([], "C: STLS")):
            done = self.fetch("-v", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(sign, done.stderr.decode())
            self.assertNotIn(WORD, done.stderr.decode())
        done = run("fetch", self.server.urls["pop3"], "--user", "alice", "--tls", "never", word="wrong")
        self.assertEqual((done.returncode, done.stdout), (1, b""))

    def test_apop_and_user_pass(self):
        def talk(connection, greeting, taken):
            stream = connection.makefile("rb")
            connection.sendall(greeting)
            for line in stream:
                heard.append(line)
                verb = line.split()[0]
                connection.sendall(b"-ERR no\r\n" if verb == b"CAPA" else b"+OK 0 0\r\n")
                if verb == b"QUIT":
                    return
        heard = []
        with Peer(lambda c: talk(c, b"+OK <1896.697170952@dbc.mtview.ca.us>\r\n", b"APOP")) as peer:
            done = run("fetch", peer.url("pop3"), "--user", "mrose", word="tanstaaf")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"USER mrose\r\n", heard)  # loopback: the password may go
        heard.clear()
        with Peer(lambda c: talk(c, b"+OK hi\r\n", b"USER")) as peer:
            done = run("fetch", peer.url("pop3"), "--user", "mrose", "-v", word="tanstaaf")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"PASS tanstaaf\r\n", heard)
            self.assertNotIn(b"tanstaaf", done.stderr)


class Terminal(unittest.TestCase):
    """The password is asked on the terminal, which shows it neither then nor remains silent behind."""

    def ask(self, arguments, answer, stdin=None):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        environment = {name: value for name, value in os.environ.items() if name != "MAILSPEC_PASSWORD"}
        process = subprocess.Popen([MAILSPEC, *arguments], stdout=subprocess.DEVNULL, stderr=slave, env=environment,
                                   stdin=slave if stdin is None else stdin,
                                   preexec_fn=lambda: (os.setsid(), fcntl.ioctl(2, termios.TIOCSCTTY, 0)))
        if process.stdin is not None:
            process.stdin.write(b"hello\n")
            process.stdin.close()
        shown = b""
        while b"password of alice: " not in shown:
            self.assertTrue(select.select([master], [], [], 20)[0], shown)
            shown += os.read(master, 1000)
        end = time.time() + 20
        while termios.tcgetattr(slave)[3] & termios.ECHO and time.time() < end:
            time.sleep(0.01)
        self.assertFalse(termios.tcgetattr(slave)[3] & termios.ECHO, "the password would be seen")
        os.write(master, answer)
        status = process.wait(30)
        self.assertTrue(termios.tcgetattr(slave)[3] & termios.ECHO, "the terminal stays silent")
        while select.select([master], [], [], 0.1)[0]:
            shown += os.read(master, 1000)
        self.assertNotIn(WORD.encode(), shown)
        return status, shown

    def test_the_password(self):
        with Serve(MAILSPEC, WORD) as server:
            fetch = ["fetch", server.urls["pop3"], "--user", "alice", "--ca", server.certificate]
            send = ["send", server.urls["submission"], "alice@example.test", "--from", "alice@example.test", "--subject",
                    "x", "--user", "alice", "--ca", server.certificate]
            status, shown = self.ask(send, WORD.encode() + b"\n", stdin=subprocess.PIPE)
            self.assertEqual(status, 0, shown)
            self.assertEqual(self.ask(fetch, WORD.encode() + b"\n")[0], 0)
            self.assertEqual(self.ask(fetch, b"\x03")[0], -signal.SIGINT)


class Foreign(unittest.TestCase):
    """Clients that nobody here wrote, where they are installed."""

    def setUp(self):
        self.server = Serve(MAILSPEC, WORD)

    def tearDown(self):
        self.server.__exit__()

    def have(self, program):
        if shutil.which(program) is None:
            self.skipTest("%s is not installed" % program)

    def test_swaks(self):
        self.have("swaks")
        port = str(port_of(self.server.urls["smtp"]))
        done = subprocess.run(["swaks", "--server", "127.0.0.1", "--port", port, "--to", "alice@example.test",
                               "--from", "me@client.example", "--helo", "client.example", "--body", "hi\n.\nthere"],
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"hi\r\n.\r\nthere", maildrop(self.server)[-1])

    def test_msmtp(self):
        self.have("msmtp")
        port = str(port_of(self.server.urls["submission"]))
        done = subprocess.run(["msmtp", "--host=127.0.0.1", "--port=" + port, "--tls=on", "--tls-starttls=on",
                               "--tls-certcheck=off", "--auth=plain", "--user=alice",
                               "--passwordeval=echo " + WORD, "--from=alice@example.test", "bob@example.test"],
                              input=b"Subject: m\n\n.hi\n", capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(maildrop(self.server, "bob")[-1].endswith(b"\r\n\r\n.hi\r\n"))

    def test_mpop(self):
        self.have("mpop")
        run("send", self.server.urls["smtp"], "alice@example.test", "--from", "me@c.example", "--subject", "x", "--tls",
            "never", text=b".a\n")
        port = str(port_of(self.server.urls["pop3"]))
        with tempfile.TemporaryDirectory() as folder:
            box = os.path.join(folder, "box")
            done = subprocess.run(["mpop", "--host=127.0.0.1", "--port=" + port, "--tls=on", "--tls-starttls=on",
                                   "--tls-certcheck=off", "--auth=cram-md5", "--user=alice", "--keep=on",
                                   "--passwordeval=echo " + WORD, "--uidls-file=" + os.path.join(folder, "uidls"),
                                   "--delivery=mbox," + box], capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(box, "rb") as saved:
                self.assertIn(b"\n\n.a\n", saved.read().replace(b"\r\n", b"\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1, warnings="ignore")
