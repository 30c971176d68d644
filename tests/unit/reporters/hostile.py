"""Texts that strangers write, and reports and plans with one in every field."""

from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from qgate.model.changes import Endpoint, Side
from qgate.model.owners import OwnerRule, Place, Requirement
from qgate.model.report import Finding, GateResult, LeftOut, Level, Outcome, Report, Standing
from qgate.model.reviewers import Candidate, Fate, Owned, Plan, Suggestion

ATTACKS: Final = (
    # Mentions, references, addresses.
    "@octocat", "@org/team", "x@y.example", "a@octocat", "(@octocat)", "#1", "GH-1", "octo/cat#2",
    "octo/cat@0123456789abcdef", "0123456789abcdef0123456789abcdef01234567", "deadbeef",
    "https://evil.example/x", "http://e", "www.evil.example", "ftp://evil.example",
    "mailto:a@b.example", "xmpp:a@b.example", "//evil.example", ":tada:", "$x^2$", "$$x$$", "$`x`$",
    # HTML.
    "<img src=x onerror=alert(1)>", "<!-- hidden", "-->", "</details>", "</summary>", "<details>",
    "</td></tr></table>", "<script>alert(1)</script>", "&lt;b&gt;", "&#64;octocat", "&commat;x",
    "<https://evil.example>", "<a href='x'>", "<!-- qgate:comment/1 -->", "]]>", "<![CDATA[",
    # Markdown.
    "`", "``", "```", "```sh\nrm\n```", "~~~", "~~gone~~", "**bold**", "_it_", "# head", "- item",
    "1. one", "1) one", "> quote", "> [!NOTE]", "===", "---", "- [ ] task", "[a](b)", "![a](b)",
    "[a]: b", "[^1]", "|", "\\|", "\\", "\\\\|", "`a|b`", "`\\|`", "a | b", "|-|-|", "    code",
    "\\`", "`` ` ``", "`a``b`", "<br>", "* * *", "+ item", "a\\\nb",
    # Workflow commands.
    "::error::x", "::set-output name=a::b", " ::add-mask::x", "##[error]x", "%0A::error::x",
    "::stop-commands::x", "\n::error::x", "\r::error::x", "x,y:z", "title=a::b", "%25", "%",
    # Terminals, directions, line ends, what is no text.
    "\x1b[31mred", "\x1b]0;t\x07", "\u202egnp.exe", "\u2066x", "\u200b", "\ufeff", "\x00", "\x7f",
    "\x85", "\u2028", "\u2029", "\x0b\x0c", "\ud800", "\udcff", "\udc80\udc81", "\uffff", "\ufffe",
    "\n", "\n\n", "\r\n", "\t", "\U0001f600", "é", "{0}", "${{ github.token }}", "../../x", "/x",
)  # fmt: skip

TEXTS: Final = st.lists(
    st.sampled_from(ATTACKS) | st.text(st.characters(exclude_categories=()), max_size=4),
    min_size=1,
    max_size=6,
).map("".join)


def finding(text: str, **more: object) -> Finding:
    """One with the text in each field."""
    return Finding(
        rule=f"lint/{text}",
        message=text,
        path=text,
        source=text,
        **{"line": 3, "end_line": 5, **more},  # type: ignore[arg-type]  # by name
    )


def a_report(text: str) -> Report:
    """Every outcome, level and standing, with the text wherever a text is."""
    found = (
        finding(text, blocking=True),
        finding(text, level=Level.WARNING, column=2, end_line=3),
        finding(text, level=Level.NOTE, standing=Standing.WAIVED, line=0, end_line=0),
        finding(text, level=Level.NOTE, standing=Standing.EXISTING, line=0, end_line=0),
        replace(finding(text, line=0, end_line=0), path=""),
    )
    gates = tuple(
        GateResult(
            name=f"{outcome}{text}",
            outcome=outcome,
            reason=text,
            summary=text,
            hint=text,
            metrics={text: text, "list": (text,)},
            findings=found if outcome is Outcome.FAILED else found[1:],
            left_out=(LeftOut(path=text, rule=text),),
            evidence=(text,),
        )
        for outcome in Outcome
    )
    return Report(
        base=Endpoint(sha="a" * 40, found=text),
        head=Endpoint(sha="b" * 40, found=text, side=Side.WORKTREE),
        gates=gates,
        notices=(finding(text, level=Level.WARNING), replace(finding(text), path="", line=0)),
        notes=(text,),
    )


def a_plan(text: str) -> Plan:
    """A plan with one of everything, and the text wherever a text is."""
    place = Place(text, 4, 3)
    rule = OwnerRule(text, (text, f"@{text}"), place)
    need = Requirement(
        pattern=text, any_of=(text, text), all_of=(text,), except_=(text,), place=place
    )
    soft = replace(need, block=False)
    return Plan(
        files=(
            Owned(path=text, rule=rule, overridden=(rule,), require=(need,), notify=(rule,)),
            Owned(path=text, rule=OwnerRule(f"b{text}", (), place)),
            Owned(path=text),
        ),
        candidates=tuple(
            Candidate(owner=text, fate=fate, reason=text, rules=(place,), files=1, lines=2)
            for fate in Fate
        ),
        requirements=(need, soft),
        notify=((text, (place,)),),
        suggestions=(Suggestion(name=text, lines=1, last=text),),
        notices=(text,),
        source=text,
    )
