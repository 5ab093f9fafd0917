"""Posts, patterns, pay and lines: what is kept, what is refused, and who decides."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from sendco.audit.models import Event
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import Absence, ExtraTime, FormulaRate, LineManagement, PayRate, Post, StaffMember, WorkPattern
from staff.posts import selectors, services
from staff.posts.refusals import PostReason
from staff.posts.selectors import WorkDay, working_times
from tests.factories import UserFactory

from .adults import BEGAN, MONDAY, adult

pytestmark = pytest.mark.postgresql("constraints and locks")

POST = {
    "title": "Midday supervisor",
    "staff_group": "support",
    "grade": "",
    "unit": None,
    "hours_a_week": Decimal(5),
    "weeks_a_year": Decimal(38),
    "works_inset": False,
    "extra_hours": Decimal(0),
    "starts_on": BEGAN,
    "ends_on": None,
    "probation_ends_on": None,
}


def refused(reason, call, /, **values):
    with pytest.raises(Refused) as info:
        call(**values)
    assert info.value.reason is reason
    assert str(info.value)
    return info.value


# --- The staff list ---
def test_colleagues_are_put_on_the_list_once(school, head):
    users = [UserFactory(name="One Adult"), UserFactory(name="Two Adult")]
    services.add_members(school=school, users=users, by=head)

    added = services.add_members(school=school, users=users, name="Bought In", bought_in_from="Agency", by=head)

    assert [row.name for row in added] == ["Bought In"]
    assert StaffMember.objects.filter(school=school).count() == 3


def test_one_account_belongs_to_one_record_of_a_school(school, head):
    first, second = adult(school, user=UserFactory()), adult(school, "Other")
    values = {"name": "Other", "user": first.user, "bought_in_from": ""}

    refused(PostReason.ALREADY_STAFF, services.save_member, member=second, values=values, version=1, by=head)


def change_account(member, user, by):
    member.refresh_from_db()
    values = {"name": member.name, "user": user, "bought_in_from": ""}
    return services.save_member(member=member, values=values, version=member.version, by=by)


def test_nobody_reads_a_colleagues_things_by_putting_their_account_there(school, head, senco):
    member = adult(school, user=UserFactory())
    other = adult(school, "No account")

    for record in (member, other):
        refused(PostReason.OWN_ACCOUNT, change_account, member=record, user=senco, by=senco)
    Absence.objects.create(member=member, starts_on=MONDAY)
    refused(PostReason.ACCOUNT_STAYS, change_account, member=member, user=UserFactory(), by=head)
    assert change_account(other, UserFactory(name="Theirs"), head).user.name == "Theirs"


def test_a_post_entered_by_mistake_is_removed_and_one_with_money_is_not(school, head):
    member = adult(school)
    post = member.posts.get()
    row, values = rate(post)
    saved = services.save_rate(rate=row, values=values, version=1, by=head)
    refused(PostReason.POST_IN_USE, services.remove_post, post=post, by=head)
    services.remove_rate(rate=saved, by=head)

    services.remove_post(post=post, by=head)

    assert not member.posts.exists()


# --- Posts ---
def test_a_second_post_beside_the_first(school, head):
    member = adult(school)

    post = services.save_post(post=Post(member=member), values=POST, version=1, by=head)

    assert set(member.posts.values_list("title", flat=True)) == {"Teaching assistant", "Midday supervisor"}
    assert post.history.get().history_user == head


def test_the_same_post_twice_at_once_is_refused(school, head):
    member = adult(school)
    values = POST | {"title": "teaching ASSISTANT", "starts_on": date(2026, 1, 5)}

    refused(PostReason.POSTS_OVERLAP, services.save_post, post=Post(member=member), values=values, version=1, by=head)
    member.posts.update(ends_on=date(2026, 1, 4))
    services.save_post(post=Post(member=member), values=values, version=1, by=head)


def test_a_post_that_ends_before_it_begins_is_refused(school, head):
    values = POST | {"ends_on": date(2025, 8, 31)}

    refused(
        PostReason.DATES_IN_ORDER,
        services.save_post,
        post=Post(member=adult(school)),
        values=values,
        version=1,
        by=head,
    )


def test_a_post_changed_meanwhile_is_not_overwritten(school, head):
    post = adult(school).posts.get()
    values = POST | {"title": "Teaching assistant"}
    services.save_post(post=post, values=values, version=1, by=head)

    with pytest.raises(ChangedMeanwhile):
        services.save_post(post=post, values=values | {"grade": "G"}, version=1, by=head)


def test_the_end_of_the_last_post_ends_absences(school, head):
    member = adult(school)
    away = Absence.objects.create(member=member, starts_on=date(2026, 11, 2))
    values = {name: getattr(member.posts.get(), name) for name in POST} | {"ends_on": date(2026, 12, 18)}

    services.save_post(post=member.posts.get(), values=values, version=1, by=head)

    away.refresh_from_db()
    assert away.ends_on == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hours_a_week", "169", "A week has 168 hours"),
        ("hours_a_week", "0", "at least a quarter"),
        ("weeks_a_year", "54", "at most 53 weeks"),
        ("title", "", "Enter the post"),
        ("ends_on", "2025-01-01", "before the first day"),
        ("extra_hours", "-1", "not below zero"),
    ],
)
def test_bad_values_of_a_post_are_said_beside_the_field(client, school, head, field, value, words):
    client.force_login(head)
    member = adult(school)
    typed = POST | {"version": 1, "starts_on": "2025-09-01", "title": "Kept as typed", field: value}
    typed = {name: "" if value is None else value for name, value in typed.items()}

    response = client.post(reverse("staff:post-add", args=[member.pk]), typed)

    assert response.status_code == 422
    assert words in response.content.decode()
    if field != "title":
        assert "Kept as typed" in response.content.decode()
    assert member.posts.count() == 1


# --- Working patterns ---
def times(first="09:00", last="12:00", weekday=0, week="", **unpaid):
    def at(text):
        return time.fromisoformat(text) if text else None

    row = {"weekday": weekday, "week": week, "starts_at": at(first), "ends_at": at(last)}
    return row | {name: at(unpaid.get(name, "")) for name in ("unpaid_from", "unpaid_until")}


def test_a_new_pattern_holds_from_its_day(school, head):
    member = adult(school, days=[0])
    post, week = member.posts.get(), [WorkDay(date(2026, 11, 9)), WorkDay(MONDAY)]

    services.save_pattern(post=post, pattern=None, starts_on=MONDAY, times=[times()], version=0, by=head)

    found = working_times([member.pk], week)[member.pk]
    assert found == {date(2026, 11, 9): [(510, 720), (750, 915)], MONDAY: [(540, 720)]}


def test_an_empty_pattern_means_that_nothing_is_worked(school, head):
    member = adult(school)

    services.save_pattern(post=member.posts.get(), pattern=None, starts_on=MONDAY, times=[], version=0, by=head)

    assert working_times([member.pk], [WorkDay(MONDAY)]).get(member.pk) is None


def test_a_pattern_of_two_weeks(school, head):
    member = adult(school, days=[])
    rows = [times(week="A"), times("13:00", "15:00", week="B")]
    services.save_pattern(post=member.posts.get(), pattern=None, starts_on=MONDAY, times=rows, version=0, by=head)

    found = working_times([member.pk], [WorkDay(MONDAY, "A"), WorkDay(date(2026, 11, 23), "B")])[member.pk]

    assert found == {MONDAY: [(540, 720)], date(2026, 11, 23): [(780, 900)]}


def test_a_pattern_is_changed_by_one_of_two(school, head):
    post = adult(school).posts.get()
    pattern = post.patterns.get()
    services.save_pattern(post=post, pattern=pattern, starts_on=BEGAN, times=[times()], version=1, by=head)

    with pytest.raises(ChangedMeanwhile):
        services.save_pattern(post=post, pattern=pattern, starts_on=BEGAN, times=[], version=1, by=head)
    assert pattern.times.count() == 1


def test_nobody_works_in_two_posts_at_once(school, head):
    member = adult(school)
    other = services.save_post(post=Post(member=member), values=POST, version=1, by=head)
    at_once = {"post": other, "pattern": None, "starts_on": MONDAY, "version": 0, "by": head}

    refused(PostReason.TIMES_OVERLAP, services.save_pattern, **at_once, times=[times("15:00", "15:30", weekday=4)])
    assert not WorkPattern.objects.filter(post=other).exists()
    # In the unpaid half hour, and after the day, the adult is free.
    rows = [times("12:00", "12:30"), times("15:15", "16:00", weekday=4)]
    services.save_pattern(**at_once, times=rows)


def test_a_pattern_begins_within_its_post(school, head):
    post = adult(school).posts.get()
    early = date(2025, 8, 31)

    refused(
        PostReason.PATTERN_OUTSIDE_POST,
        services.save_pattern,
        post=post, pattern=None, starts_on=early, times=[], version=0, by=head,
    )  # fmt: skip


def test_inset_days_are_worked_only_where_the_contract_includes_them(school):
    inset = WorkDay(MONDAY, is_open=False, is_inset=True)
    holiday = WorkDay(date(2026, 11, 17), is_open=False)
    yes, no = adult(school, "Yes"), adult(school, "No", works_inset=False)

    found = working_times([yes.pk, no.pk], [inset, holiday])

    assert list(found[yes.pk]) == [MONDAY]
    assert no.pk not in found


def test_a_day_past_midnight_is_refused_on_the_form(client, school, head):
    client.force_login(head)
    post = adult(school).posts.get()
    typed = {"version": 0, "starts_on": "2026-11-16", "days-TOTAL_FORMS": 10, "days-INITIAL_FORMS": 10}
    typed |= {"days-0-starts_at": "22:00", "days-0-ends_at": "06:00"}

    response = client.post(reverse("staff:pattern-add", args=[post.pk]), typed)

    assert response.status_code == 422
    assert "ends before midnight" in response.content.decode()
    assert 'value="22:00"' in response.content.decode()
    assert post.patterns.count() == 1


# --- Pay ---
def rate(post, starts_on=BEGAN, **values):
    return PayRate(post=post), {"starts_on": starts_on, "method": "price", "hourly": Decimal("20.00")} | values


def test_an_hour_costs_pay_and_on_costs_over_the_hours_worked():
    found = services.actual_hourly(
        salary=Decimal(17000), on_costs=Decimal(4250), hours=Decimal("32.5"), weeks=Decimal(39)
    )

    assert found == Decimal("16.77")


def test_the_formula_of_an_authority():
    assert services.formula_hourly(yearly=Decimal(655), weeks=Decimal(38)) == Decimal("17.24")


def test_the_rate_of_a_day(school, head):
    post = adult(school).posts.get()
    for starts_on, hourly in ((BEGAN, "16.50"), (date(2026, 4, 1), "17.10")):
        row, values = rate(post, starts_on, hourly=Decimal(hourly))
        services.save_rate(rate=row, values=values, version=1, by=head)

    assert selectors.rate_on(post, date(2026, 3, 31)) == Decimal("16.50")
    assert selectors.rate_on(post, date(2026, 4, 1)) == Decimal("17.10")


def test_a_rate_that_is_missing_says_which_and_when(school):
    post = adult(school).posts.get()

    found = refused(PostReason.RATE_MISSING, selectors.rate_on, post=post, day=date(2026, 1, 5))

    assert "Teaching assistant on Mon 5 Jan 2026" in str(found)


def test_a_formula_is_the_authoritys_own(school, head):
    for name, yearly in (("Westmarch", "655.00"), ("Eastholt", "634.53")):
        values = {"authority": name, "staff_group": "support", "starts_on": BEGAN, "yearly": Decimal(yearly)}
        services.save_formula(
            formula=FormulaRate(school=school), values=values | {"weeks": Decimal(38)}, version=1, by=head
        )

    assert selectors.formula_on(school, "eastholt", "support", MONDAY) == Decimal("16.70")
    refused(
        PostReason.FORMULA_MISSING, selectors.formula_on, school=school, authority="Northfen", staff_group="support",
        day=MONDAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"hourly": "-1"}, "not below zero"),
        ({"hourly": "16.12345"}, "pounds and pence"),
        ({"hourly": "sixteen"}, "Enter an amount"),
        ({"hourly": ""}, "Enter price of an hour"),
        ({"method": "actual", "salary": "17000"}, "Enter on-costs a year"),
        ({"method": "actual", "salary": "1", "on_costs": "1", "paid_hours": "0", "paid_weeks": "39"}, "above zero"),
        ({"method": "actual", "salary": "1", "on_costs": "1", "paid_hours": "30", "paid_weeks": "60"}, "53 weeks"),
    ],
)
def test_bad_money_is_said_beside_the_field(client, school, head, typed, words):
    client.force_login(head)
    post = adult(school).posts.get()
    values = {"version": 1, "starts_on": "2025-09-01", "method": "price"} | typed

    response = client.post(reverse("staff:rate-add", args=[post.pk]), values)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not PayRate.objects.exists()


def test_no_figure_of_pay_is_in_an_event(school, head):
    post = adult(school).posts.get()
    row, values = rate(post, hourly=Decimal("987.65"))
    saved = services.save_rate(rate=row, values=values, version=1, by=head)
    services.remove_rate(rate=saved, by=head)

    assert Event.objects.count() == 2
    assert not [event.text for event in Event.objects.all() if "987" in event.text]


# --- Time outside the pattern ---
def test_what_is_left_of_the_contracts_extra_hours_is_right_to_the_minute(school, head):
    """Five extra days of 6 h 15 in the contract; three evenings of 3.5 hours."""
    member = adult(school, extra_hours="31.25")
    post = member.posts.get()
    for day in (5, 12, 19):
        services.add_extra_time(
            post=post, on=date(2026, 11, day), minutes=210, what="Parents' evening", counts="contract", by=head
        )
    services.add_extra_time(post=post, on=MONDAY, minutes=95, what="Meeting", counts="give_back", by=head)
    services.add_extra_time(post=post, on=MONDAY, minutes=60, what="Left early", counts="taken", by=head)

    found = selectors.balance(member, MONDAY)

    assert (found.agreed, found.used, found.left, found.owed) == (1875, 630, 1245, 35)


def test_another_school_year_counts_for_itself(school, head):
    member = adult(school, extra_hours="10")
    services.add_extra_time(
        post=member.posts.get(), on=date(2026, 8, 31), minutes=60, what="x", counts="contract", by=head
    )

    assert selectors.balance(member, date(2026, 9, 1)).used == 0
    assert selectors.balance(member, date(2026, 8, 31)).used == 60


def test_time_to_give_back_does_not_end_with_the_year(client, school, head):
    member = adult(school)
    post = member.posts.get()
    for on, minutes, counts in ((date(2026, 7, 9), 210, "give_back"), (date(2026, 9, 8), 60, "taken")):
        services.add_extra_time(post=post, on=on, minutes=minutes, what="Parents' evening", counts=counts, by=head)

    found = selectors.balance(member, MONDAY)

    assert (found.brought, found.taken, found.owed) == (210, 60, 150)
    client.force_login(head)
    address = reverse("staff:member-hours", args=[member.pk])
    assert "3 h 30 from the years before" in " ".join(client.get(f"{address}?year=2026").content.decode().split())
    assert "Thu 9 Jul 2026" in client.get(f"{address}?year=2025").content.decode()
    assert client.get(f"{address}?year=soon").status_code == 200


@pytest.mark.parametrize(("second_begins", "agreed"), [(date(2027, 1, 1), 20), (BEGAN, 30)])
def test_posts_that_follow_each_other_agree_once(school, second_begins, agreed):
    member = adult(school, extra_hours="10", ends_on=date(2026, 12, 31))
    Post.objects.create(
        member=member, title="Higher level assistant", hours_a_week=10, starts_on=second_begins, extra_hours="20"
    )

    assert selectors.balance(member, MONDAY).agreed == agreed * 60


def test_time_outside_the_post_is_refused(school, head):
    post = adult(school).posts.get()
    values = {"post": post, "minutes": 60, "what": "x", "counts": "contract", "by": head}

    refused(PostReason.NOT_IN_POST, services.add_extra_time, **values, on=date(2025, 8, 1))
    assert not ExtraTime.objects.exists()


# --- Lines ---
def test_a_line_ends_when_another_begins(school, head):
    first, second, member = adult(school, "First"), adult(school, "Second"), adult(school, "Member")
    services.set_line(member=member, manager=first, starts_on=BEGAN, by=head)

    services.set_line(member=member, manager=second, starts_on=MONDAY, by=head)

    rows = [(row.manager.name, row.starts_on, row.ends_on) for row in selectors.lines_of(member)]
    assert rows == [("Second", MONDAY, None), ("First", BEGAN, date(2026, 11, 15))]


def test_nobody_stands_above_themselves(school, head):
    top, middle, low = adult(school, "Top"), adult(school, "Middle"), adult(school, "Low")
    services.set_line(member=middle, manager=top, starts_on=BEGAN, by=head)
    services.set_line(member=low, manager=middle, starts_on=BEGAN, by=head)

    refused(PostReason.LINE_CYCLE, services.set_line, member=top, manager=low, starts_on=MONDAY, by=head)
    refused(PostReason.LINE_TO_SELF, services.set_line, member=top, manager=top, starts_on=MONDAY, by=head)
    assert not LineManagement.objects.filter(member=top).exists()


def test_a_cycle_that_would_begin_later_is_refused_too(school, head):
    one, two = adult(school, "One"), adult(school, "Two")
    services.set_line(member=two, manager=one, starts_on=date(2027, 1, 4), by=head)

    refused(PostReason.LINE_CYCLE, services.set_line, member=one, manager=two, starts_on=MONDAY, by=head)


def test_a_line_that_ended_is_no_cycle(school, head):
    one, two = adult(school, "One"), adult(school, "Two")
    services.set_line(member=two, manager=one, starts_on=BEGAN, by=head)
    services.set_line(member=two, manager=None, starts_on=MONDAY, by=head)

    services.set_line(member=one, manager=two, starts_on=MONDAY, by=head)

    assert selectors.reports_of(two, MONDAY).get() == one


def test_a_line_is_not_set_before_the_last_one(school, head):
    member, manager = adult(school, "Member"), adult(school, "Manager")
    services.set_line(member=member, manager=manager, starts_on=MONDAY, by=head)

    refused(PostReason.LINE_BEFORE_LAST, services.set_line, member=member, manager=None, starts_on=BEGAN, by=head)


def test_the_senco_takes_nobody_out_of_another_line(school, senco, head):
    own, theirs = adult(school, user=senco), adult(school, "Teacher")
    boss = adult(school, user=head)
    services.set_line(member=theirs, manager=boss, starts_on=BEGAN, by=head)
    values = {"starts_on": timezone.localdate(), "by": senco}

    refused(PostReason.LINE_NOT_YOURS, services.set_line, member=theirs, manager=own, **values)
    refused(PostReason.LINE_NOT_YOURS, services.set_line, member=own, manager=None, **values)
    refused(PostReason.LINE_OF_HEAD, services.set_line, member=boss, manager=own, **values)


def test_the_senco_takes_somebody_without_a_manager_and_hands_on_within_the_line(school, senco):
    own, aide, new = adult(school, user=senco), adult(school, "Aide"), adult(school, "New")
    stranger = adult(school, "Stranger")
    today = timezone.localdate()

    services.set_line(member=aide, manager=own, starts_on=today, by=senco)
    services.set_line(member=new, manager=aide, starts_on=today, by=senco)

    refused(PostReason.MANAGER_NOT_YOURS, services.set_line, member=new, manager=stranger, starts_on=today, by=senco)


# --- Leaving ---
def test_a_leavers_line_goes_to_whoever_takes_over(school, senco, head):
    left, heir = adult(school, user=senco), adult(school, user=head)
    aide = adult(school, "Aide", manager=left)
    last = date(2026, 11, 27)

    held = services.end_posts(user=senco, to=head, school=school, last_day=last, by=head)

    assert held == 1
    assert selectors.reports_of(heir, date(2026, 11, 28)).get() == aide
    assert selectors.reports_of(left, last).get() == aide
    assert left.posts.get().ends_on == last


def test_without_an_heir_the_line_has_no_manager(school, senco, head):
    left = adult(school, user=senco)
    aide = adult(school, "Aide", manager=left)

    services.end_posts(user=senco, to=None, school=school, last_day=MONDAY, by=head)

    assert aide.lines.get().ends_on == MONDAY


def test_an_heir_below_the_leaver_does_not_manage_themselves(school, senco, teaching_assistant, head):
    left = adult(school, user=senco)
    heir = adult(school, user=teaching_assistant, manager=left)

    services.end_posts(user=senco, to=teaching_assistant, school=school, last_day=MONDAY, by=head)

    assert not heir.lines.filter(ends_on=None).exists()
