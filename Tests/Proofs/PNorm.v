(* Lengths of changes in l1 and l2: the first layer, rounding, and the product of column sums (Certificates, Balls in l1
   and l2; BallCertificates.swift, NormProduct.swift). A length in l2 is spoken of by its square. *)

From SupNorm Require Export Row.

Fixpoint minus (x y : list Z) : list Z :=
  match x, y with
  | a :: x, b :: y => (a - b) :: minus x y
  | _, _ => []
  end.

Definition length_1 (v : list Z) : Z := sum (map Z.abs v).
Definition square_2 (v : list Z) : Z := sum (map (fun a => a * a) v).

Lemma length_1_cons a v : length_1 (a :: v) = Z.abs a + length_1 v.
Proof. reflexivity. Qed.

Lemma square_2_cons a v : square_2 (a :: v) = a * a + square_2 v.
Proof. reflexivity. Qed.

Lemma length_1_nonnegative v : 0 <= length_1 v.
Proof. induction v as [| a v IH]; [reflexivity | rewrite length_1_cons; lia]. Qed.

Lemma square_2_nonnegative v : 0 <= square_2 v.
Proof. induction v as [| a v IH]; [reflexivity | rewrite square_2_cons; nia]. Qed.

Lemma dot_minus w x y : length x = length y -> dot w x - dot w y = dot w (minus x y).
Proof.
  revert x y; induction w as [| a w IH]; intros [| b x] [| c y] same; simpl in *; try discriminate; try reflexivity.
  injection same as same. specialize (IH x y same). lia.
Qed.

(* ---- Hoelder -------------------------------------------------------------------------------------- *)

Theorem hoelder_l1 w m d :
  0 <= m -> Forall (fun a => Z.abs a <= m) w -> Z.abs (dot w d) <= m * length_1 d.
Proof.
  intros positive bounded; revert d; induction bounded as [| a w small bounded IH]; intros d.
  - simpl. pose proof (length_1_nonnegative d). nia.
  - destruct d as [| b d]; [unfold length_1; simpl; lia |].
    specialize (IH d). rewrite length_1_cons; cbn [dot].
    assert (Z.abs (a * b) <= m * Z.abs b).
    { rewrite Z.abs_mul. apply Z.mul_le_mono_nonneg_r; [apply Z.abs_nonneg | assumption]. }
    rewrite Z.mul_add_distr_l. lia.
Qed.

Lemma square_of_sum a b s u v :
  0 <= u -> 0 <= v -> s * s <= u * v -> (a * b + s) * (a * b + s) <= (a * a + u) * (b * b + v).
Proof.
  intros u_nonnegative v_nonnegative small.
  assert (a_positive : 0 <= a * a) by apply Z.square_nonneg.
  assert (b_positive : 0 <= b * b) by apply Z.square_nonneg.
  assert (cross : 2 * (a * b * s) <= a * a * v + b * b * u).
  { apply Z.square_le_simpl_nonneg.
    - apply Z.add_nonneg_nonneg; apply Z.mul_nonneg_nonneg; assumption.
    - assert (scaled : (a * a) * (b * b) * (s * s) <= (a * a) * (b * b) * (u * v)).
      { apply Z.mul_le_mono_nonneg_l; [apply Z.mul_nonneg_nonneg |]; assumption. }
      pose proof (Z.square_nonneg (a * a * v - b * b * u)). lia. }
  lia.
Qed.

Theorem cauchy_schwarz w d : dot w d * dot w d <= square_2 w * square_2 d.
Proof.
  revert d; induction w as [| a w IH]; intros [| b d]; cbn [dot].
  - pose proof (square_2_nonnegative []); nia.
  - pose proof (square_2_nonnegative []); pose proof (square_2_nonnegative (b :: d)); nia.
  - pose proof (square_2_nonnegative []); pose proof (square_2_nonnegative (a :: w)); nia.
  - pose proof (square_of_sum a b (dot w d) _ _ (square_2_nonnegative w) (square_2_nonnegative d) (IH d)).
    rewrite !square_2_cons; assumption.
Qed.

(* ---- The first layer, from p to infinity ------------------------------------------------------------ *)

Theorem first_layer_l1 f w b m D x y :
  length x = length y -> 0 <= m -> Forall (fun a => Z.abs a <= m) w -> length_1 (minus x y) <= D ->
  Z.abs (requantize f (b + dot w x) - requantize f (b + dot w y)) <= ceil_div (m * D) (power f).
Proof.
  intros same positive bounded close. apply requantize_deviation.
  replace (b + dot w x - (b + dot w y)) with (dot w x - dot w y) by lia.
  rewrite dot_minus by assumption.
  pose proof (hoelder_l1 w m (minus x y) positive bounded). nia.
Qed.

(* B is any whole number that is no less than the root of `square_2 w * D2`. *)
Theorem first_layer_l2 f w b B D2 x y :
  length x = length y -> square_2 (minus x y) <= D2 -> 0 <= B -> square_2 w * D2 <= B * B ->
  Z.abs (requantize f (b + dot w x) - requantize f (b + dot w y)) <= ceil_div B (power f).
Proof.
  intros same close positive root. apply requantize_deviation.
  replace (b + dot w x - (b + dot w y)) with (dot w x - dot w y) by lia.
  rewrite dot_minus by assumption.
  apply Z.square_le_simpl_nonneg; [assumption |].
  rewrite <- Z.abs_mul, Z.abs_eq by nia.
  pose proof (cauchy_schwarz w (minus x y)). pose proof (square_2_nonnegative w). nia.
Qed.

(* ---- What rounding adds to a length ------------------------------------------------------------------ *)

Lemma rounding_adds_less_than_one f a a' :
  power f * Z.abs (requantize f a - requantize f a') <= Z.abs (a - a') + (power f - 1).
Proof.
  pose proof (power_positive f). pose proof (requantize_deviation f a a' _ (Z.le_refl _)).
  pose proof (ceil_div_lower (Z.abs (a - a')) (power f) ltac:(assumption)). nia.
Qed.

Definition outputs (f : nat) (rows : list (list Z * Z)) (x : list Z) : list Z :=
  map (fun r => requantize f (snd r + dot (fst r) x)) rows.

(* How the accumulators move. *)
Definition images (rows : list (list Z * Z)) (d : list Z) : list Z := map (fun r => dot (fst r) d) rows.

Theorem layer_length_l1 f rows x y :
  length x = length y ->
  power f * length_1 (minus (outputs f rows x) (outputs f rows y))
  <= length_1 (images rows (minus x y)) + Z.of_nat (length rows) * (power f - 1).
Proof.
  intros same; induction rows as [| [w b] rows IH]; [cbn; lia |].
  pose proof (rounding_adds_less_than_one f (b + dot w x) (b + dot w y)) as rounded.
  replace (b + dot w x - (b + dot w y)) with (dot w x - dot w y) in rounded by lia.
  rewrite dot_minus in rounded by assumption.
  unfold outputs, images in *; cbn [map minus fst snd length] in *. rewrite !length_1_cons. lia.
Qed.

Lemma sum_squared v n2 a2 :
  square_2 v <= a2 * a2 -> Z.of_nat (length v) <= n2 * n2 -> 0 <= a2 -> 0 <= n2 -> length_1 v <= a2 * n2.
Proof.
  intros squares count a_nonnegative n_nonnegative.
  assert (as_dot : dot (map (fun _ => 1) v) (map Z.abs v) = length_1 v).
  { clear; induction v as [| a v IH]; [reflexivity |].
    cbn [map dot]; rewrite length_1_cons, IH; lia. }
  assert (ones : square_2 (map (fun _ => 1) v) = Z.of_nat (length v)).
  { clear; induction v as [| a v IH]; [reflexivity |].
    cbn [map length]; rewrite square_2_cons; lia. }
  assert (magnitudes : square_2 (map Z.abs v) = square_2 v).
  { clear; induction v as [| a v IH]; [reflexivity |].
    cbn [map]; rewrite !square_2_cons, IH, <- Z.abs_mul, Z.abs_eq by nia; reflexivity. }
  pose proof (cauchy_schwarz (map (fun _ => 1) v) (map Z.abs v)) as bound.
  rewrite as_dot, ones, magnitudes in bound.
  pose proof (square_2_nonnegative v).
  apply Z.square_le_simpl_nonneg; [nia |].
  assert (Z.of_nat (length v) * square_2 v <= (n2 * n2) * (a2 * a2)) by (apply Z.mul_le_mono_nonneg; lia).
  lia.
Qed.

(* A and N are whole numbers no less than the length of the accumulators' move and the root of the number of rows. *)
Theorem layer_length_l2 f rows x y A N :
  length x = length y -> 0 <= A -> 0 <= N ->
  square_2 (images rows (minus x y)) <= A * A -> Z.of_nat (length rows) <= N * N ->
  power f * power f * square_2 (minus (outputs f rows x) (outputs f rows y))
  <= (A + (power f - 1) * N) * (A + (power f - 1) * N).
Proof.
  intros same A_nonnegative N_nonnegative squares count. pose proof (power_positive f).
  set (r := power f - 1) in *.
  assert (expanded : power f * power f * square_2 (minus (outputs f rows x) (outputs f rows y))
    <= square_2 (images rows (minus x y)) + 2 * r * length_1 (images rows (minus x y))
       + Z.of_nat (length rows) * (r * r)).
  { clear squares count; induction rows as [| [w b] rows IH]; [cbn; lia |].
    pose proof (rounding_adds_less_than_one f (b + dot w x) (b + dot w y)) as rounded.
    replace (b + dot w x - (b + dot w y)) with (dot w x - dot w y) in rounded by lia.
    rewrite dot_minus in rounded by assumption. fold r in rounded.
    set (z := requantize f (b + dot w x) - requantize f (b + dot w y)) in *.
    set (a := dot w (minus x y)) in *.
    assert (one : power f * power f * (z * z) <= a * a + 2 * r * Z.abs a + r * r).
    { assert (moved : 0 <= power f * Z.abs z) by (apply Z.mul_nonneg_nonneg; lia).
      pose proof (Z.mul_le_mono_nonneg _ _ _ _ moved rounded moved rounded) as step.
      pose proof (Z.abs_square z). pose proof (Z.abs_square a).
      replace (power f * Z.abs z * (power f * Z.abs z)) with (power f * power f * (Z.abs z * Z.abs z)) in step by ring.
      replace ((Z.abs a + r) * (Z.abs a + r)) with (Z.abs a * Z.abs a + 2 * r * Z.abs a + r * r) in step by ring.
      congruence. }
    unfold outputs, images in *; cbn [map minus fst snd length] in *.
    rewrite !square_2_cons, !length_1_cons. fold z a. lia. }
  pose proof (sum_squared (images rows (minus x y)) N A squares) as bound.
  unfold images in bound at 1; rewrite map_length in bound.
  specialize (bound count A_nonnegative N_nonnegative).
  assert (0 <= r) by lia.
  assert (r * length_1 (images rows (minus x y)) <= r * (A * N)) by (apply Z.mul_le_mono_nonneg_l; lia).
  assert (Z.of_nat (length rows) * (r * r) <= (N * N) * (r * r)) by (apply Z.mul_le_mono_nonneg_r; nia).
  nia.
Qed.

(* ---- Column sums ------------------------------------------------------------------------------------ *)

Fixpoint plus (u v : list Z) : list Z :=
  match u, v with
  | a :: u, b :: v => (a + b) :: plus u v
  | _, _ => []
  end.

(* The sum of |w| of each of n columns. *)
Definition column_sums (n : nat) (rows : list (list Z * Z)) : list Z :=
  fold_right (fun r sums => plus (map Z.abs (fst r)) sums) (repeat 0 n) rows.

Lemma dot_plus u v d : length u = length v -> dot (plus u v) d = dot u d + dot v d.
Proof.
  revert v d; induction u as [| a u IH]; intros [| b v] d same; try discriminate; [reflexivity |].
  destruct d as [| c d]; [reflexivity |]. injection same as same. cbn. rewrite IH by assumption. lia.
Qed.

Lemma dot_magnitudes w d : Z.abs (dot w d) <= dot (map Z.abs w) (map Z.abs d).
Proof.
  revert d; induction w as [| a w IH]; intros [| b d]; simpl; try lia.
  specialize (IH d). rewrite <- Z.abs_mul. lia.
Qed.

Lemma column_sums_length n rows :
  Forall (fun r => length (fst r) = n) rows -> length (column_sums n rows) = n.
Proof.
  induction 1 as [| r rows fits rest IH]; cbn; [apply repeat_length |].
  fold (column_sums n rows). revert IH. generalize (column_sums n rows). revert fits.
  generalize (fst r). intros w fits. subst n. clear rest.
  induction w as [| a w IHw]; intros [| b v] same; try discriminate; [reflexivity |].
  cbn in *. f_equal. apply IHw. lia.
Qed.

(* The norm of a layer in l1 is its largest column sum. *)
Theorem column_sums_bound_l1 n rows C d :
  Forall (fun r => length (fst r) = n) rows -> 0 <= C -> Forall (fun s => Z.abs s <= C) (column_sums n rows) ->
  length_1 (images rows d) <= C * length_1 d.
Proof.
  intros fits positive bounded.
  assert (exchanged : length_1 (images rows d) <= dot (column_sums n rows) (map Z.abs d)).
  { clear bounded. induction fits as [| r rows fits rest IH].
    - cbn. clear. revert d; induction n as [| n IHn]; intros [| a d]; cbn; try lia. apply IHn.
    - unfold images in *; cbn [map column_sums fold_right]. fold (column_sums n rows). rewrite length_1_cons.
      rewrite dot_plus by (rewrite map_length, column_sums_length; assumption).
      pose proof (dot_magnitudes (fst r) d). lia. }
  pose proof (hoelder_l1 _ C (map Z.abs d) positive bounded) as bound.
  assert (length_1 (map Z.abs d) = length_1 d).
  { unfold length_1; rewrite map_map; f_equal; apply map_ext; intros; apply Z.abs_involutive. }
  lia.
Qed.
