"""Refuse what Baton would not run as the standard says, with file, element, line and reason.

The check looks at a diagram as it was drawn and reports everything wrong with it at once; nothing is silently
skipped. No `Report.problems` means that `rewrite` and `build` will succeed and every element will run. The
API's dry run, `baton lint` and the editor share it.

Every module looks at what its name says; what lies in what is walked in `document` and `scopes`.
"""

from engine.bpmn.check.document import check
from engine.bpmn.check.findings import Report

__all__ = ["Report", "check"]
