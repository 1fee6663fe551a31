"""The reference server on sockets: hostile clients, limits, its end.  usage: test_serve.py MAILSPEC"""
import contextlib
import json
import os
import random
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest

MAILSPEC = os.path.abspath(sys.argv.pop())
SEEDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "corpus", "seeds")
KINDS = ("smtp", "submission", "lmtp", "pop3")
LOGIN = b"USER alice\r\nPASS secret\r\n"
ENVELOPE = b"MAIL FROM:<s@sender.example>\r\nRCPT TO:<alice@example.test>\r\n"


class Server:
    def __init__(self, *options, wrapper=()):
        ports = [option for kind in KINDS for option in ("--" + kind, "0")]
        self.process = subprocess.Popen([*wrapper, MAILSPEC, "serve", *ports, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.ports = {}
        for kind in KINDS:
            line = json.loads(self.process.stdout.readline())
            self.ports[line["protocol"]] = line["port"]

    def connect(self, kind="smtp", timeout=10):
        connection = socket.create_connection(("127.0.0.1", self.ports[kind]), timeout=timeout)
        return connection

    def memory(self):
        """Resident octets."""
        with open("/proc/%d/statm" % self.process.pid) as handle:
            return int(handle.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, err


def read_to_end(connection):
    said = b""
    while True:
        more = connection.recv(65536)
        if not more:
            return said
        said += more


def read_until(connection, end):
    said = b""
    while not said.endswith(end):
        more = connection.recv(65536)
        if not more:
            break
        said += more
    return said


class Serve(unittest.TestCase):
    @contextlib.contextmanager
    def server(self, *options):
        """It must outlive what is done to it, and end well."""
        server = Server(*options)
        try:
            yield server
            self.check_alive(server)
        finally:
            status, err = server.stop()
        self.assertEqual((status, err), (0, ""))

    def check_alive(self, server):
        for kind, greeting in (("smtp", b"220 "), ("lmtp", b"220 "), ("submission", b"220 "), ("pop3", b"+OK ")):
            with server.connect(kind) as connection:
                connection.sendall(b"QUIT\r\n")
                said = read_to_end(connection)
                self.assertTrue(said.startswith(greeting) and said.count(b"\r\n") == 2, said)

    def talk(self, server, kind, octets):
        """All that is said to octets and QUIT."""
        with server.connect(kind) as connection:
            connection.sendall(octets + b"QUIT\r\n")
            return read_to_end(connection)

    def test_nuls(self):
        with self.server() as server:
            for kind in KINDS:
                said = self.talk(server, kind, b"\0" * 300 + b"\r\n\0NOOP\r\nNO\0OP\r\n")
                refused = b"-ERR" if kind == "pop3" else b"501 5.5.2 NUL"
                self.assertEqual(said.count(b"\r\n" + refused), 3, said)

    def test_long_lines(self):
        with self.server() as server:
            for kind in KINDS:
                with self.subTest(kind=kind), server.connect(kind) as connection:
                    read_until(connection, b"\r\n")
                    for _ in range(160):
                        connection.sendall(b"x" * 65536)
                    connection.sendall(b"\r\nQUIT\r\n")
                    self.assertEqual(read_to_end(connection).count(b"\r\n"), 2, "a line gets a reply")
            self.assertLess(server.memory(), 200 << 20, "a line is not kept")

    def test_long_content(self):
        with self.server("--size", "100000") as server:
            with server.connect("lmtp") as connection:
                connection.sendall(b"LHLO c.example\r\n" + ENVELOPE + b"DATA\r\n")
                read_until(connection, b"single dot\r\n")
                for _ in range(512):
                    connection.sendall(b"y" * 65536)
                connection.sendall(b"\r\n.\r\nQUIT\r\n")
                self.assertTrue(read_to_end(connection).startswith(b"552 5.3.4"))
            said = self.talk(server, "smtp", b"EHLO c.example\r\n" + ENVELOPE + b"BDAT 99999999999999999999 LAST\r\nNOOP\r\n")
            self.assertNotIn(b"Nothing done", said, "octets of a chunk are no commands")
            self.assertLess(server.memory(), 200 << 20)

    def test_half_closed(self):
        with self.server() as server:
            for kind, command in (("smtp", b"NOOP"), ("lmtp", b"NOOP"), ("submission", b"NOOP"), ("pop3", b"CAPA")):
                with server.connect(kind) as connection:
                    connection.sendall(command + b"\r\n" + command)
                    connection.shutdown(socket.SHUT_WR)
                    said = read_to_end(connection)
                    self.assertIn(b"\r\n.\r\n" if kind == "pop3" else b"Nothing done\r\n", said)
                    self.assertEqual(said.count(b"Nothing done") + said.count(b"\r\n.\r\n"), 1, "half a line is none")

    def test_a_client_that_goes(self):
        with self.server() as server:
            for kind, octets in (("smtp", b"EHLO c.example\r\n" + ENVELOPE + b"DATA\r\nSubject: half\r\n"),
                                 ("smtp", b"EHLO c.example\r\n" + ENVELOPE + b"BDAT 99 LAST\r\nSubject: half\r\n"),
                                 ("pop3", LOGIN), ("smtp", b"EHLO c.example\r\nSTARTTLS\r\n"), ("pop3", b"STLS\r\n\x16\3\1")):
                with server.connect(kind) as connection:
                    connection.sendall(octets)
                    read_until(connection, b"\n")
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            deadline = time.monotonic() + 10
            while True: # the lock goes with its session
                said = self.talk(server, "pop3", LOGIN + b"STAT\r\n")
                if b"[IN-USE]" not in said or time.monotonic() > deadline:
                    break
                time.sleep(0.05)
            self.assertIn(b"+OK 0 0\r\n", said)

    def test_flood(self):
        """Commands without end, whose replies nobody reads."""
        with self.server() as server:
            connections = [server.connect(kind) for kind in KINDS for _ in range(4)]
            for connection in connections:
                connection.settimeout(0.5)
                with contextlib.suppress(OSError):
                    for _ in range(256):
                        connection.sendall(b"HELP\r\nCAPA\r\n" * 4096)
            self.assertLess(server.memory(), 400 << 20, "replies that nobody reads do not pile up")
            self.check_alive(server)
            for connection in connections:
                connection.close()

    def test_slow(self):
        with self.server() as server:
            with server.connect() as slow, server.connect("pop3") as slower:
                for octet in b"EHLO c.example\r\n":
                    slow.sendall(bytes([octet]))
                    slower.sendall(b"x")
                    time.sleep(0.01)
                self.assertIn(b"250 HELP\r\n", read_until(slow, b"HELP\r\n"))
                self.check_alive(server)

    def test_idle(self):
        with self.server("--idle", "1") as server:
            with server.connect() as connection, server.connect("pop3") as pop3:
                self.assertIn(b"\r\n421 4.4.2 mx.example.test", read_to_end(connection))
                self.assertEqual(read_to_end(pop3).count(b"\r\n"), 1, "POP3 says nothing (RFC 1939 section 3)")

    def test_too_many(self):
        with self.server("--connections", "4") as server:
            held = [server.connect() for _ in range(4)]
            for connection in held:
                read_until(connection, b"\r\n")
            with server.connect() as one, server.connect("pop3") as other:
                self.assertTrue(read_to_end(one).startswith(b"421 4.7.0 mx.example.test"))
                self.assertTrue(read_to_end(other).startswith(b"-ERR [SYS/TEMP]"))
            for connection in held:
                connection.sendall(b"QUIT\r\n")
                self.assertIn(b"221 ", read_to_end(connection))
                connection.close()
            time.sleep(0.3)

    def test_garbage(self):
        """Octets by chance, words of the protocols among them; with TLS, too."""
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        words = [b"EHLO a.example", b"MAIL FROM:<>", b"RCPT TO:<alice@example.test>", b"DATA", b"BDAT 9 LAST", b"AUTH CRAM-MD5",
                 b"AUTH PLAIN", b"*", b".", b"RSET", b"VRFY staff", b"USER alice", b"PASS secret", b"RETR 1", b"TOP 1 1",
                 b"LIST", b"UIDL", b"DELE 1", b"APOP alice x", b"UTF8", b"LANG *", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\0"]
        with self.server("--size", "5000") as server:
            for round_ in range(60):
                octets = b""
                for _ in range(chance.randrange(60)):
                    octets += chance.choice(words) if chance.random() < 0.9 else chance.randbytes(chance.randrange(40))
                with self.subTest(seed=seed, round=round_), server.connect(KINDS[round_ % 4]) as connection:
                    with contextlib.suppress(OSError):
                        connection.sendall(octets)
                        connection.shutdown(socket.SHUT_WR)
                        read_to_end(connection)

    def test_fuzz_corpus(self):
        """What the fuzzers begin with, each as what a client says."""
        with self.server("--size", "5000") as server:
            count = 0
            for target in ("serve", "smtp_dialogue", "smtp_session", "smtp_command", "pop3_dialogue", "pop3_session"):
                folder = os.path.join(SEEDS, target)
                for name in sorted(os.listdir(folder) if os.path.isdir(folder) else ()):
                    with open(os.path.join(folder, name), "rb") as handle:
                        octets = handle.read()
                    count += 1
                    with self.subTest(target=target, name=name), server.connect(KINDS[count % 4]) as connection:
                        with contextlib.suppress(OSError):
                            connection.sendall(octets)
                            connection.shutdown(socket.SHUT_WR)
                            read_to_end(connection)
            self.assertGreater(count, 100)

    def test_garbage_instead_of_a_handshake(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with self.server() as server:
            for octets in (b"\0" * 4096, b"EHLO c.example\r\n", b"\x16\3\1\xff\xff", b""):
                with server.connect() as connection:
                    read_until(connection, b"\r\n")
                    connection.sendall(b"EHLO c.example\r\n")
                    read_until(connection, b"250 HELP\r\n")
                    connection.sendall(b"STARTTLS\r\n")
                    self.assertTrue(read_until(connection, b"\r\n").startswith(b"220 "))
                    with contextlib.suppress(OSError):
                        connection.sendall(octets)
                        connection.shutdown(socket.SHUT_WR)
                        self.assertNotIn(b"250", read_to_end(connection))
            with server.connect() as connection:
                read_until(connection, b"\r\n")
                connection.sendall(b"EHLO c.example\r\n")
                read_until(connection, b"250 HELP\r\n")
                connection.sendall(b"STARTTLS\r\nNOOP\r\n")
                self.assertTrue(read_until(connection, b"\r\n").startswith(b"220 "))
                with context.wrap_socket(connection) as inside:
                    inside.sendall(b"QUIT\r\n")
                    self.assertTrue(read_until(inside, b"\r\n").startswith(b"221 "), "NOOP came in clear text")

    def test_each_extension_is_offered(self):
        with self.server() as server:
            said = self.talk(server, "smtp", b"EHLO c.example\r\n")
            for keyword in (b"PIPELINING", b"SIZE 2097152", b"8BITMIME", b"SMTPUTF8", b"ENHANCEDSTATUSCODES", b"CHUNKING",
                            b"BINARYMIME", b"DSN", b"STARTTLS", b"AUTH CRAM-MD5 SCRAM-SHA-256", b"VRFY", b"HELP"):
                self.assertRegex(said, b"250[ -]" + keyword + b"\r\n")
            said = self.talk(server, "pop3", b"CAPA\r\n")
            for tag in (b"TOP", b"UIDL", b"USER", b"SASL CRAM-MD5 SCRAM-SHA-256", b"STLS", b"RESP-CODES", b"AUTH-RESP-CODE",
                        b"PIPELINING", b"UTF8", b"LANG", b"IMPLEMENTATION .*", b"EXPIRE NEVER"):
                self.assertRegex(said, b"\r\n" + tag + b"\r\n")
            self.assertRegex(said, b"^\\+OK .*<[^<>]+@[^<>]+>\r\n", "APOP's timestamp")
        with self.server("--plain-auth") as server:
            self.assertRegex(self.talk(server, "smtp", b"EHLO c.example\r\n"), b"AUTH .*PLAIN LOGIN")

    def test_files_that_cannot_be_used(self):
        for option, path in (("--cert", "/nonexistent"), ("--cert", MAILSPEC), ("--users", "/nonexistent"), ("--cert-out", "/nonexistent/x")):
            done = subprocess.run([MAILSPEC, "serve", "--smtp", "0", option, path], capture_output=True, timeout=20)
            self.assertIn(done.returncode, (2, 4), option)
            self.assertIn(path.encode(), done.stderr)
            self.assertEqual(done.stdout, b"", option)

    def test_judge(self):
        """The session machine, which the server does not stand on, hears both sides."""
        hello = [b"EHLO c.example\r\n"]
        wrong = hello + [b"MAIL FROM: <s@sender.example>\r\n", b"QUIT\r\n"]
        right = hello + [ENVELOPE + b"DATA\r\n", b"Subject: x\r\n\r\n..\r\n.\r\n", b"QUIT\r\n"]
        for options, pieces, status, said in [
                ((), right, 0, ""),
                ((), wrong, 0, "session 1 (smtp): the client breaks SMTP-5321-3.3-10: "),
                (("--mutant", "smtp.reply.bare-lf"), hello + [b"RSET\r\n", b"QUIT\r\n"], 1,
                 "session 1 (smtp): the server breaks SMTP-5321-2.3.8-03: ")]:
            with self.subTest(options=options, pieces=pieces):
                server = Server("--judge", *options)
                with server.connect() as connection:
                    read_until(connection, b"\n")
                    for piece in pieces:
                        connection.sendall(piece)
                        expected = 3 if piece.startswith(ENVELOPE) else 1
                        answer = read_until(connection, b"\n")
                        while answer.count(b"\n") < expected or b"-" in answer.splitlines()[-1][:4]:
                            answer += read_until(connection, b"\n")
                got, err = server.stop()
                self.assertEqual((got, err[:len(said)], err.count("\n")), (status, said, 1 if said else 0), err)

    def test_it_goes_with_its_parent(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ports")
            # the shell is the parent, and goes
            subprocess.run(["sh", "-c", '"$0" serve --smtp 0 --with-parent --port-file "$1" >/dev/null 2>&1 & '
                            'while [ ! -e "$1" ]; do sleep 0.05; done', MAILSPEC, path], check=True, timeout=20)
            with open(path) as handle:
                port = json.loads(handle.readline())["port"]
            deadline = time.monotonic() + 10
            with self.assertRaises(ConnectionRefusedError):
                while time.monotonic() < deadline:
                    socket.create_connection(("127.0.0.1", port)).close()
                    time.sleep(0.05)

    def test_it_ends_while_sessions_are_open(self):
        server = Server()
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(server.connect(kind)) for kind in ("smtp", "pop3") for _ in range(20)]
            for connection in connections:
                read_until(connection, b"\r\n")
            self.assertEqual(server.stop(), (0, ""))
            for connection in connections[:20]:
                self.assertTrue(read_to_end(connection).startswith(b"421 4.3.2 "))


if __name__ == "__main__":
    unittest.main()
