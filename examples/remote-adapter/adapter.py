"""An adapter in a process of its own (进程外适配器), in Python 3.9 or later and its standard library alone.

It leases work from a node and brings it about in an approval system (examples/approval-system), and tells the node what that system
did since. Of its own it remembers one number, the place in the system's feed:

    TONGBAN_TOKEN=tk_… APPROVAL_TOKEN=secret python3 adapter.py --node http://127.0.0.1:8420 --system http://127.0.0.1:8790 --place place
"""
import argparse
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse

STEPS = {2: "case.accept", 4: "case.refuse", 8: "case.progress", 11: "case.decide", 12: "case.send-result", 13: "case.close",
         14: "case.message"}
RESULTS = {40: "granted", 50: "denied", 98: "withdrawn", 97: "returned", 99: "void", 96: "lapsed", 45: "forwarded"}
SENT = {"ELICENCE": "e-licence", "FILE": "file", "EMS": "mail", "SELF": "pickup"}
LATER = {"case.supplement": "supplements", "case.withdraw": "withdrawals", "case.remind": "reminders",
         "case.message": "messages"}


class Again(Exception):
    """No answer, or one that says: later. The text names no data of a case."""


class Peer:
    """One HTTP peer: a connection for each call, no redirects, nothing held whole but JSON."""

    def __init__(self, url, token, patience):
        self.url, self.token, self.patience = urllib.parse.urlsplit(url), token, patience

    def open(self, method, path, body=None, headers=None):
        kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.url.hostname, self.url.port, timeout=self.patience)
        sent = {"authorization": "Bearer " + self.token, "content-type": "application/json", **(headers or {})}
        try:
            connection.request(method, self.url.path.rstrip("/") + path, body, sent)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Again("no answer: " + type(error).__name__) from None

    def json(self, method, path, value=None, headers=None):
        """Status, and what the answer says; None for one that is no JSON. The same value gives the same bytes."""
        body = None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
        with self.open(method, path, body, headers) as answer:
            try:
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException) as error:
                raise Again("the answer broke: " + type(error).__name__) from None
            except ValueError:
                return answer.status, None


class Whole:
    """Bytes that are read to their end, or not at all: http.client takes an end that comes too early for the end."""

    def __init__(self, given, size):
        self.given, self.left = given, size

    def read(self, most):
        block = self.given.read(most)
        self.left -= len(block)
        if not block and self.left > 0:
            raise OSError("broke off")
        return block


class Adapter:
    def __init__(self, node, system, place):
        self.node, self.system, self.place, self.trouble = node, system, place, None

    # --- packets, on their way in

    def deliver(self, lease, delivery):
        stuffs = []
        for material in delivery["materials"]:
            self.put_material(lease, material)
            names = {"stuffcode": "code", "stuffname": "name", "sha256": "sha256", "size": "size"}
            stuffs.append({theirs: material[ours] for theirs, ours in names.items()})
        body, key = delivery["body"], {"idempotency-key": delivery["idempotencyKey"]}
        if delivery["kind"] == "case.submit":
            path, applicant = "/cases", body["applicant"]
            params = {"caseno": delivery["caseNo"], "areacode": delivery["from"], "itemcode": body["item"]["code"],
                      "applyername": applicant["name"], "applyercode": applicant["idNumber"],
                      "form": body["form"], "stuffs": stuffs}
        elif delivery["kind"] in LATER:
            path = "/cases/" + urllib.parse.quote(delivery["localCaseNo"]) + "/" + LATER[delivery["kind"]]
            text = body.get("text") or body.get("note") or body.get("reason") or ""
            params = {"text": text, "stuffs": stuffs}
        else:
            return {"outcome": "unmapped", "detail": "packets: " + delivery["kind"] + " has no call"}
        return judged(*self.system.json("POST", path, {"params": params}, key))

    def put_material(self, lease, material):
        """Streams a material from the node to the system; one that breaks off on either side leaves nothing behind."""
        with self.node.open("GET", "/api/v1/adapter/leases/%s/materials/%s" % (lease, material["sha256"])) as given:
            if given.status != 200:
                raise Again("materials: HTTP %d of the node" % given.status)
            headers = {"content-type": material["type"], "content-length": str(material["size"])}
            with self.system.open("PUT", "/materials/" + material["sha256"], Whole(given, material["size"]), headers) as answer:
                if answer.status != 200:
                    raise Again("materials: HTTP %d" % answer.status)

    # --- answers, on their way out

    def event_of(self, row):
        """The step that a row of the feed means; KeyError for what this table does not know."""
        kind, body = STEPS[row["operatetype"]], {}
        if kind == "case.accept":
            body = {"acceptanceNo": row["acceptno"]}
        elif kind == "case.refuse":
            body = {"reason": row["reason"], "basis": row["basis"], "remedy": row["remedy"]}
        elif kind == "case.progress":
            body = {"step": row["activityname"]}
        elif kind == "case.decide":
            body = {"outcome": RESULTS[row["projectresult"]], "documentNo": row["documentno"]}
            if row.get("reason"):
                body["reason"] = row["reason"]
        elif kind == "case.send-result":
            body = {"method": SENT[row["sendtype"]], "licence": {"id": row["certno"], "name": row["certname"]}}
        elif kind == "case.close":
            body = {"outcome": RESULTS[row["projectresult"]]}
        elif kind == "case.message":
            body = {"text": row["text"]}
        return {"id": str(row["rowguid"]), "localCaseNo": str(row["flowsn"]), "move": {"kind": kind, "body": body}}

    def told(self, row, after):
        """What cannot be read is told by its place: it holds up its case alone, until this program can read it."""
        try:
            return self.event_of(row)
        except (KeyError, TypeError):
            place = {"after": after, "id": str(row["rowguid"])}
            return {"id": place["id"], "localCaseNo": str(row["flowsn"]), "raw": json.dumps(place)}

    def read(self, raw):
        place = json.loads(raw)
        rows, _ = self.rows(place["after"])
        for row in rows:
            if str(row["rowguid"]) == place["id"]:
                try:
                    return {"outcome": "read", "event": self.event_of(row)}
                except (KeyError, TypeError):
                    return {"outcome": "unreadable", "detail": "events: not in the table"}
        return {"outcome": "unreadable", "detail": "events: not in the feed"}

    def rows(self, after):
        status, answer = self.system.json("GET", "/events?after=" + after)
        if status != 200 or not isinstance(answer, dict):
            raise Again("events: HTTP %d" % status)
        return answer["custom"]["events"], str(answer["custom"]["next"])

    def feed(self):
        """One page of the feed: told to the node first, and only then passed."""
        after = "0"
        if os.path.exists(self.place):
            with open(self.place) as file:
                after = file.read()
        rows, place = self.rows(after)
        if rows:
            told = {"events": [self.told(row, after) for row in rows]}
            status, _ = self.node.json("PUT", "/api/v1/adapter/events", told)
            if status != 200:
                return False
            with open(self.place + ".part", "w") as file:
                file.write(place)
            os.replace(self.place + ".part", self.place)
        return bool(rows)

    # --- work

    def work(self, wait):
        asked = {"wait": wait, **({"trouble": self.trouble} if self.trouble else {})}
        status, answer = self.node.json("POST", "/api/v1/adapter/leases", asked)
        if status != 200:
            raise Again("leases: HTTP %d" % status)
        for one in answer["work"]:
            renewing = threading.Event()
            threading.Thread(target=self.renew, args=(one, renewing), daemon=True).start()
            try:
                result = self.read(one["raw"]) if one["call"] == "read" else self.deliver(one["lease"], one["delivery"])
            except Again as why:
                result = {"outcome": "again", "detail": str(why)}
            finally:
                renewing.set()
            answer = {"fence": one["fence"], "result": result}
            self.node.json("PUT", "/api/v1/adapter/leases/%s/result" % one["lease"], answer)
        return True

    def renew(self, one, ended):
        while not ended.wait(20):
            self.node.json("PUT", "/api/v1/adapter/leases/" + one["lease"], {"fence": one["fence"]})


def judged(status, answer):
    """What an answer of the system says of a packet."""
    if status in (408, 425, 429) or status >= 500:
        return {"outcome": "again", "detail": "HTTP %d" % status}
    custom = answer.get("custom") if isinstance(answer, dict) else None
    if custom is None:
        return {"outcome": "unknown", "detail": "HTTP %d, but the answer is no JSON" % status}
    if (status == 200 and answer["status"]["code"] == 1) or (status == 409 and "flowsn" in custom):
        return {"outcome": "done", **({"localCaseNo": str(custom["flowsn"])} if "flowsn" in custom else {})}
    return {"outcome": "refused", "detail": str(custom["code"]), "theirCode": str(custom["code"])}


def for_ever(step, pause, failed):
    """One step after another; whatever went wrong is tried again. Its text may name a person, so its kind alone is told."""
    while True:
        try:
            if not step():
                time.sleep(pause)
            failed(None)
        except Exception as error:
            failed(str(error) if isinstance(error, Again) else type(error).__name__)
            time.sleep(max(pause, 0.2))


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--node", required=True, help="address of the node")
    flags.add_argument("--system", required=True, help="address of the approval system")
    flags.add_argument("--place", default="place", help="file that holds the place in the feed")
    flags.add_argument("--programs", type=int, default=4, help="packets that are worked on at a time")
    flags.add_argument("--wait", type=int, default=20, help="seconds that a request for work waits")
    flags.add_argument("--pause", type=float, default=1, help="seconds between two looks at the feed")
    flags.add_argument("--by-hand", action="store_true", help="looks at the feed for each line of the standard input")
    given = flags.parse_args()
    system = Peer(given.system, os.environ["APPROVAL_TOKEN"], 30)
    adapter = Adapter(Peer(given.node, os.environ["TONGBAN_TOKEN"], 90), system, given.place)

    def trouble(why):
        adapter.trouble = why

    for _ in range(given.programs):
        work = (lambda: adapter.work(given.wait), 0, lambda why: why and print("work:", why, file=sys.stderr, flush=True))
        threading.Thread(target=for_ever, args=work, daemon=True).start()
    if not given.by_hand:
        for_ever(adapter.feed, given.pause, trouble)
    for _ in sys.stdin:
        try:
            while adapter.feed():
                pass
            adapter.trouble = None
        except Again as why:
            adapter.trouble = str(why)
        print(json.dumps({"trouble": adapter.trouble}), flush=True)


if __name__ == "__main__":
    main()
