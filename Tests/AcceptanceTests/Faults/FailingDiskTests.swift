import Foundation
import Testing

/// A disk that is full, read-only or broken under a running server, and well again afterwards.
@Suite(.bounded) struct FailingDiskTests {
  enum Trouble: String, CaseIterable, Sendable {
    case full, broken, readOnly

    var error: Int32 {
      switch self {
      case .full: ENOSPC
      case .broken: EIO
      case .readOnly: EROFS
      }
    }

    var classes: String {
      switch self {
      case .full: "write truncate openw"
      case .broken: "write sync"
      case .readOnly: "write sync truncate openw"
      }
    }
  }

  @Test(arguments: Trouble.allCases)
  func theServerStopsAcceptingSaysSoAndGoesOnByItself(_ trouble: Trouble) async throws {
    try await Sandbox.with { box in
      let library = try await FaultLibrary(box)
      let upstream = try await Upstream(box, files: Manifest.few)
      let server = try await RunningServer.start(
        box, repository: upstream.bare,
        environment: ["WRIT_HOOK_SECRET": RunningServer.hookSecret].merging(library.switched) {
          $1
        })
      try await server.ready()
      let before = try await box.liveState()

      try library.set(trouble.error, trouble.classes)
      try upstream.write(Manifest.job("alpha", timeout: "9m"), to: "manifests/alpha.yaml")
      let revision = try await upstream.push("more time")
      try await server.hook()
      let closed = try await eventually("server that is not ready") {
        let answer = try await server.send(WebRequest(path: "/readyz"))
        return answer.status == 503 ? answer : nil
      }
      #expect(closed.body.contains("the store"), "\(closed)")
      let hook = try await server.hook()
      #expect(hook.status == 503, "\(hook)")
      #expect(try hook.json()["error"]["code"].string == "store-failed")
      for body in ["{}", #"{"wait": true}"#] {
        let asked = try await server.send(
          WebRequest(
            method: "POST", path: "/v1/reconcile",
            headers: [
              "Authorization": "Bearer \(server.token)", "Content-Type": "application/json",
            ], body: Data(body.utf8)))
        #expect(asked.status == 503, "\(body): \(asked)")
      }
      #expect(try await box.liveState() == before, "nothing changed")
      let command = try await box.writ("reconcile", "--wait", "--repo", upstream.bare)
      #expect(command.code == 1, "\(command)")
      #expect(command.error.contains("nothing is accepted"), "\(command)")
      #expect(server.process.error.contains("nothing is accepted until the store works"))
      #expect(try await server.send(WebRequest(path: "/healthz")).status == 200, "it lives")

      try library.set(nil)
      // Nobody tells it.
      try await server.live(revision)
      try await eventually("ready server") {
        try await server.send(WebRequest(path: "/readyz")).status == 200 ? true : nil
      }
      #expect(try await server.hook().status == 202)
      #expect(server.process.error.contains("the store works again"))
      #expect(try await box.writ("journal", "verify").code == 0)
      #expect(try await box.writ("doctor", "--deep", "--repo", upstream.bare).code == 0)
      #expect(try await server.stop().code == 0)
    }
  }
}
