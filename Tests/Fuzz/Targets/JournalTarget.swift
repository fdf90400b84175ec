internal import Planning
internal import Resources
internal import Workflows

extension FuzzTarget {
  /// Rows of the database, which somebody may have edited.
  static let journal = FuzzTarget(name: "journal") { bytes throws(BrokenPromise) in
    let bytes = bytes.array
    let key = ResourceKey(kind: "Job", name: "a")
    if let transition = ResourceTransition(key: key, payload: bytes) {
      let written = transition.payload
      let again = ResourceTransition(key: key, payload: written)
      try require(again == transition, "a transition changes when written and read")
      try require(again?.payload == written, "its bytes change when written and read")
    }
    if let branch = StateTree.Branch(bytes: bytes) {
      let again = StateTree.Branch(bytes: branch.bytes)
      try require(again?.bytes == branch.bytes, "a branch changes when written and read")
    }
  }
}
