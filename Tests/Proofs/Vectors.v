(* Prints the examples with the values that Coq computes as one JSON document; `check` compares it with
   vectors.json. *)

From Coq Require Import String Ascii DecimalString.
From SupNorm Require Import Examples.
Open Scope string_scope.

(* ---- JSON ----------------------------------------------------------------------------------------- *)

Definition quote : string := String (ascii_of_nat 34) "".

Definition number (v : Z) : string := NilZero.string_of_int (Z.to_int v).
Definition count (n : nat) : string := number (Z.of_nat n).
Definition truth (b : bool) : string := if b then "true" else "false".
Definition text (s : string) : string := quote ++ s ++ quote.
Definition array {A : Type} (separator : string) (print : A -> string) (items : list A) : string :=
  "[" ++ String.concat separator (map print items) ++ "]".
Definition numbers : list Z -> string := array "," number.
Definition field (name value : string) : string := text name ++ ":" ++ value.
Definition object (fields : list string) : string := "{" ++ String.concat ", " fields ++ "}".

(* ---- Networks ------------------------------------------------------------------------------------- *)

Definition activation_name (a : activation) : string :=
  match a with
  | Identity => "identity" | Relu => "relu" | Abs => "abs" | MaxMin => "maxMin" | Sort => "sort" | Negate => "negate"
  end.

Definition is_sparse (r : row) : bool := match r with Sparse _ _ => true | _ => false end.

Definition sign_value (s : sign) : Z := match s with Plus => 1 | Minus => -1 end.

Definition entry_json (e : entry) : string :=
  numbers [Z.of_nat (column e); sign_value (entry_sign e); offset e].

(* Dense and sparse layers state all weights; a layer with a max-plus row states its rows one by one. *)
Definition row_json (n : nat) (r : row) : string :=
  match r with
  | MaxPlus entries => object [field "entries" (array "," entry_json entries)]
  | _ => object [field "weights" (numbers (dense_weights n r)); field "bias" (number (bias r))]
  end.

Definition layer_json (n : nat) (l : layer) : string :=
  let common := [field "rows" (count (length (rows l))); field "columns" (count n);
    field "shift" (count (shift l)); field "activation" (text (activation_name (layer_activation l)))] in
  object
    (if existsb is_max_plus (rows l) then
      field "kind" (text "maxPlus") :: common ++ [field "mixedRows" (array "," (row_json n) (rows l))]
    else
      field "kind" (text (if existsb is_sparse (rows l) then "sparse" else "dense")) :: common ++
      [field "weights" (numbers (flat_map (dense_weights n) (rows l)));
       field "biases" (numbers (map bias (rows l)));
       field "rowSumMax" (number (maximum (map row_sum (rows l))))]).

Fixpoint layers_json (n : nat) (layers : list layer) : list string :=
  match layers with
  | [] => []
  | l :: rest => layer_json n l :: layers_json (length (rows l)) rest
  end.

(* ---- Answers -------------------------------------------------------------------------------------- *)

Definition answer_fields (e : example) (x : list Z) : list string :=
  let net := subject e in
  let c := class net x in
  [field "input" (numbers x);
   field "hidden" (numbers (last_inputs net x));
   field "logits" (numbers (logits net x));
   field "class" (count c);
   field "radius" (number (global_radius (length x) net x));
   field "localRadius" (number match local_radius net (lowest e) (highest e) x c with
                                | Some radius => radius | None => -1 end);
   field "certified" (array "," (fun other =>
     array "," (fun radius => truth (certify net (lowest e) (highest e) x other radius)) (radii e))
     (seq 0 (outputs net)))].

(* For each radius the answer when it is required, -1 to abstain, and the interval of every output. *)
Definition bounded_answer_fields (e : example) (x : list Z) : list string :=
  let net := subject e in
  let interval radius j := output_interval net (lowest e) (highest e) radius x j in
  [field "answersAtRadii" (numbers (map (fun radius =>
     match answer_at_required_radius net (lowest e) (highest e) x radius with
     | Some c => Z.of_nat c | None => -1 end) (radii e)));
   field "outputIntervals" (array "," (fun radius =>
     array "," (fun j => numbers [fst (interval radius j); snd (interval radius j)]) (seq 0 (outputs net)))
     (radii e))].

(* The document is a list of lines, because Coq cannot print a very long string. *)
Definition ended_by (ending : string) (lines : list string) : list string :=
  match rev lines with [] => [] | last :: rest => rev ((last ++ ending) :: rest) end.

Fixpoint separated (items : list (list string)) : list string :=
  match items with
  | [] => []
  | [last] => last
  | item :: rest => (ended_by "," item ++ separated rest)%list
  end.

Definition array_lines (name : string) (items : list (list string)) : list string :=
  (field name "[" :: separated items ++ ["]"])%list.

Definition pairs_json (pairs : list (Z * Z)) : string := array "," (fun p => numbers [fst p; snd p]) pairs.

Definition network_lines (e : example) : list (list string) :=
  let net := subject e in
  let inputs := columns_of e in
  [[field "inputMinimum" (number (lowest e))]; [field "inputMaximum" (number (highest e))];
   [field "radii" (numbers (radii e))];
   array_lines "layers" (map (fun l => [l]) (layers_json inputs (hidden net)
     ++ [layer_json (last_columns net inputs) (Layer (last_rows net) (last_shift net) Identity)])%list);
   [field "pairs" (pairs_json (pair_table inputs net))];
   [field "deviations" (array "," (fun d => numbers (deviations int16_cap net inputs d)) (radii e))]].

Definition residual_lines (e : example) : list (list string) :=
  let net := subject e in
  let inputs := columns_of e in
  [[field "residualInputs" (array "," count (residual_inputs net))];
   [field "outputBounds" (pairs_json (output_table inputs net))];
   [field "marginDeviations" (array "," (fun d => array "," (fun j =>
     numbers (map (margin_bound int16_cap inputs net d j) (seq 0 (outputs net)))) (seq 0 (outputs net))) (radii e))];
   [field "directions" (array "," (fun j => numbers (map (direction net inputs j) (seq 0 inputs)))
     (seq 0 (outputs net)))]].

Definition lines_json (e : example) (lines : list (list string)) (answer : list Z -> list string) : list string :=
  (["{"] ++ separated (lines ++ [array_lines "cases" (map (fun x => [object (answer x)]) (samples e))]) ++ ["}"])%list.

Definition example_json (e : example) : list string := lines_json e (network_lines e) (answer_fields e).

Definition residual_example_json (e : example) : list string :=
  lines_json e (network_lines e ++ residual_lines e)
    (fun x => (answer_fields e x ++ bounded_answer_fields e x)%list).

Definition provenance : string :=
  "written by Tests/Proofs/check --write-vectors; every number was computed by Coq from the definitions of the proofs".

Definition document : list string :=
  (["{"] ++ separated
    [[field "provenance" (text provenance)];
     array_lines "networks" (map example_json kernel_examples);
     array_lines "residualNetworks" (map residual_example_json residual_examples);
     array_lines "maxPlusNetworks" (map example_json max_plus_examples)] ++ ["}"])%list.

Eval vm_compute in document.
