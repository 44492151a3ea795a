"""What a call does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CALLING = """
import sys, hamr
assert hamr.call("hello", f"acp/{sys.executable} -S '{sys.argv[1]}' echo").text == "you said 1: hello"
print(*sorted({"acp", "pydantic", "asyncio", "httpx2"} & sys.modules.keys()))
"""


def test_a_call_that_goes_well_imports_neither_the_protocols_models_nor_an_event_loop() -> None:
    """The models take half a second to import: docs/decisions/dependencies.md."""
    agent = Path(__file__).with_name("fake_agent.py")
    ran = subprocess.run(
        [sys.executable, "-c", CALLING, str(agent)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.stderr) == ("\n", "")
