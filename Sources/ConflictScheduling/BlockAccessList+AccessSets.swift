public import EthereumTypes

extension BlockAccessList {
  /// The access set of each of that many transactions.
  ///
  /// Changes tell who wrote what, and a write is taken for a read as well (a balance is debited, a counter
  /// counted up). But the list does not tell who *read* what another transaction changed, so the sets may miss
  /// reads: what is scheduled by them alone is speculative. Slots that are only read are in no set, since nothing
  /// conflicts with them.
  ///
  /// - Parameters:
  ///   - count: how many transactions the block has.
  ///   - feeRecipient: whose balance every transaction credits; taken for commuting adds. Unnamed, it makes the whole
  ///     block one chain.
  public func accessSets(transactions count: Int, feeRecipient: Address? = nil) -> [AccessSet] {
    var touched = [[Location]](repeating: [], count: max(count, 0))
    var paid = [Bool](repeating: false, count: max(count, 0))
    func note(_ location: Location, _ steps: some Sequence<UInt32>) {
      for step in steps where step >= 1 && Int(step) <= touched.count {
        touched[Int(step) - 1].append(location)
      }
    }
    for account in accounts {
      for slot in account.storageChanges {
        note(.storage(account.address, slot.slot), slot.changes.lazy.map(\.index))
      }
      if account.address == feeRecipient {
        for change in account.balanceChanges where change.index >= 1 && Int(change.index) <= paid.count {
          paid[Int(change.index) - 1] = true
        }
      } else {
        note(.balance(account.address), account.balanceChanges.lazy.map(\.index))
      }
      note(.nonce(account.address), account.nonceChanges.lazy.map(\.index))
      note(.code(account.address), account.codeChanges.lazy.map(\.index))
    }
    return zip(touched, paid).map { touched, isPaid in
      let fee = feeRecipient.flatMap { isPaid ? Location.balance($0) : nil }
      return AccessSet(reads: touched, writes: touched, adds: fee.map { [$0] } ?? [])
    }
  }
}
