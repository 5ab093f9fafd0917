"""Which of the project's modules import which, and where that goes round in a circle."""

import ast

from .sources import FUNCTIONS

AT_ONCE, IN_FUNCTION, FOR_TYPES = "at once", "in a function", "for types"


def imports_of(source):
    """Yield (node, kind) of each import: run with the module, inside a function, or under TYPE_CHECKING."""
    waiting = [(source.tree, AT_ONCE)]
    while waiting:
        parent, kind = waiting.pop()
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node, kind
            elif isinstance(node, FUNCTIONS) and kind == AT_ONCE:
                waiting.append((node, IN_FUNCTION))
            elif isinstance(node, ast.If) and _is_for_types(node.test):
                waiting.append((node, FOR_TYPES))
            else:
                waiting.append((node, kind))


def graph(sources, kinds):
    """Return {module: modules it imports}, with the given kinds of import; models, which form one whole, are left out.

    `from package import module` leads to the module, and any other name to the package itself.
    """
    sources = [source for source in sources if "models" not in source.module.split(".")]
    known = {source.module for source in sources}
    edges = {module: set() for module in known}
    for source in sources:
        for node, kind in imports_of(source):
            if kind in kinds:
                edges[source.module] |= (_targets(node, source, known) & known) - {source.module}
    return edges


def circles(edges):
    """Return the groups of modules that reach each other (Tarjan), the largest first."""
    order, low, stack, found = {}, {}, [], []

    def visit(module):
        order[module] = low[module] = len(order)
        stack.append(module)
        for target in sorted(edges[module]):
            if target not in order:
                visit(target)
                low[module] = min(low[module], low[target])
            elif target in stack:
                low[module] = min(low[module], order[target])
        if low[module] == order[module]:
            place = stack.index(module)
            found.append(sorted(stack[place:]))
            del stack[place:]

    for module in sorted(edges):
        if module not in order:
            visit(module)
    return sorted((group for group in found if len(group) > 1), key=lambda group: (-len(group), group))


def _is_for_types(test):
    return any("TYPE_CHECKING" in {getattr(part, "id", ""), getattr(part, "attr", "")} for part in ast.walk(test))


def _targets(node, source, known):
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    base = node.module or ""
    if node.level:
        here = source.module.split(".")
        # A package's own dots begin at itself, a module's at the package around it.
        steps = node.level - 1 if source.path.endswith("/__init__.py") else node.level
        base = ".".join([*here[: len(here) - steps], *([node.module] if node.module else [])])
    names = {f"{base}.{alias.name}" for alias in node.names}
    return (names & known) | ({base} if names - known else set())
