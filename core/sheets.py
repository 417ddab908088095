"""Sheets of faces that can be opened again: the PNG carries what its faces were made of."""

import base64
import io
import json
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core import export
from core.commit import sync_folder, unwritable
from core.errors import ShapeError, StudioError
from core.latent import truncate
from core.plain_text import plain
from core.png_text import read_text

KEYWORD = "DCGAN Studio sheet"
MOST_FACES = 10_000
LONGEST_NAME = 300  # of a generator
_MOST_NUMBERS = 16_384  # of a latent vector
_MOST_Z_BYTES = 16 * 2**20
_MOST_TEXT = _MOST_Z_BYTES * 4 // 3 + 64 * 1024  # base64, and room for the rest
_INK = (70, 70, 70)

Setting = str | int | float | bool | None
Count = Annotated[int, Field(ge=1, le=MOST_FACES)]


class NoSheetError(StudioError):
    """A PNG that is not a sheet of this program, or has lost what it carried."""


def check_faces(count: int, latent_dim: int) -> None:
    """Raises ShapeError if a sheet cannot carry so many faces: to be asked before they are made."""
    if count > MOST_FACES:
        raise ShapeError(f"A sheet has {MOST_FACES:,} faces at most, not {count:,}. Ask for fewer.")
    if latent_dim > _MOST_NUMBERS:
        raise ShapeError(
            f"A sheet carries latent vectors of up to {_MOST_NUMBERS:,} numbers, not {latent_dim:,}. "
            "Write an array (.npy) instead."
        )
    if count * latent_dim * 4 > _MOST_Z_BYTES:
        raise ShapeError(
            f"A sheet carries {_MOST_Z_BYTES >> 20} MiB of latent vectors at most: "
            f"{_MOST_Z_BYTES // (latent_dim * 4):,} faces of {latent_dim:,} numbers, not {count:,}. "
            "Ask for fewer."
        )


@dataclass(frozen=True, eq=False)
class Sheet:
    """How a sheet looks, and what its faces were made of.

    Face i is the generator's picture of z[i] * truncation, and lies in row i // columns.
    Raises ShapeError, which names the bound, if z is not one or more finite vectors, if they do not fit the
    rows and columns, or if anything else is not what a PNG may carry.
    """

    z: NDArray[np.float32]  # (n, latent_dim), before truncation
    rows: int
    columns: int
    spacing: int = 2  # px, not scaled
    scale: int = 1
    labels: bool = False  # a number or a caption under each face
    truncation: float = 1.0
    digest: str = ""  # of the generator's weights
    generator: str = ""  # its name for people
    config: dict[str, Setting] | None = None  # of the run that it was trained in

    def __post_init__(self) -> None:
        if self.z.ndim != 2 or not self.z.size or self.z.dtype != np.float32 or not np.isfinite(self.z).all():
            raise ShapeError("A sheet needs latent vectors of finite numbers, (n, latent_dim) float32.")
        check_faces(*self.z.shape)
        object.__setattr__(self, "generator", plain(self.generator, LONGEST_NAME))
        try:
            _Look.model_validate({name: getattr(self, name) for name in _Look.model_fields})
        except ValidationError as error:
            first = error.errors()[0]
            what, rule = ", ".join(map(str, first["loc"])), first["msg"].removeprefix("Input ")
            given = plain(repr(first["input"]), 40)
            raise ShapeError(f"The {what} of a sheet is {given}, but it {rule}.") from error
        if self.rows * self.columns < len(self.z):
            raise ShapeError(f"{len(self.z):,} faces do not fit {self.rows} rows of {self.columns}.")

    @property
    def vectors(self) -> NDArray[np.float32]:
        """What the generator is given, (n, latent_dim) float32."""
        return truncate(self.z, self.truncation)


def arrange(
    pictures: NDArray[np.uint8], sheet: Sheet, captions: Sequence[str] | None = None
) -> NDArray[np.uint8]:
    """The sheet as a picture: (n, size, size, 3) uint8 -> (height, width, 3) uint8.

    With `sheet.labels` there is a caption under each face, cut off with an ellipsis where it is too long;
    without `captions` the faces are numbered from 0, as in an array or a folder. Raises ShapeError.
    """
    export.check_pictures(pictures)
    if len(pictures) != len(sheet.z):
        raise ShapeError(f"The sheet has {len(sheet.z)} latent vectors, but {len(pictures)} pictures.")
    size = pictures.shape[1] * sheet.scale
    letter, band = _lettering(size, sheet.labels)
    canvas = export.sheet(
        pictures, sheet.columns, sheet.spacing, rows=sheet.rows, scale=sheet.scale, band=band
    )
    if not sheet.labels:
        return canvas
    words = [str(index) for index in range(len(pictures))] if captions is None else captions
    if len(words) != len(pictures):
        raise ShapeError(f"{len(pictures)} faces need as many captions, not {len(words)}.")
    picture = Image.fromarray(canvas)
    draw, font = ImageDraw.Draw(picture), _font(letter)
    for index, text in enumerate(words):
        row, column = divmod(index, sheet.columns)
        middle = sheet.spacing + column * (size + sheet.spacing) + size / 2
        line = sheet.spacing + row * (size + band + sheet.spacing) + size + band / 2
        draw.text((middle, line), _fitted(text, font, size), _INK, font, anchor="mm")
    return np.asarray(picture)


def extent(size_px: int, sheet: Sheet) -> tuple[int, int, int]:
    """Width and height in px of `arrange`'s picture of faces of this size, and of the band below each."""
    size = size_px * sheet.scale
    band = _lettering(size, sheet.labels)[1]
    pitch = size + sheet.spacing
    return sheet.columns * pitch + sheet.spacing, sheet.rows * (pitch + band) + sheet.spacing, band


def save_sheet(
    path: Path, pictures: NDArray[np.uint8], sheet: Sheet, captions: Sequence[str] | None = None
) -> None:
    """Write `arrange` as a PNG from which `read_sheet` gets the sheet back. Raises StudioError."""
    export.write_png(path, arrange(pictures, sheet, captions), _notes(sheet))


def save_faces(
    folder: Path,
    pictures: NDArray[np.uint8],
    z: NDArray[np.float32],
    like: Sheet,
    *,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write 0000.png, 0001.png, ..., each a sheet of one face with the scale and the origin of `like`.

    All or nothing: a folder beside is filled and then renamed, or emptied into one that is there already.
    There may be more faces than in a sheet. `progress` is told the number of files written so far; what it
    raises ends the writing. Raises StudioError.
    """
    export.check_pictures(pictures)
    if len(pictures) != len(z):
        raise ShapeError(f"There are {len(z)} latent vectors, but {len(pictures)} pictures.")
    digits = max(4, len(str(len(z) - 1)))
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        for index, (vector, picture) in enumerate(zip(z, pictures, strict=True)):
            alone = replace(like, z=vector[None], rows=1, columns=1, spacing=0, labels=False)
            with (part / f"{index:0{digits}}.png").open("xb") as file:
                export.encode_png(file, arrange(picture[None], alone), _notes(alone))
            if progress is not None:
                progress(index + 1)
        if folder.is_dir():
            for file_made in sorted(part.iterdir()):
                file_made.replace(folder / file_made.name)
        else:
            part.rename(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    sync_folder(folder.parent)


def read_sheet(path: Path) -> Sheet:
    """The sheet that a PNG carries, its z bit for bit; the picture itself is not decoded.

    The file may come from a stranger: nothing is read past the limits above, and everything is checked.
    Raises NoSheetError if it carries no sheet, StudioError if it is damaged or no PNG.
    """
    text = read_text(path, KEYWORD, _MOST_TEXT)
    if text is None:
        raise NoSheetError(
            f"{path.name} carries no faces: it is not a sheet of this program, or another program has saved "
            "it anew without them."
        )
    try:
        stated = _Stated.model_validate_json(text)
        numbers = np.frombuffer(base64.b64decode(stated.z, validate=True), "<f4")
        return Sheet(
            z=numbers.reshape(stated.faces, stated.latent_dim).astype(np.float32),
            **stated.model_dump(exclude={"schema_version", "z", "faces", "latent_dim"}),
        )
    except (ValidationError, ValueError, ShapeError) as error:
        raise StudioError(f"{path.name} is damaged: its faces cannot be read. Get it anew.") from error


class _Look(BaseModel):
    """The bounds of what a sheet is, its faces apart."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)

    rows: Count
    columns: Count
    spacing: Annotated[int, Field(ge=0, le=1_000)]
    scale: Annotated[int, Field(ge=1, le=1_000)]
    labels: bool
    truncation: Annotated[float, Field(ge=0, le=10)]
    digest: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")]
    generator: Annotated[str, Field(max_length=LONGEST_NAME)]
    config: Annotated[dict[str, Setting], Field(max_length=200)] | None


class _Stated(_Look):
    """What a PNG says, before it is believed."""

    schema_version: Literal[1]
    z: Annotated[str, Field(max_length=_MOST_TEXT)]  # float32, little-endian, base64
    faces: Count
    latent_dim: Annotated[int, Field(ge=1, le=_MOST_NUMBERS)]


def _notes(sheet: Sheet) -> dict[str, str]:
    """What the PNG says, for people and for `read_sheet`."""
    stated = {
        "schema_version": 1,
        "z": base64.b64encode(sheet.z.astype("<f4").tobytes()).decode("ascii"),
        "faces": len(sheet.z),
        "latent_dim": sheet.z.shape[1],
        **{name: getattr(sheet, name) for name in _Look.model_fields},
    }
    text = json.dumps(stated, allow_nan=False)
    return {"Software": "DCGAN Studio", "Generator": sheet.generator, KEYWORD: text}


def _lettering(size: int, labels: bool) -> tuple[int, int]:
    """Height in px of the letters below faces of `size` px, and of the band that they stand in."""
    letter = min(max(size // 9, 10), 22)
    return letter, round(letter * 1.5) if labels else 0


def _font(letter: int) -> ImageFont.FreeTypeFont:
    data = files("resources").joinpath("fonts", "Inter-Medium.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), letter, layout_engine=ImageFont.Layout.BASIC)


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """As much of the text as is `width` px wide."""
    line = " ".join(text.split())
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1].rstrip()
    return line + "…" if line else ""
