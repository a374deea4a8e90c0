"""The engines of the pinned encoder, built once in the user's cache and opened once for all tests."""

from dataclasses import replace
from functools import cache

from indexes.choosing import open_engine as open_prepared
from indexes.choosing import open_store
from indexes.encoding import SentenceEncoder
from indexes.engines import Prepared
from indexes.machines import describe_machine
from indexes.settings import IndexSettings
from indexes.types import Encoder
from indexes.weights import find_weights, hash_weights

SETTINGS = IndexSettings()


@cache
def prepare(*, int8: bool | None = None) -> Prepared:
    """What is there of the pinned weights; `int8`: as if the processor were made for 8 bits."""
    weights = find_weights(SETTINGS.encoder, SETTINGS)
    machine = describe_machine()
    machine = machine if int8 is None else replace(machine, int8=int8)
    return open_store(weights, sha256=hash_weights(weights), settings=SETTINGS, machine=machine).prepare()


@cache
def open_engine(name: str) -> Encoder:
    """An engine that runs questions and passages alike, whether or not it would be chosen here."""
    weights = find_weights(SETTINGS.encoder, SETTINGS)
    reference = SentenceEncoder(weights, name=SETTINGS.encoder, sha256=hash_weights(weights))
    if name == reference.engine:
        return reference
    return open_prepared(weights, prepare(int8="int8" in name or None), name, name, reference)
