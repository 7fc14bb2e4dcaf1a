(* The integers of the device and the rounding of a hidden layer (Certificates, The integers). *)

From SupNorm Require Export Vector.

Definition int16 (v : Z) : Prop := -32768 <= v <= 32767.
Definition int32 (v : Z) : Prop := -2147483648 <= v <= 2147483647.

(* Saturation to Int16. *)
Definition clamp (v : Z) : Z := Z.max (-32768) (Z.min 32767 v).

(* 2^f, and the rounding term 2^(f-1), which is 0 at f = 0. *)
Definition power (f : nat) : Z := 2 ^ Z.of_nat f.
Definition half (f : nat) : Z := power f / 2.

(* `/` on Z rounds down, so dividing by 2^f is the arithmetic shift `>> f`. *)
Definition round_half_up (f : nat) (accumulator : Z) : Z := (accumulator + half f) / power f.

Definition requantize (f : nat) (accumulator : Z) : Z := clamp (round_half_up f accumulator).

(* ceil(n / p) for p > 0. *)
Definition ceil_div (n p : Z) : Z := (n + p - 1) / p.

Lemma power_positive f : 0 < power f.
Proof. unfold power; apply Z.pow_pos_nonneg; lia. Qed.

Lemma half_nonnegative f : 0 <= half f.
Proof. unfold half; apply Z.div_pos; [pose proof (power_positive f) |]; lia. Qed.

(* The definition is the shift of the kernels. *)
Theorem round_half_up_is_a_shift f accumulator :
  round_half_up f accumulator = Z.shiftr (accumulator + half f) (Z.of_nat f).
Proof. unfold round_half_up, power; rewrite Z.shiftr_div_pow2; [reflexivity | lia]. Qed.

Theorem no_rounding_at_shift_zero accumulator : requantize 0 accumulator = clamp accumulator.
Proof.
  unfold requantize, round_half_up, half, power; simpl.
  change (1 / 2) with 0; rewrite Z.add_0_r, Z.div_1_r; reflexivity.
Qed.

Lemma clamp_int16 v : int16 (clamp v).
Proof. unfold int16, clamp; lia. Qed.

Lemma clamp_monotone v v' : v <= v' -> clamp v <= clamp v'.
Proof. unfold clamp; lia. Qed.

Lemma clamp_nonexpansive v v' : Z.abs (clamp v - clamp v') <= Z.abs (v - v').
Proof. unfold clamp; lia. Qed.

Lemma requantize_monotone f a a' : a <= a' -> requantize f a <= requantize f a'.
Proof.
  intros le; apply clamp_monotone; unfold round_half_up.
  apply Z.div_le_mono; [apply power_positive | lia].
Qed.

Lemma ceil_div_upper n p : 0 < p -> n <= p * ceil_div n p.
Proof.
  intros positive; unfold ceil_div.
  pose proof (Z.div_mod (n + p - 1) p ltac:(lia)). pose proof (Z.mod_pos_bound (n + p - 1) p positive). lia.
Qed.

Lemma ceil_div_lower n p : 0 < p -> p * ceil_div n p <= n + p - 1.
Proof. intros positive; apply Z.mul_div_le; assumption. Qed.

Lemma ceil_div_least n p bound : 0 < p -> n <= p * bound -> ceil_div n p <= bound.
Proof.
  intros positive le; pose proof (ceil_div_lower n p positive).
  assert (p * ceil_div n p < p * (bound + 1)) by lia.
  apply Z.lt_succ_r, (Z.mul_lt_mono_pos_l p); lia.
Qed.

Lemma ceil_div_nonnegative n p : 0 < p -> 0 <= n -> 0 <= ceil_div n p.
Proof. intros; apply Z.div_pos; lia. Qed.

(* Rounding down is monotone and commutes with adding multiples of p: the heart of the matter. *)
Lemma floor_deviation a a' n p : 0 < p -> Z.abs (a - a') <= n -> Z.abs (a / p - a' / p) <= ceil_div n p.
Proof.
  intros positive close.
  assert (oneway : forall u v, u - v <= n -> u / p <= v / p + ceil_div n p).
  { intros u v le. rewrite <- Z.div_add by lia. apply Z.div_le_mono; [assumption |].
    pose proof (ceil_div_upper n p positive). lia. }
  pose proof (oneway a a' ltac:(lia)). pose proof (oneway a' a ltac:(lia)). lia.
Qed.

(* Accumulators at most n apart give outputs at most ceil(n / 2^f) apart, saturation included. *)
Theorem requantize_deviation f a a' n :
  Z.abs (a - a') <= n -> Z.abs (requantize f a - requantize f a') <= ceil_div n (power f).
Proof.
  intros close. etransitivity; [apply clamp_nonexpansive |].
  apply floor_deviation; [apply power_positive | lia].
Qed.
