/// What a probe is told to do: one attempt of a run.
package struct ActionRequest: Hashable, Sendable {
  /// The run, such as `x7k2m9qd41.local.1`; a probe starts each at most once.
  package var run: String
  package var action: Action
  /// Secrets by the environment variable that the process gets them under.
  package var secrets: [String: SecretSource]
  /// More environment, such as `WRIT_RUN`; the action's own wins.
  package var environment: [String: String]
  package var timeout: Duration
  /// How long a process has after SIGTERM before SIGKILL.
  package var gracePeriod: Duration
  /// How many bytes of each stream are kept.
  package var outputLimit: Int
  /// What the probe allows: all of them must.
  package var policies: [CommandPolicy]

  package init(
    run: String, action: Action, secrets: [String: SecretSource] = [:],
    environment: [String: String] = [:], timeout: Duration = .seconds(3600),
    gracePeriod: Duration = .seconds(10), outputLimit: Int = 1 << 20,
    policies: [CommandPolicy] = [],
  ) {
    self.run = run
    self.action = action
    self.secrets = secrets
    self.environment = environment
    self.timeout = timeout
    self.gracePeriod = gracePeriod
    self.outputLimit = outputLimit
    self.policies = policies
  }
}

/// Where a secret is on the probe; its value is resolved at start, and is nowhere else.
package enum SecretSource: Hashable, Sendable {
  /// An environment variable of the probe.
  case environment(String)
  /// A file on the probe, by its absolute path; one newline at its end does not count.
  case file(String)
}
