internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// `GET /v1/snapshot`: the live state as `writ snapshot export` writes it, for `writ plan --against`.
struct SnapshotRoute: Sendable {
  let desk: StoreDesk
  let make: @Sendable () throws(StoreError) -> LiveSnapshot

  func add(to group: RouterGroup<Exchange>) {
    group.get("/snapshot") { _, _ in
      let bytes = try await desk.snapshotBytes(make)
      return Response(
        status: .ok,
        headers: [.contentType: "application/jsonl", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
  }
}
