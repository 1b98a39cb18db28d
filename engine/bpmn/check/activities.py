"""Tasks of every kind, and what all activities share."""

from collections.abc import Callable, Mapping

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import compile_script
from engine.bpmn.check.calls import call_activity
from engine.bpmn.check.events import message
from engine.bpmn.check.findings import Check
from engine.bpmn.check.loops import multi_instance, standard_loop
from engine.bpmn.check.texts import (
    MAX_NAME_LENGTH,
    VARIABLE,
    duration_or_instant,
    line_in_file,
    literal,
    template,
    whole,
)
from engine.bpmn.dialect import CAMUNDA, bpmn, tag
from engine.bpmn.specs.activities import MAX_TOPIC
from engine.errors import Unreadable
from engine.scripting import ScriptError
from engine.sentences import Sentence


def _person_or_group(text: str) -> None:
    if len(text.strip()) > MAX_NAME_LENGTH:
        raise Unreadable(Sentence("holder-too-long", text=text, most=MAX_NAME_LENGTH))


def _persons_or_groups(text: str) -> None:
    for name in text.split(","):
        _person_or_group(name)


def _topic(text: str) -> None:
    if len(text) > MAX_TOPIC:
        raise Unreadable(Sentence("topic-too-long", length=len(text), most=MAX_TOPIC))


_ASSIGNMENT_READERS: dict[str, Callable[[str], object]] = {
    "assignee": _person_or_group,
    "candidateUsers": _persons_or_groups,
    "candidateGroups": _persons_or_groups,
    "dueDate": duration_or_instant,
    "priority": whole,
}
_DECISION_RESULTS = {"singleEntry", "singleResult", "collectEntries", "resultList"}
_OTHER_SERVICES = ("class", "delegateExpression", "expression")


def activity(check: Check, activity: etree._Element) -> None:
    for kind in ("inputParameter", "outputParameter"):
        for name, text, parameter in dialect.parameters(activity, kind):
            if not VARIABLE.fullmatch(name):
                check.refuse(parameter, "parameter-without-name", kind=kind, name=name)
            if len(parameter):
                check.refuse(
                    parameter,
                    "parameter-no-expression",
                    element=dialect.qualified(parameter[0].tag)[1],
                    kind=kind,
                )
            else:
                template(check, parameter, text)
    multi_instance(check, activity)
    standard_loop(check, activity)


def _user_task(check: Check, task: etree._Element) -> None:
    for name, reader in _ASSIGNMENT_READERS.items():
        if (text := dialect.camunda(task, name)) is not None:
            literal(check, task, text, reader)
    _form(check, task)
    separation = dialect.extension(task, "separation")
    if separation is not None:
        _separation(check, task, separation)


def _form(check: Check, element: etree._Element) -> None:
    key = dialect.camunda(element, "formKey")
    if key is not None and not check.form_exists(key):
        check.refuse(element, "form-unknown", form=key)


def start_form(check: Check, event: etree._Element) -> None:
    if dialect.camunda(event, "formKey") is None:
        return
    if tag(event.getparent()) != "process" or dialect.event_kind(event) != "none":
        check.refuse(event, "form-start-only")
    _form(check, event)


def _separation(check: Check, task: etree._Element, separation: etree._Element) -> None:
    ids = (separation.get("from") or "").split()
    root = task.getroottree().getroot()
    starts = (e for process in root.iter(bpmn("process")) for e in dialect.children(process, "startEvent"))
    known = {e.get("id") for e in (*root.iter(bpmn("userTask")), *starts)}
    if not ids:
        check.refuse(separation, "separation-empty")
    for other in ids:
        if other not in known:
            check.refuse(separation, "separation-names-nothing", id=other)


def _script_task(check: Check, task: etree._Element) -> None:
    if (task.get("scriptFormat") or "").strip().lower() != "python":
        check.refuse(task, "script-format")
    script = dialect.child(task, "script")
    if script is None or not dialect.text_of(script):
        check.refuse(task, "script-missing")
        return
    try:
        compile_script(task)
    except ScriptError as error:
        check.refuse(
            task,
            "script-wrong",
            line_in_file(script, script.text or "", error),
            line=error.line,
            column=error.column,
            reason=error.reason,
        )


def _receive_task(check: Check, task: etree._Element) -> None:
    if task.get("operationRef"):
        check.refuse(task, "operation-unsupported")
    message(check, task)


def _send_task(check: Check, task: etree._Element) -> None:
    """It sends a message; or, as Camunda has it, is a service task in another dress."""
    if dialect.camunda(task, "type") is None:
        message(check, task)
        if dialect.payload(task) == "":
            check.refuse(task, "payload-of-nothing")
        if task.get("operationRef"):
            check.refuse(task, "operation-unsupported")
    elif task.get("messageRef"):
        check.refuse(task, "send-and-job")
    else:
        _service_task(check, task)


def _business_rule_task(check: Check, task: etree._Element) -> None:
    _decision(check, task)
    if (dialect.camunda(task, "decisionRefBinding") or "latest") != "latest":
        check.refuse(task, "decision-binding-unsupported")
    variable, mapping = (
        dialect.camunda(task, "resultVariable"),
        dialect.camunda(task, "mapDecisionResult"),
    )
    if variable is not None and not VARIABLE.fullmatch(variable):
        check.refuse(task, "result-no-variable", variable=variable)
    if mapping is not None and mapping not in _DECISION_RESULTS:
        known = ", ".join(sorted(_DECISION_RESULTS))
        check.refuse(task, "result-mapping-unknown", mapping=mapping, known=known)
    if variable is None and mapping is not None:
        check.warn(task, "result-mapping-no-effect")
    if variable is None and not dialect.parameters(task, "outputParameter"):
        check.warn(task, "result-unused")


def _decision(check: Check, task: etree._Element) -> None:
    reference = dialect.camunda(task, "decisionRef")
    if reference is None:
        check.refuse(task, "decision-missing")
        return
    compiled = template(check, task, reference)
    if compiled is not None and compiled.is_literal and not check.decision_exists(reference):
        check.refuse(task, "decision-unknown", decision=reference)


def _service_task(check: Check, task: etree._Element) -> None:
    """Every service task is a job. Camunda's other ways to run one are refused where they are read."""
    kind, topic = dialect.camunda(task, "type"), dialect.camunda(task, "topic")
    if task.get("operationRef"):
        check.refuse(task, "service-operation-unsupported")
    if kind == "external" and topic is not None:
        literal(check, task, topic, _topic)
    elif kind == "external":
        check.refuse(task, "service-without-topic")
    elif kind is not None:
        check.refuse(task, "service-type-unsupported", type=kind)
    elif not _has_other_service(task):
        check.refuse(task, "service-not-external")


def _has_other_service(task: etree._Element) -> bool:
    """Whether it is refused already, for how it would run elsewhere."""
    return any(dialect.camunda(task, name) for name in _OTHER_SERVICES) or bool(
        dialect.extensions(task, CAMUNDA, "connector")
    )


BY_KIND: Mapping[str, Callable[[Check, etree._Element], None]] = {
    "userTask": _user_task,
    "scriptTask": _script_task,
    "receiveTask": _receive_task,
    "sendTask": _send_task,
    "businessRuleTask": _business_rule_task,
    "serviceTask": _service_task,
    "callActivity": call_activity,
}
"""What each kind of activity must be, beside what all share."""
