"""People as the verbs know them, on both databases."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from engine import people
from engine.clock import system_now
from engine.database import Database
from engine.errors import Conflict, Invalid, NotFound, TooManyAttempts, Unavailable
from engine.people import Role
from engine.store.migrate import all_tables

ORGANISATION = tomllib.loads((Path(__file__).parents[2] / "config" / "people.toml").read_text())
NOW = system_now()


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    database = Database(database_url)
    all_tables().create_all(database.engine)
    with database.transaction() as session:
        people.add_group(session, "cab", "Board")
        people.add(
            session,
            username="sam",
            name="Sam",
            roles=["agent"],
            groups=["cab"],
            password=people.hashed("long enough"),
            now=NOW,
        )
        yield session
    database.close()


def sign_in(session: Session, username: str, password: str, address: str = "10.0.0.1") -> bool:
    attempt = people.begin_sign_in(session, username, address, NOW)
    fits = people.password_fits(attempt, password)
    if fits:
        people.forgive_failures(session, attempt)
    else:
        people.note_failure(session, attempt, NOW)
    return fits


def test_a_person_comes_with_her_roles_and_groups(session: Session) -> None:
    sam = people.named(session, "sam")

    assert sam.groups == {"cab"}
    assert sam.has(Role.AUDITOR, Role.AGENT)
    assert not sam.has(Role.ADMINISTRATOR)


def test_who_shows_a_token_is_found_with_one_statement(session: Session) -> None:
    token, _ = people.issue_token(session, people.named(session, "sam").id, NOW)
    statements: list[str] = []
    event.listen(
        session.connection(), "before_cursor_execute", lambda *execution: statements.append(execution[2])
    )

    person = people.person_of_token(session, token, NOW)

    assert person == people.named(session, "sam")
    assert len([text for text in statements if "api_token" in text]) == 1


def test_a_token_ends_at_its_instant_and_lasts_a_year_at_most(session: Session) -> None:
    sam = people.named(session, "sam")
    token, expires_at = people.issue_token(session, sam.id, NOW, lasts=timedelta(days=10_000))

    assert expires_at == NOW + people.LONGEST_TOKEN
    assert people.person_of_token(session, token, expires_at - timedelta(seconds=1)) == sam
    assert people.person_of_token(session, token, expires_at) is None


def test_a_name_is_signed_in_with_whatever_its_case_and_spaces(session: Session) -> None:
    assert sign_in(session, " Sam ", "long enough")
    assert not sign_in(session, "sam", "Long enough")


def test_failures_from_one_address_count_together(session: Session) -> None:
    for number in range(people.FAILURES_PER_ADDRESS):
        assert not sign_in(session, f"guess{number}", "wrong")

    with pytest.raises(TooManyAttempts):
        people.begin_sign_in(session, "sam", "10.0.0.1", NOW)
    assert sign_in(session, "sam", "long enough", address="10.0.0.2")


def test_failures_count_for_a_while_and_say_how_long(session: Session) -> None:
    for _ in range(people.FAILURES_PER_USERNAME):
        sign_in(session, "sam", "wrong")

    with pytest.raises(TooManyAttempts) as refused:
        people.begin_sign_in(session, "sam", "10.0.0.2", NOW + timedelta(seconds=60))

    assert refused.value.retry_after == people.FAILURES_COUNT_FOR.total_seconds() - 60
    assert (
        people.begin_sign_in(session, "sam", "10.0.0.2", NOW + people.FAILURES_COUNT_FOR).person is not None
    )


def test_the_right_password_forgives_earlier_slips(session: Session) -> None:
    for _ in range(3):
        for _ in range(people.FAILURES_PER_USERNAME - 1):
            sign_in(session, "sam", "wrong")

        assert sign_in(session, "sam", "long enough")


def test_what_can_be_no_username_is_not_written_down(session: Session) -> None:
    sign_in(session, "My Password!", "sam")

    rows = session.connection().execute(people.LoginFailureRow.__table__.select()).all()

    assert len(rows) == 1
    assert "password" not in str(rows).lower()


def test_somebody_without_a_password_cannot_sign_in(session: Session) -> None:
    people.add(session, username="kim", name="Kim", now=NOW)

    assert not sign_in(session, "kim", "")


def test_another_password_signs_out_everywhere(session: Session) -> None:
    sam = people.named(session, "sam")
    token, _ = people.issue_token(session, sam.id, NOW)
    secret, _ = people.open_session(session, sam.id, NOW)

    people.set_password(session, "sam", people.hashed("another one"))

    assert people.person_of_token(session, token, NOW) is None
    assert people.person_of_session(session, secret, NOW) is None


def test_a_name_taken_leaves_the_transaction_usable(session: Session) -> None:
    with pytest.raises(Conflict):
        people.add(session, username="sam", name="Another Sam", now=NOW)

    assert people.add(session, username="kim", name="Kim", now=NOW).name == "Kim"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"groups": ["cab", "choir"]}, "#/groups/1"),
        ({"roles": ["king"]}, "#/roles/0"),
        ({"organisation": "hidden"}, "#/organisation"),
        ({"zone": "../etc/passwd"}, "#/zone"),
    ],
)
def test_a_change_that_is_not_valid_changes_nothing(
    session: Session, changes: dict[str, object], pointer: str
) -> None:
    before = people.named(session, "sam")

    with pytest.raises(Invalid) as refused:
        people.change(session, "sam", {"name": "Changed"} | changes)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert people.named(session, "sam") == before


@pytest.mark.parametrize("length", [0, 7, 1025])
def test_a_password_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(Invalid) as refused:
        people.hashed("x" * length)

    assert refused.value.problems[0].pointer == "#/password"


@pytest.mark.parametrize("text", ["étienne", "ÉTIENNE", "tienne_l", "ÜN%"])
def test_people_are_found_whatever_the_case_of_any_letter(session: Session, text: str) -> None:
    people.add(session, username="etienne_l", name="Étienne Ün%al", now=NOW)
    people.add(session, username="stienne-l", name="Stienne Una", now=NOW)

    found = people.page(session, people.named(session, "sam"), limit=10, text=text)

    assert [person.username for person in found] == ["etienne_l"]


def test_the_operator_is_nobody_to_see_find_or_change(session: Session) -> None:
    people.admit_operator(session, NOW)
    sam = people.named(session, "sam")

    with pytest.raises(NotFound):
        people.visible(session, people.OPERATOR, sam)
    with pytest.raises(NotFound):
        people.change(session, people.OPERATOR, {"name": "Mallory"})
    assert [person.username for person in people.page(session, sam, limit=10)] == ["sam"]
    assert [person.username for person in people.everybody(session)] == ["sam"]


def test_the_operator_alone_does_not_count_as_an_administrator(session: Session) -> None:
    people.admit_operator(session, NOW)
    people.change(session, "sam", {"roles": ["administrator"]})

    with pytest.raises(Conflict):
        people.change(session, "sam", {"roles": ["agent"]})


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_takes_the_role_of_an_administrator_waits_for_whoever_takes_hers(database_url: str) -> None:
    database = Database(database_url)
    all_tables().create_all(database.engine)
    with database.transaction() as session:
        for username in ("ada", "bea"):
            people.add(session, username=username, name=username, roles=["administrator"], now=NOW)

    def dismiss_ada() -> None:
        with database.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            people.change(session, "ada", {"active": False})

    with database.transaction() as session:
        people.change(session, "bea", {"roles": ["agent"]})
        with pytest.raises(Unavailable):
            dismiss_ada()
    with pytest.raises(Conflict):
        dismiss_ada()

    database.close()


def test_nobody_is_changed_who_is_not_there(session: Session) -> None:
    with pytest.raises(NotFound):
        people.change(session, "nobody", {"name": "Somebody"})


def test_purging_drops_what_proves_nothing_any_more_and_no_more(session: Session) -> None:
    sam = people.named(session, "sam")
    _, expires_at = people.issue_token(session, sam.id, NOW)
    sign_in(session, "sam", "wrong")

    people.purge(session, expires_at - timedelta(seconds=1))
    kept = people.tokens(session, sam.id, NOW)
    people.purge(session, expires_at)

    assert len(kept) == 1
    assert people.tokens(session, sam.id, NOW) == []
    assert session.query(people.LoginFailureRow).count() == 0


def test_the_demo_organisation_is_complete_and_can_sign_in(session: Session) -> None:
    added = people.seed_demo(session, ORGANISATION, NOW)

    assert {"ann", "mia", "carl", "cab1", "cab2", "cab3", "pat", "cora", "audra", "root"} <= set(added)
    assert "sam" not in added
    assert people.named(session, "root").has(Role.ADMINISTRATOR)
    assert sign_in(session, "ann", people.DEMO_PASSWORD)


def test_seeding_again_leaves_everybody_as_she_is(session: Session) -> None:
    people.seed_demo(session, ORGANISATION, NOW)
    own = people.hashed("her own one")
    people.change(session, "ann", {"name": "Ann Changed", "groups": ["cab"], "password": own})

    added = people.seed_demo(session, ORGANISATION, NOW)

    ann = people.named(session, "ann")
    assert added == []
    assert (ann.name, ann.groups) == ("Ann Changed", {"cab"})
    assert sign_in(session, "ann", "her own one")
    assert sign_in(session, "sam", "long enough")
