/// What test-filling tools ask of a transition tool besides its work.
enum ToolVersion {
  /// The answer to `-v` and `--version`. The tools of execution-spec-tests choose the driver by its beginning: this one
  /// means the interface of geth's `evm`, which is the one that `wavefront t8n` has.
  static let text = "evm version 0.1.0 (Wavefront)"

  /// The arguments in the form that the parser knows. Tools written for geth ask for the version with `-v`, and write
  /// flags as `--trace=true` and empty values as `--output.body=`.
  static func normalized(_ arguments: [String]) -> [String] {
    let isTransition = ["t8n", "transition"].contains(arguments.first ?? "")
    if arguments.count == (isTransition ? 2 : 1), arguments.last == "-v" { return ["--version"] }
    guard isTransition else { return arguments }
    return arguments.flatMap { argument in
      guard argument.hasPrefix("--") else { return [argument] }
      if argument.hasSuffix("=") { return [String(argument.dropLast()), ""] }
      guard argument.hasPrefix("--trace") else { return [argument] }
      if argument.hasSuffix("=false") { return [] }
      return [argument.hasSuffix("=true") ? String(argument.dropLast(5)) : argument]
    }
  }
}
