"""Everything that is signed: compact JWS, certificates, delegated keys, the claims of packets (SPEC.md)."""
import datetime
import hashlib
import json

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases import materials_of
from curve import usable_key
from plain import CITY, COMPACT, GIB, KIB, KID, Bad, b64, b64_of, levels_of, members, parse_json, require, sha256, text
from schemas import check


def delegation_claims(claims):
    """The claims of a delegation, each key of which must be one that can be used."""
    check("delegation-claims", claims)
    require(claims["nbf"] < claims["exp"] <= claims["nbf"] + 400 * 86_400, "the validity is malformed")
    for jwk in claims["keys"]:
        require(jwk["kid"] == thumbprint(jwk), "kid is not the thumbprint of the key")
        require(usable_key(b64(jwk["x"])), "a key of no or of small order")
    return claims


def receipt_claims(claims):
    check("receipt-claims", claims)
    ids = [item["id"] for item in claims["items"]]
    require(len(set(ids)) == len(ids), "an id stands twice")
    return claims


def thumbprint(jwk):
    """RFC 7638."""
    names = {"OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}[jwk["kty"]]
    for name in ("x", "n", "e"):
        require(name not in names or b64(jwk[name]), "not base64url")
    canonical = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"), sort_keys=True)
    return b64_of(hashlib.sha256(canonical.encode()).digest())


def split_compact(data, typ, alg):
    """Header and payload of a compact JWS whose header is exactly {alg, typ, kid}; the signature is not verified."""
    try:
        compact = data.decode("ascii")
    except UnicodeDecodeError:
        raise Bad("not a compact JWS")
    require(COMPACT.fullmatch(compact), "not a compact JWS without a line break")
    head, payload, signature = compact.split(".")
    header = members(parse_json(b64(head)), ("alg", "typ", "kid"))
    require(header["alg"] == alg and header["typ"] == typ, "alg or typ is not %s, %s" % (alg, typ))
    text(header["kid"], KID, "kid")
    return header["kid"], parse_json(b64(payload)), (head + "." + payload).encode(), b64(signature)


class Certificate:
    """A city certificate: RSA, used for RS256."""

    def __init__(self, pem):
        require(pem.count(b"-----BEGIN") == 1, "not exactly one PEM certificate")
        try:
            parsed = x509.load_pem_x509_certificate(pem)
        except ValueError:
            raise Bad("not a PEM certificate")
        self.key = parsed.public_key()
        require(isinstance(self.key, rsa.RSAPublicKey), "the key is not RSA")
        require(3072 <= self.key.key_size <= 4096, "the key has not 3072 to 4096 bits")
        self.city = city_of(parsed)
        check_extensions(parsed, self.city)
        self.fingerprint = sha256(parsed.public_bytes(serialization.Encoding.DER))
        numbers = self.key.public_numbers()
        as_bytes = lambda number: number.to_bytes((number.bit_length() + 7) // 8, "big")
        self.kid = thumbprint({"kty": "RSA", "n": b64_of(as_bytes(numbers.n)), "e": b64_of(as_bytes(numbers.e))})
        self.begins, self.ends = seconds_of(parsed, "not_valid_before"), seconds_of(parsed, "not_valid_after")

    def verify(self, signed, signature):
        try:
            self.key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Bad("the signature does not verify with the city certificate")


def seconds_of(parsed, name):
    moment = getattr(parsed, name + "_utc", None) or getattr(parsed, name).replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp())


def city_of(parsed):
    """Division code of the city, from the subject."""
    values = [item.value for item in parsed.subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)]
    require(len(values) == 1 and CITY.fullmatch(values[0]), "the subject names no city")
    return values[0]


def check_extensions(parsed, city):
    extensions = parsed.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        raise Bad("an extension of the profile is missing")
    require(not constraints.value.ca, "it is the certificate of an authority")
    signs = usage.value.digital_signature and not usage.value.key_cert_sign
    require(usage.critical and signs, "its key is not for signing")
    uris = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    require("urn:tongban:city:" + city in uris, "subjectAltName does not name the city")


def check_claims(claims):
    check("packet-claims", claims)
    require(claims["iss"] != claims["aud"], "aud is the issuer")


def check_body(claims, data):
    """The body behind a packet of a case: its bytes, what it says, and that it names the materials of the packet."""
    require(len(data) <= 256 * KIB and claims["body"]["type"] == "application/json", "no body")
    require(sha256(data) == claims["body"]["sha256"] and len(data) == claims["body"]["size"], "not what the packet commits to")
    body = check("body." + claims["kind"], parse_json(data))
    if claims["kind"] in ("case.submit", "case.supplement"):
        require(levels_of(body.get("form", {})) <= 64, "the form nests too deep")
    committed = [material["sha256"] for material in claims["materials"]]
    require(len(set(committed)) == len(committed), "a material stands twice")
    require(sorted(materials_of(claims["kind"], body)) == sorted(committed), "names other materials than the packet")
    require(all(material["size"] <= 2 * GIB for material in claims["materials"]), "a material is too large")
    return body


class Packet:
    def __init__(self, name, jws, claims):
        self.name, self.id, self.claims, self.body = name, sha256(jws), claims, None
        self.iss, self.aud, self.seq, self.kind = (claims[key] for key in ("iss", "aud", "seq", "kind"))


class Keys:
    """Delegated packet keys: kid -> [(city, key, not before, not after)], and when each was revoked."""

    def __init__(self):
        self.spans, self.revoked = {}, {}

    def verify(self, data, typ):
        """Claims of a JWS that a delegated key of its issuer signed while it was allowed to."""
        kid, claims, signed, signature = split_compact(data, typ, "Ed25519")
        require(kid in self.spans, "no delegation names the key")
        try:
            self.spans[kid][0][1].verify(signature, signed)
        except InvalidSignature:
            raise Bad("the signature does not verify")
        require(isinstance(claims, dict), "not an object")
        issuer, at = claims.get("iss"), claims.get("iat")
        require(isinstance(at, int), "iat is malformed")
        require(any(city == issuer for city, _, _, _ in self.spans[kid]), "the key belongs to another city")
        require(
            any(city == issuer and begins <= at <= ends for city, _, begins, ends in self.spans[kid]),
            "signed outside the validity of the delegation",
        )
        require(at < self.revoked.get((issuer, kid), at + 1), "signed after the key was revoked")
        return claims
