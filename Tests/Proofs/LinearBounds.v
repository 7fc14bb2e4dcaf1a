(* Linear bounds pulled back through a network, in integers: the steps of a certificate in the style of CROWN
   (Zhang et al. 2018). A lower bound sum of Lambda_i y_i + C of the outputs of a layer becomes one of its inputs. *)

From SupNorm Require Export Interval.

(* ---- Relaxation: from activated to rounded values ------------------------------------------------- *)

Definition affine_between (f : Z -> Z) (p q : Z) : Prop :=
  exists rise start, forall z, p <= z <= q -> f z = rise * z + start.

(* f is affine wherever no break lies strictly inside. *)
Definition bends_only_at (breaks : list Z) (f : Z -> Z) : Prop :=
  forall p q, (forall b, In b breaks -> ~ p < b < q) -> affine_between f p q.

(* The activations that act value by value, and where each bends once its argument is clamped. *)
Definition elementwise (a : activation) : bool := match a with MaxMin | Sort => false | _ => true end.

Definition activate_value (a : activation) (v : Z) : Z :=
  match a with
  | Relu => relu v
  | Abs => saturating_magnitude v
  | Negate => saturating_negation v
  | _ => v
  end.

Definition breakpoints (a : activation) : list Z :=
  match a with
  | Relu => [0; 32767]
  | Abs => [-32767; 0; 32767]
  | Negate => [-32767; 32767]
  | _ => [-32768; 32767]
  end.

Lemma more_breaks_do_no_harm breaks more f : incl breaks more -> bends_only_at breaks f -> bends_only_at more f.
Proof. intros included bends p q none; apply bends; intros b found; apply none, included, found. Qed.

Theorem activations_bend_only_at_their_breakpoints a :
  bends_only_at (breakpoints a) (fun z => activate_value a (clamp z)).
Proof.
  intros p q none. unfold affine_between.
  assert (upper : ~ p < 32767 < q) by (apply none; destruct a; simpl; auto).
  destruct (Z.le_gt_cases 32767 p) as [above |].
  { destruct a; [exists 0, 32767 | exists 0, 32767 | exists 0, 32767 | exists 0, 32767 | exists 0, 32767
      | exists 0, (-32767)]; intros z range; unfold activate_value, relu, saturating_magnitude, saturating_negation,
      clamp; lia. }
  assert (q <= 32767 \/ q <= p) by lia.
  destruct a; cbn [breakpoints activate_value] in *.
  1, 4, 5: pose proof (none (-32768) (or_introl eq_refl)); destruct (Z.le_gt_cases q (-32768));
    [exists 0, (-32768) | exists 1, 0]; intros z range; unfold clamp; lia.
  - pose proof (none 0 (or_introl eq_refl)). destruct (Z.le_gt_cases q 0); [exists 0, 0 | exists 1, 0];
      intros z range; unfold relu, clamp; lia.
  - pose proof (none (-32767) (or_introl eq_refl)). pose proof (none 0 (or_intror (or_introl eq_refl))).
    destruct (Z.le_gt_cases q (-32767)); [exists 0, 32767 |].
    { intros z range; unfold saturating_magnitude, clamp; lia. }
    destruct (Z.le_gt_cases q 0); [exists (-1), 0 | exists 1, 0]; intros z range;
      unfold saturating_magnitude, clamp; lia.
  - pose proof (none (-32767) (or_introl eq_refl)). destruct (Z.le_gt_cases q (-32767));
      [exists 0, 32767 | exists (-1), 0]; intros z range; unfold saturating_negation, clamp; lia.
Qed.

(* The least value of Lambda f(p) - mu p over the ends and the breaks between them. *)
Definition least_gap (f : Z -> Z) (breaks : list Z) (lambda mu lower upper : Z) : Z :=
  fold_right Z.min (lambda * f lower - mu * lower)
    (map (fun p => lambda * f p - mu * p) (upper :: filter (fun b => (lower <? b) && (b <? upper)) breaks)).

Lemma fold_min_lower values first value : value = first \/ In value values -> fold_right Z.min first values <= value.
Proof.
  induction values as [| v values IH]; simpl; intros found; [intuition lia |].
  destruct found as [equal | [<- | found]]; [specialize (IH (or_introl equal)) | | specialize (IH (or_intror found))];
    lia.
Qed.

Lemma nearest_below first points z :
  first <= z -> exists p, (p = first \/ In p points) /\ p <= z
    /\ forall b, b = first \/ In b points -> b <= z -> b <= p.
Proof.
  intros start; induction points as [| point points (p & found & below & nearest)]; simpl.
  - exists first. repeat split; auto. intros b [-> | []]; lia.
  - destruct (Z_le_gt_dec point z).
    + exists (Z.max p point). split; [destruct (Z.max_spec p point) as [[_ ->] | [_ ->]]; intuition | split; [lia |]].
      intros b [-> | [<- | inside]] le; [specialize (nearest first) | | specialize (nearest b)]; intuition lia.
    + exists p. split; [intuition | split; [lia |]].
      intros b [-> | [<- | inside]] le; [apply nearest; auto | lia | apply nearest; auto].
Qed.

Lemma nearest_above first points z :
  z <= first -> exists p, (p = first \/ In p points) /\ z <= p
    /\ forall b, b = first \/ In b points -> z <= b -> p <= b.
Proof.
  intros start; induction points as [| point points (p & found & above & nearest)]; simpl.
  - exists first. repeat split; auto. intros b [-> | []]; lia.
  - destruct (Z_le_gt_dec z point).
    + exists (Z.min p point). split; [destruct (Z.min_spec p point) as [[_ ->] | [_ ->]]; intuition | split; [lia |]].
      intros b [-> | [<- | inside]] le; [specialize (nearest first) | | specialize (nearest b)]; intuition lia.
    + exists p. split; [intuition | split; [lia |]].
      intros b [-> | [<- | inside]] le; [apply nearest; auto | lia | apply nearest; auto].
Qed.

(* Lambda f(z) >= mu z + the least gap, for every integer z between the ends and any lambda and mu. *)
Theorem relaxation_step f breaks lambda mu lower upper z :
  bends_only_at breaks f -> lower <= z <= upper ->
  mu * z + least_gap f breaks lambda mu lower upper <= lambda * f z.
Proof.
  intros bends [low high]. set (between := filter (fun b => (lower <? b) && (b <? upper)) breaks).
  destruct (nearest_below lower between z low) as (p & foundP & below & nearestP).
  destruct (nearest_above upper between z high) as (q & foundQ & above & nearestQ).
  assert (gapP : least_gap f breaks lambda mu lower upper <= lambda * f p - mu * p).
  { apply fold_min_lower. destruct foundP as [-> | found]; [left; reflexivity |].
    right; right; apply (in_map (fun p => lambda * f p - mu * p)); exact found. }
  assert (gapQ : least_gap f breaks lambda mu lower upper <= lambda * f q - mu * q).
  { apply fold_min_lower. right. destruct foundQ as [-> | found]; [left; reflexivity |].
    right; apply (in_map (fun p => lambda * f p - mu * p)); exact found. }
  destruct (bends p q) as (rise & start & affine).
  { intros b found [after before]. pose proof (nearestP lower (or_introl eq_refl) low).
    pose proof (nearestQ upper (or_introl eq_refl) high).
    assert (inside : In b between)
      by (apply filter_In; split; [exact found | apply andb_true_iff; split; apply Z.ltb_lt; lia]).
    destruct (Z.le_gt_cases b z); [specialize (nearestP b (or_intror inside)) | specialize (nearestQ b (or_intror inside))]; lia. }
  rewrite (affine p), (affine q) in * by lia. rewrite (affine z) by lia.
  assert (factor : lambda * (rise * z + start) = (lambda * rise - mu) * z + lambda * start + mu * z) by lia.
  destruct (Z.le_gt_cases 0 (lambda * rise - mu)).
  - assert ((lambda * rise - mu) * p <= (lambda * rise - mu) * z) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
  - assert ((lambda * rise - mu) * q <= (lambda * rise - mu) * z) by (apply Z.mul_le_mono_nonpos_l; lia). lia.
Qed.

(* max and min of a pair by a single relu, which the step above relaxes. *)
Theorem max_min_step a b : Z.max a b = a + relu (b - a) /\ Z.min a b = b - relu (b - a).
Proof. unfold relu; lia. Qed.

Lemma relu_bends_at_zero : bends_only_at [0] relu.
Proof.
  intros p q none. specialize (none 0 (or_introl eq_refl)). unfold affine_between.
  destruct (Z.le_gt_cases q 0); [exists 0, 0 | exists 1, 0]; intros z range; unfold relu; lia.
Qed.

(* The outputs of a pair, max and min of a and b, in a and b, for any mu; b - a lies between the ends. *)
Theorem max_min_relaxation_step lambda lambda' mu lower upper a b :
  lower <= b - a <= upper ->
  (lambda - mu) * a + (lambda' + mu) * b + least_gap relu [0] (lambda - lambda') mu lower upper
  <= lambda * Z.max a b + lambda' * Z.min a b.
Proof.
  intros range. destruct (max_min_step a b) as [-> ->].
  pose proof (relaxation_step relu [0] (lambda - lambda') mu lower upper (b - a) relu_bends_at_zero range). lia.
Qed.

(* ---- Rounding: from rounded values to accumulators ------------------------------------------------ *)

Theorem rounding_step {I : Type} f (mu accumulators : I -> Z) items :
  sum (map (fun i => mu i * (accumulators i + half f)) items) - sum (map (fun i => Z.max 0 (mu i) * (power f - 1)) items)
  <= power f * sum (map (fun i => mu i * round_half_up f (accumulators i)) items).
Proof.
  rewrite <- sum_map_sub, Z.mul_comm, <- sum_map_mul. apply sum_map_le; intros i _.
  unfold round_half_up. pose proof (power_positive f) as positive.
  pose proof (Z.div_mod (accumulators i + half f) (power f) ltac:(lia)) as split.
  pose proof (Z.mod_pos_bound (accumulators i + half f) (power f) positive) as range.
  set (quotient := (accumulators i + half f) / power f) in *.
  set (remainder := (accumulators i + half f) mod power f) in *. rewrite split.
  destruct (Z.le_gt_cases 0 (mu i)).
  - rewrite Z.max_r by assumption.
    assert (mu i * remainder <= mu i * (power f - 1)) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
  - rewrite Z.max_l by lia. assert (mu i * remainder <= mu i * 0) by (apply Z.mul_le_mono_nonpos_l; lia). lia.
Qed.

(* ---- Weights: from accumulators to the inputs of the layer ---------------------------------------- *)

(* Whole multiples of 2^f are kept, and what remains of each factor, 0 ... 2^f - 1, counts at its least. *)
Theorem weight_step {I : Type} f (factors values least : I -> Z) items :
  (forall k, In k items -> least k <= values k) ->
  power f * sum (map (fun k => factors k / power f * values k) items)
    + sum (map (fun k => factors k mod power f * Z.min 0 (least k)) items)
  <= sum (map (fun k => factors k * values k) items).
Proof.
  intros bounds. rewrite Z.mul_comm, <- sum_map_mul, <- sum_map_add. apply sum_map_le; intros k found.
  specialize (bounds k found). pose proof (power_positive f) as positive.
  pose proof (Z.div_mod (factors k) (power f) ltac:(lia)) as split.
  pose proof (Z.mod_pos_bound (factors k) (power f) positive) as range.
  set (quotient := factors k / power f) in *. set (remainder := factors k mod power f) in *. rewrite split.
  assert (remainder * Z.min 0 (least k) <= remainder * values k) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
Qed.

(* ---- The end: a box ------------------------------------------------------------------------------- *)

Theorem concretization {I : Type} (factors values least greatest : I -> Z) items :
  (forall k, In k items -> least k <= values k <= greatest k) ->
  sum (map (fun k => Z.min (factors k * least k) (factors k * greatest k)) items)
  <= sum (map (fun k => factors k * values k) items).
Proof.
  intros bounds; apply sum_map_le; intros k found; specialize (bounds k found).
  destruct (Z.le_gt_cases 0 (factors k)).
  - assert (factors k * least k <= factors k * values k) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
  - assert (factors k * greatest k <= factors k * values k) by (apply Z.mul_le_mono_nonpos_l; lia). lia.
Qed.

(* ---- One layer ------------------------------------------------------------------------------------ *)

(* The sum of factors times values over the first columns. *)
Definition linear (factors : nat -> Z) (count : nat) (values : list Z) : Z :=
  sum (map (fun c => factors c * at_column values c) (seq 0 count)).

Definition row_at (l : layer) (i : nat) : row := nth i (rows l) (Dense [] 0).

Definition row_indices (l : layer) : list nat := seq 0 (length (rows l)).

(* A value after rounding, before the clamp. *)
Definition rounded (l : layer) (v : list Z) (i : nat) : Z := round_half_up (shift l) (raw_value (row_at l i) v).

(* N_k = sum over the rows of mu_i w_ik. *)
Definition pulled_back (l : layer) (mu : nat -> Z) (k : nat) : Z :=
  sum (map (fun i => mu i * weight (row_at l i) k) (row_indices l)).

(* L_k, the factor of input k. *)
Definition pulled_factor (l : layer) (mu : nat -> Z) (k : nat) : Z := pulled_back l mu k / power (shift l).

(* Biases, rounding and what remains of the factors, times 2^f. *)
Definition pulled_slack (l : layer) (columns : nat) (mu least : nat -> Z) : Z :=
  sum (map (fun i => mu i * (bias (row_at l i) + half (shift l))) (row_indices l))
  - sum (map (fun i => Z.max 0 (mu i) * (power (shift l) - 1)) (row_indices l))
  + sum (map (fun k => pulled_back l mu k mod power (shift l) * Z.min 0 (least k)) (seq 0 columns)).

(* The constant of the bound of the inputs. *)
Definition pulled_constant (l : layer) (columns : nat) (lambda mu lower upper least : nat -> Z) (constant : Z) : Z :=
  constant
  + sum (map (fun i => least_gap (fun z => activate_value (layer_activation l) (clamp z))
      (breakpoints (layer_activation l)) (lambda i) (mu i) (lower i) (upper i)) (row_indices l))
  + pulled_slack l columns mu least / power (shift l).

(* Dense or sparse rows of so many columns, and an activation of single values. *)
Definition linear_layer (columns : nat) (l : layer) : bool :=
  elementwise (layer_activation l) && forallb (fun r => row_fits columns r && negb (is_max_plus r)) (rows l).

Lemma layer_output_at l v i :
  elementwise (layer_activation l) = true -> (i < length (rows l))%nat -> is_max_plus (row_at l i) = false ->
  at_column (layer_output v l) i = activate_value (layer_activation l) (clamp (rounded l v i)).
Proof.
  intros single range kind.
  assert (plain : forall a x, elementwise a = true -> activate a x = map (activate_value a) x)
    by (intros [] x; try discriminate; cbn; intros _; auto; symmetry; apply map_id).
  unfold layer_output. rewrite plain, map_map by assumption. unfold at_column.
  set (value := fun r => activate_value (layer_activation l) (hidden_value (shift l) r v)).
  rewrite (nth_indep _ 0 (value (Dense [] 0))) by (rewrite map_length; exact range).
  rewrite (map_nth value). fold (row_at l i). unfold value, hidden_value, rounded.
  destruct (row_at l i); [reflexivity | reflexivity | discriminate].
Qed.

Lemma sum_exchange {I J : Type} (f : I -> J -> Z) items others :
  sum (map (fun i => sum (map (f i) others)) items) = sum (map (fun j => sum (map (fun i => f i j) items)) others).
Proof.
  induction items as [| i items IH]; simpl.
  - induction others; simpl in *; lia.
  - rewrite IH, <- sum_map_add. reflexivity.
Qed.

(* A lower bound in the outputs of a layer, for any mu, is one in its inputs: the constant is rounded down. *)
Theorem linear_layer_step_sound l columns v lambda mu lower upper least constant target :
  linear_layer columns l = true ->
  (forall i, (i < length (rows l))%nat -> lower i <= rounded l v i <= upper i) ->
  (forall k, (k < columns)%nat -> least k <= at_column v k) ->
  linear lambda (length (rows l)) (layer_output v l) + constant <= target ->
  linear (pulled_factor l mu) columns v + pulled_constant l columns lambda mu lower upper least constant <= target.
Proof.
  intros shape ranges leasts bound. unfold linear_layer in shape. apply andb_true_iff in shape as [single fits].
  rewrite forallb_forall in fits.
  assert (rowAt : forall i, In i (row_indices l) ->
    (i < length (rows l))%nat /\ row_fits columns (row_at l i) = true /\ is_max_plus (row_at l i) = false).
  { intros i found. apply in_seq in found. assert (i < length (rows l))%nat as range by lia.
    specialize (fits (row_at l i) (nth_In _ _ range)). apply andb_true_iff in fits as [fit kind].
    apply negb_true_iff in kind. auto. }
  pose proof (power_positive (shift l)) as positive.
  (* Relaxation. *)
  assert (relaxed : sum (map (fun i => mu i * rounded l v i) (row_indices l))
      + sum (map (fun i => least_gap (fun z => activate_value (layer_activation l) (clamp z))
          (breakpoints (layer_activation l)) (lambda i) (mu i) (lower i) (upper i)) (row_indices l))
      <= linear lambda (length (rows l)) (layer_output v l)).
  { unfold linear. fold (row_indices l). rewrite <- sum_map_add. apply sum_map_le; intros i found.
    destruct (rowAt i found) as (range & _ & kind). rewrite layer_output_at by assumption.
    apply (relaxation_step (fun z => activate_value (layer_activation l) (clamp z)));
      [apply activations_bend_only_at_their_breakpoints | apply ranges; exact range]. }
  (* Rounding. *)
  pose proof (rounding_step (shift l) mu (fun i => raw_value (row_at l i) v) (row_indices l)) as rounds.
  (* Weights. *)
  assert (weighed : sum (map (fun i => mu i * (raw_value (row_at l i) v + half (shift l))) (row_indices l))
    = sum (map (fun i => mu i * (bias (row_at l i) + half (shift l))) (row_indices l))
      + sum (map (fun k => pulled_back l mu k * at_column v k) (seq 0 columns))).
  { transitivity (sum (map (fun i => mu i * (bias (row_at l i) + half (shift l))) (row_indices l))
      + sum (map (fun i => sum (map (fun k => mu i * weight (row_at l i) k * at_column v k) (seq 0 columns)))
          (row_indices l))).
    - rewrite <- sum_map_add. apply sum_map_equal; intros i found. destruct (rowAt i found) as (_ & fit & kind).
      assert (raw : raw_value (row_at l i) v = accumulator (row_at l i) v)
        by (destruct (row_at l i); [reflexivity | reflexivity | discriminate]).
      rewrite raw, (accumulator_by_columns columns) by assumption.
      rewrite (sum_map_equal (fun k => mu i * weight (row_at l i) k * at_column v k)
        (fun k => weight (row_at l i) k * at_column v k * mu i)) by (intros; lia).
      rewrite sum_map_mul. lia.
    - f_equal. rewrite sum_exchange. apply sum_map_equal; intros k _. apply sum_map_mul. }
  pose proof (weight_step (shift l) (pulled_back l mu) (at_column v) least (seq 0 columns)) as split.
  assert (kept : linear (pulled_factor l mu) columns v + pulled_slack l columns mu least / power (shift l)
      <= sum (map (fun i => mu i * rounded l v i) (row_indices l))).
  { enough (pulled_slack l columns mu least / power (shift l)
      <= sum (map (fun i => mu i * rounded l v i) (row_indices l)) - linear (pulled_factor l mu) columns v) by lia.
    apply Z.div_le_upper_bound; [assumption |]. unfold linear, pulled_factor, pulled_slack, rounded in *.
    rewrite weighed in rounds.
    specialize (split ltac:(intros k found; apply in_seq in found; apply leasts; lia)). lia. }
  unfold pulled_constant. lia.
Qed.
