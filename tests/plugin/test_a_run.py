from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from .runs import MINIATURE, cells, run, run_apart


def test_without_the_option_nothing_of_it_is_imported(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_mine="""
        import sys

        def test_nothing_is_loaded():
            assert "interop.plugin" in sys.modules
            assert not {"docker", "yaml", "interop.plugin.session", "interop.model.matrix"} & set(sys.modules)
        """
    )
    project.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_healthy_pairing_works_in_every_feature_and_accuses_nobody(project: pytest.Pytester) -> None:
    result = run(project, "--interop-peer=steady", "--interop-feature=echo", "--interop-feature=long")
    result.assert_outcomes(passed=4)
    assert {cell["verdict"] for cell in cells(project).values()} == {"works"}
    assert {cell["blame"] for cell in cells(project).values()} == {"none"}


def test_after_a_run_sigterm_is_handled_as_before(project: pytest.Pytester) -> None:
    before = signal.getsignal(signal.SIGTERM)
    run(project, "--interop-peer=steady@1.10", "--interop-feature=echo").assert_outcomes(passed=1)
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_suite_is_found_without_a_path_and_ids_name_both_sides(project: pytest.Pytester) -> None:
    result = run(project, "--interop-peer=steady@1.10", "-v")
    result.stdout.fnmatch_lines(
        ["*echo/test_lines.py::test_a_line_comes_back?acme@4.2.0-steady@1.10? PASSED*"]
    )


def test_every_report_is_written(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=steady@1.10")
    written = {file.name for file in (project.path / "interop-report").iterdir()}
    assert {"run.jsonl", "matrix.json", "index.html", "junit.xml", "matrix.md", "badge-echo.json"} <= written


def test_a_limit_reaches_the_matrix_with_its_unit(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=steady@1.10")
    assert cells(project)["steady@1.10", "long"]["limits"] == [
        {"name": "line", "value": 5000.0, "unit": "characters", "at_least": True}
    ]


def test_a_defect_of_the_peer_is_the_peers_as_the_control_fails_there_too(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=garbler", "--interop-peer=steady", "--interop-feature=long")
    cell = cells(project)["garbler@1.0", "long"]
    assert (cell["verdict"], cell["blame"], cell["attempts"]) == ("fails", "peer", {"passed": 0, "total": 3})
    assert "careful@1.0 fails with garbler@1.0 as well" in cell["reason"]
    assert (project.path / "interop-report" / cell["evidence"]).is_file()


def test_a_defect_of_the_product_is_the_products_as_the_control_passes(project: pytest.Pytester) -> None:
    driver = project.path / "acme.py"
    driver.write_text(driver.read_text().replace("ECHO {line}", "ECHO {line[:99]}"))
    run(project, "--interop-peer=steady", "--interop-feature=long")
    found = [cells(project)[f"steady@{version}", "long"] for version in ("1.9", "1.10")]
    assert {cell["blame"] for cell in found} == {"product"}


@pytest.mark.parametrize(
    ("fails", "blame", "reason"),
    [
        ("1", "product", "careful@1.0 passes with steady@1.10"),
        ("13", "undetermined", "no control could try it"),
        ("12", "undetermined", "nobody passes it"),
    ],
)
def test_a_control_that_fails_in_a_way_of_its_own_is_asked_again(
    project: pytest.Pytester, fails: str, blame: str, reason: str
) -> None:
    """The product always fails; its control fails in those of its attempts."""
    ours = project.path / "miniature"
    shutil.copytree(MINIATURE, ours)
    config = project.path / "interop.yaml"
    config.write_text(config.read_text().replace(str(MINIATURE), str(ours)))
    driver = project.path / "acme.py"
    driver.write_text(driver.read_text().replace("ECHO {line}", "ECHO {line[:99]}"))
    careful = ours / "peers" / "careful" / "driver.py"
    careful.write_text(
        careful.read_text().replace(
            "        with socket",
            f"""        with open({str(ours / "tried")!r}, "a+") as tried:
            tried.write("x")
            if str(tried.tell()) in {fails!r}:
                request = "ECHO short"
        with socket""",
        )
    )
    run(project, "--interop-peer=steady@1.10", "--interop-feature=long", "--interop-retries=0")
    cell = cells(project)["steady@1.10", "long"]
    assert cell["blame"] == blame
    assert reason in cell["reason"]


def test_a_feature_that_the_driver_lacks_is_unsupported_by_its_own_word(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=steady@1.10", "--interop-feature=shout")
    cell = cells(project)["steady@1.10", "shout"]
    assert (cell["verdict"], cell["reason"]) == ("unsupported", "this client cannot shout")


def test_a_situation_that_is_not_offered_leaves_the_cell_untested(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=garbler", "--interop-feature=shout")
    cell = cells(project)["garbler@1.0", "shout"]
    assert (cell["verdict"], cell["reason"]) == ("untested", "the server is not set up to offer shouting")


def test_a_scenario_that_has_nothing_to_try_leaves_the_cell_untested(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=steady@1.10", "--interop-feature=odd").assert_outcomes(skipped=1)
    cell = cells(project)["steady@1.10", "odd"]
    assert (cell["verdict"], cell["reason"]) == ("untested", "Steady is even")


def test_a_silent_peer_is_a_hang_of_the_server_and_the_run_goes_on(project: pytest.Pytester) -> None:
    run_apart(project, "--interop-peer=mute", "--interop-peer=steady@1.10", "--interop-retries=0")
    found = cells(project)["mute@1.0", "long"]
    assert (found["verdict"], found["outcome"]) == ("fails", "hang")
    assert "it was the server that said nothing more" in found["reason"]
    assert cells(project)["steady@1.10", "long"]["verdict"] == "works"


def test_a_peer_that_dies_is_a_crash_and_is_replaced(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=faller", "--interop-peer=steady@1.10")
    found = cells(project)["faller@1.0", "long"]
    assert (found["verdict"], found["outcome"], found["blame"]) == ("fails", "crash", "peer")
    assert cells(project)["faller@1.0", "echo"]["verdict"] == "works"
    assert "Faller exited with status 7" in found["reason"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os; os._exit(9)", "ended with status 9"),
        ("import os; os.kill(os.getpid(), 11)", "ended by signal SIGSEGV"),
    ],
)
def test_a_driver_that_dies_is_a_crash_of_the_product(
    project: pytest.Pytester, body: str, reason: str
) -> None:
    project.makepyfile(acme=f"class Mailer:\n    def echo(self, *, host, port, line):\n        {body}\n")
    run_apart(project, "--interop-peer=steady@1.10", "--interop-feature=echo")
    cell = cells(project)["steady@1.10", "echo"]
    assert (cell["verdict"], cell["outcome"], cell["blame"]) == ("fails", "crash", "product")
    assert reason in cell["reason"]


def test_a_driver_that_blocks_in_c_code_is_ended_at_its_deadline(project: pytest.Pytester) -> None:
    body = "import ctypes; ctypes.PyDLL(None).sleep(60)"  # PyDLL keeps the interpreter's lock while it sleeps
    project.makepyfile(acme=f"class Mailer:\n    def echo(self, *, host, port, line):\n        {body}\n")
    run(project, "--interop-peer=steady@1.10", "--interop-feature=echo", "--interop-retries=0")
    cell = cells(project)["steady@1.10", "echo"]
    assert (cell["outcome"], cell["blame"]) == ("hang", "product")


def test_a_failure_that_does_not_repeat_is_flaky_with_its_count(project: pytest.Pytester) -> None:
    driver = project.path / "acme.py"
    text = driver.read_text().replace("class Mailer:", "class Mailer:\n    count = 0\n")
    once = "        self.count += 1\n        line += 'x' * (self.count == 1)\n        with socket"
    text = text.replace("        with socket", once)
    driver.write_text(text)
    run(project, "--interop-peer=steady@1.10", "--interop-feature=echo")
    cell = cells(project)["steady@1.10", "echo"]
    assert (cell["verdict"], cell["attempts"]) == ("flaky", {"passed": 2, "total": 3})
    assert cell["blame"] == "undetermined"


def test_a_peer_that_cannot_start_leaves_its_cells_untested(project: pytest.Pytester) -> None:
    result = run(project, "--interop-peer=stillborn", "--interop-peer=steady@1.10")
    result.assert_outcomes(passed=2, skipped=5, errors=1)
    found = [cell for (peer, _), cell in cells(project).items() if peer == "stillborn@1.0"]
    assert {cell["verdict"] for cell in found} == {"untested"}
    assert all("exited with status 3 before it was ready" in cell["reason"] for cell in found)
    result.stdout.fnmatch_lines(["*cannot read /etc/stillborn.conf*"])


def test_a_single_cell_can_be_repeated_by_its_id_with_its_controls(project: pytest.Pytester) -> None:
    scenario = "echo/test_sizes.py::test_a_long_line_comes_back_whole[acme@4.2.0-garbler@1.0]"
    result = run(project, scenario)
    result.assert_outcomes(failed=1)
    journal = (project.path / "interop-report" / "run.jsonl").read_text()
    assert '"why":"control"' in journal


def test_collecting_alone_starts_nothing(project: pytest.Pytester) -> None:
    result = run(project, "--collect-only", "-q")
    assert result.ret == pytest.ExitCode.OK
    assert not (project.path / "interop-report").exists()
    result.stdout.fnmatch_lines(["echo/test_lines.py::test_a_line_comes_back[[]acme@4.2.0-steady@1.9]"])


def test_the_suite_whose_scenarios_may_take_longest_comes_first(project: pytest.Pytester) -> None:
    chosen = ("--interop-product=*", "--interop-role=*.client", "--interop-role=*.secondary")
    result = run(
        project, *chosen, "--interop-suite=dns", "--interop-suite=dns-transfer", "--collect-only", "-q"
    )
    suites = [line.split("/")[0] for line in result.outlines if "::" in line]
    assert suites == sorted(suites, key=["dns-transfer", "dns"].index)
    assert set(suites) == {"dns", "dns-transfer"}


def test_xdist_gives_the_same_matrix(project: pytest.Pytester) -> None:
    chosen = ("--interop-peer=steady", "--interop-peer=garbler", "--interop-peer=faller")
    run(project, *chosen)
    alone = {key: (cell["verdict"], cell["blame"]) for key, cell in cells(project).items()}
    run_apart(project, *chosen, "-n2")
    assert {key: (cell["verdict"], cell["blame"]) for key, cell in cells(project).items()} == alone


def test_the_users_own_tests_can_run_beside_the_suites(project: pytest.Pytester) -> None:
    file = project.makepyfile(test_mine="def test_mine(): pass")
    run(project, "--interop-peer=steady@1.10", "--interop-feature=echo", str(file)).assert_outcomes(passed=2)


def test_a_journal_line_is_on_disk_for_every_attempt(project: pytest.Pytester) -> None:
    run(project, "--interop-peer=steady@1.10")
    lines = Path(project.path / "interop-report" / "run.jsonl").read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines].count("attempt") == 3
