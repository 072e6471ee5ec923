"""Reads what `hlckpt-inspect --json` says of graph.c from standard input, and checks it."""
import json
import sys

image = json.load(sys.stdin)
inner, outer = image["threads"][0]
assert inner["function"] == "relax" and outer["function"] == "main", image["threads"]
variables = {v["name"]: v for v in inner["variables"] + outer["variables"]}
assert variables["n"]["value"] == 4 and variables["n"]["type"] == "int32"
assert variables["bytes"]["value"] == [1, 2, 4] and variables["bytes"]["type"] == "uint8[3]"
assert variables["turn"]["value"] == [1, 2]
nodes = next(o for o in image["objects"] if o["name"] == "nodes")
assert [n["name"] for n in nodes["value"]] == ["node0", "node1", "node2", "node3"]
assert [n["kind"] for n in nodes["value"]] == [0, 1, 2, 3]
assert nodes["value"][3]["next"] == "&nodes"
copy = variables["copy"]["value"]
assert [n["(unnamed)"] for n in nodes["value"]] == [[f"&{copy}[1]"]] * 4
assert image["meta"]["isa"] and image["resources"] is not None and image["process"] is not None
