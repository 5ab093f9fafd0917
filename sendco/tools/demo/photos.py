"""Evidence with a photo: a child's drawing beside a note of some plans, kept as an upload is."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from pupils.models import PlanNote
from sendco.files.services import store

A_SCHOOL = 3  # photos of each
SIZE = (640, 440)
COLOURS = (("#f6c945", "#7fb3d5"), ("#e98b6d", "#a9cf9b"), ("#b79bd0", "#f3e3c3"))


def add(schools):
    """For the first notes of each school. The bytes go to the folder of files, so this is no part of load()."""
    for school in schools:
        notes = PlanNote.objects.filter(plan__pupil__school=school, plan__is_confidential=False, file_id=None)
        for number, note in enumerate(notes.select_related("plan", "added_by").order_by("pk")[:A_SCHOOL]):
            stored = store(
                upload=SimpleUploadedFile("drawing.jpg", _drawing(*COLOURS[number % len(COLOURS)])),
                school_id=school.pk,
                pupil_id=note.plan.pupil_id,
                by=note.added_by,
                purpose="plan evidence",
            )
            note.file_id = stored.pk
            note.save(update_fields=["file_id"])


def _drawing(sun, ground):
    """A house, a sun and a tree, as JPEG."""
    image = Image.new("RGB", SIZE, "#fdfbf4")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 330, 640, 440), fill=ground)
    pen.ellipse((480, 40, 580, 140), fill=sun)
    pen.rectangle((140, 200, 320, 360), fill="#d9b28c", outline="#5b4636", width=5)
    pen.polygon((120, 200, 230, 100, 340, 200), fill="#9c4a3c")
    pen.rectangle((210, 280, 255, 360), fill="#5b4636")
    pen.rectangle((430, 240, 455, 360), fill="#5b4636")
    pen.ellipse((380, 140, 505, 265), fill="#5f8f52")
    made = BytesIO()
    image.save(made, "JPEG", quality=80)
    return made.getvalue()
