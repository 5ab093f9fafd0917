from django.urls import path

from .views import letters as views

urlpatterns = [
    path("register/entries/<int:pk>/letter/", views.letter_new, name="letter-new"),
    path("letters/<int:pk>/", views.letter_detail, name="letter-detail"),
    path("letters/<int:pk>/file/", views.letter_file, name="letter-file"),
    path("letters/<int:pk>/sent/", views.letter_sent, name="letter-sent"),
    path("letters/templates/", views.letter_templates, name="letter-templates"),
    path("letters/templates/<slug:kind>/", views.letter_template_edit, name="letter-template-edit"),
]
