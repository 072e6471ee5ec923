"""run-quick-start.py README BIN: does what the quick start says, in the current folder, and compares what is printed.

In lines that tell sizes, times, places and variables only the words count, for they vary with the machine, the moment and
the optimiser; all other lines must be equal.
"""
import os
import pathlib
import re
import subprocess
import sys

VARYING = ("hlckpt:", "program ", "captured ", "digest ", "section ", "#0 ", "    ")
text = pathlib.Path(sys.argv[1]).read_text()
source = re.search(r"^A program, `(\S+)`:\n\n```c\n(.*?)^```", text, re.M | re.S)
console = re.search(r"^```console\n(.*?)^```", text, re.M | re.S)
pathlib.Path(source[1]).write_text(source[2])


def words(line):
    return re.findall(r"[a-z]{2,}", re.sub(r"\S*[0-9/]\S*|on \w+", "", line)) if line.startswith(VARYING) else line


expected = {}
for line in console[1].splitlines():
    if line.startswith("$ "):
        command = line[2:]
        expected[command] = expected.get(command, []) + [[]]
    else:
        expected[command][-1].append(line)
environment = dict(os.environ, PATH=f"{sys.argv[2]}:{os.environ['PATH']}")
for line in console[1].splitlines():
    if not line.startswith("$ "):
        continue
    told = expected[line[2:]].pop(0)
    run = subprocess.run(line[2:], shell=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    printed = run.stdout.splitlines()
    assert list(map(words, told)) == list(map(words, printed)), f"{line}\nREADME.md: {told}\nprinted:   {printed}"
