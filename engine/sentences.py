"""What Baton says is wrong, each sentence under the code that names the fault: what the checks of diagrams,
decisions and forms find, and why something failed while a case ran.

A code stays what it is once released: the browser's other languages (`web/src/i18n/zh-CN/problems.json`) and
other programs go by it. To add one: a line here, and one there.
"""

from collections.abc import Mapping
from typing import Any, Union

Said = Union[str, int, "Sentence"]

LONGEST = 500
"""Characters of a text that a sentence tells of; what authors wrote may be much longer."""


class Sentence:
    """What is wrong, for a person: the code of the fault, and the values its sentence tells of.

    A value may be a sentence itself, such as the reason inside; `{value:capital}` is where one begins a
    sentence. `str()` is the English. Never changes.
    """

    __slots__ = ("code", "values")

    def __init__(self, code: str, /, **values: Said) -> None:
        self.code = code
        self.values: Mapping[str, Said] = {
            name: value[:LONGEST] if isinstance(value, str) else value for name, value in values.items()
        }

    def __str__(self) -> str:
        return SENTENCES[self.code].format(**self.values)

    def __format__(self, how: str) -> str:
        text = str(self)
        return text[:1].upper() + text[1:] if how == "capital" else text

    def told(self) -> dict[str, Any]:
        """The sentence as JSON: its English `detail`, its `code`, and its `values`, told alike."""
        values = {
            name: value.told() if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return {"detail": str(self), "code": self.code, "values": values}


def told(reason: "str | Sentence") -> dict[str, Any]:
    """A reason as JSON, as a `Sentence` is told; the own words of a person or a program have no code."""
    if isinstance(reason, Sentence):
        return reason.told()
    return {"detail": reason, "code": None, "values": {}}


SENTENCES: Mapping[str, str] = {
    # Files, and what lies in one deployment
    "no-files": "Give at least one file.",
    "too-many-files": "Give at most {most} files at once.",
    "path-not-plain": "The file's path must be relative, with plain names.",
    "not-deployable": "Only .bpmn diagrams, .dmn decisions and .json forms can be deployed.",
    "file-too-large": "The file has {size:,} bytes; at most {most:,} are allowed.",
    "no-json": "This is not JSON: {reason}.",
    "no-xml": "This is not well-formed XML: {reason}",
    "doctype": "A DOCTYPE is not allowed.",
    "no-diagram": "This is not a BPMN 2.0 diagram: its root must be bpmn:definitions.",
    "no-dmn": "This is not DMN 1.1 to 1.5: its root must be definitions.",
    "check-stopped": "There may be more problems: the check stopped here.",
    "process-also-in": "The process {key!r} is also in {file!r}.",
    "decision-also-in": "The decision {key!r} is also in {file!r}.",
    "form-also-in": "The form {key!r} is also in {file!r}.",
    "process-unknown": "There is no process {process!r}; deploy it before this one or with it.",
    "process-version-unknown": "There is no version {version} of the process {process!r}.",
    "process-not-together": (
        "The process {process!r} is not in this deployment, as calledElementBinding demands."
    ),
    "calls-itself": "A process cannot call itself: {path}.",
    "calls-too-deep": "More than {most} processes would be inside one another.",
    # Diagrams
    "element-unsupported": "bpmn:{element} is not supported.",
    "nothing-executable": (
        'No process in this diagram is executable: set isExecutable="true" on the one to run.'
    ),
    "too-many-in-file": "The file has more than {most:,} XML elements.",
    "id-invalid": (
        "The id {id!r} is not valid: begin with a letter or _, then letters, digits, '.', '-' and '_'."
    ),
    "id-too-long": "The id has {length} characters; at most {most} are allowed.",
    "id-twice": "The id {id!r} is used twice.",
    "name-too-long": "The name has {length:,} characters; at most {most} are allowed.",
    "too-many-declarations": (
        "The file declares more than {most:,} messages, signals, errors and escalations."
    ),
    "declaration-no-expression": "The bpmn:{element} {name!r} needs a plain text here, not an expression.",
    "process-without-id": "The process needs an id: it is the key by which it is started.",
    "too-many-elements": "The process has {number:,} elements; at most {most:,} are allowed.",
    "too-many-flows": "The process has more than {most:,} sequence flows.",
    "starters-no-expression": "camunda:{attribute} is a list of names, not an expression.",
    "record-without-prefix": (
        "baton:record needs a prefix of 1 to 10 capital letters and digits, such as INC."
    ),
    "lane-names-nothing": "The lane names {name!r}, which is not in the process.",
    "lane-no-group": (
        "The lane {lane!r} cannot be the name of a group; say which one is meant with baton:group in "
        "the lane."
    ),
    "nested-too-deep": "Sub-processes are nested more than {most} deep.",
    "no-start": "{scope} has no start event.",
    "several-starts": "{scope} has more than one start event; that is not supported.",
    "starts-alike": "Another start event begins with the {kind} {name!r}.",
    "start-timer-no-expression": (
        "A timer that begins cases needs a plain ISO 8601 text: there is no case yet to ask."
    ),
    "start-without-key": "What begins a case has no correlation key: every message of its name begins one.",
    "calls-without-start": "The process {process!r} has no plain start event to be called at.",
    "the-process": "The process {name!r}",
    "the-sub-process": "The sub-process {name!r}",
    "caught-twice": "Another event beside {element!r} catches the same {kind}.",
    "attached-twice": "Another {kind} event is attached to the same activity.",
    "flow-leads-nowhere": (
        "The sequence flow's {end} {id!r} is no element of the same process or sub-process."
    ),
    "flow-not-here": "A sequence flow cannot lead from {source!r} to {target!r}.",
    "flow-without-condition-here": "A flow out of a bpmn:{element} cannot have a condition.",
    "condition-empty": "The condition is empty.",
    "unreachable": "Nothing leads to {element!r} from the start.",
    "event-sub-process-input-output": (
        "An event sub-process has no camunda:inputOutput: its messages carry a baton:payload."
    ),
    "event-sub-process-flows": (
        "An event sub-process has no sequence flows of its own: its start event starts it."
    ),
    "event-sub-process-repeated": "An event sub-process cannot be repeated.",
    "element-unsupported-inside": "bpmn:{element} in a bpmn:{inside} is not supported.",
    "attribute-value-unsupported": '{attribute}="{value}" is not supported.',
    "default-not-outgoing": "The default flow {flow!r} is none of the outgoing flows.",
    "default-with-condition": "A default flow has no condition: it is taken when no other is.",
    "flow-without-condition": (
        "A flow out of the gateway {gateway!r} has no condition and is not its default."
    ),
    "event-gateway-too-few": "An event-based gateway needs at least two outgoing flows.",
    "event-gateway-leads-elsewhere": (
        "An event-based gateway leads to intermediate catch events and receive tasks only."
    ),
    "event-gateway-plain-receive": (
        "A receive task after an event-based gateway has no inputs, no boundary event and no repetition."
    ),
    "event-gateway-shared-event": "An event after an event-based gateway has no other incoming flow.",
    "several-event-definitions": (
        "An event with these several definitions is not supported here; draw one event for each."
    ),
    "event-without-kind": "A {event} without an event definition is not supported here.",
    "event-of-kind-unsupported": "A {event} with a {kind} event definition is not supported here.",
    "event-sub-process-start": "start event of an event sub-process",
    "element": "bpmn:{element}",
    "boundary-attached-to-nothing": (
        "The boundary event is attached to {host!r}, which is no activity beside it."
    ),
    "link-without-name": "A link event needs the name of its link.",
    "link-caught-twice": "Another link event beside it catches the link {name!r}.",
    "link-leads-nowhere": "No link event of the same process or sub-process catches the link {name!r}.",
    "timer-unclear": "A timer event needs exactly one of timeDate, timeDuration and timeCycle, with a text.",
    "conditional-event-empty": "A conditional event needs a condition.",
    "message-without-name": "{element!r} refers to no message with a name.",
    "correlation-without-key": "baton:correlation needs a key.",
    "signal-without-name": "{element!r} refers to no signal with a name.",
    "payload-of-nothing": "What sends a payload names the variable that is the payload.",
    "send-and-job": "A send task either sends its message or is a job with a topic.",
    "payload-no-variable": "baton:payload needs the name of a variable; {variable!r} is none.",
    "error-always-interrupts": "An event that catches an error always interrupts.",
    "thrown-unknown": "There is no {kind} {name!r}.",
    "thrown-without-code": "What throws an {kind} names an {kind} with an {kind}Code.",
    "thrown-variable-catches-only": "camunda:{kind}{what}Variable is for events that catch.",
    "thrown-no-variable": "camunda:{kind}{what}Variable needs a variable; {variable!r} is none.",
    "boundary-of-handler": "No event is attached to {element!r}, for it is a compensation handler.",
    "compensation-of-repeated": (
        "{element!r} is repeated, so it has no compensation handler: put it into a sub-process, and the "
        "compensation event on that."
    ),
    "compensation-reference-thrown-only": "activityRef is for what throws a compensation.",
    "compensation-without-handler": (
        "A compensation event needs an association with one activity beside it: its handler, marked with "
        'isForCompensation="true".'
    ),
    "compensation-of-nothing": (
        "{id!r} is no activity beside this event that could be compensated: one with a handler, or a "
        "sub-process that holds such."
    ),
    "handler-event-sub-process": "An event sub-process is no compensation handler.",
    "cancel-outside-transaction": (
        "Only a transaction is cancelled: the end that does it lies directly in one, the event by which it "
        "is left then is attached to one."
    ),
    "cancel-always-interrupts": "A cancel event always interrupts.",
    "cancel-without-boundary": (
        "{element!r} can be cancelled, so it needs a cancel event at its boundary, by which it is left then."
    ),
    "cancel-of-repeated": (
        "{element!r} can be cancelled, so it cannot be repeated: put it into a sub-process that is."
    ),
    "transaction-by-event": "A transaction is no event sub-process.",
    "parameter-without-name": "A camunda:{kind} needs the name of a variable; {name!r} is none.",
    "parameter-no-expression": "camunda:{element} in a camunda:{kind} is not supported; write an expression.",
    "repetition-element-unsupported": (
        "bpmn:{element} is not supported; use camunda:collection and camunda:elementVariable."
    ),
    "repetition-unclear": "A multi-instance activity needs either camunda:collection or a loopCardinality.",
    "item-without-collection": "camunda:elementVariable needs a camunda:collection to take its values from.",
    "item-no-variable": "camunda:elementVariable {variable!r} is not the name of a variable.",
    "repeated-twice": "An activity is either multi-instance or a standard loop.",
    "loop-without-end": "A standard loop needs a loopCondition or a loopMaximum.",
    "loop-maximum-no-number": "The loopMaximum {text!r} is no whole number.",
    "form-unknown": "There is no form {form!r}; deploy forms/{form}.json with the diagram.",
    "separation-empty": "baton:separation needs from= with the ids of user tasks or of the start event.",
    "separation-names-nothing": "baton:separation names {id!r}, which is no user task and no start.",
    "script-format": 'A script task needs scriptFormat="python".',
    "script-missing": "The script task has no script.",
    "script-wrong": "Script line {line}, column {column}: {reason}",
    "operation-unsupported": "operationRef is not supported.",
    "call-without-key": "A call activity needs calledElement: the key of the process it calls.",
    "call-no-expression": "calledElement is the key of a process, not an expression.",
    "call-binding-unsupported": 'camunda:calledElementBinding="{binding}" is not supported.',
    "call-binding-and-version": (
        'camunda:calledElementBinding="version" and camunda:calledElementVersion need each other.'
    ),
    "call-version-invalid": "camunda:calledElementVersion is no version: those count from 1.",
    "passed-attribute-unknown": "camunda:{kind} has no attribute {attribute}.",
    "business-key-no-effect": "A business key has no effect: the called process is part of the same case.",
    "passed-unclear": 'camunda:{kind} needs one of source, sourceExpression and variables="all".',
    "passed-all-own-names": 'camunda:{kind} passes variables="all", each under its own name.',
    "passed-target-no-variable": "The target of a camunda:{kind} is a variable; {variable!r} is none.",
    "passed-source-no-variable": "{value!r} is no variable: an expression goes in sourceExpression.",
    "passed-local-expression": "A sourceExpression sees what it sees: local makes no sense with it.",
    "decision-binding-unsupported": (
        "Only the latest version of a decision is used: leave camunda:decisionRefBinding out."
    ),
    "result-no-variable": "camunda:resultVariable {variable!r} is not the name of a variable.",
    "result-mapping-unknown": "camunda:mapDecisionResult {mapping!r} is none of {known}.",
    "result-mapping-no-effect": "camunda:mapDecisionResult has no effect without a camunda:resultVariable.",
    "result-unused": "The result goes nowhere: there is neither a camunda:resultVariable nor an output.",
    "decision-missing": "A business rule task needs a camunda:decisionRef; nothing else can decide here.",
    "decision-unknown": "There is no decision {decision!r}; deploy the .dmn file with it, or before it.",
    "service-operation-unsupported": "operationRef is not supported; give the service task a topic.",
    "service-without-topic": "The service task needs a camunda:topic: what its job is for.",
    "service-type-unsupported": 'camunda:type="{type}" is not supported: a service task is external.',
    "service-not-external": 'A service task needs camunda:type="external" and a camunda:topic.',
    "foreign-element": "{element} does not belong here; extensions go inside bpmn:extensionElements.",
    "only-once": "bpmn:{element} may be given only once.",
    "data-association-unsupported": (
        "Assignments of data associations are not supported; use camunda:inputOutput."
    ),
    "attribute-unknown": (
        "BPMN knows no attribute {attribute!r} on a bpmn:{element}; is its prefix camunda: missing?"
    ),
    "neither-true-nor-false": '{attribute}="{value}" is neither true nor false.',
    "baton-attribute": "baton:{attribute} is no attribute: baton: elements go inside bpmn:extensionElements.",
    "attribute-no-effect": "The attribute {attribute} has no effect.",
    "baton-only-once": "baton:{element} may be given only once.",
    "language-unsupported": "The expression language {language!r} is not supported.",
    "asynchronous-no-effect": "camunda:{attribute} has no effect: every command is one transaction.",
    "camunda-unsupported": "camunda:{name} on a bpmn:{element} is not supported.",
    "engine-word": "{word} changes what {engine} does, and nothing here does the same.",
    "engine-word-instead": "{word} is for {engine}: here, write {instead}.",
    "extension-must-be-understood": (
        "The file says that its extension {extension!r} must be understood, and it is not known here."
    ),
    "form-start-only": "Only the start event of a process has a form.",
    "retry-no-effect": "camunda:failedJobRetryTimeCycle has no effect.",
    "extension-no-effect": "The extension {element} has no effect.",
    "input-output-element-unsupported": "{element} in a camunda:inputOutput is not supported.",
    "baton-unsupported": "baton:{name} on a bpmn:{element} is not supported.",
    "baton-attribute-unknown": "baton:{element} has no attribute {attribute!r}.",
    "clock-marked-twice": "The clock {clock!r} is marked so twice here.",
    "clock-without-name": "baton:clock needs a name of at most 64 letters, digits, '-' and '_'.",
    "clock-action-unknown": "A clock's action is {known}; {action!r} is none.",
    "clock-moment-unknown": 'A clock has no {action} on="{moment}": that may be on {allowed}.',
    "clock-claim-elsewhere": "Only a user task is claimed.",
    "clock-of-process": "On a process a clock can only start.",
    "clock-pause-elsewhere": "A bpmn:{element} takes no time, so no clock can pause there.",
    "clock-never-starts": "Nothing in this file starts the clock {clock!r}.",
    "expression-wrong": "In {text!r:.120}: {reason}",
    "text-no-boolean": (
        "With {text} this asks for a text: no boolean is equal to it. Write true or false without quotes if "
        "one is meant."
    ),
    "no-whole-number": "{text!r:.40} is no whole number.",
    "cardinality-negative": "The loopCardinality is negative.",
    "holder-too-long": (
        "{text!r:.40} is longer than the {most} characters a person's or group's name may have."
    ),
    "topic-too-long": "The topic has {length} characters; at most {most} are allowed.",
    # Whether a case can go on in another version
    "not-in-version": "{element!r} is not in this version.",
    "other-kind-in-version": "{element!r} is of another kind in this version.",
    "elsewhere-in-version": "{element!r} is in another sub-process, or at another host, in this version.",
    "other-branches-in-version": "Other branches meet at {element!r} in this version.",
    "calls-other-in-version": (
        "{element!r} calls version {version} of {process!r} in this version, while version "
        "{version_now} of {process_now!r} goes on there."
    ),
    # Decision tables
    "no-decision": "There is no decision in this file.",
    "too-many-decisions": "A file has at most {decisions} decisions and {cells:,} cells.",
    "decision-element-unsupported": "{element} is not supported in {inside}.",
    "knowledge-model-unsupported": (
        "Business knowledge models are not supported: make it a decision, and require that."
    ),
    "decision-service-unsupported": (
        "Decision services are not supported: a diagram names the decision itself."
    ),
    "import-unsupported": "A file cannot import another: put the decisions it requires into the same file.",
    "values-not-imported": "Values cannot be imported: write them out.",
    "decision-language": "The expression language is FEEL, not {language!r}.",
    "input-variable-unsupported": "camunda:inputVariable is not supported: write ? for the input.",
    "decision-attribute-no-effect": "camunda:{attribute} has no effect here.",
    "decision-attribute-unknown": "{element} has no attribute {attribute!r}.",
    "decision-without-id": "A decision needs an id: a word of at most {most} letters.",
    "decision-twice": "There are two decisions {decision!r}.",
    "decision-logic-unclear": "A decision has one decision table, or one literal expression.",
    "literal-expression-empty": "The literal expression is empty.",
    "too-many-rules": "A table has at most {most:,} rules.",
    "no-rules": "The table has no rules.",
    "hit-policy-unknown": "There is no hit policy {policy!r}, only {known}.",
    "aggregation-unknown": "An aggregation is SUM, MIN, MAX or COUNT, of the hit policy COLLECT.",
    "no-output": "The table has no output.",
    "outputs-without-names": "Of several outputs, each needs a name of its own.",
    "aggregation-one-output": "{aggregation} is for tables with one output.",
    "priorities-missing": "{policy} needs a list of values for an output, the most important first.",
    "column-without-expression": "Column {column!r} has no expression to look at.",
    "type-not-checked": "The type {type!r} is not checked.",
    "input-cells-missing": "Rule {row} has {cells} input cells for {columns} input columns.",
    "output-cells-missing": "Rule {row} has {cells} output cells for {columns} output columns.",
    "wrong-in-cell": "Rule {row}, column {column!r}: {reason}",
    "wrong-in-rule": "Rule {row}: {reason}",
    "wrong-in-column": "Column {column!r}: {reason}",
    "wrong-in-table": "{reason}",
    "cell-no-text": "This is no text.",
    "cell-no-boolean": "This is no boolean.",
    "cell-no-number": "This is no number.",
    "cell-no-whole-number": "This is no whole number.",
    "cell-no-date": "This is no date.",
    "cell-no-instant": "This is no date and time.",
    "cell-no-duration": "This is no duration.",
    "cell-not-allowed": "This is not among the values of its column.",
    "too-many-characters": "The cells of a file have at most {most:,} characters together.",
    "decision-not-here": "There is no decision {decision!r} in this file to require.",
    "decisions-in-a-circle": "Decisions cannot rest on each other in a circle: {circle}.",
    "result-ambiguous": "{name!r} means several results of the decisions required here.",
    "decision-not-required": "This reads the variable {name!r}: it does not require that decision.",
    # Decisions, when they are made
    "decision-failed": "{place}: {reason}",
    "decision-named": "Decision {name!r}",
    "rule-of": "{decision}, rule {row}",
    "column-of": "{decision}, column {column!r}",
    "decision-missing-in-file": "There is no such decision in this file.",
    "rules-overlap": "Rules {rules} match together, but the hit policy is UNIQUE.",
    "rules-disagree": (
        "Rules {one} and {other} match together and give different outputs, but the hit policy is ANY."
    ),
    "output-without-place": "This output has no place in the list of values.",
    "column-of-other-type": "The column is of type {type}, but this is {value}.",
    "not-among-values": "{value} is not among the values of this column.",
    "condition-gives-other": "A cell with ? says true or false, but this gives {value}.",
    "condition-without-input": "This gives true or false. Write ? for the input, as in ? > limit.",
    # Cells of decision tables
    "dash-in-output": "'-' is for input cells. An output is a value, or left empty for null.",
    "input-sign-in-output": "? stands for the input, in input cells only.",
    "value-missing-beside": "There is a value missing beside this comma or bracket.",
    "not-around-all": "not(...) goes around the whole cell, once.",
    "range-of-two-kinds": "The two ends of a range are of one kind.",
    "range-empty": "This range ends before it begins, so nothing is in it.",
    "both-sides-missing": "Write out both sides, with ? for the input: ? > 5 and ? < 10.",
    "null-has-no-order": "Null has no order.",
    "boolean-has-no-order": "A boolean has no order.",
    "value-missing": "There is a value missing beside {sign!r}.",
    "expression-in-braces": "An expression stands here as it is, without ${{...}}.",
    "quotes-not-straight": 'Texts stand in straight quotes: "...".',
    "text-unclosed": "This text has no closing quote.",
    "sign-meaningless": "{sign!r} means nothing here.",
    "word-unknown": "{word!r} is not known here: {instead}.",
    "instead-of-then": "write 'a if condition else b'",
    "instead-of-between": "write '1 <= ? <= 5', or the range [1..5]",
    "instead-of-some": "write 'any(... for x in xs)'",
    "instead-of-every": "write 'all(... for x in xs)'",
    "instead-of-satisfies": "write 'any(... for x in xs)' or 'all(... for x in xs)'",
    "instead-of-return": "write '[... for x in xs]'",
    "instead-of-instance": "write 'type_of(x) == ...'",
    "instead-of-function": "there are no functions of your own",
    "range-inside": "A range is a test of its own: [1..5], (1..5] or ]1..5[.",
    "name-with-space": "Names have no spaces here: '{one} {other}'. Use one word, such as '{one}_{other}'.",
    "instant-without-zone": "{text!r} needs a zone: Z, an offset such as +02:00, or @Europe/Berlin.",
    "months-and-days": "Months and days have no order: months differ in length.",
    "moment-too-long": "This text is too long for a date, an instant or a duration.",
    "no-date": "{text!r} is not a date such as '2026-01-31'. Of an instant, take date(...).",
    "duration-mixed": "A duration has years and months, or days and shorter, not both.",
    # Times and durations
    "no-time-zone": "There is no time zone {zone!r}.",
    "no-duration": "{text!r} is not an ISO 8601 duration such as PT30M, PT4H or P2D.",
    "duration-too-long": "The duration {text!r} is too long.",
    "instant-too-late": "The instant lies beyond the calendar's end.",
    "no-working-time": "Working time is given in hours, minutes and seconds, such as PT4H or PT30M.",
    "working-time-out-of-bounds": "Working time is more than nothing and at most {most:,} hours.",
    "no-repetition": "{text!r} is not an ISO 8601 repetition such as R3/PT10M or R/P1D.",
    "repetition-without-interval": "The repetition {text!r} has no interval.",
    "repetition-too-short": "The repetition {text!r} has an interval shorter than a second.",
    "repetition-never": "The repetition {text!r} never happens.",
    "no-instant": "{text!r} is not an ISO 8601 date and time such as 2026-03-01T09:00:00Z.",
    "instant-beyond": "{text!r} lies beyond the calendar's end.",
    "instant-too-early": "{text!r} lies before the year {year}.",
    # Scripts and expressions
    "text-too-long": "This is longer than {most} characters. Split it up.",
    "name-with-underscore": "Names do not start with an underscore here: {name!r}.",
    "loop-needs-names": "A loop needs a name here, or names with commas between them.",
    "name-not-assignable": "{name} cannot be assigned.",
    "name-is-function": "{name} is a function: give the variable another name.",
    "operator-unknown": "This operator is not part of the language: use + - * / // % **.",
    "no-tilde": "There is no ~ here.",
    "text-not-formatted-so": "Text is not formatted with %: use an f-string, such as f'{{name}}'.",
    "is-null-only": "'is' compares with null only: use ==.",
    "no-stars-in-dict": "There is no ** here: name the entries, or use update in a script.",
    "only-functions-called": "Only functions and methods can be called.",
    "function-no-named-arguments": "{function} takes no named arguments.",
    "function-unknown": "There is no function {name!r}.",
    "method-unknown": "There is no method {name!r}.",
    "did-you-mean": "{reason} Did you mean {name!r}?",
    "argument-unknown": "{function} takes no argument named {argument!r}.",
    "arguments-one": "{function} takes {wanted} argument, not {given}.",
    "arguments-exactly": "{function} takes {wanted} arguments, not {given}.",
    "arguments-between": "{function} takes {least} to {most} arguments, not {given}.",
    "method-changes": "{method} changes what it is called on, which only scripts may do.",
    "no-stars-in-call": "There is no ** for several arguments here.",
    "defined-takes-a-name": "defined takes one name, such as defined(a) or defined(a.b).",
    "no-async": "There is no async here.",
    "no-conversion-in-text": "There is no !r, !s, !a or = in f-strings here.",
    "format-unclear": "A format is like {{x:.2f}}, {{x:>10}} or {{x:,}}: widths to 99, digits to 19.",
    "nests-too-deeply": "This nests too deeply, or chains too many operators. Break it up.",
    "nests-too-deeply-here": "This nests too deeply. Break it up.",
    "expression-unclosed": "This '${{' has no closing '}}'. For the characters, write '$${{'.",
    "expression-missing": "There is no expression here.",
    "unreadable": "This cannot be read: {reason}.",
    "unreadable-characters": "This cannot be read: it holds impossible characters, or is too complicated.",
    "bracket-closes-nothing": "This bracket closes nothing.",
    "too-many-elif": "This nests too deeply, or has too many elif. Look values up in a dict.",
    "unpacking-unclear": "Several values go to names with commas between them, and nothing else.",
    "only-names-assigned": "Only names, a.b and a[i] can be assigned or deleted.",
    "operator-unknown-assigned": "This operator is not part of the language: use += -= *= /= //= %= **=.",
    "variable-not-deleted": "A variable cannot be deleted: assign null to it.",
    "loop-name-taken": "{name!r} is already a variable of this script: give the loop's another name.",
    "loop-name-outside": "{name!r} lives in its loop only: there, assign it to a variable to keep it.",
    "no-loop-around": "There is no loop around this.",
    "line-does-nothing": "This line does nothing with its value: assign it with a single '='.",
    "variable-unknown": ("There is no variable {name!r}. Ask with defined({name}) where it may be missing."),
    "function-not-called": "{name} is a function: call it, as in {name}(...).",
    "too-complicated": "This is too complicated to evaluate.",
    "not-in-language": "This is not part of the language.",
    "no-lambda": "Functions cannot be made here: there is no lambda.",
    "no-walrus": "There is no := here: assign in a line of its own.",
    "no-stars": "There is no * for several values here.",
    "no-await": "There is no await here.",
    "no-yield": "There is no yield here.",
    "no-sets": "There are no sets here: use a list.",
    "brackets-missing": "This needs square brackets around it, unless a function takes it.",
    "slice-unclear": "A slice has one range, such as items[0:3].",
    "no-import": "Nothing can be imported here. The functions at hand are listed in the reference.",
    "no-functions": "Functions cannot be defined here.",
    "no-classes": "Classes cannot be defined here.",
    "no-return": "There is no return here: assign the result to a variable.",
    "no-while": "There is no while here: go through a list or range(n) with for, and leave with break.",
    "no-try": "There is no try here: ask first, with defined(x), 'in' or get.",
    "no-with": "There is no with here.",
    "no-raise": "There is no raise here: let a gateway or an error event decide.",
    "no-assert": "There is no assert here.",
    "no-global": "There is no global here: every variable is the instance's.",
    "no-nonlocal": "There is no nonlocal here.",
    "no-types": "Variables take no type here.",
    "no-feel": "This is FEEL, the language of Camunda 8. Write it in Baton's, without the = before it.",
    "camunda-name": (
        "{name} is Camunda's and means nothing here. A variable is read by its name alone; case_number and "
        "requester tell of the case."
    ),
    "juel-call": (
        "{name}(...) is a call that JUEL makes into Java, and there is no Java here. Write the whole "
        "expression in Baton's language."
    ),
    "juel-sign": "{sign!r} cannot be translated from JUEL here. Write the expression in Baton's language.",
    "juel-unfinished": "This JUEL expression ends too early.",
    "juel-escape": "A text in JUEL knows no {escape!r}: only the backslash and its own quote are escaped.",
    "juel-index": (
        "Only a number or a text between [ and ] is translated from JUEL. Write the expression in Baton's "
        "language."
    ),
    "juel-in-text": "JUEL writes this value in other words than Baton: within a text, give a text.",
    "juel-name": "{name!r} cannot be the name of a variable here.",
    "number-too-large": "This number is too large.",
    "whole-number-too-large": "This number is too large: whole numbers go up to 9007199254740991.",
    "number-not-finite": "This number is not finite.",
    "half-a-character": "This text holds half a character (a lone surrogate).",
    # What goes wrong when a script or expression runs
    "no-length": "{value:capital} has no length.",
    "needs-a-value": "{function} needs at least one value.",
    "round-digits": "round takes a whole number of digits, from -15 to 15.",
    "neither-true": "{value:capital} is neither true nor false.",
    "not-compared": "{one:capital} cannot be compared with {other}.",
    "divides-by-zero": "This divides by zero.",
    "dict-takes": "dict takes a dict, or a list of pairs [text, value].",
    "range-takes": "range takes whole numbers, and no step of 0.",
    "enumerate-takes": "enumerate counts from a whole number.",
    "takes-numbers": "{function} takes numbers, not {value}.",
    "text-is-not": "{text!r} is not {what}.",
    "value-too-large": "This makes a value larger than {most} items and characters.",
    "too-much-memory": (
        "This uses too much memory. In a loop, append to a list instead of adding lists or texts."
    ),
    "too-many-ticks": "This takes too long: more than {most} steps.",
    "too-many-seconds": "This takes too long: more than {most} seconds.",
    "nothing-set-inside": "Nothing can be set inside {value}.",
    "nothing-deleted-from": "Nothing can be deleted from {value}.",
    "only-text-in-text": "Only text can be in text, not {value}.",
    "nothing-in": "Nothing can be in {value}: use a list, a dict or text after 'in'.",
    "not-gone-through": "{value:capital} cannot be gone through: use a list, a dict or text.",
    "no-json-type": "A value of type {type} is no JSON.",
    "keys-are-texts": "The keys of a dict are texts.",
    "value-larger": "This value is larger than {most} items and characters.",
    "value-too-deep": "This value nests too deeply, or contains itself.",
    "type-null": "null",
    "type-text": "text",
    "type-boolean": "a boolean",
    "type-number": "a number",
    "type-list": "a list",
    "type-dict": "a dict",
    "type-none-of-json": "something that is no JSON",
    "too-complicated-to-run": "This is too complicated to run.",
    "pattern-too-long": "A pattern has up to {most} characters.",
    "months-no-seconds": "Months and years have no fixed number of seconds.",
    "duration-takes": "duration takes a number of seconds, not {value} like this.",
    "date-by-days": "A date moves by whole days: use an instant for hours and minutes.",
    "no-moment": "{text!r} is not an instant such as '2024-05-01T10:00:00Z'.",
    "moment-out-of-years": "{what} is not a date or time between the years 1 and 9999.",
    "this-moment": "This",
    "text-told": "{text!r}",
    "no-zone-name": "{text!r} is not a time zone such as 'Europe/Berlin'.",
    "times-are-texts": "Dates, instants, durations and zones are texts, not {value}.",
    "takes-text": "{method} takes text, not {value}.",
    "position-no-number": "A position is a whole number, not {value}.",
    "split-needs": "split needs a separator; list(text) gives the single characters.",
    "join-takes": "join takes a list of texts, not {value}.",
    "join-takes-texts": "join takes texts only: use [str(x) for x in ...].",
    "replace-needs": "replace needs at least one character to look for.",
    "zfill-most": "zfill fills up to 100 characters.",
    "item-not-in-list": "The list does not hold this item. Ask with 'in' first.",
    "no-item-to-pop": "The list has no item {position}: it has {number}.",
    "key-no-text": "The key of a dict is text, not {value}.",
    "update-takes": "update takes a dict, not {value}.",
    "no-entry-to-pop": "The dict has no {name!r}.",
    "has-no-entry": "{value:capital} has no {name!r}.",
    "no-entry": "There is no {name!r} in this dict.",
    "method-to-call": "{reason} To call the method, write {name}(...).",
    "has-no-method": "{value:capital} has no method {name!r}.",
    "needs-items": "This needs a list of {wanted} items, not {found}.",
    "items": "{number} items",
    "no-items": "{value:capital} has no items.",
    "no-item-in-list": "There is no item {position}: this list has {number}.",
    "no-item-in-text": "There is no item {position}: this text has {number}.",
    "no-slices": "{value:capital} has no slices.",
    "slice-takes": "A slice takes whole numbers, and no step of 0.",
    "not-available": "{name} is not available here.",
    "arguments-not-taken": "{name} does not take {number} arguments.",
    "format-does-not-fit": "The format {format!r} does not fit {value}.",
    "not-added": "{one:capital} cannot be added to {other}: use str(...).",
    "zero-no-power": "Zero has no negative power.",
    "negative-no-power": "A negative number has no such power.",
    "sign-needs-number": "{sign} needs a number, not {value}.",
    "no-order": "{one:capital} and {other} have no order.",
    "sign-not-with": "{sign} does not work with {one} and {other}.",
    "moments-are-texts": "Dates, instants and durations are texts, not {value}.",
    # Form documents
    "wrong-in-form": "{place}: {reason}",
    "form-no-object": 'A form is an object: {{"schema": ..., "ui": ..., "i18n": ...}}.',
    "form-member-unknown": "A form has only schema, ui and i18n.",
    "ui-no-object": "The ui is an object.",
    "schema-no-object": "The schema of a form is an object.",
    "no-schema": "{reason}",
    "schema-of-no-object": 'The schema of a form has "type": "object".',
    "schema-dialect": "Only {dialect} is supported.",
    "format-unknown": "The format {format!r} is not one of: {known}.",
    "only-true-or-false": "Only true or false is supported here.",
    "definitions-not-at-top": "Definitions stand at the top of the schema.",
    "definition-in-itself": "The definition {definition!r} contains itself.",
    "keyword-unsupported": "The keyword {keyword!r} is not supported. Names of your own begin with x-.",
    "pattern-unsupported": "The pattern {pattern!r} cannot be matched in linear time (RE2): {reason}.",
    "reference-unknown": "The reference {reference!r} is not to a definition of this form (#/$defs/name).",
    "references-too-deep": "References nest deeper than {most} levels.",
    "too-many-schemas": "More than {most} schemas once the references are resolved.",
    "i18n-no-object": "The i18n is an object: a locale, and what is different in it.",
    "translation-unclear": "A translation is an object with schema and ui, as far as they differ.",
    "translation-of-nothing": "The schema has no such place.",
    "translation-of-rules": "Only titles and descriptions of the schema can be translated.",
    # Why an element of a case failed
    "script-failed": "Line {line}, column {column}: {reason}",
    "no-condition-holds": (
        "None of the conditions on the outgoing flows holds, and there is no default flow."
    ),
    "condition-no-boolean": "The condition is neither true nor false.",
    "flow-condition-no-boolean": "The condition of the flow {flow!r} is neither true nor false.",
    "loop-condition-no-boolean": "The loop condition is neither true nor false.",
    "completion-condition-no-boolean": "The completion condition is neither true nor false.",
    "cardinality-no-number": "The loop cardinality is no whole number.",
    "collection-no-list": "The collection is no list.",
    "repeated-too-often": "The activity is to run {number:,} times; at most {most:,} are allowed.",
    "too-many-tokens": "The case would have more than {most:,} things going on at once.",
    "too-many-to-undo": "More than {most:,} completed activities would have to be kept to be undone.",
    "too-many-steps": (
        "The case took {steps:,} steps without waiting for anything. Is there an endless loop?"
    ),
    "busy-too-long": "The case was busy for {seconds} seconds without waiting for anything.",
    "stuck-at-join": "It waits for other paths to arrive, and nothing is left that could take them.",
    "variable-missing": "There is no variable {name}.",
    "timer-no-text": "The timer's value {value} is no ISO 8601 text.",
    "timer-unreadable": "The timer cannot be read: {reason}",
    "due-date-no-text": "The due date {value} is no ISO 8601 text.",
    "due-date-unreadable": "The due date cannot be read: {reason}",
    "payload-no-object": "The payload {variable} is no object: its fields are what is sent.",
    "correlation-key-no-text": "The correlation key is neither a text nor a number.",
    "correlation-key-too-long": "The correlation key {key!r:.60} is longer than {most} characters.",
    "error-unhandled": "Nothing handles the error {error!r}.",
    "error-unhandled-told": "Nothing handles the error {error!r}: {message}",
    "decision-key-no-text": "The key of the decision is no text.",
    "decision-not-deployed": "No decision {decision!r} is deployed.",
    "topic-no-text": "The topic {topic} is no text of at most {most} characters.",
    "assignee-no-text": "The assignee is no text.",
    "no-holder": "{name!r:.40} is no name of a person or group: it is longer than {most} characters.",
    "candidates-no-list": "The candidates are no list of texts.",
    "too-many-candidates": "There are more than {most} candidates; offer the task to a group.",
    "task-priority-no-number": "The task's priority {value} is no whole number.",
    "calendar-closed": "The case's calendar is not open for so long within {years} years.",
    "calendar-in-circle": ("A case's calendar depends on its service and requester, so these cannot on it."),
    "calendar-missing": "This case has no calendar: neither its agreement nor its service has one.",
    "instant-too-far": "{text} is more than {years} years from now.",
    # Why something did not arrive, fire or begin
    "nobody-waits": "No case waits for this message.",
    "several-wait": "Several cases wait for this message. Name one, or give a correlation key.",
    "several-begin": "Several processes begin with this message.",
    "newer-format": "This case was last saved by a newer Baton, which alone can continue it.",
    "variable-no-json": "A variable holds a value that JSON cannot: {reason}",
    "variables-too-large": ("The case's variables would take {size:,} bytes; at most {most:,} are allowed."),
    "unexpected": "{kind}: {reason}",
    # What a case, or the event that begins one, is told
    "payload-unused": "The diagram does not say what becomes of a payload of this message.",
    "no-variable": "{name!r} is not the name of a variable.",
    # What is filled into a form
    "told-by-baton": "{name!r} is told by Baton; only a start form may ask for it.",
    "no-form": "This task has no form and takes no data.",
    "fields-no-object": "Give the fields as an object.",
    "field-undeclared": "This field is not part of the form.",
    "field-required": "This field is required.",
    "value-not-allowed": "This value is not allowed.",
    "check-takes-too-long": "This takes too long to check. Send less.",
    "data-too-deep": "Nested deeper than {most} levels.",
    "data-too-large": "Larger than {most} kB.",
    "too-many-values": "More than {most} values.",
    "no-unicode": "Contains text that is not valid Unicode.",
    "no-json-value": "This is not a JSON value.",
    "integer-too-large": "Enter a number of at most {most}.",
    "choose": "Choose one of: {options}.",
    "must-be": "This must be: {value}.",
    "enter": "Enter {what}.",
    "or": "{one} or {other}",
    "a-text": "text",
    "a-number": "a number",
    "a-whole-number": "a whole number",
    "a-boolean": "true or false",
    "a-list": "a list",
    "a-group": "a group of fields",
    "nothing": "nothing",
    "enter-less-than": "Enter less than {bound}.",
    "enter-more-than": "Enter more than {bound}.",
    "enter-at-most": "Enter {bound} or less.",
    "enter-at-least": "Enter {bound} or more.",
    "enter-multiple": "Enter a multiple of {bound}.",
    "enter-characters-most": "Enter at most {number} characters.",
    "enter-characters-most-one": "Enter at most 1 character.",
    "enter-characters-least": "Enter at least {number} characters.",
    "enter-characters-least-one": "Enter at least 1 character.",
    "give-entries-most": "Give at most {number} entries.",
    "give-entries-most-one": "Give at most 1 entry.",
    "give-entries-least": "Give at least {number} entries.",
    "give-entries-least-one": "Give at least 1 entry.",
    "fill-fields-most": "Fill in at most {number} fields.",
    "fill-fields-most-one": "Fill in at most 1 field.",
    "fill-fields-least": "Fill in at least {number} fields.",
    "fill-fields-least-one": "Fill in at least 1 field.",
    "entry-missing": "An entry of the expected kind is missing.",
    "entries-too-many": "There are too many entries of this kind.",
    "entries-too-few": "There are too few entries of this kind.",
    "entry-only-once": "Each entry may be given only once.",
    "fits-several": "This fits more than one of the alternatives; it must fit exactly one.",
    "pattern-missed": "This does not have the expected form.",
    "enter-date": "Enter a date, such as 2026-03-31.",
    "enter-instant": "Enter a date and time with its offset, such as 2026-03-31T14:00:00+02:00.",
    "enter-time": "Enter a time, such as 14:00:00.",
    "enter-duration": "Enter a duration, such as PT4H or P2D.",
    "enter-email": "Enter an e-mail address.",
    "enter-uri": "Enter a web address, such as https://example.org.",
    "enter-hostname": "Enter a host name.",
    "enter-ipv4": "Enter an IPv4 address.",
    "enter-ipv6": "Enter an IPv6 address.",
    "enter-uuid": "Enter a UUID.",
}
