"""Which of a matrix's products a stack means. Knows nothing of results."""

from __future__ import annotations

from interop.errors import RecordError
from interop.judge.names import fold
from interop.judge.survey import Survey
from interop.model.stack import Stack


def product_of(stack: Stack, survey: Survey) -> str:
    """Return the product's name as the matrix has it; raise RecordError when it is of another one."""
    tested = sorted(_tested(survey))
    name = _spelled(survey).get(fold(stack.product))
    if name is None:
        raise RecordError(
            f"the matrix is of {', '.join(tested[:3])}, the stack is of {stack.product}.",
            where=stack.place,
            hint="Take the matrix of the same product, or mend the name in the stack.",
        )
    return name


def spellings(product: str, survey: Survey) -> list[str]:
    """Return everything that a product is called, as `names.fold` has it."""
    return [spelling for spelling, name in _spelled(survey).items() if name == product]


def _tested(survey: Survey) -> set[str]:
    return survey.products() | {survey.matrix.run.product}


def _spelled(survey: Survey) -> dict[str, str]:
    """Return the products by title and by name; a name stands above a title."""
    tested = _tested(survey)
    parties = [each for each in survey.matrix.parties if each.title and each.name in tested]
    titles = {fold(each.title): each.name for each in parties}
    return {**titles, **{fold(name): name for name in sorted(tested)}}
