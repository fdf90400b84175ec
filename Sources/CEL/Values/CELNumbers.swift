/// Comparisons between the number types, as if all were on one number line.
enum CELNumbers {
  /// Less than, equal, greater than, or nothing of these (not a number).
  enum Order {
    case less, equal, greater, none
  }

  static func order<Number: Comparable>(_ left: Number, _ right: Number) -> Order {
    left < right ? .less : left == right ? .equal : left > right ? .greater : .none
  }

  static func order(_ left: Int64, _ right: UInt64) -> Order {
    left < 0 ? .less : order(UInt64(left), right)
  }

  /// The order of two numbers of any types, or nil if one is no number.
  static func order(_ left: CELValue, _ right: CELValue) -> Order? {
    switch (left, right) {
    case (.int(let left), .int(let right)): order(left, right)
    case (.uint(let left), .uint(let right)): order(left, right)
    case (.double(let left), .double(let right)): order(left, right)
    case (.int(let left), .uint(let right)): order(left, right)
    case (.uint(let left), .int(let right)): flipped(order(right, left))
    case (.int(let left), .double(let right)): order(Double(left), right)
    case (.double(let left), .int(let right)): order(left, Double(right))
    case (.uint(let left), .double(let right)): order(Double(left), right)
    case (.double(let left), .uint(let right)): order(left, Double(right))
    default: nil
    }
  }

  /// The whole number that `double` is, if it is one.
  static func int(_ double: Double) -> Int64? {
    guard double >= -0x1p63, double < 0x1p63, Double(Int64(double)) == double else { return nil }
    return Int64(double)
  }

  /// The whole number without sign that `double` is, if it is one.
  static func uint(_ double: Double) -> UInt64? {
    guard double >= 0, double < 0x1p64, Double(UInt64(double)) == double else { return nil }
    return UInt64(double)
  }

  private static func flipped(_ order: Order) -> Order {
    switch order {
    case .less: .greater
    case .greater: .less
    default: order
    }
  }
}
