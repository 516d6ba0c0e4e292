"""The pen of Waterrijk: writes two rounds of books while the households are invented."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from schemas.civil import AMSTERDAM
from signaalbrug.demo.inventing import Inventor
from signaalbrug.demo.people import Household, Person
from signaalbrug.demo.rows import Absence, Arrears, Books, Handover, Referral, Statement, Worry


class Town:
    """Who lives here, and what each source wrote down about them, in two rounds."""

    def __init__(self, chance: Random, today: date) -> None:
        self.chance, self.today = chance, today
        self.invent = Inventor(chance, today)
        self.households: list[Household] = []
        self.rounds = (Books(), Books())
        self._rows = 0
        self._statements: dict[tuple[str, str | None], str] = {}

    def settle(self, *households: Household) -> Household:
        """They live here from now on; returns the first."""
        self.households += households
        return households[0]

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(self.chance.randrange(8, 17), self.chance.randrange(60)), AMSTERDAM)

    def owes(self, who: Person, what: str, days_ago: int, crisis: bool = False) -> None:
        """A creditor reports arrears."""
        self._rows += 1
        on = self.ago(days_ago)
        # Some partners use the number of the person in their own reference: it must not get any further.
        name = f"VS-{who.bsn}-{self._rows}" if self._rows % 25 == 0 else f"VS-{on.year}-{self._rows:05d}"
        amount = self.chance.randrange(90, 2400)
        arose = on - timedelta(days=self.chance.randrange(31, 60))
        self.rounds[0].arrears.append(Arrears(name, who, what, amount, arose, on, crisis))

    def misses_school(self, who: Person, days_ago: int, kind: str | None = None) -> Absence:
        """A school reports absence."""
        self._rows += 1
        begin = self.ago(days_ago)
        end = min(begin + timedelta(days=self.chance.randrange(0, 12)), self.ago(1))
        kind = kind or ("V3" if who.age_on(begin) < 18 else "V4")
        absence = Absence(f"{910_000_000 + self._rows}", who, kind, begin, end, self._at(self.ago(1)))
        self.rounds[0].absences.append(absence)
        return absence

    def again(self, absence: Absence, kind: str, status: str) -> None:
        """The school changes or takes back what it reported, in the second round."""
        changed = absence.changed_at + timedelta(hours=2)
        self.rounds[1].absences.append(
            Absence(absence.number, absence.person, kind, absence.begin, absence.end, changed, status)
        )

    def hands_over(self, people: list[Person], days_ago: int, informed: bool = False) -> Handover:
        """Veilig Thuis hands these people over together."""
        self._rows += 1
        on = self.ago(days_ago)
        handover = Handover(f"ML{self._rows:05d}", tuple(people), on, self._at(on), informed)
        self.rounds[0].handovers.append(handover)
        return handover

    def hands_over_no_more(self, handover: Handover, person: Person) -> None:
        """Veilig Thuis takes one person out of a hand-over, in the second round."""
        changed = handover.changed_at + timedelta(hours=2)
        self.rounds[1].handovers.append(replace(handover, changed_at=changed, gone=(person,)))

    def refers(self, who: Person, icpc: str, days_ago: int, consents: bool = True) -> Referral:
        """A GP refers a patient to the wijkteam."""
        self._rows += 1
        until = self.today + timedelta(days=150) if consents else None
        referral = Referral(f"vw-{self._rows:05d}", who, self._at(self.ago(days_ago)), until, icpc)
        self.rounds[0].referrals.append(referral)
        return referral

    def consents_no_more(self, referral: Referral) -> None:
        """The patient withdraws the consent at the GP, in the second round."""
        later = referral.referred_at + timedelta(hours=2)
        self.rounds[1].referrals.append(replace(referral, withdrawn_at=later))

    def worries_about(self, who: Person, domain: str, days_ago: int) -> None:
        """A wijkteam saw a worry at an intake."""
        self._rows += 1
        on = self.ago(days_ago)
        self.rounds[0].worries.append(Worry(f"INTAKE-{self._rows:05d}", who, on, domain, self._at(on)))

    def says(
        self,
        who: Person,
        kind: str,
        days_ago: int,
        source: str | None = "school_attendance",
        until: date | None = None,
        valid_from: date | None = None,
        second_round: bool = False,
    ) -> None:
        """Somebody (for a child: who decides for it) gives, withdraws or objects."""
        name = self._statements.setdefault((who.bsn, source), f"TS-{len(self._statements) + 1:05d}")
        on = self.ago(days_ago)
        age = who.age_on(on)
        by = "self" if age >= 16 else "both" if age >= 12 else "representative"
        self.rounds[second_round].statements.append(
            Statement(name, who, kind, source, valid_from or on, until, by, self._at(on))
        )
