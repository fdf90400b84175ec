extension CELLibrary {
  /// `base64.encode` and `base64.decode`.
  package static let encoders = CELLibrary(
    "encoders",
    functions: [
      CELFunction(
        "base64.encode", [.bytes], .string,
        .one { value, frame throws(CELFailure) in
          guard case .bytes(let bytes) = value else { throw mismatch("base64.encode", value) }
          try frame.charge(bytes: bytes.count * 2)
          return .string(Base64.encoded(bytes))
        }),
      CELFunction(
        "base64.decode", [.string], .bytes,
        .one { value, frame throws(CELFailure) in
          let text = try CELArguments.string(value, "base64.decode")
          try frame.charge(bytes: text.utf8.count * 2)
          guard let bytes = Base64.decoded(text) else {
            throw CELFailure(
              .invalidArgument, "'\(CELRendering.cut(text))' is not well-formed base64")
          }
          return .bytes(bytes)
        }),
    ])
}
