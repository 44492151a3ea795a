"""What this wire is called."""

from __future__ import annotations

NAME = "gemini"
