//! The way out: schedule, route, connect, transact, record.
