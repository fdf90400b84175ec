/// Tells whether a program for sed only reads and prints.
enum SedProgram {
  typealias Verdict = CommandRule.Verdict

  static func judge(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "nErsuz", valued: "el",
      long: [
        "quiet", "silent", "expression=", "regexp-extended", "separate", "unbuffered",
        "null-data", "posix", "sandbox", "debug",
      ])
    guard let reading = try? grammar.read(words) else {
      return .remediate("has an option that can change files")
    }
    let scripts = reading.options.filter { $0.name == "-e" || $0.name == "--expression" }
    let program = scripts.isEmpty ? Array(reading.operands.prefix(1)) : scripts.compactMap(\.value)
    let texts = program.compactMap(\.known)
    guard !texts.isEmpty, texts.count == program.count else {
      return .remediate("its program is only known when it runs")
    }
    var reader = SedProgramReader(bytes: Array(texts.joined(separator: "\n").utf8))
    return reader.isHarmless() ? nil : .remediate("its program may run commands or write files")
  }
}

/// Reads the commands of sed that cannot write or run anything; stops at any other.
struct SedProgramReader {
  let bytes: [UInt8]
  private var position = 0
  private var groups = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func isHarmless() -> Bool {
    while true {
      skip(" \t\n;")
      guard next != nil else { return groups == 0 }
      guard readAddresses(), readCommand() else { return false }
    }
  }

  private mutating func skip(_ set: String) {
    while let byte = next, set.utf8.contains(byte) { position += 1 }
  }

  private mutating func readAddresses() -> Bool {
    guard readAddress() else { return false }
    skip(" \t")
    if next == UInt8(ascii: ",") {
      position += 1
      skip(" \t+~")
      guard readAddress() else { return false }
    }
    skip(" \t!")
    return true
  }

  private mutating func readAddress() -> Bool {
    guard let byte = next else { return true }
    if byte.isShellDigit || byte == UInt8(ascii: "$") {
      skip("0123456789$~")
    } else if byte == UInt8(ascii: "/") {
      position += 1
      guard readDelimited(by: UInt8(ascii: "/")) else { return false }
      skip("I")
    }
    return true
  }

  /// Skips up to and with the delimiter; brackets hide it from some seds, so both must agree.
  private mutating func readDelimited(by delimiter: UInt8) -> Bool {
    var bracket = false
    while let byte = next {
      position += 1
      if byte == UInt8(ascii: "\n") { return false }
      if byte == UInt8(ascii: "\\") {
        guard next != nil, next != UInt8(ascii: "\n") else { return false }
        position += 1
        continue
      }
      if byte == UInt8(ascii: "[") { bracket = true }
      if byte == UInt8(ascii: "]") { bracket = false }
      if byte == delimiter { return !bracket }
    }
    return false
  }

  private mutating func readCommand() -> Bool {
    guard let command = next else { return false }
    position += 1
    switch command {
    case UInt8(ascii: "{"):
      groups += 1
      return true
    case UInt8(ascii: "}"):
      groups -= 1
      return groups >= 0 && readEnd()
    case UInt8(ascii: "s"), UInt8(ascii: "y"):
      guard let delimiter = next, !"\\\n; \t[]".utf8.contains(delimiter),
        !delimiter.isShellName
      else { return false }
      position += 1
      guard readDelimited(by: delimiter), readDelimited(by: delimiter) else { return false }
      if command == UInt8(ascii: "s") { skip("gpiI0123456789") }
      return readEnd()
    case UInt8(ascii: "q"), UInt8(ascii: "Q"), UInt8(ascii: "l"), UInt8(ascii: "L"):
      skip(" 0123456789")
      return readEnd()
    case UInt8(ascii: "="), UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "g"),
      UInt8(ascii: "G"), UInt8(ascii: "h"), UInt8(ascii: "H"), UInt8(ascii: "n"), UInt8(ascii: "N"),
      UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: "x"), UInt8(ascii: "z"),
      UInt8(ascii: "F"):
      return readEnd()
    default: return false
    }
  }

  /// Whether a command ends here.
  private mutating func readEnd() -> Bool {
    skip(" \t")
    guard let byte = next else { return true }
    return byte == UInt8(ascii: ";") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "}")
  }
}
