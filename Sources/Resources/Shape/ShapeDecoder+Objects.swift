extension ShapeDecoder {
  mutating func object(_ node: Node, _ shape: ObjectShape) -> Value {
    guard case .map(let entries) = node.content else {
      return mismatch(
        node, "a map with \(shape.fields.map(\.name).prefix(6).joined(separator: ", "))")
    }
    let fields = shape.fields
    var members: [Value.Member] = []
    members.reserveCapacity(fields.count)
    var known = 0
    for index in fields.indices {
      if let place = entries.index(of: fields[index].name) {
        known += 1
        let value = decode(
          entries[place].value, as: fields[index].shape, under: fields[index].name)
        members.append(Value.Member(fields[index].name, value))
        continue
      }
      switch fields[index].presence {
      case .required: reportMissing(fields[index], at: node.range)
      case .optional: break
      case .defaulted(let value):
        if !shape.hasRules || shape.isDefaultInForce(of: fields[index].name, among: entries) {
          members.append(Value.Member(fields[index].name, value))
        }
      }
    }
    if known < entries.count { refuseUnknown(entries, shape) }
    if shape.hasRules { checkRules(node, entries, shape) }
    return .object(members)
  }

  private func dotted(_ name: String) -> String { pointer.appending(name).dotted }

  private mutating func reportMissing(_ field: Field, at range: SourceRange) {
    report(
      code: "missing-field", "\(dotted(field.name)) is missing", at: range,
      hint: "\(field.name): \(field.summary)")
  }

  private mutating func refuseUnknown(_ entries: [Node.Entry], _ shape: ObjectShape) {
    let names = shape.fields.map(\.name)
    for entry in entries where !names.contains(entry.key) {
      let place = isAtTop ? rootName : pointer.dotted
      report(
        code: "unknown-field", "unknown field \"\(entry.key)\" in \(place)", at: entry.keyRange,
        hint: Suggestion.didYouMean(entry.key, among: names)
          ?? "known fields: \(names.joined(separator: ", "))")
    }
  }

  // MARK: How fields go together

  private mutating func checkRules(
    _ node: Node, _ entries: [Node.Entry], _ shape: ObjectShape,
  ) {
    for group in shape.exactlyOne { checkExactlyOne(node, entries, group) }
    for group in shape.atLeastOne
    where !group.contains(where: { entries.index(of: $0) != nil }) {
      report(
        code: "missing-field",
        "\(place) needs at least one of \(group.joined(separator: ", "))", at: node.range)
    }
    for group in shape.exclusive { checkExclusive(entries, group) }
    if !shape.requires.isEmpty { checkRequires(entries, shape) }
    for condition in shape.conditions { checkCondition(node, entries, shape, condition) }
  }

  private var place: String { isAtTop ? rootName : pointer.dotted }

  private mutating func checkExactlyOne(
    _ node: Node, _ entries: [Node.Entry], _ group: [String],
  ) {
    var count = 0
    for name in group where entries.index(of: name) != nil { count += 1 }
    guard count != 1 else { return }
    let found = entries.filter { group.contains($0.key) }
    guard found.count > 1 else {
      report(
        code: "missing-field",
        "\(place) needs exactly one of \(group.joined(separator: ", "))", at: node.range)
      return
    }
    report(
      code: "exclusive-fields",
      "\(place) has \(found.map(\.key).joined(separator: " and ")); exactly one of \(group.joined(separator: ", ")) is allowed",
      at: found[1].keyRange, related: found[0].keyRange)
  }

  private mutating func checkExclusive(_ entries: [Node.Entry], _ group: [String]) {
    let found = entries.filter { group.contains($0.key) }
    guard found.count > 1 else { return }
    report(
      code: "exclusive-fields",
      "\(place) cannot have both \(found.map(\.key).joined(separator: " and "))",
      at: found[1].keyRange, hint: "remove one of them", related: found[0].keyRange)
  }

  private mutating func checkRequires(_ entries: [Node.Entry], _ shape: ObjectShape) {
    for (name, needed) in shape.requires.sorted(by: { $0.key < $1.key }) {
      guard let present = entries.index(of: name) else { continue }
      for other in needed where entries.index(of: other) == nil {
        report(
          code: "missing-field", "\(dotted(name)) needs \(dotted(other)) beside it",
          at: entries[present].keyRange)
      }
    }
  }

  private mutating func checkCondition(
    _ node: Node, _ entries: [Node.Entry], _ shape: ObjectShape, _ condition: Condition,
  ) {
    guard let word = shape.word(of: condition.field, among: entries),
      condition.words.contains(word)
    else { return }
    let range = entries.index(of: condition.field).map { entries[$0].keyRange }
    for name in condition.needs where entries.index(of: name) == nil {
      report(
        code: "missing-field",
        "\(dotted(condition.field)) \(word) needs \(dotted(name)) beside it",
        at: range ?? node.range)
    }
    for name in condition.forbids {
      guard let present = entries.index(of: name) else { continue }
      report(
        code: "exclusive-fields",
        "\(dotted(condition.field)) \(word) does not go with \(dotted(name))",
        at: entries[present].keyRange, hint: "remove \(name)", related: range)
    }
  }
}

extension ObjectShape {
  /// The word that `field` has, as written or by default.
  fileprivate func word(of name: String, among entries: [Node.Entry]) -> String? {
    if let index = entries.index(of: name) {
      if case .string(let word) = entries[index].value.content { return word }
      return nil
    }
    guard let field = field(named: name), case .defaulted(let value) = field.presence else {
      return nil
    }
    return value.string
  }

  /// Whether the field that is missing takes its default beside `entries`.
  fileprivate func isDefaultInForce(of name: String, among entries: [Node.Entry]) -> Bool {
    for needed in requires[name] ?? [] where entries.index(of: needed) == nil { return false }
    return !conditions.contains { condition in
      condition.forbids.contains(name)
        && word(of: condition.field, among: entries).map(condition.words.contains) ?? false
    }
  }
}
