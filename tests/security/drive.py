"""Walk the site as one person and keep every answer: pages by their links, every route, and the files."""

import io
import re
import zipfile
from collections import Counter
from html import unescape
from urllib.parse import urljoin, urlsplit

import pikepdf
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from tests.staff.signing import just_proved
from tests.test_access import FIXED, MATRIX

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Signing out ends the walk; the rest of these write the walker's own account.
NOT_WALKED = ("/accounts/", "/static/")
OTHERS_A_ROUTE = 1  # how many rows that are not about the child a walk opens of each route
QUERIES_A_ROUTE = 8
HREF = re.compile(r'(?:href|action|hx-get|hx-post)="([^"#]+)')


def client_of(user):
    """Signed in, and the password given a moment ago."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    just_proved(client, user)
    return client


# --- What an answer says -----------------------------------------------------------------------------------------
def body_of(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return text_in(content)


def text_in(content):
    """The words of a page, a workbook, a PDF or any other file."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return " ".join(text_in(parts.read(name)) for name in parts.namelist())
    if content.startswith(b"%PDF"):
        try:
            return pdf_text(content)
        except pikepdf.PdfError:  # a file that somebody sent, with nothing behind its first words
            pass
    return unescape(content.decode("utf-8", errors="replace"))


def pdf_text(content):
    """What a PDF shows and what it says of itself."""
    return f"{facts_of_pdf(content)} {drawn_in_pdf(content)}"


def facts_of_pdf(content):
    """Title, author and whatever else the file says of itself."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as metadata:
            return " ".join([*map(str, pdf.docinfo.values()), str(metadata)])


def drawn_in_pdf(content):
    found = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            maps = {name: _letters(font) for name, font in (page.resources.get("/Font") or {}).items()}
            found.append(_shown(page, maps))
    return " ".join(found)


def _letters(font):
    """Return {code: text} from the font's ToUnicode table."""
    if "/ToUnicode" not in font:
        return {}
    table, found = font.ToUnicode.read_bytes().decode("latin-1"), {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    return found


def _shown(page, maps):
    letters, found = {}, []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            letters = maps.get(str(operands[0]), {})
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    codes = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
                    found.append("".join(letters.get(code, "") for code in codes))
    return "".join(found)


def headers_of(response):
    return " ".join(f"{name}: {value}" for name, value in response.items()) + str(response.cookies)


def title_of(body):
    match = re.search(r"<title>(.*?)</title>", body, re.DOTALL)
    return match.group(1) if match else ""


# --- The walk ----------------------------------------------------------------------------------------------------
class Walk:
    """One person's way through the site. `met` maps each string to the first address that answered with it."""

    def __init__(self, user, ids, strings):
        self.client, self.ids, self.strings = client_of(user), ids, strings
        self.met, self.in_titles, self.in_headers, self.broken = {}, {}, {}, []
        self._asked, self._others, self._queries, self._waiting = set(), Counter(), Counter(), []

    def everywhere(self):
        """Open every route with the child's ids, then whatever the pages link to."""
        for name in MATRIX:
            for address in self.addresses(name):
                self.get(address)
        self.get("/")
        self._follow()
        return self

    def addresses(self, name):
        thing, _ = MATRIX[name]
        if thing == "none":
            return [reverse(name)]
        values = [FIXED[thing]] if thing in FIXED else self.ids.get(thing, [])
        return [reverse(name, args=value if isinstance(value, tuple) else [value]) for value in values]

    def get(self, address, **headers):
        """Ask once. A string in the address itself would come back in the answer, so no address may hold one."""
        if (address, *headers) in self._asked:
            return None
        self._asked.add((address, *headers))
        response = self.client.get(address, headers=headers)
        return self.keep(f"GET {address}", response)

    def post(self, address, data, **headers):
        response = self.client.post(address, data, headers=headers)
        return self.keep(f"POST {address}", response)

    def keep(self, asked, response):
        body = body_of(response)
        if response.status_code >= 500:
            self.broken.append(asked)
        title, headers = title_of(body), headers_of(response)
        for name, text in self.strings.items():
            if text in body or text in headers:
                self.met.setdefault(name, asked)
            if text in title:
                self.in_titles.setdefault(name, asked)
            if text in headers:
                self.in_headers.setdefault(name, asked)
        if "text/html" in response.headers.get("Content-Type", ""):
            here = asked.split(" ", 1)[1]
            self._waiting += [urljoin(here, link) for link in HREF.findall(body)]
        return response

    def _follow(self):
        while self._waiting:
            address = self._waiting.pop()
            parts = urlsplit(address)
            if parts.netloc or parts.scheme or parts.path.startswith(NOT_WALKED) or not self._is_new(parts):
                continue
            self.get(address)

    def _is_new(self, parts):
        """Whether this address is worth opening: about the child always, others of its kind a few times."""
        try:
            match = resolve(parts.path)
        except Resolver404:
            return False
        if match.view_name not in MATRIX:
            return False
        thing, _ = MATRIX[match.view_name]
        if parts.query:
            self._queries[match.view_name] += 1
            return self._queries[match.view_name] <= QUERIES_A_ROUTE
        own = {str(value) for value in self.ids.get(thing, [])}
        if match.kwargs and not own & {str(value) for value in match.kwargs.values()}:
            self._others[match.view_name] += 1
            return self._others[match.view_name] <= OTHERS_A_ROUTE
        return True
