import EVMBytecode
import EthereumTypes

/// Recursive internal functions.
///
/// A call that is active four times has its return address on the stack four times. Three of them stand for all: the
/// frames between the first and the second are merged into those between the second and the third. In turn, a return
/// to that address finds the stack with one address less or as many as before. (Three times the same address, equally
/// far apart, is no proof of recursion: compilers let calls share what comes after them.)
extension Explorer {
  /// Merges two frames of a call that is active four times.
  mutating func foldRecursion(_ state: inout SymbolicState) {
    guard state.stack.count >= 16 else { return }
    var last: [ExpressionID: (Int, Int, Int)] = [:]
    for (slot, id) in state.stack.enumerated() where isReturnAddress(id) {
      guard let (first, second, third) = last[id] else {
        last[id] = (-1, -1, slot)
        continue
      }
      last[id] = (second, third, slot)
      let distance = slot - third
      guard first >= 0, third - second == distance, second - first == distance else { continue }
      func isCode(_ slot: Int) -> Bool {
        isLabel(state.stack[slot]) || table[state.stack[slot]].op == ExpressionCode.choice
      }
      guard (first..<second).allSatisfy({ isCode($0) == isCode($0 + distance) }) else { continue }
      for index in first..<second {
        state.stack[index + distance] = merge(
          state.stack[index + distance], state.stack[index], 0x100_0000 + id, index - first)
      }
      state.stack.removeSubrange(first..<second)
      if recursions.updateValue(distance, forKey: id) != distance { revisitReturns(to: id) }
      return
    }
  }

  /// A label that is not just a small number in long code.
  private func isReturnAddress(_ id: ExpressionID) -> Bool {
    guard isLabel(id), let word = table.value(id) else { return false }
    return word.l0 > 0xFF || code.count <= 0x100
  }

  /// A state that a return to `target` may find besides `state`: with one more frame of a recursive call.
  func deeper(_ target: ExpressionID, _ state: SymbolicState) -> SymbolicState? {
    guard let distance = recursions[target], state.stack.count >= distance,
      state.stack[state.stack.count - distance] == target
    else { return nil }
    var deeper = state
    deeper.stack += state.stack.suffix(distance)
    return deeper
  }

  private mutating func revisitReturns(to id: ExpressionID) {
    guard let place = table.value(id).flatMap(destination) else { return }
    for index in contexts.indices where !contexts[index].isQueued {
      guard contexts[index].successors.contains(where: { contexts[Int($0)].pc == place }) else { continue }
      contexts[index].isQueued = true
      queue.append(Int32(index))
    }
  }
}
