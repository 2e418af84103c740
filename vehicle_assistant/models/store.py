"""Finds models by name or path, and proves them before any engine sees them.

Shipped models lie beside this module. A user's models lie in $VEHICLE_ASSISTANT_MODELS if that is set, else in
/var/lib/vehicle-assistant/models and ~/.local/share/vehicle-assistant/models: a Vosk folder or a .gguf file each,
checked against that folder's own manifest.toml where it lists them.

    python -m vehicle_assistant.models.store refresh     after building a shipped model again
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intents.errors import ErrorCode, ModelError
from vehicle_assistant.models.manifest import (
    ListedModel,
    ModelKind,
    check_content,
    check_files,
    list_files,
    read_manifest,
    write_manifest,
)

SHIPPED = Path(__file__).parent
SYSTEM = Path("/var/lib/vehicle-assistant/models")
MODELS_VARIABLE = "VEHICLE_ASSISTANT_MODELS"
AUTO = "auto"
DEFAULT_NAMES = {ModelKind.VOSK: "bench_voice", ModelKind.GGUF: "nano"}

_UNLISTED_LICENCE = "unknown"


@dataclass(frozen=True, slots=True)
class VerifiedModel:
    """A model an engine may load."""

    name: str
    kind: ModelKind
    path: Path
    """The folder (vosk) or the file (gguf)."""
    licence: str
    origin: str
    size_bytes: int
    hash_checked: bool
    """False for a user's model that no manifest lists: only its form was checked."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of `models list`."""

    name: str
    kind: ModelKind
    path: Path
    shipped: bool
    verified: VerifiedModel | None
    problem: ModelError | None
    """Why it cannot be used; None when it can."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A model that is listed or lies about, not yet looked at."""

    name: str
    kind: ModelKind
    folder: Path
    path: Path
    listed: ListedModel | None
    shipped: bool


class Store:
    """The models of this machine. Reads the disk at every call; a second process may install at any time."""

    def __init__(self, shipped: Path = SHIPPED, folders: Sequence[Path] = ()) -> None:
        self._shipped = shipped
        self._folders = tuple(folders)

    @classmethod
    def of(cls, environ: Mapping[str, str] | None = None) -> "Store":
        """The store that the environment (default: the process's own) describes."""
        environ = os.environ if environ is None else environ
        chosen = environ.get(MODELS_VARIABLE)
        if chosen:
            return cls(folders=(Path(chosen),))
        home = environ.get("XDG_DATA_HOME") or (f"{environ['HOME']}/.local/share" if environ.get("HOME") else "")
        own = (Path(home) / "vehicle-assistant/models",) if home else ()
        return cls(folders=(SYSTEM, *own))

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where a user's models are looked for, first come first served."""
        return self._folders

    def verify(self, name: str) -> VerifiedModel:
        """Proves a model by name: `model_absent`, `model_hash` or `model_invalid` if it cannot be used."""
        for found in self._found():
            if found.name == name:
                return _verify(found)
        known = ", ".join(found.name for found in self._found())
        raise ModelError(
            ErrorCode.MODEL_ABSENT, f"no model is called {name!r}",
            remedy=f"there are {known}; put others into {' or '.join(map(str, self._folders)) or 'a models folder'}",
        )  # fmt: skip

    def resolve(self, choice: str, kind: ModelKind) -> VerifiedModel:
        """Proves what a setting names: "auto", a model's name, or a path (anything with a slash in it).

        "auto" is the shipped weights for the parser, and for the ears the first installed speech model: the
        shipped one hears synthetic voices only.
        """
        if choice == AUTO:
            own = [found for found in self._found() if found.kind is kind and not found.shipped]
            chosen = own[0] if own and kind is ModelKind.VOSK else None
            return _verify(chosen) if chosen else self.verify(DEFAULT_NAMES[kind])
        if "/" not in choice:
            model = self.verify(choice)
        else:
            path = Path(choice)
            model = _verify(next((one for one in self._found() if one.path == path), _lying(path, kind)))
        if model.kind is not kind:
            raise ModelError(
                ErrorCode.MODEL_INVALID, f"the model {model.name} is of the kind {model.kind}, not {kind}",
                remedy="run `vehicle-assistant models list` and choose another",
            )  # fmt: skip
        return model

    def statuses(self) -> tuple[ModelStatus, ...]:
        """Every model, shipped ones first, and whether it can be used."""
        return tuple(_status(found) for found in self._found())

    def refresh(self) -> tuple[str, ...]:
        """Rewrites the shipped manifest from the files that are there; returns the names that were listed anew.

        Raises ModelError (`model_invalid`) for a model that its engine would stumble over; nothing is written then.
        """
        manifest = dict(read_manifest(self._shipped))
        renewed = []
        for name, model in manifest.items():
            folder = self._shipped / model.folder
            files = list_files(folder) if folder.is_dir() else ()
            if files:
                check_content(ModelKind(model.kind), folder / model.main)
            if files != model.files:
                renewed.append(name)
            manifest[name] = model.model_copy(update={"files": files})
        write_manifest(self._shipped, manifest)
        return tuple(renewed)

    def _found(self) -> list[_Found]:
        found: dict[str, _Found] = {}
        for folder in (self._shipped, *self._folders):
            shipped = folder == self._shipped
            listed = _listed(folder, shipped=shipped)
            taken = {one.folder for one in listed}
            for one in [*listed, *(() if shipped else _unlisted(folder, taken))]:
                found.setdefault(one.name, one)
        return list(found.values())


def _listed(folder: Path, *, shipped: bool) -> list[_Found]:
    return [
        _Found(name, ModelKind(model.kind), folder / model.folder, folder / model.folder / model.main, model, shipped)
        for name, model in read_manifest(folder).items()
    ]


def _unlisted(folder: Path, taken: set[Path]) -> list[_Found]:
    """Models that somebody copied into a folder by hand."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # no such folder, or not ours to read: nothing is installed there
        return []
    kinds = [
        (entry, ModelKind.VOSK if entry.is_dir() else ModelKind.GGUF)
        for entry in entries
        if entry not in taken and (entry.suffix == ".gguf" or (entry / "am/final.mdl").is_file())
    ]
    return [_lying(entry, kind) for entry, kind in kinds]


def _lying(path: Path, kind: ModelKind) -> _Found:
    """A model known by its path only."""
    return _Found(path.name.removesuffix(".gguf"), kind, path.parent, path, None, shipped=False)


def _verify(found: _Found) -> VerifiedModel:
    listed = found.listed
    if listed is not None:
        check_files(found.folder, listed)
    check_content(found.kind, found.path)
    if listed is not None:
        size_bytes = sum(file.size_bytes for file in listed.files)
    elif found.path.is_dir():
        size_bytes = sum(file.stat().st_size for file in found.path.rglob("*") if file.is_file())
    else:
        size_bytes = found.path.stat().st_size
    return VerifiedModel(
        found.name,
        found.kind,
        found.path,
        listed.licence if listed else _UNLISTED_LICENCE,
        listed.origin if listed else "put there by the user",
        size_bytes,
        hash_checked=listed is not None,
    )


def _status(found: _Found) -> ModelStatus:
    try:
        verified, problem = _verify(found), None
    except ModelError as error:
        verified, problem = None, error
    return ModelStatus(found.name, found.kind, found.path, found.shipped, verified, problem)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `refresh`."""
    parser = argparse.ArgumentParser(prog="python -m vehicle_assistant.models.store")
    parser.add_argument("action", choices=["refresh"])
    parser.parse_args(arguments)
    renewed = Store().refresh()
    sys.stdout.write(f"listed anew: {', '.join(renewed) or 'nothing, all is as it was'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
