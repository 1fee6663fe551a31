#!/usr/bin/env python3
"""usage: bench/peers.py

The same work by Python's smtplib and poplib: a reply line, a response line, stuffing and un-stuffing a body.
Printed like the rows of measure.h, as name, unit and nanoseconds.
"""
import io
import poplib
import smtplib
import time

LINES = 10000
ROUNDS = 5


def row(name, unit, items, work):
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    print(f"{name:<44} {sorted(times)[ROUNDS // 2] / items * 1e9:9.3f} ns/{unit}")


class Connection:
    """A socket that only has what was put in."""

    def __init__(self, octets):
        self.octets = octets

    def makefile(self, *_):
        return io.BytesIO(self.octets)

    def close(self):
        pass


def smtp_replies():
    client = smtplib.SMTP()
    client.sock = Connection(b"250 2.1.5 bob@example.org OK\r\n" * LINES)
    for _ in range(LINES):
        client.getreply()


class Pop3(poplib.POP3):
    def __init__(self, octets):  # pylint: disable=super-init-not-called
        self.file = io.BytesIO(octets)
        self._debugging = 0


def pop3_responses():
    client = Pop3(b"+OK 1 12345\r\n" * LINES)
    for _ in range(LINES):
        client._getresp()


BODY = (b"T" + b"x" * 75 + b"\r\n") * 99 + b".y\r\n"
COPIES = 500


def stuff():
    for _ in range(COPIES):
        smtplib._quote_periods(smtplib._fix_eols(BODY.decode()).encode())


def unstuff():
    client = Pop3((b"+OK\r\n" + BODY.replace(b"\r\n.", b"\r\n..") + b".\r\n") * COPIES)
    for _ in range(COPIES):
        client._getlongresp()


row("smtplib, SMTP reply", "line", LINES, smtp_replies)
row("poplib, POP3 response", "line", LINES, pop3_responses)
row("smtplib, stuff", "octet", len(BODY) * COPIES, stuff)
row("poplib, un-stuff", "octet", len(BODY) * COPIES, unstuff)
