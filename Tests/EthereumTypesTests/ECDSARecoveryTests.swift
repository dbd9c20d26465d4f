import EthereumTypes
import Testing

@Suite("ECDSA recovery")
struct ECDSARecoveryTests {
  struct Vector: Sendable {
    let hash: Hash32
    let recoveryID: UInt64
    let r: UInt256
    let s: UInt256
    let signer: Address

    init?(_ fields: (String, UInt64, String, String, String)) {
      guard let hash = Hash32(hex: fields.0), let r = UInt256(hex: fields.2), let s = UInt256(hex: fields.3),
        let signer = Address(hex: fields.4)
      else { return nil }
      (self.hash, self.recoveryID, self.r, self.s, self.signer) = (hash, fields.1, r, s, signer)
    }
  }

  /// Signed with coincurve 21; the last one is the example of the ECRECOVER precompile at evm.codes.
  static let vectors: [Vector] = [
    (
      "06eaaa302366a2b8e60080fe649cb019814b843b9bd681df41d60bde4badd379", 0,
      "5acc219360ba41c7ea9056e64cc666c4bd8595c800238a4f96f5bad1241a50aa",
      "623c7c3acc40dea9f25c22aea40fd49529f7cc01130a11aae522fbcea9c2a2ba",
      "fd34d363c135e00387f2114040c8c56bc5459c46"
    ),
    (
      "f3bc792f5a550e9e8271695b0d0c1ee9b8d42b9071976b6447658021b3d8099f", 1,
      "b47ef2e99ac207442c1226df193cf00958ff9724afb70b8dc3d540d42c05a7a1",
      "7dd0e72d2a1aad1a6980c35733e3f19ece3c28549fdf45bff02aa8e9ddbe3fd9",
      "890b77b0357b2d3a966351a55f1f1398b3650d56"
    ),
    (
      "c7c0c5dc03e766cef8ee95a007d3a1e89831d6d3d0cf4e66755d9318886a38df", 0,
      "e78f25f9a49ba5e28b342f8870ec0f338db6591dc0c70255cc47ceeaa0c3338b",
      "1c615849fbca0d75e6fcba4f84570856ddab2ebbdc52f34eba746f7b05a627b5",
      "3923af8368c1780a7f78c7923b8baf6bfd08a25b"
    ),
    (
      "cb577bec04c3569c31644d4fe68bdd28a29f7a665cf11944c7aeae6dad5b60dc", 1,
      "02684e86e39945177d46449692df37a574cfae1e9608d4da37ebbdfc10c07bba",
      "7b412c6acf6cee17498bd3ea737eb74290791a653ce720dbc905127854a50530",
      "e0bc88edcc17b2d9021ab815ee1f504fe74c7338"
    ),
    (
      "17872d026d01be3e7328cf4aa37ca134b3a2749ce481b3778d6435f0bd19a5b0", 0,
      "a88c2978caee0a617e37e6bc8e0eaee176ec247dd3430f1419f3e34bf349d885",
      "57ed5c78f768a1911a2c1ce0c8c9d2708bca87d0e7dfc416ca77db5966368ea9",
      "169acf26c48c83d9ac4bf00cf5b86456495cc216"
    ),
    (
      "a9d1d4a6a8c1a71fb3585006cffe3c09b9097e6880b3390464a09b78bf8c4567", 1,
      "33a0ddcd771ef9e47b85ce1a3767e7896c9767884b16032382eeab6a12e2e410",
      "4d5c978e4f5ecbfc4bcf0c3f37b0bb3b8ac99cc64eabcad9a9f19a4eee83c4a2",
      "f3da416a90ae4d775d28146761a20182c40e2d7b"
    ),
    (
      "29ede552c7a3d89d9703bfe1914578e8b7215a8e76da496b0e039d8350b71c11", 0,
      "da5d7c6e304967e1d2b0577e93a2a5ff1b82266c2c87949d6c9aed5de8311b07",
      "667ae3238c42d9ad16227640d7d6a221b792524c767064f4770f42a00f89bdaf",
      "e9df485f4dddf128ed1ab63ea0528f4d0ee3860f"
    ),
    (
      "295d22b7e738f529fed7f1b2dde8a50a4c161b3f170caba3b7bbd98c0a933001", 0,
      "3a05626bfc0faaaf3f5fd8eaca68709d330c9b3842ca21b26920b1c21c17e7b2",
      "7acc656edbd617b779714faf7d6a648580126108395bbcec0ad53d39b1478656",
      "3441d0f49bd380bc54d2569b56d5d52ae6c12e24"
    ),
    (
      "456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3", 1,
      "9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608",
      "4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada",
      "7156526fbd7a3c72969b54f64e42c10fbb768c8a"
    ),
  ].compactMap(Vector.init)

  /// The order of the group.
  static let order = UInt256(
    limbs: 0xBFD2_5E8C_D036_4141, 0xBAAE_DCE6_AF48_A03B, 0xFFFF_FFFF_FFFF_FFFE, .max)

  @Test("The signer is found")
  func recovers() {
    #expect(Self.vectors.count == 9)
    for v in Self.vectors {
      #expect(ECDSARecovery.signer(of: v.hash, recoveryID: v.recoveryID, r: v.r, s: v.s) == v.signer)
      // The other nonce point or another hash is another signer, if any.
      #expect(ECDSARecovery.signer(of: v.hash, recoveryID: 1 - v.recoveryID, r: v.r, s: v.s) != v.signer)
      #expect(ECDSARecovery.signer(of: .zero, recoveryID: v.recoveryID, r: v.r, s: v.s) != v.signer)
    }
  }

  @Test("The mirrored signature with a high s has the same signer")
  func highS() {
    for v in Self.vectors {
      let s = Self.order &- v.s
      #expect(s > ECDSARecovery.halfOrder || v.s > ECDSARecovery.halfOrder)
      #expect(ECDSARecovery.signer(of: v.hash, recoveryID: 1 - v.recoveryID, r: v.r, s: s) == v.signer)
    }
    #expect(ECDSARecovery.halfOrder == Self.order >> 1)
  }

  @Test("Values out of range are no signature")
  func refuses() throws {
    let v = try #require(Self.vectors.first)
    for (r, s) in [(0, v.s), (v.r, 0), (Self.order, v.s), (v.r, Self.order), (.max, v.s), (v.r, .max)]
      as [(UInt256, UInt256)]
    {
      #expect(ECDSARecovery.signer(of: v.hash, recoveryID: v.recoveryID, r: r, s: s) == nil)
    }
    for recoveryID in [2, 3, 4, 27, 28, UInt64.max] {
      #expect(ECDSARecovery.signer(of: v.hash, recoveryID: recoveryID, r: v.r, s: v.s) == nil)
    }
    // 5 is the x of no point of the curve.
    #expect(ECDSARecovery.signer(of: v.hash, recoveryID: 0, r: 5, s: 1) == nil)
  }
}
