internal import CEL
internal import Resources

/// Judges one change after another by one policy, and keeps what is the same for all of them.
///
/// Variables are evaluated when a rule asks for them. That cannot be told from evaluating all of them
/// in their order first, because an expression gives the same whenever it runs, and what a variable
/// costs is never on the account of the rule.
package struct PolicyJudge: Sendable {
  package let policy: CompiledPolicy
  /// What is the same for all changes, with the shared variables as far as they were asked for.
  private var shared: CELBindings

  package init(_ policy: CompiledPolicy, _ surroundings: PolicySurroundings) {
    self.policy = policy
    shared = CELBindings(in: policy.environment)
    policy.bind(surroundings, in: &shared)
    shared.deferring(to: policy.deferrals)
  }

  /// Whether anything is kept between two changes.
  package var keepsValues: Bool { policy.variables.contains(where: \.isShared) }

  /// The rules that do not hold for the change, in their order.
  package mutating func violations(_ facts: PolicyFacts?) -> [CompiledPolicy.Violation] {
    var bindings = shared
    policy.bind(facts, in: &bindings)
    for place in policy.variables.indices where policy.variables[place].isEager {
      bindings.demand(policy.variables[place].slot)
    }
    var violations: [CompiledPolicy.Violation] = []
    // By their places, because most rules hold and are not looked at any further.
    for place in policy.rules.indices {
      do throws(CELFailure) {
        if try policy.rules[place].program.holds(
          updating: &bindings, limit: CompiledPolicy.limit)
        {
          continue
        }
        let rule = policy.rules[place]
        violations.append(violation(of: rule, message(of: rule, &bindings), false))
      } catch {
        let rule = policy.rules[place]
        if isBeside(rule, facts?.change) { continue }
        let cause = cause(of: error, in: rule, facts)
        violations.append(
          violation(of: rule, "the rule could not be evaluated: \(cause.message)", true))
      }
    }
    for place in policy.variables.indices where policy.variables[place].isShared {
      shared.keep(policy.variables[place].slot, of: bindings)
    }
    return violations
  }

  /// What failed first of all that a rule uses, which is what has to be mended.
  private func cause(
    of failure: CELFailure, in rule: CompiledPolicy.Rule, _ facts: PolicyFacts?,
  ) -> CELFailure {
    var bindings = shared
    bindings.deferring(to: nil)
    policy.bind(facts, in: &bindings)
    var failures: [String: CELFailure] = [:]
    for variable in policy.variables {
      do throws(CELFailure) {
        bindings[variable.slot] = try variable.program.evaluate(
          bindings, limit: CompiledPolicy.limit)
      } catch {
        let cause = variable.program.variables.lazy.compactMap { failures[$0] }.first
        failures["variables.\(variable.name)"] = cause ?? error
      }
    }
    return rule.program.variables.lazy.compactMap { failures[$0] }.first ?? failure
  }

  /// Whether a rule cannot be evaluated because it is not about changes of that sort.
  ///
  /// A policy that names no sorts of changes may have rules about what is there afterwards; they
  /// have nothing to say of a deletion, nor those about what was there before of a creation.
  private func isBeside(_ rule: CompiledPolicy.Rule, _ change: PolicyChange?) -> Bool {
    guard let change, !policy.match.namesActions else { return false }
    return (change.object == nil && rule.usesObject)
      || (change.oldObject == nil && rule.usesOldObject)
  }

  private func violation(
    of rule: CompiledPolicy.Rule, _ message: String, _ isFailure: Bool,
  ) -> CompiledPolicy.Violation {
    CompiledPolicy.Violation(
      rule: rule.index, message: message, reason: rule.reason, pointer: rule.pointer,
      isFailure: isFailure)
  }

  /// The message; where its expression fails, what it stands for.
  private func message(
    of rule: CompiledPolicy.Rule, _ bindings: inout CELBindings,
  ) -> String {
    if let program = rule.messageProgram,
      case .string(let text)? = try? program.evaluate(
        updating: &bindings, limit: CompiledPolicy.limit),
      text.contains(where: { !$0.isWhitespace })
    {
      return String(text.prefix(4096))
    }
    return rule.message ?? "the rule does not hold"
  }
}
