"""A software bill of materials in CycloneDX's format, from the lock files: what the site is built from, with hashes."""

import base64
import json
import re

from ...install.shell import ROOT, digest, output, say

PIN = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)[^\n]*\\\n((?:\s+--hash=sha256:[0-9a-f]{64}[^\n]*\n)+)", re.MULTILINE
)
HASH = re.compile(r"sha256:([0-9a-f]{64})")


def write():
    path = ROOT / "sbom.json"
    bill = bill_of_materials(ROOT, version=output(["git", "describe", "--always", "--dirty"]))
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    say(f"Wrote {path.name}: {len(bill['components'])} packages.")
    return 0


def bill_of_materials(root, *, version=""):
    """Describe what runs in production; what only builds or tests it is marked as excluded."""
    locks = root / "requirements"
    needed = _python(locks / "base.txt", "required")
    parts = [*needed, *_python(locks / "assets.txt", "excluded"), *_node(root / "package-lock.json")]
    name = {"type": "application", "name": "sendco", "bom-ref": "sendco", **({"version": version} if version else {})}
    state = digest(locks / "base.txt", locks / "assets.txt", root / "package-lock.json")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # Made from the lock files' contents, so that the same locks give the same file.
        "serialNumber": "urn:uuid:"
        + "-".join((state[:8], state[8:12], "4" + state[13:16], "8" + state[17:20], state[20:32])),
        "version": 1,
        "metadata": {"component": name},
        "components": sorted(parts, key=lambda part: part["bom-ref"]),
        "dependencies": [{"ref": "sendco", "dependsOn": sorted(part["bom-ref"] for part in parts)}],
    }


def _python(path, scope):
    for name, version, hashes in PIN.findall(path.read_text(encoding="utf-8")):
        address = f"pkg:pypi/{name}@{version}"
        # One pin has a hash for each of its files; a component has one file, so they are told as its distributions.
        files = [{"alg": "SHA-256", "content": value} for value in sorted(HASH.findall(hashes))]
        yield _component(name, version, address, scope, files)


def _node(path):
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    for place, entry in packages.items():
        if not place:
            continue
        name = place.rpartition("node_modules/")[2]
        address = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
        kind, _, value = entry.get("integrity", "").partition("-")
        digests = [{"alg": "SHA-512", "content": base64.b64decode(value).hex()}] if kind == "sha512" else []
        # The style sheet and the icons are copied out of them at build time.
        yield _component(name, entry["version"], address, "required", digests, entry.get("license"))


def _component(name, version, address, scope, files, licence=None):
    component = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "scope": scope,
        "purl": address,
    }
    if licence:
        component["licenses"] = [{"license": {"name": licence}}]
    if files:
        component["externalReferences"] = [{"type": "distribution", "url": address, "hashes": files}]
    return component
