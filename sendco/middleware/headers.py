"""Headers that every response carries, errors and files included."""

from django.conf import settings
from django.utils.cache import patch_vary_headers

from sendco.redaction import SECRET_PATHS

PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{name}=()"
            for name in (
                "accelerometer",
                "autoplay",
                "bluetooth",
                "browsing-topics",
                "camera",
                "display-capture",
            )
        ),
        "fullscreen=(self)",
        *(
            f"{name}=()"
            for name in (
                "geolocation",
                "gyroscope",
                "hid",
                "idle-detection",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
            )
        ),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
        *(f"{name}=()" for name in ("serial", "usb", "xr-spatial-tracking")),
    ]
)
FIXED = {
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SIGN_OUT = "/accounts/logout/"


class SecurityHeadersMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in FIXED.items():
            response.headers[name] = value
        # Not no-referrer: Chromium then posts "Origin: null" and the CSRF check refuses the form.
        secret = request.path.startswith(SECRET_PATHS)
        response.headers["Referrer-Policy"] = "strict-origin" if secret else "same-origin"
        if request.method == "POST" and request.path == SIGN_OUT:
            # What waits on the phone stays there, sealed: the page has taken the key away and says so.
            kept = request.POST.get("kept") == "1"
            response.headers["Clear-Site-Data"] = '"cache"' if kept else '"cache", "storage"'
        if not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response


class SignInOriginsMiddleware:
    """Let the sign-in pages post on to Google or Microsoft where they are set up: browsers apply form-action to the
    redirect after the post."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if settings.SIGN_IN_ORIGINS and request.path.startswith("/accounts/"):
            response._csp_update = {"form-action": settings.SIGN_IN_ORIGINS}
        return response
