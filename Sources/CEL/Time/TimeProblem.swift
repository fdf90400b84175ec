/// Why a text or a number is no time.
package struct TimeProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for a person.
  package var description: String

  /// Makes a problem with this description.
  package init(_ description: String) { self.description = description }

  /// An instant outside of the years 1 to 9999.
  package static let timestampRange = TimeProblem(
    "timestamp out of range: it must lie in the years 0001 to 9999")
  /// A duration of more than about 10,000 years.
  package static let durationRange = TimeProblem(
    "duration out of range: it must lie within ±\(TimeSpan.secondsLimit)s")
}
