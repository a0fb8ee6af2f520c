# SPDX-License-Identifier: Apache-2.0
"""A second opinion on ATT&CK Navigator layers: the rules of layer format 4.5 as a table, and a
checker for it. Written from the format's description; nothing of the program is used.

A rule is (type, required, check or None) by key; what is not in a table is a fault.
"""

import re

COLOUR = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$")
TACTICS = {"reconnaissance", "resource-development", "initial-access", "execution", "persistence",
           "privilege-escalation", "defense-evasion", "credential-access", "discovery",
           "lateral-movement", "collection", "command-and-control", "exfiltration", "impact"}
NUMBER = (int, float)


def matches(pattern):
    return lambda v: re.fullmatch(pattern, v) is not None


def each(rules):
    return lambda values: [f for v in values for f in object_faults(v, rules)] or True


def whole(rules):
    return lambda v: object_faults(v, rules) or True


# "metadata" and "links" take a name and a value, or a divider alone.
METADATA = {"name": (str, True, None), "value": (str, True, lambda v: v != "")}
LINK = {"label": (str, True, None), "url": (str, True, matches(r"https?://\S+"))}
TECHNIQUE = {
    "techniqueID": (str, True, matches(r"T\d{4}(\.\d{3})?")),
    "tactic": (str, False, lambda v: v in TACTICS),
    "comment": (str, False, None),
    "enabled": (bool, False, None),
    "score": (NUMBER, False, None),
    "color": (str, False, lambda v: v == "" or COLOUR.match(v)),
    "metadata": (list, False, each(METADATA)),
    "links": (list, False, each(LINK)),
    "showSubtechniques": (bool, False, None),
}
GRADIENT = {
    "colors": (list, True, lambda v: len(v) >= 2 and all(COLOUR.match(c) for c in v)),
    "minValue": (NUMBER, True, None),
    "maxValue": (NUMBER, True, None),
}
VERSIONS = {
    "attack": (str, False, matches(r"\d+")),
    "navigator": (str, True, lambda v: tuple(map(int, v.split("."))) >= (4, 9, 0)),
    "layer": (str, True, lambda v: v == "4.5"),
}
LAYOUT = {
    "layout": (str, False, lambda v: v in ("side", "flat", "mini")),
    "showID": (bool, False, None),
    "showName": (bool, False, None),
    "showAggregateScores": (bool, False, None),
    "countUnscored": (bool, False, None),
    "aggregateFunction": (str, False, lambda v: v in ("average", "min", "max", "sum")),
    "expandedSubtechniques": (str, False, None),
}
LAYER = {
    "name": (str, True, lambda v: v != ""),
    "versions": (dict, True, whole(VERSIONS)),
    "domain": (str, True, lambda v: v in ("enterprise-attack", "mobile-attack", "ics-attack")),
    "description": (str, False, None),
    "customDataURL": (str, False, None),
    "filters": (dict, False, whole({"platforms": (list, True, lambda v: all(
        isinstance(p, str) for p in v))})),
    "sorting": (int, False, lambda v: v in range(4)),
    "layout": (dict, False, whole(LAYOUT)),
    "hideDisabled": (bool, False, None),
    "techniques": (list, False, each(TECHNIQUE)),
    "gradient": (dict, False, whole(GRADIENT)),
    "legendItems": (list, False, each({"label": (str, True, None), "color": (str, True, None)})),
    "showTacticRowBackground": (bool, False, None),
    "tacticRowBackground": (str, False, None),
    "selectTechniquesAcrossTactics": (bool, False, None),
    "selectSubtechniquesWithParent": (bool, False, None),
    "selectVisibleTechniques": (bool, False, None),
    "metadata": (list, False, each(METADATA)),
    "links": (list, False, each(LINK)),
}


def is_a(value, kind):
    if isinstance(value, bool) and kind is not bool:
        return False
    return isinstance(value, kind)


def object_faults(value, rules):
    if not isinstance(value, dict):
        return ["not an object"]
    faults = [f"{key} is missing" for key, (_, needed, _) in rules.items()
              if needed and key not in value]
    for key, v in value.items():
        if key not in rules:
            faults.append(f"{key} is unknown")
            continue
        kind, _, check = rules[key]
        if not is_a(v, kind):
            faults.append(f"{key}: {v!r} has the wrong type")
            continue
        result = check(v) if check else True
        if isinstance(result, list):
            faults += [f"{key}: {f}" for f in result]
        elif not result:
            faults.append(f"{key}: {v!r} is not allowed")
    return faults


def faults(layer):
    """What is wrong with a layer; empty when it is good."""
    found = object_faults(layer, LAYER)
    pairs = [(t.get("techniqueID"), t.get("tactic")) for t in layer.get("techniques", [])]
    if len(pairs) != len(set(pairs)):
        found.append("a technique is there twice")
    gradient = layer.get("gradient", {})
    if gradient.get("minValue", 0) >= gradient.get("maxValue", 1):
        found.append("an empty gradient")
    return found
