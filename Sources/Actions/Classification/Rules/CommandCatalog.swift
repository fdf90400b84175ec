/// The programs whose effects are known, by name; any other is remediate.
enum CommandCatalog {
  static let rules: [String: CommandRule] = Dictionary(
    [
      TextRules.rules, FileRules.rules, ProcessRules.rules, SystemRules.rules, NetworkRules.rules,
      ContainerRules.rules, WrapperRules.rules, ChangeRules.rules,
    ].joined(), uniquingKeysWith: { first, second in first.level > second.level ? first : second })
}
