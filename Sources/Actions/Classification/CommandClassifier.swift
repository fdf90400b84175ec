/// Says how much an action may do, from what it is; what is not understood is remediate.
package enum CommandClassifier {
  /// Classifies an action without running or reading anything.
  package static func classify(_ action: Action) -> Classification {
    Classification(reasons: judge(action).reasons)
  }

  static func judge(_ action: Action) -> CommandJudge {
    var judge = CommandJudge()
    switch action {
    case .shell(let script): self.judge(script, with: &judge)
    case .exec(let program):
      self.judge(program.surroundings, with: &judge)
      judge.judgeStarted(program.argv.map { CommandWord($0) }, by: "exec")
    case .readFile: judge.note("readFile", .observe, "reads a file")
    case .writeFile: judge.note("writeFile", .remediate, "writes a file")
    case .listProcesses:
      judge.commands = [[CommandWord("ps")]]
      judge.note("listProcesses", .observe, "looks at processes")
    case .signalProcesses(let name, let signal):
      judge.commands = ["kill", "pkill", "killall"].map { program in
        [program, "-\(signal)", name].map { CommandWord($0) }
      }
      judge.note("signalProcesses", .remediate, "sends signals")
    case .systemd(let operation, let unit):
      judge.commands = [["systemctl", operation.rawValue, unit].map { CommandWord($0) }]
      if operation == .status {
        judge.note("systemctl status", .observe, "looks at a unit")
      } else {
        judge.note("systemctl \(operation.rawValue)", .remediate, "changes a unit")
      }
    case .kubectl(let call): self.judge(call, with: &judge)
    }
    return judge
  }

  private static func judge(_ script: Action.Script, with judge: inout CommandJudge) {
    self.judge(script.surroundings, with: &judge)
    let words = (script.interpreter + ["-c", script.text]).map { CommandWord($0) }
    guard let program = script.interpreter.first,
      let name = CommandJudge.trustedName(of: program), ShellDialect(program: name) != nil
    else {
      // Not a shell by itself: a program that may start one, such as env.
      return judge.judgeStarted(words, by: "interpreter")
    }
    if let verdict = WrapperRules.shell(&judge, Array(words.dropFirst()), name: name) {
      judge.note(words[0].shown, verdict)
    }
  }

  private static func judge(_ surroundings: Action.Surroundings, with judge: inout CommandJudge) {
    for name in surroundings.environment.keys.sorted() {
      judge.noteAssignment(to: name)
    }
  }

  private static func judge(_ call: Action.KubectlCall, with judge: inout CommandJudge) {
    var texts = [call.verb] + [call.resource, call.name].compactMap(\.self)
    if let namespace = call.namespace { texts.append("--namespace=\(namespace)") }
    let words = (texts + call.arguments).map { CommandWord($0) }
    judge.judgeStarted([CommandWord("kubectl")] + words, by: "kubectl")
  }
}
