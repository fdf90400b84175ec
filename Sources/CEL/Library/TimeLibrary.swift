extension CELLibrary {
  /// Timestamps and durations: from text, as text, and their parts.
  package static let time = CELLibrary(
    "time",
    functions: TimeFunctions.conversions + TimeFunctions.ofTimestamps
      + TimeFunctions.ofDurations)
}

private enum TimeFunctions {
  static let conversions: [CELFunction] = [
    CELFunction("timestamp", [.string], .timestamp, .one(timestamp)),
    CELFunction("duration", [.string], .duration, .one(duration)),
    CELFunction("string", [.timestamp], .string, .one(text)),
    CELFunction("string", [.duration], .string, .one(text)),
  ]

  @Sendable private static func timestamp(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    guard case .string(let text) = value else { throw CELLibrary.mismatch("time", value) }
    return try .timestamp(CELTimestamp(parsing: text))
  }

  @Sendable private static func duration(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    guard case .string(let text) = value else { throw CELLibrary.mismatch("time", value) }
    return try .duration(CELDuration(parsing: text))
  }

  @Sendable private static func text(
    _ value: CELValue, _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    switch value {
    case .timestamp(let time): return .string(TimeText.text(of: time))
    case .duration(let span): return .string(TimeText.text(of: span))
    default: throw CELLibrary.mismatch("time", value)
    }
  }

  private static let parts: [(name: String, read: @Sendable (TimeClock) -> Int)] = [
    ("getFullYear", { $0.date.year }),
    ("getMonth", { $0.date.month - 1 }),
    ("getDate", { $0.date.day }),
    ("getDayOfMonth", { $0.date.day - 1 }),
    ("getDayOfWeek", { $0.date.dayOfWeek }),
    ("getDayOfYear", { $0.date.dayOfYear }),
    ("getHours", { $0.hour }),
    ("getMinutes", { $0.minute }),
    ("getSeconds", { $0.second }),
    ("getMilliseconds", { $0.millisecond }),
  ]

  /// Each part in UTC, and in a zone by its name or offset.
  static let ofTimestamps: [CELFunction] = parts.flatMap { part in
    let read = part.read
    return [
      CELFunction(
        part.name, isMember: true, [.timestamp], .int,
        .one { value, _ throws(CELFailure) in
          guard case .timestamp(let time) = value else { throw CELLibrary.mismatch("time", value) }
          return .int(Int64(read(TimeClock(time, offset: 0))))
        }),
      CELFunction(
        part.name, isMember: true, [.timestamp, .string], .int,
        .two { value, zone, frame throws(CELFailure) in
          guard case .timestamp(let time) = value, case .string(let zone) = zone else {
            throw CELLibrary.mismatch("time", value)
          }
          let offset = try TimeZones.offset(of: zone, at: time, frame.offsetInZone)
          return .int(Int64(read(TimeClock(time, offset: offset))))
        }),
    ]
  }

  private static let spanParts: [(name: String, read: @Sendable (CELDuration) -> Int64)] = [
    ("getHours", { $0.seconds / 3_600 }),
    ("getMinutes", { $0.seconds / 60 }),
    ("getSeconds", { $0.seconds }),
    ("getMilliseconds", { Int64($0.nanos / 1_000_000) }),
  ]

  /// The length in whole units, towards zero; milliseconds are those of the last second.
  static let ofDurations: [CELFunction] = spanParts.map { part in
    let read = part.read
    return CELFunction(
      part.name, isMember: true, [.duration], .int,
      .one { value, _ throws(CELFailure) in
        guard case .duration(let span) = value else { throw CELLibrary.mismatch("time", value) }
        return .int(read(span))
      })
  }
}
