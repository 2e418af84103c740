"""Simulated media: a few made-up titles for each source."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from integration.simulator.subsystem import Refused, Result, Subsystem, stepped
from intents.base import Command
from intents.media import ChangeVolume, MediaState, Next, Pause, Play, Previous, Source

TITLES: Mapping[Source, tuple[str, ...]] = MappingProxyType(
    {
        Source.RADIO: ("City Radio", "Radio Nova", "Classic One", "Traffic and News"),
        Source.BLUETOOTH: ("Long Way Home", "Northern Light", "Second Gear"),
        Source.USB: ("Morning Drive", "Blue Harbour", "Late Shift"),
        Source.PODCAST: ("The Road Ahead, part one", "The Road Ahead, part two"),
        Source.AUDIOBOOK: ("The Lighthouse, chapter one", "The Lighthouse, chapter two"),
    }
)


class Media(Subsystem[MediaState]):
    """Plays, pauses, and is as loud as it is told."""

    domain = "media"

    def __init__(self, state: MediaState | None = None) -> None:
        super().__init__(state or MediaState(playing=True, now_playing=TITLES[Source.RADIO][0]))

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {
            ChangeVolume: self._change_volume,
            Play: self._play,
            Pause: lambda _: self.change(playing=False),
            Next: lambda _: self._skip(1),
            Previous: lambda _: self._skip(-1),
        }

    def _change_volume(self, command: ChangeVolume) -> Result:
        percent = stepped(self.state.volume_percent, command.delta_percent, 0, 100, "the volume")
        return percent if isinstance(percent, Refused) else self.change(volume_percent=percent, muted=False)

    def _play(self, command: Play) -> Result:
        source = command.source or self.state.source
        if command.query is not None:
            title = command.query
        elif source is not self.state.source or not self.state.now_playing:
            title = TITLES[source][0]
        else:
            title = self.state.now_playing
        return self.change(playing=True, muted=False, source=source, now_playing=title)

    def _skip(self, step: int) -> Result:
        if not self.state.playing:
            return Refused("nothing_playing", "nothing is playing")
        titles = TITLES[self.state.source]
        here = titles.index(self.state.now_playing) if self.state.now_playing in titles else -1 if step > 0 else 0
        return self.change(now_playing=titles[(here + step) % len(titles)])
