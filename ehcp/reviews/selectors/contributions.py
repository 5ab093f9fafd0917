"""Contributions as they are read: by their writers before sending, by the school afterwards, and never before."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone

from pupils.models import Document, Pupil
from sendco.links.models import Link
from sendco.typed import clean
from staff.acting import Acting
from staff.models import School, User
from staff.permissions import Permission

from ...models import AnnualReview, Contribution, ContributionFile, Invitee
from ...plans.selectors.versions import in_force
from ..questions import LONGEST, picked_code, questions_for, title_of, with_outcomes
from .invitees import PURPOSE, asks_to_talk_first, contribution_of, kind_of, others_of

if TYPE_CHECKING:
    from ..questions import Question

Role = Invitee.Role
FAMILY = (Role.PARENT, Role.CHILD)
MOST_OUTCOMES = 60  # more than any plan has: nobody is shown a part


def name_for(invitee: Invitee) -> str:
    """How the child is called on this person's pages: the first name for the family, the whole name for others, who
    have several of the same. Mails know initials alone; these pages open with the link, and the code where one goes."""
    pupil = invitee.review.pupil
    return pupil.forename if invitee.role in FAMILY else pupil.name


def outcomes_for(invitee: Invitee) -> list[tuple[int, str]]:
    """[(number, text)] of the outcomes that professionals and staff are asked about; nothing for the family."""
    if invitee.role in FAMILY:
        return []
    version = in_force(invitee.review.plan)
    return list(version.outcomes.order_by("number").values_list("number", "text")[:MOST_OUTCOMES]) if version else []


def questions_of(invitee: Invitee) -> "Sequence[Question]":
    """The questions of this person's pages. Staff say what they saw of each outcome, one question each."""
    kind = kind_of(invitee)
    questions = questions_for(kind, invitee.review.pupil.forename)
    return with_outcomes(questions, outcomes_for(invitee)) if kind == Contribution.Kind.STAFF else questions


def is_answered(contribution: Contribution, code: str) -> bool:
    return bool(contribution.answers.get(code) or contribution.answers.get(picked_code(code)))


# --- Pictures ----------------------------------------------------------------------------------------------------
def picked_words(question: "Question", codes: Iterable[str]) -> list[str]:
    """The words of the chosen pictures; one at most where only one may be chosen."""
    chosen = [word for code, _, word in question.picks if code in codes]
    return chosen if question.many else chosen[:1]


def picked_of(contribution: Contribution, question: "Question") -> list[str]:
    """The codes of the pictures chosen before."""
    chosen = contribution.answers.get(picked_code(question.code), "").split("; ")
    return [code for code, _, word in question.picks if word in chosen]


def too_long(words: str) -> str:
    length = len(clean(words))
    if length <= LONGEST:
        return ""
    return (
        f"This has {length:,} letters, and one answer holds {LONGEST:,}. The first {LONGEST:,} are saved, and all of "
        "it is still in the box. Make it shorter, or save the whole as a file and add that."
    )


# --- Pages of an outsider ----------------------------------------------------------------------------------------
def outside_page(invitee: Invitee) -> dict[str, Any]:
    review = invitee.review
    child = invitee.role == Role.CHILD
    name = name_for(invitee)
    return {
        "invitee": invitee,
        "review": review,
        "school": review.school,
        "school_name": review.school.name,
        "kind": kind_of(invitee),
        "child": child,
        "family": invitee.role in FAMILY,
        "about": "Your review" if child else f"{name}'s annual review",
        "name": invitee.review.pupil.forename,
        "organiser": review.organiser,
        "interpreter": bool(invitee.contact and invitee.contact.needs_interpreter),
        "late": bool(review.contribute_by and review.contribute_by < timezone.localdate()),
    }


def rows_to_check(invitee: Invitee, contribution: Contribution) -> "list[tuple[int, Question, str, str, list[str]]]":
    """[(number, question, picked words, words, texts of another phone)] of the last page."""
    return [
        (
            number,
            question,
            contribution.answers.get(picked_code(question.code), ""),
            contribution.answers.get(question.code, ""),
            others_of(contribution, question.code),
        )
        for number, question in enumerate(questions_of(invitee), 1)
    ]


# --- What was sent -----------------------------------------------------------------------------------------------
def sent_words(contribution: Contribution) -> list[tuple[str, str]]:
    """[(question, words)] in the order of the questions. Nothing while it is a draft: that is its writer's own."""
    if contribution.sent_at is None:
        return []
    return words_of(contribution)


def words_of(contribution: Contribution) -> list[tuple[str, str]]:
    name = contribution.invitee.review.pupil.forename
    kind, answers = contribution.kind, contribution.answers
    codes = [question.code for question in questions_for(kind, name)]
    codes += [code for code in answers if code not in codes and code.removesuffix("_picked") not in codes]
    titled = []
    for code in codes:
        parts = [answers.get(picked_code(code), ""), answers.get(code, "")]
        if text := "\n\n".join(part for part in parts if part):
            titled.append((title_of(code, kind, name), text))
    return titled


def may_be_shared(contribution: Contribution) -> bool:
    """Sent, and not held back by a child who asked to be spoken to first: what the pack and the meeting may show."""
    return contribution.sent_at is not None and not asks_to_talk_first(contribution)


KINDS: dict[str, Document.Kind] = {
    Contribution.Kind.PROFESSIONAL: Document.Kind.REPORT,
    Contribution.Kind.STAFF: Document.Kind.SCHOOL,
}


def facts_of_file(attached: ContributionFile) -> dict[str, Any]:
    """What a file that came with somebody's words would be called among the documents. It names no child."""
    row = attached.contribution
    invitee, day = row.invitee, timezone.localdate(row.sent_at)
    whose = "the child" if invitee.role == Role.CHILD else invitee.get_role_display().lower()
    return {
        "title": f"From {invitee.organisation or whose}, for the annual review"[:150],
        "kind": KINDS.get(row.kind, Document.Kind.OTHER),
        "dated_on": day,
        "author": "" if invitee.role == Role.CHILD else invitee.name,
    }


# --- The school's side -------------------------------------------------------------------------------------------
def trail(review: AnnualReview) -> list[dict[str, Any]]:
    """Each invitee with the mails, the newest way in and its openings, and how far the answer is; never its words.

    A constant number of queries.
    """
    people = list(
        review.invitees.filter(removed_on=None)
        .select_related("contact", "user", "contribution")
        .prefetch_related("mails")
    )
    now = timezone.now()
    newest = {}
    for link in Link.objects.filter(purpose=PURPOSE, subject_id__in=[person.pk for person in people]).order_by("pk"):
        newest[link.subject_id] = link
    rows = []
    for invitee in people:
        invitee.review = review
        link, row = newest.get(invitee.pk), getattr(invitee, "contribution", None)
        rows.append(
            {
                "invitee": invitee,
                "mails": list(invitee.mails.all()),
                "link": link,
                "link_open": bool(link and link.is_open(now)),
                "contribution": row,
                "begun": bool(row and row.saved_at and not row.sent_at),
                "sent": bool(row and row.sent_at),
                "talk_first": bool(row and asks_to_talk_first(row)),
            }
        )
    return rows


def asked_of(user: User, school: School) -> QuerySet[Invitee]:
    """The reviews for which this person was asked for a view of their own and has not given it, soonest first."""
    sent = Contribution.objects.exclude(sent_at=None).values("invitee")
    return (
        Invitee.objects.filter(user=user, review__school=school, review__closed_on=None, review__held_on=None)
        .filter(removed_on=None, role__in=(Role.STAFF, Role.HEAD))
        .exclude(asked_on=None)
        .exclude(pk__in=sent)
        .select_related("review__pupil", "review__school")
        .order_by("review__contribute_by", "review__meeting_on", "pk")
    )


def own_invitation(acting: Acting) -> QuerySet[Invitee]:
    """Where a signed-in person may say something of their own: only what was asked of them, in this school."""
    return Invitee.objects.filter(
        user=acting.user, review__school=acting.school, removed_on=None, asked_on__isnull=False
    ).select_related("review__pupil", "review__school", "review__plan", "user", "contact")


def questions_for_staff(invitee: Invitee, acting: Acting) -> "Sequence[Question]":
    """The questions with the outcomes of the plan, where this person may read the plan of this child."""
    questions = questions_for(kind_of(invitee), invitee.review.pupil.forename)
    sees = Pupil.objects.visible_to(acting).filter(pk=invitee.review.pupil_id).exists()
    version = in_force(invitee.review.plan) if sees and acting.can(Permission.PLAN_VIEW) else None
    if version is None or kind_of(invitee) != Contribution.Kind.STAFF:
        return questions
    outcomes = version.outcomes.order_by("number").values_list("number", "text")[:MOST_OUTCOMES]
    return with_outcomes(questions, list(outcomes))


def contribution_for(invitee: Invitee) -> Contribution:
    return contribution_of(invitee)
