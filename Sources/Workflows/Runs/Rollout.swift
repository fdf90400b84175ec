package import Resources

extension JobDefinition {
  /// The probes, each once, in the order in which waves take them.
  ///
  /// In a rollout it is by a hash of the job and the probe: the same from one execution to the
  /// next, however many other probes join. Without, it is by name.
  package func order(of probes: [String]) -> [String] {
    let names = Set(probes).sorted()
    guard rollout != nil else { return names }
    return names.map { (StableHash.hash(name, $0), $0) }.sorted { $0 < $1 }.map { $0.1 }
  }

  /// The waves over `count` probes; those that would take nobody are left out.
  ///
  /// Sizes are cumulative and percentages are rounded up. What the last wave that is written
  /// leaves over is one wave more: no wave is larger than was asked for, and nobody is left out.
  package func waves(over count: Int) -> [Execution.Wave] {
    var waves: [Execution.Wave] = []
    for wave in rollout?.waves ?? [] {
      let end = min(count, max(1, wave.size.roundedUp(of: count)))
      if end > waves.last?.end ?? 0 { waves.append(Execution.Wave(end: end, delay: wave.delay)) }
    }
    if waves.last?.end ?? -1 < count { waves.append(Execution.Wave(end: count, delay: .zero)) }
    return waves
  }

  /// How many of `count` probes may fail; nil for any number.
  package func failureBudget(over count: Int) -> Int? {
    rollout.map { max(0, $0.maxFailures.roundedDown(of: count)) }
  }

  /// How long the probe waits before its first attempt: the same whenever it is asked.
  package func jitter(of execution: ExecutionID, on probe: String) -> TimeSpan {
    guard jitter > .zero else { return .zero }
    let range = UInt64(jitter.nanoseconds) + 1
    let hash = StableHash.hash(execution.description, probe)
    return TimeSpan(nanoseconds: Int64(hash.multipliedFullWidth(by: range).high))
  }
}

extension Share {
  fileprivate func roundedUp(of count: Int) -> Int {
    switch self {
    case .count(let size): size
    case .percent(let percent): percent * count / 100 + (percent * count % 100 > 0 ? 1 : 0)
    }
  }

  fileprivate func roundedDown(of count: Int) -> Int {
    switch self {
    case .count(let size): size
    case .percent(let percent): percent * count / 100
    }
  }
}
