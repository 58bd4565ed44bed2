"""Claims stand beside text, and are expressions that can be false."""

from collections.abc import Iterator

from tests.book.page import Page
from tools.claims import fault


def has_claims_beside_text(page: Page) -> Iterator[str]:
    for number, cell in page.cells:
        if "claims" not in cell.metadata:
            continue
        if cell.cell_type != "markdown":
            yield f"cell {number}: claims of a {cell.cell_type} cell; allowed: of a text cell"
        claims = cell.metadata.claims
        if not isinstance(claims, list) or not claims:
            yield f"cell {number}: claims {claims!r}; allowed: a list of expressions"
            continue
        for claim in claims:
            if what := fault(claim):
                allowed = "an expression of Python that can be false"
                yield f"cell {number}: claim {claim!r}: {what}; allowed: {allowed}"


RULES = (has_claims_beside_text,)
