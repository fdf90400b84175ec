import CEL
import Testing

@Suite struct PatternBombTests {
  private static let length = 100_000

  /// Patterns that take exponential or quadratic time in a backtracking engine.
  @Test(arguments: [
    ("(a*)*b", "a"), ("(a|a)*b", "a"), ("(.*)*x", "a"), ("(a+)+$", "ab"), ("(a|aa)+$", "aab"),
    ("^(([a-z])+.)+[A-Z]([a-z])+$", "a"), ("(x+x+)+y", "x"), ("(.*)(.*)(.*)(.*)(.*)z", "a"),
    ("a{1000}b", "a"), ("(a?){500}b", "a"), ("(a{0,30}){0,30}b", "a"), ("(?i)(a|A|á)*b", "aÁ"),
    ("\\b(\\w+\\s*)+:", "ab "), ("(?m)^(.*\\s*)*$x", "a\n"), ("[ab]*a[ab]{8}c", "ab"),
    ("((((a*)*)*)*)*b", "a"), ("(a*)*(b*)*(c*)*d", "abc"), ("(\\pL+\\d*)*!", "é1"),
  ])
  func isCheapPerCharacter(pattern: String, unit: String) throws {
    let text = String(repeating: unit, count: Self.length / unit.utf8.count)
    let compiled = try Pattern(pattern)
    var steps = PatternSteps(limit: Int.max)
    #expect(try !compiled.matches(text, steps: &steps))
    #expect(steps.count <= 20 * Self.length, "\(steps.count) steps")
  }

  @Test func staysLinearWhereStatesAreMany() throws {
    // Every character leads to a new set of steps here, so that nothing can be remembered.
    let pattern = try Pattern("[ab]*a[ab]{200}c")
    var generator = SeededGenerator(seed: 7)
    let text = String((0..<3_000).map { _ in Bool.random(using: &generator) ? "a" : "b" })
    var steps = PatternSteps(limit: Int.max)
    #expect(try !pattern.matches(text, steps: &steps))
    #expect(steps.count <= 3 * pattern.size * text.utf8.count)
  }

  @Test func stopsAtTheLimit() throws {
    let pattern = try Pattern("(a{0,30}){0,30}b")
    let text = String(repeating: "a", count: 10_000)
    #expect(throws: PatternStepsExhausted.self) {
      var steps = PatternSteps(limit: 5_000)
      return try pattern.matches(text, steps: &steps)
    }
    #expect(throws: PatternStepsExhausted.self) {
      var steps = PatternSteps(limit: 5_000)
      return try pattern.firstMatch(in: Array(text.utf8), steps: &steps)
    }
  }
}
