"""The service worker: static/js/worker.js with the list of what it keeps: a new version of any file makes a new one."""

import hashlib
import json
from functools import cache

from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse

CHILD = "{child}"  # stands for a name in the page without a signal, which knows none
FILES = (
    "vendor/tabler.min.css", "vendor/sendco.css", "vendor/icons.svg", "img/icon.svg",
    "js/queue.js", "js/log.js", "js/offline.js",
)  # fmt: skip


@cache
def script() -> str:
    source = (settings.BASE_DIR / "static" / "js" / "worker.js").read_text(encoding="utf-8")
    page = reverse("provision:offline-page")
    files = [static(name) for name in FILES]
    words = get_template("provision/offline.html").template.source  # type: ignore[attr-defined]  # Django's own backend
    stamp = hashlib.sha256("\n".join([source, words, *files]).encode()).hexdigest()[:12]
    return f"const VERSION = {json.dumps(stamp)}, PAGE = {json.dumps(page)}, FILES = {json.dumps(files)};\n{source}"
