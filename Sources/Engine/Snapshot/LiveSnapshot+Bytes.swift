import Resources
import Planning
import Workflows

extension LiveSnapshot {
  /// Why some bytes are not a snapshot that can be used.
  package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is something else, or damaged.
    case malformed(line: Int, String)
    /// It ends before its seal.
    case truncated
    case newerFormat(Int64)
    /// The seal is not that of the bytes before it.
    case sealDiffers
    /// It contradicts itself, although the seal fits.
    case inconsistent(String)

    package var description: String {
      switch self {
      case .malformed(let line, let reason): "line \(line): \(reason)"
      case .truncated: "it ends before its seal"
      case .newerFormat(let version):
        "it has format \(version); this version of Writ reads \(LiveSnapshot.formatVersion)"
      case .sealDiffers: "its seal does not fit what it says: it was changed after the export"
      case .inconsistent(let reason): reason
      }
    }

    /// What helps.
    package var hint: String {
      switch self {
      case .newerFormat: "use the Writ that wrote it, or a newer one"
      case .truncated: "copy the whole file, or write it again: writ snapshot export --out FILE"
      default: "write it again: writ snapshot export --out FILE"
      }
    }
  }

  private static let format = "writ-live-snapshot"
  private static let lineFeed = UInt8(ascii: "\n")
  private static let maximumDepth = 128

  /// A header, the resources by key, what else there is, and the seal, each as canonical JSON on a
  /// line of its own.
  package var bytes: [UInt8] {
    var writer = CanonicalJSON(reservingCapacity: 1024 + entries.count * 1024)
    func write(_ value: Value) {
      writer.write(value)
      writer.endLine()
    }
    write(header)
    for entry in entries { write(entry.value) }
    for drift in drifts { write(["drift": drift.snapshotValue]) }
    for decision in decisions { write(["decision": decision.snapshotValue]) }
    let digest = Digest(of: writer.bytes)
    write(["sha256": .string(digest.description)])
    return writer.bytes
  }

  private var header: Value {
    [
      "acknowledgements": .array(
        acknowledgements.map {
          ["guard": .string($0.guardName.rawValue), "plan": .string($0.plan)]
        }),
      "decisions": .integer(Int64(decisions.count)), "drifts": .integer(Int64(drifts.count)),
      "exact": .bool(isExact), "exportedAt": .string(exportedAt.description),
      "format": .string(Self.format), "formatVersion": .integer(Self.formatVersion),
      "quarantine": .array(quarantine.map { .string($0.description) }),
      "resources": .integer(Int64(entries.count)),
      "revision": revision.map { .string($0) } ?? .null,
      "roots": .array(roots.map { .string($0) }), "settings": settings,
      "stateRoot": .string(root.description),
    ]
  }

  private var settings: Value {
    [
      "drift": .string(drift.mode.rawValue),
      "driftIgnored": .array(
        drift.ignored.map {
          [
            "field": .string($0.field.description), "kind": $0.kind.map { .string($0) } ?? .null,
            "name": $0.name.map { .string($0) } ?? .null,
          ]
        }),
      "guards": [
        "deletePercent": .integer(Int64(guards.deletePercent)),
        "massLimit": .integer(Int64(guards.massLimit)),
        "updatePercent": .integer(Int64(guards.updatePercent)),
      ],
    ]
  }

  /// Reads what `bytes` wrote, and nothing else.
  ///
  /// The seal, each digest and the state root are computed again; no input stops the program.
  package init(reading bytes: [UInt8]) throws(Problem) {
    guard bytes.count <= Self.byteLimit else {
      throw .malformed(line: 1, "it has more than \(Self.byteLimit) bytes")
    }
    var lines = bytes.split(separator: Self.lineFeed, omittingEmptySubsequences: false)[...]
    let header = try Self.value(lines.first ?? [], 1)
    guard header["format"]?.string == Self.format, let version = header["formatVersion"]?.integer
    else { throw .malformed(line: 1, "it is not a snapshot of Writ") }
    guard version <= Self.formatVersion else { throw .newerFormat(version) }
    guard lines.popLast()?.isEmpty == true, let seal = lines.popLast(), !lines.isEmpty,
      let digest = (try? Self.value(seal, 0))?["sha256"]?.string
    else { throw .truncated }
    let sealed = bytes.count - seal.count - 1
    guard Digest(of: Array(bytes[..<sealed])).description == digest else { throw .sealDiffers }
    self.init(empty: ())
    let counts = try read(header)
    var number = 1
    for line in lines.dropFirst() {
      number += 1
      try add(try Self.value(line, number), number)
    }
    guard entries.count == counts.resources, drifts.count == counts.drifts,
      decisions.count == counts.decisions
    else { throw .inconsistent("it announces other numbers of entries than follow") }
    guard self.bytes == bytes else { throw .inconsistent("a member is unknown or out of order") }
    if let problem { throw .inconsistent(problem) }
  }

  private init(empty: Void) {
    self.init(
      revision: nil, roots: [], isExact: true, root: .zero, exportedAt: Timestamp(nanoseconds: 0),
      entries: [], drifts: [], acknowledgements: [], quarantine: [], decisions: [],
      guards: GuardSettings(), drift: DriftPolicy())
  }

  private static func value(_ line: ArraySlice<UInt8>, _ number: Int) throws(Problem) -> Value {
    do throws(JSONError) {
      return try JSONReader.read(
        Array(line), maximumDepth: maximumDepth, maximumBytes: StateSnapshot.lineLimit)
    } catch {
      throw .malformed(line: number, "it is not JSON: \(error.message)")
    }
  }

  private mutating func read(
    _ header: Value,
  ) throws(Problem) -> (resources: Int, drifts: Int, decisions: Int) {
    func count(_ key: String) -> Int? {
      header[key]?.integer.flatMap { (0...Int64(Self.entryLimit)).contains($0) ? Int($0) : nil }
    }
    guard let isExact = header["exact"]?.bool,
      let root = header["stateRoot"]?.string.flatMap({ Digest(hex: $0) }),
      let exportedAt = header["exportedAt"]?.string.flatMap({ try? Timestamp(parsing: $0) }),
      let resources = count("resources"), let drifts = count("drifts"),
      let decisions = count("decisions"), let settings = header["settings"]
    else { throw .malformed(line: 1, "a member of the header is missing or has another form") }
    revision = header["revision"]?.string
    roots = (header["roots"]?.array ?? []).compactMap(\.string)
    self.isExact = isExact
    self.root = root
    self.exportedAt = exportedAt
    quarantine = (header["quarantine"]?.array ?? []).compactMap {
      $0.string.flatMap { Digest(hex: $0) }
    }
    acknowledgements = (header["acknowledgements"]?.array ?? []).compactMap { value in
      guard let name = value["guard"]?.string.flatMap(GuardFinding.Name.init),
        let plan = value["plan"]?.string
      else { return nil }
      return Acknowledgement(guardName: name, plan: plan)
    }
    try read(settings: settings)
    return (resources, drifts, decisions)
  }

  private mutating func read(settings: Value) throws(Problem) {
    let guards = settings["guards"]
    guard let mode = settings["drift"]?.string.flatMap(DriftPolicy.Mode.init),
      let limit = guards?["massLimit"]?.integer, let deletes = guards?["deletePercent"]?.integer,
      let updates = guards?["updatePercent"]?.integer
    else { throw .malformed(line: 1, "the settings have another form") }
    drift.mode = mode
    drift.ignored = (settings["driftIgnored"]?.array ?? []).compactMap { rule in
      rule["field"]?.string.map {
        DriftPolicy.IgnoreRule(
          kind: rule["kind"]?.string, name: rule["name"]?.string, field: JSONPointer(parsing: $0))
      }
    }
    self.guards.massLimit = Int(clamping: limit)
    self.guards.deletePercent = Int(clamping: deletes)
    self.guards.updatePercent = Int(clamping: updates)
  }

  private mutating func add(_ value: Value, _ line: Int) throws(Problem) {
    if let body = value["drift"] {
      guard let drift = Drift(snapshot: body) else {
        throw .malformed(line: line, "the drift has another form")
      }
      drifts.append(drift)
    } else if let body = value["decision"] {
      guard let decision = ApprovalDecision(snapshot: body) else {
        throw .malformed(line: line, "the decision has another form")
      }
      decisions.append(decision)
    } else {
      guard let entry = Entry(value) else {
        throw .malformed(line: line, "the resource has another form")
      }
      if let last = entries.last, !(last.key < entry.key) {
        throw .malformed(line: line, "\(entry.key) does not come after \(last.key)")
      }
      entries.append(entry)
    }
  }
}
