import Foundation
import Testing

/// Applies are told to a web address: at least once, and exactly once when all is well.
@Suite(.bounded) struct AnnouncementTests {
  private static let secret = "it is a secret of the sink"

  private func start(_ box: Sandbox, _ upstream: Upstream, port: UInt16) async throws
    -> RunningServer
  {
    let server = try await RunningServer.start(
      box, repository: upstream.bare,
      environment: [
        "WRIT_HOOK_SECRET": RunningServer.hookSecret,
        "WRIT_NOTIFY_URL": "http://127.0.0.1:\(port)/applies", "WRIT_NOTIFY_SECRET": Self.secret,
      ])
    try await server.ready()
    return server
  }

  @Test func eachApplyIsToldOnce() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let sink = try await PythonServer.sink(box)
      let server = try await start(box, upstream, port: sink.port)
      try await eventually("first announcement") { try sink.posts().count == 1 ? true : nil }
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let revision = try await upstream.push("more time")
      try await server.hook()
      try await eventually("second announcement") { try sink.posts().count == 2 ? true : nil }
      // Passes without changes tell nothing.
      for _ in 1...3 {
        try await server.hook()
        #expect(try await box.writ("reconcile", "--wait", "--repo", upstream.bare).code == 0)
      }
      #expect(try await server.stop().code == 0)
      let posts = try sink.posts()
      #expect(posts.count == 2)
      #expect(Set(posts.compactMap { $0["headers"]["idempotency-key"].string }).count == 2)
      for post in posts {
        let body = post["body"].string ?? ""
        let signature = try await box.hmac(Data(body.utf8), key: Self.secret)
        #expect(post["headers"]["x-writ-signature-256"].string == "sha256=\(signature)")
        #expect(post["path"].string == "/applies")
      }
      let last = try JSON(parsing: posts[1]["body"].string ?? "")
      #expect(last["event"].string == "plan.applied")
      #expect(last["formatVersion"].int == 1)
      #expect(last["revision"].string == revision)
      #expect(last["counts"]["update"].int == 1)
    }
  }

  @Test func whatAnotherCommandDoesIsToldAtOnce() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let sink = try await PythonServer.sink(box)
      let server = try await start(box, upstream, port: sink.port)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      try await upstream.push("more time")
      try await server.hook()
      try await eventually("second announcement") { try sink.posts().count == 2 ? true : nil }
      let done = ContinuousClock.now
      try await box.writ(
        "rollback", "--yes",
        environment: ["WRIT_NOTIFY_URL": "http://127.0.0.1:\(sink.port)/applies"]
      ).expectDone()
      try await eventually("announced rollback") { try sink.posts().count == 3 ? true : nil }
      // Unasked, the server looks every 15 seconds; here it knows.
      #expect(ContinuousClock.now - done < .seconds(12))
      let last = try JSON(parsing: sink.posts()[2]["body"].string ?? "")
      #expect(last["rollback"].bool == true)
      #expect(try await server.stop().code == 0)
    }
  }

  @Test func aSinkThatWasDownIsToldLater() async throws {
    try await Sandbox.with { box in
      let upstream = try await Upstream(box, files: Manifest.few)
      let sink = try await PythonServer.sink(box)
      try box.write("", to: "down")
      let server = try await start(box, upstream, port: sink.port)
      try await eventually("refused announcement") { try sink.posts().count >= 1 ? true : nil }
      #expect(try await server.status()["liveRevision"].string != nil, "an apply waits for nobody")
      // The server goes down as well: what it had to tell is in the database.
      try await server.crash()
      try FileManager.default.removeItem(atPath: box.path + "/down")
      let next = try await start(box, upstream, port: sink.port)
      try await eventually("announcement") {
        try sink.posts().contains { $0["status"].int == 204 } ? true : nil
      }
      try await eventually("event of the delivery") {
        let events = try await box.writ("journal", "-o", "json").json()["items"].items
        return events.contains { $0["kind"].string == "effect.delivered" } ? true : nil
      }
      #expect(try await next.stop().code == 0)
      let posts = try sink.posts()
      #expect(posts.filter { $0["status"].int == 204 }.count == 1)
      #expect(
        Set(posts.compactMap { $0["headers"]["idempotency-key"].string }).count == 1,
        "every attempt carries the same key")
    }
  }
}
