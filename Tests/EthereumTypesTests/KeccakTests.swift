import EthereumTypes
import Testing

@Suite("Keccak-256")
struct KeccakTests {
  /// Computed with pycryptodome 3: lengths around every lane and block boundary, of the bytes (7i + n) mod 256.
  static let vectors: [(Int, String)] = [
    (1, "5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2"),
    (2, "c54cd71652b121030dbcce3a502b03e4fbf512ffb11250e2d93d25d7de2e103b"),
    (7, "1ceda151e21262ae35aed0f8e3ad898e7ccd45ff03d25508e25e5701bc31c989"),
    (8, "66d6ac686bbe637cb6cf3e4deb8a1bb6aec0163cbbbd2c22747069455e660457"),
    (9, "c53f0080e65849581b3d6565207057d911e42e70134a6aefa8270a86ba8f0a38"),
    (31, "f2edf8e57f5f8acb78dac9a80285ed8d829840361fdc4d99698e7ab6685d82ea"),
    (32, "75ddc22689ac5cfab91ff4f11af7f47658c89f63dcb005c00824017d8081c7e8"),
    (33, "c6054684b0825b997510f120321a58f8488803992923926fcda6db5405ec35c9"),
    (55, "546a7fe6ccfdaf2fb18c8725219ad2041f386774722f4f2dcb3b2793bfa58b7e"),
    (56, "0cdb8fcd4763c8d9f8b6c398744ab4424b90653a7f12c33ee1c2d1a07537b799"),
    (63, "23d423b6d670da9f8eb7005be5babaaae40beaade0df1285f9afe52c99a48913"),
    (64, "d432c602ee561dfffe10aa1a7df28751b7990fcb5ba7a66055452fd680beb44c"),
    (65, "d14beec624675ed9c45cd3291bfe6c7117ead23dda513937c78e4d9703ff88a0"),
    (119, "056aa68647c239770482a44fbb32cc79257271fea3111df1e24584d56c3f4f6d"),
    (120, "7e67d3ce1e608e232c234cd72301db8701d597220e430e4bfe27c400cb922d4a"),
    (127, "360624fdc6aaf93c47d59120537140e83f396adf69a00f1f5a2d0be944be6ad0"),
    (128, "341903dfc532312b44e06a38076b6339ff973201b69d4ba6bbde1158906e8413"),
    (129, "7e973717506fd4aea03a16c8172e67d6df00716069c6452579bc21cce1795d07"),
    (134, "8884d266ac61dea6a59234e679bb56fd1bf116a05634f2e8de1b7224302bc122"),
    (135, "8ab570337c9a3a773c3605160ca58e3f0546d92d217c908669cc4f35a31933bc"),
    (136, "16b30a6be318a7acbcba7a2194789f628abf68dfbbf55a4d840f22f6a4d29efd"),
    (137, "6a7e8293441d51be41bf4994995b35981f90c07866c7fd0465f405e2b7a8f8dd"),
    (143, "44155d1cbe1b42fdc2d7da57823137461f4589a7e86cfe5e429c55cb55a258ae"),
    (144, "fe052a68a78768cd738644a394394460e6bc3dfa6fbf82581c63531d1bcda736"),
    (200, "5df43bf0d784fc93408fa76ffebdf2b45f60884dbbae8b0f1e47ab05f37f8508"),
    (271, "bb02bca6be57f42d131406260c6f1a81fd9922af8bd1c96d78f454b19ae10add"),
    (272, "443464c0c3ac8036d14a6f8647fc93b592d514adefbe88683cbbda3b4b2c4553"),
    (273, "73d5960773e36742ead7c872d84d535f35e75b9517ccb1023491276013f88890"),
    (408, "199ffed10ac2e6d847e422e9f64113fd5384a21320d7c6be84f82defd3863007"),
    (1000, "5cab097db1a529f5b1a15428cc494df950671bc3824340aad89941fa68e151bc"),
    (4096, "6e8e59a43f8d57c8c233464330056609579a3cfeb41fc1b5d83e58ad787c8246"),
  ]

  @Test("Published hashes hold")
  func published() {
    let vectors = [
      ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
      ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
      (
        "The quick brown fox jumps over the lazy dog",
        "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
      ),
      (
        "Transfer(address,address,uint256)",
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
      ),
    ]
    for (text, hash) in vectors { #expect(Hex.encode(keccak256(Bytes(text.utf8)).bytes) == hash) }
    #expect(Hash32.emptyCode == keccak256([]))
    #expect(
      Hash32.emptyTrieRoot.description == "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    )
    #expect(
      Hash32.emptyListHash.description == "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
    )
  }

  @Test("Every length around a boundary hashes right, from an array and from a slice", arguments: vectors)
  func lengths(_ count: Int, _ hash: String) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }
    #expect(Hex.encode(keccak256(bytes).bytes) == hash)
    // A slice at an odd address.
    #expect(Hex.encode(keccak256(([1, 2, 3] + bytes + [4])[3..<3 + count]).bytes) == hash)
  }

  @Test("Hashes of words and addresses are those of their bytes")
  func words() {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<50 {
      let (a, b) = (generator.word(), generator.word())
      #expect(keccak256(a) == keccak256(a.bigEndianBytes))
      #expect(keccak256(a, b) == keccak256(a.bigEndianBytes + b.bigEndianBytes))
      #expect(keccak256(Address(truncating: a)) == keccak256(Address(truncating: a).bytes))
    }
  }

  @Test("Contract addresses follow from creator and nonce, or from the salt (EIP-1014)")
  func contracts() throws {
    let creator = try #require(Address(hex: "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"))
    let created = [
      "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d", "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8",
      "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91", "0xfffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c",
    ]
    for (nonce, address) in created.enumerated() {
      #expect(creator.createAddress(nonce: UInt64(nonce)).description == address)
    }
    let examples = [
      (
        "0x0000000000000000000000000000000000000000", "0x00", "0x00",
        "0x4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38"
      ),
      (
        "0xdeadbeef00000000000000000000000000000000", "0x00", "0x00",
        "0xb928f69bb1d91cd65274e3c79d8986362984fda3"
      ),
      (
        "0xdeadbeef00000000000000000000000000000000",
        "0x000000000000000000000000feed000000000000000000000000000000000000", "0x00",
        "0xd04116cdd17bebe565eb2422f2497e06cc1c9833"
      ),
      (
        "0x0000000000000000000000000000000000000000", "0x00", "0xdeadbeef",
        "0x70f2b2914a2a4b783faefb75f459a580616fcb5e"
      ),
      (
        "0x00000000000000000000000000000000deadbeef", "0xcafebabe", "0xdeadbeef",
        "0x60f3f640a8508fc6a86d45df051962668e1e8ac7"
      ),
      (
        "0x0000000000000000000000000000000000000000", "0x00", "0x",
        "0xe33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0"
      ),
    ]
    for (address, salt, code, expected) in examples {
      let address = try #require(Address(hex: address))
      let salt = try #require(UInt256(hex: salt))
      let code = try #require(Hex.decode(code))
      #expect(address.create2Address(salt: salt, initCodeHash: keccak256(code)).description == expected)
    }
  }
}
