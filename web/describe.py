"""Write the description of the API, from which the types of its client in the browser are made.

python web/describe.py openapi.json
"""

import logging
import sys
import tempfile
from pathlib import Path

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))

from api import create_app
from config import settings
from engine.database import Database


def description() -> bytes:
    """The OpenAPI document of this checkout's application."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        read = settings.read(
            {"BATON_DATA_DIR": folder, "BATON_DATABASE_URL": url, "BATON_SECRET_KEY": "-" * 32}
        )
        database = Database(url)
        try:
            return bytes(create_app(read, database).test_client().get("/api/openapi.json").data)
        finally:
            database.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    Path(sys.argv[1]).write_bytes(description())
