import pytest

from tests import house_rules as rules

PYTHON_BREACHES = [
    (rules.no_day_of_loading, "TODAY = timezone.localdate()\n"),
    (rules.no_day_of_loading, "@cases([in_days(3)])\ndef test(day): ...\n"),
    (rules.no_day_of_loading, "def ended(on=date.today()): ...\n"),
    (rules.no_legal_count, "late = day + timedelta(days=14)\n"),
    (rules.no_legal_count, "late = day + timedelta(weeks=2)\n"),
    (rules.no_legal_count, "NOTICE = timedelta(days=14)\n"),
    (rules.no_legal_count, "FIRST = date(2014, 9, 1)\n"),
    (rules.no_shared_page_cache, "from django.views.decorators.cache import cache_page\n"),
    (rules.no_shared_page_cache, "@cache_page(60)\ndef page(request): ...\n"),
    (rules.no_unscoped_lookup, "Pupil.objects.get(pk=pk)\n"),
    (rules.no_unscoped_lookup, "Pupil.objects.get(id=pk)\n"),
    (rules.no_unscoped_lookup, "get_object_or_404(Pupil, pk=pk)\n"),
    (rules.no_unscoped_lookup, "get_object_or_404(models.Pupil, pk=pk)\n"),
    (rules.no_unscoped_lookup, "get_object_or_404(Pupil.objects, pk=pk)\n"),
    (rules.no_open_forms, "class F(ModelForm):\n    class Meta:\n        fields = '__all__'\n"),
    (rules.no_open_forms, "class F(ModelForm):\n    class Meta:\n        exclude = ['school']\n"),
    (rules.no_unsafe_xml, "import xml.etree.ElementTree as ET\n"),
    (rules.no_unsafe_xml, "from xml.dom import minidom\n"),
    (rules.no_unsafe_xml, "from xml.parsers import expat\n"),
    (rules.no_unsafe_xml, "from lxml import etree\n"),
    (rules.no_template_from_text, "Template(text).render(context)\n"),
    (rules.no_template_from_text, "engine.from_string(text)\n"),
    (rules.no_unfinished_mark, "x = 1  # TO" + "DO: later\n"),
    (rules.no_unfinished_mark, "raise NotImplemented" + "Error\n"),
]
PYTHON_FINE = [
    (rules.no_day_of_loading, "TODAY = timezone.localdate\n"),
    (rules.no_day_of_loading, "@cases([lambda: in_days(3)])\ndef test(day): return timezone.now()\n"),
    (rules.no_legal_count, "# Nobody hears again sooner.\nQUIET = timedelta(days=3)\n"),
    (rules.no_legal_count, "tomorrow = today + timedelta(days=1)\n"),
    (rules.no_legal_count, "asked = timedelta(days=authority.papers_days)\n"),
    (rules.no_shared_page_cache, "cache.get_or_set(key, figures)\n"),
    (rules.no_unscoped_lookup, "Pupil.objects.visible_to(acting).get(pk=pk)\n"),
    (rules.no_unscoped_lookup, "get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk)\n"),
    (rules.no_open_forms, "class F(ModelForm):\n    class Meta:\n        fields = ['name']\n"),
    (
        rules.no_unsafe_xml,
        "from defusedxml.ElementTree import parse\nfrom xml.etree.ElementTree import ParseError\n",
    ),
    (rules.no_unsafe_xml, "from xml.parsers import expat\nparser.StartDoctypeDeclHandler = refuse\n"),
    (rules.no_template_from_text, "get_template('pupils/page.html').render(context)\n"),
    (rules.no_unfinished_mark, "except NotImplementedError:\n    pass\n"),
]
PAGE_BREACHES = [
    (rules.no_template_cache, "{% cache 60 register %}"),
    (rules.no_safe_filter, "{{ note|safe }}"),
    (rules.no_safe_filter, "{{ note | safe }}"),
    (rules.no_safe_filter, "{% autoescape off %}"),
    (rules.no_inline_style, '<p style="color: red">'),
    (rules.no_inline_style, "<style>p {}</style>"),
    (rules.no_inline_handler, '<button type="button" onclick="save()">'),
    (rules.no_script_without_nonce, "<script>save()</script>"),
    (rules.no_script_without_nonce, "<script src=\"{% static 'js/menu.js' %}\"></script>"),
    (rules.no_foreign_asset, '<img alt="" src="https://cdn.example.org/a.png">'),
    (rules.no_foreign_asset, '<link rel="stylesheet" href="//cdn.example.org/a.css">'),
    (rules.no_unfinished_mark, "<!-- FIX" + "ME -->"),
    (rules.no_long_line, "<p>\n" + "x" * 141),
    (rules.no_long_template, "x\n" * 121),
]
PAGE_FINE = [
    (rules.no_template_cache, "{% load cached_figures %}"),
    (rules.no_safe_filter, "{{ note|linebreaksbr }} is safe"),
    (rules.no_inline_style, '<p class="style">'),
    (rules.no_inline_handler, '<button type="button" data-on="save" hx-on-nothing>'),
    (rules.no_script_without_nonce, '<script nonce="{{ request.csp_nonce }}" src="/static/a.js">'),
    (rules.no_script_without_nonce, '<script type="application/json" id="data">'),
    (rules.no_foreign_asset, '<a href="https://www.gov.uk/">the Code of Practice</a>'),
    (rules.no_long_line, "x" * 140 + "\n" + "y" * 140),
    (rules.no_long_template, "x\n" * 120),
]


@pytest.mark.parametrize(("rule", "text"), PYTHON_BREACHES + PAGE_BREACHES)
def test_rule_bites(rule, text):
    assert list(rule("pupils/views.py", text))


@pytest.mark.parametrize(("rule", "text"), PYTHON_FINE + PAGE_FINE)
def test_rule_lets_good_code_pass(rule, text):
    assert list(rule("pupils/views.py", text)) == []


@pytest.mark.parametrize("path", ["pupils/deadlines.py", "ehcp/deadlines/reviews.py", "sendco/jobs/runner.py"])
def test_counts_of_the_law_are_for_the_rules(path):
    assert list(rules.no_legal_count(path, "NOTICE = timedelta(days=14)\n")) == []


@pytest.mark.parametrize("path", ["pupils/selectors.py", "pupils/services/plans.py", "staff/services.py"])
def test_unscoped_lookup_is_for_selectors_and_services(path):
    assert list(rules.no_unscoped_lookup(path, "Pupil.objects.get(pk=pk)\n")) == []


def test_breach_names_file_and_line(tmp_path):
    (tmp_path / "pupils").mkdir()
    (tmp_path / "pupils" / "views.py").write_text("\n\nPupil.objects.get(pk=1)\n", encoding="utf-8")

    assert [breach.split(" ")[0] for breach in rules.breaches(tmp_path)] == ["pupils/views.py:3:"]


def test_second_mark_safe_is_a_breach(tmp_path):
    (tmp_path / "sendco").mkdir()
    source = tmp_path / "sendco" / "rich_text.py"

    source.write_text("mark_safe(clean)\n", encoding="utf-8")
    assert rules.breaches(tmp_path) == []

    source.write_text("mark_safe(clean)\nmark_safe(note)\n", encoding="utf-8")
    assert len(rules.breaches(tmp_path)) == 2


def test_lines_of_plain_text_mails_are_measured(tmp_path):
    (tmp_path / "templates" / "emails").mkdir(parents=True)
    (tmp_path / "templates" / "emails" / "hello-body-text.txt").write_text("x\n" + "y" * 141, encoding="utf-8")

    assert [breach.split(" ")[0] for breach in rules.breaches(tmp_path)] == ["templates/emails/hello-body-text.txt:2:"]


def test_printed_pages_may_carry_their_own_style(tmp_path):
    for folder in ("reports", "pupils"):
        (tmp_path / "templates" / folder).mkdir(parents=True)
        (tmp_path / "templates" / folder / "page.html").write_text("<style>p {}</style>", encoding="utf-8")

    assert [breach.split(":")[0] for breach in rules.breaches(tmp_path)] == ["templates/pupils/page.html"]


def test_product_keeps_the_house_rules():
    assert rules.breaches() == []
