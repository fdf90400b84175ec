import Actions
import Testing

struct ShellParserBoundsTests {
  private static let seeds = [
    "if [ -f /x ]; then cat \"$x\"; else echo 'no'; fi",
    "for f in a b; do stat \"$f\" 2>&1 >/dev/null; done",
    "cat <<EOF\n$(ls \"`ps`\") ${x:-$(y)}\nEOF\nls", "case $x in (a|b) ls;; *) ps & esac",
    "f() { echo $((1+$x)); }; f | grep -v x",
    "a=(1 \"$b\" $'c\\x41'); [[ $a =~ ^(x|y)$ && ! -f z ]] || echo ${a[@]//x/y}",
    "x=`echo \\`ls\\`` && { ls; } <<-E\n\ta\n\tE",
    "diff <(ls a) >(cat) &>/dev/null; ((i++)); while ! true; do ls; done",
    "sh -c 'rm \"$x\"' | xargs -I{} env A=b sed -n 's/a/b/p'",
  ]

  @Test(arguments: [ShellDialect.posix, .bash, .zsh])
  func mutationsAreReadInBoundedTime(dialect: ShellDialect) {
    let seed = UInt64.random(in: 0...(.max))
    print("seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let pool = Array("'\"`$(){}[];&|<>\\\n #=!*~ax1-:@%,/".utf8)
    for _ in 0..<7000 {
      var bytes = Array((Self.seeds.randomElement(using: &generator) ?? "").utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.insert(pool.randomElement(using: &generator) ?? 0, at: place)
        case 1: if place < bytes.count { bytes.remove(at: place) }
        case 2: bytes.removeSubrange(place...)
        default:
          let other = Array((Self.seeds.randomElement(using: &generator) ?? "").utf8)
          bytes.insert(
            contentsOf: other.prefix(Int.random(in: 0...20, using: &generator)), at: place)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let (_, steps) = ShellParser.parseCounting(text, dialect: dialect)
      #expect(steps <= 10 * text.utf8.count + 100, "seed \(seed): \(text)")
      let action = script(text, [dialect == .posix ? "sh" : dialect.rawValue])
      _ = CommandPolicy(name: "p", level: .remediate, allowed: ["ls"], blocked: ["rm x"]).decide(
        action)
    }
  }

  @Test(arguments: [
    "(", "$(", "`", "{ ", "\"$(", "${x:-", "if ", "$((", "f() {", "case x in x) ", "<(", "[[ ",
    "a[$(", "\\`", "! ", "sh -c '",
    "x=(", "\"", "'", "\\", "while ", "env ", "<<E\n", "eval ", "$(cat <<E\n",
  ])
  func nestingOfAnyDepthIsRefusedOrRead(text: String) {
    for dialect in [ShellDialect.posix, .bash] {
      let deep = String(repeating: text, count: 10_000)
      let (_, steps) = ShellParser.parseCounting(deep, dialect: dialect)
      #expect(steps <= 10 * deep.utf8.count + 1000)
      #expect(level(script(deep, [dialect == .posix ? "sh" : dialect.rawValue])) == .remediate)
    }
  }

  @Test func nestsUpToTheLimit() {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: 1) + String(repeating: " (", count: depth - 1) + "ls"
        + String(repeating: ")", count: depth)
    }
    #expect(level(script(nested(40))) == .observe)
    #expect(level(script(nested(64))) == .remediate)
    #expect(level(script(nested(10_000))) == .remediate)
  }

  @Test func refusesScriptsThatAreTooLarge() {
    let line = "ls -l /tmp\n"
    let large = String(repeating: line, count: (1 << 20) / line.utf8.count)
    guard case .unparsed(let reason, _) = ShellParser.parse(large) else {
      Issue.record("a script of 1 MiB was read")
      return
    }
    #expect(reason.contains("limit"))
    #expect(level(script(large)) == .remediate)
    #expect(level(script(String(repeating: line, count: 20_000))) == .observe)
  }

  @Test(arguments: [
    ("a", 250_000), ("a ", 60_000), ("ls;", 30_000), ("{", 250_000), ("a=", 100_000),
    ("`ls`", 15_000),
    ("$x", 40_000), ("<<A\nA\n", 15_000), ("1", 250_000), ("\\\n", 120_000), ("#", 250_000),
    ("'a'", 40_000), ("ls<<A\nA\n", 12_000), ("`ls<<A\nA\n`", 12_000),
  ])
  func longScriptsTakeLinearTime(text: String, count: Int) {
    let long = String(repeating: text, count: count)
    let (_, steps) = ShellParser.parseCounting(long, dialect: .bash)
    #expect(steps <= 10 * long.utf8.count + 1000)
    _ = level(bash(long))
  }

  @Test func namesThePlaceThatItDoesNotUnderstand() {
    #expect(ShellParser.parse("ls; fi") == .unparsed(reason: "unexpected 'fi'", offset: 4))
    #expect(
      ShellParser.parse("ls\u{0}") == .unparsed(reason: "the script contains a NUL byte", offset: 2)
    )
  }
}
