"""Labels requests to change a vehicle setting."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from training.text.sources import automotive_amount as amounts
from training.text.sources.automotive_lexicon import (
    AUTO_VALUES,
    Device,
    airflow_direction,
    alert_style,
    asks_for_unoffered_mode,
    asks_to_synchronise,
    device_of,
    is_automatic,
    switch_of,
    zone_of,
)
from training.text.sources.record import Reading, SourceRow, incomplete, rejected, understood

_RECIRCULATED = re.compile(r"\b(re)?circulat(e|ed|ing)( air)?\b")
_REAR = re.compile(r"\b(rear|back)\b")


@dataclass(frozen=True, slots=True)
class Request:
    """A change row split up: its setting phrases joined, and the values asked for."""

    row: SourceRow
    setting: str
    values: list[str]

    @property
    def zone(self) -> str:
        """The climate zone that the setting phrases name."""
        return zone_of(self.setting)


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of a request to change something, or None when no rule is sure of it."""
    request = Request(row, " ".join(row.values("SETTING")), row.values("VALUE"))
    device, values = device_of(request.setting), request.values
    if device in ("other", "mirror"):
        return rejected("change: other systems")
    if device == "alerts":
        return _alerts(request)
    if asks_to_synchronise(values):
        return rejected("change: unoffered modes")
    if device is None:
        return _without_device(request)
    if asks_for_unoffered_mode(values) or any(value in ("fan", "fan only") for value in values):
        return rejected("change: unoffered modes") if device in ("heater", "climate", "conditioner") else None
    if set(values) & AUTO_VALUES or is_automatic(request.setting):
        return _automatic(request, device)
    rule = _RULES.get(device)
    return rule(request) if rule else None


def _automatic(request: Request, device: Device) -> Reading | None:
    states = [value for value in request.values if value not in AUTO_VALUES]
    if device in ("temperature", "fan", "volume", "wheel"):
        return None
    on = switch_of(states) if states else True
    if on is None or (on is False and len(states) < len(request.values)):
        return None
    if device == "defrost":
        return _defrost_reading(request, on)
    return understood("change: automatic", "climate.set_auto", on=on)


def _alerts(request: Request) -> Reading | None:
    family = "change: driver alerts"
    drowsiness = re.search(r"drows|sleep|tired|dds", request.setting) is not None
    on = switch_of(request.values)
    if on is not None:
        return understood(family, "driver_monitoring.set_alerts", alert="drowsiness" if drowsiness else "all", on=on)
    styles = {alert_style(value) for value in request.values}
    if drowsiness or len(styles) != 1 or None in styles:
        return None
    if any(re.match(r"(off|stop|deactivate|disable|close|shut down) ", value) for value in request.values):
        return None
    return understood(family, "driver_monitoring.set_alert_style", style=str(styles.pop()))


def _without_device(request: Request) -> Reading | None:
    row, setting, values = request.row, request.setting, request.values
    if not setting and len(values) == 1:
        louder = amounts.volume_words(values[0], row.text)
        if louder is not None and values[0] in amounts.LOUDNESS:
            return louder
        if _RECIRCULATED.search(values[0]) or "fresh air" in values[0]:
            return _recirculation(request)
    if re.search(r"degree|heit|celsius", " ".join(row.values("UNIT"))):
        return amounts.temperature(row, request.zone)
    change = amounts.temperature_words(values, row.text)
    if change is not None and not row.values("AMOUNT") and not amounts.only_direction(values, setting):
        family, intent = "change: temperature words", "climate.change_temperature"
        return understood(family, intent, zone=request.zone, delta_celsius=change)
    if re.search(r"\b(windshield|window|glass)\b", setting) and set(values) & {"defog", "demist", "defrost"}:
        return _defrost_reading(request, on=True)
    return None if setting or row.values("UNIT") else _bare(request)


def _bare(request: Request) -> Reading | None:
    values = request.values
    only_amount = not values and bool(request.row.values("AMOUNT"))
    bare = switch_of(values) is not None or only_amount or asks_for_unoffered_mode(values)
    stopping = {"cancel", "quit", "stop", "exit", "end", "terminate"} & set(values)
    if not bare or stopping or any(alert_style(value) for value in values):
        return None
    return rejected("change: bare values")


def _switch(family: str, intent: str) -> Callable[[Request], Reading | None]:
    def rule(request: Request) -> Reading | None:
        on = switch_of(request.values)
        return None if on is None or request.row.values("AMOUNT") else understood(family, intent, on=on)

    return rule


def _switch_or_temperature(family: str, intent: str) -> Callable[[Request], Reading | None]:
    switch = _switch(family, intent)

    def rule(request: Request) -> Reading | None:
        if request.row.values("AMOUNT"):
            return amounts.temperature(request.row, request.zone) if request.row.values("UNIT") else None
        return switch(request)

    return rule


def _vents(request: Request) -> Reading | None:
    if switch_of(request.values) is False:
        return understood("change: vents off", "climate.set_fan_speed", zone=request.zone, level=0)
    return None


def _ventilation(request: Request) -> Reading | None:
    if switch_of(request.values):
        return understood("change: power", "climate.set_power", on=True)
    return _vents(request)


def _air(request: Request) -> Reading | None:
    direction = airflow_direction(request.values)
    if direction is None:
        return None
    return understood("change: airflow", "climate.set_airflow", zone=request.zone, direction=direction)


def _airflow(request: Request) -> Reading | None:
    return _vents(request) or _air(request)


def _recirculation(request: Request) -> Reading | None:
    spoken = " ".join(request.values)
    off = re.search(r"\b(off|stop|disable|deactivate|shut down)\b", spoken) is not None
    if "recirculat" in spoken and "fresh" in spoken:
        return None  # "recirculating fresh air" asks for both at once
    if "fresh" in spoken:
        on: bool | None = off
    else:
        on = not off if _RECIRCULATED.search(spoken) else switch_of(request.values)
    return None if on is None else understood("change: recirculation", "climate.set_recirculation", on=on)


def _defrost_reading(request: Request, on: bool) -> Reading:
    window = "rear" if _REAR.search(request.setting) else "front"
    return understood("change: defrost", "climate.set_defrost", window=window, on=on)


def _defrost(request: Request) -> Reading | None:
    if request.row.values("AMOUNT") or (not request.values and not re.match(r"press\b", request.row.text)):
        return None
    on = switch_of(request.values) if request.values else True
    if on is None or ("windows" in request.setting and not _REAR.search(request.setting)):
        return None
    return _defrost_reading(request, on)


def _temperature(request: Request) -> Reading | None:
    row, values = request.row, request.values
    zone = "all" if re.search(r"\bin (the |my )?(car|vehicle)\b", row.text) else request.zone
    if row.values("AMOUNT"):
        return amounts.temperature(row, zone)
    if not values and re.search(r"\b(press|adjust|change|set|modify|alter|tune|tweak)\b", row.text):
        return incomplete("change: temperature", "climate.set_temperature", zone=zone)
    change = amounts.temperature_words(values, row.text)
    if change is None:
        return None
    return understood("change: temperature words", "climate.change_temperature", zone=zone, delta_celsius=change)


_RULES: dict[Device, Callable[[Request], Reading | None]] = {
    "volume": lambda request: amounts.volume(request.row, request.values),
    "fan": lambda request: amounts.fan(request.row, request.zone, request.values),
    "wheel": _switch("change: steering wheel", "climate.set_steering_wheel_heating"),
    "defrost": _defrost,
    "recirculation": _recirculation,
    "temperature": _temperature,
    "airflow": _airflow,
    "air": _air,
    "conditioner": _switch_or_temperature("change: air conditioning", "climate.set_air_conditioning"),
    "heater": _switch_or_temperature("change: power", "climate.set_power"),
    "climate": _switch("change: power", "climate.set_power"),
    "vents": _vents,
    "ventilation": _ventilation,
}
