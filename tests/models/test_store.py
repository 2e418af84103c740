"""Models are found where they should be, and nothing unproved gets through."""

import pytest

from intents.errors import ErrorCode, ModelError
from vehicle_assistant.models.manifest import ListedModel, ModelKind, read_manifest, write_manifest
from vehicle_assistant.models.store import SHIPPED, SYSTEM, Store, main


@pytest.fixture
def shipped(tmp_path, gguf_bytes, make_vosk):
    folder = tmp_path / "shipped"
    make_vosk(folder / "bench_voice")
    (folder / "nano").mkdir()
    (folder / "nano/nano.gguf").write_bytes(gguf_bytes.gguf())
    words = {"licence": "Apache-2.0", "origin": 'made "here" \\ now', "remedy": "build it"}
    listed = {
        "bench_voice": ListedModel(kind="vosk", folder="bench_voice", **words),
        "nano": ListedModel(kind="gguf", folder="nano", main="nano.gguf", **words),
    }
    write_manifest(folder, listed)
    Store(folder).refresh()
    return folder


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def code_of(call, *arguments) -> ErrorCode:
    with pytest.raises(ModelError) as refused:
        call(*arguments)
    assert refused.value.remedy
    return refused.value.code


def test_the_weights_shipped_with_this_version_are_as_listed() -> None:
    models = [status for status in Store(SHIPPED).statuses() if status.shipped]
    assert [status.name for status in models] == ["bench_voice", "nano"]
    assert [status.problem for status in models] == [None, None]


def test_a_refreshed_model_verifies(shipped) -> None:
    nano = Store(shipped).verify("nano")
    assert (ModelKind.GGUF, shipped / "nano/nano.gguf", True) == (nano.kind, nano.path, nano.hash_checked)
    assert nano.path.stat().st_size == nano.size_bytes
    voice = Store(shipped).verify("bench_voice")
    assert (ModelKind.VOSK, shipped / "bench_voice") == (voice.kind, voice.path)


def test_the_list_survives_writing_and_reading(shipped) -> None:
    before = read_manifest(shipped)
    write_manifest(shipped, before)
    assert before == read_manifest(shipped)
    assert before["nano"].origin == 'made "here" \\ now'
    assert Store(shipped).refresh() == ()


def test_a_changed_byte_an_added_and_a_lost_file_are_noticed(shipped) -> None:
    store = Store(shipped)
    weights = shipped / "nano/nano.gguf"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + b"\1")
    assert code_of(store.verify, "nano") == ErrorCode.MODEL_HASH
    weights.write_bytes(content)
    assert store.verify("nano").name == "nano"
    (shipped / "bench_voice/ivector").mkdir()
    (shipped / "bench_voice/ivector/final.ie").write_bytes(b"x")
    assert code_of(store.verify, "bench_voice") == ErrorCode.MODEL_HASH
    weights.unlink()
    assert code_of(store.verify, "nano") == ErrorCode.MODEL_HASH


def test_a_model_card_is_no_weight(shipped) -> None:
    (shipped / "nano/README.md").write_text("what it is")
    assert Store(shipped).verify("nano").name == "nano"


def test_a_model_not_built_yet_is_absent(shipped) -> None:
    (shipped / "nano/nano.gguf").unlink()
    assert Store(shipped).refresh() == ("nano",)
    assert code_of(Store(shipped).verify, "nano") == ErrorCode.MODEL_ABSENT
    assert code_of(Store(shipped).verify, "other") == ErrorCode.MODEL_ABSENT


def test_refresh_lists_nothing_an_engine_would_stumble_over(shipped, gguf_bytes) -> None:
    before = (shipped / "manifest.toml").read_text()
    (shipped / "nano/nano.gguf").write_bytes(gguf_bytes.gguf({"llama.block_count": 1000}))
    assert code_of(Store(shipped).refresh) == ErrorCode.MODEL_INVALID
    assert before == (shipped / "manifest.toml").read_text()
    assert [path.name for path in shipped.iterdir() if path.is_file()] == ["manifest.toml"]


def test_auto_takes_an_installed_speech_model_before_the_synthetic_one(shipped, own, make_vosk) -> None:
    store = Store(shipped, [own])
    assert store.resolve("auto", ModelKind.VOSK).name == "bench_voice"
    make_vosk(own / "vosk-model-small-en-us-0.15")
    chosen = store.resolve("auto", ModelKind.VOSK)
    assert (chosen.name, chosen.hash_checked) == ("vosk-model-small-en-us-0.15", False)
    assert store.resolve("auto", ModelKind.GGUF).name == "nano"


def test_a_users_model_is_checked_against_the_list_beside_it(shipped, own, make_vosk) -> None:
    make_vosk(own / "mine")
    entry = ListedModel(kind="vosk", folder="mine", licence="MIT", origin="me", remedy="copy it again")
    write_manifest(own, {"mine": entry})
    Store(own).refresh()
    assert Store(shipped, [own]).verify("mine").hash_checked
    (own / "mine/conf/mfcc.conf").write_bytes(b"changed")
    assert code_of(Store(shipped, [own]).verify, "mine") == ErrorCode.MODEL_HASH
    assert code_of(Store(shipped, [own]).resolve, "auto", ModelKind.VOSK) == ErrorCode.MODEL_HASH


def test_a_model_is_found_by_name_and_by_path(shipped, own, gguf_bytes) -> None:
    (own / "llama.gguf").write_bytes(gguf_bytes.gguf())
    store = Store(shipped, [own])
    by_name = store.resolve("llama", ModelKind.GGUF)
    by_path = store.resolve(str(own / "llama.gguf"), ModelKind.GGUF)
    assert by_name == by_path
    assert code_of(store.resolve, str(own / "other.gguf"), ModelKind.GGUF) == ErrorCode.MODEL_ABSENT
    assert code_of(store.resolve, str(own / "other"), ModelKind.VOSK) == ErrorCode.MODEL_ABSENT
    assert store.resolve(str(shipped / "nano/nano.gguf"), ModelKind.GGUF).hash_checked


def test_a_model_of_the_other_kind_is_refused(shipped) -> None:
    assert code_of(Store(shipped).resolve, "nano", ModelKind.VOSK) == ErrorCode.MODEL_INVALID


def test_a_shipped_name_cannot_be_taken_over(shipped, own, gguf_bytes) -> None:
    (own / "nano.gguf").write_bytes(gguf_bytes.gguf())
    assert shipped / "nano/nano.gguf" == Store(shipped, [own]).verify("nano").path


@pytest.mark.parametrize(
    "text",
    [
        "[nano", "[nano]\nkind = 'gguf'", "[nano]\nkind = 'gguf'\nfolder = '../x'\nlicence=''\norigin=''\nremedy=''",
        "[nano]\nkind = 'gguf'\nfolder = 'x'\nmain = '../y'\nlicence=''\norigin=''\nremedy=''",
        "[nano]\nkind = 'gguf'\nfolder = 'x'\nmain = '/y'\nlicence=''\norigin=''\nremedy=''",
    ],
)  # fmt: skip
def test_a_malformed_list_is_refused(own, text) -> None:
    (own / "manifest.toml").write_text(text)
    assert code_of(read_manifest, own) == ErrorCode.MODEL_INVALID


def test_where_a_users_models_lie(tmp_path) -> None:
    assert (tmp_path,) == Store.of({"VEHICLE_ASSISTANT_MODELS": str(tmp_path), "HOME": "/home/x"}).folders
    own = [str(folder) for folder in Store.of({"HOME": "/home/x"}).folders]
    assert [str(SYSTEM), "/home/x/.local/share/vehicle-assistant/models"] == own
    assert Store.of({}).folders == (SYSTEM,)


def test_the_command_line_knows_one_action(capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["rewrite"])
    assert "refresh" in capsys.readouterr().err
