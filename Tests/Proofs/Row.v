(* One row of a layer: dense, sparse or max-plus (Certificates, The integers; Weighted.swift). *)

From Coq Require Import Sorting.Permutation.
From SupNorm Require Export Arithmetic.

(* The sign of a max-plus entry, +1 or -1. *)
Inductive sign := Plus | Minus.

Record entry := Entry { column : nat; entry_sign : sign; offset : Z }.

Inductive row :=
| Dense (weights : list Z) (bias : Z)
| Sparse (entries : list (nat * Z)) (bias : Z)  (* (column, weight), columns strictly increasing *)
| MaxPlus (entries : list entry).

(* ---- Semantics ------------------------------------------------------------------------------------ *)

(* The terms of an accumulator, (column, weight), in the order in which they are added. *)
Definition terms (r : row) : list (nat * Z) :=
  match r with
  | Dense weights _ => combine (seq 0 (length weights)) weights
  | Sparse entries _ => entries
  | MaxPlus _ => []
  end.

Definition bias (r : row) : Z :=
  match r with Dense _ b | Sparse _ b => b | MaxPlus _ => 0 end.

Definition product (x : list Z) (term : nat * Z) : Z := snd term * at_column x (fst term).

Definition accumulator (r : row) (x : list Z) : Z := bias r + sum (map (product x) (terms r)).

Definition signed (s : sign) (v : Z) : Z := match s with Plus => v | Minus => -v end.

Definition entry_value (x : list Z) (e : entry) : Z := signed (entry_sign e) (at_column x (column e)) + offset e.

(* What the last layer puts out: raw, neither rounded nor saturated. *)
Definition raw_value (r : row) (x : list Z) : Z :=
  match r with
  | MaxPlus entries => maximum (map (entry_value x) entries)
  | _ => accumulator r x
  end.

(* What a hidden layer makes of a raw value: rounded and saturated; max-plus rows are only saturated. *)
Definition settled (f : nat) (r : row) (raw : Z) : Z :=
  match r with MaxPlus _ => clamp raw | _ => requantize f raw end.

Definition hidden_value (f : nat) (r : row) (x : list Z) : Z := settled f r (raw_value r x).

Lemma settled_int16 f r raw : int16 (settled f r raw).
Proof. destruct r; apply clamp_int16. Qed.

Lemma settled_monotone f r raw raw' : raw <= raw' -> settled f r raw <= settled f r raw'.
Proof. destruct r; simpl; auto using requantize_monotone, clamp_monotone. Qed.

(* ---- Shapes --------------------------------------------------------------------------------------- *)

Fixpoint strictly_increasing (columns : list nat) : bool :=
  match columns with
  | a :: (b :: _) as rest => (a <? b)%nat && strictly_increasing rest
  | _ => true
  end.

(* The row reads inputs of n columns, and its sparse columns are in order. *)
Definition row_fits (n : nat) (r : row) : bool :=
  match r with
  | Dense weights _ => (length weights =? n)%nat
  | Sparse entries _ => strictly_increasing (map fst entries) && forallb (fun t => (fst t <? n)%nat) entries
  | MaxPlus entries => negb (length entries =? 0)%nat && forallb (fun e => (column e <? n)%nat) entries
  end.

(* ---- Sparse rows mean dense rows ------------------------------------------------------------------ *)

Fixpoint stored_weight (entries : list (nat * Z)) (c : nat) : Z :=
  match entries with
  | [] => 0
  | (column, weight) :: rest => if (column =? c)%nat then weight else stored_weight rest c
  end.

(* The weight of a column, 0 where none is stored. *)
Definition weight (r : row) (c : nat) : Z :=
  match r with
  | Dense weights _ => at_column weights c
  | Sparse entries _ => stored_weight entries c
  | MaxPlus _ => 0
  end.

(* All n weights of a row, zeros included. *)
Definition dense_weights (n : nat) (r : row) : list Z := map (weight r) (seq 0 n).

Definition is_max_plus (r : row) : bool := match r with MaxPlus _ => true | _ => false end.

Fixpoint dot (weights x : list Z) : Z :=
  match weights, x with
  | w :: weights, v :: x => w * v + dot weights x
  | _, _ => 0
  end.

Lemma strictly_increasing_head a rest b :
  strictly_increasing (a :: rest) = true -> In b rest -> (a < b)%nat.
Proof.
  revert a; induction rest as [| c rest IH]; intros a increasing; [contradiction |].
  cbn in increasing; apply andb_true_iff in increasing as [less increasing].
  apply Nat.ltb_lt in less. intros [<- | found]; [assumption |].
  specialize (IH c increasing found). lia.
Qed.

Lemma strictly_increasing_tail a rest : strictly_increasing (a :: rest) = true -> strictly_increasing rest = true.
Proof. destruct rest; [reflexivity |]; cbn; rewrite andb_true_iff; tauto. Qed.

Lemma stored_weight_absent entries c : ~ In c (map fst entries) -> stored_weight entries c = 0.
Proof.
  induction entries as [| [column weight] rest IH]; simpl; intros absent; [reflexivity |].
  destruct (Nat.eqb_spec column c); [intuition | apply IH; intuition].
Qed.

Lemma sum_of_one_column count start c v :
  (start <= c < start + count)%nat ->
  sum (map (fun i => if (c =? i)%nat then v else 0) (seq start count)) = v.
Proof.
  revert start; induction count; simpl; intros start range; [lia |].
  destruct (Nat.eqb_spec c start).
  - subst. rewrite (sum_map_equal _ (fun _ => 0)).
    + clear; induction (seq (S start) count); simpl in *; lia.
    + intros i found; apply in_seq in found. destruct (Nat.eqb_spec start i); [lia | reflexivity].
  - rewrite IHcount; lia.
Qed.

Lemma sparse_sum n entries x :
  strictly_increasing (map fst entries) = true -> forallb (fun t => (fst t <? n)%nat) entries = true ->
  sum (map (product x) entries) = sum (map (fun c => stored_weight entries c * at_column x c) (seq 0 n)).
Proof.
  induction entries as [| [column weight] rest IH]; intros increasing inRange.
  - simpl. induction (seq 0 n); simpl in *; lia.
  - cbn [map forallb] in *. apply andb_true_iff in inRange as [first inRange].
    apply Nat.ltb_lt in first; cbn in first.
    change (sum (product x (column, weight) :: map (product x) rest))
      with (product x (column, weight) + sum (map (product x) rest)).
    rewrite (IH (strictly_increasing_tail _ _ increasing) inRange).
    pose proof (sum_of_one_column n 0 column (product x (column, weight)) ltac:(lia)) as once.
    etransitivity; [apply f_equal2; [symmetry; exact once | reflexivity] |].
    rewrite <- sum_map_add. apply sum_map_equal. intros c _. unfold product; simpl.
    destruct (Nat.eqb_spec column c) as [<- |]; [| lia].
    rewrite stored_weight_absent; [lia |].
    intros found. exact (Nat.lt_irrefl _ (strictly_increasing_head _ _ _ increasing found)).
Qed.

Lemma combine_seq_nth start weights :
  combine (seq start (length weights)) weights
  = map (fun c => (c, nth (c - start) weights 0)) (seq start (length weights)).
Proof.
  revert start; induction weights as [| w weights IH]; intros start; [reflexivity |].
  cbn [length seq combine map]. rewrite IH, Nat.sub_diag. f_equal.
  apply map_ext_in; intros c found; apply in_seq in found.
  replace (c - start)%nat with (S (c - S start)) by lia. reflexivity.
Qed.

(* Every dense or sparse row is the sum over all columns. *)
Lemma accumulator_by_columns n r x :
  row_fits n r = true -> is_max_plus r = false ->
  accumulator r x = bias r + sum (map (fun c => weight r c * at_column x c) (seq 0 n)).
Proof.
  destruct r as [weights b | entries b | entries]; cbn; intros fits kind; [| | discriminate];
    unfold accumulator; f_equal; cbn [bias terms weight].
  - apply Nat.eqb_eq in fits. subst n. rewrite combine_seq_nth, map_map.
    apply sum_map_equal; intros c _. unfold product, at_column; cbn. rewrite Nat.sub_0_r. reflexivity.
  - apply andb_true_iff in fits as [increasing inRange]. apply sparse_sum; assumption.
Qed.

(* The dense row is b + sum of w x, as the article Certificates writes it. *)
Theorem dense_row_is_the_dot_product weights b x :
  accumulator (Dense weights b) x = b + dot weights x.
Proof.
  unfold accumulator; cbn [bias terms]; f_equal.
  enough (general : forall start, sum (map (fun t => snd t * at_column x (start + fst t)%nat)
      (combine (seq 0 (length weights)) weights)) = dot weights (skipn start x)) by exact (general 0%nat).
  induction weights as [| w weights IH]; intros start; [reflexivity |].
  cbn [length seq combine map sum fold_right fst snd]. fold (sum (map
    (fun t => snd t * at_column x (start + fst t)%nat) (combine (seq 1 (length weights)) weights))).
  rewrite <- seq_shift.
  assert (shifted : forall l, combine (map S l) weights = map (fun t => (S (fst t), snd t)) (combine l weights)).
  { clear; intros l; revert weights; induction l; intros [| w weights]; cbn; auto. f_equal; auto. }
  rewrite shifted, map_map. cbn [fst snd].
  rewrite (sum_map_equal _ (fun t => snd t * at_column x (S start + fst t)%nat))
    by (intros; f_equal; f_equal; lia).
  rewrite IH, Nat.add_0_r. unfold at_column. clear.
  revert x; induction start; intros [| v x]; cbn [skipn nth dot].
  - destruct weights; cbn; lia.
  - destruct x; destruct weights; cbn; lia.
  - destruct weights; cbn; lia.
  - rewrite IHstart. destruct x; reflexivity.
Qed.

(* A sparse row and the dense row with zeros are the same function. *)
Theorem sparse_row_equals_dense_row n entries b x :
  row_fits n (Sparse entries b) = true ->
  accumulator (Sparse entries b) x = accumulator (Dense (dense_weights n (Sparse entries b)) b) x.
Proof.
  intros fits. rewrite (accumulator_by_columns n) by auto.
  rewrite (accumulator_by_columns n (Dense _ b)).
  - cbn [bias]; f_equal. apply sum_map_equal; intros c found. apply in_seq in found. f_equal.
    unfold dense_weights, weight, at_column.
    rewrite (nth_indep _ 0 (stored_weight entries 0)) by (rewrite map_length, seq_length; lia).
    rewrite map_nth, seq_nth by lia. reflexivity.
  - cbn. unfold dense_weights. rewrite map_length, seq_length. apply Nat.eqb_refl.
  - reflexivity.
Qed.

(* ---- How far a row moves -------------------------------------------------------------------------- *)

(* R, the integer row sum of |w|. *)
Definition row_sum (r : row) : Z := sum (map (fun t => Z.abs (snd t)) (terms r)).

(* Sum of |w| delta; for max-plus the largest delta of the entries. *)
Definition raw_deviation (r : row) (deltas : list Z) : Z :=
  match r with
  | MaxPlus entries => maximum (map (fun e => at_column deltas (column e)) entries)
  | _ => sum (map (fun t => Z.abs (snd t) * at_column deltas (fst t)) (terms r))
  end.

(* ceil(Sum of |w| delta / 2^f); max-plus rows do not round. *)
Definition hidden_deviation (f : nat) (r : row) (deltas : list Z) : Z :=
  match r with
  | MaxPlus _ => raw_deviation r deltas
  | _ => ceil_div (raw_deviation r deltas) (power f)
  end.

Lemma accumulator_deviation r deltas x y :
  Within deltas x y ->
  Z.abs (accumulator r x - accumulator r y)
  <= sum (map (fun t => Z.abs (snd t) * at_column deltas (fst t)) (terms r)).
Proof.
  intros close. unfold accumulator. rewrite Z.add_comm, (Z.add_comm (bias r)).
  replace (_ - _) with (sum (map (product x) (terms r)) - sum (map (product y) (terms r))) by lia.
  apply sum_map_difference; intros term _. unfold product.
  rewrite <- Z.mul_sub_distr_l, Z.abs_mul.
  apply Z.mul_le_mono_nonneg_l; [lia | apply within_at; assumption].
Qed.

Lemma entry_deviation deltas x y e :
  Within deltas x y -> Z.abs (entry_value x e - entry_value y e) <= at_column deltas (column e).
Proof.
  intros close. pose proof (within_at _ _ _ (column e) close).
  unfold entry_value, signed; destruct (entry_sign e); lia.
Qed.

Theorem raw_value_deviation r deltas x y :
  Within deltas x y -> Z.abs (raw_value r x - raw_value r y) <= raw_deviation r deltas.
Proof.
  intros close; destruct r; [apply accumulator_deviation | apply accumulator_deviation |]; trivial.
  apply maximum_map_difference; intros; apply entry_deviation; assumption.
Qed.

(* The bound of one row of a hidden layer, rounding and saturation included. *)
Theorem row_deviation f r deltas x y :
  Within deltas x y -> Z.abs (hidden_value f r x - hidden_value f r y) <= hidden_deviation f r deltas.
Proof.
  intros close; pose proof (raw_value_deviation r deltas x y close).
  destruct r; [apply requantize_deviation | apply requantize_deviation |]; trivial.
  etransitivity; [apply clamp_nonexpansive | assumption].
Qed.
