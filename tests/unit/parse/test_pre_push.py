"""What git writes to a pre-push hook."""

import pytest

from qgate.errors import UsageError
from qgate.parse.pre_push import Update, parse

A, B, NONE = "a" * 40, "b" * 40, "0" * 40


def test_no_line_is_nothing_to_push() -> None:
    assert parse("") == ()


def test_each_line_is_one_reference_in_order() -> None:
    text = (
        f"refs/heads/x {A} refs/heads/y {B}\n(delete) {NONE} refs/heads/z {B}\n"
        f"refs/tags/v1 {B} refs/tags/v1 {NONE}\n"
    )

    assert parse(text) == (
        Update("refs/heads/x", A, "refs/heads/y"),
        Update("(delete)", NONE, "refs/heads/z"),
        Update("refs/tags/v1", B, "refs/tags/v1"),
    )


def test_only_a_local_id_of_zeros_is_a_deletion() -> None:
    new, gone = parse(f"refs/heads/x {A} refs/heads/x {NONE}\n(delete) {NONE} refs/heads/z {B}\n")

    assert (new.is_deletion, gone.is_deletion) == (False, True)


def test_what_was_pushed_may_have_been_named_with_spaces() -> None:
    (update,) = parse(f"HEAD^{{/mend it}} {A} refs/heads/x {B}\n")

    assert update == Update("HEAD^{/mend it}", A, "refs/heads/x")


def test_ids_of_the_longer_hash_are_ids() -> None:
    (update,) = parse(f"refs/heads/x {'c' * 64} refs/heads/x {'0' * 64}\n")

    assert update.local_id == "c" * 64


@pytest.mark.parametrize(
    "text",
    [
        "\n",
        f"refs/heads/x {A} refs/heads/y\n",
        f"refs/heads/x {A} refs/heads/y {B} more\n",
        f"refs/heads/x {A[1:]} refs/heads/y {B}\n",
        f"refs/heads/x HEAD refs/heads/y {B}\n",
        f"refs/heads/x {A.upper()} refs/heads/y {B}\n",
        f"refs/heads/x {A} refs/heads/y {B}\n\nrefs/heads/x {A} refs/heads/y {B}\n",
    ],
)
def test_anything_else_is_refused_and_never_taken_for_nothing(text: str) -> None:
    with pytest.raises(UsageError, match="standard input is not what git gives"):
        parse(text)
