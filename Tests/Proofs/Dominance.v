(* Why the checker's residual is positive semidefinite (SpectralNorm.swift): a symmetric matrix of integers whose diagonal is
   no less than the magnitudes beside it. Matrices and vectors are functions of places below n. *)

From SupNorm Require Export Vector.

Fixpoint total (n : nat) (f : nat -> Z) : Z :=
  match n with
  | O => 0
  | S n => total n f + f n
  end.

Definition form (n : nat) (matrix : nat -> nat -> Z) (x : nat -> Z) : Z :=
  total n (fun i => total n (fun j => matrix i j * x i * x j)).

Lemma total_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> total n f <= total n g.
Proof.
  induction n as [| n IH]; intros below; cbn; [lia |].
  pose proof (below n ltac:(lia)). pose proof (IH (fun i less => below i ltac:(lia))). lia.
Qed.

Lemma total_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> total n f = total n g.
Proof.
  intros same. apply Z.le_antisymm; apply total_le; intros i less; rewrite (same i less); lia.
Qed.

Lemma total_plus n f g : total n (fun i => f i + g i) = total n f + total n g.
Proof. induction n as [| n IH]; cbn; [reflexivity | rewrite IH; lia]. Qed.

Lemma total_times n f c : total n (fun i => c * f i) = c * total n f.
Proof. induction n as [| n IH]; cbn; [lia | rewrite IH; lia]. Qed.

Lemma total_nonnegative n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= total n f.
Proof.
  intros positive. replace 0 with (total n (fun _ => 0)); [apply total_le; assumption |].
  clear; induction n as [| n IH]; cbn; [reflexivity | lia].
Qed.

Lemma total_exchange n m f : total n (fun i => total m (f i)) = total m (fun j => total n (fun i => f i j)).
Proof.
  induction n as [| n IH]; cbn.
  - induction m as [| m IHm]; cbn; [reflexivity | lia].
  - rewrite IH, <- total_plus. reflexivity.
Qed.

Lemma total_at n f k : (k < n)%nat -> total n (fun j => if (j =? k)%nat then f j else 0) = f k.
Proof.
  induction n as [| n IH]; intros less; [lia |]; cbn. destruct (Nat.eqb_spec n k) as [-> | other].
  - replace (total k (fun j => if (j =? k)%nat then f j else 0)) with (total k (fun _ => 0)).
    + assert (total k (fun _ => 0) = 0) as -> by (clear; induction k as [| k IHk]; cbn; lia). lia.
    + apply total_ext; intros i below. destruct (Nat.eqb_spec i k); [lia | reflexivity].
  - rewrite IH by lia. lia.
Qed.

(* The magnitudes beside the diagonal of a row. *)
Definition beside (n : nat) (matrix : nat -> nat -> Z) (i : nat) : Z :=
  total n (fun j => if (j =? i)%nat then 0 else Z.abs (matrix i j)).

Theorem dominant_diagonal_is_positive n matrix x :
  (forall i j, matrix i j = matrix j i) -> (forall i, (i < n)%nat -> beside n matrix i <= matrix i i) ->
  0 <= form n matrix x.
Proof.
  intros symmetric dominant.
  set (off i j := if (j =? i)%nat then 0 else Z.abs (matrix i j)).
  set (diagonal i j := if (j =? i)%nat then matrix i j else 0).
  assert (pointwise : forall i j,
    2 * diagonal i j * (x i * x i) - off i j * (x i * x i) - off i j * (x j * x j) <= 2 * (matrix i j * x i * x j)).
  { intros i j; unfold off, diagonal; destruct (Nat.eqb_spec j i) as [-> | other]; [lia |].
    pose proof (Z.square_nonneg (x i + x j)). pose proof (Z.square_nonneg (x i - x j)).
    destruct (Z.abs_spec (matrix i j)) as [[sign ->] | [sign ->]]; nia. }
  assert (bound : total n (fun i => total n (fun j =>
      2 * diagonal i j * (x i * x i) - off i j * (x i * x i) - off i j * (x j * x j))) <= 2 * form n matrix x).
  { unfold form. rewrite <- total_times. apply total_le; intros i _.
    rewrite <- total_times. apply total_le; intros j _. apply pointwise. }
  assert (halves : total n (fun i => total n (fun j => off i j * (x j * x j)))
    = total n (fun i => total n (fun j => off i j * (x i * x i)))).
  { rewrite total_exchange. apply total_ext; intros i _. apply total_ext; intros j _.
    unfold off. rewrite (Nat.eqb_sym i j), (symmetric j i). reflexivity. }
  assert (split : total n (fun i => total n (fun j =>
      2 * diagonal i j * (x i * x i) - off i j * (x i * x i) - off i j * (x j * x j)))
    = 2 * total n (fun i => (matrix i i - beside n matrix i) * (x i * x i))).
  { transitivity (total n (fun i => total n (fun j => 2 * diagonal i j * (x i * x i)))
      + (-1) * total n (fun i => total n (fun j => off i j * (x i * x i)))
      + (-1) * total n (fun i => total n (fun j => off i j * (x j * x j)))).
    - rewrite <- !total_times, <- !total_plus. apply total_ext; intros i _.
      rewrite <- !total_times, <- !total_plus. apply total_ext; intros j _. lia.
    - rewrite halves, <- !total_times, <- !total_plus. apply total_ext; intros i less.
      assert (total n (fun j => 2 * diagonal i j * (x i * x i)) = 2 * (x i * x i) * matrix i i) as ->.
      { rewrite <- (total_at n (fun j => matrix i j) i less), <- total_times.
        apply total_ext; intros j _. unfold diagonal. destruct (j =? i)%nat; lia. }
      assert (total n (fun j => off i j * (x i * x i)) = (x i * x i) * beside n matrix i) as ->.
      { unfold beside. rewrite <- total_times. apply total_ext; intros j _. fold (off i j). lia. }
      lia. }
  assert (0 <= total n (fun i => (matrix i i - beside n matrix i) * (x i * x i))).
  { apply total_nonnegative; intros i less. pose proof (dominant i less).
    apply Z.mul_nonneg_nonneg; [lia | apply Z.square_nonneg]. }
  lia.
Qed.

(* M = (L·Lᵀ + E) / scale is positive semidefinite: the residual dominant, the product a sum of squares. *)
Theorem factored_matrix_is_positive n matrix factor residual scale x :
  0 < scale ->
  (forall i j, (i < n)%nat -> (j < n)%nat ->
    scale * matrix i j = total n (fun k => factor i k * factor j k) + residual i j) ->
  (forall i j, residual i j = residual j i) ->
  (forall i, (i < n)%nat -> beside n residual i <= residual i i) ->
  0 <= form n matrix x.
Proof.
  intros positive factored symmetric dominant.
  pose proof (dominant_diagonal_is_positive n residual x symmetric dominant) as rest.
  assert (squares : form n (fun i j => total n (fun k => factor i k * factor j k)) x
    = total n (fun k => total n (fun i => factor i k * x i) * total n (fun j => factor j k * x j))).
  { unfold form.
    transitivity (total n (fun i => total n (fun k => (factor i k * x i) * total n (fun j => factor j k * x j)))).
    - apply total_ext; intros i _. rewrite (total_ext n _ (fun j => total n (fun k => factor i k * x i * (factor j k * x j)))).
      + rewrite total_exchange. apply total_ext; intros k _. rewrite <- total_times. apply total_ext; intros j _. lia.
      + intros j _. transitivity (x i * x j * total n (fun k => factor i k * factor j k)); [lia |].
        rewrite <- total_times. apply total_ext; intros k _. lia.
    - rewrite total_exchange. apply total_ext; intros k _.
      rewrite <- (total_times n (fun i => factor i k * x i)). apply total_ext; intros i _. lia. }
  assert (scaled : scale * form n matrix x
    = form n (fun i j => total n (fun k => factor i k * factor j k)) x + form n residual x).
  { unfold form. rewrite <- total_times, <- total_plus. apply total_ext; intros i less_i.
    rewrite <- total_times, <- total_plus. apply total_ext; intros j less_j.
    pose proof (factored i j less_i less_j) as equation.
    replace (scale * (matrix i j * x i * x j)) with (scale * matrix i j * x i * x j) by ring.
    rewrite equation. ring. }
  assert (0 <= total n (fun k => total n (fun i => factor i k * x i) * total n (fun j => factor j k * x j))).
  { apply total_nonnegative; intros k _. apply Z.square_nonneg. }
  assert (0 <= scale * form n matrix x) by lia.
  apply (Z.mul_nonneg_cancel_l scale); assumption.
Qed.
