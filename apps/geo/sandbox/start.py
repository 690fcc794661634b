"""The first program of the child: prepare, lock in, work. Run as ``python -I -B start.py JSON``, never imported.

It knows nothing of Django, the database or the secrets: the standard library and its two neighbours.
"""

import json
import os
import runpy
import sys
from pathlib import Path

#: The walls did not stand: nothing foreign was read.
NO_WALLS = 70


def main() -> None:
    """Run the worker script between its two functions through the walls."""
    sys.path.append(str(Path(__file__).parent))  # which ``python -I`` leaves out
    import jail

    told = json.loads(sys.argv[1])
    os.umask(0o077)
    worker = runpy.run_path(told["script"])
    prepared = worker["prepare"](told["order"])
    try:
        jail.lock_in(
            memory_bytes=told["memory_bytes"],
            cpu_seconds=told["cpu_seconds"],
            output_bytes=told["output_bytes"],
            reads=told["reads"],
        )
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(NO_WALLS)
    worker["work"](prepared, told["order"])
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
