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
}

/// The items of a list on a tape, decoded when they are asked for.
final class TapeList: CELListSource {
  private let tape: CanonicalTape
  /// The place of each item.
  private let places: [Int]
  private let item: Shape?

  init(_ tape: CanonicalTape, _ node: Int, item: Shape?) {
    self.tape = tape
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
}
