import Engine
import Kinds
import Planning
import Resources
import Synchronization
import TestSupport
import Workflows

/// Snapshots with up to three resources of two kinds: two jobs, and a schedule that names one.
enum SmallUniverse {
  typealias Files = [String: String]

  static func job(
    _ name: String, _ version: Int = 1, annotations: [String: String] = [:],
  ) -> String {
    Manifest.job(name, timeout: "\(version)h", annotations: annotations)
  }

  static func schedule(of job: String, annotations: [String: String] = [:]) -> String {
    Manifest.schedule("s", job: job, annotations: annotations)
  }

  /// Every snapshot: each resource absent or in one of its variants.
  ///
  /// Those in which the schedule names a job that is not there are invalid.
  static let all: [Files] = {
    let first: [(String, String)?] = [
      nil, ("one", job("a")), ("one", job("a", 2)), ("two", job("a")),
      ("one", job("a", annotations: Manifest.protected)),
      ("one", job("a", annotations: Manifest.kept)),
    ]
    let second: [(String, String)?] = [nil, ("one", job("b")), ("three", job("b", 2))]
    let third: [(String, String)?] = [
      nil, ("three", schedule(of: "a")), ("three", schedule(of: "b")),
      ("four", schedule(of: "a", annotations: Manifest.kept)),
    ]
    var result: [Files] = []
    for a in first {
      for b in second {
        for s in third { result.append(files([a, b, s].compactMap(\.self))) }
      }
    }
    return result
  }()

  private static func files(_ manifests: [(String, String)]) -> Files {
    let grouped = Dictionary(grouping: manifests) { "manifests/\($0.0).yaml" }
    var files = grouped.mapValues { $0.map(\.1).joined(separator: "---\n") }
    // A root without files does not exist in git.
    files["manifests/.keep"] = ""
    return files
  }

  /// The few that stand for the rest where every order of operations is tried.
  static let few: [Files] = [
    files([("one", job("a")), ("three", schedule(of: "a"))]),
    files([("one", job("a", 2)), ("three", schedule(of: "b")), ("three", job("b"))]),
    files([("two", job("a", annotations: Manifest.protected)), ("three", job("b"))]),
    files([("one", job("a", annotations: Manifest.kept)), ("one", job("b", 2))]),
    files([("three", job("b"))]),
    files([]),
    files([("three", schedule(of: "a"))]),
  ]
}

/// A line of commits of the small universe, with what is in their files read once for all.
struct SmallHistory {
  private(set) var commits: [SmallUniverse.Files] = []

  mutating func push(_ files: SmallUniverse.Files) { commits.append(files) }

  static func id(_ position: Int) -> String {
    let digits = String(position + 1, radix: 16)
    return String(repeating: "0", count: 40 - digits.count) + digits
  }

  /// The newest revision, or as many earlier as `age` says.
  func revision(age: Int = 0) -> SmallRevision? {
    let index = commits.count - 1 - age
    return index < 0 ? nil : SmallRevision(commits: commits, index: index)
  }
}

/// One commit of a `SmallHistory`, read as `GitRevision` reads a commit.
struct SmallRevision: RevisionReader {
  let commits: [SmallUniverse.Files]
  let index: Int

  var revision: String { SmallHistory.id(index) }
  var roots: [String] { ["manifests"] }
  var missingRoots: [String] { [] }
  var isShallow: Bool { false }
  /// The snapshot that this commit is.
  var snapshot: Reading { Self.read(commits[index].filter { $0.key.hasSuffix(".yaml") }) }

  func contains(_ revision: String) -> Bool { position(of: revision) != nil }

  private func position(of revision: String) -> Int? {
    commits.indices.first { SmallHistory.id($0) == revision }
  }

  func ancestry(since revision: String) throws(SourceError) -> PlanInput.Ancestry {
    guard let base = position(of: revision) else { return .unknown }
    return base <= index ? .descends : .rewritten
  }

  func delta(since base: String?) throws(SourceError) -> SourceDelta {
    let old = base.flatMap(position).map { commits[$0] } ?? [:]
    let new = commits[index]
    let touched = Set(old.keys).union(new.keys)
      .filter { $0.hasSuffix(".yaml") && old[$0] != new[$0] }
    let present = new.filter { touched.contains($0.key) }
    let read = Self.read(present)
    return SourceDelta(
      isEverything: base == nil, touchedFiles: touched, presentFiles: Set(present.keys),
      resources: read.resources, diagnostics: read.diagnostics, blobsRead: present.count)
  }

  func resources(inFiles files: [String]) throws(SourceError) -> [Resource] {
    Self.read(commits[index].filter { files.contains($0.key) }).resources
  }

  func origins(
    of files: Set<String>, since base: String?,
  ) throws(SourceError) -> [String: Origin] {
    var result: [String: Origin] = [:]
    for file in files {
      let touched = (0...index).reversed().first { position in
        commits[position][file] != (position == 0 ? nil : commits[position - 1][file])
      }
      result[file] = Origin(
        commit: SmallHistory.id(touched ?? index), author: "ana", email: "ana@example.org",
        time: Timestamp(seconds: 1_700_000_000 + Int64(touched ?? index)))
    }
    return result
  }

  // MARK: Reading each text once

  struct Reading: Sendable {
    var resources: [Resource]
    var diagnostics: [Diagnostic]
  }

  private static let known = Mutex<[String: Reading]>([:])

  private static func read(_ files: SmallUniverse.Files) -> Reading {
    var all = Reading(resources: [], diagnostics: [])
    for (file, text) in files.sorted(by: { $0.key < $1.key }) {
      let key = file + "\n" + text
      let reading = known.withLock { known in
        if let reading = known[key] { return reading }
        let snapshot = Snapshot([file: text])
        let reading = Reading(resources: snapshot.resources, diagnostics: snapshot.diagnostics)
        known[key] = reading
        return reading
      }
      all.resources += reading.resources
      all.diagnostics += reading.diagnostics
    }
    return all
  }
}

/// What must be live, by the rules of the design and nothing of the planner's: the oracle.
struct SmallState: Hashable {
  struct Thing: Hashable {
    var digest: Digest
    var file: String
    var isKept: Bool
    var isOrphaned: Bool
  }

  var things: [ResourceKey: Thing] = [:]

  /// What becomes of this when `resources` are all that git has: they, and what asks to stay.
  func after(_ resources: [Resource]) -> SmallState {
    var next = SmallState()
    for (key, thing) in things where thing.isKept || thing.isOrphaned {
      next.things[key] = thing
      next.things[key]?.isOrphaned = true
    }
    for resource in resources {
      next.things[resource.key] = Thing(
        digest: resource.digest, file: resource.location.file, isKept: resource.marks.isKept,
        isOrphaned: false)
    }
    return next
  }

  init() {}

  /// What a store has.
  init(_ state: MemoryState) {
    for (key, row) in state.rows {
      things[key] = Thing(
        digest: row.side.digest, file: row.side.location.file, isKept: row.side.marks.isKept,
        isOrphaned: row.side.isOrphaned)
    }
  }

  var root: Digest {
    StateTree(entries: things.map { StateTree.Entry(key: $0.key, digest: $0.value.digest) }).root
  }
}
