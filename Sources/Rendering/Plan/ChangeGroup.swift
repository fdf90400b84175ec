import Planning
import Resources

/// Changes that share a line: one, or more than five that are alike.
struct ChangeGroup {
  /// So many alike still have a line each.
  static let foldLimit = 5

  /// At least one, sorted by key.
  var changes: [Change]

  var first: Change { changes[0] }
  var isFolded: Bool { changes.count > 1 }

  /// `changes` as they are shown: deletions first, then updates, moves and creates; within those the
  /// riskiest first, then by key.
  static func sorted(_ changes: [Change]) -> [Change] {
    changes.sorted { a, b in
      let (rankA, rankB) = (rank(a.action), rank(b.action))
      if rankA != rankB { return rankA < rankB }
      if a.risk != b.risk { return a.risk > b.risk }
      return a.key < b.key
    }
  }

  private static func rank(_ action: Change.Action) -> Int {
    switch action {
    case .delete: 0
    case .update: 1
    case .move: 2
    case .create: 3
    }
  }

  // MARK: Folding

  /// What changes must share to be told in one line.
  private struct Likeness: Hashable {
    var action: Change.Action
    var risk: Change.Risk
    var reason: Change.Reason
    var kind: String
    var isRenamed: Bool
    var pointers: [JSONPointer]
    /// A directory, or the beginning of a name.
    var family: String

    init(_ change: Change, family: String) {
      action = change.action
      risk = change.risk
      reason = change.reason
      kind = change.key.kind
      isRenamed = change.renamed != nil
      pointers = change.fields.map(\.pointer)
      self.family = family
    }
  }

  /// Groups of `changes` in the order of `sorted`; alike ones stand where the first of them stood.
  ///
  /// Changes are alike when action, kind, reason, risk and changed fields agree, and either their
  /// directory or the beginning of their names does. What touches a protected resource is never
  /// folded.
  static func folded(_ changes: [Change]) -> [ChangeGroup] {
    let sorted = sorted(changes)
    var owner = [Int?](repeating: nil, count: sorted.count)
    for family in [directoryFamily, nameFamily] {
      var members: [Likeness: [Int]] = [:]
      for (index, change) in sorted.enumerated() where owner[index] == nil && canFold(change) {
        guard let family = family(change) else { continue }
        members[Likeness(change, family: family), default: []].append(index)
      }
      for indices in members.values where indices.count > foldLimit {
        for index in indices { owner[index] = indices[0] }
      }
    }
    var groups: [ChangeGroup] = []
    var place: [Int: Int] = [:]
    for (index, change) in sorted.enumerated() {
      if let first = owner[index], let group = place[first] {
        groups[group].changes.append(change)
      } else {
        if let first = owner[index] { place[first] = groups.count }
        groups.append(ChangeGroup(changes: [change]))
      }
    }
    return groups
  }

  private static func canFold(_ change: Change) -> Bool {
    !change.isUnprotecting && !(change.action == .delete && change.marks.isProtected)
  }

  private static func directoryFamily(_ change: Change) -> String? {
    directory(of: change.location.file)
  }

  /// The name without the number at its end, or up to its last separator; nil where it has neither.
  private static func nameFamily(_ change: Change) -> String? {
    let name = change.key.name
    if let last = name.last, last.isNumber {
      return name.lastIndex { !$0.isNumber }.map { String(name[...$0]) }
    }
    return name.lastIndex { "-.".contains($0) }.map { String(name[...$0]) }
  }

  // MARK: What is common

  /// `Kind/name`, or `Kind/prefix-* (14)`.
  var label: String {
    guard isFolded else { return first.key.description }
    return "\(first.key.kind)/\(commonName)* (\(Number.text(changes.count)))"
  }

  /// The common beginning of the names, cut after a separator where there is one.
  private var commonName: String {
    let common = Self.commonPrefix(changes.map(\.key.name))
    if let end = common.lastIndex(where: { "-.".contains($0) }) { return String(common[...end]) }
    // Not in the midst of a number: `task0*` would leave `task12` out.
    return common.lastIndex { !$0.isNumber }.map { String(common[...$0]) } ?? ""
  }

  /// `file:line`, or what the files of a group have in common.
  var place: String {
    guard isFolded else { return Self.place(first.location) }
    if changes.allSatisfy({ $0.location.file == first.location.file }) {
      return TextLayout.escaped(first.location.file)
    }
    let common = Self.commonPrefix(changes.map { Self.directory(of: $0.location.file) })
    guard let end = common.lastIndex(of: "/") else { return "./" }
    return TextLayout.escaped(String(common[...end]))
  }

  static func place(_ location: SourceLocation) -> String {
    "\(TextLayout.escaped(location.file)):\(location.range.start.line)"
  }

  /// With its slash; empty at the root.
  private static func directory(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
  }

  private static func commonPrefix(_ texts: [String]) -> String {
    guard var common = texts.first else { return "" }
    for text in texts.dropFirst() where !text.hasPrefix(common) {
      common = String(zip(common, text).prefix { $0 == $1 }.map(\.0))
    }
    return common
  }

  /// The commit's seven digits, or how many commits there are; empty where none is known.
  var commit: String {
    let commits = Set(changes.compactMap(\.origin?.commit))
    return commits.count > 1
      ? Number.text(commits.count, "commit")
      : first.origin.map { TextLayout.escaped(String($0.commit.prefix(7))) } ?? ""
  }

  /// The author, or how many authors there are; empty where none is known.
  var author: String {
    let authors = Set(changes.compactMap(\.origin?.author))
    return authors.count > 1
      ? Number.text(authors.count, "author")
      : TextLayout.truncated(TextLayout.escaped(first.origin?.author ?? ""), to: 20)
  }
}

extension Change {
  private static let protectMark = JSONPointer(["metadata", "annotations", "writ/protect"])

  /// Whether it takes away the protection of its resource.
  var isUnprotecting: Bool {
    action == .update && !marks.isProtected
      && fields.contains { Self.isProtection($0.pointer) && $0.old == "true" }
  }

  /// The fields without the annotation that `isUnprotecting` tells about.
  var tellingFields: [FieldChange] {
    isUnprotecting ? fields.filter { !Self.isProtection($0.pointer) || $0.old != "true" } : fields
  }

  /// Annotations appear or go one by one, or all of them at once.
  private static func isProtection(_ pointer: JSONPointer) -> Bool {
    pointer == protectMark
  }
}
