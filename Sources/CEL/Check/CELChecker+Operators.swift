extension CELChecker {
  mutating func operation(_ node: Int) -> CELType {
    switch syntax[node].form {
    case .unary(let symbol, let operand):
      let type = inference.shallow(self.type(of: operand))
      return unary(node, symbol, type)
    case .binary(let symbol, let left, let right):
      let (left, right) = (type(of: left), type(of: right))
      return binary(node, symbol, left, right)
    case .and(let operands):
      for operand in operands { condition(operand, of: "'&&'") }
      return .bool
    case .or(let operands):
      for operand in operands { condition(operand, of: "'||'") }
      return .bool
    case .conditional(let condition, let then, let other):
      self.condition(condition, of: "the condition before '?'")
      let (then, other) = (type(of: then), type(of: other))
      if let type = inference.join(then, other) { return type }
      mismatch(
        "'?:' gives \(inference.full(then)) or \(inference.full(other)), which must be the same",
        at: node, hint: "wrap one of them in dyn(…)")
      return .dyn
    default: return .dyn
    }
  }

  private mutating func unary(_ node: Int, _ symbol: CELOperator, _ type: CELType) -> CELType {
    guard !isOpen(type) else { return symbol == .not ? .bool : .dyn }
    if symbol == .not, type == .bool { return .bool }
    if symbol == .negate, type == .int || type == .double { return type }
    mismatch("'\(symbol.text)' does not take \(inference.full(type))", at: node)
    return symbol == .not ? .bool : .dyn
  }

  private mutating func binary(
    _ node: Int, _ symbol: CELOperator, _ left: CELType, _ right: CELType
  ) -> CELType {
    switch symbol {
    case .equal, .notEqual:
      let mark = inference.mark
      if inference.unify(left, right) { return .bool }
      inference.rollBack(to: mark)
      return refuse(node, symbol, left, right, result: .bool, hint: comparisonHint(left, right))
    case .isIn: return membership(node, left, inference.shallow(right))
    default:
      if symbol == .add, case .list = inference.shallow(left), case .list = inference.shallow(right)
      {
        if let type = inference.join(left, right) { return type }
        return .list(.dyn)
      }
      var results: [CELType] = []
      for row in Self.rows(of: symbol) where fits(left, row.0) && fits(right, row.1) {
        if !results.contains(row.2) { results.append(row.2) }
      }
      if symbol == .add, fitsList(left), fitsList(right) { results.append(.list(.dyn)) }
      let isComparison = Self.comparisons.contains(symbol)
      guard let first = results.first else {
        return refuse(
          node, symbol, left, right, result: isComparison ? .bool : .dyn,
          hint: arithmeticHint(left, right))
      }
      return results.count == 1 ? first : .dyn
    }
  }

  private func fitsList(_ type: CELType) -> Bool {
    if case .list = inference.shallow(type) { return true }
    return isOpen(type)
  }

  private func fits(_ type: CELType, _ wanted: CELType) -> Bool {
    isOpen(type) || inference.shallow(type) == wanted
  }

  private mutating func membership(_ node: Int, _ element: CELType, _ container: CELType) -> CELType
  {
    let mark = inference.mark
    switch container {
    case .list(let wanted), .map(let wanted, _):
      if inference.unify(element, wanted) { return .bool }
    case .object:
      if inference.unify(element, .string) { return .bool }
    case .dyn, .variable: return .bool
    default: break
    }
    inference.rollBack(to: mark)
    return refuse(node, .isIn, element, container, result: .bool, hint: nil)
  }

  private mutating func refuse(
    _ node: Int, _ symbol: CELOperator, _ left: CELType, _ right: CELType, result: CELType,
    hint: String?
  ) -> CELType {
    mismatch(
      "'\(symbol.text)' does not take \(shown([left, right]))", at: node, hint: hint)
    return result
  }

  private func comparisonHint(_ left: CELType, _ right: CELType) -> String? {
    let types = [inference.shallow(left), inference.shallow(right)]
    if types.contains(.null) { return "use has(…) to ask whether something is there" }
    return arithmeticHint(left, right)
  }

  private func arithmeticHint(_ left: CELType, _ right: CELType) -> String? {
    let numbers: [CELType] = [.int, .uint, .double]
    let (left, right) = (inference.shallow(left), inference.shallow(right))
    if numbers.contains(left), numbers.contains(right), left != right {
      return "convert one of them, such as \(left)(…)"
    }
    if left == .duration, right == .string { return "write duration('…')" }
    if left == .timestamp, right == .string { return "write timestamp('…')" }
    if left == .string, numbers.contains(right) { return "convert the number with string(…)" }
    return nil
  }

  private static let comparisons: Set<CELOperator> = [.less, .lessEqual, .greater, .greaterEqual]

  private typealias Row = (CELType, CELType, CELType)

  private static func rows(of symbol: CELOperator) -> [Row] {
    switch symbol {
    case .add: additions
    case .subtract: subtractions
    case .multiply, .divide: products
    case .modulo: remainders
    default: orders
    }
  }

  private static let products: [Row] = [
    (.int, .int, .int), (.uint, .uint, .uint), (.double, .double, .double),
  ]
  private static let remainders: [Row] = [(.int, .int, .int), (.uint, .uint, .uint)]
  private static let additions: [Row] =
    products + [
      (.string, .string, .string), (.bytes, .bytes, .bytes),
      (.timestamp, .duration, .timestamp), (.duration, .timestamp, .timestamp),
      (.duration, .duration, .duration),
    ]
  private static let subtractions: [Row] =
    products + [
      (.timestamp, .timestamp, .duration), (.timestamp, .duration, .timestamp),
      (.duration, .duration, .duration),
    ]
  private static let orders: [Row] = {
    let same: [CELType] = [.bool, .string, .bytes, .timestamp, .duration]
    let numbers: [CELType] = [.int, .uint, .double]
    var rows: [Row] = []
    for type in same { rows.append((type, type, .bool)) }
    for left in numbers { for right in numbers { rows.append((left, right, .bool)) } }
    return rows
  }()
}
