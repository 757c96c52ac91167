"""Bytes and JSON as everybody reads them alike (SPEC.md 1)."""
import base64
import binascii
import decimal
import hashlib
import json
import math
import re
import zipfile
import zlib

KIB, MIB, GIB = 1024, 1024 ** 2, 1024 ** 3
HEX64 = re.compile(r"[0-9a-f]{64}")
CITY = re.compile(r"[1-9][0-9]{5}")
KID = re.compile(r"[A-Za-z0-9_-]{43}")
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Bad(Exception):
    """What is wrong with one file."""


# What reading a damaged or forged file may raise; anything else would be a mistake of this program.
DAMAGED = (
    Bad, zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError,
    RuntimeError,
)


def require(condition, message):
    if not condition:
        raise Bad(message)


def b64(text):
    require(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Bad("not base64url")
    require(b64_of(data) == text, "not canonical base64url")
    return data


def b64_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


JSON_LEVELS = 128


def no_constant(name):
    raise Bad("%s is not JSON" % name)


def integer(written):
    require(len(written) <= 17 and written != "-0" and abs(int(written)) < 2 ** 53, "an integer in another spelling")
    return int(written)


def fraction(written):
    value = float(written) if len(written) <= 25 else float("inf")
    own = math.isfinite(value) and value != int(value) and ecmascript(value) == written
    require(own, "a number in another spelling than its own")
    return value


def ecmascript(value):
    """A fraction as ECMA-262 writes it: the shortest digits, as Python has them, but exponents below 1e-6 alone."""
    sign, digits, exponent = decimal.Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + exponent
    if point > 0:
        text = text[:point] + "." + text[point:]
    elif point > -6:
        text = "0." + "0" * -point + text
    else:
        text = text[0] + ("." + text[1:] if len(text) > 1 else "") + "e%d" % (point - 1)
    return ("-" if sign else "") + text


def members_once(pairs):
    names = [name for name, _ in pairs]
    require(len(set(names)) == len(names), "a member stands twice")
    require("__proto__" not in names, "a member named __proto__")
    return dict(pairs)


def parse_json(data):
    """JSON of which there is one reading (SPEC.md 1)."""
    try:
        value = json.loads(
            data.decode("utf-8"), parse_constant=no_constant, parse_int=integer, parse_float=fraction,
            object_pairs_hook=members_once,
        )
    except (ValueError, RecursionError):
        raise Bad("not JSON in UTF-8")
    require(levels_of(value, readable) <= JSON_LEVELS, "more than %d levels" % JSON_LEVELS)
    return value


def readable(entry):
    for letters in [entry] if isinstance(entry, str) else entry if isinstance(entry, dict) else ():
        require(not UNREADABLE.search(letters), "half a surrogate pair, or NUL")


def levels_of(value, look=lambda entry: None):
    """In how many levels objects and arrays nest; `look` sees every entry."""
    row, levels = [value], 0
    while row:
        for entry in row:
            look(entry)
        row = [entry for entry in row if isinstance(entry, (dict, list))]
        levels += 1 if row else 0
        row = [one for entry in row for one in (entry.values() if isinstance(entry, dict) else entry)]
    return levels


UNREADABLE = re.compile("[\0\ud800-\udfff]")


def members(value, required, optional=()):
    """A JSON object with exactly these members."""
    require(isinstance(value, dict), "not an object")
    for name in required:
        require(name in value, "%s is missing" % name)
    for name in value:
        require(name in required or name in optional, "a member is unknown")
    return value


def text(value, pattern, name):
    require(isinstance(value, str) and pattern.fullmatch(value), "%s is malformed" % name)
    return value
