// The optimal ate pairing's Miller loop, for many pairs at once: they share the squarings of f.

/// One pair (P, Q) on its way through the loop, with the running multiple T of Q on the twist in homogeneous
/// projective coordinates.
///
/// Line and point formulas: Costello, Lange and Naehrig, "Faster pairing computations on curves with
/// high-degree twists" (PKC 2010), with the halvings scaled away.
struct MillerPair<Curve: PairingCurve> {
  let p: AffinePoint<Curve.Fp>
  let q: AffinePoint<Fp2<Curve>>
  private var x: Fp2<Curve>
  private var y: Fp2<Curve>
  private var z: Fp2<Curve>

  /// Neither point may be at infinity.
  init(_ p: AffinePoint<Curve.Fp>, _ q: AffinePoint<Fp2<Curve>>) {
    self.p = p
    self.q = q
    x = q.x
    y = q.y
    z = .one
  }

  /// T ← 2T; returns the tangent at T, evaluated at P.
  mutating func double() -> Line<Curve> {
    let xy = x * y
    let yy = y.squared()
    let zz = z.squared()
    let yz2 = (y + z).squared() - yy - zz
    let e = Curve.twistedB * (zz.doubled() + zz)
    let e3 = e.doubled() + e
    let xx = x.squared()
    let ee = e.squared()
    x = (xy * (yy - e3)).doubled()
    y = (yy + e3).squared() - (ee.doubled() + ee).doubled().doubled()
    z = (yy * yz2).doubled().doubled()
    return line(e - yy, xx.doubled() + xx, -yz2)
  }

  /// T ← T + point; returns the chord through both, evaluated at P.
  mutating func add(_ point: AffinePoint<Fp2<Curve>>) -> Line<Curve> {
    let theta = y - point.y * z
    let lambda = x - point.x * z
    let ll = lambda.squared()
    let lll = lambda * ll
    let g = x * ll
    let h = lll + z * theta.squared() - g.doubled()
    x = lambda * h
    y = theta * (g - h) - lll * y
    z *= lll
    return line(theta * point.x - lambda * point.y, -theta, lambda)
  }

  /// The line constant + slope·xP + vertical·yP, its coefficients in the order the twist wants.
  @inline(__always)
  private func line(_ constant: Fp2<Curve>, _ slope: Fp2<Curve>, _ vertical: Fp2<Curve>) -> Line<Curve> {
    switch Curve.twist {
    case .divisive: Line(a: vertical * p.y, b: slope * p.x, c: constant)
    case .multiplicative: Line(a: constant, b: slope * p.x, c: vertical * p.y)
    }
  }
}

extension PairingCurve {
  /// The product of the Miller functions of all pairs.
  static func millerLoop(_ pairs: inout [MillerPair<Self>]) -> Fp12<Self> {
    var f = Fp12<Self>.one
    for digit in millerDigits {
      f = f.squared()
      for i in pairs.indices {
        f = f.times(pairs[i].double())
        if digit != 0 { f = f.times(pairs[i].add(digit > 0 ? pairs[i].q : -pairs[i].q)) }
      }
    }
    finishMillerLoop(&f, &pairs)
    return f
  }

  /// f^((p¹² − 1)/r) up to a fixed power prime to r: one exactly when the reduced pairing is.
  static func finalExponentiation(_ f: Fp12<Self>) -> Fp12<Self> {
    let easy = f.conjugate * f.inverted()
    return hardExponentiation(easy.frobenius.frobenius * easy)
  }

  /// Whether the product of the pairings of all `pairs` is one. Points must be in their groups; pairs with
  /// a point at infinity contribute nothing and must have been left out.
  static func pairingProductIsOne(_ pairs: [MillerPair<Self>]) -> Bool {
    if pairs.isEmpty { return true }
    var pairs = pairs
    return finalExponentiation(millerLoop(&pairs)) == .one
  }
}
