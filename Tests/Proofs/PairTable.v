(* The pair table of the header: A and B with M_jk(d) <= A d + B for every d, by affine bounds in integers that
   are rounded up at every layer and saturate (`pairTable()`). *)

From SupNorm Require Export GlobalRadius.

(* A bound delta(d) <= (slope d + offset) / 2^24. *)
Record affine := Affine { slope : Z; start : Z }.

Definition one : Z := 2 ^ 24.
Definition ceiling : Z := 2 ^ 62.

Definition saturated_sum (a b : Z) : Z := Z.min (a + b) ceiling.
Definition saturated_product (a b : Z) : Z := Z.min (a * b) ceiling.

(* ceil(value / p); what has saturated stays saturated. *)
Definition saturated_ceil_div (value p : Z) : Z := if ceiling <=? value then ceiling else ceil_div value p.

Definition rounded_to_one (value : Z) : Z :=
  if ceiling <=? value then ceiling else saturated_ceil_div value one * one.

Definition at_reference (b : affine) : Z := saturated_sum (saturated_product (slope b) 1024) (start b).

Definition larger (a b : affine) : affine := Affine (Z.max (slope a) (slope b)) (Z.max (start a) (start b)).

Definition add_bound (a b : affine) : affine :=
  Affine (saturated_sum (slope a) (slope b)) (saturated_sum (start a) (start b)).

Definition scaled (factor : Z) (b : affine) : affine :=
  Affine (saturated_product factor (slope b)) (saturated_product factor (start b)).

Definition no_bound_needed : affine := Affine 0 0.

Definition bound_at (bounds : list affine) (c : nat) : affine := nth c bounds no_bound_needed.

(* Sum of |weight| bound, exact or saturated. *)
Definition combination (weighted : list (Z * affine)) : affine :=
  fold_left (fun total term => add_bound total (scaled (fst term) (snd term))) weighted no_bound_needed.

(* First way: with the rounding as slack. *)
Definition with_slack (f : nat) (b : affine) : affine :=
  Affine (saturated_ceil_div (slope b) (power f))
    (saturated_ceil_div (saturated_sum (start b) (saturated_product (power f - 1) one)) (power f)).

(* Second way: whole coefficients, for free where they are whole already. *)
Definition with_whole_coefficients (f : nat) (b : affine) : affine :=
  Affine (rounded_to_one (saturated_ceil_div (slope b) (power f)))
    (rounded_to_one (saturated_ceil_div (start b) (power f))).

(* The better of the two at 1024 LSB. *)
Definition requantized_bound (f : nat) (b : affine) : affine :=
  if at_reference (with_slack f b) <? at_reference (with_whole_coefficients f b)
  then with_slack f b else with_whole_coefficients f b.

Definition largest_bound (bounds : list affine) : affine :=
  match bounds with [] => no_bound_needed | first :: rest => fold_right larger first rest end.

Definition raw_bound (r : row) (bounds : list affine) : affine :=
  match r with
  | MaxPlus entries => largest_bound (map (fun e => bound_at bounds (column e)) entries)
  | _ => combination (map (fun t => (Z.abs (snd t), bound_at bounds (fst t))) (terms r))
  end.

Definition hidden_bound (f : nat) (r : row) (bounds : list affine) : affine :=
  match r with MaxPlus _ => raw_bound r bounds | _ => requantized_bound f (raw_bound r bounds) end.

Definition layer_bounds (bounds : list affine) (l : layer) : list affine :=
  mixed larger (layer_activation l) (map (fun r => hidden_bound (shift l) r bounds) (rows l)).

(* An input moves by at most d. *)
Definition input_bounds (inputs : nat) : list affine := repeat (Affine one 0) inputs.

Definition network_bounds (net : network) (inputs : nat) : list affine :=
  with_residual no_bound_needed net (fold_left layer_bounds (hidden net) (input_bounds inputs)) (input_bounds inputs).

Definition pair_bound (n : nat) (bounds : list affine) (j k : row) : affine :=
  if is_max_plus j || is_max_plus k then add_bound (raw_bound j bounds) (raw_bound k bounds)
  else combination (map (fun c => (pair_weight j k c, bound_at bounds c)) (seq 0 n)).

(* UInt32.max, which a coefficient that does not fit becomes. *)
Definition uint32_max : Z := 4294967295.

Definition rounded_up (value : Z) : Z := Z.min (saturated_ceil_div value one) uint32_max.

Definition header_pair (b : affine) : Z * Z := (rounded_up (slope b), rounded_up (start b)).

(* The pairs j < k in the order (0,1) (0,2) ... (0,n-1) (1,2) ... *)
Fixpoint pairs_from (j count : nat) : list (nat * nat) :=
  match count with
  | 0%nat => []
  | S count => map (pair j) (seq (S j) count) ++ pairs_from (S j) count
  end.

Definition pair_table (inputs : nat) (net : network) : list (Z * Z) :=
  let bounds := network_bounds net inputs in
  map (fun p => header_pair
        (pair_bound (last_columns net inputs) bounds (last_row net (fst p)) (last_row net (snd p))))
    (pairs_from 0 (outputs net)).

(* Where the pair of two classes, in either order, stands in the table (GlobalRadius.swift, `pairIndex`). *)
Definition pair_index (first second count : nat) : nat :=
  let low := Nat.min first second in
  let high := Nat.max first second in
  (low * count - low * (low + 1) / 2 + high - low - 1)%nat.

(* What the device reports: the radius of an answer, from the network's own table. *)
Definition global_radius (inputs : nat) (net : network) (x : list Z) : Z :=
  let table := pair_table inputs net in
  let values := logits net x in
  let c := class_of values in
  radius_from values c (fun j => nth (pair_index c j (outputs net)) table (0, 0)).

(* ---- Arithmetic ----------------------------------------------------------------------------------- *)

(* Either a true bound for every d, or visibly saturated. *)
Definition bounded (d delta : Z) (b : affine) : Prop :=
  0 <= slope b /\ 0 <= start b
  /\ (slope b < ceiling -> start b < ceiling -> one * delta <= slope b * d + start b).

Lemma one_positive : 0 < one. Proof. reflexivity. Qed.
Lemma ceiling_positive : 0 < ceiling. Proof. reflexivity. Qed.
Global Opaque one ceiling.

Lemma saturated_ceil_div_spec value p :
  0 < p -> 0 <= value ->
  0 <= saturated_ceil_div value p /\ (saturated_ceil_div value p < ceiling -> value <= p * saturated_ceil_div value p).
Proof.
  intros positive nonnegative; unfold saturated_ceil_div. pose proof ceiling_positive.
  destruct (Z.leb_spec ceiling value); [lia |].
  split; [apply ceil_div_nonnegative; assumption | intros _; apply ceil_div_upper; assumption].
Qed.

Lemma saturated_ceil_div_below value p : saturated_ceil_div value p < ceiling -> value < ceiling.
Proof. unfold saturated_ceil_div; destruct (Z.leb_spec ceiling value); lia. Qed.

Lemma rounded_to_one_spec value :
  0 <= value ->
  0 <= rounded_to_one value
  /\ (rounded_to_one value < ceiling -> value < ceiling /\ exists whole, rounded_to_one value = one * whole
        /\ value <= one * whole).
Proof.
  intros nonnegative; unfold rounded_to_one. pose proof ceiling_positive. pose proof one_positive.
  destruct (Z.leb_spec ceiling value); [lia |].
  unfold saturated_ceil_div. destruct (Z.leb_spec ceiling value); [lia |].
  pose proof (ceil_div_nonnegative value one ltac:(assumption) nonnegative).
  split; [apply Z.mul_nonneg_nonneg; lia |]. intros _; split; [assumption |].
  exists (ceil_div value one). split; [apply Z.mul_comm | apply ceil_div_upper; assumption].
Qed.

Lemma bounded_nothing d : 0 <= d -> bounded d 0 no_bound_needed.
Proof. unfold bounded, no_bound_needed; simpl; lia. Qed.

Lemma bounded_larger d delta delta' b b' :
  0 <= d -> bounded d delta b -> bounded d delta' b' -> bounded d (Z.max delta delta') (larger b b').
Proof.
  intros nonnegative (slopes & starts & holds) (slopes' & starts' & holds').
  unfold bounded, larger; cbn [slope start]. repeat split; [lia | lia |]. intros small small'.
  specialize (holds ltac:(lia) ltac:(lia)). specialize (holds' ltac:(lia) ltac:(lia)).
  assert (slope b * d <= Z.max (slope b) (slope b') * d) by (apply Z.mul_le_mono_nonneg_r; lia).
  assert (slope b' * d <= Z.max (slope b) (slope b') * d) by (apply Z.mul_le_mono_nonneg_r; lia).
  destruct (Z.max_spec delta delta') as [[_ ->] | [_ ->]]; lia.
Qed.

Lemma bounded_sum d delta delta' b b' :
  bounded d delta b -> bounded d delta' b' -> bounded d (delta + delta') (add_bound b b').
Proof.
  intros (slopes & starts & holds) (slopes' & starts' & holds').
  pose proof ceiling_positive. unfold bounded, add_bound, saturated_sum; cbn [slope start].
  repeat split; [lia | lia |]. intros small small'.
  rewrite !Z.min_l by lia. specialize (holds ltac:(lia) ltac:(lia)). specialize (holds' ltac:(lia) ltac:(lia)). lia.
Qed.

Lemma bounded_scaled d delta factor b :
  0 <= factor -> bounded d delta b -> bounded d (factor * delta) (scaled factor b).
Proof.
  intros nonnegative (slopes & starts & holds). pose proof ceiling_positive.
  assert (0 <= factor * slope b) by (apply Z.mul_nonneg_nonneg; assumption).
  assert (0 <= factor * start b) by (apply Z.mul_nonneg_nonneg; assumption).
  unfold bounded, scaled, saturated_product; cbn [slope start]. repeat split; [lia | lia |]. intros small small'.
  rewrite !Z.min_l by lia. apply Z.min_lt_iff in small as [small | small]; [| lia].
  apply Z.min_lt_iff in small' as [small' | small']; [| lia].
  destruct (Z.eq_dec factor 0) as [-> | nonzero]; [lia |].
  assert (slope b <= factor * slope b) by (rewrite <- (Z.mul_1_l (slope b)) at 1; apply Z.mul_le_mono_nonneg_r; lia).
  assert (start b <= factor * start b) by (rewrite <- (Z.mul_1_l (start b)) at 1; apply Z.mul_le_mono_nonneg_r; lia).
  specialize (holds ltac:(lia) ltac:(lia)).
  assert (factor * (one * delta) <= factor * (slope b * d + start b)) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
Qed.

Lemma bounded_combination {I : Type} d (factor : I -> Z) (delta : I -> Z) (bound : I -> affine) items :
  0 <= d -> (forall i, In i items -> 0 <= factor i) -> (forall i, In i items -> bounded d (delta i) (bound i)) ->
  bounded d (sum (map (fun i => factor i * delta i) items)) (combination (map (fun i => (factor i, bound i)) items)).
Proof.
  intros nonnegative factors bounds. unfold combination.
  enough (general : forall delta0 total, bounded d delta0 total ->
    bounded d (delta0 + sum (map (fun i => factor i * delta i) items))
      (fold_left (fun total term => add_bound total (scaled (fst term) (snd term)))
         (map (fun i => (factor i, bound i)) items) total)).
  { apply (general 0). apply bounded_nothing; assumption. }
  induction items as [| i items IH]; intros delta0 total holds; cbn [map fold_left].
  - cbn. rewrite Z.add_0_r. assumption.
  - rewrite sum_cons, Z.add_assoc.
    apply IH; [intros; apply factors; simpl; auto | intros; apply bounds; simpl; auto |].
    apply bounded_sum; [assumption |]. apply bounded_scaled; [apply factors | apply bounds]; simpl; auto.
Qed.

(* ---- The affine step ------------------------------------------------------------------------------ *)

(* ceil(N / 2^f) <= N / 2^f + (2^f - 1) / 2^f, coefficients rounded up. *)
Theorem slack_step f d n b : 0 <= d -> bounded d n b -> bounded d (ceil_div n (power f)) (with_slack f b).
Proof.
  intros nonnegative (slopes & starts & holds).
  pose proof (power_positive f) as positive. pose proof one_positive. pose proof ceiling_positive.
  assert (0 <= (power f - 1) * one) by (apply Z.mul_nonneg_nonneg; lia).
  set (raised := saturated_sum (start b) (saturated_product (power f - 1) one)).
  assert (raisedSign : 0 <= raised) by (unfold raised, saturated_sum, saturated_product; lia).
  destruct (saturated_ceil_div_spec (slope b) (power f) positive slopes) as [slopeSign slopeUpper].
  destruct (saturated_ceil_div_spec raised (power f) positive raisedSign) as [startSign startUpper].
  unfold bounded, with_slack; cbn [slope start]. fold raised. repeat split; [assumption | assumption |].
  intros small small'.
  pose proof (saturated_ceil_div_below _ _ small). pose proof (saturated_ceil_div_below _ _ small') as raisedSmall.
  specialize (slopeUpper small). specialize (startUpper small').
  assert (exact : raised = start b + (power f - 1) * one).
  { unfold raised, saturated_sum, saturated_product in *. lia. }
  rewrite exact in startUpper, raisedSmall. specialize (holds ltac:(lia) ltac:(lia)).
  pose proof (ceil_div_lower n (power f) positive) as rounded.
  apply Z.mul_le_mono_pos_l with (power f); [assumption |].
  assert (one * (power f * ceil_div n (power f)) <= one * (n + power f - 1)) by (apply Z.mul_le_mono_nonneg_l; lia).
  assert (slope b * d <= power f * saturated_ceil_div (slope b) (power f) * d) by (apply Z.mul_le_mono_nonneg_r; lia).
  rewrite exact. lia.
Qed.

(* ceil(alpha d + beta) <= ceil(alpha) d + ceil(beta). *)
Theorem whole_step f d n b :
  0 <= d -> bounded d n b -> bounded d (ceil_div n (power f)) (with_whole_coefficients f b).
Proof.
  intros nonnegative (slopes & starts & holds).
  pose proof (power_positive f) as positive. pose proof one_positive.
  destruct (saturated_ceil_div_spec (slope b) (power f) positive slopes) as [slopeSign slopeUpper].
  destruct (saturated_ceil_div_spec (start b) (power f) positive starts) as [startSign startUpper].
  destruct (rounded_to_one_spec _ slopeSign) as [slopeSign' slopeWhole].
  destruct (rounded_to_one_spec _ startSign) as [startSign' startWhole].
  unfold bounded, with_whole_coefficients; cbn [slope start]. repeat split; [assumption | assumption |].
  intros small small'.
  destruct (slopeWhole small) as (below & a & -> & upperA). destruct (startWhole small') as (below' & b' & -> & upperB).
  specialize (slopeUpper below). specialize (startUpper below').
  specialize (holds (saturated_ceil_div_below _ _ below) (saturated_ceil_div_below _ _ below')).
  assert (n <= power f * (a * d + b')) as whole.
  { apply Z.mul_le_mono_pos_l with one; [assumption |].
    assert (slope b * d <= power f * (one * a) * d).
    { apply Z.mul_le_mono_nonneg_r; [assumption |]. etransitivity; [exact slopeUpper |].
      apply Z.mul_le_mono_nonneg_l; lia. }
    assert (start b <= power f * (one * b')).
    { etransitivity; [exact startUpper |]. apply Z.mul_le_mono_nonneg_l; lia. }
    lia. }
  pose proof (ceil_div_least n (power f) _ positive whole).
  assert (one * ceil_div n (power f) <= one * (a * d + b')) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
Qed.

Theorem affine_step f d n b : 0 <= d -> bounded d n b -> bounded d (ceil_div n (power f)) (requantized_bound f b).
Proof.
  intros; unfold requantized_bound.
  destruct (_ <? _); [apply slack_step | apply whole_step]; assumption.
Qed.

(* The last rounding up: what fits in 32 bits bounds M for every d. *)
Theorem final_rounding_up d margin b :
  0 <= d -> bounded d margin b -> rounded_up (slope b) < uint32_max -> rounded_up (start b) < uint32_max ->
  margin <= rounded_up (slope b) * d + rounded_up (start b).
Proof.
  intros nonnegative (slopes & starts & holds) small small'.
  assert (roomy : uint32_max < ceiling) by reflexivity.
  pose proof one_positive as positive.
  destruct (saturated_ceil_div_spec (slope b) one positive slopes) as [slopeSign slopeUpper].
  destruct (saturated_ceil_div_spec (start b) one positive starts) as [startSign startUpper].
  unfold rounded_up in *. rewrite Z.min_l in * by lia. rewrite (Z.min_l _ uint32_max) by lia.
  assert (below : saturated_ceil_div (slope b) one < ceiling) by lia.
  assert (below' : saturated_ceil_div (start b) one < ceiling) by lia.
  specialize (holds (saturated_ceil_div_below _ _ below) (saturated_ceil_div_below _ _ below')).
  specialize (slopeUpper below). specialize (startUpper below').
  apply Z.mul_le_mono_pos_l with one; [assumption |].
  assert (slope b * d <= one * saturated_ceil_div (slope b) one * d) by (apply Z.mul_le_mono_nonneg_r; lia). lia.
Qed.

(* ---- Whole networks ------------------------------------------------------------------------------- *)

Definition AllBounded (d : Z) (deltas : list Z) (bounds : list affine) : Prop := Forall2 (bounded d) deltas bounds.

Lemma bounded_at d deltas bounds c :
  0 <= d -> AllBounded d deltas bounds -> bounded d (at_column deltas c) (bound_at bounds c).
Proof. intros nonnegative; apply Forall2_nth, bounded_nothing; assumption. Qed.

Lemma raw_bound_sound d r deltas bounds :
  0 <= d -> AllBounded d deltas bounds -> bounded d (raw_deviation r deltas) (raw_bound r bounds).
Proof.
  intros nonnegative all.
  destruct r as [weights b | entries b | entries].
  1, 2: apply (bounded_combination d (fun t => Z.abs (snd t)) (fun t => at_column deltas (fst t))
          (fun t => bound_at bounds (fst t))); [assumption | intros; lia | intros; apply bounded_at; assumption].
  cbn [raw_deviation raw_bound]. destruct entries as [| e entries]; [apply bounded_nothing; assumption |].
  cbn [map maximum largest_bound].
  induction entries; cbn [map fold_right]; [apply bounded_at; assumption |].
  apply bounded_larger; [assumption | apply bounded_at; assumption | exact IHentries].
Qed.

Lemma bounded_weaken d delta delta' b : delta' <= delta -> bounded d delta b -> bounded d delta' b.
Proof.
  intros le (slopes & starts & holds); repeat split; trivial. intros small small'.
  specialize (holds small small'). pose proof one_positive.
  assert (one * delta' <= one * delta) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
Qed.

Lemma layer_bounds_sound cap d l deltas bounds :
  (forall bound, cap bound <= bound) -> 0 <= d -> AllBounded d deltas bounds ->
  AllBounded d (layer_deviation cap deltas l) (layer_bounds bounds l).
Proof.
  intros cuts nonnegative all. apply mixed_related; [intros; apply bounded_larger; assumption |].
  apply Forall2_map; intros r _. eapply bounded_weaken; [apply cuts |].
  destruct r; [apply affine_step | apply affine_step |]; trivial; apply raw_bound_sound; assumption.
Qed.

Lemma input_bounds_sound cap d inputs :
  (forall bound, cap bound <= bound) -> 0 <= d -> AllBounded d (input_deviation cap inputs d) (input_bounds inputs).
Proof.
  intros cuts nonnegative. unfold input_deviation, input_bounds.
  induction inputs; simpl; constructor; [| assumption].
  apply bounded_weaken with d; [apply cuts |]. pose proof one_positive.
  unfold bounded; cbn [slope start]; repeat split; lia.
Qed.

Lemma layers_bounds_sound cap d layers deltas bounds :
  (forall bound, cap bound <= bound) -> 0 <= d -> AllBounded d deltas bounds ->
  AllBounded d (fold_left (layer_deviation cap) layers deltas) (fold_left layer_bounds layers bounds).
Proof.
  intros cuts nonnegative; revert deltas bounds.
  induction layers as [| l layers IH]; simpl; intros deltas bounds all; [assumption |].
  apply IH, layer_bounds_sound; assumption.
Qed.

Theorem network_bounds_sound cap d net inputs :
  (forall bound, cap bound <= bound) -> 0 <= d ->
  AllBounded d (deviations cap net inputs d) (network_bounds net inputs).
Proof.
  intros cuts nonnegative. pose proof (input_bounds_sound cap d inputs cuts nonnegative) as first.
  apply Forall2_app; [apply layers_bounds_sound; assumption |].
  apply Forall2_map; intros k _. apply bounded_at; assumption.
Qed.

Lemma pair_bound_sound d n j k deltas bounds :
  0 <= d -> AllBounded d deltas bounds -> bounded d (margin_deviation n j k deltas) (pair_bound n bounds j k).
Proof.
  intros nonnegative all. unfold margin_deviation, pair_bound. destruct (is_max_plus j || is_max_plus k).
  - apply bounded_sum; apply raw_bound_sound; assumption.
  - apply (bounded_combination d (pair_weight j k) (fun c => at_column deltas c) (fun c => bound_at bounds c));
      [assumption | intros; unfold pair_weight; lia | intros; apply bounded_at; assumption].
Qed.

(* ---- The order of the table ----------------------------------------------------------------------- *)

Lemma half_of_next i : ((i + 1) * (i + 2) / 2 = i * (i + 1) / 2 + (i + 1))%nat.
Proof. replace ((i + 1) * (i + 2))%nat with (i * (i + 1) + (i + 1) * 2)%nat by lia. apply Nat.div_add; lia. Qed.

Lemma twice_triangle i : (2 * (i * (i + 1) / 2) = i * (i + 1))%nat.
Proof. induction i; [reflexivity |]. replace (S i) with (i + 1)%nat by lia.
  replace (i + 1 + 1)%nat with (i + 2)%nat by lia. rewrite half_of_next. lia. Qed.

Lemma pairs_from_at start count i k :
  (i < k < count)%nat ->
  nth (i * count - i * (i + 1) / 2 + k - i - 1) (pairs_from start count) (0, 0)%nat = (start + i, start + k)%nat.
Proof.
  revert start count k; induction i as [| i IH]; intros start count k range.
  - destruct count as [| count]; [lia |]. cbn [pairs_from].
    change (0 * (0 + 1) / 2)%nat with 0%nat. rewrite app_nth1 by (rewrite map_length, seq_length; lia).
    rewrite (nth_indep _ (0, 0)%nat (start, 0%nat)) by (rewrite map_length, seq_length; lia).
    rewrite map_nth, seq_nth by lia. f_equal; lia.
  - destruct count as [| count]; [lia |]. destruct k as [| k]; [lia |]. cbn [pairs_from].
    pose proof (half_of_next i). pose proof (twice_triangle i).
    assert (i * (i + 1) <= 2 * (i * count))%nat by nia.
    replace (S i * (S i + 1) / 2)%nat with ((i + 1) * (i + 2) / 2)%nat by (f_equal; lia).
    assert (S i * S count = i * count + i + count + 1)%nat by lia.
    rewrite app_nth2; rewrite map_length, seq_length; [| lia].
    replace (_ - count)%nat with (i * count - i * (i + 1) / 2 + k - i - 1)%nat by lia.
    rewrite IH by lia. f_equal; lia.
Qed.

(* `pairIndex` finds the pair in the header's order. *)
Theorem pair_index_finds_the_pair j k count :
  (j < count)%nat -> (k < count)%nat -> j <> k ->
  nth (pair_index j k count) (pairs_from 0 count) (0, 0)%nat = (Nat.min j k, Nat.max j k).
Proof. intros; unfold pair_index; apply (pairs_from_at 0); lia. Qed.

Lemma pairs_from_length start count : (2 * length (pairs_from start count) = count * (count - 1))%nat.
Proof.
  revert start; induction count; intros start; [reflexivity |]. cbn [pairs_from].
  rewrite app_length, map_length, seq_length. specialize (IHcount (S start)).
  destruct count as [| count]; [simpl in *; lia |].
  replace (S count - 1)%nat with count in IHcount by lia.
  replace (S (S count) - 1)%nat with (S count) by lia. lia.
Qed.

Lemma pair_index_in_range j k count :
  (j < count)%nat -> (k < count)%nat -> j <> k -> (pair_index j k count < length (pairs_from 0 count))%nat.
Proof.
  intros rangeJ rangeK differ. unfold pair_index. pose proof (pairs_from_length 0 count).
  set (low := Nat.min j k). set (high := Nat.max j k). assert (low < high < count)%nat by lia.
  clearbody low high. pose proof (twice_triangle low).
  assert (low * (low + 1) <= 2 * (low * count))%nat by nia.
  assert (2 * (low * count) + 2 * count < count * (count - 1) + low * (low + 1) + 2 * low + 4)%nat; [| lia].
  replace count with (low + 2 + (count - low - 2))%nat by lia. generalize (count - low - 2)%nat as rest.
  intros rest. replace (low + 2 + rest - 1)%nat with (low + 1 + rest)%nat by lia. nia.
Qed.

(* ---- The table and the radius of the device ------------------------------------------------------- *)

(* Every entry that fits in 32 bits bounds the margin's move for every d. *)
Theorem pair_table_sound cap inputs net j k d :
  (forall bound, cap bound <= bound) -> (j < outputs net)%nat -> (k < outputs net)%nat -> j <> k -> 0 <= d ->
  let pair := nth (pair_index j k (outputs net)) (pair_table inputs net) (0, 0) in
  fst pair < uint32_max -> snd pair < uint32_max ->
  margin_bound cap inputs net d j k <= fst pair * d + snd pair.
Proof.
  intros cuts rangeJ rangeK differ nonnegative pair.
  assert (entry : pair = header_pair (pair_bound (last_columns net inputs) (network_bounds net inputs)
      (last_row net (Nat.min j k)) (last_row net (Nat.max j k)))).
  { unfold pair, pair_table.
    set (of_pair := fun p : nat * nat => header_pair (pair_bound (last_columns net inputs)
      (network_bounds net inputs) (last_row net (fst p)) (last_row net (snd p)))).
    rewrite (nth_indep _ (0, 0) (of_pair (0, 0)%nat)).
    - rewrite (map_nth of_pair), pair_index_finds_the_pair by assumption. reflexivity.
    - rewrite map_length. apply pair_index_in_range; assumption. }
  rewrite entry; cbn [header_pair fst snd]. intros small small'.
  apply final_rounding_up; [assumption | | assumption | assumption].
  unfold margin_bound. pose proof (network_bounds_sound cap d net inputs cuts nonnegative) as all.
  destruct (Nat.le_ge_cases j k).
  - rewrite Nat.min_l, Nat.max_r by assumption. apply pair_bound_sound; assumption.
  - rewrite Nat.min_r, Nat.max_l, margin_deviation_symmetric by assumption. apply pair_bound_sound; assumption.
Qed.

Lemma header_pair_sign inputs net index : 
  0 <= fst (nth index (pair_table inputs net) (0, 0)) /\ 0 <= snd (nth index (pair_table inputs net) (0, 0)).
Proof.
  destruct (nth_in_or_default index (pair_table inputs net) (0, 0)) as [found | ->]; [| cbn; lia].
  apply in_map_iff in found as ([j k] & <- & _).
  assert (sign : forall d, 0 <= d -> bounded d (margin_deviation (last_columns net inputs) (last_row net j)
      (last_row net k) (deviations no_cap net inputs d))
    (pair_bound (last_columns net inputs) (network_bounds net inputs) (last_row net j) (last_row net k))).
  { intros d nonnegative; apply pair_bound_sound, network_bounds_sound; unfold no_cap; trivial; lia. }
  destruct (sign 0 (Z.le_refl 0)) as (slopes & starts & _).
  cbn [header_pair fst snd]. unfold rounded_up, uint32_max.
  pose proof (saturated_ceil_div_spec _ _ one_positive slopes).
  pose proof (saturated_ceil_div_spec _ _ one_positive starts). lia.
Qed.

(* A saturated entry leaves no positive radius, because the difference of two Int32 is at most 2^32 - 1. *)
Lemma saturated_pair_gives_no_radius margin slope offset :
  margin <= uint32_max -> 0 <= slope -> 0 <= offset -> uint32_max <= slope \/ uint32_max <= offset ->
  radius_of_margin margin (slope, offset) <= 0.
Proof.
  intros margins slopes offsets saturated. unfold radius_of_margin.
  destruct (Z.leb_spec margin offset); [lia |]. assert (uint32_max <= slope) by lia.
  destruct (Z.eqb_spec slope 0); [unfold uint32_max in *; lia |].
  rewrite Z.div_small by lia. unfold radius_max; lia.
Qed.

(* The radius that the device reports is certified: no admissible network, no input, no change within it. *)
Theorem device_radius_sound inputs net x y :
  network_fits inputs net = true -> network_admissible net = true -> Forall int16 x -> Forall int16 y ->
  Within (repeat (global_radius inputs net x) inputs) x y -> class net y = class net x.
Proof.
  intros fits admissible rangeX rangeY close.
  set (pairs := fun j => nth (pair_index (class net x) j (outputs net)) (pair_table inputs net) (0, 0)).
  apply (radius_sound no_cap inputs net x pairs no_cap_sound fits rangeX); trivial.
  intros j range differ. pose proof (class_range inputs net x fits) as rangeC.
  destruct (header_pair_sign inputs net (pair_index (class net x) j (outputs net))) as [slopes offsets].
  split; [exact slopes |].
  assert (margin : logit net x (class net x) - logit net x j <= uint32_max).
  { pose proof (logits_are_int32 net x admissible rangeX) as fit. rewrite Forall_forall in fit.
    assert (values : forall k, (k < outputs net)%nat -> int32 (logit net x k))
      by (intros k rangeK; apply fit, nth_In; rewrite logits_length; exact rangeK).
    pose proof (values _ rangeC). pose proof (values _ range). unfold int32, uint32_max in *; lia. }
  destruct (Z.lt_ge_cases (fst (pairs j)) uint32_max) as [small | large].
  - destruct (Z.lt_ge_cases (snd (pairs j)) uint32_max) as [small' | large].
    + right; intros d nonnegative. apply (pair_table_sound no_cap); auto. unfold no_cap; lia.
    + left. rewrite (surjective_pairing (pairs j)). apply saturated_pair_gives_no_radius; auto.
  - left. rewrite (surjective_pairing (pairs j)). apply saturated_pair_gives_no_radius; auto.
Qed.
