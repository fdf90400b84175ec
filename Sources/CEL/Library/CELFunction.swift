/// One overload of a function: its name, its types, and what it does.
///
/// Before `body` runs, the arguments were compared with `parameters` by kind (an argument of type
/// `list(int)` is known to be a list, not what is in it), so a body may assume the kinds but not
/// the types within.
package struct CELFunction: Sendable {
  /// The full name, such as `size` or `math.greatest`.
  package let name: String
  /// Whether it is called as `first.name(rest)`.
  package let isMember: Bool
  /// The types of the parameters; of a member the first is the receiver.
  package let parameters: [CELType]
  /// Whether the last parameter may be repeated any number of times, also zero times.
  package let isVariadic: Bool
  /// The type of the result.
  package let result: CELType
  /// What it does.
  package let body: CELBody
  /// Looks at the arguments that are constants (nil for the others) when an expression is compiled.
  ///
  /// Gives a faster body (with the same parameters), or nil to use `body`; fails to make the
  /// constant a problem of the expression, such as a pattern that does not parse.
  package let prepare: (@Sendable ([CELValue?]) throws(CELFailure) -> CELBody?)?

  /// A function or, with `isMember`, a method.
  package init(
    _ name: String, isMember: Bool = false, _ parameters: [CELType], isVariadic: Bool = false,
    _ result: CELType, _ body: CELBody,
    prepare: (@Sendable ([CELValue?]) throws(CELFailure) -> CELBody?)? = nil
  ) {
    self.name = name
    self.isMember = isMember
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.result = result
    self.body = body
    self.prepare = prepare
  }

  /// The signature as messages show it, such as `string.contains(string)`.
  package var signature: String {
    var types = parameters.map(\.description)
    if isVariadic, let last = types.popLast() { types.append(last + "...") }
    guard isMember, let receiver = types.first else {
      return "\(name)(\(types.joined(separator: ", ")))"
    }
    return "\(receiver).\(name)(\(types.dropFirst().joined(separator: ", ")))"
  }
}

/// What a function does, by how many arguments it takes.
///
/// A body must give the same for the same arguments: calls with constants run when the expression
/// is compiled. It charges `frame` in proportion to the sizes that it handles.
package enum CELBody: Sendable {
  case zero(@Sendable (inout CELFrame) throws(CELFailure) -> CELValue)
  case one(@Sendable (CELValue, inout CELFrame) throws(CELFailure) -> CELValue)
  case two(@Sendable (CELValue, CELValue, inout CELFrame) throws(CELFailure) -> CELValue)
  case three(
    @Sendable (CELValue, CELValue, CELValue, inout CELFrame) throws(CELFailure) -> CELValue)
  /// Any number; variadic functions must have this form.
  case many(@Sendable ([CELValue], inout CELFrame) throws(CELFailure) -> CELValue)
}
