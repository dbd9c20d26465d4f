public import EthereumTypes

extension Journal {
  @inlinable @inline(__always)
  func bits(account row: Int, key slot: UInt256) -> UInt64 {
    slot.mixedBits(with: key) ^ (UInt64(truncatingIfNeeded: row) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// The slot's row, made on first use; nothing is read from the state yet.
  @inlinable
  public mutating func slot(_ account: AccountHandle, _ key: UInt256) -> SlotHandle {
    var cell = slotIndex.start(bits(account: account.row, key: key))
    while true {
      let row = slotIndex.row(cell)
      if row < 0 { return SlotHandle(row: addSlot(account, key, cell: cell)) }
      if slots[row].key == key && slots[row].account == Int32(truncatingIfNeeded: account.row) {
        return SlotHandle(row: row)
      }
      cell = slotIndex.next(cell)
    }
  }

  @usableFromInline @inline(never)
  mutating func addSlot(_ account: AccountHandle, _ key: UInt256, cell: Int) -> Int {
    let row = slots.count
    slots.append(
      SlotRow(key: key, account: Int32(truncatingIfNeeded: account.row), isLoaded: false, isWarm: false))
    if slotIndex.occupy(cell, row: row) {
      var bits: [UInt64] = []
      bits.reserveCapacity(slots.count)
      for row in 0..<slots.count {
        bits.append(self.bits(account: Int(slots[row].account), key: slots[row].key))
      }
      slotIndex.rebuild { bits[$0] }
    }
    return row
  }

  /// Reads the slot from the state unless that was done already; from then on the outcome depends on it.
  @inlinable @inline(__always)
  mutating func load(_ slot: SlotHandle) {
    if !slots[slot.row].isLoaded { loadFromReader(slot) }
  }

  @usableFromInline @inline(never)
  mutating func loadFromReader(_ slot: SlotHandle) {
    slots[slot.row].isLoaded = true
    let account = Int(slots[slot.row].account)
    // A contract made in this transaction starts with empty storage whatever the state says.
    if accounts[account].flags.contains(.created) { return }
    do {
      let value = try reader.storage(accounts[account].address, slots[slot.row].key)
      slots[slot.row].original = value
      slots[slot.row].current = value
    } catch { note(error) }
  }

  /// Marks the slot accessed (EIP-2929) and says whether it was cold before.
  @inlinable @inline(__always)
  public mutating func warm(_ slot: SlotHandle) -> Bool {
    if slots[slot.row].isWarm { return false }
    undo.append(UndoEntry(.slotWarmth, slot.row, .zero))
    slots[slot.row].isWarm = true
    return true
  }

  /// The slot's value now.
  @inlinable @inline(__always)
  public mutating func value(_ slot: SlotHandle) -> UInt256 {
    load(slot)
    return slots[slot.row].current
  }

  /// The slot's value before the transaction: what EIP-2200 calls original.
  @inlinable @inline(__always)
  public mutating func originalValue(_ slot: SlotHandle) -> UInt256 {
    load(slot)
    return slots[slot.row].original
  }

  /// Writes the slot.
  @inlinable @inline(__always)
  public mutating func store(_ slot: SlotHandle, _ value: UInt256) {
    load(slot)
    undo.append(UndoEntry(.slot, slot.row, slots[slot.row].current))
    slots[slot.row].current = value
  }

  // MARK: Transient storage (EIP-1153)

  private mutating func transientRow(_ account: AccountHandle, _ key: UInt256) -> Int {
    var cell = transientIndex.start(bits(account: account.row, key: key))
    while true {
      let row = transientIndex.row(cell)
      if row < 0 { break }
      if transients[row].key == key && transients[row].account == Int32(truncatingIfNeeded: account.row) {
        return row
      }
      cell = transientIndex.next(cell)
    }
    let row = transients.count
    transients.append(TransientRow(key: key, account: Int32(truncatingIfNeeded: account.row)))
    if transientIndex.occupy(cell, row: row) {
      var bits: [UInt64] = []
      for row in 0..<transients.count {
        bits.append(self.bits(account: Int(transients[row].account), key: transients[row].key))
      }
      transientIndex.rebuild { bits[$0] }
    }
    return row
  }

  /// The value of a transient slot.
  public mutating func transientValue(_ account: AccountHandle, _ key: UInt256) -> UInt256 {
    transients[transientRow(account, key)].value
  }

  /// Writes a transient slot.
  public mutating func storeTransient(_ account: AccountHandle, _ key: UInt256, _ value: UInt256) {
    let row = transientRow(account, key)
    undo.append(UndoEntry(.transient, row, transients[row].value))
    transients[row].value = value
  }
}
