"""Invented plans as PDF files, small enough to make in a test."""

import io

import pikepdf

FONT = pikepdf.Name("/F1")


def pdf_of(pages, *, size=(595, 842), password=None, script=False):
    """A PDF with these pages of lines. `script` adds a program that opens with it."""
    document = pikepdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for lines in pages:
        page = document.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary({str(FONT): font}))
        page.Contents = document.make_stream(_content(lines, size[1]))
    if script:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    saved = io.BytesIO()
    document.save(saved, encryption=pikepdf.Encryption(owner=password, user=password) if password else None)
    return saved.getvalue()


def form_of(words):
    """A page whose only words stand in a field that somebody filled in."""
    document = pikepdf.open(io.BytesIO(pdf_of([[""]])))
    font = document.pages[0].Resources.Font[str(FONT)]
    field = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="needs", V=words, F=4,
            Rect=[50, 700, 400, 730], DA="/F1 11 Tf 0 g",
        )
    )  # fmt: skip
    document.pages[0].Annots = pikepdf.Array([field])
    fonts = pikepdf.Dictionary(Font=pikepdf.Dictionary({str(FONT): font}))
    document.Root.AcroForm = document.make_indirect(
        pikepdf.Dictionary(Fields=pikepdf.Array([field]), DR=fonts, DA="/F1 11 Tf 0 g", NeedAppearances=True)
    )
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def _content(lines, height):
    parts = [f"BT /F1 11 Tf 14 TL 50 {height - 60} Td"]
    for line in lines:
        text = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        parts.append(f"({text}) Tj T*")
    return (" ".join(parts) + " ET").encode("cp1252")


PLAN = [
    [
        "Section A: Views, interests and aspirations",
        "Robin likes trains.",
        "Section B: Special educational needs",
        "Robin finds it hard to sound out words.",
        "Section C: Health needs",
        "None known.",
        "Section D: Social care needs",
        "None known.",
    ],
    [
        "Section E: Outcomes",
        "- By the end of Year 6, Robin will read a page of a book aloud.",
        "Section F: Special educational provision",
        "- A reading programme, 20 minutes, three times a week, by a trained assistant, alone.",
        "- Access to movement breaks as needed.",
        "Section G: Health provision",
        "None.",
        "Section H1: Social care provision under the 1970 Act",
        "None.",
        "Section H2: Other social care provision",
        "None.",
        "Section I: Placement",
        "Fernhill Primary School",
        "Section J: Personal budget",
        "No request.",
        "Section K: Advice and information",
        "Advice of the head teacher",
    ],
]
