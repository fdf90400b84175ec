package import Resources

/// How to keep what was there when a database is migrated.
package struct StoreUpgrade: Sendable {
  package var actor: String
  package var time: Timestamp
  /// How many backups stay; nil makes none, where the file that it comes from stays.
  package var kept: Int?

  package init(actor: String, time: Timestamp, kept: Int?) {
    self.actor = actor
    self.time = time
    self.kept = kept
  }
}
