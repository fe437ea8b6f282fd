//! The way in: SMTP sessions, policy and checks, to a store ticket.
