# Tests are shell lines (`RUN:`) in the files they test with. Substitutions, besides lit's own %s, %S, %t:
#
#   %hlckpt-cc %restore %inspect %hop    the project's commands
#   %plugin %opt                         libhlckpt.so; opt-19 with it loaded
#   %clang %FileCheck                    clang-19, FileCheck-19
#   %cflags %rt                          flags to compile a unit test against the runtime's headers; the native archive
#   %build %top                          the build folder, the source tree
#   %qemu-TARGET                         the emulator of a target of cmake/targets, such as %qemu-s390x
#
# `REQUIRES: target-NAME` skips a test when that runtime was not built.
import os

import lit.formats

config.name = "hlckpt"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".ll", ".c", ".cpp", ".test"]
config.excludes = ["programs", "Inputs"]
config.test_source_root = os.path.dirname(__file__)

top = os.path.dirname(config.test_source_root)
build = os.path.abspath(lit_config.params.get("build", os.path.join(top, "build")))
config.test_exec_root = os.path.join(build, "test")


def read_targets():
    """The rows of cmake/targets: name, triple, debian, qemu, root, flags..."""
    with open(os.path.join(top, "cmake", "targets")) as table:
        return [line.split() for line in table if line.strip() and not line.startswith("#")]


targets = read_targets()
native = targets[0][0]
plugin = f"{build}/lib/libhlckpt.so"
with open(os.path.join(build, "CMakeCache.txt")) as cache:
    sanitize = "HLCKPT_SANITIZE:BOOL=ON" in cache.read()
cflags = f"-std=gnu17 -g -fexceptions -Wall -Wextra -Werror -I{top}/include -I{top}/rt -isystem {build}/deps/{native}/include"
if sanitize:
    cflags += " -fsanitize=undefined -fno-sanitize-recover=undefined"
    config.available_features.add("sanitize")

config.substitutions += [
    (r"%hlckpt-cc\b", f"{build}/bin/hlckpt-cc"),
    (r"%restore\b", f"{build}/bin/hlckpt-restore"),
    (r"%inspect\b", f"{build}/bin/hlckpt-inspect"),
    (r"%hop\b", f"{top}/scripts/hop"),
    (r"%plugin\b", plugin),
    (r"%opt\b", f"opt-19 -load-pass-plugin={plugin}"),
    (r"%clang\b", "clang-19 -fuse-ld=lld"),
    (r"%FileCheck\b", "FileCheck-19"),
    (r"%cflags\b", cflags),
    (r"%rt\b", f"{build}/lib/{native}/libhlckpt_rt.a"),
    (r"%build\b", build),
    (r"%top\b", top),
]
for name, triple, debian, qemu, root, *flags in targets:
    library_path = f" -E LD_LIBRARY_PATH={root}/lib" if root != "/" else ""
    config.substitutions.append((rf"%qemu-{name}\b", f"qemu-{qemu}-static -L {root}{library_path}"))
    if os.path.exists(f"{build}/lib/{name}/libhlckpt_rt.a"):
        config.available_features.add(f"target-{name}")

for variable in ("HOME", "XDG_CACHE_HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
