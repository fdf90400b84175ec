import Engine
import Foundation
import Git
import GitSource
import Resources
import Signatures
import TestSupport

/// A real repository whose commits the real `git` signs, with the real `ssh-keygen` and `gpg`.
final class SignedRepository {
  enum Key {
    case none
    case ssh(String)
    /// A fingerprint, and the moment at which gpg believes to be.
    case gpg(String, at: String = "")
  }

  let directory: TemporaryDirectory
  let wall = ManualWallClock(Timestamp(nanoseconds: 1_780_100_000_000_000_000))
  private(set) var seconds = 1_780_000_000

  var path: String { directory.path("repository") }
  var gnupg: String { directory.path("gnupg") }

  init() throws {
    directory = try TemporaryDirectory()
    try run("git", ["init", "--quiet", "--initial-branch=main", path])
    try git("config", "gpg.ssh.program", "/usr/bin/ssh-keygen")
  }

  deinit { _ = try? run("gpgconf", ["--kill", "gpg-agent"]) }

  // MARK: Processes

  @discardableResult
  func run(_ program: String, _ arguments: [String], in folder: String? = nil) throws -> String {
    let child = try ChildProcess(
      program, arguments, in: folder ?? directory.path,
      environment: [
        "PATH": "/usr/bin:/bin", "TZ": "UTC", "GNUPGHOME": gnupg, "HOME": directory.path,
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org",
        "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.org",
        "GIT_AUTHOR_DATE": "\(seconds) +0000", "GIT_COMMITTER_DATE": "\(seconds) +0000",
      ])
    let output = try child.readToEnd()
    guard child.wait() == 0 else {
      throw FixtureError("\(program) \(arguments.joined(separator: " ")): \(output)")
    }
    return output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @discardableResult
  func git(_ arguments: String...) throws -> String { try run("git", arguments, in: path) }

  // MARK: Keys

  /// A new SSH key; its public half as a line.
  func makeSSH(_ name: String) throws -> String {
    try run(
      "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", directory.path(name)])
    return String(decoding: try directory.read("\(name).pub"), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
  }

  /// A new GPG key; its fingerprint.
  func makeGPG(_ name: String, expires: String = "never", at time: String = "20200101T000000")
    throws -> String
  {
    if !FileManager.default.fileExists(atPath: gnupg) {
      try FileManager.default.createDirectory(
        atPath: gnupg, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    try run(
      "gpg",
      ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        + ["--faked-system-time", time]
        + ["--quick-generate-key", "\(name) <\(name)@example.org>", "ed25519", "sign", expires])
    let list = try run(
      "gpg", ["--batch", "--with-colons", "--list-keys", "\(name)@example.org"])
    let line = list.split(separator: "\n").first { $0.hasPrefix("fpr:") }
    return String(
      (line ?? "").split(separator: ":", omittingEmptySubsequences: false).dropFirst(9).first ?? "")
  }

  /// Revokes a GPG key with the certificate that was made beside it, or with a reason.
  func revokeGPG(_ fingerprint: String) throws {
    let certificate = "\(gnupg)/openpgp-revocs.d/\(fingerprint).rev"
    let text = try String(contentsOfFile: certificate, encoding: .utf8)
      .replacingOccurrences(of: ":-----BEGIN", with: "-----BEGIN")
    try directory.write(text, to: "revocation")
    try run("gpg", ["--batch", "--quiet", "--import", directory.path("revocation")])
  }

  /// Writes a file of the trust settings; its path.
  func file(_ text: String, named name: String) throws -> String {
    try directory.write(text, to: name)
    return directory.path(name)
  }

  func exportGPG() throws -> String {
    try run("gpg", ["--batch", "--yes", "--armor", "-o", directory.path("keys.asc"), "--export"])
    return directory.path("keys.asc")
  }

  // MARK: Commits

  /// Commits files by `key` a minute after the last one, or at `time`.
  @discardableResult
  func commit(
    _ files: [String: String?] = [:], by key: Key, at time: Int? = nil,
  ) throws -> String {
    seconds = time ?? seconds + 60
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      if let text {
        try directory.write(text, to: "repository/\(name)")
      } else {
        try git("rm", "--quiet", name)
      }
    }
    try git("add", "--all")
    try run(
      "git", try signing(key, "commit") + ["--quiet", "--allow-empty", "-m", "change \(seconds)"],
      in: path)
    return try git("rev-parse", "HEAD")
  }

  @discardableResult
  func merge(_ branch: String, by key: Key, strategy: [String] = []) throws -> String {
    seconds += 60
    try run(
      "git",
      try signing(key, "merge") + ["--quiet", "--no-ff", "-m", "merge \(branch)"] + strategy
        + [branch], in: path)
    return try git("rev-parse", "HEAD")
  }

  private func signing(_ key: Key, _ verb: String) throws -> [String] {
    switch key {
    case .none: return [verb]
    case .ssh(let name):
      return ["-c", "gpg.format=ssh", "-c", "user.signingkey=\(directory.path(name))", verb, "-S"]
    case .gpg(let fingerprint, let time):
      let clock = time.isEmpty ? "" : "--faked-system-time \(time)"
      let program = try file(
        "#!/bin/sh\nexec gpg --batch --pinentry-mode loopback --passphrase '' \(clock) \"$@\"\n",
        named: "gpg-program")
      chmod(program, 0o755)
      return ["-c", "gpg.program=\(program)", "-c", "user.signingkey=\(fingerprint)", verb, "-S"]
    }
  }

  /// Writes a commit as its bytes are, and lets `main` stand for it.
  func write(rawCommit text: String) throws -> String {
    try directory.write(text, to: "raw")
    let id = try git("hash-object", "-t", "commit", "-w", "--literally", directory.path("raw"))
    try git("update-ref", "refs/heads/main", id)
    return id
  }

  // MARK: Verifying

  func verify(
    _ trust: TrustFiles, since base: String? = nil, head: String? = nil,
    cache: (any VerdictCache)? = nil,
  ) async throws -> SourceVerification {
    try await CommitVerifier(
      repositoryPath: path, kind: .checkout, trust: trust, cache: cache, remembers: cache != nil,
      wall: wall, clock: ContinuousClock()
    ).verify(head: try head ?? git("rev-parse", "HEAD"), since: base)
  }
}

extension SourceVerification {
  /// The commits that are refused and why, for comparing.
  var findings: [String] { refusals.map { "\($0.commit) \($0.reason.word)" } }
}
