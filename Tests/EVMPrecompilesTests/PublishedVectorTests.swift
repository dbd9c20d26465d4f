import EVMPrecompiles
import EthereumTypes
import Foundation
import Testing

/// The vectors that clients share: of the EIPs, Zcash, matter-labs, Wycheproof, as go-ethereum keeps them in
/// `core/vm/testdata/precompiles`. They are not part of the package; `WAVEFRONT_VECTORS` names their folder.
@Suite("Precompiles answer the published vectors")
struct PublishedVectorTests {
  /// A file, its precompile, and the rules it was made for.
  struct File: Sendable, CustomTestStringConvertible {
    let name: String
    let precompile: Precompile
    let era: PrecompileEra
    var testDescription: String { name }
  }

  /// One entry of a file; gas and result, or that it must fail.
  struct Vector: Decodable {
    let Name: String
    let Input: String
    let Expected: String?
    let Gas: UInt64?
    let ExpectedError: String?
  }

  static let folder = ProcessInfo.processInfo.environment["WAVEFRONT_VECTORS"]

  static let files: [File] =
    ([
      ("ecRecover", .ecrecover, .frontier), ("modexp", .modexp, .byzantium),
      ("modexp_eip2565", .modexp, .berlin), ("modexp_eip7883", .modexp, .osaka),
      ("bn256Add", .bn254Add, .istanbul), ("bn256ScalarMul", .bn254Mul, .istanbul),
      ("bn256Pairing", .bn254Pairing, .istanbul), ("blake2F", .blake2f, .istanbul),
      ("pointEvaluation", .kzgPointEvaluation, .cancun), ("blsG1Add", .bls12G1Add, .prague),
      ("blsG1Mul", .bls12G1MSM, .prague), ("blsG1MultiExp", .bls12G1MSM, .prague),
      ("blsG2Add", .bls12G2Add, .prague), ("blsG2Mul", .bls12G2MSM, .prague),
      ("blsG2MultiExp", .bls12G2MSM, .prague), ("blsPairing", .bls12Pairing, .prague),
      ("blsMapG1", .bls12MapFpToG1, .prague), ("blsMapG2", .bls12MapFp2ToG2, .prague),
      ("p256Verify", .p256Verify, .osaka), ("fail-blake2f", .blake2f, .istanbul),
      ("fail-blsG1Add", .bls12G1Add, .prague), ("fail-blsG1Mul", .bls12G1MSM, .prague),
      ("fail-blsG1MultiExp", .bls12G1MSM, .prague), ("fail-blsG2Add", .bls12G2Add, .prague),
      ("fail-blsG2Mul", .bls12G2MSM, .prague), ("fail-blsG2MultiExp", .bls12G2MSM, .prague),
      ("fail-blsPairing", .bls12Pairing, .prague), ("fail-blsMapG1", .bls12MapFpToG1, .prague),
      ("fail-blsMapG2", .bls12MapFp2ToG2, .prague),
    ] as [(String, Precompile, PrecompileEra)]).map { File(name: $0.0, precompile: $0.1, era: $0.2) }

  @Test(
    "gas, success and output of every vector",
    .enabled(if: folder != nil, "WAVEFRONT_VECTORS names no folder of vectors"), arguments: files)
  func vectors(_ file: File) throws {
    let url = URL(filePath: try #require(Self.folder)).appending(path: "\(file.name).json")
    let vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: url))
    #expect(!vectors.isEmpty)
    let rules = PrecompileRules(era: file.era)
    #if DEBUG
      // Without the optimiser a pairing takes a hundred times longer.
      let sample = vectors.enumerated().filter { $0.offset % 16 == 0 && $0.element.Input.count < 4096 }.map(
        \.element)
    #else
      let sample = vectors
    #endif
    for vector in sample {
      let input = try #require(Hex.decode(vector.Input))
      var output: Bytes = []
      let succeeded = rules.run(file.precompile, input: input.span, into: &output)
      #expect(succeeded == (vector.ExpectedError == nil), "\(vector.Name)")
      if let expected = vector.Expected { #expect(Hex.encode(output) == expected, "\(vector.Name)") }
      if let gas = vector.Gas {
        #expect(rules.gasCost(file.precompile, input: input.span) == gas, "\(vector.Name)")
      }
    }
  }
}
