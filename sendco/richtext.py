"""Rich text: a small safe subset of HTML, cleaned on writing and again on showing, and its twin in plain text."""

import re
from html import escape
from html.parser import HTMLParser

import nh3

MAX_BYTES = 100_000
MAX_TYPED = 2_000_000  # what Word puts around a page of text
MAX_DEPTH = 20
MAX_SPAN = 20
MAX_START = 9_999

TAGS = set("p br strong em u s ul ol li h3 h4 blockquote table thead tbody tr th td a".split())
# Other names of the same thing, which browsers and Word write.
SAME = {"b": "strong", "i": "em", "strike": "s", "del": "s", "ins": "u", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
DROPPED_WHOLE = set("script style svg math iframe object template noscript textarea title head select".split())
SETTINGS = {
    "attributes": {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}},
    "tag_attribute_values": {"th": {"scope": {"row", "col"}}},
    "clean_content_tags": DROPPED_WHOLE | {"embed"},
    "url_schemes": {"https", "mailto"},
    "url_relative": "deny",
    "link_rel": "noopener noreferrer nofollow",
    "strip_comments": True,
}
EMPTY = {"br"}


class TooLong(ValueError):
    def __init__(self):
        super().__init__(
            f"This is longer than {MAX_BYTES:,} characters. Shorten it, or put the long part in a document of its own."
        )


def clean_rich(html):
    """Return the safe subset of what was typed or pasted. Raises TooLong; it never cuts anything off."""
    html = (html or "").replace("\x00", "")
    if len(html) > MAX_TYPED:
        raise TooLong
    if not html.strip():
        return ""
    # Depth first: a parser that builds a tree of 100,000 nested tags is what an attacker hopes for.
    rebuilt = _Rebuilder.of(html)
    cleaned = nh3.clean(rebuilt, tags=TAGS, attribute_filter=_clamped, **SETTINGS)
    cleaned = _EMPTY_PARAGRAPH.sub("", cleaned).strip()
    if len(cleaned.encode()) > MAX_BYTES:
        raise TooLong
    return cleaned


_EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")


def _clamped(tag, name, value):
    limit = {"colspan": MAX_SPAN, "rowspan": MAX_SPAN, "start": MAX_START}.get(name)
    if limit is None:
        return value
    number = value.strip()
    if not (number.isascii() and number.isdigit()):
        return None
    return str(min(max(int(number[:6]), 1), limit))


class _Rebuilder(HTMLParser):
    """Write the same HTML with our names for tags, and without what is nested too deep. nh3 judges the result."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.open, self.silent = [], [], 0

    @classmethod
    def of(cls, html):
        rebuilder = cls()
        rebuilder.feed(html)
        rebuilder.close()
        rebuilder.parts += [f"</{tag}>" for tag in reversed(rebuilder.open) if tag]
        return "".join(rebuilder.parts)

    def handle_starttag(self, tag, attrs):
        tag = SAME.get(tag, tag)
        if tag in DROPPED_WHOLE:
            self.silent += 1
        elif tag == "body":
            self.silent = 0  # a head that nobody closed ends here
        elif tag in TAGS and not self.silent:
            written = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs if name != "style")
            if tag in EMPTY:
                self.parts.append(f"<{tag}>")
            elif len(self.open) < MAX_DEPTH:
                self.open.append(tag)
                self.parts.append(f"<{tag}{written}>")

    def handle_startendtag(self, tag, attrs):
        if tag in EMPTY:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        tag = SAME.get(tag, tag)
        if tag in DROPPED_WHOLE:
            self.silent = max(self.silent - 1, 0)
        elif self.silent:
            return
        elif tag in self.open:
            while self.open[-1] != tag:
                self.parts.append(f"</{self.open.pop()}>")
            self.parts.append(f"</{self.open.pop()}>")
        elif tag == "div":
            self.parts.append("<br>")

    def handle_data(self, data):
        if not self.silent:
            self.parts.append(escape(data, quote=False))


# --- Plain text: for pages without scripts, for comparing, for letters ---------------------------------------------
def plain_text(html):
    """The words of a rich text, a line a block: headings after #, list entries after -, cells apart by |."""
    writer = _PlainWriter()
    writer.feed(html or "")
    writer.close()
    lines = [" ".join(line.split()) for line in "".join(writer.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _PlainWriter(HTMLParser):
    MARKS = {"h3": "\n\n# ", "h4": "\n\n## ", "p": "\n\n", "blockquote": "\n\n", "table": "\n\n", "tr": "\n"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.lists, self.first_in_item = [], [], False

    def handle_starttag(self, tag, attrs):
        if tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n" + self._bullet())
            self.first_in_item = True
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "p" and self.first_in_item:
            self.first_in_item = False
        elif tag in self.MARKS:
            self.parts.append(self.MARKS[tag])

    def _bullet(self):
        if not self.lists or self.lists[-1] is None:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def handle_endtag(self, tag):
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.parts.append("\n\n")
        elif tag in ("td", "th"):
            self.parts.append(" | ")
        elif tag in ("h3", "h4"):
            self.parts.append("\n\n")

    def handle_data(self, data):
        self.parts.append(re.sub(r"\s+", " ", data))


_LISTED = {"ul": re.compile(r"(?:[-*•▪·o]|\u2013)\s+(.*)"), "ol": re.compile(r"\d{1,3}[.)]\s+(.*)")}


def from_plain(text):
    """Rich text of what was typed as plain text: the marks of plain_text become headings and lists again."""
    return clean_rich(marked_up(text))


def marked_up(text):
    """The same before it is cleaned, whatever its length."""
    blocks = re.split(r"\n[ \t]*\n", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_block(block) for block in blocks if block.strip())


def _block(block):
    written, kind, run = [], None, []
    for line in block.strip().split("\n"):
        line_kind, text = _kind_of(line.strip())
        if line_kind != kind and run:
            written.append(_write(kind, run))
            run = []
        kind = line_kind
        run.append(text)
    written.append(_write(kind, run))
    return "".join(written)


def _kind_of(line):
    if heading := re.match(r"(#{1,2})\s+(.*)", line):
        return ("h3" if len(heading[1]) == 1 else "h4"), heading[2]
    for kind, pattern in _LISTED.items():
        if entry := pattern.match(line):
            return kind, entry[1]
    return "p", line


def _write(kind, lines):
    lines = [escape(line, quote=False) for line in lines]
    if kind in ("ul", "ol"):
        return f"<{kind}>{''.join(f'<li>{line}</li>' for line in lines)}</{kind}>"
    if kind == "p":
        return f"<p>{'<br>'.join(lines)}</p>"
    return "".join(f"<{kind}>{line}</{kind}>" for line in lines)
