#!/usr/bin/env python3
"""usage: bench/replay.py MAILSPEC

How long `mailspec replay` takes: 10,000 transcripts of 29 lines on one core with all cuts off, a tenth of them to see
that memory is flat, and hostile transcripts of two sizes to see that time is linear.  CPU time and peak memory are the
kernel's (wait4).  Exit status 1 when a replay finds something, as the transcripts are conforming or expected to be hostile.
"""
import os
import random
import sys
import tempfile

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def name(length):
    return "".join(random.choice(LETTERS) for _ in range(length))


def transcript():
    """29 lines, the header among them."""
    lines = ["mailspec: 1", "protocol: smtp", "title: generated", "", "S: 220 mx.harbour.example ESMTP ready"]
    lines += [f"C: EHLO {name(8)}.{name(9)}.example", "S: 250-mx.harbour.example", "S: 250-PIPELINING", "S: 250 DSN"]
    lines += [f"C: MAIL FROM:<{name(7)}@{name(12)}.example>", "S: 250 Ok"]
    for _ in range(3):
        lines += [f"C: RCPT TO:<{name(9)}@{name(10)}.example>", "S: 250 Ok"]
    lines += ["C: DATA", "S: 354 go ahead", f"C: From: {name(6)}@{name(9)}.example"]
    lines += ["C: Date: Tue, 03 Mar 2026 13:00:00 +0100", f"C: Subject: {name(20)}", "C:"]
    lines += [f"C: {name(60)}", f"C: {name(60)}", "C: .", f"S: 250 queued as {name(8)}", "C: QUIT"]
    lines += ["S: 221 mx.harbour.example closing"]
    return "\n".join(lines) + "\n"


HOSTILE = [("stuffed dots", "..\\r\\n"), ("empty lines", "\\r\\n"), ("bare CR", "x\\r"), ("NUL", "\\0"), ("one line", "x")]


def hostile(unit, octets):
    """A message that repeats what is hard on a scanner."""
    text = transcript().split("\n")
    at = text.index("C:") + 1
    count = octets // len(unit.replace("\\", ""))
    return "\n".join(text[:at] + [f'C< "{unit}"*{count}', 'C< "\\r\\n"'] + text[at:])


def run(mailspec, path, cuts):
    """CPU seconds, peak KiB and exit status."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execv(mailspec, [mailspec, "replay", "--cuts", cuts, "-j", "1", path])
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status)


def fill(folder, count, make):
    os.mkdir(folder)
    for i in range(count):
        with open(os.path.join(folder, f"{i:05}.mst"), "w", encoding="ascii") as file:
            file.write(make())
    return folder


def report(what, seconds, peak, status, bar=""):
    print(f"{what:<44} {seconds:8.3f} s CPU  {peak / 1024:8.1f} MiB at most{bar}{'' if status == 0 else f'  status {status}'}")
    return status == 0


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    mailspec = sys.argv[1]
    random.seed(1)
    good = True
    with tempfile.TemporaryDirectory() as work:
        for count in (1000, 10000):
            folder = fill(os.path.join(work, str(count)), count, transcript)
            seconds, peak, status = min(run(mailspec, folder, "none") for _ in range(3))
            bar = "  (goal 1, least 5)" if count == 10000 else ""
            bar += "" if not bar else "  goal reached" if seconds <= 1 else "  least reached" if seconds <= 5 else "  MISSED"
            good &= report(f"replay, {count} transcripts, no cuts", seconds, peak, status, bar)
        seconds, peak, status = run(mailspec, os.path.join(work, "1000"), "lines")
        good &= report("replay, 1000 transcripts, cuts at lines", seconds, peak, status)
        for what, unit in HOSTILE:
            for octets in (25000000, 100000000):
                folder = fill(os.path.join(work, f"{what}{octets}"), 1, lambda u=unit, n=octets: hostile(u, n))
                seconds, peak, status = run(mailspec, folder, "none")
                report(f"replay, {what}, {octets // 1000000} MB", seconds, peak, min(status, 1),
                       f"  {seconds / octets * 1e9:.2f} ns/octet")
    sys.exit(0 if good else 1)


main()
