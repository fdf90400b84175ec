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
    /// Whether it depends on nothing but what is the same for all changes.
    var isShared = false
    /// Whether it is evaluated before anything asks for it.
    var isEager = false
  }

  /// Where the variables are that every policy has.
  struct Slots: Sendable {
    var plan: Int?
    var live: Int?
    var params: Int?
    var object: Int?
    var oldObject: Int?
    var change: Int?
    var request: Int?

    init(_ environment: CELEnvironment) {
      plan = environment.slot(of: "plan")
      live = environment.slot(of: "live")
      params = environment.slot(of: "params")
      object = environment.slot(of: "object")
      oldObject = environment.slot(of: "oldObject")
      change = environment.slot(of: "change")
      request = environment.slot(of: "request")
    }
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
  /// The variables, for as long as nothing asks for them.
  let deferrals: CELDeferrals
  let environment: CELEnvironment
  let slots: Slots
  let parameters: CELValue

  /// Whether a rule looks at the plan as a whole.
  package var usesPlan: Bool { programs.contains { $0.variables.contains("plan") } }

  /// Whether a rule looks at who asks for a change, or may do so.
  package var usesRequest: Bool {
    programs.contains { program in
      program.paths.contains { path in
        path == "change" || path.hasPrefix("change.request") || path.hasPrefix("request")
      }
    }
  }

  private var programs: [CELProgram] {
    variables.map(\.program) + rules.map(\.program) + rules.compactMap(\.messageProgram)
  }

  /// What one evaluation may cost, in steps of the evaluator.
  package static let limit = 1_000_000

  /// The rules that do not hold for the change, in their order.
  package func violations(
    _ facts: PolicyFacts?, _ surroundings: PolicySurroundings,
  ) -> [Violation] {
    var judge = PolicyJudge(self, surroundings)
    return judge.violations(facts)
  }

  /// The values of the variables that do not depend on others.
  func bindings(_ facts: PolicyFacts?, _ surroundings: PolicySurroundings) -> CELBindings {
    var bindings = CELBindings(in: environment)
    bind(surroundings, in: &bindings)
    bind(facts, in: &bindings)
    return bindings
  }

  /// Binds what is the same for all changes.
  func bind(_ surroundings: PolicySurroundings, in bindings: inout CELBindings) {
    if let slot = slots.plan { bindings[slot] = surroundings.plan }
    if let slot = slots.live { bindings[slot] = surroundings.live }
    if let slot = slots.params { bindings[slot] = parameters }
  }

  /// Binds what is of one change.
  func bind(_ facts: PolicyFacts?, in bindings: inout CELBindings) {
    guard let facts, !isAboutPlan else { return }
    if let slot = slots.object { bindings[slot] = facts.object }
    if let slot = slots.oldObject { bindings[slot] = facts.oldObject }
    if let slot = slots.change { bindings[slot] = facts.value }
    if let slot = slots.request { bindings[slot] = facts.request }
  }
}
