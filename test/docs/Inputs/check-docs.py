"""check-docs.py TOP WHAT [COMMAND...]: holds the documentation to the code."""
import pathlib
import re
import subprocess
import sys

top = pathlib.Path(sys.argv[1])
pages = [top / "README.md", *sorted((top / "docs").glob("*.md")), top / "bench" / "README.md"]
text = "\n".join(page.read_text() for page in pages)
readme = pages[0].read_text()


def environment():
    """The table in README.md has the rows of hlckpt/env.h, in their order."""
    code = (top / "include/hlckpt/env.h").read_text()
    rows = re.findall(r'V\(ENV_\w+, *"(\w+)", *"([^"]*)", *"([^"]*)"\)', code)
    table = re.findall(r"^\| `(HLCKPT_\w+)` \| `(.*?)` \| (.*) \|$", readme, re.M)
    table = [(name, value.replace("\\|", "|"), meaning) for name, value, meaning in table]
    assert rows and rows == table, f"README.md has {set(table) - set(rows)}, env.h has {set(rows) - set(table)}"


def options(*commands):
    """Every long option that a command's --help names stands in the documentation."""
    for command in commands:
        usage = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
        names = set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", usage, re.M))
        missing = sorted(name for name in names if name not in text)
        assert names and not missing, f"{command}: {missing} are in no text"


def links():
    """Links between pages, and to files and folders of the source, lead somewhere."""
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target} does not exist"


def numbers():
    """What the format's text says in numbers is what the code has."""
    kinds = dict(re.findall(r"HLCKPT_([A-Z_]+) = (\d+),", (top / "include/hlckpt/map.h").read_text().split("enum hlckpt_float_format {")[0]))
    told = set(re.findall(r"`\[(\d+)[\],]", (top / "docs/image-format.md").read_text().split("### Section frames")[0]))
    assert set(kinds.values()) == told, f"kinds of types: {set(kinds.values()) ^ told}"
    for file, name, sentence in [
        ("rt/container.h", r"SECTIONS_MOST\s+64\b", "at most 64 sections"),
        ("rt/container.h", r"SECTION_NAME_MOST\s+32\b", "A name of 1 to 32 characters"),
        ("rt/container.h", r"ZSTD_WINDOW_LOG_MOST\s+27\b", "window at most 128 MiB"),
        ("rt/check.h", r"CHECK_DEPTH\s+32\b", "nested at most 32 containers deep"),
        ("rt/encode.h", r"DATA_CHUNK\s+\(UINT32_C\(1\) << 30\)", "bins of at most 1 GiB each"),
        ("pass/llvm/strip_mine.cpp", r"CHUNK = 1024;", "1024 iterations at most"),
        ("pass/llvm/strip_mine.cpp", r"SHORT_TRIPS = 64;", "at most 64 iterations (4096 for a nest)"),
        ("rt/descriptor.c", r"CONTENT_MOST\s+\(64u << 20\)", "up to 64 MiB"),
        ("include/hlckpt/env.h", r"STATUS_REFUSED\s+76\b", "76 says that the image was refused"),
    ]:
        assert re.search(name, (top / file).read_text()), f"{file}: no longer {name}, while the text says: {sentence}"
        assert sentence in text, f"no text says: {sentence}"


{"environment": environment, "options": options, "links": links, "numbers": numbers}[sys.argv[2]](*sys.argv[3:])
