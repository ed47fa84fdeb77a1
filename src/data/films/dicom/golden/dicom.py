"""Writes made DICOM films (*.dcm) and what they show (dicom.json), as pydicom reads them.

Run: /usr/bin/python3 src/data/films/dicom/golden/dicom.py
Needs python3-pydicom (2.3), python3-gdcm, python3-pil, dcmtk, libopenjp2-tools and openjph-tools of Debian.
"""
import base64
import io
import json
import pathlib
import re
import subprocess
import tempfile
import warnings

import gdcm
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixel_data_handlers.util import apply_color_lut, apply_modality_lut, apply_voi_lut, convert_color_space
from pydicom.sequence import Sequence
from pydicom.uid import UID

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED = (f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".2", ".1.99"))
JPEG, JPEG_2000_LOSSLESS, JPEG_2000 = (f"1.2.840.10008.1.2.4.{end}" for end in (50, 90, 91))
DIGITAL_XRAY = "1.2.840.10008.5.1.4.1.1.1.1"
# No multiples of a JPEG block or of each other.
WIDTH, HEIGHT = 36, 28
STUDY = "1.2.826.0.1.3680043.8.498.1"


def made_film(bits, seed=1):
    """Two dark lungs, a bright heart, a marker and some noise, over the whole range of `bits`."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] / [[[HEIGHT]], [[WIDTH]]]
    lungs = np.exp(-(((x - 0.3) / 0.14) ** 2 + ((y - 0.5) / 0.3) ** 2)) + np.exp(-(((x - 0.72) / 0.13) ** 2 + ((y - 0.5) / 0.3) ** 2))
    film = 0.75 - 0.6 * lungs + 0.15 * np.exp(-(((x - 0.55) / 0.1) ** 2 + ((y - 0.65) / 0.15) ** 2))
    film += np.random.RandomState(seed).uniform(-0.03, 0.03, film.shape)
    film[2:5, 2:6] = 1
    film[-2:] = 0
    return np.round(np.clip(film, 0, 1) * (2**bits - 1)).astype(np.int64)


def made_color():
    return np.stack([made_film(8, seed) for seed in (1, 2, 3)], axis=-1) // [1, 2, 3]


def make(pixels, bits, allocated=None, signed=False, photometric="MONOCHROME2", meta=EXPLICIT, **attributes):
    """A digital X-ray in Explicit VR Little Endian. Attributes by their keyword; None takes one away."""
    allocated = allocated or (8 if bits <= 8 else 16)
    film = FileDataset(None, {}, preamble=b"\0" * 128)
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = UID(meta)
    film.file_meta.MediaStorageSOPClassUID = UID(DIGITAL_XRAY)
    film.file_meta.MediaStorageSOPInstanceUID = UID(STUDY + ".1.1")
    film.SOPClassUID, film.SOPInstanceUID = film.file_meta.MediaStorageSOPClassUID, film.file_meta.MediaStorageSOPInstanceUID
    film.StudyInstanceUID, film.Modality, film.PatientID, film.PatientSex = UID(STUDY), "DX", "made", "F"
    film.PatientAge, film.ViewPosition, film.BodyPartExamined, film.StudyDate = "060Y", "PA", "CHEST", "20200101"
    film.Rows, film.Columns = pixels.shape[:2]
    film.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    if film.SamplesPerPixel == 3:
        film.PlanarConfiguration = 0
    film.PhotometricInterpretation = photometric
    film.BitsAllocated, film.BitsStored, film.HighBit = allocated, bits, bits - 1
    film.PixelRepresentation = int(signed)
    film.PixelData = pixels.astype(f"{'i' if signed else 'u'}{allocated // 8}").tobytes()
    film["PixelData"].VR = "OB" if allocated == 8 else "OW"
    for keyword, value in attributes.items():
        if value is not None:
            setattr(film, keyword, value)
        elif keyword in film:
            delattr(film, keyword)
    film.is_little_endian, film.is_implicit_VR = True, False
    return film


def write(film):
    target = io.BytesIO()
    pydicom.dcmwrite(target, film, write_like_original=True)
    return target.getvalue()


def run(film, *command):
    """The film as a tool writes it: `command` with {} for the two paths."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.dcm"), pathlib.Path(folder, "out.dcm")
        source.write_bytes(write(film))
        subprocess.run([*command, str(source), str(target)], check=True, capture_output=True)
        return target.read_bytes()


def encapsulated(film, syntax, frame, pieces=1, offsets=True):
    """The film with a compressed frame in `pieces` fragments."""
    film.file_meta.TransferSyntaxUID = UID(syntax)
    film.PixelData = encapsulate([frame], fragments_per_frame=pieces, has_bot=offsets)
    film["PixelData"].is_undefined_length = True
    film["PixelData"].VR = "OB"
    return write(film)


def jpeg_2000(pixels, bits, signed=False, *options):
    with tempfile.TemporaryDirectory() as folder:
        raw, coded = pathlib.Path(folder, "in.raw"), pathlib.Path(folder, "out.j2k")
        raw.write_bytes(pixels.astype("u1" if bits <= 8 else ">i2" if signed else ">u2").tobytes())
        components = 1 if pixels.ndim == 2 else 3
        shape = f"{WIDTH},{HEIGHT},{components},{bits},{'s' if signed else 'u'}"
        if components == 3:
            shape += "@1x1:1x1:1x1"
            raw.write_bytes(np.moveaxis(pixels, -1, 0).astype("u1").tobytes())
        subprocess.run(["opj_compress", "-i", raw, "-o", coded, "-F", shape, "-n", "3", *options], check=True, capture_output=True)
        return coded.read_bytes()


def high_throughput(pixels):
    with tempfile.TemporaryDirectory() as folder:
        source, coded = pathlib.Path(folder, "in.pgm"), pathlib.Path(folder, "out.j2c")
        source.write_bytes(b"P5 %d %d 4095\n" % (WIDTH, HEIGHT) + pixels.astype(">u2").tobytes())
        subprocess.run(["ojph_compress", "-i", source, "-o", coded, "-reversible", "true"], check=True, capture_output=True)
        return coded.read_bytes()


def mislabelled(film, syntax):
    """A compressed film whose meta names another syntax of the same length."""
    head, body = film[:300], film[300:]
    return re.sub(rb"1\.2\.840\.10008\.1\.2\.4\.\d\d", syntax.encode(), head) + body


def modality_lut(first, entries, bits=16):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item["LUTDescriptor"].VR = "US" if first >= 0 else "SS"
    item.ModalityLUTType = "US"
    item.LUTData = list(entries)
    item["LUTData"].VR = "US"
    return Sequence([item])


def voi_lut(first, entries, bits):
    item = modality_lut(first, entries, bits)[0]
    del item.ModalityLUTType
    return Sequence([item])


def window(center, width, function=None):
    return {"WindowCenter": center, "WindowWidth": width, **({"VOILUTFunction": function} if function else {})}


grey8, grey10, grey12, grey16, color = made_film(8), made_film(10), made_film(12), made_film(16), made_color()
signed12 = grey12 - 2048
curve = (1023 * np.sqrt(np.arange(1024) / 1023)).astype(int)
padded = grey12.copy()
padded[:, :9] = 0

unpacked_overlay = grey12 | ((grey12 % 3 == 0).astype(np.int64) << 12)
red = (np.arange(256) ** 2 // 255 * 257).astype("<u2").tobytes()
green, blue = (np.arange(256) * 257).astype("<u2").tobytes(), (np.arange(255, -1, -1) * 257).astype("<u2").tobytes()
palette = {}
for name, entries in (("Red", red), ("Green", green), ("Blue", blue)):
    palette[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
    palette[f"{name}PaletteColorLookupTableData"] = entries

wide = lambda **more: make(grey12, 12, **{**window(2000, 3000), **more})
ybr = convert_color_space(color.astype("u1"), "RGB", "YBR_FULL")
# Luma for every pixel, chroma for every other: Y Y B R.
ybr422 = np.stack([ybr[:, 0::2, 0], ybr[:, 1::2, 0], ybr[:, 0::2, 1], ybr[:, 0::2, 2]], axis=-1)
baseline = io.BytesIO()
Image.fromarray(grey8.astype("u1")).save(baseline, "JPEG", quality=90)
baseline_color = io.BytesIO()
Image.fromarray(color.astype("u1")).save(baseline_color, "JPEG", quality=90, subsampling=1)

FILMS = {
    # How the file is written
    "implicit": run(wide(), "dcmconv", "+ti"),
    "explicit": write(wide()),
    "bigEndian": run(wide(), "dcmconv", "+tb"),
    "bigEndian8": run(make(grey8, 8), "dcmconv", "+tb"),
    "deflated": run(wide(), "dcmconv", "+td"),
    "noPreamble": write(wide())[132:],
    "noMetaImplicit": run(wide(), "dcmconv", "-F", "+ti"),
    "noMetaExplicit": run(wide(), "dcmconv", "-F", "+te"),
    "metaSaysImplicit": write(make(grey8, 8, meta=IMPLICIT)),
    # Samples
    "grey8": write(make(grey8, 8)),
    "grey8Inverted": write(make(grey8, 8, photometric="MONOCHROME1")),
    "grey8Windowed": write(make(grey8, 8, **window(100, 120))),
    "grey10": write(make(made_film(10), 10)),
    "grey16": write(make(grey16, 16)),
    "grey16Inverted": write(make(grey16, 16, photometric="MONOCHROME1")),
    "signed": write(make(signed12, 12, signed=True, **window(0, 3000))),
    "signed16": write(make(grey16 - 32768, 16, signed=True)),
    "highBit": write(make(grey12 << 4, 12, HighBit=15)),
    "overlayBits": write(make(unpacked_overlay, 12)),
    "padding": write(make(padded, 12, PixelPaddingValue=0)),
    "paddingRangeInverted": write(
        make(np.where(padded == 0, 4090, padded), 12, photometric="MONOCHROME1", PixelPaddingValue=4090, PixelPaddingRangeLimit=4095)
    ),
    "rgb": write(make(color, 8, photometric="RGB")),
    "rgbPlanar": write(make(np.moveaxis(color, -1, 0).reshape(HEIGHT, WIDTH, 3), 8, photometric="RGB", PlanarConfiguration=1)),
    "ybrFull": write(make(ybr, 8, photometric="YBR_FULL")),
    "ybrFull422": write(make(color, 8, photometric="YBR_FULL_422", PixelData=ybr422.astype("u1").tobytes())),
    "palette": write(make(grey8, 8, photometric="PALETTE COLOR", **palette)),
    # Grey scale
    "linear": write(wide(RescaleSlope="2.5", RescaleIntercept="-1000", **window(3000, 5000, "LINEAR"))),
    "linearExact": write(wide(RescaleSlope="1", RescaleIntercept="-1000", **window(900, 40, "LINEAR_EXACT"))),
    "linearNarrow": write(wide(**window(1900, 40, "LINEAR"))),
    "sigmoid": write(wide(**window(2000, 1500, "SIGMOID"))),
    "sigmoidInverted": write(wide(photometric="MONOCHROME1", **window(2000, 1500, "SIGMOID"))),
    "twoWindows": write(wide(**window([2000, 100], [3000, 50]))),
    "modalityLut": write(make(grey10, 10, ModalityLUTSequence=modality_lut(0, curve * 64), **window(40000, 50000))),
    "modalityLutShort": write(make(grey10, 10, ModalityLUTSequence=modality_lut(100, curve[:600] * 64))),
    "voiLut": write(make(grey10, 10, VOILUTSequence=voi_lut(0, curve, 10))),
    "voiLut8Inverted": write(make(grey10, 10, photometric="MONOCHROME1", VOILUTSequence=voi_lut(300, np.arange(256), 8))),
    "voiLutSigned": write(make(grey10 - 512, 10, signed=True, VOILUTSequence=voi_lut(-512, curve, 10))),
    # Compressed
    "rle8": run(make(grey8, 8), "dcmcrle"),
    "rle16": run(wide(), "dcmcrle"),
    "rleColor": run(make(color, 8, photometric="RGB"), "dcmcrle"),
    "jpeg": encapsulated(make(grey8, 8), JPEG, baseline.getvalue()),
    "jpegColor": encapsulated(make(color, 8, photometric="YBR_FULL_422"), JPEG, baseline_color.getvalue()),
    "jpegFragments": encapsulated(make(grey8, 8), JPEG, baseline.getvalue(), pieces=3, offsets=False),
    "jpegExtended12": run(wide(), "dcmcjpeg", "+un", "+ee", "+q", "95"),
    "jpegLossless8": run(make(grey8, 8), "dcmcjpeg", "+un", "+e1"),
    "jpegLossless12": run(wide(), "dcmcjpeg", "+un", "+e1"),
    "jpegLossless16": run(make(grey16, 16), "dcmcjpeg", "+un", "+e1"),
    "jpegLosslessSigned": run(make(signed12, 12, signed=True, **window(0, 3000)), "dcmcjpeg", "+un", "+e1"),
    **{f"jpegLosslessPredictor{at}": run(wide(), "dcmcjpeg", "+un", "+el", "+sv", str(at)) for at in (2, 4, 7)},
    "jpegLosslessColor": run(make(color, 8, photometric="RGB"), "dcmcjpeg", "+un", "+e1"),
    "jpegLs8": run(make(grey8, 8), "dcmcjpls", "+un", "+el"),
    "jpegLs12": run(wide(), "dcmcjpls", "+un", "+el"),
    "jpegLs16": run(make(grey16, 16), "dcmcjpls", "+un", "+el"),
    "jpegLsNear": run(wide(), "dcmcjpls", "+un", "+en", "+md", "3"),
    "jpegLsColor": run(make(color, 8, photometric="RGB"), "dcmcjpls", "+un", "+el"),
    "jpegLsPlanes": run(make(color, 8, photometric="RGB"), "dcmcjpls", "+un", "+el", "+in"),
    "jpeg2000Lossless": encapsulated(wide(), JPEG_2000_LOSSLESS, jpeg_2000(grey12, 12)),
    "jpeg2000Lossless16": encapsulated(make(grey16, 16), JPEG_2000_LOSSLESS, jpeg_2000(grey16, 16)),
    "jpeg2000Signed": encapsulated(
        make(signed12, 12, signed=True, **window(0, 3000)), JPEG_2000_LOSSLESS, jpeg_2000(signed12, 12, True)
    ),
    "jpeg2000": encapsulated(wide(), JPEG_2000, jpeg_2000(grey12, 12, False, "-I", "-r", "4"), pieces=2),
    # pydicom 2.3 does not know its syntax, which the lab does not look at.
    "jpeg2000HighThroughput": encapsulated(wide(), JPEG_2000_LOSSLESS, high_throughput(grey12)),
    "jpegSaysLossless": mislabelled(encapsulated(make(grey8, 8), JPEG, baseline.getvalue()), "1.2.840.10008.1.2.4.70"),
    "jpegLsSaysJpeg2000": mislabelled(run(wide(), "dcmcjpls", "+un", "+el"), JPEG_2000),
    "jpeg2000Color": encapsulated(
        make(color, 8, photometric="YBR_RCT"), JPEG_2000_LOSSLESS, jpeg_2000(color, 8, False, "-mct", "1")
    ),
}


def luma(rgb):
    return np.asarray(Image.fromarray(rgb.astype("u1")).convert("L"))


def shown(name, data):
    """The film in bytes as pydicom gives it: the reference. Pillow stands in for it where it turns colours by itself."""
    # What these hold is known, and pydicom 2.3 cannot read it.
    name, data = {
        "jpeg2000HighThroughput": ("explicit", FILMS["explicit"]),
        "jpegSaysLossless": ("jpeg", FILMS["jpeg"]),
        "jpegLsSaysJpeg2000": ("jpegLs12", FILMS["jpegLs12"]),
    }.get(name, (name, data))
    film = pydicom.dcmread(io.BytesIO(data), force=True)
    if not hasattr(film.file_meta, "TransferSyntaxUID"):
        film.file_meta.TransferSyntaxUID = UID(IMPLICIT if film.is_implicit_VR else EXPLICIT)
    photometric = film.PhotometricInterpretation
    if film.SamplesPerPixel == 3:
        if film.file_meta.TransferSyntaxUID == JPEG:
            return luma(np.asarray(Image.open(baseline_color).convert("RGB")))
        pixels = film.pixel_array
        return luma(convert_color_space(pixels, photometric, "RGB") if photometric.startswith("YBR_FULL") else pixels)
    pixels = film.pixel_array
    if name == "overlayBits":
        # pydicom 2.3 leaves the other bits of a word in.
        pixels = pixels & (2**film.BitsStored - 1)
    if photometric == "PALETTE COLOR":
        return luma(np.round(apply_color_lut(pixels, film) / 257))
    values = apply_modality_lut(pixels, film).astype(np.float64)
    seen = np.ones(values.shape, bool)
    if "PixelPaddingValue" in film:
        ends = sorted([film.PixelPaddingValue, film.get("PixelPaddingRangeLimit", film.PixelPaddingValue)])
        seen = (pixels < ends[0]) | (pixels > ends[1])
        values[~seen] = values[seen].max() if photometric == "MONOCHROME1" else values[seen].min()
    if "VOILUTSequence" in film:
        # By hand (PS3.3, C.11.2.1.1): pydicom 2.3 counts in bytes where entries have 8 bits.
        count, first, bits = film.VOILUTSequence[0].LUTDescriptor
        entries = np.array(film.VOILUTSequence[0].LUTData)
        unit = entries[np.clip(values.astype(int) - first, 0, count - 1)] / (2**bits - 1)
    elif "WindowWidth" in film:
        # pydicom scales a window to the range of what may be stored, after the rescale.
        low, high = (-(2 ** (film.BitsStored - 1)), 2 ** (film.BitsStored - 1) - 1) if film.PixelRepresentation else (0, 2**film.BitsStored - 1)
        if "ModalityLUTSequence" in film:
            low, high = 0, 2 ** film.ModalityLUTSequence[0].LUTDescriptor[2] - 1
        elif "RescaleSlope" in film:
            low, high = (end * film.RescaleSlope + film.RescaleIntercept for end in (low, high))
        unit = (apply_voi_lut(values, film) - low) / (high - low)
    elif film.BitsStored == 8:
        unit = values / 255
    else:
        low, high = np.percentile(values[seen], [0.5, 99.5], method="inverted_cdf")
        unit = np.clip((values - low) / (high - low), 0, 1)
    if photometric == "MONOCHROME1":
        unit = 1 - unit
    return np.round(unit * 255)


REFUSED = {
    "computedTomography": (write(wide(Modality="CT")), "CT"),
    "report": (write(wide(Modality="SR", PixelData=None)), "SR"),
    "presentationState": (write(wide(Modality="PR", PixelData=None)), "PR"),
    "noPixels": (write(wide(PixelData=None)), "holds no image"),
    "twoFrames": (write(make(np.tile(grey8, (2, 1)), 8, Rows=HEIGHT, NumberOfFrames="2")), "2 frames"),
    "hand": (write(wide(BodyPartExamined="HAND")), "HAND"),
    "colorCapture": (write(make(color, 8, photometric="RGB", Modality="SC")), "secondary capture"),
    "cutShort": (write(wide())[:-100], "cut short"),
    "cutShortCompressed": (run(wide(), "dcmcjpls", "+un", "+el")[:-200], "cut short"),
    "tooManyPixels": (write(wide(Rows=60000, Columns=60000)), "megapixels"),
    "sizeBeyondItsData": (write(wide(Rows=3000, Columns=3000)), "cut short"),
    "video": (encapsulated(make(grey8, 8), "1.2.840.10008.1.2.4.102", b"\0\0\1\xb3" * 8), "1.2.840.10008.1.2.4.102"),
}

if __name__ == "__main__":
    for old in HERE.glob("*.dcm"):
        old.unlink()
    golden = {"pydicom": pydicom.__version__, "gdcm": gdcm.Version.GetVersion(), "width": WIDTH, "height": HEIGHT, "films": {}, "refused": {}}
    for name, data in FILMS.items():
        (HERE / f"{name}.dcm").write_bytes(data)
        pixels = shown(name, data).astype("u1")
        assert pixels.shape == (HEIGHT, WIDTH), name
        golden["films"][name] = base64.b64encode(pixels.tobytes()).decode()
    for name, (data, reason) in REFUSED.items():
        (HERE / f"{name}.dcm").write_bytes(data)
        golden["refused"][name] = reason
    (HERE / "dicom.json").write_text(json.dumps(golden, indent=1) + "\n")
