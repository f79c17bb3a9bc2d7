"""Shared by all tests: one encoder, one index of the real knowledge, a fixed clock, and no way out to the network."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date, datetime
from tempfile import mkdtemp

import pytest

from assistant.encoder import Encoder
from assistant.path import Assistant
from assistant.settings import Settings
from ingest.build import build_index

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 20).astimezone()  # by the clock on the wall
# The office's own documents stay out of the tests, and out of the processes that they start.
os.environ["BITEWING_LIBRARY"] = mkdtemp(prefix="bitewing-library-")
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Only loopback may be reached: neither a model hub nor a model's server."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(host).startswith(LOOPBACK):
            raise ConnectionRefusedError(f"tests may not reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[assignment,method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The model as it was exported for the default home, or is now."""
    return Encoder(Settings())


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Settings:
    """Settings whose home holds an index of the shipped knowledge; what was encoded before is taken over."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    encoder.encode(["the model is exported now, if it was not"])
    shutil.copytree(Settings().home / "encoder", settings.home / "encoder")
    if (known := Settings().home / "vectors.sqlite").is_file():
        shutil.copy(known, settings.home / known.name)
    build_index(settings, encoder)
    return settings


@pytest.fixture(scope="session")
def assistant(settings: Settings, encoder: Encoder) -> Assistant:
    return Assistant(settings, encoder, today=lambda: TODAY)
