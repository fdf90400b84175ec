import Kinds
import Resources
import Testing

/// Every field that the design shows is there, and has the default that it gives.
struct DesignTests {
  private static func decode(_ kind: String, _ spec: String) -> (Value?, [Diagnostic]) {
    let (resource, diagnostics) = Decoding.decode(Mistake("", kind, spec).manifest)
    return (resource.flatMap { try? JSONReader.read($0.content) }?["spec"], diagnostics)
  }

  @Test(arguments: [
    (
      "Job",
      "{action: {shell: {script: a, interpreter: [/bin/sh, -eu], workingDirectory: /srv, env: {A: b}}}}"
    ),
    ("Job", "{action: {exec: {argv: [pg_dump, app]}}, targets: {probes: [a, b]}}"),
    ("Job", "{action: {readFile: {path: /etc/hosts, maxBytes: 64KiB}}, targets: {all: true}}"),
    (
      "Job",
      "{action: {writeFile: {path: /etc/motd, content: \"…\", mode: \"0644\", expectedSHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}}}"
    ),
    (
      "Job",
      "{action: {exec: {argv: [a]}}, health: {window: 5m, interval: 10s, failures: 3, checks: [{http: {url: \"https://a/healthz\", expectStatus: 200, timeout: 5s}}, {effects: {}}, {conditions: {types: [Stalled]}}]}}"
    ),
    ("Job", "{action: {process: {operation: list}}, staleness: {mode: unchecked}}"),
    (
      "Job",
      "{action: {process: {operation: signal, name: nginx, signal: HUP}}, staleness: {mode: strict, maxCacheAge: 5m}}"
    ),
    (
      "Job",
      "{action: {systemd: {operation: restart, unit: nginx.service}}, retry: {attempts: 3, backoff: {initial: 5s, multiplier: 2, max: 5m}}}"
    ),
    (
      "Job",
      "{action: {kubectl: {verb: get, resource: pods, namespace: web, args: []}}, concurrency: replace}"
    ),
    ("Schedule", "{job: a, when: {every: 6h}, mode: oncePerTarget, cooldown: 24h}"),
    ("Schedule", "{job: a, when: {at: 2026-12-24T18:00:00Z}, overlap: killOther}"),
    ("Schedule", "{job: a, when: {cron: \"H H(1-4) * * MON-FRI\", dst: cronos, days: and}}"),
    ("Receiver", "{slack: {url: {env: SLACK_URL}, channel: \"#ops\"}}"),
    (
      "Receiver",
      "{email: {host: mail.example.com, from: a@example.com, to: [b@example.com], username: u, password: {file: /run/p}}}"
    ),
    ("Receiver", "{pagerduty: {routingKey: {file: /run/secrets/pd}}}"),
    ("Receiver", "{exec: {argv: [/usr/local/bin/notify], secrets: {KEY: {env: KEY}}}}"),
    ("Receiver", "{webhook: {url: {env: HOOK_URL}}}"),
    ("EscalationPolicy", "{steps: [{after: 0m, notify: [{onCall: primary}]}], until: resolved}"),
    (
      "ChangeWindow",
      "{mode: allow, reason: r, windows: [{days: [mon-thu, sun], from: \"22:00\", to: \"04:00\", timeZone: Europe/Berlin}]}"
    ),
    (
      "AutomationPack",
      "{version: 1.0.0, steps: [{id: a, job: b}, {id: c, job: d, needs: [a]}, {id: e, action: {exec: {argv: [x]}}, secrets: {K: {env: K}}}]}"
    ),
    (
      "TimeInterval",
      "{intervals: [{times: [{from: \"09:00\", to: \"17:00\"}], weekdays: ['monday:friday'], daysOfMonth: ['1:5', '-3:-1', 15], months: ['january:march', 12], years: ['2025:2027', 2030]}]}"
    ),
  ])
  func decodes(_ kind: String, _ spec: String) {
    let (value, diagnostics) = Self.decode(kind, spec)
    #expect(value != nil && diagnostics.isEmpty, "\(diagnostics)")
  }

  @Test func theDefaultsOfAJob() throws {
    let (value, _) = Self.decode("Job", "{action: {shell: {script: a}}}")
    #expect(
      value == [
        "action": ["shell": ["script": "a", "interpreter": ["/bin/sh", "-eu"], "env": [:]]],
        "secrets": [:], "targets": ["probes": ["local"]], "timeout": "1h",
        "retry": ["attempts": 1, "backoff": ["initial": "5s", "multiplier": 2]],
        "concurrency": "forbid", "jitter": "0s", "success": "run.exitCode == 0",
        "staleness": ["mode": "cached"], "output": ["maxBytes": "1MiB"],
      ])
  }

  @Test func theDefaultsOfASchedule() throws {
    let (value, _) = Self.decode("Schedule", "{job: a, when: {cron: \"@daily\"}}")
    #expect(
      value == [
        "job": "a",
        "when": ["cron": "0 0 * * *", "timeZone": "UTC", "dst": "vixie", "days": "or"],
        "mode": "everyTick", "catchUp": ["window": "1d", "max": 1], "overlap": "skip",
        "jitter": "0s", "skipDates": [], "suspend": false,
      ])
    let (interval, _) = Self.decode("Schedule", "{job: a, when: {every: 90m}}")
    #expect(interval?["when"] == ["every": "1h30m", "timeZone": "UTC"])
  }

  @Test func sensitivePointersLeadSomewhere() {
    for kind in KindRegistry.standard.kinds {
      for pointer in kind.sensitive {
        #expect(pointer.tokens.first == "spec" && pointer.tokens.count == 2)
        #expect(kind.spec.field(named: pointer.tokens[1]) != nil, "\(kind.name) \(pointer)")
      }
    }
  }

  @Test func everyFieldHasASentence() {
    for kind in KindRegistry.standard.kinds { Self.checkSummaries(.object(kind.spec), kind.name) }
  }

  private static func checkSummaries(_ shape: Shape, _ path: String, depth: Int = 0) {
    guard depth < 12 else { return }
    switch shape {
    case .object(let object): checkSummaries(object, path, depth)
    case .recursive(let recursive): checkSummaries(recursive.object(), path, depth)
    case .list(let item, _), .map(let item, _): checkSummaries(item, path, depth: depth + 1)
    case .either(let shapes):
      for shape in shapes { checkSummaries(shape, path, depth: depth + 1) }
    default: break
    }
  }

  private static func checkSummaries(_ object: ObjectShape, _ path: String, _ depth: Int) {
    for field in object.fields {
      let summary = field.summary
      let isSentence = summary.first?.isUppercase == true && summary.last == "."
      #expect(isSentence, "\(path).\(field.name): \"\(summary)\"")
      checkSummaries(field.shape, "\(path).\(field.name)", depth: depth + 1)
    }
  }

  /// A default stands in the canonical form as it is, so it must be in canonical form itself.
  @Test func defaultsAreCanonical() {
    for kind in KindRegistry.standard.kinds { Self.checkDefaults(.object(kind.spec), kind.name) }
  }

  private static func checkDefaults(_ shape: Shape, _ path: String, depth: Int = 0) {
    guard depth < 12 else { return }
    switch shape {
    case .object(let object): checkDefaults(object, path, depth)
    case .recursive(let recursive): checkDefaults(recursive.object(), path, depth)
    case .list(let item, _), .map(let item, _): checkDefaults(item, path, depth: depth + 1)
    case .either(let shapes):
      for shape in shapes { checkDefaults(shape, path, depth: depth + 1) }
    default: break
    }
  }

  private static func checkDefaults(_ object: ObjectShape, _ path: String, _ depth: Int) {
    for field in object.fields {
      checkDefaults(field.shape, "\(path).\(field.name)", depth: depth + 1)
      guard case .defaulted(let value) = field.presence else { continue }
      guard let node = Decoding.node(CanonicalJSON.text(of: value)) else {
        Issue.record("\(path).\(field.name) has a default that nobody can write")
        continue
      }
      var decoder = ShapeDecoder(file: "default")
      let decoded = decoder.decode(node, as: field.shape)
      #expect(decoded == value && decoder.diagnostics.isEmpty, "\(path).\(field.name)")
    }
  }
}
