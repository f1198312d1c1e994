"""Markup in titles and abstracts becomes plain text; what only looks like markup stays."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.base.escaping import clean
from analysis.papers.snapshot import read_snapshot
from analysis.sources.texts.markup import plain_text, without_opening
from analysis.sources.texts.mathml import from_mathml
from support.hostile import HOSTILE

TODAY = date(2026, 11, 30)
MML = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def shown(text: str) -> str:
    return clean(plain_text(text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<jats:p>Kelp grows.</jats:p>", "Kelp grows."),
        ("<jats:p>Kelp", "Kelp"),
        ("grows.</jats:p>", "grows."),
        ("<jats:title>Methods</jats:title><jats:p>We dived.</jats:p>", "Methods: We dived."),
        ("<jats:title>Why kelp?</jats:title><jats:p>It grows.</jats:p>", "Why kelp? It grows."),
        ('<jats:sec id="s1"><jats:title>Aim</jats:title> Kelp</jats:sec>', "Aim: Kelp"),
        ("&lt;p&gt;Kelp &amp;amp; crabs&lt;/p&gt;", "Kelp & crabs"),
        ("&amp;lt;i&amp;gt;Fucus&amp;lt;/i&amp;gt; beds", "Fucus beds"),
        ("<i>Fucus</i> <em class='x'>beds</em>", "Fucus beds"),
        ("CO<sub>2</sub>, H<inf>2</inf>O, kg/m<sup>2</sup>", "CO2, H2O, kg/m2"),
        ("10<sup>6</sup> cells, 10<SUP>-3</SUP>, <sup>13</sup>C", "10^6 cells, 10^-3, 13C"),
        ("Ca<sup>2+</sup> and n<sup>th</sup>", "Ca2+ and nth"),
        ("5&nbsp;%, caf&eacute;, &#946;-carotene, &#x3b2;", "5 %, café, β-carotene, β"),
        ("one<br/>two<hr>three", "one two three"),
        ("<ul><li>kelp</li><li>crab</li></ul>", "kelp crab"),
        ("kelp <!-- a note --> beds <![CDATA[here]]>", "kelp beds here"),
        ('see <ext-link xlink:href="http://x.org">there</ext-link>', "see there"),
        ("<AbstractText Label='AIM'>Kelp</AbstractText>", "Kelp"),
        ("<scp>DNA</scp> of kelp", "DNA of kelp"),
    ],
)
def test_markup_becomes_plain_text(text, plain):
    assert shown(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "We found p < 0.05 and x > 3.",
        "For a<b and c>d the bound n<i holds.",
        "Answers stand between <think> and </think>.",
        "The tokens <s>, <pad> and <|endoftext|> are kept.",
        "AT&T, R&D; Q&notation and M&M's; a&b",
        "If x <y> z, then < 5 % or > 10 %.",
        "It costs $5 and $6, or 7$.",
        "List<String> and vector<int>",
        "A tag <b> is not closed here.",
        "snake_case and $HOME",
        "2 < 3; 4 &unknownentity; 5",
    ],
)
def test_what_only_looks_like_markup_stays(text):
    assert plain_text(text) == text


@pytest.mark.parametrize("text", ["p &lt; 0.05 and x &gt; 3", "p &amp;lt; 0.05 and x &amp;gt; 3"])
def test_escaped_mathematics_survives(text):
    assert plain_text(text) == "p < 0.05 and x > 3"


@pytest.mark.parametrize(
    ("inner", "plain"),
    [
        ("<mi>x</mi><mo>=</mo><mn>3</mn>", "x = 3"),
        ("<msub><mi>SO</mi><mn>4</mn></msub>", "SO4"),
        ("<msub><mi>k</mi><mrow><mi>i</mi><mo>,</mo><mi>j</mi></mrow></msub>", "k_(i, j)"),
        ("<msup><mi>r</mi><mn>2</mn></msup>", "r^2"),
        ("<msup><mi>Na</mi><mo>+</mo></msup>", "Na+"),
        ("<msubsup><mi>a</mi><mn>1</mn><mn>2</mn></msubsup>", "a1^2"),
        ("<mfrac><mn>1</mn><mi>n</mi></mfrac>", "1/n"),
        ("<mfrac><mrow><mi>a</mi><mo>-</mo><mi>b</mi></mrow><mi>n</mi></mfrac>", "(a - b)/n"),
        ("<msqrt><mn>2</mn><mi>n</mi></msqrt>", "√2n"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "x^(1/3)"),
        ("<mover><mi>y</mi><mo>¯</mo></mover>", "y"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        ("<mi>p</mi><mo>&lt;</mo><mn>.05</mn>", "p < .05"),
        ("<mi>&alpha;</mi>", "α"),
        ("<semantics><mi>q</mi><annotation>\\hat q</annotation></semantics>", "q"),
        ("<mtext>broken <mi>q", "broken q"),
        ("", ""),
    ],
)
def test_mathml_is_readable(inner, plain):
    assert from_mathml(f"<math>{inner}</math>") == plain
    prefixed = inner.replace("</", "</mml:").replace("<m", "<mml:m").replace("<s", "<mml:s")
    prefixed = prefixed.replace("<ann", "<mml:ann")
    assert from_mathml(f"<mml:math {MML}>{prefixed}</mml:math>") == plain


def test_a_formula_in_both_notations_is_written_once():
    mathml = f"<mml:math {MML}><mml:mi>β</mml:mi></mml:math>"
    tex = r"<tex-math>\documentclass{minimal}\begin{document}$$\beta$$\end{document}</tex-math>"
    text = f"The <inline-formula><alternatives>{tex}{mathml}</alternatives></inline-formula>-decay."
    assert shown(text) == "The β -decay."
    assert shown(f"of <inline-formula>{tex}</inline-formula>.") == "of β."


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"Rank of $\mathrm{SU}(2)$ bundles", "Rank of SU(2) bundles"),
        (r"<tex-math>$\gamma_{2}$</tex-math> waves", "γ_2 waves"),
        (r"with $$\alpha $$ and $x^2$", "with α and x^2"),
        (r"with $\unknownmacro{x}$", r"with $\unknownmacro{x}$"),
    ],
)
def test_tex_is_readable(text, plain):
    assert shown(text) == plain


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Abstract: Kelp grows.", "Kelp grows."),
        ("ABSTRACT Kelp grows.", "Kelp grows."),
        ("Abstract 14 divers took part.", "14 divers took part."),
        ("Summary — Kelp grows.", "Kelp grows."),
        ("Zusammenfassung. Tang wächst.", "Tang wächst."),
        ("Résumé : Le varech pousse.", "Le varech pousse."),
        ("【摘要】海带生长。", "海带生长。"),
        ("摘要：海带生长。", "海带生长。"),
        ("Abstract Background: Kelp grows.", "Background: Kelp grows."),
        ("Abstract Data from 9 bays were pooled.", "Data from 9 bays were pooled."),
    ],
)
def test_a_leading_abstract_goes(text, left):
    assert without_opening(text, title="Kelp") == left


@pytest.mark.parametrize(
    "text",
    [
        "Abstract interpretation of kelp programs.",
        "Abstract Interpretation is a theory.",
        "Abstract Meaning Representation is a formalism.",
        "Abstract Data Types are old.",
        "Abstract State Machines run.",
        "Summary Statistics are published.",
        "Summary judgments are rare.",
        "Abstracts of a meeting.",
        "Abstract",
        "Abstract: ",
        "abstract We dived.",
        "",
    ],
)
def test_names_that_begin_so_stay(text):
    assert without_opening(text, title="Kelp") == text


def test_what_the_title_says_too_stays():
    text = "Abstract Paintings sell at night."
    assert without_opening(text, title="Who buys abstract paintings?") == text
    assert without_opening(text, title="Night markets") == "Paintings sell at night."


@given(st.text(alphabet="<>/&;ampltgi$\\^ _x2ΑbAbstract: ", max_size=80))
def test_cleaning_never_fails_and_has_an_end(text):
    assert isinstance(shown(text), str)
    assert isinstance(without_opening(text, title=""), str)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_cleaned(text):
    assert isinstance(shown(text), str)


@pytest.mark.timeout(120)  # in proportion to the square of the length it would take hours
@pytest.mark.parametrize(
    ("unit", "kept"),
    [
        ("<", "<"),
        ("<p ", "<p "),
        ("<math>", "<math>"),
        ("</math>", "</math>"),
        ("<tex-math>", ""),
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("<!--", "<!--"),
        ("$x_", "x_"),
        ("<sup>1", "1"),
        ("<i>a", "<i>a"),
    ],
)
def test_long_broken_markup_is_read_to_its_end(unit, kept):
    n = 500_000 // len(unit) * 2
    assert plain_text(unit * n) == kept * n


def test_deeply_nested_mathml_is_read():
    depth = 400
    assert from_mathml("<math>" + "<mrow>" * depth + "<mi>x</mi>" + "</mrow>" * depth + "</math>")


# through the readers


def test_a_file_is_read_without_markup(tmp_path):
    path = tmp_path / "kelp.csv"
    frame = pd.DataFrame(
        {
            "title": ["<i>Fucus</i> &amp; co", "Crabs &lt; 3 cm"],
            "abstract": [
                "<jats:title>Abstract</jats:title><jats:p>Kelp grows.</jats:p>",
                "&lt;p&gt;No abstract available&lt;/p&gt;",
            ],
        }
    )
    frame.to_csv(path, index=False)
    papers = read_snapshot([path], today=TODAY).papers.set_index("title")
    assert set(papers.index) == {"Fucus & co", "Crabs < 3 cm"}
    assert papers.loc["Fucus & co", "abstract"] == "Kelp grows."
    assert pd.isna(papers.loc["Crabs < 3 cm", "abstract"])


@pytest.mark.shared
def test_the_shared_case_is_plain(shared):
    papers = read_snapshot([shared / "cases" / "tags.csv"], today=TODAY).papers
    texts = [*papers["title"], *papers["abstract"]]
    assert len(papers) == 180
    assert not [text for text in texts if any(sign in text for sign in ("<", ">", ";", "$", "\\"))]
    assert not papers["abstract"].str.startswith("Abstract").any()
    for formula in ("R&D H2O 5 %", "α_i", "CO2"):
        assert papers["abstract"].str.contains(formula, regex=False).sum() == 30


@pytest.mark.shared
def test_openalex_is_plain(shared):
    papers = read_snapshot([shared / "cases" / "q_oa.json"], today=TODAY).papers
    assert sorted(papers["title"]) == ["Bread & butter", "RETRACTED: Jam"]
    assert sorted(papers["abstract"]) == ["Bread & butter and jam and jam", "Jam is sweet."]
