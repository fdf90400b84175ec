#!/usr/bin/env python3
"""Runs /bin/true as jobs of APScheduler, kept in a job store of SQLite; prints nanoseconds.

Usage: apscheduler_runs.py DATABASE RUNS. The jobs are due already and in the store before the clock
starts; it stops when the last one was executed. What became of a job APScheduler does not keep.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from datetime import datetime, timezone

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

POOL = 2


def work():
    subprocess.run(["/bin/true"], check=True)


def main():
    database, count = sys.argv[1], int(sys.argv[2])
    logging.disable(logging.CRITICAL)
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{database}")},
        executors={"default": ThreadPoolExecutor(POOL)}, timezone=timezone.utc)
    scheduler.start(paused=True)
    due = datetime.now(timezone.utc)
    for _ in range(count):
        scheduler.add_job(f"{__name__}:work", "date", run_date=due, misfire_grace_time=None)
    left, failed, done = [count], [], threading.Event()

    def listen(event):
        if event.code != EVENT_JOB_EXECUTED:
            failed.append(event.job_id)
        left[0] -= 1
        if left[0] == 0:
            done.set()

    scheduler.add_listener(listen, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    start = time.perf_counter_ns()
    scheduler.resume()
    if not done.wait(600) or failed:
        sys.exit(f"{left[0]} jobs were not run and {len(failed)} failed")
    taken = time.perf_counter_ns() - start
    scheduler.shutdown()
    print(json.dumps({"runs": count, "nanoseconds": taken}))


main()
