"""Everything that is signed: compact JWS, certificates, delegated keys, the claims of packets (SPEC.md)."""
import datetime
import hashlib
import json
import unicodedata

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import ExtensionOID, NameOID

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
        require(self.key.public_numbers().e == 65537, "the exponent is not 65537")
        self.city = city_of(parsed)
        check_extensions(parsed, self.city)
        self.fingerprint = sha256(parsed.public_bytes(serialization.Encoding.DER))
        numbers = self.key.public_numbers()
        as_bytes = lambda number: number.to_bytes((number.bit_length() + 7) // 8, "big")
        self.kid = thumbprint({"kty": "RSA", "n": b64_of(as_bytes(numbers.n)), "e": b64_of(as_bytes(numbers.e))})
        self.begins, self.ends = seconds_of(parsed, "not_valid_before"), seconds_of(parsed, "not_valid_after")
        require(self.begins < self.ends, "it ends before it begins")

    def verify(self, signed, signature):
        try:
            self.key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Bad("the signature does not verify with the city certificate")


def seconds_of(parsed, name):
    moment = getattr(parsed, name + "_utc", None) or getattr(parsed, name).replace(tzinfo=datetime.timezone.utc)
    return int(moment.timestamp())


def city_of(parsed):
    """Division code of the city, from a subject of exactly four attributes."""
    held = {item.oid: item.value for item in parsed.subject}
    wanted = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME, NameOID.SERIAL_NUMBER)
    require(len(list(parsed.subject)) == 4 and set(held) == set(wanted), "the subject has not exactly C, O, CN and serialNumber")
    require(held[NameOID.COUNTRY_NAME] == "CN", "C of the subject is not CN")
    for name in (held[NameOID.ORGANIZATION_NAME], held[NameOID.COMMON_NAME]):
        seen = all(unicodedata.category(sign) not in ("Cc", "Cf", "Co", "Zl", "Zp") for sign in name)
        require(1 <= len(name) <= 64 and name == name.strip() and seen, "a name of the subject")
    city = held[NameOID.SERIAL_NUMBER]
    require(CITY.fullmatch(city), "the subject names no city")
    return city


def key_ids(key):
    """Octets that may stand as identifier of the key: SHA-1, SHA-256 or its first 160 bits over the key in PKCS #1."""
    data = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    whole = hashlib.sha256(data).digest()
    return (hashlib.sha1(data).digest(), whole, whole[:20])


def check_extensions(parsed, city):
    extensions = parsed.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints)
        usage = extensions.get_extension_for_class(x509.KeyUsage)
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName)
        own = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        raise Bad("an extension of the profile is missing")
    require(constraints.critical and not constraints.value.ca, "basicConstraints are not those of a city")
    allowed = x509.KeyUsage(True, usage.value.content_commitment, False, False, False, False, False, False, False)
    require(usage.critical and usage.value == allowed, "keyUsage is not that of a city")
    require(list(names.value) == [x509.UniformResourceIdentifier("urn:tongban:city:" + city)], "subjectAltName does not name the city")
    known = (ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
             ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER)
    self_issued = parsed.issuer == parsed.subject
    for extension in extensions:
        require(extension.oid in known or not (extension.critical or self_issued), "an extension that is not named")
    try:
        issuer = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        require(issuer.key_identifier is not None, "authorityKeyIdentifier names no key")
        require(not self_issued or (issuer.key_identifier == own and issuer.authority_cert_issuer is None), "authorityKeyIdentifier is not the own key")
    except x509.ExtensionNotFound:
        require(self_issued, "authorityKeyIdentifier is missing")
    require(not self_issued or own in key_ids(parsed.public_key()), "subjectKeyIdentifier is not made from the key")


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
