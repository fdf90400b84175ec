package import Resources

/// The commit that a fact comes from.
package struct Origin: Hashable, Sendable {
  /// The full commit id.
  package var commit: String
  package var author: String
  package var email: String
  package var time: Timestamp

  package init(commit: String, author: String, email: String, time: Timestamp) {
    self.commit = commit
    self.author = author
    self.email = email
    self.time = time
  }

  package var value: Value {
    [
      "author": .string(author), "commit": .string(commit), "email": .string(email),
      "time": .string(time.description),
    ]
  }

  package init?(_ value: Value) {
    guard let commit = value["commit"]?.string, let author = value["author"]?.string,
      let email = value["email"]?.string, let text = value["time"]?.string,
      let time = try? Timestamp(parsing: text)
    else { return nil }
    self.init(commit: commit, author: author, email: email, time: time)
  }
}
