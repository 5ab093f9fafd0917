"""HTML on standard input, a tagged PDF on standard output. Run by `sendco.pdf.render`, never imported by the site."""

import sys

from .sandbox import ROOT, close_the_doors, limit_this_process

NO_PANGO = 3
STYLE_SHEET = "static:report.css"
ASSETS = {STYLE_SHEET: (ROOT / "static" / "css" / "report.css", "text/css")}


def main():
    limit_this_process()
    try:
        # Loaded within the limits, and not there at all on a computer without Pango.
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError):
        return NO_PANGO
    close_the_doors()

    class OwnAssets(URLFetcher):
        """Answers a few names of ours and nothing else: text in a report must not read files or reach the network."""

        def fetch(self, url, headers=None):
            if url not in ASSETS:
                raise ValueError("Reports may not fetch anything")
            path, content_type = ASSETS[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})

    fetcher = OwnAssets()
    html = weasyprint.HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=fetcher)
    sheet = weasyprint.CSS(url=STYLE_SHEET, url_fetcher=fetcher)
    html.write_pdf(sys.stdout.buffer, stylesheets=[sheet], pdf_variant="pdf/ua-1")
    return 0


if __name__ == "__main__":
    sys.exit(main())
