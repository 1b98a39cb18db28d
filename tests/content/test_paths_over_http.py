"""Every path of every process again, through a real server and nothing but HTTP, its clock moved."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.content.test_paths import WALKS
from tests.content.walks import Walk
from tests.server import serving
from tests.walker import Person, over_http, sign_in

People = Callable[[str], Person]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The people of the demo organisation, each signed in with her password."""
    database = tmp_path_factory.mktemp("served") / "baton.db"
    with serving(f"sqlite:///{database}", BATON_TEST_CLOCK="1") as url:
        yield cache(lambda username: sign_in(over_http(url), username, "demo"))


@pytest.mark.parametrize("walk", WALKS)
def test_a_script_that_only_knows_the_api_walks_every_path(people: People, walk: Walk) -> None:
    case = walk(people)

    assert not people("root").case(case)["failures"]
