package import CEL
package import Resources

extension CompiledPolicy {
  /// A mistake in an expression of a policy.
  package struct Mistake: Error, Sendable {
    /// Where the expression stands, below the spec.
    package var tokens: [String]
    package var problem: CELProblem
  }

  /// Compiles a canonical spec, and collects every mistake.
  ///
  /// - Parameter recordsBranches: whether the programs tell which branches were taken.
  package static func compile(
    name: String, spec: Value, recordsBranches: Bool = false,
  ) -> (policy: CompiledPolicy?, mistakes: [Mistake]) {
    var compiler = PolicyCompiler(spec: spec, recordsBranches: recordsBranches)
    let policy = compiler.compile(name: name)
    return (compiler.mistakes.isEmpty ? policy : nil, compiler.mistakes)
  }
}

private struct PolicyCompiler {
  let spec: Value
  let recordsBranches: Bool
  var mistakes: [CompiledPolicy.Mistake] = []
  /// The variables that no expression can use yet.
  private var later: [String] = []
  private var environment: CELEnvironment

  init(spec: Value, recordsBranches: Bool) {
    self.spec = spec
    self.recordsBranches = recordsBranches
    environment = PolicyVariables.environment(
      kinds: (spec["match"]?["kinds"]?.array ?? []).compactMap(\.string),
      scope: spec["scope"]?.string ?? "object", parameters: spec["parameters"])
  }

  mutating func compile(name: String) -> CompiledPolicy {
    let variables = spec["variables"]?.array ?? []
    // Each may use those before it, and keeps its slot when more are declared.
    var compiled: [CompiledPolicy.Variable] = []
    for (index, variable) in variables.enumerated() {
      let name = variable["name"]?.string ?? ""
      later = variables[index...].compactMap { $0["name"]?.string }
      let program = program(variable["expression"], ["variables", "\(index)", "expression"])
      environment = environment.declaring(["variables.\(name)": program?.resultType ?? .dyn])
      guard let program, let slot = environment.slot(of: "variables.\(name)") else { continue }
      compiled.append(CompiledPolicy.Variable(name: name, program: program, slot: slot))
    }
    later = []
    Self.plan(&compiled)
    let deferrals = CELDeferrals(
      Dictionary(compiled.map { ($0.slot, $0.program) }) { first, _ in first }, in: environment,
      limit: CompiledPolicy.limit)
    var rules = rules()
    for index in rules.indices {
      let paths = Self.paths(of: rules[index].program, compiled)
      func uses(_ name: String) -> Bool {
        paths.contains { path in
          [name, "change.\(name)"].contains { path == $0 || path.hasPrefix($0 + ".") }
        }
      }
      rules[index].usesObject = uses("object")
      rules[index].usesOldObject = uses("oldObject")
    }
    let programs =
      compiled.map(\.program)
      + rules.flatMap { [$0.program, $0.messageProgram] }
      .compactMap(\.self)
    return CompiledPolicy(
      name: name, severity: spec["severity"]?.string ?? "deny",
      isAboutPlan: spec["scope"] == "plan", match: PolicyMatch(spec["match"]), rules: rules,
      variables: compiled, approvers: Int(spec["approval"]?["approvers"]?.integer ?? 1),
      roles: (spec["approval"]?["roles"]?.array ?? []).compactMap(\.string),
      liveKinds: Self.liveKinds(programs), deferrals: deferrals,
      environment: environment, slots: CompiledPolicy.Slots(environment),
      parameters: CELValue(spec["parameters"] ?? .object([])))
  }

  /// How deep the evaluation of variables may be nested, as each level takes stack.
  private static let nestingLimit = 4

  /// Finds out which variables are the same for all changes, and which cannot wait.
  private static func plan(_ variables: inout [CompiledPolicy.Variable]) {
    var shared: Set<String> = ["plan", "live", "params"]
    var nesting: [String: Int] = [:]
    for index in variables.indices {
      let name = "variables.\(variables[index].name)"
      let used = variables[index].program.variables
      if shared.isSuperset(of: used) {
        variables[index].isShared = true
        shared.insert(name)
      }
      let depth = 1 + (used.compactMap { nesting[$0] }.max() ?? 0)
      variables[index].isEager = depth > nestingLimit
      nesting[name] = variables[index].isEager ? 0 : depth
    }
  }

  private mutating func rules() -> [CompiledPolicy.Rule] {
    var rules: [CompiledPolicy.Rule] = []
    for (index, validation) in (spec["validations"]?.array ?? []).enumerated() {
      let tokens = ["validations", "\(index)"]
      let message = program(
        validation["messageExpression"], tokens + ["messageExpression"], expecting: .string)
      guard
        let program = program(
          validation["expression"], tokens + ["expression"], expecting: .bool)
      else { continue }
      rules.append(
        CompiledPolicy.Rule(
          index: index, program: program, messageProgram: message,
          message: validation["message"]?.string, reason: validation["reason"]?.string,
          pointer: validation["field"]?.string.map { JSONPointer(dotted: $0) }))
    }
    return rules
  }

  private mutating func program(
    _ source: Value?, _ tokens: [String], expecting type: CELType? = nil,
  ) -> CELProgram? {
    guard let source = source?.string else { return nil }
    do throws(CELProblems) {
      return try environment.compile(
        source, expecting: type, recordsBranches: recordsBranches)
    } catch {
      mistakes += error.all.map {
        CompiledPolicy.Mistake(tokens: tokens, problem: explained($0, in: source))
      }
      return nil
    }
  }

  /// The problem, in other words where it is that a variable comes too late.
  private func explained(_ problem: CELProblem, in source: String) -> CELProblem {
    let rest = String(decoding: source.utf8.dropFirst(problem.offset), as: UTF8.self)
    let start = "variables."
    let name = String(
      rest.dropFirst(start.count).prefix { $0 == "_" || $0.isLetter || $0.isNumber })
    guard rest.hasPrefix(start), later.contains(name) else { return problem }
    return CELProblem(
      "'variables.\(name)' has no value here yet", offset: problem.offset, length: problem.length,
      hint: "a variable can use those that stand before it")
  }

  /// The variables and fields that a program touches, through variables too.
  private static func paths(
    of program: CELProgram, _ variables: [CompiledPolicy.Variable],
  ) -> Set<String> {
    var names = Set(program.variables)
    var paths = Set(program.paths)
    // Each variable uses only those before it.
    for variable in variables.reversed() where names.contains("variables.\(variable.name)") {
      names.formUnion(variable.program.variables)
      paths.formUnion(variable.program.paths)
    }
    return paths
  }

  /// The kinds that paths such as `live.Job` name; all kinds where `live` is used as a whole.
  private static func liveKinds(_ programs: [CELProgram]) -> [String] {
    var kinds: Set<String> = []
    for program in programs where program.variables.contains("live") {
      let named = program.paths.compactMap { path -> String? in
        let words = path.split(separator: ".")
        return words.count > 1 && words[0] == "live" ? String(words[1]) : nil
      }
      kinds.formUnion(program.paths.contains("live") ? KindRegistry.standard.names : named)
    }
    return kinds.sorted()
  }
}
