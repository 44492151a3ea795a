"""A request as the body of a call of Converse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.api import ToolCall
from hamr.wirekit import answer_instruction, asked_level, chosen_names, fitting_level, with_options, without_keywords
from hamr_provider_bedrock.blocks import BlockWriter
from hamr_provider_bedrock.compat import TABLES

if TYPE_CHECKING:
    from hamr.api import Request, ThinkingConfig, Tool

Fields = dict[str, Any]
_LACKING = (
    *("seed", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "n"),
    *("parallel_tool_calls", "verbosity", "store", "user", "cache_key"),
)
_MERGED = frozenset({"inferenceConfig", "toolConfig", "additionalModelRequestFields", "outputConfig"})
"""Tables of the body into which an option of the user's is laid; it replaces all others."""
_ANSWER = 4096
"""Tokens for the answer where nothing is said of how long it may be, which is what Claude has then."""
_NEEDED = "there were calls of tools before, and Bedrock wants tools then"


class BodyWriter(BlockWriter):
    """Writes the body of one request; `budget` are the tokens that are set aside for thinking."""

    budget = 0

    def body(self, request: Request) -> Fields:
        """The fields in one order, so that equal beginnings are equal bytes (prompt caches); raises Unsupported."""
        form, instruction = self._answer_form(request)
        body = self.conversation(request.messages, instruction)
        extras = self._thinking_fields(request.thinking)
        self._fields(request, body)
        if tools := self._tools(request):
            body["toolConfig"] = tools
        if form:
            body["outputConfig"] = form
        if request.top_k is not None and (self.compat.top_k_field is None or self.budget):
            self.told("dropped", "top_k", "this model has no field for it, or none while it thinks")
        elif request.top_k is not None:
            _lay(extras, str(self.compat.top_k_field), request.top_k)
        if extras:
            body["additionalModelRequestFields"] = extras
        options = dict(request.options)
        config = options.get("toolConfig")
        if isinstance(config, dict) and isinstance(config.get("tools"), list):  # they are added to the request's own
            options["toolConfig"] = {**config, "tools": [*tools.get("tools", ()), *config["tools"]]}
        return with_options(body, options, _MERGED)

    def _fields(self, request: Request, body: Fields) -> None:
        self.told.lacking(request, _LACKING)
        answer = request.max_tokens or _ANSWER
        if answer <= self.budget:
            request = replace(request, max_tokens=self.budget + answer)
            self.told("changed", "max_tokens", "it counts the thinking too; the budget was added")
        for name, path in TABLES["fields"].items():
            value = getattr(request, name)
            if value is None or value in ((), {}):
                continue
            if self.budget and name in ("temperature", "top_p"):  # "Extended thinking" (docs.aws.amazon.com, 2026-11)
                self.told("dropped", name, "this model refuses it while it thinks")
            elif path.rpartition(".")[2] in self.compat.unsupported:
                self.told("dropped", name, "this model refuses it")
            elif name == "temperature" and value > 1:
                self.told("clamped", name, "it is at most 1 on this wire")
                _lay(body, path, 1)
            else:
                _lay(body, path, dict(value) if isinstance(value, Mapping) else value)

    def _thinking_fields(self, wanted: ThinkingConfig | None) -> Fields:
        """The fields that ask for it, in the words that the model's rule in the manifest has for it."""
        if wanted is None or (wanted.level is None and wanted.tokens is None):
            return {}
        if wanted.level == "off" and "off" in (self.compat.thinking_levels or ("off",)):
            return dict(self.compat.thinking_off)
        if not self.compat.thinking_on:
            self.told("dropped", "thinking", "it is not known how this model is asked to think")
            return {}
        if self.compat.thinking_in_tokens:
            self.budget = self._budget(wanted)
            return dict(_filled(self.compat.thinking_on, "{tokens}", self.budget))
        level = fitting_level(str(asked_level(wanted, self.told)), self.compat.thinking_levels, self.told)
        return dict(_filled(self.compat.thinking_on, "{level}", level))

    def _budget(self, wanted: ThinkingConfig) -> int:
        least: int = TABLES["thinking_budgets"]["minimal"]
        if wanted.tokens is None:
            budget: int = TABLES["thinking_budgets"].get(wanted.level, least)
            self.told("changed", "thinking.level", f"this model takes a budget; sent as {budget} tokens")
            return budget
        if wanted.tokens < least:
            self.told("clamped", "thinking.tokens", f"the smallest budget is {least}")
        return max(wanted.tokens, least)

    def _answer_form(self, request: Request) -> tuple[Fields, str | None]:
        """The table `outputConfig`, or what the prompt must say in its place."""
        from pydantic_core import to_json

        wanted = request.response_format
        if wanted is None:
            return {}, None
        if wanted.schema is None or not self.compat.supports_json_schema:
            self.told("emulated", "response_format", "this model takes no such field; the prompt says it")
            return {}, answer_instruction(wanted)
        if wanted.strict is False:
            self.told("dropped", "response_format.strict", "a schema is always kept to on this wire")
        about = {} if wanted.description is None else {"description": wanted.description}
        schema = {"schema": to_json(wanted.schema).decode(), "name": wanted.name, **about}
        return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}}, None

    def _tools(self, request: Request) -> Fields:
        """The table `toolConfig`."""
        listed = bool(request.tools or (request.options.get("toolConfig") or {}).get("tools"))
        refused = request.tool_choice is not None and request.tool_choice.mode == "none"
        parts = (part for message in request.messages for part in message.parts) if refused or not listed else ()
        used = dict.fromkeys(part.name for part in parts if isinstance(part, ToolCall))
        if refused and not used:
            if listed:
                self.told("emulated", "tool_choice", "this wire has no such choice; the tools are left out")
            return {}
        tools: list[Fields] = []
        for at, tool in enumerate(request.tools):
            tools += [self._tool(tool, f"tools[{at}]"), *self.cache_point(tool.cache, f"tools[{at}]")]
        if not listed and used:
            tools = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in used]
            self.told("injected", "tools", _NEEDED)
        choice = self._choice(request, listed=listed)
        return {name: value for name, value in (("tools", tools), ("toolChoice", choice)) if value}

    def _tool(self, tool: Tool, where: str) -> Fields:
        schema = without_keywords(
            tool.parameters, f"{where}.parameters", self.compat.unsupported_schema_keywords, self.told
        )
        about = {"description": tool.description} if tool.description else {}
        spec: Fields = {"name": tool.name, **about, "inputSchema": {"json": schema}}
        if tool.strict is not None and self.compat.supports_strict_mode:
            spec["strict"] = tool.strict
        elif tool.strict:
            self.told("dropped", f"{where}.strict", "this model does not take it")
        if tool.deferred:
            self.told("dropped", f"{where}.deferred", "this wire shows every tool at once")
        return {"toolSpec": spec}

    def _choice(self, request: Request, *, listed: bool) -> Fields:
        choice = request.tool_choice
        if choice is None:
            return {}
        must = choice.mode == "required"
        names = chosen_names(choice, {tool.name for tool in request.tools}) if listed else ()
        # No model is made to call a tool while it thinks within a budget ("Extended thinking", docs.aws.amazon.com).
        if not listed:
            self.told("dropped", "tool_choice", "there are no tools")
        elif choice.mode == "none":
            self.told("dropped", "tool_choice", f"this wire has no such choice, and {_NEEDED}")
        elif must and (self.budget or not self.compat.supports_forced_tools):
            self.told("dropped", "tool_choice", "this model cannot be made to call a tool, or not while it thinks")
        elif must and len(names) == 1:
            return {"tool": {"name": names[0]}}
        else:
            if names:
                self.told("dropped", "tool_choice.names", "this wire takes one name, and that as a must")
            return {"any": {}} if must else {"auto": {}}
        return {}


def _lay(body: Fields, path: str, value: Any) -> None:
    """Put a value into the tables that its path names."""
    *tables, name = path.split(".")
    for each in tables:
        body = body.setdefault(each, {})
    body[name] = value


def _filled(template: Any, place: str, value: Any) -> Any:
    if isinstance(template, Mapping):
        return {name: _filled(inner, place, value) for name, inner in template.items()}
    return value if template == place else template
