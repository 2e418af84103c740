"""Turns what pydantic says about settings into one line that names the place, the key and what is accepted."""

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.settings_fields import ENGINE_UNKNOWN
from vehicle_assistant.settings_sections import Section

_WANTED = {
    "int_type": "needs a whole number",
    "int_from_float": "needs a whole number",
    "float_type": "needs a number",
    "finite_number": "needs a finite number",
    "bool_type": "needs true or false",
    "string_type": "needs a text in quotes",
    "is_instance_of": "needs a path in quotes",
    "literal_error": "is not {expected}",
    "greater_than_equal": "is below {ge}",
    "less_than_equal": "is above {le}",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "has characters that do not belong there, or too many",
}


def complaint(
    refused: ValidationError, origins: Mapping[str, str], file: str, sections: Mapping[str, type[Section]]
) -> SettingsError:
    """The first problem in full, and how many more there are. Never shows a value: it may be a misplaced secret."""
    problems = refused.errors(include_url=False, include_input=False)
    first: Any = problems[0]
    section, *rest = (str(part) for part in first["loc"])
    key = ".".join((section, *rest[:1]))
    where = origins.get(key) or _where(section, origins, file)
    more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    if first["type"] == "extra_forbidden":
        return SettingsError(
            ErrorCode.SETTING_UNKNOWN, f"{where}: there is no setting {key}{more}",
            remedy=_suggestion(section, rest[0], sections),
        )  # fmt: skip
    code = ErrorCode.ENGINE_UNKNOWN if first["type"] == ENGINE_UNKNOWN else ErrorCode.SETTING_INVALID
    return SettingsError(
        code,
        f"{where}: {key} {_wanted(first)}{more}",
        remedy=_meaning(section, rest, sections) or "see the comments there",
    )


def _where(section: str, origins: Mapping[str, str], file: str) -> str:
    """Where a contradiction within a section was written: a variable before the file, because it came last."""
    said = [at for name, at in origins.items() if name.startswith(f"{section}.") and at != "default"]
    return min(said, key=lambda at: at.startswith(file), default=file)


def _wanted(problem: Any) -> str:
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        return f"makes no sense: {context['error']}"
    template = _WANTED.get(problem["type"])
    return template.format(**context) if template else str(problem["msg"])


def _suggestion(section: str, name: str, sections: Mapping[str, type[Section]]) -> str:
    own = sections[section].model_fields
    close = difflib.get_close_matches(name, own, 1)
    if close:
        return f"did you mean {close[0]}?"
    homes = [other for other, kind in sections.items() if name in kind.model_fields]
    if homes:
        return f"{name} belongs below [{homes[0]}]"
    return f"[{section}] knows {', '.join(own)}"


def _meaning(section: str, rest: list[str], sections: Mapping[str, type[Section]]) -> str:
    field = sections[section].model_fields.get(rest[0]) if rest else None
    return (field.description or "").strip().rstrip(".") if field else ""
