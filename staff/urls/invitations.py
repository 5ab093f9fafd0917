from django.urls import path, re_path

from ..views import invitations, lost_factors

urlpatterns = [
    path("invitations/new/", invitations.invitation_new, name="invitation-new"),
    path("invitations/join/", invitations.invitation_join, name="invitation-join"),
    path("invitations/words/", invitations.words, name="three-words"),
    path("lost-device/", lost_factors.lost_factor_ask, name="lost-factor-ask"),
    path("invitations/<int:pk>/revoke/", invitations.invitation_revoke, name="invitation-revoke"),
    re_path(r"^invitations/(?P<secret>[\w-]{43})/$", invitations.invitation_accept, name="invitation-accept"),
]
