"""`python -m ingest`: the same as `bitewing ingest`."""

from __future__ import annotations

import sys

from assistant.encoder import Encoder
from assistant.errors import BitewingError
from assistant.settings import Settings
from ingest.command import describe, ingest

settings = Settings()
try:
    print(describe(ingest(settings, Encoder(settings), rebuild="--rebuild" in sys.argv[1:])))
except BitewingError as error:
    sys.exit(str(error))
