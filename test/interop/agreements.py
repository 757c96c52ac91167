"""Agreements: the signed texts, what amendments make of them, and whether they cover a case (SPEC.md 7)."""
import datetime

from plain import MIB, b64, b64_of, parse_json, require
from schemas import check


def general(data):
    """A signed text (JWS General JSON): its bytes, and its signatures as (kid, signed bytes, signature)."""
    whole = parse_json(data)
    require(isinstance(whole, dict) and set(whole) == {"payload", "signatures"}, "not a general JWS")
    signatures = whole["signatures"]
    require(isinstance(signatures, list) and 1 <= len(signatures) <= 100, "signatures is malformed")
    payload = b64(whole["payload"])
    require(payload, "no payload")
    return payload, [signature(entry, whole["payload"]) for entry in signatures]


def signature(entry, payload, typ="tongban-agreement+jws"):
    require(isinstance(entry, dict) and set(entry) == {"protected", "signature"}, "a signature is malformed")
    protected, signed = b64(entry["protected"]), b64(entry["signature"])
    require(len(entry["protected"]) <= 500 and len(entry["signature"]) <= 1000, "a signature is too long")
    header = parse_json(protected)
    require(isinstance(header, dict) and set(header) == {"alg", "typ", "kid"}, "another header")
    require(header["alg"] == "RS256" and header["typ"] == typ, "another header")
    return header["kid"], (entry["protected"] + "." + payload).encode(), signed


def read_text(data):
    """A document, or an amendment, that holds by itself."""
    require(len(data) <= 8 * MIB, "the text is too large")
    text = parse_json(data)
    if isinstance(text, dict) and "amends" in text:
        check("agreement-amendment", text)
        require(text.get("put") or text.get("remove") or text.get("terms"), "an amendment that changes nothing")
        return text
    return check_document(check("agreement-document", text))


def check_document(document):
    codes = [party["code"] for party in document["parties"]]
    require(len(set(codes)) == len(codes), "a city stands twice")
    require(document["validFrom"] <= document["validTo"], "ends before it begins")
    keys = [key(item) for item in document["items"]]
    require(len(set(keys)) == len(keys), "an item stands twice")
    for item in document["items"]:
        require(item["handling"] in codes, "an item of no party")
        others = set(codes) - {item["handling"]}
        require(set(item["collecting"]) <= others, "an item is collected by no other party")
    return document


def key(item):
    return (item["handling"], item["taskCode"])


def amended(document, amendment):
    items = {key(item): item for item in document["items"]}
    for gone in amendment.get("remove", []):
        require(key(gone) in items, "removes an item that is not there")
        del items[key(gone)]
    put = amendment.get("put", [])
    require(len({key(item) for item in put}) == len(put), "puts an item twice")
    items.update({key(item): item for item in put})
    require(1 <= len(items) <= 10_000, "leaves no items, or too many")
    return check_document({**document, **amendment.get("terms", {}), "items": list(items.values())})


def covers(document, case):
    """Whether a document covers {collecting, handling, item, mode, at}."""
    china = datetime.timezone(datetime.timedelta(hours=8))
    day = datetime.datetime.fromtimestamp(case["at"], china).date().isoformat()
    endless = document.get("renewal", {}).get("kind") == "auto"
    require(document["validFrom"] <= day, "not in force when the case began")
    require(day <= document["validTo"] or endless, "not in force when the case began")
    wanted = (case["handling"], case["item"])
    item = next((one for one in document["items"] if key(one) == wanted), None)
    require(item is not None, "does not cover the item")
    require(case["collecting"] in item["collecting"], "does not cover this direction")
    require(case["mode"] in item["modes"], "does not cover the mode")
    return day


def signing_input(entry, data, typ="tongban-agreement+jws"):
    """What one party signed: header and text."""
    return signature(entry, b64_of(data), typ)


def read_notice(data):
    """What a party of an agreement between many says of itself, or of a text."""
    require(len(data) <= 16 * 1024, "the notice is too large")
    return check("agreement-notice", parse_json(data))
