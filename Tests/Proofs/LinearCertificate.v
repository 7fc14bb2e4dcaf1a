(* Linear bounds pulled back through a network prove a class: BackSubstitution.swift, LinearCertificate.swift. *)

From SupNorm Require Export LinearBounds Residual.

(* ---- Several layers ------------------------------------------------------------------------------- *)

(* A layer on the way back, with what was chosen and what is known there. *)
Record step := Step { step_layer : layer; step_columns : nat; step_choice : choice; step_known : known }.

(* The steps go from the last layer to the first. *)
Definition layers_of (steps : list step) : list layer := rev (map step_layer steps).

Fixpoint pull_all (steps : list step) (g : form) : form :=
  match steps with
  | [] => g
  | s :: rest => pull_all rest (pull_back (step_layer s) (step_columns s) (step_choice s) (step_known s) g)
  end.

(* The shapes fit, from `count` values of the form to `first` values v, and whatever is known is true for v. *)
Fixpoint steps_hold (steps : list step) (count first : nat) (v : list Z) : Prop :=
  match steps with
  | [] => count = first
  | s :: rest =>
    count = length (rows (step_layer s)) /\ linear_layer (step_columns s) (step_layer s) = true
    /\ known_holds (step_layer s) (step_columns s) (step_known s) (run (layers_of rest) v)
    /\ steps_hold rest (step_columns s) first v
  end.

Theorem linear_bounds_compose steps g count first v :
  steps_hold steps count first v -> value (pull_all steps g) first v <= value g count (run (layers_of steps) v).
Proof.
  revert g count; induction steps as [| s steps IH]; intros g count holds; cbn [steps_hold pull_all] in *.
  - subst; apply Z.le_refl.
  - destruct holds as (-> & shape & here & rest). etransitivity; [apply (IH _ _ rest) |].
    etransitivity; [apply linear_layer_step_sound; assumption |].
    unfold layers_of. cbn [map rev]. unfold run at 2. rewrite fold_left_app. apply Z.le_refl.
Qed.

(* ---- The margin of two classes -------------------------------------------------------------------- *)

(* Forms count in units of 2^-16. *)
Definition scale : Z := 65536.

Definition margin_factor (net : network) (c j i : nat) : Z :=
  scale * (weight (last_row net c) i - weight (last_row net j) i).

(* The margin as a form of the hidden outputs; the residual inputs are kept apart. *)
Definition margin_form (net : network) (c j : nat) : form :=
  Form (margin_factor net c j) (scale * (bias (last_row net c) - bias (last_row net j))).

Definition residual_factor (net : network) (inputs c j i : nat) : Z :=
  margin_factor net c j (hidden_columns net inputs + i).

Definition residual_part (net : network) (x : list Z) (c j : nat) : Z :=
  sum (map (fun i => residual_factor net (length x) c j i * at_column x (nth i (residual_inputs net) 0%nat))
    (seq 0 (length (residual_inputs net)))).

Lemma sum_from_by_index r column x residual :
  sum_from r column (map (at_column x) residual)
  = sum (map (fun i => weight r (column + i) * at_column x (nth i residual 0%nat)) (seq 0 (length residual))).
Proof.
  revert column; induction residual as [| k rest IH]; intros column; [reflexivity |].
  cbn [map sum_from length seq]. rewrite sum_cons, <- seq_shift, map_map, IH, Nat.add_0_r. cbn [nth]. f_equal.
  apply sum_map_equal; intros i _. do 2 f_equal. lia.
Qed.

Lemma margin_is_linear net x c j :
  network_fits (length x) net = true -> (c < outputs net)%nat -> (j < outputs net)%nat ->
  is_max_plus (last_row net c) = false -> is_max_plus (last_row net j) = false ->
  scale * (logit net x c - logit net x j)
  = value (margin_form net c j) (hidden_columns net (length x)) (run (hidden net) x) + residual_part net x c j.
Proof.
  intros fits range range' kind kind'. rewrite !logit_by_columns, !sum_from_by_index by assumption.
  unfold value, margin_form, linear, residual_part, residual_factor, margin_factor. cbn [factors constant].
  rewrite (sum_map_equal (fun i => scale * (weight (last_row net c) i - weight (last_row net j) i)
      * at_column (run (hidden net) x) i)
    (fun i => (weight (last_row net c) i * at_column (run (hidden net) x) i
      - weight (last_row net j) i * at_column (run (hidden net) x) i) * scale)) by (intros; lia).
  rewrite (sum_map_equal (fun i => scale * (weight (last_row net c) (hidden_columns net (length x) + i)
      - weight (last_row net j) (hidden_columns net (length x) + i))
      * at_column x (nth i (residual_inputs net) 0%nat))
    (fun i => (weight (last_row net c) (hidden_columns net (length x) + i)
        * at_column x (nth i (residual_inputs net) 0%nat)
      - weight (last_row net j) (hidden_columns net (length x) + i)
        * at_column x (nth i (residual_inputs net) 0%nat)) * scale)) by (intros; lia).
  rewrite !sum_map_mul, !sum_map_sub. lia.
Qed.

(* 2^16 times the margin, bounded from below by a form of what any layer reads and of the residual inputs. *)
Theorem margin_is_above_its_form net x before steps first c j :
  network_fits (length x) net = true -> (c < outputs net)%nat -> (j < outputs net)%nat ->
  is_max_plus (last_row net c) = false -> is_max_plus (last_row net j) = false ->
  hidden net = before ++ layers_of steps ->
  steps_hold steps (hidden_columns net (length x)) first (run before x) ->
  value (pull_all steps (margin_form net c j)) first (run before x) + residual_part net x c j
  <= scale * (logit net x c - logit net x j).
Proof.
  intros fits range range' kind kind' split holds. rewrite margin_is_linear by assumption.
  pose proof (linear_bounds_compose steps (margin_form net c j) _ _ _ holds) as composed.
  assert (whole : run (hidden net) x = run (layers_of steps) (run before x))
    by (rewrite split; apply fold_left_app).
  rewrite whole. lia.
Qed.

(* ---- Among the inputs, the residual ones are inputs like the others ------------------------------- *)

Definition joined_factor (net : network) (inputs c j : nat) (g : form) (k : nat) : Z :=
  factors g k + sum (map (fun i =>
      if (nth i (residual_inputs net) 0 =? k)%nat then residual_factor net inputs c j i else 0)
    (seq 0 (length (residual_inputs net)))).

Lemma joined_value net x c j g :
  network_fits (length x) net = true ->
  linear (joined_factor net (length x) c j g) (length x) x = linear (factors g) (length x) x + residual_part net x c j.
Proof.
  intros fits. unfold network_fits in fits. rewrite !andb_true_iff, forallb_forall in fits.
  destruct fits as [[_ [_ exist]] _]. unfold linear, joined_factor.
  rewrite (sum_map_equal _ (fun k => factors g k * at_column x k + sum (map (fun i =>
      if (nth i (residual_inputs net) 0 =? k)%nat
      then residual_factor net (length x) c j i * at_column x (nth i (residual_inputs net) 0%nat) else 0)
    (seq 0 (length (residual_inputs net)))))).
  - rewrite sum_map_add. f_equal. rewrite sum_exchange. apply sum_map_equal; intros i found. apply in_seq in found.
    assert (member : In (nth i (residual_inputs net) 0%nat) (residual_inputs net)) by (apply nth_In; lia).
    specialize (exist _ member). apply Nat.ltb_lt in exist. apply sum_of_one_column. lia.
  - intros k _. rewrite Z.mul_add_distr_r. f_equal. rewrite <- sum_map_mul. apply sum_map_equal; intros i _.
    destruct (Nat.eqb_spec (nth i (residual_inputs net) 0%nat) k) as [<- |]; lia.
Qed.

(* ---- Proofs of a class ---------------------------------------------------------------------------- *)

(* The least of a form over a box. *)
Definition least_value_of (g : nat -> Z) (b : box) (count : nat) : Z :=
  sum (map (fun k => least_product (g k) (lower_end b k) (upper_end b k)) (seq 0 count)).

(* The least of the residual inputs over the box of all inputs. *)
Definition least_residual (net : network) (inputs : box) (count c j : nat) : Z :=
  sum (map (fun i => least_product (residual_factor net count c j i)
      (lower_end inputs (nth i (residual_inputs net) 0%nat)) (upper_end inputs (nth i (residual_inputs net) 0%nat)))
    (seq 0 (length (residual_inputs net)))).

(* A form that stopped at any layer, over the bounds of what that layer reads and those of the residual inputs; or one
   that came to the inputs, where both parts are added up first. What is known need only be true for y. *)
Definition proves (net : network) (b : box) (y : list Z) (c j : nat) : Prop :=
  (exists before steps first values,
    hidden net = before ++ layers_of steps
    /\ steps_hold steps (hidden_columns net (length y)) first (run before y)
    /\ (forall k, (k < first)%nat -> within_ends values k (at_column (run before y) k))
    /\ let g := pull_all steps (margin_form net c j) in
       0 < least_value_of (factors g) values first + constant g + least_residual net b (length y) c j)
  \/ (exists steps,
    hidden net = layers_of steps
    /\ steps_hold steps (hidden_columns net (length y)) (length y) y
    /\ let g := pull_all steps (margin_form net c j) in
       0 < least_value_of (joined_factor net (length y) c j g) b (length y) + constant g).

Lemma linear_bounds_prove_a_margin net b y c j :
  network_fits (length y) net = true -> (c < outputs net)%nat -> (j < outputs net)%nat ->
  is_max_plus (last_row net c) = false -> is_max_plus (last_row net j) = false ->
  InBox b y -> proves net b y c j -> logit net y j < logit net y c.
Proof.
  intros fits range range' kind kind' inside proved.
  enough (0 < scale * (logit net y c - logit net y j)) by (unfold scale in *; lia).
  destruct proved as [(before & steps & first & values & split & holds & bounds & positive)
    | (steps & split & holds & positive)]; cbv zeta in positive.
  - pose proof (margin_is_above_its_form net y before steps first c j fits range range' kind kind' split holds)
      as above.
    set (g := pull_all steps (margin_form net c j)) in *.
    assert (form_least : least_value_of (factors g) values first <= linear (factors g) first (run before y)).
    { apply concretization; intros k found. apply in_seq in found. apply bounds; lia. }
    assert (residual_least : least_residual net b (length y) c j <= residual_part net y c j).
    { apply (concretization _ (fun i => at_column y (nth i (residual_inputs net) 0%nat))).
      intros i _. apply in_box_at; exact inside. }
    unfold value in above. lia.
  - pose proof (margin_is_above_its_form net y [] steps (length y) c j fits range range' kind kind' split holds)
      as above.
    change (run [] y) with y in above. set (g := pull_all steps (margin_form net c j)) in *.
    unfold value in above. pose proof (joined_value net y c j g fits).
    assert (least_value_of (joined_factor net (length y) c j g) b (length y)
        <= linear (joined_factor net (length y) c j g) (length y) y).
    { apply concretization; intros k _. apply in_box_at; exact inside. }
    lia.
Qed.

(* Whatever is known and chosen on the way: a positive bound against every other class proves the class. *)
Theorem linear_certificate_sound net minimum maximum x c radius y :
  network_fits (length x) net = true -> (c < outputs net)%nat ->
  (forall j, (j < outputs net)%nat -> is_max_plus (last_row net j) = false) ->
  Forall (fun v => minimum <= v <= maximum) y -> Within (repeat radius (length x)) x y ->
  (forall j, (j < outputs net)%nat -> j <> c -> proves net (input_box minimum maximum radius x) y c j) ->
  class net y = c.
Proof.
  intros fits range kinds declared close proved.
  assert (lengths : length y = length x)
    by (destruct (within_length _ _ _ close); congruence).
  apply class_of_strictly_largest; rewrite logits_length; [assumption |]. intros j rangeJ differ.
  fold (logit net y j) (logit net y c).
  apply (linear_bounds_prove_a_margin net (input_box minimum maximum radius x)); auto.
  - rewrite lengths; assumption.
  - apply input_box_holds; assumption.
Qed.

(* ---- What is known -------------------------------------------------------------------------------- *)

(* Pre-activations by intervals of what the layer reads. *)
Theorem interval_preactivations_hold l b v i :
  InBox b v ->
  round_half_up (shift l) (raw_least (row_at l i) b) <= rounded l v i
    <= round_half_up (shift l) (raw_greatest (row_at l i) b).
Proof.
  intros inside. pose proof (row_interval_sound (row_at l i) b v inside). pose proof (power_positive (shift l)).
  split; apply Z.div_le_mono; lia.
Qed.

(* Pre-activations tightened by a form of the accumulator or of its negative: a bound of 2^16 times an integer is one
   of the integer, rounded up. *)
Theorem tightened_preactivations_hold l v i bound :
  (bound <= scale * raw_value (row_at l i) v -> round_half_up (shift l) (ceil_div bound scale) <= rounded l v i)
  /\ (bound <= scale * - raw_value (row_at l i) v ->
     rounded l v i <= round_half_up (shift l) (- ceil_div bound scale)).
Proof.
  pose proof (power_positive (shift l)).
  split; intros below; apply ceil_div_least in below; try reflexivity; apply Z.div_le_mono; lia.
Qed.

(* ---- A certificate that computes ------------------------------------------------------------------ *)

(* What intervals alone tell of a layer that reads a box. *)
Definition known_over (l : layer) (b : box) : known :=
  let z := (map (fun i => round_half_up (shift l) (raw_least (row_at l i) b)) (row_indices l),
            map (fun i => round_half_up (shift l) (raw_greatest (row_at l i) b)) (row_indices l)) in
  Known b z
    (map (fun p => clamp (lower_end z (2 * p + 1)) - clamp (upper_end z (2 * p))) (row_indices l),
     map (fun p => clamp (upper_end z (2 * p + 1)) - clamp (lower_end z (2 * p))) (row_indices l)).

Fixpoint steps_over (layers : list layer) (columns : nat) (b : box) (choices : list choice) : list step :=
  match layers, choices with
  | l :: layers, ch :: choices =>
    steps_over layers (length (rows l)) (layer_box b l) choices ++ [Step l columns ch (known_over l b)]
  | _, _ => []
  end.

Fixpoint linear_layers (columns : nat) (layers : list layer) : bool :=
  match layers with
  | [] => true
  | l :: rest => linear_layer columns l && linear_layers (length (rows l)) rest
  end.

(* The choices against class j are `choices j`, one for each hidden layer, found in any way. *)
Definition linear_certify (net : network) (minimum maximum : Z) (x : list Z) (c : nat) (radius : Z)
    (choices : nat -> list choice) : bool :=
  let b := input_box minimum maximum radius x in
  forallb (in_range minimum maximum) x && linear_layers (length x) (hidden net)
  && forallb (fun r => negb (is_max_plus r)) (last_rows net)
  && forallb (fun j =>
       let g := pull_all (steps_over (hidden net) (length x) b (choices j)) (margin_form net c j) in
       (length (choices j) =? length (hidden net))%nat
       && (0 <? least_value_of (joined_factor net (length x) c j g) b (length x) + constant g))
     (other_indices (outputs net) c).

Lemma lower_end_by_index f upper l i :
  (i < length (rows l))%nat -> lower_end (map f (row_indices l), upper) i = f i.
Proof. intros range. apply at_map_seq; exact range. Qed.

Lemma upper_end_by_index f lower l i :
  (i < length (rows l))%nat -> upper_end (lower, map f (row_indices l)) i = f i.
Proof. intros range. apply at_map_seq; exact range. Qed.

Lemma known_over_holds l columns b v :
  linear_layer columns l = true -> InBox b v -> known_holds l columns (known_over l b) v.
Proof.
  intros shape inside. unfold known_holds, within_ends. split; [intros; apply in_box_at; exact inside |].
  assert (ends : forall i, (i < length (rows l))%nat ->
    lower_end (preactivations (known_over l b)) i <= rounded l v i <= upper_end (preactivations (known_over l b)) i).
  { intros i range. cbn [known_over preactivations]. rewrite lower_end_by_index, upper_end_by_index by exact range.
    apply interval_preactivations_hold; exact inside. }
  split; [exact ends |]. intros kind p range. pose proof (ends (2 * p)%nat ltac:(lia)) as [first first'].
  pose proof (ends (2 * p + 1)%nat range) as [second second'].
  apply clamp_monotone in first, first', second, second'.
  assert (values : forall i, (i < length (rows l))%nat -> at_column (singles l v) i = clamp (rounded l v i)).
  { intros i inRange. unfold singles, row_indices. rewrite at_map_seq by exact inRange.
    unfold single. rewrite kind. reflexivity. }
  rewrite !values by lia. set (z := preactivations (known_over l b)) in *.
  assert (low : lower_end (differences (known_over l b)) p
      = clamp (lower_end z (2 * p + 1)) - clamp (upper_end z (2 * p)))
    by (apply (lower_end_by_index (fun p => clamp (lower_end z (2 * p + 1)) - clamp (upper_end z (2 * p)))); lia).
  assert (high : upper_end (differences (known_over l b)) p
      = clamp (upper_end z (2 * p + 1)) - clamp (lower_end z (2 * p)))
    by (apply (upper_end_by_index (fun p => clamp (upper_end z (2 * p + 1)) - clamp (lower_end z (2 * p)))); lia).
  rewrite low, high. lia.
Qed.

Lemma steps_hold_after steps count v l columns ch k :
  steps_hold steps count (length (rows l)) (layer_output v l) -> linear_layer columns l = true ->
  known_holds l columns k v -> steps_hold (steps ++ [Step l columns ch k]) count columns v.
Proof.
  intros holds shape known. revert count holds; induction steps as [| s steps IH]; intros count holds.
  - cbn in *. auto.
  - cbn [app steps_hold] in *. destruct holds as (equal & fits & here & rest).
    refine (conj equal (conj fits (conj _ (IH _ rest)))).
    unfold layers_of in *. rewrite map_app, rev_app_distr. exact here.
Qed.

Lemma steps_over_hold layers columns b choices v :
  linear_layers columns layers = true -> length choices = length layers -> InBox b v ->
  layers_of (steps_over layers columns b choices) = layers
  /\ steps_hold (steps_over layers columns b choices) (fold_left (fun _ l => length (rows l)) layers columns) columns v.
Proof.
  revert columns b choices v; induction layers as [| l layers IH];
    intros columns b [| ch choices] v shape lengths inside; try discriminate; [split; reflexivity |].
  cbn [linear_layers] in shape. apply andb_true_iff in shape as [here rest]. injection lengths as lengths.
  destruct (IH (length (rows l)) (layer_box b l) choices (layer_output v l)) as [equal holds]; trivial.
  { apply layer_interval_sound; exact inside. }
  cbn [steps_over fold_left]. split.
  - unfold layers_of in *. rewrite map_app, rev_app_distr, equal. reflexivity.
  - apply steps_hold_after; auto using known_over_holds.
Qed.

(* What it proves is true of every input of the declared range within the radius. *)
Theorem linear_certify_sound net minimum maximum x c radius choices y :
  network_fits (length x) net = true -> (c < outputs net)%nat ->
  linear_certify net minimum maximum x c radius choices = true ->
  Forall (fun v => minimum <= v <= maximum) y -> Within (repeat radius (length x)) x y -> class net y = c.
Proof.
  intros fits range certified declared close. unfold linear_certify in certified.
  rewrite !andb_true_iff, !forallb_forall in certified. destruct certified as [[[_ shape] kinds] certified].
  assert (lengths : length y = length x) by (destruct (within_length _ _ _ close); congruence).
  apply (linear_certificate_sound net minimum maximum x c radius); trivial.
  - intros j rangeJ. apply negb_true_iff, kinds, nth_In, rangeJ.
  - intros j rangeJ differ. specialize (certified j (proj2 (other_indices_spec _ _ _) (conj rangeJ differ))).
    cbv zeta in certified. apply andb_true_iff in certified as [count positive].
    apply Nat.eqb_eq in count. apply Z.ltb_lt in positive. right. rewrite lengths.
    destruct (steps_over_hold (hidden net) (length x) (input_box minimum maximum radius x) (choices j) y)
      as [equal holds]; trivial; [apply input_box_holds; assumption |].
    exists (steps_over (hidden net) (length x) (input_box minimum maximum radius x) (choices j)).
    split; [symmetry; exact equal | split; [exact holds | exact positive]].
Qed.

(* ---- It proves what intervals do not -------------------------------------------------------------- *)

(* relu(x + 10) - relu(x), with 3 x added to both logits: the common part cancels. At -10 the two tie. *)
Example linear_bounds_prove_more :
  let net := Residual [Layer [Dense [1] 10; Dense [1] 0] 0 Relu] [0%nat] [Dense [1; 0; 3] 0; Dense [0; 1; 3] 0] 0 in
  let choices (j : nat) := [Choice (at_column [65536; -32768]) (fun _ => 0)] in
  certify net (-100) 100 [0] 0 8 = false /\ linear_certify net (-100) 100 [0] 0 8 choices = true
  /\ linear_certify net (-100) 100 [0] 0 10 choices = false /\ logits net [-10] = [-30; -30].
Proof. vm_compute; repeat split. Qed.

(* The same difference as max(x + 10, x) - min(x + 10, x) over shifts, and with the pair's own multiplier. *)
Example linear_bounds_through_max_min :
  let net := Network [Layer [Dense [8] 80; Dense [8] 0] 3 MaxMin] [Dense [1; 0] 0; Dense [0; 1] 0] 0 in
  let choices (j : nat) := [Choice (at_column [65536; -65536]) (fun _ => 0)] in
  certify net (-100) 100 [0] 0 8 = false /\ linear_certify net (-100) 100 [0] 0 8 choices = true.
Proof. vm_compute; auto. Qed.
