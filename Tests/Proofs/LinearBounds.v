(* Linear bounds pulled back through a layer, in integers: the steps of a certificate in the style of CROWN (Zhang et
   al. 2018). A lower bound sum of Lambda_i y_i + C in the outputs of a layer becomes one in its inputs
   (PiecewiseLinear.swift, Slopes.swift, WeightedCertification.swift). *)

From SupNorm Require Export Interval.

(* ---- Relaxation: from activated to rounded values ------------------------------------------------- *)

Definition affine_between (f : Z -> Z) (p q : Z) : Prop :=
  exists rise start, forall z, p <= z <= q -> f z = rise * z + start.

(* f is affine wherever no break lies strictly inside. *)
Definition bends_only_at (breaks : list Z) (f : Z -> Z) : Prop :=
  forall p q, (forall b, In b breaks -> ~ p < b < q) -> affine_between f p q.

(* What an activation makes of each value by itself, before maxMin and sort compare them, and where that bends once its
   argument is clamped. *)
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
    destruct (Z.le_gt_cases b z);
      [specialize (nearestP b (or_intror inside)) | specialize (nearestQ b (or_intror inside))]; lia. }
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
  sum (map (fun i => mu i * (accumulators i + half f)) items)
    - sum (map (fun i => Z.max 0 (mu i) * (power f - 1)) items)
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

(* The least that a factor makes of a value between two ends. *)
Definition least_product (factor lower upper : Z) : Z := factor * (if 0 <=? factor then lower else upper).

Lemma least_product_below factor lower upper v :
  lower <= v <= upper -> least_product factor lower upper <= factor * v.
Proof.
  intros range; unfold least_product.
  destruct (Z.leb_spec 0 factor); [apply Z.mul_le_mono_nonneg_l | apply Z.mul_le_mono_nonpos_l]; lia.
Qed.

(* The factors divided by 2^f, rounded in any way; what remains of each counts at its least. *)
Theorem weight_step {I : Type} f (factors quotients values lower upper : I -> Z) items :
  (forall k, In k items -> lower k <= values k <= upper k) ->
  power f * sum (map (fun k => quotients k * values k) items)
    + sum (map (fun k => least_product (factors k - power f * quotients k) (lower k) (upper k)) items)
  <= sum (map (fun k => factors k * values k) items).
Proof.
  intros bounds. rewrite Z.mul_comm, <- sum_map_mul, <- sum_map_add. apply sum_map_le; intros k found.
  pose proof (least_product_below (factors k - power f * quotients k) _ _ _ (bounds k found)). lia.
Qed.

(* ---- The end: a box ------------------------------------------------------------------------------- *)

Theorem concretization {I : Type} (factors values lower upper : I -> Z) items :
  (forall k, In k items -> lower k <= values k <= upper k) ->
  sum (map (fun k => least_product (factors k) (lower k) (upper k)) items)
  <= sum (map (fun k => factors k * values k) items).
Proof. intros bounds; apply sum_map_le; intros k found; apply least_product_below, bounds, found. Qed.

(* ---- One layer ------------------------------------------------------------------------------------ *)

(* The sum of factors times values over the first columns. *)
Definition linear (factors : nat -> Z) (count : nat) (values : list Z) : Z :=
  sum (map (fun c => factors c * at_column values c) (seq 0 count)).

(* Sum of factors times values + constant. *)
Record form := Form { factors : nat -> Z; constant : Z }.

Definition value (g : form) (count : nat) (values : list Z) : Z := linear (factors g) count values + constant g.

(* What is free to choose: a multiplier for each pre-activation, and for the difference of each pair of maxMin. *)
Record choice := Choice { multipliers : nat -> Z; pair_multipliers : nat -> Z }.

(* What is known of a layer: ends of what it reads, of its pre-activations and of those differences. *)
Record known := Known { read : box; preactivations : box; differences : box }.

Definition row_at (l : layer) (i : nat) : row := nth i (rows l) (Dense [] 0).

Definition row_indices (l : layer) : list nat := seq 0 (length (rows l)).

(* A pre-activation: rounded, not clamped. *)
Definition rounded (l : layer) (v : list Z) (i : nat) : Z := round_half_up (shift l) (raw_value (row_at l i) v).

(* Clamped, and activated unless the activation compares values with each other. *)
Definition single (l : layer) (z : Z) : Z := activate_value (layer_activation l) (clamp z).

Definition singles (l : layer) (v : list Z) : list Z := map (fun i => single l (rounded l v i)) (row_indices l).

Definition within_ends (b : box) (i : nat) (v : Z) : Prop := lower_end b i <= v <= upper_end b i.

Definition known_holds (l : layer) (columns : nat) (k : known) (v : list Z) : Prop :=
  (forall c, (c < columns)%nat -> within_ends (read k) c (at_column v c))
  /\ (forall i, (i < length (rows l))%nat -> within_ends (preactivations k) i (rounded l v i))
  /\ (layer_activation l = MaxMin -> forall p, (2 * p + 1 < length (rows l))%nat ->
       within_ends (differences k) p (at_column (singles l v) (2 * p + 1) - at_column (singles l v) (2 * p))).

(* Dense or sparse rows of so many columns; the outputs of sort have no linear bounds. *)
Definition linear_layer (columns : nat) (l : layer) : bool :=
  negb match layer_activation l with Sort => true | _ => false end
  && forallb (fun r => row_fits columns r && negb (is_max_plus r)) (rows l).

(* ---- Through the pairs of maxMin ------------------------------------------------------------------ *)

Fixpoint pair_factors (lambda : list Z) (mu : nat -> Z) : list Z :=
  match lambda with
  | a :: b :: rest => a - mu 0%nat :: b + mu 0%nat :: pair_factors rest (fun p => mu (S p))
  | _ => lambda
  end.

Fixpoint pair_gaps (lambda : list Z) (mu lower upper : nat -> Z) : Z :=
  match lambda with
  | a :: b :: rest => least_gap relu [0] (a - b) (mu 0%nat) (lower 0%nat) (upper 0%nat)
      + pair_gaps rest (fun p => mu (S p)) (fun p => lower (S p)) (fun p => upper (S p))
  | _ => 0
  end.

Theorem max_min_layer_step lambda mu lower upper values :
  length values = length lambda ->
  (forall p, (2 * p + 1 < length values)%nat ->
     lower p <= at_column values (2 * p + 1) - at_column values (2 * p) <= upper p) ->
  dot (pair_factors lambda mu) values + pair_gaps lambda mu lower upper <= dot lambda (max_min values).
Proof.
  revert mu lower upper values; induction lambda as [| only | l l' lambda IH] using pair_induction;
    intros mu lower upper values lengths ranges.
  - cbn; lia.
  - destruct values as [| a [| b values]]; try discriminate. cbn; lia.
  - destruct values as [| a [| b values]]; try discriminate.
    cbn [pair_factors pair_gaps max_min dot]. injection lengths as lengths.
    specialize (IH (fun p => mu (S p)) (fun p => lower (S p)) (fun p => upper (S p)) values lengths).
    pose proof (max_min_relaxation_step l l' (mu 0%nat) (lower 0%nat) (upper 0%nat) a b) as pair.
    assert (range : lower 0%nat <= b - a <= upper 0%nat) by (apply (ranges 0%nat); cbn; lia).
    specialize (pair range).
    assert (rest : forall p, (2 * p + 1 < length values)%nat ->
      lower (S p) <= at_column values (2 * p + 1) - at_column values (2 * p) <= upper (S p)).
    { intros p less. specialize (ranges (S p)).
      replace (2 * S p + 1)%nat with (S (S (2 * p + 1))) in ranges by lia.
      replace (2 * S p)%nat with (S (S (2 * p))) in ranges by lia. apply ranges. cbn [length]. lia. }
    specialize (IH rest). lia.
Qed.

(* ---- Through the activation ----------------------------------------------------------------------- *)

(* The factors of the single values. *)
Definition single_factors (l : layer) (ch : choice) (g : form) : list Z :=
  let lambda := map (factors g) (row_indices l) in
  match layer_activation l with MaxMin => pair_factors lambda (pair_multipliers ch) | _ => lambda end.

Definition pairs_constant (l : layer) (ch : choice) (k : known) (g : form) : Z :=
  match layer_activation l with
  | MaxMin => pair_gaps (map (factors g) (row_indices l)) (pair_multipliers ch)
      (lower_end (differences k)) (upper_end (differences k))
  | _ => 0
  end.

(* The constant beside the multipliers of the pre-activations. *)
Definition activated_constant (l : layer) (ch : choice) (k : known) (g : form) : Z :=
  constant g + pairs_constant l ch k g
  + sum (map (fun i => least_gap (single l) (breakpoints (layer_activation l)) (at_column (single_factors l ch g) i)
      (multipliers ch i) (lower_end (preactivations k) i) (upper_end (preactivations k) i)) (row_indices l)).

Lemma dot_is_linear lambda values : dot lambda values = linear (at_column lambda) (length lambda) values.
Proof.
  pose proof (dense_row_is_the_dot_product lambda 0 values) as by_dot.
  rewrite (accumulator_by_columns (length lambda)) in by_dot; [| cbn; apply Nat.eqb_refl | reflexivity].
  cbn [bias weight] in by_dot. unfold linear. lia.
Qed.

Lemma at_map_seq f count i : (i < count)%nat -> at_column (map f (seq 0 count)) i = f i.
Proof.
  intros range. unfold at_column. rewrite (nth_indep _ 0 (f 0%nat)) by (rewrite map_length, seq_length; exact range).
  rewrite map_nth, seq_nth by exact range. reflexivity.
Qed.

Lemma linear_is_dot lambda count values : linear lambda count values = dot (map lambda (seq 0 count)) values.
Proof.
  rewrite dot_is_linear, map_length, seq_length. apply sum_map_equal; intros i found. apply in_seq in found.
  rewrite at_map_seq by lia. reflexivity.
Qed.

Lemma pair_factors_length lambda mu : length (pair_factors lambda mu) = length lambda.
Proof.
  revert mu; induction lambda as [| only | l l' lambda IH] using pair_induction; intros mu;
    [reflexivity | reflexivity |].
  cbn [pair_factors length]. rewrite IH. reflexivity.
Qed.

Lemma single_factors_length l ch g : length (single_factors l ch g) = length (rows l).
Proof.
  unfold single_factors, row_indices.
  destruct (layer_activation l); rewrite ?pair_factors_length, map_length, seq_length; reflexivity.
Qed.

Lemma row_of_linear_layer columns l i :
  linear_layer columns l = true -> (i < length (rows l))%nat ->
  row_fits columns (row_at l i) = true /\ is_max_plus (row_at l i) = false.
Proof.
  intros shape range. unfold linear_layer in shape. apply andb_true_iff in shape as [_ fits].
  rewrite forallb_forall in fits. specialize (fits (row_at l i) (nth_In _ _ range)).
  apply andb_true_iff in fits as [fit kind]. apply negb_true_iff in kind. auto.
Qed.

Lemma map_by_index {A : Type} (f : row -> A) l : map f (rows l) = map (fun i => f (row_at l i)) (row_indices l).
Proof.
  unfold row_indices, row_at. induction (rows l) as [| r rest IH]; [reflexivity |].
  cbn [length seq map]. rewrite <- seq_shift, map_map. cbn [nth]. f_equal. exact IH.
Qed.

Lemma layer_output_of_singles columns l v :
  linear_layer columns l = true ->
  layer_output v l = match layer_activation l with MaxMin => max_min (singles l v) | _ => singles l v end.
Proof.
  intros shape. unfold layer_output. rewrite map_by_index.
  assert (values : forall i, In i (row_indices l) ->
    hidden_value (shift l) (row_at l i) v = clamp (rounded l v i)).
  { intros i found. apply in_seq in found. destruct (row_of_linear_layer columns l i shape ltac:(lia)) as [_ kind].
    unfold hidden_value, rounded. destruct (row_at l i); [reflexivity | reflexivity | discriminate]. }
  rewrite (map_ext_in _ _ _ values). unfold singles, single, linear_layer in *.
  destruct (layer_activation l); try discriminate; cbn [activate]; rewrite ?map_map; reflexivity.
Qed.

(* From the outputs of a layer to its pre-activations. *)
Theorem activation_step_sound l columns ch k g v :
  linear_layer columns l = true -> known_holds l columns k v ->
  sum (map (fun i => multipliers ch i * rounded l v i) (row_indices l)) + activated_constant l ch k g
  <= value g (length (rows l)) (layer_output v l).
Proof.
  intros shape (_ & ranges & pairs). unfold value, activated_constant.
  assert (paired : dot (single_factors l ch g) (singles l v) + pairs_constant l ch k g
      <= linear (factors g) (length (rows l)) (layer_output v l)).
  { rewrite linear_is_dot. fold (row_indices l). rewrite (layer_output_of_singles columns) by exact shape.
    unfold single_factors, pairs_constant. destruct (layer_activation l) eqn:kind; try lia.
    apply max_min_layer_step; unfold singles at 1; rewrite !map_length; [reflexivity |].
    unfold row_indices; rewrite seq_length. exact (pairs eq_refl). }
  rewrite dot_is_linear, single_factors_length in paired. unfold linear in paired at 1. fold (row_indices l) in paired.
  assert (relaxed : sum (map (fun i => multipliers ch i * rounded l v i) (row_indices l))
      + sum (map (fun i => least_gap (single l) (breakpoints (layer_activation l))
          (at_column (single_factors l ch g) i) (multipliers ch i) (lower_end (preactivations k) i)
          (upper_end (preactivations k) i)) (row_indices l))
      <= sum (map (fun c => at_column (single_factors l ch g) c * at_column (singles l v) c) (row_indices l))).
  { rewrite <- sum_map_add. apply sum_map_le; intros i found. apply in_seq in found.
    unfold singles, row_indices. rewrite at_map_seq by lia.
    apply relaxation_step; [apply activations_bend_only_at_their_breakpoints | apply ranges; lia]. }
  lia.
Qed.

(* ---- Through rounding and weights ----------------------------------------------------------------- *)

(* N_k = sum over the rows of mu_i w_ik. *)
Definition pulled_back (l : layer) (mu : nat -> Z) (k : nat) : Z :=
  sum (map (fun i => mu i * weight (row_at l i) k) (row_indices l)).

(* The factor of input k: N_k / 2^f toward zero, so that what remains has the sign of N_k. *)
Definition pulled_factor (l : layer) (mu : nat -> Z) (k : nat) : Z := Z.quot (pulled_back l mu k) (power (shift l)).

(* Biases, rounding and what remains of the factors, times 2^f. *)
Definition pulled_slack (l : layer) (columns : nat) (mu : nat -> Z) (values : box) : Z :=
  sum (map (fun i => mu i * (bias (row_at l i) + half (shift l))) (row_indices l))
  - sum (map (fun i => Z.max 0 (mu i) * (power (shift l) - 1)) (row_indices l))
  + sum (map (fun k => least_product (pulled_back l mu k - power (shift l) * pulled_factor l mu k)
      (lower_end values k) (upper_end values k)) (seq 0 columns)).

Lemma sum_exchange {I J : Type} (f : I -> J -> Z) items others :
  sum (map (fun i => sum (map (f i) others)) items) = sum (map (fun j => sum (map (fun i => f i j) items)) others).
Proof.
  induction items as [| i items IH]; simpl.
  - induction others; simpl in *; lia.
  - rewrite IH, <- sum_map_add. reflexivity.
Qed.

(* From the pre-activations of a layer to what it reads: the constant is rounded down. *)
Theorem dense_step_sound l columns mu values v :
  linear_layer columns l = true -> (forall c, (c < columns)%nat -> within_ends values c (at_column v c)) ->
  linear (pulled_factor l mu) columns v + pulled_slack l columns mu values / power (shift l)
  <= sum (map (fun i => mu i * rounded l v i) (row_indices l)).
Proof.
  intros shape bounds. pose proof (power_positive (shift l)) as positive.
  pose proof (rounding_step (shift l) mu (fun i => raw_value (row_at l i) v) (row_indices l)) as rounds.
  assert (weighed : sum (map (fun i => mu i * (raw_value (row_at l i) v + half (shift l))) (row_indices l))
    = sum (map (fun i => mu i * (bias (row_at l i) + half (shift l))) (row_indices l))
      + sum (map (fun k => pulled_back l mu k * at_column v k) (seq 0 columns))).
  { transitivity (sum (map (fun i => mu i * (bias (row_at l i) + half (shift l))) (row_indices l))
      + sum (map (fun i => sum (map (fun k => mu i * weight (row_at l i) k * at_column v k) (seq 0 columns)))
          (row_indices l))).
    - rewrite <- sum_map_add. apply sum_map_equal; intros i found. apply in_seq in found.
      destruct (row_of_linear_layer columns l i shape ltac:(lia)) as [fit kind].
      assert (raw : raw_value (row_at l i) v = accumulator (row_at l i) v)
        by (destruct (row_at l i); [reflexivity | reflexivity | discriminate]).
      rewrite raw, (accumulator_by_columns columns) by assumption.
      rewrite (sum_map_equal (fun k => mu i * weight (row_at l i) k * at_column v k)
        (fun k => weight (row_at l i) k * at_column v k * mu i)) by (intros; lia).
      rewrite sum_map_mul. lia.
    - f_equal. rewrite sum_exchange. apply sum_map_equal; intros k _. apply sum_map_mul. }
  pose proof (weight_step (shift l) (pulled_back l mu) (pulled_factor l mu) (at_column v) (lower_end values)
    (upper_end values) (seq 0 columns) ltac:(intros k found; apply in_seq in found; apply bounds; lia)) as split.
  enough (pulled_slack l columns mu values / power (shift l)
    <= sum (map (fun i => mu i * rounded l v i) (row_indices l)) - linear (pulled_factor l mu) columns v) by lia.
  apply Z.div_le_upper_bound; [assumption |]. unfold linear, pulled_slack, rounded in *.
  rewrite weighed in rounds. lia.
Qed.

(* Both: the bound in what the layer reads. *)
Definition pull_back (l : layer) (columns : nat) (ch : choice) (k : known) (g : form) : form :=
  Form (pulled_factor l (multipliers ch))
    (activated_constant l ch k g + pulled_slack l columns (multipliers ch) (read k) / power (shift l)).

(* A lower bound in the outputs of a layer gives one in its inputs, whatever multipliers are chosen. *)
Theorem linear_layer_step_sound l columns ch k g v :
  linear_layer columns l = true -> known_holds l columns k v ->
  value (pull_back l columns ch k g) columns v <= value g (length (rows l)) (layer_output v l).
Proof.
  intros shape holds. pose proof (activation_step_sound l columns ch k g v shape holds).
  pose proof (dense_step_sound l columns (multipliers ch) (read k) v shape (proj1 holds)).
  unfold value at 1. cbn [pull_back factors constant]. lia.
Qed.
