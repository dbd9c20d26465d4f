import EVM
import EthereumTypes
import Foundation
import Testing

@testable import ChainFormats

/// Two blocks of Ethereum's executable specification (`Tools/edges/blocks.py`), told by the sizes of their calldata and
/// made here in full.
@Suite("EIP-7934: the size of a block")
struct BlockSizeTests {
  struct Vector: Decodable {
    struct Block: Decodable {
      let dataSizes: [Int]
      let header: String
      let size: Int
      let hash: String?
      let expectException: String?
    }
    let secretKey: String
    let to: String
    let gasPrice: String
    let genesisRLP: String
    let blocks: [Block]
  }

  private func bytes(_ text: String) throws -> Bytes { try #require(Hex.decode(text.dropFirst(2))) }

  private func encoded(_ block: Vector.Block, of vector: Vector) throws -> Bytes {
    let key = try #require(UInt256(hex: vector.secretKey.dropFirst(2)))
    let transactions = try block.dataSizes.enumerated().map { nonce, size in
      var transaction = Transaction()
      transaction.nonce = UInt64(nonce)
      transaction.gasPrice = try #require(UInt256(hex: vector.gasPrice.dropFirst(2)))
      transaction.gasLimit = UInt64(21_000 + 10 * size)
      transaction.to = Address(truncating: try #require(UInt256(hex: vector.to.dropFirst(2))))
      transaction.data = Bytes(repeating: 0, count: size)
      transaction.chainID = 1
      return try #require(transaction.signed(with: key))
    }
    return Block(
      header: try BlockHeader(decoding: bytes(block.header)), transactions: transactions, withdrawals: []
    ).rlp.encoded
  }

  @Test("The largest block is valid, one with a byte more is refused")
  func limit() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "Vectors/BlockSize.json")
    let data = try Data(contentsOf: path)
    let vector = try JSONDecoder().decode(Vector.self, from: data)
    var test = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(vector.blocks.map(\.size) == [Block.maximumSize, Block.maximumSize + 1])
    test["lastblockhash"] = vector.blocks[0].hash
    test["blocks"] = try vector.blocks.map { block in
      let encoded = try encoded(block, of: vector)
      #expect(encoded.count == block.size)
      var entry: [String: Any] = ["rlp": Hex.encodePrefixed(encoded), "blockHeader": [String: String]()]
      entry["expectException"] = block.expectException
      return entry
    }
    let text = String(decoding: try JSONSerialization.data(withJSONObject: ["EIP-7934": test]), as: UTF8.self)
    let report = try FixtureRunnerTests.withFiles(["a.json": text]) { try FixtureRunner(.block).run([$0]) }
    #expect(report.failures.map(\.difference) == [])
    #expect(report.passed == 1)
  }
}
