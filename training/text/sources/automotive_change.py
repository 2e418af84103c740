"""Labels requests to change a vehicle setting."""

from __future__ import annotations

import re
from collections.abc import Callable

from training.text.sources import automotive_amount as amounts
from training.text.sources.automotive_lexicon import (
    AUTO_VALUES,
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


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of a request to change something, or None when no rule is sure of it."""
    setting = " ".join(row.values("SETTING"))
    values = row.values("VALUE")
    device = device_of(setting)
    if device in ("other", "mirror"):
        return rejected("change: other systems")
    if device == "alerts":
        return _alerts(row, setting, values)
    if asks_to_synchronise(values):
        return rejected("change: unoffered modes")
    if device is None:
        return _without_device(row, setting, values)
    if asks_for_unoffered_mode(values) or any(value in ("fan", "fan only") for value in values):
        return rejected("change: unoffered modes") if device in ("heater", "climate", "conditioner") else None
    if set(values) & AUTO_VALUES or is_automatic(setting):
        return _automatic(device, setting, values)
    rule = _RULES.get(device)
    return rule(row, setting, values) if rule else None


def _automatic(device: str, setting: str, values: list[str]) -> Reading | None:
    states = [value for value in values if value not in AUTO_VALUES]
    if device in ("temperature", "fan", "volume", "wheel"):
        return None
    on = switch_of(states) if states else True
    if on is None or (on is False and len(states) < len(values)):
        return None
    if device == "defrost":
        return _defrost_reading(setting, on)
    return understood("change: automatic", "climate.set_auto", on=on)


def _alerts(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    family = "change: driver alerts"
    drowsiness = re.search(r"drows|sleep|tired|dds", setting) is not None
    on = switch_of([*values])
    if on is not None:
        return understood(family, "driver_monitoring.set_alerts", alert="drowsiness" if drowsiness else "all", on=on)
    styles = {alert_style(value) for value in values}
    if drowsiness or len(styles) != 1 or None in styles:
        return None
    style = styles.pop()
    if any(re.match(r"(off|stop|deactivate|disable|close|shut down) ", value) for value in values):
        return None
    return understood(family, "driver_monitoring.set_alert_style", style=str(style))


def _without_device(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    if not setting and len(values) == 1:
        louder = amounts.volume_words(values[0], row.text)
        if louder is not None and values[0] in amounts.LOUDNESS:
            return louder
        if _RECIRCULATED.search(values[0]) or "fresh air" in values[0]:
            return _recirculation(row, setting, values)
    if row.values("UNIT") and any(
        "degree" in unit or "heit" in unit or "celsius" in unit for unit in row.values("UNIT")
    ):
        return amounts.temperature(row, zone_of(setting))
    change = amounts.temperature_words(values, row.text)
    if change is not None and not row.values("AMOUNT") and not amounts.only_direction(values, setting):
        zone = zone_of(setting)
        return understood("change: temperature words", "climate.change_temperature", zone=zone, delta_celsius=change)
    if re.search(r"\b(windshield|window|glass)\b", setting) and set(values) & {"defog", "demist", "defrost"}:
        return _defrost_reading(setting, True)
    if not setting and not row.values("UNIT"):
        bare = switch_of(values) is not None or (not values and row.values("AMOUNT")) or asks_for_unoffered_mode(values)
        if bare and not {"cancel", "quit", "stop", "exit", "end", "terminate"} & set(values):
            return rejected("change: bare values") if not any(alert_style(value) for value in values) else None
    return None


def _switch(family: str, intent: str) -> Callable[[SourceRow, str, list[str]], Reading | None]:
    def rule(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
        on = switch_of(values)
        if on is None or row.values("AMOUNT"):
            return None
        return understood(family, intent, on=on)

    return rule


def _conditioner(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    if row.values("AMOUNT"):
        return amounts.temperature(row, zone_of(setting)) if row.values("UNIT") else None
    return _switch("change: air conditioning", "climate.set_air_conditioning")(row, setting, values)


def _heater(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    if row.values("AMOUNT"):
        return amounts.temperature(row, zone_of(setting)) if row.values("UNIT") else None
    return _switch("change: power", "climate.set_power")(row, setting, values)


def _ventilation(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    on = switch_of(values)
    if on is False:
        return understood("change: vents off", "climate.set_fan_speed", zone=zone_of(setting), level=0)
    return understood("change: power", "climate.set_power", on=True) if on and device_of(setting) != "vents" else None


def _airflow(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    zone = zone_of(setting)
    if switch_of(values) is False:
        if re.search(r"\bair\b", setting) and device_of(setting) == "air":
            return None
        return understood("change: vents off", "climate.set_fan_speed", zone=zone, level=0)
    direction = airflow_direction(values)
    if direction is None:
        return None
    return understood("change: airflow", "climate.set_airflow", zone=zone, direction=direction)


def _recirculation(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    spoken = " ".join(values)
    off = re.search(r"\b(off|stop|disable|deactivate|shut down)\b", spoken) is not None
    if "recirculat" in spoken and "fresh" in spoken:
        return None  # "recirculating fresh air" asks for both at once
    if "fresh" in spoken:
        on = off
    elif _RECIRCULATED.search(spoken):
        on = not off
    else:
        state = switch_of(values)
        if state is None:
            return None
        on = state
    return understood("change: recirculation", "climate.set_recirculation", on=on)


def _defrost_reading(setting: str, on: bool) -> Reading:
    window = "rear" if re.search(r"\b(rear|back)\b", setting) else "front"
    return understood("change: defrost", "climate.set_defrost", window=window, on=on)


def _defrost(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    if row.values("AMOUNT") or (not values and not re.match(r"press\b", row.text)):
        return None
    on = switch_of(values) if values else True
    if on is None or ("windows" in setting and not re.search(r"\b(rear|back)\b", setting)):
        return None
    return _defrost_reading(setting, on)


def _fan(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    return amounts.fan(row, zone_of(setting), values)


def _temperature(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    zone = "all" if re.search(r"\bin (the |my )?(car|vehicle)\b", row.text) else zone_of(setting)
    if row.values("AMOUNT"):
        return amounts.temperature(row, zone)
    if not values and re.search(r"\b(press|adjust|change|set|modify|alter|tune|tweak)\b", row.text):
        return incomplete("change: temperature", "climate.set_temperature", zone=zone)
    change = amounts.temperature_words(values, row.text)
    if change is None:
        return None
    return understood("change: temperature words", "climate.change_temperature", zone=zone, delta_celsius=change)


def _volume(row: SourceRow, setting: str, values: list[str]) -> Reading | None:
    return amounts.volume(row, values)


_RULES: dict[str, Callable[[SourceRow, str, list[str]], Reading | None]] = {
    "volume": _volume,
    "wheel": _switch("change: steering wheel", "climate.set_steering_wheel_heating"),
    "defrost": _defrost,
    "recirculation": _recirculation,
    "temperature": _temperature,
    "fan": _fan,
    "airflow": _airflow,
    "air": _airflow,
    "conditioner": _conditioner,
    "heater": _heater,
    "climate": _switch("change: power", "climate.set_power"),
    "vents": _ventilation,
    "ventilation": _ventilation,
}
