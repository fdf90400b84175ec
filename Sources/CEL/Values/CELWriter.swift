/// Writes values as people read them, which is what `%s` stands for in a format.
package struct CELWriter {
  /// What was written, as UTF-8.
  package var bytes: [UInt8] = []

  private static let depthLimit = 100

  /// Begins with nothing.
  package init() {}

  /// What was written.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Adds a text as it is, which costs nothing.
  package mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Adds a sign, which costs nothing.
  package mutating func add(_ sign: Unicode.Scalar) { bytes.append(UInt8(ascii: sign)) }

  /// Adds a sign and the space behind it, which costs nothing.
  package mutating func separate(by sign: Unicode.Scalar) {
    add(sign)
    add(" " as Unicode.Scalar)
  }

  /// Charges for a value at `depth`, before it is written.
  package func begin(_ frame: inout CELFrame, depth: Int) throws(CELFailure) {
    try frame.charge(1)
    guard depth <= Self.depthLimit else {
      throw CELFailure(.invalidArgument, "the value is nested too deep to be formatted")
    }
  }

  /// Writes any value.
  package mutating func write(
    _ value: CELValue, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    try begin(&frame, depth: depth)
    switch value {
    case .null: add("null")
    case .bool(let bool): add(bool ? "true" : "false")
    case .int(let number): add(String(number))
    case .uint(let number): add(String(number))
    case .double(let number): add(NumberText.plainText(of: number))
    case .string(let string):
      try frame.charge(bytes: string.utf8.count)
      add(string)
    case .bytes(let bytes):
      try frame.charge(bytes: bytes.count)
      add(String(decoding: bytes, as: UTF8.self))
    case .timestamp(let time): add(TimeText.text(of: time))
    case .duration(let span): add(TimeText.text(of: span))
    case .type(let name): add(name)
    case .opaque(let opaque): add(opaque.description)
    case .optional(let optional):
      guard let wrapped = optional.wrapped else {
        add("optional.none()")
        return
      }
      add("optional.of(")
      try write(wrapped, &frame, depth: depth + 1)
      add(")")
    case .list(let list): try list.write(to: &self, &frame, depth: depth)
    case .map(let map): try map.write(to: &self, &frame, depth: depth)
    }
  }
}

extension CELListSource {
  /// Writes one element after the other.
  package func write(
    to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    writer.add("[" as Unicode.Scalar)
    for index in 0..<count {
      if index > 0 { writer.separate(by: ",") }
      try writer.write(element(at: index), &frame, depth: depth + 1)
    }
    writer.add("]" as Unicode.Scalar)
  }
}

extension CELMapSource {
  /// Writes one entry after the other.
  package func write(
    to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    try writeEntries(to: &writer, &frame, depth: depth)
  }

  /// Writes the entries in the order of their keys as text, so that the order never depends on
  /// hashing.
  package func writeEntries(
    to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    func write(
      _ entry: (key: CELKey, value: CELValue), to writer: inout CELWriter,
      _ frame: inout CELFrame,
    ) throws(CELFailure) {
      try writer.write(entry.key.value, &frame, depth: depth + 1)
      writer.separate(by: ":")
      try writer.write(entry.value, &frame, depth: depth + 1)
    }
    let entries = entries
    writer.add("{" as Unicode.Scalar)
    if Self.areSorted(entries) {
      for index in entries.indices {
        if index > 0 { writer.separate(by: ",") }
        try write(entries[index], to: &writer, &frame)
      }
      try frame.charge(entries.count)
    } else {
      var parts: [(key: String, bytes: [UInt8])] = []
      for entry in entries {
        var part = CELWriter()
        try write(entry, to: &part, &frame)
        parts.append((Self.text(of: entry.key), part.bytes))
      }
      try frame.charge(parts.count)
      parts.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      writer.bytes += parts.map(\.bytes).joined(separator: Array(", ".utf8))
    }
    writer.add("}" as Unicode.Scalar)
  }

  /// Whether the keys are texts in order, as those of objects are.
  private static func areSorted(_ entries: [(key: CELKey, value: CELValue)]) -> Bool {
    var last: String?
    for entry in entries {
      guard case .string(let key) = entry.key else { return false }
      if let last, !last.utf8.lexicographicallyPrecedes(key.utf8) { return false }
      last = key
    }
    return true
  }

  private static func text(of key: CELKey) -> String {
    switch key {
    case .bool(let bool): bool ? "true" : "false"
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .string(let text): text
    }
  }
}
