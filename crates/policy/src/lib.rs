//! Pure decisions: relay, recipients, routing, retry, checks of the configuration.
