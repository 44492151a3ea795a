"""A small agent for the tests, by itself: `python fake_agent.py <manner> [log]`. It imports nothing of hamr's.

Whatever it is sent goes into the file `log`, a line each, where one is named.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

MANNER = sys.argv[1]
LOG = sys.argv[2] if len(sys.argv) > 2 else None
CAPABILITIES: dict[str, Any] = {"promptCapabilities": {}}
MODELS = [{"value": "small", "name": "Small"}, {"value": "large", "name": "Large"}]
OPTIONS = [
    {"id": "m", "name": "Model", "category": "model", "type": "select", "currentValue": "small", "options": MODELS},
    {
        "id": "t",
        "name": "Thought",
        "category": "thought_level",
        "type": "select",
        "currentValue": "low",
        "options": [{"group": "all", "name": "All", "options": [{"value": v, "name": v} for v in ("low", "high")]}],
    },
]
histories: dict[str, list[str]] = {}


def send(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def receive() -> dict[str, Any]:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    if LOG:
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(line)
    message: dict[str, Any] = json.loads(line)
    return message


def update(session: str, **fields: Any) -> None:
    send({"method": "session/update", "params": {"sessionId": session, "update": fields}})


def say(session: str, text: str, kind: str = "agent_message_chunk", **more: Any) -> None:
    update(session, sessionUpdate=kind, content={"type": "text", "text": text}, **more)


def ask(method: str, params: dict[str, Any]) -> dict[str, Any]:
    send({"id": f"a-{method}", "method": method, "params": params})
    return receive()


def told(prompt: list[dict[str, Any]]) -> str:
    return "|".join(block.get("text", block["type"]) for block in prompt)


def everything(session: str) -> dict[str, Any]:
    say(session, "Let me ", "agent_thought_chunk")
    say(session, "think.", "agent_thought_chunk")
    say(session, "I read. ")
    update(session, sessionUpdate="tool_call", toolCallId="t1", title="Read a.txt", kind="read", status="pending")
    update(session, sessionUpdate="plan", entries=[{"content": "read", "priority": "high", "status": "pending"}])
    update(session, sessionUpdate="tool_call_update", toolCallId="t1", status="in_progress")
    update(session, sessionUpdate="tool_call_update", toolCallId="t1", status="completed", rawOutput={"lines": 3})
    update(session, sessionUpdate="something_new", whatever=1)
    update(session, sessionUpdate="usage_update", used=50, size=1000, cost={"amount": 0.25, "currency": "USD"})
    say(session, "Three lines.")
    picture = {"type": "image", "data": "aGk=", "mimeType": "image/png"}
    update(session, sessionUpdate="agent_message_chunk", content=picture)
    update("another", sessionUpdate="agent_message_chunk", content={"type": "text", "text": "not mine"})
    return {
        "stopReason": "end_turn",
        "usage": {"totalTokens": 20, "inputTokens": 10, "outputTokens": 5, "thoughtTokens": 2, "cachedReadTokens": 3},
    }


def asking(session: str) -> dict[str, Any]:
    call = {"toolCallId": "t1", "title": "rm -rf /"}
    options = [{"optionId": "yes", "name": "Yes", "kind": "allow_once"}]
    answers = [
        ask("session/request_permission", {"sessionId": session, "toolCall": call, "options": options}),
        ask("fs/read_text_file", {"sessionId": session, "path": "/etc/passwd"}),
        ask("fs/write_text_file", {"sessionId": session, "path": "/etc/passwd", "content": ""}),
        ask("terminal/create", {"sessionId": session, "command": "sh"}),
        ask("elicitation/create", {"sessionId": session}),
        ask("_vendor/more", {}),
    ]
    say(session, json.dumps([answer.get("result") or answer["error"]["code"] for answer in answers]))
    return {"stopReason": "end_turn"}


def prompted(id: Any, params: dict[str, Any]) -> None:  # noqa: C901, PLR0912  # a branch for each manner
    session, text = params["sessionId"], told(params["prompt"])
    histories[session].append(text)
    result: dict[str, Any] = {"stopReason": "end_turn"}
    match MANNER:
        case "everything":
            result = everything(session)
        case "asks":
            result = asking(session)
        case "cancels":
            ask("session/request_permission", {"sessionId": session, "toolCall": {"title": "sudo"}, "options": []})
            result = {"stopReason": "cancelled"}
        case "fails":
            send({"id": id, "error": {"code": -32603, "message": "Internal error", "data": {"details": "no credit"}}})
            return
        case "limited":
            send({"id": id, "error": {"code": 429, "message": "slow down"}})
            return
        case "login-late":
            send({"id": id, "error": {"code": -32000, "message": "Authentication required"}})
            return
        case "says-a":
            say(session, f"{os.environ['A']} {os.environ['B']}")
        case "large":
            say(session, "x" * 2_000_000)
        case "endless":
            say(session, "once upon a time")
            while receive().get("method") != "session/cancel":
                pass
            result = {"stopReason": "cancelled"}
        case "silent-prompt" | "stubborn":
            say(session, "hm")
            time.sleep(60)
        case "dies-in-answer":
            say(session, "half an ans")
            sys.stderr.write("fatal: out of luck, key sk-canary-of-the-agent\n")
            sys.exit(3)
        case "banner":
            sys.stdout.write("Welcome to the agent!\n\n\x1b[1mmore\x1b[0m\n")
            say(session, "hello")
        case reason if reason.startswith("stop:"):
            say(session, "so far")
            result = {"stopReason": reason.removeprefix("stop:")}
        case _:
            for piece in ("you said ", str(len(histories[session])), ": ", text):
                say(session, piece)
    send({"id": id, "result": result})


def begun(id: Any, params: dict[str, Any]) -> None:
    session = f"s{os.getpid()}-{len(histories)}"
    histories[session] = []
    result: dict[str, Any] = {"sessionId": session}
    if MANNER == "options":
        result["configOptions"] = OPTIONS
    if MANNER == "models":
        known = [{"modelId": "a/small", "name": "Small"}, {"modelId": "a/large", "name": "Large"}]
        result["models"] = {"currentModelId": "a/small", "availableModels": known}
    if MANNER == "no-session-id":
        result = {"session": session}
    send({"id": id, "result": result})
    if MANNER == "eager":
        send({"id": 77, "method": "fs/read_text_file", "params": {"path": "/x"}})


def answer(message: dict[str, Any]) -> None:
    id, method, params = message.get("id"), message.get("method"), message.get("params", {})
    if "dies-at:" + str(method) == MANNER:
        sys.stderr.write("cannot find my configuration\n")
        sys.exit(7)
    match method:
        case "initialize":
            capabilities = {**CAPABILITIES, "loadSession": MANNER in ("loads", "forgets")}
            if MANNER == "rich":
                capabilities["promptCapabilities"] = {"image": True, "audio": True, "embeddedContext": True}
            if MANNER == "resumes":
                capabilities["sessionCapabilities"] = {"resume": {}}
            methods = [{"id": "key", "name": "Use a key"}]
            version = 2 if MANNER == "future" else 1
            info = {"name": "fake", "version": "0"}
            result = {"protocolVersion": version, "agentCapabilities": capabilities, "agentInfo": info}
            send({"id": id, "result": {**result, "authMethods": methods}})
        case "session/new" if MANNER == "login":
            send({"id": id, "error": {"code": -32000, "message": "Authentication required"}})
        case "session/new":
            begun(id, params)
        case "session/load" if MANNER == "forgets":
            send({"id": id, "error": {"code": -32002, "message": "Resource not found"}})
        case "session/load" | "session/resume":
            histories[params["sessionId"]] = ["before"]
            if method == "session/load":
                say(params["sessionId"], "an old answer")
            send({"id": id, "result": None})
        case "session/set_config_option":
            next(option for option in OPTIONS if option["id"] == params["configId"])["currentValue"] = params["value"]
            send({"id": id, "result": {"configOptions": OPTIONS}})
        case "session/set_model" | "authenticate":
            send({"id": id, "result": {}})
        case "session/prompt":
            prompted(id, params)


def main() -> None:
    if LOG:
        with open(f"{LOG}.pids", "a", encoding="utf-8") as log:
            log.write(f"{os.getpid()}\n")
    if MANNER == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import signal,time; signal.signal(15, 1); time.sleep(60)"])
        if LOG:
            with open(f"{LOG}.pids", "a", encoding="utf-8") as log:
                log.write(f"{child.pid}\n")
    if MANNER == "silent":
        time.sleep(60)
    if MANNER == "dies":
        sys.stderr.write("\x1b[31merror:\x1b[0m unknown option --acp\n")
        sys.exit(2)
    if MANNER == "dies-with-a-child":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        os._exit(5)
    if MANNER == "closes":
        os.close(1)
        time.sleep(60)
    if MANNER == "floods":
        for _ in range(2000):
            sys.stderr.write("noise " * 200 + "\n")
    if MANNER == "nonsense":
        sys.stdout.write("<html>this is no JSON</html>\n")
        sys.stdout.flush()
        time.sleep(60)
    while True:
        answer(receive())


main()
