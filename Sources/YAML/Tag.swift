/// A tag that was written before a node.
enum Tag: Equatable {
  /// A lone `!`.
  case nonSpecific
  case string
  case integer
  case float
  case bool
  case null
  case map
  case list
  case other(String)

  /// Takes the full form, with the prefix that the handle stands for.
  init(_ text: String) {
    let core = "tag:yaml.org,2002:"
    switch text {
    case "!": self = .nonSpecific
    case core + "str": self = .string
    case core + "int": self = .integer
    case core + "float": self = .float
    case core + "bool": self = .bool
    case core + "null": self = .null
    case core + "map": self = .map
    case core + "seq": self = .list
    default: self = .other(text.hasPrefix(core) ? "!!" + text.dropFirst(core.count) : text)
    }
  }

  /// As a person writes it.
  var name: String {
    switch self {
    case .nonSpecific: "!"
    case .string: "!!str"
    case .integer: "!!int"
    case .float: "!!float"
    case .bool: "!!bool"
    case .null: "!!null"
    case .map: "!!map"
    case .list: "!!seq"
    case .other(let text): text
    }
  }
}
