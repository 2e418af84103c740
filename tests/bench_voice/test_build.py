"""One command makes a model that libvosk loads, and says what is wrong with its arguments."""

import ctypes.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")
pytest.importorskip("kaldi_native_fbank", reason="training dependencies are not installed")

ROOT = Path(__file__).resolve().parents[2]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training.bench_voice", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.skipif(ctypes.util.find_library("espeak-ng") is None, reason="libespeak-ng is not installed")
def test_a_build_from_a_sentence_file_leaves_a_model_its_record_and_its_card(tmp_path: Path) -> None:
    sentences, out = tmp_path / "sentences.txt", tmp_path / "model"
    sentences.write_text("open the window\nset it to twenty degrees\n", encoding="utf-8")
    result = _run("build", "--sentences", str(sentences), "--out", str(out), "--utterances", "18")

    assert result.returncode == 0, result.stderr
    record = json.loads((out / "build.json").read_text(encoding="utf-8"))
    assert record["arguments"]["utterances"] == record["figures"]["n_utterances"] == 18
    assert "Not measured yet" in (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    words = (out / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    assert words[:2] == ["<eps> 0", "[unk] 1"]
    assert {"window", "computer", "ninety"} <= {line.split()[0] for line in words}


def test_a_sentence_file_that_is_missing_is_named_in_one_line(tmp_path: Path) -> None:
    result = _run("build", "--sentences", str(tmp_path / "none.txt"), "--out", str(tmp_path))

    assert result.returncode == 2
    assert "none.txt" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_folder_without_a_model_is_refused_before_libvosk_sees_it(tmp_path: Path) -> None:
    result = _run("evaluate", "--model", str(tmp_path))

    assert result.returncode == 2
    assert "holds no model" in result.stderr
