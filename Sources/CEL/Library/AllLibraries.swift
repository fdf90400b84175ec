extension CELLibrary {
  /// Every library there is, the standard one first.
  package static let all: [CELLibrary] = [
    .standard, .optionals, .bindings, .blocks, .twoVariables, .time, .patterns, .strings, .math,
    .lists, .sets, .encoders, .network, .quantities, .semver, .formats,
  ]
}
