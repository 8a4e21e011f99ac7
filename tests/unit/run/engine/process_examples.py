"""Candidates that the tests of the process engine run: small servers of the standard library."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from interop.errors import Place
from interop.model.implementation import (
    Candidate,
    Configuration,
    Implementation,
    Readiness,
    Release,
    RoleSpec,
)

SERVER = """\
import os, signal, socket, subprocess, sys, threading, time
if "--child" in sys.argv:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("child", child.pid)
print("configuration", os.environ["INTEROP_CONFIGURATION"], os.environ.get("FLAVOUR"))
listener = socket.create_server((os.environ["INTEROP_HOST"], int(os.environ["INTEROP_PORT_NO_EHLO"])))
print("listening")
while True:
    connection, _ = listener.accept()
    connection.sendall(b"220 hello\\r\\n")
    said = connection.recv(100)
    print("heard", said.decode().strip())
    if said.startswith(b"FALL"):
        os._exit(3)
    connection.close()
"""


def candidate(
    folder: Path,
    *command: str,
    server: str = SERVER,
    release: Release | None = None,
    ready: Readiness | None = None,
    version_from: tuple[str, ...] = (),
    **role: Any,
) -> Candidate:
    """Return a candidate whose command runs `server` with the arguments given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serve.py").write_text(server)
    spec = RoleSpec(
        suite="smtp",
        role="server",
        **{
            "ports": {"no-ehlo": 25},
            "ready": ready or Readiness(port="no-ehlo", expect="220 ", timeout=10),
            "process": ("{python}", "-ISu", "{folder}/serve.py", *command),
            **role,
        },
    )
    release = release or Release(version="1.0")
    implementation = Implementation(
        name="acme",
        title="Acme",
        version_from=version_from,
        releases=(release,),
        roles=(spec,),
        folder=folder,
        place=Place(folder / "implementation.yaml", 1),
    )
    configuration = Configuration(name="hardened", title="strict HELO", environment={"FLAVOUR": "strict"})
    return Candidate(implementation=implementation, release=release, role=spec, configuration=configuration)


def wheel(folder: Path, version: str) -> str:
    """Return a requirement that needs no network: a wheel with one module that says its version."""
    file = folder / f"acme_demo-{version}-py3-none-any.whl"
    information = f"acme_demo-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("acme_demo.py", f"VERSION = '{version}'\n")
        archive.writestr(
            f"{information}/METADATA", f"Metadata-Version: 2.1\nName: acme-demo\nVersion: {version}\n"
        )
        archive.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{information}/entry_points.txt", "[console_scripts]\nacme-demo = acme_demo:main\n")
        archive.writestr(f"{information}/RECORD", "")
    return f"acme-demo @ {file.as_uri()}"


def no_progress(subject: str, what: str) -> None:
    """Stand where nobody looks on."""
