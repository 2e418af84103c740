"""Settings and models that cannot be used: one line that says what to do, for every command that needs them."""

import hashlib
import shutil

import pytest

from vehicle_assistant.models.store import SHIPPED
from vehicle_assistant.settings import load, shipped_file


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[vehicle]\nlink = virtual\n", "car.toml is not valid TOML"),
        ("[vehicle\n", "car.toml is not valid TOML"),
        ('[vehicle]\nhots = "x"\n', "car.toml:2: there is no setting vehicle.hots (did you mean host?)"),
        ("[vehicel]\nport = 1\n", "there is no section [vehicel] (did you mean [vehicle]?)"),
        ('[parser]\nengine = "gpt"\n', "car.toml:2: parser.engine 'gpt' is not one of nano, scripted"),
        ('[asr]\nengine = "whisper"\n', "car.toml:2: asr.engine 'whisper' is not one of vosk, scripted"),
        ('[vehicle]\nport = "1883"\n', "car.toml:2: vehicle.port"),
        ("[vehicle]\nport = 99999\n", "car.toml:2: vehicle.port"),
    ],
)
def test_settings_that_are_wrong_are_refused_with_their_place(cli, text, says) -> None:
    assert says in cli("--config", cli.config(text), "parse").error


def test_a_settings_file_that_is_not_there_is_refused(cli) -> None:
    assert "there is no settings file" in cli("--config", "nosuch.toml", "parse").error
    assert "there is no settings file" in cli("parse", "--config", "nosuch.toml").error


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("VEHICLE_ASSISTANT__VEHICLE__PROT", "1", "did you mean VEHICLE_ASSISTANT__VEHICLE__PORT?"),
        ("VEHICLE_ASSISTANT_MODEL", "/x", "did you mean VEHICLE_ASSISTANT_MODELS?"),
        ("VEHICLE_ASSISTANT__VEHICLE__PORT", "many", "VEHICLE_ASSISTANT__VEHICLE__PORT: vehicle.port"),
    ],
)
def test_a_variable_that_means_nothing_is_refused(cli, name, value, says) -> None:
    assert says in cli("parse", env={name: value}).error


def test_the_environment_overrides_the_file(cli) -> None:
    config = cli.config('[parser]\nengine = "nano"\n')
    env = {"VEHICLE_ASSISTANT__PARSER__MODEL": "nosuch"}
    assert "no model is called 'nosuch'" in cli("--config", config, "parse", env=env).error


@pytest.mark.parametrize("command", [("parse",), ("say", "hello"), ("demo",), ("run",)])
def test_an_absent_model_is_named_with_what_there_is(cli, command) -> None:
    config = cli.config('[parser]\nmodel = "nosuch"\n')
    error = cli("--config", config, *command).error
    assert "no model is called 'nosuch' (there are bench_voice, nano; put others into " in error


def test_a_speech_model_that_is_not_there_is_named(cli, tmp_path) -> None:
    config = cli.config('[asr]\nmodel = "/nowhere/model"\n')
    (tmp_path / "a.wav").write_bytes(b"")
    for command in ("transcribe", "wake"):
        assert "/nowhere/model" in cli("--config", config, command, tmp_path / "a.wav").error


@pytest.fixture
def damaged(tmp_path) -> dict[str, str]:
    """The shipped weights under another name, with one byte changed since their hash was taken."""
    models = tmp_path / "models"
    (models / "mine").mkdir(parents=True)
    content = bytearray((SHIPPED / "nano" / "nano.gguf").read_bytes())
    (models / "manifest.toml").write_text(
        '[mine]\nkind = "gguf"\nfolder = "mine"\nmain = "nano.gguf"\nlicence = "Apache-2.0"\norigin = "a copy"\n'
        'remedy = "copy it again"\n'
        f'files = [{{ path = "nano.gguf", size_bytes = {len(content)}, '
        f'sha256 = "{hashlib.sha256(content).hexdigest()}" }}]\n'
    )
    content[-100] ^= 1
    (models / "mine" / "nano.gguf").write_bytes(content)
    return {"VEHICLE_ASSISTANT_MODELS": str(models)}


def test_a_model_with_another_hash_is_not_loaded(cli, damaged) -> None:
    config = cli.config('[parser]\nmodel = "mine"\n')
    error = cli("--config", config, "parse", stdin=b"pause\n", env=damaged).error
    assert "nano.gguf" in error
    assert error.endswith("(copy it again)")
    listed = cli("models", "list", env=damaged)
    assert listed.code == 1
    assert "mine" in listed.out.decode()
    assert cli("models", "verify", "mine", env=damaged).error == error


def test_a_damaged_package_does_not_load_its_weights(cli, tmp_path) -> None:
    """The same for the weights that come with the package."""
    package = tmp_path / "package"
    for name in ("vehicle_assistant", "integration", "intents"):
        shutil.copytree(SHIPPED.parents[1] / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    weights = package / "vehicle_assistant" / "models" / "nano" / "nano.gguf"
    weights.write_bytes(weights.read_bytes()[:-1])
    error = cli("parse", stdin=b"pause\n", env={"PYTHONPATH": str(package)}).error
    assert str(weights) in error or "nano.gguf" in error
    assert "install the package again" in error
    weights.unlink()
    assert "install the package again" in cli("parse", stdin=b"pause\n", env={"PYTHONPATH": str(package)}).error


def test_the_shipped_models_are_whole(cli) -> None:
    ended = cli("models", "list")
    assert ended.code == 0
    for name in ("bench_voice", "nano"):
        assert name in ended.out.decode()
    assert cli("models", "verify", "nano").out == b"nano: ok\n"


def test_the_shipped_settings_are_the_defaults(cli) -> None:
    assert load(shipped_file(), {}).settings == load(cli.config(""), {}).settings
