import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension TaintedMachine {
  /// CREATE and CREATE2. `f` is current, with `pc` behind the instruction.
  @inline(never)
  mutating func create(_ op: UInt8, _ s: StackWindow) -> FrameExit? {
    if f.isStatic { return .failed }
    let isCreate2 = op == Opcode.create2
    let h = f.height
    let operandCount = isCreate2 ? 4 : 3
    for index in 1...operandCount { decide(s.taint(h - index)) }
    let value = s[h - 1]
    guard let count = size(s[h - 3]), count <= rules.maximumInitCodeSize else { return .failed }
    f.height = h - operandCount
    var gas = f.gas
    guard expand(s[h - 2], count, &gas) else { return failure == nil ? .outOfGas : .aborted }
    let words = Int64((count + 31) / 32)
    gas -= rules.initCodeWordGas * words + (isCreate2 ? 6 * words : 0)
    f.gas = gas
    guard gas >= 0 else { return .outOfGas }
    let start = count == 0 ? f.memoryBase : f.memoryBase + Int(truncatingIfNeeded: s[h - 2].l0)
    decide(memory.taint(start, count, &world.taints))

    let childGas = rules.keepsOneSixtyFourth ? f.gas - f.gas / 64 : f.gas
    f.gas -= childGas
    returnedCount = 0
    decide(f.account, .nonce)
    let nonce = world.accounts[f.account].nonce
    if f.depth >= 1024 || !canSpend(f.account, value) || nonce == .max {
      f.gas += childGas
      return pushCreated(nil, s)
    }
    let initCode = memory.array(start, count)
    let creator = world.accounts[f.account].address
    let hash = isCreate2 || count > 0 ? memory.hash(start, count) : .emptyCode
    let address =
      isCreate2
      ? creator.create2Address(salt: s[h - 4], initCodeHash: hash) : creator.createAddress(nonce: nonce)
    world.setNonce(f.account, nonce + 1)
    let row = world.row(of: address)
    if rules.hasWarmth { _ = world.warm(row) }
    if collides(row) { return pushCreated(nil, s) }
    enterCreation(row, initCode: initCode, hash: hash, value: value, gas: childGas)
    return .entered
  }

  private mutating func pushCreated(_ address: Address?, _ s: StackWindow) -> FrameExit? {
    s.put(f.height, address?.word ?? .zero)
    f.height += 1
    return nil
  }

  /// Whether a creation at this address collides (EIP-684, EIP-7610).
  mutating func collides(_ row: Int) -> Bool {
    decide(row, .nonce)
    decide(row, .code)
    let account = world.accounts[row]
    if account.nonce != 0 || account.codeHash != .emptyCode { return true }
    if account.flags.contains(.created) { return false }
    do throws(StateReadError) { return try world.reader.hasStorage(account.address) } catch {
      world.note(error)
      return true
    }
  }

  /// Starts a creation by the current frame, or by the transaction where there is none yet.
  mutating func enterCreation(_ row: Int, initCode: Bytes, hash: Hash32, value: UInt256, gas: Int64) {
    codes.append(TaintedCode(initCode, hash: hash))
    let next = TaintedFrame(
      kind: .create, code: codes.count - 1, gas: gas, stackBase: f.stackBase + f.height,
      memoryBase: f.memoryBase + f.memorySize, inputStart: f.memoryBase, inputCount: 0, account: row,
      caller: world.accounts[f.account].address, value: value, isStatic: false, depth: f.depth + 1,
      checkpoint: world.checkpoint, refundAtStart: refund, firstPrice: f.firstPrice, gasTaint: f.gasTaint,
      serial: 0)
    let creator = f.account
    push(next)
    beginCreation(row, value, from: creator)
  }

  /// What happens to the state before init code runs.
  mutating func beginCreation(_ row: Int, _ value: UInt256, from creator: Int) {
    world.touch(row)
    world.insert(.created, row)
    if rules.removesEmptyAccounts { world.setNonce(row, 1) }
    move(value, from: creator, to: row)
  }

  /// Stores the code that init code returned, which the current frame has in `returned`.
  ///
  /// - Returns: false where the creation fails for it.
  mutating func deployCode() -> Bool {
    let count = returnedCount
    // The code may run, so what it consists of decides.
    decide(returned.taint(0, count, &world.taints))
    if rules.rejectsEFCode, count > 0, returned.array(0, 1)[0] == 0xEF { return false }
    if count > rules.maximumCodeSize { return false }
    let deposit = 200 * Int64(count)
    guard f.gas >= deposit else {
      fixPricesIfMoreGasCouldHelp()
      if rules.hasHomesteadCreation { return false }
      returnedCount = 0
      return true
    }
    if rules.hasHomesteadCreation {
      requireGas(atLeast: deposit)
    } else if f.gas - possibleLoss < deposit {
      // Frontier leaves the contract without code then, which is no failure.
      fixPrices()
    }
    f.gas -= deposit
    let code = returned.array(0, count)
    let hash = code.isEmpty ? Hash32.emptyCode : keccak256(code)
    if !code.isEmpty { deployedCodes[hash] = code }
    world.setCode(f.account, hash: hash)
    return true
  }

  /// SELFDESTRUCT; the beneficiary is at the top of the stack.
  mutating func selfDestruct(_ s: StackWindow) -> FrameExit {
    if f.isStatic { return .failed }
    decide(s.taint(f.height - 1))
    let beneficiary = world.row(of: Address(truncating: s[f.height - 1]))
    if isCold(beneficiary) { f.gas -= rules.coldAccountSurcharge + 100 }
    decide(f.account, .balance)
    world.load(beneficiary)
    let balance = world.accounts[f.account].balance
    if rules.selfDestructPaysNewAccount {
      _ = world.read(beneficiary, .liveness)
      let isNew =
        rules.removesEmptyAccounts
        ? world.isDead(beneficiary) && !balance.isZero
        : !world.accounts[beneficiary].flags.contains(.exists)
      // See `paysForNewAccount`.
      if isNew || world.accounts[beneficiary].codeHash != .emptyCode
        || world.accounts[beneficiary].original.mayDie(isCodeFixed: true)
      {
        decide(beneficiary, .liveness)
      }
      if isNew { f.gas -= 25000 }
    }
    if f.gas < 0 { return .outOfGas }
    let account = f.account
    let isRemoved = !rules.selfDestructKeepsOldContracts || world.accounts[account].flags.contains(.created)
    if isRemoved {
      if !world.accounts[account].flags.contains(.destroyed) { refund += rules.selfDestructRefund }
      if beneficiary != account { world.credit(beneficiary, balance) }
      world.setBalance(account, .zero)
      world.insert([.destroyed, .touched], account)
    } else if beneficiary != account {
      world.setBalance(account, .zero)
      world.credit(beneficiary, balance)
    }
    return .done
  }
}
