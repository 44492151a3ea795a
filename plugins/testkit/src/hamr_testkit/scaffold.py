"""Begins a provider's plugin: `python -m hamr_testkit.scaffold <id> --into <folder>`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

PROJECT = """\
[build-system]
requires = ["uv_build>=0.9,<0.14"]
build-backend = "uv_build"
[project]
name = "hamr-provider-{dashed}"
version = "0.1.0"
description = "{title} for hamr."
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
dependencies = ["hamr>=0.1,<0.2"]
[project.entry-points."hamr.providers"]
{id} = "{module}"
"""

README = """\
# hamr-provider-{dashed}

{title} for hamr.

```sh
pip install hamr-provider-{dashed}
export {variable}_API_KEY=...
hamr "Why is the sky blue?" -m {id}/some-model
```

| variable | what it sets |
|---|---|
| `{variable}_API_KEY` | the key |
| `{variable}_MODEL` | the model where `{id}` alone is asked for |
| `{variable}_BASE_URL` | another address |

## Odd facts

| fact | source |
|---|---|
"""

MANIFEST = """\
api = 1
id = "{id}"
name = "{title}"
base_url = "https://api.{host}.example/v1"
base_url_env = ["{variable}_BASE_URL"]
wire = "openai-completions"
auth = {{ style = "bearer", env = ["{variable}_API_KEY"] }}
model_env = ["{variable}_MODEL"]

# How it differs from OpenAI goes into [compat]; beside each line, where you read it: the title and the date.
"""

MODULE = '"""{title}, as data: all there is to know stands in provider.toml."""\n'

TEST = '''\
"""Calls to {title}, answered on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr import Hamr

if TYPE_CHECKING:
    from hamr_testkit.canned import Canned
    from hamr_testkit.colours import Colour

ANSWER = {{
    "id": "1",
    "model": "some-model",
    "choices": [{{"index": 0, "message": {{"role": "assistant", "content": "Hello."}}, "finish_reason": "stop"}}],
    "usage": {{"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}},
}}


def test_a_call_goes_to_its_address_with_its_key(colour: Colour, provider: Canned) -> None:
    provider.answer(ANSWER)
    client = Hamr(environ={{"{variable}_API_KEY": "made-up-key", "{variable}_BASE_URL": f"{{provider.url}}/v1"}})
    response = colour.call(client, "hi", "{id}/some-model")
    assert response.text == "Hello."
    assert provider.asked[0].path == "/v1/chat/completions"
    assert provider.asked[0].headers["authorization"] == "Bearer made-up-key"
    client.close()
'''


def write(id: str, into: Path) -> Path:
    """Write a new plugin's folder, named after its id, and return it; raises ValueError, FileExistsError."""
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", id):
        raise ValueError(f"{id!r} is no id: small letters and digits, with single - or _ between them")
    module = f"hamr_provider_{id.replace('-', '_')}"
    files = {
        "pyproject.toml": PROJECT,
        "README.md": README,
        f"src/{module}/__init__.py": MODULE,
        f"src/{module}/provider.toml": MANIFEST,
        f"src/{module}/py.typed": "",
        f"tests/test_{id.replace('-', '_')}.py": TEST,
    }
    words = {
        "id": id,
        "module": module,
        "dashed": id.replace("_", "-"),
        "host": id.replace("_", "-"),
        "title": re.sub(r"[-_]", " ", id).title(),
        "variable": id.replace("-", "_").upper(),
    }
    folder = into / id
    folder.mkdir(parents=True)
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(**words), encoding="utf-8")
    return folder


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m hamr_testkit.scaffold", description=__doc__)
    parser.add_argument("id", help="the provider's id, as in `hamr -m <id>/<model>`")
    parser.add_argument("--into", type=Path, default=Path(), help="the folder that gets the plugin's folder")
    given = parser.parse_args()
    try:
        folder = write(given.id, given.into)
    except (ValueError, FileExistsError) as error:
        parser.error(str(error))
    print(f"{folder} is there; edit {next(folder.glob('src/*/provider.toml'))}")


if __name__ == "__main__":
    main()
