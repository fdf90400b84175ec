import Foundation
import Testing

/// An upstream whose commits are signed by named people with the real `ssh-keygen`.
struct SignedUpstream: Sendable {
  let box: Sandbox
  let upstream: Upstream

  var bare: String { upstream.bare }
  var allowed: String { box.path + "/allowed" }

  /// `Manifest.few`, pushed in one commit that `ana` signed; only `ana` and `ben` are trusted.
  init(_ box: Sandbox) async throws {
    self.box = box
    try await box.shell(
      """
      for each in ana ben eve; do
        ssh-keygen -q -t ed25519 -N '' -C $each -f \(box.path)/$each
      done
      for each in ana ben; do
        printf '%s %s\\n' $each@example.com "$(cat \(box.path)/$each.pub)"
      done > \(box.path)/allowed
      """)
    upstream = try await Upstream(box, files: Manifest.few)
    try await box.shell(
      """
      git config gpg.format ssh
      git config gpg.ssh.program /usr/bin/ssh-keygen
      git config user.signingkey '\(box.path)/ana'
      git commit -q --amend --no-edit -S
      git push -q --force origin main
      """, directory: upstream.clone)
  }

  /// Changes a job and pushes; nil signs nothing.
  @discardableResult
  func push(
    _ name: String, timeout: String, by key: String?, pushes: Bool = true,
  ) async throws -> String {
    try upstream.write(Manifest.job(name, timeout: timeout), to: "manifests/\(name).yaml")
    let signing = key.map { "-c user.signingkey='\(box.path)/\($0)'" } ?? ""
    return try await box.shell(
      """
      git add -A
      git \(signing) commit -q \(key == nil ? "" : "-S") -m '\(name) for \(timeout)'
      \(pushes ? "git push -q --force origin main" : "true")
      git rev-parse HEAD
      """, directory: upstream.clone)
  }

  /// Runs `writ` with the trusted keys.
  @discardableResult
  func writ(
    _ arguments: String..., mode: String = "range", environment: [String: String] = [:],
  ) async throws -> Outcome {
    var variables = ["WRIT_VERIFY": mode, "WRIT_ALLOWED_SIGNERS": allowed, "WRIT_REPO": bare]
    variables.merge(environment) { _, new in new }
    return try await box.writ(arguments, environment: variables)
  }

  /// Makes the first, signed revision live.
  func applyFirst() async throws {
    let apply = try await writ("apply")
    try #require(apply.code == 0, "\(apply)")
  }
}
