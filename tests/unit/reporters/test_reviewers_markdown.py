"""The plan for reviewers as Markdown: everybody with a reason, and nobody mentioned."""

from dataclasses import replace

from qgate.model.owners import OwnerRule, Place
from qgate.model.reviewers import Candidate, Fate, Owned, Plan
from qgate.reporters import reviewers_markdown
from tests.unit.reporters import reading
from tests.unit.reporters.test_reviewers import EMPTY, a_plan


def test_a_plan_says_who_is_asked_first_and_the_files_by_rule_folded() -> None:
    assert reviewers_markdown.plan(replace(a_plan(), suggestions=())) == (
        """\
#### Reviewers

Asked: `@lead`.

- ⚠️ 1 path matches no rule

| who | | why |
|---|---|---|
| `@lead` | asked | has to approve auth/; 1 file, 7 lines (`CODEOWNERS:4`, `R:12`) |
| `@docs` | there already | has reviewed |
| `@sec` | not asked | is the author; 2 files, 1 line |

- approval of `@lead` and 2 of `@sec` `@ops` for `auth/` (`R:12`)
- approval of 1 of `@text` for `docs/`, which is not waited for (`R:13`)

- told: `@told` (`R:20`, `R:21`)

<details><summary>3 files by rule</summary>

| rule | files |
|---|---|
| `docs/` `@docs` `@lead` (`CODEOWNERS:4`) | `docs/a` |
| `gen/` nobody, on purpose (`R:9`) | `gen/b` |
| no rule matches | `c` |

</details>

<sub>Rules: `R at 0123`</sub>
"""
    )


def test_a_plan_for_nothing_says_so() -> None:
    text = reviewers_markdown.plan(EMPTY)
    assert text == "#### Reviewers\n\nNobody is asked.\n\nNothing changed.\n"


def test_a_recent_author_is_suggested() -> None:
    assert "- Some One wrote 1 touched line, 2025-01-31\n" in reviewers_markdown.plan(a_plan())


def test_a_large_plan_keeps_to_its_budget_and_counts_the_rest() -> None:
    people = tuple(
        Candidate(owner=f"@p{n}", fate=Fate.ASKED, reason="owns " + "|" * 90) for n in range(900)
    )
    files = tuple(
        Owned(path=f"{n}/" + "x" * 200, rule=OwnerRule(f"{n % 700}/", ("@a",), Place("R", n)))
        for n in range(3_000)
    )
    made = Plan(files=files, candidates=people, source="R")
    text = reviewers_markdown.plan(made)
    assert len(text.encode()) <= reviewers_markdown.MOST_BYTES
    assert "Asked: `@p0`," in text
    assert "`@p9` and 890 more.\n" in text
    shown = text.count("| asked |")
    assert f"\n| and {900 - shown} more | | |\n" in text
    page = reading.markdown(text)
    assert page.tags.count("details") == page.tags.count("/details")
