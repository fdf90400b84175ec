import CEL
import Testing

/// Mistakes in expressions are found when they are compiled, all at once, with their place.
@Suite struct CELProblemTests {
  static let spec = CELObjectType(
    name: "Spec",
    fields: [
      "timeout": .duration, "retries": .int, "members": .list(.string), "owner": .string,
    ])
  static let object = CELObjectType(
    name: "Job", fields: ["spec": .object(spec), "labels": .map(.string, .string)])
  static let environment = CELEnvironment(
    variables: ["object": .object(object), "count": .int], libraries: CELLibrary.all)

  /// Source, the marked words in the order of the source, and the messages there.
  static let mistakes: [(String, [String], [String])] = [
    (
      "object.spec.membres.size() > 0", ["membres"],
      ["Spec has no field 'membres'; did you mean 'members'?"]
    ),
    ("objekt.spec", ["objekt"], ["undeclared variable 'objekt'; did you mean 'object'?"]),
    (
      "object.spec.owner.startWith('a')", ["startWith"],
      ["undeclared function 'startWith'; did you mean 'startsWith'?"]
    ),
    (
      "object.spec.timeout < '1h'", ["<"],
      ["'<' does not take (duration, string); write duration('…')"]
    ),
    (
      "object.spec.membres + cuont", ["membres", "cuont"],
      [
        "Spec has no field 'membres'; did you mean 'members'?",
        "undeclared variable 'cuont'; did you mean 'count'?",
      ]
    ),
    (
      "count + 1.5", ["+"], ["'+' does not take (int, double); convert one of them, such as int(…)"]
    ),
    ("count ? 1 : 2", ["count"], ["the condition before '?' needs a bool, not int"]),
    ("true && count", ["count"], ["'&&' needs a bool, not int"]),
    ("count.x", ["x"], ["type int has no fields"]),
    (
      "count == null", ["=="],
      [
        "'==' does not take (int, null); use has(…) to ask whether something is there"
      ]
    ),
    ("1 +", [""], ["expected an expression, found the end of the expression"]),
    ("(1", [""], ["expected ')', found the end of the expression"]),
    ("a = 1", ["="], ["unexpected character '='; compare with '=='"]),
    ("'abc", ["'abc"], ["the string has no end; close it with a quote"]),
    (
      "'a\\qb'", ["\\q"],
      [
        "unknown escape in the string; write '\\\\' for a backslash, or put r before the quote"
      ]
    ),
    ("while", ["while"], ["'while' is a reserved word"]),
    (
      "has(count)", ["count"], ["has() takes the selection of a field; write has(a.b), or 'b' in a"]
    ),
    ("[1].all(1, true)", ["1"], ["expected the name of a variable"]),
    (
      "99999999999999999999", ["99999999999999999999"],
      [
        "the number is too large for 64 bits; write it with a decimal point for a double"
      ]
    ),
    ("object['spek']", ["'spek'"], ["Job has no field 'spek'; did you mean 'spec'?"]),
    ("count.all(x, true)", ["all"], ["a loop needs a list or a map, not int"]),
  ]

  @Test(arguments: mistakes.indices)
  func saysWhatAndWhere(index: Int) {
    let (source, words, messages) = Self.mistakes[index]
    do {
      _ = try Self.environment.compile(source)
      Issue.record("\(source) compiles")
    } catch {
      #expect(error.all.map(\.description) == messages)
      let bytes = Array(source.utf8)
      let marked = error.all.map {
        String(decoding: bytes[$0.offset..<($0.offset + $0.length)], as: UTF8.self)
      }
      // The word "1" stands twice; all others once.
      #expect(marked == words)
    }
  }

  @Test func saysWhenTheResultIsOfAnotherType() throws {
    #expect(throws: CELProblems.self) { try Self.environment.compile("count", expecting: .bool) }
    let program = try Self.environment.compile("count > 1", expecting: .bool)
    #expect(program.resultType == .bool)
  }

  @Test func offsetsAreBytesOfUTF8() {
    do {
      _ = try Self.environment.compile("'häuser' == zähler")
    } catch {
      #expect(error.all.first?.message.hasPrefix("unexpected character 'ä'") == true)
      #expect(error.all.first?.offset == 14)
    }
  }

  @Test func unpairedEscapesAreNoCodePoints() {
    #expect(throws: CELProblems.self) { try Self.environment.compile("'\\ud800'") }
    #expect(throws: CELProblems.self) { try Self.environment.compile("'\\U00110000'") }
  }

  static let failures: [(String, CELFailure.Code, Int)] = [
    ("1 + 2 / 0", .divideByZero, 6), ("dyn([1])[3]", .indexOutOfRange, 8),
    ("{'a': 1}['b']", .noSuchKey, 8), ("{'a': 1}.b", .noSuchKey, 9),
    ("9223372036854775807 + 1", .overflow, 20), ("dyn(1) + dyn('a')", .noSuchOverload, 7),
    ("int('x')", .invalidArgument, 0), ("{'a': 1, 'a': 2}", .duplicateKey, 9),
    ("object.spec.owner", .unbound, 0),
  ]

  @Test(arguments: failures.indices)
  func failuresSayWhere(index: Int) throws {
    let (source, code, offset) = Self.failures[index]
    let trace = try Self.environment.compile(source).trace(CELBindings(in: Self.environment))
    guard case .failure(let failure) = trace.result else {
      Issue.record("\(source) has a value")
      return
    }
    #expect(failure.code == code)
    #expect(failure.offset == offset)
  }

  @Test func lookAlikesAreNotEqual() throws {
    let environment = CELEnvironment(variables: ["team": .string])
    let program = try environment.compile("team == 'caf\u{E9}' || team in ['caf\u{E9}']")
    let composed = CELBindings(["team": .string("caf\u{E9}")], in: environment)
    let decomposed = CELBindings(["team": .string("cafe\u{301}")], in: environment)
    #expect(try program.holds(composed))
    #expect(try !program.holds(decomposed))
  }
}
