/// How an attack searches; what each does with `steps` and `restarts` is said at `AttackOptions`.
public enum AttackKind: String, CaseIterable, Sendable {
  /// One step of full length against the gradient of the margin (Goodfellow et al. 2015, arXiv 1412.6572).
  case fgsm
  /// Many such steps of decreasing length, from several starts (Madry et al. 2018, arXiv 1706.06083).
  case pgd
  /// Gaussian noise.
  case noise
  /// Corners of the ball, improved coordinate by coordinate.
  case corner
}

/// Everything an attack depends on beside the network, the input and the radius.
public struct AttackOptions: Hashable, Sendable {
  /// How it searches.
  public var kind: AttackKind
  /// The ball it searches.
  public var norm: BallNorm
  /// Steps after each start: gradient steps of `pgd`, tried coordinates of `corner`; `fgsm` takes one, `noise`
  /// none.
  public var steps: Int
  /// Starts: the input itself, then random ones; for `noise` the number of draws.
  public var restarts: Int
  /// The part of a gradient step that repeats the one before, 0 …< 1.
  public var momentum: Float
  /// The same seed gives the same points.
  public var seed: UInt64

  /// Creates options; what is left out gets the kind's default.
  ///
  /// - Parameters:
  ///   - steps: at least 1; `pgd` 40, `corner` 64; without effect on the other kinds.
  ///   - restarts: at least 1; `fgsm` 1, `pgd` 5, `corner` 10, `noise` 100.
  public init(
    _ kind: AttackKind, norm: BallNorm = .infinity, steps: Int? = nil, restarts: Int? = nil,
    momentum: Float = 0.25, seed: UInt64 = 0
  ) {
    let defaults =
      switch kind {
      case .fgsm: (steps: 1, restarts: 1)
      case .pgd: (steps: 40, restarts: 5)
      case .noise: (steps: 0, restarts: 100)
      case .corner: (steps: 64, restarts: 10)
      }
    self.kind = kind
    self.norm = norm
    self.steps = kind.takesSteps ? steps ?? defaults.steps : defaults.steps
    self.restarts = restarts ?? defaults.restarts
    self.momentum = momentum
    self.seed = seed
    precondition(self.steps >= (kind == .noise ? 0 : 1) && self.restarts >= 1 && (0..<1).contains(momentum))
  }
}

extension AttackKind {
  /// Whether `AttackOptions.steps` may be chosen.
  public var takesSteps: Bool { self == .pgd || self == .corner }
}
