"""The schema of JSON reports, and what checks a report against it."""
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def load_json(text):
    def refuse(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), "a member twice: %s" % names
        return dict(pairs)

    def refuse_constant(name):
        raise AssertionError("%s is no JSON" % name)

    return json.loads(text, object_pairs_hook=refuse, parse_constant=refuse_constant)


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}


def is_of_type(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def validate(value, schema, root, at="$"):
    """What the report's schema uses of JSON Schema; an unknown keyword fails."""
    for keyword, wanted in schema.items():
        if keyword == "type":
            names = wanted if isinstance(wanted, list) else [wanted]
            assert any(is_of_type(value, name) for name in names), "%s: %r is no %s" % (at, value, names)
        elif keyword == "const":
            assert value == wanted, "%s: %r" % (at, value)
        elif keyword == "enum":
            assert value in wanted, "%s: %r is none of %s" % (at, value, wanted)
        elif keyword == "pattern":
            assert not isinstance(value, str) or re.search(wanted, value), "%s: %r" % (at, value)
        elif keyword == "minimum":
            assert value is None or value >= wanted, "%s: %r" % (at, value)
        elif keyword == "required":
            assert set(wanted) <= set(value), "%s: lacks %s" % (at, set(wanted) - set(value))
        elif keyword == "properties":
            for name in value:
                assert name in wanted, "%s: the schema does not know %s" % (at, name)
                validate(value[name], wanted[name], root, "%s.%s" % (at, name))
        elif keyword == "additionalProperties":
            for name in set(value) - set(schema.get("properties", {})):
                validate(value[name], wanted, root, "%s.%s" % (at, name))
        elif keyword == "items":
            for i, item in enumerate(value):
                validate(item, wanted, root, "%s[%d]" % (at, i))
        elif keyword == "anyOf":
            problems = []
            for choice in wanted:
                try:
                    validate(value, choice, root, at)
                    break
                except AssertionError as problem:
                    problems.append(str(problem))
            else:
                raise AssertionError("; ".join(problems))
        elif keyword == "$ref":
            validate(value, root["$defs"][wanted.rsplit("/", 1)[1]], root, at)
        else:
            assert keyword in ("$schema", "$defs", "title", "description"), keyword


with open(os.path.join(ROOT, "reports", "schema.json")) as handle:
    SCHEMA = load_json(handle.read())
