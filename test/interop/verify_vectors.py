#!/usr/bin/env python3
"""Runs the test vectors with the second verifier: what is signed, lists, directories, invites, case threads, pre-flight and evidence bundles.

Usage: verify_vectors.py FOLDER. Prints one JSON object {"passed": n, "failed": [path, …], "skipped": {topic: n}}.
Needs Python 3 and cryptography; shares no code with the project.
"""
import datetime
import hashlib
import io
import json
import pathlib
import sys
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

import cases
import verify_evidence
from agreements import covers, read_notice, read_text, signing_input
from curve import usable_key
from plain import DAMAGED, Bad, b64, levels_of, parse_json, require, sha256
from preflight import preflight
from schemas import check
from signed import Certificate, Keys, Packet, check_body, check_claims, delegation_claims, receipt_claims, split_compact, thumbprint

NOW, YEAR, SKEW, PACKET_BYTES = 1793581200, 365 * 86400, 300, 32 * 1024


class Cities:
    def __init__(self, folder):
        read = json.loads((folder / "keys.json").read_text())["cities"]
        self.rsa, self.kids, self.keys = {}, {}, Keys()
        for city in read:
            jwk = city["certificateKey"]
            number = lambda name: int.from_bytes(b64(jwk[name]), "big")
            self.rsa[city["code"]] = rsa.RSAPublicNumbers(number("e"), number("n")).public_key()
            self.kids[city["code"]] = thumbprint(jwk)
            packet = city["packetKey"]
            key = ed25519.Ed25519PublicKey.from_public_bytes(b64(packet["x"]))
            self.keys.spans[thumbprint(packet)] = [(city["code"], key, NOW - YEAR, NOW + YEAR)]

    def delegated(self, times):
        """The keys, delegated for other times."""
        keys = Keys()
        for kid, [(city, key, _, _)] in self.keys.spans.items():
            keys.spans[kid] = [(city, key, time["begins"], time["ends"]) for time in times]
        return keys

    def by_certificate(self, jws, typ, city):
        kid, claims, signed, signature = split_compact(jws.encode(), typ, "RS256")
        require(kid == self.kids[city], "kid is not of the city certificate")
        try:
            self.rsa[city].verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Bad("the signature does not verify")
        return claims


def signature_is_canonical(jws):
    require(jws.count(".") == 2 and jws[-1] in "AQgw" and len(jws.rsplit(".", 1)[1]) == 86, "signature encoding")


def packet(cities, given):
    jws = given["jws"]
    require(len(jws) <= PACKET_BYTES, "too long")
    signature_is_canonical(jws)
    keys = cities.delegated(given["spans"]) if "spans" in given else cities.keys
    claims = keys.verify(jws.encode(), "tongban-packet+jws")
    check_claims(claims)
    if "revokedAt" in given:
        require(given.get("evidence") and claims["iat"] < given["revokedAt"], "revoked")
    require(claims["aud"] == given["audience"], "audience")
    require(given.get("evidence") or claims["iat"] <= given["now"] + SKEW, "future")
    return {"id": sha256(jws.encode())}


def body(cities, given):
    claims = cities.keys.verify(given["jws"].encode(), "tongban-packet+jws")
    cases.check_case_claims(claims)
    check_body(claims, b64(given["body"]))
    return {}


def receipt(cities, given):
    claims = receipt_claims(cities.keys.verify(given["jws"].encode(), "tongban-receipt+jws"))
    require(claims["iss"] == given["issuer"] and claims["aud"] == given["audience"], "cities")
    return {}


def delegation(cities, given):
    claims = delegation_claims(cities.by_certificate(given["jws"], "tongban-delegation+jws", given["city"]))
    require(claims["iss"] == given["city"], "issuer")
    return {}


def revocation(cities, given):
    claims = check("revocation-claims", cities.by_certificate(given["jws"], "tongban-revocation+jws", given["city"]))
    require(claims["iss"] == given["city"], "issuer")
    return {}


def watermark(cities, given):
    mark = bytes(32)
    for name in given["ids"]:
        mark = hashlib.sha256(mark + bytes.fromhex(name)).digest()
    return {"n": len(given["ids"]), "hash": mark.hex()}


def replayed(cities, given):
    """Packets of a thread in the order of their arrival, and the state after each."""
    before, states = [], []
    for entry in given["packets"]:
        claims = cities.keys.verify(entry["jws"].encode(), "tongban-packet+jws")
        check_claims(claims)
        cases.check_case_claims(claims)
        one = Packet("vector", entry["jws"].encode(), claims)
        one.body = check_body(claims, b64(entry["body"]))
        require(cases.implausible(one.kind, one.body, claims["iat"]) is None, "a day that cannot be meant")
        mover = cases.mover_of(before + [one])
        require(mover is not None, "nobody began the thread")
        cases.admit(before, one, mover, new=True)
        before.append(one)
        states.append(cases.fold(before, mover)["state"])
    return before, states


def thread(cities, given):
    return {"states": replayed(cities, given)[1]}


def crossing(cities, given):
    packets, states = replayed(cities, given)
    mover, place = cases.mover_of(packets), {packet.id: no for no, packet in enumerate(packets)}
    order = [place[packet.id] for packet in cases.canonical(packets, mover)]
    return {"states": states, "order": order, "late": [place[name] for name in cases.fold(packets, mover)["late"]]}


def certificate(_, given):
    read = Certificate(given["pem"].encode())
    return {"city": read.city, "fingerprint": read.fingerprint, "kid": read.kid}


def calendar(_, given):
    """The day after so many working days; provisional when it begins or ends beyond the tables."""
    here = [table for table in given["tables"] if table["region"] == "CN" or given["city"].startswith(table["region"])]
    off = {day for table in here for day in table["off"]}
    worked = {day for table in here for day in table["worked"]} - off
    years = {table["year"] for table in here if table["region"] == "CN"}
    works = lambda day: str(day) in worked or (day.weekday() < 5 and str(day) not in off)
    day, left = datetime.date.fromisoformat(given["from"]), given["days"]
    begun = day
    while left > 0 or (given["days"] == 0 and not works(day)):
        day += datetime.timedelta(days=1)
        left -= works(day)
    return {"day": str(day), "provisional": begun.year not in years or day.year not in years}


def calendar_digest(_, given):
    table = check("holiday-table", given["table"])
    days = [",".join(sorted(table[name])) for name in ("off", "worked")]
    return {"sha256": sha256("\n".join(["tongban calendar 1", table["region"], str(table["year"]), *days]).encode())}


def signed_by_city(cities, given, text, typ="tongban-agreement+jws"):
    kid, signed, signature = signing_input(given["signature"], text, typ)
    require(kid == cities.kids[given["city"]], "kid is not of the city certificate")
    try:
        cities.rsa[given["city"]].verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Bad("the signature does not verify")


def agreement_notice(cities, given):
    text = given["text"].encode()
    signed_by_city(cities, given, text, "tongban-agreement-notice+jws")
    notice = read_notice(text)
    return {name: notice[name] for name in ("agreement", "city", "kind")}


def agreement(cities, given):
    text = given["text"].encode()
    if "signature" in given:
        signed_by_city(cities, given, text)
    document = read_text(text)
    require("parties" in document, "no document")
    if "case" in given:
        covers(document, given["case"])
    return {"id": sha256(text)}


def item_key(line):
    return hashlib.sha256(check("service-item", line)["taskCode"].encode()).digest()


def list_root(entries):
    """The tree of SPEC.md 8.3 over (key, hash) of each item."""
    require(len(set(key for key, _ in entries)) == len(entries), "a taskCode stands twice")
    buckets = [b""] * 4096
    for key, digest in sorted(entries):
        buckets[int.from_bytes(key[:2], "big") >> 4] += key + digest
    sha = lambda data: hashlib.sha256(data).digest()
    hashed = [sha(b"\0" + bucket) if bucket else bytes(32) for bucket in buckets]
    groups = [sha(b"\1" + b"".join(hashed[at:at + 64])) for at in range(0, 4096, 64)]
    return sha(b"\1" + b"".join(groups)).hex()


def service_list(cities, given):
    head = check("list-head", cities.keys.verify(given["head"].encode(), "tongban-list+jws"))
    require(head["iss"] == "420300" and head["version"] >= given["heldVersion"], "issuer or version")
    entries = []
    for line in given["lines"]:
        data = line.encode()
        require(len(data) <= 256 * 1024 and b"\n" not in data and b"\r" not in data, "no line")
        item = parse_json(data)
        require(levels_of(item.get("form", {})) <= 64 and levels_of(item.get("formUi", {})) <= 64, "nests too deep")
        entries.append((item_key(item), hashlib.sha256(data).digest()))
    require(list_root(entries) == head["root"] and len(entries) == head["count"], "root or count")
    return {}


def directory(_, given):
    jws = given["jws"]
    require(len(jws) <= 4 * 1024 * 1024, "too large")
    kid, claims, signed, signature = split_compact(jws.encode(), "tongban-directory+jws", "Ed25519")
    require(kid in given["operators"], "not trusted")
    check("directory", claims)
    jwk = claims["operator"]["key"]
    require(thumbprint(jwk) == kid and usable_key(b64(jwk["x"])), "not the key of the thumbprint")
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(b64(jwk["x"])).verify(signature, signed)
    except InvalidSignature:
        raise Bad("the signature does not verify")
    entries, revoked = claims["entries"], [one["certificate"] for one in claims["revocations"]]
    certificates = [one for entry in entries for one in entry["certificates"]]
    peers = [one for entry in entries for one in entry["peers"]]
    for values in ([entry["city"] for entry in entries], certificates, peers, revoked):
        require(len(set(values)) == len(values), "stands twice")
    require(not set(certificates) & set(revoked), "a member is revoked")
    require(claims["iat"] < claims["nextUpdate"] <= claims["iat"] + 400 * 86_400, "validity")
    require(all(one["revokedAt"] <= claims["iat"] for one in claims["revocations"]), "revoked later")
    require(claims.get("successor") != kid, "its own successor")
    require(claims["iat"] <= given["now"] + SKEW, "future")
    digest, held = sha256(jws.encode()), given.get("held", {}).get(kid)
    if held is not None:
        require(claims["version"] >= held["version"], "rollback")
        require(claims["version"] > held["version"] or digest == held["sha256"], "fork")
        require(claims["version"] == held["version"] or not held.get("last"), "after the last version")
    late = given["now"] - claims["nextUpdate"]
    standing = "current" if late <= 0 else "overdue" if late <= claims["grace"] else "lapsed"
    return {"sha256": digest, "known": held is not None and held["sha256"] == digest, "standing": standing}


def invite(_, given):
    text = "".join(given["text"].split())
    text = text.replace("web+tongban:invite#", "tongban-invite:", 1)
    require(len(text) <= 4096 and text.startswith("tongban-invite:"), "no invite")
    read = check("invite", parse_json(b64(text[len("tongban-invite:"):])))
    require(read["exp"] >= given["now"], "expired")
    return {"invite": read, "id": sha256(("tongban invite " + read["secret"]).encode())}


def application(_, given):
    findings = preflight(given["content"], check("service-item", given["item"]), given["agreed"])
    return {"ok": all(one["level"] == "notice" for one in findings), "findings": findings}


def evidence(_, given):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, text in given["files"].items():
            bundle.writestr(name, text)
    report = verify_evidence.verify(packed, set(given["fingerprints"]))
    return {name: report[name] for name in ("ok", "state", "outcome", "packets", "receipts", "materials")}


TOPICS = {
    "packet": packet, "body": body, "receipt": receipt, "delegation": delegation, "revocation": revocation,
    "watermark": watermark, "thread": thread, "crossing": crossing, "certificate": certificate,
    "calendar": calendar, "calendar-digest": calendar_digest, "agreement": agreement,
    "agreement-notice": agreement_notice, "list": service_list,
    "directory": directory, "invite": invite, "preflight": application, "evidence": evidence,
}


def main(folder):
    cities, passed, failed, skipped = Cities(folder), 0, [], {}
    for path in sorted(folder.glob("*/*valid/*.json")):
        topic = path.parts[-3]
        vector = json.loads(path.read_text())
        if topic not in TOPICS:
            skipped[topic] = skipped.get(topic, 0) + 1
            continue
        try:
            got = {"ok": True, **TOPICS[topic](cities, vector["input"])}
        except DAMAGED:
            got = {"ok": False}
        expected = vector["expect"]
        same = got["ok"] == expected["ok"] and all(expected.get(name, value) == value for name, value in got.items())
        if same:
            passed += 1
        else:
            failed.append(str(path.relative_to(folder)))
    print(json.dumps({"passed": passed, "failed": failed, "skipped": skipped}))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
