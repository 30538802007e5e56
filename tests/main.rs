//! One test binary: the real program, run as a person or a script runs it.

mod env;

mod whole_way;
