"""Draw a picture anew, without anything else its file says. Runs in a closed process, never in the site."""

import io

from PIL import Image, ImageOps

from .bounds import MAX_PIXELS
from .child import Unreadable, answer

# Phones write some JPEGs as MPO, a JPEG with more pictures behind it; the first is kept.
FORMATS = {"jpeg": ["JPEG", "MPO"], "png": ["PNG"]}

Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, and looked at before anything is unpacked


def read_picture(content: bytes, word: str) -> tuple[bytes, set[str]]:
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS[word])
        if picture.width * picture.height > MAX_PIXELS:
            raise Unreadable("large")
        picture.load()
        picture = ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, EOFError, ZeroDivisionError):
        raise Unreadable("damaged") from None
    # Place, camera, remarks and colour profile stay behind.
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    saved = io.BytesIO()
    if word == "jpeg":
        picture = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
        picture.save(saved, "JPEG", quality=90)
    else:
        picture.save(saved, "PNG")
    return saved.getvalue(), set()


if __name__ == "__main__":
    answer(read_picture)
