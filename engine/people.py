"""People: who they are, which groups they are in, and how they prove it (password, token, browser session).

Times here are the system's (`engine.clock.system_now`), never a moved clock's: a test that skips a month
signs nobody out. Verbs take the session first and never commit.
"""

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Executable, String, Text, bindparam, cast, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import languages
from engine.errors import Conflict, Invalid, NotFound, Problem, TooManyAttempts
from engine.store.base import TOLD_AT, connection_of, hear_time
from engine.store.people import (
    ApiTokenRow,
    BrowserSessionRow,
    GroupRow,
    LoginFailureRow,
    MembershipRow,
    OrganisationRow,
    PersonRow,
)

HASHER = PasswordHasher()
"""What a password costs to try; a test that signs in many people puts a cheaper one here."""

PASSWORD_LENGTH = range(8, 1025)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
GROUP_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")

SESSION_LASTS = timedelta(hours=12)
SIGN_IN_TOKEN_LASTS = timedelta(hours=24)
LONGEST_TOKEN = timedelta(days=366)

FAILURES_COUNT_FOR = timedelta(minutes=5)
FAILURES_PER_USERNAME = 10
FAILURES_PER_ADDRESS = 50

OPERATOR = "_operator"
"""The account that the command line acts with on a running server; no person's name begins like that."""

DEMO_PASSWORD = "demo"  # noqa: S105 - public on purpose: the demo runs on loopback only


class Role(StrEnum):
    """What somebody may do everywhere; what she may do in one case follows from her tasks and groups."""

    REQUESTER = "requester"  # reports, follows her own cases, answers surveys
    AGENT = "agent"  # works the queues of her groups
    PROCESS_OWNER = "process-owner"  # deploys and migrates diagrams, decisions, forms
    SERVICE_MANAGER = "service-manager"  # watches all cases, escalates, reports
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMINISTRATOR = "administrator"  # people, tokens, settings, and the work of others


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the verbs know her. `organisation_id` is the organisation's short name."""

    id: str
    username: str
    name: str
    email: str | None
    roles: frozenset[Role]
    groups: frozenset[str]
    organisation_id: str | None
    locale: str
    zone: str
    active: bool = True

    def has(self, *roles: Role) -> bool:
        """Whether she has at least one of these roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Group:
    """A team; `name` is how diagrams call it, `title` how people do, and `titles` how they do in other
    languages.
    """

    name: str
    title: str
    titles: Mapping[str, str]

    def title_in(self, *locales: str) -> str:
        """In the first of these languages that it has a title in, else as it was written."""
        return languages.chosen(self.titles, *locales, written=self.title)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as its owner sees it in a list, without its text."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password to be given to somebody; `hashed` makes it."""

    hash: str = field(repr=False)


# Reading people. One statement gives the person and her groups: a row for each group, or one row without.

_PERSON_COLUMNS = (
    PersonRow.id,
    PersonRow.username,
    PersonRow.name,
    PersonRow.email,
    PersonRow.roles,
    PersonRow.organisation_id,
    PersonRow.locale,
    PersonRow.zone,
    PersonRow.active,
)
_PEOPLE = (
    select(*_PERSON_COLUMNS, MembershipRow.group_name)
    .outerjoin(MembershipRow, MembershipRow.person_id == PersonRow.id)
    .order_by(PersonRow.username)
)
_BY_USERNAME = _PEOPLE.where(PersonRow.username == bindparam("username"))
_SHOWN = _PEOPLE.add_columns(TOLD_AT)  # the first statement of every request brings the time along
_BY_TOKEN = _SHOWN.join(ApiTokenRow, ApiTokenRow.person_id == PersonRow.id).where(
    ApiTokenRow.digest == bindparam("digest"), ApiTokenRow.expires_at > bindparam("now"), PersonRow.active
)
_BY_SESSION = _SHOWN.join(BrowserSessionRow, BrowserSessionRow.person_id == PersonRow.id).where(
    BrowserSessionRow.digest == bindparam("digest"),
    BrowserSessionRow.expires_at > bindparam("now"),
    PersonRow.active,
)


def named(session: Session, username: str) -> Person:
    """The person of that name, active or not. Raises `NotFound`."""
    person = _one(session.execute(_BY_USERNAME, {"username": username}))
    if person is None:
        raise NotFound(f"There is nobody called '{username}'.")
    return person


def visible(session: Session, username: str, by: Person) -> Person:
    """The person of that name, if `by` may know of her (see `page`). Raises `NotFound`."""
    person = named(session, username)
    if username == OPERATOR or not (_knows_everybody(by) or _are_colleagues(person, by)):
        raise NotFound(f"There is nobody called '{username}'.")
    return person


def page(
    session: Session,
    by: Person,
    *,
    limit: int,
    after: str | None = None,
    text: str | None = None,
    group: str | None = None,
) -> list[Person]:
    """Up to `limit` active and inactive people after the username `after`, in the order of usernames.

    `text` is looked for in usernames and names, whatever the case. Somebody who only requests services sees
    herself and her own organisation, all others see everybody.
    """
    chosen = select(PersonRow.id).where(_IS_SOMEBODY).order_by(PersonRow.username).limit(limit)
    if not _knows_everybody(by):
        mine = PersonRow.organisation_id == by.organisation_id
        chosen = chosen.where(
            or_(PersonRow.id == by.id, mine) if by.organisation_id else PersonRow.id == by.id
        )
    if after is not None:
        chosen = chosen.where(PersonRow.username > after)
    if text:
        chosen = chosen.where(or_(*(column.icontains(text, autoescape=True) for column in _SEARCHED)))
    if group is not None:
        chosen = chosen.join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        chosen = chosen.where(MembershipRow.group_name == group)
    ids = list(session.scalars(chosen))
    return _people(session.execute(_PEOPLE.where(PersonRow.id.in_(ids))).all()) if ids else []


_SEARCHED = (PersonRow.username, PersonRow.name)
_IS_SOMEBODY = PersonRow.username != OPERATOR


def everybody(session: Session) -> list[Person]:
    """All people there are, in the order of usernames: for the administrator at the command line."""
    return _people(session.execute(_PEOPLE.where(_IS_SOMEBODY)).all())


def addressed(
    session: Session, usernames: Collection[str], groups: Collection[str], roles: Collection[str]
) -> list[Person]:
    """The active people who bear one of these names, are in one of these groups or have one of these roles,
    in the order of usernames.
    """
    members = select(MembershipRow.person_id).where(MembershipRow.group_name.in_(groups))
    # JSON as text: a role's name has no character that JSON would escape.
    having = (cast(PersonRow.roles, String).contains(f'"{role}"', autoescape=True) for role in roles)
    meant = or_(PersonRow.username.in_(usernames), PersonRow.id.in_(members), *having)
    return _people(session.execute(_PEOPLE.where(_IS_SOMEBODY, PersonRow.active, meant)).all())


def names(session: Session, usernames: Collection[str]) -> dict[str, str]:
    """What these people are called, by username; without those there are not."""
    if not usernames:
        return {}
    found = select(PersonRow.username, PersonRow.name).where(PersonRow.username.in_(usernames))
    return {row.username: row.name for row in session.execute(found)}


def groups(session: Session, *, limit: int, after: str | None = None) -> list[Group]:
    """Up to `limit` groups after the one named `after`, in the order of names."""
    query = select(GroupRow).order_by(GroupRow.name).limit(limit)
    if after is not None:
        query = query.where(GroupRow.name > after)
    return [Group(row.name, row.title, row.titles) for row in session.scalars(query)]


def _one(rows: Iterable[Any]) -> Person | None:
    return next(iter(_people(rows)), None)


def _people(rows: Iterable[Any]) -> list[Person]:
    first: dict[str, Any] = {}
    memberships: dict[str, list[str]] = {}
    for row in rows:
        first.setdefault(row.id, row)
        memberships.setdefault(row.id, []).extend([row.group_name] if row.group_name else [])
    return [_person(row, memberships[key]) for key, row in first.items()]


def _person(row: Any, groups: Iterable[str]) -> Person:
    return Person(
        id=row.id,
        username=row.username,
        name=row.name,
        email=row.email,
        roles=frozenset(map(Role, row.roles)),
        groups=frozenset(groups),
        organisation_id=row.organisation_id,
        locale=row.locale,
        zone=row.zone,
        active=row.active,
    )


def _knows_everybody(person: Person) -> bool:
    return bool(person.roles - {Role.REQUESTER})


def _are_colleagues(one: Person, other: Person) -> bool:
    return one.id == other.id or (
        one.organisation_id is not None and one.organisation_id == other.organisation_id
    )


# Changing people and groups


def hashed(password: str) -> NewPassword:
    """A password as it may be given to somebody. Raises `Invalid` for one too short or too long.

    Slow on purpose, so make it before the transaction opens.
    """
    if len(password) not in PASSWORD_LENGTH:
        shortest, longest = PASSWORD_LENGTH[0], PASSWORD_LENGTH[-1]
        raise Invalid([Problem(f"Use at least {shortest} and at most {longest} characters.", "#/password")])
    return NewPassword(HASHER.hash(password))


def add(
    session: Session,
    *,
    username: str,
    name: str,
    now: datetime,
    email: str | None = None,
    organisation: str | None = None,
    roles: Iterable[str] = (),
    groups: Iterable[str] = (),
    locale: str = "en",
    zone: str = "UTC",
    password: NewPassword | None = None,
) -> Person:
    """Add somebody; without a password she cannot sign in until she is given one.

    Raises `Invalid` with every problem at once, `Conflict` when the name is taken.
    """
    roles, groups = sorted(set(roles)), list(groups)
    _check(
        session,
        {
            "username": username,
            "organisation": organisation,
            "roles": roles,
            "groups": groups,
            "zone": zone,
        },
    )
    row = PersonRow(
        username=username,
        name=name,
        email=email,
        organisation_id=organisation,
        roles=roles,
        locale=locale,
        zone=zone,
        password_hash=password and password.hash,
        active=True,
        created_at=now,
    )
    _insert(session, row, f"There is already somebody called '{username}'.")
    _put_into(session, row.id, groups)
    return named(session, username)


def change(session: Session, username: str, changes: Mapping[str, Any]) -> Person:
    """Change what `changes` names: name, email, organisation, roles, groups, locale, zone, active, and
    password, a `NewPassword`.

    Somebody made inactive, or given another password, is signed out everywhere. Raises `NotFound`, `Invalid`,
    and `Conflict` when nobody who may administer would be left.
    """
    decides_who_administers = "roles" in changes or "active" in changes
    if decides_who_administers:
        _lock_administrators(session)
    row = _locked(session, username)
    _check(session, changes)
    for name in ("name", "email", "locale", "zone", "active"):
        if name in changes:
            setattr(row, name, changes[name])
    if "organisation" in changes:
        row.organisation_id = changes["organisation"]
    if "roles" in changes:
        row.roles = sorted(set(changes["roles"]))
    if "groups" in changes:
        session.execute(delete(MembershipRow).where(MembershipRow.person_id == row.id))
        _put_into(session, row.id, changes["groups"])
    if "password" in changes:
        row.password_hash = changes["password"].hash
    session.flush()
    if "password" in changes or not row.active:
        revoke_all(session, row.id)
    if decides_who_administers:
        _keep_an_administrator(session)
    return named(session, username)


def set_password(session: Session, username: str, password: NewPassword) -> None:
    """Give somebody another password and sign her out everywhere. Raises `NotFound`."""
    change(session, username, {"password": password})


def add_group(
    session: Session, name: str, title: str, titles: Mapping[str, str] = MappingProxyType({})
) -> Group:
    """Add a group. Raises `Invalid` for a name no diagram could use, `Conflict` when it exists."""
    if not GROUP_NAME.fullmatch(name):
        raise Invalid([Problem("Use letters, digits, dots, dashes and underscores, at most 64.", "#/name")])
    row = GroupRow(name=name, title=title, titles=dict(titles))
    _insert(session, row, f"There is already a group '{name}'.")
    return Group(name, title, titles)


def add_organisation(session: Session, key: str, name: str) -> None:
    """Add an organisation under the short name `key`. Raises `Conflict` when it exists."""
    _insert(session, OrganisationRow(id=key, name=name), f"There is already an organisation '{key}'.")


def _insert(session: Session, row: PersonRow | GroupRow | OrganisationRow, taken: str) -> None:
    # A savepoint, so that on PostgreSQL a name lost to another transaction leaves this one usable.
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict(taken) from error


def _put_into(session: Session, person_id: str, groups: Iterable[str]) -> None:
    session.add_all(MembershipRow(person_id=person_id, group_name=name) for name in sorted(set(groups)))
    session.flush()


def _locked(session: Session, username: str) -> PersonRow:
    mine = select(PersonRow).where(PersonRow.username == username, _IS_SOMEBODY)
    row = session.scalars(mine.with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"There is nobody called '{username}'.")
    return row


_ADMINISTERS = cast(PersonRow.roles, Text).contains(f'"{Role.ADMINISTRATOR}"')


def _lock_administrators(session: Session) -> None:
    # Else two who take this role from each other at once would both still see the other have it.
    administrators = select(PersonRow.id).where(_ADMINISTERS).order_by(PersonRow.id)
    session.execute(administrators.with_for_update()).all()


def _keep_an_administrator(session: Session) -> None:
    left = select(PersonRow.id).where(PersonRow.active, _ADMINISTERS, _IS_SOMEBODY).limit(1)
    if session.execute(left).first() is None:
        raise Conflict("Nobody would be left to administer Baton. Make somebody else an administrator first.")


def _check(session: Session, fields: Mapping[str, Any]) -> None:
    problems = [
        *_check_username(fields.get("username")),
        *_check_organisation(session, fields.get("organisation")),
        *_check_roles(fields.get("roles", ())),
        *_check_groups(session, fields.get("groups", ())),
        *_check_zone(fields.get("zone")),
    ]
    if problems:
        raise Invalid(problems)


def _check_username(username: str | None) -> list[Problem]:
    if username is None or USERNAME.fullmatch(username):
        return []
    return [
        Problem("Use small letters, digits and . _ @ -, at most 64, a letter or digit first.", "#/username")
    ]


def _check_organisation(session: Session, organisation: str | None) -> list[Problem]:
    if organisation is None or session.get(OrganisationRow, organisation) is not None:
        return []
    return [Problem(f"There is no organisation '{organisation}'.", "#/organisation")]


def _check_roles(roles: Iterable[str]) -> list[Problem]:
    known = ", ".join(Role)
    return [
        Problem(f"There is no role '{role}'. Choose from: {known}.", f"#/roles/{index}")
        for index, role in enumerate(roles)
        if role not in set(Role)
    ]


def _check_groups(session: Session, groups: Iterable[str]) -> list[Problem]:
    names = list(groups)
    known = set(session.scalars(select(GroupRow.name).where(GroupRow.name.in_(names)))) if names else set()
    return [
        Problem(f"There is no group '{name}'.", f"#/groups/{index}")
        for index, name in enumerate(names)
        if name not in known
    ]


def _check_zone(zone: str | None) -> list[Problem]:
    try:
        ZoneInfo(zone or "UTC")
        return []
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return [Problem(f"There is no time zone '{zone}'.", "#/zone")]


# Signing in. Trying a password is slow on purpose and must hold no transaction, so it is three steps, and a
# failure must be committed though the answer is an error; the door takes the steps in order.


@dataclass(frozen=True, slots=True)
class SignIn:
    """One attempt to sign in, between its first and its last step."""

    username: str
    address: str
    person: Person | None
    password_hash: str


def begin_sign_in(session: Session, username: str, address: str, now: datetime) -> SignIn:
    """First step, reading: who that might be. Raises `TooManyAttempts` before any password is tried.

    Only failures count: a program may sign in as often as it likes.
    """
    username = username.strip().lower()
    # What was typed may be anything, a password included: a text that can be no username is not written down.
    username = username if USERNAME.fullmatch(username) else ""
    _check_failures(session, LoginFailureRow.address == address, FAILURES_PER_ADDRESS, now)
    _check_failures(session, LoginFailureRow.username == username, FAILURES_PER_USERNAME, now)
    found = select(PersonRow.password_hash).where(PersonRow.username == username, PersonRow.active)
    password_hash = session.scalars(found).one_or_none()
    person = named(session, username) if password_hash else None
    return SignIn(username, address, person, password_hash or _nobodys_hash())


def password_fits(attempt: SignIn, password: str) -> bool:
    """Second step, slow, so outside any transaction: as slow for a name that nobody has as for any other."""
    try:
        HASHER.verify(attempt.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
    return attempt.person is not None


def note_failure(session: Session, attempt: SignIn, now: datetime) -> None:
    """Last step after a wrong password; the door commits it before it answers that the sign-in failed."""
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.failed_at <= now - FAILURES_COUNT_FOR))
    session.add(LoginFailureRow(username=attempt.username, address=attempt.address, failed_at=now))
    session.flush()


def forgive_failures(session: Session, attempt: SignIn) -> None:
    """Last step after the right password: slips with this name from this address no longer count."""
    mine = (LoginFailureRow.username == attempt.username, LoginFailureRow.address == attempt.address)
    session.execute(delete(LoginFailureRow).where(*mine))


def _check_failures(session: Session, same: Any, limit: int, now: datetime) -> None:
    failures = select(LoginFailureRow.failed_at).where(
        same, LoginFailureRow.failed_at > now - FAILURES_COUNT_FOR
    )
    latest = list(session.scalars(failures.order_by(LoginFailureRow.failed_at.desc()).limit(limit)))
    if len(latest) == limit:
        wait = latest[-1] + FAILURES_COUNT_FOR - now
        raise TooManyAttempts(retry_after=max(1, round(wait.total_seconds())))


_decoy: dict[PasswordHasher, str] = {}


def _nobodys_hash() -> str:
    """A hash that no password fits, of the same cost as everybody's."""
    if HASHER not in _decoy:
        _decoy[HASHER] = HASHER.hash(secrets.token_urlsafe())
    return _decoy[HASHER]


# Tokens and browser sessions


def issue_token(
    session: Session,
    person_id: str,
    now: datetime,
    *,
    name: str = "sign-in",
    lasts: timedelta = SIGN_IN_TOKEN_LASTS,
) -> tuple[str, datetime]:
    """A new token for a program: its text, told this once, and the instant from which it proves nothing."""
    token = f"baton_{secrets.token_urlsafe(32)}"
    expires_at = now + min(lasts, LONGEST_TOKEN)
    row = ApiTokenRow(
        digest=_digest(token), person_id=person_id, name=name, created_at=now, expires_at=expires_at
    )
    session.add(row)
    session.flush()
    return token, expires_at


def person_of_token(session: Session, token: str, now: datetime) -> Person | None:
    """Who shows this token, in one statement; None if it is unknown or expired, or she is inactive."""
    return _shown(session, _BY_TOKEN, token, now)


def tokens(session: Session, person_id: str, now: datetime) -> list[ApiToken]:
    """Somebody's tokens that still prove something, the newest first."""
    mine = (ApiTokenRow.person_id == person_id, ApiTokenRow.expires_at > now)
    rows = session.scalars(select(ApiTokenRow).where(*mine).order_by(ApiTokenRow.id.desc()))
    return [ApiToken(row.id, row.name, row.created_at, row.expires_at) for row in rows]


def revoke_token(session: Session, person_id: str, token_id: str) -> None:
    """Let one of somebody's tokens prove nothing any more. Raises `NotFound`."""
    row = session.get(ApiTokenRow, token_id)
    if row is None or row.person_id != person_id:
        raise NotFound("You have no such token.")
    session.delete(row)
    session.flush()


def open_session(session: Session, person_id: str, now: datetime) -> tuple[str, datetime]:
    """A new browser session: the secret for the cookie, and when it ends."""
    secret = secrets.token_urlsafe(32)
    expires_at = now + SESSION_LASTS
    row = BrowserSessionRow(
        digest=_digest(secret), person_id=person_id, created_at=now, expires_at=expires_at
    )
    session.add(row)
    session.flush()
    return secret, expires_at


def person_of_session(session: Session, secret: str, now: datetime) -> Person | None:
    """Whose browser shows this cookie, in one statement; None if the session ended or she is inactive."""
    return _shown(session, _BY_SESSION, secret, now)


def _shown(session: Session, query: Executable, secret: str, now: datetime) -> Person | None:
    # Past the ORM, which would add half to the cost of what every request does first.
    rows = connection_of(session).execute(query, {"digest": _digest(secret), "now": now}).all()
    if rows:
        hear_time(session, rows[0].told_at)
    return _one(rows)


def csrf_token(secret: str) -> str:
    """What this session's pages send along with every change, which no other site's page can know."""
    return sha256(f"csrf:{secret}".encode()).hexdigest()


def close_session(session: Session, secret: str) -> None:
    """End a browser session; an unknown one has ended already."""
    session.execute(delete(BrowserSessionRow).where(BrowserSessionRow.digest == _digest(secret)))


def revoke_all(session: Session, person_id: str) -> None:
    """Sign somebody out everywhere."""
    session.execute(delete(ApiTokenRow).where(ApiTokenRow.person_id == person_id))
    session.execute(delete(BrowserSessionRow).where(BrowserSessionRow.person_id == person_id))


def admit_operator(session: Session, now: datetime) -> str:
    """Let the command line of the server's machine in, as an administrator: its token, the only one there is.

    Whoever calls this hands the token to nobody but the server's own account, and ends it with
    `dismiss_operator`.
    """
    dismiss_operator(session)
    row = session.scalars(select(PersonRow).where(PersonRow.username == OPERATOR)).one_or_none()
    if row is None:
        row = PersonRow(
            username=OPERATOR, name="Command line", roles=[], locale="en", zone="UTC", created_at=now
        )
        session.add(row)
    row.roles, row.active = [Role.ADMINISTRATOR], True
    session.flush()
    return issue_token(session, row.id, now, name="command line", lasts=LONGEST_TOKEN)[0]


def dismiss_operator(session: Session) -> None:
    """Let the command line in no more."""
    row = session.scalars(select(PersonRow).where(PersonRow.username == OPERATOR)).one_or_none()
    if row is not None:
        row.active = False
        revoke_all(session, row.id)
        session.flush()


def purge(session: Session, now: datetime) -> None:
    """Drop tokens and sessions that expired and failures that no longer count."""
    session.execute(delete(ApiTokenRow).where(ApiTokenRow.expires_at <= now))
    session.execute(delete(BrowserSessionRow).where(BrowserSessionRow.expires_at <= now))
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.failed_at <= now - FAILURES_COUNT_FOR))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


# The demo organisation


def seed_demo(session: Session, demo: Mapping[str, Any], now: datetime) -> list[str]:
    """Add those organisations, groups and people of `demo` (see `config/people.toml`) that are absent.

    Whoever exists is left as she is, so that what an administrator changed survives every restart. Returns
    the usernames added; their password is `demo`.
    """
    for organisation in demo.get("organisation", ()):
        if session.get(OrganisationRow, organisation["key"]) is None:
            add_organisation(session, organisation["key"], organisation["name"])
    for group in demo.get("group", ()):
        if session.get(GroupRow, group["name"]) is None:
            add_group(session, group["name"], group["title"], group.get("titles", {}))
    taken = set(session.scalars(select(PersonRow.username)))
    absent = [person for person in demo.get("person", ()) if person["username"] not in taken]
    password_hash = HASHER.hash(DEMO_PASSWORD) if absent else None
    for person in absent:
        added = add(session, now=now, **person)
        session.get_one(PersonRow, added.id).password_hash = password_hash
    session.flush()
    return [person["username"] for person in absent]
