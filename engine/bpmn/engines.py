"""What other engines' words mean here: those that would change what happens are refused by name, with the
word to write instead where there is one. Words of programs that only draw pass, with a warning.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine by its `name`, and the usual `prefix` of its words. The `harmless` ones change nothing here,
    some only with a certain value; `instead` of others there is one to write. `like_camunda`: it has the
    words of `camunda:`.
    """

    name: str
    prefix: str
    harmless: Collection[str] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    like_camunda: bool = False


_ZEEBE = {
    "taskDefinition": 'camunda:type="external" and camunda:topic',
    "assignmentDefinition": "camunda:assignee, camunda:candidateUsers and camunda:candidateGroups",
    "taskSchedule": "camunda:dueDate",
    "priorityDefinition": "camunda:priority",
    "formDefinition": "camunda:formKey",
    "ioMapping": "camunda:inputOutput",
    "calledElement": "calledElement, camunda:in and camunda:out",
    "calledDecision": "camunda:decisionRef and camunda:resultVariable",
    "loopCharacteristics": "camunda:collection and camunda:elementVariable",
    "subscription": "baton:correlation",
    "script": 'scriptFormat="python" and bpmn:script',
}
_DROOLS_HARMLESS = {
    *("packageName", "version", "adHoc=false", "selectable", "dtype", "import"),
    *(
        "bgcolor",
        "bordercolor",
        "fontcolor",
        "fontsize",
        "color",
        "dockertype",
        "origbordercolors",
        "origsize",
    ),
    *("metaData=elementname", "metaData=isAutoConnection.source", "metaData=isAutoConnection.target"),
}
_DROOLS = {
    "taskName": 'camunda:type="external" and camunda:topic, on a service task',
    "ruleFlowGroup": "camunda:decisionRef",
    "onEntry-script": "a script task before it",
    "onExit-script": "a script task behind it",
}
_SPIFF = {
    "calledDecisionId": "camunda:decisionRef",
    "preScript": "camunda:inputOutput",
    "postScript": "camunda:inputOutput",
    "serviceTaskOperator": 'camunda:type="external" and camunda:topic',
}

_TEMPLATES = {"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"}
_CAMUNDA_HARMLESS = _TEMPLATES | {
    *(
        "async",
        "asyncBefore",
        "asyncAfter",
        "asyncLeave",
        "exclusive",
        "jobPriority",
        "failedJobRetryTimeCycle",
    ),
    *("versionTag", "historyTimeToLive", "isStartableInTasklist", "properties", "diagramRelationId"),
}
_ZEEBE_HARMLESS = _TEMPLATES | {"userTask", "versionTag", "properties"}

ENGINES: Mapping[str, Engine] = {
    "http://flowable.org/bpmn": Engine("Flowable", "flowable", _CAMUNDA_HARMLESS, like_camunda=True),
    "http://activiti.org/bpmn": Engine("Activiti", "activiti", _CAMUNDA_HARMLESS, like_camunda=True),
    "http://operaton.org/schema/1.0/bpmn": Engine(
        "Operaton", "operaton", _CAMUNDA_HARMLESS, like_camunda=True
    ),
    "http://www.camunda.com/fox": Engine("Camunda fox", "fox", _CAMUNDA_HARMLESS, like_camunda=True),
    "http://camunda.org/schema/zeebe/1.0": Engine("Camunda 8", "zeebe", _ZEEBE_HARMLESS, _ZEEBE),
    "http://www.jboss.org/drools": Engine("jBPM", "drools", _DROOLS_HARMLESS, _DROOLS),
    "http://spiffworkflow.org/bpmn/schema/1.0/core": Engine(
        "SpiffArena", "spiffworkflow", ("instructionsForEndUser", "unitTests"), _SPIFF
    ),
    "http://processmaker.com/BPMN/2.0/Schema.xsd": Engine("ProcessMaker", "pm"),
}
"""The engines whose diagrams are met most, by the namespace of their words."""


def refused(namespace: str, name: str, value: str, ours: Collection[str]) -> Sentence | None:
    """Why the word of another engine, an attribute with its value or an extension element with its name,
    cannot be passed over; None when it can. `ours` are the `camunda:` words that the element may have."""
    engine = ENGINES.get(namespace)
    if engine is None or name in engine.harmless or f"{name}={value}" in engine.harmless:
        return None
    word = f"{engine.prefix}:{name}"
    instead = f"camunda:{name}" if engine.like_camunda and name in ours else engine.instead.get(name)
    if instead is None:
        return Sentence("engine-word", word=word, engine=engine.name)
    return Sentence("engine-word-instead", word=word, engine=engine.name, instead=instead)
