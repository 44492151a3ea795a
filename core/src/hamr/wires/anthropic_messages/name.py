"""What this wire is called."""

from __future__ import annotations

NAME = "anthropic-messages"
ANSWER_TOOL = "hamr_answer"
"""The tool that an answer of a certain shape is asked for by, where the provider takes no schema; read back as text."""
