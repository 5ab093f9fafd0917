"""One page of HTML made smaller until it is one page of PDF. Run by `sendco.pdf.fit`, never imported by the site."""

import sys

from .child import NO_PANGO, load

TOO_LONG = 5
# The class that the page carries at its first and largest size, and the number of sizes of the style sheet.
FIRST, SIZES = "fit-0", 8


def main():
    """Write the number of the size on a line of its own, then the PDF."""
    paged = load()
    if paged is None:
        return NO_PANGO
    html = sys.stdin.buffer.read().decode()
    for size in range(SIZES):
        document = paged(html.replace(f'"one-page {FIRST}"', f'"one-page fit-{size}"', 1))
        if len(document.pages) == 1:
            sys.stdout.buffer.write(f"{size}\n".encode())
            document.write_pdf(sys.stdout.buffer, pdf_variant="pdf/ua-1")
            return 0
    return TOO_LONG


if __name__ == "__main__":
    sys.exit(main())
