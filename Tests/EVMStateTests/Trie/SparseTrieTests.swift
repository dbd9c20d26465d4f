import EVMState
import EthereumTypes
import Testing

@Suite("Sparse state trie")
struct SparseTrieTests {
  /// A random change of the state, and the same as an update.
  static func change(
    _ state: inout TestState, _ generator: inout SplitMix64
  ) -> [StateUpdate] {
    var updates: [StateUpdate] = []
    for number in Set((0..<6).map { _ in UInt64.random(in: 0..<24, using: &generator) }) {
      let address = Address(number)
      if state.entries[address] != nil, Int.random(in: 0..<4, using: &generator) == 0 {
        state.entries[address] = nil
        updates.append(StateUpdate(address, nil, storageWiped: true))
        continue
      }
      let isWiped = Int.random(in: 0..<8, using: &generator) == 0
      var entry = state.entries[address] ?? TestState.Entry(account: Account(), storage: [:])
      entry.account.nonce &+= 1
      entry.account.balance = UInt256(UInt64.random(in: 0...UInt64.max, using: &generator)) << 60
      if isWiped { entry.storage = [:] }
      var slots: [(key: UInt256, value: UInt256)] = []
      for _ in 0..<Int.random(in: 0..<8, using: &generator) {
        let slot = UInt256(UInt64.random(in: 0..<12, using: &generator))
        let value = UInt256(UInt64.random(in: 0..<3, using: &generator))
        slots.append((key: slot, value: value))
        entry.storage[slot] = value.isZero ? nil : value
      }
      state.entries[address] = entry
      updates.append(StateUpdate(address, entry.account, storageWiped: isWiped, slots: slots))
    }
    return updates
  }

  @Test("Without a witness it is a complete state", arguments: UInt64(0)..<8)
  func complete(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var state = TestState()
    var trie = SparseTrie()
    for _ in 0..<30 {
      let updates = Self.change(&state, &generator)
      let before = trie.stateRoot()
      #expect(try trie.stateRoot(after: updates) == state.root)
      #expect(trie.stateRoot() == before)
      try trie.apply(updates)
      #expect(trie.stateRoot() == state.root)
      for number in UInt64(0)..<24 {
        let entry = state.entries[Address(number)]
        #expect(try trie.account(Address(number)) == entry?.account)
        for slot in UInt64(0)..<12 {
          #expect(try trie.storage(Address(number), UInt256(slot)) == entry?.storage[UInt256(slot)] ?? .zero)
        }
      }
    }
  }

  /// The official witness tests cover the same through `validation_state_*` and `witness_state_*`.
  @Test("A removal next to an insertion asks for no sibling; a removal alone does")
  func insertionFirst() throws {
    // Three slots whose hashed numbers start with different nibbles, so that the root is their branch.
    var slots: [UInt256] = []
    var nibbles: Set<UInt8> = []
    var number = UInt256.zero
    while slots.count < 3 {
      number &+= 1
      if nibbles.insert(keccak256(number).bytes[0] >> 4).inserted { slots.append(number) }
    }
    let contents = Dictionary(
      uniqueKeysWithValues: slots.prefix(2).map { (keccak256($0).bytes, [0x0A] as Bytes) })
    let (storageRoot, slotNodes) = ReferenceTrie.nodes(of: contents)
    let account = RLP.list([
      .quantity(UInt64(1)), .quantity(UInt64(0)), .bytes(storageRoot.bytes), .bytes(Hash32.emptyCode.bytes),
    ])
    let address = Address(9)
    let (root, accountNodes) = ReferenceTrie.nodes(of: [keccak256(address).bytes: account.encoded])
    var whole = SparseTrie()
    try whole.apply([
      StateUpdate(
        address, Account(nonce: 1), slots: [(key: slots[0], value: 10), (key: slots[1], value: 10)])
    ])
    #expect(whole.stateRoot() == root)
    // The leaf of slots[1] ends in the last 31 bytes of its hashed number.
    let ending = keccak256(slots[1]).bytes.suffix(31)
    let known = slotNodes.filter { !$0.dropLast().suffix(31).elementsEqual(ending) }
    #expect(known.count == slotNodes.count - 1)
    let partial = SparseTrie(preStateRoot: root, nodes: accountNodes + known)
    let removal = [StateUpdate(address, Account(nonce: 1), slots: [(key: slots[0], value: 0)])]
    #expect(throws: StateReadError.missingState(.storage(address, slots[0]))) {
      try partial.stateRoot(after: removal)
    }
    let both = [
      StateUpdate(address, Account(nonce: 1), slots: [(key: slots[0], value: 0), (key: slots[2], value: 4)])
    ]
    #expect(try partial.stateRoot(after: both) == whole.stateRoot(after: both))
  }

  @Test("A witness state proves code by its hash and knows the block hashes given")
  func witnessState() throws {
    var trie = SparseTrie()
    let code: Bytes = [0x60, 0x00]
    try trie.apply([
      StateUpdate(Address(1), Account(balance: 5, codeHash: keccak256(code)), slots: [(key: 1, value: 2)]),
      StateUpdate(Address(2), Account(nonce: 1)),
    ])
    let state = WitnessState(trie: trie, codes: [code], blockHashes: [7: Hash32(word: 8)])
    #expect(try state.account(Address(1)) == Account(balance: 5, codeHash: keccak256(code)))
    #expect(try state.account(Address(3)) == nil)
    #expect(try state.storage(Address(1), 1) == 2)
    #expect(try state.hasStorage(Address(1)))
    #expect(try !state.hasStorage(Address(2)))
    #expect(try !state.hasStorage(Address(3)))
    #expect(try state.code(keccak256(code)) == code)
    #expect(throws: StateReadError.missingCode(.zero)) { try state.code(.zero) }
    #expect(try state.blockHash(7) == Hash32(word: 8))
    #expect(throws: StateReadError.missingBlockHash(8)) { try state.blockHash(8) }
  }
}
