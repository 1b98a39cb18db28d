"""Random models run as a token game after the standard says; saved, loaded and compared after every command.

`make prove ARGS="-k ten_thousand -n 2 -rP"` plays ten thousand and tells how many of each seed: a seed a
test, so that two processes can share them. `ORACLE_SEED=100` begins with another seed than 0.
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from tests.engine.bpmn.oracle import drawn, graphs, models
from tests.engine.bpmn.oracle.constructs import COMMON, EVERYTHING
from tests.engine.bpmn.oracle.game import Game
from tests.engine.bpmn.oracle.nets import Net
from tests.engine.bpmn.oracle.play import OnCase, play

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
NETS = {
    "models": models.MODELS.map(models.laid_out),
    "graphs": graphs.GRAPHS.map(graphs.laid_out),
}
FIRST_SEED = int(os.environ.get("ORACLE_SEED", "0"))


def play_at_random(net: Net, data: st.DataObject, *, moving: bool) -> None:
    note("\n".join(file.decode() for file in drawn.files(net).values()))

    play(net, OnCase(net, moving=moving), lambda options: data.draw(st.sampled_from(options)))


@settings(max_examples=90, deadline=None, suppress_health_check=QUIET)
@given(NETS["models"], st.data(), st.booleans())
def test_a_random_model_runs_as_the_token_game_says(net, data, moving):
    play_at_random(net, data, moving=moving)


@settings(max_examples=110, deadline=None, suppress_health_check=QUIET)
@given(NETS["graphs"], st.data(), st.booleans())
def test_a_random_graph_runs_as_the_token_game_says(net, data, moving):
    play_at_random(net, data, moving=moving)


def test_the_game_itself_knows_when_a_join_must_wait():
    net = models.laid_out((("loop", ("parallel", ["user", "user"], False), 2, False), [], [], 0))
    game = Game(net)
    game.do("begin")
    first, second = game.sight().tasks

    for element, left in ((first, [second]), (second, [first, second]), (second, [first])):
        game.do("complete", element, 0, {})
        assert game.sight().tasks == left
    game.do("complete", first, 0, {})

    assert game.sight().completed


def come_by(number: int, many_models: int, many_graphs: int) -> Counter[str]:
    """What the game alone comes by in so many models and graphs from a seed."""
    met: Counter[str] = Counter()
    for nets, examples in ((NETS["models"], many_models), (NETS["graphs"], many_graphs)):

        @seed(number)
        @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None)
        @given(nets, st.data())
        def rehearse(net: Net, data: st.DataObject) -> None:
            play(net, None, lambda options: data.draw(st.sampled_from(options)), met=met)

        rehearse()
    return met


def test_random_models_come_by_every_kind_of_element():
    assert COMMON - set(come_by(0, 120, 20)) == set()


@pytest.mark.proof
def test_random_models_come_by_everything():
    met = come_by(0, 1500, 1500)

    print({name: met[name] for name in sorted(EVERYTHING, key=lambda name: met[name])})
    assert EVERYTHING - set(met) == set()


@pytest.mark.proof
@pytest.mark.parametrize("number", range(FIRST_SEED, FIRST_SEED + 20))
def test_ten_thousand_random_models_agree_with_the_game(number):
    played = {
        "models": how_many_agree(NETS["models"], number, 350),
        "graphs": how_many_agree(NETS["graphs"], number, 150),
    }

    print(f"seed {number}: {played}")
    assert sum(played.values()) >= 500


def how_many_agree(nets: st.SearchStrategy[Net], number: int, examples: int) -> int:
    """Play so many from a seed. What disagrees fails, as small as hypothesis can make it."""
    played = 0

    @seed(number)
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, database=None)
    @given(nets, st.data(), st.booleans())
    def agree(net: Net, data: st.DataObject, moving: bool) -> None:
        nonlocal played
        play_at_random(net, data, moving=moving)
        played += 1

    agree()
    return played
