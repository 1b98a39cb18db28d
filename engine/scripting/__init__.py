"""The small language of diagram authors: expressions and scripts over JSON values, within bounds."""

from engine.scripting.errors import LimitExceeded, ScriptError, ScriptRuntimeError, ScriptSyntaxError
from engine.scripting.expressions import BUILTINS
from engine.scripting.language import Expression, Script, Template
from engine.scripting.limits import JSON, Limits

__all__ = [
    "BUILTINS",
    "JSON",
    "Expression",
    "LimitExceeded",
    "Limits",
    "Script",
    "ScriptError",
    "ScriptRuntimeError",
    "ScriptSyntaxError",
    "Template",
]
