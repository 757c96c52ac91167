#!/usr/bin/env python3
"""Verifies a tongban evidence bundle. A second implementation, written from SPEC.md; shares no code with the project.

Usage: verify_evidence.py BUNDLE.zip... [--fingerprint HEX]...
       verify_evidence.py --serve

Needs Python 3.8 and the package `cryptography` 38 or later. Prints one JSON object a bundle, each on its line,
{"ok", "thread", "case", "state", "outcome", "packets", "receipts", "materials", "errors", "warnings"}
and exits with 0 when every bundle verifies, 1 when it does not, 2 when it was called wrongly.
With --serve each line of the standard input is {"bundle": path, "fingerprints": [hex]}, and its answer a line, until it ends.
Without --fingerprint anybody could have made the certificates; the fingerprints found are then listed as warnings.
"""
import argparse
import datetime
import json
import re
import sys

sys.dont_write_bytecode = True
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agreements import amended, covers, general, read_text
from bundles import Bundle
from cases import admit, canonical, check_case_claims, fold, implausible, mover_of
from plain import DAMAGED, Bad, b64, parse_json, require, sha256
from schemas import check
from signed import (
    Certificate, Keys, Packet, check_body, check_claims, delegation_claims, receipt_claims, split_compact,
)

CLOCK_SKEW = 300


def read_certificates(bundle, fingerprints, warnings):
    certificates = []

    def use(name, data):
        certificate = Certificate(data)
        require(all(c.fingerprint != certificate.fingerprint for c in certificates), "stands twice")
        if fingerprints:
            require(certificate.fingerprint in fingerprints, "the fingerprint is none of those given")
        else:
            warnings.append("%s: compare the fingerprint %s" % (name, certificate.fingerprint))
        certificates.append(certificate)

    bundle.each("certificates", use)
    return certificates


def read_keys(bundle, certificates):
    keys = Keys()

    def open_by_certificate(data, typ):
        kid, claims, signed, signature = split_compact(data, typ, "RS256")
        require(isinstance(claims, dict) and isinstance(claims.get("iat"), int), "iat is malformed")
        own = [c for c in certificates if c.city == claims.get("iss") and c.kid == kid]
        require(own, "not signed with the certificate of its city")
        own[0].verify(signed, signature)
        valid = [c for c in own if c.begins <= claims["iat"] <= c.ends]
        require(valid, "signed when the certificate was not valid")
        return claims, valid[0]

    def delegation(_, data):
        claims, certificate = open_by_certificate(data, "tongban-delegation+jws")
        for jwk in delegation_claims(claims)["keys"]:
            if jwk["purpose"] == "packet":
                key = Ed25519PublicKey.from_public_bytes(b64(jwk["x"]))
                span = (claims["iss"], key, max(claims["nbf"], certificate.begins), min(claims["exp"], certificate.ends))
                keys.spans.setdefault(jwk["kid"], []).append(span)

    def revocation(_, data):
        claims, _ = open_by_certificate(data, "tongban-revocation+jws")
        check("revocation-claims", claims)
        place = (claims["iss"], claims["kid"])
        keys.revoked[place] = min(claims["revokedAt"], keys.revoked.get(place, claims["revokedAt"]))

    bundle.each("delegations", delegation)
    bundle.each("revocations", revocation)
    return keys


def read_packets(bundle, keys):
    packets = {}

    def use(name, data):
        claims = keys.verify(data, "tongban-packet+jws")
        check_claims(claims)
        check_case_claims(claims)
        require(claims["thread"] == bundle.manifest["thread"], "belongs to another thread")
        packet = Packet(name, data, claims)
        require(packet.id not in packets, "stands twice")
        packets[packet.id] = packet

    bundle.each("packets", use)
    return packets


def open_bodies(bundle, packets, warnings):
    purged, known = set(bundle.manifest["purged"]), set()
    for packet in packets.values():
        claims = packet.claims
        name = "bodies/" + claims["body"]["sha256"]
        known.add(name)
        known.update("materials/" + material["sha256"] for material in claims["materials"])
        if name not in bundle.entries:
            if name in purged:
                warnings.append("%s: its body was purged" % packet.name)
            else:
                bundle.error(packet.name, "its body is missing")
            continue
        try:
            packet.body = check_body(claims, bundle.read(name))
            wild = implausible(packet.kind, packet.body, claims["iat"])
            if wild is not None:
                warnings.append("%s: %s cannot be meant" % (packet.name, wild))
        except DAMAGED as problem:
            bundle.error(name, str(problem) or type(problem).__name__)
    for name in bundle.names("bodies"):
        if name not in known:
            bundle.error(name, "no packet commits to it")
    for name in purged:
        if name in bundle.entries or name not in known:
            bundle.error(name, "is called purged, but is there or belongs to no packet")


def check_materials(bundle, packets, warnings):
    committed, present = {}, 0
    for packet in packets.values():
        for material in packet.claims["materials"]:
            committed.setdefault("materials/" + material["sha256"], set()).add(material["size"])
    for name, sizes in sorted(committed.items()):
        if name not in bundle.entries:
            if name in bundle.manifest["purged"]:
                warnings.append("%s: was purged" % name)
            else:
                bundle.error(name, "is missing")
        elif sizes != {bundle.entries[name].file_size}:
            bundle.error(name, "has not the size that its packet says")
        else:
            try:
                require("materials/" + bundle.digest(name) == name, "not what its name says")
                present += 1
            except DAMAGED as problem:
                bundle.error(name, str(problem))
    for name in bundle.names("materials"):
        if name not in committed:
            bundle.error(name, "no packet commits to it")
    return present


def replay(bundle, packets):
    mover = mover_of(packets.values())
    if mover is None:
        bundle.error("packets", "there is no case.submit")
        return None
    admitted, broken = [], set()
    for place, packet in enumerate(canonical(packets.values(), mover), 1):
        try:
            name = "packets/%04d-%s-%d.jws" % (place, packet.iss, packet.seq)
            require(packet.name == name, "the name does not fit its place")
            if packet.iss in broken:
                continue
            admit(admitted, packet, mover)
            admitted.append(packet)
        except Bad as problem:
            bundle.error(packet.name, str(problem))
            broken.add(packet.iss)
    return fold(admitted, mover)


def check_receipts(bundle, keys, packets, warnings):
    stored, refused, texts = set(), set(), set()

    def use(name, data):
        require(data not in texts, "stands twice")
        claims = receipt_claims(keys.verify(data, "tongban-receipt+jws"))
        covered = [packets[item["id"]] for item in claims["items"] if item["id"] in packets]
        require(covered, "covers no packet of the thread")
        theirs = all(p.aud == claims["iss"] and p.iss == claims["aud"] for p in covered)
        require(theirs, "covers packets that were not sent to its city")
        if any(claims["iat"] + CLOCK_SKEW < p.claims["iat"] for p in covered):
            warnings.append("%s: is dated before its packet" % name)
        for item in claims["items"]:
            (stored if item["status"] == "stored" else refused).add(item["id"])
        texts.add(data)

    bundle.each("receipts", use)
    pending = set(bundle.manifest["unreceipted"])
    for packet in packets.values():
        if packet.id in stored:
            if packet.name in pending:
                bundle.error(packet.name, "is called unreceipted, but there is a receipt")
        elif packet.id in refused:
            bundle.error(packet.name, "was refused by the other city")
        elif packet.name in pending:
            warnings.append("%s: no receipt yet" % packet.name)
        else:
            bundle.error(packet.name, "no receipt of the other city covers it")
    for name in pending - {packet.name for packet in packets.values()}:
        bundle.error(name, "is called unreceipted, but there is no such packet")
    return len(texts)


def check_agreement(bundle, packets, certificates, warnings):
    submit = next((p for p in packets.values() if p.kind == "case.submit"), None)
    wanted = submit and "agreements/%s.json" % submit.claims["agreement"]
    texts = {}

    def use(name, data):
        payload, signatures = general(data)
        require("agreements/%s.json" % sha256(payload) == name, "not the agreement that its name says")
        signed_by = set()
        for kid, signed, signature in signatures:
            for certificate in certificates:
                if certificate.kid == kid:
                    certificate.verify(signed, signature)
                    signed_by.add(certificate.city)
        require(signed_by >= {submit.iss, submit.aud}, "not signed by both cities")
        texts[name] = read_text(payload)

    bundle.each("agreements", use)
    chain, name = [], wanted
    while name and name not in chain:
        if name not in texts:
            if name not in bundle.entries:
                bundle.error(name, "the agreement is missing")
            break
        chain.append(name)
        amends = texts[name].get("amends")
        name = amends and "agreements/%s.json" % amends
    for name in texts:
        if name not in chain:
            bundle.error(name, "the case does not refer to this agreement")
    if not chain or "parties" not in texts[chain[-1]]:
        return

    def judge(name, document):
        parties = {party["code"] for party in document["parties"]}
        require({submit.iss, submit.aud} <= parties, "the cities are no parties")
        if submit.body is None:
            warnings.append("%s: the submit was purged, so its coverage stays open" % name)
            return
        day = covers(document, {
            "collecting": submit.iss, "handling": submit.aud, "item": submit.body["item"]["code"],
            "mode": submit.body["mode"], "at": submit.claims["iat"],
        })
        require(texts[chain[0]].get("effectiveFrom", day) <= day, "not in force when the case began")

    try:
        document = texts[chain[-1]]
        for name in reversed(chain[:-1]):
            document = amended(document, texts[name])
        judge(chain[0], document)
    except DAMAGED as problem:
        bundle.error(chain[0], str(problem))


def check_calendars(bundle, parties):
    """Holiday tables: their form, and that each counts in a city of the case. What they give for deadlines proves nothing."""

    def use(name, data):
        table = check("evidence-calendar", parse_json(data))
        cities = ["CN"] if table["region"] == "CN" else [c for c in parties if c.startswith(table["region"])]
        names = ["calendars/%s-%s.json" % (city, table["year"]) for city in cities]
        require(name in names, "of no city of the case, or its name does not fit it")
        days = table["off"] + table["worked"]
        require(len(set(days)) == len(days), "a day stands twice")
        for day in days:
            require(datetime.date.fromisoformat(day).year == table["year"], "a day of another year")
        for day in table["worked"]:
            require(datetime.date.fromisoformat(day).weekday() >= 5, "a weekday is worked")

    bundle.each("calendars", use)


def verify(path, fingerprints):
    errors, warnings = [], []
    result = {"ok": False, "thread": None, "case": None, "state": None, "outcome": None,
              "packets": 0, "receipts": 0, "materials": 0, "errors": errors, "warnings": warnings}
    try:
        bundle = Bundle(path, errors)
    except DAMAGED as problem:
        errors.append("bundle: %s" % problem)
        return result
    result["thread"], result["case"] = bundle.manifest["thread"], bundle.manifest["case"]
    certificates = read_certificates(bundle, fingerprints, warnings)
    keys = read_keys(bundle, certificates)
    packets = read_packets(bundle, keys)
    open_bodies(bundle, packets, warnings)
    case = replay(bundle, packets)
    result["receipts"] = check_receipts(bundle, keys, packets, warnings)
    check_agreement(bundle, packets, certificates, warnings)
    result["materials"] = check_materials(bundle, packets, warnings)
    parties = {city for packet in packets.values() for city in (packet.iss, packet.aud)}
    for city in sorted(parties ^ {certificate.city for certificate in certificates}):
        words = "the certificate of %s is missing" if city in parties else "%s is no city of this case"
        errors.append("certificates: " + words % city)
    submit = next((p for p in packets.values() if p.kind == "case.submit"), None)
    if submit is not None and submit.body is not None and submit.body.get("caseNo") != bundle.manifest["case"]:
        bundle.error("manifest.json", "the case number is not that of the submit")
    check_calendars(bundle, parties)
    for name in ("timeline.html", "deadlines.json"):
        if name in bundle.entries:
            try:
                bundle.digest(name)
            except DAMAGED as problem:
                bundle.error(name, str(problem))
    result["packets"] = len(packets)
    result["ok"] = not errors
    if case is not None and not errors:
        result["state"], result["outcome"] = case["state"], case["outcome"]
    return result


def plain(fingerprints):
    return {re.sub(r"[\s:]", "", value).lower() for value in fingerprints}


def serve():
    """Reads {bundle, fingerprints} from each line of the input and answers with a line, until it ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(verify(asked["bundle"], plain(asked["fingerprints"]))), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description="Verifies a tongban evidence bundle.")
    parser.add_argument("bundle", nargs="*")
    help_text = "hex SHA-256 of a city certificate; give that of each city"
    parser.add_argument("--fingerprint", action="append", default=[], help=help_text)
    parser.add_argument("--serve", action="store_true", help="verify what lines of the standard input name")
    arguments = parser.parse_args()
    if arguments.serve:
        return serve()
    if not arguments.bundle:
        parser.error("name a bundle")
    fingerprints = plain(arguments.fingerprint)
    verified = True
    for path in arguments.bundle:
        result = verify(path, fingerprints)
        print(json.dumps(result), flush=True)
        verified = verified and result["ok"]
    return 0 if verified else 1


if __name__ == "__main__":
    sys.exit(main())
