"""All games that the standard leaves possible: where it does not say what goes first, each order is one."""

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Any

from tests.engine.bpmn.oracle.game import Game, Sight
from tests.engine.bpmn.oracle.nets import Net


class Worlds:
    """The games that what was seen so far leaves possible."""

    def __init__(self, net: Net, met: Counter[str] | None = None) -> None:
        joins = sum(len(n.inner.joins()) for n in net.everything() if n.inner) + len(net.joins())
        self._branches = joins > 1 or any(node.takes_news for node in net.everything())
        self.games = [Game(net, met)]
        self.do("begin")

    @property
    def game(self) -> Game:
        return self.games[0]

    def do(self, verb: str, *told: Any) -> None:
        if not (self._branches or verb == "wait_for_next"):
            for game in self.games:
                game.do(verb, *told)
            return
        self.games = [after for game in self.games for after in _all_that_may_follow(game, verb, told)]

    def keep(self, sight: Sight) -> None:
        """Only those remain that look like what was seen; at least one must."""
        sights = [game.sight() for game in self.games]
        if sight.seen is None:
            sights = [replace(each, seen=None, sent=None) for each in sights]
        kept = [game for game, seen in zip(self.games, sights, strict=True) if seen == sight]
        if not kept:
            assert sight == sights[0]
        self.games = list({repr(game.top.snapshot()): game for game in kept}.values())


def _all_that_may_follow(game: Game, verb: str, told: tuple[Any, ...]) -> list[Game]:
    found: list[Game] = []
    scripts: list[list[int]] = [[]]
    while scripts and len(found) < 64:
        twin = deepcopy(game)
        twin.script, twin.options = scripts.pop(), []
        done = len(twin.script)
        twin.do(verb, *told)
        found.append(twin)
        for turn in range(done, len(twin.options)):
            prefix = twin.script + [0] * (turn - done)
            scripts += [[*prefix, other] for other in range(1, twin.options[turn])]
    return found
