"""What can go wrong when a decision is evaluated."""


class DecisionError(Exception):
    """A decision cannot be made with these values.

    `str()` is a sentence that names the decision, the rule (from 1, as the editor numbers rows) and the
    column. `decision` is its key; `rule` and `column` are None where the fault is not in a cell.
    """

    def __init__(
        self, decision: str, label: str, message: str, rule: int | None = None, column: str | None = None
    ) -> None:
        self.decision = decision
        self.rule = rule
        self.column = column
        super().__init__(f"Decision {label!r}{place(rule, column)}: {message}")


def place(rule: int | None, column: str | None) -> str:
    """Where in a table, to go after its name: `, rule 3, column 'Impact'`."""
    return (f", rule {rule}" if rule else "") + (f", column {column!r}" if column else "")
