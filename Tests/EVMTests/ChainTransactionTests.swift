import EVM
import EthereumTypes
import Testing

@Suite("Transactions and headers")
struct ChainTransactionTests {
  /// The worked example of EIP-155: signing data, hash and signed form are from its text.
  static let eip155 =
    "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"

  static func bytes(_ hex: String) throws -> Bytes { try #require(Hex.decode(hex)) }

  @Test("the worked example of EIP-155 decodes, recovers its sender and encodes back")
  func eip155Example() throws {
    let bytes = try Self.bytes(Self.eip155)
    let transaction = try Transaction(decoding: bytes)
    #expect(transaction.kind == .legacy)
    #expect(transaction.chainID == 1)
    #expect(transaction.nonce == 9)
    #expect(transaction.gasPrice == 20_000_000_000)
    #expect(transaction.gasLimit == 21_000)
    #expect(transaction.value == 1_000_000_000_000_000_000)
    #expect(
      transaction.signingHash
        == Hash32(hex: "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"))
    #expect(
      try transaction.recoverSender() == Address(hex: "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"))
    #expect(transaction.encoded == bytes)
  }

  @Test("every proper prefix and every one-byte extension of a transaction is refused")
  func truncation() throws {
    let bytes = try Self.bytes(Self.eip155)
    for count in bytes.indices {
      #expect(throws: ChainDecodingError.self) { try Transaction(decoding: Bytes(bytes[..<count])) }
    }
    #expect(throws: ChainDecodingError.self) { try Transaction(decoding: bytes + [0]) }
  }

  @Test("the header of the mainnet genesis block has its known hash")
  func genesis() throws {
    var header = BlockHeader()
    header.stateRoot = try #require(
      Hash32(hex: "d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"))
    header.difficulty = 17_179_869_184
    header.gasLimit = 5000
    header.extraData = try Self.bytes("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa")
    header.nonce = 0x42
    #expect(
      header.hash == Hash32(hex: "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"))
    #expect(try BlockHeader(decoding: header.rlp.encoded) == header)
  }
}
