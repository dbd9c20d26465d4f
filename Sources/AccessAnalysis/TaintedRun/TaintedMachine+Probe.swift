import EVMBytecode
import EthereumTypes

extension TaintedMachine {
  /// A tainted value decides at a JUMPI. `f.height` is current, `otherWay` is where it did not go.
  mutating func branch(on taint: Taint, otherWay: UInt256, isJump: Bool) {
    world.taints.fix(taint)
  }

  /// Whether the failure of the current frame makes the transaction fail with nothing new accessed.
  mutating func failureOfCurrentFrameFailsTransaction() -> Bool { frames.count == 0 }

  /// Whether a call that the current frame is about to make, failing, would make the transaction fail likewise.
  mutating func failedCallFailsTransaction() -> Bool { false }
}
