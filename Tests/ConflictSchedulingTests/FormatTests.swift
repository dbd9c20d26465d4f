import EthereumTypes
import Testing

@testable import ConflictScheduling

@Suite("Dependency formats")
struct DependencyFormatTests {
  private func bytes(_ hex: String) throws -> Bytes { try #require(Hex.decode(hex)) }

  /// Decodes in any way, to see that hostile bytes are refused and not fatal.
  private func probe(_ bytes: Bytes) {
    _ = try? TxDAG(decoding: bytes).graph(transactions: 10)
    _ = try? BorHeaderExtra(decoding: bytes)
    _ = try? AccessList(decodingRLP: bytes)
    _ = try? BlockAccessList(decoding: bytes)
    _ = try? AccessList(decodingJSON: bytes)
    _ = try? BlockAccessList(decodingJSON: bytes)
    _ = try? ReadWriteSets.decode(bytes)
  }

  @Test("lists of dependencies must name earlier transactions")
  func lists() throws {
    let graph = try DependencyGraph(dependencyLists: [[], [0], [1, 0, 1], []])
    #expect(graph.dependencyLists == [[], [0], [0, 1], []])
    #expect(throws: ScheduleFormatError.self) { try DependencyGraph(dependencyLists: [[0]]) }
    #expect(throws: ScheduleFormatError.self) { try DependencyGraph(dependencyLists: [[1], []]) }
    #expect(throws: ScheduleFormatError.self) { try DependencyGraph(dependencyLists: [[], [-1]]) }
    #expect(throws: ScheduleFormatError.self) { try DependencyGraph(dependencyLists: [[], [.min]]) }
  }

  // The encodings are those of the tests of BNB Chain's op-geth, `core/types/dag_test.go`.
  @Test("TxDAG agrees with the encodings of its reference implementation")
  func txDAG() throws {
    let plain: [[Int32]] = [[], [], [], [0], [0], [1, 2], [2, 5], [6], [], [8]]
    let encoded = try bytes("01dddcc1c0c1c0c1c0c2c180c2c180c3c20102c3c20205c2c106c1c0c2c108")
    #expect(try TxDAG(decoding: encoded) == .dependencies(plain))
    #expect(TxDAG.dependencies(plain).encoded() == encoded)
    #expect(try TxDAG(decoding: bytes("00c0")) == .sequential)
    #expect(try TxDAG.sequential.encoded() == bytes("00c0"))
    // Two more transactions that depend on all but none.
    let system = try bytes("01e3e2c1c0c1c0c1c0c2c180c2c180c3c20102c3c20205c2c106c1c0c2c108c2c001c2c001")
    let all = try TxDAG(decoding: system).graph(transactions: 12)
    #expect(all.dependencyLists == plain + [Array(0..<10), Array(0..<11)])
    // The last two also have a flag where a list should be.
    for wrong in [
      "0132e212", "01dfdec280c0c280c0c380c101c380c102c380c103c380c104c380c105c380c106",
      "01cdccc280c0c280c0c280c0c280c0",
      "", "02c0", "00c1c0", "01", "01c0", "01c2c1c0c0", "01c4c3c2c100",
    ] {
      let hostile = try bytes(wrong)
      #expect(throws: ScheduleFormatError.self) { try TxDAG(decoding: hostile) }
    }
  }

  @Test("a TxDAG transaction that runs in sequence waits for all before it")
  func sequence() throws {
    // Transactions 1 and 3 carry flag 2.
    let plain = RLP.list([.list([])])
    let sequential = RLP.list([.list([]), .bytes([2])])
    let encoded = RLP.list([.list([plain, sequential, plain, sequential])]).encoded
    let graph = try TxDAG(decoding: [1] + encoded).graph(transactions: 4)
    #expect(closure(graph.asSets) == [[], [0], [], [0, 1, 2]])
    #expect(throws: ScheduleFormatError.self) { try TxDAG(decoding: [1] + encoded).graph(transactions: 5) }
    #expect(try TxDAG.sequential.graph(transactions: 3).dependencyLists == [[], [0], [1]])
  }

  @Test("every graph survives TxDAG and Bor extra data", arguments: 0..<20)
  func roundTrips(seed: Int) throws {
    let block = randomTransactions(40, locations: 3 + seed, accesses: 4, unknownPercent: seed % 3, seed: seed)
    let graph = DependencyGraph(block)
    let dag = TxDAG.dependencies(graph.dependencyLists)
    #expect(try TxDAG(decoding: dag.encoded()).graph(transactions: 40) == graph)
    let extra = BorHeaderExtra(dependencies: graph.dependencyLists, validatorBytes: [1, 2, 3])
    let decoded = try BorHeaderExtra(decoding: extra.encoded())
    #expect(decoded == extra)
    #expect(try DependencyGraph(dependencyLists: decoded.dependencies) == graph)
  }

  // Encoded with PyPI `ethereum-rlp` 0.1.7.
  @Test("Bor extra data agrees with an independent encoder")
  func bor() throws {
    let zeros = String(repeating: "00", count: 32)
    let body = "f83ba8" + String(repeating: "11", count: 40) + "d1c0c180c28001c0c20103c681800382012c"
    let encoded = try bytes(zeros + body + zeros + zeros + "00")
    let extra = try BorHeaderExtra(decoding: encoded)
    #expect(extra.dependencies == [[], [0], [0, 1], [], [1, 3], [128, 3, 300]])
    #expect(extra.validatorBytes == Bytes(repeating: 0x11, count: 40))
    #expect(extra.encoded() == encoded)
    #expect(throws: ScheduleFormatError.self) { try DependencyGraph(dependencyLists: extra.dependencies) }
    #expect(throws: ScheduleFormatError.self) { try BorHeaderExtra(decoding: Bytes(encoded.prefix(97))) }
    #expect(throws: ScheduleFormatError.self) { try BorHeaderExtra(decoding: Bytes(encoded.dropFirst())) }
  }

  // Encoded with PyPI `ethereum-rlp` 0.1.7.
  @Test("access lists agree with an independent encoder, in RLP and JSON")
  func accessList() throws {
    let encoded = try bytes(
      "f872f85994" + String(repeating: "aa", count: 20) + "f842a0" + String(repeating: "00", count: 32) + "a0"
        + String(repeating: "00", count: 31) + "07d694" + String(repeating: "bb", count: 20) + "c0")
    let list = try AccessList(decodingRLP: encoded)
    let (a, b) = (list.entries[0].address, list.entries[1].address)
    #expect(a.description == "0x" + String(repeating: "aa", count: 20))
    #expect(list.entries[0].storageKeys == [0, 7])
    #expect(list.encodedRLP() == encoded)
    #expect(try AccessList(decodingJSON: list.encodedJSON()) == list)
    let set = list.accessSet
    #expect(set.writes == [.storage(a, 0), .storage(a, 7)])
    #expect(set.reads.contains(.balance(b)) && set.reads.contains(.storage(a, 7)))
    #expect(AccessList(set) == list)
    let short = RLP.list([.list([.bytes(a.bytes), .list([.bytes([7])])])]).encoded
    #expect(throws: ScheduleFormatError.self) { try AccessList(decodingRLP: short) }
  }

  @Test("block access lists give each transaction what it changes")
  func blockAccessList() throws {
    var account = BlockAccessList.Account(address: Address(5))
    account.storageChanges = [
      .init(
        slot: 1, changes: [.init(index: 0, value: 9), .init(index: 1, value: 10), .init(index: 3, value: 0)])
    ]
    account.storageReads = [2]
    account.balanceChanges = [.init(index: 2, value: 77), .init(index: 4, value: 78)]
    account.nonceChanges = [.init(index: 1, value: 300)]
    account.codeChanges = [.init(index: 2, value: [0x60, 0x00])]
    let list = BlockAccessList([account, .init(address: Address(6))])
    #expect(try BlockAccessList(decoding: list.encoded()) == list)
    let sets = list.accessSets(transactions: 3)
    #expect(
      sets.map(\.writes) == [
        [.nonce(Address(5)), .storage(Address(5), 1)], [.balance(Address(5)), .code(Address(5))],
        [.storage(Address(5), 1)],
      ])
    #expect(sets.map(\.reads) == sets.map(\.writes))
    var unordered = list
    unordered.accounts.reverse()
    #expect(throws: ScheduleFormatError.self) { try BlockAccessList(decoding: unordered.encoded()) }
    unordered = list
    unordered.accounts[0].storageChanges[0].changes.reverse()
    #expect(throws: ScheduleFormatError.self) { try BlockAccessList(decoding: unordered.encoded()) }
  }

  @Test("any block access list in order survives its encoding, and counts its items", arguments: 0..<40)
  func blockAccessListRoundTrip(seed: Int) throws {
    var generator = SplitMix64(seed)
    func words(_ count: Int) -> [UInt256] {
      // Small and large ones, so that lengths in RLP differ.
      Set(
        (0..<count).map { _ in
          UInt256(UInt64.random(in: 0...9, using: &generator))
            << UInt256(UInt64.random(in: 0...255, using: &generator))
        }
      ).sorted()
    }
    func changes<Value>(_ value: () -> Value) -> [BlockAccessList.Change<Value>] {
      Set(
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
          UInt32.random(in: 0...300, using: &generator)
        }
      )
      .sorted().map { .init(index: $0, value: value()) }
    }
    let accounts = Set((0..<12).map { _ in UInt64.random(in: 0...99, using: &generator) }).sorted().map {
      var account = BlockAccessList.Account(address: Address($0))
      account.storageChanges = words(4).map { slot in
        .init(slot: slot, changes: changes { UInt256(UInt64.random(in: 0...300, using: &generator)) })
      }
      account.storageReads = words(3)
      account.balanceChanges = changes { words(1)[0] }
      account.nonceChanges = changes { UInt64.random(in: 0 ... .max, using: &generator) }
      account.codeChanges = changes {
        Bytes(repeating: 0xEF, count: Int.random(in: 0...70, using: &generator))
      }
      return account
    }
    let list = BlockAccessList(accounts)
    #expect(try BlockAccessList(decoding: list.encoded()) == list)
    let slots = accounts.flatMap { $0.storageChanges.map(\.slot) + $0.storageReads }
    #expect(list.itemCount == accounts.count + slots.count)
  }

  @Test("damaged bytes never do worse than an error", arguments: 0..<2)
  func damage(seed: Int) throws {
    let block = randomTransactions(20, locations: 6, senders: 3, seed: seed)
    let graph = DependencyGraph(block)
    var account = BlockAccessList.Account(address: Address(5))
    account.storageChanges = [.init(slot: 1, changes: [.init(index: 1, value: .max)])]
    account.codeChanges = [.init(index: 2, value: Bytes(repeating: 1, count: 60))]
    let valid = [
      TxDAG.dependencies(graph.dependencyLists).encoded(),
      BorHeaderExtra(dependencies: graph.dependencyLists).encoded(),
      AccessList(block[0].access ?? .empty).encodedRLP(), AccessList(block[1].access ?? .empty).encodedJSON(),
      BlockAccessList([account]).encoded(), ReadWriteSets.encode(block),
    ]
    var generator = SplitMix64(seed)
    for bytes in valid {
      probe(bytes)
      for _ in 0..<100 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !damaged.isEmpty {
          damaged[Int.random(in: damaged.indices, using: &generator)] = .random(
            in: 0...255, using: &generator)
        }
        probe(damaged)
        probe(Bytes(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))))
      }
    }
  }
}

@Suite("Read/write sets")
struct ReadWriteSetTests {
  private func decode(_ text: String) throws -> [ScheduledTransaction] {
    try ReadWriteSets.decode(Bytes(text.utf8))
  }

  @Test("what is written is read back", arguments: 0..<10)
  func roundTrip(seed: Int) throws {
    let block = randomTransactions(
      30, locations: 9, unknownPercent: 10, senders: seed % 2 * 4, maximumCost: 1000, seed: seed)
    #expect(try ReadWriteSets.decode(ReadWriteSets.encode(block)) == block)
  }

  @Test("keys of any chain are locations of their own")
  func generic() throws {
    let sets = try decode(
      #"[{"reads":["a","b"],"writes":["b"],"cost":5},{"writes":["a"]},{"adds":["c"]},{"class":"unknown"}]"#)
    #expect(sets.map(\.cost) == [5, 1, 1, 1])
    let graph = ConflictGraph(sets)
    #expect(graph.conflicts(0, 1))
    #expect(!graph.conflicts(0, 2))
    #expect(graph.conflicts(2, 3))
    #expect(sets[3].access == nil)
    let ours = try decode(
      #"{"transactions":[{"index":0,"class":"certain","reads":["0x0000000000000000000000000000000000000007/nonce"]}]}"#
    )
    #expect(ours[0].access?.reads == [.nonce(Address(7))])
  }

  // The example of Fabric's documentation on read-write set semantics, as `configtxlator` prints such sets.
  @Test("Fabric sets conflict by key, by namespace and by range query")
  func fabric() throws {
    func one(_ namespace: String, _ rwset: String) -> String {
      #"{"data_model":"KV","ns_rwset":[{"namespace":"\#(namespace)","collection_hashed_rwset":[],"rwset":\#(rwset)}]}"#
    }
    let version = #""version":{"block_num":"3","tx_num":"0"}"#
    let sets = try decode(
      "["
        + [
          one(
            "chaincode1",
            #"{"reads":[{"key":"K1",\#(version)},{"key":"K2",\#(version)}],"writes":[{"is_delete":false,"key":"K1","value":"VjE="}]}"#
          ),
          one(
            "chaincode1", #"{"reads":[{"key":"K2",\#(version)}],"writes":[{"is_delete":true,"key":"K4"}]}"#),
          one("chaincode2", #"{"reads":[],"writes":[{"is_delete":false,"key":"K1","value":"VjE="}]}"#),
          one(
            "chaincode1",
            #"{"reads":[{"key":"K1",\#(version)}],"range_queries_info":[{"start_key":"K1","end_key":"K9"}],"writes":[]}"#
          ),
          one("chaincode1", #"{"metadata_writes":[{"key":"K2","entries":[]}]}"#),
          #"{"ns_rwset":[{"namespace":"chaincode1","collection_hashed_rwset":[{"collection_name":"c","hashed_rwset":{"hashed_writes":[{"key_hash":"K1"}]}}]}]}"#,
        ].joined(separator: ",") + "]")
    let graph = ConflictGraph(sets)
    func conflicts(_ t: Int32) -> [Int32] { (0..<6).filter { graph.conflicts(t, $0) } }
    #expect(conflicts(0) == [3, 4])
    #expect(conflicts(1) == [3, 4])
    #expect(conflicts(2) == [])
    #expect(conflicts(3) == [0, 1])
    #expect(conflicts(5) == [])
  }

  @Test("wrong fields are named")
  func wrong() {
    func field(_ text: String) -> String? {
      do throws(ScheduleFormatError) {
        _ = try ReadWriteSets.decode(Bytes(text.utf8))
        return nil
      } catch {
        return error.field
      }
    }
    #expect(field("3") == "transactions")
    #expect(field("{}") == "transactions")
    #expect(field("[3]") == "transactions[0]")
    #expect(field(#"[{"reads":"a"}]"#) == "transactions[0].reads")
    #expect(field(#"[{},{"writes":[1]}]"#) == "transactions[1].writes[0]")
    #expect(field(#"[{"cost":-1}]"#) == "transactions[0].cost")
    #expect(field(#"[{"cost":1e99}]"#) == "transactions[0].cost")
    #expect(field(#"[{"nonce":"x"}]"#) == "transactions[0].nonce")
    #expect(field(#"[{"ns_rwset":[{}]}]"#) == "transactions[0].ns_rwset[0].namespace")
    #expect(field(#"[{"fee":340282366920938463463374607431768211456}]"#) == "transactions[0].fee")
  }
}
