(* `exceedsEverywhere` of Weighted.swift walks two rows in step, by column, and skips the columns that neither row
   stores. This is that walk, and it computes what Interval.v defines column by column. *)

From SupNorm Require Export Interval.

(* Both sums after the columns the two rows store, merged by column; `fuel` is how many steps there can be. *)
Fixpoint walk (fuel : nat) (value : Z -> Z -> nat -> Z) (own other : list (nat * Z)) (sums : Z * Z) : Z * Z :=
  match fuel with
  | 0%nat => sums
  | S fuel =>
    let step c w w' own other :=
      walk fuel value own other (fst sums + w * value w w' c, snd sums + w' * value w w' c) in
    match own, other with
    | [], [] => sums
    | (c, w) :: own, [] => step c w 0 own []
    | [], (c', w') :: other => step c' 0 w' [] other
    | (c, w) :: own', (c', w') :: other' =>
      if (c =? c')%nat then step c w w' own' other'
      else if (c <? c')%nat then step c w 0 own' other else step c' 0 w' own other'
    end
  end.

Definition ordered (entries : list (nat * Z)) : Prop := strictly_increasing (map fst entries) = true.

Definition end_value (b : box) (w w' : Z) (c : nat) : Z := if w' <=? w then lower_end b c else upper_end b c.

Definition walk_exceeds (b : box) (own other : row) : bool :=
  let sums := walk (length (terms own) + length (terms other)) (end_value b) (terms own) (terms other)
                (bias own, bias other) in
  snd sums <? fst sums.

Definition column_sum (w : nat -> Z) (v : nat -> Z) (columns : list nat) : Z := sum (map (fun c => w c * v c) columns).

Lemma stored_weight_head c w entries : stored_weight ((c, w) :: entries) c = w.
Proof. cbn. rewrite Nat.eqb_refl. reflexivity. Qed.

Lemma stored_weight_before c entries :
  (forall t, In t entries -> (c < fst t)%nat) -> stored_weight entries c = 0.
Proof.
  intros before. apply stored_weight_absent. intros found. apply in_map_iff in found as (t & equal & found).
  specialize (before t found). lia.
Qed.

Lemma stored_weight_tail c w entries d : (c < d)%nat -> stored_weight ((c, w) :: entries) d = stored_weight entries d.
Proof. intros less; cbn. destruct (Nat.eqb_spec c d); [lia | reflexivity]. Qed.

(* All stored columns lie at `start` or behind it. *)
Definition from (start : nat) (entries : list (nat * Z)) : Prop := forall t, In t entries -> (start <= fst t)%nat.

Lemma ordered_tail t entries : ordered (t :: entries) -> ordered entries.
Proof. unfold ordered; cbn [map]; apply strictly_increasing_tail. Qed.

Lemma ordered_from t entries : ordered (t :: entries) -> from (S (fst t)) entries.
Proof.
  unfold ordered, from; cbn [map]; intros increasing u found.
  pose proof (strictly_increasing_head _ _ (fst u) increasing (in_map fst _ _ found)). lia.
Qed.

(* One walk equals the two sums over all columns from `start` on. *)
Lemma walk_is_the_sum_by_columns fuel value own other sums start count :
  (length own + length other <= fuel)%nat -> ordered own -> ordered other ->
  from start own -> from start other ->
  (forall t, In t own \/ In t other -> (fst t < start + count)%nat) ->
  let v c := value (stored_weight own c) (stored_weight other c) c in
  walk fuel value own other sums
  = (fst sums + column_sum (stored_weight own) v (seq start count),
     snd sums + column_sum (stored_weight other) v (seq start count)).
Proof.
  revert fuel own other sums start.
  induction count as [| count IH]; intros fuel own other sums start room orderOwn orderOther fromOwn fromOther range v.
  - destruct own as [| t own]; [| specialize (range t (or_introl (or_introl eq_refl)));
      specialize (fromOwn t (or_introl eq_refl)); lia].
    destruct other as [| t other]; [| specialize (range t (or_intror (or_introl eq_refl)));
      specialize (fromOther t (or_introl eq_refl)); lia].
    unfold column_sum; cbn. rewrite !Z.add_0_r. destruct fuel; cbn; destruct sums; reflexivity.
  - (* What is left of a row behind column `start`. *)
    assert (cut : forall entries, ordered entries -> from start entries ->
      (exists w rest, entries = (start, w) :: rest /\ ordered rest /\ from (S start) rest) \/ from (S start) entries).
    { intros [| [c w] rest] order here; [right; intros t [] |].
      destruct (Nat.eq_dec c start) as [-> | differ].
      - left; exists w, rest. repeat split; [eapply ordered_tail, order | exact (ordered_from _ _ order)].
      - right. intros t [<- | found]; [specialize (here _ (or_introl eq_refl)); cbn in *; lia |].
        pose proof (ordered_from _ _ order t found). specialize (here _ (or_introl eq_refl)). cbn in *; lia. }
    assert (absent : forall entries, from (S start) entries -> stored_weight entries start = 0)
      by (intros entries behind; apply stored_weight_before; intros t found; specialize (behind t found); lia).
    unfold column_sum in *. cbn [seq map]. rewrite !sum_cons.
    assert (later : forall c, In c (seq (S start) count) -> (start < c)%nat)
      by (intros c found; apply in_seq in found; lia).
    destruct (cut own orderOwn fromOwn) as [(w & own' & -> & orderOwn' & fromOwn') | fromOwn'];
      destruct (cut other orderOther fromOther) as [(w' & other' & -> & orderOther' & fromOther') | fromOther'];
      cbn [length] in room.
    + destruct fuel as [| fuel]; [lia |]. cbn [walk]. rewrite Nat.eqb_refl.
      rewrite (IH fuel own' other' _ (S start)); trivial; [| lia |
        intros t found; specialize (range t); cbn [In] in range; assert (fst t < start + S count)%nat by tauto; lia].
      cbn [fst snd]. unfold v. rewrite !stored_weight_head.
      f_equal; rewrite <- Z.add_assoc; do 2 f_equal; apply sum_map_equal; intros c found;
        rewrite !stored_weight_tail by auto; reflexivity.
    + destruct fuel as [| fuel]; [lia |].
      assert (one : walk (S fuel) value ((start, w) :: own') other sums
        = walk fuel value own' other (fst sums + w * value w 0 start, snd sums + 0 * value w 0 start)).
      { destruct other as [| [c' w'] other]; [reflexivity |]. cbn [walk].
        specialize (fromOther' _ (or_introl eq_refl)); cbn in fromOther'.
        destruct (Nat.eqb_spec start c'); [lia |]. destruct (Nat.ltb_spec start c'); [reflexivity | lia]. }
      rewrite one, (IH fuel own' other _ (S start)); trivial; [| lia |
        intros t found; specialize (range t); cbn [In] in range; assert (fst t < start + S count)%nat by tauto; lia].
      cbn [fst snd]. unfold v. rewrite stored_weight_head, (absent other fromOther').
      f_equal; rewrite <- Z.add_assoc; do 2 f_equal; apply sum_map_equal; intros c found;
        rewrite !stored_weight_tail by auto; reflexivity.
    + destruct fuel as [| fuel]; [lia |].
      assert (one : walk (S fuel) value own ((start, w') :: other') sums
        = walk fuel value own other' (fst sums + 0 * value 0 w' start, snd sums + w' * value 0 w' start)).
      { destruct own as [| [c w] own]; [reflexivity |]. cbn [walk].
        specialize (fromOwn' _ (or_introl eq_refl)); cbn in fromOwn'.
        destruct (Nat.eqb_spec c start); [lia |]. destruct (Nat.ltb_spec c start); [lia | reflexivity]. }
      rewrite one, (IH fuel own other' _ (S start)); trivial; [| lia |
        intros t found; specialize (range t); cbn [In] in range; assert (fst t < start + S count)%nat by tauto; lia].
      cbn [fst snd]. unfold v. rewrite stored_weight_head, (absent own fromOwn').
      f_equal; rewrite <- Z.add_assoc; do 2 f_equal; apply sum_map_equal; intros c found;
        rewrite !stored_weight_tail by auto; reflexivity.
    + rewrite (IH fuel own other sums (S start)); trivial;
        [| intros t found; specialize (range t found); lia].
      rewrite (absent own fromOwn'), (absent other fromOther'). reflexivity.
Qed.

Lemma terms_of_fitting_row n r :
  row_fits n r = true -> is_max_plus r = false ->
  ordered (terms r) /\ (forall t, In t (terms r) -> (fst t < n)%nat)
  /\ (forall c, (c < n)%nat -> stored_weight (terms r) c = weight r c).
Proof.
  destruct r as [weights b | entries b | entries]; intros fits kind; [| | discriminate].
  - apply Nat.eqb_eq in fits. subst n. cbn [terms weight]. unfold at_column. clear kind.
    enough (general : forall start, ordered (combine (seq start (length weights)) weights)
      /\ (forall t, In t (combine (seq start (length weights)) weights) ->
            (start <= fst t < start + length weights)%nat)
      /\ (forall c, (c < length weights)%nat ->
            stored_weight (combine (seq start (length weights)) weights) (start + c)%nat = nth c weights 0)).
    { destruct (general 0%nat) as (order & range & weigh). split; [assumption |]; split; [| assumption].
      intros t found; specialize (range t found); lia. }
    induction weights as [| w weights IH]; intros start.
    { split; [reflexivity |]; split; [intros t [] | cbn; intros; lia]. }
    cbn [length seq combine]. destruct (IH (S start)) as (order & range & weigh). split; [| split].
    + unfold ordered in *; cbn [map fst]. destruct weights as [| w' weights]; [reflexivity |].
      cbn [length seq combine map fst strictly_increasing] in *. apply andb_true_iff; split; [apply Nat.ltb_lt; lia |].
      exact order.
    + intros t [<- | found]; [cbn; lia | specialize (range t found); lia].
    + intros [| c] less; [rewrite Nat.add_0_r; apply stored_weight_head |].
      rewrite stored_weight_tail by lia. replace (start + S c)%nat with (S start + c)%nat by lia. apply weigh; lia.
  - cbn in fits. apply andb_true_iff in fits as [order range]. rewrite forallb_forall in range.
    split; [exact order |]; split; [| reflexivity]. intros t found. apply Nat.ltb_lt, range, found.
Qed.

(* The walk of the device and the definition in Interval.v give the same verdict. *)
Theorem walk_is_the_vertex_comparison n b own other :
  row_fits n own = true -> row_fits n other = true -> is_max_plus own = false -> is_max_plus other = false ->
  walk_exceeds b own other = exceeds_everywhere n b own other.
Proof.
  intros fits fits' kind kind'. unfold walk_exceeds, exceeds_everywhere. rewrite kind, kind'; cbn [orb].
  destruct (terms_of_fitting_row n own fits kind) as (order & range & weigh).
  destruct (terms_of_fitting_row n other fits' kind') as (order' & range' & weigh').
  rewrite (walk_is_the_sum_by_columns _ _ _ _ _ 0 n); trivial; try (intros ? ?; lia);
    [| intros t [found | found]; [apply range | apply range']; exact found].
  cbn [fst snd]. rewrite !(accumulator_by_columns n) by assumption. unfold column_sum.
  f_equal; f_equal; apply sum_map_equal; intros c found; apply in_seq in found;
    rewrite corner_at, weigh, weigh' by lia; reflexivity.
Qed.
