/// Programs that look at the network, or fetch from it.
enum NetworkRules {
  typealias Verdict = CommandRule.Verdict

  static let rules: [(String, CommandRule)] =
    CommandRule.each("netstat", .observe, "looks at connections")
    + CommandRule.each(
      "ss", .observe, "looks at connections",
      .unless(OptionDanger(short: "KD", long: ["kill", "diag"])))
    + CommandRule.each("ip", .observe, "looks at the network", .judged(ip))
    + CommandRule.each(
      "ifconfig", .observe, "looks at the network",
      .only(OptionGrammar(flags: "as"), operands: 0...1))
    + CommandRule.each(
      "route", .observe, "looks at the network", .only(OptionGrammar(flags: "nee"), operands: 0...0)
    )
    + CommandRule.each(
      "arp", .observe, "looks at the network", .only(OptionGrammar(flags: "anev"), operands: 0...1))
    + CommandRule.each(
      "ping ping6 dig nslookup host whois traceroute traceroute6 tracepath mtr", .diagnose,
      "talks to the network")
    + CommandRule.each("curl", .diagnose, "fetches from the network", .judged(curl))
    + CommandRule.each("wget", .diagnose, "fetches from the network", .judged(wget))
    + CommandRule.each(
      "nc ncat netcat", .diagnose, "looks for open ports",
      .judged { words in
        let grammar = OptionGrammar(flags: "zvnu46", valued: "w")
        let reading = try? grammar.read(words)
        let isScan = reading?.options.contains { $0.name == "-z" } ?? false
        return isScan ? nil : .remediate("can send anything, and run commands")
      })
    + CommandRule.each(
      "nmap", .diagnose, "looks for open ports",
      .judged { words in
        let flags: Set<String> = [
          "-sn", "-sT", "-sS", "-sU", "-Pn", "-n", "-v", "-F", "-p-", "-6", "-4", "--open", "-sV",
        ]
        let areHarmless = words.allSatisfy { word in
          guard word.mayBeOption else { return true }
          guard let text = word.known else { return false }
          return flags.contains(text)
            || text.hasPrefix("-p")
              && text.dropFirst(2).allSatisfy { $0.isNumber || $0 == "," || $0 == "-" }
        }
        return areHarmless ? nil : .remediate("has an option that runs scripts or writes files")
      })
    + CommandRule.each(
      "tcpdump", .diagnose, "listens to the network",
      .only(OptionGrammar(flags: "nvqeAXxtlpDfKSU", valued: "icsr"), operands: 0...(.max)))
    + CommandRule.each("openssl", .diagnose, "looks at certificates", .judged(openssl))

  private static func ip(_ words: [CommandWord]) -> Verdict? {
    let flags: Set<String> = [
      "-4", "-6", "-0", "-s", "-d", "-br", "-brief", "-j", "-json", "-o", "-oneline", "-p",
      "-pretty", "-c", "-color", "-stats", "-statistics", "-details", "-h", "-human", "-t", "-r",
    ]
    let objects: Set<String> = [
      "a", "addr", "address", "l", "link", "r", "ro", "route", "n", "neigh", "neighbour",
      "neighbor", "ru", "rule", "maddr", "maddress", "mroute", "tunnel",
    ]
    // Not `s`, which is `set` for some objects.
    let verbs: Set<String> = ["sh", "show", "list", "ls", "lst", "get"]
    guard words.allSatisfy({ $0.isOneWord }) else {
      return .remediate("what it does is only known when it runs")
    }
    var rest = words[...]
    while let text = rest.first?.known, flags.contains(text) { rest.removeFirst() }
    guard let object = rest.popFirst()?.known, objects.contains(object) else {
      return .remediate("does more than look")
    }
    guard let verb = rest.first else { return nil }
    guard let text = verb.known, verbs.contains(text) else {
      return .remediate("'\(verb.shown)' changes the network")
    }
    return nil
  }

  // MARK: Fetching

  private static let curlGrammar = OptionGrammar(
    flags: "sSfLvIikgG46", valued: "moHAewuXrb",
    long: [
      "silent", "show-error", "fail", "location", "verbose", "head", "include", "insecure",
      "max-time=", "connect-timeout=", "header=", "user-agent=", "referer=", "write-out=", "user=",
      "request=", "range=", "retry=", "retry-delay=", "compressed", "resolve=", "output=",
      "cookie=", "cacert=", "http1.1", "http2", "ipv4", "ipv6", "no-progress-meter", "url=",
    ])

  private static func curl(_ words: [CommandWord]) -> Verdict? {
    guard let reading = try? curlGrammar.read(words) else {
      return .remediate("has an option that can send data or write files")
    }
    for (name, value) in reading.options {
      switch name {
      case "-o", "--output":
        guard let path = value?.known, path == "-" || CommandJudge.isHarmlessTarget(path) else {
          return .remediate("writes a file")
        }
      case "-X", "--request":
        guard let method = value?.known, ["GET", "HEAD", "OPTIONS"].contains(method) else {
          return .remediate("sends a request that can change something")
        }
      case "-w", "--write-out":
        guard let format = value?.known, !format.contains("output{"), !format.hasPrefix("@") else {
          return .remediate("may write a file")
        }
      default: continue
      }
    }
    let addresses =
      reading.operands + reading.options.filter { $0.name == "--url" }.compactMap(\.value)
    return addresses.allSatisfy(isPlainAddress) ? nil : .remediate("speaks an unusual protocol")
  }

  private static func isPlainAddress(_ word: CommandWord) -> Bool {
    let text = word.text.lowercased()
    if text.hasPrefix("http://") || text.hasPrefix("https://") { return true }
    return word.known != nil && !text.contains("://") && !text.contains("{")
  }

  private static func wget(_ words: [CommandWord]) -> Verdict? {
    let grammar = OptionGrammar(
      flags: "qSv46", valued: "OTtU",
      long: [
        "spider", "quiet", "server-response", "output-document=", "timeout=", "tries=", "header=",
        "no-check-certificate", "user-agent=", "no-verbose",
      ])
    guard let reading = try? grammar.read(words) else {
      return .remediate("has an option that can send data or write files")
    }
    let outputs = reading.options.filter { $0.name == "-O" || $0.name == "--output-document" }
    let arePrinted = outputs.allSatisfy { option in
      option.value?.known.map { $0 == "-" || CommandJudge.isHarmlessTarget($0) } ?? false
    }
    let isSpider = reading.options.contains { $0.name == "--spider" }
    return arePrinted && (isSpider || !outputs.isEmpty) ? nil : .remediate("writes a file")
  }

  private static func openssl(_ words: [CommandWord]) -> Verdict? {
    let options: Set<String> = [
      "-connect", "-servername", "-showcerts", "-noout", "-text", "-in", "-dates", "-subject",
      "-issuer", "-enddate", "-startdate", "-fingerprint", "-serial", "-checkend", "-CAfile",
      "-CApath", "-brief", "-verify", "-sha256", "-tls1_2", "-tls1_3", "-starttls", "-alpn", "-a",
      "-v", "-status",
    ]
    let verbs: Set<String> = ["s_client", "x509", "verify", "version", "ciphers"]
    guard let verb = words.first?.known, verbs.contains(verb) else {
      return .remediate("does more than look at certificates")
    }
    let areKnown = words.dropFirst().allSatisfy { word in
      !word.mayBeOption || word.known.map(options.contains) ?? false
    }
    return areKnown ? nil : .remediate("has an option that can write files")
  }
}
