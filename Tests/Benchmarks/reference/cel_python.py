#!/usr/bin/env python3
"""Evaluates the rules of rules.json over objects with cel-python; prints nanoseconds as JSON.

Usage: cel_python.py RULES.json OBJECTS.json. The objects are converted before the clock starts.
"""

import json
import sys
import time

import celpy

rules = json.load(open(sys.argv[1]))
objects = [celpy.json_to_cel({"object": item}) for item in json.load(open(sys.argv[2]))]
environment = celpy.Environment()
result = {"compile": {}, "evaluate": {}, "true": {}}
for rule in rules:
    start = time.perf_counter_ns()
    program = environment.program(environment.compile(rule["expression"]))
    result["compile"][rule["name"]] = time.perf_counter_ns() - start
    count = 0
    start = time.perf_counter_ns()
    for activation in objects:
        count += bool(program.evaluate(activation))
    result["evaluate"][rule["name"]] = (time.perf_counter_ns() - start) // max(1, len(objects))
    result["true"][rule["name"]] = count
print(json.dumps(result))
