"""A form field for rich text: an editor where scripts run, a plain text box where they do not."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from .richtext import TooLong, clean_rich, marked_up, plain_text

SHAPE = """<div class="rich" data-rich>
<textarea name="{name}" id="{id}" class="form-control rich-plain" rows="{rows}"{described}>
{plain}</textarea>
<textarea name="{name}_html" hidden aria-hidden="true" tabindex="-1">
{html}</textarea>
<input type="hidden" name="{name}_kind" value="plain">
</div>"""
DESCRIBED = ' aria-describedby="{}"'


class RichWidget(forms.Textarea):
    """Posts three values: the plain text, the HTML, and which of them was edited.

    Without scripts the HTML stays as it was sent out. Plain text that says the same leaves it untouched, so that
    nobody loses a table by opening a page.
    """

    def __init__(self, attrs=None, *, rows=10):
        super().__init__(attrs)
        self.rows = rows

    def render(self, name, value, attrs=None, renderer=None):
        attrs = attrs or {}
        html = _cleaned_or_empty(value)
        described = attrs.get("aria-describedby")
        return format_html(
            SHAPE,
            name=name,
            id=attrs.get("id") or f"id_{name}",
            rows=str(self.rows),
            described=format_html(DESCRIBED, described) if described else "",
            plain=plain_text(html),
            html=html,
        )

    def value_from_datadict(self, data, files, name):
        plain, html = data.get(name), data.get(f"{name}_html") or ""
        if plain is None and not html:
            return None
        if data.get(f"{name}_kind") == "rich" or (html and _same_words(plain, html)):
            return html
        return marked_up(plain)

    def value_omitted_from_data(self, data, files, name):
        return name not in data and f"{name}_html" not in data


def _same_words(plain, html):
    """Compare as the person sees it; the stored form of an over-long text has no plain twin."""
    return (plain or "").split() == plain_text(_cleaned_or_empty(html)).split()


def _cleaned_or_empty(value):
    try:
        return clean_rich(value or "")
    except TooLong:
        return value


class RichField(forms.CharField):
    widget = RichWidget

    def __init__(self, *, rows=10, **kwargs):
        super().__init__(widget=RichWidget(rows=rows), strip=False, **kwargs)

    def to_python(self, value):
        try:
            return clean_rich(super().to_python(value))
        except TooLong as error:
            raise ValidationError(str(error)) from error


def initial_from_draft(form, draft):
    """What a draft holds, by field, for the fields of this form."""
    typed = {name: values[-1] for name, values in draft.data.items() if values}
    return {
        name: field.widget.value_from_datadict(typed, {}, form.add_prefix(name))
        for name, field in form.fields.items()
        if not field.widget.value_omitted_from_data(typed, {}, form.add_prefix(name))
    }
