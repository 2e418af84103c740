"""Labels the automotive collection: what a driver asks to change, asks about, or complains of."""

from __future__ import annotations

from training.text.sources import automotive_change, automotive_check, automotive_feeling
from training.text.sources.record import Reading, SourceRow


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of one automotive row, or None when no rule is sure of it."""
    match row.intent:
        case "VEHICLE_SETTINGS_CHANGE":
            return automotive_change.read(row)
        case "VEHICLE_SETTINGS_CHECK":
            return automotive_check.read(row)
        case "VEHICLE_SETTINGS_DECLARATIVE":
            return automotive_feeling.read(row)
        case _:
            return None
