import Actions
import Testing

struct CommandPolicyDecisionTests {
  private func isAllowed(
    _ action: Action, _ level: CommandLevel = .remediate, allowed: [String] = [],
    blocked: [String] = []
  ) -> Bool {
    let policy = CommandPolicy(name: "p", level: level, allowed: allowed, blocked: blocked)
    guard case .allowed = policy.decide(action) else { return false }
    return true
  }

  @Test(arguments: CommandLevel.allCases, CommandLevel.allCases)
  func allowsUpToItsLevel(needed: CommandLevel, given: CommandLevel) {
    let texts: [CommandLevel: String] = [
      .observe: "ls", .diagnose: "ls; dmesg", .remediate: "ls; rm x",
    ]
    #expect(isAllowed(script(texts[needed] ?? ""), given) == (needed <= given))
  }

  @Test func saysWhyAndWhatHelps() {
    let policy = CommandPolicy(name: "web", level: .observe)
    let expected =
      "policy 'web': the action needs the level remediate, and only observe is allowed, because of "
      + "'rm' (deletes); take these commands out, or raise the level of the policy"
    #expect(policy.decide(script("ls; rm x")) == .refused(expected))
  }

  @Test(arguments: [
    ("rm -rf x", "rm -rf"), ("/bin/rm -rf x", "rm -rf"), ("rm -rf x", "/bin/rm -rf"),
    ("'r'm \"-rf\" x", "rm -rf"), ("ls; (rm x)", "rm"),
    ("echo $(rm x)", "rm"), ("sh -c 'rm x'", "rm"), ("sudo rm x", "rm"), ("sudo rm x", "sudo rm"),
    ("ls | xargs rm", "rm"), ("env A=1 nice rm x", "rm"),
    ("eval 'rm x'", "rm"), ("f() { rm x; }", "rm"), ("trap 'rm x' EXIT", "rm"), ("/tmp/rm x", "rm"),
    ("rm $x", "rm -rf"), ("$x -rf", "rm -rf"),
    ("rm \"$x\" y", "rm -rf"), ("rm -r\"$x\"", "rm -rf"), ("systemctl $x nginx", "systemctl stop"),
    ("dd if=/dev/zero of=/dev/sda", "dd if="),
    ("dd if=/dev/zero of=/dev/sda", "dd if=/dev/zero of=/dev/sd"), ("ls; fi", "rm"),
    ("eval \"$x\"", "rm"), ("sh x.sh", "rm"), ("r* x", "rm"),
    ("busybox rm x", "rm"), ("cat <<E\n$(rm x)\nE", "rm"), ("for x in a; do rm $x; done", "rm"),
  ])
  func blocksPrefixesWhereverTheyAre(text: String, prefix: String) {
    #expect(!isAllowed(script(text), blocked: [prefix]))
    #expect(!isAllowed(script(text), blocked: ["other", prefix]))
  }

  @Test(arguments: [
    ("rm x", "rm -rf"), ("echo rm", "rm"), ("rmdir x", "rm"),
    ("systemctl status x", "systemctl stop"), ("rm", "rm -rf"), ("/usr/bin/rm x", "/bin/rm"),
    ("rm -rfv", "rm -rf"), ("cat <<'E'\nrm x\nE", "rm"), ("rm ./\"$x\"", "rm -rf"),
  ])
  func doesNotBlockWhatIsDifferent(text: String, prefix: String) {
    #expect(isAllowed(script(text), blocked: [prefix]))
  }

  @Test(arguments: [
    ("df -h", true), ("/bin/df -h", true), ("df -h; systemctl status x", true),
    ("df -h; ls", false), ("/tmp/df", false), ("systemctl stop x", false),
    ("systemctl $x", false), ("sh -c 'df -h'", false), ("df $(ls)", false), ("$x", false),
    ("x=1", true), ("df; fi", false), ("sudo df", false),
    ("df | df", true), ("d\"f\" -h", true), ("for x in a b; do df $x; done", true),
  ])
  func allowsOnlyWhatIsListed(text: String, isListed: Bool) {
    #expect(isAllowed(script(text), allowed: ["df", "systemctl status"]) == isListed)
  }

  @Test func judgesTypedActionsByTheirWords() {
    let restart = Action.systemd(operation: .restart, unit: "x.service")
    #expect(!isAllowed(restart, blocked: ["systemctl restart"]))
    #expect(isAllowed(restart, allowed: ["systemctl restart x.service"]))
    #expect(!isAllowed(.signalProcesses(name: "x", signal: 1), blocked: ["kill"]))
    let pods = Action.kubectl(Action.KubectlCall(verb: "get", resource: "pods", namespace: "web"))
    #expect(!isAllowed(pods, allowed: ["kubectl logs"]))
    #expect(isAllowed(pods, allowed: ["kubectl get pods"]))
  }

  @Test func classifiesTypedActions() {
    #expect(level(.readFile(path: "/x", maxBytes: 1)) == .observe)
    #expect(level(.writeFile(Action.FileWrite(path: "/x", content: "", mode: 0o644))) == .remediate)
    #expect(level(.listProcesses(name: nil)) == .observe)
    #expect(level(.signalProcesses(name: "x", signal: 15)) == .remediate)
    for operation in Action.SystemdOperation.allCases {
      #expect(
        level(.systemd(operation: operation, unit: "x"))
          == (operation == .status ? .observe : .remediate))
    }
    #expect(level(exec()) == .remediate)
    #expect(level(exec("")) == .remediate)
    #expect(level(exec("ls", "$(rm x)", "*", ";", "rm")) == .observe)
    #expect(level(exec("sh", "-c", "rm x")) == .remediate)
    #expect(level(exec("/bin/sh", "-c", "ls", "sh", "-c", "rm")) == .observe)
    #expect(level(exec("cd", "/")) == .remediate)
    #expect(level(exec("find", ".", "-delete")) == .remediate)
    let surroundings = Action.Surroundings(environment: ["LD_PRELOAD": "x"])
    #expect(level(.exec(Action.Program(argv: ["ls"], surroundings: surroundings))) == .remediate)
    #expect(level(.shell(Action.Script(text: "ls", surroundings: surroundings))) == .remediate)
  }

  @Test(arguments: [
    (Action.KubectlCall(verb: "get", resource: "pods"), CommandLevel.observe),
    (.init(verb: "logs", name: "x", arguments: ["-f"]), .observe),
    (.init(verb: "auth", arguments: ["can-i", "get", "pods"]), .observe),
    (.init(verb: "get", arguments: ["--raw", "/x"]), .remediate),
    (.init(verb: "get", arguments: ["--kubeconfig=x"]), .remediate),
    (.init(verb: "exec", name: "x", arguments: ["--", "ls"]), .remediate),
    (.init(verb: "--kubeconfig=x", resource: "get"), .remediate),
    (.init(verb: "plugin-verb"), .remediate), (.init(verb: ""), .remediate),
    (.init(verb: "get", resource: "--raw=/x"), .remediate),
    (.init(verb: "get", name: "-k"), .remediate), (.init(verb: "get", namespace: "a b"), .observe),
    (.init(verb: "auth", resource: "reconcile"), .remediate),
    (.init(verb: "delete", resource: "pod", name: "x"), .remediate),
  ])
  func classifiesKubectl(call: Action.KubectlCall, expected: CommandLevel) {
    #expect(level(.kubectl(call)) == expected)
  }

  @Test func reasonsAreSortedAndBounded() {
    let names = (0..<200).map { "unknown\($0)" }.joined(separator: "; ")
    let result = CommandClassifier.classify(script(names + "; ls; curl http://x"))
    #expect(result.reasons.count == Classification.reasonLimit)
    #expect(
      result.reasons == CommandClassifier.classify(script("curl http://x; ls; " + names)).reasons)
    let small = CommandClassifier.classify(script("ls; dmesg; rm x"))
    #expect(small.reasons.map(\.level) == [.remediate, .diagnose, .observe])
    #expect(small.reasons.map(\.subject) == ["rm", "dmesg", "ls"])
  }
}
