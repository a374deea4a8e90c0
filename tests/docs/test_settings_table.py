"""The README's table of settings is the settings that there are."""

import importlib
import re

from pydantic_settings import BaseSettings

from tests.packaging.sources import PACKAGES, ROOT

ROW = re.compile(r"^\| *`(DATELINE_\w+)` *\|.*$", re.MULTILINE)


def find_settings() -> list[type[BaseSettings]]:
    """The settings classes of all packages."""
    modules = [
        importlib.import_module(f"{name}.settings") for name in PACKAGES if (ROOT / name / "settings.py").exists()
    ]
    return [
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, BaseSettings) and kind.__module__ == module.__name__
        if kind.model_fields
    ]


def show(default: object) -> str:
    """A default as a user would write it."""
    if default is None or default == "":
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return f"`{','.join(default)}`"
    return f"`{default}`"


def read_expected() -> dict[str, set[str]]:
    """Each setting with the rows that may describe it: a setting that two packages read may have either's row."""
    rows: dict[str, set[str]] = {}
    for kind in find_settings():
        for field, info in kind.model_fields.items():
            name = f"{kind.model_config['env_prefix']}{field.upper()}"
            default = "" if info.default_factory else show(info.default)
            rows.setdefault(name, set()).add(f"| `{name}` | {default} | {info.description} |")
    return rows


def test_every_setting_is_described() -> None:
    """No setting is without a description."""
    missing = [
        f"{kind.__name__}.{name}"
        for kind in find_settings()
        for name, info in kind.model_fields.items()
        if not info.description
    ]
    assert not missing


def test_every_setting_is_in_the_table() -> None:
    """Each setting has a row with its default and its description, and each row is a setting."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = {match[1]: " ".join(match[0].split()) for match in ROW.finditer(text)}
    expected = {name: {" ".join(row.split()) for row in rows} for name, rows in read_expected().items()}
    wrong = [min(rows) for name, rows in expected.items() if found.get(name) not in rows]
    assert not wrong, "the README's table of settings needs these rows:\n" + "\n".join(wrong)
    assert set(found) <= set(expected), "these rows describe no setting"
