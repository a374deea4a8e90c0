"""Tests of a report as one self-contained page."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from evals.measures import measure_cases
from evals.pages import KINDS, measure_kinds, render_page, write_page
from evals.showing import OUTCOMES, PASSAGES
from evals.types import Case, CitedSpan, EvalMode, Gate, Measured, Report, Share, ShownQuote, Story

EVIL = "<img src=x onerror=alert(1)>\"'&</script></style>{{ 7 * 7 }}"


class Page(HTMLParser):
    """What a page is made of: tags with attributes, and the text inside some of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more tag."""
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        self.inside.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """The innermost such tag ends, with those that need no end."""
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text belongs to every tag that is open."""
        for tag in set(self._open):
            self.inside[tag][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def shown(**fields: object) -> ShownQuote:
    """A quote in its place with whatever a test does not care about filled in."""
    filled = {"article_id": "tarn-1", "title": "Upper Tarn", "outlet": None, "published": None, "speaker": None}
    filled |= {"before": "", "quote": "The mill will close.", "after": ""}
    return ShownQuote(**(filled | fields))  # type: ignore[arg-type]


def case(number: int = 1, **fields: object) -> Case:
    """A right case, or what the fields make of it."""
    filled = {"id": f"t-{number}", "kind": "when", "expected": "answered", "outcome": "right", "status": "answered"}
    return Case(**(filled | fields))  # type: ignore[arg-type]


def report(*cases: Case, **fields: object) -> Report:
    """A report over the cases."""
    filled: dict[str, object] = {
        "suite": "quotes",
        "mode": "quotes",
        "settings": {"seed": 0},
        "index_build": "b_1",
        "model": None,
    }
    filled |= {"n": len(cases), "metrics": measure_cases(cases, seed=0, resamples=20), "cases": cases}
    return Report(**(filled | fields))  # type: ignore[arg-type]


def hostile() -> tuple[Report, dict[str, Story]]:
    """A report whose every text is an attack, with the story of its case."""
    span = CitedSpan(article_id=EVIL, start=0, end=9, flags=(EVIL,))
    shares = {EVIL: Share(1, 1)}
    told = case(id=EVIL, kind=EVIL, outcome=EVIL, error=EVIL, reason_code=EVIL, shares=shares, spans=(span,), score=0.5)
    quote = shown(
        **dict.fromkeys(("article_id", "title", "outlet", "published", "speaker", "before", "quote", "after"), EVIL),
        flags=(EVIL,),
    )
    texts = {"gold_quotes": (EVIL,), "gold_answers": (EVIL,), "quotes": (quote,)}
    story = Story(question=EVIL, answer=EVIL, short_answer=EVIL, reason=EVIL, **texts)  # type: ignore[arg-type]
    metric = Measured(value=0.7, low=0.5, high=1, n=3)
    attacked = report(
        told,
        replace(told, id="untold"),
        suite=EVIL,
        settings={EVIL: EVIL},
        index_build=EVIL,
        model=EVIL,
        metrics={EVIL: metric},
        gates=(Gate(metric=EVIL, passed=False, value=1, bound=1, direction="higher", message=EVIL),),
        problems=(EVIL,),
        beside={EVIL: {EVIL: metric}},
        cost={EVIL: 1.0},
    )
    return attacked, {EVIL: story}


class TestSafety:
    """Nothing from data is run, nothing is fetched."""

    @pytest.mark.parametrize("mode", get_args(EvalMode))
    def test_everything_is_escaped(self, mode: EvalMode) -> None:
        """Texts that hold markup come out as text, in every mode."""
        attacked, stories = hostile()
        page = Page(render_page(replace(attacked, mode=mode), stories))
        names = {name for name, _ in page.tags}
        assert not names & {"img", "link", "iframe", "object", "base", "form"}
        assert len(page.named("script")) == len(page.named("style")) == 1
        assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]
        assert EVIL in page.inside["mark"]
        assert any(EVIL in text for text in page.inside["details"])

    def test_nothing_is_fetched(self) -> None:
        """No address of another place in any attribute; links stay on the page."""
        text = render_page(*hostile())
        assert not re.search(r"https?://|url\(|@import", text)
        for _, attributes in Page(text).tags:
            assert "src" not in attributes
            assert (attributes.get("href") or "#").startswith("#")

    def test_the_policy_allows_our_own_script_and_style_alone(self) -> None:
        """The hashes are those of the script and style sheet as they stand in the page; all else is refused."""
        page = Page(render_page(report(case())))
        (policy,) = (each["content"] or "" for each in page.named("meta") if "http-equiv" in each)
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules.pop("default-src") == "'none'"
        for tag in ("script", "style"):
            digest = base64.b64encode(hashlib.sha256(page.inside[tag][0].encode()).digest()).decode()
            assert rules.pop(f"{tag}-src") == f"'sha256-{digest}'"
        assert set(rules.values()) == {"'none'"}


class TestOverview:
    """What the page shows of the run."""

    def test_the_run_is_described(self) -> None:
        """Suite, day, model, build, gates with their results, problems, cost; the gate's bound is in the bar."""
        gates = (
            Gate(metric="citation_validity", passed=True, value=1, bound=1, direction="higher", message="kept"),
            Gate(metric="errors", passed=False, value=1, bound=0, direction="lower", message="1 case failed"),
        )
        ours = report(
            case(shares={"citation_validity": Share(1, 1)}),
            model="tarn-7b",
            gates=gates,
            problems=("t-9: no article",),
            cost={"seconds": 12.5},
        )
        text = render_page(ours, written=date(2026, 3, 1))
        for word in ("tarn-7b", "b_1", "2026-03-01", "1 of 2 gates passed", "1 case failed", "t-9: no article", "12.5"):
            assert word in text
        assert text.count('class="bound"') == 1

    def test_other_systems_stand_beside_with_their_ratio(self) -> None:
        """Ours .8, theirs .4: twice; a metric that only one has is left out, and nothing is divided by 0."""
        ours = {name: Measured(value=0.8, low=0.7, high=0.9, n=9) for name in ("any_hit@4", "mrr@10")}
        theirs = {
            name: Measured(value=value, low=0, high=0.5, n=9)
            for name, value in (("any_hit@4", 0.4), ("mrr@10", 0.0), ("map@10", 0.3))
        }
        text = render_page(report(case(), metrics=ours, beside={"lexical": theirs}))
        section = text[text.index("Beside <bdi>lexical") : text.index("By kind of question")]
        assert "× 2.000" in section
        assert section.count("<tr>") == 3
        assert "map@10" not in section

    def test_each_kind_has_a_row_with_what_applies_to_it(self) -> None:
        """Two kinds, two rows, their own values; a metric that does not apply is a dash."""
        cases = [
            *(case(n, shares={"gold_quote_recall": Share(n % 2, 1)}) for n in range(4)),
            case(9, kind="other_<kind>", shares={"refusal_recall": Share(1, 1)}, outcome="declined"),
        ]
        kinds = measure_kinds(report(*cases))
        assert list(kinds) == ["when", "other_<kind>"]
        assert kinds["when"]["gold_quote_recall"].value == 0.5
        assert "gold_quote_recall" not in kinds["other_<kind>"]
        text = render_page(report(*cases))
        rows = re.findall(r"<tr>.*</tr>", text[text.index("Each kind by itself") : text.index('<h2 id="cases"')])
        assert len(rows) == 3
        assert "other &lt;kind&gt;" in rows[2]
        assert rows[2].count("<td>–</td>") == 1

    def test_many_kinds_do_not_fill_the_page(self) -> None:
        """The rarest are left out, and the page says how many."""
        cases = [case(number, kind=f"kind-{number}") for number in range(KINDS + 2)]
        assert len(measure_kinds(report(*cases))) == KINDS
        assert "2 rarer kinds are left out" in render_page(report(*cases))

    def test_plots_are_drawn_where_there_are_data(self) -> None:
        """Scores give the curve with its area and its risks in words, times the histogram; without them neither."""
        cases = [
            case(n, score=score, right=right, wall_ms=10.0 * n + 5)
            for n, (score, right) in enumerate([(0.9, True), (0.5, False), (0.1, True)])
        ]
        text = render_page(report(*cases))
        assert "Area 0.278" in text
        assert "25 %: 0.0 %; 50 %: 50.0 %; 75 %: 33.3 %; 100 %: 33.3 %." in text
        assert "p50 15 ms" in text
        assert text.count('role="img"') == 2
        assert 'role="img"' not in render_page(report(case()))

    def test_a_run_without_cases_is_a_page(self) -> None:
        """Nothing to show is said; no filter, no table of kinds."""
        text = render_page(report())
        assert "The run had no cases." in text
        assert 'id="filters"' not in text
        assert "By kind of question" not in text

    def test_a_page_is_written_with_its_day(self, tmp_path: Path) -> None:
        """`report.html` lies in the folder and names a day."""
        path = write_page(report(case()), tmp_path)
        assert path == tmp_path / "report.html"
        assert '<time datetime="20' in path.read_text(encoding="utf-8")


class TestCases:
    """The list of cases."""

    def test_every_control_has_a_label_and_what_it_chooses(self) -> None:
        """Text, kind, outcome, only bad ones; the cases carry what the script compares, and all are visible without it."""
        page = Page(render_page(report(case(1), case(2, kind="number", outcome="wrong_quote"))))
        controls = {attributes.get("id") for tag in ("input", "select", "button") for attributes in page.named(tag)}
        assert controls == {"text", "kind", "outcome", "bad", "open"}
        assert len(page.named("label")) == 4
        values = [attributes.get("value") for attributes in page.named("option")]
        assert values == ["", "when", "number", "", "right", "wrong_quote"]
        right, wrong = (each for each in page.named("details") if each.get("class") == "case")
        assert (right["data-kind"], right["data-outcome"]) == ("when", "right")
        assert "data-bad" not in right
        assert "data-bad" in wrong
        assert "hidden" not in wrong
        (filters,) = (each for each in page.named("div") if each.get("id") == "filters")
        assert "hidden" in filters

    def test_a_case_tells_its_story(self) -> None:
        """Question, gold, answer, reason, the citation marked in its place, flags, shares, and why."""
        told = case(
            outcome="misattributed",
            shares={"citation_recall": Share(1, 2)},
            spans=(CitedSpan(article_id="a", start=0, end=1),),
        )
        quote = shown(
            before="Once. ",
            quote="“It closes,” she said.",
            after=" Then.",
            outlet="Tarn Post",
            published="2024-05-01",
            speaker="Edda Crane",
            flags=("misattributed", "closest"),
        )
        story = Story(
            question="متى يغلق المصنع؟",
            gold_quotes=("It closes in May.",),
            gold_answers=("May",),
            answer="It closes.",
            short_answer="soon",
            reason="nobody knows",
            quotes=(quote,),
        )
        text = render_page(report(told), {"t-1": story})
        assert "Once. <mark>“It closes,” she said.</mark> Then." in text
        for word in (
            *("Upper Tarn", "Tarn Post", "2024-05-01", "Edda Crane", "misattributed", "closest", "It closes in May."),
            *("May", "It closes.", "soon", "nobody knows", "citation recall <b>1/2</b>", OUTCOMES["misattributed"]),
        ):
            assert word in text
        assert '<span class="asked" dir="auto">متى يغلق المصنع؟</span>' in text

    def test_a_case_without_a_story_names_its_places(self) -> None:
        """A report read back from its file has offsets and no text."""
        text = render_page(report(case(spans=(CitedSpan(article_id="tarn-1", start=3, end=9, flags=("gold",)),))))
        assert "<code>tarn-1 3–9</code>" in text
        assert "<mark>" not in text

    def test_a_thousand_passages_stay_small(self) -> None:
        """750 cases of 15 long passages give a page below 6 MB, five of them shown for each."""
        text = "The mill at Upper Tarn will close in May, the owner said. " * 30
        passages = tuple(shown(quote=text, title="A headline of the usual length, or longer") for _ in range(15))
        stories = {
            f"t-{n}": Story(question="When does the mill close?", gold_quotes=(text[:200],), quotes=passages)
            for n in range(750)
        }
        shares = {f"fact_recall@{depth}": Share(1, 1) for depth in range(11)}
        cases = [case(n, shares=shares, wall_ms=5.0) for n in range(750)]
        page = render_page(report(*cases, mode="retrieval"), stories)
        assert len(page.encode()) < 6_000_000
        assert page.count("<blockquote") == 750 * PASSAGES
        assert page.count("10 more are not shown") == 750
