from __future__ import annotations

import pytest

from hamr.wires.model_name import readable


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("qwen2.5-7b-instruct-q4_k_m.gguf", "Qwen2.5 7b Instruct"),
        ("Llama-3.3-70B-Instruct-IQ3_XXS.gguf", "Llama 3.3 70B Instruct"),
        ("/models/gemma-3-4b-it-UD-Q4_K_XL.gguf", "Gemma 3 4b It"),
        ("ggml-org/gemma-3-4b-it-GGUF:Q4_K_M", "Gemma 3 4b It"),
        ("tiny_model.f16.gguf", "Tiny Model"),
        ("model-q8_0", "Model"),
        ("model-bf16", "Model"),
        ("meta-llama/Llama-3.3-70B-Instruct", "Llama 3.3 70B Instruct"),
        ("gpt-4o-mini", "Gpt 4o Mini"),
        ("org/", "Org"),
        ("f16", "F16"),
        (".gguf", ".gguf"),
        ("-", "-"),
        ("/", "/"),
        ("ünïcode-modèle", "Ünïcode Modèle"),
    ],
)
def test_an_id_made_readable(id: str, name: str) -> None:
    """H-119."""
    assert readable(id) == name
