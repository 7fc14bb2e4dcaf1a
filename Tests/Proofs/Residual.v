(* The residual form is monotone: an input that is passed on to the last layer with a large enough weight moves an
   output one way only, whatever the hidden layers make of it. On the raw Int32 outputs, rounding and saturation
   included (Certificates, Monotone inputs). *)

From SupNorm Require Export GlobalRadius Monotonicity.

(* How far each hidden output moves, in LSB, for every LSB that input k is raised: the steps of the deviation vector
   from 1 at input k and 0 elsewhere, whole numbers, rounded up at every layer and cut where they grow too large. *)
Definition slopes_of_input (cap : Z -> Z) (net : network) (inputs k : nat) : list Z :=
  fold_left (layer_deviation cap) (hidden net) (raised k 1 (repeat 0 inputs)).

(* No Int16 moves by more than 65535, so slopes may be cut anywhere at or above it, as Monotonicity.swift does at 2^45
   and its checker at 2^62. *)
Definition sound_slope_cap (cap : Z -> Z) : Prop := forall slope, Z.min slope 65535 <= cap slope.
Definition slope_cap (slope : Z) : Z := Z.min slope (2 ^ 45).

Lemma slope_cap_sound : sound_slope_cap slope_cap.
Proof. unfold sound_slope_cap, slope_cap; lia. Qed.

Lemma no_slope_cap_sound : sound_slope_cap no_cap.
Proof. unfold sound_slope_cap, no_cap; lia. Qed.

(* S_jk = sum over the hidden columns of |w_jc| a_c. *)
Definition hidden_slope (cap : Z -> Z) (net : network) (inputs j k : nat) : Z :=
  sum (map (fun c => Z.abs (weight (last_row net j) c) * at_column (slopes_of_input cap net inputs k) c)
    (seq 0 (hidden_columns net inputs))).

(* The weight of input k among the residual inputs, which start at `column`; 0 where it is not passed on. *)
Fixpoint weight_from (r : row) (column : nat) (residual : list nat) (k : nat) : Z :=
  match residual with
  | [] => 0
  | i :: rest => if (i =? k)%nat then weight r column else weight_from r (S column) rest k
  end.

Definition residual_weight (net : network) (inputs j k : nat) : Z :=
  weight_from (last_row net j) (hidden_columns net inputs) (residual_inputs net) k.

(* ---- Slopes bound moves of any size --------------------------------------------------------------- *)

(* A move is at most t times its slope. *)
Definition AtMost (t : Z) (deltas slopes : list Z) : Prop :=
  Forall2 (fun delta slope => delta <= t * slope) deltas slopes.

Lemma at_most_at t deltas slopes c : AtMost t deltas slopes -> at_column deltas c <= t * at_column slopes c.
Proof. intros small; apply (Forall2_nth (fun delta slope => delta <= t * slope)); [lia | exact small]. Qed.

Lemma raw_deviation_scales t r deltas slopes :
  0 <= t -> AtMost t deltas slopes -> raw_deviation r deltas <= t * raw_deviation r slopes.
Proof.
  intros nonnegative small.
  assert (sums : sum (map (fun u => Z.abs (snd u) * at_column deltas (fst u)) (terms r))
      <= t * sum (map (fun u => Z.abs (snd u) * at_column slopes (fst u)) (terms r))).
  { rewrite Z.mul_comm, <- sum_map_mul. apply sum_map_le; intros u _.
    rewrite <- Z.mul_assoc, (Z.mul_comm _ t). apply Z.mul_le_mono_nonneg_l; [lia |].
    apply at_most_at; assumption. }
  destruct r as [| | entries]; [exact sums | exact sums |]. cbn [raw_deviation].
  destruct entries as [| e entries]; [cbn; lia |].
  apply maximum_least; [discriminate |]. intros value found. apply in_map_iff in found as (i & <- & found).
  etransitivity; [apply at_most_at; exact small |]. apply Z.mul_le_mono_nonneg_l; [assumption |].
  apply maximum_upper, (in_map (fun e => at_column slopes (column e))), found.
Qed.

(* ceil(alpha t / 2^f) <= ceil(alpha / 2^f) t. *)
Theorem slope_step t f r deltas slopes :
  0 <= t -> AtMost t deltas slopes -> hidden_deviation f r deltas <= t * hidden_deviation f r slopes.
Proof.
  intros nonnegative small. pose proof (raw_deviation_scales t r deltas slopes nonnegative small) as raw.
  pose proof (power_positive f).
  assert (rounded : ceil_div (raw_deviation r deltas) (power f) <= t * ceil_div (raw_deviation r slopes) (power f)).
  { apply ceil_div_least; [assumption |]. etransitivity; [exact raw |].
    rewrite (Z.mul_comm (power f)), <- Z.mul_assoc, (Z.mul_comm _ (power f)).
    apply Z.mul_le_mono_nonneg_l; [assumption | apply ceil_div_upper; assumption]. }
  destruct r; [exact rounded | exact rounded | exact raw].
Qed.

Lemma slopes_of_layers cap t layers deltas slopes :
  sound_slope_cap cap -> 0 <= t -> AtMost t deltas slopes ->
  AtMost t (fold_left (layer_deviation int16_cap) layers deltas) (fold_left (layer_deviation cap) layers slopes).
Proof.
  intros sound nonnegative; revert deltas slopes.
  induction layers as [| l layers IH]; simpl; intros deltas slopes small; [assumption |].
  apply IH, mixed_related.
  - intros delta delta' slope slope' le le'.
    assert (t * slope <= t * Z.max slope slope') by (apply Z.mul_le_mono_nonneg_l; lia).
    assert (t * slope' <= t * Z.max slope slope') by (apply Z.mul_le_mono_nonneg_l; lia). lia.
  - apply Forall2_map; intros r _. pose proof (slope_step t (shift l) r deltas slopes nonnegative small) as step.
    specialize (sound (hidden_deviation (shift l) r slopes)). unfold int16_cap.
    set (delta := hidden_deviation (shift l) r deltas) in *. set (slope := hidden_deviation (shift l) r slopes) in *.
    destruct (Z.eq_dec t 0) as [-> |]; [lia |].
    assert (t * Z.min slope 65535 <= t * cap slope) by (apply Z.mul_le_mono_nonneg_l; assumption).
    destruct (Z.min_spec slope 65535) as [[_ least] | [_ least]]; rewrite least in *; lia.
Qed.

Lemma raised_zeros_at_most t k count : AtMost t (raised k t (repeat 0 count)) (raised k 1 (repeat 0 count)).
Proof.
  assert (zeros : forall n, AtMost t (repeat 0 n) (repeat 0 n)) by (induction n; constructor; [lia | assumption]).
  revert k; induction count; intros [| k]; simpl; constructor; try apply zeros; try apply IHcount; lia.
Qed.

Lemma raised_moves_one_input k t x : 0 <= t -> Within (raised k t (repeat 0 (length x))) x (raised k t x).
Proof.
  intros nonnegative; revert k; induction x as [| v x IH]; intros [| k]; simpl; constructor; try lia;
    [apply within_itself; lia | apply IH].
Qed.

(* Raising input k by t moves hidden output c by at most a_c t. *)
Theorem slopes_bound_the_hidden_outputs cap net k t x c :
  sound_slope_cap cap -> 0 <= t ->
  Z.abs (at_column (run (hidden net) x) c - at_column (run (hidden net) (raised k t x)) c)
  <= t * at_column (slopes_of_input cap net (length x) k) c.
Proof.
  intros sound nonnegative. etransitivity.
  - apply within_at, (run_deviation int16_cap); [apply int16_cap_sound |]. apply raised_moves_one_input; assumption.
  - apply at_most_at, slopes_of_layers, raised_zeros_at_most; assumption.
Qed.

(* ---- An accumulator of the last layer, split into hidden and residual columns --------------------- *)

Lemma raised_elsewhere k t x i : i <> k -> at_column (raised k t x) i = at_column x i.
Proof.
  unfold at_column; revert k i; induction x as [| v x IH]; intros [| k] [| i] differ; simpl; try reflexivity; try lia.
  apply IH; lia.
Qed.

Lemma weight_from_absent r column residual k : ~ In k residual -> weight_from r column residual k = 0.
Proof.
  revert column; induction residual as [| i rest IH]; simpl; intros column absent; [reflexivity |].
  destruct (Nat.eqb_spec i k); [intuition | apply IH; intuition].
Qed.

Fixpoint sum_from (r : row) (column : nat) (values : list Z) : Z :=
  match values with
  | [] => 0
  | v :: rest => weight r column * v + sum_from r (S column) rest
  end.

Lemma sum_of_last_columns r outputs values :
  sum (map (fun c => weight r c * at_column (outputs ++ values) c) (seq (length outputs) (length values)))
  = sum_from r (length outputs) values.
Proof.
  revert outputs; induction values as [| v values IH]; intros outputs; [reflexivity |].
  cbn [length seq map sum_from]. rewrite sum_cons. f_equal.
  - unfold at_column. rewrite nth_middle. reflexivity.
  - specialize (IH (outputs ++ [v])). rewrite <- app_assoc, app_length, Nat.add_1_r in IH. exact IH.
Qed.

Lemma sum_from_raised r column residual k t x :
  strictly_increasing residual = true -> (k < length x)%nat ->
  sum_from r column (map (at_column (raised k t x)) residual)
  = sum_from r column (map (at_column x) residual) + weight_from r column residual k * t.
Proof.
  intros increasing range; revert column increasing.
  induction residual as [| i rest IH]; intros column increasing; [reflexivity |].
  cbn [map sum_from weight_from]. rewrite (IH (S column) (strictly_increasing_tail _ _ increasing)).
  destruct (Nat.eqb_spec i k) as [-> | differ].
  - rewrite raised_at by assumption. rewrite (weight_from_absent r (S column) rest k); [lia |].
    intros found. exact (Nat.lt_irrefl _ (strictly_increasing_head _ _ _ increasing found)).
  - rewrite raised_elsewhere by assumption. lia.
Qed.

Lemma activate_length a x : length (activate a x) = length x.
Proof.
  destruct a; simpl; rewrite ?map_length; trivial.
  - induction x as [| | v w x IH] using pair_induction; simpl; auto.
  - apply Permutation.Permutation_length, sort_permutes.
Qed.

Lemma run_length net x : length (run (hidden net) x) = hidden_columns net (length x).
Proof.
  unfold run, hidden_columns.
  assert (general : forall layers v,
    length (fold_left layer_output layers v) = fold_left (fun _ l => length (rows l)) layers (length v)).
  { induction layers as [| l layers IH]; intros v; simpl; [reflexivity |].
    rewrite IH. unfold layer_output. rewrite activate_length, map_length. reflexivity. }
  apply general.
Qed.

Lemma logit_by_columns net x j :
  network_fits (length x) net = true -> (j < outputs net)%nat -> is_max_plus (last_row net j) = false ->
  logit net x j = bias (last_row net j)
    + sum (map (fun c => weight (last_row net j) c * at_column (run (hidden net) x) c)
        (seq 0 (hidden_columns net (length x))))
    + sum_from (last_row net j) (hidden_columns net (length x)) (map (at_column x) (residual_inputs net)).
Proof.
  intros fits range kind. rewrite logit_is_the_raw_value by assumption.
  pose proof (last_row_fits _ _ _ fits range) as rowFits.
  assert (raw : forall r v, is_max_plus r = false -> raw_value r v = accumulator r v)
    by (intros [| |] v; [reflexivity | reflexivity | discriminate]).
  rewrite raw, (accumulator_by_columns _ _ _ rowFits kind) by assumption.
  unfold last_columns. rewrite seq_app, map_app, sum_app, Z.add_assoc. cbn [Nat.add]. f_equal; [f_equal |].
  - apply sum_map_equal; intros c found. apply in_seq in found. f_equal.
    unfold at_column, last_inputs, with_residual. apply app_nth1. rewrite run_length. lia.
  - pose proof (sum_of_last_columns (last_row net j) (run (hidden net) x) (map (at_column x) (residual_inputs net)))
      as tail.
    rewrite map_length, run_length in tail. exact tail.
Qed.

(* ---- Monotonicity --------------------------------------------------------------------------------- *)

(* Weighed against everything the hidden layers can do: r_jk >= S_jk, and output j never decreases when input k is
   raised; r_jk <= -S_jk, and it never increases. *)
Theorem residual_form_is_monotone cap net x j k t :
  sound_slope_cap cap -> network_fits (length x) net = true ->
  (j < outputs net)%nat -> is_max_plus (last_row net j) = false -> (k < length x)%nat -> 0 <= t ->
  (residual_weight net (length x) j k >= hidden_slope cap net (length x) j k ->
     logit net x j <= logit net (raised k t x) j)
  /\ (residual_weight net (length x) j k <= - hidden_slope cap net (length x) j k ->
     logit net (raised k t x) j <= logit net x j).
Proof.
  intros sound fits range kind rangeK nonnegative.
  assert (lengths : length (raised k t x) = length x)
    by (destruct (within_length _ _ _ (raised_within k t x nonnegative)); congruence).
  rewrite (logit_by_columns net x), (logit_by_columns net (raised k t x)) by (rewrite ?lengths; assumption).
  rewrite lengths, sum_from_raised; [| | assumption].
  2: { unfold network_fits in fits. rewrite !andb_true_iff in fits. tauto. }
  fold (residual_weight net (length x) j k).
  assert (moved : Z.abs
      (sum (map (fun c => weight (last_row net j) c * at_column (run (hidden net) x) c)
        (seq 0 (hidden_columns net (length x))))
      - sum (map (fun c => weight (last_row net j) c * at_column (run (hidden net) (raised k t x)) c)
        (seq 0 (hidden_columns net (length x)))))
    <= hidden_slope cap net (length x) j k * t).
  { unfold hidden_slope. rewrite <- sum_map_mul. apply sum_map_difference; intros c _.
    rewrite <- Z.mul_sub_distr_l, Z.abs_mul, <- Z.mul_assoc, (Z.mul_comm _ t).
    apply Z.mul_le_mono_nonneg_l; [lia | apply slopes_bound_the_hidden_outputs; assumption]. }
  split; intros weights.
  - assert (hidden_slope cap net (length x) j k * t <= residual_weight net (length x) j k * t)
      by (apply Z.mul_le_mono_nonneg_r; lia). lia.
  - assert (residual_weight net (length x) j k * t <= - hidden_slope cap net (length x) j k * t)
      by (apply Z.mul_le_mono_nonneg_r; lia). lia.
Qed.

(* ---- Classes -------------------------------------------------------------------------------------- *)

(* M_cj of the slopes: sum over the hidden columns of |w_cc' - w_jc'| a_c'. *)
Definition lead_slope (cap : Z -> Z) (net : network) (inputs c j k : nat) : Z :=
  sum (map (fun i => pair_weight (last_row net c) (last_row net j) i
      * at_column (slopes_of_input cap net inputs k) i)
    (seq 0 (hidden_columns net inputs))).

(* Weighed against what the hidden layers can do to the difference of two rows: logit c never loses to logit j when
   input k is raised, or never gains. *)
Theorem lead_is_monotone cap net x c j k t :
  sound_slope_cap cap -> network_fits (length x) net = true ->
  (c < outputs net)%nat -> (j < outputs net)%nat ->
  is_max_plus (last_row net c) = false -> is_max_plus (last_row net j) = false -> (k < length x)%nat -> 0 <= t ->
  let direct := residual_weight net (length x) c k - residual_weight net (length x) j k in
  (direct >= lead_slope cap net (length x) c j k ->
     logit net x c - logit net x j <= logit net (raised k t x) c - logit net (raised k t x) j)
  /\ (direct <= - lead_slope cap net (length x) c j k ->
     logit net (raised k t x) c - logit net (raised k t x) j <= logit net x c - logit net x j).
Proof.
  intros sound fits rangeC rangeJ kindC kindJ rangeK nonnegative direct.
  assert (lengths : length (raised k t x) = length x)
    by (destruct (within_length _ _ _ (raised_within k t x nonnegative)); congruence).
  assert (increasing : strictly_increasing (residual_inputs net) = true)
    by (unfold network_fits in fits; rewrite !andb_true_iff in fits; tauto).
  rewrite !(logit_by_columns net x), !(logit_by_columns net (raised k t x)) by (rewrite ?lengths; assumption).
  rewrite lengths, !sum_from_raised by assumption.
  fold (residual_weight net (length x) c k). fold (residual_weight net (length x) j k).
  set (part := fun r v => sum (map (fun i => weight r i * at_column (run (hidden net) v) i)
    (seq 0 (hidden_columns net (length x))))).
  fold (part (last_row net c) x) (part (last_row net j) x).
  fold (part (last_row net c) (raised k t x)) (part (last_row net j) (raised k t x)).
  assert (split : forall v, part (last_row net c) v - part (last_row net j) v
      = sum (map (fun i => weight (last_row net c) i * at_column (run (hidden net) v) i
          - weight (last_row net j) i * at_column (run (hidden net) v) i)
        (seq 0 (hidden_columns net (length x))))) by (intros v; symmetry; apply sum_map_sub).
  assert (moved : Z.abs ((part (last_row net c) x - part (last_row net j) x)
      - (part (last_row net c) (raised k t x) - part (last_row net j) (raised k t x)))
    <= lead_slope cap net (length x) c j k * t).
  { rewrite !split. unfold lead_slope. rewrite <- sum_map_mul. apply sum_map_difference; intros i _.
    unfold pair_weight.
    match goal with |- Z.abs ?d <= _ => replace d with
      ((weight (last_row net c) i - weight (last_row net j) i)
        * (at_column (run (hidden net) x) i - at_column (run (hidden net) (raised k t x)) i)) by lia end.
    rewrite Z.abs_mul, <- Z.mul_assoc, (Z.mul_comm _ t).
    apply Z.mul_le_mono_nonneg_l; [lia | apply slopes_bound_the_hidden_outputs; assumption]. }
  split; intros weights.
  - assert (lead_slope cap net (length x) c j k * t <= direct * t) by (apply Z.mul_le_mono_nonneg_r; lia).
    unfold direct in *; lia.
  - assert (lead_slope cap net (length x) c j k * t <= - direct * t) by (apply Z.mul_le_mono_nonneg_r; lia).
    unfold direct in *; lia.
Qed.

(* Where no logit gains on that of the class, the class stays, ties included: the lowest index keeps what it had. *)
Theorem unbeaten_class_stays values values' :
  values <> [] -> length values' = length values ->
  (forall j, (j < length values)%nat ->
     at_column values (class_of values) - at_column values j
     <= at_column values' (class_of values) - at_column values' j) ->
  class_of values' = class_of values.
Proof.
  intros some lengths leads.
  assert (some' : values' <> []) by (intros empty; subst; destruct values; [contradiction | discriminate]).
  destruct (class_is_the_largest_logit_lowest_on_ties values some) as (range & largest & first).
  destruct (class_is_the_largest_logit_lowest_on_ties values' some') as (range' & largest' & first').
  rewrite lengths in *. specialize (leads _ range').
  destruct (Nat.lt_trichotomy (class_of values') (class_of values)) as [less | [| greater]]; [| assumption |].
  - specialize (first _ less). specialize (largest' _ range). lia.
  - specialize (largest _ range'). specialize (first' _ greater). lia.
Qed.

(* r_ck - r_jk >= M_cj for every other class j: an answer c stays c when input k is raised. <= - M_cj: it stays when the
   input falls. *)
Theorem monotone_class_stays cap net x c k t :
  sound_slope_cap cap -> network_fits (length x) net = true -> (k < length x)%nat -> 0 <= t ->
  (forall j, (j < outputs net)%nat -> is_max_plus (last_row net j) = false) -> (c < outputs net)%nat ->
  let direct j := residual_weight net (length x) c k - residual_weight net (length x) j k in
  ((forall j, (j < outputs net)%nat -> j <> c -> direct j >= lead_slope cap net (length x) c j k) ->
     class net x = c -> class net (raised k t x) = c)
  /\ ((forall j, (j < outputs net)%nat -> j <> c -> direct j <= - lead_slope cap net (length x) c j k) ->
     class net (raised k t x) = c -> class net x = c).
Proof.
  intros sound fits rangeK nonnegative kinds range direct.
  assert (some : forall v, logits net v <> [])
    by (intros v empty; apply (f_equal (@length Z)) in empty; rewrite logits_length in empty; cbn in empty; lia).
  split; intros outweighs answer; rewrite <- answer; apply unbeaten_class_stays; trivial;
    rewrite ?logits_length; trivial; intros j rangeJ; fold (class net x) (class net (raised k t x));
    rewrite answer; destruct (Nat.eq_dec j c) as [-> | differ]; try lia;
    pose proof (lead_is_monotone cap net x c j k t sound fits range rangeJ (kinds c range) (kinds j rangeJ) rangeK
      nonnegative) as [rises falls]; specialize (outweighs j rangeJ differ); unfold logit in *;
    [exact (rises outweighs) | exact (falls outweighs)].
Qed.
