import COpenSSL

/// 0x0a: a proof that the polynomial behind a blob's commitment takes a value at a point (EIP-4844).
///
/// Input, 192 bytes: versioned hash, point z and value y (32 each), commitment and proof (48 each).
enum KZG {
  /// [τ] times the second group's generator, from the trusted setup of 2023: `g2_monomial[1]` of the consensus
  /// specifications.
  static let tau = BLS12381.SecondGroup.Point(
    Fp2(
      "185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2",
      "15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72"),
    Fp2(
      "014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99",
      "1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154f"))

  /// The first byte of a versioned hash.
  private static let version: UInt8 = 1
  /// What the precompile tells about blobs: how many field elements one has.
  private static let fieldElementsPerBlob: UInt64 = 4096

  /// Fails on a wrong size, a hash that is not the commitment's, malformed operands and a proof that does not
  /// hold; otherwise outputs the number of field elements in a blob and the order of their field.
  static func pointEvaluation(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == 192, isVersionedHash(input),
      let commitment = BLS12381.FirstGroup.compressedMember(input, at: 96),
      let proof = BLS12381.FirstGroup.compressedMember(input, at: 144)
    else { return false }
    let z = input.limbs(at: 32, as: InlineArray<4, UInt64>.self)
    let y = input.limbs(at: 64, as: InlineArray<4, UInt64>.self)
    guard z.isLess(than: BLS12381.order), y.isLess(than: BLS12381.order),
      holds(commitment: commitment, z: z, y: y, proof: proof)
    else { return false }
    output.append(bigEndian: [fieldElementsPerBlob, 0, 0, 0])
    output.append(bigEndian: BLS12381.order)
    return true
  }

  /// Whether the first 32 bytes are the version and SHA-256 of the commitment.
  private static func isVersionedHash(_ input: Span<UInt8>) -> Bool {
    var hash = [UInt8](repeating: 0, count: 32)
    // 48 bytes are read, 32 written.
    guard unsafe SHA256(input.bytes(in: 96..<144), 48, &hash) != nil else { return false }
    hash[0] = version
    return hash == input.bytes(in: 0..<32)
  }

  /// e(C − [y]G, −H)·e(π, [τ]H − [z]H) = 1, with z moved to the first group, where it is cheaper:
  /// e(C − [y]G + [z]π, −H)·e(π, [τ]H) = 1.
  private static func holds(
    commitment: BLS12381.FirstGroup.Point, z: InlineArray<4, UInt64>, y: InlineArray<4, UInt64>,
    proof: BLS12381.FirstGroup.Point
  ) -> Bool {
    var terms: [ScalarTerm<BLS12381.Fp>] = []
    BLS12381.FirstGroup.appendTerms(-BLS12381.FirstGroup.generator, times: y, to: &terms)
    BLS12381.FirstGroup.appendTerms(proof, times: z, to: &terms)
    let difference = (multiScalarSum(terms, bits: BLS12381.FirstGroup.termBits) + commitment).affine
    var pairs: [MillerPair<BLS12381>] = []
    if !difference.isInfinity { pairs.append(MillerPair(difference, -BLS12381.SecondGroup.generator)) }
    if !proof.isInfinity { pairs.append(MillerPair(proof, tau)) }
    return BLS12381.pairingProductIsOne(pairs)
  }
}
