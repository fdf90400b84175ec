package import Planning
package import Resources

/// All resources that were in force after one event of the journal, each with the event that made it
/// what it was.
///
/// It stands for the part of the journal up to that event, once that was dropped: later events fold
/// onto it. One state has exactly one sequence of bytes.
package struct StateSnapshot: Hashable, Sendable {
  /// A resource in force.
  package struct Entry: Hashable, Sendable {
    package var key: ResourceKey
    package var side: ResourceTransition.Side
    /// The event that made it what it is; not one that only moved its lines.
    package var sequence: Int64
    package var time: Timestamp
    package var actor: String
    package var reason: String
    package var origin: Origin?
    /// As the event had them.
    package var origins: FieldOrigins?
    package var previousOrigins: FieldOrigins?

    package init(
      key: ResourceKey, side: ResourceTransition.Side, sequence: Int64, time: Timestamp,
      actor: String, reason: String, origin: Origin?, origins: FieldOrigins? = nil,
      previousOrigins: FieldOrigins? = nil,
    ) {
      self.key = key
      self.side = side
      self.sequence = sequence
      self.time = time
      self.actor = actor
      self.reason = reason
      self.origin = origin
      self.origins = origins
      self.previousOrigins = previousOrigins
    }
  }

  /// Why some bytes are not a snapshot.
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1; the header is the first.
    package var line: Int
    package var reason: String

    package init(line: Int, _ reason: String) {
      self.line = line
      self.reason = reason
    }

    package var description: String { "line \(line): \(reason)" }
  }

  package static let formatVersion: Int64 = 1
  /// No snapshot has more resources.
  package static let entryLimit = 10_000_000
  /// No line of one is longer: a resource of 1 MiB and all that it names fit.
  package static let lineLimit = 8 << 20

  /// The last event that is folded into it.
  package var sequence: Int64
  /// By key.
  package var entries: [Entry]

  package init(sequence: Int64, entries: [Entry]) {
    self.sequence = sequence
    self.entries = entries.sorted { $0.key < $1.key }
  }

  /// The root of the state tree over the entries.
  package var root: Digest {
    StateTree(entries: entries.map { StateTree.Entry(key: $0.key, digest: $0.side.digest) }).root
  }
}

// MARK: - Bytes

extension StateSnapshot {
  private static let format = "writ-snapshot"

  /// A header, then the entries by key, each as canonical JSON on a line of its own.
  package var bytes: [UInt8] {
    let header: Value = [
      "count": .integer(Int64(entries.count)), "format": .string(Self.format),
      "formatVersion": .integer(Self.formatVersion), "sequence": .integer(sequence),
    ]
    var writer = CanonicalJSON(reservingCapacity: 256 + entries.count * 384)
    writer.write(header)
    writer.endLine()
    for entry in entries {
      writer.write(entry.value)
      writer.endLine()
    }
    return writer.bytes
  }

  /// Reads what `bytes` wrote, and nothing else.
  ///
  /// Anything that is not canonical, in order, complete and within the limits is refused; no input
  /// makes it stop the program.
  package init(bytes: [UInt8]) throws(Problem) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    guard lines.popLast()?.isEmpty == true else {
      throw Problem(line: lines.count + 1, "the last line is not ended")
    }
    let (sequence, count) = try Self.header(lines.popFirst())
    guard lines.count == count else {
      throw Problem(line: 1, "it announces \(count) resources, but \(lines.count) follow")
    }
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for (index, line) in lines.enumerated() {
      let value = try Self.value(line, number: index + 2)
      guard let entry = Entry(value), entry.value == value else {
        throw Problem(line: index + 2, "a member is missing, unknown or has another form")
      }
      if let last = entries.last, !(last.key < entry.key) {
        throw Problem(line: index + 2, "\(entry.key) does not come after \(last.key)")
      }
      guard entry.sequence > 0, entry.sequence <= sequence else {
        throw Problem(line: index + 2, "event \(entry.sequence) is not one before the snapshot")
      }
      entries.append(entry)
    }
    self.sequence = sequence
    self.entries = entries
  }

  private static func header(_ line: ArraySlice<UInt8>?) throws(Problem) -> (Int64, Int) {
    guard let line else { throw Problem(line: 1, "the header is missing") }
    let header = try value(line, number: 1)
    guard header["format"]?.string == format, let version = header["formatVersion"]?.integer,
      let sequence = header["sequence"]?.integer, let count = header["count"]?.integer,
      header.members?.count == 4
    else { throw Problem(line: 1, "the header is not that of a snapshot") }
    guard version == formatVersion else {
      throw Problem(
        line: 1, "format \(version) is not known; this version of Writ reads \(formatVersion)")
    }
    guard sequence > 0, count >= 0, count <= Int64(entryLimit) else {
      throw Problem(line: 1, "sequence or count is out of range")
    }
    return (sequence, Int(count))
  }

  private static func value(_ line: ArraySlice<UInt8>, number: Int) throws(Problem) -> Value {
    let value: Value
    do throws(JSONError) {
      value = try JSONReader.read(Array(line), maximumDepth: 32, maximumBytes: lineLimit)
    } catch {
      throw Problem(line: number, "it is not JSON: \(error)")
    }
    guard CanonicalJSON.bytes(of: value)[...] == line else {
      throw Problem(line: number, "it is not canonical JSON")
    }
    return value
  }
}

extension StateSnapshot.Entry {
  package var value: Value {
    var members: [Value.Member] = [
      .init("actor", .string(actor)), .init("after", side.value),
      .init("key", .string(key.description)),
    ]
    if let origin { members.append(.init("origin", origin.value)) }
    if let origins { members.append(.init("origins", origins.value)) }
    if let previousOrigins { members.append(.init("previousOrigins", previousOrigins.value)) }
    members += [
      .init("reason", .string(reason)), .init("sequence", .integer(sequence)),
      .init("time", .integer(time.nanoseconds)),
    ]
    return .object(members)
  }

  /// The payload of the event that made the resource, without what was before it.
  package var payload: [UInt8] {
    ResourceTransition(
      key: key, before: nil, after: side, reason: reason, origin: origin, origins: origins,
      previousOrigins: previousOrigins
    ).payload
  }

  init?(_ value: Value) {
    guard let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let side = value["after"].flatMap(ResourceTransition.Side.init),
      let reason = value["reason"]?.string, let sequence = value["sequence"]?.integer,
      let time = value["time"]?.integer, let actor = value["actor"]?.string
    else { return nil }
    self.init(
      key: key, side: side, sequence: sequence, time: Timestamp(nanoseconds: time), actor: actor,
      reason: reason, origin: value["origin"].flatMap { Origin($0) },
      origins: value["origins"].flatMap { FieldOrigins($0) },
      previousOrigins: value["previousOrigins"].flatMap { FieldOrigins($0) })
  }
}
