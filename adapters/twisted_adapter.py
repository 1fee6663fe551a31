"""Whole sessions of Twisted's servers, for mailspec vectors --exec and mailspec replay --exec: POP3 and SMTP.

They are fed from memory, without a reactor: nothing waits, nothing is opened.  The account is alice with the password secret,
and her maildrop holds two messages, as the vectors have it.  Without Twisted (https://twisted.org; Debian: python3-twisted) all
is unsupported.  One JSON object a line, in and out.
"""
import base64
import io
import json
import sys

try:
    from twisted import __version__ as twisted_version
    from twisted.cred import checkers, portal
    from twisted.internet import defer, error
    from twisted.internet.testing import StringTransport
    from twisted.mail import pop3, smtp
    from twisted.python import failure, log
    from zope.interface import implementer
except ImportError:
    pop3 = None

MESSAGES = (b"Subject: one\r\n\r\n.first\r\n", b"Subject: two\r\n\r\nsecond\r\n")

if pop3 is not None:

    @implementer(pop3.IMailbox)
    class Maildrop:
        def __init__(self):
            self.marked = set()

        def listMessages(self, index=None):
            if index is None:
                return [self.listMessages(i) for i in range(len(MESSAGES))]
            if not 0 <= index < len(MESSAGES):
                raise ValueError("no such message")
            return 0 if index in self.marked else len(MESSAGES[index])

        def getMessage(self, index):
            if self.listMessages(index) == 0:
                raise ValueError("no such message")
            return io.BytesIO(MESSAGES[index])

        def getUidl(self, index):
            return b"uid-%d" % (index + 1)

        def deleteMessage(self, index):
            self.listMessages(index)  # or an error: there never was such a message
            self.marked.add(index)

        def undeleteMessages(self):
            self.marked.clear()

        def sync(self):
            pass

    @implementer(portal.IRealm)
    class Realm:
        def requestAvatar(self, name, mind, *interfaces):
            return pop3.IMailbox, Maildrop(), lambda: None

    @implementer(smtp.IMessage)
    class Message:
        def lineReceived(self, line):
            pass

        def eomReceived(self):
            return defer.succeed(None)

        def connectionLost(self):
            pass

    @implementer(smtp.IMessageDelivery)
    class Delivery:
        def receivedHeader(self, helo, origin, recipients):
            return b"Received: from memory"

        def validateFrom(self, helo, origin):
            return origin

        def validateTo(self, user):
            return Message

    class Wire(StringTransport):
        """Takes what a producer has at once, and nothing behind the close."""

        def write(self, octets):
            if not self.disconnecting:
                super().write(octets)

        def registerProducer(self, producer, streaming):
            super().registerProducer(producer, streaming)
            while self.producer is not None:
                self.producer.resumeProducing()

    def at_once(lines):
        """Instead of taking turns with other connections."""
        for _ in lines:
            pass
        return defer.succeed(None)

    def pop3_server():
        server = pop3.POP3()
        server.portal = portal.Portal(Realm(), [checkers.InMemoryUsernamePasswordDatabaseDontUse(alice=b"secret")])
        server.schedule, server.timeOut = at_once, None
        return server

    def smtp_server():
        server = smtp.ESMTP()
        server.delivery, server.timeout, server.host = Delivery(), None, b"mx.example"
        return server


def session(server, pieces):
    wire = Wire()
    server.makeConnection(wire)
    for piece in pieces:
        if wire.disconnecting:
            break
        try:
            server.dataReceived(piece)
        except Exception:
            wire.loseConnection()  # as its reactor does
    said = wire.value()
    server.connectionLost(failure.Failure(error.ConnectionDone()))
    return said


def answer(asked):
    kind = asked["kind"]
    if pop3 is None or kind not in ("pop3-session", "smtp-session") or asked["about"]["lmtp"]:
        return {"verdict": "unsupported"}
    pieces = [base64.b64decode(piece) for piece in asked["pieces"]]
    said = session(pop3_server() if kind == "pop3-session" else smtp_server(), pieces)
    return {"verdict": "accept", "name": "Twisted " + twisted_version, "fields": {"reply": {"base64": base64.b64encode(said).decode()}}}


def main():
    if pop3 is not None:
        log.startLoggingWithObserver(lambda event: None, setStdout=False)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
