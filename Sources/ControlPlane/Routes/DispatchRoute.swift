internal import Hummingbird
internal import Resources

/// `POST /v1/dispatch`: something was asked for about runs; look now.
struct DispatchRoute: Sendable {
  let dispatch: @Sendable () -> Void

  func add(to group: RouterGroup<Exchange>) {
    group.post("/dispatch") { _, _ in
      dispatch()
      return Response.json(["accepted": true], status: .accepted)
    }
  }
}
