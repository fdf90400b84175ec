#!/usr/bin/env python3
"""Finds the next fire times of the expressions of fires.json; prints nanoseconds of CPU each as JSON.

Usage: fires.py LIBRARY EXPRESSIONS.json ZONE FROM, where LIBRARY is cronsim, croniter or
apscheduler. Of each expression as many times are found as `fires` says, one after the other from the
instant FROM on; it is parsed before the clock starts. `sum` adds them up, so that it can be told
whether two found the same.
"""

import json
import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo


def cronsim(entry, start):
    from cronsim import CronSim
    return lambda: iter(CronSim(entry["cron"], start))


def croniter(entry, start):
    from croniter import croniter
    cron = croniter(entry["cron"], start, second_at_beginning=True)

    def times():
        cron.set_current(start, force=True)
        while True:
            yield cron.get_next(datetime)

    return times


def apscheduler(entry, start):
    from apscheduler.triggers.cron import CronTrigger
    trigger = CronTrigger(timezone=start.tzinfo, **entry["apscheduler"])

    def times():
        previous = start
        while True:
            previous = trigger.get_next_fire_time(previous, previous)
            yield previous

    return times


library, path, zone, first = sys.argv[1:]
start = datetime.fromtimestamp(int(first), ZoneInfo(zone))
result = {"each": {}, "sum": {}}
for entry in json.load(open(path)):
    times = globals()[library](entry, start)
    began = time.process_time_ns()
    iterator = times()
    moments = [next(iterator) for _ in range(entry["fires"])]
    result["each"][entry["cron"]] = (time.process_time_ns() - began) / len(moments)
    result["sum"][entry["cron"]] = sum(round(moment.timestamp()) for moment in moments)
print(json.dumps(result))
