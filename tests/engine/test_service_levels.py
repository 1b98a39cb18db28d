"""Calendars, services, agreements and policies: written version by version, checked, retired, seeded."""

from typing import Any

import pytest

from engine import policies, service_levels
from engine.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from engine.people import Person
from engine.service_levels import Kind
from tests.engine.levels import agreement, calendar, create, policy, promise, replace, retire, service, target
from tests.engine.support import ANN, AUDRA, MIA, PAT, ROOT, SAM, Desk, at_once

KINDS = (Kind.CALENDAR, Kind.SERVICE, Kind.AGREEMENT, Kind.POLICY)
DOCUMENTS: dict[Kind, Any] = {
    Kind.CALENDAR: calendar(),
    Kind.SERVICE: service(),
    Kind.AGREEMENT: agreement(),
    Kind.POLICY: policy(target(calendar="always")),
}

NAMING = [
    {"notify": {"people": ["mia", "x"], "roles": ["agent", "boss"], "groups": ["x"]}},
    {"add_group": "network"},
    {"reassign": "x"},
]

on_sqlite = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


def latest(desk: Desk, kind: Kind, key: str) -> Any:
    with desk.database.transaction(write=False) as session:
        return service_levels.get(session, kind, key, by=MIA)


def pointers(kind: Kind, document: Any, desk: Desk, key: str = "new") -> list[str | None]:
    with pytest.raises(Invalid) as refused:
        create(desk, kind, key, document)
    return [problem.pointer for problem in refused.value.problems]


@pytest.mark.parametrize("kind", KINDS)
def test_every_edit_makes_a_version_and_the_old_ones_stay(desk: Desk, kind: Kind) -> None:
    create(desk, Kind.CALENDAR, "always", calendar())
    create(desk, kind, "one", DOCUMENTS[kind])
    second = replace(desk, kind, "one", DOCUMENTS[kind] | {"name": "Another"}, by=PAT)
    third = replace(desk, kind, "one", DOCUMENTS[kind], by=ROOT, revision=2)

    assert (second.version, third.version) == (2, 3)
    with desk.database.transaction(write=False) as session:
        kept = service_levels.versions(session, kind, "one", by=AUDRA, limit=10)
        older = service_levels.versions(session, kind, "one", by=AUDRA, limit=1, before=3)
        first = service_levels.version(session, kind, "one", 1, by=AUDRA)
    assert [(each.version, each.created_by) for each in kept] == [(3, "root"), (2, "pat"), (1, "mia")]
    assert [each.version for each in older] == [2]
    assert first.document == third.document == DOCUMENTS[kind]


def test_the_very_same_document_is_no_new_version(desk: Desk) -> None:
    create(desk, Kind.SERVICE, "mail", service())

    assert replace(desk, Kind.SERVICE, "mail", service()).version == 1


def test_of_two_who_edit_a_document_the_second_is_told(desk: Desk) -> None:
    create(desk, Kind.SERVICE, "mail", service())

    said = at_once(
        lambda: replace(desk, Kind.SERVICE, "mail", service("A"), revision=1),
        lambda: replace(desk, Kind.SERVICE, "mail", service("B"), by=PAT, revision=1),
    )

    assert sorted(isinstance(each, PreconditionFailed) for each in said) == [False, True]
    assert latest(desk, Kind.SERVICE, "mail").version == 2


def test_of_two_who_write_the_first_version_the_second_is_told(desk: Desk) -> None:
    said = at_once(
        *(lambda name=name: create(desk, Kind.SERVICE, "mail", service(name)) for name in ("A", "B"))
    )

    assert sorted(isinstance(each, PreconditionFailed) for each in said) == [False, True]


@on_sqlite
@pytest.mark.parametrize("by", [ANN, SAM, AUDRA])
@pytest.mark.parametrize("kind", KINDS)
def test_service_managers_owners_and_administrators_write(desk: Desk, kind: Kind, by: Person) -> None:
    create(desk, Kind.CALENDAR, "always", calendar())
    create(desk, kind, "one", DOCUMENTS[kind])

    for act in (
        lambda: create(desk, kind, "two", DOCUMENTS[kind], by=by),
        lambda: replace(desk, kind, "one", DOCUMENTS[kind], by=by),
        lambda: retire(desk, kind, "one", by=by),
    ):
        with pytest.raises(Forbidden):
            act()


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "may"),
    [(Kind.CALENDAR, True), (Kind.SERVICE, True), (Kind.AGREEMENT, False), (Kind.POLICY, False)],
)
def test_who_only_requests_services_does_not_read_what_others_agreed(
    desk: Desk, kind: Kind, may: bool
) -> None:
    create(desk, Kind.CALENDAR, "always", calendar())
    create(desk, kind, "one", DOCUMENTS[kind])

    with desk.database.transaction(write=False) as session:
        if may:
            assert service_levels.get(session, kind, "one", by=ANN)
            return
        for read in (
            lambda: service_levels.get(session, kind, "one", by=ANN),
            lambda: service_levels.page(session, kind, by=ANN, limit=1),
            lambda: service_levels.version(session, kind, "one", 1, by=ANN),
            lambda: service_levels.versions(session, kind, "one", by=ANN, limit=1),
        ):
            with pytest.raises(Forbidden):
                read()


@on_sqlite
def test_what_there_is_not_is_told(desk: Desk) -> None:
    for act in (
        lambda: replace(desk, Kind.SERVICE, "mail", service()),
        lambda: retire(desk, Kind.SERVICE, "mail"),
        lambda: latest(desk, Kind.SERVICE, "mail"),
    ):
        with pytest.raises(NotFound):
            act()


@on_sqlite
@pytest.mark.parametrize("key", ["", "-a", "a b", "a/b", "x" * 65, "ä"])
def test_a_key_is_plain(desk: Desk, key: str) -> None:
    with pytest.raises(Invalid):
        create(desk, Kind.SERVICE, key, service())


# -- checking ------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "document", "expected"),
    [
        (Kind.CALENDAR, calendar(weekly=None, name=""), ["#/name", "#/weekly"]),
        (Kind.CALENDAR, calendar(holiday=[]), ["#/holiday"]),
        (Kind.CALENDAR, 7, ["#"]),
        (Kind.SERVICE, service(calendar="c", owner_group="g"), ["#/calendar", "#/owner_group"]),
        (Kind.SERVICE, service(organisation="globex"), ["#/organisation"]),
        (
            Kind.AGREEMENT,
            agreement(organisation="nobody", services=["x"]),
            ["#/organisation", "#/services/0"],
        ),
        (Kind.AGREEMENT, agreement(kind="slo"), ["#/kind"]),
        (Kind.AGREEMENT, agreement(kind=["sla"]), ["#/kind"]),
        (Kind.AGREEMENT, agreement(kind="ola"), ["#/team"]),
        (Kind.AGREEMENT, agreement(kind="uc", team="nobody"), ["#/team"]),
        (Kind.AGREEMENT, agreement(valid_from="soon"), ["#/valid_from"]),
        (Kind.AGREEMENT, agreement(valid_from="2026-02-01", valid_to="2026-01-01"), ["#/valid_to"]),
        (Kind.AGREEMENT, agreement(calendar="c"), ["#/calendar"]),
        (
            Kind.POLICY,
            policy(target(calendar="c", service="s", agreement="a")),
            ["#/targets/0/agreement", "#/targets/0/service", "#/targets/0/calendar"],
        ),
        (
            Kind.POLICY,
            policy(target(calendar="always", thresholds=[{"at": "50%", "do": NAMING}])),
            [
                "#/targets/0/thresholds/0/do/0/notify/people/1",
                "#/targets/0/thresholds/0/do/0/notify/roles/1",
                "#/targets/0/thresholds/0/do/0/notify/groups/0",
                "#/targets/0/thresholds/0/do/2/reassign",
            ],
        ),
    ],
)
def test_what_a_document_lacks_or_names_in_vain_is_told_with_its_place(
    desk: Desk, kind: Kind, document: Any, expected: list[str]
) -> None:
    create(desk, Kind.CALENDAR, "always", calendar())

    assert pointers(kind, document, desk) == expected


@on_sqlite
def test_targets_of_two_policies_about_the_same_cases_are_refused(desk: Desk) -> None:
    promise(desk, target(priority=1), target(priority=2))

    assert pointers(Kind.POLICY, policy(target(priority=3), target(priority=2)), desk) == ["#/targets/1"]
    assert create(desk, Kind.POLICY, "other", policy(target(priority=3))).version == 1
    assert replace(desk, Kind.POLICY, "promises", policy(target(priority=2))).version == 2


@on_sqlite
def test_agreements_that_would_both_cover_a_case_are_refused(desk: Desk) -> None:
    for key in ("mail", "web"):
        create(desk, Kind.SERVICE, key, service(key))
    dates = {"valid_from": "2026-01-01", "valid_to": "2026-06-30"}
    create(desk, Kind.AGREEMENT, "globex", agreement(services=["mail"], **dates))

    assert pointers(Kind.AGREEMENT, agreement(services=["web", "mail"]), desk) == ["#/services"]
    for fine in (
        agreement(services=["web"]),
        agreement(services=["mail"], valid_from="2026-07-01"),
        agreement(organisation="acme", services=["mail"]),
        agreement(),
        agreement(kind="ola", team="network", services=["mail"]),
    ):
        create(desk, Kind.AGREEMENT, "fine", fine)
        retire(desk, Kind.AGREEMENT, "fine")
        desk.execute(policies.TABLES[3].__table__.delete().where(policies.TABLES[3].key == "fine"))


@on_sqlite
def test_no_two_services_are_called_the_same(desk: Desk) -> None:
    create(desk, Kind.SERVICE, "mail", service("E-mail", names={"zh-CN": "邮件"}))

    for name, key in (("e-MAIL", "new"), ("邮件", "new"), ("Mail", "new"), ("Post", "E-mail")):
        assert pointers(Kind.SERVICE, service(name), desk, key) == ["#/name"]
    assert replace(desk, Kind.SERVICE, "mail", service("Mail")).version == 2


# -- retiring ------------------------------------------------------------------------------------------------


def test_what_another_document_names_is_not_retired(desk: Desk) -> None:
    create(desk, Kind.CALENDAR, "office", calendar())
    create(desk, Kind.SERVICE, "mail", service(calendar="office"))
    create(desk, Kind.AGREEMENT, "globex", agreement(services=["mail"]))
    create(desk, Kind.POLICY, "p", policy(target(agreement="globex")))

    for kind, key, user in (
        (Kind.CALENDAR, "office", "policy 'p', the service 'mail'"),
        (Kind.SERVICE, "mail", "agreement 'globex'"),
        (Kind.AGREEMENT, "globex", "policy 'p'"),
    ):
        with pytest.raises(Conflict, match=user):
            retire(desk, kind, key)
    for kind, key in (
        (Kind.POLICY, "p"),
        (Kind.AGREEMENT, "globex"),
        (Kind.SERVICE, "mail"),
        (Kind.CALENDAR, "office"),
    ):
        assert retire(desk, kind, key, revision=1).retired


def test_what_is_retired_cannot_be_named_until_it_is_saved_again(desk: Desk) -> None:
    create(desk, Kind.CALENDAR, "office", calendar())
    retire(desk, Kind.CALENDAR, "office")

    assert pointers(Kind.SERVICE, service(calendar="office"), desk) == ["#/calendar"]
    again = replace(desk, Kind.CALENDAR, "office", calendar())
    assert (again.version, again.retired) == (3, False)
    assert create(desk, Kind.SERVICE, "mail", service(calendar="office"))


def test_retiring_twice_is_once(desk: Desk) -> None:
    create(desk, Kind.CALENDAR, "office", calendar())

    assert [retire(desk, Kind.CALENDAR, "office").version for _ in range(2)] == [2, 2]


# -- seeding -------------------------------------------------------------------------------------------------


def seed(desk: Desk, name: str) -> list[str]:
    given = {"calendar": {"office": calendar(), "always": calendar("UTC", name=name)}}
    given |= {"policy": {"p": policy(target())}}
    with desk.database.transaction() as session:
        return service_levels.seed(session, given, now=desk.now)


def test_seeding_writes_what_is_absent_or_untouched_and_nothing_else(desk: Desk) -> None:
    assert seed(desk, "First") == ["office", "always", "p"]
    assert seed(desk, "First") == []
    assert seed(desk, "Second") == ["always"]

    replace(desk, Kind.CALENDAR, "always", calendar("UTC", name="Mine"))
    retire(desk, Kind.POLICY, "p")

    assert seed(desk, "Third") == []
    assert latest(desk, Kind.CALENDAR, "always").document["name"] == "Mine"
    assert latest(desk, Kind.POLICY, "p").retired
