/* marks.h: empty functions around what is measured; an instruction trace is cut at their symbols. */
#ifndef MARKS_H
#define MARKS_H

void mark_infer_begin(void);
void mark_infer_end(void);
void mark_certify_begin(void);
void mark_certify_end(void);

#endif
