(* Smooth activations: tables of integer nodes, interpolated and rounded half up (Smooth.swift, TableClaims). *)

From SupNorm Require Export Network.

(* A node every 2^k LSB of the Int16 range, 2^(16-k) + 1 of them, as a function of their number. *)
Record table := Table { step_bits : nat; gain : Z; node : Z -> Z }.

Definition node_count (t : table) : Z := 65536 / power (step_bits t).

(* What the compiler, supnorm_self_check and the checker prove: nodes never fall and rise by at most the gain, which
   is at most 2^k; they are Int16. *)
Definition table_holds (t : table) : Prop :=
  (1 <= step_bits t <= 15)%nat /\ 0 <= gain t <= power (step_bits t)
  /\ (forall i, 0 <= i < node_count t -> 0 <= node t (i + 1) - node t i <= gain t)
  /\ (forall i, 0 <= i <= node_count t -> int16 (node t i)).

Definition place (t : table) (v : Z) : Z := (v + 32768) / power (step_bits t).
Definition rest (t : table) (v : Z) : Z := (v + 32768) mod power (step_bits t).
Definition rise (t : table) (i : Z) : Z := node t (i + 1) - node t i.

(* T[i] + (((T[i+1] - T[i]) * r + 2^(k-1)) >> k) *)
Definition interpolate (t : table) (v : Z) : Z :=
  node t (place t v) + (rise t (place t v) * rest t v + half (step_bits t)) / power (step_bits t).

(* 2^k times the piecewise linear function, exact. *)
Definition exact (t : table) (v : Z) : Z :=
  node t (place t v) * power (step_bits t) + rise t (place t v) * rest t v.

(* How far outputs move when inputs move by delta. *)
Definition table_deviation (t : table) (delta : Z) : Z := ceil_div (gain t * delta) (power (step_bits t)).

(* The table is the rounding of that function, as a row is of its accumulator. *)
Theorem interpolation_rounds_the_line t v : interpolate t v = round_half_up (step_bits t) (exact t v).
Proof.
  unfold interpolate, round_half_up, exact. pose proof (power_positive (step_bits t)).
  rewrite <- Z.add_assoc, Z.add_comm, (Z.add_comm (node t (place t v) * _)).
  rewrite Z.div_add by lia. lia.
Qed.

Lemma power_divides k : (1 <= k <= 15)%nat -> power k * (65536 / power k) = 65536.
Proof.
  intros range. unfold power.
  assert (whole : 65536 = 2 ^ Z.of_nat (16 - k) * 2 ^ Z.of_nat k).
  { rewrite <- Z.pow_add_r by lia. replace (Z.of_nat (16 - k) + Z.of_nat k) with 16 by lia. reflexivity. }
  rewrite whole, Z.div_mul by (apply Z.pow_nonzero; lia). apply Z.mul_comm.
Qed.

Lemma place_range t v : table_holds t -> int16 v -> 0 <= place t v < node_count t.
Proof.
  intros (bits & _) range; unfold place, node_count, int16 in *.
  pose proof (power_positive (step_bits t)). pose proof (power_divides (step_bits t) bits). split.
  - apply Z.div_pos; lia.
  - apply Z.div_lt_upper_bound; lia.
Qed.

(* One LSB further the function rises by 0 ... gain, across a node too. *)
Lemma exact_step t v :
  table_holds t -> int16 v -> int16 (v + 1) -> 0 <= exact t (v + 1) - exact t v <= gain t.
Proof.
  intros holds here there. pose proof (place_range t v holds here) as within.
  pose proof (place_range t (v + 1) holds there) as next.
  destruct holds as (_ & _ & rises & _). specialize (rises (place t v) within).
  pose proof (power_positive (step_bits t)) as positive.
  unfold exact, rise, place, rest in *.
  set (p := power (step_bits t)) in *.
  pose proof (Z.div_mod (v + 32768) p ltac:(lia)) as low.
  pose proof (Z.mod_pos_bound (v + 32768) p positive).
  replace (v + 1 + 32768) with (v + 32768 + 1) in * by lia.
  pose proof (Z.div_mod (v + 32768 + 1) p ltac:(lia)) as high.
  pose proof (Z.mod_pos_bound (v + 32768 + 1) p positive).
  set (i := (v + 32768) / p) in *. set (r := (v + 32768) mod p) in *.
  set (i' := (v + 32768 + 1) / p) in *. set (r' := (v + 32768 + 1) mod p) in *.
  assert (cases : (i' = i /\ r' = r + 1) \/ (i' = i + 1 /\ r' = 0 /\ r = p - 1)).
  { assert (i' = i \/ i' = i + 1) as [same | other] by nia.
    - left; split; [assumption |]. rewrite same in high. lia.
    - right. rewrite other in high. repeat split; [assumption | nia | nia]. }
  destruct cases as [[-> ->] | (-> & -> & ->)]; nia.
Qed.

Lemma exact_moves t v n :
  table_holds t -> int16 v -> int16 (v + Z.of_nat n) ->
  0 <= exact t (v + Z.of_nat n) - exact t v <= gain t * Z.of_nat n.
Proof.
  intros holds low. induction n as [| n IH]; intros high.
  - rewrite Z.add_0_r; lia.
  - rewrite Nat2Z.inj_succ in *. replace (v + Z.succ (Z.of_nat n)) with (v + Z.of_nat n + 1) in * by lia.
    assert (middle : int16 (v + Z.of_nat n)) by (unfold int16 in *; lia).
    pose proof (exact_step t (v + Z.of_nat n) holds middle high). specialize (IH middle). lia.
Qed.

Lemma exact_ordered t v w :
  table_holds t -> int16 v -> int16 w -> v <= w -> 0 <= exact t w - exact t v <= gain t * (w - v).
Proof.
  intros holds low high le.
  pose proof (exact_moves t v (Z.to_nat (w - v)) holds low) as moves.
  rewrite Z2Nat.id in moves by lia. replace (v + (w - v)) with w in moves by lia. auto.
Qed.

(* A table never falls. *)
Theorem table_monotone t v w :
  table_holds t -> int16 v -> int16 w -> v <= w -> interpolate t v <= interpolate t w.
Proof.
  intros holds low high le. rewrite !interpolation_rounds_the_line. unfold round_half_up.
  pose proof (exact_ordered t v w holds low high le).
  apply Z.div_le_mono; [apply power_positive | lia].
Qed.

(* Inputs at most delta apart give outputs at most ceil(G * delta / 2^k) apart, rounding included. *)
Theorem table_moves_by_its_gain t v w delta :
  table_holds t -> int16 v -> int16 w -> Z.abs (v - w) <= delta ->
  Z.abs (interpolate t v - interpolate t w) <= table_deviation t delta.
Proof.
  intros holds low high close. rewrite !interpolation_rounds_the_line. unfold round_half_up, table_deviation.
  assert (nonnegative : 0 <= gain t) by (destruct holds as (_ & range & _); lia).
  apply floor_deviation; [apply power_positive |].
  apply Z.le_trans with (gain t * Z.abs (v - w)); [| apply Z.mul_le_mono_nonneg_l; assumption].
  destruct (Z.le_ge_cases v w).
  - pose proof (exact_ordered t v w holds low high ltac:(lia)). rewrite (Z.abs_neq (v - w)) by lia. lia.
  - pose proof (exact_ordered t w v holds high low ltac:(lia)). rewrite (Z.abs_eq (v - w)) by lia. lia.
Qed.

(* Enough nodes for the slope: a table enlarges no deviation. *)
Theorem table_nonexpansive t delta : table_holds t -> 0 <= delta -> table_deviation t delta <= delta.
Proof.
  intros (_ & range & _) nonnegative. apply ceil_div_least; [apply power_positive |].
  apply Z.mul_le_mono_nonneg_r; lia.
Qed.

(* Outputs lie between the nodes, and so within Int16. *)
Theorem table_values_are_int16 t v : table_holds t -> int16 v -> int16 (interpolate t v).
Proof.
  intros holds range. pose proof (place_range t v holds range) as within.
  destruct holds as (_ & _ & rises & values).
  specialize (rises (place t v) within).
  pose proof (values (place t v) ltac:(lia)) as low. pose proof (values (place t v + 1) ltac:(lia)) as high.
  pose proof (power_positive (step_bits t)) as positive.
  pose proof (Z.mod_pos_bound (v + 32768) (power (step_bits t)) positive) as bounds.
  assert (small : 0 <= (rise t (place t v) * rest t v + half (step_bits t)) / power (step_bits t)
    <= rise t (place t v)).
  { pose proof (half_nonnegative (step_bits t)). unfold rise, rest in *. split.
    - apply Z.div_pos; [nia | lia].
    - apply Z.lt_succ_r, Z.div_lt_upper_bound; [assumption |].
      assert (half (step_bits t) < power (step_bits t)) by (unfold half; apply Z.div_lt; lia). nia. }
  unfold interpolate, rise, int16 in *. lia.
Qed.

(* ---- A layer with a table -------------------------------------------------------------------------- *)

Definition smooth_output (t : table) (f : nat) (layer_rows : list row) (x : list Z) : list Z :=
  map (fun r => interpolate t (hidden_value f r x)) layer_rows.

Theorem smooth_layer_deviation t f layer_rows cap deltas x y :
  table_holds t -> sound_cap cap -> Within deltas x y ->
  Within (map (fun r => table_deviation t (cap (hidden_deviation f r deltas))) layer_rows)
    (smooth_output t f layer_rows x) (smooth_output t f layer_rows y).
Proof.
  intros holds sound close. apply Forall3_map. intros r _.
  pose proof (settled_int16 f r (raw_value r x)) as low. pose proof (settled_int16 f r (raw_value r y)) as high.
  apply table_moves_by_its_gain; [assumption | exact low | exact high |].
  apply sound; [| apply row_deviation; assumption]. unfold hidden_value, int16 in *; lia.
Qed.

(* The ends of a box map to the ends of its image. *)
Theorem smooth_box t lower upper x :
  table_holds t -> Forall int16 lower -> Forall int16 upper -> Forall int16 x -> Inside lower upper x ->
  Inside (map (interpolate t) lower) (map (interpolate t) upper) (map (interpolate t) x).
Proof.
  intros holds low high range inside. apply inside_below in inside as [bottom top]. apply inside_below.
  assert (rises : forall u v, Forall int16 u -> Forall int16 v -> Below u v ->
    Below (map (interpolate t) u) (map (interpolate t) v)).
  { clear - holds. intros u v first second below. induction below as [| a b u v le _ IH]; simpl; constructor.
    - inversion first; inversion second; subst. apply table_monotone; assumption.
    - inversion first; inversion second; subst. auto. }
  auto.
Qed.
