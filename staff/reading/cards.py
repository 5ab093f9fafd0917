"""What a school begins with: duty cards of one screen each, and the log of changes of the law.

Own words. What the Code asks for is said as "should" or "must" as it does; a proposal is called a proposal. Each
school changes, adds and puts away.
"""

from datetime import date
from typing import Any

CODE = "SEND Code of Practice 2015"


def _card(title: str, groups: list[str], text: str, source: str) -> dict[str, Any]:
    return {"kind": "duty", "title": title, "groups": groups, "text": text, "source": source}


def _law(title: str, stage: str, applies_from: date | None, text: str, we_do: str, source: str) -> dict[str, Any]:
    return {
        "kind": "law",
        "title": title,
        "stage": stage,
        "applies_from": applies_from,
        "text": text,
        "what_we_do": we_do,
        "source": source,
    }


FIRST: tuple[dict[str, Any], ...] = (
    _card(
        "What the Code asks of a class or subject teacher",
        ["teacher", "leader"],
        "You stay responsible for the progress of every pupil you teach, also when somebody else delivers the "
        "support.\n\n"
        "You should, with the SENCo:\n"
        "- assess: what does the pupil know, what gets in the way, what do the parents and the pupil say?\n"
        "- plan: which outcome, which support, who does what, by when is it reviewed? Tell the parents.\n"
        "- do: work with the pupil daily, and with whoever helps, so that support and lessons belong together.\n"
        "- review: has it worked? What changes now?\n\n"
        "Parents of pupils with SEN Support should be met at least three times a year, by a teacher who knows the "
        "pupil well.\n\n"
        "If you are worried about a pupil who has no support, raise a concern: it takes a minute.",
        f"{CODE}, 6.44 to 6.56 and 6.65",
    ),
    _card(
        "What is asked of a teaching assistant",
        ["support"],
        "You help pupils to think and to do things by themselves. Wait before you help; give the least help first.\n\n"
        "Before a lesson, know what the pupil is to learn and what you are to watch. If nobody has told you, ask: the "
        "teacher plans, and stays responsible.\n\n"
        "Read each pupil's one-page profile and plan before you work with them.\n\n"
        "Note what you saw in the lesson on the same day. A note of one line is worth more than a long "
        "one next week.\n\n"
        "If a pupil tells you something that worries you, tell the designated safeguarding lead at once.",
        f"{CODE}, chapter 6 (the graduated approach)",
    ),
    _card(
        "What is asked of the office",
        ["admin"],
        "Letters about an EHC plan, a needs assessment or a consultation carry a time limit that has begun. Put them "
        "into sendco on the day they come, with the day of receipt.\n\n"
        "The school census asks for the SEN status of every pupil on census day: N, K or E. E stands only where an EHC "
        "plan has been issued.\n\n"
        "Never give a pupil's address or school to a caller before the SENCo or the safeguarding lead has said so.",
        "SEND Regulations 2014; school census guide",
    ),
    _card(
        "What is asked of leaders",
        ["leader"],
        "The school must use its best endeavours to secure the special educational provision that a pupil's needs call "
        "for.\n\n"
        "It must tell the parents when it begins to make special educational provision for a pupil without an EHC "
        "plan.\n\n"
        "The SENCo should have the time and standing to do the work.\n\n"
        "Provision in Section F of an EHC plan is secured by the local authority; the school that is named in it "
        "delivers. Tell the local authority in writing what cannot be delivered.",
        "Children and Families Act 2014, ss 42, 66 to 68",
    ),
    _law(
        "NPQ for SENCOs in place of NASENCO",
        "in_force",
        date(2024, 9, 1),
        "Whoever begins the qualification on or after 1 September 2024 takes the NPQ for SENCOs. A NASENCO begun "
        "before counts if it is completed before 1 September 2027. Who holds NASENCO needs no NPQ.",
        "Enter the SENCo's course under SENCo and qualification: the date follows.",
        "SI 2024/535, amending the SEND Regulations 2014, reg 49",
    ),
    _law(
        "Recording and reporting of the use of force",
        "in_force",
        date(2026, 4, 1),
        "Significant uses of force and restraint are recorded and reported to parents. Check the guidance for the "
        "details before you change a form.",
        "",
        "Secondary source; check the regulations",
    ),
    _law(
        "Children's Wellbeing and Schools Act 2026",
        "act",
        date(2026, 4, 29),
        "Royal Assent on 29 April 2026. Among others: the local authority's consent before a child leaves a special "
        "school for education at home (s37), registers of children not in school (s38), allergy safety (s34), sharing "
        "of information.\n\n"
        "Sections 5, 22, 31, 36, 51, 55, 56 and 58 to 61 began two months later. The rest begins when regulations say "
        "so; check before you rely on one. It changes nothing about EHC plans and holds no Individual Support Plan.",
        "",
        "Children's Wellbeing and Schools Act 2026, c. 21, s78",
    ),
    _law(
        "White paper: Every Child Achieving and Thriving",
        "proposal",
        date(2026, 2, 23),
        "Proposed, among others: an Individual Support Plan for every child with SEND, reviewed at least yearly; "
        "layers of support; national inclusion standards; a national template for EHC plans. The consultation closed "
        "on 18 May 2026.\n\n"
        "None of it is law. The Children and Families Act 2014, the Regulations of 2014 and the Code of 2015 hold "
        "unchanged.",
        "Nothing changes in how we write plans and keep dates.",
        "White paper of 23 February 2026",
    ),
    _law(
        "Education for All Bill",
        "proposal",
        date(2026, 5, 13),
        "Announced in the King's Speech of 13 May 2026 to carry the SEND reform. A Bill is not law, and its text is "
        "still to be seen. A new system is spoken of for about 2029, with plans looked at again when a pupil moves to "
        "the next phase. Check each term.",
        "",
        "King's Speech, 13 May 2026",
    ),
)
