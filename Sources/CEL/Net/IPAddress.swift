/// An address of IPv4 or IPv6, without a zone.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// The bits; an IPv4 address has 32.
  package let bits: UInt128
  /// 4 or 6.
  package let family: Int64

  /// The number of bits of an address of this family.
  package var width: Int { family == 4 ? 32 : 128 }

  /// Why a text is no address.
  package enum Problem: Error, Hashable, Sendable {
    case malformed, zone, mapped

    /// The reason, for a person.
    package var reason: String {
      switch self {
      case .malformed: "parse error during conversion from string"
      case .zone: "IP Address with zone value is not allowed"
      case .mapped: "IPv4-mapped IPv6 address is not allowed"
      }
    }
  }

  /// Makes an address of its bits.
  package init(bits: UInt128, family: Int64) {
    self.bits = bits
    self.family = family
  }

  /// Reads `text`, as strictly as Go's `netip` does.
  ///
  /// `::ffff:c0a8:1` is the IPv4 address that it stands for, so that no rule can be got around by
  /// another way of writing; with the IPv4 address in dots it is refused.
  package init(parsing text: String) throws(Problem) {
    guard text.utf8.count <= 64 else { throw .malformed }
    guard text.utf8.contains(UInt8(ascii: ":")) else {
      guard let bits = Self.dotted(text[...]) else { throw .malformed }
      self.init(bits: UInt128(bits), family: 4)
      return
    }
    if text.utf8.contains(UInt8(ascii: "%")) { throw .zone }
    guard let bits = Self.groups(text) else { throw .malformed }
    guard bits >> 32 == 0xFFFF else {
      self.init(bits: bits, family: 6)
      return
    }
    if text.utf8.contains(UInt8(ascii: ".")) { throw .mapped }
    self.init(bits: bits & 0xFFFF_FFFF, family: 4)
  }

  /// The bits of `1.2.3.4`; nil where it is none.
  private static func dotted(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part == "0" || !part.hasPrefix("0"),
        part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part)
      else { return nil }
      bits = bits << 8 | UInt32(byte)
    }
    return bits
  }

  /// The bits of an IPv6 address; nil where it is none.
  private static func groups(_ text: String) -> UInt128? {
    var head: [UInt16] = []
    var tail: [UInt16]?
    var rest = text[...]
    if rest.hasPrefix("::") {
      tail = []
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let part = rest.prefix { $0 != ":" }
      rest = rest.dropFirst(part.count)
      if part.contains(".") {
        guard rest.isEmpty, let bits = dotted(part) else { return nil }
        let pair = [UInt16(bits >> 16), UInt16(bits & 0xFFFF)]
        if tail == nil { head += pair } else { tail? += pair }
        break
      }
      guard (1...4).contains(part.utf8.count),
        part.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
        let group = UInt16(part, radix: 16)
      else { return nil }
      if tail == nil { head.append(group) } else { tail?.append(group) }
      guard !rest.isEmpty else { break }
      if rest.hasPrefix("::") {
        guard tail == nil else { return nil }
        tail = []
        rest = rest.dropFirst(2)
      } else {
        rest = rest.dropFirst()
        if rest.isEmpty { return nil }
      }
    }
    return joined(head, tail)
  }

  private static func joined(_ head: [UInt16], _ tail: [UInt16]?) -> UInt128? {
    var all = head
    if let tail {
      guard head.count + tail.count < 8 else { return nil }
      all += [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail
    }
    guard all.count == 8 else { return nil }
    return all.reduce(0) { $0 << 16 | UInt128($1) }
  }

  /// The address as RFC 5952 wants it.
  package var description: String {
    if family == 4 {
      return [24, 16, 8, 0].map { String((bits >> $0) & 0xFF) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
    var longest = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(longest.count, 1) { longest = start..<end }
      start = end + 1
    }
    let texts = groups.map { String($0, radix: 16) }
    guard !longest.isEmpty else { return texts.joined(separator: ":") }
    return texts[..<longest.lowerBound].joined(separator: ":") + "::"
      + texts[longest.upperBound...].joined(separator: ":")
  }
}

/// What an address is for.
extension IPAddress {
  /// Whether it is 0.0.0.0 or `::`.
  package var isUnspecified: Bool { bits == 0 }

  /// Whether it is the machine itself.
  package var isLoopback: Bool { family == 4 ? bits >> 24 == 127 : bits == 1 }

  /// Whether it is one of a group of machines.
  package var isMulticast: Bool { family == 4 ? bits >> 28 == 0xE : bits >> 120 == 0xFF }

  /// Whether it is a group on the local link.
  package var isLinkLocalMulticast: Bool {
    family == 4 ? bits >> 8 == 0xE00000 : (bits >> 112) & 0xFF0F == 0xFF02
  }

  /// Whether it is a machine on the local link.
  package var isLinkLocalUnicast: Bool {
    family == 4 ? bits >> 16 == 0xA9FE : bits >> 118 == 0x3FA
  }

  /// Whether it is one machine, neither the present one nor only on the local link.
  package var isGlobalUnicast: Bool {
    let isBroadcast = family == 4 && bits == 0xFFFF_FFFF
    return !isBroadcast && !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast
  }
}
