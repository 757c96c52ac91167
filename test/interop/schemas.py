"""Checks values against the JSON Schemas of the protocol (protocol/schemas), by the keywords that they use and no others."""
import functools
import json
import pathlib
import re

from plain import Bad, require

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "protocol" / "schemas"
NOTES = {"$schema", "description", "default", "format"}  # formats stand as patterns too
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
# What ECMAScript takes for white space; Python's differs.
BLANK = r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


@functools.lru_cache(maxsize=None)
def schema(name):
    return json.loads((FOLDER / (name + ".json")).read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=None)
def compiled(pattern):
    """An ECMAScript pattern of the schemas: digits are ASCII, and $ is the very end, not before a last line break."""
    end = pattern.endswith("$")
    plain = (pattern[:-1] if end else pattern).replace(r"\d", "[0-9]")
    plain = plain.replace(r"\s", "[" + BLANK + "]").replace(r"\S", "[^" + BLANK + "]")
    return re.compile(plain + (r"\Z" if end else ""))


def check(name, value):
    """The value, which fits the schema of the name."""
    judge(schema(name), value, name)
    return value


def equal(value, other):
    """As JSON: true is not 1."""
    return type(value) is type(other) and value == other


def fits(rule, value):
    try:
        judge(rule, value, "")
    except Bad:
        return False
    return True


def judge(rule, value, place):
    for keyword, given in rule.items():
        if keyword in NOTES or keyword == "additionalProperties":
            continue
        require(KEYWORDS[keyword](given, value, rule, place), "%s: %s" % (place, keyword))
    if isinstance(value, dict):
        named, others = rule.get("properties", {}), rule.get("additionalProperties", {})
        for name, member in value.items():
            if name in named:
                judge(named[name], member, place + "." + name)
            else:
                require(others is not False, "%s: a member is unknown" % place)
                judge({} if others is True else others, member, place + ".*")


def each(given, value, place):
    for entry in value if isinstance(value, list) else ():
        judge(given, entry, place + "[]")
    return True


def names(given, value, place):
    for name in value if isinstance(value, dict) else ():
        judge(given, name, place + " names")
    return True


def every(given, value, place):
    for one in given:
        judge(one, value, place)
    return True


def measured(kind, measure, holds):
    return lambda given, value, rule, place: not isinstance(value, kind) or holds(measure(value), given)


at_least, at_most = (lambda a, b: a >= b), (lambda a, b: a <= b)
KEYWORDS = {
    "type": lambda given, value, rule, place: TYPES[given](value),
    "const": lambda given, value, rule, place: equal(value, given),
    "enum": lambda given, value, rule, place: any(equal(value, one) for one in given),
    "required": lambda given, value, rule, place: not isinstance(value, dict) or all(name in value for name in given),
    "properties": lambda given, value, rule, place: True,
    "propertyNames": lambda given, value, rule, place: names(given, value, place),
    "items": lambda given, value, rule, place: each(given, value, place),
    "allOf": lambda given, value, rule, place: every(given, value, place),
    "anyOf": lambda given, value, rule, place: any(fits(one, value) for one in given),
    "oneOf": lambda given, value, rule, place: sum(fits(one, value) for one in given) == 1,
    "pattern": lambda given, value, rule, place: not isinstance(value, str) or compiled(given).search(value) is not None,
    "minLength": measured(str, len, at_least),
    "maxLength": measured(str, len, at_most),
    "minItems": measured(list, len, at_least),
    "maxItems": measured(list, len, at_most),
    "minimum": measured((int, float), float, at_least),
    "maximum": measured((int, float), float, at_most),
}
