"""Every diagram we ship: complete, named in both languages, bound to what exists, and clean to look at."""

from itertools import combinations
from textwrap import wrap

import pytest

from engine.scripting import Expression, Script, Template
from tests.content.diagrams import BATON, BPMN, CAMUNDA, FILES, ROOT, Diagram, chinese_name
from tests.content.people import GROUPS

FARTHEST_LABEL = 25
LETTERS_A_LINE = 16
IDEOGRAPHS_A_LINE = 7
LINES_AN_ACTIVITY = 3
PROVIDED = frozenset({"now", "working_time"})


@pytest.fixture(params=FILES, ids=lambda path: str(path.relative_to(ROOT)))
def diagram(request):
    return Diagram(request.param)


def test_there_are_diagrams_and_each_is_named_like_its_process():
    assert FILES

    for path in FILES:
        keys = [process.get("id") for process in Diagram(path).root.iter(f"{BPMN}process")]
        assert path.stem in keys


def test_everything_has_an_english_and_a_chinese_name(diagram):
    nameless = [e.get("id") for e in diagram.named() if not e.get("name", "").isascii() or not e.get("name")]
    untranslated = [e.get("id") for e in diagram.named() if not chinese_name(e) or chinese_name(e).isascii()]

    assert (nameless, untranslated) == ([], [])


def test_every_way_out_of_a_choice_is_named_and_has_its_condition(diagram):
    ways = [
        flow
        for flow in diagram.flows()
        if diagram.elements[flow.get("sourceRef")].tag == f"{BPMN}exclusiveGateway"
        and len(diagram.elements[flow.get("sourceRef")].findall(f"{BPMN}outgoing")) > 1
    ]

    assert [flow.get("id") for flow in ways if not flow.get("name")] == []
    assert [
        flow.get("id")
        for flow in ways
        if flow.find(f"{BPMN}conditionExpression") is None
        and diagram.elements[flow.get("sourceRef")].get("default") != flow.get("id")
    ] == []


def test_every_form_key_finds_its_form(diagram):
    keys = {e.get(f"{CAMUNDA}formKey") for e in diagram.nodes()} - {None}

    assert [key for key in keys if not (ROOT / "forms" / f"{key}.json").is_file()] == []


def test_every_group_of_a_task_or_lane_exists(diagram):
    tasks = [e.get(f"{CAMUNDA}candidateGroups", "") for e in diagram.nodes()]
    named = {name.strip() for names in tasks for name in names.split(",") if name and "$" not in name}
    named |= {group.get("name") for group in diagram.root.iter(f"{BATON}group")}

    assert named - GROUPS == set()


def test_every_user_task_has_somebody_to_do_it(diagram):
    grouped = {
        ref.text
        for lane in diagram.lanes()
        if lane.find(f".//{BATON}group") is not None
        for ref in lane.iter(f"{BPMN}flowNodeRef")
    }
    words = ("assignee", "candidateGroups", "candidateUsers")

    orphans = [
        task.get("id")
        for task in diagram.root.iter(f"{BPMN}userTask")
        if not any(task.get(f"{CAMUNDA}{word}") for word in words)
        and not diagram.around(task.get("id")) & grouped
    ]

    assert orphans == []


def test_every_script_condition_and_computed_value_compiles(diagram):
    for script in diagram.root.iter(f"{BPMN}script"):
        Script.compile(script.text, functions=PROVIDED)
    for condition in diagram.root.iter(f"{BPMN}conditionExpression"):
        Expression.compile(condition.text.strip().removeprefix("${").removesuffix("}"), functions=PROVIDED)
    for element in diagram.root.iter(f"{BPMN}*", f"{BATON}*"):
        for text in [*element.attrib.values(), element.text or ""]:
            if "${" in text:
                Template.compile(text, functions=PROVIDED)


def test_everything_is_drawn_and_only_what_exists(diagram):
    expected = {e.get("id") for e in [*diagram.nodes(), *diagram.lanes()]}
    pools = {e.get("id") for e in diagram.root.iter(f"{BPMN}participant")}
    notes = {e.get("id") for e in diagram.root.iter(f"{BPMN}textAnnotation", f"{BPMN}association")}

    assert diagram.shapes.keys() - notes == expected | pools
    flows = [*diagram.flows(), *diagram.message_flows()]
    assert diagram.lines.keys() - notes == {flow.get("id") for flow in flows}


def test_every_step_is_in_one_lane_and_drawn_there(diagram):
    lanes = {lane.get("id"): [r.text for r in lane.iter(f"{BPMN}flowNodeRef")] for lane in diagram.lanes()}
    if not lanes:
        return
    (process,) = diagram.root.iter(f"{BPMN}process")
    top_level = {e.get("id") for e in diagram.nodes() if e.getparent() is process}

    assert sorted(key for refs in lanes.values() for key in refs) == sorted(top_level)
    assert [
        key
        for lane, refs in lanes.items()
        for key in refs
        if not diagram.shapes[lane].holds(diagram.shapes[key])
    ] == []


def test_no_two_shapes_overlap(diagram):
    places = diagram.places()

    assert [
        (one, other)
        for one, other in combinations(places, 2)
        if places[one].overlaps(places[other])
        and other not in diagram.around(one)
        and one not in diagram.around(other)
    ] == []


def test_no_label_lies_over_a_shape_a_line_a_border_or_another_label(diagram):
    over_shapes = [
        (label, shape)
        for label, box in diagram.labels.items()
        for shape, place in diagram.places().items()
        if box.overlaps(place)
    ]
    over_lines = [
        (label, line)
        for label, box in diagram.labels.items()
        for line, segments in diagram.lines.items()
        if any(box.overlaps(segment) for segment in segments)
    ]
    over_frames = [
        (label, frame)
        for label, box in diagram.labels.items()
        for frame, borders in diagram.frames().items()
        if any(box.overlaps(border) for border in borders)
    ]
    over_labels = [
        pair
        for pair in combinations(diagram.labels, 2)
        if diagram.labels[pair[0]].overlaps(diagram.labels[pair[1]])
    ]

    assert (over_shapes, over_lines, over_frames, over_labels) == ([], [], [], [])


def test_every_label_stands_beside_what_it_names(diagram):
    drawn = diagram.lines | {key: [box] for key, box in diagram.shapes.items()}

    assert [
        key
        for key, label in diagram.labels.items()
        if min(label.distance(part) for part in drawn[key]) > FARTHEST_LABEL
    ] == []


def test_the_name_of_every_activity_fits_into_it(diagram):
    """In both languages: as many lines as there is room for beside the marks in the corners."""
    tasks = [
        e
        for e in diagram.nodes()
        if diagram.shapes[e.get("id")].bottom - diagram.shapes[e.get("id")].top == 80
    ]

    assert [
        task.get("id")
        for task in tasks
        if len(wrap(task.get("name"), LETTERS_A_LINE, break_long_words=False)) > LINES_AN_ACTIVITY
        or max(map(len, task.get("name").split())) > LETTERS_A_LINE
        or len(chinese_name(task)) > IDEOGRAPHS_A_LINE * LINES_AN_ACTIVITY
    ] == []


def test_every_line_runs_straight_from_border_to_border(diagram):
    flows = [*diagram.flows(), *diagram.message_flows()]

    slanting = [key for key, parts in diagram.lines.items() if any(_slants(part) for part in parts)]
    loose = [
        (flow.get("id"), end)
        for flow in flows
        for end, part in ((flow.get("sourceRef"), 0), (flow.get("targetRef"), -1))
        if diagram.shapes[end].distance(diagram.lines[flow.get("id")][part]) > 1
    ]

    assert (slanting, loose) == ([], [])


def _slants(part):
    return part.left != part.right and part.top != part.bottom


def test_work_goes_from_left_to_right_and_back_only_in_a_loop(diagram):
    following = {node.get("id"): set() for node in diagram.nodes()}
    for flow in diagram.flows():
        following[flow.get("sourceRef")].add(flow.get("targetRef"))
    for event in diagram.root.iter(f"{BPMN}boundaryEvent"):
        following[event.get("attachedToRef")].add(event.get("id"))

    backwards = [
        (flow.get("sourceRef"), flow.get("targetRef"))
        for flow in diagram.flows()
        if diagram.shapes[flow.get("targetRef")].right < diagram.shapes[flow.get("sourceRef")].left
    ]

    assert [(source, target) for source, target in backwards if source not in _reach(following, target)] == []


def _reach(following, key):
    """Everything that comes after an element, itself included."""
    found, ahead = set(), [key]
    while ahead:
        if (at := ahead.pop()) not in found:
            found.add(at)
            ahead += following[at]
    return found


def test_every_boundary_event_sits_on_the_border_of_its_activity(diagram):
    events = {
        event.get("id"): event.get("attachedToRef") for event in diagram.root.iter(f"{BPMN}boundaryEvent")
    }

    assert [
        event
        for event, host in events.items()
        if not _on_border(diagram.shapes[host], diagram.shapes[event].centre)
    ] == []


def _on_border(box, point):
    x, y = point
    return (x in (box.left, box.right) and box.top <= y <= box.bottom) or (
        y in (box.top, box.bottom) and box.left <= x <= box.right
    )


def test_everything_stands_in_the_frame_it_belongs_to(diagram):
    inside = [
        (e.get("id"), e.getparent().get("id"))
        for e in diagram.nodes()
        if e.getparent().get("id") in diagram.shapes
    ]

    assert [
        (key, frame) for key, frame in inside if not diagram.shapes[frame].holds(diagram.shapes[key])
    ] == []


def test_no_line_runs_through_a_shape(diagram):
    ends = _ends(diagram)
    hosts = {key: set().union(*(diagram.around(end) for end in both)) | both for key, both in ends.items()}

    assert [
        (line, shape)
        for line, segments in diagram.lines.items()
        for shape, place in diagram.places().items()
        if shape not in hosts.get(line, set()) and any(segment.overlaps(place) for segment in segments)
    ] == []


def test_no_two_lines_cross(diagram):
    """Lines that end at one element may run together; no others may."""
    ends = _ends(diagram)

    assert [
        (one, other)
        for one, other in combinations(ends, 2)
        if not ends[one] & ends[other]
        and any(a.shrunk(-1).overlaps(b) for a in diagram.lines[one] for b in diagram.lines[other])
    ] == []


def _ends(diagram):
    flows = [*diagram.flows(), *diagram.message_flows()]
    return {flow.get("id"): {flow.get("sourceRef"), flow.get("targetRef")} for flow in flows}
