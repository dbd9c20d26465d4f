import EthereumTypes

/// Which precompiles exist in one era, and what they cost. Build it once per fork.
public struct PrecompileRules: Sendable {
  /// The era these rules are of.
  public let era: PrecompileEra
  /// Addresses 1 … this are precompiles.
  @usableFromInline let lastAddress: UInt64
  let modExpPricing: ModExp.Pricing
  let bn254: BN254.Prices

  /// The rules of `era`.
  public init(era: PrecompileEra) {
    self.era = era
    lastAddress =
      switch era {
      case .frontier: 0x04
      case .byzantium: 0x08
      case .istanbul, .berlin: 0x09
      case .cancun: 0x0a
      case .prague, .osaka: 0x11
      }
    modExpPricing = era < .berlin ? .eip198 : era < .osaka ? .eip2565 : .eip7883
    bn254 = era < .istanbul ? .eip196 : .eip1108
  }

  /// The precompile that lives at `address`, or nil. A few compares.
  @inlinable @inline(__always)
  public func precompile(at address: Address) -> Precompile? {
    guard UInt64(address.hi) | address.mid == 0, address.lo <= 0x100 else { return nil }
    guard address.lo <= lastAddress || (address.lo == 0x100 && era >= .osaka) else { return nil }
    return Precompile(rawValue: UInt16(truncatingIfNeeded: address.lo))
  }

  /// The gas that running `precompile` on `input` costs; `UInt64.max` where no gas would be enough.
  /// Constant time and without allocation, whatever the input claims.
  public func gasCost(_ precompile: Precompile, input: Span<UInt8>) -> UInt64 {
    let words = (UInt64(input.count) + 31) / 32
    return switch precompile {
    case .ecrecover: 3000
    case .sha256: 60 + 12 * words
    case .ripemd160: 600 + 120 * words
    case .identity: 15 + 3 * words
    case .modexp: modExpPricing.gas(input)
    case .bn254Add: bn254.add
    case .bn254Mul: bn254.multiply
    case .bn254Pairing: bn254.pairingBase + bn254.pairingPerPair * UInt64(input.count / 192)
    case .blake2f: input.count == Blake2F.inputSize ? UInt64(Blake2F.rounds(input)) : 0
    case .kzgPointEvaluation: 50_000
    case .bls12G1Add: 375
    case .bls12G1MSM: BLS12381.Discounts.first.gas(pairs: input.count / 160, each: 12_000)
    case .bls12G2Add: 600
    case .bls12G2MSM: BLS12381.Discounts.second.gas(pairs: input.count / 288, each: 22_500)
    case .bls12Pairing: 37_700 + 32_600 * UInt64(input.count / 384)
    case .bls12MapFpToG1: 5_500
    case .bls12MapFp2ToG2: 23_800
    case .p256Verify: 6_900
    }
  }

  /// Runs `precompile` on `input`, after its gas has been paid.
  ///
  /// - Parameter output: replaced; empty on failure. Its storage is reused.
  /// - Returns: false on failure, which consumes all gas of the call.
  public func run(_ precompile: Precompile, input: Span<UInt8>, into output: inout Bytes) -> Bool {
    output.removeAll(keepingCapacity: true)
    let succeeded =
      switch precompile {
      case .ecrecover: ECRecoverPrecompile.recover(input, into: &output)
      case .sha256: HashPrecompiles.sha256(input, into: &output)
      case .ripemd160: HashPrecompiles.ripemd160(input, into: &output)
      case .identity: HashPrecompiles.identity(input, into: &output)
      case .modexp: ModExp.run(input, isBounded: era >= .osaka, into: &output)
      case .bn254Add: BN254.add(input, into: &output)
      case .bn254Mul: BN254.multiply(input, into: &output)
      case .bn254Pairing: BN254.pairingCheck(input, into: &output)
      case .blake2f: Blake2F.run(input, into: &output)
      case .kzgPointEvaluation: KZG.pointEvaluation(input, into: &output)
      case .bls12G1Add: BLS12381.FirstGroup.add(input, into: &output)
      case .bls12G1MSM: BLS12381.FirstGroup.multiply(input, into: &output)
      case .bls12G2Add: BLS12381.SecondGroup.add(input, into: &output)
      case .bls12G2MSM: BLS12381.SecondGroup.multiply(input, into: &output)
      case .bls12Pairing: BLS12381.pairingCheck(input, into: &output)
      case .bls12MapFpToG1: BLS12381.FirstGroup.map(input, into: &output)
      case .bls12MapFp2ToG2: BLS12381.SecondGroup.map(input, into: &output)
      case .p256Verify: P256.verify(input, into: &output)
      }
    if !succeeded { output.removeAll(keepingCapacity: true) }
    return succeeded
  }
}
