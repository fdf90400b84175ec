import CEL
import Testing

@Suite struct AddressTests {
  @Test(arguments: [
    ("1.2.3.4", "1.2.3.4"), ("::", "::"), ("::1", "::1"), ("1::", "1::"),
    ("2001:DB8::0068", "2001:db8::68"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
    ("0:0:1:0:0:1:0:0", "::1:0:0:1:0:0"),
    ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
    ("::ffff:c0a8:1", "192.168.0.1"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("::1.2.3.4", "::102:304"),
  ])
  func readsAndWrites(text: String, canonical: String) throws {
    #expect(try IPAddress(parsing: text).description == canonical)
    #expect(try IPAddress(parsing: canonical).description == canonical)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.4 ", "1..2.3", "+1.2.3.4", ":",
    ":::", "1:2",
    "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1:", ":1::", "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "fe80::1%en0", "::ffff:1.2.3.4", "[::1]", "１.2.3.4",
    "1:2:3:4:5:6:7:1.2.3.4",
  ])
  func refusesWhatIsNone(text: String) {
    #expect(throws: IPAddress.Problem.self) { try IPAddress(parsing: text) }
  }

  @Test func writesWhatItReads() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      var bits: UInt128 = 0
      for _ in 0..<8 {
        let group = Bool.random(using: &generator) ? 0 : UInt128(generator.next() & 0xFFFF)
        bits = bits << 16 | group
      }
      guard bits >> 32 != 0xFFFF else { continue }
      let address = IPAddress(bits: bits, family: 6)
      #expect(try IPAddress(parsing: address.description) == address, "seed \(seed)")
    }
  }

  @Test(arguments: [
    "", "/", "1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "::/129", "1.2.3.4/-1", "1.2.3.4/08",
    "1.2.3.4/+8", "1.2.3/8",
    "1.2.3.4/8/8", "::ffff:c0a8:1/120", "fe80::1%en0/64", "1.2.3.4/8 ",
  ])
  func refusesWhatIsNoRange(text: String) {
    #expect(throws: AddressRange.Problem.self) { try AddressRange(parsing: text) }
  }

  @Test(arguments: [
    ("0.0.0.0/0", "255.255.255.255", true), ("::/0", "ffff::1", true), ("::/0", "1.2.3.4", false),
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
    ("1.2.3.4/32", "1.2.3.4", true),
    ("10.1.2.3/8", "10.9.9.9", true), ("2001:db8::/33", "2001:db8:8000::1", false),
  ])
  func knowsWhatARangeHolds(range: String, address: String, holds: Bool) throws {
    #expect(try AddressRange(parsing: range).contains(IPAddress(parsing: address)) == holds)
  }

  @Test func masksAllLengths() throws {
    for length in 0...128 {
      let range = AddressRange(
        address: IPAddress(bits: .max, family: 6), prefixLength: length)
      #expect(range.masked.address.bits.nonzeroBitCount == length)
      #expect(range.masked.contains(range) && range.contains(range.masked))
    }
  }
}
