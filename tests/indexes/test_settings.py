"""Settings come from the environment and from a file, and bad ones are explained on one line."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from indexes.errors import InvalidSettings
from indexes.settings import IndexSettings, Settings


class InventedSettings(Settings):
    """Settings with a secret."""

    invented_key: SecretStr | None = Field(None, min_length=8, description="A key.")


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working directory, and nothing set that these tests read."""
    monkeypatch.chdir(tmp_path)
    for name in IndexSettings.model_fields:
        monkeypatch.delenv(f"DATELINE_{name.upper()}", raising=False)


def test_defaults() -> None:
    """Where nothing is set, the index lives in `.dateline` and the encoder is MiniLM."""
    settings = IndexSettings()
    assert settings.home == Path(".dateline")
    assert settings.encoder == "all-minilm-l6-v2"
    assert settings.weights_hub is False


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with the prefix sets the field of its name."""
    monkeypatch.setenv("DATELINE_KEEP_BUILDS", "7")
    assert IndexSettings().keep_builds == 7


def test_the_file_is_read() -> None:
    """`dateline.toml` in the working directory sets fields; keys of other packages are left to them."""
    Path("dateline.toml").write_text('keep_builds = 5\nhome = "/invented"\nport = 9000\n', encoding="utf-8")
    settings = IndexSettings()
    assert settings.keep_builds == 5
    assert settings.home == Path("/invented")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set in both places has the value of the environment."""
    Path("dateline.toml").write_text("keep_builds = 5\n", encoding="utf-8")
    monkeypatch.setenv("DATELINE_KEEP_BUILDS", "7")
    assert IndexSettings().keep_builds == 7


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable leaves the default, so that a path is never the working directory by accident."""
    monkeypatch.setenv("DATELINE_ENCODER_PATH", "")
    assert IndexSettings().encoder_path is None


def test_the_weights_lie_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The weights' folder follows XDG_CACHE_HOME."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert IndexSettings().weights_home == tmp_path / "dateline" / "weights"


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A path that starts with `~` starts at the user's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DATELINE_WEIGHTS_HOME", "~/weights")
    assert IndexSettings().weights_home == tmp_path / "weights"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATELINE_KEEP_BUILDS", "many"),
        ("DATELINE_KEEP_BUILDS", "0"),
        ("DATELINE_CHROMA_URL", "chroma:8000"),
        ("DATELINE_WEIGHTS_HUB", "perhaps"),
    ],
)
def test_a_bad_value_is_explained(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that cannot be used is an error with the variable, the value and where to correct it, on one line."""
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as caught:
        IndexSettings()
    message = str(caught.value)
    assert message.startswith(f"{name} is {value!r}: ")
    assert message.endswith("Correct it in the environment or in dateline.toml.")
    assert "\n" not in message


def test_several_bad_values_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bad values are explained at once."""
    monkeypatch.setenv("DATELINE_KEEP_BUILDS", "many")
    monkeypatch.setenv("DATELINE_CHROMA_URL", "chroma")
    with pytest.raises(InvalidSettings, match=r"DATELINE_(KEEP_BUILDS|CHROMA_URL).*; DATELINE_"):
        IndexSettings()


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [("LLM", "local", True), ("LLM", "quotes", False), ("LLM", "openai-compatible", False), ("LLM_PATH", "x", False)],
)
def test_only_the_local_llm_needs_weights(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, needed: bool
) -> None:
    """Weights of a language model are fetched only for the local one, and only where no file is configured."""
    monkeypatch.setenv(f"DATELINE_{name}", value)
    assert IndexSettings().needs_llm_weights is needed


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value of a secret is in no error message."""
    monkeypatch.setenv("DATELINE_INVENTED_KEY", "hush")
    with pytest.raises(InvalidSettings, match="DATELINE_INVENTED_KEY is hidden") as caught:
        InventedSettings()
    assert "hush" not in str(caught.value)


def test_a_broken_file_is_explained() -> None:
    """A `dateline.toml` that is not TOML is an error that says where it breaks."""
    Path("dateline.toml").write_text("keep_builds = \n", encoding="utf-8")
    with pytest.raises(InvalidSettings, match=r"dateline\.toml is not valid TOML: .*line 1"):
        IndexSettings()


def test_a_file_in_another_encoding_is_explained() -> None:
    """A `dateline.toml` that is not UTF-8, or cannot be read, is an error that names the file."""
    Path("dateline.toml").write_bytes(b'home = "caf\xe9"\n')
    with pytest.raises(InvalidSettings, match=r"dateline\.toml"):
        IndexSettings()
