"""What the wire is called, and the words that it shares between its halves."""

NAME = "cohere"
PLAN = "tool_plan"
"""The field of the text that stands before tool calls; and the mark of such a text."""
CONTENT = "content"
"""The mark of a text that stood in the content of a turn with tool calls."""
