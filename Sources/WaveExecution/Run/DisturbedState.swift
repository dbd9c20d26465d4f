import EVMState
import EthereumTypes
import Glibc
import Synchronization

/// A state that gives what another one gives, but whose reads stall now and then, and fail from one on.
final class DisturbedState: StateReader {
  private let base: any StateReader
  private let stallsEvery: Int
  private let failsAt: Int
  private let reads = Atomic<Int>(0)

  /// - Parameters:
  ///   - base: what is read.
  ///   - stallsEvery: one read of so many stalls, for some microseconds.
  ///   - failsAt: the number of the first read that fails, from 0.
  init(_ base: any StateReader, stallsEvery: Int = .max, failsAt: Int = .max) {
    self.base = base
    self.stallsEvery = stallsEvery
    self.failsAt = failsAt
  }

  private func disturb() throws(StateReadError) {
    let number = reads.wrappingAdd(1, ordering: .relaxed).oldValue
    if number % stallsEvery == stallsEvery - 1 { usleep(UInt32(truncatingIfNeeded: number % 5) &* 20) }
    if number >= failsAt { throw Perturbation.failure }
  }

  func account(_ address: Address) throws(StateReadError) -> Account? {
    try disturb()
    return try base.account(address)
  }

  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    try disturb()
    return try base.storage(address, slot)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes {
    try disturb()
    return try base.code(hash)
  }

  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { try base.blockHash(number) }
  func hasStorage(_ address: Address) throws(StateReadError) -> Bool { try base.hasStorage(address) }
}
