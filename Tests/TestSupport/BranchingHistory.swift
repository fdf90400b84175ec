import Foundation
import Planning
package import Resources

/// A history with branches and merges that a seed makes, and by brute force the commit of each field.
package struct BranchingHistory {
  /// One commit: its files, and what is known of each resource.
  package struct Commit {
    package var parents: [Int]
    package var files: [String: String]
    package var states: [ResourceKey: State] = [:]
  }

  /// A resource, and the number of the commit that set each of its fields.
  package struct State {
    package var file: String
    package var content: Value
    package var bytes: [UInt8]
    package var commits: [JSONPointer: Int]
    /// Nobody can read it here, and this is what it was before.
    package var isHidden = false
  }

  private struct Job {
    var file: String
    var timeout = 1
    var text = 0
    var labels: [String: Int] = [:]
    var arguments: [Int] = [0]

    func manifest(_ name: String) -> String {
      var text = "apiVersion: writ/v1\nkind: Job\nmetadata:\n  name: \(name)\n"
      let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }
      if !pairs.isEmpty { text += "  labels: {\(pairs.joined(separator: ", "))}\n" }
      text += "spec:\n  timeout: \(timeout)h\n"
      if self.text > 0 { text += "  description: text \(self.text)\n" }
      let list = arguments.map { "\"a\($0)\"" }.joined(separator: ", ")
      return text + "  action: {exec: {argv: [/bin/x, \(list)]}}\n"
    }
  }

  private typealias Jobs = [String: Job]

  package private(set) var commits: [Commit] = []
  private var models: [Jobs] = []
  private var generator: SeededGenerator
  private var counter = 0

  package init(seed: UInt64, length: Int) {
    generator = SeededGenerator(seed: seed)
    var jobs: Jobs = [:]
    for _ in 0..<4 { add(&jobs) }
    commit(jobs, parents: [])
    var tips = [0]
    while commits.count < length {
      if tips.count > 1, generator.once(in: 4) {
        let (first, second) = (tips[0], tips[1])
        tips.removeFirst(2)
        merge(first, second)
        tips.insert(commits.count - 1, at: 0)
        continue
      }
      if tips.count < 3, generator.once(in: 4), let tip = generator.pick(tips) { tips.append(tip) }
      let place = generator.number(below: tips.count)
      var jobs = models[tips[place]]
      if generator.once(in: 6), let broken = generator.pick(Set(jobs.values.map(\.file)).sorted()) {
        // Nothing leaves or enters a file while nobody can read it.
        for _ in 0...generator.number(below: 3) { change(&jobs, only: broken) }
        commit(jobs, parents: [tips[place]], breaking: broken)
        tips[place] = commits.count - 1
        if generator.once(in: 2) { change(&jobs, only: broken) }
      } else {
        for _ in 0...generator.number(below: 3) { change(&jobs) }
      }
      commit(jobs, parents: [tips[place]])
      tips[place] = commits.count - 1
    }
    while tips.count > 1 {
      let second = tips.removeLast()
      merge(tips[0], second)
      tips[0] = commits.count - 1
    }
  }

  // MARK: Changes

  private mutating func file() -> String { "manifests/f\(generator.number(below: 6)).yaml" }

  private mutating func add(_ jobs: inout Jobs) {
    counter += 1
    jobs["j\(counter)"] = Job(file: file())
  }

  private mutating func change(_ jobs: inout Jobs, only file: String? = nil) {
    let names = jobs.filter { file == nil || $0.value.file == file }.keys.sorted()
    guard let name = generator.pick(names), var job = jobs[name] else { return add(&jobs) }
    switch generator.number(below: file == nil ? 12 : 6) {
    case 0, 1: job.timeout = 1 + generator.number(below: 3)
    case 2: job.text = generator.number(below: 3)
    case 3:
      job.labels[generator.pick(["a", "b", "0", "1"]) ?? "a"] =
        generator.once(in: 3) ? nil : generator.number(below: 2)
    case 4:
      let place = generator.number(below: job.arguments.count + 1)
      job.arguments.insert(generator.number(below: 3), at: place)
    case 5:
      if job.arguments.count > 1 {
        job.arguments.remove(at: generator.number(below: job.arguments.count))
      }
    case 6:
      let place = generator.number(below: job.arguments.count)
      job.arguments[place] = generator.number(below: 3)
    case 7: job.file = self.file()
    case 8:
      let target = self.file()
      for (other, item) in jobs where item.file == job.file { jobs[other]?.file = target }
      job.file = target
    case 9:
      jobs[name] = nil
      return
    case 10: return add(&jobs)
    default: break
    }
    jobs[name] = job
  }

  /// A merge that takes each resource from one side, or decides some fields itself.
  private mutating func merge(_ first: Int, _ second: Int) {
    var jobs: Jobs = [:]
    for name in Set(models[first].keys).union(models[second].keys).sorted() {
      switch (models[first][name], models[second][name]) {
      case (let a?, let b?):
        var job = generator.once(in: 2) ? a : b
        if generator.once(in: 4) {
          job.timeout = a.timeout
          job.labels = b.labels
        }
        if generator.once(in: 8) { job.text = 7 }
        jobs[name] = job
      case (let a?, nil): if generator.once(in: 2) { jobs[name] = a }
      case (nil, let b?): jobs[name] = b
      case (nil, nil): break
      }
    }
    commit(jobs, parents: [first, second])
  }

  // MARK: Commits

  private mutating func commit(_ jobs: Jobs, parents: [Int], breaking broken: String? = nil) {
    var files: [String: String] = [:]
    for (name, job) in jobs.sorted(by: { $0.key < $1.key }) {
      files[job.file] = (files[job.file].map { $0 + "---\n" } ?? "") + job.manifest(name)
    }
    if let broken { files[broken]?.append("broken: [\n") }
    var commit = Commit(parents: parents, files: files)
    commit.states = states(of: commit)
    models.append(jobs)
    commits.append(commit)
  }

  /// Decodes everything and compares it field by field with the parents, by the rules that
  /// `FieldTracer` states.
  private func states(of commit: Commit) -> [ResourceKey: State] {
    let number = commits.count
    var states: [ResourceKey: State] = [:]
    for (file, text) in commit.files {
      // A file that is as in a parent.
      if let parent = commit.parents.first(where: { commits[$0].files[file] == text }) {
        for (key, state) in commits[parent].states where state.file == file { states[key] = state }
        continue
      }
      // Documents before the one that is broken can be read.
      var readable = text
      if text.contains("broken: ["), let parent = commit.parents.first {
        let parts = text.components(separatedBy: "---\n")
        readable = parts.dropLast().joined(separator: "---\n")
        for (key, state) in commits[parent].states where state.file == file {
          states[key] = state
          states[key]?.isHidden = true
        }
      }
      for resource in Snapshot([file: readable]).resources {
        guard let content = Value(canonical: resource.content) else { continue }
        var old = commit.parents.compactMap { parent in
          commits[parent].states[resource.key].flatMap { $0.file == file ? $0 : nil }
        }
        if old.isEmpty, let parent = commit.parents.first,
          let state = commits[parent].states[resource.key], !state.isHidden
        {
          old = [state]
        }
        var commitOfField: [JSONPointer: Int] = [:]
        for leaf in content.leaves() {
          let known = old.lazy.compactMap { state in
            content.counterpart(of: leaf, in: state.content).flatMap { state.commits[$0] }
          }.first
          commitOfField[leaf] = known ?? number
        }
        states[resource.key] = State(
          file: file, content: content, bytes: resource.content, commits: commitOfField)
      }
    }
    return states
  }

  // MARK: Git

  /// Makes the commits real; their ids.
  package func add(to repository: TemporaryRepository) throws -> [String] {
    try repository.add(
      commits.map { commit in
        TemporaryRepository.NewCommit(
          branch: "main", parents: commit.parents.map { ":\($0 + 1)" },
          entries: commit.files.sorted { $0.key < $1.key }.map {
            (Array($0.key.utf8), .text($0.value))
          }, startsEmpty: true)
      })
  }
}
