//! Reading reports, replies and error lines of any mail system.
