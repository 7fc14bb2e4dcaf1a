(* The interval certificate at a given radius, as the device computes it (Certificates, Interval certificate;
   Answers/Certificate.swift, `accumulatorBounds` and `exceedsEverywhere` of Kernels/Weighted.swift). *)

From SupNorm Require Export GlobalRadius.

Definition box : Type := (list Z * list Z)%type.

(* ---- Bounds of one row ---------------------------------------------------------------------------- *)

Definition lower_end (b : box) (c : nat) : Z := at_column (fst b) c.
Definition upper_end (b : box) (c : nat) : Z := at_column (snd b) c.

(* Each term is least at the lower end of a positive weight and the upper end of another, and the reverse. *)
Definition least_value (b : box) (t : nat * Z) : Z :=
  if 0 <=? snd t then lower_end b (fst t) else upper_end b (fst t).
Definition greatest_value (b : box) (t : nat * Z) : Z :=
  if 0 <=? snd t then upper_end b (fst t) else lower_end b (fst t).

Definition entry_least (b : box) (e : entry) : Z :=
  match entry_sign e with Plus => lower_end b (column e) | Minus => - upper_end b (column e) end + offset e.
Definition entry_greatest (b : box) (e : entry) : Z :=
  match entry_sign e with Plus => upper_end b (column e) | Minus => - lower_end b (column e) end + offset e.

Definition raw_least (r : row) (b : box) : Z :=
  match r with
  | MaxPlus entries => maximum (map (entry_least b) entries)
  | _ => bias r + sum (map (fun t => snd t * least_value b t) (terms r))
  end.

Definition raw_greatest (r : row) (b : box) : Z :=
  match r with
  | MaxPlus entries => maximum (map (entry_greatest b) entries)
  | _ => bias r + sum (map (fun t => snd t * greatest_value b t) (terms r))
  end.

Definition layer_box (b : box) (l : layer) : box :=
  activate_box (layer_activation l)
    (map (fun r => settled (shift l) r (raw_least r b)) (rows l),
     map (fun r => settled (shift l) r (raw_greatest r b)) (rows l)).

(* The box of what the last layer reads: the input box again for the inputs that are passed on. *)
Definition last_box (net : network) (inputs : box) : box :=
  let outputs := fold_left layer_box (hidden net) inputs in
  (with_residual 0 net (fst outputs) (fst inputs), with_residual 0 net (snd outputs) (snd inputs)).

(* ---- Pairs of last rows --------------------------------------------------------------------------- *)

(* Where the difference of the two accumulators is least over the box. *)
Definition vertex (b : box) (own other : row) (c : nat) : Z :=
  if weight other c <=? weight own c then lower_end b c else upper_end b c.

(* Both accumulators at the vertex are compared; the difference is never formed. A max-plus row is compared by
   the ends of its interval. *)
Definition exceeds_everywhere (n : nat) (b : box) (own other : row) : bool :=
  if is_max_plus own || is_max_plus other then raw_greatest other b <? raw_least own b
  else
    let corner := map (vertex b own other) (seq 0 n) in
    accumulator other corner <? accumulator own corner.

(* ---- The certificate ------------------------------------------------------------------------------ *)

(* The inputs within the radius, cut to the declared range. *)
Definition input_box (minimum maximum radius : Z) (x : list Z) : box :=
  (map (fun v => Z.max (v - radius) minimum) x, map (fun v => Z.min (v + radius) maximum) x).

Definition in_range (minimum maximum v : Z) : bool := (minimum <=? v) && (v <=? maximum).

Definition certify (net : network) (minimum maximum : Z) (x : list Z) (c : nat) (radius : Z) : bool :=
  let inputs := length x in
  let b := last_box net (input_box minimum maximum radius x) in
  forallb (in_range minimum maximum) x
  && forallb (fun j => exceeds_everywhere (last_columns net inputs) b (last_row net c) (last_row net j))
       (other_indices (outputs net) c).

(* ---- Soundness ------------------------------------------------------------------------------------ *)

Lemma in_box_at b x c : InBox b x -> lower_end b c <= at_column x c <= upper_end b c.
Proof. apply inside_at. Qed.

Lemma least_term b x t : InBox b x -> snd t * least_value b t <= snd t * at_column x (fst t).
Proof.
  intros inside; pose proof (in_box_at b x (fst t) inside). unfold least_value.
  destruct (Z.leb_spec 0 (snd t)); [apply Z.mul_le_mono_nonneg_l | apply Z.mul_le_mono_nonpos_l]; lia.
Qed.

Lemma greatest_term b x t : InBox b x -> snd t * at_column x (fst t) <= snd t * greatest_value b t.
Proof.
  intros inside; pose proof (in_box_at b x (fst t) inside). unfold greatest_value.
  destruct (Z.leb_spec 0 (snd t)); [apply Z.mul_le_mono_nonneg_l | apply Z.mul_le_mono_nonpos_l]; lia.
Qed.

Lemma entry_bounds b x e : InBox b x -> entry_least b e <= entry_value x e <= entry_greatest b e.
Proof.
  intros inside; pose proof (in_box_at b x (column e) inside).
  unfold entry_least, entry_greatest, entry_value, signed. destruct (entry_sign e); lia.
Qed.

(* The interval of one row holds its value for every input of the box. *)
Theorem row_interval_sound r b x : InBox b x -> raw_least r b <= raw_value r x <= raw_greatest r b.
Proof.
  intros inside.
  assert (sums : bias r + sum (map (fun t => snd t * least_value b t) (terms r)) <= accumulator r x
      <= bias r + sum (map (fun t => snd t * greatest_value b t) (terms r))).
  { unfold accumulator, product.
    split; apply Z.add_le_mono_l, sum_map_le; intros; [apply least_term | apply greatest_term]; assumption. }
  destruct r; [exact sums | exact sums |].
  split; apply maximum_map_le; intros; apply entry_bounds; assumption.
Qed.

Theorem layer_interval_sound l b x :
  InBox b x -> InBox (layer_box b l) (layer_output x l).
Proof.
  intros inside. apply activate_box_sound.
  - apply Forall_map, Forall_forall; intros; apply settled_int16.
  - apply Forall3_map; intros r _. pose proof (row_interval_sound r b x inside).
    split; apply settled_monotone; lia.
Qed.

Theorem network_interval_sound layers b x :
  InBox b x -> InBox (fold_left layer_box layers b) (run layers x).
Proof.
  unfold run; revert b x; induction layers; simpl; auto using layer_interval_sound.
Qed.

Lemma last_box_sound net b x : InBox b x -> InBox (last_box net b) (last_inputs net x).
Proof.
  intros inside. apply Forall3_app; [apply network_interval_sound; exact inside |].
  apply Forall3_map; intros k _. apply (in_box_at b x k); exact inside.
Qed.

Lemma corner_at b own other n c :
  (c < n)%nat -> at_column (map (vertex b own other) (seq 0 n)) c = vertex b own other c.
Proof.
  intros range; unfold at_column.
  rewrite (nth_indep _ 0 (vertex b own other 0%nat)) by (rewrite map_length, seq_length; exact range).
  rewrite map_nth, seq_nth by exact range. reflexivity.
Qed.

Lemma vertex_is_least b own other x c :
  InBox b x ->
  (weight own c - weight other c) * vertex b own other c <= (weight own c - weight other c) * at_column x c.
Proof.
  intros inside; pose proof (in_box_at b x c inside). unfold vertex.
  destruct (Z.leb_spec (weight other c) (weight own c));
    [apply Z.mul_le_mono_nonneg_l | apply Z.mul_le_mono_nonpos_l]; lia.
Qed.

(* The device's comparison at one vertex decides it for the whole box. *)
Theorem exceeds_everywhere_sound n b own other x :
  row_fits n own = true -> row_fits n other = true -> InBox b x ->
  exceeds_everywhere n b own other = true -> raw_value other x < raw_value own x.
Proof.
  intros fits fits' inside. unfold exceeds_everywhere.
  destruct (is_max_plus own || is_max_plus other) eqn:kinds; intros holds; apply Z.ltb_lt in holds.
  - pose proof (row_interval_sound own b x inside). pose proof (row_interval_sound other b x inside). lia.
  - apply orb_false_iff in kinds as [kind kind'].
    assert (raw : forall r v, is_max_plus r = false -> raw_value r v = accumulator r v)
      by (intros [| |] v; [reflexivity | reflexivity | discriminate]).
    rewrite !raw by assumption. rewrite !(accumulator_by_columns n) in * by assumption.
    set (corner := map (vertex b own other) (seq 0 n)) in *.
    set (part := fun v c => weight own c * at_column v c - weight other c * at_column v c).
    assert (split : forall v, sum (map (fun c => weight own c * at_column v c) (seq 0 n))
        - sum (map (fun c => weight other c * at_column v c) (seq 0 n)) = sum (map (part v) (seq 0 n)))
      by (intros v; symmetry; apply sum_map_sub).
    assert (least : sum (map (part corner) (seq 0 n)) <= sum (map (part x) (seq 0 n))).
    { apply sum_map_le; intros c found. apply in_seq in found. unfold part, corner.
      rewrite corner_at by lia. pose proof (vertex_is_least b own other x c inside). lia. }
    rewrite <- !split in least. lia.
Qed.

Lemma input_box_holds minimum maximum radius x y :
  Forall (fun v => minimum <= v <= maximum) y -> Within (repeat radius (length x)) x y ->
  InBox (input_box minimum maximum radius x) y.
Proof.
  unfold InBox, input_box, Inside; simpl; intros range close. revert x close.
  induction range as [| v y inside _ IH]; intros [| u x] close; inversion close; subst; simpl; constructor.
  - lia.
  - apply IH; assumption.
Qed.

(* What is certified is true of every input of the declared range within the radius. *)
Theorem interval_certificate_sound net minimum maximum x c radius :
  network_fits (length x) net = true -> (c < outputs net)%nat ->
  certify net minimum maximum x c radius = true ->
  forall y, Forall (fun v => minimum <= v <= maximum) y -> Within (repeat radius (length x)) x y -> class net y = c.
Proof.
  intros fits range certified y rangeY close. unfold certify in certified.
  apply andb_true_iff in certified as [_ certified]. rewrite forallb_forall in certified.
  apply class_of_strictly_largest; rewrite logits_length; [assumption |].
  intros j rangeJ differ. fold (logit net y j) (logit net y c). rewrite !logit_is_the_raw_value by assumption.
  eapply exceeds_everywhere_sound; try (apply last_row_fits; eassumption).
  - apply last_box_sound, input_box_holds; eassumption.
  - apply certified, other_indices_spec; auto.
Qed.

(* A sample outside the declared range is never certified. *)
Theorem outside_the_range_nothing_is_certified net minimum maximum x c radius :
  ~ Forall (fun v => minimum <= v <= maximum) x -> certify net minimum maximum x c radius = false.
Proof.
  intros outside. destruct (certify net minimum maximum x c radius) eqn:certified; [| reflexivity].
  exfalso; apply outside. unfold certify in certified. apply andb_true_iff in certified as [range _].
  rewrite forallb_forall in range. apply Forall_forall; intros v found.
  specialize (range v found). apply andb_true_iff in range as [low high].
  apply Z.leb_le in low. apply Z.leb_le in high. lia.
Qed.

(* ---- No overflow in the interval pass ------------------------------------------------------------- *)

Definition box_int16 (b : box) : Prop := Forall int16 (fst b) /\ Forall int16 (snd b).

Lemma activate_box_int16 a b : box_int16 b -> box_int16 (activate_box a b).
Proof.
  destruct b as [lower upper]; intros [low high]; unfold box_int16 in *; cbn [fst snd] in *.
  destruct a; simpl; split; try (apply (activate_int16 Relu); assumption);
    try (apply (activate_int16 MaxMin); assumption); try (apply (activate_int16 Sort); assumption);
    try (apply (activate_int16 Negate); assumption); trivial.
  all: apply Forall_map, Forall_forall; intros [l u] found; cbn [fst snd].
  all: pose proof (in_combine_l _ _ _ _ found) as foundL; pose proof (in_combine_r _ _ _ _ found) as foundU.
  all: rewrite Forall_forall in low, high; specialize (low l foundL); specialize (high u foundU).
  all: unfold abs_lower, abs_upper, saturating_magnitude, saturating_negation, int16 in *; lia.
Qed.

Theorem interval_ends_are_int16 layers b : box_int16 b -> box_int16 (fold_left layer_box layers b).
Proof.
  revert b; induction layers as [| l layers IH]; simpl; intros b range; [assumption |].
  apply IH, activate_box_int16. split; apply Forall_map, Forall_forall; intros; apply settled_int16.
Qed.

(* The inputs that are passed on included. *)
Theorem last_interval_ends_are_int16 net b : box_int16 b -> box_int16 (last_box net b).
Proof.
  intros range; pose proof (interval_ends_are_int16 (hidden net) b range) as [low high].
  destruct range; split; apply with_residual_int16; assumption.
Qed.

Lemma input_box_int16 minimum maximum radius x :
  int16 minimum -> int16 maximum -> 0 <= radius -> Forall int16 x -> box_int16 (input_box minimum maximum radius x).
Proof.
  intros low high nonnegative range; split; apply Forall_map; (eapply Forall_impl; [| exact range]);
    cbn; unfold int16 in *; lia.
Qed.

(* Both ends of every row, partial sums and rounding term included, fit in Int32. *)
Theorem interval_sums_never_overflow f r b part :
  row_admissible f r = true -> is_max_plus r = false -> box_int16 b -> Sublist part (terms r) ->
  int32 (bias r + sum (map (fun t => snd t * least_value b t) part) + half f)
  /\ int32 (bias r + sum (map (fun t => snd t * greatest_value b t) part) + half f).
Proof.
  intros admissible kind [low high] sub.
  split; apply no_partial_sum_overflows; trivial; intros t _; unfold least_value, greatest_value;
    destruct (0 <=? snd t); apply int16_at; assumption.
Qed.

(* So do both accumulators at the vertex, after any number of terms. *)
Theorem vertex_sums_never_overflow f r n b own other part :
  row_admissible f r = true -> is_max_plus r = false -> box_int16 b -> Sublist part (terms r) ->
  int32 (bias r + sum (map (product (map (vertex b own other) (seq 0 n))) part)).
Proof.
  intros admissible kind [low high] sub.
  apply (no_partial_sum_overflows f r (fun t => at_column (map (vertex b own other) (seq 0 n)) (fst t)));
    trivial. intros t _. apply int16_at, Forall_map, Forall_forall. intros c _. unfold vertex.
  destruct (_ <=? _); apply int16_at; assumption.
Qed.

(* ---- The local radius ----------------------------------------------------------------------------- *)

(* Bisection between a radius that is proved and one that is not (CertifiedNetwork.swift, `localRadius`). *)
Fixpoint bisect (steps : nat) (is_proved : Z -> bool) (proved refused : Z) : Z :=
  match steps with
  | 0%nat => proved
  | S steps =>
    if refused - proved <=? 1 then proved
    else let middle := (proved + refused) / 2 in
         if is_proved middle then bisect steps is_proved middle refused else bisect steps is_proved proved middle
  end.

(* The largest radius the certificate proves, None when not even 0. 17 halvings of 0 ... 65536 are enough. *)
Definition local_radius (net : network) (minimum maximum : Z) (x : list Z) (c : nat) : option Z :=
  if certify net minimum maximum x c 0 then
    Some (bisect 17 (certify net minimum maximum x c) 0 (radius_max + 1))
  else None.

Lemma bisect_is_proved steps is_proved proved refused :
  is_proved proved = true -> is_proved (bisect steps is_proved proved refused) = true.
Proof.
  revert proved refused; induction steps; simpl; intros proved refused holds; [assumption |].
  destruct (_ <=? _); [assumption |]. destruct (is_proved ((proved + refused) / 2)) eqn:middle; auto.
Qed.

(* Whatever radius the bisection ends at is certified. *)
Theorem local_radius_sound net minimum maximum x c radius :
  network_fits (length x) net = true -> (c < outputs net)%nat ->
  local_radius net minimum maximum x c = Some radius ->
  forall y, Forall (fun v => minimum <= v <= maximum) y -> Within (repeat radius (length x)) x y -> class net y = c.
Proof.
  intros fits range found. apply interval_certificate_sound; trivial. revert found. unfold local_radius.
  pose proof (bisect_is_proved 17 (certify net minimum maximum x c) 0 (radius_max + 1)) as proved.
  revert proved. generalize (bisect 17 (certify net minimum maximum x c) 0 (radius_max + 1)) as result.
  destruct (certify net minimum maximum x c 0); [| discriminate].
  intros result proved found. injection found as <-. auto.
Qed.
