internal import CEL
package import Resources

extension Kind {
  /// Something to run on probes.
  package static let job = Kind(
    name: "Job",
    summary: "Something to run on probes: what, where, how long, and what counts as success.",
    spec: Job.spec,
    sensitive: ["action", "secrets", "targets", "approval"].map { JSONPointer(["spec", $0]) },
    example: Job.example,
    check: Job.check)
}

private enum Job {
  private static let defaultSuccess = "run.exitCode == 0"

  static let spec = ObjectShape([
    .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
    .optional(
      "version", .format(.versionWord), "A version for people; by default the content's digest."),
    .required("action", Action.shape, "What it does."),
    .defaulted(
      "secrets", SecretReference.byVariable, to: [:],
      "Secrets that the action gets as environment variables, resolved on the probe at start."),
    .defaulted("targets", Targets.shape, to: ["probes": ["local"]], "Where it runs."),
    .defaulted(
      "timeout", .format(.duration(in: .init(nanoseconds: 1_000_000)...(.days(30)))), to: "1h",
      "How long a run may take before it is killed."),
    .optional(
      "gracePeriod", .format(.duration(in: .zero...(.hours(1)))),
      "How long a run has to end by itself after SIGTERM, before SIGKILL; by default 10s."),
    .defaulted("retry", Retry.object, "What happens after a failed run."),
    .optional(
      "idempotent", .boolean,
      "Whether it may run again where nobody knows whether it did; by default not."),
    .optional(
      "onLost", .choice(["retry", "fail", "ask"]),
      "What happens when nobody knows what became of a run: by default it counts as failed."),
    .defaulted(
      "concurrency", .choice(["forbid", "allow", "replace"]), to: "forbid",
      "What happens where the job still runs on a probe: not start, start, or kill and start."),
    .optional("rollout", .object(rollout), "In which waves the probes are served."),
    .defaulted(
      "jitter", .format(.duration(in: .zero...(.days(1)))), to: "0s",
      "Up to how long each probe waits before it starts, to spread the load."),
    .defaulted(
      "success", .text(.expression), to: .string(defaultSuccess),
      "When a run counts as a success, in CEL."),
    .optional("approval", Approval.shape, "Who must agree before it runs."),
    .defaulted("staleness", staleness, "What a probe does when it has not heard of the server."),
    .defaulted("output", output, "How much of the output is kept."),
    .optional(
      "health", .object(HealthShape.object),
      "How the state is watched after an apply that creates or updates this job."),
  ])

  private static let rollout = ObjectShape([
    .required(
      "waves", .list(of: .object(wave), ListRule(count: 1...100)),
      "The waves, each larger than the one before; probes beyond the last one form one more."),
    .defaulted(
      "maxFailures", .format(.failureBudget), to: "0",
      "How many failed probes stop the rollout when there are more."),
  ])

  private static let wave = ObjectShape([
    .required(
      "size", .format(.fleetShare), "How many probes have been served after it: 10 or 10%."),
    .defaulted(
      "delay", .format(.duration(in: .zero...(.days(30)))), to: "0s",
      "How long it waits after the wave before it."),
  ])

  private static let staleness = ObjectShape(
    [
      .defaulted(
        "mode", .choice(["cached", "strict", "unchecked"]), to: "cached",
        "Whether the probe's last knowledge is enough, must be fresh, or does not matter."),
      .optional(
        "maxCacheAge", .format(.positiveDuration), "How old the probe's knowledge may be."),
    ],
    conditions: [
      .when("mode", in: ["strict"], needs: ["maxCacheAge"]),
      .when("mode", in: ["cached", "unchecked"], forbids: ["maxCacheAge"]),
    ])

  private static let output = ObjectShape([
    .defaulted(
      "maxBytes", .format(.byteSize(in: ByteSize(0)...(.mebibytes(64)))), to: "1MiB",
      "How much of each stream is kept; the head and the tail stay.")
  ])

  @Sendable static func check(_ input: SpecCheck) -> SpecFindings {
    var findings = SpecFindings()
    Action.check(input.spec["action"], at: ["action"], &findings)
    Targets.check(input.spec["targets"] ?? .null, at: ["targets"], &findings)
    Retry.check(input.spec["retry"] ?? .null, at: ["retry"], &findings)
    checkRepetition(input.spec, &findings)
    HealthShape.check(input.node["health"], at: ["health"], &findings)
    HealthShape.checkExpressions(input, &findings)
    if input.spec["success"]?.string != defaultSuccess {
      ExpressionCheck(input: input).compile(
        input.spec["success"], at: ["success"], in: ExpressionEnvironments.success,
        expecting: .bool, &findings)
    }
    for name in input.spec["secrets"]?.members ?? [] {
      for tool in ["shell", "exec"] where input.spec["action"]?[tool]?["env"]?[name.key] != nil {
        findings.report(
          code: "contradiction", "\(name.key) is in secrets and in action.\(tool).env",
          at: ["secrets", name.key], hint: "remove one of the two",
          related: ["action", tool, "env", name.key])
      }
    }
    checkWaves(input.spec["rollout"]?["waves"], &findings)
    return findings
  }

  /// Refuses to run again by itself what may have run, where nothing says that it may.
  private static func checkRepetition(_ spec: Value, _ findings: inout SpecFindings) {
    guard spec["idempotent"] != true else { return }
    let fields: [(String, [String], Bool)] = [
      ("onLost: retry", ["onLost"], spec["onLost"] == "retry"),
      ("retry.on.lost: true", ["retry", "on", "lost"], spec["retry"]?["on"]?["lost"] == true),
    ]
    for (text, tokens, isSet) in fields where isSet {
      findings.report(
        code: "contradiction", "\(text) starts it again where it may have run already", at: tokens,
        hint: "say idempotent: true if running twice does no harm, else leave this out")
    }
  }

  private static func checkWaves(_ waves: Value?, _ findings: inout SpecFindings) {
    var last: Share?
    for (index, wave) in waves?.items ?? [] {
      guard let text = wave["size"]?.string, let size = try? Share(parsing: text) else { continue }
      if let last, let problem = problem(last, size) {
        findings.report(
          code: "wrong-order", "wave \(index + 1) (\(size)) \(problem) wave \(index) (\(last))",
          at: ["rollout", "waves", "\(index)", "size"],
          hint: "waves count all probes served so far, such as 1, 10%, 100%",
          related: ["rollout", "waves", "\(index - 1)", "size"])
      }
      last = size
    }
  }

  private static func problem(_ last: Share, _ next: Share) -> String? {
    switch (last, next) {
    case (.count(let a), .count(let b)), (.percent(let a), .percent(let b)):
      a < b ? nil : "is not larger than"
    case (.count, .percent): nil
    case (.percent, .count): "counts probes after the percentage of"
    }
  }

  static let example = """
    apiVersion: writ/v1
    kind: Job
    metadata:
      name: db-backup
      labels: {team: storage}
    spec:
      description: Nightly dump
      version: "1.4.0"
      action:
        shell:
          script: |
            pg_dump app > /srv/backup/app.sql
          workingDirectory: /srv
          env: {PGUSER: backup}
      secrets:
        PGPASSWORD: {file: /run/secrets/pg}
      targets:
        selector:
          matchLabels: {role: db}
      timeout: 10m
      retry:
        attempts: 3
        backoff: {initial: 5s, multiplier: 2, max: 5m}
      concurrency: forbid
      rollout:
        waves: [{size: 1}, {size: 10%}, {size: 100%, delay: 5m}]
        maxFailures: 10%
      jitter: 30s
      success: run.exitCode == 0
      approval: {required: true, approvers: 2, roles: [operator]}
      staleness: {mode: cached}
      output: {maxBytes: 1MiB}

    """
}
