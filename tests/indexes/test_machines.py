"""A processor is described as the kernel describes it."""

from pathlib import Path

import pytest

from indexes.machines import describe_machine

X86 = "processor\t: 0\nmodel name\t: Abacus 3\nflags\t\t: fpu avx2 {}\n\nprocessor\t: 1\nmodel name\t: Abacus 3\n"


@pytest.mark.parametrize(
    ("text", "int8"),
    [
        (X86.format("avx512_vnni"), True),
        (X86.format("avx_vnni"), True),
        (X86.format("avx512f"), False),
        ("processor\t: 0\nFeatures\t: fp asimd asimddp\n", True),
        ("no such fields", False),
    ],
)
def test_8_bit_dot_products(tmp_path: Path, text: str, int8: bool) -> None:
    """8 bits are worth trying where the kernel lists an instruction for their dot products, on x86 and ARM."""
    (tmp_path / "cpuinfo").write_text(text, encoding="utf-8")
    machine = describe_machine(tmp_path / "cpuinfo")
    assert machine.int8 is int8
    assert ("Abacus 3" in text) == (machine.processor == "Abacus 3")
    assert machine.cores >= 1


def test_versions_are_part_of_it(tmp_path: Path) -> None:
    """The engines' versions are named without loading them, and a machine without that file still has them."""
    machine = describe_machine(tmp_path / "missing")
    assert machine.version("torch")
    assert machine.version("abacus") is None
