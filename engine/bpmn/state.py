"""Save a case between commands and bring it back: tokens, scopes and their variables; never the process
specification."""

import threading
from typing import Any

import orjson
import zstandard
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.effects import Called
from engine.bpmn.execution import Circumstances, Execution, Token
from engine.bpmn.specs.base import Element, Process
from engine.bpmn.specs.gateways import InclusiveGateway
from engine.errors import EngineError, Invalid, Problem
from engine.sentences import Sentence

FORMAT = 1
"""Written beside every state. A node leaves alone what a newer Baton has written."""

MAX_BYTES = 8_000_000
"""The most a case's state may take before compression."""

_ORJSON = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS
_codecs = threading.local()  # a zstandard codec must not be shared by threads


class NewerFormat(EngineError):
    """This case was last saved by a newer Baton, which alone can continue it."""

    def __init__(self) -> None:
        super().__init__(Sentence("newer-format"))


def save(execution: Execution) -> bytes:
    """The state as compressed bytes. Raises `Invalid` when its variables have grown beyond `MAX_BYTES`."""
    rows = [
        [t.id, _name(execution, t), t._parent or 0, t.state, t.internal_data, t.data]
        for t in execution.tasks.values()
    ]
    try:
        plain = orjson.dumps(
            {"last": execution.last_id, "completed": execution.completed, "tokens": rows}, option=_ORJSON
        )
    except (TypeError, orjson.JSONEncodeError) as error:
        raise Invalid([Problem.of(Sentence("variable-no-json", reason=str(error)))]) from error
    if len(plain) > MAX_BYTES:
        raise Invalid([Problem.of(Sentence("variables-too-large", size=len(plain), most=MAX_BYTES))])
    return _codec("compressor", zstandard.ZstdCompressor).compress(plain)  # type: ignore[no-any-return]


def load(data: bytes, format_number: int, process: Process, circumstances: Circumstances) -> Execution:
    """The case as it was saved, ready for a command. Raises `NewerFormat` for a format this release does not
    know."""
    if format_number > FORMAT:
        raise NewerFormat
    saved = orjson.loads(_codec("decompressor", zstandard.ZstdDecompressor).decompress(data))
    execution = Execution(process, circumstances)
    for id_, name, parent, state, notes, variables in saved["tokens"]:
        token = Token(execution, _spec(process, name), execution.tasks.get(parent), state=state, id=id_)
        token.internal_data, token.data, token.taking = notes, variables, []
        if not parent:
            execution.task_tree = token
        if "held" in notes:
            execution.watch(token)
        if isinstance(token.spec, InclusiveGateway) and token.waits:
            execution.gather(token)
        assert state != TaskState.READY, "what was ready to run ran before the case was saved"
    execution.last_id, execution.completed = saved["last"], saved["completed"]
    return execution


def _name(execution: Execution, token: Token) -> str:
    """What a token's element is called in a state: in a called process with the process' key and version."""
    called = execution.process_of(token.spec)
    return token.task_spec.name if called is None else f"{called.key}:{called.version}/{token.task_spec.name}"


def _spec(process: Process, name: str) -> Element:
    called, _, inside = name.rpartition("/")
    if called:
        key, _, version = called.rpartition(":")
        process, name = process.called[Called(key, int(version))], inside
    return process.task_specs[name]  # type: ignore[no-any-return]


def _codec(name: str, make: Any) -> Any:
    if not hasattr(_codecs, name):
        setattr(_codecs, name, make())
    return getattr(_codecs, name)
