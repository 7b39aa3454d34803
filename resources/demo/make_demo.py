#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the demo: capital letters in many fonts, and a small depthwise-separable network that tells them apart.

Writes into a folder (default: this script's own):
  glyphs.onnx           the network, FP32, opset 17, BatchNormalization left as nodes
  glyphs.npz            grey pictures 40 x 40 (uint8) and labels: calibration and validation samples
  glyphs.dataset.json   says how the model wants them
  classes.txt           class names

Needs, only for making it again: Debian 12's python3-torch, python3-pil, python3-numpy and the packages in FONT_PACKAGES.
All random numbers are seeded; training takes about ten minutes on one core. Letters of the calibration and validation
samples are drawn in font families that the training never saw.

Why it shows a real trouble: halfway through the training, an eighth of the pointwise channels (those with the smallest
BatchNormalization scales) are pruned by a mask, and the rest learns to do without them. The channels stay in the network,
as training frameworks leave them. The depthwise convolution behind a pruned channel sees no variation, and its own
BatchNormalization divides by almost nothing; folding the normalization into the weights gives that channel weights about
a hundred times larger than the others, as in published MobileNets, where channels die by themselves. One scale for the
whole tensor then leaves no steps for the channels that matter; one scale per channel does.
"""
import argparse
import io
import pathlib
import time
import zipfile

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import nn

FONT_PACKAGES = """fonts-cantarell fonts-comic-neue fonts-ebgaramond fonts-junicode fonts-linuxlibertine fonts-urw-base35
fonts-sil-charis fonts-crosextra-caladea fonts-crosextra-carlito fonts-dejavu-core fonts-dejavu-extra fonts-freefont-ttf
fonts-sil-gentiumplus fonts-hack fonts-inconsolata fonts-lato fonts-liberation fonts-noto-mono fonts-open-sans
fonts-roboto-unhinted fonts-roboto-slab fonts-sil-andika fonts-vollkorn""".split()
FONTS = pathlib.Path("/usr/share/fonts")
TRAINING_FONTS = """
opentype/cantarell/Cantarell-Regular.otf opentype/cantarell/Cantarell-Bold.otf
opentype/comic-neue/ComicNeue-Regular.otf opentype/comic-neue/ComicNeue-Bold.otf
opentype/ebgaramond/EBGaramond12-Regular.otf opentype/ebgaramond/EBGaramond12-Bold.otf
opentype/ebgaramond/EBGaramond12-Italic.otf opentype/junicode/JunicodeTwoBeta-Regular.otf
opentype/junicode/JunicodeTwoBeta-Bold.otf opentype/linux-libertine/LinLibertine_R.otf
opentype/linux-libertine/LinLibertine_RB.otf opentype/linux-libertine/LinBiolinum_R.otf
opentype/urw-base35/C059-Roman.otf opentype/urw-base35/C059-Bold.otf opentype/urw-base35/C059-Italic.otf
opentype/urw-base35/NimbusMonoPS-Regular.otf opentype/urw-base35/NimbusMonoPS-Bold.otf
opentype/urw-base35/NimbusRoman-Regular.otf opentype/urw-base35/NimbusRoman-Bold.otf
opentype/urw-base35/NimbusRoman-Italic.otf opentype/urw-base35/NimbusSans-Regular.otf
opentype/urw-base35/NimbusSans-Bold.otf opentype/urw-base35/NimbusSansNarrow-Regular.otf
opentype/urw-base35/URWBookman-Light.otf opentype/urw-base35/URWBookman-Demi.otf
opentype/urw-base35/URWGothic-Book.otf opentype/urw-base35/URWGothic-Demi.otf
truetype/charis/CharisSIL-Regular.ttf truetype/charis/CharisSIL-Bold.ttf
truetype/crosextra/Caladea-Regular.ttf truetype/crosextra/Caladea-Bold.ttf
truetype/dejavu/DejaVuSans.ttf truetype/dejavu/DejaVuSans-Bold.ttf truetype/dejavu/DejaVuSerif.ttf
truetype/dejavu/DejaVuSerif-Bold.ttf truetype/dejavu/DejaVuSansMono.ttf truetype/dejavu/DejaVuSansCondensed.ttf
truetype/freefont/FreeMono.ttf truetype/freefont/FreeSans.ttf truetype/freefont/FreeSerif.ttf
truetype/freefont/FreeSerifBoldItalic.ttf truetype/gentiumplus/GentiumPlus-Regular.ttf
truetype/gentiumplus/GentiumPlus-Bold.ttf truetype/inconsolata/Inconsolata.otf
truetype/liberation/LiberationSans-Regular.ttf truetype/liberation/LiberationSerif-Regular.ttf
truetype/liberation/LiberationMono-Regular.ttf truetype/noto/NotoSansMono-Regular.ttf
truetype/open-sans/OpenSans-Regular.ttf truetype/open-sans/OpenSans-Bold.ttf
truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf truetype/roboto/unhinted/RobotoTTF/Roboto-Bold.ttf
truetype/roboto/unhinted/RobotoCondensed-Regular.ttf
""".split()
UNSEEN_FONTS = """
opentype/roboto/slab/RobotoSlab-Regular.otf opentype/roboto/slab/RobotoSlab-Bold.otf
opentype/urw-base35/P052-Roman.otf opentype/urw-base35/P052-Bold.otf
truetype/andika/Andika-Regular.ttf truetype/andika/Andika-Bold.ttf
truetype/crosextra/Carlito-Regular.ttf truetype/crosextra/Carlito-Bold.ttf
truetype/hack/Hack-Regular.ttf truetype/hack/Hack-Bold.ttf
truetype/lato/Lato-Regular.ttf truetype/lato/Lato-Bold.ttf
truetype/vollkorn/Vollkorn-Regular.ttf truetype/vollkorn/Vollkorn-Bold.ttf
""".split()

CLASSES = [chr(ord("A") + i) for i in range(26)]
SIZE = 40
CALIBRATION, VALIDATION = 200, 2000
MEAN, STD = 0.5, 0.25


def draw_masks(fonts):
    """One 96 x 96 mask per font and letter; the letter is centred, about 60 pixels high."""
    masks = {}
    for name in fonts:
        if not (FONTS / name).exists():
            raise SystemExit(f"font {name} is missing; install the packages: {' '.join(FONT_PACKAGES)}")
        font = ImageFont.truetype(str(FONTS / name), 82)
        for label, letter in enumerate(CLASSES):
            mask = Image.new("L", (96, 96))
            ImageDraw.Draw(mask).text((48, 48), letter, font=font, fill=255, anchor="mm")
            box = mask.getbbox()
            shifted = Image.new("L", (96, 96))
            shifted.paste(mask.crop(box), ((96 - box[2] + box[0]) // 2, (96 - box[3] + box[1]) // 2))
            masks[name, label] = shifted
    return masks


def render(rng, mask):
    """One picture: the mask turned by up to 30 degrees, sheared, scaled, moved, on a sloping ground, blurred by chance
    and noised."""
    angle = np.deg2rad(rng.uniform(-30, 30))
    shear, scale = rng.uniform(-0.2, 0.2), 96 / SIZE / rng.uniform(0.6, 1.15)
    stretch = rng.uniform(0.85, 1.15)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = scale * turn @ np.array([[stretch, shear], [0, 1]])
    centre = SIZE / 2 + rng.uniform(-3, 3, 2)
    offset = np.array([48, 48]) - matrix @ centre
    coefficients = (*matrix[0], offset[0], *matrix[1], offset[1])
    # Drawn at twice the size and averaged, so that thin strokes do not break.
    big = np.array(coefficients) * (0.5, 0.5, 1, 0.5, 0.5, 1)
    picture = mask.transform((2 * SIZE, 2 * SIZE), Image.AFFINE, tuple(big), Image.BILINEAR)
    ink = np.asarray(picture, np.float32).reshape(SIZE, 2, SIZE, 2).mean((1, 3)) / 255
    if rng.random() < 0.3:
        padded = np.pad(ink, 1)
        ink = sum(padded[y:y + SIZE, x:x + SIZE] for y in range(3) for x in range(3)) / 9
    ground, contrast = rng.uniform(0.1, 0.9), rng.uniform(0.15, 0.7)
    tone = ground - contrast if ground > 0.5 else ground + contrast
    slope = np.linspace(-1, 1, SIZE, dtype=np.float32)
    field = ground + rng.uniform(-0.15, 0.15) * slope[:, None] + rng.uniform(-0.15, 0.15) * slope
    value = field * (1 - ink) + tone * ink + rng.normal(0, rng.uniform(0.01, 0.08), (SIZE, SIZE))
    return (np.clip(np.rint(value * 63), 0, 63) * 4).astype(np.uint8)  # 64 grey levels pack better


def render_set(seed, fonts, count):
    rng = np.random.default_rng(seed)
    masks = draw_masks(fonts)
    labels = rng.permutation(np.arange(count) % len(CLASSES))
    pictures = [render(rng, masks[fonts[rng.integers(len(fonts))], int(label)]) for label in labels]
    return np.stack(pictures)[..., None], labels.astype(np.int64)


class Block(nn.Module):
    """Depthwise 3 x 3, then pointwise; each with BatchNormalization and ReLU."""

    def __init__(self, before, after, stride):
        super().__init__()
        self.depthwise = nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False)
        self.depthwise_norm = nn.BatchNorm2d(before)
        self.depthwise_relu = nn.ReLU()
        self.pointwise = nn.Conv2d(before, after, 1, bias=False)
        self.pointwise_norm = nn.BatchNorm2d(after)
        self.pointwise_relu = nn.ReLU()

    def forward(self, x):
        x = self.depthwise_relu(self.depthwise_norm(self.depthwise(x)))
        return self.pointwise_relu(self.pointwise_norm(self.pointwise(x)))


class Glyphs(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 32, 3, 2, 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(32)
        self.stem_relu = nn.ReLU()
        shapes = [(32, 64, 1), (64, 96, 1), (96, 128, 2), (128, 128, 1), (128, 128, 1), (128, 256, 2), (256, 256, 1)]
        self.blocks = nn.Sequential(*(Block(*shape) for shape in shapes))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classify = nn.Linear(256, len(CLASSES))

    def forward(self, x):
        x = self.stem_relu(self.stem_norm(self.stem(x)))
        return self.classify(self.flatten(self.pool(self.blocks(x))))


def to_input(pictures):
    """NHWC uint8 to the model's NCHW float input."""
    x = torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))).float()
    return (x / 255 - MEAN) / STD


def prune(model):
    """Masks the eighth of each block's pointwise channels with the smallest scales; returns (norm, channels) pairs."""
    pruned = []
    for block in model.blocks[:-1]:
        norm = block.pointwise_norm
        pruned.append((norm, norm.weight.detach().abs().argsort()[:len(norm.weight) // 8]))
    return pruned


def hold_at_zero(pruned):
    with torch.no_grad():
        for norm, channels in pruned:
            norm.weight[channels] = 0
            norm.bias[channels] = 0


def train(model, pictures, labels, epochs):
    convolutions = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": convolutions, "weight_decay": 1e-4}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
    batch = 128
    steps = epochs * (len(labels) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=steps, pct_start=0.2)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    targets = torch.from_numpy(labels)
    pruned = []
    for epoch in range(epochs):
        if epoch == epochs // 2:
            pruned = prune(model)
        model.train()
        order, total, start = torch.randperm(len(labels)), 0.0, time.time()
        for first in range(0, len(labels) - batch + 1, batch):
            chosen = order[first:first + batch]
            loss = loss_of(model(to_input(pictures[chosen.numpy()])), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            hold_at_zero(pruned)
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}: loss {total / (len(labels) // batch):.3f}, {time.time() - start:.0f} s", flush=True)


def top1(model, pictures, labels):
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(to_input(part)).argmax(1) for part in np.array_split(pictures, 20)])
    return 100 * float((found.numpy() == labels).mean())


def describe_ranges(model):
    """Prints how wide the channels' ranges are once the normalization is folded into the depthwise weights."""
    for index, block in enumerate(model.blocks):
        norm = block.depthwise_norm
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        ranges = (block.depthwise.weight.abs().amax((1, 2, 3)) * factor.abs()).detach()
        print(f"block {index}: depthwise range per channel median {ranges.median():.3g}, largest {ranges.max():.3g}")


def export(model, path):
    model.eval()
    torch.onnx.export(
        model, torch.zeros(1, 1, SIZE, SIZE), str(path), opset_version=17, input_names=["image"],
        output_names=["scores"], dynamic_axes={"image": {0: "N"}, "scores": {0: "N"}},
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)


def save_npz(path, arrays):
    """As numpy.savez_compressed, with fixed time stamps, so that the same arrays always give the same file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())


def dataset_description():
    import json
    return json.dumps({
        "version": 1, "name": "glyphs", "model": "glyphs.onnx", "source": "npz", "file": "glyphs.npz",
        "arrays": {"image": "x"}, "labels": "y",
        "preprocess": {"image": {
            "dtype": "float32", "layout_in": "NHWC", "layout_out": "NCHW", "colour": "GRAY",
            "scale": 1 / 255, "mean": [MEAN], "std": [STD]}},
        "splits": {"calibration": {"range": [0, CALIBRATION]},
                   "validation": {"range": [CALIBRATION, CALIBRATION + VALIDATION]}},
        "metric": "top1", "output": "scores", "classes": "classes.txt"}, indent=1) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--samples", type=int, default=20000, help="training samples")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    held_x, held_y = render_set(2, UNSEEN_FONTS, CALIBRATION + VALIDATION)
    start = time.time()
    train_x, train_y = render_set(3, TRAINING_FONTS, options.samples)
    print(f"rendered {options.samples} training samples in {time.time() - start:.0f} s", flush=True)
    model = Glyphs()
    train(model, train_x, train_y, options.epochs)
    describe_ranges(model)
    print(f"top-1 on {VALIDATION} samples in unseen fonts: "
          f"{top1(model, held_x[CALIBRATION:], held_y[CALIBRATION:]):.2f} %")
    export(model, options.out / "glyphs.onnx")
    save_npz(options.out / "glyphs.npz", {"x": held_x, "y": held_y.astype(np.int32)})
    (options.out / "glyphs.dataset.json").write_text(dataset_description(), encoding="utf-8")
    (options.out / "classes.txt").write_text("\n".join(CLASSES) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
