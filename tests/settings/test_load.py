"""What a settings file may say, and how it is told that it may not."""

from pathlib import Path

import pytest

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.settings import Settings, load


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes) -> Path:
        file = tmp_path / "car.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def refusal(file: Path, environ: dict[str, str] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as refused:
        load(file, environ or {})
    assert "\n" not in str(refused.value)
    assert refused.value.remedy
    return refused.value


def test_what_the_file_says_is_in_force_and_the_rest_has_defaults(write) -> None:
    file = write('# a comment\n[vehicle]\nport = 1884\nhost = "car"\n\n[wake]\nphrase = "hey car"\n')
    loaded = load(file, {})
    expected = Settings.model_validate({"vehicle": {"port": 1884, "host": "car"}, "wake": {"phrase": "hey car"}})
    assert expected == loaded.settings
    set_by_file = {key: at for key, at in loaded.origins.items() if at != "default"}
    assert {"vehicle.port": f"{file}:3", "vehicle.host": f"{file}:4", "wake.phrase": f"{file}:7"} == set_by_file


def test_an_empty_file_means_defaults(write) -> None:
    loaded = load(write(""), {})
    assert Settings() == loaded.settings
    assert {"default"} == set(loaded.origins.values())


def test_an_inline_table_names_the_file(write) -> None:
    file = write("vehicle = { port = 1884 }\n")
    assert str(file) == load(file, {}).origins["vehicle.port"]


def test_relative_paths_count_from_the_file(write, tmp_path) -> None:
    file = write('[voice]\nwav_path = "said.wav"\n[asr]\nmodel = "./models/en"\n[parser]\nmodel = "nano"\n')
    settings = load(file, {}).settings
    assert (tmp_path / "said.wav", str(tmp_path / "models/en"), "nano") == (
        settings.voice.wav_path,
        settings.asr.model,
        settings.parser.model,
    )


def test_empty_paths_and_names_are_not_set(write) -> None:
    vehicle = load(write('[vehicle]\ntls_ca = ""\nusername = ""\n'), {}).settings.vehicle
    assert (vehicle.tls_ca, vehicle.username) == (None, None)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[vehicle]\nprot = 1", ErrorCode.SETTING_UNKNOWN, ("car.toml:2", "vehicle.prot", "did you mean port?")),
        ("[vehicle]\nlanguage = 1", ErrorCode.SETTING_UNKNOWN, ("vehicle.language", "below [assistant]")),
        ("[vehicel]\nport = 1", ErrorCode.SETTING_UNKNOWN, ("car.toml:1", "did you mean [vehicle]?")),
        ("port = 1884", ErrorCode.SETTING_UNKNOWN, ("car.toml:1", "below [vehicle]")),
        ("vehicle = 1884", ErrorCode.SETTING_UNKNOWN, ("vehicle is a section",)),
        ("[vehicle.tls]\nca = 1", ErrorCode.SETTING_UNKNOWN, ("vehicle.tls", "tls_ca")),
        ('[vehicle]\nport = "1884"', ErrorCode.SETTING_INVALID, ("car.toml:2", "vehicle.port", "whole number")),
        ("[vehicle]\nport = true", ErrorCode.SETTING_INVALID, ("vehicle.port", "whole number")),
        ("[vehicle]\nport = 70000", ErrorCode.SETTING_INVALID, ("above 65535", "1 to 65535")),
        ("[assistant]\nlog_speech = 1", ErrorCode.SETTING_INVALID, ("true or false",)),
        ('[assistant]\nlanguage = "de"', ErrorCode.SETTING_INVALID, ("assistant.language", "'en'")),
        ("[wake]\nmin_score = nan", ErrorCode.SETTING_INVALID, ("finite",)),
        ("[wake]\nphrase = 5", ErrorCode.SETTING_INVALID, ("text in quotes",)),
        ("[vehicle]\ntls_ca = 5", ErrorCode.SETTING_INVALID, ("path in quotes",)),
        ('[vehicle]\ntls_ca = "a"', ErrorCode.SETTING_INVALID, ("all three or none",)),
        ('[vehicle]\npassword_file = "a"', ErrorCode.SETTING_INVALID, ("needs a username",)),
        ('[vehicle]\nprefix = "a/b"', ErrorCode.SETTING_INVALID, ("vehicle.prefix",)),
        ('[voice]\nvoice = "en; rm"', ErrorCode.SETTING_INVALID, ("voice.voice",)),
        ('[voice]\nloudspeaker = "wav"', ErrorCode.SETTING_INVALID, ("wav_path",)),
        ('[audio]\nsource = "stream"', ErrorCode.SETTING_INVALID, ("stream_path",)),
        ("[endpoint]\nsilence_s = 0.1", ErrorCode.SETTING_INVALID, ("car.toml:2", "grow")),
        ('[asr]\nengine = "whisper"', ErrorCode.ENGINE_UNKNOWN, ("car.toml:2", "'whisper'", "vosk")),
        ('[vehicle]\nlink = "can"', ErrorCode.ENGINE_UNKNOWN, ("'can'", "mqtt, virtual")),
        ('[driver]\nmarket = "moon"', ErrorCode.ENGINE_UNKNOWN, ("driver.market", "eu")),
        ("[vehicle\nport = 1", ErrorCode.SETTINGS_UNREADABLE, ("not valid TOML", "line 1")),
        ("[vehicle]\nport = 1\nport = 2", ErrorCode.SETTINGS_UNREADABLE, ("not valid TOML",)),
        ("a = " + "[" * 5000, ErrorCode.SETTINGS_UNREADABLE, ("not valid TOML",)),
        ("a = " + "1" * 5000, ErrorCode.SETTINGS_UNREADABLE, ("not valid TOML",)),
        (b"[vehicle]\nhost = '\xff'", ErrorCode.SETTINGS_UNREADABLE, ("not UTF-8",)),
        (b"#" * 1_048_577, ErrorCode.SETTINGS_UNREADABLE, ("1 MiB",)),
    ],
)
def test_what_is_not_understood_is_refused_in_one_line(write, text, code, said) -> None:
    error = refusal(write(text))
    assert code == error.code
    assert [part for part in said if part not in str(error)] == []


def test_several_problems_are_counted(write) -> None:
    assert "and 2 more" in str(refusal(write("[vehicle]\nport = 0\nhost = 1\nclient_id = 2\n")))


def test_no_value_is_repeated_because_it_may_be_a_misplaced_secret(write) -> None:
    for text in ('[vehicle]\npassword = "hunter2"', '[vehicle]\nport = "hunter2"', '[voice]\nvoice = "hunter2 !"'):
        assert "hunter2" not in str(refusal(write(text)))


def test_an_absent_file_and_a_folder_are_refused(tmp_path) -> None:
    assert "no settings file" in str(refusal(tmp_path / "absent.toml"))
    assert "cannot be read" in str(refusal(tmp_path))


def test_the_file_is_found_by_the_environment(write) -> None:
    file = write("[vehicle]\nport = 1885\n")
    loaded = load(None, {"VEHICLE_ASSISTANT_CONFIG": str(file)})
    assert (1885, file) == (loaded.settings.vehicle.port, loaded.file)


def test_a_named_file_goes_before_the_environment(write, tmp_path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[vehicle]\nport = 1\n")
    assert load(write("[vehicle]\nport = 2\n"), {"VEHICLE_ASSISTANT_CONFIG": str(other)}).settings.vehicle.port == 2
