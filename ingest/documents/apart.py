"""A reader in a process of its own, with limits of time and memory: a bad file harms nothing but its own reading."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from assistant.errors import DocumentError
from ingest.documents.blocks import Parsed

SECONDS = 600  # of a whole file; three hundred pages take half a minute
MEMORY = 2 << 30  # bytes of address space, all libraries of the readers included
PARSED = TypeAdapter(Parsed)


def read_apart(path: Path, seconds: float = SECONDS, memory: int = MEMORY) -> Parsed:
    """What the file's reader makes of it. Raises `DocumentError` for a file that cannot be read within the limits."""
    with TemporaryDirectory(prefix="bitewing-") as folder:
        out = Path(folder) / "parsed.json"
        command = [sys.executable, "-m", "ingest.documents.apart", str(path.resolve()), str(out), str(memory)]
        environment = {
            name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "HOME")
        }
        root = Path(__file__).resolve().parent.parent.parent
        try:
            done = subprocess.run(
                command, cwd=root, env=environment | {"OMP_THREAD_LIMIT": "1"}, timeout=seconds, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise DocumentError(
                f"Reading took longer than {seconds:.0f} seconds. Split the file into parts and add these."
            ) from error
        if not out.is_file():
            raise DocumentError(_why(done.returncode, memory))
        content = json.loads(out.read_bytes())
        if "trouble" in content:
            raise DocumentError(content["trouble"])
        return PARSED.validate_python(content["parsed"])


def _why(status: int, memory: int) -> str:
    return (
        f"Reading needed more than {memory >> 20:,} MB of memory or broke off (status {status}). "
        "Save the file anew from the program that made it, or split it, and add that."
    )


def _main(path: Path, out: Path, memory: int) -> None:
    """The process: read one file, write what became of it."""
    if sys.platform != "win32":  # Windows has no such limits; there the limit of time alone holds
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from ingest.documents.kinds import read

    try:
        content: dict[str, object] = {"parsed": PARSED.dump_python(read(path), mode="json")}
    except DocumentError as error:
        content = {"trouble": str(error)}
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # whatever a library raises on a broken file, it is this file's trouble alone
        content = {"trouble": f"The file is broken or not what its name says ({type(error).__name__}: {error}). "[:300]
                   + "Open it in its own program, save it anew, and add that."}  # fmt: skip
    draft = out.with_suffix(".draft")
    draft.write_text(json.dumps(content), encoding="utf-8")
    os.replace(draft, out)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
