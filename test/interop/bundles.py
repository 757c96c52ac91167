"""The ZIP file of an evidence bundle: which files it may hold, how large they may be, and the manifest."""
import hashlib
import re
import zipfile

from signed import DAMAGED, GIB, HEX64, KIB, MIB, THREAD, members, parse_json, require, sha256, text

MAX_ENTRIES = 50_000
FOLDERS = {
    "packets": (re.compile(r"\d{4,5}-[1-9]\d{5}-\d{1,5}\.jws"), 32 * KIB),
    "receipts": (re.compile(r"[a-z0-9-]{1,100}\.jws"), 64 * KIB),
    "delegations": (re.compile(r"[a-z0-9-]{1,100}\.jws"), 16 * KIB),
    "revocations": (re.compile(r"[a-z0-9-]{1,100}\.jws"), 16 * KIB),
    "certificates": (re.compile(r"[a-z0-9-]{1,100}\.pem"), 16 * KIB),
    "agreements": (re.compile(r"[0-9a-f]{64}\.json"), 512 * KIB),
    "calendars": (re.compile(r"(CN|[1-9]\d{5})-\d{4}\.json"), 16 * KIB),
    "bodies": (re.compile(r"[0-9a-f]{64}"), 256 * KIB),
    "materials": (re.compile(r"[0-9a-f]{64}"), 2 * GIB),
}
SINGLE = {"manifest.json": 12 * MIB, "timeline.html": 256 * MIB, "deadlines.json": 16 * MIB}


class Bundle:
    """The ZIP file: names, sizes and hashes are checked as they are read."""

    def __init__(self, path, errors):
        self.errors = errors
        self.zip = zipfile.ZipFile(path)
        self.entries = {}
        infos = self.zip.infolist()
        require(len(infos) <= MAX_ENTRIES, "too many files")
        for info in infos:
            name = info.filename
            if name.endswith("/") and name[:-1] in FOLDERS and info.file_size == 0:
                continue
            require(name not in self.entries, "%s stands twice" % name)
            limit = limit_of(name)
            require(limit is not None, "%s: the format has no such file" % name)
            require(info.file_size <= limit, "%s is too large" % name)
            require(not info.flag_bits & 1, "%s is encrypted" % name)
            self.entries[name] = info
        require("manifest.json" in self.entries, "there is no manifest.json")
        self.manifest = read_manifest(b"".join(self.chunks("manifest.json")))
        self.files = self.manifest["files"]
        for name in sorted(set(self.files) ^ (set(self.entries) - {"manifest.json"})):
            self.error(name, "listed but not there" if name in self.files else "not listed in the manifest")

    def error(self, name, message):
        self.errors.append("%s: %s" % (name, message))

    def names(self, folder):
        return sorted(name for name in self.entries if name.startswith(folder + "/"))

    def chunks(self, name):
        info, size = self.entries[name], 0
        with self.zip.open(info) as stream:
            while True:
                chunk = stream.read(64 * KIB)
                if not chunk:
                    break
                size += len(chunk)
                require(size <= info.file_size, "longer than listed")
                yield chunk
        require(size == info.file_size, "shorter than listed")

    def digest(self, name):
        """Streams a file; its SHA-256, which must be the one in the manifest."""
        digest = hashlib.sha256()
        for chunk in self.chunks(name):
            digest.update(chunk)
        require(digest.hexdigest() == self.files.get(name), "not the file that the manifest lists")
        return digest.hexdigest()

    def read(self, name):
        data = b"".join(self.chunks(name))
        require(sha256(data) == self.files.get(name), "not the file that the manifest lists")
        return data

    def each(self, folder, use):
        """Calls use(name, data) for every file of a folder and notes what it finds wrong."""
        for name in self.names(folder):
            try:
                use(name, self.read(name))
            except DAMAGED as problem:
                self.error(name, str(problem) or type(problem).__name__)


def limit_of(name):
    if name in SINGLE:
        return SINGLE[name]
    folder, _, rest = name.partition("/")
    pattern, limit = FOLDERS.get(folder, (None, None))
    return limit if pattern is not None and pattern.fullmatch(rest) else None


def read_manifest(data):
    manifest = members(
        parse_json(data), ("format", "thread", "case", "exportedAt", "exportedBy", "files", "purged", "unreceipted")
    )
    require(manifest["format"] == "tongban-evidence/1", "unknown format")
    text(manifest["thread"], THREAD, "thread")
    require(isinstance(manifest["case"], str), "case is malformed")
    for name in ("purged", "unreceipted"):
        paths = manifest[name]
        require(isinstance(paths, list) and all(isinstance(p, str) for p in paths), "%s is malformed" % name)
    require(isinstance(manifest["files"], dict), "files is malformed")
    for digest in manifest["files"].values():
        text(digest, HEX64, "files")
    return manifest
