"""Opens the encoder that the settings name."""

from indexes.encoding import SentenceEncoder
from indexes.settings import IndexSettings
from indexes.types import Encoder
from indexes.weights import find_weights, hash_weights


def open_encoder(settings: IndexSettings) -> Encoder:
    """The encoder that the settings name. Raises `WeightsProblem`."""
    folder = settings.encoder_path or find_weights(settings.encoder, settings)
    name = settings.encoder_path.resolve().name if settings.encoder_path else settings.encoder
    return SentenceEncoder(folder, name=name, sha256=hash_weights(folder))
