"""What happens in the demo: scenes, each with what the driver does and how it should end."""

from dataclasses import dataclass

from vehicle_assistant.outcome import Asked, Done, NotUnderstood, Outcome, Refused, Said


@dataclass(frozen=True, slots=True)
class Scene:
    """One turn of the driver's. Several `lines` are said with a pause between them."""

    title: str
    lines: tuple[str, ...]
    ends: type[Outcome]
    intents: tuple[str, ...] = ()
    """Commands that should be sent and carried out."""
    speed_kmh: float = 50.0
    pause_s: float = 1.0
    eyes_close: bool = False
    """The driver's eyes close while the assistant answers; the lines after the first answer its offer."""


STORY: tuple[Scene, ...] = (
    Scene(
        "wake phrase and command in one breath",
        ("computer set the temperature to twenty two degrees",),
        Done,
        ("climate.set_temperature",),
    ),
    Scene(
        "wake phrase, a pause, then the command",
        ("computer", "turn on the seat heating"),
        Done,
        ("climate.set_seat_heating",),
    ),
    Scene(
        "two commands in one sentence",
        ("computer close all windows and turn up the fan",),
        Done,
        ("vehicle.set_window", "climate.change_fan_speed"),
    ),
    Scene("a place", ("computer navigate to berlin",), Done, ("navigation.navigate",)),
    Scene("a question about the vehicle", ("computer how warm is it outside",), Done),
    Scene(
        "a setting of driver monitoring",
        ("computer set the warning sensitivity to high",),
        Done,
        ("driver_monitoring.set_sensitivity",),
    ),
    Scene("something no car can do", ("computer tell me a joke",), NotUnderstood),
    Scene("refused at speed", ("computer open the trunk",), Refused, speed_kmh=120.0),
    Scene("something is missing", ("computer set an alarm",), Asked),
    Scene("never mind", ("never mind",), Said),
    Scene(
        "a drowsy driver: the warning cuts the answer short and offers a rest stop",
        ("computer what can you do", "yes please"),
        Done,
        ("navigation.navigate",),
        speed_kmh=100.0,
        eyes_close=True,
    ),
)
