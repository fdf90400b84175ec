import Dispatch
package import Engine
import Faults
import Git
package import Resources
import Subprocess
import SystemPackage

/// A repository followed through a bare mirror in the data directory.
///
/// Each fetch runs in a child process that is killed when the deadline passes, because libgit2 1.5
/// has no timeouts; the child also keeps the parsers of what a server sends apart.
package final class MirrorSource: RevisionSource {
  package struct Settings: Sendable {
    /// A path or a URL.
    package var repository: String
    /// A branch, a tag, a full reference or `HEAD`.
    package var reference: String
    package var roots: [String]?
    package var access: SourceAccess
    package var deadline: Duration
    package var maximumBytes: Int

    package init(
      repository: String, reference: String, roots: [String]?, access: SourceAccess,
      deadline: Duration, maximumBytes: Int = 1 << 30,
    ) {
      self.repository = repository
      self.reference = reference
      self.roots = roots
      self.access = access
      self.deadline = deadline
      self.maximumBytes = maximumBytes
    }
  }

  private let settings: Settings
  private let mirrorPath: String
  /// The program that runs `FetchChild`, and its arguments.
  private let child: (path: String, arguments: [String])
  private let registry: KindRegistry
  private let clock: any Clock<Duration>

  package init(
    settings: Settings, mirrorPath: String, child: (path: String, arguments: [String]),
    registry: KindRegistry, clock: any Clock<Duration>,
  ) {
    self.settings = settings
    self.mirrorPath = mirrorPath
    self.child = child
    self.registry = registry
    self.clock = clock
  }

  package func refresh() async throws(SourceError) {
    if settings.repository.hasPrefix("/"), await isCurrent() { return }
    let request = FetchRequest(
      mirror: mirrorPath, url: settings.repository, reference: settings.reference,
      access: settings.access, maximumBytes: settings.maximumBytes,
      secondsLimit: Int(clamping: settings.deadline.components.seconds) + 5)
    FaultPoint.reach(.fetchAsked)
    let output = try await run(CanonicalJSON.bytes(of: request.value))
    FaultPoint.reach(.fetchAnswered)
    guard let answer = Value(json: output) else {
      throw SourceError(
        .other, "the fetch of \(printableURL) ended without an answer",
        hint: "try it by hand: git ls-remote \(printableURL)")
    }
    if let code = answer["code"]?.string {
      throw SourceError(
        SourceError.Code(rawValue: code) ?? .other, answer["message"]?.string ?? "fetch failed")
    }
  }

  /// Whether a repository on this machine has nothing new; saves the child in the usual case.
  private func isCurrent() async -> Bool {
    let settings = settings
    let mirrorPath = mirrorPath
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(returning: Self.isCurrent(settings, mirrorPath))
      }
    }
  }

  private static func isCurrent(_ settings: Settings, _ mirrorPath: String) -> Bool {
    do throws(GitError) {
      let upstream = try Repository(opening: settings.repository)
      let mirror = try Repository(opening: mirrorPath, kind: .mirror)
      return try mirror.reference(MirrorReference.source) == upstream.resolve(settings.reference)
    } catch {
      return false
    }
  }

  private var printableURL: String {
    do throws(GitError) { return try RemoteURL(settings.repository).redacted } catch {
      return "the repository"
    }
  }

  /// Runs the child with the deadline.
  private func run(_ input: [UInt8]) async throws(SourceError) -> [UInt8] {
    enum Ending: Sendable {
      case output([UInt8])
      case deadline
      case failure(String)
    }
    let child = child
    let deadline = settings.deadline
    let clock = clock
    guard let request = ChildInput.descriptor(holding: input) else {
      throw SourceError(.other, "the fetch of \(printableURL) cannot be asked for")
    }
    let ending = await withTaskGroup(of: Ending.self) { group in
      group.addTask {
        do {
          var options = PlatformOptions()
          options.teardownSequence = []
          let result = try await Subprocess.run(
            .path(FilePath(child.path)), arguments: Arguments(child.arguments),
            environment: .custom(Self.environment), platformOptions: options,
            input: .fileDescriptor(
              FileDescriptor(rawValue: request), closeAfterSpawningProcess: true),
            output: .bytes(limit: 1 << 20), error: .bytes(limit: 1 << 16))
          if result.standardOutput.isEmpty {
            return .failure("\(result.terminationStatus)")
          }
          return .output(result.standardOutput)
        } catch {
          return .failure("\(error)")
        }
      }
      group.addTask {
        try? await clock.sleep(for: deadline)
        return .deadline
      }
      let first = await group.next() ?? .deadline
      group.cancelAll()
      return first
    }
    switch ending {
    case .output(let bytes): return bytes
    case .deadline where Task.isCancelled:
      throw SourceError(.cancelled, "the fetch of \(printableURL) was ended, as the program ends")
    case .deadline:
      throw SourceError(
        .timeout,
        "the fetch of \(printableURL) took longer than \(deadline) and was ended",
        hint: "see that the server answers: git ls-remote \(printableURL); or raise --fetch-timeout"
      )
    case .failure(let words):
      throw SourceError(.other, "the fetch of \(printableURL) failed: \(words)")
    }
  }

  /// What the child inherits: no credentials, no proxies, no git settings.
  private static var environment: [Environment.Key: String] {
    var result: [Environment.Key: String] = ["PATH": "/usr/bin:/bin"]
    let home: Environment.Key = "HOME"
    if let value = ProcessEnvironment.value("HOME") { result[home] = value }
    for (name, value) in FaultPoint.environment {
      if let key = Environment.Key(rawValue: name) { result[key] = value }
    }
    return result
  }

  package func head(liveRoots: [String]) throws(SourceError) -> any RevisionReader {
    try revision(liveRoots: liveRoots)
  }

  package func revision(liveRoots: [String]) throws(SourceError) -> GitRevision {
    try GitRevision(
      repositoryPath: mirrorPath, kind: .mirror, reference: MirrorReference.source,
      requestedRoots: settings.roots, liveRoots: liveRoots, registry: registry)
  }

  package func keep(_ revision: String) throws(SourceError) {
    guard let id = ObjectID(hex: revision) else { return }
    do throws(GitError) {
      let mirror = try Repository(opening: mirrorPath, kind: .mirror)
      if try mirror.reference(MirrorReference.live) == id { return }
      let lock = try MirrorLock(mirror: mirrorPath)
      defer { withExtendedLifetime(lock) {} }
      try MirrorRepository.open(mirrorPath).setReference(MirrorReference.live, to: id)
    } catch {
      throw SourceError(error)
    }
  }
}
