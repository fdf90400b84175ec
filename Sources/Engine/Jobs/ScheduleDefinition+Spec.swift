internal import Cron
internal import Kinds
package import Resources
package import TimeZones
package import Workflows

extension ScheduleDefinition {
  /// A schedule from its canonical content; nil where that is not one that passed its checks.
  package init?(name: String, digest: Digest, content: Value, in zone: Zone) {
    guard let spec = content["spec"], let job = spec["job"]?.string,
      let times = ScheduleSpec.times(spec, name: name, in: zone)
    else { return nil }
    self.init(name: name, digest: digest, job: job, times: times)
    timing = Self.timing(spec["when"])
    if let word = spec["mode"]?.string.flatMap(Mode.init) { mode = word }
    cooldown = TimeSpan(in: spec["cooldown"])
    startingDeadline = TimeSpan(in: spec["startingDeadline"])
    if let window = TimeSpan(in: spec["catchUp"]?["window"]) { catchUpWindow = window }
    if let max = spec["catchUp"]?["max"]?.integer { catchUpMax = Int(max) }
    if let word = spec["overlap"]?.string.flatMap(Overlap.init) { overlap = word }
    if let span = TimeSpan(in: spec["jitter"]) { jitter = span }
  }

  private static func timing(_ when: Value?) -> Timing {
    guard let cron = when?["cron"]?.string else { return .elapsedTime }
    return cron.hasPrefix("@every") ? .elapsedTime : .wallClock
  }
}
