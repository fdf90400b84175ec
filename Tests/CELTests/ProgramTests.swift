import CEL
import Synchronization
import Testing

/// A map that counts what is asked of it.
final class CountingMap: CELMapSource {
  private let fields: [String: CELValue]
  private let asked = Mutex<[String]>([])

  init(_ fields: [String: CELValue]) { self.fields = fields }

  var names: [String] { asked.withLock { $0 } }
  var count: Int { fields.count }
  var keys: [CELKey] { fields.keys.sorted().map { .string($0) } }

  func value(forField field: String) -> CELValue? {
    asked.withLock { $0.append(field) }
    return fields[field]
  }
}

/// What a compiled expression touches, tells and records.
@Suite struct CELProgramTests {
  @Test func onlyTouchesWhatItNames() throws {
    let spec = CountingMap(["retries": .int(3), "huge": .null])
    let object = CountingMap(["spec": .map(spec), "status": .null])
    let environment = CELEnvironment(variables: ["object": .dyn])
    let program = try environment.compile("has(object.spec) && object.spec.retries == 3")
    #expect(try program.holds(CELBindings(["object": .map(object)], in: environment)))
    #expect(object.names == ["spec", "spec"])
    #expect(spec.names == ["retries"])
  }

  @Test func runsWithBindingsOfAnEnvironmentThatDeclaresMore() throws {
    let small = CELEnvironment(variables: ["m": .int, "z": .int])
    let program = try small.compile("m == 3 && z == 5")
    let large = small.declaring(["a": .int, "n": .int]).declaring(["b": .int, "z": .int])
    let bindings = CELBindings(
      ["a": .int(1), "b": .int(2), "m": .int(3), "n": .int(4), "z": .int(5)], in: large)
    #expect(try program.holds(bindings))
    let other = try large.compile("n == 4 && m == 3 && b == 2 && a == 1 && z == 5")
    #expect(try other.holds(bindings))
    #expect(other.variables == ["a", "b", "m", "n", "z"])
  }

  @Test func tellsVariablesAndPaths() throws {
    let environment = CELEnvironment(
      variables: ["object": .dyn, "other": .dyn, "unused": .int])
    let program = try environment.compile(
      "object.spec.timeout == 1 && has(other.a.b) && object['kind'] == 'Job' && "
        + "object.items.all(i, i.name != '')")
    #expect(program.variables == ["object", "other"])
    #expect(
      program.paths == ["object.items", "object.kind", "object.spec.timeout", "other.a.b"])
  }

  @Test func recordsBranches() throws {
    let environment = CELEnvironment(variables: ["x": .int])
    let source = "x > 1 && x < 5 ? x == 2 : x == 9"
    let program = try environment.compile(source, recordsBranches: true)
    #expect(program.branches.map(\.kind) == [.and, .condition, .and])
    #expect(program.branches.map(\.offset) == [2, 6, 11])
    func outcomes(_ x: Int64) -> [[Bool]] {
      program.trace(CELBindings(["x": .int(x)], in: environment)).outcomes.map {
        [$0.wasTrue, $0.wasFalse]
      }
    }
    #expect(outcomes(3) == [[true, false], [true, false], [true, false]])
    #expect(outcomes(0) == [[false, true], [false, true], [false, false]])
    #expect(try environment.compile(source).branches.isEmpty)
  }

  @Test func recordsBothWaysWithinLoops() throws {
    let environment = CELEnvironment()
    let program = try environment.compile("[1, 2].map(x, x > 1 ? 1 : 0)", recordsBranches: true)
    let outcomes = program.trace(CELBindings(in: environment)).outcomes
    #expect(outcomes.map(\.wasTrue) == [true])
    #expect(outcomes.map(\.wasFalse) == [true])
  }

  @Test func recordingChangesNoResultAndNoCost() throws {
    let environment = CELEnvironment(variables: ["x": .int])
    let source = "(x / 0 == 1 || x == 3) && (x > 2 ? true : false)"
    let plain = try environment.compile(source)
    let recording = try environment.compile(source, recordsBranches: true)
    for x in 0..<5 {
      let bindings = CELBindings(["x": .int(Int64(x))], in: environment)
      #expect(plain.trace(bindings).cost == recording.trace(bindings).cost)
      #expect(
        (try? plain.holds(bindings)) == (try? recording.holds(bindings)))
    }
  }

  @Test func asksForTheOtherOptionalOnlyIfThereIsNone() throws {
    let environment = CELEnvironment(libraries: CELLibrary.all)
    let kept = try environment.compile("optional.of(1).orValue(1 / 0)")
    #expect(try ConformanceCase.areSame(kept.evaluate(CELBindings(in: environment)), .int(1)))
    let missing = try environment.compile("optional.none().orValue(1 / 0)")
    #expect(throws: CELFailure.self) { try missing.evaluate(CELBindings(in: environment)) }
  }

  @Test func valuesOfAnotherTypeThanDeclaredFailInsteadOfCrashing() throws {
    let type = CELObjectType(name: "T", fields: ["a": .int, "l": .list(.string), "s": .string])
    let environment = CELEnvironment(variables: ["t": .object(type)])
    let wrong = CELBindings(
      ["t": .map(["a": .string("x"), "l": .int(1), "s": .null])], in: environment)
    for source in ["t.a + 1 > 0", "t.l.all(x, x == '')", "t.s.startsWith('a')", "size(t.l) > 0"] {
      let program = try environment.compile(source)
      #expect(throws: CELFailure.self) { try program.holds(wrong) }
    }
  }
}
