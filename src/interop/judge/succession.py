"""Which peer of a later matrix is one of an earlier matrix, updated. Knows no verdicts."""

from __future__ import annotations

from interop.model.matrix import Matrix

Place = tuple[str, str, str, str]
"""Suite, implementation, configuration and release: where one version follows another."""


def successors(old: Matrix, new: Matrix) -> dict[tuple[str, str], str]:
    """Return, by suite and key of peers that `old` alone has tried, the key of what each is in `new`.

    One follows another where both are the same implementation in the same configuration and of the same
    release (Debian's `trixie`, or of none), and are the only ones there that the other matrix has not.
    """
    before, after = _peers(old), _peers(new)
    found = {}
    for place in before.keys() & after.keys():
        gone, come = before[place] - after[place], after[place] - before[place]
        if len(gone) == len(come) == 1:
            found[place[0], gone.pop()] = come.pop()
    return found


def _peers(matrix: Matrix) -> dict[Place, set[str]]:
    """Return the keys of the peers that were tried, by place."""
    releases = {(party.suite, party.key): party.release for party in matrix.parties}
    found: dict[Place, set[str]] = {}
    for cell in matrix.cells:
        if cell.tried:
            release = releases.get((cell.suite, cell.peer_key), "")
            found.setdefault((cell.suite, cell.peer, cell.configuration, release), set()).add(cell.peer_key)
    return found
