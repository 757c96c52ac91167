"""Everything that is signed: compact JWS, certificates, delegated keys, the claims of packets (SPEC.md)."""
import base64
import binascii
import datetime
import hashlib
import json
import re
import zipfile
import zlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KIB, MIB, GIB = 1024, 1024 ** 2, 1024 ** 3
HEX64 = re.compile(r"[0-9a-f]{64}")
THREAD = re.compile(r"[0-9a-f]{32}")
CITY = re.compile(r"[1-9]\d{5}")
KID = re.compile(r"[A-Za-z0-9_-]{43}")
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
KIND = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")


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
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Bad("not base64url")


def b64_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def no_constant(name):
    raise Bad("%s is not JSON" % name)


def parse_json(data):
    try:
        return json.loads(data.decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise Bad("not JSON in UTF-8")


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


def whole(value, name, low=0, high=32_503_680_000):
    require(isinstance(value, int) and not isinstance(value, bool) and low <= value <= high, "%s is malformed" % name)
    return value


P, L = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def usable_key(data):
    """Whether 32 bytes are the canonical encoding of a point of order L of the curve (RFC 8032 5.1.3)."""
    if len(data) != 32:
        return False
    encoded = int.from_bytes(data, "little")
    sign, y = encoded >> 255, encoded & (2 ** 255 - 1)
    if y >= P:
        return False
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return False
    if x % 2 != sign:
        x = P - x
    point, times, result = (x, y, 1, x * y % P), L, (0, 1, 1, 0)
    while times:
        if times & 1:
            result = add_points(result, point)
        point, times = add_points(point, point), times >> 1
    neutral = lambda p: p[0] == 0 and p[1] == p[2]
    return neutral(result) and not (x == 0 and y == 1)


def add_points(first, second):
    """In extended coordinates (RFC 8032 5.1.4)."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = first, second
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def delegated_keys(keys):
    """The keys of a delegation, each of which must be one that can be used."""
    require(isinstance(keys, list) and 1 <= len(keys) <= 8, "keys is malformed")
    for jwk in keys:
        members(jwk, ("kty", "crv", "x", "kid", "purpose"))
        require(jwk["kty"] == "OKP" and jwk["crv"] == "Ed25519", "not an Ed25519 key")
        require(jwk["purpose"] in ("packet", "peer"), "purpose is malformed")
        require(jwk["kid"] == thumbprint(jwk), "kid is not the thumbprint of the key")
        require(usable_key(b64(jwk["x"])), "a key of no or of small order")
    return keys


def thumbprint(jwk):
    """RFC 7638."""
    names = {"OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}[jwk["kty"]]
    require(all(b64_of(b64(jwk[name])) == jwk[name] for name in ("x", "n", "e") if name in names), "not canonical base64url")
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
    require(b64_of(b64(signature)) == signature, "not the canonical base64url of a signature")
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


def commitment(value):
    members(value, ("sha256", "size", "type"))
    text(value["sha256"], HEX64, "sha256")
    whole(value["size"], "size", 0, 2 * GIB)
    require(isinstance(value["type"], str), "type is malformed")


def check_claims(claims):
    members(
        claims,
        ("v", "iss", "aud", "thread", "kind", "seq", "prev", "seen", "iat", "body", "materials"),
        ("agreement",),
    )
    require(claims["v"] == 1 and claims["v"] is not True, "v is not 1")
    text(claims["iss"], CITY, "iss")
    text(claims["aud"], CITY, "aud")
    require(claims["iss"] != claims["aud"], "aud is the issuer")
    text(claims["thread"], THREAD, "thread")
    text(claims["kind"], KIND, "kind")
    whole(claims["seq"], "seq", 1, 2 ** 53 - 1)
    whole(claims["iat"], "iat")
    for name in ("prev", "seen"):
        if claims[name] is not None:
            text(claims[name], HEX64, name)
    if "agreement" in claims:
        text(claims["agreement"], HEX64, "agreement")
    commitment(claims["body"])
    require(isinstance(claims["materials"], list) and len(claims["materials"]) <= 64, "materials is malformed")
    for material in claims["materials"]:
        commitment(material)
    names = [material["sha256"] for material in claims["materials"]]
    require(len(set(names)) == len(names), "a material stands twice")


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
        issuer, at = claims.get("iss"), whole(claims.get("iat"), "iat")
        require(any(city == issuer for city, _, _, _ in self.spans[kid]), "the key belongs to another city")
        require(
            any(city == issuer and begins <= at <= ends for city, _, begins, ends in self.spans[kid]),
            "signed outside the validity of the delegation",
        )
        require(at < self.revoked.get((issuer, kid), at + 1), "signed after the key was revoked")
        return claims
