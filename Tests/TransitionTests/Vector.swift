import ChainFormats
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Foundation
import Testing

@testable import Transition

/// An input and what Ethereum's executable specification makes of it (`Tools/t8n/make-vectors.py`).
struct Vector: CustomTestStringConvertible {
  let fork: String
  let reward: Int64
  let input: JSONValue
  let expected: JSONValue
  /// The lines of each transaction's trace, by its place in the block.
  let traces: JSONValue

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Vectors")

  static var all: [Vector] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { try? Vector(named: $0) }
  }

  init(named name: String) throws {
    let root = try JSONDocument(contentsOf: Self.folder.appendingPathComponent(name).path).root
    fork = try root.member("fork").string()
    reward = Int64(try root.member("reward").text) ?? 0
    input = try root.member("input")
    expected = try root.member("expected")
    traces = try root.member("traces")
  }

  var testDescription: String { fork }

  /// Makes the transition, with other transactions than the file's where given.
  func transition(_ transactions: [TransitionTransaction]? = nil) throws -> Transition {
    let environment = try TransitionEnvironment(input.member("env"))
    let rules = try TransitionRules(fork: fork, environment: environment, reward: reward)
    return try Transition(
      environment, rules: rules, on: MemoryState(alloc: input.member("alloc")),
      transactions
        ?? TransitionTransaction.list(input.member("txs"), fork: rules.phase.fork, chainID: rules.chainID))
  }
}

extension OutputJSON {
  /// The value as a reader of the output sees it.
  var reread: JSONValue { get throws { try JSONDocument(encoded(indent: 1), file: "output").root } }
}

extension JSONValue {
  /// A string, or nil where it is absent or null.
  func text(_ key: String) throws -> String? { try optional(key)?.string() }

  /// The text of a scalar.
  var text: String { kind == .number ? (try? "\(integer())") ?? "-1" : (try? string()) ?? "" }
}
