"""A party's network traffic as a pcap file, taken by a second container in the party's network namespace.

The party itself is left as it is: it needs no tcpdump and no rights. Knows nothing of what the traffic means.
"""

from __future__ import annotations

import io
import struct
import tarfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from interop.errors import EngineError, Place
from interop.model.implementation import Candidate, Configuration, Implementation, Release, RoleSpec
from interop.run.engine import Progress
from interop.run.engine.container import read_log
from interop.run.engine.images import Images
from interop.run.engine.labels import remove_container
from interop.run.engine.sdk import APIClient, NotFound, asking

IMAGE = Path(__file__).parent / "capture_image"
FOLDER = "/capture"
FILE_MEGABYTES = 32
"""Millions of bytes of one of the two files that take turns: a capture holds the last 32 to 64 of them."""
READY = 10.0
"""Seconds in which tcpdump must have begun to listen."""
LAST = 0.2
"""Seconds in which tcpdump reads what has just passed: what it has not read when it is ended is lost."""
END = 5
"""Seconds in which tcpdump must have ended once it was asked to."""
_HEADER = 24
"""Bytes of a pcap file's header, after which its packets follow."""


class Capture:
    """One capture that runs. `start` makes it, `end` writes the file."""

    def __init__(self, client: APIClient, identity: str, file: Path) -> None:
        self._client = client
        self._identity = identity
        self._file = file

    def end(self) -> None:
        """Stop it and write what was captured; nothing happens when it is gone already."""
        time.sleep(LAST)
        try:
            with asking("end a capture"):
                self._client.stop(self._identity, timeout=END)
                stream, _ = self._client.get_archive(self._identity, FOLDER)
                archive = b"".join(stream)
        except EngineError as error:
            if isinstance(error.__cause__, NotFound):
                return
            raise
        finally:
            remove_container(self._client, self._identity)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_bytes(joined(unpacked(archive)))


def start(
    client: APIClient,
    images: Images,
    container: str,
    file: Path,
    *,
    labels: Mapping[str, str],
    progress: Progress,
) -> Capture:
    """Begin to capture what passes through a container's network; return when nothing is missed any more.

    `file` is written when the capture ends. Raises ImageError without tcpdump's image, and EngineError when
    tcpdump does not begin.
    """
    image = images.ensure(_CANDIDATE, progress)
    with asking("start a capture"):
        made = client.create_container(
            image,
            command=[
                "tcpdump",
                "--interface=any",
                "--no-promiscuous-mode",
                "--immediate-mode",
                "--packet-buffered",
                "--relinquish-privileges=root",
                "-n",
                "-C",
                str(FILE_MEGABYTES),
                "-W",
                "2",
                "-w",
                f"{FOLDER}/pcap",
                "tcp or udp",
            ],
            labels=dict(labels),
            host_config=client.create_host_config(
                network_mode=f"container:{container}",
                cap_drop=["ALL"],
                cap_add=["NET_RAW"],
                security_opt=["no-new-privileges"],
                mem_limit="128m",
                pids_limit=16,
            ),
        )
        identity = str(made["Id"])
    try:
        with asking("start a capture"):
            client.start(identity)
        _await(client, identity)
    except BaseException:
        remove_container(client, identity)
        raise
    return Capture(client, identity, file)


def _await(client: APIClient, identity: str) -> None:
    until = time.monotonic() + READY
    log = ""
    while "listening on" not in log:
        running = client.inspect_container(identity)["State"]["Running"]
        log = read_log(client, identity)
        if (not running and "listening on" not in log) or time.monotonic() > until:
            last = (log.strip().splitlines() or ["it printed nothing"])[-1]
            raise EngineError(f"tcpdump does not begin to capture: {last}.")
        time.sleep(0.02)


def unpacked(archive: bytes) -> list[bytes]:
    """Return the files of a tar archive that hold anything."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        files = [opened.extractfile(member) for member in opened if member.isfile()]
        contents = [file.read() for file in files if file is not None]
    return [content for content in contents if content]


def joined(parts: Sequence[bytes]) -> bytes:
    """Return pcap files of one capture as one file, by the time of their first packets."""
    ordered = sorted(parts, key=_first_packet)
    return b"".join(part if number == 0 else part[_HEADER:] for number, part in enumerate(ordered))


def _first_packet(part: bytes) -> tuple[int, int]:
    """Return the time of a file's first packet; a file without one comes last."""
    if len(part) < _HEADER + 8:
        return (2**32, 0)
    order = "<" if part[:4] in {b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"} else ">"
    seconds, fraction = struct.unpack_from(f"{order}II", part, _HEADER)
    return int(seconds), int(fraction)


_CANDIDATE = Candidate(
    implementation=Implementation(
        name="capture",
        title="tcpdump",
        releases=(),
        roles=(),
        folder=IMAGE,
        place=Place(IMAGE / "Dockerfile"),
    ),
    release=Release(version="1", build={"DEBIAN": "trixie"}),
    role=RoleSpec(suite="", role=""),
    configuration=Configuration(name="default"),
)
"""What the image of tcpdump is made of, in the words in which images are made."""
