internal import Actions
internal import Kinds
package import Resources
package import Workflows

extension JobDefinition {
  /// A job from its canonical content; nil where that is not one that passed its checks.
  package init?(name: String, digest: Digest, content: Value) {
    guard let spec = content["spec"], let action = Action(spec: spec["action"]) else { return nil }
    self.init(name: name, digest: digest, action: action)
    for member in spec["secrets"]?.members ?? [] {
      secrets[member.key] = SecretSource(member.value)
    }
    if let span = TimeSpan(in: spec["timeout"]) { timeout = span }
    if let span = TimeSpan(in: spec["gracePeriod"]) { gracePeriod = span }
    if let rule = spec["retry"] { retry = RetryRule(rule) }
    if let word = spec["concurrency"]?.string.flatMap(Concurrency.init) { concurrency = word }
    rollout = spec["rollout"].flatMap(Rollout.init)
    if let span = TimeSpan(in: spec["jitter"]) { jitter = span }
    isIdempotent = spec["idempotent"] == true
    if let word = spec["onLost"]?.string.flatMap(LostRule.init) { onLost = word }
    if let value = spec["staleness"] { staleness = Staleness(value) }
    if let approval = spec["approval"], approval["required"] != false {
      approvers = Int(approval["approvers"]?.integer ?? 1)
    }
    if let size = ByteSize(in: spec["output"]?["maxBytes"]) { outputLimit = Int(size.count) }
  }
}

extension JobDefinition.RetryRule {
  fileprivate init(_ value: Value) {
    let backoff = value["backoff"]
    let multiplier: Double =
      switch backoff?["multiplier"] {
      case .number(let value): value
      case .integer(let value): Double(value)
      default: 2
      }
    self.init(
      attempts: Int(value["attempts"]?.integer ?? 1),
      initial: TimeSpan(in: backoff?["initial"]) ?? .seconds(5), multiplier: multiplier,
      longest: TimeSpan(in: backoff?["max"]), on: value["on"].map(JobDefinition.RetryCauses.init))
  }
}

extension JobDefinition.RetryCauses {
  fileprivate init(_ value: Value) {
    let codes = (value["exitCodes"]?.array ?? []).compactMap(\.integer).map(Int32.init)
    self.init(
      exitCodes: codes.map { $0...$0 }, signals: value["signal"] == true,
      timeouts: value["timeout"] == true, lost: value["lost"] == true)
  }
}

extension JobDefinition.Rollout {
  fileprivate init?(_ value: Value) {
    let waves = (value["waves"]?.array ?? []).compactMap { wave in
      Share(in: wave["size"]).map {
        JobDefinition.RolloutWave(size: $0, delay: TimeSpan(in: wave["delay"]) ?? .zero)
      }
    }
    guard !waves.isEmpty else { return nil }
    self.init(waves: waves, maxFailures: Share(in: value["maxFailures"]) ?? .count(0))
  }
}

extension JobDefinition.Staleness {
  fileprivate init(_ value: Value) {
    switch value["mode"]?.string {
    case "strict": self = .strict(maxCacheAge: TimeSpan(in: value["maxCacheAge"]) ?? .zero)
    case "unchecked": self = .unchecked
    default: self = .cached
    }
  }
}
