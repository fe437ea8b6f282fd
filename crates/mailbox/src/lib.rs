//! Local delivery to Maildir.
