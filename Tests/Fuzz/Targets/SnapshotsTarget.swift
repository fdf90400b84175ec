internal import Resources
internal import Workflows

extension FuzzTarget {
  /// Snapshots of the state, and exported journals, also with hashes made to fit.
  static let snapshots = FuzzTarget(name: "snapshots") { bytes throws(BrokenPromise) in
    let bytes = bytes.array
    try check(snapshot: bytes)
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    var checker = JournalLine.Checker()
    for line in lines { _ = checker.add(line) }
    try check(sealed: lines)
  }

  private static func check(snapshot bytes: [UInt8]) throws(BrokenPromise) {
    guard let snapshot = try? StateSnapshot(bytes: bytes) else { return }
    try require(snapshot.bytes == bytes, "a snapshot has other bytes too")
    let again = try? StateSnapshot(bytes: snapshot.bytes)
    try require(again == snapshot, "a snapshot changes when written and read")
    try require(again?.root == snapshot.root, "its root changes when written and read")
  }

  /// Gives each line the sequence and the hashes that are due, for those stop nearly all lines.
  private static func check(sealed lines: [[UInt8]]) throws(BrokenPromise) {
    guard let first = lines.first, let header = try? JournalLine.header(first) else { return }
    var checker = JournalLine.Checker()
    _ = checker.add(first)
    var previous = (sequence: header.firstSequence &- 1, hash: header.previousHash)
    for line in lines.dropFirst() {
      guard let value = Value(stored: line), let kind = value["kind"]?.string,
        let known = JournalEvent.Kind(rawValue: kind), let actor = value["actor"]?.string,
        let subject = value["subject"]?.string, let nanoseconds = value["time"]?.integer
      else {
        _ = checker.add(line)
        if let last = checker.last { previous = last }
        continue
      }
      let event = JournalEvent(
        sequence: previous.sequence &+ 1, time: Timestamp(nanoseconds: nanoseconds), actor: actor,
        kind: known, subject: subject,
        payload: value["payload"].map { CanonicalJSON.bytes(of: $0) } ?? line,
        after: previous.hash)
      let count = checker.eventCount
      let problem = checker.add(JournalLine.bytes(of: event))
      try require(
        problem == nil && checker.eventCount == count + 1, "an event that was written is refused")
      previous = (event.sequence, event.hash)
    }
  }
}
