"""Pages of other people's PDFs that go into one of ours."""

from typing import Any


def settle_forms(pdf: Any) -> None:
    """Draw what is typed into the fields of a pikepdf PDF onto its pages: the fields themselves do not come along."""
    if "/AcroForm" not in pdf.Root:
        return
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
