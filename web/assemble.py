#!/usr/bin/env python3
"""assemble.py PAGE FOLDER OUT: one self-contained page of web/'s files.

Style sheet and scripts go where PAGE names them. Elements with data-file get that file of FOLDER, packed by gzip, in
base64: of a checkpoint its weights without the optimiser's statistics; for `examples` the images of
FOLDER/examples/test (PNG, as `vae data --out` writes them), and their labels from FOLDER/labels (IDX, packed or not),
if that is there.
"""
import base64
import glob
import gzip
import html
import json
import os
import re
import struct
import sys
import zlib


def read(path):
    with open(path, "rb") as f:
        return f.read()


def weights(path):
    """The checkpoint without statistics of the optimiser, which the page never needs: a third of the bytes."""
    data = read(path)
    end = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:end])
    kept, parts, at = {"__metadata__": header.pop("__metadata__")}, [], 0
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        if name.startswith("optimizer."):
            continue
        first, last = tensor["data_offsets"]
        parts.append(data[end + first:end + last])
        kept[name] = {**tensor, "data_offsets": [at, at + last - first]}
        at += last - first
    text = json.dumps(kept, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def png(path):
    """Rows, columns and bytes of a grey PNG of 8 bits a pixel, not interlaced."""
    data, at, packed = read(path), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            columns, rows, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if (depth, colour, interlaced) != (8, 0, 0):
                sys.exit(f"assemble.py: {path}: not a grey picture of 8 bits a pixel")
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    lines, above, image = zlib.decompress(packed), bytes(columns), b""
    for r in range(rows):
        kind, *line = lines[r * (columns + 1):(r + 1) * (columns + 1)]
        for i in range(columns):
            left, up, corner = (line[i - 1] if i else 0), above[i], (above[i - 1] if i else 0)
            near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            line[i] = (line[i] + (0, left, up, (left + up) // 2, near)[kind]) & 255
        above = bytes(line)
        image += above
    return rows, columns, image


def examples(folder):
    """Attributes of the element, and the pixels of all images."""
    paths = sorted(glob.glob(os.path.join(folder, "examples", "test", "*.png")))
    if not paths:
        sys.exit(f"assemble.py: {folder}/examples/test: no pictures")
    images = [png(path) for path in paths]
    labels, source = "", "synthetic digits"
    if os.path.exists(os.path.join(folder, "labels")):
        data = read(os.path.join(folder, "labels"))
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        labels, source = "".join(str(label) for label in data[8:8 + len(images)]), "test digits of MNIST"
    rows, columns = images[0][:2]
    return {"rows": rows, "columns": columns, "labels": labels, "source": source}, b"".join(i[2] for i in images)


def element(tag, identity, name, folder):
    """A script element that holds a file."""
    path, attributes = os.path.join(folder, name), {}
    if name == "examples":
        attributes, data = examples(folder)
    else:
        data = weights(path) if name.endswith(".safetensors") else read(path)
    words = "".join(f' data-{key}="{html.escape(str(value))}"' for key, value in attributes.items())
    packed = base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()
    return f'<script type="{tag}" id="{identity}"{words}>{packed}</script>'


def script(attributes, path):
    text = read(path).decode()
    if "</script" in text:
        sys.exit(f"assemble.py: {path}: cannot stand within a page")
    return f"<script{attributes}>\n{text}</script>"


def main(page, folder, out):
    here = os.path.dirname(page)
    text = read(page).decode()
    text = re.sub(r'<link rel="stylesheet" href="([^"]*)">',
                  lambda m: f"<style>\n{read(os.path.join(here, m[1])).decode()}</style>", text)
    text = re.sub(r'<script type="([^"]*)" id="([^"]*)" data-file="([^"]*)"></script>',
                  lambda m: element(m[1], m[2], m[3], folder), text)
    text = re.sub(r'<script((?: id="[^"]*")?) src="([^"]*)"></script>',
                  lambda m: script(m[1], os.path.join(here, m[2])), text)
    with open(out + ".tmp", "w", encoding="utf-8") as f:
        f.write(text)
    os.replace(out + ".tmp", out)
    print(f"wrote {out}: {os.path.getsize(out) / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
