/// Functions, constants, constructors and macros that an environment offers together.
package struct CELLibrary: Sendable {
  /// The name for people, such as `strings`.
  package let name: String
  /// The overloads; of several that fit, the first is called.
  package let functions: [CELFunction]
  /// Names for values, such as `int` for a type.
  package let constants: [CELConstant]
  /// What `Name{field: value}` builds.
  package let constructors: [CELConstructor]
  /// Macros that the library turns on.
  package let macros: Set<CELMacro>

  /// A library called `name`.
  package init(
    _ name: String, functions: [CELFunction] = [], constants: [CELConstant] = [],
    constructors: [CELConstructor] = [], macros: Set<CELMacro> = []
  ) {
    self.name = name
    self.functions = functions
    self.constants = constants
    self.constructors = constructors
    self.macros = macros
  }
}

/// A name that always stands for the same value.
package struct CELConstant: Sendable {
  /// The full name, such as `google.protobuf.Timestamp`.
  package let name: String
  /// The type of the value.
  package let type: CELType
  /// The value.
  package let value: CELValue

  /// `name` stands for `value`.
  package init(_ name: String, _ type: CELType, _ value: CELValue) {
    self.name = name
    self.type = type
    self.value = value
  }

  /// `name` stands for the type with that name.
  package init(type name: String) { self.init(name, .type, .type(name)) }
}

/// What `Name{field: value}` builds.
package struct CELConstructor: Sendable {
  /// The full name.
  package let name: String
  /// The fields that may be given.
  package let fields: [String: CELType]
  /// The type of the result.
  package let result: CELType
  /// Makes the value from the given fields.
  package let build: @Sendable ([String: CELValue]) throws(CELFailure) -> CELValue

  /// `Name{…}` gives what `build` makes of the fields.
  package init(
    _ name: String, fields: [String: CELType], result: CELType,
    build: @escaping @Sendable ([String: CELValue]) throws(CELFailure) -> CELValue
  ) {
    self.name = name
    self.fields = fields
    self.result = result
    self.build = build
  }
}

/// Calls that the parser turns into something else.
package enum CELMacro: String, Sendable, Hashable, CaseIterable {
  case has, all, exists, existsOne = "exists_one", map, filter
  /// `all`, `exists`, `existsOne`, `transformList`, `transformMap`, `transformMapEntry` with two
  /// variables.
  case twoVariables
  /// `cel.bind(name, value, body)`.
  case bind
  /// `optMap` and `optFlatMap`.
  case optionals
  /// `list.sortBy(element, key)`.
  case sortBy
  /// `cel.block`, `cel.index`, `cel.iterVar`.
  case block
}
