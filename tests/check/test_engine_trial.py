"""Engines are tried in a child process, with the real libraries and the shipped weights."""

import stat
import sys
from pathlib import Path

import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.engine_trial import TRIALS, try_engine
from vehicle_assistant.jobs import ears_job, parser_job, voice_job
from vehicle_assistant.models.store import Store
from vehicle_assistant.ports import Part
from vehicle_assistant.settings import Settings
from vehicle_assistant.workers.jobs import ParserJob, VoiceJob


@pytest.mark.parametrize("part", TRIALS)
def test_the_default_engines_work(part) -> None:
    store, settings = Store(), Settings()
    jobs = {
        Part.EARS: lambda: ears_job(settings, store),
        Part.PARSER: lambda: parser_job(settings, store),
        Part.VOICE: lambda: voice_job(settings),
    }
    trial = try_engine(part, jobs[part]())
    assert trial.code is None, trial.message
    assert trial.load_ms > 0
    assert trial.work_ms > 0


def test_a_wake_phrase_the_model_cannot_hear_is_found_out() -> None:
    settings = Settings.model_validate({"wake": {"phrase": "hey zyzzyva"}})
    trial = try_engine(Part.EARS, ears_job(settings, Store()))
    assert trial.code == ErrorCode.SETTING_INVALID
    assert "zyzzyva" in trial.message
    assert trial.remedy


def test_weights_that_are_not_there_are_an_answer_not_a_crash() -> None:
    trial = try_engine(Part.PARSER, ParserJob(model_path=Path("/nowhere/nano.gguf")))
    assert trial.code == ErrorCode.MODEL_ABSENT


@pytest.mark.parametrize(
    ("script", "said"), [("kill -SEGV $$", "signal 11"), ("exit 7", "status 7"), ("exec sleep 60", "within 1 s")]
)
def test_an_engine_that_crashes_or_hangs_does_not_take_us_with_it(tmp_path, monkeypatch, script, said) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(EngineError, match=said):
        try_engine(Part.VOICE, VoiceJob(), timeout_s=1.0)
