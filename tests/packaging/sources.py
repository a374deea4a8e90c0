"""Where the repository's Python files are, and how they read as syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("indexes", "qa", "api", "evals")


def find_modules(*folders: str) -> list[Path]:
    """Every Python file of the folders, in order, relative to the repository."""
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


def read_tree(module: Path) -> ast.Module:
    """The syntax tree of a module of the repository."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), filename=str(module))


def find_imports(module: Path) -> Iterator[str]:
    """The absolute names that a module imports, late imports included."""
    for node in ast.walk(read_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
