internal import Resources

extension ScheduleDefinition {
  /// Where an occurrence is to run.
  enum Armed: Hashable {
    case nowhere
    /// On all probes of the target, whichever these are.
    case everywhere
    case on([String])
  }

  /// Where an occurrence that starts now is to run, by what has succeeded.
  ///
  /// A success arms again when `cooldown` has passed, at the latest nanosecond inclusive. Successes
  /// of probes that are not expected do not count, and where none is expected, nothing runs, unless
  /// the mode is `everyTick`.
  func armed(_ activity: ScheduleActivity, at now: Timestamp) -> Armed {
    switch mode {
    case .everyTick: return .everywhere
    case .oncePerProbe:
      let probes = activity.expected.filter { isArmed(after: activity.successes[$0], at: now) }
      return probes.isEmpty ? .nowhere : .on(probes)
    case .oncePerTarget:
      let latest = activity.expected.compactMap { activity.successes[$0] }.max()
      guard !activity.expected.isEmpty, isArmed(after: latest, at: now) else { return .nowhere }
      return .everywhere
    }
  }

  private func isArmed(after success: Timestamp?, at now: Timestamp) -> Bool {
    guard let success else { return true }
    guard let cooldown else { return false }
    return ScheduleClock.elapsed(from: success, to: now) >= cooldown
  }
}
