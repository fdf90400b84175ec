import Testing

struct JobMistakesTests {
  @Test(arguments: [
    Mistake(
      "health gates that cannot be", "Job",
      """
      action: {exec: {argv: [a]}}
      health:
        window: 8d
        failures: 0
        checks:
          - http: {url: "ftp://a/healthz"}
          - {http: {url: "https://a"}, effects: {}}
          - {conditions: {types: [Ready]}}
          - {exec: {argv: [a]}}
      """, ("7:13", "bad-format", "between 1ms and 7d"), ("8:15", "out-of-range", ""),
      ("10:21", "bad-format", "https:// or http://"),
      ("11:36", "exclusive-fields", "exactly one of"),
      ("12:31", "unknown-value", "Stalled, Drifted"),
      ("13:9", "missing-field", ""), ("13:10", "unknown-field", "exec")),
    Mistake(
      "a secret in the URL of a check", "Job",
      """
      action: {exec: {argv: [a]}}
      health:
        checks:
          - {http: {url: "https://z.example.com/ok"}}
          - {http: {url: "https://a.example.com/ok?token=x"}}
      """, ("9:22", "secret-in-manifest", "its parameter token")),
    Mistake(
      "a field with a typing error", "Job",
      """
      action: {exec: {argv: [a]}}
      tiemout: 5m
      """, ("6:3", "unknown-field", "did you mean \"timeout\"?")),
    Mistake(
      "no action", "Job", "timeout: 5m", ("5:3", "missing-field", "spec.action is missing")),
    Mistake(
      "an action that is none", "Job", "action: {}",
      ("5:11", "missing-field", "needs exactly one of shell, exec")),
    Mistake(
      "two actions", "Job", "action: {exec: {argv: [a]}, shell: {script: b}}",
      ("5:31", "exclusive-fields", "exactly one of")),
    Mistake(
      "a wrong type", "Job",
      """
      action: {exec: {argv: a}}
      timeout: 10
      concurrency: [forbid]
      """,
      ("5:25", "wrong-type", "must be a list"), ("6:12", "wrong-type", "must be a duration"),
      ("7:16", "wrong-type", "must be one of forbid, allow, replace")),
    Mistake(
      "nothing where a value belongs", "Job",
      """
      action: {exec: {argv: [a]}}
      timeout:
      """, ("6:11", "wrong-type", "remove the line to take the default")),
    Mistake(
      "a bad duration", "Job",
      """
      action: {exec: {argv: [a]}}
      timeout: 1.5h
      jitter: 2d
      """,
      ("6:12", "bad-format", "use a smaller unit"), ("7:11", "bad-format", "between 0s and 1d")),
    Mistake(
      "a word that is none", "Job",
      """
      action: {exec: {argv: [a]}}
      concurrency: forbd
      """, ("6:16", "unknown-value", "did you mean \"forbid\"?")),
    Mistake(
      "a number out of range", "Job",
      """
      action: {exec: {argv: [a]}}
      retry: {attempts: 0, backoff: {multiplier: 0.5}}
      """,
      ("6:21", "out-of-range", "between 1 and 100"),
      ("6:46", "out-of-range", "between 1.0 and 100.0")),
    Mistake(
      "a backoff that ends below its beginning", "Job",
      """
      action: {exec: {argv: [a]}}
      retry: {attempts: 3, backoff: {initial: 1m, max: 30s}}
      """, ("6:52", "contradiction", "max 30s is shorter than backoff.initial 1m")),
    Mistake(
      "waves that shrink", "Job",
      """
      action: {exec: {argv: [a]}}
      rollout: {waves: [{size: 10}, {size: 5}, {size: 50%}, {size: 50%}, {size: 60}]}
      """,
      ("6:40", "wrong-order", "wave 2 (5) is not larger than wave 1 (10)"),
      ("6:64", "wrong-order", "is not larger than"), ("6:77", "wrong-order", "after the percentage")
    ),
    Mistake(
      "a wave of nobody", "Job",
      """
      action: {exec: {argv: [a]}}
      rollout: {waves: [{size: 0}]}
      """, ("6:28", "bad-format", "more than nothing")),
    Mistake(
      "strict staleness without an age", "Job",
      """
      action: {exec: {argv: [a]}}
      staleness: {mode: strict}
      """, ("6:15", "missing-field", "staleness.mode strict needs spec.staleness.maxCacheAge")),
    Mistake(
      "an age that nobody asks for", "Job",
      """
      action: {exec: {argv: [a]}}
      staleness: {maxCacheAge: 5m}
      """, ("6:15", "exclusive-fields", "mode cached does not go with")),
    Mistake(
      "a secret as text", "Job",
      """
      action: {exec: {argv: [a]}}
      secrets: {TOKEN: hunter2}
      """, ("6:20", "wrong-type", "must be a map with env, file")),
    Mistake(
      "a secret from two places", "Job",
      """
      action: {exec: {argv: [a]}}
      secrets: {TOKEN: {env: A, file: /b}}
      """, ("6:29", "exclusive-fields", "exactly one of env, file")),
    Mistake(
      "a secret that the environment has too", "Job",
      """
      action: {exec: {argv: [a], env: {TOKEN: x}}}
      secrets: {TOKEN: {env: A}}
      """, ("6:20", "contradiction", "TOKEN is in secrets and in action.exec.env")),
    Mistake(
      "a name that no variable can have", "Job",
      """
      action: {exec: {argv: [a], env: {a-b: x}}}
      """, ("5:36", "bad-format", "not beginning with a digit")),
    Mistake(
      "targets of two sorts", "Job",
      """
      action: {exec: {argv: [a]}}
      targets: {all: true, probes: [a]}
      """, ("6:24", "exclusive-fields", "exactly one of selector, probes, all")),
    Mistake(
      "targets that are none", "Job",
      """
      action: {exec: {argv: [a]}}
      targets: {all: false}
      """, ("6:18", "unknown-value", "write all: true")),
    Mistake(
      "a probe twice", "Job",
      """
      action: {exec: {argv: [a]}}
      targets: {probes: [b, a, b]}
      """, ("6:28", "duplicate-item", "has \"b\" twice")),
    Mistake(
      "selectors with and without values", "Job",
      """
      action: {exec: {argv: [a]}}
      targets:
        selector:
          matchExpressions:
            - {key: a, operator: In}
            - {key: b, operator: Exists, values: [x]}
            - {key: c, operator: in, values: [x]}
      """,
      ("9:20", "missing-field", "operator In needs"),
      ("10:38", "exclusive-fields", "operator Exists does not go with"),
      ("11:30", "unknown-value", "did you mean \"In\"?")),
    Mistake(
      "a process action that lacks its words", "Job",
      "action: {process: {operation: signal, name: nginx}}",
      ("5:22", "missing-field", "operation signal needs spec.action.process.signal")),
    Mistake(
      "a signal that is none", "Job",
      "action: {process: {operation: signal, name: nginx, signal: HAP}}",
      ("5:62", "bad-format", "did you mean \"HUP\"?")),
    Mistake(
      "a unit without a suffix", "Job", "action: {systemd: {operation: restart, unit: nginx}}",
      ("5:48", "bad-format", "for example nginx.service")),
    Mistake(
      "a mode that YAML takes for a number", "Job",
      "action: {writeFile: {path: /a, content: b, mode: 644}}",
      ("5:52", "wrong-type", "write it in quotes: \"644\"")),
    Mistake(
      "a path that is relative", "Job", "action: {readFile: {path: etc/hosts, maxBytes: 128MiB}}",
      ("5:29", "bad-format", "begin with \"/\""), ("5:50", "bad-format", "between 1B and 64MiB")),
    Mistake(
      "an empty program", "Job", "action: {exec: {argv: [\"\", a]}}",
      ("5:26", "too-short", "exec.argv is empty")),
    Mistake(
      "an option where a word belongs", "Job", "action: {kubectl: {verb: --all}}",
      ("5:28", "bad-format", "options go to args")),
    Mistake(
      "many mistakes at once", "Job",
      """
      action: {exec: {argv: []}}
      timeout: soon
      retrie: 3
      jitter: {}
      version: 1.4
      """,
      ("5:25", "wrong-count", "at least 1 item"), ("6:12", "bad-format", "not a duration"),
      ("7:3", "unknown-field", "did you mean \"retry\"?"), ("8:11", "wrong-type", "a duration"),
      ("9:12", "wrong-type", "write it in quotes: \"1.4\"")),
  ])
  func areFound(_ mistake: Mistake) { mistake.run() }
}
