import App
import Engine
import Persistence
import Planning
import Rendering
import Resources
import Signatures

/// The plan as it is now, and what was said of its changes.
struct ApprovalDesk {
  /// A change that somebody says something of.
  struct Target: Hashable {
    var key: ResourceKey
    var change: Digest
  }

  let workspace: Workspace
  let store: Store
  let made: PlanMaker.Made
  let plan: Plan
  let digest: Digest
  let ledger: ApprovalLedger
  let time: Timestamp

  /// So many digits of a digest are enough; with fewer, somebody could make a change that fits.
  static let leastDigits = 16

  /// Plans as `writ plan` does.
  init(_ workspace: Workspace, format: OutputFormat) async throws {
    self.workspace = workspace
    store = try workspace.existingStore()
    var maker = PlanMaker(workspace: workspace)
    maker.format = PlanFormat(format)
    made = try await maker.againstLive(reference: nil)
    guard case .plan(let plan) = made.result.outcome else {
      throw StoreError(
        .other,
        "revision \(made.result.revision.prefix(12)) has errors, so there is no plan to agree to",
        hint: "see what is wrong with it: writ plan")
    }
    self.plan = plan
    digest = made.digest ?? plan.digest
    let signers = made.verification?.signers(for: plan) ?? [:]
    ledger = try PlanGate(
      store: store, windows: workspace.windows, signers: signers.mapValues(\.principal)
    ).ledger(for: plan)
    time = made.time
  }

  // MARK: Names

  /// Who speaks: the name that is said, or the login.
  static func person(_ name: String?) throws -> Person {
    let text = name ?? login
    guard let person = Person(text) else {
      throw SettingsError(
        "\"\(text)\" is not the name of a person: it takes up to 127 letters, digits and . _ @ + - of plain ASCII",
        hint: "say who agrees, as their Role has it: --as ana")
    }
    return person
  }

  static var login: String { String(Process.actor.dropFirst("cli:".count)) }

  static func checked(reason: String) throws -> String {
    guard reason.utf8.count <= 1000 else {
      throw SettingsError("the reason is longer than 1000 bytes", hint: "name a ticket instead")
    }
    return reason
  }

  // MARK: Changes

  /// The changes that `words` name: a plan, a change, or a resource.
  func targets(_ words: [String]) throws(StoreError) -> [Target] {
    var result: [Target] = []
    for word in words {
      for target in try targets(word) where !result.contains(target) { result.append(target) }
    }
    return result
  }

  private var waiting: [Target] {
    var result: [Target] = []
    for requirement in plan.approvals {
      let target = Target(key: requirement.key, change: requirement.change)
      if !result.contains(target) { result.append(target) }
    }
    return result
  }

  private func targets(_ word: String) throws(StoreError) -> [Target] {
    if word.contains("/") { return try targets(ofResource: word) }
    let digits = word.lowercased()
    guard digits.utf8.count <= 64, !digits.isEmpty, digits.utf8.allSatisfy(Self.isHexDigit) else {
      throw StoreError(
        .notFound, "\"\(word)\" is no plan, no change and no resource", hint: hint(for: word))
    }
    guard digits.utf8.count >= Self.leastDigits else {
      throw StoreError(
        .notFound, "\"\(word)\" has too few digits: it takes \(Self.leastDigits) to 64 of a digest",
        hint: hint(for: word))
    }
    if digest.description.hasPrefix(digits) {
      if waiting.isEmpty {
        throw StoreError(
          .notFound, "nothing in plan \(digest.abbreviated) needs approval", hint: "writ plan")
      }
      return waiting
    }
    let matching = waiting.filter { $0.change.description.hasPrefix(digits) }
    if !matching.isEmpty { return matching }
    if let change = plan.changes.first(where: { $0.identity.description.hasPrefix(digits) }) {
      throw StoreError(.notFound, "\(change.key) needs no approval", hint: hint(for: word))
    }
    throw StoreError(
      .stale,
      "there is no plan and no change \(digits.prefix(Self.leastDigits)) now; the plan is \(digest.abbreviated)",
      hint: "see what it is now: writ plan. " + hint(for: word))
  }

  private func targets(ofResource word: String) throws(StoreError) -> [Target] {
    guard let key = ResourceKey(word) else {
      throw StoreError(.notFound, "\"\(word)\" is not Kind/name", hint: hint(for: word))
    }
    let matching = waiting.filter { $0.key == key }
    if !matching.isEmpty { return matching }
    let isPlanned = plan.changes.contains { $0.key == key }
    throw StoreError(
      .notFound,
      isPlanned ? "\(key) needs no approval" : "the plan does not change \(key)",
      hint: hint(for: word))
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte)
  }

  /// What waits, or what was meant.
  private func hint(for word: String) -> String {
    if waiting.isEmpty { return "nothing waits for approval" }
    if let meant = Suggestion.didYouMean(word, among: waiting.map(\.key.description)) {
      return meant
    }
    let names = waiting.prefix(5).map { "\($0.key) (\($0.change.abbreviated))" }
    let more = waiting.count > 5 ? " and \(waiting.count - 5) more, see: writ approvals" : ""
    return "what waits: \(names.joined(separator: ", "))\(more)"
  }

  // MARK: Standings

  func standings() throws(StoreError) -> [ApprovalStanding] {
    ledger.standings(for: plan, at: time)
  }

  /// Why nothing that `person` says of `target` would count; nil where something would.
  func refusal(of person: Person, _ target: Target) -> String? {
    let reasons = plan.approvals
      .filter { $0.key == target.key && $0.change == target.change }
      .map { ledger.refusal(of: person, $0, in: plan) }
    return reasons.contains(nil) ? nil : reasons.compactMap(\.self).first
  }

  /// Whose approval of `target` would count, by role.
  func helpers(for target: Target) -> String? {
    let requirements = plan.approvals.filter {
      $0.key == target.key && $0.change == target.change
    }
    let words = Set(requirements.flatMap(\.roles)).sorted().map { role in
      let people = (ledger.people(of: role) ?? []).filter { person in
        requirements.contains {
          $0.roles.contains(role) && ledger.refusal(of: person, $0, in: plan) == nil
        }
      }.map(\.name)
      let more = people.count > 10 ? " and \(people.count - 10) more" : ""
      return
        "\(role): \(people.isEmpty ? "nobody" : people.prefix(10).joined(separator: ", "))\(more)"
    }
    return words.isEmpty ? nil : "who can: \(words.joined(separator: "; "))"
  }
}
