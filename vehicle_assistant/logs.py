"""Logging: one JSON object a line for the journal, readable lines on a terminal, and no spoken words in either.

Both `logging.getLogger` and `structlog.get_logger` end here. Logs go to standard error: standard output belongs to
what a command was asked for.
"""

import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from vehicle_assistant import privacy

JOURNAL_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""syslog(3) levels; systemd reads them from "<N>" before a line (sd-daemon(3))."""


def configure(
    level: str = "info",
    *,
    log_speech: bool = False,
    stream: TextIO | None = None,
    human: bool | None = None,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Sends all logging to `stream` (default: standard error); a second call replaces the first.

    `human` chooses readable lines, by default where the stream is a terminal. Under systemd, which sets
    $JOURNAL_STREAM, each line begins with its priority.
    """
    stream = sys.stderr if stream is None else stream
    environ = os.environ if environ is None else environ
    human = stream.isatty() if human is None else human
    shared = _shared(log_speech=log_speech)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # modules make their loggers at import, before this runs
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(human=human, journal="JOURNAL_STREAM" in environ, color=_color(stream, environ)),
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def _shared(*, log_speech: bool) -> list[Processor]:
    """What happens to every record, whichever logger it comes from."""

    def hide_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return event if log_speech else _without_words(event)

    def tell_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
        error = _error(event.pop("exc_info", None))
        if error is not None:
            event["exception"] = privacy.describe(error, words=log_speech)
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_error,
        hide_words,
    ]


def _without_words(event: MutableMapping[str, Any]) -> EventDict:
    """Keeps structlog's own entries (`_record`, ...) as they are: they are objects, not fields."""
    own = {name: value for name, value in event.items() if name.startswith("_")}
    fields = {name: value for name, value in event.items() if not name.startswith("_")}
    return {**privacy.without_words(fields), **own}


def _error(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        found: BaseException | None = exc_info[1]
        return found
    return sys.exc_info()[1] if exc_info else None


def _renderers(*, human: bool, journal: bool, color: bool) -> list[Processor]:
    if human:
        # The default formatter would print every local variable of a traceback, words and all.
        return [structlog.dev.ConsoleRenderer(colors=color, exception_formatter=structlog.dev.plain_traceback)]
    render = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    if not journal:
        return [render]

    def render_with_priority(logger: Any, method: str, event: EventDict) -> str:
        priority = JOURNAL_PRIORITY.get(str(event.get("level")), JOURNAL_PRIORITY["info"])
        return f"<{priority}>{render(logger, method, event)!s}"

    return [render_with_priority]


def _color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    return stream.isatty() and "NO_COLOR" not in environ
