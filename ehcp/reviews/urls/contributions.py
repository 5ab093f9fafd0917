from django.urls import path

from ..views import answers, contributions

urlpatterns = [
    # For somebody without an account, who holds a pass.
    path("answer/", answers.answer, name="answer"),
    path("answer/<int:number>/", answers.answer_question, name="answer-question"),
    path("answer/files/<int:pk>/remove/", answers.answer_file_remove, name="answer-file-remove"),
    path("answer/check/", answers.answer_check, name="answer-check"),
    path("answer/sent/", answers.answer_sent, name="answer-sent"),
    # For the school.
    path("reviews/<int:pk>/contributions/", contributions.contribution_list, name="contribution-list"),
    path("reviews/<int:pk>/links/end/", contributions.links_end, name="links-end"),
    path("contributions/<int:pk>/", contributions.contribution_detail, name="contribution-detail"),
    path("contributions/<int:pk>/enter/", contributions.contribution_enter, name="contribution-enter"),
    path("contributions/<int:pk>/preview/", contributions.contribution_preview, name="contribution-preview"),
    path("contributions/<int:pk>/reopen/", contributions.contribution_reopen, name="contribution-reopen"),
    path("contributions/<int:pk>/talked/", contributions.contribution_talked, name="contribution-talked"),
    path("contributions/<int:pk>/here/", contributions.contribution_here, name="contribution-here"),
    path("contribution-files/<int:pk>/", contributions.contribution_file, name="contribution-file"),
    path("contribution-files/<int:pk>/keep/", contributions.contribution_file_keep, name="contribution-file-keep"),
    path("my-view/<int:pk>/", contributions.my_view, name="my-view"),
]
