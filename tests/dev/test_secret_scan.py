"""What lint does with the findings of detect-secrets; the scan itself runs in lint."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from sendco.tools.dev import lint, secret_scan

ROOT = Path(__file__).resolve().parents[2]
KNOWN = {"type": "Secret Keyword", "hashed_secret": "aa", "line_number": 3}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    found = {"staff/a.py": [dict(KNOWN)]}
    monkeypatch.setattr(secret_scan, "scan", lambda: found)
    monkeypatch.setattr(secret_scan, "ROOT", tmp_path)
    (tmp_path / secret_scan.BASELINE).parent.mkdir(parents=True)
    secret_scan.accept()
    return tmp_path, found


def test_accepted_finding_is_no_fault_wherever_its_line_moves(tree):
    root, found = tree
    found["staff/a.py"][0]["line_number"] = 99

    assert secret_scan.faults(root) == []


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("staff/a.py", KNOWN | {"hashed_secret": "bb", "line_number": 7}),
        ("staff/a.py", KNOWN | {"type": "Private Key", "line_number": 7}),
        ("staff/b.py", KNOWN | {"line_number": 7}),
    ],
)
def test_new_finding_is_named_with_what_to_do(tree, file, place):
    root, found = tree
    found.setdefault(file, []).append(place)

    said = secret_scan.faults(root)

    assert said == [f"{file}:7: {place['type']}", secret_scan.HELP]


def test_baseline_of_the_project_holds_hashes_only():
    known = json.loads((ROOT / secret_scan.BASELINE).read_text(encoding="utf-8"))

    assert all((ROOT / file).is_file() for file in known)
    for entries in known.values():
        for entry in entries:
            assert len(entry.rsplit(" ", 1)[1]) == 40


def test_lint_scans_for_secrets_and_lints_the_image():
    checks = lint._checks()

    assert checks["secrets"] is secret_scan.faults
    assert checks["image"][-1] == "Dockerfile"


def test_only_typed_passwords_are_passed_over_and_only_in_tests(monkeypatch):
    kinds = [{"type": "Secret Keyword"}, {"type": "Private Key"}]
    told = json.dumps({"results": {"tests/a.py": kinds, "staff/a.py": kinds}})
    monkeypatch.setattr(secret_scan.subprocess, "run", lambda *words, **options: SimpleNamespace(stdout=told))

    assert secret_scan.scan() == {"tests/a.py": [{"type": "Private Key"}], "staff/a.py": kinds}
