/* startup.h: what the application may ask of the board. */
#ifndef STARTUP_H
#define STARTUP_H

#include "marks.h"
#include "semihosting.h"
#include "stack.h"

#endif
