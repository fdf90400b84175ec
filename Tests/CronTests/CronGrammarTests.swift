import Cron
import Testing

struct CronGrammarTests {
  @Test(arguments: [
    ("30 2 * * *", "30 2 * * *"),
    ("  30\t02  *  *  *  ", "30 2 * * *"),
    ("0 30 2 * * *", "30 2 * * *"),
    ("15 30 2 * * *", "15 30 2 * * *"),
    ("*/15 * * * * *", "*/15 * * * * *"),
    ("* * * * * *", "* * * * * *"),
    ("0-59 * * * * *", "* * * * * *"),
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@Annually", "0 0 1 1 *"),
    ("@every 90m", "@every 1h30m"),
    ("@every 1h30m", "@every 1h30m"),
    ("@every 48h", "@every 2d"),
    ("@every 1500ms", "@every 1s500ms"),
    ("0 0 * * MON-FRI", "0 0 * * 1-5"),
    ("0 0 * * mon,TUE,Wed", "0 0 * * 1-3"),
    ("0 0 * * 7", "0 0 * * 0"),
    ("0 0 * * 0-7", "0 0 * * 0-6"),
    ("0 0 * * sat-tue", "0 0 * * 0-2,6"),
    ("0 0 * JAN,feb *", "0 0 * 1,2 *"),
    ("0 0 1 */3 *", "0 0 1 */3 *"),
    ("0 0 1 1,4,7,10 *", "0 0 1 */3 *"),
    ("0 0 1 1-12 *", "0 0 1 * *"),
    ("? ? ? ? ?", "* * * * *"),
    ("0 0 L * *", "0 0 L * *"),
    ("0 0 l-3 * *", "0 0 L-3 * *"),
    ("0 0 LW * *", "0 0 LW * *"),
    ("0 0 L-2W * *", "0 0 L-2W * *"),
    ("0 0 15w * *", "0 0 15W * *"),
    ("0 0 1,15,L * *", "0 0 1,15,L * *"),
    ("0 0 * * FRIL", "0 0 * * 5L"),
    ("0 0 * * 7L", "0 0 * * 0L"),
    ("0 0 * * MON#1,mon#3", "0 0 * * 1#1,1#3"),
    ("1,2,3 * * * *", "1,2,3 * * * *"),
    ("1-3 * * * *", "1-3 * * * *"),
    ("3,2-2,1 * * * *", "1-3 * * * *"),
    ("10/15 * * * *", "10-55/15 * * * *"),
    ("*/15 * * * *", "*/15 * * * *"),
    ("0,15,30,45 * * * *", "0,15,30,45 * * * *"),
    ("0-59/15 * * * *", "0-45/15 * * * *"),
    ("7,*/15 * * * *", "0,7,15-45/15 * * * *"),
    ("*/15,7 * * * *", "*/15,7 * * * *"),
    ("5-5 * * * *", "5-5 * * * *"),
    ("50-10 * * * *", "0-10,50-59 * * * *"),
    ("0 22-2 * * *", "0 0-2,22,23 * * *"),
    ("H H * * *", "H H * * *"),
    ("H/15 * * * *", "H/15 * * * *"),
    ("H(0-29)/10 h(9-17) * * *", "H(0-29)/10 H(9-17) * * *"),
    ("0 0 H H H", "0 0 H H H"),
    ("5,H * * * *", "5,H * * * *"),
    ("0 0 H(1-28) * *", "0 0 H * *"),
  ])
  func hasOneWayToWriteIt(_ text: String, _ canonical: String) throws {
    let expression = try CronExpression(parsing: text)
    #expect(expression.description == canonical)
    #expect(try CronExpression(parsing: canonical) == expression)
  }

  @Test(arguments: [
    ("0-59 * * * *", "* * * * *"), ("1-3 * * * *", "1,2,3 * * * *"),
    ("0 0 1-31 * 1", "0 0 * * 1"), ("*/5 * * * *", "0-55/5 * * * *"),
  ])
  func keepsApartWhatDiffersAroundClockChanges(_ a: String, _ b: String) throws {
    let (a, b) = (try CronExpression(parsing: a), try CronExpression(parsing: b))
    #expect(a != b)
    #expect(a.description != b.description)
  }

  @Test(
    arguments: [
      ("", nil, 0, "empty"),
      ("* * * *", nil, 6, "4 fields"),
      ("* * * * * * *", nil, 12, "7 fields"),
      ("60 * * * *", CronField.minute, 0, "60 is not in 0-59"),
      ("0 24 * * *", .hour, 2, "24 is not in 0-23"),
      ("0 0 0 * *", .dayOfMonth, 4, "0 is not in 1-31"),
      ("0 0 1 13 *", .month, 6, "13 is not in 1-12"),
      ("0 0 * * 8", .dayOfWeek, 8, "8 is not in 0-7"),
      ("0 0 * * MOO", .dayOfWeek, 8, "no name"),
      ("0 0 * * SUNDAY", .dayOfWeek, 8, "no name"),
      ("0 0 1,2W * *", .dayOfMonth, 4, "W stands alone"),
      ("0 0 15W,L * *", .dayOfMonth, 8, "W stands alone"),
      ("*/0 * * * *", .minute, 2, "after / comes 1 to 59"),
      ("0 0 * * 5#6", .dayOfWeek, 10, "after # comes 1 to 5"),
      ("0 0 L-31 * *", .dayOfMonth, 6, "after L- comes 0 to 30"),
      ("0 0 H(1-31) * *", .dayOfMonth, 6, "H goes up to 28"),
      ("0 L * * *", .hour, 2, "L does not stand here"),
      ("5- * * * *", .minute, 2, "something is missing"),
      ("1,,2 * * * *", .minute, 2, "not expected"),
      ("@reboot", nil, 0, "no nickname"),
      ("@daily 5", nil, 7, "nothing may follow"),
      ("@every", nil, 0, "takes one duration"),
      ("@every 5", nil, 7, "unit"),
      ("@every 1ms", nil, 10, "shorter than 1s"),
      ("@every 1m1h", nil, 9, "largest to the smallest"),
      ("TZ=UTC 0 0 * * *", nil, 0, "time zone"),
      ("TZ=", nil, 0, "time zone"),
      ("@", nil, 0, "no nickname"),
      ("0 0 * * ñ", nil, 8, "no meaning"),
    ] as [(String, CronField?, Int, String)])
  func saysWhatIsWrongAndWhere(
    _ text: String, _ field: CronField?, _ offset: Int, _ reason: String,
  ) throws {
    let error = #expect(throws: CronError.self) { try CronExpression(parsing: text) }
    let found = try #require(error)
    #expect(found.field == field)
    #expect(found.offset == offset, "\(found)")
    #expect(found.reason.contains(reason), "\(found)")
    #expect(found.description.hasSuffix("(at character \(offset + 1))"))
  }

  @Test func canonicalFormIsStableForRandomExpressions() throws {
    var generator = SplitMix64(state: 20_260_101)
    var accepted = 0
    for _ in 0..<20_000 {
      let text = RandomCron.expression(&generator)
      guard let expression = try? CronExpression(parsing: text) else { continue }
      accepted += 1
      let canonical = expression.description
      #expect(try CronExpression(parsing: canonical) == expression, "\(text) → \(canonical)")
      #expect(try CronExpression(parsing: canonical).description == canonical, "\(text)")
    }
    #expect(accepted > 5000, "only \(accepted) of the random texts were expressions")
  }

  @Test func anyTextIsReadOrRefused() {
    var generator = SplitMix64(state: 7)
    let letters = Array("0123456789*/,-#?LWHh()@ \tTZ=eéMONJANevery🐘")
    for _ in 0..<50_000 {
      let count = Int.random(in: 0...24, using: &generator)
      let text = String((0..<count).compactMap { _ in letters.randomElement(using: &generator) })
      if let expression = try? CronExpression(parsing: text) {
        #expect((try? CronExpression(parsing: expression.description)) == expression, "\(text)")
      }
    }
  }

  @Test func hashesDependOnTheNameOnly() throws {
    let expression = try CronExpression(parsing: "H H(1-5) H * H/2")
    let resolved = expression.hashed(by: "db-backup")
    #expect(expression.hasHash)
    #expect(!resolved.hasHash)
    #expect(resolved == expression.hashed(by: "db-backup"))
    // Pinned: another value would move the fire times of every schedule with H.
    #expect(resolved.description == Self.pinned)
    let minutes = Set(
      (0..<400).map { expression.hashed(by: "job-\($0)").description.split(separator: " ")[0] })
    #expect(minutes.count == 60)
  }

  private static let pinned = "29 2 21 * 1,3,5"
}

enum RandomCron {
  static func expression(_ generator: inout SplitMix64) -> String {
    let fields = CronField.allCases.suffix(Bool.random(using: &generator) ? 5 : 6)
    return fields.map { field in
      (0..<Int.random(in: 1...3, using: &generator)).map { _ in term(field, &generator) }
        .joined(separator: ",")
    }.joined(separator: " ")
  }

  private static func term(_ field: CronField, _ generator: inout SplitMix64) -> String {
    func number() -> Int { Int.random(in: field.range, using: &generator) }
    let step = Int.random(in: 1...field.range.upperBound, using: &generator)
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: return "*"
    case 1: return "*/\(step)"
    case 2: return "\(number())-\(number())"
    case 3: return "\(number())-\(number())/\(step)"
    case 4: return "\(number())/\(step)"
    case 5: return "H"
    case 6: return "H/\(step)"
    case 7 where field == .dayOfMonth: return "L-\(number() % 31)"
    case 7 where field == .dayOfWeek: return "\(number())L"
    case 8 where field == .dayOfWeek: return "\(number())#\(number() % 5 + 1)"
    case 8 where field == .dayOfMonth: return "L"
    default: return "\(number())"
    }
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
