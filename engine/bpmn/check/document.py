"""A whole file: its ids, its names, what it declares, and each of its processes."""

import re
from collections.abc import Callable
from contextlib import suppress

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.check.findings import Check, Enough, Report
from engine.bpmn.check.scopes import scope
from engine.bpmn.check.texts import MAX_NAME_LENGTH, template
from engine.bpmn.check.transactions import boundaries
from engine.bpmn.check.vocabulary import BATON_ATTRIBUTES, attributes, extensions, vocabulary
from engine.bpmn.dialect import bpmn, tag
from engine.bpmn.rewrite import DOCUMENTATION, lane_candidates

MAX_NODES = 1_000
MAX_FLOWS = 5_000
MAX_DECLARATIONS = 1_000
MAX_ID_LENGTH = 255
MAX_LABEL_LENGTH = 255
"""The longest name of an element, in any language."""
_LETTERS = (
    r"A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NCNAME = re.compile(rf"[{_LETTERS}][{_LETTERS}\-.0-9\xB7\u0300-\u036F\u203F\u2040]*")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_DEFINED_APART = (
    *("timer", "message", "conditional", "error", "escalation", "terminate"),
    *("signal", "link", "compensate", "cancel"),
)
_ROOT_ELEMENTS = DOCUMENTATION | {
    "process",
    "collaboration",
    "message",
    "error",
    "signal",
    "escalation",
    "itemDefinition",
    "extensionElements",
    "extension",
    "relationship",
    *("import", "interface", "resource", "endPoint", "partnerEntity", "partnerRole"),
    *("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"),
    *(f"{kind}{dialect.EVENT_DEFINITION}" for kind in _DEFINED_APART),
}
"""What may stand beside a process. What only a reference to it would bring to life is refused where it is
referred to."""
_NAMES_DECLARED = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
"""The attribute by which each kind of declaration is known in a case."""
_REFERRED_TO = dialect.FLOW_NODES | {"process", "sequenceFlow", *_NAMES_DECLARED}
"""Whose ids mean something to a case; some editors put other signs into those of parts."""


def check(
    file: str,
    root: etree._Element,
    form_exists: Callable[[str], bool],
    decision_exists: Callable[[str], bool],
) -> Report:
    """Check every executable process of a diagram; `form_exists` and `decision_exists` say whether one of
    that key can be had."""
    looking = Check(file, form_exists, decision_exists)
    with suppress(Enough):
        _document(looking, root)
    return looking.report


def _document(check: Check, root: etree._Element) -> None:
    _ids(check, root)
    for element in dialect.children(root):
        if tag(element) not in _ROOT_ELEMENTS:
            check.refuse(element, "element-unsupported", element=tag(element))
        elif tag(element) == "extension" and dialect.flag(element, "mustUnderstand", False):
            check.refuse(element, "extension-must-be-understood", extension=element.get("definition") or "")
    check.usual_language = root.get("expressionLanguage") or ""
    if not _declarations(check, root):
        return
    processes = dialect.processes(root)
    if not processes:
        check.refuse(root, "nothing-executable")
    check.clocks_started = {
        mark.name
        for process in processes
        for element in dialect.spoken(process)
        for mark in dialect.clock_marks(element)
        if mark.action == dialect.START
    }
    check.activities = dialect.activities(root)
    check.associated = dialect.associated(root)
    boundaries(check, root)
    for process in processes:
        _process(check, process)


def _ids(check: Check, root: etree._Element) -> None:
    seen: set[str] = set()
    for element in dialect.spoken(root):
        if not tag(element):
            continue
        _names(check, element)
        given = element.get("id")
        if given is None:
            continue
        if tag(element) in _REFERRED_TO and not _NCNAME.fullmatch(given):
            check.refuse(element, "id-invalid", id=given)
        elif len(given) > MAX_ID_LENGTH:
            check.refuse(element, "id-too-long", length=len(given), most=MAX_ID_LENGTH)
        if given in seen:
            check.refuse(element, "id-twice", id=given)
        seen.add(given)


def _names(check: Check, element: etree._Element) -> None:
    """A name goes into every line of history, so it is bounded."""
    for name in (dialect.label(element), *dialect.names(element).values()):
        if len(name) > MAX_LABEL_LENGTH:
            check.refuse(element, "name-too-long", length=len(name), most=MAX_LABEL_LENGTH)


def _declarations(check: Check, root: etree._Element) -> bool:
    declarations = list(dialect.children(root, *_NAMES_DECLARED))
    if len(declarations) > MAX_DECLARATIONS:
        check.refuse(root, "too-many-declarations", most=MAX_DECLARATIONS)
        return False
    for declared in declarations:
        name = declared.get(_NAMES_DECLARED[tag(declared)]) or ""
        if dialect.computes(name):
            check.refuse(declared, "declaration-no-expression", element=tag(declared), name=name)
        elif len(name) > MAX_ID_LENGTH:
            check.refuse(declared, "name-too-long", length=len(name), most=MAX_ID_LENGTH)
        if (message := dialect.camunda(declared, "errorMessage")) is not None:
            template(check, declared, message)
        attributes(check, declared)
        extensions(check, declared)
    return True


def _process(check: Check, process: etree._Element) -> None:
    if not process.get("id"):
        check.refuse(process, "process-without-id")
    nodes = sum(1 for e in process.iter(*(bpmn(name) for name in dialect.FLOW_NODES)))
    if nodes > MAX_NODES:
        check.refuse(process, "too-many-elements", number=nodes, most=MAX_NODES)
        return
    if sum(1 for _ in process.iter(bpmn("sequenceFlow"))) > MAX_FLOWS:
        check.refuse(process, "too-many-flows", most=MAX_FLOWS)
        return
    vocabulary(check, process)
    _record(check, process)
    _lanes(check, process)
    for name in ("candidateStarterUsers", "candidateStarterGroups"):
        if dialect.computes(dialect.camunda(process, name) or ""):
            check.refuse(process, "starters-no-expression", attribute=name)
    scope(check, process, 0)


def _record(check: Check, process: etree._Element) -> None:
    record = dialect.extension(process, "record")
    if record is None:
        return
    if not _PREFIX.fullmatch(record.get("prefix", "")):
        check.refuse(record, "record-without-prefix")
    for name, value in record.attrib.items():
        if name in BATON_ATTRIBUTES["record"] and name != "prefix":
            template(check, record, str(value))


def _lanes(check: Check, process: etree._Element) -> None:
    """A lane's name is taken as it is; as the group of a task it must be a name."""
    ids = {element.get("id") for element in dialect.spoken(process)}
    for reference in process.iter(bpmn("flowNodeRef")):
        if dialect.text_of(reference) not in ids:
            check.warn(reference, "lane-names-nothing", name=dialect.text_of(reference))
    for task, group in lane_candidates(process):
        if "," in group or dialect.computes(group) or len(group) > MAX_NAME_LENGTH:
            check.refuse(task, "lane-no-group", lane=group)
