(* A larger radius is never certified where a smaller one is refused, so bisection finds the largest
   (CertifiedNetwork.swift, `localRadius`). *)

From SupNorm Require Export Interval.

(* The outer box holds the inner one. *)
Definition Nested (outer inner : box) : Prop := Below (fst outer) (fst inner) /\ Below (snd inner) (snd outer).

Lemma below_at x y c : Below x y -> at_column x c <= at_column y c.
Proof. apply Forall2_nth; lia. Qed.

Lemma nested_at outer inner c :
  Nested outer inner -> lower_end outer c <= lower_end inner c /\ upper_end inner c <= upper_end outer c.
Proof. intros [low high]; split; apply below_at; assumption. Qed.

Lemma raw_ends_nested r outer inner :
  Nested outer inner -> raw_least r outer <= raw_least r inner /\ raw_greatest r inner <= raw_greatest r outer.
Proof.
  intros nested.
  assert (sums : bias r + sum (map (fun t => snd t * least_value outer t) (terms r))
      <= bias r + sum (map (fun t => snd t * least_value inner t) (terms r))
    /\ bias r + sum (map (fun t => snd t * greatest_value inner t) (terms r))
      <= bias r + sum (map (fun t => snd t * greatest_value outer t) (terms r))).
  { split; apply Z.add_le_mono_l, sum_map_le; intros t _; pose proof (nested_at _ _ (fst t) nested);
      unfold least_value, greatest_value; destruct (Z.leb_spec 0 (snd t));
      (apply Z.mul_le_mono_nonneg_l + apply Z.mul_le_mono_nonpos_l); lia. }
  destruct r; [exact sums | exact sums |].
  split; apply maximum_map_le; intros e _; pose proof (nested_at _ _ (column e) nested);
    unfold entry_least, entry_greatest; destruct (entry_sign e); lia.
Qed.

(* Ends of a box that holds something, one inside the other. *)
Lemma activate_box_nested a outer inner x :
  InBox inner x -> Nested outer inner -> Nested (activate_box a outer) (activate_box a inner).
Proof.
  destruct outer as [lowerO upperO], inner as [lowerI upperI]; unfold InBox, Nested; cbn [fst snd].
  intros inside [low high].
  assert (elementwise : forall f, (forall u v, u <= v -> f u <= f v) ->
    forall y z, Below y z -> Below (map f y) (map f z)).
  { intros f monotone y z; induction 1; simpl; constructor; auto. }
  assert (antitone : forall f, (forall u v, u <= v -> f v <= f u) ->
    forall y z, Below y z -> Below (map f z) (map f y)).
  { intros f falling y z; induction 1; simpl; constructor; auto. }
  destruct a; simpl; try (split; assumption).
  - split; apply elementwise; trivial; unfold relu; lia.
  - revert lowerO upperO low high. unfold Inside in inside.
    induction inside as [| l u v lowerI upperI x ends _ IH]; intros lowerO upperO low high;
      inversion low; inversion high; subst; simpl; [split; constructor |].
    edestruct IH as [low' high']; [eassumption | eassumption |].
    split; constructor; trivial; unfold abs_lower, abs_upper, saturating_magnitude, saturating_negation; lia.
  - split; apply max_min_monotone; assumption.
  - split; apply sort_monotone; assumption.
  - split; apply antitone; trivial; unfold saturating_negation; lia.
Qed.

Lemma network_boxes_nested layers outer inner x :
  InBox inner x -> Nested outer inner ->
  Nested (fold_left layer_box layers outer) (fold_left layer_box layers inner).
Proof.
  revert outer inner x; induction layers as [| l layers IH]; simpl; intros outer inner x inside nested; [assumption |].
  apply (IH _ _ (layer_output x l)); [apply layer_interval_sound; assumption |].
  apply activate_box_nested with (map (fun r => hidden_value (shift l) r x) (rows l)).
  - apply Forall3_map; intros r _. pose proof (row_interval_sound r inner x inside).
    split; apply settled_monotone; lia.
  - split; apply Forall2_map; intros r _; apply settled_monotone; apply raw_ends_nested; assumption.
Qed.

Lemma last_boxes_nested net outer inner x :
  InBox inner x -> Nested outer inner -> Nested (last_box net outer) (last_box net inner).
Proof.
  intros inside nested. destruct (network_boxes_nested (hidden net) _ _ _ inside nested) as [low high].
  split; (apply Forall2_app; [assumption |]); apply Forall2_map; intros k _;
    apply below_at; destruct nested; assumption.
Qed.

Lemma exceeds_everywhere_nested n outer inner own other :
  row_fits n own = true -> row_fits n other = true -> Nested outer inner ->
  exceeds_everywhere n outer own other = true -> exceeds_everywhere n inner own other = true.
Proof.
  intros fits fits' nested. unfold exceeds_everywhere.
  destruct (is_max_plus own || is_max_plus other) eqn:kinds; rewrite !Z.ltb_lt; intros holds.
  - pose proof (raw_ends_nested own _ _ nested). pose proof (raw_ends_nested other _ _ nested). lia.
  - apply orb_false_iff in kinds as [kind kind']. rewrite !(accumulator_by_columns n) in * by assumption.
    set (part := fun b c => (weight own c - weight other c) * vertex b own other c).
    assert (split : forall b, sum (map (part b) (seq 0 n))
      = sum (map (fun c => weight own c * at_column (map (vertex b own other) (seq 0 n)) c) (seq 0 n))
        - sum (map (fun c => weight other c * at_column (map (vertex b own other) (seq 0 n)) c) (seq 0 n))).
    { intros b. rewrite <- sum_map_sub. apply sum_map_equal; intros c found. apply in_seq in found.
      rewrite corner_at by lia. unfold part. lia. }
    assert (greater : sum (map (part outer) (seq 0 n)) <= sum (map (part inner) (seq 0 n))).
    { apply sum_map_le; intros c _. pose proof (nested_at _ _ c nested). unfold part, vertex.
      destruct (Z.leb_spec (weight other c) (weight own c));
        (apply Z.mul_le_mono_nonneg_l + apply Z.mul_le_mono_nonpos_l); lia. }
    rewrite !split in greater. lia.
Qed.

(* What is certified at a radius is certified at every smaller one. *)
Theorem certification_is_monotone net minimum maximum x c radius smaller :
  network_fits (length x) net = true -> (c < outputs net)%nat -> 0 <= smaller <= radius ->
  certify net minimum maximum x c radius = true -> certify net minimum maximum x c smaller = true.
Proof.
  intros fits range order certified. unfold certify in *.
  apply andb_true_iff in certified as [inside certified]. apply andb_true_iff; split; [assumption |].
  rewrite forallb_forall in *. intros j found. specialize (certified j found).
  apply other_indices_spec in found as [rangeJ _].
  eapply exceeds_everywhere_nested; try (apply last_row_fits; eassumption); [| exact certified].
  apply last_boxes_nested with x.
  - apply input_box_holds; [| apply within_itself; lia]. apply Forall_forall; intros v found.
    specialize (inside v found). apply andb_true_iff in inside as [low high].
    apply Z.leb_le in low. apply Z.leb_le in high. lia.
  - split; apply Forall2_map; intros v _; lia.
Qed.

Lemma bisect_finds_the_largest steps is_proved proved refused radius :
  refused - proved <= 2 ^ Z.of_nat steps ->
  (forall r r', 0 <= r' <= r -> is_proved r = true -> is_proved r' = true) -> 0 <= proved ->
  (is_proved radius = true -> radius < refused) -> is_proved radius = true ->
  radius <= bisect steps is_proved proved refused.
Proof.
  intros room monotone; revert proved refused room.
  induction steps as [| steps IH]; intros proved refused room nonnegative below holds.
  - cbn in *. specialize (below holds). lia.
  - cbn [bisect]. destruct (Z.leb_spec (refused - proved) 1); [specialize (below holds); lia |].
    rewrite Nat2Z.inj_succ, Z.pow_succ_r in room by lia.
    assert (half : proved < (proved + refused) / 2 < refused) by (Z.to_euclidean_division_equations; lia).
    destruct (is_proved ((proved + refused) / 2)) eqn:middle; apply IH; trivial;
      try (Z.to_euclidean_division_equations; lia).
    intros _. destruct (Z.lt_ge_cases radius ((proved + refused) / 2)) as [| beyond]; [assumption |].
    rewrite (monotone radius) in middle; [discriminate | lia | assumption].
Qed.

(* The local radius is the largest radius that the certificate proves. *)
Theorem local_radius_is_the_largest net minimum maximum x c largest radius :
  network_fits (length x) net = true -> (c < outputs net)%nat ->
  local_radius net minimum maximum x c = Some largest -> 0 <= radius <= radius_max ->
  certify net minimum maximum x c radius = true -> radius <= largest.
Proof.
  intros fits range found within certified. revert found. unfold local_radius.
  assert (bound : radius <= bisect 17 (certify net minimum maximum x c) 0 (radius_max + 1)).
  { apply bisect_finds_the_largest; trivial; [cbn; unfold radius_max; lia | | lia | lia].
    intros r r' order; apply certification_is_monotone; assumption. }
  revert bound. generalize (bisect 17 (certify net minimum maximum x c) 0 (radius_max + 1)) as result.
  destruct (certify net minimum maximum x c 0); [| discriminate].
  intros result bound found. injection found as <-. assumption.
Qed.

(* None means that no radius is certified. *)
Theorem no_local_radius_means_none_is_certified net minimum maximum x c radius :
  network_fits (length x) net = true -> (c < outputs net)%nat ->
  local_radius net minimum maximum x c = None -> 0 <= radius -> certify net minimum maximum x c radius = false.
Proof.
  intros fits range none nonnegative. destruct (certify net minimum maximum x c radius) eqn:certified; [| reflexivity].
  assert (zero : certify net minimum maximum x c 0 = true)
    by (apply (certification_is_monotone net minimum maximum x c radius); trivial; lia).
  unfold local_radius in none. rewrite zero in none. discriminate.
Qed.
