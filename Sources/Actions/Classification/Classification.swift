/// How much an action may do on a host, and why.
package struct Classification: Hashable, Sendable {
  /// How many reasons are kept.
  package static let reasonLimit = 32

  /// The highest level of the reasons; observe where there is none.
  package let level: CommandLevel
  /// What led to the level: the highest first, then by subject, without repeats.
  package let reasons: [Reason]

  /// One command or construct, and how much it may do.
  package struct Reason: Hashable, Sendable {
    /// The command or construct, such as `rm` or `> /etc/motd`.
    package var subject: String
    package var level: CommandLevel
    /// What it does, such as "deletes files".
    package var why: String

    package init(subject: String, level: CommandLevel, why: String) {
      self.subject = subject
      self.level = level
      self.why = why
    }
  }

  package init(reasons: some Sequence<Reason>) {
    let sorted = Set(reasons).sorted { a, b in
      if a.level != b.level { return a.level > b.level }
      return a.subject == b.subject ? a.why < b.why : a.subject < b.subject
    }
    level = sorted.first?.level ?? .observe
    self.reasons = Array(sorted.prefix(Self.reasonLimit))
  }
}
