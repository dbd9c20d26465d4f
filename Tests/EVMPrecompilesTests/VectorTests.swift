import EVMPrecompiles
import EthereumTypes
import Foundation
import Testing

/// One case of a file in `Vectors`; its README says where they come from.
struct PrecompileVector: Decodable, CustomTestStringConvertible, Sendable {
  let name: String
  let era: String
  let precompile: UInt16
  let input: String
  let gas: UInt64?
  let output: String?
  let priceOnly: Bool?

  var testDescription: String { "\(era) \(precompile): \(name)" }

  static func load(_ file: String) throws -> [PrecompileVector] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Vectors/\(file).json")
    return try JSONDecoder().decode([PrecompileVector].self, from: Data(contentsOf: url))
  }
}

extension PrecompileEra {
  init?(name: String) {
    guard let era = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = era
  }
}

@Suite("Precompiles answer as the execution specification does")
struct VectorTests {
  @Test(
    "gas, success and output of every vector",
    arguments: [
      "HashesAndRecovery", "Blake2F", "ModExp", "BN254Groups", "BN254Pairing", "P256", "KZG",
      "BLS12381Additions", "BLS12381Multiplications", "BLS12381Pairing", "BLS12381Maps",
    ])
  func vectors(file: String) throws {
    let vectors = try PrecompileVector.load(file)
    #expect(!vectors.isEmpty)
    for vector in vectors {
      let rules = PrecompileRules(era: try #require(PrecompileEra(name: vector.era)))
      let precompile = try #require(rules.precompile(at: Address(UInt64(vector.precompile))))
      let input = try #require(Hex.decode(vector.input))
      let gas = rules.gasCost(precompile, input: input.span)
      if vector.priceOnly == true {
        if let expected = vector.gas {
          #expect(gas == expected, "\(vector.testDescription)")
        } else {
          #expect(gas >= 1 << 63, "\(vector.testDescription)")
        }
        continue
      }
      var output: Bytes = [1, 2, 3]
      let succeeded = rules.run(precompile, input: input.span, into: &output)
      if let expected = vector.output {
        #expect(succeeded, "\(vector.testDescription)")
        #expect(gas == vector.gas, "\(vector.testDescription)")
        #expect(Hex.encode(output) == expected, "\(vector.testDescription)")
      } else {
        #expect(!succeeded, "\(vector.testDescription)")
        #expect(output.isEmpty, "\(vector.testDescription)")
      }
    }
  }
}
