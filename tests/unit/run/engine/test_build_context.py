"""What an image is made of, and when it is another one."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from interop.errors import ImageError
from interop.run.engine.build_context import (
    base_images,
    build_arguments,
    host_certificates,
    pack,
    parse,
    recipe,
)
from tests.unit.run.engine.candidates import DOCKERFILE, tiny


def names(archive: bytes) -> dict[str, tuple[int, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return {
            entry.name: (entry.mode, stream.read())
            for entry in opened
            if (stream := opened.extractfile(entry)) is not None
        }


def test_a_tag_has_name_release_and_hash(tmp_path: Path) -> None:
    made = recipe(tiny(tmp_path / "peer"))
    assert made.tag == f"interop/tiny:1.2-rc1-{made.hash[:12]}"
    assert made.bases == ("debian:trixie-slim",)


def test_the_hash_changes_with_what_is_built_and_with_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "peer"
    first = recipe(tiny(folder)).hash
    assert recipe(tiny(tmp_path / "elsewhere")).hash == first
    (folder / "implementation.yaml").write_text("name: other\n")
    (folder / "driver.py").write_text("pass\n")
    assert recipe(tiny(folder)).hash == first, "what only the harness reads is no part of it"
    assert recipe(tiny(folder, build={"DEBIAN": "bullseye"})).hash != first
    assert recipe(tiny(folder, dockerfile=DOCKERFILE + "EXPOSE 7\n")).hash != first
    candidate = tiny(folder)
    (folder / "start").chmod(0o755)
    executable = recipe(candidate).hash
    assert executable != first
    (folder / "more.conf").write_text("")
    assert recipe(candidate).hash != executable


def test_a_file_that_the_dockerfile_names_is_in_the_context(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer", dockerfile=DOCKERFILE + "COPY driver.py /\n")
    (tmp_path / "peer/driver.py").write_text("pass\n")
    (tmp_path / "peer/__pycache__").mkdir()
    (tmp_path / "peer/__pycache__/driver.pyc").write_text("")
    packed = names(pack(recipe(candidate), b""))
    assert set(packed) == {"Dockerfile", "driver.py", "start"}
    assert packed["start"] == (0o644, b"#!/bin/sh\nexec sleep 60\n")


def test_the_hosts_certificates_go_to_a_dockerfile_that_mentions_them(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer", dockerfile=DOCKERFILE + "COPY interop-ca.crt /usr/share/\n")
    made = recipe(candidate)
    assert names(pack(made, b"PEM"))["interop-ca.crt"] == (0o644, b"PEM")
    assert "interop-ca.crt" not in names(pack(recipe(tiny(tmp_path / "other")), b"PEM"))


def test_the_hosts_certificates_are_those_that_its_tools_are_told(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"CORPORATE")
    assert host_certificates({"PIP_CERT": str(bundle)}) == b"CORPORATE"
    assert (
        host_certificates({"SSL_CERT_FILE": str(tmp_path / "gone"), "PIP_CERT": str(bundle)}) == b"CORPORATE"
    )


def test_an_argument_that_no_arg_declares_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="sets the build argument 'DEBAIN', which no ARG declares") as caught:
        recipe(tiny(tmp_path / "peer", build={"DEBAIN": "trixie"}))
    assert "Add `ARG DEBAIN`" in caught.value.hint


def test_a_missing_dockerfile_is_named(tmp_path: Path) -> None:
    candidate = tiny(tmp_path / "peer")
    (tmp_path / "peer/Dockerfile").unlink()
    with pytest.raises(ImageError, match=r"Dockerfile: the Dockerfile of tiny@1\.2~rc1 cannot be read"):
        recipe(candidate)


def test_proxies_are_passed_and_other_variables_only_where_they_are_declared(tmp_path: Path) -> None:
    host = {"http_proxy": "http://p:1", "NO_PROXY": "lab", "PIP_INDEX_URL": "https://i", "SECRET": "s"}
    plain = build_arguments(recipe(tiny(tmp_path / "peer")), host)
    assert plain == {"http_proxy": "http://p:1", "NO_PROXY": "lab", "DEBIAN": "trixie"}
    declaring = tiny(tmp_path / "peer", dockerfile=DOCKERFILE + "ARG PIP_INDEX_URL\n")
    assert build_arguments(recipe(declaring), host)["PIP_INDEX_URL"] == "https://i"


def test_instructions_know_their_lines(tmp_path: Path) -> None:
    made = recipe(tiny(tmp_path / "peer"))
    assert [(item.word, item.line) for item in made.instructions] == [
        ("ARG", 2),
        ("FROM", 3),
        ("RUN", 4),
        ("COPY", 6),
        ("CMD", 7),
    ]
    assert made.line_of("RUN apt-get update     && apt-get install -y tiny") == 4
    assert made.line_of('CMD ["/start"]') == 7
    assert made.line_of("LABEL interop.image=tiny") == 0


def test_bases_are_what_from_names_but_no_stage_and_not_scratch() -> None:
    text = 'ARG V="3"\nFROM --platform=linux/amd64 alpine:$V AS one\nFROM one\nFROM scratch\nFROM debian\n'
    assert base_images(parse(text), {}) == ("alpine:3", "debian")
    assert base_images(parse(text), {"V": "4"}) == ("alpine:4", "debian")
