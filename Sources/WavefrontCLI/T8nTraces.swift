import ArgumentParser
import EVM
import EthereumTypes
import Foundation
import Transition

/// What a transition traces.
struct T8nTraceOptions: ParsableArguments {
  @Flag(help: "Write an EIP-3155 trace of each transaction to trace-INDEX-HASH.jsonl in the output folder.")
  var trace = false
  @Flag(name: .customLong("trace.memory"), help: "Show the memory.")
  var memory = false
  @Flag(name: .customLong("trace.nomemory"), help: "Do not show the memory, as by default.")
  var noMemory = false
  @Flag(name: .customLong("trace.nostack"), help: "Do not show the stack.")
  var noStack = false
  @Flag(name: .customLong("trace.returndata"), help: "Show return data.")
  var returnData = false
  @Flag(name: .customLong("trace.noreturndata"), help: "Do not show return data, as by default.")
  var noReturnData = false
  @Option(name: .customLong("trace.tracer"), help: "Refused: there are no tracers but that of EIP-3155.")
  var tracer: String?
  @Option(name: .customLong("trace.jsonconfig"), help: "Refused: there is nothing to configure.")
  var configuration: String?
  @Flag(name: .customLong("trace.callframes"), help: "Refused: lines are of instructions only.")
  var callFrames = false
  @Option(
    name: .customLong("opcode.count"), help: "Write how often each instruction was begun: a file or stdout.")
  var opcodeCount: String?

  /// Whether anything at all is traced.
  var isWanted: Bool { trace || opcodeCount?.isEmpty == false }

  /// Refuses what geth's tool can trace and this one cannot, before anything is run.
  func check() throws(TransitionError) {
    var reason: String?
    if let tracer, !tracer.isEmpty {
      reason = "tracer \(tracer) not found: --trace writes EIP-3155 traces, there are no others"
    } else if callFrames {
      reason = "--trace.callframes is not supported: traces have a line for each instruction, none for calls"
    } else if let configuration, !configuration.isEmpty, configuration != "{}" {
      reason = "--trace.jsonconfig configures a --trace.tracer, and there is none"
    }
    if let reason { throw TransitionError(.configuration, reason) }
  }

  var options: ExecutionTrace.Options {
    var options = ExecutionTrace.Options()
    options.stack = !noStack
    options.memory = memory && !noMemory
    options.returnData = returnData && !noReturnData
    return options
  }
}

/// The files of a transition's traces, each opened when its first piece comes.
final class T8nTraces {
  private let files: T8nFiles
  /// The first failure to write.
  private(set) var error: TransitionError?

  init(_ files: T8nFiles) { self.files = files }

  func tracing(_ options: T8nTraceOptions) -> TransitionTracing {
    TransitionTracing(options.options) { [self] index, hash in
      guard options.trace else { return { _ in } }
      let name = "trace-\(index)-\(hash).jsonl"
      var isOpen = false
      return { [self] piece in
        guard error == nil else { return }
        do throws(TransitionError) {
          try isOpen ? files.append(piece, to: name) : files.write(piece, to: name)
          isOpen = true
        } catch { self.error = error }
      }
    }
  }
}
