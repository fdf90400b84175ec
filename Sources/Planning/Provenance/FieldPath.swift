package import Resources

extension Value {
  /// What stands at `pointer`; nil where nothing does.
  package func value(at pointer: JSONPointer) -> Value? { value(at: pointer.tokens[...]) }

  /// Whether it is an object or a list with nothing in it.
  package var isEmpty: Bool { members?.isEmpty ?? array?.isEmpty ?? false }

  private func value(at tokens: ArraySlice<String>) -> Value? {
    guard let token = tokens.first else { return self }
    return member(token)?.value(at: tokens.dropFirst())
  }

  private func member(_ token: String) -> Value? {
    switch self {
    case .object: self[token]
    case .array: Int(token).flatMap { self[$0] }
    default: nil
    }
  }

  /// The pointers of all values that have nothing below them: scalars, and empty lists and objects.
  package func leaves(below pointer: JSONPointer = JSONPointer()) -> [JSONPointer] {
    switch self {
    case .object(let members) where !members.isEmpty:
      members.flatMap { $0.value.leaves(below: pointer.appending($0.key)) }
    case .array(let items) where !items.isEmpty:
      items.enumerated().flatMap { $1.leaves(below: pointer.appending($0)) }
    default: [pointer]
    }
  }

  /// Where the field at `pointer` of this value stands in `old`, with the same value; nil where it
  /// differs there.
  ///
  /// Items of lists are matched as `FieldChange.between` does: the common head, the common tail,
  /// what is between them in order. A field that is missing in both is the same, too.
  package func counterpart(of pointer: JSONPointer, in old: Value) -> JSONPointer? {
    var new = self
    var old = old
    var path: [String] = []
    for (position, token) in pointer.tokens.enumerated() {
      let rest = pointer.tokens[position...]
      var other = token
      if case .array(let b) = new, case .array(let a) = old, let index = Int(token) {
        guard let match = Self.match(index, of: b, in: a) else { return nil }
        other = String(match)
      }
      guard let next = new.member(token) else {
        // Nothing is here: the same, where nothing is there.
        return old.value(at: rest) == nil ? JSONPointer(path + rest) : nil
      }
      guard let previous = old.member(other) else { return nil }
      if case .array = new, case .object = old { return nil }
      if case .object = new, case .array = old { return nil }
      path.append(other)
      new = next
      old = previous
    }
    return new == old ? JSONPointer(path) : nil
  }

  private static func match(_ index: Int, of new: [Value], in old: [Value]) -> Int? {
    guard new.indices.contains(index) else { return index }
    var head = 0
    while head < new.count, head < old.count, new[head] == old[head] { head += 1 }
    if index < head { return index }
    var tail = 0
    while tail < new.count - head, tail < old.count - head,
      new[new.count - 1 - tail] == old[old.count - 1 - tail]
    {
      tail += 1
    }
    if index >= new.count - tail { return index + old.count - new.count }
    return index < old.count - tail ? index : nil
  }
}
