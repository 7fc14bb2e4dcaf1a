(* The class of an answer and its global certificate: pairwise margins, and the pair table that turns them into
   a radius by one division a class (Certificates, Global radius; GlobalRadius.swift). *)

From SupNorm Require Export Overflow.

(* ---- Class ---------------------------------------------------------------------------------------- *)

(* Scans the rest of the values, which start at `index`, with the best one so far. *)
Fixpoint largest_from (best : nat) (largest : Z) (index : nat) (rest : list Z) : nat :=
  match rest with
  | [] => best
  | v :: rest => if largest <? v then largest_from index v (S index) rest
                 else largest_from best largest (S index) rest
  end.

(* Index of the largest logit, the lowest index on a tie. *)
Definition class_of (values : list Z) : nat :=
  match values with [] => 0 | first :: rest => largest_from 0 first 1 rest end.

Definition class (net : network) (x : list Z) : nat := class_of (logits net x).

Lemma largest_from_spec values best index :
  (best < index <= length values)%nat ->
  (forall j, (j < index)%nat -> at_column values j <= at_column values best) ->
  (forall j, (j < best)%nat -> at_column values j < at_column values best) ->
  let result := largest_from best (at_column values best) index (skipn index values) in
  (result < length values)%nat
  /\ (forall j, (j < length values)%nat -> at_column values j <= at_column values result)
  /\ (forall j, (j < result)%nat -> at_column values j < at_column values result).
Proof.
  intros range largest first. remember (skipn index values) as rest eqn:tail.
  revert best index range largest first tail.
  induction rest as [| v rest IH]; intros best index range largest first tail.
  - assert (index = length values).
    { apply (f_equal (@length Z)) in tail. rewrite skipn_length in tail. simpl in tail. lia. }
    subst index; simpl; repeat split; auto; lia.
  - assert (inside : (index < length values)%nat).
    { apply (f_equal (@length Z)) in tail. rewrite skipn_length in tail. simpl in tail. lia. }
    assert (value : at_column values index = v /\ skipn (S index) values = rest).
    { clear - tail. unfold at_column. revert values tail.
      induction index; intros [| u values] tail; simpl in *; try discriminate; [inversion tail; auto |].
      apply IHindex; assumption. }
    destruct value as [value next]. cbn [largest_from].
    destruct (Z.ltb_spec (at_column values best) v) as [greater | less].
    + rewrite <- value in *. apply IH; [lia | | | auto].
      * intros j le. destruct (Nat.eq_dec j index) as [-> | differ]; [lia |].
        specialize (largest j ltac:(lia)). lia.
      * intros j less. specialize (largest j less). lia.
    + apply IH; [lia | | | auto]; [| assumption].
      intros j le. destruct (Nat.eq_dec j index) as [-> | differ]; [lia |]. apply largest; lia.
Qed.

Theorem class_is_the_largest_logit_lowest_on_ties values :
  values <> [] ->
  (class_of values < length values)%nat
  /\ (forall j, (j < length values)%nat -> at_column values j <= at_column values (class_of values))
  /\ (forall j, (j < class_of values)%nat -> at_column values j < at_column values (class_of values)).
Proof.
  destruct values as [| first rest]; [contradiction |]; intros _.
  apply (largest_from_spec (first :: rest) 0 1).
  - simpl; lia.
  - intros j less. replace j with 0%nat by lia. lia.
  - intros j less; lia.
Qed.

(* A logit that exceeds all others strictly is the class, wherever it stands. *)
Lemma class_of_strictly_largest values c :
  (c < length values)%nat ->
  (forall j, (j < length values)%nat -> j <> c -> at_column values j < at_column values c) ->
  class_of values = c.
Proof.
  intros inside strict.
  destruct (class_is_the_largest_logit_lowest_on_ties values) as (range & largest & _).
  { intros empty; rewrite empty in inside; simpl in inside; lia. }
  destruct (Nat.eq_dec (class_of values) c) as [| differ]; [assumption |].
  specialize (strict _ range differ). specialize (largest c inside). lia.
Qed.

(* ---- Margins -------------------------------------------------------------------------------------- *)

(* The accumulators of n columns whose pairwise row w_j - w_k is compared. *)
Definition pair_weight (j k : row) (c : nat) : Z := Z.abs (weight j c - weight k c).

(* M_jk: sum over c of |w_jc - w_kc| delta_c; with a max-plus row both rows' own bounds are added. *)
Definition margin_deviation (n : nat) (j k : row) (deltas : list Z) : Z :=
  if is_max_plus j || is_max_plus k then raw_deviation j deltas + raw_deviation k deltas
  else sum (map (fun c => pair_weight j k c * at_column deltas c) (seq 0 n)).

Theorem margin_moves_at_most n j k deltas x y :
  row_fits n j = true -> row_fits n k = true -> Within deltas x y ->
  Z.abs ((raw_value j x - raw_value k x) - (raw_value j y - raw_value k y)) <= margin_deviation n j k deltas.
Proof.
  intros fitsJ fitsK close. unfold margin_deviation.
  destruct (is_max_plus j || is_max_plus k) eqn:kinds.
  - pose proof (raw_value_deviation j _ _ _ close). pose proof (raw_value_deviation k _ _ _ close). lia.
  - apply orb_false_iff in kinds as [kindJ kindK].
    assert (raw : forall r v, is_max_plus r = false -> raw_value r v = accumulator r v)
      by (intros [| |] v; [reflexivity | reflexivity | discriminate]).
    rewrite !raw, !(accumulator_by_columns n) by assumption.
    set (part := fun v c => weight j c * at_column v c - weight k c * at_column v c).
    assert (split : forall v, sum (map (fun c => weight j c * at_column v c) (seq 0 n))
        - sum (map (fun c => weight k c * at_column v c) (seq 0 n)) = sum (map (part v) (seq 0 n)))
      by (intros v; symmetry; apply sum_map_sub).
    replace (_ - _) with (sum (map (part x) (seq 0 n)) - sum (map (part y) (seq 0 n)))
      by (rewrite <- !split; lia).
    apply sum_map_difference; intros c _; unfold part, pair_weight.
    replace (_ - _) with ((weight j c - weight k c) * (at_column x c - at_column y c)) by lia.
    rewrite Z.abs_mul. apply Z.mul_le_mono_nonneg_l; [lia | apply within_at; assumption].
Qed.

Lemma margin_deviation_symmetric n j k deltas : margin_deviation n j k deltas = margin_deviation n k j deltas.
Proof.
  unfold margin_deviation. rewrite orb_comm. destruct (is_max_plus k || is_max_plus j); [lia |].
  apply sum_map_equal; intros c _; unfold pair_weight. f_equal. lia.
Qed.

(* ---- Whole networks ------------------------------------------------------------------------------- *)

(* The outputs of the last hidden layer. *)
Definition hidden_columns (net : network) (inputs : nat) : nat :=
  fold_left (fun _ l => length (rows l)) (hidden net) inputs.

(* The columns of the last layer. *)
Definition last_columns (net : network) (inputs : nat) : nat :=
  (hidden_columns net inputs + length (residual_inputs net))%nat.

(* The last rows read what the hidden layers put out and the residual inputs, which exist and increase, and there
   are some. Nothing here depends on the columns of hidden rows: a column that does not exist reads as 0. *)
Definition network_fits (inputs : nat) (net : network) : bool :=
  negb (outputs net =? 0)%nat
  && (strictly_increasing (residual_inputs net) && forallb (fun k => (k <? inputs)%nat) (residual_inputs net))
  && forallb (row_fits (last_columns net inputs)) (last_rows net).

Definition last_row (net : network) (j : nat) : row := nth j (last_rows net) (Dense [] 0).

Definition logit (net : network) (x : list Z) (j : nat) : Z := at_column (logits net x) j.

(* M_jk(d) of a network, without a cap as in the article Certificates or with the one of Deviation.swift. *)
Definition margin_bound (cap : Z -> Z) (inputs : nat) (net : network) (d : Z) (j k : nat) : Z :=
  margin_deviation (last_columns net inputs) (last_row net j) (last_row net k)
    (deviations cap net inputs d).

Lemma logits_length net x : length (logits net x) = outputs net.
Proof. apply map_length. Qed.

Lemma logit_is_the_raw_value net x j :
  (j < outputs net)%nat -> logit net x j = raw_value (last_row net j) (last_inputs net x).
Proof.
  intros range; unfold logit, logits, at_column, last_row.
  rewrite (nth_indep _ 0 (raw_value (Dense [] 0) (last_inputs net x))) by (rewrite map_length; exact range).
  apply map_nth with (f := fun r => raw_value r (last_inputs net x)).
Qed.

Lemma last_row_fits inputs net j :
  network_fits inputs net = true -> (j < outputs net)%nat ->
  row_fits (last_columns net inputs) (last_row net j) = true.
Proof.
  intros fits range. unfold network_fits in fits. apply andb_true_iff in fits as [_ fits].
  rewrite forallb_forall in fits. apply fits, nth_In, range.
Qed.

Lemma class_range inputs net x : network_fits inputs net = true -> (class net x < outputs net)%nat.
Proof.
  intros fits; unfold network_fits in fits. apply andb_true_iff in fits as [fits _].
  apply andb_true_iff in fits as [some _].
  apply negb_true_iff, Nat.eqb_neq in some. unfold class. rewrite <- (logits_length net x) in *.
  apply class_is_the_largest_logit_lowest_on_ties.
  intros empty; rewrite empty in some; apply some; reflexivity.
Qed.

(* Regression (Certificates, Bounds of a regression's outputs): a logit moves by at most its own bound. *)
Theorem logit_moves_at_most cap inputs net d x y j :
  sound_cap cap -> (j < outputs net)%nat ->
  Forall int16 x -> Forall int16 y -> Within (repeat d inputs) x y ->
  Z.abs (logit net x j - logit net y j) <= raw_deviation (last_row net j) (deviations cap net inputs d).
Proof.
  intros sound range rangeX rangeY close. rewrite !logit_is_the_raw_value by assumption.
  apply raw_value_deviation, deviation_vector_bounds_the_network; assumption.
Qed.

(* The global certificate: margins above M keep the class for every input within d, ties included. *)
Theorem global_certificate_sound cap inputs net d x c :
  sound_cap cap -> network_fits inputs net = true -> (c < outputs net)%nat -> Forall int16 x ->
  (forall j, (j < outputs net)%nat -> j <> c ->
     logit net x c - logit net x j > margin_bound cap inputs net d c j) ->
  forall y, Forall int16 y -> Within (repeat d inputs) x y -> class net y = c.
Proof.
  intros sound fits range rangeX margins y rangeY close.
  apply class_of_strictly_largest; rewrite logits_length; [assumption |].
  intros j rangeJ differ. specialize (margins j rangeJ differ).
  fold (logit net y j) (logit net y c). rewrite !logit_is_the_raw_value in * by assumption.
  pose proof (margin_moves_at_most _ _ _ _ _ _
    (last_row_fits _ _ c fits range) (last_row_fits _ _ j fits rangeJ)
    (deviation_vector_bounds_the_network cap net inputs d x y sound rangeX rangeY close)) as moved.
  unfold margin_bound in margins. lia.
Qed.

(* ---- The radius from a table ---------------------------------------------------------------------- *)

(* The largest radius that means anything, SUPNORM_RADIUS_MAX. *)
Definition radius_max : Z := 65535.

(* floor((margin - 1 - B) / A), 0 when negative, no limit when A = 0. *)
Definition radius_of_margin (margin : Z) (pair : Z * Z) : Z :=
  let (slope, offset) := pair in
  if margin <=? offset then 0
  else if slope =? 0 then radius_max else Z.min radius_max ((margin - 1 - offset) / slope).

Definition other_indices (count c : nat) : list nat := filter (fun j => negb (j =? c)%nat) (seq 0 count).

(* The smallest over all other classes; `pair j` holds A and B of the class against j. *)
Definition radius_from (values : list Z) (c : nat) (pair : nat -> Z * Z) : Z :=
  fold_right Z.min radius_max
    (map (fun j => radius_of_margin (at_column values c - at_column values j) (pair j))
       (other_indices (length values) c)).

Lemma other_indices_spec count c j : In j (other_indices count c) <-> (j < count)%nat /\ j <> c.
Proof.
  unfold other_indices. rewrite filter_In, in_seq, negb_true_iff, Nat.eqb_neq. intuition lia.
Qed.

Lemma radius_from_le values c pair j :
  (j < length values)%nat -> j <> c ->
  radius_from values c pair <= radius_of_margin (at_column values c - at_column values j) (pair j).
Proof.
  intros range differ. unfold radius_from.
  assert (found : In j (other_indices (length values) c)) by (apply other_indices_spec; auto).
  induction (other_indices (length values) c); simpl in *; [contradiction |].
  destruct found as [-> | found]; [lia | specialize (IHl found); lia].
Qed.

(* What one row of the table must state: M <= A d + B for every d, or no positive radius for this margin. *)
Definition useful_pair (bound : Z -> Z) (margin : Z) (pair : Z * Z) : Prop :=
  0 <= fst pair /\ (radius_of_margin margin pair <= 0 \/ forall d, 0 <= d -> bound d <= fst pair * d + snd pair).

Lemma radius_of_margin_sound bound margin pair d :
  useful_pair bound margin pair -> 0 < d -> d <= radius_of_margin margin pair -> margin > bound d.
Proof.
  destruct pair as [slope offset]; unfold useful_pair, radius_of_margin; cbn [fst snd].
  intros [slopeSign [none | holds]] positive le; [lia |]. specialize (holds d ltac:(lia)).
  destruct (Z.leb_spec margin offset); [lia |].
  destruct (Z.eqb_spec slope 0) as [-> | nonzero]; [lia |].
  assert (slope * d <= margin - 1 - offset); [| lia].
  transitivity (slope * ((margin - 1 - offset) / slope)); [| apply Z.mul_div_le; lia].
  apply Z.mul_le_mono_nonneg_l; lia.
Qed.

Theorem radius_sound cap inputs net x pair :
  sound_cap cap -> network_fits inputs net = true -> Forall int16 x ->
  let c := class net x in
  (forall j, (j < outputs net)%nat -> j <> c ->
     useful_pair (fun d => margin_bound cap inputs net d c j) (logit net x c - logit net x j) (pair j)) ->
  forall y, Forall int16 y -> Within (repeat (radius_from (logits net x) c pair) inputs) x y -> class net y = c.
Proof.
  intros sound fits rangeX c useful y rangeY close.
  set (radius := radius_from (logits net x) c pair) in *.
  destruct (Z.le_gt_cases radius 0) as [none | positive].
  - assert (equal : Within (repeat 0 inputs) x y).
    { eapply within_weaken; [| exact close]. apply below_repeat_at; [apply repeat_length |].
      intros delta found; apply repeat_spec in found; lia. }
    apply within_zero_equal in equal as <-. reflexivity.
  - refine (global_certificate_sound cap inputs net radius x c sound fits _ rangeX _ y rangeY close).
    + apply class_range with inputs; assumption.
    + intros j range differ. eapply (radius_of_margin_sound (fun d => margin_bound cap inputs net d c j));
        [apply useful; assumption | assumption |].
      apply radius_from_le; [rewrite logits_length |]; assumption.
Qed.

(* The statement: any table with M_cj(d) <= A d + B for all d >= 0 gives a sound radius. *)
Corollary table_radius_sound inputs net x (slope offset : nat -> Z) :
  network_fits inputs net = true -> Forall int16 x ->
  let c := class net x in
  (forall j, 0 <= slope j) ->
  (forall j d, (j < outputs net)%nat -> j <> c -> 0 <= d ->
     margin_bound no_cap inputs net d c j <= slope j * d + offset j) ->
  forall y, Forall int16 y ->
  Within (repeat (radius_from (logits net x) c (fun j => (slope j, offset j))) inputs) x y -> class net y = c.
Proof.
  intros fits rangeX c slopes table. apply (radius_sound no_cap); auto using no_cap_sound.
  intros j range differ; split; [apply slopes |]; right; cbn; intros d nonnegative; apply table; assumption.
Qed.

(* ---- Pure max-plus networks need no table --------------------------------------------------------- *)

Definition max_plus_layer (l : layer) : bool := forallb is_max_plus (rows l).

Lemma max_plus_row_deviation r d count :
  is_max_plus r = true -> 0 <= d -> raw_deviation r (repeat d count) <= d.
Proof.
  intros kind nonnegative; destruct r as [| | entries]; try discriminate. cbn.
  destruct entries as [| e entries]; [exact nonnegative |].
  apply maximum_least; [discriminate |]. intros value found.
  apply in_map_iff in found as (? & <- & _). apply at_repeat_le; assumption.
Qed.

Lemma max_plus_layer_is_nonexpansive l : max_plus_layer l = true -> nonexpansive_layer l = true.
Proof.
  unfold max_plus_layer, nonexpansive_layer; rewrite !forallb_forall. intros holds r found.
  specialize (holds r found). destruct r; try discriminate. apply Z.leb_le. cbn.
  pose proof (power_positive (shift l)); lia.
Qed.

(* floor((margin - 1) / 2), Certificates, A max-plus layer. *)
Theorem max_plus_radius_sound inputs net x c d :
  forallb max_plus_layer (hidden net) = true -> forallb is_max_plus (last_rows net) = true ->
  (c < outputs net)%nat -> 0 <= d ->
  (forall j, (j < outputs net)%nat -> j <> c -> d <= (logit net x c - logit net x j - 1) / 2) ->
  forall y, Within (repeat d inputs) x y -> class net y = c.
Proof.
  intros hiddenKind lastKind range nonnegative margins y close.
  assert (near : exists width, Within (repeat d width) (last_inputs net x) (last_inputs net y)).
  { destruct (network_nonexpansive (hidden net) d inputs x y) as [width near]; trivial.
    - rewrite forallb_forall in *. intros l found; apply max_plus_layer_is_nonexpansive, hiddenKind, found.
    - exists (width + length (residual_inputs net))%nat. rewrite repeat_app. apply Forall3_app; [exact near |].
      induction (residual_inputs net) as [| k rest IH]; constructor; [| exact IH].
      pose proof (within_at _ _ _ k close). pose proof (at_repeat_le d inputs k nonnegative).
      unfold at_column in *; lia. }
  destruct near as [width near].
  apply class_of_strictly_largest; rewrite logits_length; [assumption |].
  intros j rangeJ differ. specialize (margins j rangeJ differ).
  fold (logit net y j) (logit net y c). rewrite !logit_is_the_raw_value in * by assumption.
  rewrite forallb_forall in lastKind.
  assert (moved : forall k, (k < outputs net)%nat ->
    Z.abs (raw_value (last_row net k) (last_inputs net x) - raw_value (last_row net k) (last_inputs net y)) <= d).
  { intros k rangeK. etransitivity; [apply raw_value_deviation; exact near |].
    apply max_plus_row_deviation; [apply lastKind, nth_In, rangeK | assumption]. }
  pose proof (moved c range). pose proof (moved j rangeJ).
  Z.to_euclidean_division_equations; lia.
Qed.
