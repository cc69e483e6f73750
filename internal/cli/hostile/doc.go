// Package hostile holds changes that try to pass the gate, or to make it fail for others.
// Each was written, with what must happen, by somebody who did not write the program.
package hostile
