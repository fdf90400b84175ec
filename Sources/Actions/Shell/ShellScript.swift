/// A list of commands as a shell would read it.
package struct ShellScript: Hashable, Sendable {
  package var statements: [ShellStatement]
  /// The bodies of all here-documents, also of nested scripts; only the outermost script has them.
  package var hereDocuments: [ShellWord] = []

  package init(statements: [ShellStatement]) { self.statements = statements }
}

/// Pipelines that `&&` and `||` join, up to `;`, `&` or the end of the line.
package struct ShellStatement: Hashable, Sendable {
  package enum Connector: String, Hashable, Sendable {
    case and = "&&"
    case or = "||"
  }

  package var pipelines: [ShellPipeline]
  /// One fewer than the pipelines.
  package var connectors: [Connector]
  package var isBackground: Bool
}

/// Commands that `|` joins.
package struct ShellPipeline: Hashable, Sendable {
  package var isNegated: Bool
  package var commands: [ShellCommand]
}

/// One command of a pipeline.
package indirect enum ShellCommand: Hashable, Sendable {
  case simple(ShellSimpleCommand)
  case compound(ShellCompound, redirections: [ShellRedirection])
  case function(name: String, body: ShellCommand)
}

/// Assignments, then the words of a command, with redirections anywhere between.
package struct ShellSimpleCommand: Hashable, Sendable {
  package var assignments: [ShellAssignment] = []
  package var words: [ShellWord] = []
  package var redirections: [ShellRedirection] = []
}

/// A variable and the value that it gets.
package struct ShellAssignment: Hashable, Sendable {
  package var name: String
  /// What is between `[` and `]`, where an element of an array is assigned.
  package var subscriptText: String?
  package var appends: Bool
  /// One word; or the elements of an array.
  package var values: [ShellWord]
  package var isArray: Bool
}

/// A command that contains commands, or an expression.
package enum ShellCompound: Hashable, Sendable {
  case subshell(ShellScript)
  case group(ShellScript)
  case conditional(branches: [Branch], otherwise: ShellScript?)
  /// `while` and `until`.
  case loop(condition: ShellScript, body: ShellScript)
  /// `for` and `select`; nil words are the positional parameters.
  case iteration(variable: String, words: [ShellWord]?, body: ShellScript)
  case arithmeticLoop(ShellArithmetic, body: ShellScript)
  case choice(subject: ShellWord, clauses: [Clause])
  /// `(( ))`
  case arithmetic(ShellArithmetic)
  /// The words and operators between `[[` and `]]`.
  case test([ShellWord])

  /// A condition and what is done when it holds.
  package struct Branch: Hashable, Sendable {
    package var condition: ShellScript
    package var body: ShellScript
  }

  /// The patterns of one case and what is done when one of them fits.
  package struct Clause: Hashable, Sendable {
    package var patterns: [ShellWord]
    package var body: ShellScript
  }
}

/// Where a stream of a command comes from or goes to.
package struct ShellRedirection: Hashable, Sendable {
  package enum Operator: String, Hashable, Sendable {
    case read = "<"
    case write = ">"
    case append = ">>"
    case clobber = ">|"
    case readWrite = "<>"
    case duplicateInput = "<&"
    case duplicateOutput = ">&"
    case writeBoth = "&>"
    case appendBoth = "&>>"
    case hereString = "<<<"
    /// The body is in ``ShellScript/hereDocuments``; the target is the delimiter.
    case hereDocument = "<<"
  }

  package var `operator`: Operator
  package var target: ShellWord
}

/// A word, before the shell expands it.
package struct ShellWord: Hashable, Sendable {
  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  package indirect enum Part: Hashable, Sendable {
    /// Unquoted text, in which the shell expands patterns, braces and tildes.
    case literal(String)
    /// Text after a backslash, between single quotes, or in `$'..'`, decoded.
    case quoted(String)
    case doubleQuoted([Part])
    case parameter(ShellParameter)
    /// `$( )` and backticks.
    case command(ShellScript)
    /// `<( )` and `>( )`.
    case process(ShellScript)
    case arithmetic(ShellArithmetic)
  }
}

/// The expansion of a parameter, such as `$x` or `${x:-default}`.
package struct ShellParameter: Hashable, Sendable {
  package var name: String
  /// What is between `[` and `]` of an element of an array.
  package var subscriptParts: [ShellWord.Part]?
  /// Whether it is `${!name}`, which expands what the value names.
  package var isIndirect = false
  /// Whether it is `${#name}`, the length.
  package var isLength = false
  /// What comes after the name, such as `:-` or `##`; nil for the plain value.
  package var `operator`: String?
  /// What comes after the operator.
  package var word: [ShellWord.Part] = []
}

/// An arithmetic expression, as text with expansions.
package struct ShellArithmetic: Hashable, Sendable {
  package var parts: [ShellWord.Part]
}
