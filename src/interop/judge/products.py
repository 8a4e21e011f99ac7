"""Which of a matrix's products a stack means. Knows nothing of results."""

from __future__ import annotations

from interop.errors import RecordError
from interop.judge.names import Names, fold
from interop.judge.spelling import slip
from interop.judge.survey import Survey
from interop.model.stack import Stack

_SHOWN = 3
"""Products that a refusal names; the others are counted."""


def product_of(stack: Stack, survey: Survey, names: Names) -> str:
    """Return the product's name as the matrix has it; raise RecordError when it is of another one."""
    spelled = _spelled(survey, names)
    name = spelled.get(fold(stack.product))
    if name is None:
        tested = _tested(survey)
        more = f" and {len(tested) - _SHOWN} more" if len(tested) > _SHOWN else ""
        near = slip(fold(stack.product), spelled)
        raise RecordError(
            f"the matrix is of {', '.join(tested[:_SHOWN])}{more}, the stack is of {stack.product}.",
            where=stack.place,
            hint=f"Did you mean {spelled[near]!r}?"
            if near
            else "Take the matrix of the same product, or mend the name in the stack.",
        )
    return name


def spellings(product: str, survey: Survey, names: Names) -> list[str]:
    """Return everything that a product is called, as `names.fold` has it."""
    return [spelling for spelling, name in _spelled(survey, names).items() if name == product]


def _tested(survey: Survey) -> list[str]:
    """Return the products; a run of several has their names joined, which is no product's."""
    return sorted(survey.products() or {survey.matrix.run.product})


def _spelled(survey: Survey, names: Names) -> dict[str, str]:
    """Return the products by title and by name; a name stands above a title."""
    tested = _tested(survey)
    parties = [each for each in survey.matrix.parties if each.title and each.name in tested]
    return {
        **{fold(names.title(name)): name for name in tested},
        **{fold(each.title): each.name for each in parties},
        **{fold(name): name for name in tested},
    }
