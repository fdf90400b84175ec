import CEL
import Foundation
import Testing

/// The evaluator and a slow, obvious one give the same for expressions that nobody thought of.
@Suite struct CELDifferentialTests {
  static let seed: UInt64 =
    ProcessInfo.processInfo.environment["WRIT_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1_000_000_000)
  static let parts = 20
  static let expressionsPerPart = 5_000

  @Test(arguments: 0..<parts)
  func agreesWithTheReference(part: Int) throws {
    let seed = Self.seed &+ UInt64(part) &* 1_000_003
    if part == 0 { ConformanceData.show(["CEL differential: replay with WRIT_SEED=\(Self.seed)"]) }
    var generator = ExpressionGenerator(seed: seed)
    let variables = ExpressionGenerator.variables
    let environment = CELEnvironment(
      variables: ExpressionGenerator.types, libraries: CELLibrary.all)
    let bindings = CELBindings(variables, in: environment)
    var (values, checked) = (0, 0)
    for _ in 0..<Self.expressionsPerPart {
      let source = generator.expression(depth: 2 + part % 2)
      let syntax = try environment.parse(source)
      let wanted = ReferenceEvaluator(syntax: syntax).evaluate(variables)
      let program = try environment.compile(source, isChecked: false)
      let result = program.trace(bindings).result
      guard Self.agree(result, wanted) else {
        Issue.record("WRIT_SEED=\(Self.seed): \(source): \(result), but wanted \(wanted)")
        continue
      }
      if case .success = result { values += 1 }
      guard let strict = try? environment.compile(source) else { continue }
      checked += 1
      let again = strict.trace(bindings).result
      guard Self.agree(again, wanted) else {
        Issue.record("WRIT_SEED=\(Self.seed): checked: \(source): \(again), but wanted \(wanted)")
        continue
      }
    }
    // Otherwise the generator makes only nonsense, and the test proves nothing.
    #expect(values > Self.expressionsPerPart / 10)
    #expect(checked > Self.expressionsPerPart / 10)
  }

  private static func agree(
    _ result: Result<CELValue, CELFailure>, _ wanted: ReferenceEvaluator.Outcome
  ) -> Bool {
    switch (result, wanted) {
    case (.success(let value), .value(let wanted)): ConformanceCase.areSame(value, wanted)
    case (.failure(let failure), .failure(let code)): failure.code == code
    default: false
    }
  }
}
