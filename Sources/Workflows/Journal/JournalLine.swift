import Planning
package import Resources

/// Events as lines of a file, for archives and other programs.
///
/// The first line is a header; each other line is one event as canonical JSON, with its hashes, so
/// that the file can be checked by itself.
package enum JournalLine {
  package static let formatVersion: Int64 = 1
  /// No line of a file is longer.
  package static let lengthLimit = 16 << 20
  private static let format = "writ-journal"

  /// Where the file begins.
  package struct Header: Hashable, Sendable {
    package var firstSequence: Int64
    package var previousHash: Digest
    /// The checkpoint that the first event follows, where it follows one.
    package var checkpoint: Checkpoint?

    package init(firstSequence: Int64, previousHash: Digest, checkpoint: Checkpoint?) {
      self.firstSequence = firstSequence
      self.previousHash = previousHash
      self.checkpoint = checkpoint
    }
  }

  package static func bytes(of header: Header) -> [UInt8] {
    var members: [Value.Member] = [
      .init("firstSequence", .integer(header.firstSequence)), .init("format", .string(format)),
      .init("formatVersion", .integer(formatVersion)),
      .init("previousHash", .string(header.previousHash.description)),
    ]
    if let checkpoint = header.checkpoint { members.append(.init("checkpoint", checkpoint.value)) }
    return CanonicalJSON.bytes(of: .sorted(members))
  }

  /// Reads the first line; throws words for a person.
  package static func header(_ line: [UInt8]) throws(JSONError) -> Header {
    let value = try JSONReader.read(line, maximumBytes: lengthLimit)
    guard value["format"]?.string == format, let first = value["firstSequence"]?.integer, first > 0,
      let previous = value["previousHash"]?.string.flatMap({ Digest(hex: $0) })
    else { throw JSONError(offset: 0, message: "it is not the header of an exported journal") }
    guard value["formatVersion"]?.integer == formatVersion else {
      throw JSONError(offset: 0, message: "this version of Writ reads format \(formatVersion) only")
    }
    var checkpoint: Checkpoint?
    if let member = value["checkpoint"] {
      guard let read = Checkpoint(member) else {
        throw JSONError(offset: 0, message: "its checkpoint cannot be read")
      }
      checkpoint = read
    }
    return Header(firstSequence: first, previousHash: previous, checkpoint: checkpoint)
  }

  /// An event as `{sequence, time, actor, kind, subject, payload, previousHash, hash}`.
  ///
  /// A payload that is not canonical JSON is given as `payloadBytes`, in hexadecimal digits, and a
  /// time that RFC 3339 cannot say as nanoseconds: what is exported is what is there.
  package static func bytes(of event: JournalEvent) -> [UInt8] {
    let text = event.time.description
    let isWritable = (try? Timestamp(parsing: text)) == event.time
    var members: [Value.Member] = [
      .init("actor", .string(event.actor)), .init("hash", .string(event.hash.description)),
      .init("kind", .string(event.kind.rawValue)),
      .init("previousHash", .string(event.previousHash.description)),
      .init("sequence", .integer(event.sequence)), .init("subject", .string(event.subject)),
      .init("time", isWritable ? .string(text) : .integer(event.time.nanoseconds)),
    ]
    if let payload = Value(canonical: event.payload),
      CanonicalJSON.bytes(of: payload) == event.payload
    {
      members.append(.init("payload", payload))
    } else {
      members.append(.init("payloadBytes", .string(Hex.text(of: event.payload))))
    }
    return CanonicalJSON.bytes(of: .sorted(members))
  }

  /// Checks one line after another.
  package struct Checker: Sendable {
    package private(set) var header: Header?
    /// The last event that was read.
    package private(set) var last: (sequence: Int64, hash: Digest)?
    package private(set) var eventCount: Int64 = 0

    package init() {}

    /// Takes the next line, without its end.
    ///
    /// - Returns: what is wrong with it, with the sequence that it has or should have; 0 for the
    ///   header.
    package mutating func add(_ line: [UInt8]) -> JournalContradiction? {
      guard let header else {
        do throws(JSONError) {
          let header = try JournalLine.header(line)
          self.header = header
          return header.checkpoint.flatMap { Self.problem(with: $0, header) }
        } catch {
          return JournalContradiction(0, "\(error)")
        }
      }
      let previous = last ?? (header.firstSequence - 1, header.previousHash)
      let due = previous.sequence &+ 1
      guard let value = try? JSONReader.read(line, maximumBytes: lengthLimit) else {
        return JournalContradiction(due, "its line is not JSON")
      }
      return add(value, due: due, after: previous.hash)
    }

    private static func problem(
      with checkpoint: Checkpoint, _ header: Header,
    ) -> JournalContradiction? {
      if !checkpoint.isSigned {
        return JournalContradiction(0, "the signature of its checkpoint does not fit")
      }
      guard checkpoint.sequence == header.firstSequence - 1, checkpoint.hash == header.previousHash
      else { return JournalContradiction(0, "its first event does not follow its checkpoint") }
      return nil
    }

    private mutating func add(
      _ value: Value, due: Int64, after previous: Digest,
    ) -> JournalContradiction? {
      guard let sequence = value["sequence"]?.integer, let actor = value["actor"]?.string,
        let kind = value["kind"]?.string, let subject = value["subject"]?.string,
        let time = JournalLine.time(value["time"]), let payload = JournalLine.payload(value),
        let before = value["previousHash"]?.string.flatMap({ Digest(hex: $0) }),
        let hash = value["hash"]?.string.flatMap({ Digest(hex: $0) })
      else {
        return JournalContradiction(due, "a member of its line is missing or has another form")
      }
      guard sequence == due else {
        return JournalContradiction(
          sequence, "it follows event \(due &- 1): events are missing between the two")
      }
      guard before == previous else {
        return JournalContradiction(sequence, "it does not carry the hash of the event before it")
      }
      let computed = JournalEvent.hash(
        sequence: sequence, time: time, actor: actor, kind: kind, subject: subject,
        payload: payload, previousHash: previous)
      guard computed == hash else {
        return JournalContradiction(sequence, "its content does not give its hash")
      }
      last = (sequence, hash)
      eventCount += 1
      return nil
    }
  }

  private static func time(_ value: Value?) -> Timestamp? {
    if let number = value?.integer { return Timestamp(nanoseconds: number) }
    return value?.string.flatMap { try? Timestamp(parsing: $0) }
  }

  private static func payload(_ value: Value) -> [UInt8]? {
    if let payload = value["payload"] { return CanonicalJSON.bytes(of: payload) }
    return value["payloadBytes"]?.string.flatMap { Hex.bytes(of: $0) }
  }
}
