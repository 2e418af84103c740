"""The list of a folder's models: which files belong to each, and their SHA-256."""

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from intents.errors import ErrorCode, ModelError
from vehicle_assistant.asr.vosk_model import check_directory
from vehicle_assistant.models.gguf_header import read_header

FILE_NAME = "manifest.toml"

_HEAD = """\
# Models in this folder, each file with its SHA-256. What is not listed here, or differs, is not loaded.
# After building a model again: python -m vehicle_assistant.models.store refresh
"""


class ModelKind(StrEnum):
    """What a model is for."""

    VOSK = "vosk"
    """A folder that the Vosk recogniser reads."""
    GGUF = "gguf"
    """Weights that llama.cpp reads."""


def _is_inside(path: str) -> bool:
    return bool(path) and not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


class ListedFile(BaseModel):
    """One file of a model, its path counted from the model's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ListedModel(BaseModel):
    """One model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["vosk", "gguf"]
    folder: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Name of its folder, beside the manifest."""
    main: str = ""
    """The file to load, counted from the folder; empty: the folder itself."""
    licence: str
    origin: str
    """Who made it, from what."""
    remedy: str
    """How to get it when it is absent or damaged."""
    files: tuple[ListedFile, ...] = ()
    """Empty: not built yet."""


Manifest = Mapping[str, ListedModel]
_MANIFEST: TypeAdapter[dict[str, ListedModel]] = TypeAdapter(dict[str, ListedModel])


def read_manifest(folder: Path) -> Manifest:
    """Reads a folder's manifest; a folder without one lists nothing. Raises ModelError (`model_invalid`)."""
    file = folder / FILE_NAME
    try:
        listed = _MANIFEST.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as broken:  # TOML, UTF-8 and pydantic errors are ValueErrors
        reason = f"{broken.error_count()} entries are malformed" if isinstance(broken, ValidationError) else broken
        raise _invalid(f"the model list {file} cannot be used: {reason}") from broken
    for name, model in listed.items():
        outside = [path for path in (*(one.path for one in model.files), model.main or ".") if not _is_inside(path)]
        if outside:
            raise _invalid(f"the model list {file} lets {name} reach outside its folder")
    return listed


def list_files(folder: Path) -> tuple[ListedFile, ...]:
    """Hashes every file of a model's folder; model cards (.md) are words, not weights, and are left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    return tuple(
        ListedFile(path=path.relative_to(folder).as_posix(), size_bytes=path.stat().st_size, sha256=_digest(path))
        for path in paths
    )


def check_files(folder: Path, model: ListedModel) -> None:
    """Raises ModelError unless the folder holds exactly the listed files, unchanged."""
    if not model.files or not folder.is_dir():
        raise ModelError(ErrorCode.MODEL_ABSENT, f"there is no model at {folder}", remedy=model.remedy)
    found = {file.path: file for file in list_files(folder)}
    listed = {file.path: file for file in model.files}
    problem = ""
    if missing := sorted(listed.keys() - found.keys()):
        problem = f"lacks {missing[0]}"
    elif strange := sorted(found.keys() - listed.keys()):
        problem = f"holds {strange[0]}, which is not listed"
    elif changed := sorted(path for path in listed if listed[path] != found[path]):
        problem = f"has a damaged or exchanged {changed[0]}: its SHA-256 differs"
    if problem:
        raise ModelError(ErrorCode.MODEL_HASH, f"the model at {folder} {problem}", remedy=model.remedy)


def check_content(kind: ModelKind, path: Path) -> None:
    """Raises ModelError when the engine would stumble over the model."""
    if kind is ModelKind.VOSK:
        check_directory(path)
    else:
        read_header(path)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the list; whoever looks finds the old one or the whole new one."""
    text = "\n".join([_HEAD, *(_entry(name, model) for name, model in manifest.items())])
    handle, unfinished = tempfile.mkstemp(dir=folder, prefix=f".{FILE_NAME}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(folder / FILE_NAME)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _entry(name: str, model: ListedModel) -> str:
    head = [
        f"{key} = {_quoted(getattr(model, key))}" for key in ("kind", "folder", "main", "licence", "origin", "remedy")
    ]
    files = [
        f"  {{ path = {_quoted(file.path)}, size_bytes = {file.size_bytes}, sha256 = {_quoted(file.sha256)} }},"
        for file in model.files
    ]
    return "\n".join([f"[{name}]", *head, "files = [", *files, "]", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _invalid(problem: str) -> ModelError:
    return ModelError(ErrorCode.MODEL_INVALID, problem, remedy="install the package or the models again")
