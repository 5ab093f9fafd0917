from django.urls import path

from . import views

urlpatterns = [
    path("provision/reviews/", views.review_list, name="review-list"),
    path("provision/outcomes/", views.outcome_points, name="outcome-points"),
    path("provision/runs/<int:pk>/scores/add/", views.scores_add, name="scores-add"),
    path("provision/runs/<int:pk>/scores/use/", views.scores_use, name="scores-use"),
    path("provision/runs/<int:pk>/review/", views.provision_review, name="provision-review"),
    path("provision/scores/<int:pk>/untie/", views.score_untie, name="score-untie"),
]
