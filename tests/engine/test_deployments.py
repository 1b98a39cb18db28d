"""Deploying: all of a deployment or nothing, versions counted per key, and seeding that knows its place."""

import pytest
from sqlalchemy import func, select

from engine import definitions, deployments
from engine.deployments import Deployed, File
from engine.errors import Forbidden, Invalid, NotFound
from engine.store.deployments import DeploymentRow, FormRow, ProcessDefinitionRow
from tests.engine.bpmn import support as draw
from tests.engine.dmn import support as dmn
from tests.engine.support import ANN, AUDRA, MIA, NOW, PAT, ROOT, SAM, Desk, at_once, form, line

WORK = line(draw.user("work", formKey="p/work"))
PLAIN = line(draw.user("work"))
FORM = form(outcome="string")


def counts(desk: Desk) -> list[int]:
    tables = (DeploymentRow, ProcessDefinitionRow, FormRow)
    with desk.database.transaction(write=False) as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def refused(desk: Desk, *files: File) -> Invalid:
    with pytest.raises(Invalid) as caught, desk.database.transaction() as session:
        deployments.deploy(session, files, by=PAT, now=NOW)
    assert counts(desk) == [0, 0, 0]
    return caught.value


def seed(desk: Desk, **files: bytes) -> list[Deployed]:
    """Seed `p.bpmn` from `diagram`, and forms from all others."""
    named = {"p.bpmn" if name == "diagram" else f"p/{name}.json": data for name, data in files.items()}
    with desk.database.transaction() as session:
        done = deployments.seed(session, [File(*item) for item in named.items()], now=NOW)
        return done.definitions if done else []


def test_versions_count_from_one_for_each_key(desk: Desk) -> None:
    first = desk.deploy(WORK, work=FORM)
    second = desk.deploy(line(draw.user("work"), draw.user("more")))

    assert first.definitions == [Deployed("form", "p/work", 1), Deployed("process", "p", 1)]
    assert second.definitions == [Deployed("process", "p", 2)]


def test_identical_bytes_are_that_version_again(desk: Desk) -> None:
    desk.deploy(WORK, work=FORM)

    again = desk.deploy(WORK, work=FORM)

    assert [d.version for d in again.definitions] == [1, 1]
    assert counts(desk) == [2, 1, 1]


def test_going_back_to_older_bytes_makes_a_new_version(desk: Desk) -> None:
    desk.deploy(PLAIN)
    desk.deploy(line(draw.user("other")))

    assert desk.deploy(PLAIN).definitions == [Deployed("process", "p", 3)]


def test_a_file_with_two_processes_makes_two_definitions(desk: Desk) -> None:
    one, two = (
        draw.diagram(draw.start(f"s{n}"), draw.user(f"w{n}"), draw.path(f"s{n}", f"w{n}"), key=key)
        for n, key in ((1, "p"), (2, "q"))
    )

    done = desk.deploy(one.replace(b"</definitions>", two[two.index(b"<process") :]))

    assert [(d.key, d.version) for d in done.definitions] == [("p", 1), ("q", 1)]


def test_a_form_may_come_with_its_diagram_or_have_come_before(desk: Desk) -> None:
    desk.deploy(work=FORM)

    assert desk.deploy(WORK).definitions == [Deployed("process", "p", 1)]


def test_all_problems_of_all_files_come_at_once_and_nothing_is_stored(desk: Desk) -> None:
    problems = refused(
        desk,
        File("good.bpmn", PLAIN),
        File("missing.bpmn", line(draw.user("work", formKey="p/none"), key="q")),
        File("broken.bpmn", b"<definitions"),
        File("p/broken.json", b"{\n  oh}"),
        File("p/wrong.json", b'{"schema": {"type": 7}}'),
    ).problems

    files = {problem.file for problem in problems}
    assert files == {"missing.bpmn", "broken.bpmn", "p/broken.json", "p/wrong.json"}
    missing = next(problem for problem in problems if problem.file == "missing.bpmn")
    assert missing.element == "work"
    assert missing.line
    assert next(problem.line for problem in problems if problem.file == "p/broken.json") == 2


def test_a_check_says_what_would_happen_and_stores_nothing(desk: Desk) -> None:
    desk.deploy(PLAIN)
    before = counts(desk)

    with desk.database.transaction() as session:
        files = [
            File("p.bpmn", WORK),
            File("p/work.json", FORM),
            File("q.bpmn", line(draw.user("x"), key="q")),
        ]
        found = deployments.check(session, files, by=PAT)

    assert found.id is None
    assert [(d.kind, d.key, d.version) for d in found.definitions] == [
        ("form", "p/work", 1),
        ("process", "p", 2),
        ("process", "q", 1),
    ]
    assert counts(desk) == before


def test_a_check_finds_the_same_problems(desk: Desk) -> None:
    with pytest.raises(Invalid), desk.database.transaction(write=False) as session:
        deployments.check(session, [File("p.bpmn", WORK)], by=PAT)


def test_two_files_with_one_key_are_refused(desk: Desk) -> None:
    (problem,) = refused(desk, File("a.bpmn", PLAIN), File("b.bpmn", PLAIN)).problems

    assert (problem.file, problem.element) == ("b.bpmn", "p")
    assert "a.bpmn" in problem.detail


@pytest.mark.parametrize(
    "path",
    [
        "/etc/p.bpmn",
        "../p.bpmn",
        "a//p.bpmn",
        "a/./p.bpmn",
        "a\\p.bpmn",
        "a\0.bpmn",
        "p.exe",
        "p",
        "",
        "x" * 250,
    ],
)
def test_a_path_that_is_no_plain_relative_name_is_refused(desk: Desk, path: str) -> None:
    assert [problem.file for problem in refused(desk, File(path, PLAIN)).problems] == [path[:200]]


def test_a_deployment_without_files_is_refused(desk: Desk) -> None:
    assert refused(desk).problems[0].pointer == "#/files"


def test_more_files_than_are_allowed_are_refused(desk: Desk) -> None:
    files = [File(f"p/f{number}.json", FORM) for number in range(501)]

    assert refused(desk, *files).problems[0].pointer == "#/files"


@pytest.mark.parametrize("person", [ANN, SAM, MIA, AUDRA])
def test_only_owners_and_administrators_deploy_and_check(desk: Desk, person) -> None:
    with pytest.raises(Forbidden):
        desk.deploy(PLAIN, by=person)
    with pytest.raises(Forbidden), desk.database.transaction() as session:
        deployments.check(session, [File("p.bpmn", PLAIN)], by=person)

    assert counts(desk) == [0, 0, 0]
    desk.deploy(PLAIN, by=ROOT)
    assert counts(desk) == [1, 1, 0]


def test_deployments_at_once_get_versions_without_gaps(desk: Desk) -> None:
    diagrams = [line(draw.user(f"work{number}")) for number in range(6)]

    done = at_once(*(lambda d=diagram: desk.deploy(d) for diagram in diagrams))

    assert sorted(deployment.definitions[0].version for deployment in done) == [1, 2, 3, 4, 5, 6]


# -- seeding ------------------------------------------------------------------------------------------------


def test_seeding_fills_an_empty_house_and_then_has_nothing_to_do(desk: Desk) -> None:
    first = seed(desk, diagram=WORK, work=FORM)

    assert [(d.key, d.version) for d in first] == [("p/work", 1), ("p", 1)]
    assert seed(desk, diagram=WORK, work=FORM) == []
    assert counts(desk) == [1, 1, 1]


def test_seeding_renews_what_came_from_seeding(desk: Desk) -> None:
    seed(desk, diagram=WORK, work=FORM)

    renewed = seed(desk, diagram=WORK, work=form(outcome="string", more="string"))

    assert renewed == [Deployed("form", "p/work", 2)]


def test_seeding_leaves_an_edited_form_alone_and_renews_the_diagram(desk: Desk) -> None:
    seed(desk, diagram=WORK, work=FORM)
    desk.deploy(work=form(mine="string"))

    renewed = seed(desk, diagram=line(draw.user("work", formKey="p/work"), draw.user("b")), work=FORM)

    assert renewed == [Deployed("process", "p", 2)]


def test_seeding_leaves_an_edited_diagram_alone_and_renews_the_form(desk: Desk) -> None:
    seed(desk, diagram=WORK, work=FORM)
    desk.deploy(PLAIN)

    renewed = seed(desk, diagram=line(draw.user("a")), work=form(outcome="string", more="string"))

    assert renewed == [Deployed("form", "p/work", 2)]


def test_seeding_never_takes_over_a_key_somebody_made(desk: Desk) -> None:
    desk.deploy(PLAIN)

    assert seed(desk, diagram=WORK, work=FORM) == [Deployed("form", "p/work", 1)]


def test_nodes_that_seed_at_once_make_one_version(desk: Desk) -> None:
    at_once(*[lambda: seed(desk, diagram=WORK, work=FORM)] * 4)

    assert counts(desk)[1:] == [1, 1]


# -- decisions ----------------------------------------------------------------------------------------------

ROUTE = dmn.decision(dmn.literal("risk + 1"), "route", "R", ["risk"])
RISK = dmn.document(dmn.decision(dmn.literal("impact"), key="risk"), ROUTE)


def deploy(desk: Desk, files: dict[str, bytes]) -> list[Deployed]:
    with desk.database.transaction() as session:
        found = [File(*item) for item in files.items()]
        return deployments.deploy(session, found, by=PAT, now=NOW).definitions


def test_decisions_of_one_file_are_versions_of_their_own_keys(desk: Desk) -> None:
    alone = dmn.document(dmn.decision(dmn.literal("1"), key="risk"))

    done = [deploy(desk, {"r.dmn": data}) for data in (RISK, RISK, alone, RISK)]

    versions = [[(d.kind, d.key, d.version) for d in each] for each in done]
    assert versions[0] == versions[1] == [("decision", "risk", 1), ("decision", "route", 1)]
    assert versions[2] == [("decision", "risk", 2)]
    assert versions[3] == [("decision", "risk", 3), ("decision", "route", 1)]


def test_two_files_with_one_decision_are_refused(desk: Desk) -> None:
    (risk, route) = refused(desk, File("a.dmn", RISK), File("b.dmn", RISK)).problems

    assert (risk.file, risk.element, route.element) == ("b.dmn", "risk", "route")


def test_decisions_and_diagrams_are_refused_together(desk: Desk) -> None:
    wrong = dmn.document(dmn.decision(dmn.literal("oh no"), key="risk"))

    problems = refused(desk, File("a.dmn", wrong), File("b.bpmn", b"<x/>"), File("c.dmn", b"<x/>")).problems

    assert [problem.file for problem in problems] == ["a.dmn", "c.dmn", "b.bpmn"]


def test_seeding_renews_decisions_but_none_of_a_file_somebody_edited(desk: Desk) -> None:
    def seeded(data: bytes) -> list[tuple[str, int]]:
        with desk.database.transaction() as session:
            done = deployments.seed(session, [File("p/r.dmn", data)], now=NOW)
        return [(d.key, d.version) for d in done.definitions] if done else []

    newer, newest = RISK.replace(b"+ 1", b"+ 2"), RISK.replace(b"+ 1", b"+ 3")

    assert seeded(RISK) == [("risk", 1), ("route", 1)]
    assert seeded(RISK) == []
    assert seeded(newer) == [("risk", 2), ("route", 2)]
    deploy(desk, {"mine.dmn": dmn.document(dmn.decision(dmn.literal("7"), key="risk"))})
    assert seeded(newest) == []


# -- reading ------------------------------------------------------------------------------------------------


def test_unknown_definitions_and_versions_are_not_found(desk: Desk) -> None:
    desk.deploy(PLAIN)

    with desk.database.transaction(write=False) as session:
        with pytest.raises(NotFound):
            definitions.latest(session, "nothing")
        with pytest.raises(NotFound):
            definitions.version(session, "p", 2)
        with pytest.raises(NotFound):
            definitions.versions(session, "nothing", limit=5)


def test_definitions_are_listed_by_key_with_their_latest_version(desk: Desk) -> None:
    for key in ("b", "a", "c"):
        desk.deploy(line(draw.user("x"), key=key))
    desk.deploy(line(draw.user("y"), key="b"))

    with desk.database.transaction(write=False) as session:
        first = definitions.page(session, limit=2)
        rest = definitions.page(session, limit=2, after=first[-1].key)
        versions = definitions.versions(session, "b", limit=5)
        older = definitions.versions(session, "b", limit=5, before=2)

    assert [(row.key, row.version) for row in first + rest] == [("a", 1), ("b", 2), ("c", 1)]
    assert [row.version for row in versions] == [2, 1]
    assert [row.version for row in older] == [1]


def test_a_diagram_is_kept_as_it_came(desk: Desk) -> None:
    desk.deploy(PLAIN)

    with desk.database.transaction(write=False) as session:
        assert definitions.diagram(session, definitions.latest(session, "p").id) == PLAIN
