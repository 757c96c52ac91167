"""Pre-flight (SPEC.md 6.4): what does not hold of an application as its item and the agreed item ask for it."""
import datetime
import re

CURES = {
    "required": "clerk", "type": "clerk", "too-large": "clerk",
    "item-unused": "partner", "item-version": "clerk", "item-name": "clerk", "item-limit": "clerk",
    "mode-excluded": "clerk", "applicant-type": "clerk", "resident-id": "clerk", "resident-id-date": "clerk",
    "credit-code": "clerk", "agent-document": "clerk", "authorisation-missing": "applicant",
    "authorisation-unlisted": "clerk", "consent-missing": "applicant", "form-unknown": "clerk",
    "form-unusable": "partner", "not-shared": "clerk", "material-unlisted": "clerk", "material-original": "applicant",
    "material-purpose": "clerk", "material-missing": "applicant", "material-later": "applicant",
    "material-twice": "clerk", "recipient-missing": "clerk", "mail-excluded": "clerk",
}
NOTICES = {"material-original", "material-later"}
KEPT = {"applicant": ("phone", "address", "legalRepresentative"), "agent": ("phone",)}
DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
TYPES = {"string": str, "object": dict, "array": list, "boolean": bool}


def birth(number):
    """The day in a resident identity number; None when its check character is wrong."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    if "10X98765432"[total % 11] != number[17]:
        return None
    try:
        return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_credit_code(number):
    if len(number) != 18 or any(letter not in DIGITS for letter in number):
        return False
    total = sum(DIGITS.index(letter) * pow(3, place, 31) for place, letter in enumerate(number[:17]))
    return DIGITS[-total % 31] == number[17]


def form_faults(schema, form):
    """By the keywords that the vectors use: type, properties, required, maxLength. None for a form that is none."""
    properties = schema.get("properties", {})
    if any(one.get("type") not in TYPES for one in properties.values()):
        return None
    faults = [(name, "required") for name in schema.get("required", ()) if name not in form]
    for name, rule in properties.items():
        if name in form and not isinstance(form[name], TYPES[rule["type"]]):
            faults.append((name, "type"))
        elif name in form and len(form[name]) > rule.get("maxLength", len(form[name])):
            faults.append((name, "too-large"))
    return faults


def preflight(content, item, agreed):
    found = []
    find = lambda code, field: found.append((field, code))
    named, materials, applicant = content["item"], content["materials"], content["applicant"]
    if item["taskState"] != "1":
        find("item-unused", "item")
    if named["version"] != item["taskVersion"]:
        find("item-version", "item.version")
    if named["name"] != item["taskName"]:
        find("item-name", "item.name")
    for limit in ("promiseDay", "anticipateDay"):
        if limit in named and named[limit] != item[limit]:
            find("item-limit", "item." + limit)
    if content["mode"] not in item["modes"]:
        find("mode-excluded", "mode")
    if applicant["type"] not in item["serverType"]:
        find("applicant-type", "applicant.type")
    people(content, find)
    agent = content.get("agent")
    authorisation = agent and agent.get("authorisation")
    if "consent" in item and content.get("consent", {}).get("text") != item["consent"]["version"]:
        find("consent-missing", "consent")
    shared = (agreed or {}).get("sharedFields", item.get("sharedFields"))
    forms(content, item, shared, find)
    sharing(content, item, shared, find)

    wanted, seen = {one["materialCode"]: one for one in item["materials"]}, set()
    for place, one in enumerate(materials):
        entry = wanted.get(one["code"])
        if entry is None and one["sha256"] != authorisation:
            find("material-unlisted", "materials.%d.code" % place)
        if entry and entry["materialType"] == "1" and one["form"] == "copy":
            find("material-original", "materials.%d.form" % place)
        if entry and "certCode" in entry and "purpose" not in one and "purpose" not in content:
            find("material-purpose", "materials.%d.purpose" % place)
        if one["sha256"] in seen:
            find("material-twice", "materials.%d.sha256" % place)
        seen.add(one["sha256"])
    given = {one["code"] for one in materials}
    for code, entry in wanted.items():
        lack = {"1": "material-missing", "3": "material-later"}.get(entry["isNeed"])
        if code not in given and lack:
            find(lack, "materials." + code)
    delivery = content.get("delivery", {})
    if delivery.get("method") == "mail":
        if "recipient" not in delivery:
            find("recipient-missing", "delivery.recipient")
        if item.get("isMailResult") is False:
            find("mail-excluded", "delivery.method")
    return [
        {"field": field, "code": code, "level": "notice" if code in NOTICES else "error", "cure": CURES[code]}
        for field, code in sorted(found)
    ]


def people(content, find):
    received = content["receivedAt"][:10]  # the vectors give it in UTC+8
    for who in ("applicant", "agent"):
        holder = content.get(who, {})
        number, kind = holder.get("idNumber"), holder.get("idType")
        if number is None:
            continue
        if kind == "111":
            born = birth(number)
            if born is None:
                find("resident-id", who + ".idNumber")
            elif str(born) > received:
                find("resident-id-date", who + ".idNumber")
        if kind == "001" and not is_credit_code(number):
            find("credit-code", who + ".idNumber")
    agent = content.get("agent")
    if agent is None:
        return
    acts = agent.get("kind", "agent") == "agent"
    for field in ("idType", "idNumber"):
        if acts and field not in agent:
            find("agent-document", "agent." + field)
    if "authorisation" not in agent:
        if acts:
            find("authorisation-missing", "agent.authorisation")
    elif all(one["sha256"] != agent["authorisation"] for one in content["materials"]):
        find("authorisation-unlisted", "agent.authorisation")


def forms(content, item, shared, find):
    if "form" not in item:
        return
    for name in content["form"]:
        if name not in item["form"].get("properties", {}):
            find("form-unknown", "form." + name)
    faults = form_faults(item["form"], content["form"])
    if faults is None:
        find("form-unusable", "form")
    for name, code in faults or ():
        if code != "required" or shared is None or name in shared:
            find(code, "form." + name)


def sharing(content, item, shared, find):
    if shared is None:
        return
    for who, fields in KEPT.items():
        for name in fields:
            if name in content.get(who, {}) and "%s.%s" % (who, name) not in shared:
                find("not-shared", "%s.%s" % (who, name))
    for name in content["form"]:
        if name in item.get("form", {}).get("properties", {}) and name not in shared:
            find("not-shared", "form." + name)
