internal import Resources

/// How often and how late a failed run is tried again.
enum Retry {
  static let object = ObjectShape([
    .defaulted(
      "attempts", .integer(1...100), to: 1, "How many runs there are at most, the first included."),
    .defaulted("backoff", backoff, "The waits between the attempts."),
    .optional(
      "on", .object(causes), "What is tried again; by default every failure and timeout."),
  ])

  private static let causes = ObjectShape(
    [
      .optional(
        "exitCodes", .list(of: .integer(1...255), ListRule(count: 1...255, order: .set)),
        "Exit codes after which it is tried again."),
      .optional("signal", .boolean, "Whether it is tried again where a signal ended it."),
      .optional("timeout", .boolean, "Whether it is tried again where it took too long."),
      .optional(
        "lost", .boolean,
        "Whether it is tried again where nobody knows what became of it; needs idempotent: true."),
    ], atLeastOne: [["exitCodes", "signal", "timeout", "lost"]])

  private static let wait = Shape.format(.duration(in: .init(nanoseconds: 1)...(.days(7))))

  private static let backoff = ObjectShape([
    .defaulted("initial", wait, to: "5s", "The wait before the second attempt."),
    .defaulted(
      "multiplier", .number(1...100), to: 2, "By how much each wait is longer than the last."),
    .optional("max", wait, "The longest wait; without it waits grow without an end."),
  ])

  static func check(_ spec: Value, at tokens: [String], _ findings: inout SpecFindings) {
    guard let backoff = spec["backoff"], let initial = TimeSpan(in: backoff["initial"]),
      let max = TimeSpan(in: backoff["max"]), max < initial
    else { return }
    findings.report(
      code: "contradiction", "backoff.max \(max) is shorter than backoff.initial \(initial)",
      at: tokens + ["backoff", "max"], related: tokens + ["backoff", "initial"])
  }
}
