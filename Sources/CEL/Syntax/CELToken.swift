/// A word of the language with its place in the source.
struct CELToken: Sendable {
  let kind: Kind
  let offset: Int
  let length: Int

  init(kind: Kind, offset: Int, length: Int) {
    self.kind = kind
    self.offset = offset
    self.length = length
  }

  /// A token that covers all from the begin of `first` to the end of `last`.
  init(kind: Kind, from first: CELToken, to last: CELToken) {
    self.init(kind: kind, offset: first.offset, length: last.offset + last.length - first.offset)
  }

  enum Kind: Sendable {
    case identifier(String)
    /// A name in backticks, allowed after a dot.
    case quoted(String)
    /// A word that cannot be a variable but can be a field.
    case reserved(String)
    /// The digits of a whole number; the sign belongs to the parser.
    case int(UInt64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case symbol(Symbol)
    case end
  }

  enum Symbol: String, Sendable {
    case leftParen = "(", rightParen = ")", leftBracket = "[", rightBracket = "]"
    case leftBrace = "{", rightBrace = "}", dot = ".", comma = ",", colon = ":", question = "?"
    case not = "!", minus = "-", plus = "+", star = "*", slash = "/", percent = "%"
    case and = "&&", or = "||", equal = "==", notEqual = "!=", less = "<", lessEqual = "<="
    case greater = ">", greaterEqual = ">=", isIn = "in", yes = "true", no = "false", null
  }

  /// The token for messages.
  var text: String {
    switch kind {
    case .identifier(let name), .quoted(let name), .reserved(let name): "'\(name)'"
    case .int, .uint, .double: "a number"
    case .string: "a string"
    case .bytes: "bytes"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .end: "the end of the expression"
    }
  }

  /// Words that are kept for the languages around.
  static let reservedWords: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
  ]
}
