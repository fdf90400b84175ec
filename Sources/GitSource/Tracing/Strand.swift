internal import Engine
internal import Git
internal import Planning
internal import Resources

/// Fields of one resource that are followed down the history, as they are at one commit.
struct Strand {
  /// A field that is followed.
  struct Leaf {
    /// Where it stands at the head; nil where there is nothing to name, as for a field that is gone.
    var head: JSONPointer?
    /// Where it stands in `content`.
    var here: JSONPointer
  }

  enum Pending {
    /// Everything that the query asks for; the common case, in which nothing is taken apart.
    case all
    case leaves([Leaf])
  }

  /// The number of the query.
  let query: Int
  var pending = Pending.all
  /// What `here` points into; nil for the content at the head.
  var content: Value?
  /// The newest commit that may have made the fields what they are, in place of the one at hand: it
  /// touched the file, and nobody has looked yet what it did.
  var suspect: ObjectID?

  /// Whether items of lists are followed one by one.
  var hasItems: Bool {
    guard case .leaves(let leaves) = pending else { return false }
    return leaves.contains { leaf in leaf.here.tokens.contains { Int($0) != nil } }
  }
}

extension TraceQuery {
  /// The fields that are asked for.
  ///
  /// An item that left a list has no place at the head; the list as a whole stands for it.
  func leaves(of content: Value) -> [Strand.Leaf] {
    guard let live, let old = Value(canonical: live) else {
      return content.leaves().map { Strand.Leaf(head: $0, here: $0) }
    }
    return FieldChange.between(old, content).flatMap { change -> [Strand.Leaf] in
      guard let new = change.new else {
        let list = JSONPointer(change.pointer.tokens.dropLast())
        let isItem = content.value(at: list)?.array != nil
        if content.value(at: list)?.isEmpty == true { return [Strand.Leaf(head: list, here: list)] }
        return [Strand.Leaf(head: nil, here: isItem ? list : change.pointer)]
      }
      return new.leaves(below: change.pointer).map { Strand.Leaf(head: $0, here: $0) }
    }
  }
}
