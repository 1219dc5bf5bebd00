"""Run every lesson of both languages in a scratch folder and fail on the first that fails or warns."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
LESSONS = sorted(HERE.glob("*/[0-9]*.py"))

if __name__ == "__main__":
    failed = 0
    env = os.environ | {"MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    for lesson in LESSONS:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-W", "error", lesson.resolve()], cwd=folder, env=env, capture_output=True, text=True
            )
        print(
            f"{lesson.relative_to(HERE)}: {'ok' if done.returncode == 0 else 'FAILED'} ({time.perf_counter() - start:.1f} s)"
        )
        if done.returncode:
            print(done.stdout + done.stderr)
            failed += 1
    print(f"{len(LESSONS) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not LESSONS else 0)
