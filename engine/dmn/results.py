"""What a decision gives, and the forms a diagram can ask for (`camunda:mapDecisionResult`)."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.dmn.errors import DecisionError
from engine.scripting import JSON


@dataclass(frozen=True, slots=True)
class Result:
    """What one evaluation of a decision gave.

    `outputs` has a dict, by output name, for each rule that the hit policy chose, in its order; a single one
    for an aggregate and for a literal expression. `value` is what the standard calls the result: the entry
    when there is one output, else the dict; a list of these where the hit policy gives several; the
    aggregate; null when nothing matched. `rules` are the rows behind `outputs`, from 1, none for default
    outputs; for an aggregate all that went into it, for ANY all that agreed. `required` are the results of
    the decisions it rests on, in the order they were made.
    """

    key: str
    name: str
    outputs: list[dict[str, JSON]]
    value: JSON
    rules: tuple[int, ...]
    required: tuple["Result", ...] = ()

    def result_list(self) -> list[dict[str, JSON]]:
        """All outputs, a dict for each chosen rule."""
        return self.outputs

    def single_result(self) -> dict[str, JSON] | None:
        """The one dict; null when nothing matched. Raises DecisionError when there are several."""
        if len(self.outputs) > 1:
            raise self._misfit("singleResult", f"it gave {len(self.outputs)} results")
        return self.outputs[0] if self.outputs else None

    def single_entry(self) -> JSON:
        """The one entry of all; null when nothing matched. Raises DecisionError when there are several."""
        if len(self.outputs) > 1:
            raise self._misfit("singleEntry", f"it gave {len(self.outputs)} results")
        return self._entry(self.outputs[0], "singleEntry") if self.outputs else None

    def collect_entries(self) -> list[JSON]:
        """The entries of all dicts. Raises DecisionError when they have more than one each."""
        return [self._entry(each, "collectEntries") for each in self.outputs]

    def _entry(self, outputs: dict[str, JSON], wanted: str) -> JSON:
        if len(outputs) != 1:
            raise self._misfit(wanted, f"it has {len(outputs)} outputs")
        return next(iter(outputs.values()))

    def _misfit(self, wanted: str, found: str) -> DecisionError:
        return DecisionError(self.key, self.name, f"This is mapped with {wanted}, but {found}.")


MAPPINGS: dict[str, Callable[[Result], JSON]] = {
    "singleEntry": Result.single_entry,
    "singleResult": Result.single_result,
    "collectEntries": Result.collect_entries,
    "resultList": Result.result_list,
}
"""By the words of `camunda:mapDecisionResult`."""
