"""Suites as pytest sees them: where they lie, what their items are called, which pairings each scenario has.

Decides what is collected and in which order; runs nothing.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interop.model.suite import Suite
from interop.plan import Pair, select_features, skip_reason
from interop.scenario import FEATURE_MARK, NEEDS_MARK

PAIR: pytest.StashKey[Pair] = pytest.StashKey()
FEATURE: pytest.StashKey[str] = pytest.StashKey()
SKIP: pytest.StashKey[str] = pytest.StashKey()


class Collection:
    """The hooks by which suites become items."""

    def __init__(
        self, suites: Sequence[Suite], pairs: Mapping[str, Sequence[Pair]], features: Sequence[str]
    ) -> None:
        self._suites = {suite.folder.resolve(): suite for suite in suites}
        self._pairs = pairs
        self._chosen = {suite.name: select_features(suite, features) for suite in suites}
        self.done: frozenset[tuple[str, str, str, str]] = frozenset()
        """Scenario, role, product and peer of what the run that this one goes on from has finished."""

    def suite_of(self, path: Path) -> Suite | None:
        """Return the suite in whose folder `path` lies."""
        resolved = path.resolve()
        return next(
            (self._suites[folder] for folder in (resolved, *resolved.parents) if folder in self._suites), None
        )

    def rewrite_arguments(self, config: pytest.Config) -> None:
        """Let ids such as `smtp/test_message.py::test_x[…]` be given; add the suites where none is named."""
        named = config.args_source is pytest.Config.ArgsSource.ARGS
        folders = {suite.name: folder for folder, suite in self._suites.items()}
        arguments, inside = [], False
        for argument in config.args if named else ():
            path, *rest = argument.split("::")
            head, _, tail = path.partition("/")
            if head in folders and not Path(config.invocation_params.dir, path).exists():
                path = str(folders[head] / tail)
            if self.suite_of(Path(config.invocation_params.dir, path)) is None:
                arguments.append(argument)
                continue
            inside = True
            arguments.append("::".join((path, *rest)))
        if not inside:
            arguments += [str(folder) for folder in self._suites]
        config.args[:] = list(dict.fromkeys(arguments))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path: Path, parent: Any) -> pytest.Module | None:
        """Give a suite's modules ids that begin with the suite's name, wherever it is installed."""
        suite = self.suite_of(module_path)
        if suite is None:
            return None
        name = module_path.resolve().relative_to(suite.folder.resolve())
        return pytest.Module.from_parent(parent, path=module_path, nodeid=f"{suite.name}/{name}")

    def pytest_collect_file(self, file_path: Path, parent: Any) -> pytest.Module | None:
        """Collect a suite's `test_*.py` even where the user's project names its own tests otherwise."""
        if not fnmatch.fnmatch(file_path.name, "test_*.py") or self.suite_of(file_path) is None:
            return None
        usual = parent.config.getini("python_files")
        if any(fnmatch.fnmatch(file_path.name, pattern) for pattern in usual):
            return None
        return self.pytest_pycollect_makemodule(file_path, parent)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each scenario over every pairing of its suite."""
        suite = self.suite_of(Path(metafunc.module.__file__ or ""))
        mark = metafunc.definition.get_closest_marker(FEATURE_MARK)
        if suite is None or (mark is None and "interop_pairing" not in metafunc.fixturenames):
            return
        if mark is None:
            code = metafunc.function.__code__
            raise pytest.Collector.CollectError(
                f"{code.co_filename}:{code.co_firstlineno}: {code.co_name} takes a fixture of a role, but has"
                f" no @interop.feature(…): which feature of {suite.name}/suite.yaml does it exercise?"
            )
        where = f"{metafunc.definition.nodeid}"
        if mark.args[0] not in {feature.id for feature in suite.features}:
            raise pytest.Collector.CollectError(
                f"{where}: {suite.name}/suite.yaml has no feature {mark.args[0]!r}."
            )
        if any(metafunc.definition.iter_markers("parametrize")):
            # A record names a scenario by its function: variants would count as attempts of one another.
            raise pytest.Collector.CollectError(
                f"{where}: a scenario is not parametrized: write a function for each variant."
            )
        if "interop_pairing" not in metafunc.fixturenames:
            raise pytest.Collector.CollectError(f"{where}: a scenario takes a fixture of at least one role.")
        needs = _needs(metafunc.definition)
        unknown = needs - {situation.id for situation in suite.situations}
        if unknown:
            raise pytest.Collector.CollectError(
                f"{where}: {suite.name}/suite.yaml has no situation {min(unknown)!r}."
            )
        parameters = []
        for pair in self._products(suite.name):
            reason = skip_reason(pair, needs)
            marks = (pytest.mark.skip(reason=reason),) if reason else ()
            parameters.append(pytest.param(pair, id=pair.id, marks=marks))
        metafunc.parametrize("interop_pairing", parameters, indirect=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Drop what was not chosen, and order peer by peer, those first whose scenarios may take longest.

        Many workers that start with these do not end with waiting for one of them.
        """
        others: list[pytest.Item] = []
        scenarios: list[pytest.Item] = []
        dropped: list[pytest.Item] = []
        for item in items:
            pair = self._pair(item)
            if pair is None or not isinstance(item, pytest.Function):
                others.append(item)
                continue
            mark = item.get_closest_marker(FEATURE_MARK)
            item.stash[PAIR] = pair
            item.stash[FEATURE] = mark.args[0] if mark else ""
            item.stash[SKIP] = skip_reason(pair, _needs(item))
            (scenarios if self._chosen_item(item, pair) else dropped).append(item)
        slowest_first = sorted(self._suites.values(), key=lambda suite: -suite.deadline)
        pairs = (pair for suite in slowest_first for pair in self._pairs[suite.name])
        order = {pair.peer.identity: number for number, pair in enumerate(pairs)}
        scenarios.sort(key=lambda item: order[item.stash[PAIR].peer.identity])
        items[:] = [*others, *scenarios]
        if dropped:
            config.hook.pytest_deselected(items=dropped)

    def controls(self, item: pytest.Function) -> list[pytest.Function]:
        """Return the item's scenario with each control in the product's place, against the same peer."""
        pair = item.stash[PAIR]
        facing = (pair.peer.id, pair.place.role)
        return [
            _with_pair(item, each)
            for each in self._pairs[pair.place.suite]
            if each.place.control and (each.peer.id, each.place.role) == facing
        ]

    def _products(self, suite: str) -> list[Pair]:
        return [pair for pair in self._pairs[suite] if not pair.place.control]

    def _pair(self, item: pytest.Item) -> Pair | None:
        callspec = getattr(item, "callspec", None)
        found = callspec.params.get("interop_pairing") if callspec else None
        return found if isinstance(found, Pair) else None

    def _chosen_item(self, item: pytest.Function, pair: Pair) -> bool:
        if item.stash[FEATURE] not in self._chosen[pair.place.suite]:
            return False
        return (scenario_id(item), pair.place.role, pair.place.key, pair.peer.id) not in self.done


def scenario_id(item: pytest.Item) -> str:
    """Return the node id without its pairing: the scenario's name in every record."""
    return item.nodeid.split("[", 1)[0]


def _with_pair(item: pytest.Function, pair: Pair) -> pytest.Function:
    """Return a copy of an item over another pairing; it is run by the plugin alone, and never collected."""
    callspec = replace(item.callspec, params={**item.callspec.params, "interop_pairing": pair})
    copy: pytest.Function = pytest.Function.from_parent(
        item.parent,
        name=f"{item.originalname}[{pair.id}]",
        callspec=callspec,
        callobj=item.obj,
        fixtureinfo=item._fixtureinfo,  # noqa: SLF001 - the same fixtures serve both
        originalname=item.originalname,
    )
    copy.stash[PAIR], copy.stash[FEATURE], copy.stash[SKIP] = pair, item.stash[FEATURE], item.stash[SKIP]
    return copy


def _needs(node: pytest.Item) -> set[str]:
    marks: Iterable[pytest.Mark] = node.iter_markers(NEEDS_MARK)
    return {situation for mark in marks for situation in mark.args}
