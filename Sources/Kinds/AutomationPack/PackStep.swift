internal import Resources

/// One step of a pack, and what must hold between steps.
enum PackStep {
  static let object = ObjectShape(
    [
      .required("id", .format(.resourceName), "The name, unique in the pack."),
      .optional("description", .text(TextRule(length: 1...4096)), "What it is for."),
      .optional(
        "needs", .list(of: .format(.resourceName), ListRule(count: 0...256, order: .set)),
        "Steps that must be done before it; without any needs in the pack steps run in order."),
      .optional("if", .text(.expression), "When it runs at all, in CEL."),
      .optional("forEach", .text(.expression), "A list, in CEL; it runs once for each item."),
      .optional(
        "mutating", .boolean,
        "Whether it changes something; by default what the action's classifier says."),
      .defaulted("retries", .integer(0...100), to: 0, "How often it is tried again."),
      .optional("approval", Approval.shape, "Who must agree before it runs."),
      .defaulted(
        "outputs",
        .map(of: .text(.expression), keys: TextRule(length: 1...63, format: .identifier)),
        to: [:], "Values for later steps, in CEL over its run."),
      .optional("rollback", .object(rollback), "What undoes it when a later step fails."),
      .defaulted(
        "outcomes", .list(of: .object(outcome), ListRule(count: 0...64)), to: [],
        "What must be true after it."),
    ] + work, exactlyOne: [["job", "action"]], requires: ["secrets": ["action"]])

  private static let work: [Field] = [
    .optional("job", .name(ofKind: "Job"), "The job that it runs."),
    .optional("action", Action.shape, "What it does, as in a job."),
    .optional(
      "secrets", SecretReference.byVariable,
      "Secrets that the action gets as environment variables."),
    .defaulted(
      "with", .map(of: .anything, keys: TextRule(length: 1...63, format: .identifier)), to: [:],
      "Parameters; ${{ … }} stands for a value of an expression."),
    .optional(
      "timeout", .format(.duration(in: .init(nanoseconds: 1_000_000)...(.days(30)))),
      "How long it may take; by default the job's timeout, or an hour."),
  ]

  private static let rollback = ObjectShape(
    work, exactlyOne: [["job", "action"]], requires: ["secrets": ["action"]])

  static let outcome = ObjectShape([
    .required("description", .text(.line), "What it shows."),
    .required("check", .text(.expression), "What must be true, in CEL."),
    .defaulted("required", .boolean, to: true, "Whether the pack fails where it is not."),
  ])

  static func check(_ spec: Value, in input: SpecCheck, _ findings: inout SpecFindings) {
    let steps = spec["steps"]?.array ?? []
    let expressions = PackExpressions(spec, in: input)
    for (index, step) in steps.enumerated() {
      let tokens = ["steps", "\(index)"]
      for (part, place) in [(step, tokens), (step["rollback"] ?? .null, tokens + ["rollback"])] {
        Action.check(part["action"], at: place + ["action"], &findings)
        checkTemplates(part["with"] ?? .null, at: place + ["with"], &findings)
      }
      expressions.check(step, at: tokens, &findings)
      if step["mutating"] == false, let action = step["action"],
        Action.isMutating(action) == true
      {
        findings.report(
          code: "contradiction", "the action changes something, so mutating cannot be false",
          at: tokens + ["mutating"], hint: "remove mutating", related: tokens + ["action"])
      }
    }
    checkGraph(steps, in: input, &findings)
  }

  // MARK: Needs

  private static func checkGraph(
    _ steps: [Value], in input: SpecCheck, _ findings: inout SpecFindings,
  ) {
    let ids = steps.map { $0["id"]?.string ?? "" }
    var edges: [[(to: Int, tokens: [String])]] = steps.map { _ in [] }
    for (index, step) in steps.enumerated() {
      for need in step["needs"]?.array ?? [] {
        guard let name = need.string else { continue }
        let tokens = input.tokens(
          ofItem: need, in: ["steps", "\(index)", "needs"], as: .format(.resourceName))
        if let target = ids.firstIndex(of: name) {
          edges[index].append((target, tokens))
        } else {
          findings.report(
            code: "unknown-step", "there is no step \"\(name)\"", at: tokens,
            hint: Suggestion.didYouMean(name, among: ids)
              ?? "steps are \(ids.joined(separator: ", "))")
        }
      }
    }
    guard let cycle = cycle(in: edges), let first = cycle.first, let last = cycle.last else {
      return
    }
    let path = (cycle.map(\.from) + [first.from]).map { ids[$0] }.joined(separator: " → ")
    findings.report(
      code: "cycle", "steps wait for each other: \(path)", at: last.tokens,
      hint: "remove one of these needs", related: cycle.count > 1 ? first.tokens : nil)
  }

  /// The edges of one cycle; nil where there is none.
  private static func cycle(
    in edges: [[(to: Int, tokens: [String])]],
  ) -> [(from: Int, tokens: [String])]? {
    enum Mark { case new, open, done }
    var marks = Array(repeating: Mark.new, count: edges.count)
    for root in edges.indices where marks[root] == .new {
      var path: [(step: Int, next: Int)] = [(root, 0)]
      marks[root] = .open
      while let top = path.last {
        guard top.next < edges[top.step].count else {
          marks[top.step] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let target = edges[top.step][top.next].to
        switch marks[target] {
        case .new:
          marks[target] = .open
          path.append((target, 0))
        case .open:
          let start = path.firstIndex { $0.step == target } ?? 0
          return path[start...].map { ($0.step, edges[$0.step][$0.next - 1].tokens) }
        case .done: break
        }
      }
    }
    return nil
  }

  // MARK: Templates

  /// Refuses `${{` without an end or without an expression.
  private static func checkTemplates(
    _ value: Value, at tokens: [String], _ findings: inout SpecFindings,
  ) {
    switch value {
    case .array(let items):
      for (index, item) in items.enumerated() {
        checkTemplates(item, at: tokens + ["\(index)"], &findings)
      }
    case .object(let members):
      for member in members {
        checkTemplates(member.value, at: tokens + [member.key], &findings)
      }
    case .string(let text):
      do throws(Template.Problem) {
        _ = try Template.parts(of: text)
      } catch {
        findings.report(code: "bad-format", error.reason, at: tokens)
      }
    default: break
    }
  }
}
