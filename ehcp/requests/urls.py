from django.urls import path

from .views import assessments as views
from .views import claims as request_claims
from .views import pack as request_pack
from .views import steps as request_steps

urlpatterns = [
    path("requests/", views.assessment_list, name="assessment-list"),
    path("requests/new/", views.assessment_new, name="assessment-new"),
    path("requests/<int:pk>/", views.assessment_detail, name="assessment-detail"),
    path("requests/<int:pk>/reason/", views.assessment_reason, name="assessment-reason"),
    path("requests/<int:pk>/caseworker/", views.assessment_caseworker, name="assessment-caseworker"),
    path("requests/<int:pk>/pack/", request_pack.assessment_pack, name="assessment-pack"),
    path("requests/<int:pk>/pack/file/", request_pack.assessment_pack_file, name="assessment-pack-file"),
    path("requests/<int:pk>/close/", views.assessment_close, name="assessment-close"),
    path("requests/<int:pk>/steps/<slug:step>/", request_steps.assessment_step, name="assessment-step"),
    path("requests/<int:pk>/advice/add/", request_claims.advice_add, name="advice-add"),
    path("request-advice/<int:pk>/edit/", request_claims.advice_edit, name="advice-edit"),
    path("requests/<int:pk>/exceptions/add/", request_claims.exemption_add, name="exemption-add"),
    path("request-exceptions/<int:pk>/withdraw/", request_claims.exemption_withdraw, name="exemption-withdraw"),
]
