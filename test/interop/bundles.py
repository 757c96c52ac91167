"""The ZIP file of an evidence bundle: which files it may hold, how large they may be, and the manifest."""
import hashlib
import re
import zipfile

from plain import DAMAGED, GIB, KIB, MIB, parse_json, require, sha256
from schemas import check

MAX_ENTRIES = 50_000
# folder -> names of its files, the size of one, how many there may be
FOLDERS = {
    "packets": (re.compile(r"[0-9]{4,5}-[1-9][0-9]{5}-[0-9]{1,5}\.jws"), 32 * KIB, 2_000),
    "receipts": (re.compile(r"[a-z0-9-]{1,100}\.jws"), 64 * KIB, 2_000),
    "delegations": (re.compile(r"[a-z0-9-]{1,100}\.jws"), 16 * KIB, 256),
    "revocations": (re.compile(r"[a-z0-9-]{1,100}\.jws"), 16 * KIB, 256),
    "certificates": (re.compile(r"[a-z0-9-]{1,100}\.pem"), 16 * KIB, 32),
    "agreements": (re.compile(r"[0-9a-f]{64}\.json"), 16 * MIB + 128 * KIB, 64),
    "calendars": (re.compile(r"(CN|[1-9][0-9]{5})-[0-9]{4}\.json"), 16 * KIB, 512),
    "bodies": (re.compile(r"[0-9a-f]{64}"), 256 * KIB, 2_000),
    "materials": (re.compile(r"[0-9a-f]{64}"), 2 * GIB, MAX_ENTRIES),
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
        for folder, (_, _, most) in FOLDERS.items():
            require(len(self.names(folder)) <= most, "%s: too many files" % folder)
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
    pattern, limit, _ = FOLDERS.get(folder, (None, None, None))
    return limit if pattern is not None and pattern.fullmatch(rest) else None


def read_manifest(data):
    return check("evidence-manifest", parse_json(data))
