"""What each state shows, and what an overtaken or withdrawn alert never shows."""

from dataclasses import replace
from datetime import date

import pytest

from connectors.wijkteam import pages
from connectors.wijkteam.pages import Filter, State
from tests.unit.wijkteam_pages.invented import (
    DETAIL,
    KAART,
    KADER,
    REVEALED,
    TODAY,
    WORK,
    in_state,
    parsed,
    text,
    with_selected,
)

CONTENT = (
    *(
        "Schoolverzuim",
        "betalingsachterstand",
        "Molenbuurt",
        "20 nov",
        "24 nov",
        "J. de Wit",
    ),
    *(
        "In 60 dagen",
        "School en schulden",
        "2026.3",
        "Vroegsignalering",
        "Leerplicht",
        "Financiën",
        "De Vuurtoren",
    ),
    *("zorg@school.example", "token-1", "Persoon 1", "Geopend", "22 feb", "niet gekoppeld", "Hulp aanvaard"),
)
HIDDEN: tuple[State, ...] = ("wordt_bijgewerkt", "ingetrokken")


@pytest.mark.parametrize("state", HIDDEN)
def test_a_hidden_alert_shows_its_reference_and_nothing_else(state: State) -> None:
    taken = replace(DETAIL, kaart=replace(KAART, taken_by="J. de Wit"))
    hidden = in_state(state, taken)
    shown = (
        pages.signalering_page(KADER, hidden),
        with_selected(hidden),
        pages.afgehandeld_page(KADER, ((hidden.kaart, "Hulp aanvaard", TODAY),)),
    )
    for page in shown:
        main = page[page.index("<main") :].lower()
        assert "wn-48213" in main
        assert [word for word in CONTENT if word.lower() in main] == []


@pytest.mark.parametrize("state", HIDDEN)
def test_a_hidden_alert_has_no_form_drawing_or_source(state: State) -> None:
    tree = parsed(pages.signalering_page(KADER, in_state(state)))
    assert not tree.xpath("//main//form|//main//svg|//main//table|//main//*[@class='bron']")


@pytest.mark.parametrize("state", HIDDEN)
def test_two_hidden_alerts_with_other_content_look_the_same(state: State) -> None:
    one = in_state(state)
    poorer = replace(one, why="anders", lines=(), not_used=(), persons=(), log=(), visible_until=None)
    other = replace(poorer, kaart=replace(one.kaart, title="Anders", urgency="volgen", sources=(), is_new=False))
    assert with_selected(one) == with_selected(other)


@pytest.mark.parametrize("state", HIDDEN)
def test_a_template_is_never_handed_hidden_content(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "render", lambda page, **values: repr(values).lower())
    hidden = in_state(state)
    handed = (
        *(pages.signalering_page(KADER, hidden), with_selected(hidden)),
        pages.gegevens_page(KADER, replace(REVEALED, kaart=hidden.kaart, person_label="x", reason="x")),
    )
    for values in handed:
        assert [word for word in (*CONTENT, "1984") if word.lower() in values] == []


def test_no_identity_is_shown_for_an_alert_that_was_overtaken() -> None:
    overtaken = replace(REVEALED, kaart=replace(KAART, state="wordt_bijgewerkt"))
    shown = text(pages.gegevens_page(KADER, overtaken))
    assert "Voorbeeld" not in shown and "1984" not in shown and "Dijk" not in shown


def test_the_overtaken_page_says_that_newer_data_is_being_processed() -> None:
    assert "Er zijn nieuwere gegevens binnen." in text(pages.signalering_page(KADER, in_state("wordt_bijgewerkt")))


@pytest.mark.parametrize(
    ("state", "sentence", "actions"),
    [
        ("open", "Reageer vóór het einde van 24 november", ["oppakken", "afsluiten", "gegevens"]),
        ("wordt_verwerkt", "Uw besluit wordt verwerkt.", ["gegevens"]),
        ("opgepakt", "Opgepakt door uw team.", ["afsluiten", "gegevens"]),
        ("niet_doorgevoerd", "niet doorgevoerd: een ander team", ["oppakken", "afsluiten", "gegevens"]),
        ("afgesloten", "Deze signalering is afgesloten.", ["gegevens"]),
    ],
)
def test_a_state_says_its_sentence_and_offers_its_actions(state: State, sentence: str, actions: list[str]) -> None:
    page = pages.signalering_page(KADER, replace(in_state(state), refused_reason="een ander team"))
    assert sentence in text(page)
    assert [str(action).rsplit("/", 1)[1] for action in parsed(page).xpath("//main//form/@action")] == actions


def test_every_form_about_an_alert_carries_the_revision_that_was_seen() -> None:
    forms = parsed(pages.signalering_page(KADER, DETAIL)).xpath("//main//form")
    assert len(forms) == 3
    for form in forms:
        assert form.xpath(".//input[@type='hidden'][@name='revisie']/@value") == ["3"]
        assert form.xpath(".//input[@type='hidden'][@name='csrf']/@value") == ["csrf-detail"]


def test_closing_needs_an_outcome_and_asking_for_data_needs_a_reason() -> None:
    tree = parsed(pages.signalering_page(KADER, DETAIL))
    assert tree.xpath("//select[@name='uitkomst'][@required]/option/@value") == [
        "",
        "contact_made",
        "no_follow_up",
    ]
    assert tree.xpath("//input[@name='reden'][@required]")
    assert tree.xpath("//input[@name='persoon']/@value") == ["token-1"]


def test_a_person_without_a_token_cannot_be_asked_yet() -> None:
    assert "Persoon 2: nog niet op te vragen." in text(pages.signalering_page(KADER, DETAIL))


def test_an_empty_list_says_so_and_a_filter_that_fits_nothing_says_that() -> None:
    empty = replace(WORK, kaarten=())
    assert "Er is hier nu niets te doen." in text(pages.werkvoorraad_page(KADER, empty))
    filtered = replace(empty, filter=Filter(zoek="x"))
    assert "Geen signalering past bij deze filters." in text(pages.werkvoorraad_page(KADER, filtered))


@pytest.mark.parametrize(
    ("not_used", "sentence"),
    [
        (("Huisarts",), "Huisarts is voor dit huishouden niet gekoppeld"),
        (("Huisarts", "Veilig Thuis"), "Huisarts en Veilig Thuis zijn voor dit huishouden niet gekoppeld"),
        (("School", "Huisarts", "Veilig Thuis"), "School, Huisarts en Veilig Thuis zijn voor dit huishouden"),
    ],
)
def test_what_is_not_linked_is_said_in_one_sentence(not_used: tuple[str, ...], sentence: str) -> None:
    shown = text(pages.signalering_page(KADER, replace(DETAIL, not_used=not_used)))
    assert sentence in shown
    assert "Dat zegt niets over of daar iets speelt." in shown


def test_times_are_shown_as_in_amsterdam_and_need_a_zone() -> None:
    assert "22 nov 09.41" in text(pages.signalering_page(KADER, DETAIL))
    bare = replace(DETAIL.log[0], at=DETAIL.log[0].at.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        pages.signalering_page(KADER, replace(DETAIL, log=(bare,)))


def test_a_card_keeps_the_filter_when_it_is_chosen() -> None:
    page = pages.werkvoorraad_page(
        KADER, replace(WORK, filter=Filter("vandaag", "wn & co", "vandaag", "veilig_thuis"))
    )
    (link,) = parsed(page).xpath("//h3/a/@href")
    assert link == (
        "/werkvoorraad?tegel=vandaag&zoek=wn+%26+co&urgentie=vandaag&bron=veilig_thuis&signalering=a48213#detail"
    )


MARKED = replace(
    DETAIL,
    lines=(
        replace(DETAIL.lines[0], source="veilig_thuis", marks=("bel eerst de bron",), inform_by=date(2026, 12, 4)),
        replace(DETAIL.lines[1], source="veilig_thuis", marks=("bel eerst de bron",), inform_by=date(2026, 12, 4)),
    ),
)


def test_what_must_be_heeded_stands_above_the_content_and_each_thing_once() -> None:
    tree = parsed(pages.signalering_page(KADER, MARKED))
    (box,) = tree.xpath("//section[@aria-labelledby='let-op']")
    assert [" ".join(each.text_content().split()) for each in box.xpath(".//li")] == [
        "Veilig Thuis: bel eerst de bron.",
        "Veilig Thuis: de betrokkene moet uiterlijk 4 december 2026 van dit signaal weten.",
    ]
    headings = [each.text_content() for each in tree.xpath("//main//h2|//main//h3")]
    assert headings.index("Let op") < headings.index("Waarom krijgt u dit?")


def test_an_alert_without_marks_has_no_such_box_and_a_hidden_one_neither() -> None:
    for detail in (DETAIL, in_state("wordt_bijgewerkt", MARKED)):
        assert "let-op" not in pages.signalering_page(KADER, detail)
