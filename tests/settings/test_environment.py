"""Environment variables override the file, and none of our prefix is passed over."""

from pathlib import Path

import pytest

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.settings import load, variable


@pytest.fixture
def file(tmp_path) -> Path:
    file = tmp_path / "car.toml"
    file.write_text("[vehicle]\nport = 1884\n")
    return file


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("vehicle.port", "1885", 1885),
        ("vehicle.port", " 1885 ", 1885),
        ("vehicle.host", "1885", "1885"),
        ("vehicle.username", "", None),
        ("assistant.log_speech", "true", True),
        ("wake.min_score", "1", 1.0),
        ("wake.phrase", "hey 'car'", "hey 'car'"),
        ("voice.wav_path", "/tmp/said.wav", Path("/tmp/said.wav")),
    ],
)
def test_an_override_is_read_as_the_type_of_its_setting(file, key, text, value) -> None:
    loaded = load(file, {variable(key): text, "PATH": "/bin"})
    section, name = key.split(".")
    assert (value, variable(key)) == (getattr(getattr(loaded.settings, section), name), loaded.origins[key])


def test_the_name_of_a_variable() -> None:
    assert variable("vehicle.port") == "VEHICLE_ASSISTANT__VEHICLE__PORT"


def test_a_relative_path_counts_from_the_working_folder(file, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert tmp_path / "said.wav" == load(file, {variable("voice.wav_path"): "said.wav"}).settings.voice.wav_path


@pytest.mark.parametrize("text", ["x", "1.5", "", "[1]", "70000", "1\n[wake]\nphrase = 2", "'"])
def test_a_value_of_the_wrong_type_names_the_variable(file, text) -> None:
    with pytest.raises(SettingsError) as refused:
        load(file, {variable("vehicle.port"): text})
    assert refused.value.code == ErrorCode.SETTING_INVALID
    assert variable("vehicle.port") in str(refused.value)


@pytest.mark.parametrize(
    "name",
    ["VEHICLE_ASSISTANT__VEHICLE__PROT", "VEHICLE_ASSISTANT_VEHICLE_PORT", "VEHICLE_ASSISTANT__VEHICLE__port"],
)
def test_a_variable_that_means_nothing_is_refused_with_its_likely_name(file, name) -> None:
    with pytest.raises(SettingsError) as refused:
        load(file, {name: "1"})
    assert refused.value.code == ErrorCode.SETTING_UNKNOWN
    assert name in str(refused.value)
    assert "did you mean VEHICLE_ASSISTANT__VEHICLE__PORT?" in str(refused.value)


def test_a_contradiction_made_by_a_variable_names_the_variable(file) -> None:
    with pytest.raises(SettingsError, match=r"^VEHICLE_ASSISTANT__VEHICLE__TLS_CA: vehicle makes no sense"):
        load(file, {variable("vehicle.tls_ca"): "/ca.pem"})


def test_the_folder_of_models_is_no_setting_and_is_let_pass(file) -> None:
    assert load(file, {"VEHICLE_ASSISTANT_MODELS": "/models"}).settings.vehicle.port == 1884
