/// A range of addresses in CIDR notation, such as `10.0.0.0/8`.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  /// The address before the slash, as it was written.
  package let address: IPAddress
  /// The number of bits that all addresses of the range share.
  package let prefixLength: Int

  /// Why a text is no range.
  package enum Problem: Error, Hashable, Sendable {
    case malformed, zone, mapped

    /// The reason, for a person.
    package var reason: String {
      switch self {
      case .malformed: "network address parse error during conversion from string"
      case .zone: "CIDR with zone value is not allowed"
      case .mapped: "IPv4-mapped IPv6 address is not allowed"
      }
    }
  }

  /// Makes the range of the addresses that share `prefixLength` bits with `address`.
  package init(address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = max(0, min(prefixLength, address.width))
  }

  /// Reads `text`.
  package init(parsing text: String) throws(Problem) {
    guard text.utf8.count <= 72, let slash = text.lastIndex(of: "/") else { throw .malformed }
    let written = String(text[..<slash])
    let address: IPAddress
    do throws(IPAddress.Problem) {
      address = try IPAddress(parsing: written)
    } catch {
      switch error {
      case .malformed: throw .malformed
      case .zone: throw .zone
      case .mapped: throw .mapped
      }
    }
    if address.family == 4, written.contains(":") { throw .mapped }
    let length = text[text.index(after: slash)...]
    guard (1...3).contains(length.utf8.count), length == "0" || !length.hasPrefix("0"),
      length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(length),
      bits <= address.width
    else { throw .malformed }
    self.init(address: address, prefixLength: bits)
  }

  /// The range with the first of its addresses before the slash.
  package var masked: AddressRange {
    let free = address.width - prefixLength
    let bits = free >= 128 ? 0 : (address.bits >> UInt128(free)) << UInt128(free)
    return AddressRange(
      address: IPAddress(bits: bits, family: address.family), prefixLength: prefixLength)
  }

  /// Says whether `other` lies in the range.
  package func contains(_ other: IPAddress) -> Bool {
    guard other.family == address.family else { return false }
    let free = address.width - prefixLength
    return free >= 128 || (address.bits ^ other.bits) >> UInt128(free) == 0
  }

  /// Says whether all addresses of `other` lie in the range.
  package func contains(_ other: AddressRange) -> Bool {
    prefixLength <= other.prefixLength && contains(other.address)
  }

  /// The range as it is written.
  package var description: String { "\(address)/\(prefixLength)" }
}
