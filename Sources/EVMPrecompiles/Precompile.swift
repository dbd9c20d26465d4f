/// The contracts that clients implement themselves; the raw value is the address.
public enum Precompile: UInt16, Sendable, CaseIterable {
  /// Yellow Paper, appendix E.
  case ecrecover = 0x01
  /// Yellow Paper, appendix E.
  case sha256 = 0x02
  /// Yellow Paper, appendix E.
  case ripemd160 = 0x03
  /// Yellow Paper, appendix E.
  case identity = 0x04
  /// EIP-198; priced by EIP-2565 since Berlin and EIP-7883 since Osaka, bounded by EIP-7823.
  case modexp = 0x05
  /// EIP-196; priced by EIP-1108 since Istanbul.
  case bn254Add = 0x06
  /// EIP-196; priced by EIP-1108 since Istanbul.
  case bn254Mul = 0x07
  /// EIP-197; priced by EIP-1108 since Istanbul.
  case bn254Pairing = 0x08
  /// EIP-152.
  case blake2f = 0x09
  /// EIP-4844.
  case kzgPointEvaluation = 0x0a
  /// EIP-2537.
  case bls12G1Add = 0x0b
  /// EIP-2537.
  case bls12G1MSM = 0x0c
  /// EIP-2537.
  case bls12G2Add = 0x0d
  /// EIP-2537.
  case bls12G2MSM = 0x0e
  /// EIP-2537.
  case bls12Pairing = 0x0f
  /// EIP-2537.
  case bls12MapFpToG1 = 0x10
  /// EIP-2537.
  case bls12MapFp2ToG2 = 0x11
  /// EIP-7951.
  case p256Verify = 0x100
}

/// The forks that changed which precompiles exist or what they cost.
public enum PrecompileEra: UInt8, Sendable, CaseIterable, Comparable {
  /// 0x01 … 0x04.
  case frontier
  /// 0x05 … 0x08.
  case byzantium
  /// 0x09; cheaper BN254 (EIP-1108).
  case istanbul
  /// Cheaper MODEXP (EIP-2565).
  case berlin
  /// 0x0a.
  case cancun
  /// 0x0b … 0x11.
  case prague
  /// 0x100; dearer and bounded MODEXP (EIP-7883, EIP-7823).
  case osaka

  /// Order in time.
  @inlinable
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
