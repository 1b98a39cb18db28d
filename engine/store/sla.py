"""The tables of service-level agreements' terms: when work is done, and what is promised by then."""

from engine.store.documents import DocumentRow


class WorkingCalendarRow(DocumentRow):
    """A version of a working calendar (see `engine.calendars.read`)."""

    __tablename__ = "working_calendar"


class SlaPolicyRow(DocumentRow):
    """A version of a policy: which targets apply to which cases (see `engine.targets`)."""

    __tablename__ = "sla_policy"
