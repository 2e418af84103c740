"""Reads the settings: one TOML file, then the environment, and for each value where it came from.

    1. the file: --config, else $VEHICLE_ASSISTANT_CONFIG, else /etc/vehicle-assistant/vehicle-assistant.toml,
       else the file shipped beside this module, which is also the reference: every key with its meaning
    2. the environment: VEHICLE_ASSISTANT__VEHICLE__PORT=1884 stands for `port = 1884` in `[vehicle]`

A key left out of a file has its default. Whatever is not understood is refused, never skipped: an unknown key, a
variable of our prefix that means nothing, a value of the wrong type.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.settings_fields import Located
from vehicle_assistant.settings_problem import complaint
from vehicle_assistant.settings_sections import Section, Settings, sections

__all__ = ["Loaded", "Settings", "load", "shipped_file", "variable"]

CONFIG_VARIABLE = "VEHICLE_ASSISTANT_CONFIG"
MODELS_VARIABLE = "VEHICLE_ASSISTANT_MODELS"
SYSTEM_FILE = Path("/etc/vehicle-assistant/vehicle-assistant.toml")
DEFAULT = "default"
"""Origin of a value that nobody set."""

_PREFIX = "VEHICLE_ASSISTANT_"
_LARGEST_BYTES = 1_048_576  # a settings file of a megabyte is some other file
_HEADER = re.compile(r"^\s*\[\s*([A-Za-z0-9_-]+)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings in force, and where each comes from."""

    settings: Settings
    origins: Mapping[str, str]
    """By key ("vehicle.port"): "default", "FILE:LINE", or the environment variable's name."""
    file: Path
    """The file that was read."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value as somebody wrote it."""

    value: object
    origin: str


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """Reads the settings in force; `environ` defaults to the process's own.

    Raises SettingsError (`settings_unreadable`, `setting_unknown`, `setting_invalid`, `engine_unknown`), one line
    that names the file or variable, the key, and what is accepted.
    """
    environ = os.environ if environ is None else environ
    file = _choose(path, environ)
    values = _read_file(file) | _read_environment(environ)
    tree: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, _, name = key.partition(".")
        tree.setdefault(section, {})[name] = value.value
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as refused:
        origins = {key: value.origin for key, value in values.items()}
        raise complaint(refused, origins, str(file), sections()) from refused
    return Loaded(settings, MappingProxyType(_origins(values)), file)


def shipped_file() -> Path:
    """The settings file that comes with the package."""
    return Path(__file__).parent / "vehicle-assistant.toml"


def variable(key: str) -> str:
    """The environment variable that overrides a key: "vehicle.port" -> "VEHICLE_ASSISTANT__VEHICLE__PORT"."""
    return f"{_PREFIX}_{key.replace('.', '__').upper()}"


def _choose(path: Path | None, environ: Mapping[str, str]) -> Path:
    if path is not None:
        return path
    named = environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named)
    return SYSTEM_FILE if SYSTEM_FILE.exists() else shipped_file()


def _read_file(file: Path) -> dict[str, _Value]:
    text = _read_text(file)
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as broken:
        reason = str(broken) if isinstance(broken, tomllib.TOMLDecodeError) else "a value is too large or too deep"
        raise SettingsError(
            ErrorCode.SETTINGS_UNREADABLE, f"{file} is not valid TOML: {reason}",
            remedy="correct that line; texts need quotes, true and false are lower case",
        ) from broken  # fmt: skip
    lines = _lines(text)
    shipped = file == shipped_file()
    values: dict[str, _Value] = {}
    for name, section in content.items():
        if not isinstance(section, dict) or name not in sections():
            raise _unknown_section(file, name, lines.get(name))
        for key, value in section.items():
            dotted = f"{name}.{key}"
            line = lines.get(dotted)
            origin = DEFAULT if shipped else f"{file}:{line}" if line else str(file)
            values[dotted] = _Value(_located(sections()[name], key, value, file.parent), origin)
    return values


def _read_text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_BYTES + 1)
    except FileNotFoundError as absent:
        raise SettingsError(
            ErrorCode.SETTINGS_UNREADABLE, f"there is no settings file {file}",
            remedy=f"check the name, or start from a copy of {shipped_file()}",
        ) from absent  # fmt: skip
    except (OSError, ValueError) as refused:
        reason = getattr(refused, "strerror", None) or refused
        raise SettingsError(
            ErrorCode.SETTINGS_UNREADABLE, f"the settings file {file} cannot be read: {reason}",
            remedy="name a file that the service's user may read",
        ) from refused  # fmt: skip
    try:
        text = content.decode()
    except UnicodeDecodeError as refused:
        raise _no_settings(file, "it is not UTF-8") from refused
    if len(content) > _LARGEST_BYTES:
        raise _no_settings(file, "it is larger than 1 MiB")
    return text


def _no_settings(file: Path, reason: str) -> SettingsError:
    return SettingsError(
        ErrorCode.SETTINGS_UNREADABLE, f"{file} is no settings file: {reason}",
        remedy=f"start from a copy of {shipped_file()}",
    )  # fmt: skip


def _lines(text: str) -> dict[str, int]:
    """The line of each section and key that is written the usual way."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = header[1]
            found.setdefault(section, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{section}.{key[1]}" if section else key[1], number)
    return found


def _unknown_section(file: Path, name: str, line: int | None) -> SettingsError:
    where = f"{file}:{line}" if line else str(file)
    homes = [section for section, kind in sections().items() if name in kind.model_fields]
    if name in sections():
        problem, remedy = f"{name} is a section, not a value", f"write [{name}] on a line of its own"
    elif homes:
        problem, remedy = f"{name} stands outside its section", f"put it below [{homes[0]}]"
    else:
        close = difflib.get_close_matches(name, sections(), 1)
        known = ", ".join(sections())
        problem = f"there is no section [{name}]"
        remedy = f"did you mean [{close[0]}]?" if close else f"the sections are {known}"
    return SettingsError(ErrorCode.SETTING_UNKNOWN, f"{where}: {problem}", remedy=remedy)


def _read_environment(environ: Mapping[str, str]) -> dict[str, _Value]:
    """The overrides; a name of our prefix that means nothing is refused, because a typing error would do nothing."""
    known = {variable(key): key.split(".") for key in _keys()}
    values: dict[str, _Value] = {}
    for name in sorted(environ):
        if not name.startswith(_PREFIX) or name in {CONFIG_VARIABLE, MODELS_VARIABLE}:
            continue
        if name not in known:
            close = difflib.get_close_matches(name, (*known, CONFIG_VARIABLE, MODELS_VARIABLE), 1)
            remedy = f"did you mean {close[0]}?" if close else "`vehicle-assistant check` lists every setting"
            raise SettingsError(
                ErrorCode.SETTING_UNKNOWN, f"the environment variable {name} is no setting", remedy=remedy
            )
        section, key = known[name]
        kind = sections()[section]
        values[f"{section}.{key}"] = _Value(_located(kind, key, _typed(kind, key, environ[name]), Path.cwd()), name)
    return values


def _typed(kind: type[Section], key: str, text: str) -> object:
    """Reads a variable's text as a number or truth value where the setting is one."""
    if kind.model_fields[key].annotation not in {int, float, bool} or "\n" in text:
        return text
    try:
        value: object = tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value


def _located(kind: type[Section], key: str, value: object, folder: Path) -> object:
    """Makes a relative path count from where it was written; `~` is the user's home."""
    field = kind.model_fields.get(key)
    marks: list[Any] = [mark for mark in (field.metadata if field else ()) if isinstance(mark, Located)]
    if not marks or not isinstance(value, str) or not value or not (marks[0].always or "/" in value):
        return value
    return os.path.normpath(folder.absolute() / os.path.expanduser(value))  # noqa: PTH111 (keeps an unknown ~user)


def _origins(values: Mapping[str, _Value]) -> dict[str, str]:
    return {key: values[key].origin if key in values else DEFAULT for key in _keys()}


def _keys() -> list[str]:
    return [f"{section}.{key}" for section, kind in sections().items() for key in kind.model_fields]
