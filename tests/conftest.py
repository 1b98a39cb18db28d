"""The databases a test may ask for: each fresh and empty, on SQLite and on a PostgreSQL of the run's own."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from tests.postgres import PostgresServer


def pytest_configure(config: pytest.Config) -> None:
    """Keep the settings of whoever runs the tests out of them. No example is judged by how long it took, and
    `make test` says the same of the same code each time: new examples are for `make prove` to find.
    """
    for name in [name for name in os.environ if name.startswith("BATON_")]:
        del os.environ[name]
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile(
        "untimed",
        deadline=None,
        suppress_health_check=slow,
        derandomize=config.option.markexpr != "proof",
    )
    hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first: begun last, all but one of the run's processes would wait for them."""
    items.sort(key=lambda item: "test_make_check_passes" not in item.name)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: a garbage collection need not walk it while a test counts time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The run's PostgreSQL server (each pytest-xdist worker has its own), started when first asked for."""
    server = PostgresServer(durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[PostgresServer]:
    """A second server, which flushes every commit; tests marked `durable` get their databases on it."""
    server = PostgresServer(durable=True)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """The URL of the server's own database, for tests that look at the server; leave it empty."""
    return postgres.url()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh, empty database, gone after the test; the test runs once on each kind.

    For one kind only: `@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)`.
    """
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'baton.db'}"
        return
    marked = request.node.get_closest_marker("durable")
    server: PostgresServer = request.getfixturevalue("durable_postgres" if marked else "postgres")
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(autouse=True)
def _usual_logs() -> Iterator[None]:
    """A test that configures logging configures it for itself."""
    yield
    structlog.reset_defaults()
