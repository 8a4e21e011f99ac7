"""A CI job's shell, with programs of its own on PATH: a `gh` and a `curl` that keep comments in a file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

CI = Path(__file__).parents[2] / "ci"


def shell(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the folder's `bin` before all else, and none of this job's forge."""
    path = f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if not re.match("CI|GIT|GH_|INTEROP_", name)}
    return subprocess.run(
        command,
        cwd=folder,
        env={**own, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def script(name: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return shell(["bash", str(CI / name)], folder, **environment)


def program(folder: Path, name: str, text: str) -> None:
    file = folder / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


FORGE = f"""\
#!{sys.executable}
import json, os, pathlib, re, sys
comments, said = pathlib.Path("comments.json"), " ".join(sys.argv[1:])
with open("calls", "a") as calls:
    calls.write(said + "\\n")
header = re.search(r"@(/dev/fd/\\d+)", said)
if header:
    with open("headers", "a") as headers:
        headers.write(pathlib.Path(header[1]).read_text())
else:
    assert os.environ["GH_TOKEN"] == "secret-token"
if pathlib.Path("refuse").exists():
    sys.exit("HTTP 403: Resource not accessible by integration")
known = json.loads(comments.read_text()) if comments.exists() else []
page = re.search(r"per_page=100&page=(\\d+)", said)
if page:
    start = 100 * (int(page[1]) - 1)
    sys.exit(print(json.dumps(known[start : start + 100])))
body = open(re.search(r"body=?@(\\S+)", said)[1]).read()
edited = re.search(r"(?:comments|notes)/(\\d+)", said)
if edited:
    next(each for each in known if str(each["id"]) == edited[1])["body"] = body
else:
    known.append({{"id": 1000 + len(known), "body": body}})
comments.write_text(json.dumps(known))
"""


def forge(folder: Path, *bodies: str | None) -> None:
    """Put a `gh` and a `curl` on PATH that keep a pull request's comments in a file."""
    comments = [{"id": 1000 + number, "body": body} for number, body in enumerate(bodies)]
    (folder / "comments.json").write_text(json.dumps(comments))
    for name in ("gh", "curl"):
        file = folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(FORGE)
        file.chmod(0o755)


def comments(folder: Path) -> list[str]:
    return [each["body"] for each in json.loads((folder / "comments.json").read_text())]
