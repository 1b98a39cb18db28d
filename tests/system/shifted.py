"""`baton serve` on a machine with a clock of its own: as far ahead of the real one as the file says that
`CLOCK_AHEAD` names, in seconds, whatever it says at the moment. What tests of clocks that differ and jump
start instead of it.

Only the clock of the wall is moved (`datetime.now`, `time.time`), as when somebody sets it or a time server
steps it; what counts seconds goes on.
"""

import os
import sys
import threading
import time
from pathlib import Path

import time_machine

LOOK_SECONDS = 0.01


class SetClock:
    """The clock of this process, and of what it forks."""

    def __init__(self, told: Path) -> None:
        self._told = told
        self._ahead = float(told.read_text())
        self._travel = time_machine.travel(time.time() + self._ahead).start()

    def follow(self) -> None:
        """Set the clock whenever the file says another time, and say so in a file beside it."""
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            ahead = float(self._told.read_text())
            self._travel.shift(ahead - self._ahead)
            self._ahead = ahead
            self._told.with_suffix(".set").write_text(str(ahead))
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    clock = SetClock(Path(os.environ["CLOCK_AHEAD"]))
    os.register_at_fork(after_in_child=clock.follow)  # what answers requests and fires timers is a child
    from api.cli import main

    sys.exit(main())
