"""Runs Writ: commands, and a server, with everything of theirs in one folder."""

import http.client
import json
import os
import signal
import subprocess
import time

PATIENCE = 60  # seconds that anything may take, on a machine with other work


class TooLong(Exception):
    pass


def eventually(what, probe, patience=PATIENCE):
    end = time.monotonic() + patience
    pause = 0.002
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLong(f"within {patience} s there was no {what}")
        time.sleep(pause)
        pause = min(0.03, pause * 1.5)


class Program:
    def __init__(self, writ, folder, repository, sink):
        self.writ = writ
        self.folder = folder
        self.data = f"{folder}/data"
        self.repository = repository
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": f"{folder}/home", "TZ": "UTC", "LC_ALL": "C.UTF-8",
            "WRIT_DATA_DIR": self.data, "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        if sink:
            self.environment["WRIT_NOTIFY_URL"] = sink.url
        os.makedirs(f"{folder}/home", exist_ok=True)
        self.log = open(f"{folder}/log", "ab")

    def start(self, *words, fault=None):
        environment = dict(self.environment)
        if fault:
            environment["WRIT_FAULT"] = fault
        # A session of its own, so that a kill can take the children along.
        return subprocess.Popen(
            [self.writ, *words], env=environment, stdin=subprocess.DEVNULL, cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def run(self, *words, fault=None):
        """(exit code, output, errors); minus the signal where one ended it."""
        process = self.start(*words, fault=fault)
        try:
            output, error = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, error = process.communicate()
            raise TooLong(f"writ {' '.join(words)}: {output.decode()}{error.decode()}") from None
        self.log.write(f"$ writ {' '.join(words)}  # {process.returncode}\n".encode() + error)
        self.log.flush()
        return process.returncode, output.decode(), error.decode()

    def serve(self, fault=None, interval="1d", more=()):
        return Server(self, fault, interval, more)

    def leftovers(self):
        """Files in the data directory that no clean run leaves."""
        fine = {"writ.db", "writ.db-wal", "writ.db-shm", "mirror.git", "mirror.git.lock",
                "open.lock", "reconcile.lock", "serve.lock", "backups", "writ.yaml",
                "checkpoint.key", "probe"}
        found = [name for name in os.listdir(self.data) if name not in fine]
        for folder, _, names in os.walk(f"{self.data}/mirror.git"):
            found += [f"{folder}/{name}" for name in names
                      if name.endswith(".lock") or "_git2_" in name or name.startswith("tmp_")]
        return found


class Server:
    """A `writ serve`; by default it polls once a day, so that whatever it does comes of a call."""

    def __init__(self, program, fault, interval, more):
        self.program = program
        environment = dict(program.environment)
        if fault:
            environment["WRIT_FAULT"] = fault
        self.process = subprocess.Popen(
            [program.writ, "serve", "--repo", program.repository, "--listen", "127.0.0.1:0",
             "--interval", interval, "--log-level", "info", *more],
            env=environment, stdin=subprocess.DEVNULL, cwd=program.folder, stdout=program.log,
            stderr=program.log, start_new_session=True)
        self.address = None
        self.connection = None

    @property
    def is_dead(self):
        return self.process.poll() is not None

    @property
    def was_killed(self):
        return self.process.poll() == -signal.SIGKILL

    def find(self):
        """Whether it answers by now."""
        if self.address:
            return True
        try:
            with open(f"{self.program.data}/server.json") as file:
                value = json.load(file)
        except (OSError, ValueError):
            return False
        if value["pid"] != self.process.pid:
            return False
        self.address = value["address"].removeprefix("http://")
        self.token = value["token"]
        return True

    def ask(self, method, path, body=None):
        """(status, JSON); None where it is not there, or dies meanwhile."""
        if not self.find():
            return None
        for _ in range(2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
            try:
                self.connection.request(
                    method, path, json.dumps(body) if body is not None else None,
                    {"Authorization": f"Bearer {self.token}"})
                answer = self.connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                self.connection.close()
                self.connection = None
                if fresh:
                    return None
        return None

    def reconcile(self, wait=True):
        """What came of a pass; None where the server is not there."""
        answer = self.ask("POST", "/v1/reconcile", {"wait": wait})
        return answer[1] if answer and answer[0] in (200, 202) else None

    def kill(self, group=False):
        """Ends it with SIGKILL; with its children where `group` is set."""
        try:
            (os.killpg if group else os.kill)(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def stop(self):
        """Ends it as an init system does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)
