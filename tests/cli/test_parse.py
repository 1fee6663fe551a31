"""mailspec parse: samples, and the JSON that the RFCs and mailspec-parse(1) make of them.

usage: test_parse.py PATH/TO/mailspec
"""
import json
import os
import subprocess
import sys
import tempfile

MAILSPEC = sys.argv[1]

failures = 0


def fail(text):
    global failures
    failures += 1
    print(text)


def run(arguments, octets):
    done = subprocess.run([MAILSPEC, "parse", *arguments], input=octets, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def ok(**members):
    return {"ok": True, "error": None, "at": None, "requirement": None, "deviations": [], **members}


def deviates(names, requirement, **members):
    return {"ok": True, "error": None, "at": None, "requirement": requirement, "deviations": names.split(), **members}


def error(name, at, requirement, **members):
    return {"ok": False, "error": name, "at": at, "requirement": requirement, "deviations": [], **members}


def path(local_part, domain, **members):
    return {"null": False, "local_part": local_part, "domain": domain, "address_literal": None, **members}


def literal(local_part, address_literal, **members):
    return {"null": False, "local_part": local_part, "domain": None, "address_literal": address_literal, **members}


NULL_PATH = {"null": True, "local_part": None, "domain": None, "address_literal": None}


def command(verb, domain, parameters=None, values=None):
    return {"verb": verb, **domain, "parameters": parameters or {}, "parameter_values": values or {}}


def reply(code, *lines, enhanced=None, **members):
    return {"code": code, "enhanced": enhanced, "lines": list(lines), **members}


def response(status, text=None, code=None, **members):
    return {"status": status, "response_code": code, "text": text, **members}


# What to parse, then samples as --escaped takes them, each with what must come out.
SAMPLES = [
    ("smtp-command", [
        (r"MAIL FROM:<a@b.example>\r\n", ok(**command("MAIL", path("a", "b.example")))),
        (r"mail from:<>\r\n", ok(**command("MAIL", NULL_PATH))),
        (r'MAIL FROM:<"a\\@b"@b.example> SIZE=1000 BODY=8BITMIME\r\n',
         ok(**command("MAIL", path('"a\\@b"', "b.example"), {"SIZE": "1000", "BODY": "8BITMIME"},
                      {"SIZE": 1000, "BODY": "8BITMIME"}))),
        (r"MAIL FROM: <a@b.example>\r\n",
         deviates("space-after-colon", "SMTP-5321-3.3-10", **command("MAIL", path("a", "b.example")))),
        (r"MAIL FROM:<a@[192.0.2.1]> ret=hdrs envid=q+2B1\r\n",
         ok(**command("MAIL", literal("a", "[192.0.2.1]"), {"RET": "hdrs", "ENVID": "q+2B1"},
                      {"RET": "HDRS", "ENVID": "q+1"}))),
        (r"MAIL FROM:<a@b.example> SIZE=18446744073709551615\r\n",
         ok(**command("MAIL", path("a", "b.example"), {"SIZE": "18446744073709551615"},
                      {"SIZE": "18446744073709551615"}))),
        (r"MAIL FROM:<a@b.example> BY=-120;NT MT-PRIORITY=-4\r\n",
         ok(**command("MAIL", path("a", "b.example"), {"BY": "-120;NT", "MT-PRIORITY": "-4"},
                      {"BY": {"seconds": -120, "mode": "N", "trace": True}, "MT-PRIORITY": -4}))),
        (r"RCPT TO:<Postmaster>\r\n",
         ok(**command("RCPT", {"null": False, "local_part": "Postmaster", "domain": None, "address_literal": None}))),
        (r"RCPT TO:<b@[IPv6:2001:db8::1]> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bc@d.example\r\n",
         ok(**command("RCPT", literal("b", "[IPv6:2001:db8::1]"),
                      {"NOTIFY": "SUCCESS,DELAY", "ORCPT": "rfc822;b+2Bc@d.example"},
                      {"NOTIFY": ["SUCCESS", "DELAY"], "ORCPT": {"type": "rfc822", "address": "b+c@d.example"}}))),
        (r"RCPT TO:<>\r\n", error("null-forward-path", 9, "SMTP-5321-4.1.2-04", verb="RCPT")),
        (r"EHLO client.example\r\n", ok(verb="EHLO", domain="client.example", address_literal=None)),
        (r"EHLO [192.0.2.1]\r\n", ok(verb="EHLO", domain=None, address_literal="[192.0.2.1]")),
        (r"DATA\r\n", ok(verb="DATA", argument=None)),
        (r"DATA\n", deviates("bare-lf", "SMTP-5321-2.3.8-05", verb="DATA", argument=None)),
        (r"BDAT 1000 LAST\r\n", ok(verb="BDAT", octets=1000, last=True)),
        (r"BDAT 0\r\n", ok(verb="BDAT", octets=0, last=False)),
        (r"AUTH PLAIN AGEAYg==\r\n", ok(verb="AUTH", mechanism="PLAIN", initial_response="AGEAYg==")),
        (r"AUTH PLAIN\r\n", ok(verb="AUTH", mechanism="PLAIN", initial_response=None)),
        (r"VRFY bob\r\n", ok(verb="VRFY", smtputf8=False, argument="bob")),
        (r"XFOO bar\r\n", ok(verb="XFOO", argument="bar")),
        (r"NOOP\r\nQUIT\r\n", ok(verb="NOOP", argument=None, rest="QUIT\r\n")),
        (r"NOOP", error("incomplete", 4, "SMTP-5321-2.3.8-05")),
        (r"", error("incomplete", 0, "SMTP-5321-2.3.8-05")),
        (r"NOOP\r", error("incomplete", 5, "SMTP-5321-2.3.8-05")),
        (r"NOOP " + "a" * 505 + r"\r\n", ok(verb="NOOP", argument="a" * 505)),
        (r"NOOP " + "a" * 506 + r"\r\n", error("line-too-long", 510, "SMTP-5321-4.5.3.1.4-01", verb="NOOP")),
    ]),
    ("smtp-command --auth-response", [
        (r"AGEAYg==\r\n", ok(verb=None, data="AGEAYg==", cancel=False)),
        (r"*\r\n", ok(verb=None, data=None, cancel=True)),
        (r"\r\n", ok(verb=None, data="", cancel=False)),
    ]),
    ("smtp-command --smtputf8", [
        (r"MAIL FROM:<\xce\xb4@b.example> SMTPUTF8\r\n",
         ok(**command("MAIL", path("\u03b4", "b.example"), {"SMTPUTF8": None}))),
    ]),
    ("smtp-command --lmtp", [
        (r"LHLO client.example\r\n", ok(verb="LHLO", domain="client.example", address_literal=None)),
    ]),
    ("smtp-path --reverse", [
        (r"<a@b.example>\r\n", ok(**path("a", "b.example"))),
        (r"<a@b.example>", ok(**path("a", "b.example"))),
        (r"<>\r\n", ok(**NULL_PATH)),
        (r"<a@b.example>x\r\n", {**error("trailing-octets", 13, "SMTP-5321-4.1.2-31"), **path("a", "b.example")}),
        (r"<a@b.example\r\n",
         deviates("path-not-closed", "SMTP-5321-4.1.2-01", **path("a", "b.example"))),
    ]),
    ("smtp-path --forward", [
        (r"<@r.example,@s.example:a@b.example>\r\n",
         deviates("source-route", "SMTP-5321-3.3-05", **path("a", "b.example", source_route="@r.example,@s.example"))),
        (r"<>\r\n", error("null-forward-path", 1, "SMTP-5321-4.1.2-04")),
    ]),
    ("smtp-reply", [
        (r"250 Ok\r\n", ok(**reply(250, "Ok"))),
        (r"250-a\r\n250-\r\n250 c\r\n", ok(**reply(250, "a", "", "c"))),
        (r"250\r\n", deviates("no-space", "SMTP-5321-4.2.1-03", **reply(250, ""))),
        (r"250 \r\n", deviates("no-text", "SMTP-5321-4.2-06", **reply(250, ""))),
        (r"550 5.1.1 No such user\r\n", ok(**reply(550, "5.1.1 No such user", enhanced="5.1.1"))),
        (r"2500 ok\r\n", error("code-length", 3, "SMTP-5321-4.3.2-14", **reply(None, "2500 ok"))),
        (r"25 ok\r\n", error("code-length", 2, "SMTP-5321-4.3.2-14", **reply(None, "25 ok"))),
        (r"hello\r\n", error("code", 0, "SMTP-5321-2.4-15", **reply(None, "hello"))),
        (r"250_ok\r\n", error("separator", 3, "SMTP-5321-4.2-02", **reply(250, "250_ok"))),
        (r"250-a\r\n251 b\r\n", error("mixed-codes", 9, "SMTP-5321-4.2.1-01", **reply(250, "a", "b"))),
        (r"250-a\n250 b\r\n", deviates("bare-lf", "SMTP-5321-2.3.8-03", **reply(250, "a", "b"))),
        (r"250-a\r\n", error("incomplete", 7, "SMTP-5321-4.2-02", **reply(250, "a"))),
        (r"250 a", error("incomplete", 5, "SMTP-5321-4.2-02", **reply(None))),
        (r"260 a\r\n", deviates("second-digit", "SMTP-5321-4.2-13", **reply(260, "a"))),
        (r"650 a\x1b\r\n", deviates("control class", "SMTP-5321-4.2-02", **reply(650, "a\x1b"))),
        (r"250 a\0b\tc\r\n", deviates("nul", "SMTP-5321-4.2-02", **reply(250, "a\0b\tc"))),
        (r"250 caf\xe9 \\\r\n", deviates("8bit", "SMTP-5321-4.2-02", **reply(250, {"escaped": "caf\\xe9 \\\\"}))),
        (r"250 a\x7f\r\n", deviates("control", "SMTP-5321-4.2-02", **reply(250, "a\x7f"))),
        (r"221 a\r\n250 b\r\n", ok(**reply(221, "a", rest="250 b\r\n"))),
    ]),
    ("smtp-reply --enhanced", [
        (r"250 2.1.0 Ok\r\n", ok(**reply(250, "2.1.0 Ok", enhanced="2.1.0"))),
        (r"250 Ok\r\n", deviates("enhanced-missing", "SMTP-2034-4-01", **reply(250, "Ok"))),
        (r"550 4.1.1 no\r\n", deviates("enhanced-class", "SMTP-2034-4-04", **reply(550, "4.1.1 no", enhanced="4.1.1"))),
        (r"250-2.0.0 a\r\n250 2.0.1 b\r\n",
         deviates("enhanced-differs", "SMTP-2034-4-05", **reply(250, "2.0.0 a", "2.0.1 b", enhanced="2.0.0"))),
    ]),
    ("smtp-reply --after EHLO", [
        (r"250-mx.example hi\r\n250-SIZE 1000\r\n250-auth PLAIN LOGIN\r\n250 8BITMIME\r\n",
         ok(**reply(250, "mx.example hi", "SIZE 1000", "auth PLAIN LOGIN", "8BITMIME",
                    extensions={"SIZE": ["1000"], "AUTH": ["PLAIN", "LOGIN"], "8BITMIME": []},
                    extension_values={"SIZE": 1000}))),
        (r"250-mx.example\r\n250-AUTH=LOGIN\r\n250 AUTH PLAIN\r\n",
         deviates("ehlo-equals", "SMTP-5321-4.1.1.1-09",
                  **reply(250, "mx.example", "AUTH=LOGIN", "AUTH PLAIN", extensions={"AUTH": ["LOGIN", "PLAIN"]},
                          extension_values={}))),
        (r"250-mx.example\r\n250 STARTTLS now\r\n",
         deviates("ehlo-parameter-forbidden", "SMTP-3207-2-01",
                  **reply(250, "mx.example", "STARTTLS now", extensions={"STARTTLS": ["now"]}, extension_values={}))),
        (r"250-mx.example\r\n250 A_B\r\n",
         error("ehlo-keyword", 21, "SMTP-5321-4.1.1.1-09",
               **reply(250, "mx.example", "A_B", extensions={}, extension_values={}))),
        (r"250-mx.example\r\n250-DELIVERBY 240\r\n250 LIMITS RCPTMAX=7\r\n",
         ok(**reply(250, "mx.example", "DELIVERBY 240", "LIMITS RCPTMAX=7",
                    extensions={"DELIVERBY": ["240"], "LIMITS": ["RCPTMAX=7"]},
                    extension_values={"DELIVERBY": 240, "LIMITS": {"RCPTMAX": 7}}))),
        (r"250 mx.example\r\n", ok(**reply(250, "mx.example", extensions={}, extension_values={}))),
        (r"550 no\r\n", ok(**reply(550, "no"))),
    ]),
    ("smtp-reply --after greeting", [
        (r"220 mx.example ESMTP\r\n", ok(**reply(220, "mx.example ESMTP"))),
        (r"220 ***\r\n", deviates("no-domain", "SMTP-5321-4.3.1-03", **reply(220, "***"))),
    ]),
    ("smtp-reply --after helo", [
        (r"250-mx.example\r\n250 SIZE 1000\r\n",
         deviates("helo-keywords", "SMTP-5321-3.2-01", **reply(250, "mx.example", "SIZE 1000"))),
    ]),
    ("smtp-reply --after AUTH", [
        (r"334 \r\n", ok(**reply(334, ""))),
        (r"334 Username?\r\n", deviates("challenge-not-base64", "SMTP-4954-4-06", **reply(334, "Username?"))),
    ]),
    ("smtp-reply --smtputf8", [
        (r"251 <\xce\xb4@b.example>\r\n", ok(**reply(251, "<\u03b4@b.example>"))),
    ]),
    ("pop3-command", [
        (r"USER bob\r\n", ok(verb="USER", name="bob")),
        (r"pass a b \r\n", ok(verb="PASS", password="a b ")),
        (r"APOP bob c4c9334bac560ecc979e58001b3e22fb\r\n",
         ok(verb="APOP", name="bob", digest="c4c9334bac560ecc979e58001b3e22fb")),
        (r"RETR 12\r\n", ok(verb="RETR", message_number=12)),
        (r"LIST\r\n", ok(verb="LIST", message_number=None)),
        (r"TOP 3 10\r\n", ok(verb="TOP", message_number=3, line_count=10)),
        (r"RETR 0\r\n", error("message-zero", 5, "POP3-1939-4-12", verb="RETR")),
        (r"RETR x\r\n", error("message-number", 5, "POP3-1939-4-12", verb="RETR")),
        (r"QUIT\n", deviates("bare-lf", "POP3-1939-3-04", verb="QUIT", argument=None)),
        (r"CAPA", error("incomplete", 4, "POP3-1939-3-04")),
        (r"AUTH PLAIN AGEAYg==\r\n", ok(verb="AUTH", mechanism="PLAIN", initial_response="AGEAYg==")),
        (r"LANG *\r\n", ok(verb="LANG", tag="*")),
    ]),
    ("pop3-command --auth-response", [
        (r"*\r\n", ok(verb=None, data=None, cancel=True)),
    ]),
    ("pop3-command --utf8", [
        (r"USER \xce\xb4\r\n", ok(verb="USER", name="\u03b4")),
    ]),
    ("pop3-response", [
        (r"+OK maildrop ready\r\n", ok(**response("+OK", "maildrop ready"))),
        (r"+OK\r\n", ok(**response("+OK"))),
        (r"-ERR [IN-USE] locked\r\n", ok(**response("-ERR", "[IN-USE] locked", "IN-USE"))),
        (r"+ok ready\r\n", deviates("indicator-case", "POP3-1939-3-11", **response("+OK", "ready"))),
        (r"250 ok\r\n", error("indicator", 0, "POP3-1939-3-10", **response(None))),
        (r"+OK", error("incomplete", 3, "POP3-1939-3-12")),
    ]),
    ("pop3-response --after greeting", [
        (r"+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n",
         ok(**response("+OK", "ready <1896.697170952@dbc.mtview.ca.us>", timestamp="<1896.697170952@dbc.mtview.ca.us>"))),
        (r"+OK ready\r\n", ok(**response("+OK", "ready", timestamp=None))),
    ]),
    ("pop3-response --after stat", [
        (r"+OK 2 320\r\n", ok(**response("+OK", "2 320", messages=2, octets=320))),
        (r"+OK two\r\n", error("drop-listing", 4, "POP3-1939-5-01", **response("+OK", "two"))),
    ]),
    ("pop3-response --after list", [
        (r"+OK 2 200\r\n", ok(**response("+OK", "2 200", message_number=2, octets=200))),
        (r"+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n",
         ok(**response("+OK", "2 messages",
                       listing=[{"message_number": 1, "octets": 120}, {"message_number": 2, "octets": 200}]))),
        (r"+OK\r\n.\r\n", ok(**response("+OK", listing=[]))),
        (r"1 120\r\n", ok(message_number=1, octets=120)),
        (r"+OK\r\n1 120\r\n", error("incomplete", 12, "POP3-1939-3-12",
                                    **response("+OK", listing=[{"message_number": 1, "octets": 120}]))),
        (r"-ERR no\r\n", ok(**response("-ERR", "no"))),
    ]),
    ("pop3-response --after uidl", [
        (r"+OK\r\n1 whqtswO00WBw418f9t5JxYwZ\r\n.\r\n",
         ok(**response("+OK", listing=[{"message_number": 1, "unique_id": "whqtswO00WBw418f9t5JxYwZ"}]))),
        (r"+OK 2 QhdPYR:00WBw1Ph7x7\r\n",
         ok(**response("+OK", "2 QhdPYR:00WBw1Ph7x7", message_number=2, unique_id="QhdPYR:00WBw1Ph7x7"))),
    ]),
    ("pop3-response --after capa", [
        (r"+OK\r\nTOP\r\nSASL PLAIN CRAM-MD5\r\n.\r\n",
         ok(**response("+OK", capabilities={"TOP": [], "SASL": ["PLAIN", "CRAM-MD5"]}))),
        (r"UIDL\r\n", ok(capabilities={"UIDL": []})),
        (r"+OK\r\n", error("incomplete", 5, "POP3-1939-3-12", **response("+OK", capabilities={}))),
    ]),
    ("pop3-response --after auth", [
        (r"+ \r\n", ok(**response("+", "", data=""))),
        (r"+ YWJj\r\n", ok(**response("+", "YWJj", data="YWJj"))),
    ]),
    ("pop3-response --after text", [
        (r"+OK\r\n..one\r\ntwo\r\n.\r\n", ok(**response("+OK", data=".one\r\ntwo\r\n"))),
    ]),
    ("content", [
        (r"one\r\n..two\r\n.\r\nQUIT\r\n", ok(data="one\r\n.two\r\n", end=True, rest="QUIT\r\n", eight_bit=False)),
        (r".\r\n", ok(data="", end=True, rest="", eight_bit=False)),
        (r"one\r\n", error("incomplete", 5, "SMTP-5321-4.5.2-05", data="one\r\n", end=False, rest="", eight_bit=False)),
        (r"\xe9\r\n.\r\n", ok(data={"escaped": "\\xe9\\r\\n"}, end=True, rest="", eight_bit=True)),
        (r"a\nb\r\n.\r\n", deviates("bare-lf", "SMTP-5321-2.3.8-04", data="a\nb\r\n", end=True, rest="", eight_bit=False)),
        (r"a\r\n.b\r\n.\r\n",
         deviates("lone-stuff", "SMTP-5321-4.5.2-01", data="a\r\nb\r\n", end=True, rest="", eight_bit=False)),
        (r"a" * 999 + r"\r\n.\r\n",
         deviates("long-line", "SMTP-5322-2.1.1-01", data="a" * 999 + "\r\n", end=True, rest="", eight_bit=False)),
    ]),
]


def check_samples():
    count = 0
    for what, samples in SAMPLES:
        octets = "".join(sample + "\n" for sample, _ in samples).encode("ascii")
        status, out, _ = run([*what.split(), "--escaped", "--format", "json"], octets)
        wanted_status = 0 if all(wanted["ok"] for _, wanted in samples) else 1
        if status != wanted_status:
            fail(f"{what}: status {status}, not {wanted_status}")
        if any(octet > 0x7e for octet in out):
            fail(f"{what}: the output is not ASCII")
        lines = out.decode("ascii").splitlines()
        if len(lines) != len(samples):
            fail(f"{what}: {len(lines)} lines for {len(samples)} samples")
        for (sample, wanted), line in zip(samples, lines):
            got = json.loads(line)
            count += 1
            if got != wanted:
                fail(f"{what}: {sample}\n     got {got}\n  wanted {wanted}")
    if count < 60:
        fail(f"only {count} samples")


def expect(name, got, wanted):
    if got != wanted:
        fail(f"{name}\n     got {got}\n  wanted {wanted}")


def check_raw():
    """Without --escaped the input is the octets, one sample after the other."""
    status, out, _ = run(["smtp-reply", "--format", "json"], b"220 a\r\n250-b\r\n250 c\r\n22")
    expect("raw: status", status, 1)
    objects = [json.loads(line) for line in out.splitlines()]
    expect("raw: lines", [o["lines"] for o in objects], [["a"], ["b", "c"], []])
    expect("raw: errors", [o["error"] for o in objects], [None, None, "incomplete"])
    status, out, _ = run(["smtp-command", "--format", "json"], b"NOOP\r\nQUIT\r\n")
    expect("raw: commands", [json.loads(line)["verb"] for line in out.splitlines()], ["NOOP", "QUIT"])
    status, out, _ = run(["pop3-response", "--after", "list", "--format", "json"],
                         b"+OK 1 120\r\n-ERR no\r\n+OK\r\n1 120\r\n.\r\n")
    expect("raw: responses", [json.loads(line)["status"] for line in out.splitlines()], ["+OK", "-ERR", "+OK"])
    expect("raw: response status", status, 0)
    status, out, _ = run(["content", "--format", "json"], b"")
    expect("raw: empty content", json.loads(out)["error"], "incomplete")
    expect("raw: nothing", run(["smtp-command"], b"")[:2], (0, b""))


def check_text():
    status, out, _ = run(["smtp-reply"], b"250\r\n25 \x1b\r\n")
    expect("text: status", status, 1)
    expect("text", out.decode(),
           "1: ok\n"
           "  deviation no-space: Neither space nor text follows the code. (SMTP-5321-4.2.1-03)\n"
           "  code: 250\n"
           "  enhanced: null\n"
           "  lines: [\"\"]\n"
           "2: error\n"
           "  error code-length: A reply code has exactly three digits. (SMTP-5321-4.3.2-14)\n"
           "  at 2\n"
           "  code: null\n"
           "  enhanced: null\n"
           "  lines: [\"25 \\u001B\"]\n")
    status, out, _ = run(["pop3-command"], b"PASS a\\\xc2\x9bb\r\n")
    if b"\x9b" in out:
        fail("text: a control character of the sample reaches the terminal")


def check_strict():
    expect("strict: without", run(["smtp-reply"], b"250\r\n")[0], 0)
    expect("strict: deviation", run(["smtp-reply", "--strict"], b"250\r\n")[0], 1)
    expect("strict: good", run(["smtp-reply", "--strict"], b"250 a\r\n")[0], 0)


def check_files():
    with tempfile.TemporaryDirectory() as folder:
        source, result = os.path.join(folder, "in"), os.path.join(folder, "out")
        with open(source, "wb") as file:
            file.write(b"NOOP\r\n")
        status, out, _ = run(["smtp-command", source, "--format=json", "-o", result], b"")
        expect("files: status", (status, out), (0, b""))
        with open(result, "rb") as file:
            expect("files: result", json.load(file)["verb"], "NOOP")
        expect("files: missing", run(["smtp-command", os.path.join(folder, "none")], b"")[0], 2)


def check_usage():
    for arguments in ([], ["smtp"], ["smtp-reply", "--after", "list"], ["pop3-response", "--after", "EHLO"],
                      ["smtp-command", "--after", "EHLO"], ["smtp-path", "--reverse", "--forward"],
                      ["content", "--format", "xml"], ["content", "a", "b"]):
        status, out, complaint = run(arguments, b"")
        expect(f"usage: {arguments}", (status, out, complaint != b""), (2, b"", True))
    status, out, complaint = run(["smtp-command", "--escaped", "--format", "json"], b"NOOP\\q\nQUIT\\r\\n\n")
    expect("usage: a bad escape", (status, json.loads(out)["verb"]), (2, "QUIT"))
    if b"line 1, column 5" not in complaint:
        fail(f"usage: a bad escape is told as {complaint}")


check_samples()
check_raw()
check_text()
check_strict()
check_files()
check_usage()
sys.exit(1 if failures else 0)
