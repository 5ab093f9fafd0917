from django.urls import path

from . import answers, views

urlpatterns = [
    # For somebody without an account, who holds a pass.
    path("asked/", answers.outside_answer, name="outside-answer"),
    path("asked/files/<int:pk>/remove/", answers.outside_file_remove, name="outside-file-remove"),
    path("asked/pack/", answers.outside_pack, name="outside-pack"),
    path("asked/sent/", answers.outside_sent, name="outside-sent"),
    # For the school.
    path("support/<int:pk>/ask/", views.ask_parent, name="ask-parent"),
    path("referrals/<int:pk>/ask/", views.ask_agency, name="ask-agency"),
    path("pupils/<int:pk>/ask-school/", views.ask_school, name="ask-school"),
    path("pupils/<int:pk>/close-links/", views.outside_close_all, name="outside-close-all"),
    path("outside/<int:pk>/", views.outside_detail, name="outside-detail"),
    path("outside/<int:pk>/again/", views.outside_again, name="outside-again"),
    path("outside/<int:pk>/withdraw/", views.outside_withdraw, name="outside-withdraw"),
    path("outside/<int:pk>/read/", views.outside_read, name="outside-read"),
    path("outside/files/<int:pk>/", views.outside_file, name="outside-file"),
    path("outside/files/<int:pk>/keep/", views.outside_file_keep, name="outside-file-keep"),
    path("pupils/<int:pk>/handover/add/", views.handover_add, name="handover-add"),
    path("handover/<int:pk>/", views.handover_detail, name="handover-detail"),
    path("handover/<int:pk>/file/", views.handover_file, name="handover-file"),
    path("handover/<int:pk>/send/", views.handover_send, name="handover-send"),
    path("handover/<int:pk>/receive/", views.handover_receive, name="handover-receive"),
    path("handover/<int:pk>/withdraw/", views.handover_withdraw, name="handover-withdraw"),
]
