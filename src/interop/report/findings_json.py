"""A check's answer for programs: every finding with its facts and its sentences, in a shape that stays.

`format` is raised when a key changes its meaning. Keys that have nothing to say are there and empty.
"""

from __future__ import annotations

import json
from typing import Any

from interop.judge.rules import Rules
from interop.model.attempt import Limit
from interop.model.finding import Finding, Loss, Nearest, Report
from interop.model.matrix import Cell
from interop.model.stack import Minimum
from interop.report.reckoning import arithmetic, unpriced
from interop.report.words import Words, cause, fault, likely, nearest, system, way

FORMAT = 1


def render(report: Report, rules: Rules, words: Words) -> str:
    """Return the answer as JSON text."""
    return json.dumps(document(report, rules, words), indent=1, ensure_ascii=False) + "\n"


def document(report: Report, rules: Rules, words: Words) -> dict[str, Any]:
    """Return the answer as plain values."""
    change = report.change
    return {
        "format": FORMAT,
        "customer": report.stack.customer,
        "product": report.stack.product,
        "product_version": report.stack.product_version,
        "go_live": report.stack.go_live,
        "answer": report.answer,
        "exit_code": rules["exit_codes"][report.answer],
        "findings": [_finding(finding, report, words) for finding in report.findings],
        "change": change
        and {
            "wanted": change.wanted,
            "before": change.before,
            "findings": [
                {
                    "shift": each.shift,
                    "component": each.after.component.name,
                    "suite": each.after.suite,
                    "feature": each.after.feature.id,
                    "role": each.after.role,
                    "before": each.before.status,
                    "after": each.after.status,
                }
                for each in change.shifted
            ],
        },
        "unasked": [_finding(finding, report, words) for finding in report.unasked],
        "unknown": list(report.unknown),
        "notes": list(report.notes),
        "evidence": {
            "run": report.run.id,
            "cells": report.cells,
            "product_versions": list(report.product_versions),
            "tested_from": report.tested_from,
            "tested_to": report.tested_to,
        },
        "now": report.now,
        "max_age_days": report.max_age_days,
    }


def _finding(finding: Finding, report: Report, words: Words) -> dict[str, Any]:
    cell, feature = finding.cell, finding.feature
    return {
        "component": finding.component.name,
        "system": system(finding),
        "implementation": finding.implementation,
        "version": finding.version,
        "configuration": finding.configuration,
        "configuration_title": finding.configuration_title,
        "suite": finding.suite,
        "feature": feature.id,
        "title": feature.title,
        "role": finding.role,
        "level": feature.level,
        "impact": feature.impact,
        "status": finding.status,
        "cause": finding.cause,
        "answer": finding.answer,
        "says": cause(finding, report, words),
        "fault": fault(finding, report, words),
        "customer_sees": feature.customer_sees,
        "ways": [
            {
                "kind": one.kind,
                "what": one.what,
                "carrier": one.carrier,
                "title": one.title,
                "says": way(finding, one, report, words),
            }
            for one in finding.ways
        ],
        "likely": finding.likely,
        "likely_because": likely(finding, report, words, words["likely"]),
        "nearest": finding.nearest and _nearest(finding.nearest, nearest(finding, report, words)),
        "tested": list(finding.tested),
        "working": list(finding.working),
        "below": finding.below,
        "above": finding.above,
        "needed": finding.minimum and _minimum(finding.minimum),
        "found": finding.limit and _limit(finding.limit),
        "failure": finding.failure and _failure(finding.failure, finding.times),
        "test": finding.command,
        "test_needs": finding.needs,
        "untried": finding.untried,
        "loss": finding.loss and _loss(finding.loss, words),
        "unpriced": unpriced(finding, report, words["loss"]["unpriced"]),
        "evidence": cell
        and {
            "peer": cell.peer_key,
            "peer_version": cell.peer_version,
            "product_version": cell.product_version,
            "verdict": cell.verdict,
            "blame": cell.blame,
            "confidence": cell.confidence,
            "reason": cell.reason,
            "passed": cell.attempts.passed,
            "attempts": cell.attempts.total,
            "scenario": cell.scenario,
            "file": cell.evidence,
            "tested": cell.tested,
        },
    }


def _nearest(near: Nearest, says: str) -> dict[str, Any]:
    return {
        "peer": near.cell.peer_key,
        "peer_version": near.cell.peer_version,
        "product_version": near.cell.product_version,
        "status": near.status,
        "differs": list(near.differs),
        "steps": near.steps
        and {"count": near.steps.count, "part": near.steps.part, "direction": near.steps.direction},
        "days": near.days,
        "says": says,
    }


def _failure(failure: Cell, times: int) -> dict[str, Any]:
    """Return where it failed sometimes, and how many attempts in a row would tell that this is gone."""
    return {
        "peer": failure.peer_key,
        "peer_version": failure.peer_version,
        "product_version": failure.product_version,
        "passed": failure.attempts.passed,
        "attempts": failure.attempts.total,
        "times": times,
    }


def _minimum(minimum: Minimum) -> dict[str, Any]:
    return {"limit": minimum.limit, "value": minimum.value, "unit": minimum.unit}


def _limit(limit: Limit) -> dict[str, Any]:
    return {"limit": limit.name, "value": limit.value, "unit": limit.unit, "at_least": limit.at_least}


def _loss(loss: Loss, words: Words) -> dict[str, Any]:
    """Return the numbers; each range is lower end, middle, upper end."""
    return {
        "failures": loss.failures,
        "attempts": loss.attempts,
        "rate": list(loss.rate),
        "failed_a_day": list(loss.failed_a_day),
        "hours_a_day": list(loss.hours_a_day),
        "cost_a_day": list(loss.cost_a_day),
        "currency": loss.currency,
        "stopped": loss.stopped,
        "arithmetic": arithmetic(loss, words),
    }
