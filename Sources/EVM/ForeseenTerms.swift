import EVMState
import EthereumTypes

/// What each transaction of a block is charged and that its form is right, worked out before the block runs, as who keeps
/// transactions that wait for a block has it: nothing of that depends on the state.
///
/// It is used for these very transactions in a block with this environment; otherwise it costs nothing but its memory.
public final class ForeseenTerms: Sendable {
  /// Held on to, so that none of them changes, and that nothing else comes to lie where they do.
  private let transactions: [Transaction]
  let environment: BlockEnvironment
  /// One for each transaction.
  private let terms: [TransactionTerms]

  /// Works out the terms of a block's transactions. Linear in their sizes.
  public init(_ processor: BlockProcessor) {
    transactions = processor.block.transactions
    environment = processor.environment
    var machine = processor.makeMachine(on: MemoryState())
    var terms: [TransactionTerms] = []
    terms.reserveCapacity(transactions.count)
    for transaction in transactions {
      let isRight = (try? machine.setTerms(of: transaction)) != nil
      terms.append(isRight ? machine.terms : TransactionTerms())
    }
    self.terms = terms
  }

  /// Puts the terms of the transaction that lies at `place` and should be number `index` in `terms`, unless it is another one,
  /// or cannot be in the block.
  ///
  /// - Returns: whether they are there.
  @unsafe @inline(__always)
  func put(_ place: UnsafePointer<Transaction>, _ index: Int, in terms: inout TransactionTerms) -> Bool {
    let isThat = unsafe transactions.withUnsafeBufferPointer {
      unsafe index < $0.count && $0.baseAddress.map { unsafe $0 + index } == place
    }
    guard isThat, self.terms[index].isRight else { return false }
    terms = self.terms[index]
    return true
  }

  /// Lets the processor fetch the terms of transaction `index`.
  func prefetch(_ index: Int) {
    unsafe terms.withUnsafeBufferPointer { terms in
      guard let first = terms.baseAddress, index < terms.count else { return }
      unsafe Prefetch.fetchAll(first + index)
    }
  }
}
