"""`writ serve`, started, asked and stopped."""

import http.client
import json
import os
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse

import processes
from processes import Failure


class Server:
    """A server on a loopback port that polls nothing by itself; use it with `with`."""

    START_LIMIT = 120
    STOP_LIMIT = 30

    def __init__(self, writ, repository, data):
        self.data = data
        self.errors = tempfile.TemporaryFile()
        self.child = subprocess.Popen(
            [
                str(writ), "serve", "--repo", str(repository), "--data-dir", str(data),
                "--listen", "127.0.0.1:0", "--interval", "1h",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors,
            env=processes.environment())

    def __enter__(self):
        try:
            self.file = self.until(self.START_LIMIT, self.published, "wrote no server.json")
            address = urllib.parse.urlsplit(self.file["address"])
            self.host, self.port = address.hostname, address.port
            self.until(self.START_LIMIT, lambda: self.ask("GET", "/readyz") == 200, "is not ready")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(self.STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.errors.close()

    def until(self, limit, condition, words):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                self.errors.seek(0)
                tail = self.errors.read()[-400:].decode(errors="replace").strip()
                raise Failure(f"writ serve ended with {self.child.returncode}: {tail}")
            if found := condition():
                return found
            time.sleep(0.01)
        raise Failure(f"writ serve {words}")

    def published(self):
        try:
            found = json.loads((self.data / "server.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return found if found["pid"] == self.child.pid else None

    def ask(self, method, path, body=None):
        """Sends a request on a new connection, as a git host does, and returns the status."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.file['token']}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
            self.retry_after = float(response.headers.get("Retry-After") or 1)
            return response.status
        except OSError:
            return 0
        finally:
            connection.close()

    def hook(self):
        """Posts the hook until the server takes it; returns when the taken one was begun."""
        for _ in range(20):
            start = time.perf_counter_ns()
            status = self.ask("POST", "/hooks/git", b"{}")
            if status in (200, 202, 204):
                return start
            if status != 429:
                raise Failure(f"POST /hooks/git was answered with {status}")
            time.sleep(self.retry_after)
        raise Failure("POST /hooks/git was refused as too many again and again")

    def settle(self):
        """Waits until the process has used no processor time for half a second."""
        last, since = self.ticks(), time.monotonic()
        deadline = since + 60
        while time.monotonic() < deadline:
            time.sleep(0.05)
            if (now := self.ticks()) != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > 0.5:
                return
        raise Failure("writ serve does not come to rest")

    def ticks(self):
        with open(f"/proc/{self.child.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def memory(self):
        """What /proc says of the resident memory, in bytes, by name."""
        with open(f"/proc/{self.child.pid}/status") as status:
            lines = [line.split() for line in status]
        names = ("VmRSS:", "VmHWM:", "RssAnon:", "RssFile:")
        return {line[0][:-1]: int(line[1]) << 10 for line in lines if line[0] in names}


class LiveState:
    """The database of a running server, read from outside."""

    def __init__(self, data):
        path = os.path.join(data, "writ.db")
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    def revision(self):
        return self.connection.execute("SELECT live_revision FROM repository").fetchone()[0]

    def wait_for(self, revision, limit=30):
        """Returns when `revision` is live, as time.perf_counter_ns() has it."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if self.revision() == revision:
                return time.perf_counter_ns()
            time.sleep(0.0002)
        raise Failure(f"revision {revision[:12]} was not live {limit} s after the hook")

    def close(self):
        self.connection.close()
