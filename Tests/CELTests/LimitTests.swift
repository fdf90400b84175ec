import CEL
import Foundation
import Testing

/// Nothing that somebody writes may hang, crash or overflow the stack of a small thread.
@Suite struct CELLimitTests {
  /// Runs on a thread with 512 KiB of stack, as tests do, whatever thread this is.
  static func onSmallStack<Result: Sendable>(
    _ work: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: work()) }
      thread.stackSize = 512 * 1024
      thread.start()
    }
  }

  static func problems(_ source: String, bounds: CELBounds = CELBounds()) -> [CELProblem] {
    let environment = CELEnvironment(
      variables: ["a": .dyn], libraries: CELLibrary.all, bounds: bounds)
    do {
      _ = try environment.compile(source)
      return []
    } catch {
      return error.all
    }
  }

  static let towers: [(String, String, String)] = [
    ("(", "1", ")"), ("[", "1", "]"), ("!", "true", ""), ("-", "a", ""), ("", "a", ".b"),
    ("", "a", "[0]"), ("a[", "0", "]"), ("{1: ", "1", "}"), ("dyn(", "1", ")"), ("", "a", " + a"),
    ("a ? a : ", "a", ""), ("a ? (", "a", ") : a"), ("[1].map(x, ", "x", ")"), ("", "a", ".f()"),
    ("cel.bind(x, 1, ", "x", ")"), ("optional.of(", "1", ")"), ("", "a", ".?b"),
    ("a || (a && ", "a", ")"), ("1 + (a * (a - ", "a", "))"), ("[?", "a", "]"),
    ("a == (a in (a + a * (!(", "a", "))))"), ("", "a", " < a"), ("T{f: ", "1", "}"),
    ("cel.block([", "1", "], 1)"),
  ]

  @Test(arguments: towers.indices)
  func refusesTowers(index: Int) async {
    let (start, middle, end) = Self.towers[index]
    let source =
      String(repeating: start, count: 10_000) + middle + String(repeating: end, count: 10_000)
    let problems = await Self.onSmallStack {
      Self.problems(source, bounds: CELBounds(sourceBytes: 1_000_000))
    }
    #expect(problems.count == 1)
    #expect(problems.first?.message.contains("levels deep") == true, "\(problems)")
  }

  /// What is just allowed must parse, be checked, run and be freed on a small stack.
  @Test(arguments: towers.indices)
  func acceptsWhatIsWithinTheLimit(index: Int) async {
    let (start, middle, end) = Self.towers[index]
    let depth = CELBounds().depth
    let deepest = await Self.onSmallStack { () -> Int in
      let environment = CELEnvironment(variables: ["a": .dyn], libraries: CELLibrary.all)
      var deepest = 0
      for height in [depth / 6, depth / 4, depth / 3, depth / 2, depth - 2, depth - 1, depth] {
        let source =
          String(repeating: start, count: height) + middle + String(repeating: end, count: height)
        guard let program = try? environment.compile(source, isChecked: false) else { continue }
        deepest = height
        _ = program.trace(CELBindings(["a": .int(1)], in: environment))
        _ = program.trace(CELBindings(["a": .bool(true)], in: environment))
      }
      return deepest
    }
    #expect(deepest >= depth / 6)
  }

  @Test func refusesAMegabyte() {
    let source = String(repeating: "1+", count: 524_288) + "1"
    let problems = Self.problems(source)
    #expect(problems.map(\.message) == ["the expression has 1048577 bytes; the limit is 65536"])
  }

  @Test func keepsLongListsAndChains() throws {
    let environment = CELEnvironment(libraries: CELLibrary.all)
    let list = "[" + String(repeating: "1, ", count: 10_000) + "1].size() == 10001"
    #expect(try environment.compile(list).holds(CELBindings(in: environment)))
    let chain = String(repeating: "true && ", count: 5_000) + "true"
    #expect(try environment.compile(chain).holds(CELBindings(in: environment)))
  }

  @Test(arguments: [
    "[0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, "
      + "[0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, "
      + "a+b+c+d+e+f >= 0))))))",
    "million.all(x, x >= 0) && million.all(x, x >= 0) && million.exists(x, x < 0)",
    "cel.bind(a, million + million, cel.bind(b, a + a, b + b)).size() > 0",
    "million == million.map(x, x)",
    "text.contains(needle)",
  ])
  func stopsWhatCostsTooMuch(source: String) throws {
    let million = CELValue.list((0..<400_000).map { .int(Int64($0)) })
    let environment = CELEnvironment(
      variables: ["million": .list(.int), "text": .string, "needle": .string],
      libraries: CELLibrary.all)
    let program = try environment.compile(source)
    let bindings = CELBindings(
      [
        "million": million, "text": .string(String(repeating: "a", count: 200_000)),
        "needle": .string(String(repeating: "a", count: 20_000) + "b"),
      ], in: environment)
    let trace = program.trace(bindings)
    #expect(throws: CELFailure.self) { try trace.result.get() }
    if case .failure(let failure) = trace.result { #expect(failure.code == .costExceeded) }
  }

  @Test func doublingStringsStops() throws {
    var source = "cel.bind(s0, 'abcdefghijklmnop', "
    for level in 1...40 { source += "cel.bind(s\(level), s\(level - 1) + s\(level - 1), " }
    source += "size(s40) > 0" + String(repeating: ")", count: 41)
    let environment = CELEnvironment(libraries: CELLibrary.all)
    let trace = try environment.compile(source).trace(CELBindings(in: environment))
    if case .failure(let failure) = trace.result {
      #expect(failure.code == .costExceeded)
    } else {
      Issue.record("it went through")
    }
  }

  @Test func nothingAbsorbsAnExhaustedBudget() throws {
    let environment = CELEnvironment(
      variables: ["list": .list(.int)], libraries: CELLibrary.all)
    let program = try environment.compile("list.all(x, x >= 0) || true")
    let bindings = CELBindings(
      ["list": .list((0..<1000).map { .int($0) })], in: environment)
    #expect(throws: CELFailure.self) { try program.evaluate(bindings, limit: 500) }
    #expect(try program.holds(bindings))
  }

  @Test func costIsTheSameEachTime() throws {
    let environment = CELEnvironment(
      variables: ["m": .map(.string, .int)], libraries: CELLibrary.all)
    let program = try environment.compile(
      "m.all(k, m[k] >= 0 && k.startsWith('k')) && m == m && 'k7' in m")
    var costs: Set<Int> = []
    for _ in 0..<20 {
      let map = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\($0)", CELValue.int($0)) })
      costs.insert(program.trace(CELBindings(["m": .map(map)], in: environment)).cost)
    }
    #expect(costs.count == 1)
  }

  @Test func comparesDeepData() async throws {
    let holds = await Self.onSmallStack { () -> Bool? in
      var value = CELValue.int(1)
      for _ in 0..<1000 { value = .list([value]) }
      let environment = CELEnvironment(variables: ["a": .dyn], libraries: CELLibrary.all)
      guard let program = try? environment.compile("a == a") else { return nil }
      return try? program.holds(CELBindings(["a": value], in: environment))
    }
    #expect(holds == true)
  }
}
