internal import Planning
internal import Resources

extension FuzzTarget {
  /// JSON of requests, plan files and rows.
  static let json = FuzzTarget(name: "json") { bytes throws(BrokenPromise) in
    let value: Value
    do throws(JSONError) {
      value = try JSONReader.read(bytes.array)
    } catch {
      try require((0...bytes.count).contains(error.offset), "an error lies outside of the text")
      return
    }
    try checkCanonical(value)
    // A pair is a value before and after an edit.
    if let pair = value.array?.compactMap(canonical), pair.count == 2 {
      let isSame = CanonicalJSON.bytes(of: pair[0]) == CanonicalJSON.bytes(of: pair[1])
      try require(
        FieldChange.between(pair[0], pair[1]).isEmpty == isSame,
        isSame ? "equal values differ in a field" : "different values differ in no field")
    }
  }

  /// The value as it is once it was stored: 1.0 is 1.
  private static func canonical(_ value: Value) -> Value? {
    Value(stored: CanonicalJSON.bytes(of: value))
  }

  /// Whether a value survives being written and read, and its bytes are the only ones it has.
  static func checkCanonical(_ value: Value) throws(BrokenPromise) {
    let written = CanonicalJSON.bytes(of: value)
    let read: Value
    do throws(JSONError) {
      read = try JSONReader.read(written, maximumDepth: 128)
    } catch {
      throw BrokenPromise("canonical bytes are not JSON: \(error)")
    }
    try require(CanonicalJSON.bytes(of: read) == written, "canonical bytes change when read")
    try require(Digest(of: CanonicalJSON.bytes(of: read)) == Digest(of: written), "another digest")
  }
}
