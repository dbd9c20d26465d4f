public import EthereumTypes

/// Builds the block access list of EIP-7928 from what the journal recorded of each step of the block: the same effects
/// that are applied to the state and that schedulers take their access sets from.
///
/// Effects must be final, that is, say what was there before in block order. Linear in the effects but for the sorting
/// at the end.
public struct BlockAccessListBuilder {
  /// A value before and after a step.
  private struct Change<Value: Equatable> {
    let before: Value
    var after: Value
    var isReal: Bool { before != after }

    /// What two changes, one after the other, come to.
    init(_ earlier: Change?, from before: Value, to after: Value) {
      self.before = earlier?.before ?? before
      self.after = after
    }
  }

  /// What one step did to an account.
  private struct StepAccount {
    var balance: Change<UInt256>?
    var nonce: Change<UInt64>?
    var codeHash: Change<Hash32>?
    var code: Bytes = []
    var slots: [UInt256: Change<UInt256>] = [:]

    mutating func note(_ effect: AccountEffect, codes: [Hash32: Bytes]) {
      let before = effect.before ?? Account()
      let after = effect.applied(to: effect.before) ?? Account()
      balance = Change(balance, from: before.balance, to: after.balance)
      nonce = Change(nonce, from: before.nonce, to: after.nonce)
      codeHash = Change(codeHash, from: before.codeHash, to: after.codeHash)
      if before.codeHash != after.codeHash { code = codes[after.codeHash] ?? [] }
    }

    mutating func note(_ slot: SlotEffect) {
      slots[slot.key] = Change(slots[slot.key], from: slot.before, to: slot.after)
    }
  }

  /// What the steps so far did to an account.
  private struct Entry {
    var account: BlockAccessList.Account
    var changes: [UInt256: [BlockAccessList.Change<UInt256>]] = [:]
    var reads: Set<UInt256> = []
  }

  private var entries: [Address: Entry] = [:]

  /// Makes a builder of an empty list.
  public init() {}

  /// Adds a step: 0 before the transactions, 1…n the transactions, n + 1 after them. Steps come in this order.
  ///
  /// - Parameters:
  ///   - effects: what was done in the step, in order; a transaction is one, a step around them can be several.
  ///   - index: the step.
  public mutating func add(_ effects: [TransactionEffects], index: UInt32) {
    var step: [Address: StepAccount] = [:]
    for effects in effects {
      for account in effects.accounts {
        step[account.address, default: StepAccount()].note(account, codes: effects.deployedCodes)
      }
      for slot in effects.slots { step[slot.address, default: StepAccount()].note(slot) }
      for slot in effects.vanishedSlots { step[slot.address, default: StepAccount()].note(slot) }
    }
    for (address, account) in step { append(account, of: address, index) }
  }

  private mutating func append(_ step: StepAccount, of address: Address, _ index: UInt32) {
    func update(_ entry: inout Entry) {
      if let balance = step.balance, balance.isReal {
        entry.account.balanceChanges.append(.init(index: index, value: balance.after))
      }
      if let nonce = step.nonce, nonce.isReal {
        entry.account.nonceChanges.append(.init(index: index, value: nonce.after))
      }
      if let hash = step.codeHash, hash.isReal {
        entry.account.codeChanges.append(.init(index: index, value: step.code))
      }
      for (key, slot) in step.slots {
        if slot.isReal {
          entry.changes[key, default: []].append(.init(index: index, value: slot.after))
        } else {
          entry.reads.insert(key)
        }
      }
    }
    update(&entries[address, default: Entry(account: BlockAccessList.Account(address: address))])
  }

  /// The list of everything added.
  public func build() -> BlockAccessList {
    BlockAccessList(
      entries.values.map { entry in
        var account = entry.account
        account.storageChanges = entry.changes.sorted { $0.key < $1.key }.map {
          BlockAccessList.SlotChanges(slot: $0.key, changes: $0.value)
        }
        // A slot that any step changes is not listed as read.
        account.storageReads = entry.reads.filter { entry.changes[$0] == nil }.sorted()
        return account
      }.sorted { $0.address < $1.address })
  }
}
