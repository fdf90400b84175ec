package import Planning
package import Resources
import Workflows

/// Finds out what a moment means, and what the state was or would be then.
///
/// For use inside one transaction of the store. Everything that it folds out of the journal is
/// checked against the root that the journal recorded there.
package struct MomentFinder {
  package let past: any PastReader
  package let planner: Planner
  /// Nil where there is no repository to ask.
  package let revisions: (any RevisionNames)?
  /// Why there is no repository to ask.
  package let repositoryProblem: SourceError?
  /// The bytes of a file; nil where there is none.
  package let file: (String) throws -> [UInt8]?
  package let now: Timestamp

  package init(
    past: any PastReader, planner: Planner, revisions: (any RevisionNames)?,
    repositoryProblem: SourceError? = nil, file: @escaping (String) throws -> [UInt8]?,
    now: Timestamp,
  ) {
    self.past = past
    self.planner = planner
    self.revisions = revisions
    self.repositoryProblem = repositoryProblem
    self.file = file
    self.now = now
  }

  /// Throws `StoreError` and `SourceError`, and what `file` throws.
  package func state(at moment: Moment, named name: String) throws -> MomentState {
    switch moment {
    case .live: return try live(name)
    case .head: return try head(name)
    case .time(let time): return try state(at: time, name)
    case .ago(let span): return try state(at: time(span), name)
    case .sequence(let sequence): return try state(after: sequence, name)
    case .file(let path):
      guard let bytes = try file(path) else {
        throw StoreError(.notFound, "there is no file \(path)")
      }
      return try PlannedState(finder: self).state(bytes, path: path, name)
    case .name(let text): return try state(named: text, name)
    case .agoOrName(let span, let text):
      let meanings = try meanings(of: text)
      guard meanings.isEmpty else {
        throw ambiguous(text, ["a length of time"] + meanings.map(\.words))
      }
      return try state(at: time(span), name)
    }
  }

  // MARK: Live and head

  private func live(_ name: String) throws(StoreError) -> MomentState {
    let summary = try past.live.summary()
    return MomentState(
      kind: .live, name: name, words: "in force now", revision: summary.revision,
      root: summary.root, point: try past.span()?.last, isWhole: false, differences: [:])
  }

  private func head(_ name: String) throws -> MomentState {
    let revisions = try repository("the head of the repository")
    let source = try revisions.head(liveRoots: try liveRoots())
    return try DesiredState(finder: self).state(
      source, name, words: "what the manifests of the head say")
  }

  func liveRoots() throws(StoreError) -> [String] {
    try past.apply(atOrBefore: .max)?.roots ?? []
  }

  private func repository(_ what: String) throws(SourceError) -> any RevisionNames {
    if let revisions { return revisions }
    throw repositoryProblem
      ?? SourceError(.notARepository, "\(what) is not known: there is no repository to ask")
  }

  // MARK: Times and sequences

  private func time(_ span: TimeSpan) -> Timestamp {
    let (nanoseconds, overflow) = now.nanoseconds.subtractingReportingOverflow(span.nanoseconds)
    return Timestamp(nanoseconds: overflow ? .min : nanoseconds)
  }

  private func state(at time: Timestamp, _ name: String) throws(StoreError) -> MomentState {
    let reach = JournalReach(span: try past.span())
    if let last = reach.span?.last.time, time > max(now, last) {
      throw StoreError(
        .notFound, "\(name) has not come yet: now is \(now)", hint: reach.words)
    }
    guard let point = try past.lastPoint(at: time) else { throw reach.before(name) }
    return try state(after: point, name)
  }

  private func state(after sequence: Int64, _ name: String) throws(StoreError) -> MomentState {
    let reach = JournalReach(span: try past.span())
    guard let point = try past.point(sequence) else {
      if let span = reach.span, sequence > span.last.sequence {
        throw StoreError(
          .notFound, "there is no event \(sequence) yet: the last is \(span.last.sequence)",
          hint: reach.words)
      }
      throw reach.before(name)
    }
    return try state(after: point, name)
  }

  /// The state after the event at `point`, or after the apply that it is a part of.
  private func state(after point: JournalPoint, _ name: String) throws(StoreError) -> MomentState {
    var point = point
    let apply = try past.apply(atOrBefore: point.sequence)
    point.sequence = try past.stepEnd(of: point.sequence)
    return try folded(to: point, after: apply, name)
  }

  /// The state after `apply`.
  func state(after apply: AppliedPlan, _ name: String) throws(StoreError) -> MomentState {
    try folded(
      to: JournalPoint(sequence: apply.lastSequence, time: apply.time), after: apply, name)
  }

  /// The live state folded back to `point`.
  private func folded(
    to point: JournalPoint, after apply: AppliedPlan?, _ name: String,
  ) throws(StoreError) -> MomentState {
    var differences: [ResourceKey: MomentState.Entry?] = [:]
    let transitions = try past.transitions(after: point.sequence)
    for transition in transitions {
      differences.updateValue(
        transition.before.map { MomentState.Entry(side: $0) }, forKey: transition.key)
    }
    var tree = try past.live.tree(around: transitions.map(\.key))
    tree.update(transitions.map { (key: $0.key, digest: $0.before?.digest) })
    let root = try past.recordedRoot(at: point.sequence) ?? StateTree.emptyRoot
    guard tree.root == root else {
      throw StoreError(
        .corrupt,
        "folding the journal back to event \(point.sequence) gives the state root \(tree.root.abbreviated), but \(root.abbreviated) is on record there",
        hint: "see what is wrong with it: writ journal verify")
    }
    var revision = apply?.revision
    if apply == nil { revision = try past.firstApply(after: point.sequence)?.baseRevision }
    return MomentState(
      kind: .past, name: name, words: "after event \(point.sequence) at \(point.time)",
      revision: revision, root: root, point: point, isWhole: false, differences: differences)
  }

  // MARK: Names

  /// One thing that a name may mean.
  private struct Meaning {
    var words: String
    var state: (String) throws -> MomentState
  }

  private func state(named text: String, _ name: String) throws -> MomentState {
    let meanings = try meanings(of: text)
    guard meanings.count <= 1 else { throw ambiguous(text, meanings.map(\.words)) }
    if let meaning = meanings.first { return try meaning.state(name) }
    let reach = JournalReach(span: try past.span())
    var message = "\"\(text)\" is no revision in the history, no applied plan, no time and no file"
    if let repositoryProblem { message += "; \(repositoryProblem.message)" }
    throw StoreError(
      .notFound, message,
      hint:
        "a moment is live, head, 2h, \(Self.example), a commit, a plan file or #EVENT; \(reach.words)"
    )
  }

  private static let example = "2026-11-21T10:00:00Z"

  private func ambiguous(_ text: String, _ meanings: [String]) -> StoreError {
    StoreError(
      .other, "\"\(text)\" may mean \(meanings.joined(separator: " or "))",
      hint: "write more digits, ./\(text) for a file, refs/heads/\(text) for a branch, or #EVENT")
  }

  private func meanings(of text: String) throws -> [Meaning] {
    var result: [Meaning] = []
    let digits = text.lowercased()
    let isHexadecimal = digits.utf8.count <= 64 && digits.allSatisfy(\.isHexDigit)
    var commits: [String: AppliedPlan?] = [:]
    if isHexadecimal, digits.utf8.count >= 4 {
      for apply in try past.applies(ofRevision: digits)
      where !apply.isEdit && commits[apply.revision] == nil {
        commits[apply.revision] = apply
      }
    }
    if let commit = try revisions?.commit(named: text), commits[commit] == nil {
      commits.updateValue(try past.applies(ofRevision: commit).first { !$0.isEdit }, forKey: commit)
    }
    for (commit, apply) in commits.sorted(by: { $0.key < $1.key }) {
      result.append(meaning(ofCommit: commit, apply))
    }
    if isHexadecimal, digits.utf8.count >= 8 {
      var plans: [Digest: AppliedPlan] = [:]
      for apply in try past.applies(ofPlan: digits) where plans[apply.planDigest] == nil {
        plans[apply.planDigest] = apply
      }
      for (digest, apply) in plans.sorted(by: { $0.key < $1.key }) {
        result.append(
          Meaning(words: "the plan \(digest.abbreviated)") { name in
            var state = try self.state(after: apply, name)
            state.words = "after the plan \(digest.abbreviated) was applied at \(apply.time)"
            return state
          })
      }
    }
    if let bytes = try file(text) {
      result.append(
        Meaning(words: "the file \(text)") { name in
          try PlannedState(finder: self).state(bytes, path: text, name)
        })
    }
    return result
  }

  private func meaning(ofCommit commit: String, _ apply: AppliedPlan?) -> Meaning {
    Meaning(words: "the revision \(commit.prefix(12))") { name in
      if let apply {
        var state = try self.state(after: apply, name)
        state.words = "after revision \(commit.prefix(12)) was applied at \(apply.time)"
        return state
      }
      let revisions = try self.repository("the revision \(commit.prefix(12))")
      let source = try revisions.revision(commit, liveRoots: try self.liveRoots())
      return try DesiredState(finder: self).state(
        source, name, words: "never applied; this is what its manifests say")
    }
  }
}

/// How far back the journal goes, in words.
struct JournalReach {
  let span: JournalSpan?

  var words: String {
    guard let span else { return "the journal is empty" }
    let first = span.checkpoint?.time ?? span.first.time
    return "the journal goes from \(first) to \(span.last.time)"
  }

  /// The error for a moment before the first one.
  func before(_ name: String) -> StoreError {
    guard let span else {
      return StoreError(
        .notFound, "the journal is empty, so nothing is known about \(name)",
        hint: "start with: writ plan, then writ apply")
    }
    guard let checkpoint = span.checkpoint else {
      return StoreError(
        .notFound, "\(name) lies before the first event, which is of \(span.first.time)",
        hint: words)
    }
    return StoreError(.notFound, "\(name) \(checkpoint.dropped)", hint: words)
  }
}

extension Checkpoint {
  /// That what comes before was dropped, when, and where it still is; to follow what is looked for.
  package var dropped: String {
    let export = exportPath.map { "; they were exported to \($0)" } ?? ""
    return
      "lies before event \(sequence + 1); the events up to then were dropped at \(madeAt)\(export)"
  }
}
