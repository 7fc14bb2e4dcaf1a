(* If g is nonexpansive then g(x) + x_k never decreases when x_k grows: exact, in integers (Certificates, Monotone
   inputs). *)

From SupNorm Require Export Network.

Definition nonexpansive (g : list Z -> Z) : Prop :=
  forall d x y, 0 <= d -> Within (repeat d (length x)) x y -> Z.abs (g x - g y) <= d.

(* The vector x with t added to its component k. *)
Fixpoint raised (k : nat) (t : Z) (x : list Z) : list Z :=
  match k, x with
  | _, [] => []
  | 0%nat, v :: x => v + t :: x
  | S k, v :: x => v :: raised k t x
  end.

Lemma raised_within k t x : 0 <= t -> Within (repeat t (length x)) x (raised k t x).
Proof.
  intros nonnegative; revert k; induction x as [| v x IH]; intros [| k]; simpl; constructor;
    [lia | apply within_itself; assumption | lia | apply IH].
Qed.

Lemma raised_at k t x : (k < length x)%nat -> at_column (raised k t x) k = at_column x k + t.
Proof.
  unfold at_column; revert k; induction x as [| v x IH]; intros [| k] range; simpl in *; try lia.
  apply IH; lia.
Qed.

Theorem nonexpansive_plus_input_is_monotone g x k t :
  nonexpansive g -> (k < length x)%nat -> 0 <= t ->
  g x + at_column x k <= g (raised k t x) + at_column (raised k t x) k.
Proof.
  intros bounded range nonnegative. rewrite raised_at by assumption.
  specialize (bounded t x (raised k t x) nonnegative (raised_within k t x nonnegative)). lia.
Qed.

(* Any output of hidden layers with row sums at most 2^f is such a g. *)
Theorem layers_are_nonexpansive layers index :
  forallb nonexpansive_layer layers = true -> nonexpansive (fun x => at_column (run layers x) index).
Proof.
  intros bounded d x y nonnegative close.
  destruct (network_nonexpansive layers d (length x) x y bounded nonnegative close) as [width near].
  etransitivity; [apply within_at; exact near | apply at_repeat_le; assumption].
Qed.

Corollary network_plus_input_is_monotone layers index x k t :
  forallb nonexpansive_layer layers = true -> (k < length x)%nat -> 0 <= t ->
  at_column (run layers x) index + at_column x k
  <= at_column (run layers (raised k t x)) index + at_column (raised k t x) k.
Proof.
  intros; apply (nonexpansive_plus_input_is_monotone (fun x => at_column (run layers x) index));
    auto using layers_are_nonexpansive.
Qed.
