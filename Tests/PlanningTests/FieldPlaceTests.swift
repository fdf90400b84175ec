import Kinds
import Planning
import Resources
import TestSupport
import Testing

/// From a line of a manifest to the field that it says, and back.
struct FieldPlaceTests {
  private static let text = """
    apiVersion: writ/v1
    kind: Job
    metadata:
      name: a
      labels:
        team: storage
    spec:
      description: d
      # a comment
      timeout: 45m
      action:
        exec:
          argv:
            - /bin/x
            - "1"
          env: {B: b}
      targets:
        probes: [zeta, alpha]
    """

  private func job() throws -> (node: Node, content: Value) {
    let resource = try #require(Snapshot(["manifests/a.yaml": Self.text])["Job/a"])
    return (try #require(resource.node), try #require(Value(canonical: resource.content)))
  }

  @Test(
    arguments: [
      ("/kind", 2), ("/metadata/labels/team", 6), ("/spec/timeout", 10),
      ("/spec/action/exec/argv/1", 15), ("/spec/action/exec/env/B", 16),
      ("/spec/targets/probes/0", 18), ("/spec/retry/attempts", nil), ("/spec/jitter", nil),
      ("/metadata/annotations", nil),
    ] as [(String, Int?)])
  func aFieldHasTheLineThatSaysIt(_ pointer: String, _ line: Int?) throws {
    let (node, content) = try job()
    let pointer = JSONPointer(parsing: pointer)
    #expect(content.value(at: pointer) != nil)
    #expect(node.line(of: pointer, in: content) == line)
  }

  @Test(
    arguments: [
      (1, nil), (2, "/kind"), (4, "/metadata/name"), (6, "/metadata/labels/team"), (7, "/spec"),
      (10, "/spec/timeout"), (11, "/spec/action"), (14, "/spec/action/exec/argv/0"),
      (15, "/spec/action/exec/argv/1"), (99, nil),
    ] as [(Int, String?)])
  func aLineIsAboutAField(_ line: Int, _ pointer: String?) throws {
    let (node, content) = try job()
    #expect(node.pointer(at: line, in: content)?.description == pointer)
  }
}
