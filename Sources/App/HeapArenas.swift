import CMalloc

/// The pieces of the heap that threads allocate from, side by side.
///
/// Both are glibc's; a C library without them has no such trouble, and answers 0.
enum HeapArenas {
  /// How many a server may have.
  static let limit: Int32 = 2
  /// The time between two trims.
  static let trimInterval: Duration = .seconds(60)

  /// Keeps memory in few pieces; call it before threads make more.
  ///
  /// glibc gives up to eight for each processor, and what one thread frees in its piece another
  /// thread does not find in its own. With threads that come and go, as those of Dispatch, resident
  /// memory creeps up for days although the program holds no more of it.
  static func bound() { _ = mallopt(M_ARENA_MAX, limit) }

  /// Gives pages that hold nothing back to the system, such as those of a large apply.
  static func trim() { _ = malloc_trim(0) }
}
