"""What lint does with the findings of detect-secrets, in a small tree under the project's own settings."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from sendco.tools.dev import lint, secret_scan

ROOT = Path(__file__).resolve().parents[2]
KEY = "AKIA2E0A8F3B244C9986"  # pragma: allowlist secret  (invented)
PASSWORD = "a-password-of-three-words"


@pytest.fixture
def tree(tmp_path):
    """A repository with a key in one file and a password in a test."""
    (tmp_path / "staff").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "staff" / "a.py").write_text(f'KEY = "{KEY}"\n')
    (tmp_path / "tests" / "test_a.py").write_text(f'password = "{PASSWORD}"\n')
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    baseline = tmp_path / secret_scan.BASELINE
    baseline.write_text(json.dumps(json.loads(baseline.read_text()) | {"results": {}}))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    _track(tmp_path)
    return tmp_path


def _track(root):
    subprocess.run(["git", "add", "."], cwd=root, check=True)


def _label(root, *, is_secret):
    """Label every finding, as `detect-secrets audit` does with the answers of a person."""
    path = root / secret_scan.BASELINE
    subprocess.run([*secret_scan.SCAN, path], cwd=root, check=True)
    baseline = json.loads(path.read_text())
    for places in baseline["results"].values():
        for place in places:
            place["is_secret"] = is_secret
    path.write_text(json.dumps(baseline))


def test_new_finding_is_named_with_what_to_do(tree):
    assert secret_scan.faults(tree) == ["staff/a.py:1: AWS Access Key", secret_scan.HELP]


def test_finding_labelled_as_none_is_no_fault_wherever_its_line_moves(tree):
    _label(tree, is_secret=False)
    (tree / "staff" / "a.py").write_text(f'\n\n\nKEY = "{KEY}"\n')
    before = (tree / secret_scan.BASELINE).read_bytes()

    assert secret_scan.faults(tree) == []
    assert (tree / secret_scan.BASELINE).read_bytes() == before


def test_finding_labelled_as_a_secret_stays_a_fault(tree):
    _label(tree, is_secret=True)

    assert secret_scan.faults(tree) == ["staff/a.py:1: AWS Access Key", secret_scan.HELP]


def test_a_label_is_for_one_secret_in_one_file(tree):
    _label(tree, is_secret=False)
    (tree / "staff" / "a.py").write_text(f'KEY = "{KEY}"\nOTHER = "{KEY[:-1]}7"\n')
    (tree / "staff" / "b.py").write_text(f'KEY = "{KEY}"\n')
    _track(tree)

    assert secret_scan.faults(tree) == [
        "staff/a.py:2: AWS Access Key",
        "staff/b.py:1: AWS Access Key",
        secret_scan.HELP,
    ]


def test_only_typed_passwords_are_passed_over_and_only_in_tests(tree):
    (tree / "tests" / "test_a.py").write_text(f'password = "{PASSWORD}"\nkey = "{KEY}"\n')
    (tree / "staff" / "a.py").write_text(f'password = "{PASSWORD}"\n')

    assert secret_scan.faults(tree) == [
        "staff/a.py:1: Secret Keyword",
        "tests/test_a.py:2: AWS Access Key",
        secret_scan.HELP,
    ]


def test_baseline_of_the_project_holds_hashes_that_a_person_labelled():
    results = json.loads((ROOT / secret_scan.BASELINE).read_text(encoding="utf-8"))["results"]

    assert all((ROOT / file).is_file() for file in results)
    for places in results.values():
        for place in places:
            assert len(place["hashed_secret"]) == 40
            assert place["is_secret"] is False
            assert set(place) == {"type", "filename", "hashed_secret", "is_verified", "line_number", "is_secret"}


def test_lint_scans_for_secrets_and_lints_the_image():
    checks = lint._checks()

    assert checks["secrets"] is secret_scan.faults
    assert checks["image"][-1] == "Dockerfile"
