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
    from .columns import as_mapping, guess_mapping, header_key, missing_required
    from .readers import read_file
    from .refusals import FileNotReadable
    from .rows import normalise
    from .transport import row_as_json

    close_the_doors()
    asked = json.loads(sys.stdin.buffer.readline())
    with gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", compresslevel=1, mtime=0) as out:
        try:
            sheet = read_file(sys.stdin.buffer.read(), asked["filename"])
        except FileNotReadable as problem:
            _line(out, {"refused": problem.as_json()})
            return
        remembered = asked["remembered"]
        guessed = guess_mapping(sheet.headers, remembered)
        mapping = guessed if asked["mapping"] is None else as_mapping(asked["mapping"])
        missing = missing_required(mapping)
        known = sheet.kind == "ctf" or all(header_key(heading) in remembered for heading in sheet.headers)
        settled = not missing and (asked["mapping"] is not None or known)
        _line(
            out,
            {
                "kind": sheet.kind,
                "headers": sheet.headers,
                "samples": _samples(sheet),
                "notes": [note.as_stored() for note in (*sheet.notes, *guessed.notes)],
                "mapping": dict(mapping),
                "ctf": asdict(sheet.ctf) if sheet.ctf else None,
                "settled": settled,
                "rows": len(sheet.rows),
            },
        )
        if settled:
            for row in normalise(sheet, mapping, today=date.fromisoformat(asked["today"])):
                _line(out, row_as_json(row))


def _samples(sheet):
    """The first values of each column, cut short: enough to recognise it."""
    samples = [[] for _ in sheet.headers]
    for row in sheet.rows[:200]:
        for place, values in enumerate(samples):
            value = " ".join(row.values[place].split())[:SAMPLE_LENGTH]
            if value and len(values) < SAMPLES and value not in values:
                values.append(value)
    return samples


def _line(out, value):
    out.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
