import pytest

from ehcp.plans.vague import amounts, findings, missing, vague_words


def kinds(text, **columns):
    return [finding.kind for finding in findings(text, **columns)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Access to movement breaks as needed", ["Access to", "as needed"]),
        ("Regular check-ins with a key adult", ["Regular", "key adult"]),
        ("Opportunities for talk in small groups", ["Opportunities for", "small groups"]),
        ("Robin may benefit from a laptop", ["may benefit"]),
        ("Up to 15 hours of support where possible", ["Up to", "where possible"]),
        ("Activities such as cooking, etc.", ["such as", "etc"]),
        ("Irregular verbs are taught", []),
        ("A group of up to 6 pupils", []),
        ("Someone", []),
    ],
)
def test_vague_words_are_named_as_the_plan_writes_them(text, words):
    assert [finding.words for finding in vague_words(text)] == words


def test_each_word_is_named_once_with_the_reason():
    found = vague_words("Regular support, with regular reviews")

    assert len(found) == 1
    assert found[0].says == "“Regular”: regular may mean every day or once a year"


@pytest.mark.parametrize(
    "text",
    [
        "20 hours a week of one-to-one support from a teaching assistant",
        "A reading programme, 20 minutes, three times a week, by a trained assistant, alone",
        "45 minutes each fortnight with a speech therapist, individually",
        "Full-time, in a class of no more than 8 with a qualified teacher",
        "Half an hour daily with the class teacher in a group of four pupils",
        "Counselling of 50 minutes weekly by a qualified counsellor, one to one",
        "A teaching assistant at all times, 1:1",
    ],
)
def test_a_line_that_can_be_checked_is_left_alone(text):
    assert findings(text) == []


def test_what_is_missing_is_said_one_by_one():
    assert kinds("Help with reading") == ["amount", "frequency", "person", "group"]
    assert kinds("20 minutes of reading") == ["frequency", "person", "group"]
    assert kinds("20 minutes of reading a day with the teacher") == ["group"]


def test_the_columns_count_as_much_as_the_words():
    columns = {"minutes": 20, "times": 3, "per": "week", "who": "Trained assistant", "group_size": 1}

    assert missing("Help with reading", **columns) == []
    assert [finding.kind for finding in missing("Help with reading", **columns | {"per": ""})] == ["frequency"]
    assert kinds("Regular help with reading", **columns) == ["words"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 minutes, three times a week, alone", {"minutes": 20, "times": 3, "per": "week", "group_size": 1}),
        ("20 hours a week", {"minutes": 1200, "times": 1, "per": "week"}),
        ("3 hours a week, taught daily", {"minutes": 180, "times": 1, "per": "week"}),
        ("45 minutes each fortnight", {"minutes": 45, "times": 1, "per": "fortnight"}),
        ("Weekly, 50 minutes", {"minutes": 50, "times": 1, "per": "week"}),
        ("Half an hour twice a half-term", {"minutes": 30, "times": 2, "per": "half_term"}),
        ("6 x 45 minute sessions per term", {"minutes": 45, "times": 6, "per": "term"}),
        ("two sessions of 45 minutes each week", {"minutes": 45, "times": 2, "per": "week"}),
        ("a group of no more than six", {"group_size": 6}),
        ("1.5 hours each day", {"minutes": 90, "times": 1, "per": "day"}),
        ("Access to breaks as needed", {}),
        ("99999 hours", {}),
    ],
)
def test_amounts_are_lifted_from_the_words(text, expected):
    assert amounts(text) == expected
