from django.urls import path

from . import views

urlpatterns = [
    path("my-day/", views.my_day, name="my-day"),
    path("my-day/catch-up/", views.catch_up, name="catch-up"),
    path("sessions/<int:pk>/", views.session_detail, name="session-detail"),
    path("sessions/<int:pk>/log/", views.session_log, name="session-log"),
    path("sessions/<int:pk>/lost/", views.session_lost, name="session-lost"),
    path("sessions/<int:pk>/correct/", views.session_correct, name="session-correct"),
    path("sessions/<int:pk>/take-back/", views.session_take_back, name="session-take-back"),
    path("sessions/<int:pk>/move/", views.session_move, name="session-move"),
    path("sessions/<int:pk>/make-good/", views.session_make_good, name="session-make-good"),
    path("sessions/<int:pk>/adults/", views.session_adults, name="session-adults"),
    path("sessions/<int:pk>/remove/", views.session_remove, name="session-remove"),
    path("provision/runs/<int:pk>/sessions/add/", views.session_add, name="session-add"),
]
