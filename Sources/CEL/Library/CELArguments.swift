/// Reads the arguments of functions as what they are declared to be.
///
/// A call is only made with arguments of the right kind, so these fail only where a list holds
/// something else than its declaration says.
enum CELArguments {
  static func string(_ value: CELValue, _ name: String) throws(CELFailure) -> String {
    guard case .string(let text) = value else { throw CELLibrary.mismatch(name, value) }
    return text
  }

  static func int(_ value: CELValue, _ name: String) throws(CELFailure) -> Int64 {
    guard case .int(let number) = value else { throw CELLibrary.mismatch(name, value) }
    return number
  }

  static func double(_ value: CELValue, _ name: String) throws(CELFailure) -> Double {
    guard case .double(let number) = value else { throw CELLibrary.mismatch(name, value) }
    return number
  }

  static func bool(_ value: CELValue, _ name: String) throws(CELFailure) -> Bool {
    guard case .bool(let bool) = value else { throw CELLibrary.mismatch(name, value) }
    return bool
  }

  static func list(
    _ value: CELValue, _ name: String
  ) throws(CELFailure) -> any CELListSource {
    guard case .list(let list) = value else { throw CELLibrary.mismatch(name, value) }
    return list
  }

  /// The value in an opaque of the library.
  static func boxed<Payload: Equatable & Sendable & CustomStringConvertible>(
    _ value: CELValue, _ name: String, as type: Payload.Type = Payload.self
  ) throws(CELFailure) -> Payload {
    guard case .opaque(let opaque) = value, let box = opaque as? CELBox<Payload> else {
      throw CELLibrary.mismatch(name, value)
    }
    return box.payload
  }
}

/// A value of a library in an expression.
final class CELBox<Payload: Equatable & Sendable & CustomStringConvertible>: CELOpaque {
  let payload: Payload
  let typeName: String

  init(_ payload: Payload, typeName: String) {
    self.payload = payload
    self.typeName = typeName
  }

  func isEqual(to other: any CELOpaque) -> Bool {
    guard let other = other as? CELBox<Payload> else { return false }
    return typeName == other.typeName && payload == other.payload
  }

  var description: String { payload.description }
}
