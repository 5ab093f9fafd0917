"""House rules that no linter knows, read from the sources: `python -m tests.house_rules` names each breach and exits 1.

A rule takes (path, text) of one file and yields (line number, what to do instead). `path` is relative to the project.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("sendco", "staff", "pupils", "ehcp", "provision", "governance")
XML_ERRORS = {"ParseError", "ExpatError"}
LONGEST_LINE = 140
LONGEST_TEMPLATE = 120
READS = re.compile(r"(^|/)(selectors|services)(/|\.py$|_)")


def no_shared_page_cache(path, text):
    for node in _calls_and_names(text):
        if node in {"cache_page", "cache_control_page"}:
            yield 1, "cache_page shows one person's page to another: cache the figures per school instead."


def no_unscoped_lookup(path, text):
    """Ids come from outside: a row is looked up in visible_to(acting), or inside a selector or service."""
    if READS.search(path) or path.startswith("sendco/"):
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        if _is_objects_get_by_pk(node):
            yield node.lineno, "Use .objects.visible_to(acting) before .get(pk=...), or move it to a selector."
        if _name(node.func) == "get_object_or_404" and node.args and isinstance(node.args[0], ast.Name | ast.Attribute):
            if _looks_like_model(node.args[0]):
                yield node.lineno, "Give get_object_or_404 a queryset: Model.objects.visible_to(request.acting)."


def no_open_forms(path, text):
    """A ModelForm names its fields: a new column must not become writable by itself."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
            continue
        for name, value, line in _assignments(node):
            if name == "exclude" or (name == "fields" and _is_all(value)):
                yield line, "Name the form's fields one by one."


def no_unsafe_xml(path, text):
    for node in ast.walk(ast.parse(text)):
        modules = [module for module in _modules_used(node) if module.split(".")[0] in {"xml", "lxml"}]
        if modules == ["xml.parsers"] and "StartDoctypeDeclHandler" in text:
            continue  # a bare parser that refuses document types refuses entities with them
        if modules:
            yield node.lineno, "Read XML with defusedxml; from xml only ParseError and ExpatError may be imported."


def no_template_from_text(path, text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _name(node.func) in {"Template", "from_string"}:
            yield node.lineno, "Text must not become a template: put it in templates/ and pass data."


def no_unfinished_mark(path, text):
    marks = r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError|[Nn]ot implemented|[Cc]oming soon"
    yield from _found(text, marks, "Finish it or file it; no mark stays in the code.")


def no_template_cache(path, text):
    yield from _found(text, r"\{%-?\s*cache\b", "A cached fragment shows one person's data to another.")


def no_safe_filter(path, text):
    yield from _found(text, r"\{\{[^}]*\|\s*safe(seq)?\b|\{%-?\s*autoescape\s+off", "Escape it, or clean it in Python.")


def no_inline_style(path, text):
    yield from _found(text, r"<[a-zA-Z][^>]*\sstyle\s*=", "The security policy drops inline styles: use a class.")
    yield from _found(text, r"<style\b", "The security policy drops inline styles: use a class.")


def no_inline_handler(path, text):
    yield from _found(text, r"<[a-zA-Z][^>]*\son[a-z]+\s*=", "The security policy drops it: use static/js.")


def no_script_without_nonce(path, text):
    for match in re.finditer(r"<script\b[^>]*>", text):
        if "nonce=" not in match.group() and 'type="application/json"' not in match.group():
            yield _line(text, match), 'The security policy drops it: add nonce="{{ request.csp_nonce }}".'


def no_foreign_asset(path, text):
    tags = "script|img|link|iframe|source|video|audio|embed|object"
    wanted = rf"<({tags})\b[^>]*\s(src|href|data|srcset)\s*=\s*[\"']?(https?:)?//"
    yield from _found(text, wanted, "Serve it from static/: no page asks another site for anything.")


def no_legal_count(path, text):
    """Counts of days and years of the law stand in the rules, where each has its source and its example."""
    if not path.startswith(("ehcp/", "pupils/")) or re.search(r"/deadlines(/|\.py$)", path):
        return
    tree, lines = ast.parse(text), text.splitlines()
    explained = {
        id(call)
        for node in tree.body
        if isinstance(node, ast.Assign) and _has_comment(lines, node.lineno)
        for call in ast.walk(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == SEND_LAW_YEAR:
            yield node.lineno, "Take SEND_LAW_FROM from the clock."
        if _counts_days(node) and id(node) not in explained:
            yield node.lineno, "Take a count of the law from deadlines; name another span, and say why beside it."


SEND_LAW_YEAR = 2014


def _counts_days(node):
    if not (isinstance(node, ast.Call) and _name(node.func) == "timedelta"):
        return False
    numbers = [part.value for part in [*node.args, *(keyword.value for keyword in node.keywords)]
               if isinstance(part, ast.Constant)]  # fmt: skip
    return any(number != 1 for number in numbers)


def _has_comment(lines, number):
    return "#" in lines[number - 1] or (number > 1 and lines[number - 2].lstrip().startswith("#"))


TELLS_TODAY = {"localdate", "localtime", "now", "today", "in_days", "days_ago"}


def no_day_of_loading(path, text):
    """Tests are loaded long before they run: what they count from today then is wrong after midnight."""
    for node in _evaluated_on_loading(ast.parse(text)):
        if isinstance(node, ast.Call) and _name(node.func) in TELLS_TODAY | {"TODAY"}:
            yield node.lineno, "Give the distance as a timedelta, and ask tests.days.from_today within the test."


def _evaluated_on_loading(node):
    if isinstance(node, ast.Lambda):
        return
    parts = ast.iter_child_nodes(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    for part in parts:
        yield part
        yield from _evaluated_on_loading(part)


def no_long_line(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield number, f"Break it: a template's lines have at most {LONGEST_LINE} characters."


def no_long_template(path, text):
    lines = len(text.splitlines())
    if lines > LONGEST_TEMPLATE:
        yield LONGEST_TEMPLATE + 1, f"Move a part to a fragment: a template has at most {LONGEST_TEMPLATE} lines."


PYTHON_RULES = [
    no_legal_count,
    no_shared_page_cache,
    no_unscoped_lookup,
    no_open_forms,
    no_unsafe_xml,
    no_template_from_text,
    no_unfinished_mark,
]
TEST_RULES = [no_day_of_loading]
PAGE_RULES = [
    no_template_cache,
    no_safe_filter,
    no_inline_style,
    no_inline_handler,
    no_script_without_nonce,
    no_foreign_asset,
    no_unfinished_mark,
    no_long_line,
    no_long_template,
]
# Plain text mails are templates too, and have lines.
TEXT_RULES = [no_long_line, no_unfinished_mark]
# These are printed or mailed, not served: the policy of the pages does not hold for them, and mail has no style sheets.
NOT_SERVED = ("templates/reports/", "templates/emails/")
SERVED_ONLY = {no_inline_style, no_script_without_nonce}


def mark_safe_uses(sources):
    """Return (path, line) of each call of mark_safe or SafeString; the whole product is allowed one."""
    uses = []
    for path, text in sources:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and _name(node.func) in {"mark_safe", "SafeString", "SafeText"}:
                uses.append((path, node.lineno))
    return uses


def breaches(root=ROOT):
    """Return every breach under `root` as "path:line: what to do"."""
    found = []
    python = list(_python_sources(root))
    for path, text in python:
        found += [f"{path}:{line}: {what}" for rule in PYTHON_RULES for line, what in rule(path, text)]
    for path, text in _test_sources(root):
        found += [f"{path}:{line}: {what}" for rule in TEST_RULES for line, what in rule(path, text)]
    for path, text in _files(root, "html"):
        found += [f"{path}:{line}: {what}" for rule in _page_rules(path) for line, what in rule(path, text)]
    for path, text in _files(root, "txt"):
        found += [f"{path}:{line}: {what}" for rule in TEXT_RULES for line, what in rule(path, text)]
    uses = mark_safe_uses(python)
    if len(uses) > 1:
        found += [f"{path}:{line}: mark_safe is allowed once in the product." for path, line in uses]
    return found


def _page_rules(path):
    return [rule for rule in PAGE_RULES if not (path.startswith(NOT_SERVED) and rule in SERVED_ONLY)]


def _python_sources(root):
    for floor in FLOORS:
        for file in sorted((root / floor).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")


def _test_sources(root):
    for file in sorted((root / "tests").rglob("*.py")):
        yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")


def _files(root, suffix):
    for file in sorted((root / "templates").rglob(f"*.{suffix}")):
        yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")


def _modules_used(node):
    """Return the modules an import brings in, leaving out imports of nothing but their exceptions."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and not {alias.name for alias in node.names} <= XML_ERRORS:
        return [node.module]
    return []


def _calls_and_names(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name | ast.Attribute | ast.alias):
            yield _name(node)


def _name(node):
    if isinstance(node, ast.alias):
        return node.name.split(".")[-1]
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_objects_get_by_pk(call):
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "get"
        and _name(function.value) == "objects"
        and any(keyword.arg in {"pk", "id"} for keyword in call.keywords)
    )


def _looks_like_model(node):
    return _name(node)[:1].isupper() or _name(node) == "objects"


def _assignments(scope):
    for node in scope.body:
        if isinstance(node, ast.Assign):
            yield from ((_name(target), node.value, node.lineno) for target in node.targets)


def _is_all(value):
    return isinstance(value, ast.Constant) and value.value == "__all__"


def _found(text, pattern, what):
    for match in re.finditer(pattern, text):
        yield _line(text, match), what


def _line(text, match):
    return text.count("\n", 0, match.start()) + 1


def main():
    found = breaches()
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
