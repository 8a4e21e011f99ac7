"""Which implementation, feature, distribution and role a customer's words mean.

Names, titles and aliases are matched without regard to case, spaces, dashes and underscores. What is near a
known name is taken for a slip and refused with the name that was meant; what is near nothing is an
implementation that nobody knows, which is a finding and no mistake. Knows nothing of results.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interop.errors import ConfigError, Place, UnknownNameError, nearest
from interop.judge.configurations import configuration_titles
from interop.judge.reading import read_version, without_letter
from interop.judge.rules import Rules
from interop.judge.spelling import SLIP, near_feature, slip
from interop.judge.survey import Survey
from interop.model.implementation import Implementation
from interop.model.matrix import SuiteFacts
from interop.model.stack import Component, Requirement
from interop.model.suite import Feature
from interop.model.versions import matches

_GAPS = re.compile(r"[\s_-]+")


@functools.lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return what two spellings of one name have in common."""
    return _GAPS.sub(" ", text.strip().casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An implementation that was looked up."""

    name: str
    title: str
    known: bool
    note: str = ""
    """What the seller should know when an alias could mean something else."""


class Names:
    """Everything that a matrix and a catalogue have a name for."""

    def __init__(self, survey: Survey, catalog: Iterable[Implementation], rules: Rules) -> None:
        matrix = survey.matrix
        self.rules = rules
        self._suites = matrix.suites
        self._features: dict[str, list[tuple[SuiteFacts, Feature]]] = defaultdict(list)
        """By each folded spelling of the id and of the title."""
        for suite in matrix.suites:
            for feature in suite.features:
                for spelling in {fold(feature.id), fold(feature.title)}:
                    self._features[spelling].append((suite, feature))
        self.catalog: Mapping[str, Implementation] = {each.name: each for each in catalog}
        self.schemes: dict[str, str] = {name: each.version_scheme for name, each in self.catalog.items()}
        self.titles: dict[str, str] = {name: each.title for name, each in self.catalog.items()}
        self.roles: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """Suite and role that each implementation takes, by the catalogue and by the cells."""
        self._carried: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._carrier: dict[tuple[str, str], str] = {}
        self._configurations: dict[str, set[str]] = defaultdict(set)
        for each in self.catalog.values():
            self._configurations[each.name].update(c.name for role in each.roles for c in role.configurations)
            self.roles[each.name].update((role.suite, role.role) for role in each.roles)
            for release in each.releases:
                self._carried[each.name, release.name].add(release.version)
                self._carrier.setdefault((each.name, release.version), release.name)
        for party in matrix.parties:
            self.schemes[party.name] = party.version_scheme
            self.titles[party.name] = party.title or self.titles.get(party.name, "")
            self._carried[party.name, party.release].update({party.version, party.label or party.version})
            self._carrier.setdefault((party.name, party.label or party.version), party.release)
        faces = {(s.name, role): s.roles[1 - at] for s in matrix.suites for at, role in enumerate(s.roles)}
        for pairing in survey.pairings:
            self.roles[pairing.peer].add((pairing.suite, faces.get((pairing.suite, pairing.role), "")))
            self._configurations[pairing.peer].add(pairing.configuration)
        self._configuration_titles = configuration_titles(matrix.parties, self.catalog.values())
        self._folded = self._fold_all()

    def _fold_all(self) -> dict[str, str]:
        folded: dict[str, str] = {}
        for name in self.roles:
            aliases = self.catalog[name].aliases if name in self.catalog else ()
            for spelling in (name, self.titles.get(name, ""), *aliases):
                if spelling:
                    folded.setdefault(fold(spelling), name)
        return folded

    def title(self, name: str) -> str:
        """Return what people call an implementation."""
        return self.titles.get(name) or name

    def configuration_title(self, name: str, suite: str, configuration: str) -> str:
        """Return what a configuration is, in words; nothing where nobody wrote any."""
        return self._configuration_titles.get((name, suite, configuration), "")

    def scheme(self, name: str) -> str:
        """Return how an implementation's versions are ordered."""
        return self.schemes.get(name, "debian")

    def implementation(self, text: str, place: Place, version: str = "") -> Named:
        """Look an implementation up; raise UnknownNameError for a slip of the pen.

        `version` is what stands beside the name; it is named with it where a version is part of the name.
        """
        folded = fold(text)
        name = self._folded.get(folded)
        if name is not None:
            return Named(name=name, title=self.title(name), known=True)
        candidates: list[str] = self.rules["aliases"].get(folded, [])
        for candidate in candidates:
            if candidate in self.roles:
                title = self.title(candidate)
                note = f"{text!r} was read as {title}; if another program is meant, write its own name."
                return Named(
                    name=candidate, title=title, known=True, note=note if len(candidates) > 1 else ""
                )
        near = slip(folded, self._folded)
        if not candidates:
            self._refuse_version(text, place, version)
        if near and not candidates:
            raise UnknownNameError(
                f"{text!r} is in neither the matrix nor the catalogue.",
                where=place,
                hint=f"Did you mean {self._folded[near]!r}?",
            )
        return Named(name=text, title=text, known=False)

    def _refuse_version(self, text: str, place: Place, version: str) -> None:
        """Raise UnknownNameError for a known name with a version, or a word for one, behind it."""
        for gap in reversed([*_GAPS.finditer(text)]):
            name = self._folded.get(fold(text[: gap.start()]))
            words = text[gap.end() :].split()
            plain = [each for each in words if each.casefold() not in self.rules["version_words"]]
            if name is None or not words:
                continue
            if all(re.fullmatch(self.rules["version"], each) for each in plain):
                given = without_letter(" ".join(plain) or version)
                meant = f"{self.title(name)} {given}".strip()
                hint = f"Did you mean {meant!r}?"
                if meant.casefold() == text.casefold():
                    hint = f"Write them apart: 'implementation: {self.title(name)}', 'version: {given}'."
                raise UnknownNameError(
                    f"{text!r} is in neither the matrix nor the catalogue.", where=place, hint=hint
                )

    def configuration(self, named: Named, component: Component) -> None:
        """Raise UnknownNameError when a component's configuration is a slip of the pen."""
        wanted, known = component.configuration, self._configurations.get(named.name, ())
        near = slip(wanted, known)
        if wanted and wanted not in known and near:
            raise UnknownNameError(
                f"{named.title} has no configuration {wanted!r}.",
                where=component.place,
                hint=f"Did you mean {near!r}?",
            )

    def carried(self, name: str, component: Component) -> frozenset[str]:
        """Return the versions of an implementation that the component's distribution carries.

        Where a version was given as well, those of them that it means. Raises UnknownNameError for a slip of
        the pen, and ConfigError when that version is another one.
        """
        self._refuse_family(name, component)
        release = self._release(component.distribution, component.place)
        versions = frozenset(self._carried.get((name, release), ()))
        if component.version and versions:
            scheme = self.scheme(name)
            plain = without_letter(component.version)
            fits = (component.version, f"{plain}.*", read_version(plain, scheme, ()).spec)
            meant = frozenset(each for each in versions if any(matches(each, spec, scheme) for spec in fits))
            if not meant:
                raise ConfigError(
                    f"{component.name!r} has two versions: {component.version} as written,"
                    f" and {', '.join(sorted(versions))} in {component.distribution}.",
                    where=component.place,
                    hint="Delete the one that is not installed.",
                )
            return meant
        return versions

    def is_distribution(self, text: str) -> bool:
        """Say whether a text names a distribution whose releases are known by name."""
        return any(fold(text) in spellings for spellings in self.rules["distributions"].values())

    def carrier(self, name: str, version: str) -> str:
        """Return the distribution that has a version of an implementation, as people write it, or nothing."""
        spellings = self.rules["distributions"].get(self._carrier.get((name, version), ""), ("",))
        return str(spellings[0]).capitalize()

    def distribution(self, text: str) -> str:
        """Return the distribution that is meant by a name without its blank (`Debian13`), or nothing."""
        parts = re.fullmatch(r"([A-Za-z]+)[ _-]?([0-9][0-9.]*)", text)
        spelled = f"{parts[1]} {parts[2]}".capitalize() if parts else ""
        return spelled if self.is_distribution(spelled) else ""

    def _refuse_family(self, name: str, component: Component) -> None:
        """Raise ConfigError for a distribution without its release, such as `Debian`."""
        family = fold(component.distribution)
        listed: Mapping[str, Sequence[str]] = self.rules["distributions"]
        found = {
            release: spellings[0].capitalize()
            for release, spellings in listed.items()
            if spellings[0].partition(" ")[0] == family
        }
        known = [title for release, title in found.items() if (name, release) in self._carried]
        if found:
            shown = known or list(found.values())
            raise ConfigError(
                f"{component.distribution!r} is several releases.",
                where=component.place,
                hint=f"Write which one: {' or '.join(map(repr, shown))}.",
            )

    def _release(self, text: str, place: Place) -> str:
        folded = fold(text)
        distributions: Mapping[str, Sequence[str]] = self.rules["distributions"]
        for release, spellings in distributions.items():
            if folded in spellings:
                return release
        if self.distribution(text):
            hint = f"Did you mean {self.distribution(text)!r}?"
            raise UnknownNameError(f"no distribution {text!r} is known.", where=place, hint=hint)
        families = {spelling.split()[0] for spellings in distributions.values() for spelling in spellings}
        first, _, rest = folded.partition(" ")
        near = difflib.get_close_matches(first, families, n=1, cutoff=SLIP)
        if near and near[0] != first:
            meant = f"{near[0]} {rest}".strip().capitalize()
            raise UnknownNameError(
                f"no distribution {text!r} is known.", where=place, hint=f"Did you mean {meant!r}?"
            )
        return folded

    def feature(self, requirement: Requirement) -> tuple[SuiteFacts, Feature]:
        """Look a required feature up by id or title; raise UnknownNameError or ConfigError."""
        wanted, place = fold(requirement.feature), requirement.place
        suites = [
            each
            for each in self._suites
            if fold(requirement.suite) in {"", fold(each.name), fold(each.title)}
        ]
        if not suites:
            hint = nearest(requirement.suite, (each.name for each in self._suites))
            raise UnknownNameError(f"the matrix has no suite {requirement.suite!r}.", where=place, hint=hint)
        found = [(suite, each) for suite, each in self._features.get(wanted, ()) if suite in suites]
        if not found:
            known = [feature.id for suite in suites for feature in suite.features]
            meant = [each for each in synonyms(requirement.feature, self.rules) if each in known]
            raise UnknownNameError(
                f"the matrix has no feature {requirement.feature!r}.",
                where=place,
                hint=f"Did you mean {' or '.join(map(repr, meant))}?"
                if meant
                else near_feature(wanted, known),
            )
        if len(found) > 1:
            spelled = " or ".join(repr(f"{suite.name}/{feature.id}") for suite, feature in found)
            raise ConfigError(
                f"{requirement.feature!r} is a feature of several suites.",
                where=place,
                hint=f"Write {spelled}.",
            )
        return found[0]

    def taken(self, component: Component) -> tuple[str, str] | None:
        """Return suite and role that a component says it takes; None when it says nothing."""
        if not component.role:
            return None
        suite, _, role = component.role.partition(".")
        known = [f"{each.name}.{side}" for each in self._suites for side in each.roles]
        if component.role not in known:
            raise UnknownNameError(
                f"the matrix has no role {component.role!r}.",
                where=component.place,
                hint=nearest(component.role, known),
            )
        return suite, role


def synonyms(text: str, rules: Rules) -> list[str]:
    """Return the features that people mean by a word of theirs (`umlauts`, `log-in`)."""
    words = f" {text.strip().casefold()} "
    found = [
        feature
        for word, features in rules["synonyms"].items()
        if re.search(rf"[\s_-]{re.escape(word)}(?:s|es)?[\s_-]", words)
        for feature in features
    ]
    return list(dict.fromkeys(found))
