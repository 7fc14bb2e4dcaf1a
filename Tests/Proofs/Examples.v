(* Small networks, as data: every activation at shifts 0 and 15, ties, saturation, sparse and max-plus rows, inputs
   that are passed on to the last layer.
   Coq computes with the definitions that the theorems are about; Vectors.v prints what it gets. *)

From SupNorm Require Export Residual Regression Abstention.

(* A network, the declared range of its inputs, inputs to run and radii to try. *)
Record example := Sample {
  subject : network;
  lowest : Z;
  highest : Z;
  samples : list (list Z);
  radii : list Z
}.

Definition columns_of (e : example) : nat := length (nth 0 (samples e) []).

(* ---- Dense networks, 2-3-3, every activation ------------------------------------------------------ *)

Definition some_radii : list Z := [0; 1; 2; 3; 10; 100; 1000; 4000; 20000; 65535].

Definition plain_inputs : list (list Z) :=
  [[0; 0]; [1; 1]; [-1; -1]; [3; -4]; [1000; -2000]; [-20000; 15000]; [32767; 32767]; [-32768; -32768];
   [32767; -32768]].

(* Row sums of exactly 2^15, a bias that makes halves, and one row that is far below. *)
Definition half_layer (a : activation) : layer :=
  Layer [Dense [16384; 16384] 16384; Dense [-32768; 0] 0; Dense [3001; -17003] (-16385)] 15 a.

(* Integers: what saturates at shift 0. *)
Definition whole_layer (a : activation) : layer :=
  Layer [Dense [1; 0] 0; Dense [2; -1] 7; Dense [0; -3] (-5)] 0 a.

Definition free_last : list row :=
  [Dense [3; -1; 0] 0; Dense [-2; 2; 1] 40; Dense [0; 5; -4] (-3)].

Definition all_activations : list activation := [Identity; Relu; Abs; MaxMin; Sort; Negate].

Definition activation_examples : list example :=
  flat_map (fun a =>
    [Sample (Network [half_layer a] free_last 0) (-32768) 32767 plain_inputs some_radii;
     Sample (Network [whole_layer a] free_last 0) (-32768) 32767 plain_inputs some_radii])
    all_activations.

(* Depth: the rounding of three layers of several gains, an even and an odd width. *)
Definition deep : network :=
  Network
    [Layer [Dense [9000; -23000] 1; Dense [16384; 16383] 16384; Dense [-1; 32767] (-70000); Dense [5; 6] 0] 15 MaxMin;
     Layer [Dense [3; 0; -4; 1] 0; Dense [-8; 7; 6; 5] 99; Dense [1; 1; 1; 1] (-3)] 3 Sort;
     Layer [Dense [40; -50; 60] 0; Dense [64; 64; 0] 31; Dense [127; 0; -1] (-32)] 7 Abs]
    [Dense [20; -7; 3] 0; Dense [-20; 9; 3] 500; Dense [1; 1; 1] (-500); Dense [0; -30; 2] 0] 4.

(* ---- Sparse networks ------------------------------------------------------------------------------ *)

(* Gaps, an empty row, a full row, extreme weights; sparse last rows too. *)
Definition sparse : network :=
  Network
    [Layer [Sparse [(1%nat, 20000); (4%nat, -12768)] 5; Sparse [] 40000; Sparse [(0%nat, -32768)] 0;
            Sparse [(0%nat, 100); (1%nat, -200); (2%nat, 300); (3%nat, -400); (4%nat, 500)] (-1)] 15 Relu;
     Layer [Sparse [(0%nat, 1); (3%nat, -1)] 0; Sparse [(2%nat, 2)] 1; Dense [1; 0; 0; -1] 2] 1 Negate]
    [Sparse [(0%nat, 3); (2%nat, -1)] 10; Sparse [(1%nat, 4)] 0; Sparse [] 25] 0.

Definition sparse_inputs : list (list Z) :=
  [[0; 0; 0; 0; 0]; [100; 200; 300; 400; 500]; [-100; 200; -300; 400; -500];
   [-30000; 30000; 0; 0; -30000]; [32767; 32767; 32767; 32767; 32767]; [-32768; -32768; -32768; -32768; -32768]].

(* ---- Corner cases --------------------------------------------------------------------------------- *)

(* No hidden layer; the second and third row are equal and tie; radius 0 certifies no tie. *)
Definition ties : network := Network [] [Dense [1; 0] 0; Dense [0; 1] 0; Dense [0; 1] 0] 0.

(* Equal last rows behind expansive layers: the slope is 0 and every radius certified. *)
Definition equal_rows : network :=
  Network [Layer [Dense [32767; 32767] 0; Dense [-32768; -32767] 1] 0 Abs]
    [Dense [5; -6] 100; Dense [5; -6] 0] 0.

(* Gains of 65535: the table saturates and leaves no radius. *)
Definition giant : network :=
  Network [Layer [Dense [32767; 32767] 0; Dense [-32768; -32767] 1] 0 Relu;
           Layer [Dense [32767; 32767] 0; Dense [-32768; -32767] 1] 0 Relu]
    [Dense [32767; 32767] 0; Dense [-32768; -32767] 1] 0.

Definition one_output : network := Network [Layer [Dense [7; -9] 3] 2 Identity] [Dense [-5] 1] 0.

(* Logits at the ends of Int32: 32768 R + |b| = 2^31 - 1, and both signs. *)
Definition extreme : network := Network [] [Dense [32767; 32767] (-65535); Dense [-32767; -32767] 65535] 0.

Definition corner_inputs : list (list Z) :=
  [[0; 0]; [5; 4]; [4; 5]; [5; 5]; [-1; 32767]; [32767; 32767]; [-32768; -32768]].

(* A narrow declared range: boxes are cut to it, inputs outside are never certified. *)
Definition narrow_inputs : list (list Z) := [[0; 0]; [100; -100]; [101; 0]; [-99; 99]; [30; 20]; [0; -101]].

Definition narrow : network :=
  Network [Layer [Dense [1; 0] 0; Dense [0; 1] 0] 0 Identity] [Dense [1; 0] 201; Dense [0; 1] 0] 0.

Definition corner_examples : list example :=
  [Sample deep (-32768) 32767 plain_inputs some_radii;
   Sample sparse (-32768) 32767 sparse_inputs some_radii;
   Sample ties (-32768) 32767 corner_inputs some_radii;
   Sample equal_rows (-32768) 32767 corner_inputs some_radii;
   Sample giant (-32768) 32767 corner_inputs some_radii;
   Sample one_output (-32768) 32767 corner_inputs some_radii;
   Sample extreme (-32768) 32767 corner_inputs some_radii;
   Sample narrow (-100) 100 narrow_inputs [0; 1; 2; 49; 50; 99; 100; 101; 200; 201; 65535]].

(* ---- Max-plus networks ---------------------------------------------------------------------------- *)

Definition distance_entries (x0 x1 bias : Z) : row :=
  MaxPlus [Entry 0 Plus (bias - x0); Entry 0 Minus (bias + x0); Entry 1 Plus (bias - x1); Entry 1 Minus (bias + x1)].

(* |x - w|_inf + b, two layers, nearest class wins; one row of a single entry. *)
Definition distances : network :=
  Network
    [Layer [distance_entries 100 (-50) 0; distance_entries (-300) 400 10; distance_entries 32767 (-32767) 0;
            MaxPlus [Entry 1 Minus (-32768)]] 0 Negate]
    [MaxPlus [Entry 0 Plus 0; Entry 3 Minus 2]; MaxPlus [Entry 1 Plus 0; Entry 2 Minus 7; Entry 2 Plus 1];
     MaxPlus [Entry 2 Plus 32767]] 0.

(* A dense first layer before max-plus ones, and one dense last row among them. *)
Definition hybrid : network :=
  Network
    [Layer [Dense [16384; -16384] 1; Dense [30000; 2000] 0] 15 MaxMin;
     Layer [distance_entries 10 20 0; distance_entries (-10) 5 1; MaxPlus [Entry 0 Plus 3]] 0 Sort]
    [MaxPlus [Entry 0 Plus 0; Entry 1 Minus 50]; Dense [1; -1; 1] 0; MaxPlus [Entry 2 Plus (-9)]] 0.

(* Every layer of one kind, as the device has them: a dense last layer behind a max-plus one, and the reverse. *)
Definition dense_last : network :=
  Network
    [Layer [Dense [16384; -16384] 1; Dense [30000; 2000] 0] 15 MaxMin;
     Layer [distance_entries 10 20 0; distance_entries (-10) 5 1; MaxPlus [Entry 0 Plus 3]] 0 Sort]
    [Dense [1; -1; 1] 0; Dense [2; 0; -1] (-7); Dense [0; 1; -2] 30] 0.

Definition max_plus_last : network :=
  Network
    [Layer [distance_entries 300 (-200) 0; distance_entries (-150) 90 (-4)] 0 Negate;
     Layer [Sparse [(0%nat, 20000)] 5; Dense [30000; -9000] 0; Dense [-8192; 8192] 100] 15 Abs]
    [MaxPlus [Entry 0 Plus (-1); Entry 1 Minus 60]; MaxPlus [Entry 1 Plus 0; Entry 2 Plus (-30)];
     MaxPlus [Entry 2 Minus 20; Entry 0 Plus 4]] 0.

Definition max_plus_examples : list example :=
  [Sample distances (-32768) 32767 plain_inputs some_radii;
   Sample dense_last (-32768) 32767 plain_inputs some_radii;
   Sample max_plus_last (-32768) 32767 plain_inputs some_radii;
   Sample hybrid (-32768) 32767 plain_inputs some_radii].

(* ---- Residual networks ---------------------------------------------------------------------------- *)

(* Both inputs passed on, with weights that just suffice for monotonicity, or just do not, and one sparse row. *)
Definition residual_last : list row :=
  [Dense [3; -1; 0; 4; -3] 0; Dense [-2; 2; 1; -5; 3] 40; Sparse [(1%nat, 5); (2%nat, -4); (4%nat, 8)] (-3)].

Definition residual_activation_examples : list example :=
  map (fun a => Sample (Residual [half_layer a] [0; 1]%nat residual_last 0) (-32768) 32767 plain_inputs some_radii)
    all_activations.

(* Two of four inputs, rounding at two depths, a declared range that cuts boxes, a last shift that changes nothing. *)
Definition residual_deep : network :=
  Residual
    [Layer [Dense [16384; -16384; 9000; 1] 1; Dense [20000; 0; -12768; 100] 16384;
            Dense [-1; 30000; 5; -2000] (-70000); Dense [5; 6; -7; 8] 0] 15 MaxMin;
     Layer [Dense [3; 0; -4; 1] 0; Dense [-8; 7; 6; 5] 99; Dense [1; 1; 1; 1] (-3)] 4 Relu]
    [1; 3]%nat
    [Dense [20; -7; 3; 70; -61] 0; Dense [-20; 9; 3; -12; 80] 500; Dense [1; 1; 1; 5; 5] (-500)] 6.

Definition residual_deep_inputs : list (list Z) :=
  [[0; 0; 0; 0]; [1; -1; 1; -1]; [1000; -2000; 300; 4000]; [-9000; 9000; 9000; -9000]; [10000; 10000; 10000; 10000];
   [-10000; -10000; -10000; -10000]; [10001; 0; 0; 0]].

(* Numbers instead of classes: one output that rises with its first input and one that falls, and a plain one. *)
Definition regression : network :=
  Residual [Layer [Dense [12000; -20000] 77; Dense [-32768; 0] 5] 15 Abs] [0%nat] [Dense [300; -200; 500] 1000] 7.

Definition falling_regression : network :=
  Residual [Layer [Sparse [(0%nat, 7)] 0; Sparse [(1%nat, -9)] 2] 2 Sort] [0%nat] [Dense [1; -2; -6] 0] 3.

(* Gains of 65535 in the hidden layers: the table of outputs saturates, but not where only the input is read. *)
Definition residual_giant : network :=
  Residual (hidden giant) [1%nat] [Dense [32767; 20; 10] 0; Dense [0; 0; -7] 1] 0.

Definition residual_examples : list example :=
  residual_activation_examples ++
  [Sample residual_deep (-10000) 10000 residual_deep_inputs some_radii;
   Sample regression (-32768) 32767 plain_inputs some_radii;
   Sample falling_regression (-32768) 32767 plain_inputs some_radii;
   Sample one_output (-32768) 32767 corner_inputs some_radii;
   Sample residual_giant (-32768) 32767 corner_inputs some_radii].

(* Whether raising an input never lowers an output, 1, or never raises it, -1; 0 where the theorem says neither. *)
Definition direction (net : network) (inputs j k : nat) : Z :=
  if hidden_slope slope_cap net inputs j k <=? residual_weight net inputs j k then 1
  else if residual_weight net inputs j k <=? - hidden_slope slope_cap net inputs j k then -1
  else 0.

Definition kernel_examples : list example := activation_examples ++ corner_examples.

(* ---- The theorems apply to all of them ------------------------------------------------------------ *)

Definition all_examples : list example := kernel_examples ++ max_plus_examples ++ residual_examples.

Example all_fit :
  forallb (fun e => network_fits (columns_of e) (subject e)) all_examples = true.
Proof. vm_compute; reflexivity. Qed.

Example all_are_admissible :
  forallb (fun e => network_admissible (subject e)) all_examples = true.
Proof. vm_compute; reflexivity. Qed.

(* ---- Directed values, by hand --------------------------------------------------------------------- *)

(* Halves go up: 0.5 to 1, 1.5 to 2, -0.5 to 0. *)
Example halves_go_up : map (requantize 15) [16384; 49152; -16384] = [1; 2; 0].
Proof. reflexivity. Qed.

Example requantization_saturates :
  map (requantize 1) [65535; 65534; -65537; -65539] = [32767; 32767; -32768; -32768].
Proof. reflexivity. Qed.

Example magnitude_and_negation_saturate :
  (saturating_magnitude (-32768), saturating_negation (-32768)) = (32767, 32767).
Proof. reflexivity. Qed.

Example an_odd_last_value_stays : activate MaxMin [1; 3; 5; -2; 9] = [3; 1; 5; -2; 9].
Proof. reflexivity. Qed.

Example sorting : activate Sort [3; -1; 3; 2] = [-1; 2; 3; 3].
Proof. reflexivity. Qed.

Example the_lowest_index_wins_a_tie : map (class ties) [[5; 5]; [4; 5]; [5; 4]] = [0; 1; 0]%nat.
Proof. reflexivity. Qed.

Example a_tie_has_no_radius : global_radius 2 ties [5; 5] = 0 /\ local_radius ties (-32768) 32767 [5; 5] 0 = None.
Proof. vm_compute; auto. Qed.

(* A margin of 12 against M(d) = 2 d: 5 is certified, by both certificates, and 6 is not, because of the tie. *)
Example margins_are_strict :
  global_radius 2 ties [17; 5] = 5 /\ local_radius ties (-32768) 32767 [17; 5] 0 = Some 5
  /\ class ties [11; 11] = 0%nat /\ class ties [10; 11] = 1%nat.
Proof. vm_compute; auto. Qed.

Example equal_rows_have_every_radius : global_radius 2 equal_rows [5; 4] = 65535.
Proof. vm_compute; reflexivity. Qed.

Example giant_gains_leave_no_radius : pair_table 2 giant = [(uint32_max, 0)].
Proof. vm_compute; reflexivity. Qed.

(* Within -100 ... 100 a head start of 201 decides for every radius. *)
Example the_box_is_cut_to_the_range : certify narrow (-100) 100 [0; 0] 0 65535 = true.
Proof. vm_compute; reflexivity. Qed.

(* Row by row, what each of the two inputs does to each output. *)
Example weights_that_just_suffice :
  map (fun j => map (direction (Residual [half_layer Identity] [0; 1]%nat residual_last 0) 2 j) [0; 1]%nat)
    [0; 1; 2]%nat = [[1; -1]; [-1; 1]; [0; 1]].
Proof. vm_compute; reflexivity. Qed.

Example a_residual_input_has_its_own_bound : output_table 2 residual_giant = [(uint32_max, 0); (7, 0)].
Proof. vm_compute; reflexivity. Qed.
