from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from interop.cli._catalog import check_names
from interop.errors import ConfigError, UnknownNameError
from interop.load import catalog, contract
from interop.load.catalog import load_catalog
from interop.load.contract import FOLDERS_VARIABLE, furnish, load_contract
from tests.unit.load.conftest import Write

ROOT = Path(__file__).parents[3]


@pytest.fixture
def nothing_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "shipped", lambda *_: [])
    monkeypatch.setattr(contract, "shipped", lambda *_: [])


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Stand for an installed package that brings suites: a module file on the path, and its entry points."""
    module = tmp_path / "installed" / "acme_interop_suite"
    module.mkdir(parents=True)
    (module / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(module.parent))
    found = [
        importlib.metadata.EntryPoint("acme", "acme_interop_suite", "interop.suites"),
        importlib.metadata.EntryPoint("gone", "not_there_at_all", "interop.suites"),
    ]
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda *, group: found if group == "interop.suites" else []
    )
    yield module
    sys.modules.pop("acme_interop_suite", None)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let a test import contracts of its own, and bring back those that others hold."""

    def taken() -> dict[str, ModuleType]:
        names = [name for name in sys.modules if name.startswith("interop_suites")]
        return {name: sys.modules.pop(name) for name in names}

    before = taken()
    yield
    taken()
    sys.modules.update(before)


@pytest.mark.usefixtures("nothing_shipped")
def test_a_folder_of_folders_and_a_folder_itself_are_both_read(
    peer: Write, suite: Write, tmp_path: Path
) -> None:
    one, other = peer("one"), peer("other")
    suite("echo")
    found = load_catalog(peer_folders=[tmp_path / "peers"], suite_folders=[tmp_path / "suites"])
    assert [implementation.name for implementation in found.implementations] == ["one", "other"]
    assert [found_suite.name for found_suite in found.suites] == ["echo"]
    assert [each.folder for each in load_catalog(peer_folders=[other, one]).implementations] == [one, other]
    assert found.mistakes == ()


@pytest.mark.usefixtures("nothing_shipped")
def test_a_folder_that_is_given_twice_is_read_once(peer: Write, tmp_path: Path) -> None:
    peer("one")
    folders = [tmp_path / "peers", tmp_path / "peers" / ".." / "peers"]
    assert len(load_catalog(peer_folders=folders).implementations) == 1


@pytest.mark.usefixtures("nothing_shipped")
def test_a_broken_folder_names_itself_and_hides_nothing_else(peer: Write, tmp_path: Path) -> None:
    peer("good")
    peer("bad", more="wrong: 1\n")
    found = load_catalog(peer_folders=[tmp_path / "peers"])
    assert [implementation.name for implementation in found.implementations] == ["good"]
    (mistake,) = found.mistakes
    assert str(mistake).startswith(
        f"{tmp_path / 'peers' / 'bad' / 'implementation.yaml'}:5: 'wrong' is not a known key"
    )
    with pytest.raises(
        UnknownNameError, match=r"there is no implementation 'bad'\. (?s:.)*Not read: .*'wrong' is not"
    ):
        found.implementation("bad")


@pytest.mark.usefixtures("nothing_shipped")
def test_two_folders_of_one_name_are_both_named(peer: Write, tmp_path: Path) -> None:
    first, second = peer("acme"), peer("acme", folder="more")
    with pytest.raises(ConfigError) as caught:
        load_catalog(peer_folders=[tmp_path / "peers", tmp_path / "more"])
    assert str(first) in str(caught.value)
    assert str(second / "implementation.yaml") in str(caught.value)


@pytest.mark.usefixtures("nothing_shipped")
def test_a_folder_may_add_a_role_to_what_another_describes(peer: Write, suite: Write, tmp_path: Path) -> None:
    first = peer("acme", "1.0", "1.1")
    second = peer("acme", "1.1", "2.0", role="echo.client", more="aliases: [acme-cli]\n", folder="more")
    found = load_catalog(peer_folders=[tmp_path / "peers", tmp_path / "more"], suite_folders=[suite("echo")])
    assert [each.folder for each in found.described("acme")] == [first, second]
    assert [each.id for each in found.candidates("echo", "client")] == ["acme@1.1", "acme@2.0"]
    assert [each.id for each in found.candidates("echo", "server")] == ["acme@1.0", "acme@1.1"]
    (program,) = found.programs
    assert [role.key for role in program.roles] == ["echo.server", "echo.client"]
    assert sorted(release.version for release in program.releases) == ["1.0", "1.1", "2.0"]
    assert program.aliases == ("acme-cli",)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gone: the folder cannot be read: No such file"):
        load_catalog(peer_folders=[tmp_path / "gone"])


@pytest.mark.usefixtures("nothing_shipped")
def test_names_that_are_unknown_come_with_the_nearest(peer: Write, suite: Write) -> None:
    found = load_catalog(
        peer_folders=[peer("postfix", more="aliases: [mail]\n")], suite_folders=[suite("echo")]
    )
    assert found.implementation("mail").name == "postfix"
    assert found.suite("echo").title == "Echo"
    with pytest.raises(UnknownNameError, match=r"no implementation 'postfx'\. Did you mean 'postfix'\?"):
        found.implementation("postfx")
    with pytest.raises(UnknownNameError, match=r"no suite 'ecoh'\. Did you mean 'echo'\?"):
        found.suite("ecoh")
    with pytest.raises(UnknownNameError, match=r"no role of echo 'sever'\. Did you mean 'server'\?"):
        found.candidates("echo", "sever")


@pytest.mark.usefixtures("nothing_shipped")
def test_candidates_come_in_order_of_name_and_version(peer: Write, suite: Write, tmp_path: Path) -> None:
    peer("zeta", "1.0")
    peer("alpha", "1.10", "1.9")
    peer("caller", role="echo.client")
    found = load_catalog(peer_folders=[tmp_path / "peers"], suite_folders=[suite()])
    assert [candidate.id for candidate in found.candidates("echo", "server")] == [
        "alpha@1.9",
        "alpha@1.10",
        "zeta@1.0",
    ]
    assert [candidate.id for candidate in found.candidates("echo", "client", selectors=["caller"])] == [
        "caller@1.0"
    ]


@pytest.mark.usefixtures("nothing_shipped")
def test_installed_packages_bring_suites_and_peers(
    brought: Path, peer: Write, suite: Write, tmp_path: Path
) -> None:
    suite("echo").joinpath("suite.yaml").rename(brought / "suite.yaml")
    peer("acme").rename(brought / "acme")
    (brought / "peers").mkdir()
    (brought / "acme").rename(brought / "peers" / "acme")
    (brought / "contract.py").write_text("ROLES = {'client': 1, 'server': 2}\n")
    found = load_catalog()
    assert [each.name for each in found.suites] == ["echo"]
    assert [each.name for each in found.implementations] == ["acme"]
    assert load_contract("echo").ROLES == {"client": 1, "server": 2}
    (mistake,) = found.mistakes
    assert str(mistake).startswith(
        "the suite 'gone' of not_there_at_all cannot be imported: ModuleNotFoundError"
    )
    assert tmp_path in brought.parents


@pytest.mark.usefixtures("nothing_shipped", "brought")
def test_an_installed_package_without_a_suite_is_said() -> None:
    assert "holds no suite.yaml" in str(load_catalog().mistakes[0])


@pytest.mark.usefixtures("nothing_shipped")
def test_a_peer_that_is_not_found_may_be_in_a_folder_with_a_mistake(
    peer: Write, suite: Write, tmp_path: Path
) -> None:
    peer("steady")
    peer("acme", more="version_sheme: debian\n")
    found = load_catalog(peer_folders=[tmp_path / "peers"], suite_folders=[suite("echo")])
    said = r"(?s)Not read: .*acme/implementation\.yaml:5: 'version_sheme' is not a known key"
    with pytest.raises(UnknownNameError, match=said):
        found.candidates("echo", "server", selectors=["acme"])
    with pytest.raises(UnknownNameError, match=said):
        check_names(found, ["acme"])


def test_a_contract_is_imported_once_and_can_import_its_neighbours(
    suite: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = suite("my-echo", folder="suites/elsewhere")
    (folder / "contract.py").write_text(
        "from .words import WORD\nROLES = dict.fromkeys(('client', 'server'))\n"
    )
    (folder / "words.py").write_text("WORD = 'hello'\n")
    monkeypatch.setenv(FOLDERS_VARIABLE, os.pathsep.join((str(tmp_path / "gone"), str(folder.parent))))
    contract = load_contract("my-echo")
    assert contract.WORD == "hello"
    assert contract.__name__ == "interop_suites.my-echo.contract"
    assert load_contract("my-echo") is contract


def test_a_contract_that_lacks_a_role_is_said(
    suite: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path / "suites"))
    file = suite("half") / "contract.py"
    file.write_text("ROLES = {'client': object}\n")
    for _ in range(2):
        with pytest.raises(
            ConfigError, match=r"half/contract\.py: ROLES has no 'server', which is a role in"
        ):
            load_contract("half")
    file.write_text("ROLES = {'client': object, 'server': object}\n# whole now\n")
    assert load_contract("half").GENERAL == {}


def test_what_a_suite_gives_and_cannot_is_said(
    suite: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path / "suites"))
    roles = "ROLES = dict.fromkeys(('client', 'server'))\n"
    (suite("giving") / "contract.py").write_text(f"{roles}def furnish(folder): (folder / 'gift').touch()\n")
    (suite("broken") / "contract.py").write_text(f"{roles}def furnish(folder): raise OSError('no room')\n")
    (suite("silent") / "contract.py").write_text(roles)
    furnish("giving", tmp_path)
    assert (tmp_path / "gift").exists()
    furnish("silent", tmp_path)
    with pytest.raises(
        ConfigError, match=r"contract\.py:2: furnish\(\) of the suite 'broken' failed: OSError: no room\."
    ):
        furnish("broken", tmp_path)


@pytest.mark.usefixtures("nothing_shipped")
def test_a_role_and_a_situation_that_the_suite_does_not_know_are_said(
    peer: Write, suite: Write, tmp_path: Path
) -> None:
    peer("acme", role="echo.servant")
    folder = peer("other")
    file = folder / "implementation.yaml"
    file.write_text(file.read_text().replace("{echo: 7}", "{echo: 7},\n offers: [echo,\n shouting]"))
    peer("swapped", role="ehco.server")
    peer("stranger", role="elsewhere.server")
    found = load_catalog(peer_folders=[tmp_path / "peers"], suite_folders=[suite("echo")])
    assert [str(each).partition("yaml")[2] for each in found.mistakes] == [
        ":4: the suite echo has no role 'servant'. Did you mean 'server'?",
        ":6: echo.server offers 'shouting', of which the suite knows nothing. Known: echo.",
        ":4: there is no suite 'ehco'. Did you mean 'echo'?",
    ]
    assert len(found.implementations) == 4


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (
            "def echo(self, *, host: str, port) -> str: ...",
            r"Client\.echo\(\): its parameter 'port' has no annotation",
        ),
        ("def echo(self, *, host: str): ...", r"Client\.echo\(\): what it returns has no annotation"),
    ],
)
def test_a_contract_without_types_is_refused_with_the_operations_line(
    suite: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, operation: str, said: str
) -> None:
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path / "suites"))
    text = f"class Client:\n    {operation}\n\n\nROLES = dict.fromkeys(('client', 'server'), Client)\n"
    (suite("untyped") / "contract.py").write_text(text)
    for _ in range(2):
        with pytest.raises(ConfigError, match=rf"contract\.py:2: the operation {said}"):
            load_contract("untyped")


def test_a_contract_that_cannot_be_imported_is_said(
    suite: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDERS_VARIABLE, str(tmp_path / "suites"))
    (suite("broken") / "contract.py").write_text("import not_there_at_all\n")
    with pytest.raises(
        ConfigError, match=r"contract\.py:1: the contract of the suite 'broken' cannot be imported: Mod"
    ):
        load_contract("broken")
    (suite("torn") / "contract.py").write_text("ROLES = (1,\n")
    with pytest.raises(ConfigError, match=r"torn/contract\.py:1: the contract .* SyntaxError: '.' was never"):
        load_contract("torn")
    suite("bare").joinpath("contract.py").unlink(missing_ok=True)
    with pytest.raises(
        ConfigError, match=r"bare: the suite 'bare' has no contract\.py beside its suite\.yaml"
    ):
        load_contract("bare")
    with pytest.raises(UnknownNameError, match=r"there is no suite 'brokn'\. Did you mean 'broken'\?"):
        load_contract("brokn")


def test_a_contract_is_found_in_a_process_of_its_own(suite: Write) -> None:
    (suite("echo") / "contract.py").write_text("VALUE = 7\nROLES = {'client': 1, 'server': 2}\n")
    catalogues = "{'jsonschema', 'interop.load.catalog', 'interop.load.manifest'}"
    code = f"import interop, sys; print(interop.contract('echo').VALUE, len({catalogues} & set(sys.modules)))"
    environment = {**os.environ, FOLDERS_VARIABLE: str(suite("echo"))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "7 0\n", "what makes a catalogue would be most of the process's start"


def test_the_shipped_catalogue_has_no_mistakes() -> None:
    found = load_catalog()
    assert found.mistakes == ()
    folders = {file.parent.name for file in (ROOT / "fixtures" / "peers").glob("*/implementation.yaml")}
    assert {implementation.folder.name for implementation in found.implementations} == folders
