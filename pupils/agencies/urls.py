from django.urls import path

from . import views

urlpatterns = [
    path("agencies/", views.agency_list, name="agency-list"),
    path("agencies/add/", views.agency_add, name="agency-add"),
    path("agencies/<int:pk>/", views.agency_detail, name="agency-detail"),
    path("agencies/<int:pk>/edit/", views.agency_edit, name="agency-edit"),
    path("agencies/<int:pk>/end/", views.agency_end, name="agency-end"),
    path("agencies/<int:pk>/bought/add/", views.bought_add, name="bought-add"),
    path("agencies/bought/<int:pk>/edit/", views.bought_edit, name="bought-edit"),
    path("agencies/bought/<int:pk>/remove/", views.bought_remove, name="bought-remove"),
    path("agencies/<int:pk>/visits/add/", views.visit_add, name="visit-add"),
    path("agencies/visits/<int:pk>/edit/", views.visit_edit, name="visit-edit"),
    path("agencies/visits/<int:pk>/remove/", views.visit_remove, name="visit-remove"),
    path("pupils/<int:pk>/referrals/add/", views.referral_add, name="referral-add"),
    path("referrals/<int:pk>/", views.referral_detail, name="referral-detail"),
    path("referrals/<int:pk>/edit/", views.referral_edit, name="referral-edit"),
    path("referrals/<int:pk>/consent/", views.referral_consent, name="referral-consent"),
    path("referrals/<int:pk>/consent/withdraw/", views.referral_withdraw, name="referral-withdraw"),
    path("referrals/<int:pk>/send/", views.referral_send, name="referral-send"),
    path("referrals/<int:pk>/not-sent/", views.referral_not_sent, name="referral-not-sent"),
    path("referrals/<int:pk>/no-report/", views.referral_no_report, name="referral-no-report"),
    path("referrals/<int:pk>/seen/", views.referral_seen, name="referral-seen"),
    path("referrals/<int:pk>/report/", views.referral_report, name="referral-report"),
    path("referrals/<int:pk>/advice/add/", views.advice_add, name="advice-add"),
    path("referrals/advice/<int:pk>/decide/", views.advice_decide, name="advice-decide"),
    path("referrals/advice/<int:pk>/remove/", views.advice_remove, name="advice-remove"),
    path("referrals/<int:pk>/end/", views.referral_end, name="referral-end"),
    path("referrals/<int:pk>/reopen/", views.referral_reopen, name="referral-reopen"),
    path("referrals/<int:pk>/pdf/", views.referral_pdf, name="referral-pdf"),
]
