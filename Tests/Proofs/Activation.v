(* Activations: exact, monotone or antitone, nonexpansive in the sup norm (Activation.swift). *)

From Coq Require Import Sorting.Permutation Sorting.Sorted.
From SupNorm Require Export Row.

Inductive activation := Identity | Relu | Abs | MaxMin | Sort | Negate.

(* ---- Semantics ------------------------------------------------------------------------------------ *)

Definition relu (v : Z) : Z := Z.max v 0.
Definition saturating_magnitude (v : Z) : Z := Z.min (Z.abs v) 32767.
Definition saturating_negation (v : Z) : Z := Z.min (- v) 32767.

(* (max, min) of each pair; an odd last one stays. *)
Fixpoint max_min (x : list Z) : list Z :=
  match x with
  | a :: b :: rest => Z.max a b :: Z.min a b :: max_min rest
  | _ => x
  end.

(* Insertion sort, one compare-and-swap a step. *)
Fixpoint insert (v : Z) (sorted : list Z) : list Z :=
  match sorted with
  | [] => [v]
  | first :: rest => Z.min v first :: insert (Z.max v first) rest
  end.

Definition sort (x : list Z) : list Z := fold_right insert [] x.

Definition activate (a : activation) (x : list Z) : list Z :=
  match a with
  | Identity => x
  | Relu => map relu x
  | Abs => map saturating_magnitude x
  | MaxMin => max_min x
  | Sort => sort x
  | Negate => map saturating_negation x
  end.

(* Replaces each output's bound by the worst of those whose inputs can reach it (Deviation.swift, `deviations`). *)
Fixpoint mix_pairs {A : Type} (worse : A -> A -> A) (bounds : list A) : list A :=
  match bounds with
  | a :: b :: rest => worse a b :: worse a b :: mix_pairs worse rest
  | _ => bounds
  end.

Definition mix_all {A : Type} (worse : A -> A -> A) (bounds : list A) : list A :=
  match bounds with
  | [] => []
  | first :: rest => repeat (fold_right worse first rest) (length bounds)
  end.

Definition mixed {A : Type} (worse : A -> A -> A) (a : activation) (bounds : list A) : list A :=
  match a with
  | MaxMin => mix_pairs worse bounds
  | Sort => mix_all worse bounds
  | _ => bounds
  end.

(* Induction by pairs, for maxMin. *)
Lemma pair_induction {A : Type} (P : list A -> Prop) :
  P [] -> (forall a, P [a]) -> (forall a b l, P l -> P (a :: b :: l)) -> forall l, P l.
Proof.
  intros none one more l. enough (both : P l /\ forall a, P (a :: l)) by apply both.
  induction l as [| b l [here there]]; split; auto.
Qed.

(* ---- sort sorts ----------------------------------------------------------------------------------- *)

Lemma insert_permutation v sorted : Permutation (insert v sorted) (v :: sorted).
Proof.
  revert v; induction sorted as [| first rest IH]; intros v; simpl; [reflexivity |].
  destruct (Z.le_ge_cases v first).
  - rewrite Z.min_l, Z.max_r by assumption. rewrite IH. reflexivity.
  - rewrite Z.min_r, Z.max_l by assumption. rewrite IH. apply perm_swap.
Qed.

Theorem sort_permutes x : Permutation (sort x) x.
Proof. induction x; simpl; [reflexivity |]. rewrite insert_permutation, IHx. reflexivity. Qed.

Lemma insert_sorted v sorted : StronglySorted Z.le sorted -> StronglySorted Z.le (insert v sorted).
Proof.
  intros holds; revert v.
  induction holds as [| first rest _ IH least]; intros v; simpl; constructor; auto; [constructor |].
  apply (Permutation_Forall (Permutation_sym (insert_permutation (Z.max v first) rest))).
  constructor; [lia |]. eapply Forall_impl; [| exact least]. cbn; lia.
Qed.

Theorem sort_sorts x : StronglySorted Z.le (sort x).
Proof. induction x; simpl; [constructor | apply insert_sorted; assumption]. Qed.

(* ---- Int16 stays Int16, lengths stay -------------------------------------------------------------- *)

Lemma activate_int16 a x : Forall int16 x -> Forall int16 (activate a x).
Proof.
  intros holds; destruct a; simpl; trivial.
  1, 2, 5: apply Forall_map; eapply Forall_impl; [| exact holds];
    unfold int16, relu, saturating_magnitude, saturating_negation; lia.
  - revert holds; induction x as [| | a b l IH] using pair_induction; simpl; trivial.
    intros holds; inversion holds as [| ? ? first rest]; inversion rest; subst.
    unfold int16 in *; constructor; [lia |]; constructor; [lia | auto].
  - exact (Permutation_Forall (Permutation_sym (sort_permutes x)) holds).
Qed.

Lemma activate_length a x : length (activate a x) = length x.
Proof.
  destruct a; simpl; rewrite ?map_length; trivial.
  - induction x using pair_induction; simpl; congruence.
  - apply Permutation_length, sort_permutes.
Qed.

Lemma mixed_length {A : Type} (worse : A -> A -> A) a bounds : length (mixed worse a bounds) = length bounds.
Proof.
  destruct a; simpl; trivial.
  - induction bounds using pair_induction; simpl; congruence.
  - destruct bounds; simpl; [reflexivity |]. rewrite repeat_length; reflexivity.
Qed.

(* ---- Monotone activations ------------------------------------------------------------------------- *)

Lemma max_min_monotone x y : Below x y -> Below (max_min x) (max_min y).
Proof.
  revert y; induction x as [| | a b l IH] using pair_induction; intros y below.
  - inversion below; constructor.
  - inversion below as [| ? ? ? ? ? rest]; inversion rest; subst; assumption.
  - inversion below as [| ? c ? ? first rest]; subst. inversion rest as [| ? d ? ? second tail]; subst.
    constructor; [lia |]; constructor; [lia | apply IH; assumption].
Qed.

Lemma insert_monotone v v' s s' : v <= v' -> Below s s' -> Below (insert v s) (insert v' s').
Proof.
  intros le below; revert v v' le.
  induction below as [| a b s s' first _ IH]; intros v v' le; simpl.
  - repeat constructor; assumption.
  - constructor; [lia | apply IH; lia].
Qed.

Lemma sort_monotone x y : Below x y -> Below (sort x) (sort y).
Proof. induction 1; simpl; [constructor | apply insert_monotone; assumption]. Qed.

Lemma sort_shift d x : sort (map (Z.add d) x) = map (Z.add d) (sort x).
Proof.
  assert (insert_shift : forall s v, insert (d + v) (map (Z.add d) s) = map (Z.add d) (insert v s)).
  { induction s; intros v; simpl; [reflexivity |].
    rewrite Z.add_min_distr_l, Z.add_max_distr_l, IHs. reflexivity. }
  induction x; simpl; [reflexivity |]. rewrite IHx, insert_shift. reflexivity.
Qed.

(* ---- Deviation ------------------------------------------------------------------------------------ *)

Lemma map_deviation f deltas x y :
  (forall a b, Z.abs (f a - f b) <= Z.abs (a - b)) -> Within deltas x y -> Within deltas (map f x) (map f y).
Proof.
  intros nonexpansive; induction 1 as [| delta a b ? ? ? close]; simpl; constructor; auto.
  specialize (nonexpansive a b); lia.
Qed.

Lemma max_min_deviation deltas x y :
  Within deltas x y -> Within (mix_pairs Z.max deltas) (max_min x) (max_min y).
Proof.
  revert x y; induction deltas as [| | a b l IH] using pair_induction; intros x y close.
  - inversion close; subst; constructor.
  - inversion close as [| ? ? ? ? ? ? ? rest]; subst; inversion rest; subst; assumption.
  - inversion close as [| ? ? ? ? ? ? first rest]; subst.
    inversion rest as [| ? ? ? ? ? ? second tail]; subst.
    constructor; [lia |]; constructor; [lia | apply IH; assumption].
Qed.

Lemma mix_all_is_the_maximum deltas : mix_all Z.max deltas = repeat (maximum deltas) (length deltas).
Proof. destruct deltas; reflexivity. Qed.

Lemma below_map_add d x y : Below x (map (Z.add d) y) -> Below y (map (Z.add d) x) ->
  Within (repeat d (length x)) x y.
Proof.
  revert y; induction x as [| a x IH]; intros [| b y] low high; inversion low; inversion high; subst;
    simpl; constructor; [lia | apply IH; assumption].
Qed.

(* The i-th smallest value is monotone and commutes with adding a constant. *)
Lemma sort_deviation deltas x y :
  Within deltas x y -> Within (mix_all Z.max deltas) (sort x) (sort y).
Proof.
  intros close. destruct (within_length _ _ _ close) as [lengthX lengthY].
  assert (below : forall u v, Within deltas u v -> Below u (map (Z.add (maximum deltas)) v)).
  { clear. intros u v near. assert (largest := maximum_upper deltas). revert largest.
    generalize (maximum deltas) as d. induction near as [| delta a b ? ? ? first _ IH]; simpl; intros d largest.
    - constructor.
    - constructor; [specialize (largest delta (or_introl eq_refl)); lia | apply IH; auto]. }
  rewrite mix_all_is_the_maximum, <- lengthX.
  rewrite <- (Permutation_length (sort_permutes x)).
  apply below_map_add; rewrite <- sort_shift; apply sort_monotone, below; auto using within_symmetric.
Qed.

(* The bound of every activation (Certificates, The activations). *)
Theorem activation_deviation a deltas x y :
  Within deltas x y -> Within (mixed Z.max a deltas) (activate a x) (activate a y).
Proof.
  destruct a; simpl; auto using max_min_deviation, sort_deviation; apply map_deviation;
    unfold relu, saturating_magnitude, saturating_negation; lia.
Qed.

(* With one bound for all components, no activation enlarges it. *)
Lemma mixed_repeat a d count : mixed Z.max a (repeat d count) = repeat d count.
Proof.
  destruct a; simpl; trivial.
  - enough (both : mix_pairs Z.max (repeat d count) = repeat d count
      /\ mix_pairs Z.max (repeat d (S count)) = repeat d (S count)) by apply both.
    induction count as [| count [here there]]; [split; reflexivity |].
    split; [exact there |]. cbn [repeat mix_pairs] in *. rewrite here, Z.max_id. reflexivity.
  - rewrite mix_all_is_the_maximum, repeat_length.
    destruct count; [reflexivity |]. f_equal. simpl. clear.
    induction count; simpl; [reflexivity |]. rewrite IHcount. apply Z.max_id.
Qed.

(* A relation between bounds of two sorts that survives "the worse of two" survives the mixing. *)
Lemma mixed_related {A B : Type} (R : A -> B -> Prop) worseA worseB a (l : list A) (m : list B) :
  (forall x x' y y', R x y -> R x' y' -> R (worseA x x') (worseB y y')) ->
  Forall2 R l m -> Forall2 R (mixed worseA a l) (mixed worseB a m).
Proof.
  intros kept related; destruct a; simpl; trivial.
  - revert m related; induction l as [| | x x' l IH] using pair_induction; intros m related.
    + inversion related; constructor.
    + inversion related as [| ? ? ? ? ? rest]; inversion rest; subst; assumption.
    + inversion related as [| ? ? ? ? first rest]; subst. inversion rest; subst.
      repeat constructor; auto.
  - destruct related as [| x y l m first rest]; [constructor |].
    assert (worst : R (fold_right worseA x l) (fold_right worseB y m)) by (induction rest; simpl; auto).
    unfold mix_all. replace (length (y :: m)) with (length (x :: l)).
    + induction (length (x :: l)); simpl; constructor; assumption.
    + simpl; f_equal. clear - rest. induction rest; simpl; congruence.
Qed.

(* ---- Boxes ---------------------------------------------------------------------------------------- *)

Definition abs_lower (lower upper : Z) : Z := Z.max (Z.max lower (saturating_negation upper)) 0.
Definition abs_upper (lower upper : Z) : Z := Z.max (saturating_magnitude lower) (saturating_magnitude upper).

(* The ends of each output over a box (Activation.swift, `applyActivation(_:lower:upper:)`). *)
Definition activate_box (a : activation) (box : list Z * list Z) : list Z * list Z :=
  let (lower, upper) := box in
  match a with
  | Abs => (map (fun ends => abs_lower (fst ends) (snd ends)) (combine lower upper),
            map (fun ends => abs_upper (fst ends) (snd ends)) (combine lower upper))
  | Negate => (map saturating_negation upper, map saturating_negation lower)
  | _ => (activate a lower, activate a upper)
  end.

Definition InBox (box : list Z * list Z) (x : list Z) : Prop := Inside (fst box) (snd box) x.

Lemma activate_box_sound a box x : Forall int16 x -> InBox box x -> InBox (activate_box a box) (activate a x).
Proof.
  destruct box as [lower upper]; unfold InBox; simpl; intros range inside; destruct a; simpl; trivial.
  - induction inside; simpl; constructor; [unfold relu; lia |]. apply IHinside; inversion range; assumption.
  - induction inside; simpl; constructor.
    + inversion range; subst; unfold abs_lower, abs_upper, saturating_magnitude, saturating_negation, int16 in *; lia.
    + apply IHinside; inversion range; assumption.
  - apply inside_below in inside as [low high]. apply inside_below; auto using max_min_monotone.
  - apply inside_below in inside as [low high]. apply inside_below; auto using sort_monotone.
  - induction inside; simpl; constructor; [unfold saturating_negation; lia |].
    apply IHinside; inversion range; assumption.
Qed.
