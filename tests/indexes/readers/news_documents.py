"""One story written in each of the news industry's formats, for the tests of their readers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

NAR = "http://iptc.org/std/nar/2006-10-01/"
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
NO_MORE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What every format can say about an article."""

    id: str = "urn:newsml:courier.example:20310510:bridge"
    title: str = "Bridge stays shut & the ferry sails"
    paragraphs: Sequence[str] = (
        "NARWICK, May 10 (Narwick Courier) - The harbour bridge stays shut until autumn, the council said on Saturday.",
        "“We have looked at every screw,” said Orla Finch, the town’s engineer. “Half of them look back at us…”",
        "The repair costs 2.4 million crowns, which is < 3 % of the budget & more than in 2019.",
    )
    outlet: str = "The Narwick Courier"
    author: str = "Ada Hall"
    published: str = "2031-05-10T09:15:00Z"
    updated: str = "2031-05-10T11:40:00Z"
    language: str = "en-GB"
    section: str = "Local news"
    version: int = 2


def paragraphs_of(story: Story) -> str:
    """The story's text as markup."""
    return "\n".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in story.paragraphs)


def ninjs_1(story: Story, more: Mapping[str, object] = NO_MORE) -> dict[str, object]:
    """A record of the first generation."""
    return {
        "uri": story.id,
        "type": "text",
        "version": str(story.version),
        "firstcreated": story.published,
        "versioncreated": story.updated,
        "pubstatus": "usable",
        "language": story.language,
        "headline": story.title,
        "byline": f"By {story.author}",
        "infosource": [{"name": story.outlet}],
        "subject": [{"name": story.section, "rel": "about"}],
        "person": [{"name": "Orla Finch", "rel": "about"}],
        "body_xhtml": paragraphs_of(story),
        "body_text": " ".join(story.paragraphs),
        **more,
    }


def ninjs_3(story: Story, more: Mapping[str, object] = NO_MORE) -> dict[str, object]:
    """A record of the third generation."""
    return {
        "uri": story.id,
        "type": "text",
        "version": str(story.version),
        "firstCreated": story.published,
        "versionCreated": story.updated,
        "pubStatus": "usable",
        "language": story.language,
        "headlines": [{"role": "short", "value": "Bridge shut"}, {"role": "main", "value": escape(story.title)}],
        "by": story.author,
        "infoSources": [{"name": story.outlet, "role": "origin"}],
        "subjects": [{"name": story.section}],
        "people": [{"name": "Orla Finch", "rel": "about"}],
        "bodies": [
            {"role": "teaser", "contentType": "text/plain", "value": "The harbour bridge stays shut."},
            {"role": "main", "contentType": "application/xhtml+xml", "value": paragraphs_of(story)},
        ],
        "standard": {"name": "ninjs", "version": "3.0"},
        **more,
    }


def nitf(
    story: Story, *, content: str | None = None, docdata: str = "", attributes: str = "", doctype: str = ""
) -> str:
    """A NITF document; `content` stands in for the story's paragraphs."""
    stamp = story.published.replace("-", "").replace(":", "")
    revised = story.updated.replace("-", "").replace(":", "")
    return f"""{doctype}<nitf xml:lang="{story.language}"><head><title>Narwick bridge</title>
<docdata {attributes}><doc-id id-string="{escape(story.id)}"/><date.issue norm="{stamp}"/>{docdata}
<doc.copyright holder="Narwick Holdings"/></docdata>
<pubdata name="{escape(story.outlet)}" position.section="{escape(story.section)}"/>
<revision-history norm="{revised}" name="desk"/></head><body><body.head>
<hedline><hl1>{escape(story.title)}</hl1><hl2>Council asks for time</hl2></hedline>
<byline>By <person>{escape(story.author)}</person>, <byttl>Staff Writer</byttl></byline></body.head>
<body.content>{paragraphs_of(story) if content is None else content}</body.content>
<body.end><tagline>Write to the desk.</tagline></body.end></body></nitf>"""


def xhtml_of(story: Story) -> str:
    """The story as it stands in a NewsML-G2 item."""
    return (
        '<inlineXML contenttype="application/xhtml+xml"><h:html xmlns:h="http://www.w3.org/1999/xhtml">'
        f"<h:head><h:title>x</h:title></h:head><h:body>{paragraphs_of(story).replace('p>', 'h:p>')}</h:body></h:html></inlineXML>"
    )


def news_item(
    story: Story,
    *,
    content: str | None = None,
    status: str = "usable",
    item_class: str = "text",
    xmlns: str = f' xmlns="{NAR}"',
) -> str:
    """A NewsML-G2 item; `content` stands in for what its `contentSet` holds."""
    return f"""<newsItem{xmlns} guid="{escape(story.id)}" version="{story.version}" standard="NewsML-G2"
standardversion="2.34" conformance="power" xml:lang="en"><catalogRef href="http://127.0.0.1:9/catalog.xml"/>
<itemMeta><itemClass qcode="ninat:{item_class}"/><provider literal="wire hub"/>
<versionCreated>{story.updated}</versionCreated><firstCreated>{story.published}</firstCreated>
<pubStatus qcode="stat:{status}"/><title>Narwick bridge</title></itemMeta>
<contentMeta><infoSource><name>{escape(story.outlet)}</name></infoSource>
<creator><name>{escape(story.author)}</name></creator><by>By {escape(story.author)}, Staff Writer</by>
<language tag="{story.language}"/><subject qcode="medtop:20000002"><name>{escape(story.section)}</name></subject>
<headline role="hld:short">Bridge shut</headline><headline>{escape(story.title)}</headline></contentMeta>
<contentSet>{xhtml_of(story) if content is None else content}</contentSet></newsItem>"""


def news_message(*items: str) -> str:
    """A NewsML-G2 message with items, each in a set of its own."""
    sets = "".join(f"<itemSet>{item}</itemSet>" for item in items)
    return f'<newsMessage xmlns="{NAR}"><header><sent>2031-05-10T12:00:00Z</sent></header>{sets}</newsMessage>'


def rss_item(story: Story, *, more: str = "", content: str | None = None) -> str:
    """An item of RSS 2.0; `content` stands in for its full content and its teaser."""
    full = f"<content:encoded><![CDATA[{paragraphs_of(story)}]]></content:encoded><description>A teaser.</description>"
    return f"""<item><title>{escape(escape(story.title))}</title><guid isPermaLink="false">{escape(story.id)}</guid>
<dc:creator>{escape(story.author)}</dc:creator><pubDate>{rfc_822(story.published)}</pubDate>
<dc:modified xmlns:dc="http://purl.org/dc/terms/">{story.updated}</dc:modified>
<category>{escape(story.section)}</category>{full if content is None else content}{more}</item>"""


def rss(story: Story, *items: str) -> str:
    """A feed of RSS 2.0."""
    return f"""<rss version="2.0" {CONTENT}><channel><title>{escape(story.outlet)}</title>
<link>https://courier.example/</link><language>{story.language}</language>{"".join(items)}</channel></rss>"""


def atom(story: Story, *, content: str | None = None) -> str:
    """A feed of Atom with one entry, its namespace under a prefix; `content` stands in for the entry's."""
    full = f'<a:summary>A teaser.</a:summary><a:content type="html">{escape(paragraphs_of(story))}</a:content>'
    return f"""<a:feed xmlns:a="http://www.w3.org/2005/Atom" xml:lang="{story.language}">
<a:title>{escape(story.outlet)}</a:title><a:updated>2031-06-01T00:00:00Z</a:updated><a:entry>
<a:title>{escape(story.title)}</a:title><a:id>{escape(story.id)}</a:id><a:author><a:name>{story.author}</a:name></a:author>
<a:published>{story.published}</a:published><a:updated>{story.updated}</a:updated>
<a:category term="{escape(story.section)}"/>{full if content is None else content}</a:entry></a:feed>"""


def rdf(story: Story) -> str:
    """A feed of RSS 1.0 with one item."""
    return f"""<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/"
xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel r:about="https://courier.example/">
<title>{escape(story.outlet)}</title><d:language>{story.language}</d:language></channel>
<item r:about="{escape(story.id)}"><title>{escape(story.title)}</title><description>A teaser.</description>
<d:creator>{escape(story.author)}</d:creator><d:date>{story.published}</d:date><t:modified>{story.updated}</t:modified>
<d:subject>{escape(story.section)}</d:subject>
<c:encoded>{escape(paragraphs_of(story))}</c:encoded></item></r:RDF>"""


def rfc_822(instant: str) -> str:
    """A UTC instant of May 10, 2031 as RSS writes it, at another offset."""
    hour, rest = int(instant[11:13]), instant[13:19]
    return f"Sat, 10 May 2031 {hour + 2:02}{rest} +0200"


DOCUMENTS: Mapping[str, tuple[str, str]] = {
    "ninjs 1": (".json", json.dumps(ninjs_1(Story()))),
    "ninjs 3": (".jsonl", json.dumps(ninjs_3(Story()))),
    "NITF": (".xml", nitf(Story())),
    "NewsML-G2 with XHTML": (".xml", news_item(Story())),
    "NewsML-G2 with NITF": (
        ".xml",
        news_item(Story(), content=f'<inlineXML contenttype="application/nitf+xml">{nitf(Story())}</inlineXML>'),
    ),
    "NewsML-G2 message": (".xml", news_message(news_item(Story(), xmlns=""))),
    "RSS 2.0": (".rss", rss(Story(), rss_item(Story()))),
    "RSS 1.0": (".xml", rdf(Story())),
    "Atom": (".atom", atom(Story())),
}
"""The same story in each format: the ending of its file, and the document."""
