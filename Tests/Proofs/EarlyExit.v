(* Max-plus rows as they are stored, and the row that ends early (supnorm.h, Kernels/MaxPlus.swift); inputs that are
   cut to the declared range (Certificates, A max-plus layer). *)

From SupNorm Require Export GlobalRadius.

(* ---- Inputs that are cut -------------------------------------------------------------------------- *)

Definition cut (lo hi v : Z) : Z := Z.max lo (Z.min v hi).

Lemma cut_in_range lo hi v : lo <= hi -> lo <= cut lo hi v <= hi.
Proof. unfold cut; lia. Qed.

(* What lies within the range stays, so that the networks with and without the cut are one there. *)
Theorem cut_changes_nothing_in_range lo hi x : Forall (fun v => lo <= v <= hi) x -> map (cut lo hi) x = x.
Proof.
  induction x as [| v x IH]; intros range; [reflexivity |].
  inversion range; subst. cbn [map]. rewrite IH by assumption. f_equal. unfold cut; lia.
Qed.

(* Cutting brings no two inputs further apart. *)
Theorem cut_is_nonexpansive lo hi deltas x y :
  Within deltas x y -> Within deltas (map (cut lo hi) x) (map (cut lo hi) y).
Proof. induction 1; cbn [map]; constructor; [unfold cut; lia | assumption]. Qed.

(* So the radius of a network that cuts its inputs holds for every input, in the range or not. *)
Theorem cut_max_plus_radius_sound lo hi inputs net x c d :
  forallb max_plus_layer (hidden net) = true -> forallb is_max_plus (last_rows net) = true ->
  (c < outputs net)%nat -> 0 <= d ->
  (forall j, (j < outputs net)%nat -> j <> c ->
     d <= (logit net (map (cut lo hi) x) c - logit net (map (cut lo hi) x) j - 1) / 2) ->
  forall y, Within (repeat d inputs) x y -> class net (map (cut lo hi) y) = c.
Proof.
  intros hiddenKind lastKind range nonnegative margins y close.
  eapply (max_plus_radius_sound inputs net (map (cut lo hi) x) c d); trivial.
  apply cut_is_nonexpansive, close.
Qed.

(* The same of the certificate by deviations, for hybrids. *)
Theorem cut_global_certificate_sound lo hi cap inputs net d x c :
  sound_cap cap -> network_fits inputs net = true -> (c < outputs net)%nat -> int16 lo -> int16 hi ->
  Forall int16 x ->
  (forall j, (j < outputs net)%nat -> j <> c ->
     logit net (map (cut lo hi) x) c - logit net (map (cut lo hi) x) j > margin_bound cap inputs net d c j) ->
  forall y, Forall int16 y -> Within (repeat d inputs) x y -> class net (map (cut lo hi) y) = c.
Proof.
  intros sound fits range rangeLo rangeHi rangeX margins y rangeY close.
  assert (cutInt16 : forall values, Forall int16 values -> Forall int16 (map (cut lo hi) values)).
  { intros values holds. apply Forall_map. eapply Forall_impl; [| exact holds].
    intros v; unfold int16, cut in *; lia. }
  eapply (global_certificate_sound cap inputs net d (map (cut lo hi) x) c); auto using cut_is_nonexpansive.
Qed.

(* ---- A row that ends early ------------------------------------------------------------------------ *)

(* The steps and the shortfalls of entries, one pair each: how far each lies below the first potential. *)
Fixpoint drops (pairs : list (Z * Z)) (total : Z) : list Z :=
  match pairs with
  | [] => []
  | (step, shortfall) :: rest => (total + step + shortfall) :: drops rest (total + step)
  end.

(* The loop of the kernels; None where it would read beyond the row. *)
Fixpoint scan (pairs : list (Z * Z)) (total least : Z) : option Z :=
  match pairs with
  | [] => None
  | (step, shortfall) :: rest =>
      if least <=? total + step then Some least else scan rest (total + step) (Z.min least (total + step + shortfall))
  end.

Definition natural (pair : Z * Z) : Prop := 0 <= fst pair /\ 0 <= snd pair.

Lemma drops_above pairs total bound :
  Forall natural pairs -> bound <= total -> fold_right Z.min bound (drops pairs total) = bound.
Proof.
  revert total; induction pairs as [| [step shortfall] pairs IH]; intros total holds above; [reflexivity |].
  inversion holds as [| ? ? [first second] rest]; subst. cbn in *. rewrite IH by (trivial; lia). lia.
Qed.

Lemma fold_min_moves values a b : fold_right Z.min (Z.min a b) values = Z.min a (fold_right Z.min b values).
Proof. induction values as [| v values IH]; cbn; [reflexivity | rewrite IH; lia]. Qed.

(* Where the loop ends, what it has is the least of all: what it did not look at cannot be less. *)
Theorem early_exit_is_exact pairs total least found :
  Forall natural pairs -> scan pairs total least = Some found ->
  found = fold_right Z.min least (drops pairs total).
Proof.
  revert total least; induction pairs as [| [step shortfall] pairs IH]; intros total least holds; [discriminate |].
  inversion holds as [| ? ? [first second] rest]; subst. cbn in first, second. cbn [scan drops fold_right].
  destruct (Z.leb_spec least (total + step)) as [ends | goes]; intros result.
  - injection result as <-. rewrite drops_above by (trivial; lia). lia.
  - rewrite (IH _ _ rest result). rewrite Z.min_comm, fold_min_moves. reflexivity.
Qed.

(* And it ends within the row, when the steps add up to what the least never exceeds. *)
Theorem early_exit_ends pairs total least :
  Forall natural pairs -> pairs <> [] -> least <= total + sum (map fst pairs) ->
  exists found, scan pairs total least = Some found.
Proof.
  revert total least; induction pairs as [| [step shortfall] pairs IH]; intros total least holds some enough;
    [contradiction |].
  inversion holds as [| ? ? [first second] rest]; subst. cbn in first, second, enough. cbn [scan].
  destruct (Z.leb_spec least (total + step)); [eauto |].
  destruct pairs as [| pair pairs]; [cbn in enough; lia |].
  apply IH; [assumption | discriminate | cbn in *; lia].
Qed.

(* ---- Stored rows are max-plus rows ---------------------------------------------------------------- *)

(* Column, sign and step; the first entry's step is 0. *)
Definition stored : Type := (nat * sign * Z)%type.

(* How far an entry falls short of its potential at an input within the range. *)
Definition shortfall (lo hi : Z) (x : list Z) (e : stored) : Z :=
  match snd (fst e) with
  | Plus => hi - cut lo hi (at_column x (fst (fst e)))
  | Minus => cut lo hi (at_column x (fst (fst e))) - lo
  end.

(* The entries that a row with its first potential means. *)
Fixpoint entries_of (lo hi potential : Z) (row : list stored) : list entry :=
  match row with
  | [] => []
  | (column, s, step) :: rest =>
      let lower := potential - step in
      Entry column s (match s with Plus => lower - hi | Minus => lower + lo end) :: entries_of lo hi lower rest
  end.

(* What the kernels compute of it. *)
Definition device_row (lo hi base : Z) (x : list Z) (row : list stored) : option Z :=
  match row with
  | [] => None
  | first :: rest =>
      option_map (fun drop => base - drop)
        (scan (map (fun e => (snd e, shortfall lo hi x e)) rest) 0 (shortfall lo hi x first))
  end.

Lemma cut_at lo hi x c : (c < length x)%nat -> at_column (map (cut lo hi) x) c = cut lo hi (at_column x c).
Proof.
  intros range. unfold at_column. rewrite (nth_indep _ 0 (cut lo hi 0)) by (rewrite map_length; exact range).
  apply map_nth.
Qed.

Lemma stored_entry_value lo hi x column s potential :
  (column < length x)%nat ->
  entry_value (map (cut lo hi) x) (Entry column s (match s with Plus => potential - hi | Minus => potential + lo end))
  = potential - shortfall lo hi x (column, s, 0).
Proof. intros range. unfold entry_value, shortfall; cbn. rewrite cut_at by exact range. destruct s; cbn; lia. Qed.

Lemma stored_values lo hi x base row total bound :
  Forall (fun e => (fst (fst e) < length x)%nat) row ->
  fold_right Z.max (base - bound) (map (entry_value (map (cut lo hi) x)) (entries_of lo hi (base - total) row))
  = base - fold_right Z.min bound (drops (map (fun e => (snd e, shortfall lo hi x e)) row) total).
Proof.
  revert total; induction row as [| [[column s] step] row IH]; intros total holds; [reflexivity |].
  inversion holds as [| ? ? range rest]; subst. cbn in range.
  cbn [entries_of map drops fold_right snd].
  replace (base - total - step) with (base - (total + step)) by lia.
  rewrite (IH (total + step) rest), stored_entry_value by exact range.
  replace (shortfall lo hi x (column, s, step)) with (shortfall lo hi x (column, s, 0)) by reflexivity. lia.
Qed.

(* A stored row is done in time for every input, and is the max-plus row of its entries on the cut input. *)
Theorem stored_row_is_the_maximum lo hi base x first rest :
  lo <= hi -> snd first = 0 -> Forall (fun e => 0 <= snd e) rest ->
  Z.max 1 (hi - lo) <= sum (map snd rest) ->
  Forall (fun e => (fst (fst e) < length x)%nat) (first :: rest) ->
  device_row lo hi base x (first :: rest)
  = Some (raw_value (MaxPlus (entries_of lo hi base (first :: rest))) (map (cut lo hi) x)).
Proof.
  destruct first as [[column s] step]; cbn [snd]; intros order -> steps enough columns.
  inversion columns as [| ? ? range others]; subst. cbn in range.
  assert (short : forall e, 0 <= shortfall lo hi x e <= hi - lo).
  { intros e. unfold shortfall. pose proof (cut_in_range lo hi (at_column x (fst (fst e))) order).
    destruct (snd (fst e)); lia. }
  set (pairs := map (fun e => (snd e, shortfall lo hi x e)) rest).
  assert (holds : Forall natural pairs).
  { apply Forall_map. eapply Forall_impl; [| exact steps]. intros e nonnegative. split; [exact nonnegative |].
    apply short. }
  assert (total : sum (map fst pairs) = sum (map snd rest)) by (unfold pairs; rewrite map_map; reflexivity).
  destruct (early_exit_ends pairs 0 (shortfall lo hi x (column, s, 0)) holds) as [found result].
  - destruct rest; [cbn in enough; lia | discriminate].
  - rewrite total. pose proof (short (column, s, 0)). lia.
  - cbn [device_row]. fold pairs. rewrite result. cbn [option_map]. f_equal.
    rewrite (early_exit_is_exact _ _ _ _ holds result).
    cbn [raw_value entries_of map maximum]. rewrite stored_entry_value by exact range.
    replace (base - 0) with (base - 0 - 0) at 1 by lia.
    replace (base - 0 - 0 - shortfall lo hi x (column, s, 0)) with (base - shortfall lo hi x (column, s, 0)) by lia.
    symmetry. apply (stored_values lo hi x base rest 0 _ others).
Qed.
