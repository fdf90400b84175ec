package import Resources

/// What is known of a commit that something live comes from.
package struct CommitRecord: Hashable, Sendable {
  /// Who did something, and when.
  package struct Person: Hashable, Sendable {
    package var name: String
    package var email: String
    package var time: Timestamp

    package init(name: String, email: String, time: Timestamp) {
      self.name = name
      self.email = email
      self.time = time
    }
  }

  /// How much of a subject line is kept.
  package static let subjectLimit = 256

  /// The full commit id.
  package var commit: String
  /// Who wrote the change.
  package var author: Person
  /// Who put it into the repository.
  package var committer: Person
  /// The first line of the message, at most `subjectLimit` characters of it.
  package var subject: String

  package init(commit: String, author: Person, committer: Person, subject: String) {
    self.commit = commit
    self.author = author
    self.committer = committer
    self.subject = String(subject.prefix(Self.subjectLimit))
  }

  /// The part of it that each change of a plan carries.
  package var origin: Origin {
    Origin(commit: commit, author: author.name, email: author.email, time: author.time)
  }
}

extension CommitRecord {
  package var value: Value {
    [
      "author": author.value, "commit": .string(commit), "committer": committer.value,
      "subject": .string(subject),
    ]
  }

  package init?(_ value: Value) {
    guard let commit = value["commit"]?.string, let subject = value["subject"]?.string,
      let author = value["author"].flatMap(Person.init),
      let committer = value["committer"].flatMap(Person.init)
    else { return nil }
    self.init(commit: commit, author: author, committer: committer, subject: subject)
  }
}

extension CommitRecord.Person {
  package var value: Value {
    ["email": .string(email), "name": .string(name), "time": .string(time.description)]
  }

  package init?(_ value: Value) {
    guard let name = value["name"]?.string, let email = value["email"]?.string,
      let time = value["time"]?.string.flatMap({ try? Timestamp(parsing: $0) })
    else { return nil }
    self.init(name: name, email: email, time: time)
  }
}
