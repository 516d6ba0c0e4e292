"""The whole flow on one page: which step reads what, says what, and remembers what."""

from schemas.catalogue import SIGNAL_TOPICS
from schemas.events.account import AccessDecision, Outcome
from schemas.events.alert import Alert, TeamDecision
from schemas.events.context import DayBegan, PolicyPublished
from schemas.events.contribution import Contribution
from schemas.events.register import Consent, Membership, PersonLifecycle
from schemas.events.signal import Signal
from schemas.events.state import HouseholdRecord, HouseholdState, PersonRecord, PersonState
from schemas.vocabulary import StateKind
from streams.core.household import decide_household
from streams.core.person import decide_person
from streams.core.step import Step

#: Written to every partition, read before anything else; they hold for all owners there.
PARTITION_WIDE = ("calendar.v1", "policy.v1")

# signals · memberships · consents ──► person ──► contribution.v1 ──► household ──► alert.v1
#                                                  team-decision.v1 ─────┘
PERSON: Step[PersonState] = Step(
    name="person",
    owner="person",
    reads=(Signal, Membership, Consent, PersonLifecycle, DayBegan, PolicyPublished),
    emits=(Contribution, AccessDecision, Outcome),
    decide=decide_person,
    topics=(*SIGNAL_TOPICS.values(), "household.membership.v1", "consent.v1", "person-lifecycle.v1"),
    changelog="state.person.v1",
    wrap=lambda state, due: PersonRecord(StateKind.OWNER, due, state, None),
    unwrap=lambda record: record.person,
)

HOUSEHOLD: Step[HouseholdState] = Step(
    name="household",
    owner="household",
    reads=(Contribution, TeamDecision, DayBegan, PolicyPublished),
    emits=(Alert, AccessDecision, Outcome),
    decide=decide_household,
    topics=("contribution.v1", "team-decision.v1"),
    changelog="state.household.v1",
    wrap=lambda state, due: HouseholdRecord(StateKind.OWNER, due, state, None),
    unwrap=lambda record: record.household,
)

STEPS = (PERSON, HOUSEHOLD)
