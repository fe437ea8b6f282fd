//! Possible causes of failures, who has to act on each, and the categories.
//!
//! A [`Cause`] is a hypothesis: something that is known to lead to a failure of this kind. Which
//! one holds is found out by probes, elsewhere. Each has three texts in every language:
//! [`Cause::title_key`] (the cause as a sentence), [`Cause::explanation_key`] (why it leads to this
//! failure), [`Cause::action_key`] (what the one who acts does).
//!
//! [`causes_of`] is total and never empty; the causes come in the order in which they are worth
//! looking at. Causes that only exist on a path through a connector (a wrong smart host), or only
//! without one, are left out where they cannot hold.
//!
//! In which order to read: this file, then [`category`], [`table`], and [`remedy`] (what to look at, and the ways out).

mod category;
pub mod remedy;
mod table;

pub use category::Category;
pub use table::ALL;

use causeway_model::{Attempt, Failure, Outcome, Stage};
use serde::{Deserialize, Serialize};

/// Whose move it is: the words of `who_acts` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoActs {
    /// The person who sent the message.
    Sender,
    /// The administrator of the sender's organization.
    SenderAdmin,
    /// The person it was for.
    Recipient,
    /// The administrator of the recipient's mail system.
    RecipientAdmin,
    /// The administrator of a server that a connector leads to.
    PartnerAdmin,
    /// Whoever runs this server.
    Service,
    /// Nobody: waiting is enough.
    Nobody,
}

impl WhoActs {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sender,
        Self::SenderAdmin,
        Self::Recipient,
        Self::RecipientAdmin,
        Self::PartnerAdmin,
        Self::Service,
        Self::Nobody,
    ];

    /// The word in JSON: `recipient_admin`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::SenderAdmin => "sender_admin",
            Self::Recipient => "recipient",
            Self::RecipientAdmin => "recipient_admin",
            Self::PartnerAdmin => "partner_admin",
            Self::Service => "service",
            Self::Nobody => "nobody",
        }
    }

    /// The key of the text that names the party: `who-recipient-admin`.
    #[must_use]
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Sender => "who-sender",
            Self::SenderAdmin => "who-sender-admin",
            Self::Recipient => "who-recipient",
            Self::RecipientAdmin => "who-recipient-admin",
            Self::PartnerAdmin => "who-partner-admin",
            Self::Service => "who-service",
            Self::Nobody => "who-nobody",
        }
    }
}

/// On which paths a cause can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// Any path.
    Any,
    /// Only through a connector.
    Connector,
    /// Only by the recipient domain's MX, without a connector.
    Direct,
}

/// Something that is known to lead to a failure. Two causes are equal when their ids are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Its name, stable: `server-retired`.
    pub id: &'static str,
    pub(crate) who: WhoActs,
    pub(crate) on: On,
}

impl Cause {
    /// The cause with this id.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        ALL.iter().find(|cause| cause.id == id).copied()
    }

    /// Who has to act; at the other end of a connector that is the partner's administrator.
    #[must_use]
    pub const fn who_acts(&self, through_connector: bool) -> WhoActs {
        match self.who {
            WhoActs::RecipientAdmin if through_connector => WhoActs::PartnerAdmin,
            who => who,
        }
    }

    /// Key of the cause as a sentence. None of a cause's texts has variables.
    #[must_use]
    pub fn title_key(&self) -> String {
        format!("cause-{}", self.id)
    }

    /// Key of why this leads to the failure.
    #[must_use]
    pub fn explanation_key(&self) -> String {
        format!("cause-{}.why", self.id)
    }

    /// Key of what the one who acts does.
    #[must_use]
    pub fn action_key(&self) -> String {
        format!("cause-{}.do", self.id)
    }

    /// The same for a known path: where no connector is in use, none can be changed.
    #[must_use]
    pub fn action_key_on(&self, through_connector: bool) -> String {
        match self.id {
            "login-required" | "tls-required-there" if !through_connector => {
                format!("cause-{}.do-direct", self.id)
            }
            _ => self.action_key(),
        }
    }
}

/// The possible causes of a failure at a stage, the likeliest first. Never empty.
#[must_use]
pub fn causes_of(failure: &Failure, stage: Stage, through_connector: bool) -> Vec<Cause> {
    table::ids(failure, stage)
        .iter()
        .filter_map(|id| Cause::by_id(id))
        .filter(|cause| match cause.on {
            On::Any => true,
            On::Connector => through_connector,
            On::Direct => !through_connector,
        })
        .collect()
}

/// The possible causes of a failed attempt; empty for one that succeeded.
#[must_use]
pub fn causes_of_attempt(attempt: &Attempt) -> Vec<Cause> {
    match &attempt.outcome {
        Outcome::Success(_) => Vec::new(),
        // What is not found on a path of MX hosts or of a connector is a host's name, not the domain.
        Outcome::Failure(Failure::DomainNotFound { .. })
            if attempt.connector.is_some() || attempt.site.starts_with("MX ") =>
        {
            let ids = table::unknown_host(attempt.connector.is_some());
            ids.iter().filter_map(|id| Cause::by_id(id)).collect()
        }
        Outcome::Failure(failure) => causes_of(failure, attempt.stage, attempt.connector.is_some()),
    }
}

/// Whose move it most likely is, without a probe: that of the first possible cause.
#[must_use]
pub fn who_acts(failure: &Failure, stage: Stage, through_connector: bool) -> WhoActs {
    causes_of(failure, stage, through_connector)
        .first()
        .map_or(WhoActs::Service, |cause| cause.who_acts(through_connector))
}

/// Whose move it is where no known cause fits, by where the failure lies: asking DNS and routing are ours; from the
/// connection on it is the other end, which alone can see more.
#[must_use]
pub fn who_acts_unexplained(attempt: &Attempt) -> WhoActs {
    match attempt.stage {
        Stage::Route | Stage::Resolve | Stage::Local => WhoActs::Service,
        _ if attempt.is_own_configuration() => WhoActs::Service,
        _ if attempt.connector.is_some() => WhoActs::PartnerAdmin,
        _ => WhoActs::RecipientAdmin,
    }
}
