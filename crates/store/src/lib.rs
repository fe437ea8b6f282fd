//! What must survive: queue, ledger, mailboxes.
