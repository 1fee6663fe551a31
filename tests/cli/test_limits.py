#!/usr/bin/env python3
"""mailspec probe on servers that limit connections, messages and logins, or slow down logins behind wrong ones.

usage: test_limits.py MAILSPEC [TEST...]"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from probe_peers import Peer, Serve  # noqa: E402

MAILSPEC = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "mailspec"
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "corpus")
WORD = "s3cr3t-Wort"
LOCKS = ("pop3.lock.named", "pop3.lock.released", "pop3.lock.second-login", "pop3.lock.other-account")
TOLD = "limits the rate: the cases run one at a time"


class Rate:
    """So many in so many seconds; strict: what is refused counts as well."""

    def __init__(self, count, seconds, strict=False):
        self.count, self.seconds, self.strict = count, seconds, strict
        self.times, self.refused, self.lock = [], 0, threading.Lock()

    def passes(self):
        with self.lock:
            now = time.monotonic()
            self.times = [at for at in self.times if now - at < self.seconds]
            passes = len(self.times) < self.count
            self.refused += not passes
            if passes or self.strict:
                self.times.append(now)
            return passes


class Before(Peer):
    """In front of another server, in clear: what the client says and what it is answered may be looked at, and changed."""

    def __init__(self, url):
        self.target = int(url.rsplit(":", 1)[1])
        super().__init__(self.talk)

    def talk(self, client):
        with socket.create_connection(("127.0.0.1", self.target)) as server:
            down = threading.Thread(target=self.pump, args=(server, client), daemon=True)
            down.start()
            while octets := client.recv(65536):
                answer = self.said(octets)
                if answer is None:
                    server.sendall(octets)
                    continue
                client.sendall(answer)
                if self.parting(answer):
                    return
            server.shutdown(socket.SHUT_WR)
            down.join(5)

    def pump(self, server, client):
        try:
            while octets := server.recv(65536):
                client.sendall(self.heard(octets))
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def said(self, octets):
        """The answer to what the client said; None: it is the server's to give."""

    def heard(self, octets):
        return octets

    def parting(self, answer):
        return answer.startswith(b"-ERR")


class Connections(Before):
    def __init__(self, url, rate, refusal):
        self.rate, self.refusal = rate, refusal
        super().__init__(url)

    def talk(self, client):
        if self.rate.passes():
            super().talk(client)
        else:
            client.sendall(self.refusal)


class Messages(Before):
    def __init__(self, url, rate):
        self.rate = rate
        super().__init__(url)

    def said(self, octets):
        if octets.upper().startswith(b"MAIL FROM:") and octets.count(b"\n") == 1 and not self.rate.passes():
            return b"451 4.3.0 Come back later\r\n"
        return None


class Logins(Before):
    """So many seconds between a login and the next one (RFC 2449 section 6.5)."""

    def __init__(self, url, seconds, listed):
        self.seconds, self.listed, self.last, self.refused = seconds, listed, 0, 0
        super().__init__(url)

    def said(self, octets):
        if octets[:5].upper() not in (b"PASS ", b"APOP ", b"AUTH "):
            return None
        if time.monotonic() - self.last < self.seconds:
            self.refused += 1
            return b"-ERR [LOGIN-DELAY] Too soon\r\n"
        if octets[5:].strip() == WORD.encode():
            self.last = time.monotonic()
        return None

    def heard(self, octets):
        if octets.startswith(b"+OK") and b"\r\nUIDL\r\n" in octets and self.listed:
            return octets.replace(b"\r\nUIDL\r\n", b"\r\nUIDL\r\nLOGIN-DELAY %d\r\n" % self.seconds)
        return octets


class Slow(Before):
    """Wrong logins are answered after two seconds, and make the next logins wait, right ones as well, until one is right."""

    def __init__(self, url):
        self.penalty, self.log, self.lock = 0, [], threading.Lock()
        super().__init__(url)

    def said(self, octets):
        if octets[:5].upper() != b"PASS ":
            return None
        right = octets[5:].strip() == WORD.encode()
        time.sleep(self.penalty)
        with self.lock:
            self.log.append(right)
            self.penalty = 0 if right else min(self.penalty + 1, 3)
        if not right:
            time.sleep(2)
        return None


class Limits(unittest.TestCase):
    def probe(self, smtp, pop3, *cases, options=(), timeout=120):
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            begun = time.time()
            done = subprocess.run(
                [MAILSPEC, "probe", smtp, pop3, "--rcpt", "alice@example.test", "--rcpt2", "bob@example.test", "--user", "alice",
                 "--user2", "bob", "--corpus", CORPUS, "--insecure", "--empty-maildrop", "--artefacts", "none", "--format",
                 "json", "--output", report, *options, *cases],
                capture_output=True, text=True, cwd=folder, timeout=timeout,
                env=dict(os.environ, MAILSPEC_PASSWORD=WORD, MAILSPEC_PASSWORD2=WORD))
            self.seconds, self.err = time.time() - begun, done.stderr
            with open(report) as handle:
                return json.load(handle)["cases"]

    def decided(self, items, least):
        """No limit is charged to the server, and it leaves nothing open."""
        wrong = {item["id"]: item.get("reason") for item in items if item["status"] not in ("pass", "skip")}
        self.assertEqual(wrong, {}, self.err)
        self.assertGreaterEqual(sum(item["status"] == "pass" for item in items), least)

    def test_connections(self):
        for refusal in (b"421 4.7.0 Too many connections\r\n", b""):
            with Serve(MAILSPEC, WORD, plain=False) as serve, Connections(serve.urls["smtp"], Rate(10, 1), refusal) as limited:
                items = self.probe(limited.url(), serve.urls["pop3"], "smtp.order.*")
                self.decided(items, 20)
                self.assertIn(TOLD, self.err)
                self.assertEqual(self.err.count(TOLD), 1)
                self.assertGreater(limited.rate.refused, 0)

    def test_messages(self):
        """A limit that is told by 451 without a word, and counts what it refuses."""
        with Serve(MAILSPEC, WORD, plain=False) as serve, Messages(serve.urls["smtp"], Rate(5, 1, strict=True)) as limited:
            items = self.probe(limited.url(), serve.urls["pop3"], "smtp.order.*")
            self.decided(items, 20)
            self.assertIn(TOLD, self.err)
            self.assertGreater(limited.rate.refused, 0)

    def test_quiet(self):
        with Serve(MAILSPEC, WORD, plain=False) as serve, Messages(serve.urls["smtp"], Rate(5, 1)) as limited:
            self.probe(limited.url(), serve.urls["pop3"], "smtp.order.mail*", options=["-q"])
            self.assertNotIn(TOLD, self.err)

    def test_no_limit(self):
        with Serve(MAILSPEC, WORD, plain=False) as serve:
            self.decided(self.probe(serve.urls["smtp"], serve.urls["pop3"], "smtp.order.*"), 20)
            self.assertNotIn(TOLD, self.err)

    def test_the_time_of_the_run(self):
        """Nothing gets through any more: the run ends when it is to end."""
        with Serve(MAILSPEC, WORD, plain=False) as serve, Connections(serve.urls["smtp"], Rate(12, 900), b"421 Slow down\r\n") as limited:
            items = self.probe(limited.url(), serve.urls["pop3"], "smtp.order.*", options=["--run-timeout", "6"])
            self.assertLess(self.seconds, 30)
            self.assertEqual({item["status"] for item in items} - {"pass", "skip", "inconclusive"}, set(), self.err)
            self.assertTrue(any("--run-timeout" in item.get("reason", "") for item in items))

    def test_login_delay(self):
        """What CAPA lists is waited for, so that no login is refused."""
        with Serve(MAILSPEC, WORD, plain=False) as serve, Logins(serve.urls["pop3"], 1, True) as limited:
            self.decided(self.probe(serve.urls["smtp"], limited.url("pop3"), *LOCKS), 4)
            self.assertEqual(limited.refused, 0)
            self.assertIn("wants 1 s between logins (LOGIN-DELAY): each login waits for that", self.err)

    def test_login_delay_that_is_not_listed(self):
        with Serve(MAILSPEC, WORD, plain=False) as serve, Logins(serve.urls["pop3"], 0.7, False) as limited:
            self.decided(self.probe(serve.urls["smtp"], limited.url("pop3"), *LOCKS), 4)
            self.assertGreater(limited.refused, 0)

    def test_wrong_logins_come_last(self):
        with Serve(MAILSPEC, WORD, plain=False) as serve, Slow(serve.urls["pop3"]) as slow:
            self.decided(self.probe(serve.urls["smtp"], slow.url("pop3"), "pop3.stat.*", "pop3.pass.wrong", "pop3.pass.part",
                                    "pop3.pass.twice", "pop3.pass.letter-case", "pop3.user.again-after-failure"), 8)
            first = slow.log.index(False)
            self.assertGreater(first, 5)
            self.assertGreater(slow.log.count(False), 4)
            # behind it: those of two cases, those that make up for wrong ones, and the last look into the maildrop
            self.assertLess(len([right for right in slow.log[first:] if right]), 12, slow.log)


if __name__ == "__main__":
    unittest.main()
