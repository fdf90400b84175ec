/// Programs that read text and print text.
enum TextRules {
  static let rules: [(String, CommandRule)] =
    CommandRule.each(
      "cat head tail wc grep egrep fgrep cut tr paste comm join nl tac rev fold fmt expand "
        + "unexpand column strings od hexdump base64 base32 cksum sum md5sum sha1sum sha224sum "
        + "sha256sum sha384sum sha512sum b2sum cmp seq expr basename dirname echo true false sleep "
        + "numfmt zcat bzcat xzcat jq printf test [ yes", .observe, "reads text")
    + CommandRule.each(
      "sort", .observe, "reads text",
      .unless(
        OptionDanger(short: "oT", long: ["output", "compress-program", "temporary-directory"])))
    + CommandRule.each("uniq", .observe, "reads text", .only(uniq, operands: 0...1))
    + CommandRule.each(
      "diff", .observe, "reads text", .unless(OptionDanger(short: "l", long: ["paginate"])))
    + CommandRule.each(
      "xxd", .observe, "reads text",
      .only(OptionGrammar(flags: "abeipuE", valued: "cglos"), operands: 0...1))
    + CommandRule.each("sed", .observe, "reads text", .judged(SedProgram.judge))
    + CommandRule.each("awk gawk mawk nawk", .observe, "reads text", .judged(AwkProgram.judge))

  private static let uniq = OptionGrammar(
    flags: "cdDiuz", valued: "fsw",
    long: [
      "count", "repeated", "all-repeated=", "skip-fields=", "group=", "ignore-case", "skip-chars=",
      "unique", "zero-terminated", "check-chars=",
    ])
}
