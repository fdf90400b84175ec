internal import Resources
internal import Workflows

/// A cursor as the database has it.
extension ScheduleCursor {
  var value: Value {
    [
      "buffer": .array(buffer.map(\.value)), "decidedThrough": .integer(decidedThrough),
      "digest": .string(digest.description),
      "nextDue": nextDue.map { .integer($0.nanoseconds) } ?? .null,
      "nominalThrough": .integer(nominalThrough), "pause": pause?.value ?? .null,
      "repeatedThrough": .integer(repeatedThrough), "repetition": repetition?.value ?? .null,
      "zoneData": .string(zoneDataVersion),
    ]
  }

  /// Reads what `value` wrote; nil for another form.
  init?(schedule: String, _ value: Value) {
    guard let buffer = value["buffer"]?.array, let digest = value["digest"]?.string,
      let digest = Digest(hex: digest), let decided = value["decidedThrough"]?.integer,
      let nominal = value["nominalThrough"]?.integer,
      let repeated = value["repeatedThrough"]?.integer
    else { return nil }
    self.init(
      schedule: schedule, digest: digest, decidedThrough: decided, nominalThrough: nominal,
      repeatedThrough: repeated, repetition: value["repetition"].flatMap(Repetition.init),
      zoneDataVersion: value["zoneData"]?.string ?? "", buffer: buffer.compactMap(Buffered.init),
      pause: value["pause"].flatMap(Pause.init),
      nextDue: value["nextDue"]?.integer.map { Timestamp(nanoseconds: $0) })
    guard self.buffer.count == buffer.count else { return nil }
  }
}

extension ScheduleCursor.Buffered {
  fileprivate var value: Value {
    [
      "due": .integer(due.nanoseconds), "fold": .integer(Int64(fold)), "instant": .integer(instant),
      "isCatchUp": .bool(isCatchUp), "nominal": .integer(nominal),
    ]
  }

  fileprivate init?(_ value: Value) {
    guard let nominal = value["nominal"]?.integer, let fold = value["fold"]?.integer,
      let instant = value["instant"]?.integer, let due = value["due"]?.integer
    else { return nil }
    self.init(
      nominal: nominal, fold: Int(fold), instant: instant, due: Timestamp(nanoseconds: due),
      isCatchUp: value["isCatchUp"] == true)
  }
}

extension ScheduleCursor.Repetition {
  fileprivate var value: Value { ["fold": .integer(Int64(fold)), "through": .integer(through)] }

  fileprivate init?(_ value: Value) {
    guard let fold = value["fold"]?.integer, let through = value["through"]?.integer else {
      return nil
    }
    self.init(fold: Int(fold), through: through)
  }
}

extension ScheduleCursor.Pause {
  fileprivate var value: Value {
    [
      "actor": .string(actor), "reason": .string(reason), "since": .integer(since.nanoseconds),
      "until": until.map { .integer($0.nanoseconds) } ?? .null,
    ]
  }

  fileprivate init?(_ value: Value) {
    guard let actor = value["actor"]?.string, let reason = value["reason"]?.string,
      let since = value["since"]?.integer
    else { return nil }
    self.init(
      actor: actor, reason: reason, since: Timestamp(nanoseconds: since),
      until: value["until"]?.integer.map { Timestamp(nanoseconds: $0) })
  }
}
