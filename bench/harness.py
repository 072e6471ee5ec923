"""What the benches share: kernels, how they are built, how a run is timed.

Times are processor seconds (user and system) of a process and of all it waited for, as the kernel accounts them:
they hold still on a machine that does other things too, and they count whatever a runtime's own threads use.
Runs to be compared alternate (a, b, a, b, ...), and the least of several rounds stands for each, because everything
that disturbs a run makes it longer.
"""

import dataclasses
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KERNELS = ROOT / "bench" / "kernels"
PLAIN_CC = "clang-19"
CFLAGS = ["-std=c17"]


class BenchError(Exception):
    """What went wrong, for the user."""


@dataclasses.dataclass
class Finished:
    """A process that has ended."""

    seconds: float  # of processor time
    status: int  # exit status, or minus the signal
    output: bytes


def clean_environment(**extra):
    """The environment without any HLCKPT_ variable, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HLCKPT_")}
    return kept | {name: str(value) for name, value in extra.items()}


def wait_timed(process):
    """Waits for a Popen: (processor seconds, exit status)."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, process.returncode


def run_timed(command, environment=None, folder=None, errors=None):
    """Runs the command to its end; its output goes through a file, so that nothing else works meanwhile."""
    output = pathlib.Path(folder or ".") / "stdout"
    with open(output, "w+b") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            env=environment or clean_environment(),
            cwd=folder,
        )
        seconds, status = wait_timed(process)
        out.seek(0)
        return Finished(seconds, status, out.read())


def all_kernels():
    return sorted(path.stem for path in KERNELS.glob("*.c"))


def chosen_kernels(names):
    known = all_kernels()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BenchError(f"no kernel {', '.join(unknown)}; there are: {' '.join(known)}")
    return names or known


def compile_kernel(compiler, kernel, options, output):
    """Runs the compiler on a kernel's source; the processor seconds it took."""
    command = [str(compiler), *CFLAGS, *options, str(KERNELS / f"{kernel}.c"), "-o", str(output)]
    done = run_timed(command, folder=output.parent, errors=subprocess.STDOUT)
    if done.status != 0:
        cause = (done.output.decode(errors="replace").splitlines() or ["no message"])[0]
        raise BenchError(f"{kernel}: exit status {done.status} of {' '.join(command)}: {cause}")
    return done.seconds


def build_plain(kernel, optimise, output):
    compile_kernel(PLAIN_CC, kernel, [optimise, "-g", "-fuse-ld=lld-19", "-lm"], output)


def build_hlckpt(compiler, kernel, optimise, output):
    compile_kernel(compiler, kernel, [optimise, "-lm"], output)


def joined_arguments():
    """The command's arguments, with `--opt -O2` as `--opt=-O2`: argparse takes no value that begins with a dash."""
    arguments = sys.argv[1:]
    for i in reversed(range(len(arguments) - 1)):
        if arguments[i] == "--opt":
            arguments[i : i + 2] = [f"--opt={arguments[i + 1]}"]
    return arguments


def geometric_mean(ratios):
    """None where there is nothing to take it of."""
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios)) if ratios else None


def require_built(options, *names):
    """The paths of these programs of the build; the plain compiler must be there as well."""
    programs = [options.build.resolve() / "bin" / name for name in names]
    for program in [*programs, PLAIN_CC]:
        if not shutil.which(str(program)):
            raise BenchError(f"{program}: not found; run scripts/setup and scripts/build native")
    return programs


def exceeded(limits):
    """Messages for the limits that are exceeded; each is (name, value, limit), a limit of None is none."""
    return [
        f"{name}: {value:.3f} is above {limit:.3f}"
        for name, value, limit in limits
        if limit is not None and value is not None and value > limit
    ]


def add_common_options(parser):
    parser.add_argument("kernel", nargs="*", help="default: all")
    parser.add_argument("--opt", default="-O2", metavar="-On", help="optimisation of both compilers (default -O2)")
    parser.add_argument("--scale", type=int, default=100, help="amount of each kernel's work, percent (default 100)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", metavar="DIR", help="default: build")


def finish(report, as_json, print_summary, failures, limits):
    """Prints the report's end; returns the exit status of the bench."""
    if as_json:
        json.dump(report, sys.stdout, indent=2)
        print()
    else:
        print_summary(report)
    failures = failures + exceeded(limits)
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failures else 0
