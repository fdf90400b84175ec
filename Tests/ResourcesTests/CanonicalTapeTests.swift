import Resources
import Testing

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// A tape gives what reading gives, or there is none.
@Suite struct CanonicalTapeTests {
  private static let texts = [
    "", "a", "name", "é", "😀", "\n", "\"\\\u{8}\u{C}\r\t", "\u{0}\u{1F}", "/", "a b", "\u{7F}",
  ]

  private static func value(
    _ depth: Int, _ generator: inout some RandomNumberGenerator,
  ) -> Value {
    switch Int.random(in: 0..<(depth == 0 ? 6 : 9), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .integer(.random(in: -10...10, using: &generator))
    case 3: return .integer(.random(in: .min ... .max, using: &generator))
    case 4: return .number(.random(in: -1e9...1e9, using: &generator))
    case 5: return .string(texts.randomElement(using: &generator) ?? "")
    case 6:
      return .array(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth - 1, &generator) })
    default:
      return .sorted(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          Value.Member(
            ["a", "b", "ba", "é", "kind"].randomElement(using: &generator) ?? "a",
            value(depth - 1, &generator))
        })
    }
  }

  @Test func decodesWhatWasWritten() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SplitMix(state: seed)
    for _ in 0..<3_000 {
      let value = Self.value(4, &generator)
      let bytes = CanonicalJSON.bytes(of: value)
      let tape = try #require(CanonicalTape(bytes), "seed \(seed)")
      // A whole number that was written without its fraction is read as one.
      #expect(try tape.value(of: tape.root) == JSONReader.read(bytes), "seed \(seed)")
      guard case .object(let members) = value else { continue }
      for member in members {
        let node = try #require(tape.member(member.key, of: tape.root))
        #expect(
          CanonicalJSON.bytes(of: tape.value(of: node)) == CanonicalJSON.bytes(of: member.value))
      }
      #expect(tape.member("absent", of: tape.root) == nil)
    }
  }

  @Test func neverReadsWhatIsNoJSON() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SplitMix(state: seed)
    var refused = 0
    for _ in 0..<6_000 {
      var bytes = CanonicalJSON.bytes(of: Self.value(3, &generator))
      for _ in 0..<Int.random(in: 1...2, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = Array("\"\\,:{}[]01-.eu \u{1}é".utf8).randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.removeSubrange(place...)
        }
        if bytes.isEmpty { bytes = [byte] }
      }
      let note: Comment = "seed \(seed): \(String(decoding: bytes, as: UTF8.self)) \(bytes)"
      let content = CanonicalContent(canonical: bytes)
      let read = try? JSONReader.read(bytes)
      #expect(content?.value(at: []) == read, note)
      if CanonicalTape(bytes) == nil { refused += 1 }
    }
    #expect(refused > 1_000)
  }

  @Test(arguments: [
    " {}", "{} ", "[1, 2]", #"{"b":1,"a":2}"#, #"{"a":1,"a":2}"#, #"{"\u0061":1}"#, #""\u0041""#,
    #""\u001F""#, #""\/""#, "01", "1.", "[1,]", "[", "\"", "{\"a\"", "\"\u{1}\"", "-", "nul", "",
    #"{"key":"aaaaaaaaaaaa"#, "{\"key\":\"aaaaaaaaaaaa\u{1F}aaaa\"}", #"{"ab":1,"aa":2}"#,
    String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
  ])
  func thereIsNoTapeOfOtherForms(_ text: String) {
    #expect(CanonicalTape(Array(text.utf8)) == nil)
  }

  @Test func takesTheDepthThatIsRead() throws {
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    let tape = try #require(CanonicalTape(Array(text.utf8)))
    #expect(try tape.value(of: 0) == JSONReader.read(Array(text.utf8)))
  }

  @Test(arguments: ["\"", "\\", "\n", "\u{1F}", "é", "😀", ""])
  func aTextIsFoundWhereverSomethingStandsInIt(_ sign: String) throws {
    for length in 0...24 {
      for place in 0...length {
        let plain = String(repeating: "a", count: length)
        let text = plain.prefix(place) + sign + plain.dropFirst(place)
        let bytes = CanonicalJSON.bytes(of: ["key": .string(String(text)), "last": "b"])
        let tape = try #require(CanonicalTape(bytes), "\(text)")
        let node = try #require(tape.member("key", of: tape.root))
        #expect(tape.text(of: node) == String(text))
        var added = Array("before ".utf8)
        tape.addText(of: node, to: &added)
        #expect(added == Array("before \(text)".utf8))
        #expect(tape.isText(node, equalTo: String(text)) == (tape.kind(of: node) == .plainText))
        #expect(!tape.isText(node, equalTo: text + "a"))
      }
    }
  }
}
