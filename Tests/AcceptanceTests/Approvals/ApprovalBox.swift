import Foundation
import Testing

/// A repository with a role and a job that asks for approval, applied once, and what people say.
struct ApprovalBox {
  let box: Sandbox
  let upstream: Upstream

  static let role = role("ben", "eva", "ana", "cleo")

  static func role(_ people: String...) -> String {
    """
    apiVersion: writ/v1
    kind: Role
    metadata:
      name: operator
    spec:
      people: [\(people.joined(separator: ", "))]

    """
  }

  static func job(
    _ name: String = "guarded", timeout: String = "5m",
    approval: String = "{roles: [operator]}",
  ) -> String {
    Manifest.job(name, timeout: timeout, extra: "  approval: \(approval)")
  }

  static func with(
    approval: String = "{roles: [operator]}", _ body: (ApprovalBox) async throws -> Void,
  ) async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(
        box,
        files: [
          "manifests/role.yaml": role, "manifests/guarded.yaml": job(approval: approval),
          "manifests/free.yaml": Manifest.job("free"),
        ])
      let here = ApprovalBox(box: box, upstream: upstream)
      let applied = try await here.writ("apply", "--yes")
      try #require(applied.code == 0, "\(applied)")
      try await body(here)
    }
  }

  @discardableResult
  func writ(_ arguments: String...) async throws -> Outcome {
    try await box.writ(arguments + ["--repo", upstream.bare])
  }

  /// Commits everything as somebody, and pushes it.
  func push(as name: String = "Ana", mail: String? = nil, message: String = "change") async throws {
    let address = mail ?? "\(name.lowercased())@example.com"
    try await box.shell(
      """
      export GIT_AUTHOR_NAME='\(name)' GIT_AUTHOR_EMAIL='\(address)'
      export GIT_COMMITTER_NAME='\(name)' GIT_COMMITTER_EMAIL='\(address)'
      git add -A; git commit -q --allow-empty -m '\(message)'; git push -qf origin main
      """, directory: upstream.clone)
  }

  /// A push by Ana that makes the guarded job take longer.
  func pushChange(_ timeout: String = "9m", as name: String = "Ana") async throws {
    try upstream.write(Self.job(timeout: timeout), to: "manifests/guarded.yaml")
    try await push(as: name)
  }

  /// The timeout of the guarded job, as it is live.
  func timeout() async throws -> String? {
    try await box.writ("get", "Job/guarded", "-o", "json").json()["spec"]["timeout"].string
  }

  func plan() async throws -> JSON { try await writ("plan", "-o", "json").json() }

  func change() async throws -> String {
    let approval = try #require(try await plan()["approvals"].items.first)
    return try #require(approval["change"].string)
  }
}

extension Outcome {
  /// The output without regard to where lines are broken.
  var words: String { output.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
