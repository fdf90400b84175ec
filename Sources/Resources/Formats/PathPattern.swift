extension TextFormat {
  /// A pattern for paths of the repository, as `PathGlob` reads it.
  package static let pathPattern = TextFormat(
    name: "a path pattern",
    pattern: "^(?:(?:\\*\\*|(?!\\.{1,2}(?:/|$))(?:[^/*]|\\*(?!\\*))+)(?:/|$))+$",
    example: "manifests/payments/**",
  ) { text throws(Problem) in
    guard PathGlob(text) != nil, !text.hasPrefix("/") else {
      throw Problem(
        "it can match no path of the repository",
        hint: "write names with *, ? and **, as in manifests/payments/**")
    }
    return text
  }
}
