"""`interop bundle`: one gap as an archive that can be attached to a bug report."""

from __future__ import annotations

import argparse
import io
import re
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from interop.cli._catalog import add_config_option, find_catalog
from interop.cli._cell import FoundCell, add_cell_arguments, find_cell, name_of
from interop.cli.repro import command
from interop.errors import ConfigError, InteropError, RecordError
from interop.load.catalog import Catalog
from interop.load.evidence import evidence_file
from interop.model.exchange import Exchange
from interop.model.implementation import Candidate
from interop.model.matrix import Verdict
from interop.report.bundle import Material, client_bytes, readme, replay

FILE_LIMIT = 1024 * 1024
"""Bytes of one file; a larger one is left out, and named."""
LIMIT = 8 * 1024 * 1024
"""Bytes of all files together."""
MADE = 315_532_800
"""The time of every file, 1980-01-01: the same cell makes the same archive."""
_SECTION = re.compile(r"^---- on the wire ----\n(?P<text>.*?)(?=\n\n---- |\Z)", re.MULTILINE | re.DOTALL)
_CA_FILE = "interop-ca.crt"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "bundle",
        help="pack one gap for a bug report",
        description="Pack a cell that does not work: what was expected and seen, versions, clause,"
        " transcript, the peer's own files, and how to have it at home without this tool.",
    )
    add_cell_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="a .tar.gz, .tgz or .zip")
    add_config_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Collect, pack and say what was written."""
    out: Path = arguments.out
    if not out.name.endswith((".tar.gz", ".tgz", ".zip")):
        raise ConfigError(f"--out: {out.name!r} is no archive.", hint="Let it end in .tar.gz or .zip.")
    found = find_cell(arguments)
    if found.cell.verdict in {Verdict.WORKS, Verdict.UNTESTED}:
        raise RecordError(f"{name_of(found.cell)} is {found.cell.verdict}: there is nothing to report.")
    files = collect(found, find_catalog(arguments), config=str(arguments.config or ""))
    folder = re.sub(r"[^A-Za-z0-9@.+-]+", "-", f"{found.cell.feature}-{found.pair}")
    packed = (_zip if out.suffix == ".zip" else _tar)(
        {f"{folder}/{name}": data for name, data in files.items()}
    )
    try:
        out.write_bytes(packed)
    except OSError as error:
        raise RecordError(f"{out} cannot be written: {error.strerror}.") from None
    print(f"wrote {out} ({len(files)} files, {len(packed):,} bytes)")
    return 0


def collect(found: FoundCell, catalog: Catalog, *, config: str = "") -> dict[str, bytes]:
    """Return the bundle's files by name; none names a folder of this machine."""
    peer = _peer(found, catalog)
    evidence = _evidence(found)
    exchange = _exchange(found)
    wire = _SECTION.search(evidence)
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    for name, data in _peer_files(peer).items():
        if len(data) > FILE_LIMIT or sum(map(len, files.values())) + len(data) > LIMIT:
            left_out.append(name)
        else:
            files[name] = data
    material = Material(
        matrix=found.matrix,
        cell=found.cell,
        transcript=wire["text"] if wire else "",
        exchange=exchange,
        peer=peer,
        repro=command(found, config=config),
        left_out=left_out,
    )
    texts = {"README.md": readme(material), "evidence.txt": evidence, "transcript.txt": material.transcript}
    if exchange is not None and material.replayable:
        files["client.txt"] = client_bytes(exchange)
        files["replay.py"] = replay(exchange).encode()
    return {**{name: _anonymous(text).encode() for name, text in texts.items() if text}, **files}


def _peer(found: FoundCell, catalog: Catalog) -> Candidate | None:
    cell = found.cell
    try:
        role = catalog.suite(cell.suite).other_role(cell.role)
        return catalog.candidates(cell.suite, role, selectors=[cell.peer_key])[0]
    except InteropError:
        return None


def _peer_files(peer: Candidate | None) -> dict[str, bytes]:
    if peer is None:
        return {}
    folder = peer.implementation.folder
    files = {
        f"peer/{file.relative_to(folder).as_posix()}": file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    if _CA_FILE.encode() in files.get("peer/Dockerfile", b""):
        files[f"peer/{_CA_FILE}"] = b""  # a build takes it from the host; without a proxy's CA it is empty
    return files


def _evidence(found: FoundCell) -> str:
    """Return the evidence's text; empty when none was kept."""
    file = evidence_file(found.report, found.cell.evidence)
    try:
        return file.read_text(encoding="utf-8", errors="replace")[:FILE_LIMIT] if file else ""
    except OSError:
        return ""


def _exchange(found: FoundCell) -> Exchange | None:
    """Return the last connection on which the client said anything."""
    name = str(PurePosixPath(found.cell.evidence).with_suffix(".json")) if found.cell.evidence else ""
    file = evidence_file(found.report, name)
    if file is None:
        return None
    try:
        exchanges = msgspec.json.decode(file.read_bytes(), type=tuple[Exchange, ...])
    except (msgspec.DecodeError, OSError) as error:
        raise RecordError(f"{file} cannot be read: {error}.") from None
    spoken = [each for each in exchanges if any(turn.side == "client" for turn in each.turns)]
    return spoken[-1] if spoken else None


def _anonymous(text: str) -> str:
    """Return text without the folders of this machine and of who works on it."""
    own = {
        str(Path.cwd()): ".",
        str(Path(__file__).parents[3]): "…",
        sys.prefix: "…",
        sys.base_prefix: "…" if sys.base_prefix not in {"/usr", "/"} else sys.base_prefix,
        tempfile.gettempdir(): "…",
        str(Path.home()): "~",
    }
    for folder in sorted(own, key=len, reverse=True):
        if len(folder) > 1:
            text = re.sub(rf"{re.escape(folder)}(?=[/\s'\"):,]|$)", own[folder], text, flags=re.MULTILINE)
    return text


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=9) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(data), MADE, 0o644
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
