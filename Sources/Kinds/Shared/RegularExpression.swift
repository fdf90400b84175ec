/// The grammar of RE2's regular expressions, which Alertmanager uses and which run in linear time.
///
/// This checks texts; it matches nothing.
enum RegularExpression {
  /// Why `pattern` is not one; nil when it is.
  static func problem(with pattern: String) -> String? {
    var parser = Parser(rest: Array(pattern.unicodeScalars)[...])
    do throws(Problem) {
      try parser.alternatives(depth: 0)
      guard parser.rest.isEmpty else { return "a \")\" closes nothing" }
      return nil
    } catch {
      return error.reason
    }
  }

  private struct Problem: Error { var reason: String }

  private struct Parser {
    var rest: ArraySlice<Unicode.Scalar>
    private var groups: Set<String> = []

    init(rest: ArraySlice<Unicode.Scalar>) { self.rest = rest }

    mutating func alternatives(depth: Int) throws(Problem) {
      guard depth <= 100 else { throw Problem(reason: "groups are nested more than 100 deep") }
      try sequence(depth)
      while rest.first == "|" {
        rest.removeFirst()
        try sequence(depth)
      }
    }

    private mutating func sequence(_ depth: Int) throws(Problem) {
      while let next = rest.first, next != "|", next != ")" {
        rest.removeFirst()
        switch next {
        case "*", "+", "?": throw Problem(reason: "\"\(next)\" repeats nothing")
        case "(":
          if try group(depth) { continue }
        case "[": try set()
        case "\\": try escape(inSet: false)
        default: break
        }
        try repetition()
      }
    }

    /// Reads a group after its `(`; true where it only sets flags and so cannot be repeated.
    private mutating func group(_ depth: Int) throws(Problem) -> Bool {
      if rest.first == "?" {
        rest.removeFirst()
        if try prefix() { return true }
      }
      try alternatives(depth: depth + 1)
      guard rest.popFirst() == ")" else { throw Problem(reason: "a \"(\" is not closed") }
      return false
    }

    /// Reads what follows `(?`; true where the group ends with it.
    private mutating func prefix() throws(Problem) -> Bool {
      if rest.first == "P" { rest.removeFirst() }
      if rest.first == "<" {
        rest.removeFirst()
        if let next = rest.first, next == "=" || next == "!" {
          throw Problem(reason: "lookbehind is not supported")
        }
        return try name()
      }
      if let next = rest.first, next == "=" || next == "!" {
        throw Problem(reason: "lookahead is not supported")
      }
      let flags = rest.prefix { "imsU-".unicodeScalars.contains($0) }
      rest = rest.dropFirst(flags.count)
      switch rest.popFirst() {
      case ":": return false
      case ")" where !flags.isEmpty: return true
      default: throw Problem(reason: "\"(?\" begins an unknown kind of group")
      }
    }

    private mutating func name() throws(Problem) -> Bool {
      let name = String(String.UnicodeScalarView(rest.prefix { $0 != ">" && $0 != ")" }))
      rest = rest.dropFirst(name.unicodeScalars.count)
      let isWord = name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || $0 == UInt8(ascii: "_")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
      guard rest.popFirst() == ">", !name.isEmpty, isWord else {
        throw Problem(reason: "a group's name is not a word")
      }
      guard groups.insert(name).inserted else {
        throw Problem(reason: "two groups are named \(name)")
      }
      return false
    }

    private mutating func repetition() throws(Problem) {
      guard let next = rest.first else { return }
      switch next {
      case "*", "+", "?": rest.removeFirst()
      case "{":
        guard let count = try counts() else { return }
        rest = rest.dropFirst(count)
      default: return
      }
      if rest.first == "?" { rest.removeFirst() }
      guard let again = rest.first else { return }
      if "*+?".unicodeScalars.contains(again) { throw Problem(reason: "a repetition is repeated") }
      if again == "{", try counts() != nil { throw Problem(reason: "a repetition is repeated") }
    }

    /// The length of `{2}`, `{2,}` or `{2,5}` here; nil where the brace is only a character.
    private func counts() throws(Problem) -> Int? {
      guard let end = rest.firstIndex(of: "}") else { return nil }
      let inner = rest[(rest.startIndex + 1)..<end]
      let sides = inner.split(separator: ",", omittingEmptySubsequences: false)
      let digits = "0123456789".unicodeScalars
      guard (1...2).contains(sides.count), let low = sides.first, !low.isEmpty,
        sides.allSatisfy({ $0.allSatisfy(digits.contains) })
      else { return nil }
      let numbers = sides.filter { !$0.isEmpty }.map {
        Int(String(String.UnicodeScalarView($0))) ?? 9999
      }
      guard numbers.allSatisfy({ $0 <= 1000 }) else {
        throw Problem(reason: "a repetition is more than 1000")
      }
      if numbers.count == 2, numbers[0] > numbers[1] {
        throw Problem(reason: "a repetition ends before it begins")
      }
      return inner.count + 2
    }

    private mutating func set() throws(Problem) {
      if rest.first == "^" { rest.removeFirst() }
      var isFirst = true
      while let next = rest.popFirst() {
        if next == "]", !isFirst { return }
        isFirst = false
        if next == "[", rest.first == ":" {
          try posixClass()
          continue
        }
        let low = try member(next)
        guard rest.first == "-", let after = rest.dropFirst().first, after != "]" else { continue }
        rest = rest.dropFirst(2)
        guard let low, let high = try member(after) else {
          throw Problem(reason: "a range in [] has a class as its end")
        }
        guard low <= high else { throw Problem(reason: "a range in [] ends before it begins") }
      }
      throw Problem(reason: "a \"[\" is not closed")
    }

    private mutating func member(_ first: Unicode.Scalar) throws(Problem) -> Unicode.Scalar? {
      guard first == "\\" else { return first }
      return try escape(inSet: true)
    }

    private mutating func posixClass() throws(Problem) {
      let name = rest.dropFirst().prefix { $0 != ":" }
      let known = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
      ]
      var text = String(String.UnicodeScalarView(name))
      if text.first == "^" { text.removeFirst() }
      rest = rest.dropFirst(name.count + 1)
      guard rest.popFirst() == ":", rest.popFirst() == "]", known.contains(text) else {
        throw Problem(reason: "\"[:\" begins an unknown class")
      }
    }

    /// Reads what follows a backslash; the character that it means, nil for a class or a place.
    @discardableResult
    private mutating func escape(inSet: Bool) throws(Problem) -> Unicode.Scalar? {
      guard let next = rest.popFirst() else {
        throw Problem(reason: "it ends in a backslash")
      }
      switch next {
      case "d", "D", "s", "S", "w", "W": return nil
      case "p", "P":
        try property()
        return nil
      case "b", "B", "A", "z", "C":
        if inSet { throw Problem(reason: "\"\\\(next)\" has no meaning in []") }
        return nil
      case "Q":
        while !rest.isEmpty, !rest.starts(with: "\\E".unicodeScalars) { rest.removeFirst() }
        rest = rest.dropFirst(2)
        return nil
      case "E": return nil
      case "a": return "\u{07}"
      case "f": return "\u{0C}"
      case "n": return "\n"
      case "r": return "\r"
      case "t": return "\t"
      case "v": return "\u{0B}"
      case "x": return try hexadecimal()
      case "0": return octal()
      case "1"..."9": throw Problem(reason: "back references are not supported")
      default:
        let isLetter = next.isASCII && next.properties.isAlphabetic
        if isLetter || !next.isASCII {
          throw Problem(reason: "\"\\\(next)\" is an unknown escape")
        }
        return next
      }
    }

    private mutating func hexadecimal() throws(Problem) -> Unicode.Scalar {
      var digits = rest.prefix(2)
      if rest.first == "{" {
        digits = rest.dropFirst().prefix { $0 != "}" }
        rest = rest.dropFirst(digits.count + 2)
      } else {
        rest = rest.dropFirst(2)
      }
      let text = String(String.UnicodeScalarView(digits))
      guard text.utf8.count >= 1, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
        let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value)
      else { throw Problem(reason: "\"\\x\" is not followed by hexadecimal digits") }
      return scalar
    }

    private mutating func octal() -> Unicode.Scalar {
      let digits = rest.prefix(2).prefix { "01234567".unicodeScalars.contains($0) }
      rest = rest.dropFirst(digits.count)
      let value = UInt8(String(String.UnicodeScalarView(digits)), radix: 8) ?? 0
      return Unicode.Scalar(value)
    }

    private mutating func property() throws(Problem) {
      guard let first = rest.popFirst() else { throw Problem(reason: "\"\\p\" names no class") }
      guard first == "{" else { return }
      let name = rest.prefix { $0 != "}" }
      rest = rest.dropFirst(name.count)
      guard rest.popFirst() == "}", !name.isEmpty else {
        throw Problem(reason: "\"\\p{\" is not closed")
      }
    }
  }
}
