"""Read the words of a PDF or draw its pages. Run in a closed process by `ehcp.services.reading`, never in the site.

The third argument is "text", or "draw" followed by the numbers of the pages. A line of JSON comes out first; after
"draw" the pictures follow, each as long as the JSON says.
"""

import io
import json
import sys

from ehcp.plans.pdf_bounds import MAX_PAGE_TEXT, MAX_PAGES, PICTURE_HEIGHT, PICTURE_WIDTH
from sendco.pdf.sandbox import close_the_doors, limit_this_process

COLOURS = 64


def main():
    limit_this_process()
    # Loaded within the limits: nothing that reads a stranger's file runs without them.
    import pypdfium2
    from PIL import Image, PngImagePlugin  # noqa: F401  (pictures are written after the doors are closed)

    Image.preinit()
    close_the_doors()
    content = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(content)
        head, pictures = _draw(document) if sys.argv[3] == "draw" else (_text(document), [])
    except pypdfium2.PdfiumError as error:
        head, pictures = {"refused": "locked" if "password" in str(error).lower() else "damaged"}, []
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(pictures))
    return 0


def _text(document):
    pages = []
    for number in range(min(len(document), MAX_PAGES)):
        pages.append(_words(document, number))
    return {"pages": len(document), "text": pages}


def _words(document, number):
    """The words of one page; none from a page that cannot be loaded, so that one bad page costs only itself."""
    import pypdfium2  # within the limits, as in main

    try:
        text = document[number].get_textpage()
        return text.get_text_range()[:MAX_PAGE_TEXT].replace("\x00", "").replace("\ufffe", "-")
    except pypdfium2.PdfiumError:
        return ""


def _draw(document):
    import pypdfium2  # within the limits, as in main

    sizes, pictures = {}, []
    for number in sys.argv[4:]:
        try:
            picture = _picture(document[int(number) - 1])
        except pypdfium2.PdfiumError:
            continue
        sizes[number] = len(picture)
        pictures.append(picture)
    return {"sizes": sizes}, pictures


def _picture(page):
    width, height = page.get_size()
    scale = min(PICTURE_WIDTH / max(width, 1), PICTURE_HEIGHT / max(height, 1))
    image = page.render(scale=scale).to_pil().convert("RGB").quantize(COLOURS)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
