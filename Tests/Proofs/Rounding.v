(* Why round-half-up: floor and truncation keep the bound too, half-to-even and half-away-from-zero break it. *)

From SupNorm Require Export Row.

Definition round_floor (f : nat) (accumulator : Z) : Z := accumulator / power f.

Definition round_truncating (f : nat) (accumulator : Z) : Z := Z.quot accumulator (power f).

Definition round_half_to_even (f : nat) (accumulator : Z) : Z :=
  let floor := accumulator / power f in
  let rest := accumulator mod power f in
  if (power f <? 2 * rest) || ((power f =? 2 * rest) && Z.odd floor) then floor + 1 else floor.

(* What gemmlowp and TFLite do. *)
Definition round_half_away_from_zero (f : nat) (accumulator : Z) : Z :=
  let floor := accumulator / power f in
  let rest := accumulator mod power f in
  if (power f <? 2 * rest) || ((power f =? 2 * rest) && (0 <=? floor)) then floor + 1 else floor.

(* Accumulators at most n apart give rounded values at most ceil(n / 2^f) apart. *)
Definition keeps_the_bound (rule : nat -> Z -> Z) : Prop :=
  forall f a a' n, Z.abs (a - a') <= n -> Z.abs (rule f a - rule f a') <= ceil_div n (power f).

Theorem half_up_keeps_the_bound : keeps_the_bound round_half_up.
Proof. intros f a a' n close. apply floor_deviation; [apply power_positive | lia]. Qed.

Theorem floor_keeps_the_bound : keeps_the_bound round_floor.
Proof. intros f a a' n close. apply floor_deviation; [apply power_positive | assumption]. Qed.

Theorem truncation_keeps_the_bound : keeps_the_bound round_truncating.
Proof.
  intros f a a' n close; unfold round_truncating. pose proof (power_positive f) as positive.
  generalize dependent (power f). intros p positive.
  pose proof (ceil_div_upper n p positive) as upper.
  pose proof (Z.quot_rem' a p). pose proof (Z.quot_rem' a' p).
  assert (bound : Z.abs (Z.quot a p - Z.quot a' p) < ceil_div n p + 1); [| lia].
  assert (up : forall u, 0 <= u -> 0 <= Z.rem u p < p /\ 0 <= p * (Z.quot u p)).
  { intros u sign. pose proof (Z.rem_bound_pos u p). pose proof (Z.quot_pos u p). nia. }
  assert (down : forall u, u <= 0 -> - p < Z.rem u p <= 0 /\ p * (Z.quot u p) <= 0).
  { intros u sign. pose proof (up (- u)) as mirrored.
    rewrite Z.rem_opp_l, Z.quot_opp_l in mirrored by lia. lia. }
  apply (Z.mul_lt_mono_pos_l p); [assumption |].
  rewrite <- (Z.abs_eq p) at 1 by lia. rewrite <- Z.abs_mul.
  rewrite Z.mul_sub_distr_l, Z.mul_add_distr_l.
  destruct (Z.le_ge_cases 0 a) as [sign | sign]; destruct (Z.le_ge_cases 0 a') as [sign' | sign'];
    first [apply up in sign | apply down in sign]; first [apply up in sign' | apply down in sign'];
    clear up down; lia.
Qed.

(* One row with R = 2^f, two inputs 1 LSB apart, outputs 2 LSB apart. *)
Definition witness : row := Dense [16384; 16384] 16384.

Definition witness_shift : nat := 15.

Definition breaks_the_bound (rule : nat -> Z -> Z) : Prop :=
  exists x y, Within [1; 1] x y
    /\ row_sum witness = power witness_shift
    /\ Z.abs (rule witness_shift (accumulator witness x) - rule witness_shift (accumulator witness y)) > 1.

(* 0.5 becomes 0 and 1.5 becomes 2. *)
Theorem half_to_even_breaks_the_bound : breaks_the_bound round_half_to_even.
Proof. exists [0; 0], [1; 1]. repeat split; repeat constructor; vm_compute; congruence. Qed.

(* 0.5 becomes 1 and -0.5 becomes -1. *)
Theorem half_away_from_zero_breaks_the_bound : breaks_the_bound round_half_away_from_zero.
Proof. exists [0; 0], [-1; -1]. repeat split; repeat constructor; vm_compute; congruence. Qed.

(* Saturation to Int16 does not help: the values are small. *)
Theorem saturation_does_not_mend_it :
  (exists x y, Within [1; 1] x y /\
     Z.abs (clamp (round_half_to_even 15 (accumulator witness x))
            - clamp (round_half_to_even 15 (accumulator witness y))) > 1)
  /\ (exists x y, Within [1; 1] x y /\
     Z.abs (clamp (round_half_away_from_zero 15 (accumulator witness x))
            - clamp (round_half_away_from_zero 15 (accumulator witness y))) > 1).
Proof.
  split; [exists [0; 0], [1; 1] | exists [0; 0], [-1; -1]];
    split; repeat constructor; vm_compute; congruence.
Qed.
