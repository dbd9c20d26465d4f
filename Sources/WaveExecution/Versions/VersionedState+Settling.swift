import AccessAnalysis
import EVMState
import EthereumTypes

/// What running a transaction left behind: what it did, and where. Effects are changed where they are (hence `inout`
/// everywhere): a copy would count references that another core has just counted.
extension VersionedState {
  /// Makes what transaction `index` did visible to the transactions behind it.
  ///
  /// - Parameters:
  ///   - accountsToo: whether changes of accounts are shown as well; they may wait until they are final where
  ///     nobody is expected to look at them before.
  ///   - ownToo: whether to show what the transaction does to its own rows: someone may look against all predictions.
  @unsafe
  func publish(
    _ effects: inout TransactionEffects, at places: TransactionPlaces, index: Int, accountsToo: Bool,
    ownToo: Bool, in arena: Arena
  ) {
    // Codes first: who finds an account that has one must find the code.
    publish(effects.deployedCodes)
    for position in effects.slots.indices {
      guard effects.slots[position].before != effects.slots[position].after,
        unsafe places.slots[position].sharing.isShown(ownToo: ownToo)
      else { continue }
      let version = unsafe arena.allocate(Version<SlotChange>.self)
      if let rules, let increment = rules.increment(effects.slots[position], of: index) {
        let change = SlotChange(adding: rules.delta(increment))
        unsafe version.initialize(to: Version(index: index, change: change))
      } else {
        let change = SlotChange(effects.slots[position].after)
        unsafe version.initialize(to: Version(index: index, change: change))
      }
      unsafe places.slots[position].own = version
      unsafe insert(version, at: places.slots + position, effects.slots[position], arena)
    }
    for position in effects.accounts.indices {
      let isShown = unsafe accountsToo && places.accounts[position].sharing.isShown(ownToo: ownToo)
      guard isShown || effects.accounts[position].isDestroyed, effects.accounts[position].changesAnything,
        effects.accounts[position].address != coinbase
      else { continue }
      if effects.accounts[position].isDestroyed { noteRemoval() }
      let version = unsafe arena.allocate(Version<AccountChange>.self)
      let effect = unsafe arena.allocate(AccountEffect.self)
      unsafe effect.initialize(to: effects.accounts[position])
      unsafe version.initialize(to: Version(index: index, change: AccountChange(UnsafePointer(effect))))
      unsafe places.accounts[position].own = version
      effects.withAccountsInPlace {
        unsafe insert(version, at: places.accounts + position, $0[position], arena)
      }
    }
  }

  /// Adds a version of an account.
  @unsafe
  private func insert(
    _ version: AccountCell.List.Pointer, at place: UnsafeMutablePointer<AccountPlace>,
    _ effect: AccountEffectInPlace, _ arena: Arena
  ) {
    if unsafe place.pointee.sharing.isSurprisedByChange { noteSurprise() }
    unsafe cell(of: place, effect, arena).insert(version, in: round)
  }

  /// Adds a version of a slot.
  @unsafe
  private func insert(
    _ version: SlotCell.List.Pointer, at place: UnsafeMutablePointer<SlotPlace>,
    _ effect: borrowing SlotEffect, _ arena: Arena
  ) {
    if unsafe place.pointee.sharing.isSurprisedByChange { noteSurprise() }
    unsafe cell(of: place, effect, arena).insert(version, in: round)
  }

  /// Takes back what transaction `index` published.
  @unsafe
  func retract(_ effects: inout TransactionEffects, at places: TransactionPlaces) {
    for position in effects.slots.indices { unsafe places.slots[position].own?.pointee.remove() }
    for position in effects.accounts.indices { unsafe places.accounts[position].own?.pointee.remove() }
  }

  /// The transaction that left something else than a later one observed, all those before which are final; −1 where that
  /// was none of the block, nil where everything is as observed.
  ///
  /// The accounts the transaction found are brought up to date in `effects`, also those it did not look at, so that
  /// they say what a serial run would have said. So are the slots it only adds to.
  @unsafe
  func surprise(
    _ effects: inout TransactionEffects, at places: TransactionPlaces, index: Int, in arena: Arena
  ) throws(StateReadError) -> Int? {
    let mustCompare = hasRemovals
    var mayAdd: Bool?
    let isForeseen = !hasSurprises
    for position in effects.slots.indices {
      let place = unsafe places.slots[position]
      if place.sawQuietBase, isForeseen, !mustCompare { continue }
      let cell = unsafe self.cell(of: places.slots + position, effects.slots[position], arena)
      let version = unsafe cell.last(before: index, in: round)
      if unsafe place.saw(version), !mustCompare { continue }
      let found = unsafe try finalValue(
        cell, place.sharing, of: effects.slots[position].address, version, before: index)
      if found == effects.slots[position].before { continue }
      guard let rules, let increment = rules.increment(effects.slots[position], of: index),
        rules.admits(increment, found),
        mayAdd
          ?? rules.conditionsHold(of: index, on: state, coinbase: coinbase, latest: finality.coinbase)
      else { return unsafe version.map { unsafe Int($0.pointee.index) } ?? -1 }
      mayAdd = true
      effects.slots[position].before = found
      effects.slots[position].after = found &+ rules.delta(increment)
    }
    for position in effects.accounts.indices {
      let place = unsafe places.accounts[position]
      if place.sawQuietBase, isForeseen { continue }
      let cell = effects.withAccountsInPlace {
        unsafe self.cell(of: places.accounts + position, $0[position], arena)
      }
      let version = unsafe cell.last(before: index, in: round)
      if unsafe place.saw(version) { continue }
      let found = unsafe try finalAccount(cell, place.sharing, version)
      guard effects.withAccountsInPlace({ $0[position].holds(for: found) }) else {
        return unsafe version.map { unsafe Int($0.pointee.index) } ?? -1
      }
      if effects.accounts[position].before != found { effects.accounts[position].before = found }
    }
    return nil
  }

  /// Whether any of the slots that a transaction read had last been written by one that `isMeant`.
  @unsafe
  func hasRead(
    _ effects: inout TransactionEffects, at places: TransactionPlaces, from isMeant: (Int) -> Bool
  ) -> Bool {
    for position in effects.slots.indices {
      guard let seen = unsafe places.slots[position].seen else { continue }
      if isMeant(Int(unsafe seen.pointee.index)) { return true }
    }
    return false
  }

  /// Makes what transaction `index` did final, published or not; it must hold. The state behind the last final transaction
  /// becomes the one behind this.
  ///
  /// - Parameter ownToo: whether to show what it did to its own rows if it has not.
  @unsafe
  func settle(
    _ effects: inout TransactionEffects, at places: TransactionPlaces, index: Int, ownToo: Bool,
    in arena: Arena
  ) throws(StateReadError) {
    publish(effects.deployedCodes)
    effects.withAccountsInPlace { accounts in
      for position in accounts.indices {
        unsafe settle(
          accounts[position], at: places.accounts + position, index: index, ownToo: ownToo, in: arena)
      }
    }
    for position in effects.slots.indices {
      let after = effects.slots[position].after
      guard effects.slots[position].before != after else { continue }
      if let own = unsafe places.slots[position].own {
        if unsafe own.pointee.change.value == nil { unsafe own.pointee.change.settle(after) }
      } else if unsafe places.slots[position].sharing.isShown(ownToo: ownToo) {
        let version = unsafe arena.allocate(Version<SlotChange>.self)
        unsafe version.initialize(to: Version(index: index, change: SlotChange(after)))
        unsafe insert(version, at: places.slots + position, effects.slots[position], arena)
      }
      try state.set(effects.slots[position].address, effects.slots[position].key, after)
    }
    for (hash, code) in effects.deployedCodes { state.insert(code: code, hash: hash) }
  }

  @unsafe @inline(__always)
  private func settle(
    _ effect: AccountEffectInPlace, at place: UnsafeMutablePointer<AccountPlace>, index: Int, ownToo: Bool,
    in arena: Arena
  ) {
    guard effect.changesAnything else {
      // What came into being in its own run was there already.
      unsafe place.pointee.own?.pointee.remove()
      return
    }
    let after = effect.applied(to: effect.before)
    let isRemoved = effect.isDestroyed || (after == nil && effect.before != nil)
    if effect.address == coinbase {
      setCoinbase(after)
      if after != nil, !isRemoved, !effect.isCreated { return }
    }
    if isRemoved { noteRemoval() }
    if let own = unsafe place.pointee.own {
      unsafe own.pointee.change.settle(leaving: after, wipesStorage: isRemoved)
    } else if unsafe isRemoved || place.pointee.sharing.isShown(ownToo: ownToo) {
      let version = unsafe arena.allocate(Version<AccountChange>.self)
      let change = AccountChange(leaving: after, wipesStorage: isRemoved)
      unsafe version.initialize(to: Version(index: index, change: change))
      unsafe insert(version, at: place, effect, arena)
    }
    state.set(
      effect.address, after, wipesStorage: effect.isDestroyed || after == nil || effect.isCreated)
  }
}
