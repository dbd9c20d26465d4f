import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Foundation
import Testing

@testable import Transition

@Suite("Traces equal those of the executable specification")
struct TraceVectorTests {
  /// The specification's names of errors and instructions, and what traces of geth and wavefront call them.
  private static let names = [
    "InvalidOpcode": "invalid opcode", "Revert": "execution reverted", "OutOfGasError": "out of gas",
    "KECCAK": "KECCAK256",
  ]

  /// A line as key and value in the order of the keys, without what the two are known to call differently.
  private static func normal(_ line: JSONValue, isOurs: Bool) throws -> [String] {
    try line.members().map { member in
      var text =
        try member.value.kind == .array
        ? member.value.elements().map(\.text).joined(separator: " ") : member.value.text
      if member.key == "error" {
        text = names[text] ?? text
        if text.hasPrefix("invalid opcode") { text = "invalid opcode" }
      }
      if member.key == "opName" {
        text = names[text] ?? text
        if text.hasSuffix("not defined") || text == "INVALID" { text = "invalid opcode" }
      }
      return "\(member.key) \(text)"
    }
  }

  /// Our lines of each transaction of the block, by its place there.
  private static func traces(_ vector: Vector, _ options: ExecutionTrace.Options = .init()) throws -> [Int:
    Bytes]
  {
    final class Texts { var byIndex: [Int: Bytes] = [:] }
    let texts = Texts()
    let environment = try TransitionEnvironment(vector.input.member("env"))
    let rules = try TransitionRules(fork: vector.fork, environment: environment, reward: vector.reward)
    let candidates = try TransitionTransaction.list(
      vector.input.member("txs"), fork: rules.phase.fork, chainID: rules.chainID)
    let traced = try Transition(
      environment, rules: rules, on: MemoryState(alloc: vector.input.member("alloc")), candidates,
      tracing: TransitionTracing(options) { index, _ in { texts.byIndex[index, default: []] += $0 } })
    // Being watched changes nothing.
    #expect(traced.state.stateRoot() == (try vector.transition().state.stateRoot()))
    return texts.byIndex
  }

  private static func lines(_ text: Bytes) throws -> [JSONValue] {
    try text.split(separator: 0x0A).map { try JSONDocument(Bytes($0), file: "trace").root }
  }

  @Test("Line by line, the end included", arguments: Vector.all)
  func lines(_ vector: Vector) throws {
    let expected = try vector.traces.members()
    let found = try Self.traces(vector)
    #expect(found.count == expected.count)
    for member in expected {
      let theirs = try member.value.elements().map { try Self.normal($0, isOurs: false) }
      let ours = try Self.lines(found[Int(member.key) ?? -1] ?? []).map { try Self.normal($0, isOurs: true) }
      #expect(ours.count == theirs.count, "transaction \(member.key)")
      for (number, (our, their)) in zip(ours, theirs).enumerated() {
        #expect(our == their, "transaction \(member.key), line \(number + 1)")
      }
    }
  }

  @Test("Lines show the stack, memory and return data as asked")
  func options() throws {
    let vector = try Vector(named: "Cancun.json")
    var options = ExecutionTrace.Options()
    options.stack = false
    options.memory = true
    options.returnData = true
    // Transaction 5 of the block deploys a contract: it writes a word of memory.
    let texts = try Self.traces(vector, options)
    let lines = try texts.values.flatMap(Self.lines)
    #expect(lines.allSatisfy { $0["stack"] == nil })
    for line in lines where line["memory"] != nil {
      let memory = try line.member("memory").bytes()
      #expect(try memory.count == Int(line.member("memSize").integer()))
    }
    #expect(lines.contains { $0["memory"] != nil })
  }
}
