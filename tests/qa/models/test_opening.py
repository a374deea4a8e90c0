"""The settings decide which model opens, and say what to do where none can."""

from pathlib import Path

import pytest

from indexes.errors import InvalidSettings
from indexes.pins import LOCAL_LLM
from indexes.settings import IndexSettings
from qa.errors import ModelUnavailable
from qa.models.opening import open_model
from qa.settings import ModelSettings, QaSettings


def test_quotes_is_no_model() -> None:
    """Where no model is wanted, none opens."""
    with pytest.raises(ModelUnavailable, match="'quotes'"):
        open_model(ModelSettings(llm="quotes"))


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    """Missing local weights are not fetched when a service starts: the message says how to have them."""
    with pytest.raises(ModelUnavailable, match=r"indexes weights.*make serve.*DATELINE_LLM=quotes"):
        open_model(ModelSettings(llm="local"), index_settings=IndexSettings(weights_home=tmp_path))


def test_damaged_weights_say_what_to_do(tmp_path: Path) -> None:
    """Weights that do not match their hash are not run."""
    folder = tmp_path / LOCAL_LLM
    folder.mkdir()
    (folder / f"{LOCAL_LLM}.gguf").write_bytes(b"not what was measured")
    with pytest.raises(ModelUnavailable, match=r"SHA-256.*--repair"):
        open_model(ModelSettings(llm="local"), index_settings=IndexSettings(weights_home=tmp_path))


def test_configured_path_must_exist(tmp_path: Path) -> None:
    """A configured file that is not there is named."""
    with pytest.raises(ModelUnavailable, match=r"mine\.gguf"):
        open_model(ModelSettings(llm="local", llm_path=tmp_path / "mine.gguf"))


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (ModelSettings(llm="openai-compatible"), "DATELINE_LLM_BASE_URL"),
        (ModelSettings(llm="openai-compatible", llm_base_url="http://127.0.0.1:9/v1"), "DATELINE_LLM_MODEL"),
    ],
)
def test_remote_model_needs_an_address_and_a_name(settings: ModelSettings, missing: str) -> None:
    """What is missing is named."""
    with pytest.raises(InvalidSettings, match=missing):
        open_model(settings)


def test_remote_model_opens_without_a_question() -> None:
    """Opening sends nothing, so a service starts before its model's server."""
    settings = ModelSettings(llm="openai-compatible", llm_base_url="http://127.0.0.1:9/v1", llm_model="invented-7b")
    model = open_model(settings)
    assert model.name == "invented-7b"
    model.close()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field is `DATELINE_` and its name; a key shows in no representation."""
    monkeypatch.setenv("DATELINE_LLM", "openai-compatible")
    monkeypatch.setenv("DATELINE_LLM_API_KEY", "invented-key")
    monkeypatch.setenv("DATELINE_LLM_TIMEOUT_S", "7.5")
    settings = QaSettings()
    assert (settings.llm, settings.llm_timeout_s, settings.traces) == ("openai-compatible", 7.5, True)
    assert settings.llm_api_key.get_secret_value() == "invented-key"
    assert "invented-key" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LLM", "magic"),
        ("LLM_BASE_URL", "ftp://x"),
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_CONTEXT", "few"),
        ("LLM_THREADS", "-1"),
    ],
)
def test_bad_settings_are_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A setting that cannot be used is named with its value."""
    monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(InvalidSettings, match=f"DATELINE_{name} is '{value}'"):
        ModelSettings()


def test_every_setting_is_described() -> None:
    """Every field says what it is."""
    assert all(field.description for field in QaSettings.model_fields.values())
