"""Opens the encoder that the settings name."""

from collections.abc import Mapping

from indexes.choosing import choose_encoder, open_each
from indexes.settings import IndexSettings
from indexes.types import Encoder
from indexes.weights import find_weights, hash_weights


def open_encoder(settings: IndexSettings) -> Encoder:
    """The encoder that the settings name. Raises `WeightsProblem`."""
    folder = settings.encoder_path or find_weights(settings.encoder, settings)
    name = settings.encoder_path.resolve().name if settings.encoder_path else settings.encoder
    return choose_encoder(folder, name=name, sha256=hash_weights(folder), settings=settings)


def open_engines(settings: IndexSettings) -> Mapping[str, Encoder]:
    """The encoder that the settings name, on each engine that can be had here. Raises `WeightsProblem`."""
    folder = settings.encoder_path or find_weights(settings.encoder, settings)
    return open_each(folder, name=settings.encoder, sha256=hash_weights(folder), settings=settings)
