from django import forms

from .. import layouts

SPARE_ROWS = 2


class LayoutForm(forms.Form):
    """The headings of a form, each with an order, a note and the fields that stand under it, in rows of one page."""

    name = forms.CharField(label="Name of the layout", max_length=100)
    title = forms.CharField(label="Title at the top of the form", max_length=150)
    version = forms.IntegerField(widget=forms.HiddenInput)
    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=40)

    def __init__(self, data=None, *, authority, layout):
        parts = layout.parts if layout else layouts.default_parts()
        initial = {
            "name": layout.name if layout else f"{authority.name}: form for the review",
            "title": layout.title if layout else layouts.DEFAULT_TITLE,
            "version": layout.version if layout else 0,
            "rows": len(parts) + SPARE_ROWS,
        }
        super().__init__(data, initial=initial)
        self.stored = parts
        for number in range(self._row_count()):
            self._add_row(number, parts[number] if number < len(parts) else None)

    def _row_count(self):
        if not self.is_bound:
            return self.initial["rows"]
        text = self.data.get("rows", "")
        wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else SPARE_ROWS
        return min(max(wanted, 1), 40) + (SPARE_ROWS if "more" in self.data else 0)

    def _add_row(self, number, part):
        choices = [(code, field.title) for code, field in layouts.FIELDS.items()]
        self.fields[f"heading_{number}"] = forms.CharField(
            label="Heading", max_length=150, required=False, initial=part["heading"] if part else ""
        )
        self.fields[f"note_{number}"] = forms.CharField(
            label="Instruction to the writer, not printed",
            max_length=300,
            required=False,
            initial=part.get("note", "") if part else "",
        )
        self.fields[f"order_{number}"] = forms.IntegerField(
            label="Place", required=False, min_value=0, max_value=99, initial=number + 1
        )
        self.fields[f"fields_{number}"] = forms.MultipleChoiceField(
            label="What stands there",
            required=False,
            choices=choices,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            initial=part["fields"] if part else [],
        )

    def rows_shown(self):
        """(heading, note, order, fields) as bound fields, for the page."""
        for number in range(self._row_count()):
            yield [self[f"{name}_{number}"] for name in ("heading", "note", "order", "fields")]

    def parts(self):
        """The parts as they stand in the form, in their order; what is stored while nothing was typed."""
        if not self.is_bound or not hasattr(self, "cleaned_data"):
            return self.stored
        numbered = []
        for number in range(self._row_count()):
            heading = self.cleaned_data.get(f"heading_{number}", "")
            fields = self.cleaned_data.get(f"fields_{number}") or []
            if heading or fields:
                order = self.cleaned_data.get(f"order_{number}")
                part = {"heading": heading, "note": self.cleaned_data.get(f"note_{number}", ""), "fields": fields}
                numbered.append((99 if order is None else order, number, part))
        return [part for _, _, part in sorted(numbered, key=lambda row: row[:2])]

    def values(self):
        return {
            "name": self.cleaned_data["name"],
            "title": self.cleaned_data["title"],
            "version": self.cleaned_data["version"],
            "parts": self.parts(),
        }
