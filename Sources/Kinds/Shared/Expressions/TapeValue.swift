internal import CEL
internal import Resources

/// The members of an object on a tape, decoded when they are asked for.
final class TapeObject: CELMapSource {
  private let tape: CanonicalTape
  private let node: Int
  private let shapes: MemberShapes
  /// The member `apiVersion` of a resource, which its canonical form leaves out.
  private let version: String?

  init(_ tape: CanonicalTape, _ node: Int, as shapes: MemberShapes, version: String? = nil) {
    self.tape = tape
    self.node = node
    self.shapes = shapes
    self.version = version
  }

  var count: Int { tape.count(of: node) + (version == nil ? 0 : 1) }

  var keys: [CELKey] {
    var keys: [CELKey] = []
    keys.reserveCapacity(count)
    if version != nil { keys.append(.string("apiVersion")) }
    var place = tape.first(in: node)
    for _ in 0..<tape.count(of: node) {
      keys.append(.string(tape.text(of: place)))
      place = tape.next(after: place + 1)
    }
    return keys
  }

  var entries: [(key: CELKey, value: CELValue)] {
    var entries: [(key: CELKey, value: CELValue)] = []
    entries.reserveCapacity(count)
    if let version { entries.append((.string("apiVersion"), .string(version))) }
    var place = tape.first(in: node)
    for _ in 0..<tape.count(of: node) {
      let key = tape.text(of: place)
      entries.append((.string(key), CELValue(tape, place + 1, as: shapes[key])))
      place = tape.next(after: place + 1)
    }
    return entries
  }

  func value(forField field: String) -> CELValue? {
    if let version, CELText.areEqual(field, "apiVersion") { return .string(version) }
    guard let value = tape.member(field, of: node) else { return nil }
    return CELValue(tape, value, as: shapes[field])
  }

  func write(
    to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    // The keys of a tape are in order; those of a resource have one more.
    guard version == nil else { return try writeEntries(to: &writer, &frame, depth: depth) }
    try writer.writeMembers(tape, node, as: shapes, &frame, depth: depth)
  }
}

/// The items of a list on a tape, decoded when they are asked for.
final class TapeList: CELListSource {
  private let tape: CanonicalTape
  private let node: Int
  /// The place of each item.
  private let places: [Int]
  private let item: Shape?

  init(_ tape: CanonicalTape, _ node: Int, item: Shape?) {
    self.tape = tape
    self.node = node
    self.item = item
    var places: [Int] = []
    places.reserveCapacity(tape.count(of: node))
    var place = tape.first(in: node)
    for _ in 0..<tape.count(of: node) {
      places.append(place)
      place = tape.next(after: place)
    }
    self.places = places
  }

  var count: Int { places.count }
  func element(at index: Int) -> CELValue { CELValue(tape, places[index], as: item) }

  func write(
    to writer: inout CELWriter, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    try writer.writeItems(tape, node, as: item, &frame, depth: depth)
  }
}

/// Values straight from a tape, as they would be written if they were decoded before.
extension CELWriter {
  fileprivate mutating func writeItems(
    _ tape: CanonicalTape, _ node: Int, as item: Shape?, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    add("[" as Unicode.Scalar)
    var place = tape.first(in: node)
    for index in 0..<tape.count(of: node) {
      if index > 0 { separate(by: ",") }
      try write(tape, place, as: item, &frame, depth: depth + 1)
      place = tape.next(after: place)
    }
    add("]" as Unicode.Scalar)
  }

  fileprivate mutating func writeMembers(
    _ tape: CanonicalTape, _ node: Int, as shapes: MemberShapes, _ frame: inout CELFrame,
    depth: Int,
  ) throws(CELFailure) {
    add("{" as Unicode.Scalar)
    var walk = MemberWalk(shapes)
    var place = tape.first(in: node)
    for index in 0..<tape.count(of: node) {
      if index > 0 { separate(by: ",") }
      try writeText(tape, place, &frame, depth: depth + 1)
      separate(by: ":")
      let shape = walk.shape(of: place, on: tape)
      try write(tape, place + 1, as: shape, &frame, depth: depth + 1)
      place = tape.next(after: place + 1)
    }
    try frame.charge(tape.count(of: node))
    add("}" as Unicode.Scalar)
  }

  private mutating func write(
    _ tape: CanonicalTape, _ node: Int, as shape: Shape?, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    switch tape.kind(of: node) {
    case .array:
      try begin(&frame, depth: depth)
      try writeItems(tape, node, as: CELValue.item(of: shape), &frame, depth: depth)
    case .object:
      try begin(&frame, depth: depth)
      try writeMembers(tape, node, as: MemberShapes(of: shape), &frame, depth: depth)
    case .plainText where CELValue.format(of: shape) == nil,
      .escapedText where CELValue.format(of: shape) == nil:
      try writeText(tape, node, &frame, depth: depth)
    default: try write(CELValue(tape, node, as: shape), &frame, depth: depth)
    }
  }

  private mutating func writeText(
    _ tape: CanonicalTape, _ node: Int, _ frame: inout CELFrame, depth: Int,
  ) throws(CELFailure) {
    try begin(&frame, depth: depth)
    let start = bytes.count
    tape.addText(of: node, to: &bytes)
    try frame.charge(bytes: bytes.count - start)
  }
}

/// The shapes of the members of an object on a tape, asked for in their order.
///
/// It leaves out shapes in which a text means no more than its letters.
private struct MemberWalk {
  private let shapes: MemberShapes
  /// The first field that a member still to come can be; both are in the order of their names.
  private var next = 0

  init(_ shapes: MemberShapes) { self.shapes = shapes }

  mutating func shape(of key: Int, on tape: CanonicalTape) -> Shape? {
    switch shapes {
    case .known(let object):
      for index in next..<object.meaningful.count
      where tape.isText(key, equalTo: object.meaningful[index].name) {
        next = index + 1
        return object.meaningful[index].shape
      }
      return nil
    case .each(let shape): return shape
    case .unknown: return nil
    }
  }
}
