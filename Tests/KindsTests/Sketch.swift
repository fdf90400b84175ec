import Resources

/// A value of a manifest before it is written: with the freedom that its meaning leaves.
indirect enum Sketch {
  /// Texts that mean the same; integers among them may stand without quotes.
  case text([String])
  case integer(Int64)
  case number(Double)
  case bool(Bool)
  case list([Sketch], isSet: Bool, mayBeSingle: Bool)
  /// Members, and defaults that may be written out or left out.
  case map([(key: String, value: Sketch)], defaults: [(key: String, value: Sketch)])

  /// A value as it is, with nothing to choose.
  init(_ value: Value) {
    switch value {
    case .null: self = .text(["null"])
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .integer(number)
    case .number(let number): self = .number(number)
    case .string(let text): self = .text([text])
    case .array(let items): self = .list(items.map(Sketch.init), isSet: false, mayBeSingle: false)
    case .object(let members):
      self = .map(members.map { ($0.key, Sketch($0.value)) }, defaults: [])
    }
  }

  /// The value with the first choice everywhere, and without defaults.
  var value: Value {
    switch self {
    case .text(let texts): .string(texts[0])
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .bool(let flag): .bool(flag)
    case .list(let items, _, _): .array(items.map(\.value))
    case .map(let members, _): .sorted(members.map { .init($0.key, $0.value.value) })
    }
  }
}

/// Makes random sketches that fit a shape.
struct SketchMaker {
  var generator: SplitMix64
  private var depth = 0

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func sketch(of shape: Shape) -> Sketch {
    switch shape {
    case .text(let rule): return .text(texts(rule))
    case .boolean: return .bool(generator.chance(50))
    case .integer(let range):
      let high = min(range.upperBound, max(range.lowerBound, 20))
      return .integer(Int64.random(in: range.lowerBound...high, using: &generator))
    case .number(let range):
      let number =
        Double(Int64.random(in: 0...8, using: &generator)) / 2 + max(range.lowerBound, -5)
      return .number(number)
    case .choice(let words): return .text([generator.pick(words)])
    case .format(let format): return .text(texts(format))
    case .name: return .text([generator.pick(Self.names)])
    case .list(let item, let rule): return list(item, rule)
    case .map(let item, let keys):
      var members: [(key: String, value: Sketch)] = []
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        let key = texts(keys)[0]
        if !members.contains(where: { $0.key == key }) { members.append((key, sketch(of: item))) }
      }
      return .map(members, defaults: [])
    case .object(let object): return self.object(object)
    case .recursive(let shape): return object(shape.object())
    case .either(let shapes): return sketch(of: generator.pick(shapes))
    case .anything: return Sketch(generator.pick(Self.values))
    }
  }

  private static let names = ["db-backup", "a", "x.y", "n0", "primary"]
  private static let values: [Value] = [
    "text", 5, true, [1, "a"], ["k": "v", "b": []], .number(1.5), "10m",
  ]

  private mutating func texts(_ rule: TextRule) -> [String] {
    if let format = rule.format { return texts(format) }
    let all = [
      "plain", "two words", "a: b # c", "Ünï-cödé 🐘", "line one\nline two\n", "\"quoted\" \\ back",
      "- dash", "yes", "1.0", "0644", "x", "true", "a\tb", " lead", "{{ x }}", "null", "2026-01-01",
    ]
    return [generator.pick(all.filter { rule.length.contains($0.unicodeScalars.count) })]
  }

  private mutating func texts(_ format: TextFormat) -> [String] {
    if !format.words.isEmpty { return [generator.pick(format.words)] }
    let groups = (Self.samples[format.name] ?? []) + [[format.example]]
    let fitting = groups.map { group in
      group.filter { (try? format.canonicalize($0)) != nil }
    }.filter { !$0.isEmpty }
    return generator.pick(fitting)
  }

  /// Texts that mean the same, by the name of their format.
  static let samples: [String: [[String]]] = [
    "a duration": [
      ["60s", "1m"], ["90m", "1h30m"], ["24h", "1d", "1440m"], ["7d", "1w"], ["45s"],
      ["2h", "120m"],
      ["1500ms", "1s500ms"], ["0s", "0m"], ["5s"], ["3h"], ["30s"], ["12h"],
    ],
    "a time": [
      ["2026-12-24T18:00:00Z", "2026-12-24T19:00:00+01:00", "2026-12-24t18:00:00.000z"],
      ["2027-01-01T00:00:00Z", "2026-12-31T23:00:00-01:00"], ["2026-01-01T00:00:00.5Z"],
    ],
    "a date": [["2026-12-25"], ["2028-02-29"]],
    "a time of day": [["08:00"], ["22:30"], ["24:00", "00:00"], ["23:00"]],
    "a number of bytes": [["64KiB", "65536", "65536B"], ["1MiB", "1024KiB"], ["1000", "1kB"]],
    "a number of hosts or a percentage": [["1"], ["10%", "010%"], ["100%"], ["5", "05"]],
    "a day of the week or a range of days": [
      ["mon-fri", "Monday:Friday", "MON-fri"], ["sat", "Saturday"], ["sun"],
      ["mon-sun", "sun-sat"],
    ],
    "a month or a range of months": [["jan", "1", "January"], ["nov-feb", "11:2"], ["may"]],
    "a day of the month or a range of days": [["1:5", "1-5", "01:05"], ["-1"], ["15", "15:15"]],
    "a year or a range of years": [["2026"], ["2026:2028", "2026-2028"]],
    "a semantic version": [["1.2.0"], ["2.0.0-rc.1+b5"]],
    "a file mode": [["0644", "644"], ["4755"]],
    "a SHA-256": [
      [String(repeating: "ab", count: 32), "sha256:" + String(repeating: "AB", count: 32)]
    ],
    "a URL": [["https://example.com/", "HTTPS://Example.com:443"], ["http://h:8080/p?q=1"]],
    "a mail address": [["ops@example.com", "ops@EXAMPLE.com"], ["a@b"]],
    "a host name": [["mail.example.com", "Mail.Example.COM"]],
    "an absolute path": [["/srv/app", "/srv//app/", "/srv/./app"], ["/"]],
    "an expression": [["1 < 2", "  1 < 2 "], ["size('ab') == 2"]],
    "a cron expression": [
      ["30 2 * * *", "30 02 * * *", "0 30 2 * * *"], ["@daily", "0 0 * * *"], ["H H * * *"],
      ["0 9 * * 1-5", "0 9 * * MON-FRI"], ["@every 90m", "@every 1h30m"], ["0 0 L * 1#2"],
    ],
    "a signal": [["HUP", "SIGHUP"]],
    "a field of an alert": [["severity"], ["label.team"], ["probe"]],
    "a label key": [["team"], ["app.kubernetes.io/name"]],
    "a label value": [["storage"], ["db-1"]],
    "the name of an environment variable": [["PGPASSWORD"], ["A_1"]],
    "a resource name": [["a"], ["db-backup"], ["x.y-2"], ["primary"], ["nights"]],
    "an identifier": [["environment"], ["hosts"], ["x_1"]],
    "the name of a header": [["x-team", "X-Team"], ["accept", "Accept"]],
    "the name of a kind": [["Job"], ["Schedule"], ["Policy"]],
    "the name of a person": [["ana"], ["Ben.K@example.com"]],
    "a word": [["operator"], ["team:db"]],
    "a version": [["1.4.0"], ["v2"]],
  ]

  private mutating func list(_ item: Shape, _ rule: ListRule) -> Sketch {
    let least = rule.count.lowerBound
    let most = min(rule.count.upperBound, max(least, depth > 8 ? 0 : 3))
    var items: [Sketch] = []
    depth += 1
    for _ in 0..<Int.random(in: least...most, using: &generator) { items.append(sketch(of: item)) }
    depth -= 1
    var isSet = false
    if case .set = rule.order { isSet = true }
    return .list(items, isSet: isSet, mayBeSingle: rule.acceptsSingle)
  }

  private mutating func object(_ shape: ObjectShape) -> Sketch {
    depth += 1
    defer { depth -= 1 }
    var names: Set<String> = []
    for field in shape.fields {
      if case .required = field.presence { names.insert(field.name) }
      if generator.chance(depth > 6 ? 10 : 40) { names.insert(field.name) }
    }
    for group in shape.exactlyOne {
      names.subtract(group)
      names.insert(generator.pick(group))
    }
    for group in shape.atLeastOne where names.isDisjoint(with: group) {
      names.insert(generator.pick(group))
    }
    var words: [String: String] = [:]
    for condition in shape.conditions where words[condition.field] == nil {
      guard let field = shape.field(named: condition.field),
        case .choice(let all) = field.shape
      else { continue }
      var word = generator.pick(all)
      if !names.contains(field.name), case .defaulted(let value) = field.presence {
        word = value.string ?? word
      }
      words[condition.field] = word
    }
    for condition in shape.conditions {
      guard let word = words[condition.field], condition.words.contains(word) else { continue }
      names.formUnion(condition.needs)
      names.subtract(condition.forbids)
    }
    // Groups come first: what a group forbids is not brought back by a need.
    for (name, needed) in shape.requires.sorted(by: { $0.key < $1.key })
    where names.contains(name) && !needed.allSatisfy(names.contains) {
      let isFree = needed.allSatisfy { need in
        !shape.exactlyOne.contains { $0.contains(need) }
          && !shape.conditions.contains { $0.forbids.contains(need) }
      }
      if isFree { names.formUnion(needed) } else { names.remove(name) }
    }
    var members: [(key: String, value: Sketch)] = []
    var defaults: [(key: String, value: Sketch)] = []
    for field in shape.fields {
      if names.contains(field.name) {
        let value =
          words[field.name].map { Sketch.text([$0]) } ?? sketch(of: field.shape)
        members.append((field.name, value))
      } else if case .defaulted(let value) = field.presence, shape.requires[field.name] == nil,
        !shape.conditions.contains(where: { $0.forbids.contains(field.name) })
      {
        defaults.append((field.name, Sketch(value)))
      }
    }
    return .map(members, defaults: defaults)
  }

  /// A manifest of `kind` that decodes; nil where none of many tries does.
  mutating func manifest(of kind: Kind) -> Sketch? {
    for _ in 0..<300 {
      let spec = object(kind.spec)
      let manifest = Sketch.map(
        [
          ("apiVersion", .text(["writ/v1"])), ("kind", .text([kind.name])),
          ("metadata", object(ManifestDecoder.metadata)), ("spec", spec),
        ], defaults: [])
      let text = CanonicalJSON.text(of: manifest.value)
      if Decoding.decode(text).resource != nil { return manifest }
    }
    return nil
  }
}
