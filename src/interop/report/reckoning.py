"""What a failure costs, put into words: the arithmetic line by line, for those who sell and for the customer.

Decides nothing: the numbers are `judge.impact`'s, the sentences those of `check_words.json`.
"""

from __future__ import annotations

from collections.abc import Callable

from interop.model.finding import Finding, Loss, Report
from interop.report.text import visible
from interop.report.words import Words, about, amount, fill

_NAME = 80
_HUNDRED = 100


def unpriced(finding: Finding, report: Report, templates: Words) -> str:
    """Return why no cost was computed, where that is for want of the component's sites; else nothing."""
    if not finding.unpriced:
        return ""
    sites = report.stack.deployment.sites
    named = {"all_sites": f"{sites:,}", "component": visible(finding.component.name, _NAME)}
    return fill(templates["sites" if sites else "transactions"], named)


def arithmetic(loss: Loss, words: Words) -> list[str]:
    """Return the lines by which a loss is computed, each with its interval."""
    return _reckoned(loss, words["loss"], "rate", amount)


def rough_arithmetic(loss: Loss, words: Words) -> list[str]:
    """Return the same for the customer, rounded."""
    always = loss.failures == loss.attempts
    rate = ("rate-once" if loss.attempts == 1 else "rate-each") if always else "rate"
    return _reckoned(loss, words["sheet"]["reckoning"], rate, about)


def interval(found: tuple[float, float, float], templates: Words, figure: Callable[[float], str]) -> str:
    """Return both ends of a number that was computed; nothing where they read the same."""
    low, high = figure(found[0]), figure(found[2])
    return "" if low == high else fill(templates["interval"], {"low": low, "high": high})


def _reckoned(loss: Loss, templates: Words, rate: str, figure: Callable[[float], str]) -> list[str]:
    shown = {
        "failures": f"{loss.failures:,}",
        "attempts": f"{loss.attempts:,}",
        "sites": f"{loss.sites:,}",
        "all_sites": f"{loss.all_sites:,}",
        "uses": f"{loss.uses:,.0f}",
        "all_uses": f"{loss.all_uses:,.0f}",
        "restart": _time(loss.restart_hours),
        "price": money(loss.hour_cost, loss.currency),
        "rate": share(loss.rate[1]),
        "failed": figure(loss.failed_a_day[1]),
        "hours": figure(loss.hours_a_day[1]),
        "cost": f"{figure(loss.cost_a_day[1])} {loss.currency}",
    }

    def line(name: str, found: tuple[float, float, float], text: Callable[[float], str]) -> str:
        ends = {"low": text(found[0]), "high": text(found[2])}
        return fill(templates[name], {**shown, **ends, "interval": interval(found, templates, text)})

    lines = [line(rate, loss.rate, share), line(loss.basis, loss.failed_a_day, figure)]
    if loss.hours_a_day[2]:
        capped = loss.failed_a_day[2] * loss.restart_hours > loss.hours_a_day[2]
        lines.append(line("capped" if capped else "hours", loss.hours_a_day, figure))
    if loss.cost_a_day[2]:
        lines.append(line("cost", loss.cost_a_day, figure))
    return lines


def basis(loss: Loss, words: Words) -> str:
    """Return what a loss assumes."""
    still = "basis" if loss.stopped else "basis-refused"
    text: str = words["loss"][still if loss.hours_a_day[2] else "basis-failures"]
    return text


def money(value: float, currency: str) -> str:
    """Return a sum with its currency: `30,375 EUR`."""
    return f"{amount(value)} {currency}"


def share(value: float) -> str:
    """Return a rate: `33.3 %`."""
    return f"{value * _HUNDRED:.3g} %"


def _time(hours: float) -> str:
    return f"{hours:.3g} h" if hours >= 1 else f"{hours * 60:.3g} min"
