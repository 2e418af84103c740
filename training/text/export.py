"""Writes trained nano weights as GGUF, and checks them against PyTorch.

    python -m training.text.export runs/nano --out vehicle_assistant/models/nano

Makes nano.gguf (Q8_0) and parity.json: prompts with PyTorch's own logits, which a test compares with llama.cpp's.
"""

import argparse
import ctypes
import json
from pathlib import Path

import gguf
import llama_cpp
import numpy as np
import torch
from tokenizers import Tokenizer

from intents.phrasebook import load as load_phrasebook
from intents.words import words_of
from training.text import config as configs
from training.text import tokenizer
from training.text.config import Config
from training.text.model import NORM_EPSILON, ROPE_BASE, Nano
from vehicle_assistant.parser.items import BEGIN, PARSE
from vehicle_assistant.parser.llama import Llama

PARITY_PROMPTS = 24
KEPT_LOGITS = 40


def write_gguf(model: Nano, c: Config, tokens: Tokenizer, path: Path) -> None:
    """Writes float32 weights in llama.cpp's names; embeddings are tied, so there is no output matrix."""
    pieces, merges = tokenizer.pieces_and_merges(tokens)
    control = {BEGIN, PARSE} | {p for p in pieces if p.startswith("<") and p.endswith(">") and len(p) > 2}
    types = [gguf.TokenType.CONTROL if p in control else gguf.TokenType.NORMAL for p in pieces]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("vehicle-assistant nano")
    writer.add_license("Apache-2.0")
    writer.add_context_length(c.context * 4)
    writer.add_embedding_length(c.dimension)
    writer.add_block_count(c.layers)
    writer.add_feed_forward_length(c.hidden)
    writer.add_head_count(c.heads)
    writer.add_head_count_kv(c.heads)
    writer.add_rope_dimension_count(c.dimension // c.heads)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(NORM_EPSILON)
    writer.add_vocab_size(len(pieces))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(pieces)
    writer.add_token_merges(merges)
    writer.add_token_types(types)
    writer.add_bos_token_id(pieces.index(BEGIN))
    writer.add_eos_token_id(pieces.index("<.>"))
    writer.add_add_bos_token(False)
    writer.add_string("vehicle_assistant.encoding", "decisions-1")
    for name, value in model.state_dict().items():
        writer.add_tensor(name, value.detach().cpu().float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantise(source: Path, target: Path) -> None:
    """Q8_0, with llama.cpp's own quantiser."""
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0
    params.nthread = 1
    if llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params)) != 0:
        raise RuntimeError(f"llama.cpp could not quantise {source}")


@torch.no_grad()
def parity(model: Nano, encoder: tokenizer.Encoder, seed: int) -> list[dict[str, object]]:
    """Prompts and PyTorch's logits after them: the largest and some others, by token id."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for text in load_phrasebook().sample(PARITY_PROMPTS, seed + 1):
        ids = encoder.prompt(words_of(text))
        logits = model(torch.tensor([ids]))[0, -1].numpy()
        chosen = np.concatenate([logits.argsort()[-KEPT_LOGITS // 2 :], rng.choice(len(logits), KEPT_LOGITS // 2)])
        kept = {str(int(i)): round(float(logits[i]), 5) for i in sorted(set(chosen.tolist()))}
        rows.append({"text": text, "tokens": ids, "logits": kept})
    return rows


def largest_difference(path: Path, rows: list[dict[str, object]]) -> float:
    """The largest difference between llama.cpp's logits and PyTorch's."""
    llama = Llama(path, context=512, threads=1)
    worst = 0.0
    for row in rows:
        tokens, logits = row["tokens"], row["logits"]
        assert isinstance(tokens, list)
        assert isinstance(logits, dict)
        ours = llama.feed(tokens, 0)
        worst = max(worst, *(abs(float(ours[int(i)]) - v) for i, v in logits.items()))
    llama.close()
    return worst


def main() -> None:
    """Exports the averaged weights of a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    a = parser.parse_args()
    c = configs.load(a.run / "config.toml")
    tokens = tokenizer.load(a.run / "tokenizer.json")
    encoder = tokenizer.Encoder(tokens)
    kept = torch.load(a.run / "last.pt", map_location="cpu")
    model = Nano(c, encoder.size).eval()
    model.load_state_dict(kept["average"])
    a.out.mkdir(parents=True, exist_ok=True)
    full = a.run / "nano-f32.gguf"
    write_gguf(model, c, tokens, full)
    quantise(full, a.out / "nano.gguf")
    rows = parity(model, encoder, c.seed)
    figures = {
        "step": kept["step"],
        "parameters": sum(p.numel() for p in model.parameters()),
        "largest_difference_f32": round(largest_difference(full, rows), 6),
        "largest_difference_q8_0": round(largest_difference(a.out / "nano.gguf", rows), 4),
    }
    (a.out / "parity.json").write_text(json.dumps({"figures": figures, "prompts": rows}) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
