import EVMPrecompiles
import EthereumTypes
import Foundation
import TestFiles

/// Official state tests whose contract does nothing but hand its calldata to a precompile and store what came
/// back: enough of an EVM test to read input, gas and expected output off it.
enum StateTestFixtures {
  /// Nil where it is absent.
  static let root = TestFiles.fixture("eest-state").map { URL(filePath: $0) }

  /// One call of a precompile, and what the contract stored about it.
  struct Call {
    let name: String
    let era: PrecompileEra
    let address: UInt64
    let input: Bytes
    /// What the call was given, or at most.
    let gas: UInt64
    let succeeded: Bool
    /// All values the contract's storage ended with.
    let stored: Set<UInt256>
    let storesOutputHash: Bool
  }

  /// The calls in all files of a folder below `eest-state`.
  static func calls(in folder: String) throws -> [Call] {
    guard let root else { return [] }
    let files = try FileManager.default.contentsOfDirectory(
      at: root.appending(path: folder), includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json" }.flatMap { file in
      let cases = try JSONDecoder().decode([String: Case].self, from: Data(contentsOf: file))
      return cases.sorted { $0.key < $1.key }.flatMap { calls(of: $0.value, name: $0.key) }
    }
  }

  private struct Case: Decodable {
    let pre: [String: Account]
    let transaction: Transaction
    let post: [String: [Post]]
  }

  private struct Account: Decodable {
    let code: String
    let storage: [String: String]
  }

  private struct Transaction: Decodable {
    let to: String
    let data: [String]
    let gasLimit: [String]
  }

  private struct Post: Decodable {
    let indexes: [String: Int]
    let state: [String: Account]
  }

  private static func calls(of test: Case, name: String) -> [Call] {
    guard let account = test.pre[test.transaction.to], let call = forwardedCall(account.code) else {
      return []
    }
    return test.post.flatMap { fork, posts -> [Call] in
      guard let era = era(ofFork: fork) else { return [] }
      return posts.compactMap { post in
        guard let data = post.indexes["data"], let gas = post.indexes["gas"],
          let input = Hex.decode(test.transaction.data[data]),
          let limit = number(test.transaction.gasLimit[gas]), (call.gas ?? 0) <= limit,
          let storage = post.state[test.transaction.to]?.storage
        else { return nil }
        return Call(
          name: "\(fork) \(name)", era: era, address: call.address, input: input, gas: call.gas ?? limit,
          succeeded: storage["0x00"] == "0x01", stored: Set(storage.values.compactMap(word)),
          storesOutputHash: call.storesOutputHash)
      }
    }
  }

  /// CALLDATACOPY of everything to 0, then a call with all of it whose success goes to slot 0; at the end perhaps
  /// the hash of all return data.
  private static func forwardedCall(
    _ code: String
  ) -> (address: UInt64, gas: UInt64?, storesOutputHash: Bool)? {
    let pattern =
      /0x366000600037(?:5a)?60..600036600(?:06000|0)(?:60(?<a>..)|61(?<b>....))(?<g>5a|60..|61.{4}|62.{6}|63.{8})f[124a].*/
    guard let match = code.wholeMatch(of: pattern), code.contains("600055"),
      let address = UInt64(match.a ?? match.b ?? "", radix: 16)
    else { return nil }
    // 5a is GAS: all there is.
    let gas = UInt64(match.g.dropFirst(2), radix: 16)
    return (address, gas, code.contains("3d600060003e3d60002060"))
  }

  private static func era(ofFork fork: String) -> PrecompileEra? {
    switch fork {
    case "Frontier", "Homestead": .frontier
    case "Byzantium", "ConstantinopleFix": .byzantium
    case "Istanbul": .istanbul
    case "Berlin", "London", "Paris", "Shanghai": .berlin
    case "Cancun": .cancun
    case "Prague": .prague
    case "Osaka": .osaka
    default: nil
    }
  }

  private static func number(_ hex: String) -> UInt64? { UInt64(hex.dropFirst(2), radix: 16) }

  private static func word(_ hex: String) -> UInt256? {
    let digits = hex.dropFirst(2)
    return Hex.decode(digits.count.isMultiple(of: 2) ? String(digits) : "0" + digits).flatMap {
      UInt256(bigEndian: $0)
    }
  }
}
