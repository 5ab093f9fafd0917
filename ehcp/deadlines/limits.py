"""The deadline where the law sets two limits."""

from dataclasses import replace

from sendco.clock import long_date


def earlier(*deadlines):
    """The earliest of the limits that are known, with the sum of each in its words; None when none is."""
    return _chosen(min, "earlier", deadlines)


def later(*deadlines):
    return _chosen(max, "later", deadlines)


def _chosen(pick, word, deadlines):
    known = [limit for limit in deadlines if limit is not None]
    if len(known) < 2:
        return known[0] if known else None
    chosen = pick(known, key=lambda limit: limit.due_on)
    steps = " ".join(dict.fromkeys(limit.steps for limit in known if limit.steps))
    check = " ".join(dict.fromkeys(limit.check for limit in known if limit.check))
    words = _words(chosen, word, known, steps, check)
    return replace(
        chosen,
        safe_on=min(chosen.safe_on, chosen.due_on),
        explanation=words,
        steps=steps,
        check=check,
        limits=tuple(known),
    )


def _words(chosen, word, known, steps, check):
    sums = "; ".join(
        f"{limit.rule.count.words} {limit.rule.trigger} on {long_date(limit.trigger_on)} is {long_date(limit.due_on)}"
        for limit in known
    )
    authorities = "; ".join(dict.fromkeys(limit.rule.authority for limit in known))
    text = f"{chosen.rule.title} due {long_date(chosen.due_on)}, the {word} of two limits: {sums}."
    text = " ".join(filter(None, (text, steps, f"{authorities}.")))
    return f"{text} Check: {check}" if check else text
