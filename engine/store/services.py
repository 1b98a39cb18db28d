"""The tables of services, and of what was agreed about them with customers, teams and suppliers."""

from engine.store.documents import DocumentRow


class ServiceRow(DocumentRow):
    """A version of what is known of a service."""

    __tablename__ = "service"


class AgreementRow(DocumentRow):
    """A version of an agreement: with whom, about which services, from when to when."""

    __tablename__ = "agreement"
