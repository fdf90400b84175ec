import CEL
import Foundation
import Testing

/// Breaks the expressions of the official suite in many ways; none may crash or hang anything.
@Suite struct CELMutationTests {
  private static let mutationsPerWorker = 25_000
  /// What one of the evaluations may cost.
  private static let limit = 5_000

  private static let sources: [String] = {
    var result = [
      "x.matches('^(a|b)*[^c]{2,3}$')", "regex.replace(s, '(.)(.)', '\\\\2\\\\1')",
      "list.sortBy(e, -e).map(e, e * 2).sum() > 3", "'%s %5d %.3f %x'.format([x, 1, 2.5, b'a'])",
      "quantity('1.5Gi').add(quantity('100m')).asInteger()", "semver('1.2.3-rc.1').major()",
      "cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))", "url('https://a:1/b?c=d').getQuery()",
      "timestamp('2024-02-29T12:00:00Z').getHours('+01:30')", "duration('1h30m') > duration('1s')",
    ]
    guard let folder = ConformanceData.folder, let files = try? ConformanceData.files(in: folder)
    else { return result }
    for file in files {
      result += (try? ConformanceCase.read(file))?.map(\.expression) ?? []
    }
    return result
  }()

  /// Pieces that are likely to be wrong somewhere.
  private static let pieces: [String] = [
    "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "\\x", "\\u", "\\U0010FFFF", "\\400", "\\8",
    "r'", "b\"",
    "'''", ".", "?", ".?", "[?", ":", ",", "-", "!", "!!!!", "--", "&&", "||", "==", "<", "in",
    "has(", ".map(",
    ".exists(x, ", "cel.bind(", "cel.block([", "optional.of(", "dyn(", "1", "0u",
    "-9223372036854775808",
    "18446744073709551616", "1e999", "0x", "1.", ".5", "null", "true", "//", "\n", "\u{0}", "é",
    "🐱",
    "\u{301}", "a.b.c", "{1: 2}", "[1, 'a', {}]", "b'\\xff'", ".format([", ".matches('", "(a*)*",
    "x",
    "@list", "type(", "int(", "string(", "duration('", "timestamp('", "%", "* 0", "/ 0",
    "math.greatest(",
  ]

  private static func mutated(_ source: String, _ generator: inout SeededGenerator) -> String {
    var bytes = Array(source.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 0...8, using: &generator))
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes.removeSubrange(place..<end)
      case 1, 2:
        let piece = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
        bytes.insert(contentsOf: piece.utf8, at: place)
      case 3: bytes.replaceSubrange(place..<end, with: bytes[place..<end].reversed())
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 5: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
      case 6:
        let other = Array(sources[Int.random(in: 0..<sources.count, using: &generator)].utf8)
        let cut = Int.random(in: 0...other.count, using: &generator)
        bytes = Array(bytes[..<place]) + other[cut...]
      default:
        let wraps = [
          ("(", ")"), ("[", "]"), ("!", ""), ("{1: ", "}"), ("[", "].map(x, x)"), ("dyn(", ")"),
        ]
        let wrap = wraps[Int.random(in: 0..<wraps.count, using: &generator)]
        let count = Int.random(in: 1...40, using: &generator)
        let before = String(repeating: wrap.0, count: count)
        bytes = Array(before.utf8) + bytes + String(repeating: wrap.1, count: count).utf8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let environment = CELEnvironment(
    variables: [
      "x": .dyn, "s": .string, "list": .list(.int), "map": .map(.string, .dyn), "t": .timestamp,
    ], libraries: CELLibrary.all)

  @Test(arguments: 0..<4) func nothingCrashes(worker: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    ConformanceData.show(["CEL mutations, worker \(worker): seed \(seed)"])
    var generator = SeededGenerator(seed: seed)
    let environment = Self.environment
    let time = try #require(CELTimestamp(seconds: 1_700_000_000))
    let bindings = CELBindings(
      [
        "x": .int(7), "s": .string("aéb"), "list": .list([.int(3), .int(1)]),
        "map": .map(["a": .int(1)]), "t": .timestamp(time),
      ], in: environment)
    var (compiled, ran) = (0, 0)
    for round in 0..<Self.mutationsPerWorker {
      let source = Self.sources[Int.random(in: 0..<Self.sources.count, using: &generator)]
      let expression = Self.mutated(source, &generator)
      do throws(CELProblems) {
        let program = try environment.compile(expression, isChecked: round % 4 != 0)
        compiled += 1
        let trace = program.trace(bindings, limit: Self.limit)
        if case .success = trace.result { ran += 1 }
      } catch {
        for problem in error.all {
          let isInside =
            problem.offset >= 0 && problem.offset + problem.length <= expression.utf8.count
          #expect(isInside, "seed \(seed): \(expression): \(problem) at \(problem.offset)")
        }
      }
    }
    // Some mutations must leave an expression alive, or nothing behind the parser is tested.
    #expect(compiled > Self.mutationsPerWorker / 20)
    #expect(ran > Self.mutationsPerWorker / 100)
  }

  @Test(arguments: [
    ("(", "1", ")"), ("[", "", "]"), ("{1: ", "1", "}"), ("!", "true", ""), ("-", "1", ""),
    ("1 + ", "1", ""), ("true ? true : ", "true", ""), ("x.map(x, ", "1", ")"),
    ("[1].exists(x, ", "true", ")"),
    ("has(", "x.a", ")"), ("dyn(", "1", ")"), ("", "x", ".a"), ("", "x", "[0]"), ("", "x", ".?a"),
    ("cel.bind(y, 1, ", "y", ")"), ("true && ", "true", ""), ("[1].sortBy(y, ", "1", ")"),
    ("'", "", "\\"), ("x in ", "[1]", ""), ("", "'a'", ".matches('a')"), ("optional.of(", "1", ")"),
  ])
  func depthIsRefusedOrBorne(before: String, middle: String, after: String) {
    for depth in [10, 100, 150, 200, 1_000, 10_000] {
      let expression =
        String(repeating: before, count: depth) + middle + String(repeating: after, count: depth)
      let outcome = Result { () throws(CELProblems) -> CELTrace in
        let program = try Self.environment.compile(expression)
        let bindings = CELBindings(["x": .list([.int(1)])], in: Self.environment)
        return program.trace(bindings)
      }
      if depth == 10_000, case .success = outcome {
        Issue.record("\(before)\(middle)\(after) was accepted 10,000 deep")
      }
    }
  }
}
