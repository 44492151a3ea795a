"""Web pages that come where an answer should: proxies, login pages, wrong base URLs."""

from __future__ import annotations

import re

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_START = re.compile(r"\s*<(!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_WORDS = 200


def is_page(text: str, content_type: str = "") -> bool:
    """Whether a body is a page of HTML or XML, by its type or by how it begins."""
    return "html" in content_type.lower() or bool(_START.match(text))


def page_title(text: str) -> str:
    """The title of the page, or its first words."""
    title = _TITLE.search(text)
    words = " ".join((title.group(1) if title else _TAG.sub(" ", text)).split())
    return words[:_WORDS] or "no title"
