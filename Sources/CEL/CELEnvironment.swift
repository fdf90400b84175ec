/// What expressions may use: variables, functions, macros, limits.
///
/// Build one and share it: compiled programs keep what they need of it.
package struct CELEnvironment: Sendable {
  /// The declared variables by their full name, which may have dots.
  package let variables: [String: CELType]
  /// The names of the variables in the order of their slots.
  package let variableNames: [String]
  /// The namespace in which names are looked up first, such as `com.example`.
  package let container: String
  /// How large expressions may be.
  package let bounds: CELBounds
  /// Whether `a.?b`, `a[?b]`, `[?a]` and `{?a: b}` are allowed.
  package let hasOptionalSyntax: Bool
  /// Seconds east of UTC in a named time zone; nil for unknown zones.
  package let offsetInZone: CELZoneResolver
  let slots: [String: Int]
  let functions: [String: [CELFunction]]
  let constants: [String: CELConstant]
  let constructors: [String: CELConstructor]
  let macros: Set<CELMacro>

  /// An environment with `variables` and the functions of `libraries`.
  ///
  /// Without macros, `has(…)`, `all(…)` and the like are calls of undeclared functions.
  package init(
    variables: [String: CELType] = [:], container: String = "",
    libraries: [CELLibrary] = [.standard], bounds: CELBounds = CELBounds(),
    hasMacros: Bool = true, hasOptionalSyntax: Bool = true,
    offsetInZone: @escaping CELZoneResolver = { _, _ in nil }
  ) {
    self.variables = variables
    self.container = container
    self.bounds = bounds
    self.hasOptionalSyntax = hasOptionalSyntax
    self.offsetInZone = offsetInZone
    variableNames = variables.keys.sorted()
    var slots: [String: Int] = [:]
    for (slot, name) in variableNames.enumerated() { slots[name] = slot }
    self.slots = slots
    var functions: [String: [CELFunction]] = [:]
    var constants: [String: CELConstant] = [:]
    var constructors: [String: CELConstructor] = [:]
    var macros: Set<CELMacro> = []
    for library in libraries {
      for function in library.functions { functions[function.name, default: []].append(function) }
      for constant in library.constants { constants[constant.name] = constant }
      for constructor in library.constructors { constructors[constructor.name] = constructor }
      if hasMacros { macros.formUnion(library.macros) }
    }
    self.functions = functions
    self.constants = constants
    self.constructors = constructors
    self.macros = macros
  }

  /// This environment with more variables; shares its functions.
  ///
  /// The slots stay what they are, so that a program of this environment may run with bindings of that
  /// one.
  package func declaring(_ more: [String: CELType]) -> CELEnvironment {
    CELEnvironment(self, variables: variables.merging(more) { _, new in new })
  }

  private init(_ other: CELEnvironment, variables: [String: CELType]) {
    self.variables = variables
    container = other.container
    bounds = other.bounds
    hasOptionalSyntax = other.hasOptionalSyntax
    offsetInZone = other.offsetInZone
    functions = other.functions
    constants = other.constants
    constructors = other.constructors
    macros = other.macros
    variableNames =
      other.variableNames + variables.keys.filter { other.slots[$0] == nil }.sorted()
    var slots = other.slots
    for slot in other.variableNames.count..<variableNames.count {
      slots[variableNames[slot]] = slot
    }
    self.slots = slots
  }

  /// The slot of a declared variable, for `CELBindings`.
  package func slot(of variable: String) -> Int? { slots[variable] }

  /// The names that `name` may stand for, the innermost container first.
  func candidates(for name: String, isRooted: Bool) -> [String] {
    guard !isRooted, !container.isEmpty else { return [name] }
    var candidates: [String] = []
    var prefix = container[...]
    while !prefix.isEmpty {
      candidates.append("\(prefix).\(name)")
      prefix = prefix.lastIndex(of: ".").map { prefix[..<$0] } ?? ""
    }
    candidates.append(name)
    return candidates
  }
}
