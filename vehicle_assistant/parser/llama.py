"""A narrow, safe door to llama.cpp: load, tokenise, feed tokens, read logits. Only worker processes open it.

Used through llama-cpp-python's low-level functions, because the high-level ones copy logits and sample forced tokens.
Settings that matter, measured on 1B and nano shapes: no flash attention (slower on CPU for passes of several tokens),
no memory mapping (with repacked weights it keeps a second copy), logits of the last token only.
"""

import ctypes
import time
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from intents.errors import EngineError, ErrorCode, ModelError

MAX_TOKENS_A_WORD = 64

_quiet: Any = llama_cpp.llama_log_callback(lambda *_: None)  # kept alive: C holds the pointer
_started = False


class Llama:
    """One model with one context and one sequence. Not thread-safe: two threads on one context abort the process."""

    def __init__(self, path: Path, *, context: int, threads: int) -> None:
        """Loads weights whose hash and header were checked before; raises ModelError when llama.cpp refuses them."""
        global _started
        if not _started:
            llama_cpp.llama_log_set(_quiet, ctypes.c_void_p(0))
            llama_cpp.llama_backend_init()
            _started = True
        model_params = llama_cpp.llama_model_default_params()
        model_params.n_gpu_layers = 0
        model_params.load_mode = llama_cpp.LLAMA_LOAD_MODE_NONE
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), model_params)
        if not self._model:
            raise ModelError(ErrorCode.MODEL_INVALID, f"llama.cpp cannot load {path}", remedy="install the model again")
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = context
        params.n_seq_max = 1
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.no_perf = True
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            llama_cpp.llama_model_free(self._model)
            raise ModelError(
                ErrorCode.MODEL_INVALID, f"no context of {context} tokens for {path}", remedy="free memory"
            )
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._batch = llama_cpp.llama_batch_init(context, 0, 1)
        self._deadline_s = float("inf")
        self._abort = llama_cpp.ggml_abort_callback(lambda _: time.monotonic() > self._deadline_s)
        llama_cpp.llama_set_abort_callback(self._context, self._abort, None)
        self._open = True
        self.context = context
        self.vocabulary_size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self._tokens: list[int] = []

    def token_texts(self) -> list[str]:
        """The text of every token, by id."""
        texts = (llama_cpp.llama_vocab_get_text(self._vocab, i) for i in range(self.vocabulary_size))
        return [text.decode("utf-8", "replace") for text in texts]

    def metadata(self, key: str) -> str | None:
        """A value of the GGUF header, None when it has none."""
        buffer = ctypes.create_string_buffer(512)
        length = llama_cpp.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None

    def tokenise(self, text: str) -> list[int]:
        """Token ids of text; control tokens in it are read as plain text. Raises EngineError on a closed model."""
        self._check_open()
        raw = text.encode()
        limit = max(MAX_TOKENS_A_WORD, len(raw) + 1)
        tokens = (llama_cpp.llama_token * limit)()
        count = llama_cpp.llama_tokenize(self._vocab, raw, len(raw), tokens, limit, False, False)
        if count < 0:
            raise EngineError(ErrorCode.ENGINE_FAILED, "llama.cpp cannot tokenise the text", remedy="rephrase it")
        return list(tokens[:count])

    def deadline(self, at_s: float) -> None:
        """Decoding is given up at this monotonic time."""
        self._deadline_s = at_s

    def feed(self, tokens: list[int], keep: int) -> NDArray[np.float32]:
        """Keeps the first `keep` tokens of the sequence, appends `tokens`, returns the last one's logits.

        The array (vocabulary,) float32 is llama.cpp's own memory: read it before the next call.
        Raises EngineError when the deadline passes, the context is full, or the model is closed.
        """
        self._check_open()
        if keep + len(tokens) > self.context:
            raise EngineError(ErrorCode.TEXT_TOO_LONG, "the text does not fit the model", remedy="say it shorter")
        if keep < len(self._tokens):
            llama_cpp.llama_memory_seq_rm(self._memory, 0, keep, -1)
            del self._tokens[keep:]
        batch = self._batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = keep + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = i == len(tokens) - 1
        status = llama_cpp.llama_decode(self._context, batch)
        if status != 0:
            llama_cpp.llama_memory_clear(self._memory, True)
            self._tokens = []
            late = time.monotonic() > self._deadline_s
            reason = "the parser ran out of time" if late else f"llama.cpp failed to decode ({status})"
            raise EngineError(ErrorCode.ENGINE_FAILED, reason, remedy="say it shorter")
        self._tokens += tokens
        logits = llama_cpp.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(logits, shape=(self.vocabulary_size,))

    def common(self, tokens: list[int]) -> int:
        """How many tokens of the sequence in memory are the same as the first of these."""
        pairs = zip(self._tokens, tokens, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(self._tokens), len(tokens)))

    def close(self) -> None:
        """Frees everything, once: llama.cpp aborts when it frees twice, and crashes on what is freed."""
        if not self._open:
            return
        self._open = False
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)
        del self._context, self._model, self._vocab, self._memory

    def _check_open(self) -> None:
        if not self._open:
            raise EngineError(ErrorCode.ENGINE_FAILED, "the parser is closed", remedy="open it again")
