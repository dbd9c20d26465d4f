extension BN254 {
  /// Gas of the three precompiles.
  struct Prices: Sendable {
    let add: UInt64
    let multiply: UInt64
    let pairingBase: UInt64
    let pairingPerPair: UInt64

    /// Byzantium (EIP-196, EIP-197).
    static let eip196 = Self(add: 500, multiply: 40_000, pairingBase: 100_000, pairingPerPair: 80_000)
    /// Istanbul.
    static let eip1108 = Self(add: 150, multiply: 6_000, pairingBase: 45_000, pairingPerPair: 34_000)
  }
}
