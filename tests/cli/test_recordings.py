"""`listen`, `transcribe` and `wake`: recordings in, JSON lines out; a file that cannot be used is one line of error."""

import json
import struct
import wave
from pathlib import Path

import pytest

TEMPERATURE = "set the temperature to twenty two degrees"
TURN_KEYS = ["file", "wake_s", "text", "outcome", "commands", "said", "stage_ms"]


def pcm(file: Path, *, width: int = 2, channels: int = 1, rate_hz: int = 16_000) -> Path:
    """A second of silence in any format."""
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(width)
        wav.setframerate(rate_hz)
        wav.writeframes(bytes(rate_hz * channels * width))
    return file


def float_wav(file: Path) -> Path:
    data = bytes(64_000)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1, 16_000, 64_000, 4, 32,
                       b"data", len(data))  # fmt: skip
    file.write_bytes(head + data)
    return file


def unusable(folder: Path) -> dict[str, Path]:
    """One file of every kind that cannot be used, and a word of the error it must lead to."""
    whole = pcm(folder / "whole.wav").read_bytes()
    files = {name: folder / f"{name}.wav" for name in ("missing", "empty", "truncated", "text", "folder")}
    files["empty"].write_bytes(b"")
    files["truncated"].write_bytes(whole[: len(whole) // 2])
    files["text"].write_text("this is no sound\n" * 10)
    files["folder"].mkdir()
    return {
        "does not exist": files["missing"],
        "is empty": files["empty"],
        "is cut off": files["truncated"],
        "is not a WAV file": files["text"],
        "is a folder": files["folder"],
        "has 8-bit samples": pcm(folder / "eight.wav", width=1),
        "has 24-bit samples": pcm(folder / "twentyfour.wav", width=3),
        "is not 16-bit PCM": float_wav(folder / "float.wav"),
        "has 6 channels": pcm(folder / "surround.wav", channels=6),
    }


PROBLEMS = [
    "does not exist", "is empty", "is cut off", "is not a WAV file", "is a folder", "has 8-bit samples",
    "has 24-bit samples", "is not 16-bit PCM", "has 6 channels",
]  # fmt: skip


@pytest.mark.parametrize("problem", PROBLEMS)
def test_listen_refuses_what_it_cannot_use_in_one_line(cli, tmp_path, problem) -> None:
    file = unusable(tmp_path)[problem]
    assert f"{file} {problem}" in cli("listen", file).error


def test_nothing_is_acted_on_when_one_of_several_files_is_unusable(cli, tmp_path, spoken) -> None:
    good = spoken(f"computer {TEMPERATURE}")
    assert "is empty" in cli("listen", good, unusable(tmp_path)["is empty"]).error


@pytest.mark.parametrize("command", ["transcribe", "wake"])
def test_each_unusable_file_is_told_and_the_others_are_examined(cli, tmp_path, command) -> None:
    files = unusable(tmp_path)
    ended = cli(command, *files.values(), tmp_path / "whole.wav")
    assert ended.code == 2
    assert [row["file"] for row in ended.rows] == [str(tmp_path / "whole.wav")]
    told = ended.err.splitlines()
    assert len(told) == len(files)
    for line, (problem, file) in zip(told, files.items(), strict=True):
        assert line.startswith(f"vehicle-assistant: error: {file} {problem}")


def test_listen_takes_a_stereo_recording_of_any_rate_through_the_whole_pipeline(cli, spoken) -> None:
    file = spoken(f"computer {TEMPERATURE}", stereo=True)
    ended = cli("listen", file)
    assert ended.code == 0
    (row,) = ended.rows
    assert list(row) == TURN_KEYS
    assert row["file"] == str(file)
    assert row["wake_s"] == pytest.approx(0.1, abs=0.3)
    assert (row["text"], row["outcome"]) == (TEMPERATURE, "done")
    assert row["commands"] == [
        {
            "intent": "climate.set_temperature",
            "slots": {"zone": "driver", "celsius": 22.0},
            "result": "done",
            "reason": None,
        }
    ]
    assert row["said"] == "22 degrees."
    assert {"wake", "endpoint", "transcribe", "parse", "policy", "vehicle", "speak"} == set(row["stage_ms"])
    assert ended.err.splitlines() == [
        f"vehicle-assistant: warning: {file}: two channels mixed down to one",
        f"vehicle-assistant: warning: {file}: resampled from 22050 Hz to 16000 Hz",
    ]


def test_every_turn_of_every_recording_has_its_line_and_names_its_file(cli, spoken) -> None:
    two = spoken("computer turn on the seat heating", "computer pause the music", pause_s=2.5)
    one = spoken(f"computer {TEMPERATURE}")
    ended = cli("listen", two, one)
    assert ended.code == 0
    assert [row["file"] for row in ended.rows] == [str(two), str(two), str(one)]
    intents = [command["intent"] for row in ended.rows for command in row["commands"]]
    assert intents == ["climate.set_seat_heating", "media.pause", "climate.set_temperature"]


def test_without_a_wake_phrase_nothing_is_taken_as_a_command(cli, spoken) -> None:
    ended = cli("listen", spoken(TEMPERATURE))
    assert (ended.code, ended.out) == (0, b"")


def test_no_wake_takes_everything_as_said_to_the_assistant(cli, spoken) -> None:
    (row,) = cli("listen", "--no-wake", spoken(TEMPERATURE)).rows
    assert (row["text"], row["outcome"], row["wake_s"]) == (TEMPERATURE, "done", None)
    assert "wake" not in row["stage_ms"]


def test_another_wake_phrase_replaces_the_set_one(cli, spoken) -> None:
    file = spoken(f"hey car {TEMPERATURE}")
    (row,) = cli("listen", "--wake-phrase", "hey car", file).rows
    assert row["text"] == TEMPERATURE
    assert cli("listen", file).out == b""


@pytest.mark.parametrize(("phrase", "problem"), [("xyzzy", "does not know: xyzzy"), ("", "is empty")])
def test_a_wake_phrase_nobody_can_hear_is_refused(cli, spoken, phrase, problem) -> None:
    file = spoken(f"computer {TEMPERATURE}")
    assert problem in cli("listen", "--wake-phrase", phrase, file).error
    assert problem in cli("wake", "--phrase", phrase, file).error


def test_silence_leads_to_nothing(cli, tmp_path) -> None:
    ended = cli("listen", pcm(tmp_path / "silence.wav"))
    assert (ended.code, ended.out, ended.err) == (0, b"", "")


def test_transcribe_writes_words_with_their_times(cli, spoken) -> None:
    file = spoken(TEMPERATURE)
    ended = cli("transcribe", file)
    assert ended.code == 0
    (row,) = ended.rows
    assert list(row) == ["file", "text", "words", "rtf"]
    assert (row["file"], row["text"]) == (str(file), TEMPERATURE)
    assert [word["text"] for word in row["words"]] == TEMPERATURE.split()
    times = [t for word in row["words"] for t in (word["start_s"], word["end_s"])]
    assert times == sorted(times)
    assert all(set(word) == {"text", "start_s", "end_s", "confidence"} for word in row["words"])
    assert row["rtf"] > 0
    assert ended.err.count("\n") == 1


def test_wake_writes_where_the_phrase_ends(cli, spoken) -> None:
    called, quiet = spoken(f"computer {TEMPERATURE}"), spoken(TEMPERATURE)
    first, second = cli("wake", called, quiet).rows
    for row, file in ((first, called), (second, quiet)):
        assert list(row) == ["file", "seconds", "detections"]
        assert row["file"] == str(file)
        assert row["seconds"] > 2
    (hit,) = first["detections"]
    assert list(hit) == ["t_s", "score"]
    assert 0.2 < hit["t_s"] < 1.2
    assert 0.5 <= hit["score"] <= 1.0
    assert second["detections"] == []


def test_nothing_is_left_behind(cli, spoken) -> None:
    before = sorted(p.name for p in cli.folder.iterdir())
    assert json.loads(cli("listen", spoken(f"computer {TEMPERATURE}")).out)["outcome"] == "done"
    assert sorted(p.name for p in cli.folder.iterdir()) == before
