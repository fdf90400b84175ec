extension CELLibrary {
  /// `cel.bind(name, value, expression)`.
  package static let bindings = CELLibrary("bindings", macros: [.bind])

  /// `cel.block([…], expression)` with `cel.index(n)` and `cel.iterVar(depth, order)`.
  package static let blocks = CELLibrary("blocks", macros: [.block])

  /// `all`, `exists`, `existsOne`, `transformList`, `transformMap`, `transformMapEntry` with two
  /// variables.
  package static let twoVariables = CELLibrary("two variables", macros: [.twoVariables])
}
