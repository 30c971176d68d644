"""What can be mended in decision records without anybody's judgement."""

from collections.abc import Iterable, Mapping

from qgate.documents.adr import dates, editing, index
from qgate.documents.adr.record import Record, State
from qgate.documents.adr.relations import INVERSES, SUPERSEDED_BY
from qgate.engine import adr_changes
from qgate.engine.adr import Place, Shelf, may_become, shelf_from
from qgate.errors import UsageError
from qgate.system.git import Repository


def young(repo: Repository) -> frozenset[str]:
    """Files that no commit has yet: untracked, or added to the index."""
    head = repo.commit("HEAD")
    committed = repo.tree_entries(head) if head else {}
    return frozenset(path for path in (*repo.tracked(), *repo.untracked()) if path not in committed)


def fixed(known: Shelf, at: Place, new: frozenset[str]) -> Mapping[str, str | None]:
    """The texts of all that changes: numbers, days, inverse links, the index.

    `new` are the files that may get another number.
    """
    after: dict[str, str | None] = {}
    now = known
    for step in (
        lambda shelf: _numbers(shelf, new),
        _days,
        _inverses,
        lambda shelf: _indexes(shelf, at),
    ):
        now = _stepped(now, step(now), after)
    return after


def _stepped(
    known: Shelf, changed: Mapping[str, str | None], after: dict[str, str | None]
) -> Shelf:
    after.update(changed)
    if not changed:
        return known
    texts = {**known.texts, **changed}
    kept = {path: text for path, text in texts.items() if text is not None}
    return shelf_from(kept, {path: each for path, each in known.broken.items() if path not in kept})


def _numbers(known: Shelf, new: frozenset[str]) -> Mapping[str, str | None]:
    """Every new record whose number an older one has gets the next."""
    after: dict[str, str | None] = {}
    now = known
    while True:
        found = _doubled(now.index.records, new)
        if found is None:
            return after
        changed = adr_changes.renumbered(now, found.stem, None)
        new |= {path for path, text in changed.items() if text is not None}
        now = _stepped(now, changed, after)


def _doubled(records: Iterable[Record], new: frozenset[str]) -> Record | None:
    seen: dict[tuple[str, int], list[Record]] = {}
    for record in records:
        if record.number is not None:
            folder = record.path.rpartition("/")[0]
            seen.setdefault((folder, record.number), []).append(record)
    for same in seen.values():
        movable = [record for record in same if record.path in new]
        # Of several that are all new the first by name keeps it.
        if len(same) > 1 and movable:
            return movable[-1]
    return None


def _days(known: Shelf) -> Mapping[str, str | None]:
    after: dict[str, str | None] = {}
    for record in known.index.records:
        iso = dates.iso(record.date.text) if record.date else None
        if iso is not None and record.date and iso != record.date.text:
            after[record.path] = editing.with_date(record, known.text(record), iso)
    return after


def _inverses(known: Shelf) -> Mapping[str, str | None]:
    """The other end of every relation whose words are known."""
    after: dict[str, str | None] = {}
    now = known
    for path in [record.path for record in known.index.records]:
        record = now.index.at(path)
        for relation, other in list(now.index.related(record)) if record else ():
            wanted = INVERSES.get(relation.verb)
            here, there = now.index.at(path), now.index.at(other.path)
            if wanted is None or here is None or there is None:
                continue
            back = [each.verb for each, to in now.index.related(there) if to is here]
            if wanted not in back:
                now = _stepped(now, _other_end(now, there, wanted, here), after)
    return after


def _other_end(known: Shelf, record: Record, verb: str, to: Record) -> Mapping[str, str | None]:
    text = known.text(record)
    if verb != SUPERSEDED_BY:
        return {record.path: editing.with_relation(record, text, verb.capitalize(), to)}
    if to.state not in {State.ACCEPTED, State.DEPRECATED, State.SUPERSEDED}:
        # It is not decided yet, so nothing is superseded by it.
        return {}
    try:
        may_become(record, State.SUPERSEDED)
    except UsageError:
        return {}
    return {record.path: editing.with_state(record, text, State.SUPERSEDED, to)}


def _indexes(known: Shelf, at: Place) -> Mapping[str, str | None]:
    """Pages that have the marks of `qgate adr toc --write`."""
    after: dict[str, str | None] = {}
    for path, text in known.texts.items():
        folder = path.rpartition("/")[0]
        if folder == at.folder and index.BEGIN in text and known.index.at(path) is None:
            made = index.with_toc(text, index.toc(known.index.records, at.folder))
            if made != text:
                after[path] = made
    return after
