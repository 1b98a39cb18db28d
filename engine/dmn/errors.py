"""What can go wrong when a decision is evaluated."""

from engine.sentences import Said, Sentence


class DecisionError(Exception):
    """A decision cannot be made with these values.

    `sentence`, which is what `str()` gives, names the decision, the rule (from 1, as the editor numbers rows)
    and the column. `decision` is its key; `rule` and `column` are None where the fault is not in a cell.
    """

    def __init__(
        self, decision: str, label: str, reason: Said, rule: int | None = None, column: str | None = None
    ) -> None:
        self.decision = decision
        self.rule = rule
        self.column = column
        where = Sentence("decision-named", name=label)
        if rule:
            where = Sentence("rule-of", decision=where, row=rule)
        if column:
            where = Sentence("column-of", decision=where, column=column)
        self.sentence = Sentence("decision-failed", place=where, reason=reason)
        super().__init__(str(self.sentence))
