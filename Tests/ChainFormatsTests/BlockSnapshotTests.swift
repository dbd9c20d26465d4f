import ChainFormats
import EVM
import EthereumTypes
import Foundation
import TestFiles
import Testing

@Suite("Block snapshots")
struct BlockSnapshotTests {
  static let corpus = ["transfers-london", "erc20-spread-cancun", "mixed-prague"].map {
    TestFiles.repository("Corpus/blocks/\($0).json")
  }

  @Test(
    "every real block reads, and its senders are the recorded ones",
    .enabled(if: TestFiles.fixtures != nil, "needs the fixtures (WAVEFRONT_FIXTURES)"))
  func realBlocks() throws {
    let files = TestFiles.fixtures(in: "blocks")
    #expect(!files.isEmpty)
    for file in files {
      let snapshot = try BlockSnapshot(contentsOf: file)
      // Compares with the recorded senders where there are any.
      #expect(try snapshot.recoverSenders(workers: 2).count == snapshot.block.transactions.count)
      for receipt in snapshot.expected.receipts {
        #expect(try Receipt(decoding: receipt).encoded == receipt)
      }
      #expect(try snapshot.recordedAccess().count == snapshot.block.transactions.count)
    }
  }

  @Test("blocks of the corpus read and round-trip through RLP", arguments: corpus)
  func corpusBlocks(file: String) throws {
    let snapshot = try BlockSnapshot(contentsOf: file)
    #expect(try Block(decoding: snapshot.block.rlp.encoded) == snapshot.block)
    let one = try snapshot.recoverSenders(workers: 1)
    #expect(try snapshot.recoverSenders(workers: 3) == one)
    #expect(one == snapshot.recordedSenders)
  }

  /// A contradiction or wrong type, as a replacement in the text of a good file, and what the error must name.
  struct Damage: CustomTestStringConvertible, Sendable {
    let field: String
    let from: String
    let to: String
    var testDescription: String { "\(field): \(from.prefix(30)) → \(to.prefix(30))" }
  }

  static let damages: [Damage] = [
    Damage(field: "format", from: "block-snapshot/1", to: "block-snapshot/2"),
    Damage(field: "chainId", from: #""chainId":1"#, to: #""chainId":-1"#),
    Damage(field: "chainId", from: #""chainId":1"#, to: #""chainId":"1""#),
    Damage(field: "chainId", from: #""chainId":1"#, to: #""chainId":99999999999999999999999"#),
    Damage(field: "number", from: #""number":13000000"#, to: #""number":13000001"#),
    Damage(field: "fork", from: #""fork":"london""#, to: #""fork":"londinium""#),
    Damage(field: "header.baseFeePerGas", from: #""fork":"london""#, to: #""fork":"berlin""#),
    Damage(field: "header.withdrawalsRoot", from: #""fork":"london""#, to: #""fork":"shanghai""#),
    Damage(field: "hash", from: #""gasLimit":"0x"#, to: #""gasLimit":"0x1"#),
    Damage(field: "header.gasLimit", from: #""gasLimit":"0x"#, to: #""gasLimit":"0x1ffffffffffffffff"#),
    Damage(field: "header.miner", from: #""miner":"0x"#, to: #""miner":"0x00"#),
    Damage(field: "header.logsBloom", from: #""logsBloom":"0x"#, to: #""logsBloom":"0xg"#),
    Damage(field: "header", from: #""header":{"#, to: #""header":[],"other":{"#),
    Damage(field: "header", from: #""header":{"#, to: #""headers":{"#),
    Damage(field: "transactions", from: #""transactions":["#, to: #""transactions":"","other":["#),
    Damage(field: "transactions[0]", from: #""transactions":["#, to: #""transactions":["0x","#),
    Damage(field: "transactions[0]", from: #""transactions":["#, to: #""transactions":["0x05c0","#),
    Damage(field: "transactions[0]", from: #""transactions":["0x"#, to: #""transactions":["0xzz"#),
    Damage(field: "transactions[0]", from: #""transactions":["#, to: #""transactions":[{},"#),
    Damage(
      field: "senders", from: #""senders":["#,
      to: #""senders":["0x0000000000000000000000000000000000000001","#),
    Damage(field: "senders[0]", from: #""senders":["0x"#, to: #""senders":["0x00"#),
    Damage(field: "expected.gasUsed", from: #""expected":{"gasUsed":"#, to: #""expected":{"gasUsed":1"#),
    Damage(field: "expected.txGasUsed", from: #""txGasUsed":["#, to: #""txGasUsed":[1,"#),
    Damage(field: "expected.receipts", from: #""receipts":["#, to: #""receipts":["0xc0","#),
    Damage(field: "pre", from: #""pre":{"#, to: #""pre":null,"other":{"#),
    Damage(field: "codes", from: #""codes":{"#, to: #""codes":[],"other":{"#),
    Damage(
      field: "codes.0x" + String(repeating: "0", count: 64), from: #""codes":{"#,
      to: #""codes":{"0x\#(String(repeating: "0", count: 64))":"0x00""#),
    Damage(field: "blockHashes.1", from: #""blockHashes":{"#, to: #""blockHashes":{"1":"0x","#),
    Damage(field: "parentHeader", from: #""parentHeader":{"#, to: #""parentHeader":7,"other":{"#),
    Damage(field: "witness", from: #""preStateRoot":"0x"#, to: #""preStateRoot":"0x0"#),
  ]

  @Test("a damaged snapshot is refused with the file and the field", arguments: damages)
  func damaged(damage: Damage) throws {
    let text = try Self.minified()
    let range = try #require(text.range(of: damage.from), "the damage applies")
    let damaged = text.replacingCharacters(in: range, with: damage.to)
    let error = try #require(throws: FormatError.self) {
      _ = try BlockSnapshot(Bytes(damaged.utf8), file: "block.json")
    }
    #expect(error.file == "block.json")
    #expect(error.field.hasPrefix(damage.field), "\(error)")
    #expect(!"\(error)".contains("\n"))
  }

  @Test("a transaction signed by somebody else than the recorded sender is a contradiction")
  func wrongSender() throws {
    var snapshot = try BlockSnapshot(contentsOf: Self.corpus[0])
    snapshot.recordedSenders?[2] = .zero
    let error = try #require(throws: FormatError.self) { _ = try snapshot.recoverSenders(workers: 2) }
    #expect(error.field == "senders[2]")
  }

  @Test("every truncation is refused")
  func truncated() throws {
    let text = Bytes(try Self.minified().utf8)
    for count in stride(from: 0, to: text.count, by: 997) {
      #expect(throws: FormatError.self) { _ = try BlockSnapshot(Bytes(text[..<count]), file: "block.json") }
    }
  }

  @Test("a file that is not there, or is a folder, is unreadable")
  func unreadable() {
    for path in ["/nonexistent.json", "/"] {
      let error = #expect(throws: FormatError.self) { _ = try BlockSnapshot(contentsOf: path) }
      guard case .unreadable = error?.problem else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  /// The text of a good file without its white space.
  private static func minified() throws -> String {
    let text = try String(contentsOfFile: corpus[0], encoding: .utf8)
    return text.filter { !$0.isWhitespace }
  }
}
