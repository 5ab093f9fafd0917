"""One consultation, one letter and one paper of a case, for the walk of every address as every role."""

from datetime import date

from ehcp.models import CaseLetter, Consultation, Correspondence, LocalAuthority, Plan
from sendco.files.services import store_bytes


def paper_things(school, user, pupil):
    """Made after the plan's own things: letters and papers are filed with that plan."""
    authority, _ = LocalAuthority.objects.get_or_create(school=school, name="Westmarch")
    plan = Plan.objects.get(pupil=pupil)
    about = {"school_id": school.pk, "by": user}
    stored = store_bytes(name="letter.txt", content=b"words", purpose="letter", pupil_id=pupil.pk, **about)
    letter = CaseLetter.objects.create(
        school=school, pupil=pupil, plan=plan, kind="la_vague_lines", recipient="Westmarch", subject="Lines",
        body="Words", made_by=user, file_id=stored.pk,
    )  # fmt: skip
    paper = Correspondence.objects.create(
        school=school, pupil=pupil, plan=plan, direction="in", party="Westmarch", dated_on=date(2026, 3, 2),
        subject="A letter", entered_by=user, file_id=stored.pk,
    )  # fmt: skip
    return {
        "case_letter": letter.pk,
        "case_paper": paper.pk,
        "case_papers": ("plan", plan.pk),
        "case_letter_new": ("plan", plan.pk, "la_vague_lines"),
    }


def consultation_things(school, user):
    authority, _ = LocalAuthority.objects.get_or_create(school=school, name="Westmarch")
    stored = store_bytes(name="plan.txt", content=b"words", purpose="consultation", school_id=school.pk, by=user)
    case = Consultation.objects.create(
        school=school, authority=authority, child_name="Robin Ashdown", received_on=date(2026, 3, 2),
        plan_file_id=stored.pk,
    )  # fmt: skip
    return {"consultation": case.pk}


ABOUT_A_PAPER = {"case_letter", "case_paper", "case_papers", "case_letter_new"}


def paper_routes(record, leads, head):
    """{route: (thing, roles)} of consultations, letters of cases and papers."""
    answer = ("detail", "edit", "file", "reply", "letter", "sent", "outcome", "close")
    return {
        "ehcp:consultation-list": ("none", leads),
        "ehcp:consultation-new": ("none", leads),
        **{f"ehcp:consultation-{name}": ("consultation", leads) for name in answer},
        "ehcp:consultation-approve": ("consultation", head),
        "ehcp:consultation-send-back": ("consultation", head),
        "ehcp:letter-new": ("case_letter_new", record),
        "ehcp:letter-detail": ("case_letter", record),
        "ehcp:letter-file": ("case_letter", record),
        "ehcp:letter-sent": ("case_letter", record),
        "ehcp:letter-templates": ("none", leads),
        "ehcp:letter-template-edit": ("case_letter_kind", leads),
        "ehcp:correspondence-new": ("case_papers", record),
        "ehcp:case-correct": ("case_papers", record),
        "ehcp:correspondence-file": ("case_paper", record),
        "ehcp:correspondence-remove": ("case_paper", record),
    }
