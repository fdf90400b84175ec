import Foundation
import Testing

/// A bare repository that teams push to, with a clone of one who does.
struct Upstream: Sendable {
  let box: Sandbox
  let bare: String
  let clone: String

  /// Makes the repository with `files`, pushed as its first commit on `main`.
  init(_ box: Sandbox, named name: String = "upstream", files: [String: String]) async throws {
    try await self.init(box, named: name)
    for (path, text) in files { try write(text, to: path) }
    try await push("first")
  }

  /// Makes the repository out of examples/quickstart.
  static func quickstart(_ box: Sandbox) async throws -> Upstream {
    let upstream = try await Upstream(box, named: "upstream")
    let example = Program.packageRoot + "/examples/quickstart"
    try await box.shell(
      "for each in manifests policies; do cp -R '\(example)'/$each '\(upstream.clone)'/; done")
    try await upstream.push("first")
    return upstream
  }

  private init(_ box: Sandbox, named name: String) async throws {
    self.box = box
    bare = "\(box.path)/\(name).git"
    clone = "\(box.path)/\(name)-clone"
    try await box.shell(
      """
      git init -q --bare -b main '\(bare)'
      git init -q -b main '\(clone)'
      git -C '\(clone)' remote add origin '\(bare)'
      """)
  }

  func write(_ text: String, to file: String) throws { try box.write(text, to: "\(clone)/\(file)") }

  func write(_ bytes: Data, to file: String) throws { try box.write(bytes, to: "\(clone)/\(file)") }

  func read(_ file: String) throws -> String {
    try String(contentsOfFile: "\(clone)/\(file)", encoding: .utf8)
  }

  func delete(_ file: String) throws {
    try FileManager.default.removeItem(atPath: "\(clone)/\(file)")
  }

  /// Replaces a text that must be there.
  func replace(
    _ old: String, by new: String, in file: String,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) throws {
    let text = try read(file)
    try #require(text.contains(old), "\(file) holds no \(old)", sourceLocation: sourceLocation)
    try write(text.replacingOccurrences(of: old, with: new), to: file)
  }

  /// Commits everything and pushes it.
  ///
  /// - Returns: the new revision.
  @discardableResult
  func push(_ message: String) async throws -> String {
    try await box.shell(
      """
      git add -A
      git commit -q --allow-empty -m '\(message)'
      git push -q origin main
      git rev-parse HEAD
      """, directory: clone)
  }

  /// Makes `main` an earlier revision, for everybody.
  func forcePush(_ revision: String) async throws {
    try await box.shell(
      "git reset -q --hard \(revision) && git push -q --force origin main", directory: clone)
  }
}

/// Small manifests.
enum Manifest {
  static func job(_ name: String, timeout: String = "5m", extra: String = "") -> String {
    """
    apiVersion: writ/v1
    kind: Job
    metadata:
      name: \(name)
    spec:
      action:
        exec: {argv: [/bin/true]}
      timeout: \(timeout)
    \(extra)
    """
  }

  static func schedule(_ name: String, job: String) -> String {
    """
    apiVersion: writ/v1
    kind: Schedule
    metadata:
      name: \(name)
    spec:
      job: \(job)
      when: {cron: "30 2 * * *"}

    """
  }

  /// Three jobs and a schedule.
  static let few = [
    "manifests/alpha.yaml": job("alpha"), "manifests/beta.yaml": job("beta"),
    "manifests/gamma.yaml": job("gamma"),
    "manifests/nightly.yaml": schedule("nightly", job: "alpha"),
  ]
}
