"""HTML on standard input, a tagged PDF on standard output. Run by `sendco.pdf.render`, never imported by the site."""

import base64
import sys

from .sandbox import ROOT, close_the_doors, limit_this_process

NO_PANGO = 3
STYLE_SHEET = "static:report.css"
ASSETS = {STYLE_SHEET: (ROOT / "static" / "css" / "report.css", "text/css")}
# A picture that the site drew anew when it was uploaded, carried in the page itself.
PICTURE = "data:image/jpeg;base64,"


def load():
    """(a function from HTML to a WeasyPrint document of pages, or None without Pango). Closes all doors behind it."""
    limit_this_process()
    try:
        # Loaded within the limits, and not there at all on a computer without Pango.
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError):
        return None
    close_the_doors()

    class OwnAssets(URLFetcher):
        """Answers a few names of ours and nothing else: text in a report must not read files or reach the network."""

        def fetch(self, url, headers=None):
            if url.startswith(PICTURE):
                content = base64.b64decode(url.removeprefix(PICTURE), validate=True)
                return URLFetcherResponse("picture:", content, {"Content-Type": "image/jpeg"})
            if url not in ASSETS:
                raise ValueError("Reports may not fetch anything")
            path, content_type = ASSETS[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})

    fetcher = OwnAssets()

    def paged(html):
        sheet = weasyprint.CSS(url=STYLE_SHEET, url_fetcher=fetcher)
        return weasyprint.HTML(string=html, url_fetcher=fetcher).render(
            stylesheets=[sheet], pdf_variant="pdf/ua-1"
        )  # fmt: skip

    return paged


def main():
    paged = load()
    if paged is None:
        return NO_PANGO
    paged(sys.stdin.buffer.read().decode()).write_pdf(sys.stdout.buffer, pdf_variant="pdf/ua-1")
    return 0


if __name__ == "__main__":
    sys.exit(main())
