"""The command line as a user meets it, in this process."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import interop.plugin
from interop.cli import build_parser, main

ROOT = Path(__file__).parents[3]


def commands() -> list[str]:
    choices = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert choices is not None
    return sorted(choices)


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: interop {command}")
    assert len(said.splitlines()) > 5


def test_one_command_and_all_of_them_parse_alike() -> None:
    assert build_parser("clean").parse_args(["clean"]).run is build_parser().parse_args(["clean"]).run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["peers", "--suite", "smpt"], "there is no suite 'smpt'. Did you mean 'smtp'?"),
        (["peers", "postfx"], "Did you mean 'postfix'?"),
        (["images", "build", "postfx"], "Did you mean 'postfix'?"),
        (["images", "build", "smtplib"], "smtplib: there is no image to build."),
        (["report", "nowhere.json"], "nowhere.json"),
        (["init", "smtp.cleint"], "the suite smtp has no role 'cleint'. Did you mean 'smtp.client'?"),
        (["accept", "nowhere"], "nowhere"),
        (["driver", "check", "mqtt.client", "--command", "node 'x.js"], "Close the quotation mark"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert len(shown.splitlines()) == 1


def test_peers_of_one_role_are_found_without_naming_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "postfix@3.10*", "exim"]) == 0
    said = capsys.readouterr().out
    assert "Postfix" in said
    assert "4.98.2" in said
    assert "swaks" not in said.lower()


@pytest.mark.parametrize("command", [["peers"], ["images", "build"]])
def test_a_peer_of_a_suite_that_is_not_there_is_not_an_empty_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    folder = tmp_path / "peers" / "acme-server"
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "implementation.yaml").write_text(
        "name: acme-server\ntitle: A\nreleases: [{version: 1}]\nroles:\n  smpt.server: {ports: {smtp: 25}}\n"
    )
    config = tmp_path / "interop.yaml"
    config.write_text("product: {shipped: smtplib}\npeer_folders: [peers]\n")
    assert main([*command, "acme-server", "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert "'acme-server' takes no role of a suite that is here, but smpt.server." in said
    assert f"{folder}/implementation.yaml:5: there is no suite 'smpt'. Did you mean 'smtp'?" in said


def test_init_writes_files_that_load_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "smtp.client", "--folder", str(tmp_path), "--name", "acme"]) == 0
    product = yaml.safe_load((tmp_path / "interop.yaml").read_text())["product"]
    assert product["roles"] == {"smtp.client": {"driver": "acme_interop:Driver"}}
    driver = (tmp_path / "acme_interop.py").read_text()
    compile(driver, "acme_interop.py", "exec")
    assert "def send(self, *, endpoint, mails" in driver
    assert main(["init", "smtp.client", "--folder", str(tmp_path), "--name", "acme"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_the_skeleton_has_the_contracts_defaults_as_a_scenario_leaves_them_out(tmp_path: Path) -> None:
    assert main(["init", "mqtt.client", "--folder", str(tmp_path), "--name", "acme"]) == 0
    driver = (tmp_path / "acme_interop.py").read_text()
    assert "def disconnect(self, *, connection, code=0, session_expiry=None, timeout=5.0):" in driver


@pytest.mark.parametrize("written", ["", "NotImplementedError()"])
def test_a_skeleton_that_is_not_filled_in_is_told_so_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    main(["init", "smtp.client", "--folder", str(tmp_path), "--name", "acme"])
    driver = tmp_path / "acme_interop.py"
    if written:
        driver.write_text(re.sub(r"interop\.Unsupported\(.*\)", written, driver.read_text()))
    assert main(["driver", "check", "--config", str(tmp_path / "interop.yaml")]) == 1
    said = capsys.readouterr().out
    assert "!!  send() is not written yet" in said
    assert "nothing answers on the network" not in said


def test_every_option_that_the_readme_names_is_one() -> None:
    named = set(re.findall(r"--interop-([a-z]+)", (ROOT / "README.md").read_text()))
    groups = (interop.plugin._TEXT, interop.plugin._LISTS, interop.plugin._NUMBERS, interop.plugin._FLAGS)
    assert named <= {option[0] for group in groups for option in group}


def test_every_page_that_the_readme_links_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target
