import Resources
import Testing

@Suite struct JSONReaderTests {
  static let readable: [(String, Value)] = [
    ("null", .null), ("true", true), (" false\r\n", false), ("0", 0), ("-0", 0), ("-12", -12),
    ("999999999999999999", 999_999_999_999_999_999),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.0", .number(1)),
    ("-1.5e-3", .number(-0.0015)), ("1E+2", .number(100)), ("0.1", .number(0.1)),
    ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-999", .number(0)),
    (#""""#, ""), (#""aé😀""#, "aé😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0041\u00e9\u20AC\ud83d\ude00x""#, "Aé€😀x"), (#""\u0000""#, "\0"), (#""a\nb""#, "a\nb"),
    ("[]", []), ("[ ]", []), ("[1,[2],{}]", [1, [2], [:]]), ("{}", [:]), ("{ }", [:]),
    (#"{"b":1,"a":{"c":null}}"#, ["a": ["c": .null], "b": 1]),
    ("\t[ 1 , 2 ]\n", [1, 2]),
  ]

  @Test(arguments: readable)
  func reads(_ text: String, _ expected: Value) throws {
    #expect(try JSONReader.read(Array(text.utf8)) == expected)
  }

  static let refused: [(String, Int, String)] = [
    ("", 0, "a value is missing"), ("  ", 2, "a value is missing"),
    ("nul", 0, "this starts no value"), ("True", 0, "this starts no value"),
    ("NaN", 0, "this starts no value"), ("+1", 0, "this starts no value"),
    (".5", 0, "this starts no value"), ("'a'", 0, "this starts no value"),
    ("\u{FEFF}1", 0, "this starts no value"), ("//", 0, "this starts no value"),
    ("1 2", 2, "something follows the value"), ("truex", 4, "something follows the value"),
    ("[1]]", 3, "something follows the value"), ("0x1", 1, "something follows the value"),
    ("01", 0, "a number starts with 0"), ("-01", 1, "a number starts with 0"),
    ("-", 1, "a digit is missing"), ("1.", 2, "a digit is missing"),
    ("1e", 2, "a digit is missing"),
    ("1.e3", 2, "a digit is missing"), ("1e+", 3, "a digit is missing"),
    ("[1e999]", 1, "a number is out of range"), ("-1e999", 0, "a number is out of range"),
    ("[", 1, "a value is missing"), ("[1", 2, #""," or "]" is missing"#),
    ("[1,]", 3, "this starts no value"), ("[,1]", 1, "this starts no value"),
    ("[1 2]", 3, #""," or "]" is missing"#), ("{", 1, "a key is missing"),
    ("{a:1}", 1, "a key is missing"), ("{\"a\"}", 4, "\":\" is missing"),
    ("{\"a\":}", 5, "this starts no value"), ("{\"a\":1", 6, #""," or "}" is missing"#),
    ("{\"a\":1,}", 7, "a key is missing"),
    (#"{"a":1,"b":2,"a":3}"#, 13, #"the key "a" is given twice"#),
    (#"{"a":1,"\u0061":3}"#, 7, #"the key "a" is given twice"#),
    (#""a"#, 2, "a string is not closed"), (#""a\"#, 2, "a string is not closed"),
    (#""a\n"#, 4, "a string is not closed"), ("\"a\nb\"", 2, "a control character must be escaped"),
    ("\"\\n\u{1}\"", 3, "a control character must be escaped"),
    (#""\x41""#, 1, "there is no such escape"), (#""\u12""#, 1, "an escape needs four digits"),
    (#""\u12g4""#, 1, "an escape needs four digits"), (#""\ud83d""#, 1, "a surrogate stands alone"),
    (#""\ud83dx""#, 1, "a surrogate stands alone"), (#""\ude00""#, 1, "a surrogate stands alone"),
    (#""\ud83d\u0041""#, 1, "a surrogate stands alone"),
    (#""\ud83d\ud83d""#, 1, "a surrogate stands alone"),
    (#""\ud83d\n""#, 1, "a surrogate stands alone"),
  ]

  @Test(arguments: refused)
  func refuses(_ text: String, _ offset: Int, _ message: String) {
    #expect(throws: JSONError(offset: offset, message: message)) {
      try JSONReader.read(Array(text.utf8))
    }
  }

  @Test(
    arguments: [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xFF]] as [[UInt8]])
  func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
    let error = JSONError(offset: 1, message: "a string is not UTF-8")
    #expect(throws: error) { try JSONReader.read([0x22] + bytes + [0x22]) }
    #expect(throws: error) { try JSONReader.read(Array("\"\\n".utf8) + bytes + [0x22]) }
    #expect(throws: JSONError.self) { try JSONReader.read(bytes) }
  }

  @Test func limitsDepthAndLength() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: depth)
        + Array(repeating: UInt8(ascii: "]"), count: depth)
    }
    _ = try JSONReader.read(nested(64))
    let tooDeep = JSONError(offset: 64, message: "more than 64 levels deep")
    #expect(throws: tooDeep) { try JSONReader.read(nested(65)) }
    #expect(throws: tooDeep) { try JSONReader.read(nested(1_000_000)) }
    _ = try JSONReader.read(nested(200), maximumDepth: 200)
    _ = try JSONReader.read(nested(2), maximumBytes: 4)
    #expect(throws: JSONError(offset: 3, message: "more than 3 bytes")) {
      try JSONReader.read(nested(2), maximumBytes: 3)
    }
  }

  /// Large objects are sorted and searched in another way than small ones.
  @Test(arguments: [1, 15, 16, 17, 18, 100, 20_000])
  func readsObjectsOfAnySize(_ count: Int) throws {
    let keys = (0..<count).reversed().map { "key\($0)" }
    let text = keys.map { "\"\($0)\":1" }.joined(separator: ",")
    let members = try #require(JSONReader.read(Array("{\(text)}".utf8)).members)
    #expect(members.map(\.key) == keys.sorted())
    for key in [keys[0], keys[count / 2], keys[count - 1]] {
      #expect(throws: JSONError.self) {
        try JSONReader.read(Array("{\(text),\"\(key)\":2}".utf8))
      }
    }
  }

  @Test func readsWhatCanonicalJSONWrites() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomValues(seed: seed)
    for round in 0..<3_000 {
      let value = random.value(depth: 4)
      let bytes = CanonicalJSON.bytes(of: value)
      let read = try JSONReader.read(bytes)
      #expect(read == value, "seed \(seed), round \(round)")
      #expect(CanonicalJSON.bytes(of: read) == bytes, "seed \(seed), round \(round)")
    }
  }

  @Test func neverCrashes() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = RandomValues(seed: seed)
    var readable = 0
    for _ in 0..<10_000 {
      var bytes = CanonicalJSON.bytes(of: random.value(depth: 3))
      for _ in 0...random.below(3) {
        let index = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[index] = UInt8(random.below(256))
        case 1: bytes.insert(bytes[random.below(bytes.count)], at: index)
        default: bytes.removeSubrange(index..<min(bytes.count, index + 1 + random.below(4)))
        }
        if bytes.isEmpty { bytes = [0x22] }
      }
      do throws(JSONError) {
        let value = try JSONReader.read(bytes)
        readable += 1
        let again = try JSONReader.read(CanonicalJSON.bytes(of: value))
        #expect(again == value || hasWholeNumber(value), "seed \(seed)")
      } catch {
        #expect(error.offset >= 0 && error.offset <= bytes.count, "seed \(seed)")
      }
    }
    #expect(readable > 100, "seed \(seed)")
  }

  /// A whole `.number` is written as an integer and read as one.
  private func hasWholeNumber(_ value: Value) -> Bool {
    switch value {
    case .number(let number): number == number.rounded()
    case .array(let items): items.contains { hasWholeNumber($0) }
    case .object(let members): members.contains { hasWholeNumber($0.value) }
    case .null, .bool, .integer, .string: false
    }
  }
}

/// Values that a seed repeats.
private struct RandomValues: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }

  mutating func value(depth: Int) -> Value {
    switch below(depth > 0 ? 8 : 5) {
    case 0: return .null
    case 1: return .bool(below(2) == 0)
    case 2: return .integer(Int64(bitPattern: next() >> UInt64(below(64))))
    case 3: return .number(number())
    case 4: return .string(text())
    case 5, 6: return .array((0..<below(5)).map { _ in value(depth: depth - 1) })
    default:
      let count = below(10) == 0 ? 40 : below(6)
      return .sorted((0..<count).map { Value.Member("\(text())\($0)", value(depth: depth - 1)) })
    }
  }

  /// Finite and not whole below 2^53, for such a number is written as an integer.
  private mutating func number() -> Double {
    while true {
      let number = Double(bitPattern: next())
      if number.isFinite, number != number.rounded() || abs(number) >= 9_007_199_254_740_992 {
        return number
      }
    }
  }

  private mutating func text() -> String {
    var text = ""
    for _ in 0..<below(12) {
      let ranges: [ClosedRange<UInt32>] = [
        0...0x1F, 0x20...0x7E, 0x22...0x22, 0x5C...0x5C, 0x7F...0x24F, 0x2028...0x2029,
        0x4E00...0x4FFF, 0xE000...0xFFFF, 0x1F600...0x1F64F, 0x10FFFF...0x10FFFF,
      ]
      let range = ranges[below(ranges.count)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
