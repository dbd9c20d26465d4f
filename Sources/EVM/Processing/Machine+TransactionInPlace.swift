package import EVMState
package import EthereumTypes

/// A transaction where it lies. It cannot be copied, so whoever runs it borrows it; an element of an array or what a
/// pointer points at is copied first, and references to all its lists are counted, twice for each transaction.
private struct TransactionInPlace: ~Copyable {
  private let transaction: Transaction

  @inline(__always)
  borrowing func run(
    on machine: inout Machine, hasTerms: Bool, sender: Address, _ state: any StateReader
  ) throws(ExecutionError) -> TransactionResult {
    var tracer = NoTracer()
    return try machine.execute(transaction, hasTerms: hasTerms, sender: sender, on: state, tracer: &tracer)
  }
}

extension Machine {
  /// Runs the transaction that `transaction` points at, which must stay as it is meanwhile.
  @unsafe @inline(__always)
  package mutating func execute(
    at transaction: UnsafePointer<Transaction>, sender: Address, on state: any StateReader
  ) throws(ExecutionError) -> TransactionResult {
    // A structure with one field lies in memory as that field does.
    let place = unsafe UnsafeRawPointer(transaction).assumingMemoryBound(to: TransactionInPlace.self)
    let hasTerms = unsafe useForeseenTerms(ofTransactionAt: transaction)
    return unsafe try place.pointee.run(on: &self, hasTerms: hasTerms, sender: sender, state)
  }

  /// Runs a transaction of a block.
  @inline(__always)
  mutating func execute(
    _ index: Int, of transactions: [Transaction], sender: Address, on state: any StateReader
  ) throws(ExecutionError) -> TransactionResult {
    try unsafe transactions.withUnsafeBufferPointer { transactions throws(ExecutionError) in
      guard let first = transactions.baseAddress, transactions.indices.contains(index) else {
        preconditionFailure("no such transaction")
      }
      return unsafe try execute(at: first + index, sender: sender, on: state)
    }
  }
}
