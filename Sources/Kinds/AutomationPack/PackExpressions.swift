internal import CEL
internal import Resources

/// What the expressions of a pack may use, and whether they are right.
struct PackExpressions {
  private let input: SpecCheck
  private let base: CELEnvironment

  init(_ spec: Value, in input: SpecCheck) {
    self.input = input
    var inputs: [String: CELType] = [:]
    for value in spec["inputs"]?.array ?? [] {
      inputs[value["name"]?.string ?? ""] = Self.type(value["type"]?.string ?? "")
    }
    let step = CELObjectType(
      name: "step", fields: ["outputs": .map(.string, .dyn), "status": .string])
    base = ExpressionEnvironments.base.declaring([
      "inputs": .object(CELObjectType(name: "inputs", fields: inputs)),
      "steps": .map(.string, .object(step)),
    ])
  }

  private static func type(_ word: String) -> CELType {
    switch word {
    case "string": .string
    case "number": .double
    case "integer": .int
    case "boolean": .bool
    case "array": .list(.dyn)
    case "object": .map(.string, .dyn)
    default: .dyn
    }
  }

  /// Checks the expressions of the step at `tokens`.
  func check(_ step: Value, at tokens: [String], _ findings: inout SpecFindings) {
    let check = ExpressionCheck(input: input)
    check.compile(step["if"], at: tokens + ["if"], in: base, expecting: .bool, &findings)
    check.compile(
      step["forEach"], at: tokens + ["forEach"], in: base, expecting: .list(.dyn), &findings)
    let each = step["forEach"] == nil ? base : base.declaring(["item": .dyn])
    templates(step["with"] ?? .null, at: tokens + ["with"], in: each, &findings)
    templates(
      step["rollback"]?["with"] ?? .null, at: tokens + ["rollback", "with"], in: each, &findings)
    let after = each.declaring(["run": .object(ExpressionEnvironments.run)])
    var outputs: [String: CELType] = [:]
    for output in step["outputs"]?.members ?? [] {
      let program = check.compile(
        output.value, at: tokens + ["outputs", output.key], in: after, &findings)
      outputs[output.key] = program?.resultType ?? .dyn
    }
    let outcome = after.declaring([
      "outputs": .object(CELObjectType(name: "outputs", fields: outputs))
    ])
    for (index, value) in step["outcomes"]?.items ?? [] {
      check.compile(
        value["check"], at: tokens + ["outcomes", "\(index)", "check"], in: outcome,
        expecting: .bool, &findings)
    }
  }

  /// Checks what stands in `${{ … }}`; how that is written was looked at before.
  private func templates(
    _ value: Value, at tokens: [String], in environment: CELEnvironment,
    _ findings: inout SpecFindings,
  ) {
    switch value {
    case .array(let items):
      for (index, item) in items.enumerated() {
        templates(item, at: tokens + ["\(index)"], in: environment, &findings)
      }
    case .object(let members):
      for member in members {
        templates(member.value, at: tokens + [member.key], in: environment, &findings)
      }
    case .string(let text):
      for part in (try? Template.parts(of: text)) ?? [] {
        do throws(CELProblems) {
          _ = try environment.compile(part.expression)
        } catch {
          for problem in error.all {
            findings.report(
              code: "bad-expression", problem.message, at: tokens, hint: problem.hint,
              part: (part.offset + problem.offset, problem.length))
          }
        }
      }
    default: break
    }
  }
}
