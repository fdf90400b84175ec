import TestSupport

/// A repository's history that a seed makes: edits, moves, breakage and repairs of a few manifests.
struct RandomHistory {
  typealias Files = [String: String]

  private(set) var commits: [Files] = []
  private var generator: SeededGenerator
  /// The last files that were not broken on purpose.
  private var sound: Files = [:]
  private var counter = 0

  init(seed: UInt64, length: Int) {
    generator = SeededGenerator(seed: seed)
    let count = 3 + generator.number(below: 6)
    for _ in 0..<count { create() }
    commits.append(sound)
    while commits.count < length { commits.append(next()) }
  }

  private mutating func next() -> Files {
    for _ in 0...generator.number(below: 3) { change() }
    var files = sound
    if generator.once(in: 4) { breakOne(&files) }
    return files
  }

  // MARK: Resources of a file

  private struct Item {
    var kind: String
    var name: String
    var text: String
  }

  private mutating func freshName() -> String {
    counter += 1
    return "n\(generator.number(below: 12))-\(counter)"
  }

  private func items(_ text: String) -> [Item] {
    text.split(separator: "---\n").map(String.init).compactMap { text in
      let lines = text.split(separator: "\n")
      guard let kind = lines.first(where: { $0.hasPrefix("kind: ") }),
        let name = lines.first(where: { $0.hasPrefix("  name: ") })
      else { return nil }
      return Item(kind: String(kind.dropFirst(6)), name: String(name.dropFirst(8)), text: text)
    }
  }

  private func names(_ kind: String) -> [String] {
    sound.values.flatMap(items).filter { $0.kind == kind }.map(\.name).sorted()
  }

  private mutating func annotations() -> [String: String] {
    switch generator.number(below: 8) {
    case 0: Manifest.kept
    case 1: Manifest.protected
    default: [:]
    }
  }

  private mutating func newManifest() -> String {
    let name = freshName()
    switch generator.number(below: 6) {
    case 0, 1:
      guard let job = generator.pick(names("Job")) else { fallthrough }
      return Manifest.schedule(
        name, job: job, every: "\(1 + generator.number(below: 3))h", annotations: annotations())
    case 2: return Manifest.receiver(name, annotations: annotations())
    case 3:
      let hasDefault = sound.values.contains { $0.contains("default: true") }
      return Manifest.route(
        name, isDefault: !hasDefault && generator.once(in: 2),
        receivers: Array(names("Receiver").prefix(1)), annotations: annotations())
    default:
      return Manifest.job(
        name, script: "echo \(generator.number(below: 4))", annotations: annotations())
    }
  }

  private mutating func path() -> String {
    let folders = ["manifests/", "manifests/a/", "manifests/a/b/", "manifests/z/"]
    let folder = generator.once(in: 40) ? "policies/" : generator.pick(folders) ?? ""
    return folder + "f\(generator.number(below: 10))" + (generator.once(in: 4) ? ".yml" : ".yaml")
  }

  // MARK: Changes that keep the repository sound

  private mutating func create() {
    let file = path()
    let manifest = newManifest()
    sound[file] = sound[file].map { $0 + "---\n" + manifest } ?? manifest
  }

  private mutating func change() {
    guard let file = generator.pick(sound.keys.sorted()), let text = sound[file] else {
      create()
      return
    }
    switch generator.number(below: 12) {
    case 0, 1: create()
    case 2, 3, 4: sound[file] = edited(text)
    case 5: sound[file] = "# comment \(generator.number(below: 100))\n" + text
    case 6: moveFile(file, text)
    case 7: moveItem(file, text)
    case 8: delete(file)
    case 9: rename(file, text)
    case 10: sound["docs/readme\(generator.number(below: 3)).md"] = "\(counter)"
    default: sound["manifests/.hidden/x.yaml"] = "not: [a manifest"
    }
  }

  private mutating func edited(_ text: String) -> String {
    let edits = [
      ("echo 0", "echo 1"), ("echo 1", "echo 2"), ("echo 2", "echo 0"), ("every: 1h", "every: 60m"),
      ("every: 2h", "every: 3h"), ("echo 3", "echo 0"), ("receivers: []", "receivers: [ ]"),
    ]
    for (old, new) in edits.shuffled(using: &generator) where text.contains(old) {
      return text.replacing(old, with: new)
    }
    return text + "# \(generator.number(below: 100))\n"
  }

  private mutating func moveFile(_ file: String, _ text: String) {
    let target = path()
    guard sound[target] == nil else { return }
    sound[file] = nil
    sound[target] = text
  }

  /// Moves one manifest into another file.
  private mutating func moveItem(_ file: String, _ text: String) {
    var found = items(text)
    let target = path()
    guard found.count > 1, target != file else { return }
    let item = found.removeLast()
    sound[file] = found.map(\.text).joined(separator: "---\n")
    sound[target] = sound[target].map { $0 + "---\n" + item.text } ?? item.text
  }

  private mutating func delete(_ file: String) {
    let gone = items(sound[file] ?? "")
    sound[file] = nil
    // Whoever names what is gone goes too, most of the time; else the revision is broken by itself.
    if generator.once(in: 5) {
      for item in gone where item.kind == "Job" || item.kind == "Receiver" {
        removeReferrers(to: item.name)
      }
      return
    }
    for item in gone { removeReferrers(to: item.name) }
  }

  private mutating func removeReferrers(to name: String) {
    for (file, text) in sound where file.hasSuffix("ml") && !file.contains(".hidden") {
      let left = items(text).filter {
        !$0.text.contains("job: \(name)\n") && !$0.text.contains("[\(name)]")
      }
      if left.count == items(text).count { continue }
      sound[file] = left.isEmpty ? nil : left.map(\.text).joined(separator: "---\n")
    }
  }

  /// Gives one manifest another name, and what names it the new one.
  private mutating func rename(_ file: String, _ text: String) {
    guard let item = generator.pick(items(text)) else { return }
    let name = freshName()
    for (file, text) in sound where file.hasSuffix("ml") {
      sound[file] = text.replacing("name: \(item.name)\n", with: "name: \(name)\n")
        .replacing("job: \(item.name)\n", with: "job: \(name)\n")
        .replacing("receivers: [\(item.name)]\n", with: "receivers: [\(name)]\n")
    }
  }

  // MARK: Changes that break it until the next commit

  private mutating func breakOne(_ files: inout Files) {
    let manifests = files.keys.filter { $0.hasSuffix("ml") && !$0.contains(".hidden") }.sorted()
    guard let file = generator.pick(manifests), let text = files[file] else { return }
    switch generator.number(below: 7) {
    case 0: files[file] = text + "  broken: [\n"
    case 1: files[file] = text.replacing("spec:\n", with: "spec:\n  jbo: x\n")
    case 2: files["manifests/dup.yaml"] = text
    case 3: files["manifests/dangling.yaml"] = Manifest.schedule("dangling", job: "nowhere")
    case 4: files[file] = nil
    case 5: files[file] = text.replacing("kind: Job", with: "kind: Jbo")
    default:
      files["manifests/d1.yaml"] = Manifest.route("d1", isDefault: true)
      files["manifests/d2.yaml"] = Manifest.route("d2", isDefault: true)
    }
  }
}
