"""Cases are found by their number, title, texts and comments, in any script, by those who may see them."""

import pytest

from engine import comments, process_instances
from engine.people import Person
from engine.process_instances import Filter
from engine.store import search
from engine.store.search import CaseWordsRow
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, MIA, OUTSIDER, ROOT, SAM, Desk, line, traffic
from tests.engine.test_process_instances import listed

RECORD = draw.extensions('<baton:record prefix="INC" title="${title}"/>')
CASE = line(draw.user("work", candidateGroups="service-desk")).replace(
    b"<startEvent", RECORD.encode() + b"<startEvent", 1
)


def found(desk: Desk, text: str, by: Person = ROOT) -> list[str]:
    return listed(desk, by, text=text)


def say(desk: Desk, case: str, text: str, by: Person = ANN) -> None:
    with desk.database.transaction() as session:
        comments.add(session, case, text, by=by, now=desk.now)


@pytest.fixture(params=["few", "many"])
def _few_and_many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once as where few cases have the words, and once as where many have."""
    if request.param == "many":
        monkeypatch.setattr(search, "FEW", 0)


@pytest.mark.usefixtures("_few_and_many")
def test_a_case_is_found_by_number_title_texts_and_comments(desk: Desk) -> None:
    desk.deploy(CASE)
    printer = desk.start({"title": "Printer jams", "where": "Dritter Stock, Straße 5"})
    other = desk.start({"title": "三楼的打印机坏了", "note": "mail"})
    say(desk, other, "The drum is worn: replace it")
    number = desk.case(printer).number

    assert (
        found(desk, number)
        == found(desk, number.lower())
        == found(desk, number[:-1] + number[-1])
        == [printer]
    )
    assert found(desk, "INC-0000") == [other, printer]
    assert found(desk, "printer") == found(desk, "JAMS prin") == [printer]
    assert found(desk, "stock STRASSE") == [printer]
    assert found(desk, "打印") == found(desk, "打印机") == found(desk, "坏") == [other]
    assert found(desk, "drum mail") == [other]
    assert found(desk, "drum printer") == found(desk, "%") == found(desk, "' OR \" * AND") == []


@pytest.mark.usefixtures("_few_and_many")
def test_search_shows_nobody_what_she_may_not_see(desk: Desk) -> None:
    desk.deploy(CASE)
    hers, others = desk.start({"title": "Printer"}, by=ANN), desk.start({"title": "Printer"}, by=MIA)

    assert found(desk, "printer", ANN) == [hers]
    assert found(desk, "printer", OUTSIDER) == []
    assert found(desk, "printer", SAM) == [others, hers]


@pytest.mark.usefixtures("_few_and_many")
def test_what_is_found_comes_page_by_page(desk: Desk) -> None:
    desk.deploy(CASE)
    cases = [desk.start({"title": f"Printer {number}"}) for number in range(7)]
    desk.start({"title": "Screen"})
    seen: list[str] = []

    while page := listed(desk, SAM, text="printer", limit=3, before=seen[-1] if seen else None):
        seen += page

    assert seen == sorted(cases, reverse=True)


def test_a_case_is_found_by_what_it_says_now(desk: Desk) -> None:
    desk.deploy(CASE)
    case = desk.start({"title": "Prnter"})
    say(desk, case, "It is on fire")

    desk.change(case, title="Printer")

    assert found(desk, "prnter") == []
    assert found(desk, "printer fire") == [case]


def test_only_a_command_that_changes_texts_writes_words_and_by_one_statement(desk: Desk) -> None:
    desk.deploy(CASE)
    case = desk.start({"title": "Printer", "count": 1})

    with traffic(desk.database) as silent:
        desk.change(case, count=2)
    with traffic(desk.database) as telling:
        desk.change(case, title="Screen")

    assert not [statement for statement in silent.statements if "case_words" in statement]
    assert len([statement for statement in telling.statements if "case_words" in statement]) == 1


def test_what_is_searched_of_a_case_is_bounded(desk: Desk) -> None:
    desk.deploy(CASE)
    case = desk.start({"title": "Printer", **{f"v{n}": f"first{n} " * 400 for n in range(100)}})
    say(desk, case, " ".join(f"w{n}" for n in range(2_500)))

    (row,) = desk.rows(CaseWordsRow.__table__.select().with_only_columns(CaseWordsRow.words))
    assert len(row) <= 20_000
    assert found(desk, "first0 printer w2499") == [case]


def test_a_case_that_is_removed_is_found_no_longer(desk: Desk) -> None:
    desk.deploy(CASE)
    desk.start({"title": "Printer"})

    desk.execute(process_instances.ProcessInstanceRow.__table__.delete())

    with desk.database.transaction(write=False) as session:
        assert process_instances.page(session, Filter(text="printer"), by=ROOT, limit=5) == []
        assert session.query(CaseWordsRow).count() == 0
