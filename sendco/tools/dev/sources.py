"""The project's own Python files and templates, read once and parsed without running any of them."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FLOORS = ("sendco", "staff", "pupils", "ehcp", "provision", "governance")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Source:
    path: str  # relative to the root, with slashes
    text: str

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def tree(self):
        return ast.parse(self.text)

    @cached_property
    def nodes(self):
        return list(ast.walk(self.tree))

    @property
    def functions(self):
        return [node for node in self.nodes if isinstance(node, FUNCTIONS)]

    @property
    def module(self):
        """The dotted name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def at(self, node, words=""):
        return f"{self.path}:{node.lineno} {words or self.lines[node.lineno - 1].strip()}"


class Project:
    """What stands under `root`. The product is the floors without their migrations; their tools count as product."""

    def __init__(self, root):
        self.root = Path(root)

    @cached_property
    def product(self):
        files = [file for floor in FLOORS for file in self._files(floor, "*.py") if "migrations" not in file.parts]
        return self._read(files)

    @cached_property
    def tests(self):
        return self._read(self._files("tests", "*.py"))

    @cached_property
    def templates(self):
        return self._read(self._files("templates", "*.html"))

    def _files(self, folder, pattern):
        return sorted((self.root / folder).rglob(pattern))

    def _read(self, files):
        return [Source(file.relative_to(self.root).as_posix(), file.read_text(encoding="utf-8")) for file in files]
