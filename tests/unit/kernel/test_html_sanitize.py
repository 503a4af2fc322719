"""What may become markup: our few elements, nothing that runs, tracks, disguises itself or takes
minutes.
"""

import re

import pytest
from bleach._vendor import html5lib
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.kernel import html

#: What got through bleach 6.4.0: it drops other letters before parsing and takes the digits for a
#: port.
DISGUISED_SCRIPTS = [
    "javascript:`0 ᎳᎬᏴᏚᏆᎢᎬ`",
    "javascript:123",
    "javascript:0`ｔｅｘｔ`",
    "javascript:12 Привет",
    "JaVaScRiPt:1",
    "java\tscript:alert(1)",
    "java\nscript:1",
    "&#106;avascript:1",
    "javascript&colon;1",
    "\x01javascript:1",
    "vbscript:1",
    "data:1",
    "data:text/html,<script>alert(1)</script>",
    "cid:1",
    "localhost:8000",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:\\\\evil.example",
    "https:///ubnd@evil.example",
    "https://ubnd.vn@evil.example/",
    "https://user:secret@evil.example/",
    "http://[",
    "https://[::1",
    "https://evil.example:99999999/",
    "https://ubnd\u200b.vn/",
    "mailto:a@b.vn?bcc=c@d.vn",
    "mailto:a@b.vn%0Abcc:c@d.vn\n",
    " https://a.vn",
    "feed:https://a.vn",
]
#: Mutations: harmless for one parser, something else after the next.
MUTATIONS = [
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    (
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
        "onerror=alert(1)&gt;'>"
    ),
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math></br><title><a title='</title><img src onerror=alert(1)>'>",
    "<textarea><a title='</textarea><img src onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<table><td><svg><desc><td><title><table><td></title><img src onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo '<img src=x onerror=alert(1)>' ?>",
    "<a href='x' <img src=x onerror=alert(1)>>",
    "<b/onclick=alert(1)>x</b/>",
    "<img src=`x`onerror=alert(1)>",
    "<p style=behavior:url(x)>x</p>",
    "<xmp><p title='</xmp><script>alert(1)</script>'>",
    "<template><script>alert(1)</script></template>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x><embed src=y></object>",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<o:p class=MsoNormal style='mso-x:y'>chữ</o:p>",
    "<a name=location id=x class=y>x</a>",
    "<img src=/tep/../../secret.png>",
    "<img src=https://evil.example/x.png alt=x>",
    "<td colspan=999999>x</td>",
    "</p></div></body></html><script>alert(1)</script>",
    "<\x00script>alert(1)</script>",
    "<sCrIpT/xss src=//evil.example></ScRiPt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "<p>" + "\u2028" + "</p>",
]
PAYLOADS = [f'<a href="{address}">x</a>' for address in DISGUISED_SCRIPTS] + MUTATIONS
ALLOWED = {
    "a": {"href", "title", "rel"},
    "abbr": {"title"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
HREF = re.compile(
    r"https?://[^\s\\@]+[^\s\\]*|mailto:[^\s?]+|tel:[+\d-]+|/[^/\\\s][^\s\\]*|/|#[\w-]+"
)


def offences(markup: str) -> list[str]:
    """What a browser's parser sees in it that our list does not allow."""
    found = []
    for element in html5lib.parseFragment(markup, namespaceHTMLElements=False).iter():
        tag = str(element.tag)
        if tag == "DOCUMENT_FRAGMENT":
            continue
        if tag not in html.ALLOWED_TAGS:
            found.append(tag)
        for name, value in element.attrib.items():
            wrong_address = (name == "href" and not HREF.fullmatch(value)) or (
                name == "src" and not value.startswith("/tep/")
            )
            if (
                str(name) not in ALLOWED.get(tag, ())
                or wrong_address
                or (name == "src" and ".." in value)
            ):
                found.append(f"{tag} {name}={value}")
    return found


def test_the_judge_sees_an_offence() -> None:
    assert offences(
        '<p onclick="x">a</p><script>b</script><a href="javascript:1">c</a><img '
        'src="//evil.example/x">'
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_outside_the_list_survives(payload: str) -> None:
    cleaned = html.sanitize(payload)
    assert offences(cleaned) == []
    assert html.sanitize(cleaned) == cleaned
    # What a browser makes of it and writes back is still harmless.
    tree = html5lib.parseFragment(cleaned, namespaceHTMLElements=False)
    again = html5lib.serialize(tree, omit_optional_tags=False, quote_attr_values="always")
    assert offences(again) == []


@pytest.mark.parametrize("address", DISGUISED_SCRIPTS)
def test_addresses_that_are_none(address: str) -> None:
    assert not html.safe_href(address)
    assert html.link_or_nothing(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://anson.example/hoi-dap?q=%C4%91%E1%BA%A5t&nam=2026#tra-loi",
        "http://anson.example:8080/",
        "https://anson.example/@muc",
        "https://xã-an-sơn.example/đường",
        "/van-ban/12-2026",
        "/",
        "#noi-dung",
        "mailto:mot.cua+1@anson.example",
        "tel:+84-255-3555-010",
    ],
)
def test_addresses_that_may_stand_in_a_link(address: str) -> None:
    assert html.safe_href(address)
    assert html.link_or_nothing(address) == address


TOKENS = st.sampled_from(
    [
        "<",
        ">",
        "</",
        "/>",
        '"',
        "'",
        "=",
        " ",
        "`",
        "&",
        ";",
        "--",
        "<!--",
        "]]>",
        "\x00",
        "\u2028",
        "javascript:",
        "data:",
        "//",
        "1",
        "Ꮳ",
    ]
    + [
        "a",
        "b",
        "p",
        "img",
        "svg",
        "math",
        "style",
        "script",
        "table",
        "td",
        "title",
        "textarea",
        "noscript",
        "mglyph",
        "mtext",
        "form",
    ]
    + [
        "href",
        "src",
        "onerror",
        "onclick",
        "id",
        "class",
        "colspan",
        "/tep/a.png",
        "https://a.vn",
        "alert(1)",
        "chữ",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(TOKENS, max_size=40).map("".join))
def test_soup_of_tags_stays_harmless(soup: str) -> None:
    cleaned = html.sanitize(soup)
    assert offences(cleaned) == []
    assert html.sanitize(cleaned) == cleaned


def test_rich_text_keeps_what_is_ours() -> None:
    kept = (
        "<h2>Kết quả</h2><p>Đã <strong>kiểm tra</strong>, xem "
        '<a href="/van-ban/12" rel="nofollow noopener">văn bản</a>.</p>'
        '<table><tbody><tr><th scope="col" colspan="2">Ngày</th></tr></tbody></table><img '
        'src="/tep/k9/anh.webp" alt="Cống">'
    )
    assert html.sanitize(kept) == kept


def test_text_of_scripts_and_styles_does_not_become_text() -> None:
    assert html.sanitize("a<script>alert(1)</script><style>p{}</style>b") == "ab"


def test_a_picture_pasted_into_the_text_is_dropped_and_the_text_stays() -> None:
    assert (
        html.sanitize(f'<p>trước <img src="data:image/png;base64,{"A" * 3_000_000}"> sau</p>')
        == "<p>trước <img> sau</p>"
    )


@pytest.mark.parametrize("character", "a<&(\"'=/@-")
def test_a_megabyte_of_anything_is_answered(character: str) -> None:
    for made in (html.sanitize(character * 1_000_000), html.paragraphs(character * 1_000_000)):
        assert len(made) >= 1_000_000
        assert set(re.findall("<[^>]*>?", made)) <= {"<p>", "</p>"}


def test_elements_without_end_are_shown_as_they_were_typed() -> None:
    deep = "<b>" * 50_000
    assert html.sanitize(deep) == deep.replace("<", "&lt;").replace(">", "&gt;")
    assert "<b>" not in html.sanitize("<b>" * (html.DEEPEST + 1) + "x")
    assert html.sanitize("<b>" * html.DEEPEST + "x").startswith("<b><b>")


def test_a_hundred_thousand_attributes_are_gone() -> None:
    many = "<p " + " ".join(f"a{number}=1" for number in range(20_000)) + ">chữ</p>"
    assert html.sanitize(many) == "<p>chữ</p>"


def test_paragraphs_escape_break_and_link() -> None:
    made = html.paragraphs(
        "Xem https://a.vn/b?c=1&d=2, gọi a@b.vn.\nXin <b>\n\ncảm ơn 'đã' \"đọc\""
    )
    assert made == (
        '<p>Xem <a href="https://a.vn/b?c=1&amp;d=2" rel="nofollow '
        'noopener">https://a.vn/b?c=1&amp;d=2</a>, gọi '
        '<a href="mailto:a@b.vn" rel="nofollow noopener">a@b.vn</a>.<br>Xin &lt;b&gt;</p><p>cảm '
        "ơn 'đã' \"đọc\"</p>"
    )


@pytest.mark.parametrize(
    "run", ["a" * 9_000, "1" * 9_000, "(" * 9_000, "a-" * 5_000 + "@b.vn", "a." * 5_000]
)
def test_a_run_without_a_blank_is_text_and_its_neighbours_still_link(run: str) -> None:
    made = html.paragraphs(f"https://a.vn {run} https://b.vn")
    assert made.count("<a ") == 2
    assert run in made


def test_a_very_long_text_keeps_its_paragraphs_without_links() -> None:
    made = html.paragraphs("xem https://a.vn\n\n" * 5_000)
    assert made.count("<p>") == 5_000
    assert "<a " not in made


@given(st.text())
def test_paragraphs_of_any_text_are_harmless(text: str) -> None:
    assert offences(html.paragraphs(text)) == []


def test_marked_words_are_escaped() -> None:
    made = html.mark_words([("<b>", False), ("đất & 'nước'", True), ("</mark>", False)])
    assert isinstance(made, Markup)
    assert made == "&lt;b&gt;<mark>đất &amp; &#39;nước&#39;</mark>&lt;/mark&gt;"


def test_stored_markup_is_given_back_as_it_is() -> None:
    assert html.stored("<p>chữ</p>") == Markup("<p>chữ</p>")
    assert html.stored(None) == ""
