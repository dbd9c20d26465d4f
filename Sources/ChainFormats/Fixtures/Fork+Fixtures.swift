import EVMBytecode

extension Fork {
  /// Finds a fork by its name in official fixtures. There, Constantinople is the fork before its repair.
  init?(fixtureName name: String) { self.init(name: name) }
}
