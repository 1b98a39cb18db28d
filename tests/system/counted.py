"""`baton`, with a line for every statement and commit of a request in the file that `STATEMENTS` names: what
tests of costs start instead of it.
"""

import os
import sys

from flask import has_request_context, request
from sqlalchemy import Engine, event

from api.cli import main


def note(what: str) -> None:
    """Note it if a request sent it: what the sweep asks meanwhile is none of its cost."""
    if has_request_context():
        with open(os.environ["STATEMENTS"], "a") as file:
            file.write(f"{request.method} {request.path}\t{' '.join(what.split())}\n")


event.listen(Engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: note(statement))
event.listen(Engine, "commit", lambda _connection: note("COMMIT"))

if __name__ == "__main__":
    sys.exit(main())
