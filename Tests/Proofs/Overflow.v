(* Admissible rows cannot leave Int32: no partial sum, in no order, with or without the rounding term. *)

From SupNorm Require Export Network.

(* Some of a list's elements, in the same order. *)
Inductive Sublist {A : Type} : list A -> list A -> Prop :=
| sublist_nil : Sublist [] []
| sublist_keep a part whole : Sublist part whole -> Sublist (a :: part) (a :: whole)
| sublist_skip a part whole : Sublist part whole -> Sublist part (a :: whole).

Lemma firstn_sublist {A : Type} count (whole : list A) : Sublist (firstn count whole) whole.
Proof.
  revert count; induction whole as [| a whole IH]; intros [| count]; simpl; constructor; auto.
  specialize (IH 0%nat); assumption.
Qed.

(* 32768 R + |b| + 2^(f-1) <= 2^31 - 1; for max-plus 32768 + |o| of every entry. *)
Definition row_admissible (f : nat) (r : row) : bool :=
  match r with
  | MaxPlus entries => forallb (fun e => 32768 + Z.abs (offset e) <=? 2147483647) entries
  | _ => 32768 * row_sum r + Z.abs (bias r) + half f <=? 2147483647
  end.

Definition network_admissible (net : network) : bool :=
  forallb (fun l => forallb (row_admissible (shift l)) (rows l)) (hidden net)
  && forallb (row_admissible (last_shift net)) (last_rows net).

Lemma row_sum_nonnegative r : 0 <= row_sum r.
Proof. apply sum_map_nonnegative; intros; lia. Qed.

(* Each term may be multiplied by another value, as the interval pass does: ends are chosen by sign. *)
Lemma partial_sum_magnitude (value : nat * Z -> Z) part whole :
  (forall t, In t whole -> Z.abs (value t) <= 32768) -> Sublist part whole ->
  Z.abs (sum (map (fun t => snd t * value t) part)) <= 32768 * sum (map (fun t => Z.abs (snd t)) whole).
Proof.
  intros range sub; induction sub as [| t part whole _ IH | t part whole _ IH];
    [reflexivity | |]; cbn [map]; rewrite ?sum_cons;
    specialize (IH (fun u found => range u (or_intror found))); [| lia].
  specialize (range t (or_introl eq_refl)).
  assert (Z.abs (snd t * value t) <= 32768 * Z.abs (snd t))
    by (rewrite Z.abs_mul, Z.mul_comm; apply Z.mul_le_mono_nonneg_r; lia).
  lia.
Qed.

(* Every partial sum of a row, over any of its terms, with any Int16 values, fits; so does the sum with the
   rounding term. *)
Theorem no_partial_sum_overflows f r (value : nat * Z -> Z) part :
  row_admissible f r = true -> is_max_plus r = false ->
  (forall t, In t (terms r) -> int16 (value t)) -> Sublist part (terms r) ->
  int32 (bias r + sum (map (fun t => snd t * value t) part))
  /\ int32 (bias r + sum (map (fun t => snd t * value t) part) + half f).
Proof.
  intros admissible kind range sub. pose proof (half_nonnegative f).
  assert (magnitudes : forall t, In t (terms r) -> Z.abs (value t) <= 32768)
    by (intros t found; specialize (range t found); unfold int16 in range; lia).
  pose proof (partial_sum_magnitude value part (terms r) magnitudes sub) as bounded.
  fold (row_sum r) in bounded.
  destruct r; [| | discriminate]; unfold row_admissible in admissible; apply Z.leb_le in admissible;
    unfold int32; split; lia.
Qed.

(* One product alone fits too: |w x| is at most 32768 R. *)
Corollary no_product_overflows f r (value : nat * Z -> Z) t :
  row_admissible f r = true -> is_max_plus r = false ->
  (forall u, In u (terms r) -> int16 (value u)) -> In t (terms r) -> int32 (snd t * value t).
Proof.
  intros admissible kind range found. pose proof (half_nonnegative f).
  assert (single : Sublist [t] (terms r)).
  { clear range. induction (terms r) as [| u whole IH]; [contradiction |]. destruct found as [<- | found].
    - constructor. clear. induction whole; constructor; assumption.
    - constructor; apply IH; assumption. }
  assert (magnitudes : forall u, In u (terms r) -> Z.abs (value u) <= 32768)
    by (intros u there; specialize (range u there); unfold int16 in range; lia).
  pose proof (partial_sum_magnitude value [t] (terms r) magnitudes single) as bounded.
  fold (row_sum r) in bounded.
  change (Z.abs (snd t * value t + 0) <= 32768 * row_sum r) in bounded.
  destruct r; [| | discriminate]; unfold row_admissible in admissible; apply Z.leb_le in admissible;
    unfold int32; lia.
Qed.

(* Max-plus entries fit before they saturate. *)
Theorem no_entry_overflows f entries x e :
  row_admissible f (MaxPlus entries) = true -> Forall int16 x -> In e entries -> int32 (entry_value x e).
Proof.
  intros admissible range found. unfold row_admissible in admissible. rewrite forallb_forall in admissible.
  specialize (admissible e found). apply Z.leb_le in admissible.
  pose proof (int16_at x (column e) range) as value.
  unfold int32, int16, entry_value, signed in *. destruct (entry_sign e); lia.
Qed.

Lemma maximum_member values : values <> [] -> In (maximum values) values.
Proof.
  destruct values as [| first rest]; [contradiction |]; intros _; simpl.
  induction rest as [| value rest IH]; simpl; [auto |].
  destruct (Z.max_spec value (fold_right Z.max first rest)) as [[_ ->] | [_ ->]]; tauto.
Qed.

(* The logits are Int32. *)
Theorem raw_value_is_int32 f r x : row_admissible f r = true -> Forall int16 x -> int32 (raw_value r x).
Proof.
  intros admissible range. destruct (is_max_plus r) eqn:kind.
  - destruct r as [| | entries]; try discriminate. cbn [raw_value].
    destruct entries as [| e entries]; [cbn; unfold int32; lia |].
    pose proof (maximum_member (map (entry_value x) (e :: entries)) ltac:(discriminate)) as found.
    apply in_map_iff in found as (best & <- & found). eapply no_entry_overflows; eassumption.
  - assert (fits : int32 (accumulator r x)).
    { unfold accumulator, product. eapply (no_partial_sum_overflows f r (fun t => at_column x (fst t)));
        auto using int16_at. clear. induction (terms r); constructor; assumption. }
    destruct r; [| | discriminate]; exact fits.
Qed.

(* In a whole network: whatever Int16 input runs through it, at every row of every layer, after any number of
   terms in the order of the row, and with the rounding term. *)
Theorem network_never_overflows net x before l after r count :
  network_admissible net = true -> Forall int16 x ->
  hidden net = before ++ l :: after -> In r (rows l) -> is_max_plus r = false ->
  let partial := bias r + sum (map (product (run before x)) (firstn count (terms r))) in
  int32 partial /\ int32 (partial + half (shift l)).
Proof.
  intros admissible range split found kind. unfold network_admissible in admissible.
  apply andb_true_iff in admissible as [admissible _]. rewrite forallb_forall in admissible.
  specialize (admissible l). rewrite split, forallb_forall in admissible.
  apply (no_partial_sum_overflows (shift l) r (fun t => at_column (run before x) (fst t))); auto.
  - apply admissible; [apply in_or_app; simpl; auto | assumption].
  - intros t _. apply int16_at, hidden_values_are_int16, range.
  - apply firstn_sublist.
Qed.

(* And in its last layer, whose sums are the logits; some of its values may be inputs. *)
Theorem logits_never_overflow net x r count :
  network_admissible net = true -> Forall int16 x -> In r (last_rows net) -> is_max_plus r = false ->
  int32 (bias r + sum (map (product (last_inputs net x)) (firstn count (terms r)))).
Proof.
  intros admissible range found kind. unfold network_admissible in admissible.
  apply andb_true_iff in admissible as [_ admissible]. rewrite forallb_forall in admissible.
  apply (no_partial_sum_overflows (last_shift net) r (fun t => at_column (last_inputs net x) (fst t))); auto.
  - intros t _. apply int16_at, last_inputs_are_int16, range.
  - apply firstn_sublist.
Qed.

Theorem logits_are_int32 net x :
  network_admissible net = true -> Forall int16 x -> Forall int32 (logits net x).
Proof.
  intros admissible range. unfold network_admissible in admissible.
  apply andb_true_iff in admissible as [_ admissible]. rewrite forallb_forall in admissible.
  apply Forall_map, Forall_forall. intros r found.
  eapply raw_value_is_int32; [apply admissible, found | apply last_inputs_are_int16, range].
Qed.
