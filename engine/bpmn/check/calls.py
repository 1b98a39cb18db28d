"""Call activities, and what they pass."""

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import bare
from engine.bpmn.check.findings import Check
from engine.bpmn.check.texts import BOOLEANS, VARIABLE, template
from engine.bpmn.dialect import CAMUNDA

_PASSED = ("source", "sourceExpression", "variables", "businessKey")


def call_activity(check: Check, activity: etree._Element) -> None:
    """What it says; whether there is such a process, the deployment knows."""
    call = dialect.call(activity)
    if not call.key:
        check.refuse(activity, "call-without-key")
    elif "{" in call.key:
        check.refuse(activity, "call-no-expression")
    if call.binding not in (dialect.LATEST, dialect.TOGETHER, dialect.NUMBERED):
        check.refuse(activity, "call-binding-unsupported", binding=call.binding)
    elif call.numbered != bool(dialect.camunda(activity, "calledElementVersion")):
        check.refuse(activity, "call-binding-and-version")
    elif call.numbered and call.number is None:
        check.refuse(activity, "call-version-invalid")
    for kind in ("in", "out"):
        for mapping in dialect.extensions(activity, CAMUNDA, kind):
            _passed(check, mapping, kind)


def _passed(check: Check, mapping: etree._Element, kind: str) -> None:
    what = [name for name in _PASSED if mapping.get(name)]
    for name in mapping.attrib:
        if name not in (*_PASSED, "target", "local"):
            check.refuse(mapping, "passed-attribute-unknown", kind=kind, attribute=str(name))
    if what == ["businessKey"] and kind == "in":
        check.warn(mapping, "business-key-no-effect")
        return
    if len(what) != 1 or what == ["businessKey"]:
        check.refuse(mapping, "passed-unclear", kind=kind)
        return
    _passed_value(check, mapping, kind, what[0])
    if (local := mapping.get("local")) is not None and local.strip() not in BOOLEANS:
        check.refuse(mapping, "neither-true-nor-false", attribute="local", value=local)


def _passed_value(check: Check, mapping: etree._Element, kind: str, what: str) -> None:
    value, target = str(mapping.get(what)).strip(), (mapping.get("target") or "").strip()
    if what == "variables":
        if value != "all" or target:
            check.refuse(mapping, "passed-all-own-names", kind=kind)
        return
    if not VARIABLE.fullmatch(target):
        check.refuse(mapping, "passed-target-no-variable", kind=kind, variable=target)
    if what == "sourceExpression":
        template(check, mapping, bare(value))
    elif not VARIABLE.fullmatch(value):
        check.refuse(mapping, "passed-source-no-variable", value=value)
    if what == "sourceExpression" and kind == "in" and dialect.flag(mapping, "local", False):
        check.refuse(mapping, "passed-local-expression")
