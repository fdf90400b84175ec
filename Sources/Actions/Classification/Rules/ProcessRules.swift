/// Programs that look at processes and their use of the host.
enum ProcessRules {
  typealias Verdict = CommandRule.Verdict

  static let rules: [(String, CommandRule)] =
    CommandRule.each(
      "ps pgrep pidof pstree pmap free uptime w who users", .observe, "looks at processes")
    + CommandRule.each("top", .observe, "looks at processes", .only(top, operands: 0...0))
    + CommandRule.each(
      "lsof", .observe, "looks at open files", .unless(OptionDanger(short: "D")))
    + CommandRule.each("kill", .remediate, "sends signals", .judged(kill))
    + CommandRule.each(
      "vmstat iostat mpstat iotop iftop nethogs nfsstat", .diagnose, "measures the host")
    + CommandRule.each(
      "sar", .diagnose, "measures the host", .unless(OptionDanger(short: "o")))
    + CommandRule.each(
      "pidstat", .diagnose, "measures processes", .unless(OptionDanger(short: "e")))
    + CommandRule.each("strace ltrace", .diagnose, "traces a process", .judged(trace))
    + CommandRule.each(
      "perf", .diagnose, "lists what can be measured", .verbs(["list", "version"]))

  private static let top = OptionGrammar(flags: "bcHiSE1", valued: "ndpuUow")

  static func kill(_ words: [CommandWord]) -> Verdict? {
    guard let first = words.first?.known else { return nil }
    if first == "-l" || first == "-L" { return .observe("lists signals") }
    let numbers = words.dropFirst()
    let arePlain = numbers.allSatisfy { $0.known?.utf8.allSatisfy(\.isShellDigit) ?? false }
    guard first == "-0", !numbers.isEmpty, arePlain else { return nil }
    return .observe("asks whether a process is there")
  }

  private static func trace(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(flags: "cCdfFhiqrtTvVwxy", valued: "aeps")
    guard let reading = try? grammar.read(words), reading.operands.isEmpty,
      reading.options.contains(where: { $0.name == "-p" })
    else { return .remediate("starts a program, or writes a file") }
    // Only options that mean the same to both programs. `-e inject=` changes what system calls do; `-p` takes a number, or a list of numbers.
    for option in reading.options where option.name == "-e" {
      let text = option.value?.known ?? "inject"
      guard !text.contains("inject"), !text.contains("fault") else {
        return .remediate("changes what a process does")
      }
    }
    return nil
  }
}
