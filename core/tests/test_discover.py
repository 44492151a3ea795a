"""Finding plugins without importing them, and loading one."""

from __future__ import annotations

import sys

import pytest

from hamr.errors import ConfigError, PluginError
from hamr.plugins.choices import Choices
from hamr.plugins.discover import Plugins, not_installed
from hamr_testkit.installing import Install


def test_a_provider_is_listed_and_read_without_import(install: Install) -> None:
    """Pain 3: the module raises when it is imported, and nobody imports it."""
    install("acme", code="raise RuntimeError('imported')")
    plugins = Plugins()
    assert "acme" in plugins.providers
    assert plugins.manifest("acme").id == "acme"
    assert "hamr_provider_acme" not in sys.modules


def test_no_plugin_for_the_id_says_what_to_install() -> None:
    with pytest.raises(ConfigError) as caught:
        Plugins().find("git_hub")
    assert "no plugin for the provider 'git_hub'" in caught.value.message
    assert "pip install hamr-provider-git-hub" in caught.value.hint


def test_the_simulator_is_installed_by_its_own_name() -> None:
    assert not_installed("sim", []).hint == "To install it: pip install hamr-sim"


def test_a_near_miss_is_guessed(install: Install) -> None:
    install("acme")
    with pytest.raises(ConfigError, match=r"Did you mean acme\?"):
        Plugins().find("acmee")


def test_a_provider_in_other_letters_need_not_be_installed() -> None:
    error = not_installed("Groq", ["acme", "groq"])
    assert error.hint == "Did you mean groq?"


def test_two_dists_with_one_id_are_named_both(install: Install) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    with pytest.raises(PluginError, match=r"one-acme 1\.2\.3 and two-acme 1\.2\.3"):
        Plugins().manifest("acme")


def test_a_clash_is_settled_by_the_user(install: Install) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    assert Plugins(Choices(prefer={"acme": "two-acme"})).find("acme").dist == "two-acme"


def test_a_provider_that_is_switched_off_is_not_used_but_still_listed(install: Install) -> None:
    """Pain 4."""
    install("acme", code="raise RuntimeError('imported')")
    plugins = Plugins(Choices(disabled=("acme",)))
    assert "acme" in plugins.providers
    with pytest.raises(ConfigError, match="switched off") as caught:
        plugins.load("acme")
    assert "hamr plugins enable acme" in caught.value.hint


def test_a_clash_breaks_no_other_provider(install: Install) -> None:
    install("acme", dist="one-acme")
    install("acme", dist="two-acme")
    install("other")
    assert Plugins().manifest("other").id == "other"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of_this_name'"),
        ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("assert False, 'never'", "AssertionError: never"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_plugin_that_cannot_load_is_named_with_dist_version_and_cause(
    install: Install, code: str, cause: str
) -> None:
    """Pain 4."""
    install("acme", code=code)
    with pytest.raises(PluginError) as caught:
        Plugins().load("acme")
    assert "hamr-provider-acme 1.2.3 cannot be loaded" in caught.value.message
    assert cause in caught.value.message
    assert "pip uninstall hamr-provider-acme" in caught.value.hint


def test_another_api_is_told_before_any_import(install: Install) -> None:
    """Pain 8."""
    install("acme", api=2, code="raise RuntimeError('imported')")
    with pytest.raises(PluginError, match=r"hamr-provider-acme 1\.2\.3 speaks api 2"):
        Plugins().manifest("acme")


def test_a_manifest_that_names_another_id_is_refused(install: Install) -> None:
    package = install("acme")
    (package / "provider.toml").write_text((package / "provider.toml").read_text().replace("acme", "other"))
    with pytest.raises(PluginError, match=r"registers 'acme'.*id = 'other'"):
        Plugins().manifest("acme")


def test_a_package_that_is_not_there_is_named(install: Install) -> None:
    package = install("acme")
    for file in package.iterdir():
        file.unlink()
    package.rmdir()
    with pytest.raises(PluginError, match="names the package 'hamr_provider_acme', which is not there"):
        Plugins().manifest("acme")


def test_a_nested_package_is_found_without_import(install: Install) -> None:
    package = install("acme")
    inner = package / "inner"
    inner.mkdir()
    (inner / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "provider.toml").rename(inner / "provider.toml")
    points = package.parent / "hamr_provider_acme-1.2.3.dist-info" / "entry_points.txt"
    points.write_text("[hamr.providers]\nacme = hamr_provider_acme.inner:plugin\n")
    assert Plugins().manifest("acme").id == "acme"
    assert "hamr_provider_acme" not in sys.modules


def test_an_extension_is_loaded_only_when_named(install: Install) -> None:
    install("loud", group="hamr.extensions", code="import sys; sys.hamr_loud = True")
    plugins = Plugins()
    assert "loud" in plugins.extensions
    assert not hasattr(sys, "hamr_loud")
    try:
        assert [name for name, _ in plugins.load_extensions(("loud",))] == ["loud"]
        assert hasattr(sys, "hamr_loud")
    finally:
        vars(sys).pop("hamr_loud")


def test_extensions_load_in_the_order_given(install: Install) -> None:
    for name in ("a", "b", "c"):
        install(name, group="hamr.extensions", dist=f"extension-{name}")
    assert [loaded for loaded, _ in Plugins().load_extensions(("c", "a", "b"))] == ["c", "a", "b"]


def test_an_extension_that_is_not_there_or_broken_is_named(install: Install) -> None:
    install("loud", group="hamr.extensions", dist="acme-loud", code="raise ValueError('no')")
    with pytest.raises(ConfigError, match="no extension 'quiet' is installed"):
        Plugins().load_extensions(("quiet",))
    with pytest.raises(PluginError, match=r"acme-loud 1\.2\.3 cannot be loaded: ValueError: no"):
        Plugins().load_extensions(("loud",))
