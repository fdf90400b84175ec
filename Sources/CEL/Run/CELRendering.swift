/// Short forms of values for messages.
enum CELRendering {
  /// A key or index; long strings are cut.
  static func key(_ value: CELValue) -> String {
    switch value {
    case .string(let string): "'\(cut(string))'"
    case .int(let int): String(int)
    case .uint(let uint): "\(uint)u"
    case .double(let double): "\(double)"
    case .bool(let bool): "\(bool)"
    default: value.typeName
    }
  }

  /// At most 64 characters of `text`.
  static func cut(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(65)
    guard start.count > 64 else { return text }
    return String(String.UnicodeScalarView(start.prefix(64))) + "…"
  }
}
