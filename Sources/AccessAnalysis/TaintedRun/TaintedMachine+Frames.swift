import EVMState
import EthereumTypes

extension TaintedMachine {
  /// Runs the current frame and all it calls.
  ///
  /// - Returns: how the outermost frame ended; `.aborted` where `failure` or a fault of the state says why.
  mutating func run() -> FrameExit {
    while true {
      var exit = runFrame()
      if let fault = world.fault {
        failure = .state(fault)
        return .aborted
      }
      if exit == .entered { continue }
      if exit == .aborted || failure != nil { return .aborted }
      exit = settle(exit)
      guard frames.count > 0 else { return exit }
      leave(exit)
    }
  }

  /// Ends the current frame: undoes its changes where it failed, deploys code where it created.
  private mutating func settle(_ exit: FrameExit) -> FrameExit {
    var exit = exit
    switch exit {
    case .done:
      requireGas(atLeast: 0)
      if f.kind == .create, !deployCode() { exit = .failed }
    case .reverted: requireGas(atLeast: 0)
    case .outOfGas:
      fixPricesIfMoreGasCouldHelp()
      exit = .failed
    default: exit = .failed
    }
    if exit != .done {
      world.revert(to: f.checkpoint)
      refund = f.refundAtStart
      if exit == .failed {
        f.gas = 0
        returnedCount = 0
      }
    }
    return exit
  }

  /// Goes back to the caller of the current frame.
  private mutating func leave(_ exit: FrameExit) {
    let callee = f
    f = frames.removeLast()
    f.gas += callee.gas
    f.gasTaint = world.taints.union(f.gasTaint, callee.gasTaint)
    let s = stack.window(f.stackBase)
    if callee.kind == .create {
      let address = world.accounts[callee.account].address
      s.put(f.height, exit == .done ? address.word : .zero)
      // A creation returns data only where it reverts (EIP-211).
      if exit == .done { returnedCount = 0 }
    } else {
      s.put(f.height, exit == .done ? .one : .zero)
      writeOutput(callee.outputOffset, callee.outputSize)
    }
    f.height += 1
  }
}
