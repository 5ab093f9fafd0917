from typing import Any

from sendco.richtext import plain_text

from ...models import PlanOutcome, PlanVersion, ProvisionLine, SectionLetter
from ..compare import SAME, compare_texts, pair_rows


def compare_versions(old: PlanVersion, new: PlanVersion) -> dict[str, Any]:
    """Compare every section, outcome and line of two versions. Six queries."""
    sections = []
    before, after = ({section.letter: section for section in version.sections.all()} for version in (old, new))
    for letter, label in SectionLetter.choices:
        texts = [plain_text(by_letter[letter].html) if letter in by_letter else "" for by_letter in (before, after)]
        sections.append(compare_texts(f"Section {letter}: {label}", *texts))
    outcomes = pair_rows(old.outcomes.all(), new.outcomes.all(), lambda row: f"Outcome {row.number}", outcome_words)
    lines = pair_rows(old.lines.all(), new.lines.all(), lambda row: f"Line {row.section}{row.number}", line_words)
    return {
        "sections": [section for section in sections if section.old or section.new],
        "outcomes": outcomes,
        "lines": lines,
        "changes": sum(compared.state != SAME for compared in (*sections, *outcomes, *lines)),
    }


def outcome_words(outcome: PlanOutcome) -> str:
    by_when = f" ({outcome.by_when})" if outcome.by_when else ""
    return outcome.text + by_when


def line_words(line: ProvisionLine) -> str:
    """The words of a line with its amounts after them, so that a change of an amount shows."""
    amounts = amount_words(line)
    return f"{line.text} [{amounts}]" if amounts else line.text


def amount_words(line: ProvisionLine) -> str:
    """What the columns of a line say: 20 minutes, 3 times a week, Trained assistant, alone."""
    parts = []
    if line.minutes:
        hours, minutes = divmod(line.minutes, 60)
        said = [f"{hours} hour{'' if hours == 1 else 's'}"] if hours else []
        said += [f"{minutes} minutes"] if minutes else []
        parts.append(" ".join(said))
    if line.times and line.per:
        times = "once" if line.times == 1 else "twice" if line.times == 2 else f"{line.times} times"
        parts.append(f"{times} {line.get_per_display()}")
    if line.who:
        parts.append(line.who)
    if line.group_size:
        parts.append("alone" if line.group_size == 1 else f"in a group of {line.group_size}")
    return ", ".join(parts)
