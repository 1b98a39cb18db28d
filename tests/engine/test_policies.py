"""Which target applies to a clock, and which calendar to a case."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import policies, service_levels
from engine.agreements import Agreement, read_agreement
from engine.errors import NotFound
from engine.policies import Book, Selected, Subject
from engine.service_levels import Kind
from engine.store.documents import Current
from tests.engine.levels import agreement, calendar, create, policy, promise, replace, retire, service, target
from tests.engine.support import Desk, traffic

SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def subject(**changes: Any) -> Subject:
    given = {"process": "incident", "clock": "resolution", "priority": 2, "service": None}
    return Subject(**given | {"organisation": "globex", "at": SINCE} | changes)


def selected(desk: Desk, **changes: Any) -> Selected | None:
    with desk.database.transaction(write=False) as session:
        return policies.selected(session, subject(**changes))


def hours(found: Selected | None) -> float | None:
    return found and found.target / timedelta(hours=1)


def test_a_clock_without_a_matching_target_has_none(desk: Desk) -> None:
    assert selected(desk) is None
    promise(desk, target(priority=1))

    assert selected(desk, priority=2) is None
    assert selected(desk, priority=1, clock="response") is None


def test_what_is_selected_says_where_it_is_from(desk: Desk) -> None:
    promise(desk, target(priority=1), target(priority=2, target="PT8H", thresholds=[{"at": "75%"}]))
    replace(desk, Kind.CALENDAR, "office", calendar("Asia/Tokyo"))

    found = selected(desk)

    assert found is not None
    assert (found.policy, found.policy_version, found.number) == ("promises", 1, 1)
    assert (found.calendar_key, found.calendar_version, found.calendar.zone.key) == (
        "office",
        2,
        "Asia/Tokyo",
    )
    assert (found.target, found.agreement) == (timedelta(hours=8), None)
    assert [each.name for each in found.thresholds] == ["75"]


def test_an_edit_holds_for_the_next_clock_and_not_for_one_that_runs(desk: Desk) -> None:
    promise(desk, target(target="PT4H"))
    before = selected(desk)
    assert before is not None

    replace(desk, Kind.POLICY, "promises", policy(target(target="PT2H")))
    replace(desk, Kind.CALENDAR, "office", calendar("Asia/Tokyo"))

    assert hours(selected(desk)) == 2
    with desk.database.transaction(write=False) as session:
        recalled = policies.recalled(
            session,
            before.policy,
            before.policy_version,
            before.number,
            before.calendar_key,
            before.calendar_version,
            before.agreement,
        )
    assert recalled == before


def test_a_version_there_is_not_cannot_be_recalled(desk: Desk) -> None:
    promise(desk, target())

    with desk.database.transaction(write=False) as session:
        for wrong in (
            ("promises", 2, 0, "office", 1),
            ("promises", 1, 1, "office", 1),
            ("promises", 1, 0, "x", 1),
        ):
            with pytest.raises(NotFound):
                policies.recalled(session, *wrong, None)


def test_what_is_retired_applies_no_more(desk: Desk) -> None:
    promise(desk, target())
    retire(desk, Kind.POLICY, "promises")

    assert selected(desk) is None


def test_selecting_takes_two_statements_and_then_one(desk: Desk) -> None:
    promise(desk, target())

    with traffic(desk.database) as first:
        selected(desk)
    with traffic(desk.database) as second:
        selected(desk)

    assert (len(first.statements), len(second.statements)) == (2, 1)


def test_an_edit_that_is_rolled_back_leaves_nothing_behind(desk: Desk) -> None:
    promise(desk, target(target="PT4H"))
    try:
        with desk.database.transaction() as session:
            edit = service_levels.Edit(None, desk.now)
            service_levels.replace(session, Kind.POLICY, "promises", policy(target(target="PT9H")), edit)
            assert hours(policies.selected(session, subject())) == 9
            raise RuntimeError
    except RuntimeError:
        pass

    assert hours(selected(desk)) == 4
    replace(desk, Kind.POLICY, "promises", policy(target(target="PT3H")))
    assert hours(selected(desk)) == 3


# -- agreements and services --------------------------------------------------------------------------------


def test_a_service_is_known_by_its_key_and_as_people_call_it(desk: Desk) -> None:
    create(desk, Kind.SERVICE, "mail", service("E-mail", names={"zh-CN": "电子邮件"}))
    promise(desk, target(target="PT8H"), target(service="mail", target="PT2H"))

    named = ("mail", "MAIL", " e-mail ", "电子邮件", "printing", None)

    assert [hours(selected(desk, service=name)) for name in named] == [2, 2, 2, 2, 8, 8]


def test_an_agreement_covers_the_cases_of_its_organisation_about_its_services(desk: Desk) -> None:
    for key in ("mail", "web"):
        create(desk, Kind.SERVICE, key, service(key))
    create(desk, Kind.AGREEMENT, "gold", agreement(services=["mail"]))
    create(desk, Kind.AGREEMENT, "base", agreement())
    create(desk, Kind.AGREEMENT, "house", agreement(organisation=None))
    promise(
        desk,
        target(target="PT9H"),
        target(agreement="gold", target="PT1H"),
        target(agreement="base", target="PT2H"),
        target(agreement="house", target="PT3H"),
    )

    assert hours(selected(desk, service="mail")) == 1
    assert hours(selected(desk, service="web")) == 2
    assert hours(selected(desk, organisation="acme")) == 3
    assert hours(selected(desk, organisation=None)) == 3


def test_an_agreement_covers_cases_that_began_from_its_first_to_its_last_day_where_it_counts_days(
    desk: Desk,
) -> None:
    create(desk, Kind.CALENDAR, "tokyo", calendar("Asia/Tokyo"))
    dates = {"valid_from": "2026-03-02", "valid_to": "2026-03-03"}
    create(desk, Kind.AGREEMENT, "globex", agreement(calendar="tokyo", **dates))
    promise(desk, target(agreement="globex"))

    begun = ("2026-03-01T14:59Z", "2026-03-01T15:00Z", "2026-03-03T14:59Z", "2026-03-03T15:00Z")

    found = [selected(desk, at=datetime.fromisoformat(at)) is not None for at in begun]
    assert found == [False, True, True, False]


def test_the_clock_of_a_team_has_what_was_agreed_with_that_team(desk: Desk) -> None:
    create(desk, Kind.AGREEMENT, "ours", agreement(kind="ola", organisation=None, team="network"))
    create(desk, Kind.AGREEMENT, "theirs", agreement())
    promise(
        desk,
        target(target="PT9H"),
        target(agreement="ours", target="PT1H"),
        target(agreement="theirs", target="PT2H"),
    )

    assert hours(selected(desk, team="network")) == 1
    assert selected(desk, team="cab") is None
    assert hours(selected(desk)) == 2


def test_a_cases_calendar_is_its_agreements_else_its_services_else_none(desk: Desk) -> None:
    for key, zone in (("tokyo", "Asia/Tokyo"), ("lisbon", "Europe/Lisbon")):
        create(desk, Kind.CALENDAR, key, calendar(zone))
    create(desk, Kind.SERVICE, "mail", service("Mail", calendar="lisbon"))
    create(desk, Kind.SERVICE, "web", service("Web"))
    create(desk, Kind.AGREEMENT, "globex", agreement(calendar="tokyo"))

    def zone(service: str | None, organisation: str | None) -> str | None:
        with desk.database.transaction(write=False) as session:
            found = policies.case_calendar(session, service, organisation, SINCE)
        return found and found.zone.key

    assert zone("mail", "globex") == "Asia/Tokyo"
    assert zone("mail", "acme") == "Europe/Lisbon"
    assert zone("web", "acme") is None
    assert zone("unheard of", None) is None


def test_the_organisation_of_a_case_is_its_requesters(desk: Desk) -> None:
    with desk.database.transaction(write=False) as session:
        found = [policies.organisation_of(session, name) for name in ("ann", "sam", "nobody", None)]

    assert found == ["globex", "acme", None, None]


# -- the most specific, by another way ----------------------------------------------------------------------

NAMES = st.sampled_from([None, "a", "b"])
PRIORITIES = st.sampled_from([None, 1, 2])
SCOPES = st.tuples(NAMES, NAMES, NAMES, PRIORITIES)


@st.composite
def promises(draw: st.DrawFn) -> dict[tuple[str, ...], str]:
    """Targets by (clock, agreement, service, process, priority); each has a length of its own."""
    scopes = draw(st.lists(st.tuples(st.sampled_from(["x", "y"]), SCOPES), unique=True, max_size=40))
    return {(clock, *scope): f"PT{number + 1}H" for number, (clock, scope) in enumerate(scopes)}


def current(table: str, key: str, document: dict[str, Any]) -> Current:
    return Current(table, key, 1, False, document)


@given(promises(), st.sampled_from(["x", "y"]), SCOPES, st.integers(1, 4))
def test_the_most_specific_target_applies(
    promised: dict[tuple[Any, ...], str], clock: str, asked: tuple[Any, ...], documents: int
) -> None:
    fields = ("clock", "agreement", "service", "process", "priority")
    written = [
        target(**dict(zip(fields, scope, strict=True)), target=length) for scope, length in promised.items()
    ]
    shared = [policy(*written[number::documents]) for number in range(documents)]
    wanted_agreement, wanted_service, process, priority = asked
    book = Book.of(
        [
            current("working_calendar", "office", calendar()),
            *(current("service", key, service(key)) for key in "ab"),
            *(current("agreement", key, agreement(organisation=key)) for key in "ab"),
            *(current("sla_policy", f"p{at}", each) for at, each in enumerate(shared) if each["targets"]),
        ]
    )

    found = book.selected(
        subject(
            clock=clock,
            organisation=wanted_agreement,
            service=wanted_service,
            process=process or "c",
            priority=priority,
        )
    )

    # Every way to name or not to name each of the four, those that name the first ones before the others.
    ways = product((True, False), repeat=4)
    scopes = (
        tuple(value if named else None for value, named in zip(asked, way, strict=True)) for way in ways
    )
    expected = next((promised[clock, *scope] for scope in scopes if (clock, *scope) in promised), None)
    assert (found and f"PT{found.target // timedelta(hours=1)}H") == expected


DAYS = st.sampled_from([None, "2026-01-01", "2026-02-01", "2026-03-01"])


@given(
    st.lists(
        st.builds(
            lambda whom, services, begin, end: agreement(
                organisation=whom, services=services, valid_from=begin, valid_to=end
            ),
            st.sampled_from([None, "globex", "acme"]),
            st.lists(st.sampled_from(["a", "b"]), unique=True),
            DAYS,
            DAYS,
        ).filter(lambda each: (each["valid_from"] or "0") <= (each["valid_to"] or "9")),
        max_size=6,
    )
)
def test_agreements_that_do_not_tie_never_leave_open_which_covers_a_case(given: list[dict[str, Any]]) -> None:
    kept: list[Agreement] = []
    for each in map(read_agreement, given):
        if not any(each.ties_with(other) for other in kept):
            kept.append(each)

    for day, name, whom in product(
        ("2025-12-31", "2026-01-01", "2026-02-01", "2026-02-15", "2026-03-02"),
        (None, "a", "b"),
        (None, "globex", "acme"),
    ):
        at = datetime.fromisoformat(day).date()
        covering = [each for each in kept if each.covers(name, at) and each.whom in (None, whom)]
        ranks = [each.specificity for each in covering]
        assert ranks.count(max(ranks, default=None)) <= 1
