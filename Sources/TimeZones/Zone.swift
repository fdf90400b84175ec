/// The clocks of a place: how they differ from UTC, at every time.
///
/// A value without a connection to files: see ``init(name:tzif:)`` for where it comes from. Times
/// are seconds since 1970-01-01T00:00:00Z without leap seconds.
package struct Zone: Hashable, Sendable {
  /// The name, such as `Europe/Berlin`.
  package let name: String
  /// When another offset begins, ascending; in UTC.
  let transitions: [Int64]
  /// For each span the index of its offset; one more than there are transitions.
  let spanOffsets: [UInt8]
  /// The different offsets.
  let offsets: [ZoneOffset]
  /// From here on everything comes again every 400 years; nil where the last offset stays.
  let periodStart: Int64?
  /// The least and the greatest offset.
  let offsetRange: ClosedRange<Int64>

  /// Coordinated universal time.
  package static let utc = Zone(name: "UTC", fixed: ZoneOffset(seconds: 0, abbreviation: "UTC"))

  /// Clocks that always differ from UTC by the same; nil where that is more than 26 hours.
  package init?(secondsEast seconds: Int) {
    guard seconds.magnitude <= ZoneOffset.limit else { return nil }
    let text = seconds == 0 ? "UTC" : ZoneOffset.text(seconds: seconds)
    self.init(name: text, fixed: ZoneOffset(seconds: seconds, abbreviation: text))
  }

  private init(name: String, fixed offset: ZoneOffset) {
    self.init(name: name, first: offset, changes: [], periodStart: nil)
  }

  /// Times beyond are taken for the nearest one of these; so sums with offsets never overflow.
  static let instants: ClosedRange<Int64> = -(1 << 59)...(1 << 59)

  /// A zone that has the offset `first`, then at each of `changes` another one.
  ///
  /// Changes ascend, and there are at most 256 different offsets (254 of a file, 2 of its rule). Those that change nothing are
  /// left out.
  init(
    name: String, first: ZoneOffset, changes: [(start: Int64, offset: ZoneOffset)],
    periodStart: Int64?,
  ) {
    var transitions: [Int64] = []
    var offsets = [first]
    var spanOffsets: [UInt8] = [0]
    transitions.reserveCapacity(changes.count)
    spanOffsets.reserveCapacity(changes.count + 1)
    var last = 0
    for change in changes where change.offset != offsets[last] {
      last = offsets.firstIndex(of: change.offset) ?? offsets.count
      if last == offsets.count { offsets.append(change.offset) }
      transitions.append(change.start)
      spanOffsets.append(UInt8(truncatingIfNeeded: last))
    }
    self.name = name
    self.transitions = transitions
    self.spanOffsets = spanOffsets
    self.offsets = offsets
    self.periodStart = transitions.isEmpty ? nil : periodStart
    let seconds = offsets.map { Int64($0.seconds) }
    offsetRange = (seconds.min() ?? 0)...(seconds.max() ?? 0)
  }
}
