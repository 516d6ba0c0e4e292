"""The inbox in a real browser, with JavaScript off and on: from login to an alert that is closed."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from connectors.bsn import Bsn
from connectors.wijkteam.ddl import WEB
from connectors.wijkteam.room import WebSettings
from connectors.wijkteam.web import app
from schemas.vocabulary import SignalKind
from signaalbrug.local.ports import free_ports
from signaalbrug.local.servers import Servers
from tests.support import stories
from tests.support.feed import KEYS, PASSWORD, Feed, VaultDouble, brp_with
from tests.support.runs import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.browser]

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
WIDTHS = {"breed": (1440, 1400), "smal": (390, 844)}
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str:
    """The browser on the PATH; without one the test skips, but never in CI."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        why = "geen Chromium op het PATH (apt-get install chromium)"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    return str(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def neighbourhood() -> list[stories.Said]:
    """Five households: two sectors, a threatening debt, a pile of debts, and one in the other area of the team."""
    said: list[stories.Said] = []
    for house, area in (("a", stories.MOLENBUURT), ("b", "BU99900102"), ("c", stories.MOLENBUURT)):
        child, parent = f"kind-{house}", f"ouder-{house}"
        said += [stories.joined(child, house, area=area), stories.joined(parent, house, area=area)]
        said += [stories.agreed(child), stories.absence(child, 3), stories.absence(child, 12, name="tweede")]
        said += [stories.arrears(parent, 14), stories.arrears(parent, 18, SignalKind.ARREARS_HEALTH_INSURANCE)]
    for house in ("d", "e"):
        said.append(stories.joined(f"bewoner-{house}", house, area="BU99900102"))
    said.append(stories.arrears("bewoner-d", 17, SignalKind.ARREARS_ENERGY, crisis=True))
    kinds = (SignalKind.ARREARS_RENT, SignalKind.ARREARS_ENERGY, SignalKind.ARREARS_WATER)
    said += [stories.arrears("bewoner-e", 5 + n, kind) for n, kind in enumerate(kinds)]
    return said


class Served:
    """The web on a port, and the steps behind it, which go on when the test says so."""

    def __init__(self, feed: Feed, vault: VaultDouble, brp: Any) -> None:
        self.feed, self.memory = feed, stories.told(neighbourhood(), first=20, partitions=8)
        feed.project(self.memory)
        while feed.fill(vault):
            pass
        port = free_ports(1)[0]
        self.address = f"http://127.0.0.1:{port}"
        site = app(WebSettings(KEYS), feed.connecting(WEB), vault, brp, feed.clock)
        self._server = uvicorn.Server(uvicorn.Config(site, port=port, log_config=None, access_log=False))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started, 20, "the web")

    def goes_on(self, *said: stories.Said) -> None:
        self.memory.publish(*said)
        self.feed.relay(self.memory)
        self.memory.run()
        self.feed.project(self.memory)

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self.feed.close()


@pytest.fixture
def served(servers: Servers, tmp_path: Path) -> Iterator[Served]:
    bsn = Bsn("999990019")
    served = Served(Feed(servers), VaultDouble(bsn), brp_with(tmp_path / "brp", bsn))
    try:
        yield served
    finally:
        served.end()


def log_in(page: Any, served: Served) -> None:
    page.goto(served.address)
    page.get_by_label("Gebruikersnaam").fill("noor")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("heading", name="Werkvoorraad").wait_for()


class Camera:
    """Takes a picture per step and looks whether anything sticks out or was refused."""

    def __init__(self, page: Any, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self._page, self._name, self._count = page, name, 0
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def __call__(self, what: str) -> None:
        self._count += 1
        path = SCREENSHOTS / f"{self._name}-{self._count}-{what}.png"
        self._page.screenshot(path=str(path), full_page=True)
        overflow = (
            self._page.evaluate("document.documentElement.scrollWidth - window.innerWidth") if self._js else 0
        )
        assert overflow <= 0, f"{what}: {overflow} px too wide"

    @property
    def _js(self) -> bool:
        return "zonder" not in self._name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", ["met", "zonder"])
def test_from_login_to_closed(browser: Any, served: Served, width: str, script: str) -> None:
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = browser.new_context(viewport=size, java_script_enabled=script == "met", locale="nl-NL")
    page = context.new_page()
    page.set_default_timeout(15_000)
    camera = Camera(page, f"{width}-{script}-javascript")
    log_in(page, served)
    camera("werkvoorraad")
    page.get_by_role("link", name="Schoolverzuim en betalingsachterstand").first.click()
    detail = page.locator("#detail")
    detail.get_by_role("heading", name="Waarom krijgt u dit?").wait_for()
    camera("signalering")
    _reveal(page, camera)
    page.get_by_role("link", name="Terug naar de signalering").click()
    page.get_by_role("button", name="Ik pak dit op").click()
    page.get_by_text("Uw besluit wordt verwerkt").wait_for()
    camera("wordt-verwerkt")
    served.goes_on()
    page.get_by_role("link", name="Bekijk of het antwoord er is").click()
    page.get_by_text("Opgepakt door Noor").wait_for()
    camera("opgepakt")
    _close(page, served)
    page.get_by_role("link", name="Afgehandeld").click()
    page.get_by_text("contact gelegd").wait_for()
    camera("afgehandeld")
    page.get_by_role("link", name="Uitleg en regels").first.click()
    camera("uitleg")
    page.get_by_role("button", name="Uitloggen").click()
    page.get_by_label("Gebruikersnaam").wait_for()
    assert camera.complaints == []
    context.close()


def _reveal(page: Any, camera: Camera) -> None:
    page.locator("summary", has_text="Persoon 1").click()
    page.get_by_label("Waarom hebt u de gegevens van Persoon 1 nodig?").fill("gesprek plannen")
    page.get_by_role("button", name="Toon gegevens").first.click()
    page.get_by_text("Tess Ester").wait_for()
    page.get_by_text("Teststraat 12, 9990AA Waterrijk").wait_for()
    camera("gegevens")


def _close(page: Any, served: Served) -> None:
    page.locator("summary", has_text="Afsluiten").click()
    page.get_by_label("Wat is de uitkomst?").select_option("contact_made")
    page.get_by_role("button", name="Sluit signalering af").click()
    page.get_by_text("Uw besluit wordt verwerkt").wait_for()
    served.goes_on()


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_overtaken_shows_that_it_is_being_updated(browser: Any, served: Served, width: str) -> None:
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = browser.new_context(viewport=size, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in(page, served)
    page.get_by_role("link", name="Schoolverzuim en betalingsachterstand").first.click()
    page.locator("#detail").get_by_text("Ik pak dit op").wait_for()
    served.memory.publish(*(stories.withdrew(f"kind-{house}", 19) for house in ("a", "b", "c")))
    served.feed.project(served.memory)
    page.reload()
    page.get_by_text("Er zijn nieuwere gegevens binnen").wait_for()
    assert "Schoolverzuim" not in page.content()
    Camera(page, f"{width}-zonder-javascript")("wordt-bijgewerkt")
    context.close()


def test_the_list_refreshes_itself_without_counting_as_a_look(browser: Any, served: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.clock.install()
    log_in(page, served)
    assert page.locator(".kaart").count() == 5
    looks = served.feed.one("select count(*) from access_log")
    served.goes_on(
        stories.joined("bewoner-f", "f"), stories.arrears("bewoner-f", 18, SignalKind.ARREARS_ENERGY, crisis=True)
    )
    page.clock.fast_forward(31_000)
    page.locator(".kaart").nth(5).wait_for()
    assert served.feed.one("select count(*) from access_log") == looks
    context.close()


@pytest.mark.parametrize(("ci", "ends"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_a_browser_it_skips_with_a_reason_but_never_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, ends: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "/nergens")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ends, match="geen Chromium"):
        chromium()
