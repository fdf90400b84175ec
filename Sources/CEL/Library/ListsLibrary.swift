extension CELLibrary {
  /// Parts, order and sums of lists.
  package static let lists = CELLibrary(
    "lists",
    functions: ListFunctions.parts + ListFunctions.shapes + ListFunctions.order
      + ListFunctions.sums + ListFunctions.places,
    macros: [.sortBy])
}

private enum ListFunctions {
  private static let element = CELType.parameter("A")
  private static let anyList = CELType.list(element)

  private static func member(
    _ name: String, _ others: [CELType], _ result: CELType, _ body: CELBody
  ) -> CELFunction {
    CELFunction(name, isMember: true, [anyList] + others, result, body)
  }

  /// The elements, paid for.
  private static func elements(
    _ value: CELValue, _ name: String, _ frame: inout CELFrame
  ) throws(CELFailure) -> [CELValue] {
    let list = try CELArguments.list(value, name)
    try frame.charge(list.count)
    return list.elements
  }

  // MARK: Parts

  static let parts: [CELFunction] = [
    member(
      "slice", [.int, .int], anyList,
      .three { list, start, end, frame throws(CELFailure) in
        let list = try CELArguments.list(list, "slice")
        let start = try CELArguments.int(start, "slice")
        let end = try CELArguments.int(end, "slice")
        guard start >= 0, start <= end, end <= list.count else {
          throw CELFailure(
            .indexOutOfRange,
            "slice(\(start), \(end)) needs 0 <= start <= end <= \(list.count), the size of the list"
          )
        }
        try frame.charge(Int(end - start))
        return .list((Int(start)..<Int(end)).map { list.element(at: $0) })
      }),
    member(
      "first", [], .optional(element),
      .one { list, _ throws(CELFailure) in
        let list = try CELArguments.list(list, "first")
        return .optional(list.count == 0 ? .none : CELOptional(list.element(at: 0)))
      }),
    member(
      "last", [], .optional(element),
      .one { list, _ throws(CELFailure) in
        let list = try CELArguments.list(list, "last")
        let count = list.count
        return .optional(count == 0 ? .none : CELOptional(list.element(at: count - 1)))
      }),
  ]

  // MARK: Shapes

  static let shapes: [CELFunction] = [
    CELFunction(
      "lists.range", [.int], .list(.int),
      .one { count, frame throws(CELFailure) in
        let count = try CELArguments.int(count, "lists.range")
        try frame.charge(Int(clamping: max(0, min(count, Int64(Int.max / 2)))))
        return .list((0..<max(0, count)).map { .int($0) })
      }),
    member(
      "reverse", [], anyList,
      .one { list, frame throws(CELFailure) in
        .list(try elements(list, "reverse", &frame).reversed())
      }),
    member(
      "distinct", [], anyList,
      .one { list, frame throws(CELFailure) in
        try distinct(elements(list, "distinct", &frame), &frame)
      }),
    CELFunction(
      "flatten", isMember: true, [.list(.list(element))], .list(element),
      .one { list, frame throws(CELFailure) in
        .list(try flat(elements(list, "flatten", &frame), depth: 1, &frame))
      }),
    CELFunction(
      "flatten", isMember: true, [.list(.dyn), .int], .list(.dyn),
      .two { list, depth, frame throws(CELFailure) in
        let depth = try CELArguments.int(depth, "flatten")
        guard depth >= 0 else {
          throw CELFailure(.invalidArgument, "flatten: the depth \(depth) is negative")
        }
        return .list(try flat(elements(list, "flatten", &frame), depth: depth, &frame))
      }),
  ]

  private static func flat(
    _ elements: [CELValue], depth: Int64, _ frame: inout CELFrame
  ) throws(CELFailure) -> [CELValue] {
    var result = elements
    var left = min(depth, 1_000)
    // One level after another, so that no nesting can overflow the stack.
    while left > 0 {
      var next: [CELValue] = []
      var hasLists = false
      for element in result {
        guard case .list(let inner) = element else {
          try frame.charge(1)
          next.append(element)
          continue
        }
        try frame.charge(1 + inner.count)
        hasLists = true
        next += inner.elements
      }
      guard hasLists else { return result }
      result = next
      left -= 1
    }
    return result
  }

  /// The first of all elements that are equal; scalars are found by hashing.
  private static func distinct(
    _ elements: [CELValue], _ frame: inout CELFrame
  ) throws(CELFailure) -> CELValue {
    var seen: Set<CELKey> = []
    var others: [CELValue] = []
    var result: [CELValue] = []
    for element in elements {
      if case .string(let text) = element { try frame.charge(bytes: text.utf8.count) }
      if let key = CELKey(looking: element) {
        if seen.insert(key).inserted { result.append(element) }
        continue
      }
      guard try !CELLibrary.contains(others, element, &frame) else { continue }
      others.append(element)
      result.append(element)
    }
    return .list(result)
  }

  // MARK: Order

  static let order: [CELFunction] = [
    member(
      "sort", [], anyList,
      .one { list, frame throws(CELFailure) in
        let elements = try elements(list, "sort", &frame)
        return .list(try ListOrder.sorted(elements, by: elements, "sort", &frame))
      }),
    CELFunction(
      "@sortedBy", [.list(element), .list(.parameter("B"))], .list(element),
      .two { list, keys, frame throws(CELFailure) in
        let elements = try elements(list, "sortBy", &frame)
        let keys = try ListFunctions.elements(keys, "sortBy", &frame)
        return .list(try ListOrder.sorted(elements, by: keys, "sortBy", &frame))
      }),
    member(
      "isSorted", [], .bool,
      .one { list, frame throws(CELFailure) in
        let elements = try elements(list, "isSorted", &frame)
        for (one, next) in zip(elements, elements.dropFirst()) {
          if try CELOperations.compare(.less, next, one, &frame) { return .bool(false) }
        }
        return .bool(true)
      }),
    extreme("min", .less),
    extreme("max", .greater),
  ]

  private static func extreme(_ name: String, _ symbol: CELOperator) -> CELFunction {
    member(
      name, [], element,
      .one { list, frame throws(CELFailure) in
        let elements = try elements(list, name, &frame)
        guard var best = elements.first else {
          throw CELFailure(.invalidArgument, "\(name) of an empty list")
        }
        for next in elements.dropFirst()
        where try CELOperations.compare(symbol, next, best, &frame) {
          best = next
        }
        return best
      })
  }

  // MARK: Sums

  static let sums: [CELFunction] = [
    (CELType.int, CELValue.int(0)), (.uint, .uint(0)), (.double, .double(0)),
    (.duration, CELDuration(seconds: 0).map { .duration($0) } ?? .int(0)),
  ].map { type, zero in
    CELFunction(
      "sum", isMember: true, [.list(type)], type,
      .one { list, frame throws(CELFailure) in
        let elements = try elements(list, "sum", &frame)
        guard var total = elements.first else { return zero }
        switch total {
        case .int, .uint, .double, .duration: break
        default: throw CELLibrary.mismatch("sum", total)
        }
        for next in elements.dropFirst() {
          total = try CELOperations.apply(.add, total, next, &frame)
        }
        return total
      })
  }

  // MARK: Places

  static let places: [CELFunction] = [
    member(
      "indexOf", [element], .int,
      .two { list, wanted, frame throws(CELFailure) in
        let elements = try elements(list, "indexOf", &frame)
        for (index, element) in elements.enumerated()
        where try CELEquality.areEqual(element, wanted, &frame) {
          return .int(Int64(index))
        }
        return .int(-1)
      }),
    member(
      "lastIndexOf", [element], .int,
      .two { list, wanted, frame throws(CELFailure) in
        let elements = try elements(list, "lastIndexOf", &frame)
        for (index, element) in elements.enumerated().reversed()
        where try CELEquality.areEqual(element, wanted, &frame) {
          return .int(Int64(index))
        }
        return .int(-1)
      }),
  ]
}

/// Sorts values that have an order.
private enum ListOrder {
  /// `elements` in the order of `keys`, of which there are as many; equal keys keep their order.
  static func sorted(
    _ elements: [CELValue], by keys: [CELValue], _ name: String, _ frame: inout CELFrame
  ) throws(CELFailure) -> [CELValue] {
    guard let first = keys.first, elements.count == keys.count else { return elements }
    var bytes = 0
    for key in keys {
      guard key.kind == first.kind else {
        throw CELFailure(
          .noSuchOverload,
          "'\(name)' needs values of one type, not \(first.typeName) and \(key.typeName)")
      }
      switch key {
      case .int, .uint, .double, .bool, .timestamp, .duration: break
      case .string(let text): bytes += text.utf8.count
      case .bytes(let content): bytes += content.count
      default: throw CELLibrary.mismatch(name, key)
      }
    }
    let levels = Int.bitWidth - keys.count.leadingZeroBitCount
    try frame.charge((keys.count + bytes >> 4) * levels)
    let order = keys.indices.sorted { precedes(keys[$0], keys[$1]) ?? ($0 < $1) }
    return order.map { elements[$0] }
  }

  /// Whether `one` comes first, NaN last of all numbers; nil where both are equal.
  private static func precedes(_ one: CELValue, _ other: CELValue) -> Bool? {
    switch (one, other) {
    case (.int(let one), .int(let other)): one == other ? nil : one < other
    case (.uint(let one), .uint(let other)): one == other ? nil : one < other
    case (.double(let one), .double(let other)):
      one == other || (one.isNaN && other.isNaN) ? nil : other.isNaN || one < other
    case (.bool(let one), .bool(let other)): one == other ? nil : !one
    case (.string(let one), .string(let other)):
      CELText.areEqual(one, other) ? nil : CELText.isLess(one, other)
    case (.bytes(let one), .bytes(let other)):
      one == other ? nil : one.lexicographicallyPrecedes(other)
    case (.timestamp(let one), .timestamp(let other)): one == other ? nil : one < other
    case (.duration(let one), .duration(let other)): one == other ? nil : one < other
    default: nil
    }
  }
}
