(* Outputs that are numbers: how far each moves, by a table like that of the pairs, and the interval that holds it
   (Certificates, Bounds of a regression's outputs; `outputTable()`). *)

From SupNorm Require Export PairTable Interval.

(* For each output integers A and B with |change| <= A d + B: the affine bounds of the pair table, weighed with
   |w_jc| instead of |w_jc - w_kc|. *)
Definition output_table (inputs : nat) (net : network) : list (Z * Z) :=
  map (fun r => header_pair (raw_bound r (network_bounds net inputs))) (last_rows net).

(* An entry that fits in 32 bits bounds its output's move for every d; a saturated one is no bound. *)
Theorem output_table_sound inputs net x y j d :
  (j < outputs net)%nat -> 0 <= d -> Forall int16 x -> Forall int16 y -> Within (repeat d inputs) x y ->
  let bound := nth j (output_table inputs net) (0, 0) in
  fst bound < uint32_max -> snd bound < uint32_max ->
  Z.abs (logit net x j - logit net y j) <= fst bound * d + snd bound.
Proof.
  intros range nonnegative rangeX rangeY close bound.
  assert (entry : bound = header_pair (raw_bound (last_row net j) (network_bounds net inputs))).
  { set (of_row := fun r => header_pair (raw_bound r (network_bounds net inputs))).
    unfold bound, output_table, last_row. fold of_row.
    rewrite (nth_indep _ (0, 0) (of_row (Dense [] 0))) by (rewrite map_length; exact range).
    apply (map_nth of_row). }
  rewrite entry; cbn [header_pair fst snd]. intros small small'.
  etransitivity; [apply (logit_moves_at_most no_cap inputs); auto using no_cap_sound; exact close |].
  apply final_rounding_up; trivial.
  apply raw_bound_sound, network_bounds_sound; unfold no_cap; trivial; lia.
Qed.

(* What the device says of an output and a radius: the bound, UInt32.max where that is none. *)
Definition output_change (bound : Z * Z) (radius : Z) : Z :=
  if (fst bound <? uint32_max) && (snd bound <? uint32_max)
  then Z.min (fst bound * radius + snd bound) uint32_max
  else uint32_max.

Corollary output_change_sound inputs net x y j radius :
  (j < outputs net)%nat -> 0 <= radius -> Forall int16 x -> Forall int16 y -> Within (repeat radius inputs) x y ->
  let change := output_change (nth j (output_table inputs net) (0, 0)) radius in
  change < uint32_max -> Z.abs (logit net x j - logit net y j) <= change.
Proof.
  intros range nonnegative rangeX rangeY close. unfold output_change.
  pose proof (output_table_sound inputs net x y j radius range nonnegative rangeX rangeY close) as bound.
  destruct (Z.ltb_spec (fst (nth j (output_table inputs net) (0, 0))) uint32_max); cbn [andb]; [| lia].
  destruct (Z.ltb_spec (snd (nth j (output_table inputs net) (0, 0))) uint32_max); [| lia].
  specialize (bound ltac:(assumption) ltac:(assumption)). cbn zeta. lia.
Qed.

(* Where output j can lie for the inputs within a radius, cut to the declared range. *)
Definition output_interval (net : network) (minimum maximum radius : Z) (x : list Z) (j : nat) : Z * Z :=
  let b := last_box net (input_box minimum maximum radius x) in
  (raw_least (last_row net j) b, raw_greatest (last_row net j) b).

Theorem output_interval_sound net minimum maximum radius x y j :
  (j < outputs net)%nat ->
  Forall (fun v => minimum <= v <= maximum) y -> Within (repeat radius (length x)) x y ->
  let interval := output_interval net minimum maximum radius x j in
  fst interval <= logit net y j <= snd interval.
Proof.
  intros range rangeY close. cbn [output_interval fst snd]. rewrite logit_is_the_raw_value by assumption.
  apply row_interval_sound, last_box_sound, input_box_holds; assumption.
Qed.

(* Both ends are Int32, and so is every partial sum on the way to them. *)
Theorem output_intervals_never_overflow net minimum maximum radius x r part :
  network_admissible net = true -> int16 minimum -> int16 maximum -> 0 <= radius -> Forall int16 x ->
  In r (last_rows net) -> is_max_plus r = false -> Sublist part (terms r) ->
  let b := last_box net (input_box minimum maximum radius x) in
  int32 (bias r + sum (map (fun t => snd t * least_value b t) part))
  /\ int32 (bias r + sum (map (fun t => snd t * greatest_value b t) part)).
Proof.
  intros admissible low high nonnegative range found kind sub b.
  unfold network_admissible in admissible. apply andb_true_iff in admissible as [_ admissible].
  rewrite forallb_forall in admissible.
  destruct (last_interval_ends_are_int16 net _ (input_box_int16 minimum maximum radius x low high nonnegative range)).
  split; (eapply no_partial_sum_overflows; [apply admissible, found | exact kind | | exact sub]);
    intros t _; unfold least_value, greatest_value; destruct (0 <=? snd t); apply int16_at; assumption.
Qed.
