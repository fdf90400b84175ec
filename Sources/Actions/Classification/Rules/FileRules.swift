/// Programs that look at files and file systems.
enum FileRules {
  typealias Verdict = CommandRule.Verdict

  static let rules: [(String, CommandRule)] =
    CommandRule.each(
      "ls dir vdir stat df du readlink realpath pwd which whereis namei getfacl lsattr findmnt "
        + "lsattr getfattr tty mountpoint type", .observe, "looks at files")
    + CommandRule.each(
      "file", .observe, "looks at files", .unless(OptionDanger(short: "CS", long: ["compile"])))
    + CommandRule.each("find", .observe, "looks for files", .judged(find))
    + CommandRule.each("tar", .observe, "lists an archive", .judged(tar))
    + CommandRule.each("lsblk", .diagnose, "looks at disks")
    + CommandRule.each(
      "blkid", .diagnose, "looks at disks",
      .unless(OptionDanger(short: "cg", long: ["cache-file", "garbage-collect"])))
    + CommandRule.each(
      "mount", .diagnose, "lists what is mounted",
      .only(OptionGrammar(flags: "lvhV"), operands: 0...0))
    + CommandRule.each("fdisk", .diagnose, "lists partitions", .judged(fdisk))
    + CommandRule.each("swapon", .observe, "lists swap", .judged(swapon))

  private static let findTests: Set<String> = [
    "-name", "-iname", "-path", "-ipath", "-wholename", "-lname", "-ilname", "-regex", "-iregex",
    "-regextype", "-type", "-xtype", "-size", "-mtime", "-mmin", "-atime", "-amin", "-ctime",
    "-cmin", "-newer", "-anewer", "-cnewer", "-newermt", "-maxdepth", "-mindepth", "-user",
    "-group", "-uid", "-gid", "-perm", "-links", "-inum", "-samefile", "-fstype", "-printf",
    "-used",
  ]

  private static let findFlags: Set<String> = [
    "-print", "-print0", "-ls", "-prune", "-quit", "-empty", "-readable", "-writable",
    "-executable", "-nouser", "-nogroup", "-xdev", "-mount", "-depth", "-d", "-daystart",
    "-follow", "-true", "-false", "-and", "-a", "-or", "-o", "-not", "-H", "-L", "-P", "-noleaf",
    "-ignore_readdir_race", "-noignore_readdir_race", "-warn", "-nowarn", "-E", "-X", "-s", "-x",
  ]

  private static func find(_ words: [CommandWord]) -> Verdict? {
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      guard word.mayBeOption else { continue }
      guard let text = word.known else {
        return .remediate("an argument that may be an action, such as -delete")
      }
      if findTests.contains(text) {
        guard index < words.count, words[index].isOneWord else {
          return .remediate("an argument that may be an action, such as -delete")
        }
        index += 1
      } else if !findFlags.contains(text) {
        return .remediate("the action \(text) does more than look")
      }
    }
    return nil
  }

  private static func tar(_ words: [CommandWord]) -> Verdict? {
    var words = words
    guard let first = words.first?.known else { return .remediate("what it does is not known") }
    if !first.hasPrefix("-") { words[0] = CommandWord("-" + first) }
    let grammar = OptionGrammar(
      flags: "tvzjJ", valued: "fC",
      long: [
        "list", "verbose", "file=", "gzip", "bzip2", "xz", "zstd", "directory=", "force-local",
      ])
    guard let reading = try? grammar.read(words),
      reading.options.contains(where: { $0.name == "-t" || $0.name == "--list" })
    else { return .remediate("does more with archives than list them") }
    let isRemote = reading.options.contains { option in
      guard let value = option.value else { return false }
      return value.known == nil || value.text.contains(":")
    }
    return isRemote ? .remediate("may start a program for an archive on another host") : nil
  }

  private static func fdisk(_ words: [CommandWord]) -> Verdict? {
    let isList = words.first?.known == "-l" || words.first?.known == "--list"
    let isPlain = words.dropFirst().allSatisfy { !$0.mayBeOption }
    return isList && isPlain ? nil : .remediate("changes partitions")
  }

  private static func swapon(_ words: [CommandWord]) -> Verdict? {
    let texts = words.map(\.known)
    return texts == ["--show"] || texts == ["-s"] || texts == ["--summary"]
      ? nil : .remediate("turns swap on")
  }
}
