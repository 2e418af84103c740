"""The table of parser engines. Each is imported only when chosen."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.parser.port import ParserEngine


def _nano(model_path: Path | None, threads: int) -> ParserEngine:
    from vehicle_assistant.parser.nano import NanoParser

    return NanoParser.open(model_path, threads=threads)


def _scripted(model_path: Path | None, threads: int) -> ParserEngine:  # noqa: ARG001  (one signature for the table)
    from vehicle_assistant.parser.scripted import ScriptedParser

    return ScriptedParser()


PARSER_ENGINES: Mapping[str, Callable[[Path | None, int], ParserEngine]] = MappingProxyType(
    {"nano": _nano, "scripted": _scripted}
)


def open_parser(engine: str, model_path: Path | None = None, threads: int = 1) -> ParserEngine:
    """Opens an engine; raises EngineError for an unknown name and ModelError for weights it cannot use."""
    if engine not in PARSER_ENGINES:
        known = ", ".join(PARSER_ENGINES)
        raise EngineError(
            ErrorCode.ENGINE_UNKNOWN, f"there is no parser engine {engine!r}", remedy=f"use one of: {known}"
        )
    return PARSER_ENGINES[engine](model_path, threads)
