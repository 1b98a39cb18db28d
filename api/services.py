"""Services over HTTP."""

from api.documents import Resource, blueprint_of
from api.schemas.service_levels import SERVICE_EXAMPLE, ServiceDocumentSchema
from engine.service_levels import Kind

blueprint = blueprint_of(
    Resource(
        Kind.SERVICE,
        "services",
        "a service",
        "services",
        "What people are provided with",
        ServiceDocumentSchema,
        SERVICE_EXAMPLE,
    )
)
