(* Layers and whole networks: semantics, and how far deviations reach (Inference.swift, Deviation.swift). *)

From SupNorm Require Export Activation.

(* A hidden layer: rows, requantization by `shift`, activation. *)
Record layer := Layer { rows : list row; shift : nat; layer_activation : activation }.

(* Hidden layers, first to last, the indices of the inputs that are passed on to the last layer (the residual
   form), and the rows of the last layer, whose raw values are the logits. The shift of the last layer is used by
   nothing but its admissibility. *)
Record network :=
  Residual { hidden : list layer; residual_inputs : list nat; last_rows : list row; last_shift : nat }.

(* The plain form passes nothing on. *)
Definition Network (layers : list layer) : list row -> nat -> network := Residual layers [].

(* ---- Semantics ------------------------------------------------------------------------------------ *)

Definition layer_output (x : list Z) (l : layer) : list Z :=
  activate (layer_activation l) (map (fun r => hidden_value (shift l) r x) (rows l)).

(* The outputs of the hidden layers. *)
Definition run (layers : list layer) (x : list Z) : list Z := fold_left layer_output layers x.

(* One item for each column of the last layer: those of the last hidden layer's outputs, then those of the
   residual inputs (`lastColumns(hidden:inputs:)`). *)
Definition with_residual {A : Type} (missing : A) (net : network) (outputs inputs : list A) : list A :=
  outputs ++ map (fun k => nth k inputs missing) (residual_inputs net).

(* What the last layer reads. *)
Definition last_inputs (net : network) (x : list Z) : list Z := with_residual 0 net (run (hidden net) x) x.

Definition logits (net : network) (x : list Z) : list Z :=
  map (fun r => raw_value r (last_inputs net x)) (last_rows net).

Definition outputs (net : network) : nat := length (last_rows net).

(* ---- Int16 between the layers --------------------------------------------------------------------- *)

Lemma layer_output_int16 x l : Forall int16 (layer_output x l).
Proof.
  apply activate_int16, Forall_map, Forall_forall. intros; apply settled_int16.
Qed.

Theorem hidden_values_are_int16 layers x : Forall int16 x -> Forall int16 (run layers x).
Proof.
  unfold run; revert x; induction layers; simpl; auto using layer_output_int16.
Qed.

Lemma int16_at x c : Forall int16 x -> int16 (at_column x c).
Proof.
  intros range; unfold at_column. destruct (nth_in_or_default c x 0) as [found | ->].
  - eapply Forall_forall; eassumption.
  - unfold int16; lia.
Qed.

Lemma with_residual_int16 net outputs inputs :
  Forall int16 outputs -> Forall int16 inputs -> Forall int16 (with_residual 0 net outputs inputs).
Proof.
  intros; apply Forall_app; split; [assumption |]. apply Forall_map, Forall_forall; intros k _.
  apply (int16_at inputs k); assumption.
Qed.

Lemma last_inputs_are_int16 net x : Forall int16 x -> Forall int16 (last_inputs net x).
Proof. intros; apply with_residual_int16; [apply hidden_values_are_int16 |]; assumption. Qed.

Lemma plain_last_inputs layers last f x : last_inputs (Network layers last f) x = run layers x.
Proof. apply app_nil_r. Qed.

(* ---- Deviation ------------------------------------------------------------------------------------ *)

(* The bound of the article Certificates has no cap; Deviation.swift cuts every bound at 65535, the distance of the
   farthest Int16 values. Both are sound, so the theorems hold for any such cap. *)
Definition sound_cap (cap : Z -> Z) : Prop := forall move bound, move <= 65535 -> move <= bound -> move <= cap bound.
Definition no_cap (bound : Z) : Z := bound.
Definition int16_cap (bound : Z) : Z := Z.min bound 65535.

Lemma no_cap_sound : sound_cap no_cap.
Proof. unfold sound_cap, no_cap; lia. Qed.

Lemma int16_cap_sound : sound_cap int16_cap.
Proof. unfold sound_cap, int16_cap; lia. Qed.

Definition layer_deviation (cap : Z -> Z) (deltas : list Z) (l : layer) : list Z :=
  mixed Z.max (layer_activation l) (map (fun r => cap (hidden_deviation (shift l) r deltas)) (rows l)).

Definition input_deviation (cap : Z -> Z) (inputs : nat) (d : Z) : list Z := repeat (cap d) inputs.

(* How far the outputs of the hidden layers move when every input moves by at most d. *)
Definition hidden_deviations (cap : Z -> Z) (layers : list layer) (inputs : nat) (d : Z) : list Z :=
  fold_left (layer_deviation cap) layers (input_deviation cap inputs d).

(* How far the inputs of the last layer move. *)
Definition deviations (cap : Z -> Z) (net : network) (inputs : nat) (d : Z) : list Z :=
  with_residual 0 net (hidden_deviations cap (hidden net) inputs d) (input_deviation cap inputs d).

Theorem layer_output_deviation cap l deltas x y :
  sound_cap cap -> Within deltas x y ->
  Within (layer_deviation cap deltas l) (layer_output x l) (layer_output y l).
Proof.
  intros sound close. apply activation_deviation, Forall3_map. intros r _.
  apply sound; [| apply row_deviation; assumption].
  pose proof (settled_int16 (shift l) r (raw_value r x)). pose proof (settled_int16 (shift l) r (raw_value r y)).
  unfold hidden_value, int16 in *; lia.
Qed.

Theorem run_deviation cap layers deltas x y :
  sound_cap cap -> Within deltas x y ->
  Within (fold_left (layer_deviation cap) layers deltas) (run layers x) (run layers y).
Proof.
  intros sound; unfold run; revert deltas x y.
  induction layers; simpl; auto using layer_output_deviation.
Qed.

Lemma input_deviation_sound cap inputs d x y :
  sound_cap cap -> Forall int16 x -> Forall int16 y -> Within (repeat d inputs) x y ->
  Within (input_deviation cap inputs d) x y.
Proof.
  intros sound rangeX rangeY close; unfold input_deviation. revert x y rangeX rangeY close.
  induction inputs; simpl; intros x y rangeX rangeY close; inversion close; subst; constructor.
  - inversion rangeX; inversion rangeY; subst. apply sound; unfold int16 in *; lia.
  - inversion rangeX; inversion rangeY; subst. apply IHinputs; assumption.
Qed.

Lemma with_residual_deviation net deltas deltas' x x' y y' :
  Within deltas x y -> Within deltas' x' y' ->
  Within (with_residual 0 net deltas deltas') (with_residual 0 net x x') (with_residual 0 net y y').
Proof. intros; apply Forall3_app; [| apply Forall3_map; intros; apply within_at]; assumption. Qed.

(* The deviation vector (Certificates, Global radius) bounds what reaches the last layer, for every network, the inputs
   that are passed on included. *)
Theorem deviation_vector_bounds_the_network cap net inputs d x y :
  sound_cap cap -> Forall int16 x -> Forall int16 y -> Within (repeat d inputs) x y ->
  Within (deviations cap net inputs d) (last_inputs net x) (last_inputs net y).
Proof. intros; apply with_residual_deviation; [apply run_deviation |]; auto using input_deviation_sound. Qed.

(* ---- Nonexpansiveness ----------------------------------------------------------------------------- *)

(* No row sum exceeds 2^f; max-plus rows have none. *)
Definition nonexpansive_layer (l : layer) : bool := forallb (fun r => row_sum r <=? power (shift l)) (rows l).

Lemma at_repeat_le d count c : 0 <= d -> at_column (repeat d count) c <= d.
Proof.
  unfold at_column; intros nonnegative.
  destruct (nth_in_or_default c (repeat d count) 0) as [found | ->]; [apply repeat_spec in found |]; lia.
Qed.

Lemma raw_deviation_repeat r d count :
  0 <= d -> is_max_plus r = false -> raw_deviation r (repeat d count) <= row_sum r * d.
Proof.
  intros nonnegative kind. unfold row_sum. rewrite <- sum_map_mul.
  destruct r; [| | discriminate]; apply sum_map_le; intros t _; apply Z.mul_le_mono_nonneg_l;
    auto using at_repeat_le; lia.
Qed.

Lemma row_nonexpansive f r d count :
  0 <= d -> row_sum r <= power f -> hidden_deviation f r (repeat d count) <= d.
Proof.
  intros nonnegative bound. pose proof (power_positive f).
  destruct (is_max_plus r) eqn:kind.
  - destruct r as [| | entries]; try discriminate. cbn. destruct entries as [| e entries]; [exact nonnegative |].
    apply maximum_least; [discriminate |]. intros value found.
    apply in_map_iff in found as (? & <- & _). apply at_repeat_le; assumption.
  - assert (ceil_div (raw_deviation r (repeat d count)) (power f) <= d).
    { apply ceil_div_least; [assumption |]. etransitivity; [apply raw_deviation_repeat; assumption |].
      apply Z.mul_le_mono_nonneg_r; assumption. }
    destruct r; [| | discriminate]; assumption.
Qed.

(* A layer whose row sums are at most 2^f moves no output further than its inputs, with no slack. *)
Theorem layer_nonexpansive l d count x y :
  nonexpansive_layer l = true -> 0 <= d -> Within (repeat d count) x y ->
  Within (repeat d (length (rows l))) (layer_output x l) (layer_output y l).
Proof.
  intros bounded nonnegative close. unfold nonexpansive_layer in bounded. rewrite forallb_forall in bounded.
  unfold layer_output. rewrite <- (mixed_repeat (layer_activation l) d).
  apply activation_deviation.
  apply within_weaken with (map (fun r => hidden_deviation (shift l) r (repeat d count)) (rows l)).
  - apply below_repeat_at; [apply map_length |]. intros delta found.
    apply in_map_iff in found as (r & <- & found). apply row_nonexpansive; [assumption |].
    apply Z.leb_le, bounded, found.
  - apply Forall3_map; intros r _; apply row_deviation; assumption.
Qed.

(* So is every depth of such layers. *)
Theorem network_nonexpansive layers d inputs x y :
  forallb nonexpansive_layer layers = true -> 0 <= d -> Within (repeat d inputs) x y ->
  exists width, Within (repeat d width) (run layers x) (run layers y).
Proof.
  intros bounded nonnegative; unfold run; revert inputs x y.
  induction layers as [| l layers IH]; simpl; intros inputs x y close; [exists inputs; assumption |].
  cbn in bounded; apply andb_true_iff in bounded as [first rest].
  apply (IH rest (length (rows l))). eapply layer_nonexpansive; eassumption.
Qed.
