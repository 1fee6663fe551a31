"""Servers that the tests of mailspec probe talk to: scripted ones, hostile ones, and mailspec serve."""
import base64
import json
import os
import socket
import subprocess
import tempfile
import threading
import time


class Peer:
    """A TCP server on loopback; handler(connection) runs in a thread of its own for each connection."""

    def __init__(self, handler):
        self.handler = handler
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        with connection:
            try:
                self.handler(connection)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)  # which ends accept(), too
        self.socket.close()

    def url(self, scheme="smtp"):
        return "%s://127.0.0.1:%d" % (scheme, self.port)


class Smtp(Peer):
    """An SMTP server that does what is right, but for the replies of changes: {line or verb: octets}; None closes.
    The end of the mail data is the line "."; changes["."] is its reply, changes["greeting"] the greeting."""

    def __init__(self, changes=None, keywords=("PIPELINING", "SIZE 1000000"), password=None):
        self.changes = {key: value for key, value in (changes or {}).items()}
        self.keywords = keywords
        self.password = password
        self.lines = []
        super().__init__(self.talk)

    def say(self, connection, name, line, usual):
        for key in (line, name):
            if key in self.changes:
                reply = self.changes[key]
                if callable(reply):
                    reply = reply()
                if reply is None:
                    raise OSError
                connection.sendall(reply)
                return reply[:1]
        connection.sendall(usual)
        return usual[:1]

    def talk(self, connection):
        self.say(connection, "greeting", "greeting", b"220 mx.example.org ESMTP\r\n")
        stream = connection.makefile("rb")
        in_data = False
        for raw in stream:
            line = raw.decode("latin-1").rstrip("\r\n")
            self.lines.append(line)
            if in_data:
                if line == ".":
                    in_data = False
                    self.say(connection, ".", ".", b"250 taken\r\n")
                continue
            verb = line.split(" ")[0].upper()
            keywords = "".join("\r\n250-" + word for word in self.keywords[:-1])
            usual = {
                "EHLO": ("250-mx.example.org%s\r\n250 %s\r\n" % (keywords, self.keywords[-1])).encode(),
                "HELO": b"250 mx.example.org\r\n", "MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n",
                "DATA": b"354 go\r\n", "NOOP": b"250 ok\r\n", "RSET": b"250 ok\r\n", "QUIT": b"221 bye\r\n",
                "HELP": b"214 none\r\n", "VRFY": b"252 perhaps\r\n",
            }.get(verb, b"500 unknown\r\n")
            if verb == "AUTH" and self.password is not None:
                wanted = base64.b64encode(b"\0alice\0" + self.password.encode()).decode()
                usual = b"235 in\r\n" if line == "AUTH PLAIN " + wanted else b"535 no: " + raw.strip() + b"\r\n"
            first = self.say(connection, verb, line, usual)
            in_data = verb == "DATA" and first == b"3"
            if verb == "QUIT":
                return


class Jealous(Peer):
    """An SMTP server that wants its replies awaited: whoever talks before the greeting, or in one segment with what stood before, is
    sent away, as by postscreen and Exim."""

    def __init__(self, keywords=("SIZE 1000000",), pause=0.1):
        self.keywords = keywords
        self.pause = pause
        super().__init__(self.talk)

    def talk(self, connection):
        connection.settimeout(self.pause)
        try:
            if connection.recv(1, socket.MSG_PEEK):
                connection.sendall(b"521 5.5.1 Protocol error\r\n")
                return
        except TimeoutError:
            pass
        connection.settimeout(10)
        connection.sendall(b"220 mx.example.org ESMTP\r\n")
        in_data = False
        while True:
            raw = connection.recv(65536)
            if not raw:
                return
            lines = raw.decode("latin-1").split("\r\n")[:-1]
            if in_data and "." in lines:
                connection.sendall(b"250 taken\r\n")
                lines = lines[lines.index(".") + 1:]
                in_data = False
            if in_data or not lines:
                continue
            if len(lines) > 1:
                connection.sendall(b"554 SMTP synchronization error\r\n")
                return
            verb = lines[0].split(" ")[0].upper()
            if verb == "EHLO":
                reply = "".join("250-%s\r\n" % word for word in ("mx.example.org",) + self.keywords) + "250 HELP\r\n"
            else:
                reply = {"DATA": "354 go\r\n", "QUIT": "221 bye\r\n"}.get(verb, "250 ok\r\n")
            connection.sendall(reply.encode())
            in_data = verb == "DATA"
            if verb == "QUIT":
                return


class Pop(Peer):
    """A POP3 server without anything optional, and a list of messages. changes: {verb: octets, or what gives them}; None
    closes. Who is gone does not come back: messages that DELE marks are removed at QUIT."""

    def __init__(self, changes=None, messages=()):
        self.changes = dict(changes or {})
        self.messages = list(messages)
        super().__init__(self.talk)

    def usual(self, verb, argument, marked):
        sizes = [(i + 1, len(m)) for i, m in enumerate(self.messages) if i + 1 not in marked]
        if verb in ("USER", "PASS", "NOOP", "QUIT"):
            return b"+OK\r\n"
        if verb == "RSET":
            marked.clear()
            return b"+OK\r\n"
        if verb == "STAT":
            return b"+OK %d %d\r\n" % (len(sizes), sum(size for _, size in sizes))
        if verb == "LIST" and not argument:
            return b"+OK\r\n" + b"".join(b"%d %d\r\n" % size for size in sizes) + b".\r\n"
        if argument.isdigit() and int(argument) in dict(sizes) and verb in ("RETR", "DELE"):
            if verb == "DELE":
                marked.add(int(argument))
                return b"+OK\r\n"
            return b"+OK\r\n" + self.messages[int(argument) - 1].replace(b"\r\n.", b"\r\n..") + b".\r\n"
        return b"-ERR\r\n"

    def talk(self, connection):
        marked = set()
        connection.sendall(b"+OK\r\n")
        for raw in connection.makefile("rb"):
            verb, _, argument = raw.decode("latin-1").rstrip("\r\n").partition(" ")
            reply = self.changes.get(verb, b"")
            if callable(reply):
                reply = reply(connection)
            if reply is None:
                return
            connection.sendall(reply or self.usual(verb.upper(), argument, marked))
            if verb == "QUIT":
                self.messages = [m for i, m in enumerate(self.messages) if i + 1 not in marked]
                return


class Serve:
    """mailspec serve, with alice and bob whose password is word."""

    def __init__(self, mailspec, word, *options, plain=True):
        self.folder = tempfile.TemporaryDirectory()
        users = os.path.join(self.folder.name, "users")
        self.certificate = os.path.join(self.folder.name, "cert.pem")
        ports = os.path.join(self.folder.name, "ports")
        with open(users, "w") as out:
            out.write("alice %s\nbob %s\n" % (word, word))
        self.process = subprocess.Popen(
            [mailspec, "serve", "--smtp", "0", "--pop3", "0", "--submission", "0", "--lmtp", "0", "--users", users,
             "--cert-out", self.certificate, "--port-file", ports, "--with-parent", *(["--plain-auth"] if plain else []), *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.time() + 20
        while not os.path.exists(ports) or not open(ports).read().endswith("}\n"):
            if time.time() > end or self.process.poll() is not None:
                raise RuntimeError("mailspec serve does not start")
            time.sleep(0.02)
        self.urls = {}
        for line in open(ports):
            listener = json.loads(line)
            self.urls[listener["protocol"]] = listener["url"]

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.process.terminate()
        self.process.wait(10)
        self.folder.cleanup()


# --- peers that mean no good ------------------------------------------------------------------------------

def silent(connection):
    while connection.recv(1000):
        pass


def dripping(connection):
    for octet in b"220 a greeting that takes its time, octet by octet\r\n":
        connection.sendall(bytes([octet]))
        time.sleep(1)


def flooding(connection):
    while True:
        connection.sendall(b"220 x\r\n" * 10000)


def closing(connection):
    pass


def long_lines(connection):
    connection.sendall(b"220 \0\0 hi\r\n")
    for _ in connection.makefile("rb"):
        connection.sendall(b"250 \0" + b"A" * 10_000_000 + b"\r\n")


def never_ending_reply(connection):
    connection.sendall(b"220 hi\r\n")
    connection.recv(100)
    while True:
        connection.sendall(b"250-x\r\n" * 10000)


def never_ending_line(connection):
    connection.sendall(b"+OK hi\r\n")
    connection.recv(100)
    while True:
        connection.sendall(b"A" * 100000)


def handshake_that_never_ends(connection):
    connection.sendall(b"220 hi\r\n")
    for line in connection.makefile("rb", buffering=0):
        if line.upper().startswith(b"EHLO"):
            connection.sendall(b"250-x\r\n250 STARTTLS\r\n")
        elif line.upper().startswith(b"STARTTLS"):
            connection.sendall(b"220 go\r\n")
            connection.recv(1000)
            for octet in b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + b"a" * 10000:
                connection.sendall(bytes([octet]))
                time.sleep(0.2)
        else:
            connection.sendall(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


def staying(connection):
    """Answers QUIT and goes on; does not answer NOOP."""
    connection.sendall(b"220 hi\r\n")
    for line in connection.makefile("rb", buffering=0):
        verb = line.strip().upper()[:4]
        if verb != b"NOOP":
            connection.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


def body_that_never_ends(connection):
    connection.sendall(b"+OK hi\r\n")
    for line in connection.makefile("rb", buffering=0):
        verb = line.strip().upper().split(b" ")[0]
        connection.sendall({b"CAPA": b"+OK\r\nUSER\r\nUIDL\r\n.\r\n", b"STAT": b"+OK 1 100\r\n"}.get(verb, b"+OK\r\n"))
        while verb == b"RETR":
            connection.sendall(b"a line of a body that never ends\r\n" * 1000)


def hundred_thousand_keywords(connection):
    connection.sendall(b"220 hi\r\n")
    for line in connection.makefile("rb"):
        if line.upper().startswith(b"EHLO"):
            connection.sendall(b"250-x\r\n" + b"".join(b"250-KEY%d some values\r\n" % i for i in range(100000)) + b"250 HELP\r\n")
        else:
            connection.sendall(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")


def dripping_reply(connection):
    connection.sendall(b"220 hi\r\n")
    connection.recv(100)
    while True:
        connection.sendall(b"250-x\r\n")
        time.sleep(0.1)


def deaf(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(b"220 hi\r\n")
    time.sleep(20)


HOSTILE = [silent, dripping, flooding, closing, long_lines, never_ending_reply, never_ending_line]
