"""The pages on which a school changes the words of its letters. Each family of letters has the same two."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from sendco.refusals import ChangedMeanwhile, Refused

from ...concerns.views import posted
from ..forms import TemplateForm
from ..services.words import LetterWords


@dataclass(frozen=True)
class WordsPages:
    """`floor` is the namespace of the addresses letter-templates and letter-template-edit."""

    words: LetterWords
    kinds: type
    title: str
    floor: str

    @property
    def list_name(self):
        return f"{self.floor}:letter-templates"

    def show(self, request):
        rows = [
            {
                "label": label,
                "words": self.words.of(request.acting.school, kind),
                "href": reverse(f"{self.floor}:letter-template-edit", args=[kind]),
            }
            for kind, label in self.kinds.choices
        ]
        context = {"title": self.title, "section": "school", "crumbs": [_school()], "rows": rows}
        return render(request, "pupils/letter_templates.html", context)

    def edit(self, request, kind):
        if kind not in self.kinds.values:
            raise Http404
        school, theirs = request.acting.school, None
        stored = self.words.of(school, kind)
        initial = {"subject": stored.subject, "body": stored.body, "version": stored.version}
        form = TemplateForm(posted(request), words=self.words, kind=kind, initial=initial)
        if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
            try:
                self.words.save(school=school, kind=kind, by=request.user, **form.cleaned_data)
            except ChangedMeanwhile as error:
                theirs = error.theirs
                form.add_error(None, str(error))
                form.data = form.data.copy()
                form.data["version"] = theirs.version
            except Refused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Saved. Letters made before keep their words.")
                return redirect(self.list_name)
        context = {
            "title": self.kinds(kind).label,
            "section": "school",
            "crumbs": [_school(), (self.title, reverse(self.list_name))],
            "form": form,
            "fields": self.words.fields.fields_of(kind),
            "preview": self.words.example(kind, *(form[name].value() or "" for name in ("subject", "body"))),
            "theirs": theirs,
            "cancel": reverse(self.list_name),
        }
        return render(request, "pupils/letter_template_edit.html", context, status=422 if form.errors else 200)


def _school():
    return "School", reverse("staff:school")
