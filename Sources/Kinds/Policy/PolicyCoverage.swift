internal import CEL
internal import Resources

/// Which rules and branches of a policy its tests reached.
struct PolicyCoverage {
  private struct Seen {
    var tokens: [String]
    var program: CELProgram
    /// For each branch, whether it went either way.
    var outcomes: [(wasTrue: Bool, wasFalse: Bool)]
  }

  private let policy: CompiledPolicy
  private var held: Set<Int> = []
  private var broken: Set<Int> = []
  private var seen: [Seen]

  init(_ policy: CompiledPolicy) {
    self.policy = policy
    let variables = policy.variables.enumerated().map { index, variable in
      (["variables", "\(index)", "expression"], variable.program)
    }
    let rules = policy.rules.map {
      (["validations", "\($0.index)", "expression"], $0.program)
    }
    seen = (variables + rules).map { tokens, program in
      Seen(
        tokens: tokens, program: program,
        outcomes: program.branches.map { _ in (false, false) })
    }
  }

  /// Notes what an evaluation reached.
  mutating func add(
    _ facts: PolicyFacts?, _ surroundings: PolicySurroundings,
    _ violations: [CompiledPolicy.Violation],
  ) {
    for rule in policy.rules {
      if violations.contains(where: { $0.rule == rule.index }) {
        broken.insert(rule.index)
      } else {
        held.insert(rule.index)
      }
    }
    var bindings = policy.bindings(facts, surroundings)
    for index in seen.indices {
      let trace = seen[index].program.trace(bindings, limit: CompiledPolicy.limit)
      if index < policy.variables.count {
        bindings[policy.variables[index].slot] = try? trace.result.get()
      }
      for (branch, outcome) in trace.outcomes.enumerated() {
        if outcome.wasTrue { seen[index].outcomes[branch].wasTrue = true }
        if outcome.wasFalse { seen[index].outcomes[branch].wasFalse = true }
      }
    }
  }

  var coveredRules: Int { held.intersection(broken).count }

  var branches: (total: Int, covered: Int) {
    let all = seen.flatMap(\.outcomes)
    return (
      all.count * 2, all.reduce(0) { $0 + ($1.wasTrue ? 1 : 0) + ($1.wasFalse ? 1 : 0) }
    )
  }

  /// What no test reached, in the order of the policy.
  var gaps: [PolicyTestRun.Gap] {
    var gaps: [PolicyTestRun.Gap] = []
    for rule in policy.rules {
      let tokens = ["validations", "\(rule.index)", "expression"]
      if !broken.contains(rule.index) {
        gaps.append(.init(tokens: tokens, message: "no test breaks this rule"))
      }
      if !held.contains(rule.index) {
        gaps.append(.init(tokens: tokens, message: "in no test this rule holds"))
      }
    }
    for program in seen {
      for (branch, outcome) in zip(program.program.branches, program.outcomes) {
        for (was, word) in [(outcome.wasTrue, "true"), (outcome.wasFalse, "false")] where !was {
          gaps.append(
            .init(
              tokens: program.tokens,
              part: .init(offset: branch.offset, length: branch.length),
              message: "in no test this is \(word)"))
        }
      }
    }
    return gaps
  }
}
