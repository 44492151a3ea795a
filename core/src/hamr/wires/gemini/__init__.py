"""Google's generateContent, both halves: the Gemini API, and Gemini on Vertex AI."""

from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.wire import Gemini

__all__ = ["NAME", "Gemini"]
