from django.urls import path

from ..views import letters as views

urlpatterns = [
    path("cases/<slug:case>/<int:pk>/letters/<slug:kind>/", views.letter_new, name="letter-new"),
    path("case-letters/<int:pk>/", views.letter_detail, name="letter-detail"),
    path("case-letters/<int:pk>/file/", views.letter_file, name="letter-file"),
    path("case-letters/<int:pk>/sent/", views.letter_sent, name="letter-sent"),
    path("school/case-letters/", views.template_list, name="letter-templates"),
    path("school/case-letters/<slug:kind>/", views.template_edit, name="letter-template-edit"),
]
