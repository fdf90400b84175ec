package import Resources

extension Node {
  /// The line that says what stands at `pointer` of the canonical `content`; nil where no line does,
  /// because a default holds.
  ///
  /// Canonical form may differ from what was written: lists that are sets are sorted, one item may
  /// stand for a list, and a short form may stand for several fields.
  package func line(of pointer: JSONPointer, in content: Value) -> Int? {
    var node = self
    var value = content
    var line = range.start.line
    for token in pointer.tokens {
      guard let next = value.value(at: JSONPointer([token])) else { return nil }
      switch node.content {
      case .map(let entries):
        guard let index = entries.index(of: token) else { return nil }
        line = entries[index].keyRange.start.line
        node = entries[index].value
      case .list(let items):
        guard let index = Int(token) else { return Int(line) }
        let item =
          items.first { $0.scalar != nil && $0.scalar == next }
          ?? (items.indices.contains(index) ? items[index] : nil)
        guard let item else { return Int(line) }
        line = item.range.start.line
        node = item
      default: return Int(line)
      }
      value = next
    }
    return Int(line)
  }

  /// The field that `line` is about, as a pointer into the canonical `content`; nil where none is.
  package func pointer(at line: Int, in content: Value) -> JSONPointer? {
    var node = self
    var value = content
    var tokens: [String] = []
    descent: while true {
      switch node.content {
      case .map(let entries):
        guard
          let entry = entries.last(where: {
            Int($0.keyRange.start.line) <= line && line <= $0.value.lastLine
          }), let next = value[entry.key]
        else { break descent }
        tokens.append(entry.key)
        node = entry.value
        value = next
      case .list(let items):
        guard
          let place = items.firstIndex(where: {
            Int($0.range.start.line) <= line && line <= $0.lastLine
          }), let values = value.array
        else { break descent }
        let index =
          items[place].scalar.flatMap { scalar in values.firstIndex(of: scalar) } ?? place
        guard values.indices.contains(index) else { break descent }
        tokens.append(String(index))
        node = items[place]
        value = values[index]
      default: break descent
      }
    }
    return tokens.isEmpty ? nil : JSONPointer(tokens)
  }

  /// The last line that it takes; a block ends where the next line begins.
  private var lastLine: Int {
    let end = range.end
    let isBefore = end.column == 1 && end.line > range.start.line
    return Int(isBefore ? end.line - 1 : end.line)
  }

  private var scalar: Value? {
    switch content {
    case .bool(let flag): .bool(flag)
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .null, .list, .map: nil
    }
  }
}
