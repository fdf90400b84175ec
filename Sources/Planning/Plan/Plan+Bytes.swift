package import Resources

extension Plan {
  /// The plan as canonical JSON, without the contents that its `after` digests stand for.
  package var canonicalBytes: [UInt8] { CanonicalJSON.bytes(of: value) }

  /// What approvals and acknowledgements name.
  package var digest: Digest { Digest(of: canonicalBytes) }

  package var value: Value {
    // Most changes come from few commits, whose words are made once.
    var origins: [String: Value] = [:]
    func value(_ change: Change) -> Value {
      guard let origin = change.origin else { return change.value }
      let known = origins[origin.commit] ?? origin.value
      origins[origin.commit] = known
      return change.value(origin: known)
    }
    let commits: [Value.Member] =
      commits.isEmpty ? [] : [.init("commits", .array(commits.map(\.value)))]
    func list(_ name: String, _ values: [Value]) -> [Value.Member] {
      values.isEmpty ? [] : [.init(name, .array(values))]
    }
    let approvals = list("approvals", approvals.map(\.value))
    let held = list("held", held.map { .string($0.description) })
    let policies = list("policies", policies.map(\.value))
    let start: [Value.Member] = [
      .init("baseRevision", baseRevision.map { .string($0) } ?? .null),
      .init("baseRoot", .string(baseRoot.description)),
      .init("changes", .array(changes.map(value))),
    ]
    let middle: [Value.Member] = [
      .init("formatVersion", .integer(Self.formatVersion)),
      .init("guards", .array(guards.map(\.value))),
    ]
    let rest: [Value.Member] = [
      .init("predictedRoot", .string(predictedRoot.description)),
      .init("relocations", .array(relocations.map(\.value))),
      .init("revision", .string(revision)),
      .init("rollback", .bool(isRollback)),
      .init("roots", .array(roots.map { .string($0) })),
      .init("unchanged", .integer(Int64(unchangedCount))),
    ]
    let orphaned: [Value.Member] = [
      .init("orphaned", .array(orphaned.map { .string($0.description) }))
    ]
    return .object(approvals + start + commits + middle + held + orphaned + policies + rest)
  }
}

extension Change {
  package var value: Value { value(origin: origin?.value) }

  fileprivate func value(origin: Value?) -> Value {
    var members: [Value.Member] = []
    members.reserveCapacity(13)
    members.append(.init("action", .string(action.rawValue)))
    if let after { members.append(.init("after", .string(after.description))) }
    if let before { members.append(.init("before", .string(before.description))) }
    if !claims.isEmpty { members.append(.init("claims", .array(claims.map(\.value)))) }
    if !fieldCommits.isEmpty {
      members.append(.init("fieldCommits", .array(fieldCommits.map(\.value))))
    }
    if !fields.isEmpty { members.append(.init("fields", .array(fields.map(\.value)))) }
    members.append(.init("key", .string(key.description)))
    members.append(.init("location", location.value))
    if marks.isKept { members.append(.init("noPrune", true)) }
    if let origin { members.append(.init("origin", origin)) }
    if let previousFile { members.append(.init("previousFile", .string(previousFile))) }
    if marks.isProtected { members.append(.init("protected", true)) }
    members.append(.init("reason", .string(reason.rawValue)))
    if !references.isEmpty { members.append(.init("references", .array(references.map(\.value)))) }
    if let renamed { members.append(.init("renamed", .string(renamed.description))) }
    members.append(.init("risk", .string(risk.rawValue)))
    return .object(members)
  }

  init?(_ value: Value) {
    guard let action = value["action"]?.string.flatMap(Action.init),
      let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let location = value["location"].flatMap(SourceLocation.init),
      let reason = value["reason"]?.string.flatMap(Reason.init),
      let risk = value["risk"]?.string.flatMap(Risk.init)
    else { return nil }
    func digest(_ name: String) -> Digest? { value[name]?.string.flatMap { Digest(hex: $0) } }
    let fields = (value["fields"]?.array ?? []).map(FieldChange.init)
    let references = (value["references"]?.array ?? []).map(Reference.init)
    let claims = (value["claims"]?.array ?? []).map(Claim.init)
    self.init(
      key: key, action: action, reason: reason, risk: risk, before: digest("before"),
      after: digest("after"), location: location, previousFile: value["previousFile"]?.string,
      fields: fields.compactMap(\.self),
      marks: Marks(
        isProtected: value["protected"] == true, isKept: value["noPrune"] == true),
      references: references.compactMap(\.self), claims: claims.compactMap(\.self),
      origin: value["origin"].flatMap { Origin($0) },
      renamed: value["renamed"]?.string.flatMap { ResourceKey($0) },
      fieldCommits: (value["fieldCommits"]?.array ?? []).compactMap(FieldCommit.init))
  }
}

extension FieldChange {
  package var value: Value {
    var members: [Value.Member] = []
    if let new { members.append(.init("new", new)) }
    if let old { members.append(.init("old", old)) }
    members.append(.init("pointer", .string(pointer.description)))
    if let range { members.append(.init("range", range.value)) }
    return .object(members)
  }

  init?(_ value: Value) {
    guard let text = value["pointer"]?.string else { return nil }
    self.init(
      pointer: JSONPointer(parsing: text), old: value["old"], new: value["new"],
      range: value["range"].flatMap(SourceRange.init))
  }
}

extension GuardFinding {
  package var value: Value {
    [
      "guard": .string(name.rawValue), "message": .string(message), "subject": .string(subject),
    ]
  }

  init?(_ value: Value) {
    guard let name = value["guard"]?.string.flatMap(Name.init),
      let subject = value["subject"]?.string, let message = value["message"]?.string
    else { return nil }
    self.init(name, subject: subject, message)
  }
}

extension Relocation {
  package var value: Value {
    var members: [Value.Member] = []
    if !claims.isEmpty { members.append(.init("claims", .array(claims.map(\.value)))) }
    members.append(.init("key", .string(key.description)))
    members.append(.init("location", location.value))
    if !references.isEmpty { members.append(.init("references", .array(references.map(\.value)))) }
    return .object(members)
  }

  init?(_ value: Value) {
    guard let key = value["key"]?.string.flatMap({ ResourceKey($0) }),
      let location = value["location"].flatMap(SourceLocation.init)
    else { return nil }
    self.init(
      key: key, location: location,
      references: (value["references"]?.array ?? []).compactMap(Reference.init),
      claims: (value["claims"]?.array ?? []).compactMap(Claim.init))
  }
}

extension Reference {
  package var value: Value {
    [
      "pointer": .string(pointer.description), "range": range.value,
      "target": .string(target.description),
    ]
  }

  package init?(_ value: Value) {
    guard let pointer = value["pointer"]?.string,
      let target = value["target"]?.string.flatMap({ ResourceKey($0) }),
      let range = value["range"].flatMap(SourceRange.init)
    else { return nil }
    self.init(target: target, pointer: JSONPointer(parsing: pointer), range: range)
  }
}

extension Claim {
  package var value: Value { ["name": .string(name), "range": range.value] }

  package init?(_ value: Value) {
    guard let name = value["name"]?.string, let range = value["range"].flatMap(SourceRange.init)
    else { return nil }
    self.init(name: name, range: range)
  }
}

extension SourceRange {
  /// `[line, column, endLine, endColumn]`.
  package var value: Value {
    .array(
      [start.line, start.column, end.line, end.column].map { .integer(Int64($0)) })
  }

  package init?(_ value: Value) {
    guard let numbers = value.array?.compactMap(\.integer), numbers.count == 4 else { return nil }
    self.init(
      start: SourcePosition(line: Int(clamping: numbers[0]), column: Int(clamping: numbers[1])),
      end: SourcePosition(line: Int(clamping: numbers[2]), column: Int(clamping: numbers[3])))
  }
}

extension SourceLocation {
  package var value: Value { ["file": .string(file), "range": range.value] }

  package init?(_ value: Value) {
    guard let file = value["file"]?.string, let range = value["range"].flatMap(SourceRange.init)
    else { return nil }
    self.init(file: file, range: range)
  }
}

extension Plan {
  /// Reads what `value` wrote; nil where a member is missing or has another form.
  package init?(_ value: Value) {
    guard value["formatVersion"]?.integer == Self.formatVersion,
      let revision = value["revision"]?.string,
      let baseRoot = value["baseRoot"]?.string.flatMap({ Digest(hex: $0) }),
      let predictedRoot = value["predictedRoot"]?.string.flatMap({ Digest(hex: $0) }),
      let isRollback = value["rollback"]?.bool,
      let unchanged = value["unchanged"]?.integer,
      let changes = Self.all(value["changes"], Change.init),
      let guards = Self.all(value["guards"], GuardFinding.init),
      let relocations = Self.all(value["relocations"], Relocation.init),
      let orphaned = Self.all(value["orphaned"], { $0.string.flatMap { ResourceKey($0) } }),
      let roots = Self.all(value["roots"], \.string)
    else { return nil }
    self.init(
      baseRevision: value["baseRevision"]?.string, revision: revision, roots: roots,
      baseRoot: baseRoot, predictedRoot: predictedRoot, changes: changes, relocations: relocations,
      orphaned: orphaned, guards: guards, unchangedCount: Int(clamping: unchanged),
      isRollback: isRollback,
      commits: (value["commits"]?.array ?? []).compactMap(CommitRecord.init))
    policies = (value["policies"]?.array ?? []).compactMap(PolicyFinding.init)
    approvals = (value["approvals"]?.array ?? []).compactMap(ApprovalRequirement.init)
    held = (value["held"]?.array ?? []).compactMap { $0.string.flatMap { ResourceKey($0) } }
  }

  private static func all<Item>(_ value: Value?, _ read: (Value) -> Item?) -> [Item]? {
    guard let items = value?.array else { return nil }
    var result: [Item] = []
    for item in items {
      guard let item = read(item) else { return nil }
      result.append(item)
    }
    return result
  }
}
