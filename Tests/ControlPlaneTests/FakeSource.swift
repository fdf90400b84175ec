import Engine
import Planning
import Resources
import Synchronization

/// A source whose head is a new revision in each pass, with the contents that the test says.
final class FakeSource: RevisionSource {
  typealias Script = @Sendable (_ pass: Int) async throws(SourceError) -> Head

  struct Head: Sendable {
    var resources: [Resource] = []
    var diagnostics: [Diagnostic] = []

    static let empty = Head()
  }

  private struct State {
    var passes = 0
    var head = Head.empty
  }

  private let script: Script
  private let state = Mutex(State())

  init(_ script: @escaping Script = { _ in .empty }) { self.script = script }

  /// How many passes have begun.
  var passes: Int { state.withLock(\.passes) }

  static func revision(ofPass pass: Int) -> String {
    let digits = String(pass, radix: 16)
    return String(repeating: "0", count: 40 - digits.count) + digits
  }

  func refresh() async throws(SourceError) {
    let pass = state.withLock { state in
      state.passes += 1
      return state.passes
    }
    let head = try await script(pass)
    state.withLock { $0.head = head }
  }

  func head(liveRoots: [String]) -> any RevisionReader {
    state.withLock { FakeRevision(revision: Self.revision(ofPass: $0.passes), head: $0.head) }
  }

  func keep(_ revision: String) {}
}

private struct FakeRevision: RevisionReader {
  let revision: String
  let head: FakeSource.Head
  let roots = [""]
  let missingRoots: [String] = []
  let isShallow = false

  func contains(_ revision: String) -> Bool { true }

  func ancestry(since revision: String) -> PlanInput.Ancestry { .descends }

  func delta(since base: String?) -> SourceDelta {
    let files = Set(head.resources.map(\.location.file))
    return SourceDelta(
      isEverything: true, touchedFiles: files, presentFiles: files, resources: head.resources,
      diagnostics: head.diagnostics, blobsRead: files.count)
  }

  func resources(inFiles files: [String]) -> [Resource] {
    head.resources.filter { files.contains($0.location.file) }
  }

  func origins(of files: Set<String>, since base: String?) -> [String: Origin] { [:] }
}

extension Resource {
  static func sample(_ name: String) -> Resource {
    let content = CanonicalJSON.bytes(
      of: ["kind": "Job", "metadata": ["name": .string(name)], "spec": [:]])
    return Resource(
      key: ResourceKey(kind: "Job", name: name), content: content,
      location: SourceLocation(file: "\(name).yaml", range: .start), references: [], claims: [],
      marks: .none, node: nil)
  }
}

struct QuietWindows: ChangeWindowJudge {
  func findings(for plan: Plan, live: any LiveReader, at time: Timestamp) -> [GuardFinding] { [] }
}
