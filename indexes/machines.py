"""Says what an engine's speed depends on: the processor, the cores that may be used, the versions of the engines."""

import os
import platform
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

# Flags by which the kernel says that dot products of 8-bit integers are one instruction (x86, then ARM).
_DOT_PRODUCTS = frozenset({"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"})
_CPUINFO = Path("/proc/cpuinfo")
_ENGINES = ("openvino", "nncf", "onnxruntime", "onnx", "torch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a measurement is true of. `int8`: whether 8-bit integers are worth trying here."""

    processor: str
    cores: int
    int8: bool
    versions: tuple[tuple[str, str], ...]
    """Name and version of each engine that is installed."""

    def version(self, engine: str) -> str | None:
        """The version of an engine, None where it is not installed."""
        return dict(self.versions).get(engine)


def describe_machine(cpuinfo: Path = _CPUINFO) -> Machine:
    """This machine; where the kernel does not describe its processor, 8-bit integers are not tried."""
    fields = _read_fields(cpuinfo)
    flags = set(f"{fields.get('flags', '')} {fields.get('Features', '')}".split())
    return Machine(
        processor=fields.get("model name") or platform.processor() or platform.machine(),
        cores=count_cores(),
        int8=bool(flags & _DOT_PRODUCTS),
        versions=tuple((name, version) for name in _ENGINES if (version := find_version(name))),
    )


@cache
def count_cores() -> int:
    """The cores that this process might use when it was first asked."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_fields(cpuinfo: Path) -> dict[str, str]:
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":")[::2] for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def find_version(name: str) -> str | None:
    """The version of a package, without importing it; None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
