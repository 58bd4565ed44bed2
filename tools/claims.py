"""Claims: what the text says of the figures beside it, as expressions that must be true.

They stand in the metadata of a markdown cell, `"claims": ["ledger[\\"time\\"].ratio < 1.1"]`, and
are evaluated in the kernel where they stand, after the code above. Execution counts, history and
names stay as they are.
"""

import ast
from collections.abc import Iterator
from typing import Any

import nbformat
from nbclient import NotebookClient

CANNOT_BE_FALSE = (
    ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.JoinedStr, ast.Lambda,
    ast.GeneratorExp, ast.ListComp, ast.DictComp, ast.SetComp,
)  # fmt: skip
LITERAL = (
    ast.Constant, ast.Tuple, ast.List, ast.Set, ast.UnaryOp, ast.unaryop, ast.expr_context,
)  # fmt: skip
LONGEST_VALUE = 200  # characters of an operand in a message


class FalseClaims(ValueError):
    """Claims of a page that are not true; the message lists them with their operands."""


def claims_of(cell: nbformat.NotebookNode) -> list[str]:
    """Return the claims of a cell."""
    return list(cell.metadata.get("claims", []))


def fault(claim: object) -> str:
    """Say what keeps something from being a claim, or nothing.

    >>> fault("ratio > 2"), fault("x = 2"), fault("2, 3")
    ('', 'no expression of Python', 'never false')
    """
    if not isinstance(claim, str) or not claim.strip():
        return "no text"
    try:
        expression = _parse(claim)
    except (SyntaxError, ValueError):
        return "no expression of Python"
    if isinstance(expression, CANNOT_BE_FALSE):
        return "never false"
    if any(isinstance(node, ast.NamedExpr) for node in ast.walk(expression)):
        return "it assigns a name"
    return ""


def operands(claim: str) -> list[str]:
    """Return the parts of a claim whose values say why it is false.

    Both sides of each comparison; inside all(… for x in rows) there is no x, so the rows.

    >>> operands("a < 2 * b and not c")
    ['a', '2 * b', 'c']
    >>> operands("all(x < limit for x in rows)")
    ['rows']
    """
    whole = _parse(claim)
    return list(dict.fromkeys(ast.unparse(part) for part in _parts(whole) if part is not whole))


def _parse(claim: str) -> ast.expr:
    return ast.parse(" ".join(claim.splitlines()).strip(), mode="eval").body


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant():
            return
        case ast.Compare():
            for side in (node.left, *node.comparators):
                if not _is_literal(side):
                    yield side
        case ast.BoolOp(values=inner) | ast.List(elts=inner):
            for value in inner:
                yield from _parts(value)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from _parts(inner)
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp() | ast.DictComp():
            yield node.generators[0].iter
        case ast.Call():
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from _parts(argument)
        case _:
            yield node


def _is_literal(node: ast.expr) -> bool:
    return all(isinstance(part, LITERAL) for part in ast.walk(node))


class Claims:
    """Evaluates the claims of a page while it is executed, and keeps the false ones."""

    def __init__(self) -> None:
        self.false: list[str] = []

    async def check(self, client: NotebookClient, number: int, cell: nbformat.NotebookNode) -> None:
        """Evaluate the claims of cell `number` in the kernel of `client`, as it is now."""
        claims = claims_of(cell)
        if cell.cell_type != "markdown" or not claims:
            return
        values = await evaluate(client, cell, [f"bool(({claim}\n))" for claim in claims])
        for claim, value in zip(claims, values, strict=True):
            if value != "True":
                parts = operands(claim)
                found = await evaluate(client, cell, [f"({part})" for part in parts])
                said = "is false" if value == "False" else f"raises {value}"
                lines = [f"    {part} is {what}" for part, what in zip(parts, found, strict=True)]
                self.false.append("\n".join([f"cell {number}: {claim} {said}", *lines]))

    def require_none_false(self) -> None:
        """Raise FalseClaims if there are any."""
        if self.false:
            raise FalseClaims("\n".join(["the text claims what is not true:", *self.false]))


async def evaluate(
    client: NotebookClient, cell: nbformat.NotebookNode, expressions: list[str]
) -> list[str]:
    """Return the values of expressions as text, or what they raise."""
    asked = {str(k): expression for k, expression in enumerate(expressions)}
    sent = client.kc.execute("", silent=True, store_history=False, user_expressions=asked)
    reply = await client.async_wait_for_reply(sent, cell)
    answers = reply["content"].get("user_expressions", {})
    return [_as_text(answers[key]) for key in asked]


def _as_text(answer: dict[str, Any]) -> str:
    if answer["status"] == "error":
        return f"{answer['ename']}: {answer['evalue']}"
    text = " ".join(answer["data"].get("text/plain", "").split())
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} …"
