#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the pictures in tests/data/reference with Pillow (needs pillow and numpy; the tests themselves do not).

source.png is rendered here from a fixed formula; every other file is what Pillow makes of it:
  source_*.{png,jpg}        the same picture in formats and pixel layouts that the decoder must know
  decoded_*.png             what Pillow decodes from those of them that lose something
  source_*.bmp              bitmaps (alone: make_reference.py bitmaps)
  *.tif, *.webp             scans and pictures of the web (alone: make_reference.py scans)
  mask_*.png                numbers of classes in the forms that tools write (alone: make_reference.py masks)
  FILTER_WxH.png, grey_*    what Pillow's Image.resize makes of source.png
"""
import pathlib
import sys

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).parent / "reference"
FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
SIZES = [(24, 17), (90, 71), (20, 80), (61, 20)]


def render(width=61, height=47):
    """Smooth waves, hard edges and noise, so that filters differ and overshoot on it."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = np.stack([np.sin(x / 5) * np.cos(y / 7), np.sin((x + y) / 9), np.cos(x * y / 300)], -1) * 100 + 128
    waves[10:25, 12:30] = (255, 0, 40)
    waves[30:40, 35:55] = (0, 255, 255)
    waves[:, 58:60] = 255
    noise = np.random.default_rng(7).integers(-12, 13, waves.shape)
    return Image.fromarray(np.clip(waves + noise, 0, 255).astype(np.uint8), "RGB")


def save(image, name, **options):
    image.save(OUT / name, **options)


def bitmaps():
    """Without compression, in all numbers of bits that Pillow writes; the picture is that of the .png files."""
    rgb = Image.open(OUT / "source.png").convert("RGB")
    save(rgb, "source.bmp")
    rgba = rgb.copy()
    rgba.putalpha(rgb.convert("L"))
    save(rgba, "source_rgba.bmp")
    save(Image.open(OUT / "source_palette.png"), "source_palette.bmp")
    save(rgb.convert("L"), "source_grey.bmp")
    save(rgb.convert("1"), "source_bit.bmp")


def scans():
    """TIFF and WebP in the forms that Pillow writes; the picture is that of the .png files, and of lossy ones what Pillow decodes."""
    rgb, grey = Image.open(OUT / "source.png").convert("RGB"), Image.open(OUT / "source_grey.png")
    rgba = rgb.copy()
    rgba.putalpha(grey)
    for name, compression in {"source": "tiff_lzw", "source_plain": None, "source_deflate": "tiff_adobe_deflate"}.items():
        save(rgb, name + ".tif", compression=compression)
    save(rgba, "source_rgba.tif", compression="tiff_lzw")
    save(grey, "source_grey.tif", compression="packbits")
    save(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "source_grey16.tif")
    save(Image.open(OUT / "source_palette.png"), "source_palette.tif", compression="tiff_lzw")
    save(rgb.convert("1"), "source_bit.tif", compression="group4")
    save(rgb, "source_pages.tif", compression="tiff_lzw", save_all=True, append_images=[Image.new("RGB", (5, 4))])
    for orientation in range(2, 9):
        save(rgb.crop((0, 0, 7, 5)), f"turned_{orientation}.tif", compression="tiff_lzw", tiffinfo={274: orientation})
        save(Image.open(OUT / f"turned_{orientation}.tif").convert("RGB"), f"turned_{orientation}.png")
    save(rgb, "source_big.tif", compression="tiff_lzw", big_tiff=True)
    save(rgb, "source.webp", lossless=True)
    save(rgba, "source_rgba.webp", lossless=True, exact=True)
    save(rgb, "source_lossy.webp", quality=70)
    save(Image.open(OUT / "source_lossy.webp").convert("RGB"), "decoded_lossy.png")
    save(rgb, "moving.webp", save_all=True, append_images=[rgb.rotate(180)])


def main():
    OUT.mkdir(exist_ok=True)
    rgb = render()
    grey = rgb.convert("L")
    save(rgb, "source.png")
    save(grey, "source_grey.png")
    for name, filter_ in FILTERS.items():
        for width, height in SIZES:
            save(rgb.resize((width, height), filter_), f"{name}_{width}x{height}.png")
        save(grey.resize(SIZES[0], filter_), f"grey_{name}_{SIZES[0][0]}x{SIZES[0][1]}.png")

    palette = rgb.quantize(64)
    save(palette, "source_palette.png")
    save(palette.convert("RGB"), "decoded_palette.png")
    rgba = rgb.copy()
    rgba.putalpha(grey)
    save(rgba, "source_rgba.png")
    grey_alpha = grey.copy()
    grey_alpha.putalpha(Image.fromarray(255 - np.asarray(grey)))
    save(grey_alpha, "source_grey_alpha.png")
    save(rgb.convert("1"), "source_bit.png", bits=1)
    save(rgb.convert("1").convert("L"), "decoded_bit.png")
    wide = np.asarray(grey).astype(np.uint16) * 256 + 77
    Image.fromarray(wide).save(OUT / "source_grey16.png")

    for name, options in {"420": {"subsampling": 2}, "444": {"subsampling": 0}, "progressive": {"progressive": True}}.items():
        save(rgb, f"source_{name}.jpg", quality=85, **options)
        save(Image.open(OUT / f"source_{name}.jpg").convert("RGB"), f"decoded_{name}.png")
    save(grey, "source_grey.jpg", quality=85)
    save(Image.open(OUT / "source_grey.jpg").convert("L"), "decoded_grey.png")
    save(rgb.convert("CMYK"), "source_cmyk.jpg", quality=90)
    save(Image.open(OUT / "source_cmyk.jpg").convert("RGB"), "decoded_cmyk.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn right": ignored, as Image.open ignores it
    save(rgb, "source_turned.jpg", quality=85, exif=exif)
    save(Image.open(OUT / "source_turned.jpg").convert("RGB"), "decoded_turned.png")

    masks()
    bitmaps()
    scans()


def masks():
    """Masks of 9x6 pixels, each the number (x + 3 y) mod 5, in the forms that tools write."""
    y, x = np.mgrid[0:6, 0:9]
    numbers = ((x + 3 * y) % 5).astype(np.uint8)
    grey = Image.fromarray(numbers)
    save(grey, "mask_grey.png")
    coloured = Image.fromarray(numbers, "P")
    coloured.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0, 0, 0, 128])
    save(coloured, "mask_palette.png")
    save(coloured, "mask_bits.png", bits=4)
    save(grey.convert("RGB"), "mask_rgb.png")
    save(coloured.convert("RGB"), "mask_colour.png")
    Image.fromarray(numbers.astype(np.uint16)).save(OUT / "mask_wide.png")
    save(Image.fromarray(np.stack([40 * numbers, 10 * numbers, 255 - numbers], axis=2)), "mask_picture.png")


if __name__ == "__main__":
    {"masks": masks, "bitmaps": bitmaps, "scans": scans}.get(sys.argv[1] if sys.argv[1:] else "", main)()
