(* Answers at a required radius: an answer that neither certificate proves there is withheld
   (`infer(_:within:scratch:logits:)`). *)

From SupNorm Require Export PairTable Interval.

(* The global radius costs one division a class and is asked first; 0 of it is also what a tie gets, which nothing
   certifies. None is to abstain. *)
Definition answer_at_required_radius (net : network) (minimum maximum : Z) (x : list Z) (required : Z) : option nat :=
  let c := class net x in
  if Z.max required 1 <=? global_radius (length x) net x then Some c
  else if certify net minimum maximum x c required then Some c
  else None.

(* An answer given is the class of every input within the required radius and the declared range; outside that range
   too when the global radius suffices. *)
Theorem answer_at_required_radius_sound net minimum maximum x required c :
  network_fits (length x) net = true -> network_admissible net = true -> Forall int16 x ->
  answer_at_required_radius net minimum maximum x required = Some c ->
  forall y, Forall int16 y -> Within (repeat required (length x)) x y ->
  Forall (fun v => minimum <= v <= maximum) y \/ required <= global_radius (length x) net x ->
  class net y = c.
Proof.
  intros fits admissible rangeX answered y rangeY close place. unfold answer_at_required_radius in answered.
  destruct (Z.leb_spec (Z.max required 1) (global_radius (length x) net x)) as [enough | short].
  - injection answered as <-. apply (device_radius_sound (length x)); trivial.
    apply within_weaken with (repeat required (length x)); [| assumption].
    apply below_repeat_at; [apply repeat_length |]. intros delta found. apply repeat_spec in found. lia.
  - destruct (certify net minimum maximum x (class net x) required) eqn:certified; [| discriminate].
    injection answered as <-. destruct place as [declared | enough].
    + apply (interval_certificate_sound net minimum maximum x _ required); trivial.
      apply class_range with (length x); assumption.
    + apply (device_radius_sound (length x)); trivial.
      apply within_weaken with (repeat required (length x)); [| assumption].
      apply below_repeat_at; [apply repeat_length |]. intros delta found. apply repeat_spec in found. lia.
Qed.

(* Only what is answered anyway is answered. *)
Theorem answer_is_the_class net minimum maximum x required c :
  answer_at_required_radius net minimum maximum x required = Some c -> c = class net x.
Proof.
  unfold answer_at_required_radius. destruct (_ <=? _); [congruence |]. destruct (certify _ _ _ _ _ _); congruence.
Qed.
