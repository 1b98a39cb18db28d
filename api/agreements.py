"""Agreements with customers, teams and suppliers over HTTP."""

from api.documents import Resource, blueprint_of
from api.schemas.service_levels import AGREEMENT_EXAMPLE, AgreementDocumentSchema
from engine.service_levels import Kind

blueprint = blueprint_of(
    Resource(
        Kind.AGREEMENT,
        "agreements",
        "an agreement",
        "agreements",
        "What was agreed about services",
        AgreementDocumentSchema,
        AGREEMENT_EXAMPLE,
    )
)
