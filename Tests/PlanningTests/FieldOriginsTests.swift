import Planning
import Resources
import TestSupport
import Testing

/// Where the fields of one resource come from, change by change.
struct FieldOriginsTests {
  private static func pointer(_ text: String) -> JSONPointer { JSONPointer(parsing: text) }

  /// `pointer=commit`, base first.
  private static func text(_ origins: FieldOrigins) -> [String] {
    ["=\(origins.base.commit ?? "-")"]
      + origins.exceptions.map { "\($0.pointer)=\($0.mark.commit ?? "-")" }
  }

  @Test func theNearestExceptionAboveAFieldSpeaksForIt() {
    var origins = FieldOrigins(base: .commit("a", sequence: 1))
    origins.set(.commit("b", sequence: 2), at: Self.pointer("/spec/retry"))
    origins.set(.commit("c", sequence: 3), at: Self.pointer("/spec/retry/max"))
    #expect(origins.mark(at: Self.pointer("/spec/timeout")).commit == "a")
    #expect(origins.mark(at: Self.pointer("/spec/retry/initial")).commit == "b")
    #expect(origins.mark(at: Self.pointer("/spec/retry/max")).commit == "c")
    #expect(origins.marks.map(\.sequence).sorted() == [1, 2, 3])
    origins.set(.commit("d", sequence: 4), at: Self.pointer("/spec/retry"))
    #expect(Self.text(origins) == ["=a", "/spec/retry=d"])
  }

  @Test func whatTheBaseSaysAlreadyIsNoException() {
    var origins = FieldOrigins(base: .commit("a", sequence: 1))
    origins.set(.commit("b", sequence: 2), at: Self.pointer("/x"))
    origins.set(.commit("a", sequence: 1), at: Self.pointer("/x"))
    #expect(Self.text(origins) == ["=a"])
  }

  struct Case: CustomTestStringConvertible {
    var name: String
    var old: Value
    var new: Value
    var known: [(String, String)]
    var expected: [String]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "a field changes", old: ["a": 1, "b": 2], new: ["a": 1, "b": 3], known: [],
      expected: ["=a", "/b=n"]),
    Case(
      name: "a field goes", old: ["a": 1, "b": 2], new: ["a": 1], known: [("/b", "k")],
      expected: ["=a"]),
    Case(
      name: "the last member goes", old: ["m": ["b": 2]], new: ["m": [:]], known: [("/m/b", "k")],
      expected: ["=a", "/m=n"]),
    Case(
      name: "an object comes", old: ["a": 1], new: ["a": 1, "b": ["c": 1]], known: [],
      expected: ["=a", "/b=n"]),
    Case(
      name: "an item comes before others", old: ["l": ["x", "y"]], new: ["l": ["n", "x", "y"]],
      known: [("/l/1", "k")], expected: ["=a", "/l/0=n", "/l/2=k"]),
    Case(
      name: "an item goes from the middle", old: ["l": ["x", "y", "z"]], new: ["l": ["x", "z"]],
      known: [("/l/1", "k"), ("/l/2", "m")], expected: ["=a", "/l/1=m"]),
    Case(
      name: "an item changes and one comes", old: ["l": ["x", "y", "z"]],
      new: ["l": ["x", "Y", "new", "z"]], known: [("/l/2", "m")],
      expected: ["=a", "/l/1=n", "/l/2=n", "/l/3=m"]),
    Case(
      name: "a key of digits is no item", old: ["m": ["0": 1, "1": 2]], new: ["m": ["1": 2]],
      known: [("/m/0", "k"), ("/m/1", "m")], expected: ["=a", "/m/1=m"]),
    Case(
      name: "what moves takes along what is below it",
      old: ["l": [["a": 1, "b": 1], ["a": 2, "b": 2]]],
      new: ["l": [["z": 0], ["a": 1, "b": 1], ["a": 2, "b": 2]]], known: [("/l/1/b", "k")],
      expected: ["=a", "/l/0=n", "/l/2/b=k"]),
  ]

  @Test(arguments: cases)
  func followsAChange(_ item: Case) {
    var origins = FieldOrigins(base: .commit("a", sequence: 1))
    for (pointer, commit) in item.known {
      origins.set(.commit(commit, sequence: 2), at: Self.pointer(pointer))
    }
    let changed = origins.updated(
      by: FieldChange.between(item.old, item.new), mark: .commit("n", sequence: 3)
    ) {
      item.old
    } new: {
      item.new
    }
    #expect(Self.text(changed) == item.expected)
  }

  @Test func aTraceSaysItAll() {
    let origin = Origin(
      commit: "new", author: "Ana", email: "ana@example.org", time: Timestamp(seconds: 1))
    let trace = ResourceTrace(
      origin: origin,
      fields: [
        FieldCommit(commit: "old", pointers: [JSONPointer()]),
        FieldCommit(commit: "mid", pointers: [Self.pointer("/b"), Self.pointer("/a/c")]),
      ])
    let origins = FieldOrigins(trace, sequence: 7)
    #expect(Self.text(origins) == ["=old", "/a/c=mid", "/b=mid"])
    #expect(origins.marks.allSatisfy { $0.sequence == 7 })
  }

  @Test func bytesReadBackAsTheSame() {
    var origins = FieldOrigins(base: .commit("a", sequence: 1))
    origins.set(.commit("b", sequence: 2), at: Self.pointer("/spec/a~1b"))
    origins.set(.commit("b", sequence: 2), at: Self.pointer("/spec/c"))
    origins.set(.edit(actor: "cli:ana", sequence: 3), at: Self.pointer("/spec/d"))
    #expect(
      CanonicalJSON.text(of: origins.value)
        == #"{"base":{"commit":"a","sequence":1},"fields":[{"commit":"b","pointers":["/spec/a~1b","/spec/c"],"sequence":2},{"actor":"cli:ana","pointers":["/spec/d"],"sequence":3}]}"#
    )
    #expect(FieldOrigins(origins.value) == origins)
    #expect(FieldOrigins([:]) == nil)
    #expect(FieldOrigins(["base": ["commit": "a"]]) == nil)
    #expect(FieldOrigins(["base": origins.base.value, "fields": [["sequence": 1]]]) == nil)
  }

  /// Changing values at random, the counterpart of an unchanged leaf keeps its mark.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func unchangedFieldsKeepTheirMarks(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var value = Self.random(&generator, depth: 3)
    var expected: [JSONPointer: Int64] = [:]
    for leaf in value.leaves() { expected[leaf] = 0 }
    var origins = FieldOrigins(base: .commit("c", sequence: 0))
    for step in 1...12 {
      let new = Self.mutated(value, &generator)
      var next: [JSONPointer: Int64] = [:]
      for leaf in new.leaves() {
        let old = new.counterpart(of: leaf, in: value)
        next[leaf] = old.flatMap { expected[$0] } ?? Int64(step)
      }
      let previous = value
      origins = origins.updated(
        by: FieldChange.between(value, new), mark: .commit("c", sequence: Int64(step))
      ) {
        previous
      } new: {
        new
      }
      for leaf in new.leaves() {
        #expect(origins.mark(at: leaf).sequence == next[leaf], "seed \(seed) step \(step) \(leaf)")
      }
      value = new
      expected = next
    }
  }

  private static func random(_ generator: inout SeededGenerator, depth: Int) -> Value {
    switch generator.number(below: depth > 0 ? 4 : 1) {
    case 1, 2:
      return .sorted(
        ["a", "b", "0", "1"].filter { _ in !generator.once(in: 3) }.map {
          Value.Member($0, random(&generator, depth: depth - 1))
        })
    case 3:
      return .array(
        (0..<generator.number(below: 4)).map { _ in random(&generator, depth: depth - 1) })
    default: return .integer(Int64(generator.number(below: 3)))
    }
  }

  private static func mutated(_ value: Value, _ generator: inout SeededGenerator) -> Value {
    if generator.once(in: 5) { return random(&generator, depth: 2) }
    switch value {
    case .object(var members):
      guard !members.isEmpty else { return random(&generator, depth: 2) }
      let place = generator.number(below: members.count)
      if generator.once(in: 4) {
        members.remove(at: place)
      } else {
        members[place].value = mutated(members[place].value, &generator)
      }
      return .object(members)
    case .array(var items):
      let place = generator.number(below: items.count + 1)
      if place == items.count || generator.once(in: 3) {
        items.insert(random(&generator, depth: 1), at: place)
      } else if generator.once(in: 3) {
        items.remove(at: place)
      } else {
        items[place] = mutated(items[place], &generator)
      }
      return .array(items)
    default: return random(&generator, depth: 1)
    }
  }
}
