"""The rows of the list of models: what each can do, in the words of servers that say so."""

from __future__ import annotations

from hamr.api import ModelInfo
from hamr_sim.manner import FAULTS
from hamr_sim.models import EMBED, SCRIPT

_SAYS = {
    "echo": "repeats the last message of the user",
    "thinking": "thinks, and then echoes",
    "tools": "calls a tool",
    "structured": "answers with JSON of the shape that is asked for",
    "slow": "echoes, slowly",
    SCRIPT: "answers from a script",
    EMBED: "makes vectors of texts",
}
_READS = ["text", "image", "audio", "file"]


def listed(name: str) -> dict[str, object]:
    """One row. There is no `context_length`: the simulator has none."""
    says = f"echoes, with the fault {name}" if name in FAULTS else _SAYS[name]
    embeds = name == EMBED
    return {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": "hamr-sim",
        "name": f"Simulator: {name}",
        "description": f"[sim] {says}",
        "type": "embedding" if embeds else "chat",
        "input_modalities": ["text"] if embeds else _READS,
        "supports_tools": name in ("tools", SCRIPT),
        "supports_reasoning": name in ("thinking", SCRIPT),
    }


def info(name: str) -> ModelInfo:
    """The same row for the wires that list models in words of their own."""
    row = listed(name)
    reads, tools, reasoning = row["input_modalities"], row["supports_tools"], row["supports_reasoning"]
    return ModelInfo(
        name,
        "sim",
        str(row["name"]),
        input=tuple(map(str, reads)) if isinstance(reads, list) else None,
        reasoning=bool(reasoning),
        tools=bool(tools),
        owned_by="hamr-sim",
        created=0,
    )
