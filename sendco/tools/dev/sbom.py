"""The bill of materials in CycloneDX's format, from the lock files: what the site is built from, with hashes.

CycloneDX's own tools read Python's locks, write the bill and hold it against the schema. npm can write such a bill only
since its tenth version, which Debian 12 does not have: the lock file of npm is read here.
"""

import base64
import json
import subprocess
import sys
import uuid

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from ...install.environment import VENV
from ...install.shell import ROOT, Problem, digest, output, say


def write():
    path = ROOT / "sbom.json"
    bill = bill_of_materials(ROOT, version=output(["git", "describe", "--always", "--dirty"]))
    path.write_text(bill, encoding="utf-8")
    say(f"Wrote {path.name}: {len(json.loads(bill)['components'])} packages.")
    return 0


def bill_of_materials(root, *, version=""):
    """Return the bill as JSON. What runs in production is required; what only builds or tests it is excluded."""
    locks = root / "requirements"
    files = (locks / "base.txt", locks / "assets.txt", root / "package-lock.json")
    parts = [
        *_python(files[0], ComponentScope.REQUIRED),
        *_python(files[1], ComponentScope.EXCLUDED),
        *_node(files[2]),
    ]
    site = Component(name="sendco", type=ComponentType.APPLICATION, bom_ref="sendco", version=version or None)
    bill = Bom(components=parts, metadata=BomMetaData(component=site))
    bill.register_dependency(site, parts)
    # Made from the lock files' contents and without a time, so that the same locks give the same bill.
    bill.serial_number = uuid.UUID(digest(*files)[:32], version=4)
    bill.metadata.timestamp = None
    text = JsonV1Dot6(bill).output_as_string(indent=1)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise Problem(f"The bill of materials does not keep to CycloneDX's schema: {fault}")
    return text + "\n"


def _python(path, scope):
    """What cyclonedx-py reads in a requirements file, each package under its own address instead of its line."""
    told = subprocess.run(
        [str(VENV / "bin" / "cyclonedx-py"), "requirements", "--output-reproducible", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    for component in Bom.from_json(json.loads(told.stdout)).components:
        component.bom_ref.value = str(component.purl)
        component.description = None
        component.scope = scope
        yield component


def _node(path):
    """The packages of npm's lock; what is for building only is marked there as `dev`."""
    for place, entry in json.loads(path.read_text(encoding="utf-8"))["packages"].items():
        if not place:
            continue
        group, _, name = place.rpartition("node_modules/")[2].rpartition("/")
        purl = PackageURL("npm", group or None, name, entry["version"])
        algorithm, _, value = entry["integrity"].partition("-")
        checksum = HashType(alg=HashAlgorithm(f"SHA-{algorithm[3:]}"), content=base64.b64decode(value).hex())
        files = ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(purl)), hashes=[checksum])
        yield Component(
            name=name,
            group=group or None,
            version=entry["version"],
            purl=purl,
            bom_ref=str(purl),
            scope=ComponentScope.EXCLUDED if entry.get("dev") else ComponentScope.REQUIRED,
            licenses=[DisjunctiveLicense(id=entry["license"])],
            external_references=[files],
        )


if __name__ == "__main__":
    sys.exit(write())
