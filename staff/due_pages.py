"""What pages need to know of the dates about adults: what is done about each and where."""

from sendco.due.pages import RulePages, Way, register_pages

PAGES = {
    "supervision.meeting": RulePages(action=Way("Open it", "staff:meeting-detail")),
    "supervision.action": RulePages(action=Way("Note it as done", "staff:action-done")),
    "training.expiry": RulePages(action=Way("See the certificate", "staff:certificate-detail")),
    "training.expiry_line": RulePages(action=Way("See the certificate", "staff:certificate-detail")),
    "training.follow_up": RulePages(action=Way("Say what changed", "staff:training-follow-up")),
    "post.probation": RulePages(action=Way("Open the post", "staff:post-edit")),
    "description": RulePages(action=Way("Look at it", "staff:description-open")),
    "reading": RulePages(action=Way("Read it", "staff:reading-open")),
    "senco": RulePages(action=Way("See the qualification", "staff:senco-detail")),
    "appraisal": RulePages(action=Way("Open the appraisal", "staff:appraisal-detail")),
    "appraisal.view": RulePages(action=Way("Write it", "staff:appraisal-view-answer")),
}


def register_due_pages():
    register_pages(PAGES)
