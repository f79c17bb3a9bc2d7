"""Settings: one frozen object, built at the edges from the environment (`BITEWING_…`) and passed in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Leg = Literal["exact", "dense", "words"]
LEGS: tuple[Leg, ...] = get_args(Leg)
ROOT = Path(__file__).resolve().parent.parent


def default_home() -> Path:
    """The index lives inside a checkout, or in the user's data folder when Bitewing was installed with pip."""
    return ROOT / ".bitewing" if (ROOT / "pyproject.toml").is_file() else user_data_path("bitewing")


def default_library() -> Path:
    """The office's documents lie inside a checkout, where git ignores them, or in the user's data folder."""
    return ROOT / "library" if (ROOT / "pyproject.toml").is_file() else user_data_path("bitewing") / "library"


class Settings(BaseSettings):
    """What an installation may change. Every field can be set as `BITEWING_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="BITEWING_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(default_factory=default_home)
    knowledge: Path = ROOT / "knowledge"
    prompts: Path = ROOT / "prompts"
    library: Path = Field(default_factory=default_library)  # the office's own documents
    encoder: str = "packaged"  # "packaged" MiniLM, a local folder, or a hub model's name (the only use of the network)
    threads: int = Field(default=2, ge=1)
    legs: tuple[Leg, ...] = LEGS  # of retrieval; fewer only to measure what each is worth
    candidates: int = Field(default=40, ge=5)  # passages each leg brings
    answer_floor: float = Field(default=0.50, ge=0, le=1)  # cosine below which nothing without a name is answered
    boundary_certainty: float = Field(default=0.6, ge=0, le=1)  # from which a question is turned down by its meaning
    statements: int = Field(default=5, ge=1, le=8)
    words: int = Field(default=120, ge=40, le=150)  # words the statements of one answer may take together
    question_limit: int = Field(default=6000, ge=100)  # characters
