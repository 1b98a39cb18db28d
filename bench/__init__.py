"""Measurements against the budgets of the design, each beside the bare floor measured in the same run."""
