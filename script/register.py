"""Reads the requirement register, corpus/requirements; shared by the scripts beside this file."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "corpus", "requirements")
FILES = ("smtp.tsv", "pop3.tsv")
COLUMNS = ["id", "rfc", "section", "level", "subject", "statement", "observable", "needs", "stimulus", "expect",
           "note", "offline"]
LEVELS = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "SECURITY"]


def lines(path):
    with open(path, encoding="utf-8", newline="") as handle:
        return handle.read().split("\n")


def numbers(folder=FOLDER):
    """The ids in the order of their numbers; the first one has number 1."""
    return [line for line in lines(os.path.join(folder, "numbers")) if line]


def rows(folder=FOLDER):
    """Every row of the register as a dict; 'where' is file:line."""
    result = []
    for name in FILES:
        text = lines(os.path.join(folder, name))
        columns = text[0].split("\t")
        for number, line in enumerate(text[1:], 2):
            if line:
                row = dict(zip(columns, line.split("\t")))
                row["where"] = "%s:%d" % (name, number)
                result.append(row)
    return result


def names(path):
    """The ids that a list of ids names: one a line, '#' starts a comment."""
    return [line.split("#")[0].strip() for line in lines(path) if line.split("#")[0].strip()]


def symbol(identifier):
    return "MS_REQ_" + re.sub(r"[.-]", "_", identifier)
