"""Makes the writer of GGUF headers importable: tests are no package."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def gguf_bytes():
    spec = importlib.util.spec_from_file_location("gguf_bytes", Path(__file__).with_name("gguf_bytes.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_vosk():
    """Makes a folder that has the form of a speech model."""

    def make(folder: Path) -> Path:
        magic = (2_125_659_606).to_bytes(4, "little")
        contents = {
            "am/final.mdl": b"\0B model", "conf/mfcc.conf": b"c", "conf/model.conf": b"c",
            "graph/phones/word_boundary.int": b"1", "graph/HCLr.fst": magic, "graph/Gr.fst": magic,
            "graph/disambig_tid.int": b"",
        }  # fmt: skip
        for name, content in contents.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder

    return make
