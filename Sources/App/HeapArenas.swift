import CMalloc

/// The pieces of the heap that threads allocate from, side by side.
enum HeapArenas {
  /// How many a server may have.
  static let limit: Int32 = 2

  /// Keeps memory in few pieces; call it before threads make more.
  ///
  /// glibc gives up to eight for each processor, and what one thread frees in its piece another
  /// thread does not find in its own. With threads that come and go, as those of Dispatch, resident
  /// memory creeps up for days although the program holds no more of it.
  static func bound() {
    // A C library that knows no arenas answers 0, and has no such trouble.
    _ = mallopt(M_ARENA_MAX, limit)
  }
}
