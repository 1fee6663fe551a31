#!/usr/bin/env python3
"""Python's mail modules as an adapter: mailspec vectors --exec 'python3 python_adapter.py'

smtplib and poplib read replies and responses; a server session of aiosmtpd takes commands, paths and mail data, fed from
memory.  Without aiosmtpd (https://aiosmtpd.aio-libs.org) these are unsupported.  One JSON object a line, in and out.
"""
import asyncio
import base64
import io
import json
import logging
import poplib
import smtplib
import sys
import warnings

try:
    from aiosmtpd import __version__ as aiosmtpd_version
    from aiosmtpd.smtp import SMTP as Server
except ImportError:
    Server = None

UNSUPPORTED = {"verdict": "unsupported"}


def octets_of(text):
    return {"base64": base64.b64encode(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")).decode()}


def accept(**fields):
    return {"verdict": "accept", "fields": {k: octets_of(str(v) if isinstance(v, int) else v) for k, v in fields.items() if v is not None}}


def reject(reason):
    return {"verdict": "reject", "reason": str(reason)[:150]}


class Deaf:
    """A socket that takes everything."""

    def sendall(self, octets):
        pass

    def close(self):
        pass

    def shutdown(self, how):
        pass


# --- the clients: smtplib, poplib


def smtp_reply(octets, about):
    client = smtplib.SMTP(local_hostname="client.example")
    client.sock, client.file = Deaf(), io.BytesIO(octets)
    ehlo = (about["after"] or "").upper() in ("EHLO", "LHLO")
    try:
        code, _ = client.ehlo() if ehlo else client.getreply()
    except smtplib.SMTPServerDisconnected:
        return {"verdict": "incomplete"}
    except (smtplib.SMTPException, ValueError) as error:
        return reject(error)
    finally:
        client.sock = None
    return reject("no code") if code < 0 else accept(code=code)


def pop3_response(octets, about):
    after = about["after"] or "status"
    if octets[:1] == b"-" or after in ("auth", "lang"):
        return UNSUPPORTED  # a refusal and a malformed line are the same exception
    client = poplib.POP3.__new__(poplib.POP3)
    client.sock, client.file, client._debugging, client._tls_established = Deaf(), io.BytesIO(octets), 0, False
    second = octets.split(b"\n", 1)[1] if b"\n" in octets else b""
    many = second != b"" and second[:1] not in b"+-"  # what follows a single line is the next response
    try:
        if after == "stat":
            messages, size = client.stat()
            return accept(messages=messages, octets=size)
        if after == "capa":
            client.capa()
            return accept()
        if after in ("list", "uidl") and not octets.startswith(b"+"):
            return UNSUPPORTED
        if after in ("list", "uidl") and not many:
            client.list(1) if after == "list" else client.uidl(1)
            return accept()
        if after in ("list", "uidl"):
            client.list() if after == "list" else client.uidl()
            return accept()
        if after == "text":
            return accept(data=b"".join(line + b"\r\n" for line in client.retr(1)[1]))
        return accept(status="+OK", text=client._getresp()[4:].decode("utf-8", "surrogateescape") or None)
    except poplib.error_proto as error:
        return {"verdict": "incomplete"} if "EOF" in str(error) else reject(error)
    except (ValueError, IndexError) as error:
        return reject(error)


# --- the server: aiosmtpd


class Handler:
    def __init__(self):
        self.sender = self.recipient = self.content = self.hello = None

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.sender = envelope.mail_from = address
        return "250 sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.recipient = address
        envelope.rcpt_tos.append(address)
        return "250 recipient ok"

    async def handle_DATA(self, server, session, envelope):
        self.content = envelope.content
        return "250 taken"

    async def handle_exception(self, error):
        if isinstance(error, asyncio.IncompleteReadError):
            self.server.transport = None  # the end of the stream ends its loop
        return "451 exception: %s" % type(error).__name__


class Memory(asyncio.Transport):
    def __init__(self):
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, octets):
        if not self.closed:  # as a socket's does behind its close
            self.written += octets

    def get_extra_info(self, name, default=None):
        return ("192.0.2.1", 25) if name == "peername" else default

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True


async def converse(pieces):
    """What the session says, and what the handler got.  Each piece is said once the one before was answered."""
    handler, wire = Handler(), Memory()
    server = Server(handler, enable_SMTPUTF8=True, data_size_limit=None, hostname="mx.example", loop=asyncio.get_running_loop())
    handler.server = server
    server.connection_made(wire)
    try:
        for piece in pieces:
            server.data_received(piece)
            await idle(server)
        server._reader.feed_eof()
        await asyncio.wait_for(server._handler_coroutine, 5)
    except asyncio.CancelledError:
        pass  # its way to end at the end of the stream
    except Exception as error:  # whatever goes wrong in it is its answer
        wire.write(b"451 exception: %s\r\n" % type(error).__name__.encode())
    return wire.written, handler


async def idle(server):
    """Until it has nothing more to do with what it got; it never sleeps."""
    for _ in range(1000):
        await asyncio.sleep(0)
        if server._handler_coroutine.done() or not server._reader._buffer:
            break
    for _ in range(20):
        await asyncio.sleep(0)


async def serve(octets):
    """All of the session's replies, each one a (code, text), and what the handler got."""
    written, handler = await converse([octets])
    replies = []
    for line in written.decode("utf-8", "replace").split("\r\n"):
        if line and line[3:4] != "-" and "IncompleteReadError" not in line:
            replies.append((line[:3], line[4:]))
    return replies, handler


def judge(replies, at):
    if len(replies) <= at:
        return {"verdict": "incomplete"}
    code, text = replies[at]
    if "not recognized" in text or code in ("502", "503", "504", "530", "535", "538", "454", "555"):
        return dict(UNSUPPORTED, reason=code + " " + text)  # not implemented, or not now
    return accept() if code[0] in "23" else reject(code + " " + text)


def tell_address(answer, address):
    if answer["verdict"] == "accept" and address not in (None, "", "<>") and '"' not in address:
        name, at, domain = address.rpartition("@")
        parts = {"local_part": name if at else address}
        if at:
            parts["address_literal" if domain.startswith("[") else "domain"] = domain
        answer["fields"] = {k: octets_of(v) for k, v in parts.items()}
    return answer


def smtp_path(octets, about):
    if b"\n" in octets:
        return UNSUPPORTED
    extra = b" SMTPUTF8" if about["smtputf8"] else b""
    if about["forward_path"]:
        line = b"EHLO c.example\r\nMAIL FROM:<>" + extra + b"\r\nRCPT TO:" + octets + b"\r\n"
    else:
        line = b"EHLO c.example\r\nMAIL FROM:" + octets + extra + b"\r\n"
    replies, handler = asyncio.run(serve(line))
    return tell_address(judge(replies, 3 if about["forward_path"] else 2),
                        handler.recipient if about["forward_path"] else handler.sender)


def smtp_command(octets, about):
    verb = octets.split()[0].upper() if octets.split() else b""
    if about["lmtp"] or about["auth_response"] or verb in (b"AUTH", b"STARTTLS", b"BDAT", b"ETRN", b"TURN"):
        return UNSUPPORTED
    before = {b"RCPT": b"EHLO c.example\r\nMAIL FROM:<>\r\n", b"DATA": b"EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n"}
    first = b"" if verb in (b"EHLO", b"HELO") else before.get(verb, b"EHLO c.example\r\n")
    if about["smtputf8"]:
        first = first.replace(b"MAIL FROM:<>", b"MAIL FROM:<> SMTPUTF8")
        if verb == b"MAIL":
            return UNSUPPORTED  # its own parameter says so
    replies, handler = asyncio.run(serve(first + octets))
    answer = judge(replies, 1 + first.count(b"\r\n"))
    if verb in (b"MAIL", b"RCPT"):
        tell_address(answer, handler.recipient if verb == b"RCPT" else handler.sender)
    return answer


def content(octets, about):
    before = b"EHLO c.example\r\nMAIL FROM:<> BODY=8BITMIME\r\nRCPT TO:<a@b.example>\r\nDATA\r\n"
    replies, handler = asyncio.run(serve(before + octets))
    answer = judge(replies, 5)
    if answer["verdict"] == "accept" and handler.content is not None:
        answer["fields"] = {"data": octets_of(handler.content)}
    return answer


def smtp_session(pieces, about):
    if about["lmtp"]:
        return UNSUPPORTED
    written, _ = asyncio.run(converse(pieces))
    return accept(reply=b"".join(line for line in written.splitlines(True) if b"IncompleteReadError" not in line))


def name_of(kind):
    if kind == "smtp-reply":
        return "smtplib of Python " + sys.version.split()[0]
    if kind == "pop3-response":
        return "poplib of Python " + sys.version.split()[0]
    return "aiosmtpd " + aiosmtpd_version


def answer(asked):
    kinds = {"smtp-reply": smtp_reply, "pop3-response": pop3_response}
    if Server is not None:
        kinds.update({"smtp-path": smtp_path, "smtp-command": smtp_command, "content": content})
    if asked["kind"] == "smtp-session" and Server is not None:
        told = smtp_session([base64.b64decode(piece) for piece in asked["pieces"]], asked["about"])
    elif asked["kind"] in kinds:
        octets = base64.b64decode(asked["octets"]) if "octets" in asked else b"".join(map(base64.b64decode, asked["pieces"]))
        told = kinds[asked["kind"]](octets, asked["about"])
    else:
        return UNSUPPORTED
    return dict(told, name=name_of(asked["kind"]))


def main():
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
