import ArgumentParser
import ChainFormats
import EVM
import EthereumTypes
import Foundation
import Transition

/// `wavefront t8n`: makes a block from a state and transactions, with the flags, files and exit codes of geth's
/// `evm t8n`.
struct T8nCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "t8n",
    abstract: "Makes a block from a state and transactions, as geth's evm t8n does.",
    discussion: """
      Exit codes: 0 done, 2 the EVM failed, 3 unknown fork or incomplete environment, 4 a block hash is missing, \
      10 bad JSON or field, 11 a file cannot be read or written, 12 the transactions are not an RLP list.

      Forks:
      \(TransitionRules.forkNames.map { "  " + $0 }.joined(separator: "\n"))
      """,
    aliases: ["transition"])

  @OptionGroup(title: "Input") var input: T8nInputOptions
  @OptionGroup(title: "Output") var output: T8nOutputOptions

  @OptionGroup(title: "Traces") var trace: T8nTraceOptions

  @Option(name: .customLong("state.fork"), help: "The rules: a fork or a transition between two, see above.")
  var fork = "GrayGlacier"
  @Option(name: .customLong("state.chainid"), help: "The chain (EIP-155).")
  var chainID = FlexibleInteger(1)
  @Option(
    name: .customLong("state.reward"), parsing: .unconditional,
    help: "The miner's reward in wei; 0 touches the miner's account, -1 does nothing.")
  var reward = FlexibleInteger(0)
  @Option(help: "Accepted and ignored: what is wrong is always printed, and nothing else.")
  var verbosity: Int?

  func validate() throws {
    guard chainID.value >= 0 else { throw ValidationError("--state.chainid must not be negative") }
  }

  func run() throws {
    do throws(TransitionError) { try transition() } catch {
      Terminal.complain("\(error)")
      Terminal.exit(error.code.rawValue)
    }
  }

  private func transition() throws(TransitionError) {
    try trace.check()
    let files = try T8nFiles(folder: output.folder)
    let input = try TransitionInput(input.sources)
    let rules = try TransitionRules(
      fork: fork, environment: input.environment, chainID: UInt64(max(chainID.value, 0)),
      reward: reward.value,
      blobs: input.blobs)
    let traces = T8nTraces(files)
    let transition = try Transition(
      input.environment, rules: rules, on: input.state, try input.transactions(rules),
      tracing: trace.isWanted ? traces.tracing(trace) : nil)
    if let error = traces.error { throw error }
    try files.write([
      (output.alloc, "alloc", output.alloc.isEmpty ? .null : try transition.alloc()),
      (output.result, "result", transition.result()),
      (output.body ?? "", "body", transition.body),
      (trace.opcodeCount ?? "", "opcodeCount", transition.opcodeCount),
    ])
  }
}

/// Where a transition's input is.
struct T8nInputOptions: ParsableArguments {
  @Option(name: .customLong("input.alloc"), help: "The state: a file or stdin.")
  var alloc = "alloc.json"
  @Option(name: .customLong("input.env"), help: "The block: a file or stdin.")
  var environment = "env.json"
  @Option(name: .customLong("input.txs"), help: "The transactions: a file (.rlp for their RLP) or stdin.")
  var transactions = "txs.json"
  @Option(name: .customLong("input.blobParams"), help: "The blob schedule: a file or stdin.")
  var blobParameters: String?

  var sources: TransitionInput.Sources {
    TransitionInput.Sources(
      alloc: alloc, environment: environment, transactions: transactions, blobParameters: blobParameters)
  }
}

/// Where a transition's output goes.
struct T8nOutputOptions: ParsableArguments {
  @Option(name: .customLong("output.basedir"), help: "The folder that output files are in; made if need be.")
  var folder = ""
  @Option(name: .customLong("output.alloc"), help: "The state: stdout, stderr, a file, or empty for nowhere.")
  var alloc = "alloc.json"
  @Option(name: .customLong("output.result"), help: "The result: likewise.")
  var result = "result.json"
  @Option(name: .customLong("output.body"), help: "The RLP of the block's transactions: likewise.")
  var body: String?
}

/// A whole number in decimal, or hexadecimal with 0x.
struct FlexibleInteger: ExpressibleByArgument {
  let value: Int64

  init(_ value: Int64) { self.value = value }

  init?(argument: String) {
    let value = argument.hasPrefix("0x") ? Int64(argument.dropFirst(2), radix: 16) : Int64(argument)
    guard let value else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }
}

/// The places where a transition's output goes.
struct T8nFiles {
  let folder: String

  /// Makes the folder unless it is there.
  init(folder: String) throws(TransitionError) {
    self.folder = folder
    guard !folder.isEmpty else { return }
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw TransitionError(.io, "failed creating output basedir: \(folder): \(error.localizedDescription)")
    }
  }

  /// Writes objects to files, or together to standard output and error.
  ///
  /// - Parameter objects: for each `stdout`, `stderr`, a file name or nothing; its name in the joint object; the object.
  func write(_ objects: [(target: String, name: String, value: OutputJSON)]) throws(TransitionError) {
    for object in objects where !["", "stdout", "stderr"].contains(object.target) {
      try write(object.value.encoded(indent: 1), to: object.target)
    }
    for (target, handle) in [("stdout", FileHandle.standardOutput), ("stderr", FileHandle.standardError)] {
      let members = objects.filter { $0.target == target }.map { ($0.name, $0.value) }
      guard !members.isEmpty else { continue }
      do {
        try handle.write(contentsOf: OutputJSON.object(members).encoded(indent: 2) + [0x0A])
      } catch { throw TransitionError(.io, "failed writing to \(target): \(error.localizedDescription)") }
    }
  }

  private func path(_ name: String) -> String {
    folder.isEmpty ? name : (folder as NSString).appendingPathComponent(name)
  }

  /// Appends to a file in the folder.
  func append(_ bytes: Bytes, to name: String) throws(TransitionError) {
    do {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
      try handle.seekToEnd()
      try handle.write(contentsOf: bytes)
      try handle.close()
    } catch {
      throw TransitionError(.io, "failed writing output: \(path(name)): \(error.localizedDescription)")
    }
  }

  /// Writes a file in the folder.
  func write(_ bytes: Bytes, to name: String) throws(TransitionError) {
    let path = path(name)
    do { try Data(bytes).write(to: URL(fileURLWithPath: path)) } catch {
      throw TransitionError(.io, "failed writing output: \(path): \(error.localizedDescription)")
    }
  }
}
