import Actions
import Engine
import Persistence
import Planning
import Resources
import TestSupport
import Testing
import Workflows

@Suite("Who lets a run start")
struct RunAdmissionTests {
  private func say(
    _ person: String, _ answer: ApprovalDecision.Answer, _ shop: RunWorkshop, _ id: ExecutionID,
  ) throws {
    let execution = try shop.service.find(id.description).execution
    let approval = RunApproval(execution)
    let now = shop.world.wall.now()
    try shop.world.store.decide(
      [
        ApprovalDecision(
          change: approval.change, key: approval.key, person: try #require(Person(person)),
          answer: answer, reason: "test", time: now,
          expires: Timestamp(nanoseconds: now.nanoseconds + 3_600_000_000_000), actor: "cli:root")
      ], at: now)
    try shop.service.judge()
  }

  private static let guarded = [
    "manifests/a.yaml": RunWorkshop.job(
      "a", "  approval: {required: true, approvers: 2, roles: [operator]}\n"),
    "manifests/r.yaml":
      "apiVersion: writ/v1\nkind: Role\nmetadata: {name: operator}\nspec: {people: [ana, ben, eva]}\n",
  ]

  @Test("waits for so many people of the role, of whom none asked for it, and each counts once")
  func approval() async throws {
    let shop = try RunWorkshop(Self.guarded)
    let id = try shop.service.start("a").execution
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 queued approval"])
    for person in ["ana", "dan", "ben", "ben"] {
      try say(person, .approve, shop, id)
      await shop.turn()
    }
    #expect(shop.runner.started == [], "ana asked for it, dan has no role, ben counts once")
    shop.restart()
    try say("eva", .approve, shop, id)
    await shop.turn()
    #expect(shop.runner.started.count == 1)
  }

  @Test("one who rejects is enough")
  func rejection() async throws {
    let shop = try RunWorkshop(Self.guarded)
    let id = try shop.service.start("a").execution
    await shop.turn()
    try say("ben", .reject, shop, id)
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 denied rejected"])
    #expect(shop.runner.started == [])
  }

  private static func policy(_ extra: String) -> String {
    "apiVersion: writ/v1\nkind: CommandPolicy\nmetadata: {name: careful}\nspec:\n  level: observe\n"
      + extra
  }

  private static let remover =
    "apiVersion: writ/v1\nkind: Job\nmetadata: {name: a}\nspec:\n"
    + "  action: {shell: {script: \"ls; rm -rf /srv/x\"}}\n"

  @Test("a command policy denies what it does not allow, and says which command it is")
  func denied() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": Self.remover, "manifests/p.yaml": Self.policy(""),
    ])
    _ = try shop.service.start("a")
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 denied policy"])
    let run = try #require(try shop.world.store.runs(RunFilter()).runs.first)
    #expect(run.message?.contains("rm") == true, "\(run.message ?? "")")
    #expect(shop.runner.started == [])
  }

  @Test("with otherwise: queue it waits for a person, or for another policy")
  func queued() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": Self.remover,
      "manifests/p.yaml": Self.policy("  otherwise: queue\n"),
    ])
    let first = try shop.service.start("a").execution
    await shop.turn()
    #expect(try shop.states() == ["a.local.1 queued admission"])
    try say("ben", .approve, shop, first)
    await shop.turn()
    #expect(shop.runner.started.count == 1)
    let request = try #require(shop.runner.request(shop.runner.started[0]))
    #expect(request.policies == [], "the probe does not refuse what people allowed")
    shop.runner.finishAll()
    await shop.turn()
    _ = try shop.service.start("a")
    await shop.turn()
    #expect(shop.runner.started.count == 1, "an approval is for one execution")
    try shop.world.apply(["manifests/p.yaml": nil])
    await shop.turn()
    #expect(shop.runner.started.count == 2)
  }

  @Test("a job that changed before its run began is not run with the old content: 124")
  func version() async throws {
    let far = "  targets: {probes: [far]}\n"
    let shop = try RunWorkshop(["manifests/a.yaml": RunWorkshop.job("a", far)])
    _ = try shop.service.start("a")
    await shop.turn()
    try shop.world.apply(["manifests/a.yaml": RunWorkshop.job("a", far + "  timeout: 5m\n")])
    await shop.turn()
    await shop.turn()
    let run = try #require(try shop.world.store.runs(RunFilter()).runs.first)
    #expect(run.state == .skipped)
    #expect(run.exitCode == 124)
  }

  @Test("a probe that no agent serves has its runs wait")
  func disconnected() async throws {
    let shop = try RunWorkshop([
      "manifests/a.yaml": RunWorkshop.job("a", "  targets: {probes: [far]}\n"),
      "manifests/p.yaml": "apiVersion: writ/v1\nkind: Probe\nmetadata: {name: far}\nspec: {}\n",
    ])
    _ = try shop.service.start("a")
    await shop.turn()
    #expect(try shop.states() == ["a.far.1 queued disconnected"])
    try shop.world.apply(["manifests/p.yaml": RunWorkshop.probe("far")])
    await shop.turn()
    #expect(try shop.states() == ["a.far.1 pending"])
  }
}
