"""The pages on which a school changes the words of its letters. Each family of letters has the same two."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from sendco.formkit.page import FormPage, posted

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
        school = request.acting.school
        stored = self.words.of(school, kind)
        initial = {"subject": stored.subject, "body": stored.body, "version": stored.version}
        form = TemplateForm(posted(request), words=self.words, kind=kind, initial=initial)
        return FormPage(
            form=form,
            save=lambda cleaned: self.words.save(school=school, kind=kind, by=request.user, **cleaned),
            not_with="preview",
            done="Saved. Letters made before keep their words.",
            then=reverse(self.list_name),
            page=lambda: {
                "title": self.kinds(kind).label,
                "section": "school",
                "crumbs": [_school(), (self.title, reverse(self.list_name))],
                "fields": self.words.fields.fields_of(kind),
                "preview": self.words.example(kind, *(form[name].value() or "" for name in ("subject", "body"))),
                "cancel": reverse(self.list_name),
            },
            template="pupils/letter_template_edit.html",
        ).respond(request)


def _school():
    return "School", reverse("staff:school")
