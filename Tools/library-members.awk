# Splits a module of LLVM IR into one module for each function and constant that the library's functions need, so that a
# linker takes what a program calls and no more. Variables: folder, where the modules go; architecture.
#
# Public are the functions that Swift exports as supnorm_…; what they need besides is hidden. All names begin with
# supnorm_ and end in the architecture. What the module says of the processor that it was made for is left out.

BEGIN { any_name = "@(\"[^\"]*\"|[A-Za-z0-9_.$-]+)" }

# Gives the names in a line, without quotes, and says how many there are.
function names(line, found,    count) {
  for (count = 0; match(line, any_name); line = substr(line, RSTART + RLENGTH)) {
    found[++count] = substr(line, RSTART + 1, RLENGTH - 1)
    gsub(/"/, "", found[count])
  }
  return count
}

# The text with the names that this module defines as the library has them.
function renamed(line,    result, name) {
  for (result = ""; match(line, any_name); line = substr(line, RSTART + RLENGTH)) {
    name = substr(line, RSTART + 1, RLENGTH - 1)
    gsub(/"/, "", name)
    result = result substr(line, 1, RSTART)
    if (name in text) {
      result = result "\"" (name ~ /^supnorm_/ ? "" : "supnorm_") name "_" architecture "\""
    } else {
      result = result substr(line, RSTART + 1, RLENGTH - 1)
    }
  }
  return result line
}

function define(name, definition, use) {
  order[++items] = name
  text[name] = definition
  declaration[name] = use
}

# Marks an item and what it needs.
function reach(name,    count, i, found) {
  if (reached[name] || !(name in text)) { return }
  reached[name] = 1
  count = names(text[name], found)
  for (i = 1; i <= count; i++) { reach(found[i]) }
}

# Writes an item and declarations of what it needs.
function write(name, file,    count, i, found, is_declared) {
  printf "%s", opening > file
  is_declared[name] = 1
  count = names(text[name], found)
  for (i = 1; i <= count; i++) {
    if (found[i] in text && !is_declared[found[i]]++) { print renamed(declaration[found[i]]) > file }
  }
  print renamed(text[name]) > file
  printf "%s", closing > file
  close(file)
}

/^define / {
  names($0, found)
  is_public[found[1]] = found[1] ~ /^supnorm_/ && $0 !~ /^define (internal|private|linkonce)/
  # A function alone in its module needs no word on its linkage.
  sub(/^define ((internal|private|linkonce_odr|linkonce|weak_odr|weak|dso_local|hidden|protected) )*/, "")
  sub(/ personality .*\{$/, " {")
  sub(/ comdat(\([^)]*\))?/, "")
  use = $0
  sub(/( align [0-9]+)?( ![^ ]+ ![0-9]+)* \{$/, "", use)
  body = "define " (is_public[found[1]] ? "" : "hidden ") $0
  next
}
body != "" {
  body = body "\n" $0
  if ($0 == "}") {
    define(found[1], body, "declare " use)
    body = ""
  }
  next
}
/^@.* constant / {
  names($0, found)
  sub(/ = .* constant /, " = hidden constant ")
  use = $0
  sub(/ = hidden constant .*/, " = external constant i8", use)
  define(found[1], $0, use)
  next
}
/^attributes / { gsub(/ "(target-cpu|target-features|use-soft-float)"="[^"]*"/, "") }
/^(@|;|!llvm\.|!swift\.|source_filename|target triple)/ || $0 == "" { next }
/^(%|target datalayout)/ { opening = opening $0 "\n"; next }
{ closing = closing $0 "\n" }

END {
  for (i = 1; i <= items; i++) { if (is_public[order[i]]) { reach(order[i]) } }
  for (i = 1; i <= items; i++) {
    name = order[i]
    if (reached[name]) { write(name, folder "/" (is_public[name] ? name : "shared" ++shared)) }
  }
}
