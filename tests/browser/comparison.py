"""Compare two sets of pictures pixel by pixel: `python3 dev.py pictures --compare BEFORE AFTER` runs it."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

# The browser rounds the edges of letters and corners anew each time: one step of 255 anywhere, a few at a corner.
ROUNDING, CORNER_STEPS, CORNER_PIXELS = 1, 4, 8
MARK = (220, 0, 60)
# Where one picture is longer than the other; no page has this colour.
NOTHING = (255, 0, 255)
GAP = 16


@dataclass
class Difference:
    """How many pixels of a picture differ, and the box (left, top, right, bottom) around them."""

    name: str
    pixels: int
    box: tuple
    words: str = ""

    def line(self):
        return f"{self.name}: {self.pixels} pixels in {self.box}{self.words}"


def compare(before, after, out):
    """Return (only before, only after, differences), and write each difference side by side into `out`."""
    was, is_now = _index(before), _index(after)
    differences = []
    for name in sorted(was.keys() & is_now.keys()):
        with Image.open(before / name) as one, Image.open(after / name) as other:
            old, new = _same_size(one.convert("RGB"), other.convert("RGB"))
        mask = difference_mask(old, new)
        if mask.getbbox():
            pixels = mask.histogram()[255]
            differences.append(Difference(name, pixels, mask.getbbox(), _words(was[name], is_now[name])))
            out.mkdir(parents=True, exist_ok=True)
            side_by_side(old, new, mask).save(out / name)
    return sorted(was.keys() - is_now.keys()), sorted(is_now.keys() - was.keys()), differences


def difference_mask(old, new):
    """Return a picture of black and white, white wherever a channel differs by more than the browser's rounding."""
    channels = ImageChops.difference(old, new).split()
    most = ImageChops.lighter(ImageChops.lighter(*channels[:2]), channels[2])
    mask = most.point(lambda value: 255 if value > ROUNDING else 0)
    at_a_corner = most.getextrema()[1] <= CORNER_STEPS and mask.histogram()[255] <= CORNER_PIXELS
    return Image.new("L", mask.size) if at_a_corner else mask


def side_by_side(old, new, mask):
    """Return before, after, and after in grey with what differs marked and framed."""
    marked = new.convert("L").point(lambda value: 128 + value // 2).convert("RGB")
    marked.paste(MARK, mask=mask)
    left, top, right, bottom = mask.getbbox()
    ImageDraw.Draw(marked).rectangle((left - 3, top - 3, right + 2, bottom + 2), outline=MARK, width=2)
    sheet = Image.new("RGB", (3 * old.width + 2 * GAP, old.height), "white")
    for place, picture in enumerate((old, new, marked)):
        sheet.paste(picture, (place * (old.width + GAP), 0))
    return sheet


def _index(folder):
    return json.loads((folder / "index.json").read_text(encoding="utf-8"))


def _same_size(*pictures):
    size = tuple(max(picture.size[axis] for picture in pictures) for axis in (0, 1))
    return [_laid_on(Image.new("RGB", size, NOTHING), picture) for picture in pictures]


def _laid_on(sheet, picture):
    sheet.paste(picture, (0, 0))
    return sheet


def _words(old, new):
    """What the index says of a page that looks different: another record, title or status explains a good deal."""
    keys = [key for key in ("address", "title", "status") if old[key] != new[key]]
    return "".join(f"; {key} was {old[key]}, is {new[key]}" for key in keys)


def main(before, after, out):
    lost, gained, differences = compare(Path(before), Path(after), Path(out))
    lines = [f"only before: {name}" for name in lost] + [f"only after: {name}" for name in gained]
    lines += [difference.line() for difference in differences]
    same = len(_index(Path(after))) - len(gained) - len(differences)
    lines.append(
        f"{same} pictures are equal, {len(differences)} differ, {len(lost) + len(gained)} are in one set only."
    )
    sys.stdout.write("\n".join(lines) + "\n")
    if differences:
        told = json.dumps([asdict(difference) for difference in differences], indent=1)
        (Path(out) / "differences.json").write_text(told, encoding="utf-8")
    return 1 if lost or gained or differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
