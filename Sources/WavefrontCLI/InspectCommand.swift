import ArgumentParser
import ChainFormats
import ControlFlow
import EVMBytecode
import EVMState
import EthereumTypes
import Foundation

/// `wavefront inspect`: what a contract's bytecode says.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Prints a contract's functions, what each reads, writes and calls, and its control-flow graph.",
    discussion: """
      CODE is hexadecimal bytecode, or a file that holds it; with --block, the address of an account in that block's \
      state. Keys are expressions: calldata[4] is the word at byte 4 of the call data, keccak(caller . 0x3) the hash \
      of two words in a row, φ a value that differs between the paths that meet.
      """)

  @Argument(help: "Bytecode in hexadecimal, a file that holds it, or an address with --block.") var code:
    String
  @Option(help: "The block snapshot to take the account's code from.") var block: String?
  @Option(help: "The rules that say which instructions there are.") var fork: String = Fork.osaka.rawValue
  @Flag(help: "Print the control-flow graph in the DOT language.") var dot = false
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    guard let fork = Fork(rawValue: fork) else {
      throw ValidationError("--fork must be one of \(Fork.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let bytes = try bytecode()
    if dot {
      print(ControlFlowGraph(code: bytes, fork: fork).dot)
      return
    }
    let outline = ContractOutline(code: bytes, fork: fork)
    let report = InspectReport(outline, code: bytes)
    print(json ? try encodeJSON(report) : report.text)
  }

  private func bytecode() throws -> Bytes {
    if let block {
      let snapshot = try BlockSnapshot(contentsOf: block)
      guard let address = Address(hex: code) else {
        throw ValidationError("with --block, name an address of 20 bytes, not \(code.prefix(50))")
      }
      guard let account = try snapshot.preState.account(address) else {
        throw CommandFailure("\(block): the state holds no account \(address)", .badInput)
      }
      return try snapshot.preState.code(account.codeHash)
    }
    if let bytes = Hex.decode(code), !bytes.isEmpty { return bytes }
    let text = String(decoding: try FileContents.read(code), as: UTF8.self)
    guard let bytes = Hex.decode(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw CommandFailure(
        "\(code): expected hexadecimal bytecode, found \(text.prefix(20).debugDescription)", .badInput)
    }
    return bytes
  }
}

/// A contract as `inspect` prints it.
struct InspectReport: Encodable {
  struct Access: Encodable {
    let kind, key: String
    let value, function: String?
    let offsets: [Int]
  }

  struct Entry: Encodable {
    let selector: String?
    let blocks: Int
    let accesses: [Access]
  }

  let codeHash: String
  let size, blocks, jumps, unresolvedJumps: Int
  let isComplete: Bool
  let entries: [Entry]

  init(_ outline: ContractOutline, code: Bytes) {
    let graph = outline.graph
    codeHash = keccak256(code).description
    size = code.count
    blocks = graph.blocks.count
    jumps = graph.jumps.count
    unresolvedJumps = graph.jumps.count { !$0.resolution.isResolved }
    isComplete = graph.isComplete
    entries = outline.entries.map { entry in
      Entry(
        selector: entry.selector.map { "0x" + Format.hex($0) }, blocks: entry.blocks,
        accesses: entry.lines.map {
          Access(
            kind: $0.kind, key: $0.key, value: $0.value.isEmpty ? nil : $0.value,
            function: $0.selector.isEmpty ? nil : $0.selector, offsets: $0.offsets)
        })
    }
  }

  /// The form for a person.
  var text: String {
    var lines = [
      "code \(codeHash), \(Format.count(size)) bytes",
      "\(blocks) blocks, \(jumps) jumps, "
        + (unresolvedJumps == 0 ? "all resolved" : "\(unresolvedJumps) not resolved")
        + (isComplete ? "" : ", analysis out of budget"),
    ]
    for entry in entries {
      lines.append("\(entry.selector ?? "dispatcher and fallback")  \(entry.blocks) blocks")
      for access in entry.accesses {
        var line = "  " + Format.left(access.kind, 16) + access.key
        if let value = access.value {
          line += (access.kind.hasPrefix("writes") ? " := " : "  value ") + value
        }
        if let function = access.function { line += "  function \(function)" }
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n")
  }
}
