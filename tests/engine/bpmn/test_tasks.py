"""User, manual, plain and script tasks."""

from datetime import UTC, datetime, timedelta

import pytest

from engine import bpmn
from tests.engine.bpmn.support import (
    NOW,
    Case,
    diagram,
    each,
    end,
    extensions,
    flow,
    message,
    node,
    params,
    path,
    process_of,
    script,
    start,
    sub,
    user,
)


def one_task(task: str, id: str = "a") -> bytes:
    return diagram(start(), task, end(), path("start", id, "end"))


def test_a_user_task_waits_until_somebody_completes_it():
    case = Case(one_task(user("a", name="Do  it")))

    assert case.open == ["a"]
    assert not case.completed

    case.complete("a", done=True)

    assert case.completed
    assert case.variables == {"done": True}
    assert case.open == []


def test_manual_and_plain_tasks_pass_straight_through():
    case = Case(diagram(start(), node("task", "a"), node("manualTask", "b"), end(), path("start a b end")))

    assert case.completed
    assert case.steps("left") == ["start", "a", "b", "end"]


def test_a_script_task_computes_variables_from_variables():
    case = Case(
        one_task(script("a", "total = price * count\nlist.append(total)")),
        {"price": 3, "count": 4, "list": []},
    )

    assert case.completed
    assert case.variables == {"price": 3, "count": 4, "total": 12, "list": [12]}


def test_a_user_task_says_who_is_to_do_it_by_when_and_with_which_form():
    task = user(
        "a",
        extensions('<baton:separation from="a"/>', '<baton:name lang="zh-CN">做</baton:name>'),
        name="Do it",
        assignee="${boss}",
        candidateGroups="desk, ${team}",
        candidateUsers="${people}",
        dueDate="PT4H",
        priority="${2 + 1}",
        formKey="p/a",
    )
    case = Case(one_task(task), {"boss": " sam ", "team": "network", "people": ["nia", "nia", "ann"]})

    opened = case.tasks[0]

    assert (opened.element, opened.name, opened.names) == ("a", "Do it", {"zh-CN": "做"})
    assert (opened.assignee, opened.users, opened.groups) == ("sam", ("nia", "ann"), ("desk", "network"))
    assert (opened.priority, opened.due, opened.form) == (3, NOW + timedelta(hours=4), "p/a")
    assert opened.separation == ("a",)


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("P1D", datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),  # 09:00 in Berlin, on the day the clocks go forward
        ("2026-04-01T10:00", datetime(2026, 4, 1, 8, 0, tzinfo=UTC)),
        ("2026-04-01T10:00Z", datetime(2026, 4, 1, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_due_date_is_counted_in_the_zone_of_the_case(given, due):
    saturday = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)

    case = Case(one_task(user("a", dueDate=given)), zone="Europe/Berlin", now=saturday)

    assert case.tasks[0].due == due


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("priority", "high"),
        ("priority", True),
        ("priority", "--1"),
        ("priority", "²"),
        ("priority", 1.5),
        ("priority", 2**31),
        ("dueDate", "tomorrow"),
        ("dueDate", 5),
        ("dueDate", "P9999Y"),
        ("assignee", 7),
        ("assignee", "x" * 65),
        ("assignee", "a\0b"),
        ("candidateGroups", {"a": 1}),
        ("candidateGroups", ["desk", 1]),
        ("candidateUsers", "sam," + "x" * 65),
    ],
)
def test_a_task_whose_people_priority_or_due_date_make_no_sense_fails_and_can_be_retried(attribute, value):
    case = Case(one_task(user("a", **{attribute: "${value}"})), {"value": value})

    assert list(case.failures) == ["a"]
    assert case.open == []

    case.retry(value=None)

    assert case.failures == {}
    assert case.open == ["a"]


@pytest.mark.parametrize("value", [3, "3", " 3 ", 3.0])
def test_a_priority_is_a_whole_number_or_a_text_of_one(value):
    case = Case(one_task(user("a", priority="${value}")), {"value": value})

    assert case.tasks[0].priority == 3


def test_an_assignee_that_turns_out_empty_is_nobody():
    case = Case(one_task(user("a", assignee="${who}", candidateGroups="${who}")), {"who": ""})

    assert case.tasks[0].assignee is None
    assert case.tasks[0].groups == ()


def test_two_flows_out_of_a_task_are_both_taken():
    case = Case(diagram(start(), user("a"), user("b"), user("c"), path("start a b"), path("a c")))

    case.complete("a")

    assert case.open == ["b", "c"]


@pytest.mark.parametrize(
    ("amount", "expected"), [(5, ["other"]), (50, ["always", "big"]), (500, ["always", "big", "huge"])]
)
def test_of_conditional_flows_out_of_a_task_all_that_hold_are_taken_else_the_default(amount, expected):
    flows = [
        flow("a", "big", "${amount > 10}"),
        flow("a", "always", "amount > 20"),
        flow("a", "huge", "amount > 100"),
        flow("a", "other", id="else"),
    ]
    nodes = [user(name) for name in ("big", "always", "huge", "other")]
    case = Case(diagram(start(), user("a", default="else"), *nodes, path("start a"), *flows))

    case.complete("a", amount=amount)

    assert case.open == expected


def test_a_default_flow_is_not_taken_beside_an_unconditional_one():
    flows = [flow("a", "b"), flow("a", "c", id="else")]
    case = Case(diagram(start(), user("a", default="else"), user("b"), user("c"), path("start a"), *flows))

    case.complete("a")

    assert case.open == ["b"]


def test_a_task_reached_by_two_flows_runs_once_for_each_token():
    case = Case(
        diagram(start(), user("a"), user("b"), user("c"), end(), path("start a c end"), path("start b c"))
    )

    case.complete("a")
    assert case.open == ["b", "c"]

    case.complete("b")
    assert case.open == ["c", "c"]

    case.complete("c")
    case.complete("c")
    assert case.completed


def test_a_lane_gives_its_group_to_tasks_that_name_nobody():
    lanes = (
        '<laneSet><lane id="l1" name="Desk"><flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef></lane>'
        '<lane id="l2" name="The net"><extensionElements><baton:group name="network"/></extensionElements>'
        '<flowNodeRef>c</flowNodeRef><flowNodeRef>s</flowNodeRef><childLaneSet><lane id="l3" name="inner">'
        "<flowNodeRef>d</flowNodeRef></lane></childLaneSet></lane></laneSet>"
    )
    tasks = [user("a"), user("b", candidateUsers="sam"), user("c"), user("d")]
    within = sub("s", start("s1"), user("e"), path("s1 e"))
    case = Case(diagram(lanes, start(), *tasks, within, *(path("start", to) for to in "abcds")))

    groups = {task.element: task.groups for task in case.tasks}

    assert groups == {"a": ("Desk",), "b": (), "c": ("network",), "d": ("inner",), "e": ("network",)}


def test_ids_may_be_missing_wherever_the_standard_lets_them_be():
    nameless = (
        '<startEvent id="start"/><sequenceFlow sourceRef="start" targetRef="a"/><userTask id="a"/>'
        '<sequenceFlow sourceRef="a" targetRef="j"/><sequenceFlow sourceRef="start" targetRef="j"/>'
        '<parallelGateway id="j"/><sequenceFlow sourceRef="j" targetRef="s"/>'
        '<subProcess id="s"><startEvent id="s1"/>'
        '<sequenceFlow sourceRef="s1" targetRef="b"/><userTask id="b"/></subProcess>'
        '<subProcess triggeredByEvent="true"><startEvent>'
        "<timerEventDefinition><timeDuration>PT1H</timeDuration>"
        "</timerEventDefinition></startEvent></subProcess>"
    )
    case = Case(diagram(nameless))

    case.complete("a")

    assert case.open == ["b"]

    case.wait(hours=1)
    assert case.completed


@pytest.mark.parametrize("id", ["Start", "End", "root", "ж-1.ü_", "กำ", "name", "data", "parent"])
def test_any_ncname_is_an_id(id):
    case = Case(diagram(start(id), user("a"), end(f"{id}-end"), path(id, "a", f"{id}-end"), key=f"{id}-p"))

    case.complete("a")

    assert case.completed


def test_documentation_changes_nothing():
    documented = (
        "<documentation>Why</documentation>",
        '<dataObject id="o"/><dataObjectReference id="r" dataObjectRef="o"/>',
        '<textAnnotation id="t"><text>x</text></textAnnotation>',
        '<association id="as" sourceRef="a" targetRef="t"/><group id="g"/><property id="pr"/>',
    )
    inside = (
        "<documentation>How</documentation>",
        "<incoming>start__a</incoming><ioSpecification><inputSet/><outputSet/></ioSpecification>"
        "<dataInputAssociation><sourceRef>r</sourceRef><targetRef>x</targetRef></dataInputAssociation>",
    )
    case = Case(diagram(*documented, start(), user("a", *inside), end(), path("start a end")))

    case.complete("a")

    assert case.completed
    assert "Why" not in str(case.process.task_specs)


def test_the_head_of_a_case_follows_its_variables():
    record = extensions(
        '<baton:record prefix="INC" title="${title}" priority="${impact + urgency}" service="mail" '
        'requester="${requester}"/>'
    )
    case = Case(
        diagram(record, start(), user("a"), path("start a")), {"title": "Broken"}, names={"requester": "ann"}
    )

    def head() -> dict[str, object]:
        return case._load().record()

    assert head() == {"title": "Broken", "priority": None, "service": "mail", "requester": "ann"}

    case.retry(impact=1, urgency=2)
    assert head()["priority"] == 3


def test_a_definition_carries_what_a_deployment_stores():
    data = diagram(
        extensions('<baton:record prefix="CHG"/>', '<baton:name lang="zh-CN">变更</baton:name>'),
        start("start", camunda_formKey="change/start"),
        key="change",
    ).replace(
        b'isExecutable="true"',
        b'isExecutable="true" name="Change" camunda:candidateStarterGroups="staff, desk,"',
    )

    (definition,), warnings = bpmn.prepare("c.bpmn", data, lambda key: key == "change/start")

    assert (definition.key, definition.name, definition.names) == ("change", "Change", {"zh-CN": "变更"})
    assert (definition.start_form, definition.prefix) == ("change/start", "CHG")
    assert (definition.starter_groups, definition.starter_users) == (("staff", "desk"), ())
    assert warnings == []
    assert bpmn.keys("c.bpmn", data) == ["change"]


def test_every_executable_process_of_a_file_is_a_definition_of_its_own():
    other = b'<process id="q" isExecutable="true"><startEvent id="q1"/></process>'
    picture = b'<process id="drawn"><task id="t"/></process>'
    data = diagram(start()).replace(b"</definitions>", other + picture + b"</definitions>")

    definitions, _ = bpmn.prepare("two.bpmn", data, lambda key: True)

    assert [definition.key for definition in definitions] == ["p", "q"]
    assert all(Case(bpmn.specification(definition.executable)).completed for definition in definitions)


def test_the_picture_tells_what_is_going_on_where():
    task = user("a", params({"x": "${1}"}))
    asks = node("boundaryEvent", "asks", message("m"), attachedToRef="a", cancelActivity=False)
    bad = script("bad", "x = nothing_there")
    case = Case(diagram(start(), task, asks, bad, path("start a"), path("start bad"), messages=("m",)))

    going_on = {(position.element, position.state) for position in case._load().positions()}
    assert going_on == {("a", "active"), ("asks", "listening"), ("bad", "failed")}
    assert process_of(diagram(start(), user("a", each(times=2)), path("start a"))).name == "p"
