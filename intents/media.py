"""Media: what is heard and how loud."""

from enum import StrEnum
from types import MappingProxyType

from intents.base import Command, DeltaPercent, Kind, Percent, State, Switch, Text


class Source(StrEnum):
    """Where sound comes from."""

    RADIO = "radio"
    BLUETOOTH = "bluetooth"
    USB = "usb"
    PODCAST = "podcast"
    AUDIOBOOK = "audiobook"


class MediaState(State):
    """What the media subsystem says is set."""

    volume_percent: int = 40
    muted: bool = False
    playing: bool = False
    source: Source = Source.RADIO
    now_playing: str = ""


class SetVolume(Command):
    """Sets the volume."""

    intent = "media.set_volume"
    kind = Kind.SET
    shows = MappingProxyType({"percent": "volume_percent"})
    percent: Percent


class ChangeVolume(Command):
    """Makes it louder or quieter."""

    intent = "media.change_volume"
    kind = Kind.ADJUST
    delta_percent: DeltaPercent


class SetMute(Command):
    """Mutes the sound or lets it be heard again."""

    intent = "media.set_mute"
    kind = Kind.SET
    shows = MappingProxyType({"on": "muted"})
    on: Switch


class Play(Command):
    """Plays something, from a source, or goes on playing."""

    intent = "media.play"
    kind = Kind.ACT
    query: Text | None = None
    source: Source | None = None


class Pause(Command):
    """Pauses what is playing."""

    intent = "media.pause"
    kind = Kind.ACT


class Next(Command):
    """Goes to the next title."""

    intent = "media.next"
    kind = Kind.ACT


class Previous(Command):
    """Goes back to the title before."""

    intent = "media.previous"
    kind = Kind.ACT


class QueryNowPlaying(Command):
    """Asks what is playing."""

    intent = "media.query_now_playing"
    kind = Kind.QUERY
    reads = MappingProxyType({"": "now_playing"})
