import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension Binder {
  /// Enters the init code of CREATE or CREATE2.
  mutating func performCreate(_ site: CreateSite, _ segment: Segment) throws(FallbackReason) {
    symbols.recorder?.abort(.creation)
    if frame.isStatic {
      try fail()
      return
    }
    guard let range = try extent(get(site.offset, segment), get(site.size, segment)) else { return }
    let value = symbols.settled(get(site.value, segment))
    show(value)
    let salt = site.op == Opcode.create2 ? try force(get(site.salt, segment)) : .zero
    suspend(segment, next: site.next)
    let failsWithCall = frame.isStrict ? false : try failsWithoutResult(site.next)
    guard range.count <= Self.maximumInitCode else { throw .creation }
    // Copied, hashed, and searched for the places it can jump to.
    try spend(100 + range.count)
    let code = try force(frame.memory.slice(range.lowerBound, range.count))
    frame.gasUsed += 32_000 + 8 * ((range.count + 31) / 32)
    frame.undecidedRecovery = 0
    frame.returnData = Text()
    // Whether it can count up is looked at together with the balance.
    table.note(.nonceRead, frame.account)
    if !value.isKnownZero && !failsWithCall {
      let amount = try force(value)
      let held = balance(frame.account)
      guard try force(held) >= amount else {
        push(.zero)
        return
      }
    }
    let creator = frame.account
    // Before the address is known the creator's nonce is (EIP-1014 counts it up too).
    let nonce = try self.nonce(creator)
    guard nonce < .max else {
      // EIP-2681: nothing is created, and the nonce stays.
      push(.zero)
      return
    }
    setNonce(creator, nonce &+ 1)
    let address =
      site.op == Opcode.create2
      ? frame.address.create2Address(salt: salt, initCodeHash: keccak256(code))
      : frame.address.createAddress(nonce: nonce)
    let gas = frame.gasLeft - (environment.fork >= .tangerineWhistle ? frame.gasLeft / 64 : 0)
    try enterCreation(
      at: address, code: code, value: value, isStrict: !failsWithCall, gas: gas, suspending: true)
  }

  /// EIP-3860; larger init codes are not followed in older forks either.
  private static let maximumInitCode = 49_152

  /// Makes the account and starts its init code.
  mutating func enterCreation(
    at address: Address, code: [UInt8], value: Value, isStrict: Bool, gas: Int, suspending: Bool
  ) throws(FallbackReason) {
    symbols.recorder?.abort(.creation)
    let row = table.account(address)
    table.note([.nonceRead, .codeRead], row)
    // Stays so where the init code fails.
    _ = table.warm(account: row)
    let sender = frame.account
    let caller = frame.address
    // A collision would burn the gas and go on; it needs an account that was there before.
    guard !table.accounts[row].flags.contains(.created), table.accounts[row].newCode == nil else {
      throw .creation
    }
    let account = try account(address)
    require(.nonce, of: address, account)
    require(.code, of: address, account)
    if let account {
      if account.nonce != 0 || account.codeHash != .emptyCode { throw .creation }
      do { if try state.hasStorage(address) { throw FallbackReason.creation } } catch { throw .creation }
    }
    let checkpoint = table.checkpoint
    let startsAtOne = environment.fork >= .spuriousDragon
    table.change(row) {
      $0.flags.formUnion([.created, .livenessWritten])
      if startsAtOne { $0.flags.insert(.nonceWritten) }
      $0.nonce = startsAtOne ? 1 : 0
      $0.resolved = .empty
    }
    try transfer(value, from: sender, to: row)
    guard suspended.count < Self.maximumDepth - 1 else { throw .budget }
    let created = Frame(
      summary: analyzer.summary(code, hash: nil, fork: environment.fork), purpose: .create(row),
      isStrict: isStrict,
      isStatic: false, account: row, address: address, caller: caller, callerRow: sender, value: value,
      input: Text(),
      stackBase: height, checkpoint: checkpoint, gasAvailable: gas)
    if suspending { try suspendFrame() }
    frame = created
    frame.firstPrice = observations.prices.count
  }

  /// The account's nonce now; becomes a condition.
  mutating func nonce(_ row: Int) throws(FallbackReason) -> UInt64 {
    table.note(.nonceRead, row)
    if let nonce = table.accounts[row].nonce { return nonce }
    let address = table.accounts[row].address
    let account = try account(address)
    require(.nonce, of: address, account)
    let nonce = account?.nonce ?? 0
    table.remember(row) { $0.nonce = nonce }
    return nonce
  }

  mutating func setNonce(_ row: Int, _ nonce: UInt64) {
    table.change(row) {
      $0.nonce = nonce
      $0.flags.formUnion([.nonceRead, .nonceWritten])
    }
  }

  /// SELFDESTRUCT: ends the frame in success.
  mutating func selfdestruct(to heir: Value) throws(FallbackReason) {
    if frame.isStatic {
      try fail()
      return
    }
    let row = warm(try forced(heir))
    frame.gasUsed += 30_000
    let held = balance(frame.account)
    table.note(.livenessRead, row)
    // Since Cancun only a contract made in the same transaction is removed (EIP-6780).
    let removes = environment.fork < .cancun || table.accounts[frame.account].flags.contains(.created)
    let heirIsSelf = row == frame.account
    if !heirIsSelf {
      debit(frame.account, held)
      credit(row, held)
    }
    if removes {
      table.change(frame.account) {
        $0.flags.formUnion([
          .balanceRead, .balanceWritten, .nonceRead, .nonceWritten, .codeRead, .codeWritten, .livenessRead,
          .livenessWritten, .removed,
        ])
      }
    }
    try succeed(with: Text())
  }
}
