"""The case: its table, the order of a thread, admission as its author saw the thread, and the fold (SPEC.md)."""
import copy
import datetime

import schemas
from plain import Bad, require

# What one city may put into a thread: packets, and bytes of their bodies.
THREAD_PACKETS, THREAD_BYTES = 1_000, 8 * 1024 * 1024

# kind -> who authors it, in which states it has an effect, and the state after it (None: the same)
EARLY = ("submitted", "arrived", "prechecked", "supplementing")
UNDECIDED = EARLY + ("accepted", "paused")
OPEN = UNDECIDED + ("decided", "sending")
ANY = OPEN + ("closed", "refused")
TABLE = {
    "case.submit": ("collecting", (), "submitted"),
    "case.supplement": ("collecting", ("supplementing",), "arrived"),
    "case.commit": ("collecting", EARLY, None),
    "case.hand-in": ("collecting", OPEN, None),
    "case.ship": ("collecting", OPEN, None),
    "case.withdraw": ("collecting", UNDECIDED, None),
    "case.remind": ("collecting", OPEN, None),
    "case.result-received": ("collecting", ("sending", "closed"), None),
    "case.evaluate": ("collecting", ("decided", "sending", "closed", "refused"), None),
    "case.message": ("either", ANY, None),
    "case.answer-evaluation": ("either", ANY, None),
    "case.appeal-evaluation": ("either", ANY, None),
    "case.supervise": ("either", ANY, None),
    "case.answer": ("either", ANY, None),
    "case.verify-remote": ("either", OPEN, None),
    "case.mail": ("either", ANY, None),
    "case.originals": ("either", ANY, None),
    "case.purge": ("either", ("closed", "refused"), None),
    "case.object": ("overseer", OPEN + ("closed",), None),
    "case.arrived": ("mover", ("submitted",), "arrived"),
    "case.precheck": ("mover", ("arrived",), "prechecked"),
    "case.request-supplement": ("mover", ("arrived", "prechecked"), "supplementing"),
    "case.accept": ("mover", ("arrived", "prechecked"), "accepted"),
    "case.refuse": ("mover", ("arrived", "prechecked", "supplementing"), "refused"),
    "case.request-payment": ("mover", ("accepted", "paused", "decided", "sending"), None),
    "case.record-payment": ("either", ANY, None),
    "case.progress": ("mover", ("accepted", "paused"), None),
    "case.pause": ("mover", ("accepted",), "paused"),
    "case.resume": ("mover", ("paused",), "accepted"),
    "case.extend": ("mover", ("accepted", "paused"), None),
    "case.decide": ("mover", ("accepted",), "decided"),
    "case.send-result": ("mover", ("decided",), "sending"),
    "case.close": ("mover", OPEN, "closed"),
    "case.revoke": ("mover", ("closed",), None),
    "case.correct": ("either", ANY, None),
}
CLOSES = {
    "granted": ("decided", "sending"),
    "denied": ("decided", "sending"),
    "forwarded": ("decided", "sending"),
    "withdrawn": UNDECIDED,
    "returned": EARLY,
    "void": OPEN,
    "lapsed": UNDECIDED,
}
ONCE = {"case.request-supplement", "case.extend", "case.withdraw"}


def check_case_claims(claims):
    require(claims["kind"] in TABLE, "no kind of a case")
    require(("agreement" in claims) == (claims["kind"] == "case.submit"), "agreement stands in case.submit alone")


def materials_of(kind, body):
    if kind in ("case.request-supplement", "case.purge"):
        return []
    if kind == "case.commit":
        return list(body.get("documents", []))
    named = [material["sha256"] for material in body.get("materials", []) if "sha256" in material]
    return named + [material["sha256"] for material in body.get("attachments", [])] + list(body.get("documents", []))


# kind -> the days of its body: whether they happened, are due, or are told without either
NAMED = {
    "case.submit": {"receivedAt": "happened", "consent.acceptedAt": "happened"},
    "case.ship": {"shippedOn": "told"},
    "case.result-received": {"receivedAt": "happened"},
    "case.request-supplement": {"deadline": "due"},
    "case.commit": {"until": "due"},
    "case.request-payment": {"payBy": "due"},
    "case.record-payment": {"settledOn": "told"},
    "case.accept": {"promisedBy": "told"},
    "case.pause": {"expectedUntil": "due"},
    "case.extend": {"until": "told"},
    "case.decide": {"decidedOn": "told"},
    "case.supervise": {"answerBy": "due"},
    "case.verify-remote": {"from": "told", "to": "told"},
    "case.mail": {"at": "happened"},
    "case.originals": {"at": "happened"},
    "case.purge": {"purgedAt": "told"},
}
FIRST_DAY, HAPPENED_DAYS, AHEAD_DAYS = datetime.date(2000, 1, 1), 1, 1826
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def implausible(kind, body, iat):
    """Which day of a body cannot be meant by who signed it then, or None."""
    signed = datetime.datetime.fromtimestamp(iat, CHINA).date()
    for path, sort in NAMED.get(kind, {}).items():
        value = body
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            continue
        try:
            if len(value) > 10:
                instant = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
                day = instant.astimezone(CHINA).date()
            else:
                day = datetime.date.fromisoformat(value)
        except (ValueError, OverflowError):
            return path
        days = HAPPENED_DAYS if sort == "happened" else AHEAD_DAYS
        first = signed if sort == "due" else FIRST_DAY
        if not first <= day <= signed + datetime.timedelta(days=days):
            return path
    return None


# What is judged once, when a step is signed and when it comes: days that tell what was done, and days to come with the days
# after that of the signing on which they begin.
SKEW, BEHIND_DAYS, DUE_DAYS = 300, 180, 366
DONE = {
    "case.submit": ("receivedAt", "consent.acceptedAt"),
    "case.ship": ("shippedOn",),
    "case.result-received": ("receivedAt",),
    "case.decide": ("decidedOn",),
    "case.verify-remote": ("from", "to"),
    "case.record-payment": ("settledOn",),
    "case.mail": ("at",),
    "case.originals": ("at",),
    "case.purge": ("purgedAt",),
}
TO_COME = {
    "case.request-supplement": ("deadline", 1),
    "case.commit": ("until", 1),
    "case.request-payment": ("payBy", 1),
    "case.accept": ("promisedBy", 0),
    "case.pause": ("expectedUntil", 0),
    "case.extend": ("until", 0),
    "case.supervise": ("answerBy", 0),
}


def value_at(body, path):
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def seconds(instant):
    return datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp()


def wrong_day(case, kind, body, iat, only=None):
    """Which day cannot be so, or None; `only` some are new."""
    signed = datetime.datetime.fromtimestamp(iat, CHINA).date()
    received = case and case["times"].get("received")
    first = (signed - datetime.timedelta(days=BEHIND_DAYS) if received is None
             else datetime.datetime.fromtimestamp(received, CHINA).date())
    for path in DONE.get(kind, ()):
        value = value_at(body, path) if only is None or path in only else None
        if value is None:
            continue
        if len(value) > 10:
            at = seconds(value)
            late, day = at > iat + SKEW, datetime.datetime.fromtimestamp(at, CHINA).date()
        else:
            day = datetime.date.fromisoformat(value)
            late = day > signed
        if late or day < first:
            return path
    path, after = TO_COME.get(kind, (None, 0))
    value = None if path is None or (only is not None and path not in only) else body.get(path)
    if value is not None:
        day = datetime.date.fromisoformat(value)
        bounded = kind not in ("case.accept", "case.extend")
        if day < signed + datetime.timedelta(days=after):
            return path
        if bounded and day > signed + datetime.timedelta(days=DUE_DAYS):
            return path
    if kind == "case.verify-remote" and seconds(body["to"]) < seconds(body["from"]):
        return "to"
    if kind == "case.result-received" and case is not None:
        begun = case["times"].get("case.send-result", case["times"].get("case.decide"))
        if begun is not None and seconds(body["receivedAt"]) < begun - SKEW:
            return "receivedAt"
    return None


def hands_over(packet, body, parcel, waybill):
    sources = ("case.ship", "case.originals") if parcel == "originals" else ("case.send-result",)
    if packet.kind not in ("case.mail",) + sources:
        return False
    if body is None:
        return True
    if packet.kind == "case.mail" and (body["parcel"], body["state"]) != (parcel, "ordered"):
        return False
    return body.get("waybill") == waybill


# kind -> paths that no correction changes: what state, clock, parties and files follow
FIXED = {
    "case.submit": ("caseNo", "item", "mode", "form", "materials", "receivedAt", "consent", "parent", "delivery.method",
                    "applicant.type", "applicant.idType", "applicant.idNumber",
                    "agent.kind", "agent.idType", "agent.idNumber", "agent.authorisation"),
    "case.supplement": ("materials", "form"),
    "case.commit": ("materials", "until", "documents"),
    "case.hand-in": ("materials",),
    "case.ship": ("payer",),
    "case.evaluate": ("target", "level", "realName"),
    "case.message": ("attachments",),
    "case.arrived": ("localCaseNo",),
    "case.request-supplement": ("deadline", "materials", "form"),
    "case.accept": ("promisedBy",),
    "case.pause": ("procedure",),
    "case.extend": ("until",),
    "case.decide": ("outcome", "documents"),
    "case.send-result": ("method", "payer", "seal", "documents"),
    "case.close": ("outcome",),
    "case.answer-evaluation": ("target",),
    "case.appeal-evaluation": ("target",),
    "case.supervise": ("answerBy",),
    "case.answer": ("to", "verdict"),
    "case.request-payment": ("number", "amount", "payBy", "procedure", "documents"),
    "case.record-payment": ("payment", "result", "settledOn"),
    "case.verify-remote": ("subject", "result"),
    "case.mail": ("parcel", "state"),
    "case.originals": ("event",),
    "case.revoke": ("objection",),
}
WHOLE = ("case.correct", "case.purge")


def is_place(entries, name):
    return name in [str(place) for place in range(len(entries))]


def with_fields(body, fields):
    """The body with other texts, or None when it has no such place."""
    body = copy.deepcopy(body)
    for entry in fields:
        part, names = body, entry["field"].split(".")
        for name in names[:-1]:
            if isinstance(part, list):
                part = part[int(name)] if is_place(part, name) else None
            else:
                part = part.get(name) if isinstance(part, dict) else None
        last = names[-1]
        if isinstance(part, list):
            if not is_place(part, last):
                return None
            part[int(last)] = entry["value"]
        elif isinstance(part, dict):
            part[last] = entry["value"]
        else:
            return None
    return body


def corrected_body(view, step):
    body = step.body
    for other in view:
        if other.kind == "case.correct" and other.body is not None and other.body["packet"] == step.id and body is not None:
            changed = with_fields(body, other.body.get("fields", []))
            body = body if changed is None else changed
    return body


def wrong_correction(view, case, packet):
    body, iat = packet.body, packet.claims["iat"]
    step = next((p for p in view if p.id == body["packet"]), None)
    if step is None:
        return None
    fields = body.get("fields", [])
    if not fields and "statement" not in body:
        return "says nothing"
    if step.body is None:
        return None
    for entry in fields:
        for fixed in ("salt",) + FIXED.get(step.kind, ()):
            if entry["field"] == fixed or entry["field"].startswith(fixed + "."):
                return "changes what the case follows"
    said = with_fields(corrected_body(view, step), fields)
    if said is None:
        return "names no field of the step"
    try:
        schemas.check("body." + step.kind, said)
    except Bad:
        return "makes a step that does not hold"
    if wrong_day(case, step.kind, said, iat, [entry["field"] for entry in fields]) is not None:
        return "names a day that cannot be so"
    if step.kind == "case.mail" and said["state"] != "ordered":
        if not any(hands_over(other, corrected_body(view, other), said["parcel"], said["waybill"]) for other in view):
            return "tells of a parcel that nobody shipped"
    return None


def decides(kind, body):
    return kind in ("case.decide", "case.send-result") or (
        kind == "case.close" and body["outcome"] in ("granted", "denied", "forwarded"))


def unsound(view, case, packet):
    """Why a new step must not be signed or taken in the case as its author saw it, or None."""
    kind, body = packet.kind, packet.body
    if body is None:
        return None
    day = wrong_day(case, kind, body, packet.claims["iat"])
    if day is not None:
        return "names a day that cannot be so: " + day
    if kind == "case.decide" and body["outcome"] == "denied" and not {"reason", "documentNo"} <= set(body):
        return "denies without reason or number"
    if kind == "case.answer" and "verdict" in body and body["to"] not in case["appeals"]:
        return "judges what is no appeal"
    if kind == "case.commit" and len(set(body["materials"])) != len(body["materials"]):
        return "commits to a material twice"
    committed = case and case["committed"]
    if committed and decides(kind, body) and kind != "case.decide" and committed["missing"] and case["decision"] != "denied":
        return "hands out a result while something that was committed to is missing"
    if committed and kind == "case.close" and body["outcome"] == "lapsed" and case["state"] != "supplementing":
        signed = datetime.datetime.fromtimestamp(packet.claims["iat"], CHINA).date()
        if committed["until"] is not None and signed <= datetime.date.fromisoformat(committed["until"]):
            return "ends a commitment before its day is over"
    if kind == "case.send-result" and body["method"] == "mail" and "waybill" not in body:
        return "mails without a waybill"
    if kind == "case.correct":
        return wrong_correction(view, case, packet)
    if decides(kind, body) and case["objections"] & set(case["asked"]):
        return "goes over an objection that has no answer"
    if kind == "case.result-received":
        if kind in case["done"]:
            return "was made already"
        if not {"case.send-result", "case.decide"} & case["done"]:
            return "receives no result"
    if kind == "case.mail" and body["state"] != "ordered":
        if not any(hands_over(other, corrected_body(view, other), body["parcel"], body["waybill"]) for other in view):
            return "tells of a parcel that nobody shipped"
    return None


def chain(packets, city):
    return sorted((p for p in packets if p.iss == city), key=lambda p: p.seq)


def mover_of(packets):
    submit = next((p for p in packets if p.kind == "case.submit"), None)
    if submit is None:
        return None
    if submit.body is not None:
        return submit.iss if submit.body.get("mode") == 2 else submit.aud
    moved = any(p.iss == submit.iss and TABLE[p.kind][0] == "mover" for p in packets)
    return submit.iss if moved else submit.aud


def canonical(packets, mover):
    """The mover's chain orders the thread: an ask stands before the first move that saw it, unseen ones last."""
    asks = sorted((p for p in packets if p.iss != mover), key=lambda p: p.seq)
    place, ordered, taken = {ask.id: i for i, ask in enumerate(asks)}, [], 0
    for move in chain(packets, mover):
        while taken <= place.get(move.claims["seen"], -1):
            ordered.append(asks[taken])
            taken += 1
        ordered.append(move)
    return ordered + asks[taken:]


def answers_notice(lacking, body):
    """Why a supplement is not what the notice asked for, or None."""
    codes, fields = lacking
    given, form = [material["code"] for material in body["materials"]], body.get("form", {})
    if not codes and not fields:
        if given:
            return "gives materials that nobody asked for"
        return None if form or "note" in body else "gives no answer to a notice in words"
    if set(given) != codes:
        return "does not hold the materials that were asked for"
    return None if set(form) == fields else "does not hold the fields that were asked for"


ASKED = ("case.remind", "case.supervise", "case.appeal-evaluation", "case.object")


def blocked(case, kind, body, city):
    """Why the step has no effect in this state, or None."""
    if case["state"] not in TABLE[kind][1]:
        return "not possible in state " + case["state"]
    if kind in ONCE and kind in case["done"]:
        return "was made already"
    if kind == "case.evaluate" and body is not None and ("evaluate", body.get("target")) in case["done"]:
        return "was made already"
    if kind in ("case.answer-evaluation", "case.appeal-evaluation") and body is not None:
        target = body.get("target", "department")
        if ("evaluate", target) not in case["done"]:
            return "without a rating"
        if city != case["collecting" if target == "window" else "handling"]:
            return "belongs to the city that was rated"
        if kind == "case.appeal-evaluation" and target in case["judged"]:
            return "was judged already"
    if kind == "case.answer" and body is not None and case["asked"].get(body.get("to"), city) == city:
        return "without a question of the other city"
    if kind == "case.supplement" and body is not None and case["lacking"] is not None:
        return answers_notice(case["lacking"], body)
    if kind == "case.record-payment" and body is not None:
        if body["payment"] not in case["payments"]:
            return "settles no open payment"
        if body["result"] != "paid" and city != case["mover"]:
            return "belongs to the city that asked for it"
    if kind == "case.commit" and case["committed"] is not None:
        return "was made already"
    if kind == "case.hand-in":
        if case["committed"] is None:
            return "was not committed to"
        missing = case["committed"]["missing"]
        if missing is not None and not missing:
            return "comes when nothing is missing"
        if missing is not None and body is not None and not {m["code"] for m in body["materials"]} <= missing:
            return "gives what was not committed to"
    if kind == "case.revoke":
        if "case.decide" not in case["done"] or case["outcome"] == "void":
            return "goes against no decision"
        objections = case["objections"]
        if not objections or (body is not None and body.get("objection") not in objections):
            return "upholds no objection"
    if kind == "case.object" and case["state"] == "closed":
        if "case.decide" not in case["done"] or case["outcome"] == "void":
            return "goes against no decision"
    if kind == "case.purge" and ("purge", city) in case["done"]:
        return "was made already"
    if kind == "case.close" and body is not None:
        outcome = body.get("outcome")
        kept = case["committed"] is None or case["committed"]["missing"] == set()
        if outcome == "lapsed" and case["state"] != "supplementing" and kept:
            return "lapses with nothing missing"
        if case["state"] not in CLOSES.get(outcome, ()):
            return "not possible with this outcome in state " + case["state"]
        if outcome == "withdrawn" and "case.withdraw" not in case["done"]:
            return "closes as withdrawn without a withdraw"
        if case["decision"] is not None and outcome not in ("void", case["decision"]):
            return "goes against the decision"
    return None


def fold(packets, mover):
    case = None
    for packet in canonical(packets, mover):
        body = packet.body
        if packet.kind == "case.submit":
            if case is None:
                case = {"state": "submitted", "outcome": None, "decision": None, "done": set(),
                        "asked": {}, "objections": set(), "appeals": {}, "judged": set(), "payments": set(), "mover": mover, "lacking": None, "committed": None, "collecting": packet.iss, "handling": packet.aud, "times": {}, "late": []}
                if body is not None:
                    case["times"]["received"] = seconds(body["receivedAt"])
            continue
        if case is None:
            continue
        if blocked(case, packet.kind, body, packet.iss) is not None:
            case["late"].append(packet.id)
            continue
        case["state"] = TABLE[packet.kind][2] or case["state"]
        case["done"].add(packet.kind)
        case["times"][packet.kind] = packet.claims["iat"]
        if packet.kind == "case.evaluate" and body is not None:
            case["done"].add(("evaluate", body.get("target")))
        if packet.kind == "case.request-supplement" and body is not None:
            case["lacking"] = ({entry["code"] for entry in body["materials"]},
                               {entry["field"] for entry in body.get("form", [])})
        if packet.kind == "case.commit":
            case["committed"] = {"missing": None if body is None else set(body["materials"]),
                                 "until": None if body is None else body["until"]}
        if packet.kind in ("case.supplement", "case.hand-in") and case["committed"] and case["committed"]["missing"]:
            case["committed"]["missing"] -= {m["code"] for m in (body or {}).get("materials", [])}
        if packet.kind in ASKED:
            case["asked"][packet.id] = packet.iss
        if packet.kind == "case.request-payment":
            case["payments"].add(packet.id)
        if packet.kind == "case.record-payment" and body is not None:
            case["payments"].discard(body["payment"])
        if packet.kind == "case.appeal-evaluation" and body is not None:
            case["appeals"][packet.id] = body.get("target")
        if packet.kind == "case.answer" and body is not None and "verdict" in body and body["to"] in case["appeals"]:
            case["judged"].add(case["appeals"][body["to"]])
        if packet.kind == "case.object":
            case["objections"].add(packet.id)
        if packet.kind == "case.answer" and body is not None:
            case["asked"].pop(body.get("to"), None)
        if packet.kind == "case.revoke":
            case["outcome"] = "void"
            if body is not None:
                case["asked"].pop(body.get("objection"), None)
        if packet.kind == "case.purge":
            case["done"].add(("purge", packet.iss))
        if packet.kind == "case.decide" and body is not None:
            case["decision"] = body.get("outcome")
        if packet.kind == "case.close":
            case["outcome"] = case["decision"] if body is None else body.get("outcome")
    return case


def check_place(before, packet):
    claims = packet.claims
    if before:
        require({packet.iss, packet.aud} == {before[0].iss, before[0].aud}, "its cities are not those of the thread")
    own = chain(before, packet.iss)
    last = own[-1] if own else None
    require(claims["seq"] <= THREAD_PACKETS, "the city put more than %d packets into the thread" % THREAD_PACKETS)
    held = sum(p.claims["body"]["size"] for p in own) + claims["body"]["size"]
    require(held <= THREAD_BYTES, "the bodies of the city are larger than %d together" % THREAD_BYTES)
    require(claims["seq"] == len(own) + 1, "seq is %d, expected %d" % (claims["seq"], len(own) + 1))
    require(claims["prev"] == (last.id if last else None), "prev is not the hash of the packet before")
    require(last is None or claims["iat"] >= last.claims["iat"], "dated before the packet before")
    seen = {p.id: p.seq for p in before if p.iss != packet.iss}
    seen[None] = 0
    require(claims["seen"] in seen, "seen names no packet of the other city")
    require(last is None or seen[claims["seen"]] >= seen[last.claims["seen"]], "seen goes back")


def admit(before, packet, mover, new=False):
    """Judges a packet as its author saw the thread: its own chain, and the other one up to `seen`. A new one must be sound too."""
    check_place(before, packet)
    if packet.kind == "case.submit":
        require(not before, "case.submit begins a thread")
        wrong = unsound([], None, packet) if new else None
        require(wrong is None, "case.submit %s" % wrong)
        return
    by_id = {p.id: p.seq for p in before}
    upto = by_id.get(packet.claims["seen"], 0)
    view = [p for p in before if p.iss == packet.iss or p.seq <= upto]
    case = fold(view, mover)
    require(case is not None, "its author had not seen the submit")
    allowed = {
        "collecting": (case["collecting"],),
        "handling": (case["handling"],),
        "mover": (mover,),
        "overseer": (case["handling"],) if mover == case["collecting"] else (),
        "either": (case["collecting"], case["handling"]),
    }[TABLE[packet.kind][0]]
    require(packet.iss in allowed, "this kind belongs to the other city")
    reason = blocked(case, packet.kind, packet.body, packet.iss)
    require(reason is None, "%s %s" % (packet.kind, reason))
    if packet.kind == "case.correct" and packet.body is not None:
        own = [p for p in view if p.id == packet.body["packet"] and p.iss == packet.iss and p.kind not in WHOLE]
        require(own, "case.correct names no step of the same city")
    wrong = unsound(view, case, packet) if new else None
    require(wrong is None, "%s %s" % (packet.kind, wrong))
