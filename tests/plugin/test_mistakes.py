from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .runs import MINIATURE, run, run_apart


def refused(result: pytest.RunResult, *lines: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = result.stderr.str() + result.stdout.str()
    assert "Traceback" not in said
    for line in lines:
        assert line in said


def test_no_configuration_says_how_to_get_one(project: pytest.Pytester) -> None:
    (project.path / "interop.yaml").unlink()
    refused(run(project), "there is no interop.yaml", "interop init")


def test_a_misspelt_key_is_named_with_its_line(project: pytest.Pytester) -> None:
    file = project.path / "interop.yaml"
    file.write_text(file.read_text().replace("version: 4.2.0", "verzion: 4.2.0"))
    refused(run(project), "interop.yaml:3:", "'verzion'", "'version'")


def test_a_duplicate_key_is_refused(project: pytest.Pytester) -> None:
    file = project.path / "interop.yaml"
    file.write_text(file.read_text().replace("  version: 4.2.0", "  version: 4.2.0\n  version: 4.3.0"))
    refused(run(project), "interop.yaml:4:", "stands twice")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--interop-peer=stedy", "steady"),
        ("--interop-peer=steady@9", "1.10"),
        ("--interop-feature=ecco", "echo"),
        ("--interop-suite=eko", "echo"),
        ("--interop-pull=often", "never, missing, always"),
        ("--interop-engine=podman", "auto, docker, process"),
        ("--interop-retries=-1", "less than 0"),
        ("--interop-config=nowhere.yaml", "nowhere.yaml"),
    ],
)
def test_an_unknown_name_is_answered_with_known_ones(
    project: pytest.Pytester, option: str, said: str
) -> None:
    refused(run(project, option), said)


def test_an_unknown_role_is_answered_with_the_known_ones(project: pytest.Pytester) -> None:
    file = project.path / "interop.yaml"
    file.write_text(file.read_text().replace("echo.client", "echo.cleint"))
    refused(run(project), "interop.yaml:5:", "client")


def test_a_driver_that_cannot_be_imported_is_said_before_any_peer_starts(project: pytest.Pytester) -> None:
    project.makepyfile(acme="import nothing_like_this")
    refused(run(project), "interop.yaml:5:", "cannot be imported", "nothing_like_this")


def test_a_driver_that_lacks_an_operation_is_told_which(project: pytest.Pytester) -> None:
    project.makepyfile(acme="class Mailer:\n    pass")
    refused(run(project), "lacks echo()")


def test_a_driver_class_that_is_not_there_is_named(project: pytest.Pytester) -> None:
    project.makepyfile(acme="class Other:\n    pass")
    refused(run(project), "has no class 'Mailer'")


def test_an_answer_of_the_wrong_shape_is_an_error_and_no_gap(project: pytest.Pytester) -> None:
    project.makepyfile(acme="class Mailer:\n    def echo(self, *, host, port, line):\n        return 7")
    result = run(project, "--interop-peer=steady@1.10", "--interop-feature=echo")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    report = (project.path / "interop-report" / "matrix.json").read_text()
    assert '"verdict":"error"' in report
    assert "answered in a shape that its contract does not know" in report


def test_a_role_that_the_product_does_not_take_is_refused_with_the_nearest(project: pytest.Pytester) -> None:
    result = run(project, "--interop-role=echo.cleint")
    result.stderr.fnmatch_lines(
        ["ERROR: no product takes the role 'echo.cleint'. Did you mean 'echo.client'?"]
    )


def own_suite(project: pytest.Pytester) -> Path:
    """Give the project a copy of the miniature suite, and return its folder."""
    shutil.copytree(MINIATURE / "suites", project.path / "suites")
    config = project.path / "interop.yaml"
    config.write_text(config.read_text().replace(str(MINIATURE / "suites"), "suites"))
    return project.path / "suites" / "echo"


def test_a_contract_that_cannot_be_read_is_one_sentence_with_its_line(project: pytest.Pytester) -> None:
    contract = own_suite(project) / "contract.py"
    contract.write_text(contract.read_text().replace("class Client(ABC):", "class Client(ABC:"))
    refused(run_apart(project), "echo/contract.py:18: the contract of the suite 'echo' cannot be imported")
    contract.unlink()
    result = run_apart(project)
    refused(result, "suites/echo: the suite 'echo' has no contract.py beside its suite.yaml.")
    assert "importlib" not in result.stderr.str() + result.stdout.str()


def test_a_run_that_meets_nobody_as_a_descriptor_has_a_mistake_is_not_green(project: pytest.Pytester) -> None:
    shutil.copytree(MINIATURE / "peers" / "steady", project.path / "peers" / "steady")
    config = project.path / "interop.yaml"
    config.write_text(config.read_text().replace(str(MINIATURE / "peers"), "peers"))
    own = own_suite(project) / "suite.yaml"
    own.write_text(own.read_text().replace("controls: [careful, steady]\n", ""))
    file = project.path / "peers" / "steady" / "implementation.yaml"
    file.write_text(file.read_text().replace("echo.server:", "echo.sever:"))
    refused(
        run(project),
        "no implementation takes the role echo.server: the product would meet nobody.",
        "steady/implementation.yaml:6: the suite echo has no role 'sever'. Did you mean 'server'?",
    )


def test_a_scenario_without_a_feature_is_said_with_its_line(project: pytest.Pytester) -> None:
    file = own_suite(project) / "test_more.py"
    file.write_text("import interop\n\n\ndef test_it(client, server):\n    pass\n")
    said = run(project).stdout.str()
    assert f"{file}:4: test_it takes a fixture of a role, but has no @interop.feature(" in said
    assert "RuntimeError" not in said


def test_a_parametrized_scenario_is_refused_as_its_variants_would_be_mixed_up(
    project: pytest.Pytester,
) -> None:
    file = own_suite(project) / "test_more.py"
    file.write_text(
        "import interop\nimport pytest\n\n\n"
        '@interop.feature("echo")\n@pytest.mark.parametrize("size", [1, 2])\n'
        "def test_it(client, server, size):\n    pass\n"
    )
    result = run(project)
    said = result.stdout.str() + result.stderr.str()
    assert "echo/test_more.py::test_it: a scenario is not parametrized: write a function for each" in said
