import CEL
import Testing

/// What is prepared of a pattern changes neither what it finds nor what that costs.
@Suite struct PatternScanTests {
  private static let parts = [
    "a", "b", "é", "-", " ", "=", ".", "[ab]", "[^a]", "\\w", "\\s", "\\pL", "\\b", "\\B", "^", "$",
    "(?:a|b-)", "(a)", "a*", "b+?", "(?:ab)?", "[a-z]{2,3}", "\\n", "(?i)K", "(?:^|[ ,])", "(?m)^",
    "(?m)$", "(?:pass|token)", "[^=]*", "(?:a*b)*",
  ]
  private static let letters: [Character] = [
    "a", "b", "é", "-", " ", "=", "k", "K", "\n", "p", "ſ", ",", "😀",
  ]

  private static func pattern(_ generator: inout SeededGenerator) -> String {
    (0..<Int.random(in: 1...5, using: &generator)).map { _ in
      let part = parts[Int.random(in: 0..<parts.count, using: &generator)]
      return Int.random(in: 0..<6, using: &generator) == 0 ? "(?:\(part)|b)" : part
    }.joined()
  }

  private static func text(_ generator: inout SeededGenerator, upTo length: Int) -> [UInt8] {
    let text = (0..<Int.random(in: 0...length, using: &generator)).map { _ in
      letters[Int.random(in: 0..<letters.count, using: &generator)]
    }
    return Array(String(text).utf8)
  }

  /// What a search finds and costs; nil where it does not end within `limit`.
  private func search(
    _ pattern: Pattern, _ text: [UInt8], from start: Int, limit: Int,
  ) -> (match: PatternMatch?, cost: Int)? {
    var steps = PatternSteps(limit: limit)
    do throws(PatternStepsExhausted) {
      let match = try pattern.firstMatch(in: text, from: start, steps: &steps)
      return (match, steps.count)
    } catch {
      return nil
    }
  }

  @Test func aScanFindsAndCostsWhatASearchDoes() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    var without = 0
    for _ in 0..<1_500 {
      let source = Self.pattern(&generator)
      let prepared = try Pattern(source, preparesStates: false)
      let plain = try Pattern(source, preparesStates: false, preparesScan: false)
      for _ in 0..<4 {
        let text = Self.text(&generator, upTo: 24)
        let starts = text.indices.filter { text[$0] & 0xC0 != 0x80 } + [text.count]
        let start = starts[Int.random(in: 0..<starts.count, using: &generator)]
        for limit in [Int.max, Int.random(in: 0..<200, using: &generator)] {
          let one = search(prepared, text, from: start, limit: limit)
          let other = search(plain, text, from: start, limit: limit)
          let note: Comment = "seed \(seed), \(source) in \(text) from \(start), limit \(limit)"
          #expect((one == nil) == (other == nil), note)
          #expect(one?.match == other?.match && one?.cost == other?.cost, note)
          if other != nil, other?.match == nil { without += 1 }
        }
      }
    }
    #expect(without > 500)
  }

  /// Patterns of more sets of steps than are prepared; the rest is made by hand.
  @Test(arguments: ["[ab]*a[ab]{200}c", "(?:a?b?){40}k=", "(?i)(?:pass|token|é)[^=]{0,60}=[^-]{9}"])
  func goesOnByHand(_ source: String) throws {
    let prepared = try Pattern(source, preparesStates: false)
    let plain = try Pattern(source, preparesStates: false, preparesScan: false)
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<20 {
      let text = Self.text(&generator, upTo: 400)
      let one = try #require(search(prepared, text, from: 0, limit: .max))
      let other = try #require(search(plain, text, from: 0, limit: .max))
      #expect(one.match == other.match && one.cost == other.cost, "\(text)")
    }
  }
}
