import re

import pytest
from django.template import Context, Engine, TemplateSyntaxError

ENGINE = Engine(
    builtins=["sendco.templatetags.sendco_ui", "sendco.templatetags.sendco_components"], string_if_invalid="undefined"
)


def drawn(source, **context):
    """What a reader's browser gets, with icons told by their names."""
    html = ENGINE.from_string(source).render(Context(context))
    return re.sub(r"<svg .*?#i-([a-z-]+)\"></use></svg>", r"[\1]", html)


def test_box_has_its_title_note_and_links_in_its_head():
    source = (
        '{% box "Dates" id="dates" %}{% boxnote %}two{% endboxnote %}'
        '{% boxlinks %}<a href="/">All</a>{% endboxlinks %}<p>x</p>{% endbox %}'
    )

    assert drawn(source) == (
        '<section class="box" id="dates"><header><h2>Dates</h2><span class="note dim-text small-text">two</span>'
        '<span class="end"><a href="/">All</a></span></header><p>x</p></section>'
    )


def test_box_without_title_has_no_head():
    assert drawn('{% box pad=True extra="mb-4" %}x{% endbox %}') == '<section class="box box-pad mb-4">x</section>'


def test_box_leaves_out_links_that_are_empty_for_this_person():
    source = (
        '{% box "Dates" %}{% boxlinks %}\n{% if may %}<a href="/">New</a>{% endif %}\n{% endboxlinks %}{% endbox %}'
    )

    assert drawn(source, may=False) == '<section class="box"><header><h2>Dates</h2></header></section>'
    assert '<span class="end"><a href="/">New</a></span>' in drawn(source, may=True)


def test_box_is_named_by_its_heading():
    assert drawn('{% box "Ours" head="ours" %}{% endbox %}') == (
        '<section class="box" aria-labelledby="ours"><header><h2 id="ours">Ours</h2></header></section>'
    )


def test_box_title_may_hold_markup():
    assert "<h2><b>Ann</b></h2>" in drawn(
        "{% box %}{% boxtitle %} <b>{{ name }}</b> {% endboxtitle %}{% endbox %}", name="Ann"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{% box name %}{% endbox %}",
        '{% box "x" id=name %}{% endbox %}',
        "{% box extra=name %}{% endbox %}",
        "{% emptystate name %}{% endemptystate %}",
        '{% state "ok" name %}',
        '{% state "ok" "x" extra=name %}',
        "{% identitybar name name %}{% endidentitybar %}",
        "{% formsection extra=name %}{% endformsection %}",
        '{% message "soon" id=name %}{% endmessage %}',
    ],
)
def test_words_from_people_are_escaped(source):
    assert "<b" not in drawn(source, name='"><b>')


def test_message_takes_the_icon_of_its_tone_and_stands_apart():
    assert drawn('{% message "late" %} Late. {% endmessage %}') == (
        '<div class="message message-late mb-3">[alert-octagon]<p>Late.</p></div>'
    )


def test_message_may_hold_blocks_and_speak_up():
    assert drawn('{% message icon="lock" extra="" role="alert" block=True %}<p>a</p>{% endmessage %}') == (
        '<div class="message" role="alert">[lock]<div><p>a</p></div></div>'
    )


def test_state_joins_its_words():
    assert drawn('{% state "late" "Left" day %}', day="today") == (
        '<span class="state state-late">[alert-octagon]Left today</span>'
    )


def test_empty_state_says_what_is_true_now():
    assert drawn('{% emptystate "Nobody yet" level=3 %}Ask.{% endemptystate %}') == (
        '<div class="empty"><h3>Nobody yet</h3><p>Ask.</p></div>'
    )


def test_identity_bar_keeps_its_order():
    source = (
        '{% identitybar "AB" "Ann" %}<li>1</li>{% identityflags %}<p>f</p>{% endidentityflags %}'
        "{% identityactions %}<a>x</a>{% endidentityactions %}{% endidentitybar %}"
    )

    assert drawn(source) == (
        '<div class="identity-bar"><span class="initials" aria-hidden="true">AB</span><div><h1>Ann</h1>'
        '<ul class="facts"><li>1</li></ul><p>f</p></div><div class="actions"><a>x</a></div></div>'
    )


def test_unknown_option_is_refused_when_the_page_is_read():
    with pytest.raises(TemplateSyntaxError, match="box has no tone"):
        drawn('{% box tone="late" %}{% endbox %}')


def test_one_line_folds_what_stands_on_several():
    assert drawn("{% oneline %}\n  Ring {{ name }}\n  or write.\n{% endoneline %}", name="Ann") == "Ring Ann or write."
