import Actions

/// A script as an action, read by `interpreter`.
func script(_ text: String, _ interpreter: [String] = ["/bin/sh", "-eu"]) -> Action {
  .shell(Action.Script(text: text, interpreter: interpreter))
}

func bash(_ text: String) -> Action { script(text, ["/bin/bash"]) }

func exec(_ argv: String...) -> Action { .exec(Action.Program(argv: argv)) }

func level(_ action: Action) -> CommandLevel { CommandClassifier.classify(action).level }

/// Numbers that look random, the same for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
