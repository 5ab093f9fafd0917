"""What pages need to know of the school's own rules about pupils: what is done about their dates and where."""

from sendco.due.pages import RulePages, Takes, Way, register_pages

from . import next_steps

PAGES = {
    "concern.first_look": RulePages(action=Way("Look at it", "pupils:concern-detail")),
    "concern.look_again": RulePages(action=Way("Look again", "pupils:concern-detail")),
    "concern.view": RulePages(
        action=Way("Give your view", "pupils:concern-view-answer"),
        for_others=Way("See the pupil", "pupil-detail", (Takes.PUPIL,)),
    ),
    "watch.look_again": RulePages(action=Way("Look again", "pupils:watch-look-again")),
    "support.review": RulePages(steps=next_steps.of_support_plans),
    "support.at_least": RulePages(steps=next_steps.of_support_plans),
    "target.review": RulePages(steps=next_steps.of_targets),
    "window.write": RulePages(action=Way("Write the reviews", "pupils:window-class")),
    "meeting.hold": RulePages(action=Way("Open the meeting", "pupils:meeting-detail")),
    "meeting.action": RulePages(action=Way("Say what came of it", "pupils:meeting-action-settle")),
    "referral.send": RulePages(action=Way("Send the referral", "pupils:referral-detail")),
    "referral.ask": RulePages(action=Way("Seen, or still waiting", "pupils:referral-seen")),
    "referral.report": RulePages(action=Way("Note the report", "pupils:referral-report")),
    "referral.advice": RulePages(action=Way("Decide on the advice", "pupils:referral-detail")),
    "referral.consent": RulePages(action=Way("Decide", "pupils:referral-detail")),
    "outside.answer": RulePages(action=Way("See whether it came", "pupils:outside-detail")),
    "outside.read": RulePages(action=Way("Read it", "pupils:outside-detail")),
    "handover.send": RulePages(action=Way("Look at it and send it", "pupils:handover-detail")),
    "handover.receive": RulePages(action=Way("Open the pack", "pupils:handover-detail")),
    "question.answer": RulePages(action=Way("Answer", "pupils:question-detail")),
    "challenge.reply": RulePages(action=Way("See whether it came", "pupils:challenge-detail")),
    "profile.read": RulePages(action=Way("Read it", "pupils:profile", (Takes.PUPIL,))),
    "equipment.check": RulePages(action=Way("Note the check", "pupils:equipment-check-done")),
    "support.tell_parent": RulePages(
        action=Way("Write the letter", "pupils:letter-new"), steps=next_steps.of_telling_parents
    ),
}


def register_due_pages():
    register_pages(PAGES)
