import AsyncHTTPClient
import ControlPlane
import Engine
import Foundation
import NIOCore
import NIOHTTP1
import Persistence
import Planning
import Resources
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import Workflows

/// A server that runs, with everything around it.
struct Running: Sendable {
  let directory: String
  let port: Int
  let client: HTTPClient
  let clock: ManualClock
  let wall: ManualWallClock
  let recorder: LogRecorder
  let source: FakeSource
  let store: Store
  fileprivate let services: ServiceGroup
  /// Open once `run` of the server has come to an end.
  let ended: Gate

  var serverFilePath: String { directory + "/server.json" }

  var serverFile: ServerFile {
    get throws { try #require(try ServerFile.read(path: serverFilePath)) }
  }
}

enum Method: String, Sendable { case GET, HEAD, POST }

struct Answer: Sendable {
  var status: UInt
  fileprivate var headers: HTTPHeaders
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: Value { get throws { try JSONReader.read(body) } }
  func header(_ name: String) -> String? { headers.first(name: name) }
  var errorCode: String? { (try? json)?["error"]?["code"]?.string }
}

extension Running {
  func send(
    _ method: Method, _ path: String, headers: [(String, String)] = [],
    body: HTTPClientRequest.Body? = nil,
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = HTTPMethod(rawValue: method.rawValue)
    request.headers = HTTPHeaders(headers)
    request.body = body
    let response = try await client.execute(request, deadline: .distantFuture)
    let bytes = try await response.body.collect(upTo: 16 << 20)
    return Answer(
      status: response.status.code, headers: response.headers, body: Array(buffer: bytes))
  }

  /// As `send`, with the server's token.
  func command(
    _ method: Method, _ path: String, body: String? = nil,
  ) async throws -> Answer {
    try await send(
      method, path, headers: [("Authorization", "Bearer \(try serverFile.token.text)")],
      body: body.map { .bytes(ByteBuffer(string: $0)) })
  }

  /// Asks the server to stop; `ended` opens once it has.
  func stop() async { await services.triggerGracefulShutdown() }

  func reconcile() async throws -> Value {
    let answer = try await command(.POST, "/v1/reconcile", body: #"{"wait":true}"#)
    try #require(answer.status == 200, "\(answer.text)")
    return try answer.json
  }
}

func temporaryDirectory() throws -> String {
  let directory = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID())")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
  return directory.path()
}

/// Runs a loop and a server around `body`, and stops both afterwards.
func withServer(
  source: FakeSource = FakeSource(), brokenStore: Bool = false, health: HealthPolicy? = nil,
  _ tune: (inout ControlPlaneSettings) -> Void = { _ in },
  body: (Running) async throws -> Void,
) async throws {
  let directory = try temporaryDirectory()
  defer { try? FileManager.default.removeItem(atPath: directory) }
  let store = try Store(path: directory + "/writ.db", access: .readWrite)
  let (clock, wall, recorder, ended) = (ManualClock(), ManualWallClock(), LogRecorder(), Gate())
  let pass = ReconcilePass(
    store: store, planner: Planner(registry: KindRegistry([])), windows: QuietWindows(),
    effects: .none,
    health: health.map {
      HealthGate(store: store, policy: $0, registry: KindRegistry([]))
    })
  let reconciler = Reconciler(
    source: source, pass: pass,
    settings: Reconciler.Settings(), clock: clock, wall: wall, logger: recorder.logger,
    onPass: { _ in })
  var settings = ControlPlaneSettings(port: 0, serverFilePath: directory + "/server.json")
  tune(&settings)
  let (ports, listening) = AsyncStream.makeStream(of: Int.self)
  let server = ControlPlaneServer(
    settings: settings, reconciler: reconciler, store: brokenStore ? BrokenStore() : store,
    health: health.map { _ in
      HealthWatcher(
        judge: HealthJudge(store: store, pass: pass), checks: [], clock: clock, wall: wall,
        logger: recorder.logger)
    }, clock: clock, wall: wall, logger: recorder.logger
  ) { _, port in listening.yield(port) }
  let services = ServiceGroup(services: [server], logger: recorder.logger)
  try await withThrowingTaskGroup(of: Void.self) { group in
    let loop = Task { await reconciler.run() }
    group.addTask {
      defer {
        listening.finish()
        ended.open()
      }
      try await services.run()
    }
    let bound = await ports.first { _ in true }
    guard let port = bound else { return try await group.waitForAll() }
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    let running = Running(
      directory: directory, port: port, client: client, clock: clock, wall: wall,
      recorder: recorder, source: source, store: store, services: services, ended: ended)
    do {
      try await body(running)
    } catch {
      Issue.record(error)
    }
    await running.stop()
    loop.cancel()
    await loop.value
    try await client.shutdown()
    try await group.waitForAll()
  }
}

/// A store that answers nothing.
struct BrokenStore: StateStore {
  private let error = StoreError(.corrupt, "the database is damaged")

  func read<Result>(
    _ body: (any LiveReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result { throw error }
  func apply(_ plan: Plan, _ context: ApplyContext) throws(StoreError) -> AppliedPlan {
    throw error
  }
  func drifts() throws(StoreError) -> [Drift] { throw error }
  func recordDrift(at time: Timestamp) throws(StoreError) -> [Drift] { throw error }
  func auditDrift(at time: Timestamp) throws(StoreError) -> Int { throw error }
  func decisions(on changes: [Resources.Digest]?) throws(StoreError) -> [ApprovalDecision] {
    throw error
  }
  func decide(_ decisions: [ApprovalDecision], at time: Timestamp) throws(StoreError) {
    throw error
  }
  func withdraw(
    _ decisions: [ApprovalDecision], actor: String, reason: String, at time: Timestamp,
  ) throws(StoreError) -> [ApprovalDecision] { throw error }
  func status() throws(StoreError) -> RepositoryStatus { throw error }
  func acknowledgements() throws(StoreError) -> [Acknowledgement] { throw error }
  func acknowledge(
    _ guardName: GuardFinding.Name, plan: String, actor: String, reason: String, at: Timestamp,
  ) throws(StoreError) { throw error }
  func setSuspended(
    _ suspension: Suspension?, actor: String, at time: Timestamp,
  ) throws(StoreError) { throw error }
  func quarantine() throws(StoreError) -> [QuarantinedContent] { throw error }
  func clearQuarantine(
    _ root: Resources.Digest, actor: String, at time: Timestamp,
  ) throws(StoreError) { throw error }
  func conditions() throws(StoreError) -> [Engine.Condition] { throw error }
  func record(
    _ conditions: [Engine.Condition], events: [NewEvent], actor: String, at time: Timestamp,
  ) throws(StoreError) { throw error }
  func events(_ query: JournalQuery) throws(StoreError) -> [JournalEvent] { throw error }
  func firstBrokenEvent() throws(StoreError) -> JournalBreak? { throw error }
  func appliedPlans(limit: Int) throws(StoreError) -> [AppliedPlan] { throw error }
  func transitions(after sequence: Int64) throws(StoreError) -> [ResourceTransition] { throw error }
  func content(of digest: Resources.Digest) throws(StoreError) -> [UInt8]? { throw error }
  func records(kind: String?, name: String?) throws(StoreError) -> [LiveRecord] { throw error }
  func dueEffects(at time: Timestamp, limit: Int) throws(StoreError) -> [OutboxEffect] {
    throw error
  }
  func settle(_ settlement: EffectSettlement, at time: Timestamp) throws(StoreError) { throw error }
}
