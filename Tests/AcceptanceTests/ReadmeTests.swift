import Foundation
import Testing

/// What README.md shows is what happens.
@Suite(.bounded) struct ReadmeTests {
  @Test func everyBlockPrintsWhatItShows() async throws {
    try await Sandbox.with { box in
      let text = try String(
        contentsOfFile: Program.packageRoot + "/README.md", encoding: .utf8)
      let page = Page(parsing: text)
      #expect(page.blocks.count >= 5)
      for difference in try await page.differences(box) { Issue.record("README.md, \(difference)") }
    }
  }

  @Test func blocksAreReadByTheirConvention() {
    let page = Page(
      parsing: """
        text
        ```console
        $ one \\
            more
        printed
        $ two
        ```
        <!-- test: skip -->
        ```console
        $ never
        ```
        <!-- test: file a/b.yaml -->
        ```yaml
        a: b
        ```
        ```sh
        never
        ```
        <!-- test: exit 3 -->
        ```console
        $ three
        ```

        """)
    #expect(
      page.blocks == [
        .commands(
          [
            .init(line: 3, text: "one \\\n    more", output: "printed\n"),
            .init(line: 6, text: "two", output: ""),
          ], exitCode: nil),
        .file(path: "a/b.yaml", text: "a: b\n"),
        .commands([.init(line: 21, text: "three", output: "")], exitCode: 3),
      ])
  }

  @Test func aBlockThatLiesIsFound() async throws {
    try await Sandbox.with { box in
      let page = Page(
        parsing: """
          ```console
          $ mkdir here && cd here
          $ basename "$PWD"
          here
          $ echo one
          two
          ```
          <!-- test: exit 0 -->
          ```console
          $ echo 12 ms at 2026-11-21T10:24:26Z by cli:bob in abcdef0123 >&2
          3 ms at 2020-01-01T00:00:00Z by   cli:ana in 0123456789
          $ false
          ```

          """)
      let found = try await page.differences(box).map(\.command.line)
      #expect(found == [5, 12])
    }
  }
}
