"""Several rows about one pupil become one; two pupils under one number are both kept out."""

from collections import defaultdict

from .pupil_rows import NAME_FIELDS, Problem, label, person
from .sheets import rows_named

# Reports repeat a pupil once for each need or each contact; these may differ between such rows.
_MAY_DIFFER = {"sen_start_on"}
_MOST_ROWS = 60


def rank_needs(row):
    """Number the needs 1, 2, 3 in the order of their ranks; a type named twice keeps its best place."""
    ordered = sorted(row.needs, key=lambda need: need["rank"])
    row.needs = [
        {"type": code, "rank": place} for place, code in enumerate(dict.fromkeys(n["type"] for n in ordered), 1)
    ]


def fold(rows):
    """Join rows about one pupil: the same UPN, or the same name and date of birth where one of them has no UPN."""
    owners = _upn_owners(rows)
    groups = {}
    for row in rows:
        groups.setdefault(_group_key(row, owners), []).append(row)
    folded = []
    for group in groups.values():
        folded += _join(group) if len(group) > 1 else group
    return sorted(folded, key=lambda row: row.number)


def _upn_owners(rows):
    owners = defaultdict(set)
    for row in rows:
        if row.data.get("upn") and row.data.get("birth_on"):
            owners[person(row)].add(row.data["upn"])
    return owners


def _group_key(row, owners):
    if not all(row.data.get(name) for name in NAME_FIELDS):
        return ("row", row.number)
    upn, who = row.data.get("upn"), person(row)
    if upn:
        return ("upn", upn, *who[:2])
    if not row.data.get("birth_on") or any(problem.field == "upn" for problem in row.problems):
        return ("row", row.number)
    owned = owners.get(who, ())
    return ("upn", next(iter(owned)), *who[:2]) if len(owned) == 1 else ("person", *who)


def _join(group):
    refusal = _refusal(group)
    if refusal:
        for row in group:
            row.problems.append(Problem("", refusal, fatal=True))
        return group
    first, *others = group
    for other in others:
        _take_in(first, other)
    first.folded = [{"number": row.number, "raw": row.raw} for row in others]
    message = f"{rows_named([row.number for row in group]).capitalize()} are about this pupil and were read as one."
    first.problems.append(Problem("", message))
    return [first]


def _refusal(group):
    numbers = rows_named([row.number for row in group]).capitalize()
    if len(group) > _MOST_ROWS:
        return f"{numbers} are about the same pupil; the most is {_MOST_ROWS}. Leave one row for the pupil."
    differing = _differences(group)
    if not differing:
        return ""
    return (
        f"{numbers} are about the same pupil but differ in {_listed([label(name) for name in differing])}. "
        "Leave one row for the pupil, or make them agree."
    )


def _differences(group):
    names = dict.fromkeys(name for row in group for name in row.data if name not in _MAY_DIFFER)
    return [name for name in names if len({_alike(row.data.get(name)) for row in group} - {None}) > 1]


def _alike(value):
    return value.casefold() if isinstance(value, str) else value


def _take_in(first, other):
    starts = [row.data["sen_start_on"] for row in (first, other) if row.data.get("sen_start_on")]
    for name, value in other.data.items():
        if first.data.get(name) is None:
            first.data[name] = value
    if starts:
        first.data["sen_start_on"] = min(starts)
    # Sorting is stable: where every row gives its need the same rank, the order of the file decides.
    first.needs += other.needs
    for contact in other.contacts:
        if not any(_same_contact(contact, known) for known in first.contacts):
            first.contacts.append({**contact, "priority": len(first.contacts) + 1})
    first.sen_history += [stage for stage in other.sen_history if stage not in first.sen_history]
    known = {problem.message for problem in first.problems}
    first.problems += [problem for problem in other.problems if problem.message not in known]


def _same_contact(contact, known):
    return contact["name"].casefold() == known["name"].casefold()


def _listed(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def reject_shared(rows, name, identity):
    """Two pupils under one number: nothing tells which is right, so neither is taken."""
    owners = defaultdict(list)
    for row in rows:
        if row.data.get(name):
            owners[row.data[name]].append(row)
    for number, group in owners.items():
        if len({identity(row) for row in group}) > 1:
            message = (
                f"{rows_named([row.number for row in group]).capitalize()} have the same {label(name)} ({number}) "
                "but are about different pupils. Correct the one that is wrong and send the file again."
            )
            for row in group:
                row.problems.append(Problem(name, message, fatal=True))


def notice_namesakes(rows):
    people = defaultdict(list)
    for row in rows:
        if not row.is_rejected and row.data.get("birth_on"):
            people[person(row)].append(row)
    for group in people.values():
        if len(group) > 1:
            message = (
                f"{rows_named([row.number for row in group]).capitalize()} have the same name and date of birth. "
                "Check that they are different pupils."
            )
            for row in group:
                row.problems.append(Problem("birth_on", message))
