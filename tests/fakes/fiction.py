"""Invented news by the thousand: `python -m tests.fakes.fiction 2000 > archive.jsonl`. Article N is the same each time."""

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

_WORDS = 250
_FIRST = date(2031, 1, 1)
_GIVEN = (
    "Ada Bram Cilla Dorte Edda Finn Greta Hark Ilse Jon Kaja Lise Mats Nils Orla Pia Runa Sten Tilde Ulf Vera".split()
)
_NAME_BEGINS = "Al Bre Cor Dal Es Fal Gor Hol Ing Kel Lor Mar Nor Os Pel Quil Ros Sel Tor Ul Ver Wes".split()
_NAME_MIDDLES = "a be di en fo gi ka li mo na re so ta vi".split()
_NAME_ENDS = "berg by dahl din feld gate grim holt lund mark ner rick sen stad strom thorpe wick worth".split()
_PLACES = "ford haven holm ness port sund tarn vale viken".split()
_ROLES = (
    "harbour master|headteacher|surveyor|ferry captain|union secretary|museum director|baker|fire chief|town clerk|"
    "hydrologist|tram driver|bridge engineer|farmer|librarian|referee|nurse|orchard owner|lock keeper|choir leader"
).split("|")
_THINGS = (
    "the old lock|the tram line|the grain store|the night ferry|the town library|the sea wall|the lighthouse|the fish "
    "market|the swimming hall|the clock tower|the weather station|the rail bridge|the boatyard|the north school|the "
    "orchard road|the water mill|the bus depot|the museum roof|the quarry|the football ground|the heating plant"
).split("|")
_VERBS = (
    "repair|close|sell|rebuild|paint|move|widen|insure|inspect|open|flood|measure|rent|drain|heat|photograph".split("|")
)
_PARTS = "beams|gates|pumps|windows|rails|engines|doors|lamps|bolts|ropes|tiles|cables|stairs|benches|boilers".split(
    "|"
)
_BODIES = "town council|regional court|audit office|port authority|school board|planning committee|water board".split(
    "|"
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SAYINGS = (
    "We counted {n} {parts} and found {few} that we would trust|Nobody asked us before they began to {verb} it|"
    "It has stood for {n} years and will not wait for a committee|I would rather {verb} {thing} twice than lose it once|"
    "The {parts} were ordered in {month} and have not come|My grandmother told me to {verb} nothing in a storm|"
    "There is money for {few} {parts}, and we need {n}|The report leaves out the {parts}|"
    "You can hear the {parts} from {place} when the wind turns|Give me {few} weeks and {n} {parts}|"
    "People in {place} walk past it and shake their heads|We will {verb} it in {month}, whatever the weather does"
).split("|")
_SENTENCES = (
    "The {body} of {town} voted {n} to {few} on {day} to {verb} {thing}.|"
    "The work is to cost {million} million crowns, {percent} percent more than was planned in {month}.|"
    "“{saying},” said {person}, the {role}.|“{saying},” {person} said on {day}.|"
    "“{saying},” {surname} said. “{saying2}.”|{person}, a {role} from {place}, called the plan “{short}”.|"
    "About {n} people came to the meeting in {place}, and {few} of them spoke.|"
    "In {month} a storm had broken {n} {parts} and two of the {parts2}.|"
    "According to the {body}, {thing} was last inspected {few} years ago.|"
    "The {parts} come from a workshop in {place} that employs {n} people.|"
    "{person} had warned in a letter of {day} that the {parts} would not last.|"
    "A first attempt to {verb} {thing} had failed when the {parts} did not fit.|"
    "Between {place} and {town} the road stays closed for {few} weeks.|"
    "{surname} did not say who would pay for the {n} {parts}.|"
    "The {role} of {place} asked for {few} more days to {verb} the {parts}.|"
    "Of {n} households asked by the {body}, {percent} percent were against it.|"
    "Whether {thing} will be finished by {month} is open.|"
    "The next meeting is on {day} in the hall beside {thing}."
).split("|")
_MONTHS = "January February March April May June July August September October November December".split()


def article(number: int, *, edition: int = 1) -> Mapping[str, str]:
    """Article `number`: about 250 words of fiction with three people who speak. A later edition has one sentence more."""
    return _Reporter(number).write(edition)


def question(number: int) -> str:
    """A question that article `number` has words for."""
    reporter = _Reporter(number)
    return f"What did {reporter.people[0]} say about {reporter.thing}?"


class _Reporter:
    """Writes one article; what is in it follows from its number."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._random = random.Random(f"article {number}")  # noqa: S311 - news, not secrets
        self.people = [f"{self._one(_GIVEN)} {self._name(_NAME_ENDS)}" for _ in range(3)]
        self.town = self._name(_PLACES)
        self.thing = self._one(_THINGS)

    def write(self, edition: int) -> Mapping[str, str]:
        """The article as a record of a JSON Lines file."""
        verb = self._one(_VERBS)
        day = _FIRST + timedelta(days=self._number % 700)
        paragraphs = [f"{self.town} will {verb} {self.thing}, {self.people[0]} said on {self._one(_DAYS)}."]
        while sum(len(paragraph.split()) for paragraph in paragraphs) < _WORDS:
            paragraphs.append(" ".join(self._sentence() for _ in range(self._random.randint(2, 4))))
        paragraphs += [f"This article was changed for edition {edition}."] if edition > 1 else []
        return {
            "id": f"fiction-{self._number}",
            "title": f"{self.town} to {verb} {self.thing}",
            "text": "\n\n".join(paragraphs),
            "outlet": f"The {self._name(_PLACES)} Courier",
            "author": f"{self._one(_GIVEN)} {self._name(_NAME_ENDS)}",
            "published": day.isoformat(),
        }

    def _sentence(self) -> str:
        text = self._one(_SENTENCES)
        person = self._one(self.people)
        return text.format(saying=self._saying(), saying2=self._saying(), person=person, **self._facts(person))

    def _saying(self) -> str:
        return self._one(_SAYINGS).format(**self._facts(self.people[0]))

    def _facts(self, person: str) -> Mapping[str, object]:
        chance = self._random
        return {
            "surname": person.split()[1],
            "town": self.town,
            "thing": self.thing,
            "place": self._name(_PLACES),
            "role": self._one(_ROLES),
            "verb": self._one(_VERBS),
            "parts": self._one(_PARTS),
            "parts2": self._one(_PARTS),
            "body": self._one(_BODIES),
            "day": self._one(_DAYS),
            "month": self._one(_MONTHS),
            "short": f"{self._one(_PARTS)} for {self._name(_PLACES)}",
            "n": chance.randint(11, 990),
            "few": chance.randint(2, 10),
            "percent": chance.randint(2, 98),
            "million": f"{chance.randint(2, 99)}.{chance.randint(1, 9)}",
        }

    def _name(self, ends: Sequence[str]) -> str:
        return self._one(_NAME_BEGINS) + self._one(_NAME_MIDDLES) + self._one(ends)

    def _one(self, of: Sequence[str]) -> str:
        return self._random.choice(of)


def articles(count: int, *, first: int = 0, edition: int = 1) -> Iterator[Mapping[str, str]]:
    """So many articles from number `first` on."""
    return (article(number, edition=edition) for number in range(first, first + count))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print articles as JSON Lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.fiction", description="Print invented articles.")
    parser.add_argument("count", type=int, help="how many")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first (default: 0)")
    parser.add_argument(
        "--edition", type=int, default=1, metavar="N", help="from 2 on, the text has changed (default: 1)"
    )
    options = parser.parse_args(arguments)
    for one in articles(options.count, first=options.first, edition=options.edition):
        print(json.dumps(one, ensure_ascii=False))  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
