extension CronExpression: CustomStringConvertible {
  /// The one way to write it: expressions that always mean the same have the same text.
  ///
  /// Numbers stand for names, five fields for six where the seconds are 0, fields for nicknames.
  /// What a clock change or Vixie's rule for the two kinds of days looks at is kept: whether a
  /// field begins with `*`, and whether the time has ranges or steps.
  package var description: String {
    switch timing {
    case .every(let nanoseconds): return "@every \(Self.duration(nanoseconds))"
    case .calendar(let calendar):
      let hidesSeconds = calendar.seconds == .zero
      return CronField.allCases.dropFirst(hidesSeconds ? 1 : 0)
        .map { calendar.text(of: $0) }.joined(separator: " ")
    }
  }

  private static func duration(_ nanoseconds: Int64) -> String {
    let units: [(symbol: String, size: Int64)] = [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
      ("s", 1_000_000_000), ("ms", 1_000_000),
    ]
    var rest = nanoseconds
    return units.reduce(into: "") { text, unit in
      if rest >= unit.size { text += "\(rest / unit.size)\(unit.symbol)" }
      rest %= unit.size
    }
  }
}

extension CronCalendar {
  fileprivate func text(of field: CronField) -> String {
    var parts = self[field].parts(field)
    if field == .dayOfMonth {
      parts += Self.bits(UInt64(daysFromEnd)).map { $0 == 0 ? "L" : "L-\($0)" }
      parts += Self.bits(UInt64(nearestWeekdays)).map { "\($0)W" }
      parts += Self.bits(UInt64(nearestWeekdaysFromEnd)).map { $0 == 0 ? "LW" : "L-\($0)W" }
    }
    if field == .dayOfWeek {
      parts += Self.bits(UInt64(lastWeekdays)).map { "\($0)L" }
      parts += Self.bits(nthWeekdays).map { "\($0 / 5)#\($0 % 5 + 1)" }
    }
    return parts.joined(separator: ",")
  }

  static func bits(_ mask: UInt64) -> [Int] { (0..<64).filter { mask >> UInt64($0) & 1 == 1 } }
}

extension CronSet {
  /// The terms of a list, `*` first where the text began with it.
  fileprivate func parts(_ field: CronField) -> [String] {
    var parts: [String] = []
    var rest = mask
    var needsInterval = isInterval && !hashes.contains { $0.step != nil }
    if let step = starStep(field) {
      parts.append(step == 1 ? "*" : "*/\(step)")
      rest &= ~field.mask(from: field.range.lowerBound, to: field.range.upperBound, step: step)
      needsInterval = false
    }
    let isTime = [CronField.second, .minute, .hour].contains(field)
    parts += Self.terms(
      CronCalendar.bits(rest), areRangesAllowed: isInterval || !isTime,
      needsInterval: needsInterval,
      fewest: isTime ? 3 : 4)
    return parts + hashes.map { $0.text(field) }
  }

  /// The step n for which the field is written as `*/n`; nil where it does not begin with `*`.
  private func starStep(_ field: CronField) -> Int? {
    func covers(_ step: Int) -> Bool {
      let stars = field.mask(from: field.range.lowerBound, to: field.range.upperBound, step: step)
      // Where `*` has no meaning of its own it is only a shorter way to write all of the values.
      return startsWithStar
        ? stars & ~mask == 0
        : stars == mask && (field == .month || field == .second && isInterval)
          && stars.nonzeroBitCount >= 3
    }
    return (1...field.range.upperBound).first(where: covers)
  }

  private static func terms(
    _ values: [Int], areRangesAllowed: Bool, needsInterval: Bool, fewest: Int,
  ) -> [String] {
    var terms: [String] = []
    var hasRange = false
    var index = 0
    while index < values.count {
      let run = areRangesAllowed ? run(values[index...]) : (step: 0, count: 1)
      let isRun = run.step == 1 ? run.count >= 3 : run.count >= fewest
      let value = values[index]
      guard isRun else {
        terms.append("\(value)")
        index += 1
        continue
      }
      hasRange = true
      let last = values[index + run.count - 1]
      terms.append(run.step == 1 ? "\(value)-\(last)" : "\(value)-\(last)/\(run.step)")
      index += run.count
    }
    guard needsInterval, !hasRange, let first = values.first else { return terms }
    if let pair = values.indices.dropLast().first(where: { values[$0] + 1 == values[$0 + 1] }) {
      terms.replaceSubrange(pair...pair + 1, with: ["\(values[pair])-\(values[pair + 1])"])
    } else {
      terms[0] = "\(first)-\(first)"
    }
    return terms
  }

  /// How many of `values` from the first on have the same distance.
  private static func run(_ values: ArraySlice<Int>) -> (step: Int, count: Int) {
    guard values.count > 1 else { return (0, 1) }
    let start = values.startIndex
    let step = values[start + 1] - values[start]
    var count = 2
    while start + count < values.endIndex,
      values[start + count] - values[start + count - 1] == step
    {
      count += 1
    }
    return (step, count)
  }
}

extension CronHash {
  fileprivate func text(_ field: CronField) -> String {
    let limits = range == field.hashRange ? "" : "(\(range.lowerBound)-\(range.upperBound))"
    return "H\(limits)\(step.map { "/\($0)" } ?? "")"
  }
}
