(* Vectors are lists of integers. What the other files need of them: sums, maxima, "pointwise close",
   "inside a box" and "pointwise below". A component that does not exist reads as 0. *)

From Coq Require Export ZArith Lia List Bool.
Export ListNotations.
Open Scope Z_scope.

Definition at_column (x : list Z) (column : nat) : Z := nth column x 0.

(* ---- Three lists in step ------------------------------------------------------------------------- *)

Inductive Forall3 {A B C : Type} (P : A -> B -> C -> Prop) : list A -> list B -> list C -> Prop :=
| Forall3_nil : Forall3 P [] [] []
| Forall3_cons a b c l m n : P a b c -> Forall3 P l m n -> Forall3 P (a :: l) (b :: m) (c :: n).

Global Hint Constructors Forall3 : core.

(* x and y differ by at most deltas, component by component. *)
Definition Within (deltas x y : list Z) : Prop := Forall3 (fun delta a b => Z.abs (a - b) <= delta) deltas x y.

(* x lies in the box between lower and upper. *)
Definition Inside (lower upper x : list Z) : Prop := Forall3 (fun l u v => l <= v <= u) lower upper x.

(* x is nowhere above y. *)
Definition Below (x y : list Z) : Prop := Forall2 Z.le x y.

Lemma Forall3_map {I A B C : Type} (P : A -> B -> C -> Prop) (f : I -> A) (g : I -> B) (h : I -> C) items :
  (forall item, In item items -> P (f item) (g item) (h item)) ->
  Forall3 P (map f items) (map g items) (map h items).
Proof.
  induction items as [| item items IH]; simpl; intros holds; constructor; auto.
Qed.

Lemma Forall3_app {A B C : Type} (P : A -> B -> C -> Prop) l m n l' m' n' :
  Forall3 P l m n -> Forall3 P l' m' n' -> Forall3 P (l ++ l') (m ++ m') (n ++ n').
Proof. induction 1; simpl; auto. Qed.

Lemma Forall2_map {I A B : Type} (P : A -> B -> Prop) (f : I -> A) (g : I -> B) items :
  (forall item, In item items -> P (f item) (g item)) -> Forall2 P (map f items) (map g items).
Proof.
  induction items as [| item items IH]; simpl; intros holds; constructor; auto.
Qed.

Lemma Forall2_nth {A B : Type} (P : A -> B -> Prop) l m defaultA defaultB index :
  P defaultA defaultB -> Forall2 P l m -> P (nth index l defaultA) (nth index m defaultB).
Proof.
  intros default holds; revert index.
  induction holds; intros [| index]; simpl; auto.
Qed.

Lemma within_at deltas x y column :
  Within deltas x y -> Z.abs (at_column x column - at_column y column) <= at_column deltas column.
Proof.
  unfold at_column; intros holds; revert column.
  induction holds; intros [| column]; simpl; auto; lia.
Qed.

Lemma within_length deltas x y : Within deltas x y -> length x = length deltas /\ length y = length deltas.
Proof. induction 1; simpl; intuition lia. Qed.

Lemma within_symmetric deltas x y : Within deltas x y -> Within deltas y x.
Proof. induction 1; constructor; auto; lia. Qed.

Lemma within_itself d x : 0 <= d -> Within (repeat d (length x)) x x.
Proof. induction x; simpl; constructor; [lia | apply IHx; assumption]. Qed.

Lemma within_zero_equal count x y : Within (repeat 0 count) x y -> x = y.
Proof.
  revert x y; induction count; simpl; intros x y holds; inversion holds; subst; auto.
  f_equal; [lia | apply IHcount; assumption].
Qed.

Lemma within_weaken deltas deltas' x y : Below deltas deltas' -> Within deltas x y -> Within deltas' x y.
Proof.
  intros below holds; revert deltas' below.
  induction holds as [| delta a b deltas x y close _ IH]; intros deltas' below; inversion below; subst.
  - constructor.
  - constructor; [lia | apply IH; assumption].
Qed.

Lemma inside_at lower upper x column :
  Inside lower upper x -> at_column lower column <= at_column x column <= at_column upper column.
Proof.
  unfold at_column; intros holds; revert column.
  induction holds; intros [| column]; simpl; auto; lia.
Qed.

Lemma inside_below lower upper x : Inside lower upper x <-> Below lower x /\ Below x upper.
Proof.
  split.
  - induction 1; split; constructor; intuition lia.
  - intros [low high]; revert upper high.
    induction low; intros upper high; inversion high; subst; constructor; auto.
    apply IHlow; assumption.
Qed.

Lemma inside_length lower upper x : Inside lower upper x -> length lower = length x /\ length upper = length x.
Proof. induction 1; simpl; intuition lia. Qed.

Lemma below_repeat_at count bound deltas :
  length deltas = count -> (forall delta, In delta deltas -> delta <= bound) -> Below deltas (repeat bound count).
Proof.
  intros <-; induction deltas; simpl; intros holds; constructor; auto.
  apply IHdeltas; auto.
Qed.

(* ---- Sums ----------------------------------------------------------------------------------------- *)

Definition sum (values : list Z) : Z := fold_right Z.add 0 values.

Lemma sum_cons value values : sum (value :: values) = value + sum values.
Proof. reflexivity. Qed.

Lemma sum_app values others : sum (values ++ others) = sum values + sum others.
Proof. induction values; simpl; lia. Qed.

Lemma sum_map_le {I : Type} (f g : I -> Z) items :
  (forall item, In item items -> f item <= g item) -> sum (map f items) <= sum (map g items).
Proof.
  induction items as [| item items IH]; simpl; intros holds; [lia |].
  specialize (IH (fun i H => holds i (or_intror H))). specialize (holds item (or_introl eq_refl)). lia.
Qed.

Lemma sum_map_add {I : Type} (f g : I -> Z) items :
  sum (map (fun item => f item + g item) items) = sum (map f items) + sum (map g items).
Proof. induction items; simpl; lia. Qed.

Lemma sum_map_sub {I : Type} (f g : I -> Z) items :
  sum (map (fun item => f item - g item) items) = sum (map f items) - sum (map g items).
Proof. induction items; simpl; lia. Qed.

Lemma sum_map_mul {I : Type} (f : I -> Z) factor items :
  sum (map (fun item => f item * factor) items) = sum (map f items) * factor.
Proof. induction items; simpl; lia. Qed.

Lemma sum_map_equal {I : Type} (f g : I -> Z) items :
  (forall item, In item items -> f item = g item) -> sum (map f items) = sum (map g items).
Proof. intros holds; f_equal; apply map_ext_in; assumption. Qed.

Lemma sum_map_difference {I : Type} (f g h : I -> Z) items :
  (forall item, In item items -> Z.abs (f item - g item) <= h item) ->
  Z.abs (sum (map f items) - sum (map g items)) <= sum (map h items).
Proof.
  induction items as [| item items IH]; simpl; intros holds; [lia |].
  specialize (IH (fun i H => holds i (or_intror H))). specialize (holds item (or_introl eq_refl)). lia.
Qed.

Lemma sum_map_nonnegative {I : Type} (f : I -> Z) items :
  (forall item, In item items -> 0 <= f item) -> 0 <= sum (map f items).
Proof.
  induction items as [| item items IH]; simpl; intros holds; [lia |].
  specialize (IH (fun i H => holds i (or_intror H))). specialize (holds item (or_introl eq_refl)). lia.
Qed.

(* ---- Maxima --------------------------------------------------------------------------------------- *)

(* The largest of a list, 0 of the empty one. *)
Definition maximum (values : list Z) : Z :=
  match values with
  | [] => 0
  | first :: rest => fold_right Z.max first rest
  end.

Lemma fold_max_least first rest bound :
  fold_right Z.max first rest <= bound <-> first <= bound /\ (forall value, In value rest -> value <= bound).
Proof.
  induction rest as [| value rest IH]; simpl; [intuition |].
  rewrite Z.max_lub_iff, IH. firstorder subst; auto.
Qed.

Lemma maximum_upper values value : In value values -> value <= maximum values.
Proof.
  destruct values as [| first rest]; simpl; [intuition |].
  destruct (fold_max_least first rest (fold_right Z.max first rest)) as [bound _].
  destruct (bound (Z.le_refl _)). intros [<- |]; auto.
Qed.

Lemma maximum_least values bound :
  values <> [] -> (forall value, In value values -> value <= bound) -> maximum values <= bound.
Proof.
  destruct values as [| first rest]; [contradiction |]; simpl; intros _ holds.
  apply fold_max_least; auto.
Qed.

Lemma maximum_map_le {I : Type} (f g : I -> Z) items :
  (forall item, In item items -> f item <= g item) -> maximum (map f items) <= maximum (map g items).
Proof.
  destruct items as [| item items]; [simpl; lia |]; intros holds.
  apply maximum_least; [discriminate |].
  intros value found; apply in_map_iff in found as (i & <- & found).
  etransitivity; [apply holds, found |]. apply maximum_upper, in_map, found.
Qed.

(* Maxima move by at most the largest move of their arguments. *)
Lemma maximum_map_difference {I : Type} (f g h : I -> Z) items :
  (forall item, In item items -> Z.abs (f item - g item) <= h item) ->
  Z.abs (maximum (map f items) - maximum (map g items)) <= maximum (map h items).
Proof.
  destruct items as [| item items]; [simpl; lia |]; intros holds.
  assert (oneway : forall p q : I -> Z,
    (forall i, In i (item :: items) -> Z.abs (p i - q i) <= h i) ->
    maximum (map p (item :: items)) <= maximum (map q (item :: items)) + maximum (map h (item :: items))).
  { intros p q close. apply maximum_least; [discriminate |].
    intros value found; apply in_map_iff in found as (i & <- & found).
    pose proof (close i found).
    pose proof (maximum_upper _ _ (in_map q _ _ found)). pose proof (maximum_upper _ _ (in_map h _ _ found)). lia. }
  pose proof (oneway f g holds).
  assert (Z.le (maximum (map g (item :: items)))
    (maximum (map f (item :: items)) + maximum (map h (item :: items)))).
  { apply oneway; intros i found; specialize (holds i found); lia. }
  lia.
Qed.
