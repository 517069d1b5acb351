"""The names in a parsed template.

Jinja's own `meta.find_undeclared_variables` computes constant expressions on its way (`9 ** 9 ** 9` does not come back)
and knows no order; this walk only looks.
"""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import nodes


def free_names(tree: "nodes.Template", known: Collection[str]) -> list[str]:
    """Names that the template reads but does not define itself, in the order in which they appear, each once."""
    found: dict[str, None] = {}
    _Walk(found).visit_all(tree.body, set(known))
    return list(found)


def unknown_names(
    tree: "nodes.Template", *, filters: Collection[str], tests: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Filters, tests and tags that do not exist here, as (line, sentence)."""
    from jinja2 import nodes

    outside = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
    for node in tree.find_all((nodes.Filter, nodes.Test, *outside)):
        match node:
            case nodes.Filter() if node.name not in filters:
                yield node.lineno, f"There is no filter “{node.name}”."
            case nodes.Test() if node.name not in tests:
                yield node.lineno, f"There is no test “{node.name}”."
            case nodes.Include() | nodes.Extends() | nodes.Import() | nodes.FromImport():
                yield node.lineno, "Other files cannot be brought in: a prompt is one text."


class _Walk:
    """Visits nodes in the order of the text, with the names that are bound where they stand."""

    def __init__(self, found: dict[str, None]) -> None:
        self._found = found

    def visit_all(self, many: "list[nodes.Node]", bound: set[str]) -> None:
        for node in many:
            self._visit(node, bound)

    def _visit(self, node: "nodes.Node", bound: set[str]) -> None:
        """`bound` grows by what the node defines for those that follow it."""
        from jinja2 import nodes

        match node:
            case nodes.Name():
                if node.ctx == "load":
                    self._found |= {} if node.name in bound else {node.name: None}
                else:
                    bound.add(node.name)
            case nodes.For():
                self._visit_loop(node, bound)
            case nodes.Assign():
                self._visit(node.node, bound)
                self._visit(node.target, bound)
            case nodes.AssignBlock():
                self.visit_all([node.filter] if node.filter else [], bound)
                self.visit_all(node.body, set(bound))
                self._visit(node.target, bound)
            case nodes.With():
                self.visit_all(list(node.values), bound)
                inner = set(bound)
                self.visit_all(list(node.targets), inner)
                self.visit_all(node.body, inner)
            case nodes.Macro() | nodes.CallBlock():
                self._visit_macro(node, bound)
            case nodes.Block() | nodes.Scope() | nodes.ScopedEvalContextModifier():
                self.visit_all(list(node.iter_child_nodes()), set(bound))
            case _:
                self.visit_all(list(node.iter_child_nodes()), bound)

    def _visit_loop(self, node: "nodes.For", bound: set[str]) -> None:
        self._visit(node.iter, bound)
        inner = bound | {"loop"}
        self._visit(node.target, inner)
        self.visit_all([node.test] if node.test is not None else [], inner)
        self.visit_all(node.body, inner)
        self.visit_all(node.else_, set(bound))

    def _visit_macro(self, node: "nodes.Macro | nodes.CallBlock", bound: set[str]) -> None:
        from jinja2 import nodes

        if isinstance(node, nodes.Macro):
            bound.add(node.name)
        else:
            self._visit(node.call, bound)
        self.visit_all(list(node.defaults), bound)
        inner = bound | {"caller", "varargs", "kwargs"}
        self.visit_all(list(node.args), inner)
        self.visit_all(node.body, inner)
