"""Rows judged in their order, each knowing what the books and the rows before it said: also of the debt behind it.

A second id for the same debt of the same person is no second signal. It is told as an update when the debt rose, it
is written down when it did not, and from then on either id speaks of the one signal.  Source  ADR 0013
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.claims import Claim, Debts
from connectors.connector import ConsentDraft, Feedback, Meant, SignalDraft
from connectors.receipts import Books, RowOutcome, RowPlan, Version
from connectors.versions import Before, judged, keyed, moved, withdrawn
from schemas.vocabulary import VersionKind

Said = tuple[Meant, Version]


class SoFar:
    """What is known of the entities in a batch; it grows with every row that is learned."""

    def __init__(self, books: Books, receipt: str, source_key: bytes, said: Sequence[Said]) -> None:
        self._books, self._source_key = books, source_key
        self._hashes: dict[str, str] = {}
        named = {version.entity for _, version in said}
        spoken = {version.entity for each, version in said if not isinstance(each, ConsentDraft)}
        claims = books.claims(spoken, self._debts_in(said)) if spoken else ()
        self._debts = Debts(claims)
        self._newest = dict(books.newest(named | {each.entity for each in claims}))
        self._known = set(books.known({version.version for _, version in said if version.version}))
        self._seen = set(books.seen(receipt, named))

    def _debts_in(self, said: Iterable[Said]) -> set[tuple[str, str]]:
        drafts = ((each, version) for each, version in said if isinstance(each, SignalDraft))
        return {(version.person, self._debt(each)) for each, version in drafts if each.arrears is not None}

    def _debt(self, draft: SignalDraft) -> str:
        if draft.arrears is None:
            return ""
        key = draft.arrears.key
        if key not in self._hashes:
            self._hashes[key] = keyed(self._source_key, "debt", key)
        return self._hashes[key]

    def judge(self, row: int, said: Meant, stated: Version, at: datetime) -> RowPlan:
        """What is to be done with a row that could be read."""
        match said:
            case Feedback():
                return self._fed_back(row, said, stated, at)
            case SignalDraft() if (claim := self._claim(said, stated)) is not None:
                plan = self._about_debt(row, said, stated, claim, at)
                refused = plan.outcome is RowOutcome.REFUSED
                return replace(plan, named=stated.entity, claim=None if refused else self._kept(said, claim))
            case _:
                return judged(row, said, stated, self._before(stated, stated.entity), at)

    def learn(self, stated: Version, plan: RowPlan) -> None:
        """The next row knows of this one."""
        self._seen.add(stated.entity)
        if plan.claim is not None:
            self._debts.keep(plan.claim)
        version = plan.version
        if plan.outcome is RowOutcome.ACCEPTED and version is not None:
            self._known.add(version.version)
            before = self._newest.get(version.entity, version)
            self._newest[version.entity] = max(before, version, key=lambda one: one.order)

    def _before(self, version: Version, named: str) -> Before:
        known = version.version in self._known or (version.entity != named and self._is_known(version))
        return Before(self._newest.get(version.entity), known, named in self._seen)

    def _is_known(self, version: Version) -> bool:
        """What was made here, and not in the row, has a name that nobody could ask for beforehand."""
        return version.version in self._known or bool(self._books.known([version.version]))

    def _claim(self, draft: SignalDraft, stated: Version) -> Claim | None:
        """What the row says of a debt, and which signal that is; none where nothing tells one debt from another."""
        last = self._debts.last(stated.entity)
        if draft.arrears is None and last is None:
            return None
        debt = self._debt(draft) or (last.debt if last else "")
        amount = draft.arrears.amount if draft.arrears else last.amount if last else 0
        stands = draft.kind is not VersionKind.WITHDRAWN
        claim = Claim(
            *(stated.entity, stated.entity, stated.person, debt, amount, stated.order_ms, stands),
            crisis=draft.crisis,
        )
        first = self._debts.first(stated.person, debt)
        # An id that was a signal of its own stays one; a new one, or one that was a repeat, belongs to the first.
        own = last.first and bool(last.debt) if last else stated.entity in self._newest
        return claim if own or first is None else replace(claim, entity=first.entity)

    def _about_debt(self, row: int, draft: SignalDraft, stated: Version, claim: Claim, at: datetime) -> RowPlan:
        others = self._debts.beside(claim)
        last = self._debts.last(claim.named)
        version = stated if claim.first else self._by_another_id(draft, stated, claim)
        if others and _nothing_new(draft, claim, last, others):
            return RowPlan(row, RowOutcome.DUPLICATE, at, version=version, kind=draft.kind.value)
        if others and _follows(draft, claim, last, others):
            version = moved(version, claim.entity, self._after(claim.entity, stated.order_ms))
        return judged(row, draft, version, self._before(version, claim.named), at)

    def _by_another_id(self, draft: SignalDraft, stated: Version, claim: Claim) -> Version:
        """A debt that rose is told also where nothing but its amount, which is not published, is different."""
        content = stated.content_hash
        if draft.kind is not VersionKind.WITHDRAWN:
            content = keyed(self._source_key, "repeat", claim.named, content)
        return moved(replace(stated, content_hash=content), claim.entity, stated.order_ms)

    def _after(self, entity: str, order_ms: int) -> int:
        """A moment at which a version is the newest."""
        newest = self._newest.get(entity)
        return order_ms if newest is None else max(order_ms, newest.order_ms + 1)

    def _kept(self, draft: SignalDraft, claim: Claim) -> Claim | None:
        """What is written down of it: not what is older than the id's last word."""
        last = self._debts.last(claim.named)
        if last is not None and last.order_ms > claim.order_ms:
            return None
        if draft.repeated:
            # Another id speaks of this debt, known or still to come: this one must not stand in its way.
            return replace(claim, stands=True, debt=claim.debt if self._debts.beside(claim) else "")
        return claim

    def _fed_back(self, row: int, said: Feedback, stated: Version, at: datetime) -> RowPlan:
        """What a case says of a signal ends it, or is written down: a signal that never came cannot be ended."""
        plan = RowPlan(row, RowOutcome.DUPLICATE, at, kind=VersionKind.WITHDRAWN.value)
        last = self._debts.last(stated.entity)
        first = self._debts.last(last.entity) if last else None
        entity = last.entity if last and first and (last.first or last.same_debt(first)) else stated.entity
        others = self._debts.beside(last) if last else ()
        newest = self._newest.get(entity)
        if newest is None or newest.signal_kind is None or not said.withdrawn or (said.repeated and others):
            return plan
        spoken = [each.order_ms for each in (last, *others) if each is not None] or [newest.order_ms]
        late = stated.order_ms < max(spoken)
        gone = withdrawn(
            self._source_key, newest, stated.order_ms if late else self._after(entity, stated.order_ms)
        )
        if gone.content_hash == newest.content_hash or self._is_known(gone):
            return plan
        kept = (
            replace(last, stands=said.repeated, debt="" if said.repeated else last.debt)
            if last and not late
            else None
        )
        return replace(plan, outcome=RowOutcome.ACCEPTED, version=gone, named=stated.entity, claim=kept)


def _nothing_new(draft: SignalDraft, claim: Claim, last: Claim | None, others: Sequence[Claim]) -> bool:
    """Whether a row about a debt of which other ids spoke says nothing that those did not say."""
    if draft.kind is VersionKind.WITHDRAWN:
        # What stands by a higher amount, and was said again after it, would have been told again after it.
        later = (each for each in others if each.stands and each.order_ms > claim.order_ms)
        return draft.repeated or any(each.height > claim.height for each in later)
    if last is not None and not last.stands:
        return False  # this id was taken back, and now is not
    return claim.height <= max(each.height for each in others)


def _follows(draft: SignalDraft, claim: Claim, last: Claim | None, others: Sequence[Claim]) -> bool:
    """Whether it is the last word, also where another id spoke later: a debt that rose is told, however late."""
    if last is not None and last.order_ms > claim.order_ms:
        return False
    if draft.kind is VersionKind.WITHDRAWN or (last is not None and not last.stands):
        return claim.order_ms >= max(each.order_ms for each in others)
    return not any(each.order_ms > claim.order_ms for each in others if not each.stands)
