import EVMBytecode
import EVMState
import EthereumTypes

extension TaintedRunHunt {
  /// A world whose contracts are random bytes, weighted towards instructions that do something with small operands.
  static func noise(seed: UInt64) -> TaintedRunWorld {
    var random = SplitMix64(case: seed ^ 0x5EED)
    let fork = random.pick(forks)
    var world = TaintedRunWorld(
      fork: fork, gasLimit: UInt64(30000 + random.below(400_000)),
      data: (0..<random.below(100)).map { _ in UInt8(random.below(256)) }, value: random.chance(30) ? 5 : 0)
    for address in contracts {
      var code: Bytes = []
      for _ in 0..<random.below(400) {
        switch random.below(10) {
        case 0...4: code += [Opcode.push1, UInt8(random.below(random.pick([4, 64, 256])))]
        case 5: code += [Opcode.push2, UInt8(random.below(5)) << 4, 0]
        case 6: code.append(Opcode.jumpdest)
        case 7: code.append(UInt8(0x80 + random.below(32)))
        case 8: code.append(UInt8(random.below(0x60)))
        default: code.append(UInt8(random.below(256)))
        }
      }
      world.deploy(
        address, code: code, balance: UInt256(random.below(9)), [0: 3, 1: UInt256(random.below(3))])
    }
    world.accounts[others[0]] = Account(balance: 3)
    return world
  }
}
