"""Reads an image with nothing but what docs/image-format.md says, and checks that everything in it is as the text has it.

Not checked: checksums, compressed sections (Python brings neither XXH3 nor zstd), and what docs/resources.md describes.
"""
import re
import struct
import sys


class Stream:
    """MessagePack without extension types."""

    def __init__(self, data):
        self.data, self.at, self.depth = data, 0, 0

    def take(self, size):
        assert self.at + size <= len(self.data), f"truncated at {self.at}"
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def items(self, count, what):
        self.depth += 1
        assert self.depth <= 32, "nested too deep"
        result = what(count)
        self.depth -= 1
        return result

    def array(self, count):
        return self.items(count, lambda n: [self.object() for _ in range(n)])

    def map(self, count):
        return self.items(count, lambda n: {self.object(): self.object() for _ in range(n)})

    def object(self):
        tag = self.number("B")
        if tag < 0x80 or tag >= 0xE0:
            return tag if tag < 0x80 else tag - 256
        if tag < 0xC0:
            size = tag & (31 if tag >= 0xA0 else 15)
            return self.take(size).decode() if tag >= 0xA0 else self.array(size) if tag >= 0x90 else self.map(size)
        simple = {0xC0: None, 0xC2: False, 0xC3: True}
        numbers = dict(zip(range(0xCA, 0xD4), "fdBHIQbhiq"))
        sizes = {0xC4: "B", 0xC5: "H", 0xC6: "I", 0xD9: "B", 0xDA: "H", 0xDB: "I", 0xDC: "H", 0xDD: "I", 0xDE: "H", 0xDF: "I"}
        if tag in simple:
            return simple[tag]
        if tag in numbers:
            return self.number(numbers[tag])
        assert tag in sizes, f"tag {tag:#x} at {self.at - 1}"
        size = self.number(sizes[tag])
        if tag <= 0xC6:
            return self.take(size)
        return self.take(size).decode() if tag <= 0xDB else self.array(size) if tag <= 0xDD else self.map(size)


def read_container(data):
    s = Stream(data)
    header = s.object()
    assert list(header) == ["format", "version", "integer", "negative", "float", "string"], header
    assert list(header.values()) == ["hlckpt\r\n\x1a\n", 1, 0x123456789ABCDEF0, -123456789, 370.5, "checkpoint"], header
    sections = {}
    while True:
        before = s.at
        begin = s.object()
        if "end" in begin:
            break
        assert list(begin) == ["section", "encoding"] and begin["encoding"] == "none", begin
        assert re.fullmatch("[a-z0-9-]{1,32}", begin["section"]) and begin["section"] not in sections, begin
        start = s.at
        sections[begin["section"]] = s.object()
        size = s.at - start
        end = s.object()
        assert list(end) == ["size", "checksum"] and end["size"] == size, (begin, end, size)
    assert list(begin) == ["end", "size", "checksum"] and begin["end"] == len(sections) <= 64, begin
    assert begin["size"] == before and s.at == len(data), (begin, before)
    return sections


class Types:
    """For each type its leaves: a width in bytes, or a reference: "p" or "?"."""

    def __init__(self, section):
        self.types, self.leaves, self.flexible = section, [], []
        for t in section:
            self.leaves.append(self.expand(t))
            last = t[2][-1][1] if t[0] == 8 and t[2] else None
            is_flexible = last is not None and section[last][0] == 7 and section[last][2] == 0
            self.flexible.append(section[last][1] if is_flexible else None)

    def expand(self, t):
        kind = t[0]
        if kind in (1, 2):
            return [1]
        if kind in (3, 4):
            return [t[-1] // 8]
        if kind == 5:
            return [t[1] // 8] * 2
        if kind == 6:
            return ["p"]
        if kind == 13:
            assert t[1] <= 13, t
            return [16]
        if kind == 7:
            return self.leaves[t[1]] * t[2]
        if kind == 8:
            return [leaf for _, part, _ in t[2] for leaf in self.leaves[part]]
        if kind == 9:
            cells = re.findall(r"n\d+|p|f\d+/\d+|\?", t[3])
            assert "".join(cells) == t[3] and (t[4] != 0) == ("?" in cells), t
            return [int(re.split("[n/]", c)[-1]) if c[0] in "nf" else c for c in cells]
        assert kind in (0, 10, 11, 12) and (len(t) == 1 or kind == 11), t
        return []


class State:
    def __init__(self, sections):
        self.types = Types(sections["types"])
        assert list(sections["frames"]) == ["points", "threads"]
        assert list(sections["objects"]) == ["objects", "roots"]
        self.points, self.threads = sections["frames"].values()
        self.objects, self.roots = sections["objects"].values()

    def check_pointer(self, p):
        if p is None or p is False or p[0] == "handle":
            return
        if len(p) == 1:
            assert -4095 <= p[0] <= 4095, p
            return
        o = self.objects[p[0]]
        leaves = self.leaves_of(o)
        assert leaves is None or 0 <= p[1] <= len(leaves), (p, o[:4])
        assert len(p) == 2 or (len(p) == 3 and p[2] != 0 and (p[2] > 0 or p[2] == -1)), p

    def leaves_of(self, o):
        if o[0] == 4:
            return [1] * len(o[1])
        if o[0] >= 5:
            return [0]
        if o[0] != 3:
            return self.types.leaves[o[4 if o[0] == 2 else 3]]
        leaves, element = self.types.leaves[o[1]], self.types.flexible[o[1]]
        body = leaves * o[2] if element is None else leaves + self.types.leaves[element] * o[2]
        return body + [1] * o[3]

    def check_words(self, words):
        for offset, pointer in words:
            assert offset >= 0
            self.check_pointer(pointer)

    def check_content(self, leaves, data, references):
        size = sum(leaf for leaf in leaves if isinstance(leaf, int))
        if data is not None:
            parts = data if isinstance(data, list) else [data]
            assert sum(map(len, parts)) == size, (sum(map(len, parts)), size)
        if isinstance(references, dict):
            assert list(references) == ["class", "words"]
            self.check_words(references["words"])
        elif references is not None:
            expected = [leaf for leaf in leaves if not isinstance(leaf, int)]
            assert len(references) == len(expected), (references, expected)
            for leaf, reference in zip(expected, references):
                if leaf == "p":
                    self.check_pointer(reference)
                elif reference is not None:
                    self.check_words(reference[1])

    def check_value(self, storage, index, value):
        t = self.types.types[index]
        if storage == 1:
            assert value is None or self.objects[value][0] == 2, value
        elif t[0] == 1:
            assert isinstance(value, bool), value
        elif t[0] == 6:
            self.check_pointer(value)
        elif t[0] == 13:
            assert isinstance(value, bytes) and len(value) == 16, value
        elif t[0] in (2, 3, 4):
            bits = t[-1] if t[0] != 2 else 8
            kind = bytes if bits in (16, 128) and (t[0] == 4 or bits == 128) else float if t[0] == 4 else int
            assert isinstance(value, kind), (t, value)
        else:
            self.check_content(self.types.leaves[index], *value)

    def check(self):
        assert self.threads[0]
        for frame_point, values in (frame for thread in self.threads for frame in thread):
            variables = self.points[frame_point][5]
            assert len(values) == len(variables)
            for (_, storage, index), value in zip(variables, values):
                self.check_value(storage, index, value)
        for o in self.objects:
            lengths = {0: (6,), 1: (6, 7), 2: (7,), 3: (6, 7), 4: (2,), 5: (3,), 6: (4,)}
            assert len(o) in lengths[o[0]], o[:4]
            if o[0] == 3:
                self.check_content(self.leaves_of(o), *o[4:6])
            elif o[0] < 3:
                at = 4 if o[0] == 2 else 3
                self.check_content(self.types.leaves[o[at]], *o[at + 1 : at + 3])
                assert o[0] != 1 or 0 < ([*o, 1][6]) <= len(self.threads), o[:4]
        for name, pointer in self.roots:
            assert isinstance(name, str)
            self.check_pointer(pointer)


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        sections = read_container(file.read())
    assert list(sections) == ["meta", "types", "frames", "objects", "threads", "resources", "process"], list(sections)
    assert list(sections["meta"]) == ["program", "isa", "host", "pid", "time", "hlckpt"]
    state = State(sections)
    state.check()
    assert list(sections["threads"]) == ["keys", "threads"] and len(sections["threads"]["threads"]) == len(state.threads)
    assert all(len(thread) == 14 for thread in sections["threads"]["threads"])
    print(f"{path}: {sum(map(len, state.threads))} frames, {len(state.objects)} objects, {len(state.types.types)} types")
