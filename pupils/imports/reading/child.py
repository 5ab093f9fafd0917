"""Read an import file in a closed process: one line of JSON and the file's bytes in, zipped lines of JSON out.

Run by `pupils.imports.selectors.opening`, never imported by the site.
"""

import gzip
import json
import sys
from dataclasses import asdict
from datetime import date

from sendco.pdf.sandbox import close_the_doors, limit_this_process

SAMPLES = 3
SAMPLE_LENGTH = 40


def main():
    limit_this_process()
    # Loaded within the limits: nothing that reads a stranger's file runs without them.
    from .asking import questions_of
    from .columns import as_mapping, guess_mapping, keys_of, missing_required, recognise, unused
    from .readers import read_file
    from .refusals import FileNotReadable
    from .rows import normalise
    from .transport import row_as_json

    close_the_doors()
    asked = json.loads(sys.stdin.buffer.readline())
    today, choices, remembered = date.fromisoformat(asked["today"]), asked["choices"], asked["remembered"]
    data = sys.stdin.buffer.read()
    with gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", compresslevel=1, mtime=0) as out:
        try:
            sheet = read_file(data, asked["filename"], choices)
        except FileNotReadable as problem:
            _line(out, {"refused": problem.as_json()})
            return
        guessed = guess_mapping(sheet.headers, remembered)
        if sheet.kind != "ctf":
            recognise(sheet, guessed, today=today, remembered=remembered)
        mapping = guessed if asked["mapping"] is None else as_mapping(asked["mapping"])
        missing = missing_required(mapping)
        known = sheet.kind == "ctf" or all(key in remembered for key in keys_of(sheet.headers))
        settled = not missing and (asked["mapping"] is not None or known)
        # Before the columns are settled, the rows tell what will have to be asked about the file.
        rows = [] if missing else normalise(sheet, mapping, today=today, choices=choices)
        notes = [*sheet.notes, *(guessed.notes if asked["mapping"] is None else [])]
        if left := unused(sheet, mapping):
            notes.append(left)
        _line(
            out,
            {
                "kind": sheet.kind,
                "headers": sheet.headers,
                "samples": _samples(sheet),
                "notes": [note.as_stored() for note in notes],
                "mapping": dict(mapping),
                "ctf": asdict(sheet.ctf) if sheet.ctf else None,
                "settled": settled,
                "rows": len(sheet.rows),
                "questions": [each.as_stored() for each in questions_of(sheet, mapping, rows, choices, data)],
            },
        )
        if settled:
            for row in rows:
                _line(out, row_as_json(row))


def _samples(sheet):
    """The first values of each column, cut short: enough to recognise it."""
    samples = [[] for _ in sheet.headers]
    for row in sheet.rows[:200]:
        for place, values in enumerate(samples):
            value = " ".join(row.values[place].replace("\x00", "").split())[:SAMPLE_LENGTH]
            if value and len(values) < SAMPLES and value not in values:
                values.append(value)
    return samples


def _line(out, value):
    out.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
