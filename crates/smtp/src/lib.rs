//! The SMTP protocol, both sides, over any byte stream.
