import Foundation
import Testing

/// The value of a secret is with its process, and nowhere else.
@Suite(.bounded) struct RunSecretTests {
  private static let value = "correct-horse-battery-staple-4711"

  @Test(arguments: [false, true])
  func isInNoFileNoListOfProcessesAndNoOutput(_ isServed: Bool) async throws {
    try await RunBox.with([
      "jobs": {
        $0.job(
          "a",
          """
          test "$FROM_ENV" = "$FROM_FILE"
          echo "it is $FROM_ENV"; echo "it is $FROM_FILE" >&2
          printf 'correct-horse-'; sleep 0.2; printf 'battery-staple-4711\\n'
          env > /dev/null
          while [ ! -e \($0.path)/go ]; do sleep 0.05; done
          exit 9
          """,
          "  secrets: {FROM_ENV: {env: THE_SECRET}, FROM_FILE: {file: \($0.path)/the-secret}}")
      }
    ]) { here in
      let box = here.box
      try box.write(Self.value + "\n", to: "the-secret")
      let environment = ["THE_SECRET": Self.value]
      let server = isServed ? try await here.serve(environment: environment) : nil
      let command = try box.start(
        [Program.writ, "run", "a", "--follow"],
        environment: environment.merging(["WRIT_DATA_DIR": box.data]) { $1 })
      try await eventually("a line of the run") {
        command.output.contains("it is") ? true : nil
      }
      let processes = try await box.shell("ps -eww -o args")
      #expect(!processes.contains(Self.value))
      // While it runs, with the write-ahead log and the records of runs.
      try await expectNoTrace(box)
      try box.write("", to: "go")
      let outcome = try await command.wait()
      #expect(outcome.code == 1, "\(outcome)")
      #expect(!outcome.everything.contains(Self.value), "\(outcome)")
      let run = try await here.json("runs")["runs"][0]
      #expect(run["exitCode"].int == 9, "both are the same: \(run)")
      let log = try await here.writ("logs", run["run"].string ?? "")
      #expect(log.output.hasPrefix("it is [REDACTED]\n[REDACTED]\n"), "\(log)")
      #expect(log.error == "it is [REDACTED]\n", "\(log)")
      try await expectNoTrace(box)
      if let server {
        let end = try await server.stop()
        #expect(end.code == 0)
        #expect(!end.everything.contains(Self.value))
      }
      let journal = try await here.writ("journal", "export")
      #expect(!journal.everything.contains(Self.value))
    }
  }

  private func expectNoTrace(_ box: Sandbox) async throws {
    let found = try await box.run(["grep", "-rlaF", Self.value, box.data])
    #expect(found.code == 1 && found.output.isEmpty, "\(found)")
  }
}
