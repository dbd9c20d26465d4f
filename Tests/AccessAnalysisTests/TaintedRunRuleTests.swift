import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

private let main = TaintedRunWorld.main
private let second = TaintedRunWorld.second
private let bystander = TaintedRunWorld.third

/// Predicts, checks the prediction against the EVM's recorder on the same state, and returns it.
private func predict(_ world: TaintedRunWorld) throws -> Prediction {
  let run = world.predict()
  let actual = try #require(try world.execute())
  #expect(run.gasUsed == actual.gasUsed)
  #expect(run.prediction.access.missing(from: actual.effects.accessSet) == [])
  return run.prediction
}

/// The conditions besides the code of `main`, which every call to it has.
private func conditions(_ world: TaintedRunWorld, _ codes: [Address] = [main]) throws -> [Location] {
  let prediction = try predict(world)
  #expect(prediction.trust == .conditional)
  let found = Set(prediction.conditionalOn)
  for address in codes { #expect(found.contains(.code(address))) }
  return found.subtracting(codes.map { .code($0) }).sorted()
}

@Suite("Tainted run: values, memory and calls")
struct TaintedRunValueTests {
  @Test("a plain transfer hangs on the recipient having no code, and adds to its balance")
  func plainTransfer() throws {
    var world = TaintedRunWorld(gasLimit: 21000, value: 5)
    world.accounts[main] = Account(balance: 1)
    let prediction = try predict(world)
    #expect(prediction.conditionalOn == [.code(main), .liveness(main)])
    #expect(prediction.access.adds == [.balance(main), .balance(TaintedRunWorld.coinbase)])
    #expect(
      prediction.access.writes == [.balance(TaintedRunWorld.sender), .nonce(TaintedRunWorld.sender)])
  }

  @Test("writing what was read is no condition")
  func storedValue() throws {
    var world = TaintedRunWorld()
    world.deploy([0: 7]) { a in
      a.sload(0)
      a.push(1)
      a.op(Opcode.add)
      a.sstore(1)
    }
    #expect(try conditions(world) == [])
    #expect(try predict(world).access.writes.contains(.storage(main, 1)))
  }

  @Test("a branch on a slot with two ways on is a condition")
  func branch() throws {
    var world = TaintedRunWorld()
    world.deploy([0: 7]) { a in
      a.sload(0)
      a.jumpIf("other")
      a.sstore(1, 1)
      a.op(Opcode.stop)
      a.label("other")
      a.sstore(2, 1)
    }
    #expect(try conditions(world) == [.storage(main, 0)])
  }

  @Test("a check whose other way reverts is no condition")
  func check() throws {
    var world = TaintedRunWorld()
    world.deploy([0: 7]) { a in
      a.sload(0)
      a.require()
      a.sstore(1, 1)
    }
    #expect(try conditions(world) == [])
    world.storage[main] = [:]
    // Here it is the failing side that runs, and the other one goes on.
    #expect(try conditions(world) == [.storage(main, 0)])
  }

  @Test("a check in a callee is no condition where the caller passes the failure on, and is one where not")
  func checkInCallee() throws {
    for survives in [false, true] {
      var world = TaintedRunWorld()
      world.deploy(second, [0: 7]) { a in
        a.sload(0)
        a.require()
      }
      world.deploy { a in
        a.call(second)
        if survives { a.sstore(1) } else { a.require() }
      }
      #expect(try conditions(world, [main, second]) == (survives ? [.storage(second, 0)] : []))
    }
  }

  @Test("a failure handler that reads anything new makes the check a condition")
  func handlerThatReads() throws {
    var world = TaintedRunWorld()
    world.deploy(second, [0: 7]) { a in
      a.sload(0)
      a.require()
    }
    world.deploy { a in
      a.call(second)
      a.jumpIf("fine")
      a.sload(9)
      a.op(Opcode.pop)
      a.revert()
      a.label("fine")
    }
    #expect(try conditions(world, [main, second]) == [.storage(second, 0)])
  }

  @Test("a tainted key is a condition, straight or through a hash", arguments: [false, true])
  func key(isHashed: Bool) throws {
    var world = TaintedRunWorld()
    world.deploy([0: 7]) { a in
      a.push(1)
      a.sload(0)
      if isHashed {
        a.mstore(0)
        a.push(32)
        a.push(0)
        a.op(Opcode.keccak256)
      }
      a.op(Opcode.sstore)
    }
    #expect(try conditions(world) == [.storage(main, 0)])
  }

  @Test("a call target from storage is a condition")
  func target() throws {
    var world = TaintedRunWorld()
    world.deploy([0: second.word]) { a in
      for _ in 0..<5 { a.push(0) }
      a.sload(0)
      a.op(Opcode.gas, Opcode.call, Opcode.pop)
    }
    #expect(try conditions(world, [main, second]) == [.storage(main, 0)])
  }

  @Test("arguments behind a selector keep apart: only the one that decides is a condition")
  func arguments() throws {
    var world = TaintedRunWorld()
    // f(address key, uint amount, uint flag): amount is stored under key, flag decides.
    world.deploy(second) { a in
      a.input(36)
      a.input(4)
      a.op(Opcode.sstore)
      a.input(68)
      a.jumpIf("end")
      a.sstore(99, 1)
      a.label("end")
    }
    world.deploy([0: 10, 1: 20]) { a in
      a.push(0x1234_5678)
      a.push(224)
      a.op(Opcode.shl)
      a.mstore(0)
      a.push(0x77)
      a.mstore(4)
      a.sload(0)
      a.mstore(36)
      a.sload(1)
      a.mstore(68)
      a.call(second, input: (0, 100))
      a.op(Opcode.pop)
    }
    #expect(try conditions(world, [main, second]) == [.storage(main, 1)])
  }

  @Test("returned data carries its taint into the caller")
  func returnedData() throws {
    for viaCopy in [false, true] {
      var world = TaintedRunWorld()
      world.deploy(second, [0: 10]) { a in
        a.sload(0)
        a.mstore(0)
        a.push(32)
        a.push(0)
        a.op(Opcode.return)
      }
      world.deploy { a in
        a.call(Opcode.staticcall, second, output: viaCopy ? (0, 0) : (64, 32))
        a.op(Opcode.pop)
        if viaCopy {
          a.push(32)
          a.push(0)
          a.push(64)
          a.op(Opcode.returndatacopy)
        }
        a.push(64)
        a.op(Opcode.mload)
        a.jumpIf("end")
        a.sstore(1, 1)
        a.label("end")
      }
      #expect(try conditions(world, [main, second]) == [.storage(second, 0)])
    }
  }

  @Test("MCOPY moves taints with the bytes, also between unaligned places", arguments: [64, 67])
  func memoryCopy(target: UInt64) throws {
    var world = TaintedRunWorld()
    world.deploy([0: 10]) { a in
      a.sload(0)
      a.mstore(0)
      a.push(32)
      a.push(0)
      a.push(UInt256(target))
      a.op(Opcode.mcopy)
      a.push(0)
      a.mstore(0)
      a.push(UInt256(target))
      a.op(Opcode.mload)
      a.jumpIf("end")
      a.sstore(1, 1)
      a.label("end")
    }
    #expect(try conditions(world) == [.storage(main, 0)])
  }

  @Test("overwritten memory forgets its taint, memory written in part does not")
  func overwrittenMemory() throws {
    for isWhole in [false, true] {
      var world = TaintedRunWorld()
      world.deploy([0: 10]) { a in
        a.sload(0)
        a.mstore(0)
        a.push(0)
        if isWhole { a.mstore(0) } else { a.push(31) }
        if !isWhole { a.op(Opcode.mstore8) }
        a.push(0)
        a.op(Opcode.mload)
        a.jumpIf("end")
        a.sstore(1, 1)
        a.label("end")
      }
      #expect(try conditions(world) == (isWhole ? [] : [.storage(main, 0)]))
    }
  }

  @Test("transient storage carries taint")
  func transientStorage() throws {
    var world = TaintedRunWorld()
    world.deploy([0: 10]) { a in
      a.sload(0)
      a.push(3)
      a.op(Opcode.tstore)
      a.push(3)
      a.op(Opcode.tload)
      a.jumpIf("end")
      a.sstore(1, 1)
      a.label("end")
    }
    #expect(try conditions(world) == [.storage(main, 0)])
  }

  @Test("a slot written before it is read depends on what was written")
  func ownWrite() throws {
    for isTainted in [false, true] {
      var world = TaintedRunWorld()
      world.deploy([0: 10]) { a in
        if isTainted { a.sload(0) } else { a.push(3) }
        a.sstore(1)
        a.sload(1)
        a.jumpIf("end")
        a.sstore(2, 1)
        a.label("end")
      }
      #expect(try conditions(world) == (isTainted ? [.storage(main, 0)] : []))
    }
  }

  @Test("a reverted write leaves the state's value and its taint")
  func revertedWrite() throws {
    var world = TaintedRunWorld()
    world.deploy(second, [0: 10]) { a in
      a.op(Opcode.calldatasize)
      a.jumpIf("look")
      a.sstore(0, 5)
      a.revert()
      a.label("look")
      a.sload(0)
      a.mstore(0)
      a.push(32)
      a.push(0)
      a.op(Opcode.return)
    }
    world.deploy { a in
      a.call(second)
      a.op(Opcode.pop)
      a.call(second, input: (0, 32), output: (0, 32))
      a.op(Opcode.pop)
      a.push(0)
      a.op(Opcode.mload)
      a.jumpIf("end")
      a.sstore(1, 1)
      a.label("end")
    }
    #expect(try conditions(world, [main, second]).contains(.storage(second, 0)))
    #expect(!(try predict(world).access.writes.contains(.storage(second, 0))))
  }

  @Test("a lock that is taken and given back is no write, on condition that it was open")
  func lock() throws {
    var world = TaintedRunWorld()
    world.deploy([0: 1]) { a in
      a.sload(0)
      a.push(2)
      a.op(Opcode.eq, Opcode.iszero)
      a.require()
      a.sstore(0, 2)
      a.sstore(0, 1)
    }
    #expect(try conditions(world) == [.storage(main, 0)])
    #expect(!(try predict(world).access.writes.contains(.storage(main, 0))))
  }

  @Test("SHA-256 passes taint on; ECRECOVER decides")
  func precompiles() throws {
    for (number, isCondition) in [(UInt64(2), false), (1, true)] {
      var world = TaintedRunWorld()
      world.deploy([0: 10]) { a in
        a.sload(0)
        a.mstore(0)
        a.call(Opcode.staticcall, Address(number), input: (0, 128), output: (0, 32))
        a.op(Opcode.pop)
        a.push(0)
        a.op(Opcode.mload)
        a.sstore(1)
      }
      #expect(try conditions(world) == (isCondition ? [.storage(main, 0)] : []))
    }
  }
}

@Suite("Tainted run: gas, balances and accounts")
struct TaintedRunAccountTests {
  @Test("GAS is tainted by prices that depend on state, and by nothing else")
  func gas() throws {
    for storesFirst in [false, true] {
      var world = TaintedRunWorld()
      world.deploy([0: 10]) { a in
        if storesFirst { a.sstore(0, 3) }
        a.op(Opcode.gas)
        a.push(400_000)
        a.op(Opcode.gt)
        a.jumpIf("end")
        a.sstore(1, 1)
        a.label("end")
      }
      #expect(try conditions(world) == (storesFirst ? [.storage(main, 0)] : []))
    }
  }

  @Test("a price counts only where a call with little gas could fail for it and the caller goes on")
  func limitedCall() throws {
    let cases: [(gas: UInt256, survives: Bool, isCondition: Bool)] = [
      (10000, true, true), (10000, false, false), (30000, true, false),
    ]
    for (gas, survives, isCondition) in cases {
      var world = TaintedRunWorld()
      world.deploy(second, [0: 5]) { $0.sstore(0, 6) }
      world.deploy { a in
        a.call(second, gas: gas)
        if survives { a.sstore(1) } else { a.require() }
      }
      #expect(try conditions(world, [main, second]) == (isCondition ? [.storage(second, 0)] : []))
    }
  }

  @Test("a call that ran out of gas hangs on the prices that could have been lower")
  func outOfGas() throws {
    var world = TaintedRunWorld()
    world.deploy(second) { a in
      a.sstore(0, 6)
      a.sstore(1, 6)
    }
    world.deploy { a in
      a.call(second, gas: 30000)
      a.sstore(1)
    }
    #expect(try conditions(world, [main, second]).contains(.storage(second, 0)))
  }

  @Test("a balance that is looked at decides like a slot")
  func balance() throws {
    var world = TaintedRunWorld()
    world.accounts[bystander] = Account(balance: 3)
    world.deploy { a in
      a.push(bystander)
      a.op(Opcode.balance)
      a.jumpIf("end")
      a.sstore(1, 1)
      a.label("end")
    }
    #expect(try conditions(world) == [.balance(bystander)])
  }

  @Test("value passed on needs no balance of one's own; value of one's own does unless failure is fatal")
  func value() throws {
    for (received, survives, isCondition) in [
      (UInt256(5), true, false), (0, true, true), (0, false, false),
    ] {
      var world = TaintedRunWorld(value: received)
      world.accounts[bystander] = Account(nonce: 1, balance: 3)
      world.deploy(balance: 100) { a in
        a.call(bystander, value: 5)
        if survives { a.sstore(1) } else { a.require() }
      }
      #expect(try conditions(world, [main, bystander]) == (isCondition ? [.balance(main)] : []))
      let access = try predict(world).access
      #expect(access.adds.contains(.balance(bystander)))
      #expect(access.writes.contains(.balance(main)) == received.isZero)
    }
  }

  @Test("a creation hangs on the creator's nonce and on the address being free")
  func creation() throws {
    var world = TaintedRunWorld()
    world.deploy { a in
      a.push(0)
      a.push(0)
      a.push(0)
      a.op(Opcode.create, Opcode.pop)
    }
    let created = main.createAddress(nonce: 1)
    #expect(Set(try conditions(world)) == [.nonce(main), .nonce(created), .code(created)])
    let writes = try predict(world).access.writes
    #expect(writes.contains(.nonce(main)))
    #expect(writes.contains(.nonce(created)))
    #expect(writes.contains(.liveness(created)))
  }

  @Test(
    "SELFDESTRUCT moves the balance, and before Cancun removes the account",
    arguments: [Fork.shanghai, .cancun])
  func selfDestruct(fork: Fork) throws {
    var world = TaintedRunWorld(fork: fork)
    world.accounts[bystander] = Account(balance: 3)
    world.deploy(balance: 100) { a in
      a.push(bystander)
      a.op(Opcode.selfdestruct)
    }
    let prediction = try predict(world)
    #expect(prediction.conditionalOn.contains(.balance(main)))
    #expect(prediction.access.adds.contains(.balance(bystander)))
    #expect(prediction.access.writes.contains(.balance(main)))
    #expect(prediction.access.writes.contains(.code(main)) == (fork == .shanghai))
  }

  @Test("a delegated account hangs on its designator and on the delegate's code")
  func delegation() throws {
    var world = TaintedRunWorld(fork: .prague)
    world.deploy(second) { $0.sstore(4, 1) }
    world.deploy(main, code: [0xEF, 0x01, 0x00] + second.bytes)
    #expect(try conditions(world, [main, second]) == [])
    #expect(try predict(world).access.writes.contains(.storage(main, 4)))
  }

  @Test("an authorization hangs on the authority's nonce and code, and writes both")
  func authorization() throws {
    var world = TaintedRunWorld(fork: .prague)
    world.deploy { $0.op(Opcode.stop) }
    // Any r and s with a curve point are somebody's signature.
    let found = (1..<200).lazy.compactMap { r -> (Authorization, Address)? in
      let authorization = Authorization(
        chainID: 1, address: second, nonce: 0, yParity: 0, r: UInt256(r), s: 12345)
      return authorization.recoverAuthority().map { (authorization, $0) }
    }.first
    let (authorization, authority) = try #require(found)
    world.transaction = Transaction(
      kind: .setCode, chainID: 1, nonce: 5, maxFeePerGas: 10, maxPriorityFeePerGas: 1, gasLimit: 200_000,
      to: main, authorizationList: [authorization])
    #expect(Set(try conditions(world)) == [.nonce(authority), .code(authority)])
    let writes = try predict(world).access.writes
    #expect(writes.contains(.nonce(authority)))
    #expect(writes.contains(.code(authority)))
  }

  @Test("too long a run and too much memory give no prediction")
  func limits() throws {
    var world = TaintedRunWorld(gasLimit: 10_000_000)
    world.deploy { a in
      a.label("loop")
      a.jump("loop")
    }
    let run = TaintedRun.predict(
      world.transaction, from: TaintedRunWorld.sender, in: world.environment, on: world.state,
      limits: TaintedRunLimits(maximumSteps: 1000))
    #expect(run.prediction == .unknown)
    #expect(run.failure == .tooManySteps)
    world.deploy { a in
      a.push(1)
      a.mstore(1_000_000)
    }
    let other = TaintedRun.predict(
      world.transaction, from: TaintedRunWorld.sender, in: world.environment, on: world.state,
      limits: TaintedRunLimits(maximumMemory: 1 << 16))
    #expect(other.failure == .tooMuchMemory)
  }

  @Test("code out to waste time on branches, prices and gas readings is still predicted")
  func hostileLoop() throws {
    var world = TaintedRunWorld(gasLimit: 3_000_000)
    world.deploy([0: 7]) { a in
      a.label("loop")
      // A check on state, a price that depends on state, and a look at the gas it leaves.
      a.sload(0)
      a.require()
      a.op(Opcode.gas)
      a.sload(1)
      a.op(Opcode.add)
      a.sstore(1)
      a.op(Opcode.gas)
      a.push(50_000)
      a.op(Opcode.lt)
      a.jumpIf("loop")
    }
    let prediction = try predict(world)
    #expect(prediction.trust == .conditional)
    #expect(prediction.conditionalOn.contains(.storage(main, 1)))
  }

  @Test("calls nested to the depth limit end like the EVM's")
  func deepCalls() throws {
    var world = TaintedRunWorld(gasLimit: 16_000_000)
    world.deploy([0: 1]) { a in
      a.sload(0)
      a.require()
      a.call(main)
      a.op(Opcode.pop)
    }
    #expect(try predict(world).trust == .conditional)
    world.fork = .homestead
    world.transaction.gasLimit = 3_000_000
    world.deploy([0: 1]) { a in
      a.call(main, gas: 40)
      a.op(Opcode.pop)
    }
    #expect(try predict(world).trust == .conditional)
  }

  @Test("a revert inside a revert undoes exactly what it should")
  func nestedReverts() throws {
    var world = TaintedRunWorld()
    world.deploy(bystander, [0: 1]) { a in
      a.sstore(0, 2)
      a.revert()
    }
    world.deploy(second, [0: 1, 1: 1]) { a in
      a.sstore(0, 2)
      a.call(bystander)
      a.sstore(1)
      a.revert()
    }
    world.deploy { a in
      a.call(second)
      a.sstore(0)
      a.call(bystander)
      a.op(Opcode.pop)
    }
    let access = try predict(world).access
    for slot in [Location.storage(second, 0), .storage(second, 1), .storage(bystander, 0)] {
      #expect(access.reads.contains(slot))
      #expect(!access.writes.contains(slot))
    }
  }

  @Test("a state that cannot be read gives no prediction")
  func missingState() throws {
    var world = TaintedRunWorld()
    world.deploy { a in
      a.push(999)
      a.op(Opcode.blockhash)
    }
    let state = world.state
    state.blockHashes = [:]
    let run = TaintedRun.predict(
      world.transaction, from: TaintedRunWorld.sender, in: world.environment, on: state)
    #expect(run.failure == .state(.missingBlockHash(999)))
    #expect(run.prediction == .unknown)
  }
}
