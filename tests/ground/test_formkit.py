"""The form kit on its own: each kind of field in a conflict, and one turn for one form."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseRedirect, QueryDict
from django.test import RequestFactory

from sendco.formkit import names, once
from sendco.formkit.conflicts import chosen, lay_side_by_side
from sendco.formkit.models import SentForm
from sendco.formkit.page import ConfirmPage, turn
from sendco.formkit.values import in_words, is_same, unpacked, written
from sendco.formkit.versions import Group, Versioned
from sendco.refusals import Refused
from sendco.richtext_field import RichField
from staff.refusals import SchoolReason
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
COLOURS = [("r", "Red"), ("g", "Green"), ("b", "Blue")]


def yes_or_no(value):
    return {"True": True, "False": False}.get(str(value))


def users():
    return forms.ModelChoiceField(get_user_model().objects.all(), required=False)


# kind: (field, what this person typed, what is stored by now, what the page says of the stored one)
KINDS = {
    "text": (forms.CharField(required=False), "mine", "theirs", "theirs"),
    "emptied": (forms.CharField(required=False), "mine", "", "Empty"),
    "long text": (forms.CharField(widget=forms.Textarea), "mine\nand more", "theirs\r\nand more", "theirs\r\nand more"),
    "rich text": (RichField(required=False), "<p>mine</p>", "<p>the <strong>new</strong></p>", None),
    "date": (forms.DateField(), date(2027, 1, 8), date(2027, 1, 12), "Tue 12 Jan 2027"),
    "day and time": (
        forms.DateTimeField(widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M")),
        datetime(2027, 1, 8, 9, 30, tzinfo=LONDON),
        datetime(2027, 7, 8, 9, 30, tzinfo=UTC),
        "Thu 8 Jul 2027, 10:30",
    ),
    "time": (forms.TimeField(required=False), time(9, 30), time(14, 5), "14:05"),
    "no time": (forms.TimeField(required=False), time(9, 30), None, "Empty"),
    "number": (forms.IntegerField(), 3, 0, "0"),
    "decimal": (forms.DecimalField(), Decimal("12.50"), Decimal("13.00"), "13"),
    "tick": (forms.BooleanField(required=False), True, False, "No"),
    "no tick": (forms.BooleanField(required=False), False, True, "Yes"),
    "choice": (forms.ChoiceField(choices=COLOURS), "r", "g", "Green"),
    "typed choice": (
        forms.TypedChoiceField(choices=[("", "?"), (True, "Yes"), (False, "No")], coerce=yes_or_no, empty_value=None),
        True,
        False,
        "No",
    ),
    "typed time": (
        forms.TypedChoiceField(choices=[("07:30", "half past 7"), ("08:00", "8")], coerce=time.fromisoformat),
        time(8),
        time(7, 30),
        "half past 7",
    ),
    "several": (forms.MultipleChoiceField(choices=COLOURS, required=False), ["r"], ["g", "b"], "Green, Blue"),
    "several to none": (forms.MultipleChoiceField(choices=COLOURS, required=False), ["r"], [], "Empty"),
    "several ticks": (
        forms.MultipleChoiceField(choices=COLOURS, required=False, widget=forms.CheckboxSelectMultiple),
        ["r"],
        ["g"],
        "Green",
    ),
    "in two boxes": (
        forms.SplitDateTimeField(),
        datetime(2027, 1, 8, 9, 30, tzinfo=LONDON),
        datetime(2027, 1, 9, 10, 0, tzinfo=LONDON),
        "Sat 9 Jan 2027, 10:00",
    ),
    "rows of a grid": (forms.JSONField(), [{"who": "A"}], [{"who": "B"}, {"who": "C"}], "who: B\nwho: C"),
}


def form_of(field):
    return type("OneForm", (forms.Form,), {"x": field, "version": forms.IntegerField(widget=forms.HiddenInput)})


def sent(field, value, **more):
    """The posted data of somebody who typed this value over version 1."""
    data = QueryDict(mutable=True)
    for name, texts in (written(field, "x", value) | {"version": ["1"]} | more).items():
        if texts:
            data.setlist(name, texts)
    return data


def conflict_of(field, mine, theirs, files=None):
    form_class, data = form_of(field), sent(field, mine)
    request = RequestFactory().post("/")
    request.POST = data
    if files:
        request.FILES.update(files)
    form = form_class(data, files)
    assert form.is_valid(), form.errors
    return form_class, lay_side_by_side(request, form, SimpleNamespace(x=theirs, version=2), Versioned())


def answered(conflict, side):
    """What the browser sends from the conflict page, with one side chosen for every field."""
    data = QueryDict(mutable=True)
    for name, text in conflict.hidden:
        data.appendlist(name, str(text))
    for row in conflict.rows:
        data[names.KEEP + row.name] = side
        data[names.YOURS + row.name], data[names.THEIRS + row.name] = row.yours.data, row.stored.data
    return chosen(data)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_field_can_be_told_and_chosen(kind):
    field, mine, theirs, words = KINDS[kind]

    form_class, conflict = conflict_of(field, mine, theirs)

    (row,) = conflict.rows
    assert words is None or row.stored.words == words
    for side, wanted in (("yours", mine), ("theirs", theirs)):
        again = form_class(answered(conflict, side))
        assert again.is_valid(), again.errors
        assert is_same(field, again.cleaned_data["x"], wanted)
        assert again.cleaned_data["version"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_the_same_is_no_choice(kind):
    field, _, theirs, _ = KINDS[kind]

    _, conflict = conflict_of(field, theirs, theirs)

    assert conflict.rows == []
    assert conflict.same == ["X"]


def test_a_chosen_row_is_told_by_its_name_and_kept_by_its_number():
    one, other = UserFactory(name="Ada Vale"), UserFactory(name="Ben Marsh")

    form_class, conflict = conflict_of(users(), one, other)

    assert "Ben Marsh" in conflict.rows[0].stored.words
    assert form_class(answered(conflict, "theirs")).data["x"] == str(other.pk)


def test_several_chosen_rows():
    one, other = UserFactory(name="Ada Vale"), UserFactory(name="Ben Marsh")
    field = forms.ModelMultipleChoiceField(get_user_model().objects.all())

    form_class, conflict = conflict_of(field, [one], [one, other])
    again = form_class(answered(conflict, "theirs"))

    assert again.is_valid()
    assert set(again.cleaned_data["x"]) == {one, other}
    assert "Ada Vale" in conflict.rows[0].stored.words


def test_a_file_is_named_and_asked_for_again():
    field = forms.FileField(required=False)
    files = {"x": SimpleUploadedFile("receipt.pdf", b"%PDF")}

    _, conflict = conflict_of(field, None, None, files=files)

    assert conflict.has_file
    assert conflict.rows[0].yours.words == "receipt.pdf"


class TermForm(forms.Form):
    name = forms.CharField()


TermFormSet = forms.formset_factory(TermForm, extra=0)


def terms(row):
    formset = TermFormSet(initial=[{"name": name} for name in row.terms], prefix="terms")
    data = {f"terms-{name}": [str(formset.management_form.initial[name])] for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    return data | {f"terms-{place}-name": [name] for place, name in enumerate(row.terms)}


def test_the_rows_of_a_formset_are_chosen_together():
    group = Group(
        name="terms",
        label="Terms",
        owns=lambda name: name.startswith("terms-"),
        yours=lambda form: "Spring",
        stored=lambda row: ", ".join(row.terms),
        data=terms,
    )
    stored = SimpleNamespace(terms=["Autumn 1", "Autumn 2"], version=2)
    request = RequestFactory().post("/")
    request.POST = QueryDict("version=1&terms-TOTAL_FORMS=1&terms-INITIAL_FORMS=0&terms-0-name=Spring")
    form = form_of(forms.CharField(required=False))(request.POST)
    form.is_valid()
    conflict = lay_side_by_side(request, form, stored, Versioned(values=lambda row: {}, groups=(group,)))

    mine = TermFormSet(answered(conflict, "yours"), prefix="terms")
    theirs = TermFormSet(answered(conflict, "theirs"), prefix="terms")

    assert [one["name"] for one in mine.cleaned_data] == ["Spring"] if mine.is_valid() else mine.errors
    assert theirs.is_valid()
    assert [one["name"] for one in theirs.cleaned_data] == ["Autumn 1", "Autumn 2"]


def test_nothing_that_no_page_of_ours_has_sent_is_taken_over():
    assert unpacked("[1]") == {}
    assert unpacked("not json") == {}
    assert unpacked('{"x": "text", "y": [1]}') == {}


def test_words_of_what_is_empty():
    assert in_words(forms.FileField(), None) == "No file"
    assert in_words(users(), None) == "Empty"


def test_one_turn_for_one_form():
    once.claim(user_id=1, key="a", digest="d")

    with pytest.raises(once.SentBefore) as again:
        once.claim(user_id=1, key="a", digest="d")

    assert again.value.is_same
    once.claim(user_id=2, key="a", digest="d")
    with pytest.raises(once.SentBefore) as other:
        once.claim(user_id=1, key="a", digest="other words")
    assert not other.value.is_same


def without_a_page(user):
    """A form as a program sends it, without the token of a page."""
    request = RequestFactory().post("/somewhere/", {"words": "the same"})
    request.user = user
    return request


def test_a_form_that_was_refused_keeps_its_turn():
    user = UserFactory()

    with pytest.raises(Refused), turn(without_a_page(user)):
        raise Refused(SchoolReason.NO_TERMS_TO_CONFIRM)
    assert not SentForm.objects.exists()

    with turn(without_a_page(user)) as note_where:
        note_where(HttpResponseRedirect("/there/"))
    assert SentForm.objects.get().went_to == "/there/"


@pytest.mark.usefixtures("one_window")
def test_a_button_that_asks_first_is_pressed_once():
    user, pressed = UserFactory(), []
    page = ConfirmPage(act=lambda: pressed.append("once"), then="/there/", page={})

    answers = [page.respond(without_a_page(user)) for _ in range(3)]

    assert pressed == ["once"]
    assert [answer.url for answer in answers] == ["/there/"] * 3
