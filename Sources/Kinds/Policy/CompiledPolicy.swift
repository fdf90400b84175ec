package import CEL
package import Resources

/// A policy whose expressions are ready to run.
package struct CompiledPolicy: Sendable {
  /// One validation.
  package struct Rule: Sendable {
    /// Its place among the validations, from 0.
    package var index: Int
    package var program: CELProgram
    var messageProgram: CELProgram?
    var message: String?
    package var reason: String?
    /// The field that its message points to, below the resource.
    package var pointer: JSONPointer?
    /// Whether it looks at the resource afterwards, and before; through variables too.
    var usesObject = false
    var usesOldObject = false
  }

  /// A rule that does not hold.
  package struct Violation: Hashable, Sendable {
    package var rule: Int
    package var message: String
    package var reason: String?
    package var pointer: JSONPointer?
    /// Whether the rule could not be evaluated; it then counts as broken.
    package var isFailure: Bool
  }

  package struct Variable: Sendable {
    package var name: String
    package var program: CELProgram
    var slot: Int
  }

  package var name: String
  package var severity: String
  /// Whether it looks at all changes together.
  package var isAboutPlan: Bool
  package var match: PolicyMatch
  package var rules: [Rule]
  package var variables: [Variable]
  /// How many people must agree, for a policy that asks for approval.
  package var approvers: Int
  package var roles: [String]
  /// The kinds whose live resources its expressions look at.
  package var liveKinds: [String]
  let environment: CELEnvironment
  let parameters: CELValue

  /// Whether a rule looks at the plan as a whole.
  package var usesPlan: Bool {
    (variables.map(\.program) + rules.map(\.program) + rules.compactMap(\.messageProgram))
      .contains { $0.variables.contains("plan") }
  }

  /// What one evaluation may cost, in steps of the evaluator.
  package static let limit = 1_000_000

  /// The rules that do not hold for the change, in their order.
  package func violations(
    _ facts: PolicyFacts?, _ surroundings: PolicySurroundings,
  ) -> [Violation] {
    var bindings = bindings(facts, surroundings)
    var failures: [String: CELFailure] = [:]
    for variable in variables {
      do throws(CELFailure) {
        bindings[variable.slot] = try variable.program.evaluate(bindings, limit: Self.limit)
      } catch {
        // What failed first is what has to be mended.
        let cause = variable.program.variables.lazy.compactMap { failures[$0] }.first
        failures["variables.\(variable.name)"] = cause ?? error
      }
    }
    return rules.compactMap { rule in
      do throws(CELFailure) {
        if try rule.program.holds(bindings, limit: Self.limit) { return nil }
      } catch {
        if isBeside(rule, facts?.change) { return nil }
        let cause = rule.program.variables.lazy.compactMap { failures[$0] }.first ?? error
        return violation(of: rule, "the rule could not be evaluated: \(cause.message)", true)
      }
      return violation(of: rule, message(of: rule, bindings), false)
    }
  }

  /// Whether a rule cannot be evaluated because it is not about changes of that sort.
  ///
  /// A policy that names no sorts of changes may have rules about what is there afterwards; they
  /// have nothing to say of a deletion, nor those about what was there before of a creation.
  private func isBeside(_ rule: Rule, _ change: PolicyChange?) -> Bool {
    guard let change, !match.namesActions else { return false }
    return (change.object == nil && rule.usesObject)
      || (change.oldObject == nil && rule.usesOldObject)
  }

  private func violation(
    of rule: Rule, _ message: String, _ isFailure: Bool,
  ) -> Violation {
    Violation(
      rule: rule.index, message: message, reason: rule.reason, pointer: rule.pointer,
      isFailure: isFailure)
  }

  /// The message; where its expression fails, what it stands for.
  private func message(of rule: Rule, _ bindings: CELBindings) -> String {
    if let program = rule.messageProgram,
      case .string(let text)? = try? program.evaluate(bindings, limit: Self.limit),
      text.contains(where: { !$0.isWhitespace })
    {
      return String(text.prefix(4096))
    }
    return rule.message ?? "the rule does not hold"
  }

  /// The values of the variables that do not depend on others.
  func bindings(_ facts: PolicyFacts?, _ surroundings: PolicySurroundings) -> CELBindings {
    var bindings = CELBindings(in: environment)
    func bind(_ name: String, _ value: CELValue) {
      if let slot = environment.slot(of: name) { bindings[slot] = value }
    }
    bind("plan", surroundings.plan)
    bind("live", surroundings.live)
    bind("params", parameters)
    guard let facts, !isAboutPlan else { return bindings }
    bind("object", facts.object)
    bind("oldObject", facts.oldObject)
    bind("change", facts.value)
    bind("request", facts.request)
    return bindings
  }
}

/// Which changes a policy or an exception is about.
package struct PolicyMatch: Sendable {
  private let kinds: Set<String>
  private let names: Set<String>
  private let actions: Set<String>
  private let selector: Value?
  private let paths: [PathGlob]

  /// - Parameter match: the canonical field `match`.
  package init(_ match: Value?) {
    func words(_ field: String) -> [String] {
      (match?[field]?.array ?? []).compactMap(\.string)
    }
    kinds = Set(words("kinds"))
    names = Set(words("names"))
    actions = Set(words("changes"))
    selector = match?["selector"]
    paths = words("paths").compactMap { PathGlob($0) }
  }

  /// Whether it says which sorts of changes it is about.
  var namesActions: Bool { !actions.isEmpty }

  /// Whether it is about resources of `kind`, some of them at least.
  package func covers(kind: String) -> Bool { kinds.isEmpty || kinds.contains(kind) }

  /// Whether it is about `change`.
  ///
  /// What the resource was counts as much as what it becomes, so that taking away a label or moving
  /// the file leads out of no policy.
  package func covers(_ change: PolicyChange) -> Bool {
    guard covers(kind: change.key.kind), names.isEmpty || names.contains(change.key.name),
      actions.isEmpty || actions.contains(change.action)
    else { return false }
    if let selector,
      !change.labels.contains(where: { Selector.matches(selector, labels: $0) })
    {
      return false
    }
    if paths.isEmpty { return true }
    return paths.contains { glob in
      glob.matches(change.file) || change.previousFile.map(glob.matches) ?? false
    }
  }

  /// Whether it covers all that `change` touches; what an exception must do.
  package func coversWhole(_ change: PolicyChange) -> Bool {
    guard covers(change) else { return false }
    if let selector,
      !change.labels.allSatisfy({ Selector.matches(selector, labels: $0) })
    {
      return false
    }
    if paths.isEmpty { return true }
    let files = [change.file, change.previousFile].compactMap(\.self)
    return files.allSatisfy { file in paths.contains { $0.matches(file) } }
  }
}
