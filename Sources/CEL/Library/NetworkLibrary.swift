extension CELLibrary {
  /// Addresses, address ranges and URLs: `ip`, `cidr` and `url` with what they offer.
  package static let network = CELLibrary(
    "network",
    functions: NetworkFunctions.addresses + NetworkFunctions.ranges + NetworkFunctions.urls,
    constants: [
      CELConstant(type: "net.IP"), CELConstant(type: "net.CIDR"),
      CELConstant(type: "kubernetes.URL"),
    ])
}

private enum NetworkFunctions {
  private static let ip = CELType.opaque("net.IP")
  private static let cidr = CELType.opaque("net.CIDR")
  private static let url = CELType.opaque("kubernetes.URL")

  private static func boxed(_ address: IPAddress) -> CELValue {
    .opaque(CELBox(address, typeName: "net.IP"))
  }

  private static func boxed(_ range: AddressRange) -> CELValue {
    .opaque(CELBox(range, typeName: "net.CIDR"))
  }

  private static func address(_ text: String) throws(CELFailure) -> IPAddress {
    do throws(IPAddress.Problem) {
      return try IPAddress(parsing: text)
    } catch {
      throw CELFailure(
        .invalidArgument, "IP Address '\(CELRendering.cut(text))' \(error.reason)")
    }
  }

  private static func range(_ text: String) throws(CELFailure) -> AddressRange {
    do throws(AddressRange.Problem) {
      return try AddressRange(parsing: text)
    } catch {
      throw CELFailure(.invalidArgument, "'\(CELRendering.cut(text))': \(error.reason)")
    }
  }

  // MARK: Addresses

  private static func property(
    _ name: String, _ result: CELType, _ read: @escaping @Sendable (IPAddress) -> CELValue
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [ip], result,
      .one { value, _ throws(CELFailure) in read(try CELArguments.boxed(value, name)) })
  }

  static let addresses: [CELFunction] = [
    CELFunction(
      "ip", [.string], ip,
      .one { value, _ throws(CELFailure) in
        boxed(try address(CELArguments.string(value, "ip")))
      }),
    CELFunction(
      "isIP", [.string], .bool,
      .one { value, _ throws(CELFailure) in
        let text = try CELArguments.string(value, "isIP")
        return .bool((try? IPAddress(parsing: text)) != nil)
      }),
    CELFunction(
      "ip.isCanonical", [.string], .bool,
      .one { value, _ throws(CELFailure) in
        let text = try CELArguments.string(value, "ip.isCanonical")
        return .bool(CELText.areEqual(try address(text).description, text))
      }),
    CELFunction(
      "string", [ip], .string,
      .one { value, _ throws(CELFailure) in
        let address: IPAddress = try CELArguments.boxed(value, "string")
        return .string(address.description)
      }),
    property("family", .int) { .int($0.family) },
    property("isUnspecified", .bool) { .bool($0.isUnspecified) },
    property("isLoopback", .bool) { .bool($0.isLoopback) },
    property("isGlobalUnicast", .bool) { .bool($0.isGlobalUnicast) },
    property("isLinkLocalUnicast", .bool) { .bool($0.isLinkLocalUnicast) },
    property("isLinkLocalMulticast", .bool) { .bool($0.isLinkLocalMulticast) },
  ]

  // MARK: Ranges

  private static func property(
    ofRange name: String, _ result: CELType,
    _ read: @escaping @Sendable (AddressRange) -> CELValue
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [cidr], result,
      .one { value, _ throws(CELFailure) in read(try CELArguments.boxed(value, name)) })
  }

  /// Whether something lies in a range, given as a value or as text.
  private static func contains<Inner: Equatable & Sendable & CustomStringConvertible>(
    _ name: String, _ type: CELType,
    parse: @escaping @Sendable (String) throws(CELFailure) -> Inner,
    _ holds: @escaping @Sendable (AddressRange, Inner) -> Bool
  ) -> [CELFunction] {
    [
      CELFunction(
        name, isMember: true, [cidr, type], .bool,
        .two { range, inner, _ throws(CELFailure) in
          .bool(holds(try CELArguments.boxed(range, name), try CELArguments.boxed(inner, name)))
        }),
      CELFunction(
        name, isMember: true, [cidr, .string], .bool,
        .two { range, inner, _ throws(CELFailure) in
          let inner = try parse(CELArguments.string(inner, name))
          return .bool(holds(try CELArguments.boxed(range, name), inner))
        }),
    ]
  }

  static let ranges: [CELFunction] =
    [
      CELFunction(
        "cidr", [.string], cidr,
        .one { value, _ throws(CELFailure) in
          boxed(try range(CELArguments.string(value, "cidr")))
        }),
      CELFunction(
        "isCIDR", [.string], .bool,
        .one { value, _ throws(CELFailure) in
          let text = try CELArguments.string(value, "isCIDR")
          return .bool((try? AddressRange(parsing: text)) != nil)
        }),
      CELFunction(
        "string", [cidr], .string,
        .one { value, _ throws(CELFailure) in
          let range: AddressRange = try CELArguments.boxed(value, "string")
          return .string(range.description)
        }),
      property(ofRange: "ip", ip) { boxed($0.address) },
      property(ofRange: "masked", cidr) { boxed($0.masked) },
      property(ofRange: "prefixLength", .int) { .int(Int64($0.prefixLength)) },
    ]
    + contains("containsIP", ip, parse: address) { $0.contains($1) }
    + contains("containsCIDR", cidr, parse: range) { $0.contains($1) }

  // MARK: URLs

  private static func property(
    ofURL name: String, _ read: @escaping @Sendable (WebAddress) -> String
  ) -> CELFunction {
    CELFunction(
      name, isMember: true, [url], .string,
      .one { value, frame throws(CELFailure) in
        let text = read(try CELArguments.boxed(value, name))
        try frame.charge(bytes: text.utf8.count)
        return .string(text)
      })
  }

  static let urls: [CELFunction] = [
    CELFunction(
      "url", [.string], url,
      .one { value, frame throws(CELFailure) in
        let text = try CELArguments.string(value, "url")
        try frame.charge(bytes: text.utf8.count * 4)
        guard let address = WebAddress(parsing: text) else {
          throw CELFailure(
            .invalidArgument,
            "'\(CELRendering.cut(text))' is no URL: it must be absolute or begin with a slash")
        }
        return .opaque(CELBox(address, typeName: "kubernetes.URL"))
      }),
    CELFunction(
      "isURL", [.string], .bool,
      .one { value, frame throws(CELFailure) in
        let text = try CELArguments.string(value, "isURL")
        try frame.charge(bytes: text.utf8.count * 4)
        return .bool(WebAddress(parsing: text) != nil)
      }),
    property(ofURL: "getScheme") { $0.scheme },
    property(ofURL: "getHost") { $0.host },
    property(ofURL: "getHostname") { $0.hostname },
    property(ofURL: "getPort") { $0.port },
    property(ofURL: "getEscapedPath") { $0.escapedPath },
    CELFunction(
      "getQuery", isMember: true, [url], .map(.string, .list(.string)),
      .one { value, frame throws(CELFailure) in
        let address: WebAddress = try CELArguments.boxed(value, "getQuery")
        try frame.charge(1 + address.query.utf8.count)
        return .map(
          CELMap(
            address.parameters.map { parameter in
              (.string(parameter.name), .list(parameter.values.map { .string($0) }))
            }))
      }),
  ]
}
