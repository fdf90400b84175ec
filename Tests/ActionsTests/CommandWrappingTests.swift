import Actions
import Testing

/// Whatever a command is wrapped in, it does not look more harmless.
struct CommandWrappingTests {
  private static let wrappers: [@Sendable (String) -> String] = [
    { "sh -c \(quoted($0))" }, { "bash -ec \(quoted($0))" }, { "env sh -c \(quoted($0))" },
    { "sudo sh -c \(quoted($0))" }, { "eval \(quoted($0))" }, { "echo $(\($0)\n)" },
    { "echo \"$(\($0)\n)\"" }, { "x=$(\($0)\n)" }, { "echo | { \($0)\n}" }, { "{ \($0)\n} | cat" },
    { "( \($0)\n)" }, { "f() { \($0)\n}; f" }, { "g() ( \($0)\n); g" },
    { "if true; then \($0)\nfi" }, { "if \($0)\nthen ls; fi" }, { "while \($0)\ndo ls; done" },
    { "for i in a b; do \($0)\ndone" }, { "case a in a) \($0)\n;; esac" }, { "true && { \($0)\n}" },
    { "false || { \($0)\n}" }, { "! { \($0)\n}" }, { "{ \($0)\n} &" }, { "ls; \($0)" },
    { "\($0)\nls" }, { "nohup nice -n 5 timeout 5 sh -c \(quoted($0))" },
    { "xargs sh -c \(quoted($0))" }, { "trap \(quoted($0)) EXIT" }, { "watch \(quoted($0))" },
    { "busybox sh -c \(quoted($0))" }, { "command eval \(quoted($0))" },
    { "exec sh -c \(quoted($0))" }, { "echo ${x:-$(\($0)\n)}" }, { "cat <<A\n$(\($0)\n)\nA\n" },
    { "cat < $(\($0)\n)" }, { "ls | xargs env A=b stdbuf -o0 sh -c \(quoted($0))" },
    { "setsid -w time ionice -c3 sh -c \(quoted($0))" },
  ]

  /// What makes even a harmless command remediate.
  private static let raising: [@Sendable (String) -> String] = [
    { "echo $((1 + $(\($0)\n)))" }, { "python3 -c \(quoted($0))" }, { "ssh host \(quoted($0))" },
    { "find . -exec sh -c \(quoted($0)) \\;" }, { "echo \(quoted($0)) | sh" },
    { "sh <<'A'\n\($0)\nA\n" },
    { "awk 'BEGIN { system(\"\($0)\") }'" }, { "env -S \(quoted($0))" }, { "ls() { \($0)\n}; ls" },
  ]

  private static let commands: [(String, CommandLevel)] = [
    ("rm x", .remediate), ("ls > x", .remediate), ("unknown-program", .remediate),
    ("$x", .remediate), ("PATH=/tmp", .remediate), ("find . -delete", .remediate),
    ("curl https://x", .diagnose), ("dmesg", .diagnose),
  ]

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  @Test func noWrapperLowersTheLevel() {
    let seed = UInt64.random(in: 0...(.max))
    var generator = SeededGenerator(seed: seed)
    for (text, expected) in Self.commands {
      for wrap in Self.wrappers + Self.raising {
        #expect(level(script(wrap(text))) >= expected, "\(wrap(text))")
      }
    }
    for _ in 0..<3000 {
      guard let (command, expected) = Self.commands.randomElement(using: &generator) else {
        continue
      }
      var text = command
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        guard let wrap = (Self.wrappers + Self.raising).randomElement(using: &generator) else {
          continue
        }
        text = wrap(text)
      }
      #expect(level(script(text)) >= expected, "seed \(seed): \(text)")
    }
  }

  @Test func wrappersOfHarmlessCommandsAreRead() {
    for wrap in Self.wrappers {
      let result = CommandClassifier.classify(script(wrap("ls")))
      #expect(result.level < .remediate, "\(wrap("ls")): \(result.reasons)")
    }
  }

  @Test func commandsAddedToAScriptNeverLowerIt() {
    for (text, expected) in Self.commands {
      #expect(level(script("ls\n\(text)\nps")) == expected)
      #expect(level(script("set -eu; \(text)")) == expected)
    }
  }
}
