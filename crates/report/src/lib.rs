//! Reports: ours written, anyone's read.
