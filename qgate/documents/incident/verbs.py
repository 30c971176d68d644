"""What people do with an incident: which state allows it, and what it writes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from qgate.documents.incident import editing, times
from qgate.documents.incident.record import Incident, State
from qgate.documents.incident.times import Moment
from qgate.documents.incident.wording import one_line
from qgate.documents.rendering import quoted
from qgate.errors import UsageError


class Verb(StrEnum):
    """The words of `qgate incident`."""

    ACK = "ack"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"
    CLOSE = "close"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done: `at` None where nobody said when, `now` is UTC.

    `audience` is whom a note went to; with `is_false_alarm` the incident was none.
    """

    verb: Verb
    now: datetime
    at: datetime | None = None
    is_estimated: bool = False
    by: str = ""
    text: str = ""
    evidence: str = ""
    audience: str = ""
    is_false_alarm: bool = False

    @property
    def time(self) -> datetime:
        """When it was."""
        return self.at or self.now


# From which state to which, and what is stamped.
_STEPS: Final = {
    Verb.ACK: (State.DECLARED, State.MITIGATING, Moment.ACKNOWLEDGED),
    Verb.MITIGATE: (State.MITIGATING, State.MITIGATED, Moment.MITIGATED),
    Verb.RESOLVE: (State.MITIGATED, State.RESOLVED, Moment.RESOLVED),
    Verb.CLOSE: (State.RESOLVED, State.CLOSED, None),
}
_ORDER: Final = (State.DECLARED, State.MITIGATING, State.MITIGATED, State.RESOLVED, State.CLOSED)
_OVER: Final = frozenset({State.RESOLVED, State.CLOSED, State.FALSE_ALARM})


def done(text: str, path: str, step: Step) -> str:
    """The text of an incident after a step. Raises `UsageError` with the reason against it."""
    incident = Incident(editing.document(text, path))
    if incident.state is None:
        hint = f"expected {', '.join(State)}"
        raise UsageError(f"{incident.id} has no state that is known", hint=hint)
    if step.time > step.now:
        raise UsageError(f"{times.written(step.time)} is to come", hint="mend --at")
    if step.verb is Verb.NOTE:
        after = _noted(text, path, incident, step)
    elif step.is_false_alarm:
        after = _no_incident(text, path, incident, step)
    else:
        after = _stamped(text, path, incident, step)
    return editing.with_field(after, path, "updated", f"{step.now.astimezone(UTC):%Y-%m-%d}")


def _stamped(text: str, path: str, incident: Incident, step: Step) -> str:
    needed, state, moment = _STEPS[step.verb]
    if incident.state is not needed:
        raise _wrong_state(incident, step.verb, needed, state, moment)
    if moment is None and (step.text or step.at or step.by or step.evidence):
        hint = "--false-alarm takes a text; `qgate incident note` adds a row"
        raise UsageError("closing writes no time and no row", hint=hint)
    text = editing.with_field(text, path, "status", state)
    if moment is None:
        return text
    _refuse_early(incident, moment, step)
    text = editing.with_field(text, path, moment, times.written(step.time))
    if step.is_estimated and moment not in incident.estimated:
        text = editing.with_word(text, path, "estimated", moment)
    name = one_line(step.by)
    if step.verb is Verb.ACK and name and not incident.document.value("commander"):
        text = editing.with_field(text, path, "commander", quoted(name))
    event = moment.capitalize() + f" by {name}" * bool(name)
    event += " (estimated)" * step.is_estimated
    event += f": {step.text}" * bool(step.text)
    return editing.with_event(text, path, step.time, event, step.evidence)


def _no_incident(text: str, path: str, incident: Incident, step: Step) -> str:
    if incident.state in _OVER:
        raise UsageError(f"{incident.id} is {incident.state}", hint="it cannot be a false alarm")
    if not step.text:
        raise UsageError("a false alarm needs a reason", hint="say it as the last argument")
    text = editing.with_field(text, path, "status", State.FALSE_ALARM)
    event = f"False alarm: {step.text}"
    return editing.with_event(text, path, step.time, event, step.evidence)


def _noted(text: str, path: str, incident: Incident, step: Step) -> str:
    if not step.text:
        raise UsageError("there is nothing to note", hint="say it as the last argument")
    end = incident.times.get(Moment.RESOLVED)
    if end is not None and step.time > end:
        hint = "give --at for what happened before; what came after belongs into the post-mortem"
        raise UsageError(f"{incident.id} was resolved at {times.written(end)}", hint=hint)
    event = step.text + f" ({one_line(step.by)})" * bool(step.by)
    event += " (estimated)" * step.is_estimated
    if step.audience and step.evidence:
        hint = "leave out --evidence, or --to"
        raise UsageError("the table of communications has no evidence", hint=hint)
    if step.audience:
        cells = {"time": times.written(step.time), "audience": step.audience, "message": event}
        return editing.with_row(text, path, "Communications", cells, step.time)
    return editing.with_event(text, path, step.time, event, step.evidence)


def _refuse_early(incident: Incident, moment: Moment, step: Step) -> None:
    """A time is not stamped twice, and none comes before another that should be earlier."""
    if written := incident.document.value(moment):
        hint = "mend its status, or the time, by hand"
        raise UsageError(f"{incident.id} was {moment} at {written} already", hint=hint)
    for other, time in incident.times.items():
        if time > step.time:
            hint = "mend --at" if step.at else "mend the time that stands there"
            message = f"{times.written(step.time)} is before it was {other} ({times.written(time)})"
            raise UsageError(message, hint=hint)


def _wrong_state(
    incident: Incident, verb: Verb, needed: State, state: State, moment: Moment | None
) -> UsageError:
    """Why a verb does not go with the state that the incident is in."""
    now = incident.state
    if now is State.FALSE_ALARM:
        return UsageError(f"{incident.id} was a false alarm", hint="declare a new incident")
    if now is not None and _ORDER.index(now) >= _ORDER.index(state):
        when = incident.document.value(moment) if moment else ""
        past = f"was {moment} at {when}" if when else f"is {now}"
        return UsageError(f"{incident.id} {past} already", hint=f"nothing is left to {verb}")
    before = next(each for each, step in _STEPS.items() if step[1] is needed)
    hint = f"first: qgate incident {before} {incident.id}"
    return UsageError(f"{incident.id} is {now}, not {needed}", hint=hint)
