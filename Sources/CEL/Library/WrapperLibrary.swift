extension CELLibrary {
  /// The wrappers of protobuf, such as `google.protobuf.Int32Value{value: 1}`, which are their value.
  package static let wrappers = CELLibrary(
    "wrappers",
    constants: [CELConstant("google.protobuf.NullValue.NULL_VALUE", .int, .int(0))],
    constructors: [
      wrapper("BoolValue", .bool, .bool(false)),
      wrapper("Int32Value", .int, .int(0)),
      wrapper("Int64Value", .int, .int(0)),
      wrapper("UInt32Value", .uint, .uint(0)),
      wrapper("UInt64Value", .uint, .uint(0)),
      wrapper("FloatValue", .double, .double(0)),
      wrapper("DoubleValue", .double, .double(0)),
      wrapper("StringValue", .string, .string("")),
      wrapper("BytesValue", .bytes, .bytes([])),
      CELConstructor(
        "google.protobuf.Value",
        fields: [
          "null_value": .int, "number_value": .double, "string_value": .string,
          "bool_value": .bool,
        ], result: .dyn
      ) { (fields) throws(CELFailure) in
        guard fields.count <= 1 else {
          throw CELFailure(.invalidArgument, "google.protobuf.Value has one value at most")
        }
        guard fields["null_value"] == nil, let value = fields.values.first else { return .null }
        return value
      },
    ])

  private static func wrapper(
    _ name: String, _ type: CELType, _ initial: CELValue
  ) -> CELConstructor {
    CELConstructor("google.protobuf.\(name)", fields: ["value": type], result: type) {
      (fields) throws(CELFailure) in
      let value = fields["value"] ?? initial
      guard type.kinds & value.kind.bit != 0 else { throw mismatch(name, value) }
      return value
    }
  }
}
