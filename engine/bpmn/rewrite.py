"""Turn a checked diagram into what is executed and stored: the small XML of one process, without picture or
prose.

The executable is made once, at deployment, and kept with the version, so a later Baton with other rules still
continues the
cases of this one. Elements that were drawn keep their ids.
"""

from copy import deepcopy

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.dialect import BATON, BPMN, CAMUNDA, bpmn
from engine.bpmn.translate import translate

DOCUMENTATION = frozenset(
    {
        *("documentation", "textAnnotation", "association", "group", "category", "categoryValue"),
        *("dataObject", "dataObjectReference", "dataStore", "dataStoreReference"),
        *("dataInputAssociation", "dataOutputAssociation", "ioSpecification", "property"),
        *("laneSet", "incoming", "outgoing", "categoryValueRef", "auditing", "monitoring"),
    }
)
"""Elements that say something to people and change nothing about execution."""

DECLARATIONS = ("message", "error", "signal", "escalation")


def executable(process: etree._Element) -> etree._Element:
    """The document to execute for one process of a checked diagram. The diagram itself is left as it was."""
    root = etree.Element(bpmn("definitions"), nsmap={"bpmn": BPMN, "camunda": CAMUNDA, "baton": BATON})
    for declared in dialect.children(process.getroottree().getroot(), *DECLARATIONS):
        root.append(deepcopy(declared))
    copy = deepcopy(process)
    root.append(copy)
    _hand_lanes_to_tasks(copy)
    _join_handlers(process, copy)
    _set_documentation_aside(root)
    translate(root)
    _name_the_nameless(root)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["bpmn", "camunda", "baton"])
    return root


def _name_the_nameless(root: etree._Element) -> None:
    """Give ids where the standard lets them be missing; SpiffWorkflow drops a flow that has none."""
    taken = {e.get("id") for e in root.iter() if e.get("id")}
    number = 0
    for element in root.iter(*(bpmn(name) for name in (*dialect.FLOW_NODES, "sequenceFlow"))):
        if not element.get("id"):
            number += 1
            while f"{dialect.tag(element)}_{number}" in taken:
                number += 1
            element.set("id", f"{dialect.tag(element)}_{number}")


def _hand_lanes_to_tasks(process: etree._Element) -> None:
    for task, group in lane_candidates(process):
        task.set(f"{{{CAMUNDA}}}candidateGroups", group)


def _join_handlers(process: etree._Element, copy: etree._Element) -> None:
    drawn = [e for e in process.iter(bpmn("boundaryEvent")) if dialect.is_compensation_boundary(e)]
    associated = dialect.associated(process.getroottree().getroot()) if drawn else {}
    copies = {e.get("id"): e for e in copy.iter(bpmn("boundaryEvent"))}
    for event in drawn:
        handler = dialect.associated_handler(event, associated)
        assert handler is not None, "the check asks for a handler"
        dialect.join(copies[event.get("id")], handler)


def lane_candidates(process: etree._Element) -> list[tuple[etree._Element, str]]:
    """The user tasks that name no candidates, and the group of the lane each lies in."""
    groups = dialect.lane_groups(process)
    unnamed = [
        task
        for task in process.iter(bpmn("userTask"))
        if not (dialect.camunda(task, "candidateGroups") or dialect.camunda(task, "candidateUsers"))
    ]
    return [(task, group) for task in unnamed if (group := _lane_group(task, groups))]


def _lane_group(task: etree._Element, groups: dict[str, str]) -> str | None:
    """The group of the lane that holds the task, or the sub-process it is in."""
    element: etree._Element | None = task
    while element is not None:
        if element.get("id") in groups:
            return groups[element.get("id", "")]
        element = element.getparent()
    return None


def _set_documentation_aside(element: etree._Element) -> None:
    for inner in list(dialect.children(element)):
        if dialect.tag(inner) in DOCUMENTATION:
            inner.clear()  # else lxml resolves the namespaces of all inside again: minutes for 1 MB of prose
            element.remove(inner)
        else:
            _set_documentation_aside(inner)
