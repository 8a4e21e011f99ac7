"""How long a site takes to render, how large its pages are, and how fast they are in Chromium.

    python benchmarks/publish.py [CELLS…]        (default: 1000 10000 100000)

Needs Playwright and Chromium for what is measured in the browser; without them only rendering is measured.
First paint is the browser's own `first-contentful-paint`, the median of three loads from disk; filtering and
checking are medians of the times until the page is laid out again.
"""

from __future__ import annotations

import importlib
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interop.judge.check import check
from interop.load.rules import check_rules, check_words
from interop.load.schema import schema_text
from interop.load.stack import load_stack
from interop.model.matrix import Matrix
from interop.report import publish
from interop.report.publish_check_data import Guide

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.unit import examples

LOADS = 3
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

STACK = """\
customer: Globex
product: smtplib 3.11.7
components: [server00 1.0, "server07 >=1", server11 99, server19@5.99]
features: [{features}]
deployment: {{sites: 900, time_to_restart_a_site: 15 min, cost_of_an_hour_down: 450 EUR}}
"""

PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"

FILTERED = """() => {
  const q = document.getElementById("q");
  return ["feature-01", "", "theme 7", "9", ""].map((text) => {
    const begun = performance.now();
    q.value = text;
    q.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.offsetHeight;
    return performance.now() - begun;
  });
}"""

CHECKED = """(text) => Array.from({ length: 6 }, () => {
  const begun = performance.now();
  interop.check(text);
  return performance.now() - begun;
})"""

TYPED = """() => {
  const field = document.getElementById("system-0").closest(".component").querySelectorAll("input")[1];
  return ["1", "1.0", "1.2", "99", ">=1"].map((text) => {
    const begun = performance.now();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.offsetHeight;
    return performance.now() - begun;
  });
}"""


def main() -> None:
    """Measure each size and print it."""
    guide = Guide(rules=check_rules(), words=check_words(), stack_schema=json.loads(schema_text("stack")))
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        for size in [int(each) for each in sys.argv[1:]] or [1_000, 10_000, 100_000]:
            measure(examples.large(size), guide, Path(folder) / str(size), browser)


def measure(matrix: Matrix, guide: Guide, folder: Path, browser: Any) -> None:
    """Render, write and open one site."""
    print(f"{len(matrix.cells):,} cells")
    begun = time.perf_counter()
    files = publish.render([matrix], guide=guide, now=examples.STARTED + 86_400)
    print(f"  rendered in {time.perf_counter() - begun:.2f} s, {len(files)} pages")
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    features = ", ".join(feature.id for feature in matrix.suites[0].features[:10])
    text = STACK.format(features=features)
    stack = load_stack(text)
    begun = time.perf_counter()
    check(stack, matrix, rules=guide.rules, now=time.time())
    print(f"  checked in Python in {1000 * (time.perf_counter() - begun):.0f} ms")
    for name in (
        "index.html",
        "matrix.html",
        "gaps.html",
        "history.html",
        "with-server00.html",
        "check.html",
    ):
        size = (folder / name).stat().st_size / 1_000_000
        shown = f"  {name}: {size:.2f} MB"
        if browser is not None:
            shown += f", first paint {_paint(browser, folder / name):.0f} ms"
        print(shown)
    if browser is None:
        return
    page = browser.new_page()
    page.goto((folder / "matrix.html").as_uri())
    print(f"  filter: {_told(page.evaluate(FILTERED))}")
    page.goto((folder / "check.html").as_uri())
    page.wait_for_selector("#system-0")
    took = page.evaluate(CHECKED, text)
    print(f"  check in the browser: first {took[0]:.0f} ms, then {_told(took[1:])}")
    page.click("text=Show an example")
    print(f"  answer after a key: {_told(page.evaluate(TYPED))}")
    page.close()


def _paint(browser: Any, file: Path) -> float:
    found = []
    for _ in range(LOADS):
        page = browser.new_page()
        page.goto(file.as_uri())
        while (painted := float(page.evaluate(PAINT))) < 0:
            page.wait_for_timeout(20)
        found.append(painted)
        page.close()
    return statistics.median(found)


def _told(took: list[float]) -> str:
    return f"{statistics.median(took):.0f} ms (worst of {len(took)}: {max(took):.0f} ms)"


@contextmanager
def _browser() -> Iterator[Any]:
    """Yield Chromium, or None where it or Playwright is missing."""
    try:
        playwright = importlib.import_module("playwright.sync_api")
    except ImportError:
        playwright = None
    if playwright is None or not CHROMIUM:
        print("(no Playwright or no Chromium: only rendering is measured)")
        yield None
        return
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
