"""What GPs, Veilig Thuis and the wijkteams themselves wrote down about a household."""

from signaalbrug.demo.pen import Town


def handed_over(town: Town, area: str) -> None:
    """Veilig Thuis hands a family over: an alert today, and the team calls first."""
    home = town.settle(town.invent.family(area, town.chance.choice((1, 2)), town.chance.choice((1, 2)), (3, 15)))
    town.hands_over(home.people, town.chance.randrange(1, 9), informed=town.chance.random() < 0.3)


def handed_over_in_part(town: Town, area: str) -> None:
    """In the second round one of them is taken out again: the alert stays for the others."""
    home = town.settle(town.invent.family(area, 2, 1, (3, 15)))
    town.hands_over_no_more(town.hands_over(home.people, 4), home.adults[1])


def referred(town: Town, area: str) -> None:
    """A GP refers with consent: an alert."""
    home = town.settle(town.invent.single(area, 23, 80))
    town.refers(home.adults[0], town.chance.choice(("Z01", "Z03", "Z05", "Z12", "Z24", "Z29")), 6)


def referred_without_consent(town: Town, area: str) -> None:
    """A referral that nobody consented to is refused at the door, with what is needed."""
    home = town.settle(town.invent.single(area, 23, 80))
    town.refers(home.adults[0], "Z05", 6, consents=False)


def referral_withdrawn(town: Town, area: str) -> None:
    """An alert in the first round; the patient withdraws the consent in the second, and the alert goes."""
    home = town.settle(town.invent.single(area, 23, 80))
    town.consents_no_more(town.refers(home.adults[0], "Z20", 6))


def worry_and_debt(town: Town, area: str) -> None:
    """What the team saw itself meets what it did not see: an alert."""
    home = town.settle(town.invent.family(area, 2, 1))
    town.worries_about(home.adults[0], "wonen", town.chance.randrange(2, 20))
    town.owes(home.adults[1], "Huur", town.chance.randrange(2, 20))


def worry_alone(town: Town, area: str) -> None:
    home = town.settle(town.invent.single(area, 23, 80))
    town.worries_about(home.adults[0], "sociale relaties", 12)
