"""Files that are either the old ones or the whole new ones."""

from __future__ import annotations

import contextlib
import os


def replace_file(path: str, data: bytes, mode: int | None = None) -> None:
    """Puts a new file with `data` in the place of what is at `path`, a link included, which is not followed; raises
    OSError and leaves everything as it was. `mode` holds permission bits."""
    folder, name = os.path.split(path)
    partial = os.path.join(folder, f".{name[:100]}.{os.urandom(8).hex()}.tmp")
    try:
        with open(partial, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(partial, mode)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
