// RFC 9380, section 8.8: the suites' maps, without hashing.

extension BLS12381 {
  static let firstCurveMap = CurveMap<Fp>(
    a: "00144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1d",
    b: "12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0",
    z: 11,
    xNumerator: FirstGroupIsogeny.xNumerator, xDenominator: FirstGroupIsogeny.xDenominator,
    yNumerator: FirstGroupIsogeny.yNumerator, yDenominator: FirstGroupIsogeny.yDenominator)

  static let secondCurveMap = CurveMap<Fp2<BLS12381>>(
    a: Fp2(0, 240), b: Fp2(1012, 1012), z: -Fp2(2, 1),
    xNumerator: SecondGroupIsogeny.xNumerator, xDenominator: SecondGroupIsogeny.xDenominator,
    yNumerator: SecondGroupIsogeny.yNumerator, yDenominator: SecondGroupIsogeny.yDenominator)
}
