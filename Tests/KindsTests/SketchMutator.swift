import Resources

/// A manifest with one change that may make it wrong, and what the change is.
struct Mutation: Sendable {
  var description: String
  var manifest: Value
}

/// Makes one change to the value of a shape, of a class that JSON Schema can tell.
struct SketchMutator {
  var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// All single changes to `value`, in the order of its fields.
  mutating func mutations(of value: Value, as shape: Shape) -> [(String, Value)] {
    switch shape {
    case .object(let object): return objectMutations(value, object) + wrongTypes(value, [5, "x"])
    case .recursive(let recursive):
      return objectMutations(value, recursive.object()) + wrongTypes(value, [5, "x"])
    case .list(let item, let rule): return listMutations(value, item, rule)
    case .map(let item, let keys):
      var found = wrongTypes(value, [5, []])
      for member in value.members ?? [] {
        found += mutations(of: member.value, as: item).map {
          ("\(member.key): \($0.0)", replacing(member.key, in: value, with: $0.1))
        }
      }
      if keys.format != nil {
        found.append(("a key with a bad pattern", adding("-!", to: value, item: item)))
      }
      return found
    case .text(let rule):
      var found = wrongTypes(value, [5, true, [], .null])
      if rule.length.lowerBound > 0 { found.append(("an empty text", "")) }
      if rule.length.upperBound < 5000 {
        found.append(
          ("a long text", .string(String(repeating: "a", count: rule.length.upperBound + 1))))
      }
      return found + (rule.format.map(Self.badTexts) ?? [])
    case .boolean: return wrongTypes(value, ["true", 1, .null])
    case .integer(let range):
      return wrongTypes(value, ["5", true, .number(1.5), [:]]) + [
        ("a number below the range", .integer(range.lowerBound - 1)),
        ("a number above the range", .integer(range.upperBound + 1)),
      ]
    case .number(let range):
      return wrongTypes(value, ["5", true]) + [
        ("a number below the range", .number(range.lowerBound - 0.5)),
        ("a number above the range", .number(range.upperBound * 2 + 1)),
      ]
    case .choice: return wrongTypes(value, ["no-such-word", 5, .null, ""])
    case .format(let format):
      return wrongTypes(value, format.acceptsInteger ? [true, [], .null] : [5, true, [], .null])
        + Self.badTexts(format)
    case .name: return wrongTypes(value, [5, .null]) + Self.badTexts(.resourceName)
    case .either: return wrongTypes(value, [5, true, .null, [5]])
    case .anything: return []
    }
  }

  private func wrongTypes(_ value: Value, _ others: [Value]) -> [(String, Value)] {
    others.map { ("\(CanonicalJSON.text(of: $0)) instead", $0) }
  }

  private static func badTexts(_ format: TextFormat) -> [(String, Value)] {
    var texts = ["", " ", "ä ö", "!?", "-", "1.5x", format.example + " x", " " + format.example]
    if format.name == "an expression" { texts = ["", " ", "\n\t"] }
    if format.name == "an absolute path" { texts = ["", " ", "x", "/a/../b", "/a\u{7}"] }
    // "*" alone, five blanks and the like are beyond the pattern of a cron expression.
    if format.name == "a cron expression" {
      texts = ["", " ", "* * * *", "* * * * * * *", "@daily!"]
    }
    return texts.filter { (try? format.canonicalize($0)) == nil }.map {
      ("the text \"\($0)\"", .string($0))
    }
  }

  private mutating func listMutations(
    _ value: Value, _ item: Shape, _ rule: ListRule,
  ) -> [(String, Value)] {
    var found = rule.acceptsSingle ? [] : wrongTypes(value, ["x", 5, [:]])
    guard let items = value.array else { return found }
    if rule.count.lowerBound > 0 { found.append(("no items", [])) }
    if case .set = rule.order, let first = items.first {
      found.append(("an item twice", .array(items + [first])))
    }
    for (index, one) in items.enumerated() {
      found += mutations(of: one, as: item).map { mutation in
        var copy = items
        copy[index] = mutation.1
        return ("[\(index)] \(mutation.0)", .array(copy))
      }
    }
    return found
  }

  private mutating func objectMutations(
    _ value: Value, _ shape: ObjectShape,
  ) -> [(String, Value)] {
    guard let members = value.members else { return [] }
    var found: [(String, Value)] = [
      ("an unknown field", .sorted(members + [.init("noSuchField", 1)]))
    ]
    for member in members {
      found.append(("without \(member.key)", .object(members.filter { $0.key != member.key })))
      guard let field = shape.field(named: member.key) else { continue }
      found += mutations(of: member.value, as: field.shape).map {
        ("\(member.key): \($0.0)", replacing(member.key, in: value, with: $0.1))
      }
    }
    for field in shape.fields where value[field.name] == nil {
      var maker = SketchMaker(seed: generator.next())
      found.append(
        (
          "with \(field.name)",
          .sorted(members + [.init(field.name, maker.sketch(of: field.shape).value)])
        ))
    }
    return found
  }

  private func replacing(_ key: String, in value: Value, with other: Value) -> Value {
    .object((value.members ?? []).map { $0.key == key ? .init(key, other) : $0 })
  }

  private mutating func adding(_ key: String, to value: Value, item: Shape) -> Value {
    var maker = SketchMaker(seed: generator.next())
    return .sorted((value.members ?? []) + [.init(key, maker.sketch(of: item).value)])
  }
}
