import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from staff.models import User
from staff.sign_in.words import read_words, three_words
from tests.factories import MembershipFactory, SchoolFactory, UserFactory

YEARS = [str(year) for year in range(1985, 2036)]
COUNTS = ["1", "12", "123", "1234", "12345", "123456", "12345678", "1234567890", "321", "007", "111", "2468"]
FRONTS = ["my", "the", "our", "i"]
SWAPS = str.maketrans("aeios", "@3105")


def stretched(root):
    """What people do to a word they know when twelve characters are asked for."""
    for ending in [*YEARS, *COUNTS]:
        yield from (root + ending, root + ending + "!", root + "!" + ending, ending + root, root.title() + ending)
        yield root.translate(SWAPS) + ending
    for front in FRONTS:
        yield from (front + root + ending for ending in ["", *COUNTS])
    yield from (root * times for times in (2, 3, 4))


def is_refused(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


def test_every_stretched_word_of_twelve_characters_or_more_is_refused():
    roots = [word for word in read_words("guessed.txt") if word.isalpha()]
    made = {password for root in roots for password in stretched(root) if len(password) >= 12}
    sample = sorted(made)[::14]

    let_through = [password for password in sample if not is_refused(password)]

    assert len(sample) > 3000
    assert let_through == []


@pytest.mark.parametrize(
    "password",
    [
        "short-one-x",
        "qwertyuiop12",
        "0987654321098",
        "1q2w3e4r5t6y7u",
        "abababababab",
        "aaaaaaaaaaaaaaa",
        "p@55w0rd2027!!",
        "ilovefootball",
        "sunshinerainbow",
        "liverpoolliverpool",
        "kettlekettle",
        "12/05/1986 12/05",
        "!!!!!!!!!!!!!!",
        "x" * 129,
    ],
)
def test_guessable_password_is_refused(password):
    assert is_refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "violet kettle harbour seven",
        "kettle harbour mug",
        "maple-button-ferry",
        "xK9#mQ2$vL7!pR4",
        "пароль-фиалка-чайник",
        "ferry" + "qzvkwj" * 2 + "maple",
        "correct horse battery staple",
        ("lagoon otter quilt " * 7)[:120] + "end",
    ],
)
def test_good_password_is_accepted(password):
    assert not is_refused(password)


@pytest.mark.parametrize(
    "password",
    [
        "fernhill2026!!",
        "Fernhill-Autumn-2026",
        "westmarch-2027",
        "nadiarahman1984",
        "rahman.nadia.27",
        "Spring Term 2027",
        "fernhillsunshine",
        "senco-fernhill-1",
        "F3rnh1ll-spring",
    ],
)
def test_words_that_link_to_the_person_or_the_school_are_refused(db, password):
    school = SchoolFactory(name="Fernhill Primary School", local_authority="Westmarch")
    person = UserFactory(name="Nadia Rahman", email="n.rahman@fernhill.example")
    MembershipFactory(user=person, school=school)

    assert is_refused(password, person)


def test_school_of_an_invitation_counts_before_there_is_a_role(db):
    newcomer = User(email="joe@somewhere.example", name="Joe Adair")
    assert not is_refused("oakmere-lantern-tractor", newcomer)
    assert not is_refused("wexcombe-1999-ox", newcomer)

    newcomer.joins = SchoolFactory(name="Wexcombe Academy")

    assert is_refused("wexcombe-1999-ox", newcomer)


def test_a_name_beside_three_good_words_is_accepted(db):
    person = UserFactory(name="Nadia Rahman")

    assert not is_refused("nadia lantern quilt ferry", person)


def test_suggestions_are_long_enough_different_and_accepted():
    made = [three_words() for _ in range(400)]

    assert not [words for words in made if len(words) < 14 or is_refused(words)]
    assert len(set(made)) > 395


def test_word_list_is_large_plain_and_without_doubles():
    words = read_words("words.txt")

    assert len(words) >= 600
    assert len(set(words)) == len(words)
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 10 for word in words)
