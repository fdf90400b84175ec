extension Zone {
  /// The offset at `instant`.
  package func offset(at instant: Int64) -> ZoneOffset {
    var cursor = ZoneCursor()
    return offset(at: instant, &cursor)
  }

  /// The offset at `instant`, faster where `cursor` comes from a lookup near it.
  package func offset(at instant: Int64, _ cursor: inout ZoneCursor) -> ZoneOffset {
    let (time, _) = inFirstPeriod(instant)
    return offsets[Int(spanOffsets[index(at: time, &cursor)])]
  }

  /// The span without a change around `instant`.
  package func span(at instant: Int64, _ cursor: inout ZoneCursor) -> ZoneSpan {
    let (time, shift) = inFirstPeriod(instant)
    return span(index(at: time, &cursor), shift)
  }

  /// A change of the offset, the abbreviation or daylight saving.
  package struct Transition: Hashable, Sendable {
    /// The first second, in UTC, with `after`.
    package let instant: Int64
    package let before: ZoneOffset
    package let after: ZoneOffset
  }

  /// The first change after `instant`; nil where there is none.
  package func nextTransition(after instant: Int64, _ cursor: inout ZoneCursor) -> Transition? {
    let (time, shift) = inFirstPeriod(instant)
    return transition(at: index(at: time, &cursor), shift)
  }

  /// The last change at or before `instant`; nil where there is none.
  package func transition(atOrBefore instant: Int64, _ cursor: inout ZoneCursor) -> Transition? {
    let (time, shift) = inFirstPeriod(instant)
    return transition(at: index(at: time, &cursor) - 1, shift)
  }

  private func transition(at index: Int, _ shift: Int64) -> Transition? {
    guard transitions.indices.contains(index) else { return nil }
    let instant = transitions[index] + shift
    guard Self.instants.contains(instant) else { return nil }
    return Transition(
      instant: instant, before: offsets[Int(spanOffsets[index])],
      after: offsets[Int(spanOffsets[index + 1])])
  }

  /// The time in the stored years that is like `instant`, and how far it is from it.
  private func inFirstPeriod(_ instant: Int64) -> (time: Int64, shift: Int64) {
    let time = min(max(instant, Self.instants.lowerBound), Self.instants.upperBound)
    guard let periodStart, time - periodStart >= Civil.cycle else { return (time, 0) }
    let shift = (time - periodStart) / Civil.cycle * Civil.cycle
    return (time - shift, shift)
  }

  /// The span that `time` lies in: first where the cursor points, then beside it, then anywhere.
  private func index(at time: Int64, _ cursor: inout ZoneCursor) -> Int {
    let count = transitions.count
    for guess in cursor.index...cursor.index + 1 where guess <= count {
      if guess == 0 || transitions[guess - 1] <= time, guess == count || time < transitions[guess] {
        cursor.index = guess
        return guess
      }
    }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= time { low = middle + 1 } else { high = middle }
    }
    cursor.index = low
    return low
  }

  private func span(_ index: Int, _ shift: Int64) -> ZoneSpan {
    let start = index == 0 ? Int64.min : transitions[index - 1]
    let end = index == transitions.count ? Int64.max : transitions[index]
    let reached = reachedLocal(before: index)
    return ZoneSpan(
      start: index == 0 ? .min : start + shift, end: end == .max ? .max : end + shift,
      offset: seconds(index), reachedLocal: reached == .min ? .min : reached + shift)
  }

  private func seconds(_ index: Int) -> Int64 { Int64(offsets[Int(spanOffsets[index])].seconds) }

  /// The latest local time before the span; spans that ended more than two days before cannot
  /// have come as far.
  private func reachedLocal(before index: Int) -> Int64 {
    guard index > 0 else { return .min }
    let start = transitions[index - 1]
    var reached = Int64.min
    var previous = index - 1
    while true {
      let end = transitions[previous]
      guard start - end <= Int64(2 * ZoneOffset.limit) else { break }
      reached = max(reached, end + seconds(previous))
      guard previous > 0 else { break }
      previous -= 1
    }
    return reached
  }
}
