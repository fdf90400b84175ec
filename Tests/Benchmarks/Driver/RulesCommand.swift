import App
import ArgumentParser
import CEL
import Kinds
import Resources

/// Parses, checks and evaluates rules over objects, as `reference/cel_python.py` does.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Evaluates expressions over objects.")

  @Option(help: "The rules, as JSON.") var rules: String
  @Option(help: "The objects, as JSON.") var objects: String
  @Option(help: "How often all objects are gone through.") var rounds = 20

  func run() throws {
    let environment = ExpressionEnvironments.base.declaring(["object": .dyn])
    let bindings = (try read(objects).array ?? []).map {
      CELBindings(["object": CELValue($0)], in: environment)
    }
    var compile: [Value.Member] = []
    var evaluate: [Value.Member] = []
    var holding: [Value.Member] = []
    let clock = ContinuousClock()
    for rule in try read(rules).array ?? [] {
      let name = rule["name"]?.string ?? ""
      let source = rule["expression"]?.string ?? ""
      let start = clock.now
      let program = try environment.compile(source, expecting: .bool)
      compile.append(.init(name, .integer(Self.nanoseconds(clock.now - start))))
      var count: Int64 = 0
      let begin = clock.now
      for _ in 0..<rounds {
        count = 0
        for binding in bindings where try program.holds(binding) { count += 1 }
      }
      let total = Self.nanoseconds(clock.now - begin)
      let each = Double(total) / Double(max(1, rounds * bindings.count))
      evaluate.append(.init(name, .number(each)))
      holding.append(.init(name, .integer(count)))
    }
    print(
      CanonicalJSON.text(
        of: [
          "compile": .sorted(compile), "evaluate": .sorted(evaluate), "true": .sorted(holding),
        ]))
  }

  private func read(_ path: String) throws -> Value {
    try JSONReader.read(
      FileText.bytes(path, limit: 1 << 28), maximumDepth: 64, maximumBytes: 1 << 28)
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
  }
}
