"""The page of a check in a real browser: it asks for nothing, fits a narrow screen, and can be printed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.reports import as_page
from connectors.manifest import label_of
from tests.end_to_end.test_inbox_in_chromium import chromium
from tests.support.deliveries import NUMBERS, duo_file, melding
from tests.unit.kit.test_checking import looked

pytestmark = [pytest.mark.integration, pytest.mark.browser]


@pytest.fixture(scope="module")
def page_of_report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    path = chromium()
    from playwright.sync_api import sync_playwright

    wrong = melding("900 1", "123456789", kind="V9", begin="2026-02-30", status="X")
    report = looked("school_attendance", duo_file(melding("1"), wrong, melding("3", NUMBERS[2])))
    file = tmp_path_factory.mktemp("verslag") / "verslag.html"
    file.write_text(as_page(report, label_of(report.source)), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser, file.as_uri()
        browser.close()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_asks_for_nothing_and_fits(page_of_report: tuple[Any, str], width: int) -> None:
    browser, url = page_of_report
    page, asked, said = browser.new_page(viewport={"width": width, "height": 800}), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(url)
    assert (asked, said) == ([url], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_it_reads_as_a_document_with_a_table(page_of_report: tuple[Any, str]) -> None:
    browser, url = page_of_report
    page = browser.new_page()
    page.goto(url)
    assert page.get_attribute("html", "lang") == "nl" and "School" in page.title()
    assert page.get_by_role("heading", level=1).inner_text() == "Controleverslag"
    assert "Van 3 rijen zijn er 2 in orde" in page.get_by_role("main").inner_text()
    table = page.get_by_role("table", name="Wat er te doen is")
    assert table.get_by_role("columnheader").all_inner_texts()[0] == "Waar"
    assert table.get_by_role("rowheader").all_inner_texts() == ["rij 2"] * 5
    assert page.evaluate("document.scripts.length") == 0
    page.close()


def test_it_prints_on_paper(page_of_report: tuple[Any, str], tmp_path: Path) -> None:
    browser, url = page_of_report
    page = browser.new_page()
    page.goto(url)
    page.pdf(path=str(tmp_path / "verslag.pdf"), format="A4")
    assert (tmp_path / "verslag.pdf").read_bytes().startswith(b"%PDF")
    page.close()
