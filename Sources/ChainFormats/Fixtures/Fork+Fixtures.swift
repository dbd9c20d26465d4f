import EVMBytecode

extension Fork {
  /// Finds a fork by its name in official fixtures. There, Constantinople is the fork before its repair, and forks
  /// that only change blob parameters go on being numbered beyond those of mainnet.
  init?(fixtureName name: String) {
    switch name {
    case "Dao": self = .daoFork
    case "BPO3", "BPO4", "BPO5": self = .bpo2
    default: self.init(name: name)
    }
  }
}
