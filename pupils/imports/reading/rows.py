"""From the cells of a sheet to pupils: parse, fold several rows about one pupil into one, find clashes."""

from . import codes, values
from .columns import CONTACT_PARTS, FLAG_FIELDS, MAX_CONTACTS, NEED_FIELDS, as_mapping
from .folding import fold, notice_namesakes, rank_needs, reject_shared
from .pupil_rows import NAME_FIELDS, ImportRow, Problem, label, person
from .sheets import column_letter
from .values import BadValue

_PARSERS = {
    "upn": values.parse_upn,
    "former_upn": values.parse_upn,
    "uln": values.parse_uln,
    "mis_id": values.parse_mis_id,
    **dict.fromkeys(
        ("legal_surname", "legal_forename", "middle_names", "preferred_surname", "preferred_forename"),
        values.parse_name,
    ),
    "sex": codes.parse_sex,
    "year_group": codes.parse_year_group,
    "group": values.parse_group,
    "sen_code": codes.parse_sen_code,
    **dict.fromkeys(FLAG_FIELDS, values.parse_flag),
    "first_language": values.parse_language,
    "enrolment_type": codes.parse_enrolment,
    "address": values.parse_address,
    "postcode": values.parse_postcode,
    "key_worker_email": values.parse_email,
}
_DATES = {
    "birth_on": values.parse_birth_date,
    "sen_start_on": values.parse_date,
    "joined_on": values.parse_date,
    "left_on": values.parse_date,
}
_CONTACT_PARSERS = {
    "name": values.parse_name,
    "relation": values.parse_relation,
    "email": values.parse_email,
    "phone": values.parse_phone,
    "address": values.parse_address,
    "postcode": values.parse_postcode,
}


def normalise(sheet, mapping, *, today=None):
    """Return an ImportRow for each pupil of the sheet, in the order of the file.

    `today` settles the century of two-digit years of birth and refuses births in the future.
    """
    reader = _RowReader(sheet, as_mapping(mapping), today)
    rows = fold([reader.read(source) for source in sheet.rows])
    for row in rows:
        rank_needs(row)
    reject_shared(rows, "upn", lambda row: person(row)[:2])
    reject_shared(rows, "mis_id", lambda row: (*person(row)[:2], row.data.get("upn")))
    notice_namesakes(rows)
    return rows


def unique_headers(headers):
    """Number headings that occur twice, so that a row can be kept by heading."""
    unique = {}
    for heading in headers:
        name, times = heading, 1
        while name in unique:
            times += 1
            name = f"{heading} ({times})"
        unique[name] = True
    return list(unique)


class _RowReader:
    def __init__(self, sheet, mapping, today):
        self.headers = unique_headers(sheet.headers)
        self.today = today
        places = {name: index for index, name in mapping.items() if index < len(self.headers)}
        # The full name comes last: it only fills in what the columns of its own leave open.
        self.plain = [(places[name], name) for name in (*_PARSERS, *_DATES, "full_name") if name in places]
        self.needs = [places[name] for name in NEED_FIELDS if name in places]
        self.rank = places.get("need_rank")
        self.contacts = [
            (n, {part: places[f"contact_{n}_{part}"] for part in CONTACT_PARTS if f"contact_{n}_{part}" in places})
            for n in range(1, MAX_CONTACTS + 1)
        ]

    def read(self, source):
        cells = source.values
        row = ImportRow(number=source.number, raw=self._raw(cells))
        if len(cells) > len(self.headers):
            row.problems.append(
                Problem(
                    "",
                    f"The row has {len(cells)} cells but there are {len(self.headers)} headings, "
                    "so its values may stand in the wrong columns. "
                    "Look for a comma inside a name: such a name needs quotation marks around it.",
                    fatal=True,
                )
            )
            return row
        for index, name in self.plain:
            self._read_cell(row, name, cells[index])
        self._read_needs(row, cells, source.extra)
        self._read_contacts(row, cells, source.extra)
        self._read_stages(row, source.extra)
        _check_identity(row)
        return row

    def _raw(self, cells):
        raw = dict(zip(self.headers, cells, strict=False))
        for index in range(len(self.headers), len(cells)):
            raw[f"Column {column_letter(index)}"] = cells[index]
        return raw

    def _read_cell(self, row, name, text):
        if name == "full_name":
            self._read_full_name(row, text)
        elif name in _DATES:
            row.data[name] = self._parse(row, name, lambda cell: _DATES[name](cell, self.today), text)
        else:
            row.data[name] = self._parse(row, name, _PARSERS[name], text)

    def _read_full_name(self, row, text):
        if all(row.data.get(name) for name in NAME_FIELDS):
            return
        both = self._parse(row, "full_name", values.parse_full_name, text)
        for name, part in zip(NAME_FIELDS, both or (None, None), strict=True):
            row.data[name] = row.data.get(name) or part

    def _parse(self, row, name, parser, text):
        if values.is_blank(text):
            return None
        try:
            value, note = parser(text)
        except BadValue as problem:
            row.problems.append(Problem(name, f"{label(name)}: {problem}"))
            return None
        if note:
            row.problems.append(Problem(name, f"{label(name)}: {note}"))
        return value

    def _read_needs(self, row, cells, extra):
        found = []
        for need in (extra or {}).get("needs", []):
            self._add_ctf_need(row, need, found)
        rank = _rank(cells[self.rank]) if self.rank is not None else 0
        for place, index in enumerate(self.needs, start=1):
            for text in codes.split_needs(cells[index]):
                if code := self._parse(row, NEED_FIELDS[place - 1], codes.parse_need, text):
                    found.append((rank or place, code))
        # Ranks stay as the file gives them until all rows about the pupil are known; `rank_needs` closes the gaps.
        row.needs = [{"type": code, "rank": place} for place, code in found]

    def _read_stages(self, row, extra):
        for stage in (extra or {}).get("sen_history", []):
            code = codes.sen_code_of(stage["code"])
            start = self._parse(row, "sen_start_on", values.parse_date, stage["start_on"])
            end = self._parse(row, "sen_start_on", values.parse_date, stage["end_on"])
            if code and start:
                row.sen_history.append({"code": code, "start_on": start, "end_on": end})
            else:
                message = (
                    f"A SEN stage ({values.shown(stage['code'])}) without a known code or a start date was left out."
                )
                row.problems.append(Problem("sen_code", message))

    def _add_ctf_need(self, row, need, found):
        if need["end_on"] and (self.today is None or need["end_on"] < self.today.isoformat()):
            return
        if code := self._parse(row, "need_1", codes.parse_need, need["type"]):
            found.append((_rank(need["rank"]) or 99, code))

    def _read_contacts(self, row, cells, extra):
        for contact in (extra or {}).get("contacts", []):
            self._add_contact(row, contact, _rank(contact["priority"]) or len(row.contacts) + 1)
        for n, places in self.contacts:
            if places:
                self._add_contact(row, {part: cells[index] for part, index in places.items()}, n)

    def _add_contact(self, row, texts, priority):
        parsed = {
            part: self._parse(row, f"contact_{min(priority, MAX_CONTACTS)}_{part}", parser, texts.get(part, ""))
            for part, parser in _CONTACT_PARSERS.items()
        }
        if not any(parsed.values()):
            return
        if not parsed["name"]:
            row.problems.append(
                Problem(
                    f"contact_{min(priority, MAX_CONTACTS)}_name",
                    f"Contact {priority} has no name, so it was left out.",
                )
            )
            return
        responsibility = texts.get("responsibility", "")
        parsed["responsibility"] = (
            None if values.is_blank(responsibility) else responsibility.upper() in ("Y", "YES", "TRUE", "1")
        )
        row.contacts.append({"priority": priority, **parsed})


def _rank(text):
    text = text.strip()
    words = {"primary": 1, "first": 1, "main": 1, "secondary": 2, "second": 2, "tertiary": 3, "third": 3}
    if text.isdecimal() and text.isascii() and len(text) < 4:
        return int(text)
    return words.get(text.casefold(), 0)


def _check_identity(row):
    """Without a name, or without both UPN and date of birth, a pupil cannot be told from another."""
    bad_upn = any(problem.field == "upn" for problem in row.problems)
    for problem in row.problems:
        if problem.field in ("upn", "full_name", *NAME_FIELDS) and _lost(row, problem.field):
            problem.fatal = True
    explained = {problem.field for problem in row.problems if problem.fatal}
    if "full_name" not in explained:
        for name in NAME_FIELDS:
            if not row.data.get(name) and name not in explained:
                row.problems.append(
                    Problem(name, f"There is no {label(name).lower()}. Write it in the file.", fatal=True)
                )
    if not bad_upn and not row.data.get("upn") and not row.data.get("birth_on"):
        message = "There is neither a UPN nor a date of birth that can be used. Give one of them."
        row.problems.append(Problem("birth_on", message, fatal=True))


def _lost(row, name):
    if name == "full_name":
        return not all(row.data.get(part) for part in NAME_FIELDS)
    return row.data.get(name) is None
